package knowledge

import (
	"strings"
	"testing"
	"testing/fstest"
)

func TestLoadSaysWhatIsWrong(t *testing.T) {
	for _, c := range []struct {
		name, file, text, want string
	}{
		{"好的", "faq/a.yaml", "- {id: a, question: 问, answer: [{text: 答}]}\n", ""},
		{"空文件", "faq/a.yaml", "", ""},
		{"字段写错", "items/a.yaml", "- id: a\n  nmae: x\n", "items/a.yaml:2：没有 nmae 这个字段"},
		{"类型不对", "items/a.yaml", "- id: a\n  topics: 090\n", "items/a.yaml:2：这里写的是数字 090，要的是列表"},
		{"整数写成了字", "items/a.yaml", "- id: a\n  hot: 高\n", "items/a.yaml:2：这里写的是文字 高，要的是整数"},
		{"冒号没有加引号", "faq/a.yaml", "- id: a\n  question: 问: 答: 再\n", "YAML 写法不对"},
		{"写了两遍", "faq/a.yaml", "- id: a\n  id: b\n", "faq/a.yaml:2：字段 id 写了两遍"},
		{"放错地方", "stuff.yaml", "- 1\n", "stuff.yaml：不认识这个文件"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, problems := LoadFS(fstest.MapFS{c.file: {Data: []byte(c.text)}})
			said := ""
			for _, p := range problems {
				said += p.String()
			}
			if c.want == "" && said != "" || !strings.Contains(said, c.want) {
				t.Errorf("said %q, want %q", said, c.want)
			}
		})
	}
}

func TestRecordsKnowTheirLine(t *testing.T) {
	c, _ := LoadFS(fstest.MapFS{"faq/a.yaml": {Data: []byte("# head\n- id: a\n  question: 问\n\n- id: b\n  question: 又问\n")}})
	for i, want := range []string{"faq/a.yaml:2", "faq/a.yaml:5"} {
		if got := c.Origin(c.FAQs[i]).String(); got != want {
			t.Errorf("record %d stands at %s, want %s", i, got, want)
		}
	}
}

func FuzzLoad(f *testing.F) {
	f.Add("items/a.yaml", []byte("- id: a\n  name: x\n  fees: [{name: 费, yuan: \"40\", by: [\"fact:x\"]}]\n"))
	f.Add("city/calendar/2026.yaml", []byte("year: 2026\ndays:\n  - {date: \"2026-01-01\", off: true}\n"))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if len(data) > 4096 {
			return
		}
		files := fstest.MapFS{}
		for _, at := range []string{"items/a.yaml", "faq/a.yaml", "events.yaml", "sources/facts.yaml", "city/points.yaml", "city/calendar/1.yaml", "sentences.yaml"} {
			if name == at {
				files[at] = &fstest.MapFile{Data: data}
			}
		}
		c, _ := LoadFS(files)
		if _, err := Check(c, Options{}); err != nil { // whatever was read can be checked
			t.Fatal(err)
		}
		c.Records()
	})
}
