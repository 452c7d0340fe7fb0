package knowledge

import (
	"strings"

	"bangban/nlu"
)

// makeDocuments writes every entry as it is searched.
func (l *Library) makeDocuments() []*Document {
	docs := make([]*Document, 0, len(l.items)+len(l.faqs)+len(l.events)+len(l.hotlines)+len(l.points))
	for _, it := range l.items {
		docs = append(docs, l.itemDocument(it))
	}
	for _, f := range l.faqs {
		docs = append(docs, l.faqDocument(f))
	}
	for _, e := range l.events {
		docs = append(docs, l.eventDocument(e))
	}
	for _, h := range l.hotlines {
		titles := append([]string{h.Name, h.Number}, h.Aliases...)
		for _, a := range append([]string{h.Name}, h.Aliases...) {
			if !strings.HasSuffix(a, "电话") && !strings.HasSuffix(a, "热线") {
				titles = append(titles, a+"电话")
			}
		}
		docs = append(docs, &Document{ID: "hotline-" + h.Number, Kind: KindHotline, Titles: titles, Body: h.For, Attribute: nlu.Phone})
	}
	for _, p := range l.points {
		titles := append([]string{p.Name}, p.Aliases...)
		docs = append(docs, &Document{ID: "point-" + p.ID, Kind: KindPoint, Titles: titles, Body: joinLines(p.Address, p.Note), Attribute: nlu.Place,
			Regions: []string{p.Region}})
	}
	return docs
}

func (l *Library) itemDocument(it *Item) *Document {
	d := &Document{ID: string(it.ID), Kind: KindItem, Item: it.ID, Regions: it.Regions, Topics: it.Topics, AgentOnly: it.Secrecy == "agent"}
	d.From, d.Until = bounds(it.Effective, it.Expires)
	d.Titles = append(d.Titles, it.Name)
	if it.Short != "" {
		d.Titles = append(d.Titles, it.Short)
	}
	d.Titles = append(d.Titles, it.Common...)
	body := []string{}
	for _, s := range it.Situations {
		d.Titles = append(d.Titles, it.Short+s.Name)
		body = append(body, s.Words...)
		body = append(body, s.Details.text()...)
	}
	if it.Summary != nil {
		body = append(body, it.Summary.Text)
	}
	body = append(body, it.Details.text()...)
	if dep, ok := l.Department(it.Department); ok {
		body = append(body, dep.Name)
	}
	d.Body = joinLines(body...)
	return d
}

func (l *Library) faqDocument(f *FAQ) *Document {
	d := &Document{ID: f.ID, Kind: KindFAQ, Item: f.Item, Attribute: nlu.Attribute(f.Attribute), Regions: f.Regions, Topics: f.Topics,
		AgentOnly: f.Secrecy == "agent", Titles: append([]string{f.Question}, f.Variants...)}
	d.From, d.Until = bounds(f.Effective, f.Expires)
	d.Body = joinLines(factTexts(f.Answer)...)
	return d
}

func (l *Library) eventDocument(e *LifeEvent) *Document {
	d := &Document{ID: e.ID, Kind: KindEvent, Topics: e.Topics, Titles: append([]string{e.Name}, e.Words...)}
	body := factTexts(e.Steps)
	for _, id := range e.Items {
		if it, ok := l.Item(id); ok {
			body = append(body, it.Name)
		}
	}
	d.Body = joinLines(body...)
	return d
}

// text is what the details say, for the body of the search.
func (d *Details) text() []string {
	var out []string
	out = append(out, factTexts(d.Conditions)...)
	for _, m := range d.Materials {
		out = append(out, m.Name)
	}
	for _, p := range d.Places {
		out = append(out, p.Text)
	}
	for _, f := range d.Fees {
		out = append(out, f.Name, f.When)
	}
	if d.Result != nil {
		out = append(out, d.Result.Name)
	}
	out = append(out, factTexts(d.Validity)...)
	out = append(out, factTexts(d.Steps)...)
	return append(out, factTexts(d.Notes)...)
}

func factTexts(facts []Fact) []string {
	out := make([]string, len(facts))
	for i, f := range facts {
		out[i] = f.Text
	}
	return out
}

func joinLines(parts ...string) string {
	kept := parts[:0:0]
	for _, p := range parts {
		if p != "" {
			kept = append(kept, p)
		}
	}
	return strings.Join(kept, "\n")
}
