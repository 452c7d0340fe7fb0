package nlu

import (
	"bytes"
	"os"
	"testing"
)

// The list of cities holds all of them; the one that is served, its districts and its province are not elsewhere.
func TestTheServedCityIsNoOther(t *testing.T) {
	raw, err := os.ReadFile("../corpus/lexicon/othercities.tsv")
	if err != nil {
		t.Fatal(err)
	}
	cities := map[string]*Understander{}
	for name, regions := range map[string][]Region{
		"杭州": {{Code: "330100", Name: "杭州市", Aliases: []string{"杭州"}}, {Code: "330109", Name: "萧山区", Parent: "330100"}},
		"宁波": {{Code: "330200", Name: "宁波市"}, {Code: "330282", Name: "慈溪市", Parent: "330200"}},
		"云溪": {{Code: "990181", Name: "云溪市"}},
	} {
		l, err := ParseLexicon(map[string][]byte{"othercities.tsv": bytes.ReplaceAll(raw, []byte(CityMark), []byte(name))})
		if err != nil {
			t.Fatal(err)
		}
		if cities[name], err = New(l, Places{Regions: regions}, nil); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct{ city, ask, want string }{
		{"杭州", "杭州公积金怎么提取", ""},
		{"杭州", "萧山的落户条件", ""},
		{"杭州", "浙江社保怎么查", ""},
		{"杭州", "宁波公积金怎么提取", "宁波"},
		{"宁波", "宁波的公积金怎么提取", ""},
		{"宁波", "慈溪的公积金怎么提取", ""},
		{"宁波", "浙江社保怎么查", ""},
		{"宁波", "杭州公积金怎么提取", "杭州"},
		{"云溪", "云溪公积金怎么提取", ""},
		{"云溪", "杭州公积金怎么提取", "杭州"},
		{"云溪", "浙江社保怎么查", "浙江"},
	} {
		got := cities[c.city].Understand(c.ask, testNow)
		if got.Slots.OtherCity != c.want {
			t.Errorf("in %s, %s: other city %q, want %q", c.city, c.ask, got.Slots.OtherCity, c.want)
		}
	}
}
