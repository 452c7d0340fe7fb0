package sheet

import (
	"encoding/json"
	"strings"
	"unicode/utf8"

	"bangban/city/org"
	"bangban/knowledge"
)

// names finds the numbers of records by what people call them.
type names map[string]string

// call notes what a record is called; a name that two records bear is nobody's.
func (n names) call(id string, called ...string) {
	for _, c := range append(called, id) {
		if c = strings.TrimSpace(c); c == "" {
			continue
		}
		if other, taken := n[c]; taken && other != id && c != id {
			n[c] = ""
			continue
		}
		n[c] = id
	}
}

// to puts the number for a name; what is not known stays, and the check says so.
func (n names) to(ref string) string {
	for _, r := range []string{ref, plainID(ref)} {
		if id := n[r]; id != "" {
			return id
		}
	}
	return ref
}

func toAll[S ~string](n names, refs []S) {
	for i, r := range refs {
		refs[i] = S(n.to(string(r)))
	}
}

// resolve puts numbers where the sheets name departments, regions, items, points and topics by their names.
func (r *reading) resolve() {
	all := r.corpus.Merge(r.base)
	city := cityOf(all)
	items, offices, regions, points, events := names{}, names{}, names{}, names{}, names{}
	for _, it := range all.Items {
		items.call(string(it.ID), it.Name, it.Short)
	}
	for _, e := range all.Events {
		events.call(e.ID, e.Name)
	}
	for _, p := range all.Points {
		points.call(p.ID, p.Name)
	}
	for _, d := range all.Departments {
		called := append([]string{d.Name}, d.Aliases...)
		if rest, ok := strings.CutPrefix(d.Name, city); ok && city != "" { // 云溪市公安局 is 市公安局 and 公安局
			_, n := utf8.DecodeLastRuneInString(city)
			called = append(called, city[len(city)-n:]+rest, rest)
		}
		offices.call(d.ID, called...)
	}
	for _, g := range all.Regions {
		regions.call(g.Code, append([]string{g.Name}, g.Aliases...)...)
	}
	for _, g := range r.corpus.Regions {
		g.Parent = regions.to(g.Parent)
		if g.Parent == "" {
			g.Parent = regions.above(g.Code)
		}
	}
	place := func(d *knowledge.Details) {
		for i := range d.Places {
			d.Places[i].Point, d.Places[i].Region = points.to(d.Places[i].Point), regions.to(d.Places[i].Region)
		}
	}
	for _, it := range r.corpus.Items {
		it.Department = offices.to(it.Department)
		toAll(offices, it.CoDepartments)
		toAll(regions, it.Regions)
		toAll(events, it.LifeEvents)
		toAll(items, it.Related)
		topics(it.Topics, false)
		topics(it.LegalTopics, true)
		place(&it.Details)
		for i := range it.Situations {
			place(&it.Situations[i].Details)
		}
	}
	for _, f := range r.corpus.FAQs {
		f.Item, f.Department = knowledge.ItemID(items.to(string(f.Item))), offices.to(f.Department)
		toAll(regions, f.Regions)
		topics(f.Topics, false)
		for _, it := range all.Items {
			if it.ID == f.Item {
				f.Situation = situationNamed(it, f.Situation)
			}
		}
	}
	for _, e := range r.corpus.Events {
		toAll(items, e.Items)
		topics(e.Topics, false)
	}
	for _, p := range r.corpus.Points {
		p.Region = regions.to(p.Region)
		toAll(items, p.Items)
	}
}

func situationNamed(it *knowledge.Item, name string) string {
	for _, s := range it.Situations {
		if s.Name == name {
			return s.ID
		}
	}
	return name
}

// topics puts codes for the names of 主题.
func topics(list []string, legal bool) {
	for i, name := range list {
		if t, ok := knowledge.TopicNamed(name, legal); ok {
			list[i] = t.Code
		}
	}
}

// above is the region of which a code is a part: 990102001 lies in 990102, that in 990100.
func (n names) above(code string) string {
	parent := ""
	switch len(code) {
	case 12:
		parent = code[:9]
	case 9:
		parent = code[:6]
	case 6:
		parent = code[:4] + "00"
	}
	if parent == code || n[parent] != parent {
		return ""
	}
	return parent
}

// cityOf is the name of the city itself: the region to which the others belong.
func cityOf(c *knowledge.Corpus) string {
	for _, g := range c.Regions {
		if len(g.Code) == 6 && strings.HasSuffix(g.Code, "00") && !strings.HasSuffix(g.Code, "0000") {
			return g.Name
		}
	}
	for _, g := range c.Regions {
		if len(g.Code) == 6 && g.Parent == "" {
			return g.Name
		}
	}
	return ""
}

// date gives its day to what bears none: the day on which it was last changed, else today; so that the same sheet again is no work.
func (r *reading) date() {
	before := map[string]any{}
	for _, it := range r.base.Items {
		before["item "+string(it.ID)] = it
	}
	for _, f := range r.base.FAQs {
		before["faq "+f.ID] = f
	}
	for _, e := range r.base.Events {
		before["event "+e.ID] = e
	}
	for _, p := range r.base.Points {
		before["point "+p.ID] = p
	}
	for _, x := range r.undated {
		key, day := dated(x)
		if old := before[key]; old != nil {
			_, was := dated(old)
			today := *day
			*day = *was
			if encoded(x) != encoded(old) {
				*day = today
			}
		}
	}
	for _, own := range r.facts {
		if own.day != nil {
			own.fact.AsOf = *own.day
		}
	}
}

func encoded(x any) string {
	raw, _ := json.Marshal(x) // plain data always does
	return string(raw)
}

// dated is the key of a record that bears a day, and where the day stands.
func dated(x any) (key string, day *string) {
	switch x := x.(type) {
	case *knowledge.Item:
		return "item " + string(x.ID), &x.Updated
	case *knowledge.FAQ:
		return "faq " + x.ID, &x.Updated
	case *knowledge.LifeEvent:
		return "event " + x.ID, &x.Updated
	case *org.ServicePoint:
		return "point " + x.ID, &x.Updated
	}
	return "", new(string)
}
