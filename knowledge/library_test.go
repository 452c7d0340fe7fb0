package knowledge

import (
	"slices"
	"testing"
	"time"

	"bangban/city/org"
)

func TestLibraryShowsWhatIsValid(t *testing.T) {
	c := &Corpus{FAQs: []*FAQ{
		{ID: "now", Question: "现在"},
		{ID: "last-day", Question: "今天到期", Expires: "2026-11-24"},
		{ID: "expired", Question: "昨天到期", Expires: "2026-11-23"},
		{ID: "first-day", Question: "今天生效", Effective: "2026-11-24"},
		{ID: "not-yet", Question: "明天生效", Effective: "2026-11-25"},
		{ID: "agents", Question: "内部口径", Secrecy: "agent"},
	}}
	l := NewLibrary(c, today, map[string]int{"now": 7})
	ids := func(l *Library) (out []string) {
		for _, f := range l.FAQs() {
			out = append(out, f.ID)
		}
		return out
	}
	if got, want := ids(l), []string{"first-day", "last-day", "now"}; !slices.Equal(got, want) {
		t.Errorf("citizens see %v, want %v", got, want)
	}
	if got, want := ids(l.Staff()), []string{"agents", "first-day", "last-day", "now"}; !slices.Equal(got, want) {
		t.Errorf("agents see %v, want %v", got, want)
	}
	if _, ok := l.FAQ("agents"); ok {
		t.Error("a citizen can open an agents' entry")
	}
	if midnight := time.Date(2026, 11, 25, 0, 0, 0, 0, City).UnixMicro(); l.Until() != midnight {
		t.Errorf("Until = %d, want the next midnight", l.Until())
	}
	if l.Revision("now") != 7 || l.Revision("last-day") != 1 || l.Revision("expired") != 0 {
		t.Error("revisions")
	}
	for _, d := range l.Documents() {
		if d.AgentOnly != (d.ID == "agents") || d.ID == "expired" {
			t.Errorf("document %+v", d)
		}
	}
}

func TestVersionFollowsContent(t *testing.T) {
	a, b := city(), city()
	b.FAQs[0].Question = "几岁能登记？"
	va, vb := NewLibrary(a, today, nil).Version(), NewLibrary(b, today, nil).Version()
	if va == vb || va != NewLibrary(city(), today, nil).Version() {
		t.Errorf("versions %s and %s", va, vb)
	}
}

func TestResolve(t *testing.T) {
	c := city()
	c.Laws[0].DocumentNo, c.Laws[0].Issuer = "第1号", "全国人大常委会"
	c.Facts = append(c.Facts, &SourceFact{ID: "doc", Text: "x", Source: "网页", DocumentTitle: "通知", DocumentNo: "杭政〔2020〕1号"})
	c.Pages = []*SourcePage{{ID: "p", Title: "页", URL: "https://a.example", Issuer: "局"}}
	l := NewLibrary(c, today, nil)
	for b, want := range map[Basis]Source{
		"law:河船登记法#第二条": {Title: "河船登记法", DocumentNo: "第1号", Article: "第二条", Issuer: "全国人大常委会"},
		"fact:hotline":  {Title: "市政府"},
		"fact:doc":      {Title: "通知", DocumentNo: "杭政〔2020〕1号"},
		"page:p":        {Title: "页", URL: "https://a.example", Issuer: "局"},
	} {
		if got, ok := l.Resolve(b); !ok || got != want {
			t.Errorf("Resolve(%s) = %+v, %v", b, got, ok)
		}
	}
	if _, ok := l.Resolve("fact:none"); ok {
		t.Error("an unknown fact resolves")
	}
}

func TestDocumentsNameEverything(t *testing.T) {
	c := city()
	it := c.Items[0]
	it.Short, it.Common = "登记船", []string{"给船上牌"}
	it.Situations = []Situation{{ID: "lost", Name: "丢失", Words: []string{"丢了"}}}
	c.FAQs[0].Variants = []string{"几岁能登记"}
	c.Events = []*LifeEvent{{ID: "sail", Name: "我要开船", Words: []string{"跑船"}}}
	c.Hotlines = []*org.Hotline{{Number: "12345", Name: "市民热线", Aliases: []string{"社保"}, For: "咨询"}}
	c.Points = []*org.ServicePoint{{ID: "hall", Name: "市民之家", Aliases: []string{"办事大厅"}, Kind: "hall", Region: "330100", Address: "某路"}}
	titles := map[string][]string{
		"boat":          {"河船登记", "登记船", "给船上牌", "登记船丢失", "登记船丢了"},
		"boat-faq":      {"多大能登记？", "几岁能登记"},
		"sail":          {"我要开船", "跑船"},
		"hotline-12345": {"市民热线", "社保", "12345", "社保电话"},
		"point-hall":    {"市民之家", "办事大厅"},
	}
	docs := NewLibrary(c, today, nil).Documents()
	if len(docs) != len(titles) {
		t.Errorf("%d documents", len(docs))
	}
	for _, d := range docs {
		if !slices.Equal(d.Titles, titles[d.ID]) {
			t.Errorf("%s: %v, want %v", d.ID, d.Titles, titles[d.ID])
		}
	}
}

func TestPointsOfARegion(t *testing.T) {
	c := &Corpus{Regions: []*org.Region{{Code: "330100", Name: "杭州市", Aliases: []string{"杭州"}}, {Code: "330105", Name: "拱墅区", Parent: "330100", Former: []string{"下城区"}}},
		Points: []*org.ServicePoint{{ID: "a", Name: "甲", Region: "330105", Items: []string{"boat"}}, {ID: "b", Name: "乙", Region: "330100"}}}
	l := NewLibrary(c, today, nil)
	if got := l.Points("330100", ""); len(got) != 2 {
		t.Errorf("in the city: %v", got)
	}
	if got := l.Points("330105", "boat"); len(got) != 1 || got[0].ID != "a" {
		t.Errorf("in the district, for the item: %v", got)
	}
	if r, ok := l.RegionNamed("下城区"); !ok || r.Code != "330105" {
		t.Errorf("下城区 is %+v", r)
	}
	if _, ok := l.RegionNamed("月球"); ok {
		t.Error("月球 is a region")
	}
}

// A slip in the cell that hides an entry must not show it.
func TestMisspeltSecrecyHides(t *testing.T) {
	for secrecy, public := range map[Secrecy]bool{"": true, "public": true, "agent": false, "内部口径": false, "Agent": false} {
		c := &Corpus{Items: []*Item{{ID: "a", Name: "甲", Secrecy: secrecy}}, FAQs: []*FAQ{{ID: "b", Question: "乙", Secrecy: secrecy}}}
		l := NewLibrary(c, time.Now(), nil)
		_, item := l.Item("a")
		_, faq := l.FAQ("b")
		if item != public || faq != public {
			t.Errorf("%q: item %v, FAQ %v, want %v", secrecy, item, faq, public)
		}
		for _, d := range l.Documents() {
			if d.AgentOnly == public {
				t.Errorf("%q: document %s for agents only: %v", secrecy, d.ID, d.AgentOnly)
			}
		}
	}
}
