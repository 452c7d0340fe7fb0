package statute

import (
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/nlu"
)

func TestSnippet(t *testing.T) {
	text := strings.Repeat("前面是别的话。", 30) + "河船应当登记。" + strings.Repeat("后面也是别的话。", 30)
	got, matched := snippet(text, []string{"河船", "登记", "木船"})
	if !strings.HasPrefix(got, "…") || !strings.HasSuffix(got, "…") || !strings.Contains(got, "河船应当登记") || !slices.Equal(matched, []string{"河船", "登记"}) {
		t.Errorf("%q %v", got, matched)
	}
	if got, matched := snippet("短。", nil); got != "短。" || matched != nil {
		t.Errorf("%q %v", got, matched)
	}
}

func FuzzSnippet(f *testing.F) {
	f.Add("河船应当登记。\n\n十五日内发证。", "河船登记要多久")
	f.Fuzz(func(t *testing.T, text, question string) {
		lexicon, err := nlu.ParseLexicon(nil)
		if err != nil {
			t.Fatal(err)
		}
		u, err := nlu.New(lexicon, nlu.Places{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got, _ := snippet(text, wordsOf(u.Understand(question, time.Now()))); len([]rune(got)) > snippetLength+2 {
			t.Errorf("%d characters", len([]rune(got)))
		}
		c := newCatalogue([]*Law{{No: 1, Title: "河船登记法", Version: "2020-01-01", Keys: []string{"1"}}}, nil, "2026-01-01")
		c.named(question, func(*Law) bool { return true })
		c.find(question)
	})
}

func TestArticleKey(t *testing.T) {
	for in, want := range map[string]string{"第十一条": "11", "第11条": "11", "11": "11", "第十条之一": "10-1", "x1": "x1", "没有": "没有"} {
		if got := ArticleKey(in); got != want {
			t.Errorf("%s: %s", in, got)
		}
	}
}
