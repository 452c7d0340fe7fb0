package nlu

import (
	"strings"
	"testing"
)

func TestParseLexiconErrors(t *testing.T) {
	for _, row := range []struct{ name, content, want string }{
		{"other.tsv", "", "no file of a lexicon"},
		{"intents.tsv", "# comment\nwish\t帮我\t60", "intents.tsv line 2: no intent"},
		{"intents.tsv", "ask\t@how", "no group @how"},
		{"intents.tsv", "ask\t(@nobody)", "no group @nobody"},
		{"intents.tsv", "ask\t(怎么", "( without its )"},
		{"intents.tsv", "ask\t(a|(b|c))", "a group inside a group"},
		{"intents.tsv", "ask\t怎么{x}", "a gap is {n}"},
		{"intents.tsv", "ask\t怎么{4}", "a gap with nothing after it"},
		{"intents.tsv", "ask\t(怎么)?", "nothing in it must be there"},
		{"intents.tsv", "ask\t怎么\tmany", "is no number"},
		{"attributes.tsv", "colour\t颜色", "no attribute"},
		{"synonyms.tsv", "娃\t孩子\t1", "weight (above 0, below 1)"},
		{"synonyms.tsv", "(娃|宝)\t孩子\t0.5\t0.5", "no way back"},
		{"soundalikes.tsv", "错", "want wrong and right"},
		{"dangers.tsv", "fire\tloud\t火", "no mode"},
		{"situations.tsv", "other\t丢\t丢了", "want act or situation"},
		{"emotion.tsv", "2\t气", "want a weight up to 1"},
		{"phrases.tsv", "song\t啦啦", "no kind"},
		{"othercities.tsv", "planet\t火星", "no kind"},
		{"groups.tsv", "one", "want name and words"},
		{"stop.tsv", "的\tx", "is no number"},
		{"corpus/lexicon/whole.tsv", "居住证 身份证", ""},
	} {
		_, err := ParseLexicon(map[string][]byte{row.name: []byte(row.content)})
		switch {
		case row.want == "" && err != nil:
			t.Errorf("%s %q: got %v", row.name, row.content, err)
		case row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)):
			t.Errorf("%s %q: got %v, want %q", row.name, row.content, err, row.want)
		}
	}
}

// TestEmptyLexicon: an Understander without any data still reads a text.
func TestEmptyLexicon(t *testing.T) {
	l, err := ParseLexicon(nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := New(l, Places{}, []string{"居住证", "", "😀"})
	if err != nil {
		t.Fatal(err)
	}
	got := u.Understand("居住证怎么办", testNow)
	if got.Intent != Ask || got.Core != "居住证怎么办" || len(got.Terms) == 0 {
		t.Errorf("got %+v", got)
	}
}

// FuzzParseLexicon: no file of a lexicon panics, and what is accepted can be used.
func FuzzParseLexicon(f *testing.F) {
	starter(f) // the dictionary is read before the clock of the first input runs
	for name, content := range lexiconFiles(f) {
		f.Add(name, content[:min(len(content), 1500)])
	}
	f.Add("intents.tsv", []byte("ask\t^(a|b)?{3}c$\t10\td / e"))
	f.Fuzz(func(t *testing.T, name string, content []byte) {
		l, err := ParseLexicon(map[string][]byte{name: content})
		if err != nil {
			return
		}
		u, err := New(l, Places{}, nil)
		if err != nil {
			t.Fatal(err)
		}
		u.Understand("你好,abc身份证丢了怎么补", testNow)
	})
}

func TestPattern(t *testing.T) {
	groups := map[string][]string{"how": {"怎么", "如何"}}
	for _, row := range []struct {
		pattern, text string
		want          bool
	}{
		{"怎么办", "身份证怎么办", true},
		{"(@how)(办|弄)", "如何弄", true},
		{"(@how)(办|弄)", "怎么去办", false},
		{"(@how){2}(办|弄)", "怎么去办", true},
		{"(@how){2}(办|弄)", "怎么。办", false},
		{"帮我{6}(预约|约)", "帮我在明天预约", true},
		{"帮我{2}预约", "帮我在明天上午预约", false},
		{"(请)?帮我", "帮我", true},
		{"(请)?帮我", "请帮我", true},
		{"^帮我$", "帮我", true},
		{"^帮我$", "。帮我!", true},
		{"^帮我$", "请帮我", false},
		{"^{1}帮我", "请帮我", true},
		{"sb", "sb", true},
		{"sb", "usb", false},
		{"110", "打110", true},
		{"110", "1101", false},
		{"甲{2}乙(丙)?丁", "甲一乙丁", true},
		{"甲{2}乙(丙)?丁", "甲一乙丙丁", true},
		{"甲{2}乙(丙)?丁", "甲一乙戊丁", false},
	} {
		b := newBook()
		if _, err := b.add(row.pattern, groups); err != nil {
			t.Fatal(err)
		}
		r := b.read([]rune(Normalise(row.text)))
		r.begin, r.end = utterance(r.runes)
		if got := len(r.matches()) > 0; got != row.want {
			t.Errorf("%s in %s: got %v", row.pattern, row.text, got)
		}
	}
}

// TestReadingIsBounded: a text made to be slow is given up on.
func TestReadingIsBounded(t *testing.T) {
	b := newBook()
	if _, err := b.add("a{40}a{40}a{40}a{40}a{40}b", nil); err != nil {
		t.Fatal(err)
	}
	r := b.read([]rune(strings.Repeat("a ", 2000)))
	r.matches()
	if r.effort > 0 {
		t.Error("the text was not slow")
	}
}
