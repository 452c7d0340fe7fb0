package law

import (
	"errors"
	"io/fs"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

const ferry = "# 渡口条例\n\n2015年3月1日 国务院令第656号公布\n\n<!-- INFO END -->\n\n第一条 渡口。\n"

func encoded(t *testing.T, name, text string) []byte {
	t.Helper()
	var raw []byte
	var err error
	switch name {
	case "gb18030":
		raw, err = simplifiedchinese.GB18030.NewEncoder().Bytes([]byte(text))
	case "utf16":
		raw, err = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().Bytes([]byte(text))
	case "bom":
		raw = []byte("\ufeff" + text)
	case "crlf":
		raw = []byte(strings.ReplaceAll(text, "\n", "\r\n"))
	}
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

func walked(t *testing.T, files fs.FS) (texts []*Text, problems []Problem) {
	t.Helper()
	err := Walk(files, func(x *Text) error { texts = append(texts, x); return nil }, func(p Problem) { problems = append(problems, p) })
	if err != nil {
		t.Fatal(err)
	}
	return texts, problems
}

func TestWalkReadsEveryEncoding(t *testing.T) {
	for _, name := range []string{"gb18030", "utf16", "bom", "crlf"} {
		t.Run(name, func(t *testing.T) {
			texts, problems := walked(t, fstest.MapFS{"行政法规/渡口条例(2015-03-01).md": {Data: encoded(t, name, ferry)}})
			if len(texts) != 1 || len(problems) > 0 {
				t.Fatalf("%d texts, %v", len(texts), problems)
			}
			if a, ok := texts[0].Article("第一条"); !ok || a != "第一条 渡口。" || texts[0].Card().DocumentNo != "国务院令第656号" {
				t.Errorf("%q, %+v", a, texts[0].Card())
			}
		})
	}
}

func TestWalkSaysWhatIsWrong(t *testing.T) {
	files := fstest.MapFS{
		"a/空(2020-01-01).md":     {Data: []byte(" \n")},
		"a/乱码(2020-01-01).md":    {Data: []byte{0xff, 0xff, 0x80, 0x01}},
		"a/图片(2020-01-01).md":    {Data: []byte("第一条\x00\x01 条")},
		"a/太大(2020-01-01).md":    {Data: make([]byte, MaxBytes+1)},
		"a/(2020-01-01).md":      {Data: []byte("第一条 没有名称。\n")},
		"a/只有标题(2020-01-01).md":  {Data: []byte("# 只有标题\n\n<!-- INFO END -->\n")},
		"a/没有日期.md":              {Data: []byte("# 没有日期\n\n第一条 有正文。\n")},
		"a/好的(2020-01-01).md":    {Data: []byte("# 好的\n\n第一条 有正文。\n")},
		"a/README.md":            {Data: []byte("x")},
		"a/表.xlsx":               {Data: []byte("x")},
		".git/好的(2020-01-01).md": {Data: []byte("第一条 不是法规。\n")},
	}
	texts, problems := walked(t, files)
	var read, left, told []string
	for _, x := range texts {
		read = append(read, x.Title)
	}
	for _, p := range problems {
		if p.What == "" || p.Do == "" {
			t.Errorf("%+v says too little", p)
		}
		if p.Left {
			left = append(left, strings.TrimPrefix(p.Path, "a/"))
		} else {
			told = append(told, strings.TrimPrefix(p.Path, "a/"))
		}
	}
	slices.Sort(left)
	if want := []string{"(2020-01-01).md", "乱码(2020-01-01).md", "只有标题(2020-01-01).md", "图片(2020-01-01).md", "太大(2020-01-01).md", "空(2020-01-01).md"}; !slices.Equal(left, want) {
		t.Errorf("left out %v", left)
	}
	if !slices.Equal(read, []string{"好的", "没有日期"}) || !slices.Equal(told, []string{"没有日期.md"}) {
		t.Errorf("read %v, told of %v", read, told)
	}
}

type unreadable struct{ fs.FS }

func (u unreadable) Open(name string) (fs.File, error) {
	if strings.HasSuffix(name, "坏(2020-01-01).md") {
		return nil, fs.ErrPermission
	}
	return u.FS.Open(name)
}

func TestAFileThatCannotBeReadStopsOpenAlone(t *testing.T) {
	files := unreadable{fstest.MapFS{"好(2020-01-01).md": {Data: []byte("第一条 好。")}, "坏(2020-01-01).md": {Data: []byte("第一条 坏。")}}}
	texts, problems := walked(t, files)
	if len(texts) != 1 || len(problems) != 1 || !errors.Is(problems[0].Cause, fs.ErrPermission) {
		t.Errorf("%d texts, %v", len(texts), problems)
	}
	if _, err := Open(files); !errors.Is(err, fs.ErrPermission) {
		t.Errorf("Open: %v", err)
	}
}

// The regulation is of our own making.
const canal = `# 运河船闸管理条例

（2021年6月1日公布）

为了管好船闸，制定本条例。

目　录

第一章　总则

第一章　总则

第一条　船闸由市里管。

第二条【用语】本条例所称船闸，是指：

| 名称 | 说明 |
| --- | --- |
| 大闸 | 三百吨以上 |

## 第二章 过闸

### 第一节 排队

第三条 船按到达的先后过闸。

第三条之一 急救船先过。

**第四条** 过闸费另定。

### 第二节 没有划入闸区、

锚地的水域

第五条 锚地的水域同前。

## 附件

过闸单样式。

# 关于修改的决定

第一条 改第三条。
`

func TestEntries(t *testing.T) {
	texts, _ := walked(t, fstest.MapFS{"水运/运河船闸管理条例.txt": {Data: []byte(canal)}})
	if len(texts) != 1 || texts[0].Date != "2021-06-01" {
		t.Fatalf("%+v", texts)
	}
	type row struct{ key, label, headings, text string }
	want := []row{
		{"x1", "序言", "", "为了管好船闸，制定本条例。"},
		{"1", "第一条", "第一章 总则", "船闸由市里管。"},
		{"2", "第二条", "第一章 总则", "【用语】本条例所称船闸，是指：\n\n| 名称 | 说明 |\n| --- | --- |\n| 大闸 | 三百吨以上 |"},
		{"3", "第三条", "第二章 过闸/第一节 排队", "船按到达的先后过闸。"},
		{"3-1", "第三条之一", "第二章 过闸/第一节 排队", "急救船先过。"},
		{"4", "第四条", "第二章 过闸/第一节 排队", "过闸费另定。"},
		{"5", "第五条", "第二章 过闸/第二节 没有划入闸区、锚地的水域", "锚地的水域同前。"},
		{"x2", "附件", "附件", "过闸单样式。"},
		{"1~2", "第一条", "关于修改的决定", "改第三条。"},
	}
	got := texts[0].Entries()
	for i, e := range got {
		r := row{e.Key, e.Label, strings.Join(e.Headings, "/"), e.Text}
		if i >= len(want) || r != want[i] {
			t.Errorf("%d: %q", i, r)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%d entries, want %d", len(got), len(want))
	}
	if e := got[min(4, len(got)-1)]; e.Number != 3 || e.Sub != 1 {
		t.Errorf("第三条之一 is %d, %d", e.Number, e.Sub)
	}
}

func TestATextWithoutArticlesIsOneEntry(t *testing.T) {
	texts, _ := walked(t, fstest.MapFS{"部门规章/某部/渡口值班通知(2009-03-29).md": {Data: []byte("# 渡口值班通知\n\n<!-- INFO END -->\n\n一、白天两人。\n\n二、夜里一人。\n")}})
	e := texts[0].Entries()
	if len(e) != 1 || e[0].Key != "x1" || e[0].Label != "全文" || !strings.HasSuffix(e[0].Text, "一人。") {
		t.Errorf("%+v", e)
	}
	if c := texts[0].Card(); c.Issuer != "某部" || c.Level != "rule" {
		t.Errorf("%+v", c)
	}
}

func FuzzDecode(f *testing.F) {
	f.Add([]byte(ferry), "渡口条例(2015-03-01).md")
	f.Add([]byte(canal), "运河船闸管理条例.txt")
	f.Add([]byte{0xff, 0xfe, 0x2c, 0x7b}, "a.md")
	f.Add([]byte("第一百二十八 条侦查人员"), "a.md")
	f.Fuzz(func(t *testing.T, raw []byte, name string) {
		body, err := decode(raw)
		if err != nil {
			return
		}
		x := newText(name, body)
		keys := map[string]bool{}
		for _, e := range x.Entries() {
			if e.Key == "" || e.Label == "" || keys[e.Key] {
				t.Fatalf("entry %+v of %q", e, name)
			}
			keys[e.Key] = true
		}
		x.Card()
		x.Days()
		x.Repeals()
	})
}
