package portal

import (
	"fmt"
	"strings"

	"bangban/conversation/message"
	"bangban/knowledge"
)

// ItemPage is the guide of an item (办事指南): every field that is known, each with the rule it rests on.
type ItemPage struct {
	ID, Name, Short string
	Summary         []Line
	Department      string
	Checking        bool
	Situations      []RegionLink
	Situation       string // name of the one that is shown
	Sections        []Section
	Laws            []Law
	Related, Events []Link
	Asked           []Link
	Updated         string
	Revision        int
}

// Section is one labelled part of a guide.
type Section struct {
	ID, Label string
	Numbered  bool
	Lines     []Line
}

// Line is one thing that is said, with the numbers of the rules below that prove it.
type Line struct {
	Strong, Text string
	Notes        []string
	Tel, URL     string
	Refs         []int
}

// Law is a rule or fact in the list at the foot of a guide.
type Law struct {
	N int
	message.Basis
}

// Resolve turns a reference of the data into what people read; false when it is not known.
type Resolve func(knowledge.Basis) (message.Basis, bool)

// references numbers the rules of a page in the order in which they are named.
type references struct {
	resolve Resolve
	number  map[message.Basis]int
	laws    []Law
}

func newReferences(resolve Resolve) *references {
	return &references{resolve: resolve, number: map[message.Basis]int{}}
}

func (r *references) of(by []knowledge.Basis) []int {
	var out []int
	for _, b := range by {
		m, ok := r.resolve(b)
		if !ok {
			continue
		}
		n, seen := r.number[m]
		if !seen {
			n = len(r.laws) + 1
			r.number[m] = n
			r.laws = append(r.laws, Law{n, m})
		}
		out = append(out, n)
	}
	return out
}

func (r *references) facts(facts []knowledge.Fact) []Line {
	var out []Line
	for _, f := range facts {
		out = append(out, Line{Text: f.Text, Refs: r.of(f.By)})
	}
	return out
}

// Guide makes the page of an item, for one of its situations when situation names it.
func Guide(item *knowledge.Item, situation string, department string, resolve Resolve) ItemPage {
	p := ItemPage{ID: string(item.ID), Name: item.Name, Short: item.Short, Department: department, Checking: item.Checking, Updated: item.Updated}
	d := item.Details
	if len(item.Situations) > 0 {
		p.Situations = append(p.Situations, RegionLink{Name: "通常", URL: "/items/" + p.ID, Current: true})
	}
	for i := range item.Situations {
		s := &item.Situations[i]
		current := s.ID == situation
		if current {
			p.Situation, p.Situations[0].Current = s.Name, false
			d = item.In(s)
		}
		p.Situations = append(p.Situations, RegionLink{Name: s.Name, URL: "/items/" + p.ID + "?situation=" + s.ID, Current: current})
	}
	refs := newReferences(resolve)
	if item.Summary != nil {
		p.Summary = refs.facts([]knowledge.Fact{*item.Summary})
	}
	p.Sections = sections(d, refs)
	refs.of(item.Laws)
	p.Laws = refs.laws
	return p
}

func sections(d knowledge.Details, refs *references) []Section {
	var out []Section
	add := func(id, label string, numbered bool, lines []Line) {
		if len(lines) > 0 {
			out = append(out, Section{id, label, numbered && len(lines) > 1, lines})
		}
	}
	add("conditions", "条件", false, refs.facts(d.Conditions))
	add("materials", "材料", true, materials(d.Materials, refs))
	add("time", "时限", false, limits(d, refs))
	add("fee", "费用", false, fees(d.Fees, refs))
	add("place", "地点", false, places(d.Places, refs))
	add("hours", "时间", false, refs.facts(d.Hours))
	if d.Online != nil {
		l := Line{Text: d.Online.Text, Refs: refs.of(d.Online.By)}
		lines := []Line{l}
		for _, e := range d.Online.Entrances {
			lines = append(lines, Line{Text: e.Name, URL: e.URL})
		}
		add("online", "网上办", false, lines)
	}
	add("steps", "步骤", true, refs.facts(d.Steps))
	if v := d.Visits; v != nil {
		l := Line{Strong: fmt.Sprintf("%d 次", v.Count), Refs: refs.of(v.By)}
		if v.Reason != "" {
			l.Notes = []string{v.Reason}
		}
		add("visits", "跑几次", false, []Line{l})
	}
	if d.Agent != nil {
		add("agent", "代办", false, []Line{{Text: d.Agent.Text, Refs: refs.of(d.Agent.By)}})
	}
	if r := d.Result; r != nil {
		l := Line{Text: r.Name, Refs: refs.of(r.By)}
		if r.Delivery != "" {
			l.Notes = []string{r.Delivery}
		}
		add("result", "拿到", false, []Line{l})
	}
	add("validity", "有效期", false, refs.facts(d.Validity))
	add("notes", "提醒", false, refs.facts(d.Notes))
	add("phone", "电话", false, phones(d.Phones, refs))
	add("complaint", "监督", false, phones(d.Complaint, refs))
	return out
}

var forms = map[string]string{"original": "原件", "copy": "复印件", "either": "原件或复印件", "form": "表格", "electronic": "电子件"}
var needs = map[string]string{"optional": "可以不交", "later": "可以后补"}
var waivers = map[string]string{"network": "能联网核对的不用交", "commitment": "可以写承诺书代替", "licence": "有电子证照的不用交"}

func materials(ms []knowledge.Material, refs *references) []Line {
	var out []Line
	for _, m := range ms {
		l := Line{Text: m.Name, Refs: refs.of(m.By)}
		var short []string
		if f := forms[m.Form]; f != "" {
			short = append(short, f)
		}
		if m.Originals > 0 {
			short = append(short, fmt.Sprintf("原件 %d 份", m.Originals))
		}
		if m.Copies > 0 {
			short = append(short, fmt.Sprintf("复印件 %d 份", m.Copies))
		}
		if n := needs[m.Need]; n != "" {
			short = append(short, n)
		}
		if m.From != "" {
			short = append(short, "由"+m.From+"出具")
		}
		if len(short) > 0 {
			l.Notes = append(l.Notes, strings.Join(short, "，"))
		}
		if m.When != "" {
			l.Notes = append(l.Notes, "只在这种情况要交："+m.When)
		}
		for _, w := range m.Waived {
			if t := waivers[w]; t != "" {
				l.Notes = append(l.Notes, t)
			}
		}
		if m.Note != "" {
			l.Notes = append(l.Notes, m.Note)
		}
		for i, n := range l.Notes {
			l.Notes[i] = strings.TrimRight(n, "。；")
		}
		if len(l.Notes) > 0 {
			l.Notes = []string{strings.Join(l.Notes, "；")}
		}
		out = append(out, l)
	}
	return out
}

func limits(d knowledge.Details, refs *references) []Line {
	var out []Line
	add := func(l *knowledge.Limit, kind string) {
		if l == nil {
			return
		}
		line := Line{Strong: l.String(), Refs: refs.of(l.By)}
		line.Notes = append(line.Notes, nonEmpty(l.From, l.Note)...)
		if d.Promised != nil && d.Statutory != nil {
			line.Notes = append(line.Notes, kind)
		}
		out = append(out, line)
	}
	add(d.Promised, "承诺时限")
	add(d.Statutory, "法定时限")
	return out
}

func fees(fs []knowledge.Fee, refs *references) []Line {
	var out []Line
	for _, f := range fs {
		l := Line{Refs: refs.of(f.By)}
		if f.Yuan != "" {
			l.Strong = f.Yuan + " 元"
			if f.Per != "" && f.Yuan != "0" {
				l.Strong += "/" + strings.TrimPrefix(f.Per, "每")
			}
			l.Notes = nonEmpty(f.Name, f.When, f.Text)
		} else {
			l.Text = f.Text
			l.Notes = nonEmpty(f.Name, f.When)
		}
		out = append(out, l)
	}
	return out
}

// Places says where an item is handled, as its rules put it.
func Places(item *knowledge.Item) []Line {
	return places(item.Places, newReferences(func(knowledge.Basis) (message.Basis, bool) { return message.Basis{}, false }))
}

func places(ps []knowledge.Place, refs *references) []Line {
	var out []Line
	for _, p := range ps {
		l := Line{Text: p.Text, Notes: nonEmpty(p.Note), Refs: refs.of(p.By)}
		if p.Point != "" {
			l.URL = "/points#" + p.Point
		}
		out = append(out, l)
	}
	return out
}

func phones(ps []knowledge.Phone, refs *references) []Line {
	var out []Line
	for _, p := range ps {
		out = append(out, Line{Tel: p.Number, Notes: nonEmpty(p.For), Refs: refs.of(p.By)})
	}
	return out
}

func nonEmpty(ss ...string) []string {
	var out []string
	for _, s := range ss {
		if s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Bundle makes the page of a 一件事. link gives the way to an item; false leaves it out.
func Bundle(e *knowledge.LifeEvent, link func(knowledge.ItemID) (Link, bool), resolve Resolve) EventPage {
	refs := newReferences(resolve)
	p := EventPage{Name: e.Name, Updated: e.Updated}
	if e.Summary != nil {
		p.Summary = refs.facts([]knowledge.Fact{*e.Summary})
	}
	for _, id := range e.Items {
		if l, ok := link(id); ok {
			p.Items = append(p.Items, l)
		}
	}
	p.Steps = refs.facts(e.Steps)
	p.Laws = refs.laws
	return p
}

var faqKinds = map[knowledge.FAQKind]string{"faq": "常见问题", "line": "官方口径", "concept": "概念", "notice": "公告", "plan": "规划"}

// Question makes the page of a 知识点.
func Question(f *knowledge.FAQ, department string, resolve Resolve) QuestionPage {
	refs := newReferences(resolve)
	kind := faqKinds[f.Kind]
	if kind == "" {
		kind = "常见问题"
	}
	return QuestionPage{Question: f.Question, Kind: kind, Answer: refs.facts(f.Answer), Laws: refs.laws, Department: department,
		Updated: f.Updated, Checking: f.Checking}
}
