package knowledge

import (
	"fmt"

	"bangban/city/org"
	"bangban/knowledge/quantity"
)

// claim is one filled value with its basis: what must be proved.
type claim struct {
	record any
	id     string
	field  string
	text   string // every word of it that is shown or spoken
	// figures are those that stand in fields of their own; phone and url likewise.
	figures []quantity.Quantity
	phone   string
	urls    []string
	free    bool // a fee of nothing
	copies  bool // figures count sheets, whatever they are called
	by      []Basis
}

// claims lists every value of the corpus that needs a basis.
func (c *Corpus) claims() []claim {
	var out []claim
	for _, it := range c.Items {
		out = append(out, it.claims()...)
	}
	for _, f := range c.FAQs {
		var by []Basis
		for i, a := range f.Answer {
			out = append(out, claim{record: f, id: f.ID, field: fmt.Sprintf("answer[%d]", i), text: a.Text, by: a.By})
			by = append(by, a.By...)
		}
		if f.Voice != "" {
			out = append(out, claim{record: f, id: f.ID, field: "voice", text: f.Voice, by: by})
		}
	}
	for _, e := range c.Events {
		if e.Summary != nil {
			out = append(out, claim{record: e, id: e.ID, field: "summary", text: e.Summary.Text, by: e.Summary.By})
		}
		for i, s := range e.Steps {
			out = append(out, claim{record: e, id: e.ID, field: fmt.Sprintf("steps[%d]", i), text: s.Text, by: s.By})
		}
	}
	return append(out, c.cityClaims()...)
}

func (c *Corpus) cityClaims() []claim {
	var out []claim
	for _, d := range c.Departments {
		if d.Duties != "" || d.Phone != "" {
			out = append(out, claim{record: d, id: d.ID, field: "duties", text: d.Duties, phone: d.Phone, by: bases(d.By)})
		}
	}
	for _, p := range c.Points {
		out = append(out, pointClaim(p))
	}
	for _, h := range c.Hotlines {
		out = append(out, claim{record: h, id: h.Number, field: "number", text: h.For + " " + h.Hours, phone: h.Number, by: bases(h.By)})
	}
	return out
}

func pointClaim(p *org.ServicePoint) claim {
	return claim{record: p, id: p.ID, field: "address", text: p.Address + "，" + p.Hours + "，" + p.Note, phone: p.Phone, by: bases(p.By)}
}

func bases(by []string) []Basis {
	out := make([]Basis, len(by))
	for i, b := range by {
		out[i] = Basis(b)
	}
	return out
}

func (it *Item) claims() []claim {
	var out []claim
	add := func(cl claim) {
		cl.record, cl.id = it, string(it.ID)
		out = append(out, cl)
	}
	if it.Summary != nil {
		add(claim{field: "summary", text: it.Summary.Text, by: it.Summary.By})
	}
	it.Details.claims("", add)
	for i := range it.Situations {
		s := &it.Situations[i]
		var by []Basis
		s.Details.claims("situations."+s.ID+".", func(cl claim) {
			by = append(by, cl.by...)
			add(cl)
		})
		if len(quantity.Find(s.Name)) > 0 {
			for _, cl := range out {
				by = append(by, cl.by...)
			}
			add(claim{field: "situations." + s.ID + ".name", text: s.Name, by: append(by, it.Laws...)})
		}
	}
	return out
}

func (d *Details) claims(prefix string, add func(claim)) {
	facts := func(name string, list []Fact) {
		for i, f := range list {
			add(claim{field: fmt.Sprintf("%s%s[%d]", prefix, name, i), text: f.Text, by: f.By})
		}
	}
	facts("conditions", d.Conditions)
	for i, m := range d.Materials {
		cl := claim{field: fmt.Sprintf("%smaterials[%d]", prefix, i), text: m.Name + "，" + m.When + "，" + m.From + "，" + m.Note, by: m.By}
		for _, n := range []int{m.Originals, m.Copies} {
			if n > 0 {
				cl.figures, cl.copies = append(cl.figures, quantity.Of(n, quantity.Copy)), true
			}
		}
		add(cl)
	}
	limit := func(name string, l *Limit) {
		if l == nil {
			return
		}
		cl := claim{field: prefix + name, text: l.Does + "，" + l.From + "，" + l.Note, by: l.By}
		if !l.AtOnce {
			cl.figures = []quantity.Quantity{quantity.Of(l.N, limitUnits[l.Unit])}
		}
		add(cl)
	}
	limit("statutory", d.Statutory)
	limit("promised", d.Promised)
	for i, f := range d.Fees {
		cl := claim{field: fmt.Sprintf("%sfees[%d]", prefix, i), text: f.Name + "，" + f.Per + "，" + f.When + "，" + f.Text, by: f.By}
		if amount, ok := f.Amount(); ok && amount > 0 {
			cl.figures = []quantity.Quantity{{Value: amount, Unit: quantity.Yuan}}
		} else if ok {
			cl.free = true
		}
		add(cl)
	}
	if v := d.Visits; v != nil {
		cl := claim{field: prefix + "visits", text: v.Reason, by: v.By}
		if v.Count > 0 {
			cl.figures = []quantity.Quantity{quantity.Of(v.Count, quantity.Times)}
		}
		add(cl)
	}
	for i, p := range d.Places {
		add(claim{field: fmt.Sprintf("%splaces[%d]", prefix, i), text: p.Text + "，" + p.Note, by: p.By})
	}
	facts("hours", d.Hours)
	for i, p := range d.Phones {
		add(claim{field: fmt.Sprintf("%sphones[%d]", prefix, i), text: p.For, phone: p.Number, by: p.By})
	}
	for i, p := range d.Complaint {
		add(claim{field: fmt.Sprintf("%scomplaint[%d]", prefix, i), text: p.For, phone: p.Number, by: p.By})
	}
	if o := d.Online; o != nil {
		cl := claim{field: prefix + "online", text: o.Text, by: o.By}
		for _, e := range o.Entrances {
			cl.text += "，" + e.Name
			if e.URL != "" {
				cl.urls = append(cl.urls, e.URL)
			}
		}
		add(cl)
	}
	if a := d.Agent; a != nil {
		add(claim{field: prefix + "agent", text: a.Text, by: a.By})
	}
	if r := d.Result; r != nil {
		add(claim{field: prefix + "result", text: r.Name + "，" + r.Delivery, by: r.By})
	}
	facts("validity", d.Validity)
	facts("steps", d.Steps)
	facts("notes", d.Notes)
}

var limitUnits = map[Unit]quantity.Unit{"minute": quantity.Minute, "hour": quantity.Hour, "day": quantity.Day, "working_day": quantity.WorkingDay,
	"month": quantity.Month, "year": quantity.Year}

// Amount is the fee in millionths of a yuan; ok is false where no amount is known.
func (f Fee) Amount() (micro int64, ok bool) {
	if f.Yuan == "" {
		return 0, false
	}
	found := quantity.Find(f.Yuan + "元")
	if len(found) != 1 || found[0].Text != f.Yuan+"元" {
		return 0, false
	}
	return found[0].Value, true
}
