package sheet

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"golang.org/x/text/encoding/simplifiedchinese"

	"bangban/city/org"
	"bangban/corpus"
	"bangban/knowledge"
)

func starter(t testing.TB) *knowledge.Corpus {
	t.Helper()
	c, problems := knowledge.LoadFS(corpus.Files)
	for _, p := range problems {
		t.Log(p)
	}
	if len(c.Items) == 0 {
		t.Fatal("no items")
	}
	return c
}

// same compares two corpora record by record.
func same(t *testing.T, got, want *knowledge.Corpus) {
	t.Helper()
	have := map[knowledge.Key]knowledge.Record{}
	for _, r := range got.Records() {
		have[r.Key] = r
	}
	wrong := 0
	for _, r := range want.Records() {
		if h := have[r.Key]; h.Hash != r.Hash && wrong < 5 {
			wrong++
			t.Errorf("%s\n got %s\nwant %s", r.Key, h.Content, r.Content)
		}
		delete(have, r.Key)
	}
	for key := range have {
		t.Errorf("%s came out of nowhere", key)
	}
}

func TestWorkbookRoundTrip(t *testing.T) {
	want := starter(t)
	want.Lexicon = nil
	raw, err := Workbook(want)
	if err != nil {
		t.Fatal(err)
	}
	tables, err := Read("city.xlsx", raw)
	if err != nil {
		t.Fatal(err)
	}
	if !IsWorkbook(tables) {
		t.Fatal("not known as a workbook")
	}
	got, problems := Parse(tables, &knowledge.Corpus{}, time.Now())
	for _, p := range problems {
		t.Error(p)
	}
	same(t, got, want)
}

func TestFilesRoundTrip(t *testing.T) {
	want := starter(t)
	files, err := want.Files()
	if err != nil {
		t.Fatal(err)
	}
	folder := fstest.MapFS{}
	for name, text := range files {
		folder[name] = &fstest.MapFile{Data: text}
	}
	got, problems := knowledge.LoadFS(folder)
	for _, p := range problems {
		t.Error(p)
	}
	same(t, got, want)
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		name string
		line line
		want string
	}{
		{"一句话", line{[]string{"居民身份证丢失"}, []knowledge.Basis{"law:居民身份证法#第十一条"}}, "居民身份证丢失【law:居民身份证法#第十一条】"},
		{"分段", line{[]string{"身份证", "形式：原件"}, nil}, "身份证｜形式：原件"},
		{"带符号", line{[]string{`a｜b【c】\d` + "\n第二行"}, nil}, `a\｜b\【c\】\\d\n第二行`},
	} {
		if got := c.line.String(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
		back, err := parseLine(c.want)
		if err != nil || back.String() != c.want {
			t.Errorf("%s: back %v, %v", c.name, back, err)
		}
	}
	for _, bad := range []string{"没完【fact:x", "话【fact:x】又说"} {
		if _, err := parseLine(bad); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}

func base() *knowledge.Corpus {
	return &knowledge.Corpus{Departments: []*org.Department{{ID: "gaj", Name: "杭州市公安局", Aliases: []string{"市公安局"}}},
		Items: []*knowledge.Item{{ID: "id-card-replace", Name: "居民身份证丢失补领", Short: "补领身份证"}}}
}

const head = "类目,标题,内容,发文单位,材料性质,关键字\n"

func TestEntries(t *testing.T) {
	today := time.Date(2026, 11, 24, 12, 0, 0, 0, knowledge.City)
	for _, c := range []struct {
		name, csv, want string
		entries         int
	}{
		{"一条", head + "自然人/证件办理,身份证丢了怎么办,先挂失。再补领。,市公安局,热点问答,\"身份证丢失,补身份证\"\n", "", 1},
		{"绑定事项", head + "证件办理/补领身份证,身份证丢了怎么办,先挂失。,gaj,办事指南,\n", "", 1},
		{"表头带记号", "类目*,标题（必填）,内容,发文单位,材料性质\n证件办理,a,b,gaj,日常咨询\n", "", 1},
		{"缺一列", "类目,标题,内容\n", "缺少“发文单位”这一列", 0},
		{"没有标题", head + "证件办理,,内容,gaj,日常咨询,\n", "第 2 行没有标题", 0},
		{"标题重复", head + "证件办理,甲,内容,gaj,日常咨询,\n证件办理,甲,内容,gaj,日常咨询,\n", "第 3 行的标题与第 2 行重复", 1},
		{"标题太长", head + "证件办理," + strings.Repeat("长", 129) + ",内容,gaj,日常咨询,\n", "129 个字，最多 128 个", 0},
		{"类目不存在", head + "自然人/没有的,甲,内容,gaj,日常咨询,\n", "类目“自然人/没有的”不存在", 0},
		{"类目要到末级", head + "证件办理/没有的,甲,内容,gaj,日常咨询,\n", "不存在", 0},
		{"单位不认识", head + "证件办理,甲,内容,外星局,日常咨询,\n", "发文单位“外星局”不在部门表里", 0},
		{"性质不认识", head + "证件办理,甲,内容,gaj,小说,\n", "材料性质“小说”不认识", 0},
		{"关键字太长", head + "证件办理,甲,内容,gaj,日常咨询," + strings.Repeat("长", 21) + "\n", "21 个字，最多 20 个", 0},
		{"关键字与标题相同", head + "证件办理,甲,内容,gaj,日常咨询,甲\n", "与标题相同", 0},
		{"空表", head, "表里没有内容", 0},
		{"空行后的行号", head + "\n\n证件办理,,内容,gaj,日常咨询,\n", "第 4 行没有标题", 0},
		{"太多", head + many1001(), "一批最多 1000 条，这里有 1001 条", 1001},
	} {
		t.Run(c.name, func(t *testing.T) {
			tables, err := Read("a.csv", []byte(c.csv))
			if err != nil {
				t.Fatal(err)
			}
			got, problems := Entries(tables[0], base(), today)
			said := ""
			for _, p := range problems {
				said += p.String() + "\n"
			}
			if c.want == "" && said != "" || !strings.Contains(said, c.want) {
				t.Errorf("said %q, want %q", said, c.want)
			}
			if len(got.FAQs) != c.entries {
				t.Errorf("%d entries, want %d", len(got.FAQs), c.entries)
			}
		})
	}
}

func many1001() string {
	var b strings.Builder
	for i := range 1001 {
		fmt.Fprintf(&b, "证件办理,标题%d,内容,gaj,日常咨询,\n", i)
	}
	return b.String()
}

// What comes out of the list stands the check: its figures rest on the words of the office that gave them.
func TestEntriesPassTheCheck(t *testing.T) {
	today := time.Date(2026, 11, 24, 12, 0, 0, 0, knowledge.City)
	text := head + "证件办理/补领身份证,补身份证要多少钱,工本费 40 元。60 日内拿证。,gaj,热点问答,补证费用\n"
	raw, err := simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text)) // as office programs save it
	if err != nil {
		t.Fatal(err)
	}
	tables, err := Read("a.csv", raw)
	if err != nil {
		t.Fatal(err)
	}
	got, problems := Entries(tables[0], base(), today)
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	report, err := knowledge.Check(got.Merge(base()), knowledge.Options{Now: today})
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range report.Errors {
		if p.ID == got.FAQs[0].ID {
			t.Error(p)
		}
	}
	if f := got.FAQs[0]; f.Item != "id-card-replace" || f.Answer[0].By[0] != knowledge.Basis("fact:"+f.ID) {
		t.Errorf("%+v", f)
	}
}

func TestReadRefuses(t *testing.T) {
	for name, data := range map[string][]byte{"a.doc": nil, "a.xlsx": []byte("PK no zip"), "b.csv": {0xff, 0xfe, 0x41, 0x00, 0xff}} {
		if _, err := Read(name, data); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func FuzzEntries(f *testing.F) {
	f.Add([]byte(head + "证件办理,甲,内容 15 日。,gaj,日常咨询,乙\n"))
	f.Add([]byte("\xef\xbb\xbf" + head + "\"a\nb\",\"x\"\"y\",\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		tables, err := Read("a.csv", data)
		if err != nil {
			return
		}
		got, problems := Entries(tables[0], base(), time.Unix(0, 0))
		for _, p := range problems {
			if p.Text == "" || p.File == "" {
				t.Fatalf("a problem without words: %+v", p)
			}
		}
		seen := map[string]bool{}
		for _, x := range got.FAQs {
			if seen[x.ID] || x.Question == "" || len(x.Answer) == 0 {
				t.Fatalf("bad entry %+v", x)
			}
			seen[x.ID] = true
		}
	})
}

func FuzzLine(f *testing.F) {
	f.Add(`身份证｜形式：原件【law:居民身份证法#第十一条】`)
	f.Add(`a\｜b\【c\】\\d\n`)
	f.Fuzz(func(t *testing.T, s string) {
		l, err := parseLine(s)
		if err != nil {
			return
		}
		again, err := parseLine(l.String())
		if err != nil || again.String() != l.String() {
			t.Fatalf("%q → %q → %q (%v)", s, l.String(), again.String(), err)
		}
	})
}

func FuzzWorkbook(f *testing.F) {
	raw, err := Workbook(&knowledge.Corpus{Departments: base().Departments, Items: base().Items})
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<20 || bytes.Count(data, []byte("PK\x01\x02")) > 100 {
			return
		}
		tables, err := Read("a.xlsx", data)
		if err != nil {
			return
		}
		Parse(tables, &knowledge.Corpus{}, time.Now())
	})
}
