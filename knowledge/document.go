package knowledge

import (
	"cmp"
	"slices"
	"strings"

	"bangban/city/org"
	"bangban/nlu"
)

// describe makes the documents that are searched, by id.
func (l *Library) describe() []*Document {
	var out []*Document
	for _, it := range l.lists.Items {
		out = append(out, l.itemDocument(it))
	}
	for _, f := range l.lists.FAQs {
		out = append(out, l.faqDocument(f))
	}
	for _, e := range l.lists.Events {
		out = append(out, eventDocument(e))
	}
	for _, h := range l.lists.Hotlines {
		out = append(out, hotlineDocument(h))
	}
	for _, p := range l.lists.Points {
		out = append(out, pointDocument(p))
	}
	gaps, _ := ParseGaps(l.lists.Lexicon[GapsFile]) // its problems were told when it was read
	for _, g := range gaps {
		out = append(out, gapDocument(g))
	}
	slices.SortFunc(out, func(a, b *Document) int { return cmp.Compare(a.ID, b.ID) })
	return out
}

// words gathers text without repeating a piece.
type words struct {
	list []string
	seen map[string]bool
}

func (w *words) add(texts ...string) {
	for _, t := range texts {
		if t = strings.TrimSpace(t); t != "" && !w.seen[t] {
			if w.seen == nil {
				w.seen = map[string]bool{}
			}
			w.seen[t] = true
			w.list = append(w.list, t)
		}
	}
}

func (w *words) facts(list []Fact) {
	for _, f := range list {
		w.add(f.Text)
	}
}

func (l *Library) itemDocument(it *Item) *Document {
	d := &Document{ID: string(it.ID), Kind: KindItem, Item: it.ID, Regions: it.Regions, AgentOnly: !it.Secrecy.Public()}
	d.From, d.Until = Validity(it.Effective, it.Expires)
	d.Topics = append(append(d.Topics, it.Topics...), it.LegalTopics...)
	var titles, body words
	titles.add(it.Name, it.Short)
	titles.add(it.Common...)
	for _, s := range it.Situations { // 补领身份证 + 丢失, 丢了
		for _, name := range append([]string{s.Name}, s.Words...) {
			titles.add(cmp.Or(it.Short, it.Name) + name)
		}
	}
	if it.Summary != nil {
		body.add(it.Summary.Text)
	}
	for _, details := range it.all() {
		detailWords(&body, details)
	}
	if office := l.offices[it.Department]; office != nil {
		body.add(office.Name)
	}
	d.Titles, d.Body = titles.list, strings.Join(body.list, "\n")
	return d
}

// detailWords adds what the attributes say.
func detailWords(w *words, d *Details) {
	w.facts(d.Conditions)
	for _, m := range d.Materials {
		w.add(m.Name, m.When, m.From, m.Note)
	}
	for _, t := range []*Limit{d.Statutory, d.Promised} {
		if t != nil {
			w.add(t.Does, t.From, t.Note)
		}
	}
	for _, f := range d.Fees {
		w.add(f.Name, f.When, f.Text)
	}
	if d.Visits != nil {
		w.add(d.Visits.Reason)
	}
	for _, p := range d.Places {
		w.add(p.Text, p.Note)
	}
	if d.Online != nil {
		w.add(d.Online.Text)
	}
	if d.Agent != nil {
		w.add(d.Agent.Text)
	}
	if d.Result != nil {
		w.add(d.Result.Name, d.Result.Delivery)
	}
	w.facts(d.Hours)
	w.facts(d.Validity)
	w.facts(d.Steps)
	w.facts(d.Notes)
}

func (l *Library) faqDocument(f *FAQ) *Document {
	d := &Document{ID: f.ID, Kind: KindFAQ, Item: f.Item, Attribute: nlu.Attribute(f.Attribute), Regions: f.Regions, Topics: f.Topics, AgentOnly: !f.Secrecy.Public()}
	d.From, d.Until = Validity(f.Effective, f.Expires)
	var titles, body words
	titles.add(f.Question)
	titles.add(f.Variants...)
	body.facts(f.Answer)
	if it := l.items[f.Item]; it != nil {
		body.add(cmp.Or(it.Short, it.Name))
	}
	d.Titles, d.Body = titles.list, strings.Join(body.list, "\n")
	return d
}

func eventDocument(e *LifeEvent) *Document {
	var titles, body words
	titles.add(e.Name)
	titles.add(e.Words...)
	if e.Summary != nil {
		body.add(e.Summary.Text)
	}
	body.facts(e.Steps)
	return &Document{ID: e.ID, Kind: KindEvent, Titles: titles.list, Body: strings.Join(body.list, "\n"), Topics: e.Topics}
}

func hotlineDocument(h *org.Hotline) *Document {
	var titles words
	titles.add(h.Name)
	titles.add(h.Aliases...)
	titles.add(h.Number)
	for _, a := range append([]string{h.Name}, h.Aliases...) {
		if !strings.HasSuffix(a, "电话") && !strings.HasSuffix(a, "热线") {
			titles.add(a + "电话")
		}
	}
	return &Document{ID: "hotline-" + h.Number, Kind: KindHotline, Titles: titles.list, Body: h.For, Attribute: nlu.Phone}
}

func pointDocument(p *org.ServicePoint) *Document {
	var titles, body words
	titles.add(p.Name)
	titles.add(p.Aliases...)
	body.add(pointKinds[p.Kind], p.Address, p.Note)
	d := &Document{ID: "point-" + p.ID, Kind: KindPoint, Titles: titles.list, Body: strings.Join(body.list, "\n"), Attribute: nlu.Place}
	if p.Region != "" {
		d.Regions = []string{p.Region}
	}
	return d
}

var pointKinds = map[string]string{"hall": "政务服务中心", "counter": "部门窗口", "police": "派出所", "bank": "银行", "post": "邮政", "kiosk": "自助机", "community": "便民服务中心"}
