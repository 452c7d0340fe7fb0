package knowledge

import (
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func TestSayingsJoinTheirEntries(t *testing.T) {
	c, problems := LoadFS(fstest.MapFS{
		"items/a.yaml":    {Data: []byte("- {id: card, name: 补卡, short: 补卡, common: [卡没了], targets: [person], department: x, updated: \"2026-01-01\"}\n")},
		"faq/a.yaml":      {Data: []byte("- {id: card-faq, kind: faq, question: 卡多少钱, answer: [{text: 不要钱}], department: x, updated: \"2026-01-01\"}\n")},
		"events.yaml":     {Data: []byte("- {id: move, name: 搬家, words: [搬家], summary: {text: 搬}, items: [card], updated: \"2026-01-01\"}\n")},
		"sayings/a.tsv":   {Data: []byte("# comment\n\ncard\t卡找不见了\t卡没了\t \ncard-faq\t补卡花多少\nmove\t换房子住\n")},
		"sayings/bad.tsv": {Data: []byte("gone\t没有这个\ncard\n")},
	})
	if got := c.Items[0].Common; !slices.Equal(got, []string{"卡没了", "卡找不见了"}) {
		t.Errorf("names of the card: %q", got)
	}
	if got := c.FAQs[0].Variants; !slices.Equal(got, []string{"补卡花多少"}) {
		t.Errorf("variants: %q", got)
	}
	if got := c.Events[0].Words; !slices.Contains(got, "换房子住") {
		t.Errorf("words: %q", got)
	}
	if len(problems) != 2 || problems[0].Line != 2 || !strings.Contains(problems[1].Text, "没有“gone”这个条目") {
		t.Errorf("problems %v", problems)
	}
}

func TestParseGaps(t *testing.T) {
	gaps, problems := ParseGaps([]byte("# gaps\nnear\t商标注册\t注册个商标\t商标多少钱\nout\t天气\t明天下雨吗\nnear\t商标注册\nfar\tx\nnear\t \nout\t天气 \t下雪吗\n"))
	if len(gaps) != 2 || gaps[0].Outside || !gaps[1].Outside || len(gaps[0].Sayings) != 2 || gaps[0].ID() != "gap-商标注册" {
		t.Errorf("gaps %+v", gaps)
	}
	if len(problems) != 4 || problems[0].Line != 4 || problems[1].Line != 5 || problems[2].Line != 6 || problems[3].Line != 7 {
		t.Errorf("problems %v", problems)
	}
	if d := gapDocument(gaps[0]); d.Kind != KindGap || !slices.Equal(d.Titles, []string{"商标注册", "注册个商标", "商标多少钱"}) {
		t.Errorf("document %+v", d)
	}
	lists := WordLists(map[string][]byte{GapsFile: nil, "stop.tsv": nil})
	if _, ok := lists[GapsFile]; ok || len(lists) != 1 {
		t.Errorf("lists %v", lists)
	}
}

func FuzzParseGaps(f *testing.F) {
	f.Add([]byte("near\tx\ty\n\n#\nout\n"))
	f.Add([]byte("near\tx \ty\nout\tx\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		gaps, _ := ParseGaps(raw)
		ids := map[string]bool{}
		for _, g := range gaps {
			if g.Name == "" || slices.Contains(g.Sayings, "") || ids[g.ID()] {
				t.Errorf("gap %+v", g)
			}
			ids[g.ID()] = true
		}
	})
}
