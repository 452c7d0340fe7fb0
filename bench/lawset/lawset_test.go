package lawset

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The texts are of our own making.
const parking = `# 停车管理规定

2019年1月1日 通过

<!-- INFO END -->

## 第一章 总则

第一条 为了停车有序，制定本规定。

第二条 停车应当在划定的地方：

（一）停车场；

（二）停车位。

## 第二章 附则

本章说明。

第三条之一 本规定自公布之日起施行。
`

func write(t *testing.T, dir string, files map[string]string) string {
	t.Helper()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestArticles(t *testing.T) {
	dir := write(t, t.TempDir(), map[string]string{
		"地方/停车管理规定(2019-01-01).md": parking,
		"地方/停车管理规定(2012-01-01).md": "第一条 旧文。\n第九条 旧文。",
		"民法典/总则.md":                "第一条 总则第一条。",
		"民法典/合同编.md":               "第四百六十三条 合同编。",
		"README.md":                "第一条 不是法规。",
	})
	got, err := readLaws(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, a := range got {
		ids = append(ids, a.id())
	}
	want := "停车管理规定#第一条 停车管理规定#第二条 停车管理规定#第三条之一 民法典#第四百六十三条 民法典#第一条"
	if strings.Join(ids, " ") != want {
		t.Errorf("got %v, want %v", ids, want)
	}
	if want := "停车应当在划定的地方：\n（一）停车场；\n（二）停车位。"; got[1].text != want {
		t.Errorf("got %q, want %q", got[1].text, want)
	}
	if got, _ := readLaws(dir, []string{"民法典"}); len(got) != 2 {
		t.Errorf("one folder: got %d articles, want 2", len(got))
	}
}

func TestBuildChecksJudgements(t *testing.T) {
	laws := write(t, t.TempDir(), map[string]string{"停车管理规定(2019-01-01).md": parking})
	const queries = `{"_id":"q1","text":"车停哪"}` + "\n"
	for _, tt := range []struct{ name, qrels, want string }{
		{"right", "q1\t停车管理规定#第二条\t1\n", ""},
		{"with header", "query-id\tcorpus-id\tscore\nq1\t停车管理规定#第二条\t1\n", ""},
		{"unknown article", "q1\t停车管理规定#第九条\t1\n", "line 1: no article"},
		{"unknown query", "q1\t停车管理规定#第二条\t1\nq2\t停车管理规定#第二条\t1\n", "line 2: no query"},
		{"no judgement", "\n", `query "q1" has no judgement`},
		{"cells missing", "q1 停车管理规定#第二条\n", "line 1: want query"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			set := write(t, t.TempDir(), map[string]string{"queries.jsonl": queries, "qrels.tsv": tt.qrels})
			out := t.TempDir()
			_, err := Build(laws, set, out)
			switch {
			case tt.want == "" && err != nil:
				t.Fatal(err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Fatalf("got %v, want %q", err, tt.want)
			case tt.want == "":
				corpus, err := os.ReadFile(filepath.Join(out, "corpus.jsonl"))
				if err != nil || !strings.Contains(string(corpus), `{"_id":"停车管理规定#第一条","title":"停车管理规定 第一条","text":"为了停车有序，制定本规定。"}`) {
					t.Errorf("corpus %s, %v", corpus, err)
				}
			}
		})
	}
}
