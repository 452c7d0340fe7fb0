package knowledge

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"bangban/city/org"
)

func TestCityNames(t *testing.T) {
	for _, c := range []struct {
		name        string
		regions     []*org.Region
		short, long string
	}{
		{"没有区划", nil, "本市", "本市"},
		{"地级市", []*org.Region{{Code: "330000", Name: "浙江省"}, {Code: "330102", Name: "上城区", Parent: "330100"}, {Code: "330100", Name: "杭州市"}}, "杭州", "杭州市"},
		{"县级市自己用", []*org.Region{{Code: "990181001", Name: "石桥街道", Parent: "990181"}, {Code: "990181", Name: "云溪市"}}, "云溪", "云溪市"},
		{"直辖市", []*org.Region{{Code: "110000", Name: "北京市"}, {Code: "110101", Name: "东城区", Parent: "110000"}}, "北京", "北京市"},
		{"州", []*org.Region{{Code: "532900", Name: "大理州"}}, "大理州", "大理州"},
	} {
		if short, long := cityNames(c.regions); short != c.short || long != c.long {
			t.Errorf("%s: %s, %s, want %s, %s", c.name, short, long, c.short, c.long)
		}
	}
}

func TestSentencesAndListsSayTheCity(t *testing.T) {
	c := &Corpus{Regions: []*org.Region{{Code: "990100", Name: "云溪市"}}, Sentences: []*Sentence{{Key: "a.b", Text: "{city_name}的{place}，{city}", Voice: "{city}"}},
		Lexicon: map[string][]byte{"stop.tsv": []byte("{city}|{city}市\t0.2\n"), GapsFile: []byte("near\t房价\t{city}房价多少\n")}}
	l := NewLibrary(c, time.Now(), nil)
	if s, _ := l.Sentence("a.b"); s.Text != "云溪市的{place}，云溪" || s.Voice != "云溪" {
		t.Errorf("sentence: %+v", s)
	}
	if got := string(l.Lexicon()["stop.tsv"]); got != "云溪|云溪市\t0.2\n" {
		t.Errorf("list: %s", got)
	}
	found := false
	for _, d := range l.Documents() {
		found = found || d.Kind == KindGap && d.Titles[1] == "云溪房价多少"
	}
	if !found || string(c.Lexicon["stop.tsv"]) != "{city}|{city}市\t0.2\n" {
		t.Error("the gaps do not say the city, or the corpus was changed")
	}
}

// What the program says and knows of words serves every city: none of it names Hangzhou, but for the list of all cities and for names
// of firms.
func TestTheProgramNamesNoCity(t *testing.T) {
	files, err := filepath.Glob("../corpus/lexicon/*.tsv")
	if err != nil || len(files) == 0 {
		t.Fatal(err)
	}
	for _, f := range append(files, "../corpus/sentences.yaml") {
		raw, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for line := range bytes.Lines(raw) {
			n++
			s := strings.ReplaceAll(string(line), "杭州银行", "")
			if !strings.HasPrefix(s, "#") && strings.Contains(s, "杭州") && filepath.Base(f) != "othercities.tsv" {
				t.Errorf("%s:%d names Hangzhou; write {city}", f, n)
			}
		}
	}
}
