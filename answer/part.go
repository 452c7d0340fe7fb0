package answer

import (
	"fmt"
	"strings"

	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// part is one attribute of an entry, rendered from its fields.
type part struct {
	attribute nlu.Attribute
	// conclusion answers in at most two sentences; key is the piece of it that is set in bold.
	conclusion, key string
	// lines are the details below the conclusion (numbered materials, several fees).
	lines []string
	// value and note are the field on the card.
	value, note string
	voice       string
	basis       []knowledge.Basis
}

// labels are the card's labels of the attributes, as citizens read them.
var labels = map[nlu.Attribute]string{
	nlu.Materials: "材料", nlu.Time: "时限", nlu.Fee: "费用", nlu.Place: "地点", nlu.Hours: "时间", nlu.Phone: "电话",
	nlu.Conditions: "条件", nlu.Online: "网办", nlu.ByAgent: "代办", nlu.Result: "结果", nlu.Validity: "有效期",
	nlu.Overview: "提醒", nlu.Steps: "流程", nlu.Visits: "跑动", nlu.LegalBasis: "依据", nlu.Complaints: "投诉电话",
}

// Label returns the card's label of an attribute, such as 材料.
func Label(a nlu.Attribute) string { return labels[a] }

// render returns the part of d for a, and false when nothing is known. 依据 is no detail: see turn.partOf.
func render(d knowledge.Details, a nlu.Attribute) (part, bool) {
	p := part{attribute: a}
	switch a {
	case nlu.Materials:
		p.materials(d.Materials)
	case nlu.Time:
		p.limits(d.Statutory, d.Promised)
	case nlu.Fee:
		p.fees(d.Fees)
	case nlu.Place:
		p.places(d.Places)
	case nlu.Hours:
		p.facts(d.Hours, "")
	case nlu.Phone:
		p.phones(d.Phones, "咨询电话")
	case nlu.Complaints:
		p.phones(d.Complaint, "投诉电话")
	case nlu.Conditions:
		p.facts(d.Conditions, "要符合这些条件：")
	case nlu.Online:
		p.online(d.Online)
	case nlu.ByAgent:
		p.agent(d.Agent)
	case nlu.Result:
		p.result(d.Result)
	case nlu.Validity:
		p.facts(d.Validity, "")
	case nlu.Steps:
		p.facts(d.Steps, "按这几步办：")
	case nlu.Visits:
		p.visits(d.Visits)
	}
	if p.voice == "" {
		p.voice = p.conclusion
	}
	return p, p.conclusion != ""
}

func (p *part) materials(all []knowledge.Material) {
	if len(all) == 0 {
		return
	}
	var names, always []string
	for i, m := range all {
		names = append(names, m.Name)
		if m.When == "" && m.Need != "optional" {
			always = append(always, m.Name)
		}
		p.lines = append(p.lines, fmt.Sprintf("%d. %s", i+1, materialLine(m)))
		p.basis = append(p.basis, m.By...)
	}
	p.value = strings.Join(names, "、")
	switch n := len(always); {
	case len(all) == 1:
		p.key = names[0]
		p.conclusion, p.lines = "要带"+materialLine(all[0])+"。", nil
	case n == 0:
		p.key = fmt.Sprintf("%d 样材料", len(all))
		p.conclusion = "一共 " + p.key + "，带哪样看情况。"
	case n < len(all):
		p.key = fmt.Sprintf("%d 样材料", n)
		p.conclusion = fmt.Sprintf("要带 %s，另外 %d 样看情况。", p.key, len(all)-n)
	default:
		p.key = fmt.Sprintf("%d 样材料", n)
		p.conclusion = "要带 " + p.key + "。"
	}
	if len(always) == 0 {
		always = names
	}
	shown := always[:min(4, len(always))]
	p.voice = "要带" + strings.Join(shown, "，")
	if len(always) > len(shown) {
		p.voice += fmt.Sprintf("等，一共%d样", len(always))
	}
	p.voice += "。"
}

func materialLine(m knowledge.Material) string {
	if note := materialNote(m); note != "" {
		return m.Name + "（" + note + "）"
	}
	return m.Name
}

var forms = map[string]string{"original": "原件", "copy": "复印件", "either": "原件或复印件", "electronic": "电子件"}

func materialNote(m knowledge.Material) string {
	var notes []string
	if f := forms[m.Form]; f != "" {
		notes = append(notes, f)
	}
	if m.Originals > 0 && m.Copies == 0 && m.Form != "" {
		notes[len(notes)-1] += fmt.Sprintf(" %d 份", m.Originals)
	}
	if m.When != "" {
		notes = append(notes, m.When)
	}
	switch m.Need {
	case "optional":
		if m.When == "" {
			notes = append(notes, "有就带上")
		}
	case "later":
		notes = append(notes, "可以后补")
	}
	if m.From != "" {
		notes = append(notes, m.From+"出具")
	}
	if m.Note != "" {
		notes = append(notes, m.Note)
	}
	for i := range notes {
		notes[i] = strings.TrimSuffix(notes[i], "。")
	}
	return strings.Join(notes, "，")
}

// limits says the shorter promise first and the law's limit behind it.
func (p *part) limits(statutory, promised *knowledge.Limit) {
	first := promised
	if first == nil {
		first = statutory
	}
	if first == nil {
		return
	}
	p.key, p.conclusion = limitWords(first)
	p.value, p.note = p.key, first.From
	p.basis = append(p.basis, first.By...)
	p.voice = p.conclusion
	if first.Note != "" {
		p.conclusion += sentenceOf(first.Note)
		p.note = joined("，", p.note, strings.TrimSuffix(first.Note, "。"))
	}
	if promised != nil && statutory != nil && !statutory.AtOnce {
		_, law := limitWords(statutory)
		p.lines = append(p.lines, "法定时限："+law)
		p.basis = append(p.basis, statutory.By...)
	}
}

func limitWords(l *knowledge.Limit) (key, sentence string) {
	key = l.String()
	if from := strings.TrimSuffix(l.From, "。"); from != "" && !l.AtOnce {
		return key, key + "，" + strings.TrimSuffix(strings.TrimSuffix(from, "算起"), "起") + "起算。"
	}
	return key, key + "。"
}

func (p *part) fees(all []knowledge.Fee) {
	if len(all) == 0 {
		return
	}
	var lines []string
	free := true
	for _, f := range all {
		lines = append(lines, feeLine(f))
		p.basis = append(p.basis, f.By...)
		free = free && f.Yuan == "0"
	}
	switch {
	case free:
		p.key, p.conclusion, p.value = "0 元", "0 元，不收费。", "0 元"
	case len(all) == 1:
		p.key = firstOf(yuan(all[0]), all[0].Text)
		p.conclusion, p.value = lines[0]+"。", lines[0]
	default:
		p.key = ""
		p.conclusion, p.lines = "收费分几种情况。", lines
		p.value = strings.Join(lines, "；")
	}
	p.voice = p.conclusion
	if len(all) > 1 && !free {
		spoken := lines
		if len(spoken) > 3 {
			spoken = spoken[:3]
		}
		p.voice = strings.Join(spoken, "；") + "。"
	}
}

func yuan(f knowledge.Fee) string {
	if f.Yuan == "" {
		return ""
	}
	return f.Yuan + " 元"
}

func feeLine(f knowledge.Fee) string {
	line := f.Name
	if y := yuan(f); y != "" {
		line += " " + joined("", f.Per, " ") + y
		line = strings.ReplaceAll(line, "  ", " ")
	}
	if f.Text != "" {
		line = joined("，", line, f.Text)
	}
	if f.When != "" {
		line = f.When + "：" + line
	}
	return strings.TrimSpace(line)
}

func (p *part) places(all []knowledge.Place) {
	if len(all) == 0 {
		return
	}
	for i, pl := range all {
		p.basis = append(p.basis, pl.By...)
		if i > 0 {
			p.lines = append(p.lines, pl.Text+parenthesised(pl.Note))
		}
	}
	p.key = all[0].Text
	p.conclusion = "到" + all[0].Text + "办。" + sentenceOf(all[0].Note)
	if strings.HasPrefix(all[0].Text, "到") || strings.HasSuffix(all[0].Text, "办") || strings.HasSuffix(all[0].Text, "。") {
		p.conclusion = sentenceOf(all[0].Text) + sentenceOf(all[0].Note)
	}
	if len(p.lines) > 0 {
		p.lines = append([]string{all[0].Text + parenthesised(all[0].Note)}, p.lines...)
		p.conclusion = "这几处都能办。"
		p.key = ""
	}
	p.value, p.note = all[0].Text, all[0].Note
	p.voice = "到" + all[0].Text + "办。"
	if len(all) > 1 {
		p.voice = "可以到" + all[0].Text + "，或者" + all[1].Text + "。"
	}
}

func (p *part) phones(all []knowledge.Phone, label string) {
	if len(all) == 0 {
		return
	}
	var lines []string
	for _, ph := range all {
		lines = append(lines, ph.Number+parenthesised(ph.For))
		p.basis = append(p.basis, ph.By...)
	}
	p.key = all[0].Number
	p.conclusion = label + " " + lines[0] + "。"
	p.lines = lines[1:]
	p.value = strings.Join(lines, "、")
	p.voice = label + "是" + all[0].Number + "。"
}

func (p *part) facts(all []knowledge.Fact, lead string) {
	if len(all) == 0 {
		return
	}
	for _, f := range all {
		p.basis = append(p.basis, f.By...)
	}
	if len(all) == 1 {
		p.conclusion = sentenceOf(all[0].Text)
		p.value = strings.TrimSuffix(all[0].Text, "。")
		return
	}
	texts := make([]string, len(all))
	for i, f := range all {
		texts[i] = strings.TrimSuffix(f.Text, "。")
	}
	p.value = strings.Join(texts, "；")
	if lead == "" {
		p.conclusion = sentenceOf(texts[0]) + sentenceOf(texts[1])
		for _, s := range texts[2:] {
			p.lines = append(p.lines, sentenceOf(s))
		}
		return
	}
	p.conclusion = lead
	for i, s := range texts {
		p.lines = append(p.lines, fmt.Sprintf("%d. %s", i+1, s))
	}
	spoken := texts
	if len(spoken) > 3 {
		spoken = spoken[:3]
	}
	p.voice = strings.Join(spoken, "；") + "。"
}

var onlineKeys = map[string]string{"full": "可以全程网办", "partly": "可以网上申报", "no": "不能网办"}

func (p *part) online(o *knowledge.Online) {
	if o == nil {
		return
	}
	p.key = onlineKeys[o.Mode]
	p.conclusion = sentenceOf(o.Text)
	if p.key != "" && !strings.Contains(o.Text, p.key) {
		p.conclusion = p.key + "。" + p.conclusion
	}
	p.value, p.basis = strings.TrimSuffix(o.Text, "。"), o.By
}

var agentKeys = map[string]string{"yes": "可以代办", "no": "不能代办，要本人办", "some": "部分情况可以代办"}

func (p *part) agent(a *knowledge.Agent) {
	if a == nil {
		return
	}
	p.key = agentKeys[a.Allowed]
	p.conclusion = sentenceOf(a.Text)
	if p.key != "" {
		p.conclusion = p.key + "。" + sentenceOf(a.Text)
	}
	p.value, p.basis = strings.TrimSuffix(a.Text, "。"), a.By
}

func (p *part) result(r *knowledge.Result) {
	if r == nil {
		return
	}
	p.key = r.Name
	p.conclusion = "办好后拿到" + r.Name + "。" + sentenceOf(r.Delivery)
	p.value, p.note, p.basis = r.Name, r.Delivery, r.By
}

func (p *part) visits(v *knowledge.Visits) {
	if v == nil {
		return
	}
	p.key = fmt.Sprintf("跑 %d 次", v.Count)
	p.conclusion = "最多" + p.key + "。" + sentenceOf(v.Reason)
	if v.Count == 0 {
		p.key, p.conclusion = "不用跑", "不用跑，网上就能办。"
	}
	p.value, p.basis = p.key, v.By
}

// field is the part as a line of the card.
func (p part) field() message.Field {
	return message.Field{Attribute: p.attribute, Label: labels[p.attribute], Value: p.value, Note: p.note}
}

// sentenceOf ends a phrase as a sentence; nothing stays nothing.
func sentenceOf(s string) string {
	s = strings.TrimSpace(s)
	if s == "" || strings.HasSuffix(s, "。") || strings.HasSuffix(s, "？") || strings.HasSuffix(s, "；") {
		return s
	}
	return s + "。"
}

func parenthesised(s string) string {
	if s == "" {
		return ""
	}
	return "（" + strings.TrimSuffix(s, "。") + "）"
}

func joined(sep string, parts ...string) string {
	kept := parts[:0:0]
	for _, s := range parts {
		if s != "" {
			kept = append(kept, s)
		}
	}
	return strings.Join(kept, sep)
}
