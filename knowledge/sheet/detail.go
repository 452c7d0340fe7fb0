package sheet

import (
	"fmt"
	"strconv"
	"strings"

	"bangban/knowledge"
)

func sayMaterial(m knowledge.Material) line {
	l := line{[]string{m.Name}, m.By}
	l.with("形式", wForm.say(m.Form))
	l.with("原件", positive(m.Originals))
	l.with("复印件", positive(m.Copies))
	l.with("需要", wNeed.say(m.Need))
	l.with("何时", m.When)
	l.with("来源", m.From)
	l.with("说明", m.Note)
	var waived []string
	for _, w := range m.Waived {
		waived = append(waived, wWaived.say(w))
	}
	l.with("可免", strings.Join(waived, "、"))
	return l
}

func positive(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

func readMaterial(l line) (m knowledge.Material, err error) {
	var form, originals, copies, need, waived string
	m.Name, m.By = l.part(0), l.by
	if err = l.named(1, map[string]*string{"形式": &form, "原件": &originals, "复印件": &copies, "需要": &need, "何时": &m.When, "来源": &m.From, "说明": &m.Note, "可免": &waived}); err != nil {
		return m, err
	}
	m.Form, m.Need = wForm.code(form), wNeed.code(need)
	for _, w := range split(waived) {
		m.Waived = append(m.Waived, wWaived.code(w))
	}
	if m.Originals, err = number("原件", originals); err == nil {
		m.Copies, err = number("复印件", copies)
	}
	return m, err
}

func sayLimit(t knowledge.Limit) line {
	head := "当场"
	if !t.AtOnce {
		head = strconv.Itoa(t.N) + " " + wUnit.say(string(t.Unit))
	}
	l := line{[]string{head}, t.By}
	l.with("做什么", t.Does)
	l.with("起点", t.From)
	l.with("说明", t.Note)
	return l
}

func readLimit(l line) (t knowledge.Limit, err error) {
	t.By = l.by
	if head := l.part(0); head == "当场" {
		t.AtOnce = true
	} else {
		digits := strings.TrimLeft(head, "0123456789")
		if t.N, err = number("时限", strings.TrimSuffix(head, digits)); err != nil || t.N == 0 {
			return t, fmt.Errorf("时限“%s”要写成“60 日”“20 工作日”或“当场”", head)
		}
		t.Unit = knowledge.Unit(wUnit.code(strings.TrimSpace(digits)))
	}
	return t, l.named(1, map[string]*string{"做什么": &t.Does, "起点": &t.From, "说明": &t.Note})
}

func sayFee(f knowledge.Fee) line {
	l := line{[]string{f.Name}, f.By}
	l.with("元", f.Yuan)
	l.with("每", f.Per)
	l.with("何时", f.When)
	l.with("办法", f.Text)
	return l
}

func readFee(l line) (f knowledge.Fee, err error) {
	f.Name, f.By = l.part(0), l.by
	return f, l.named(1, map[string]*string{"元": &f.Yuan, "每": &f.Per, "何时": &f.When, "办法": &f.Text})
}

func sayVisits(v knowledge.Visits) line {
	l := line{[]string{strconv.Itoa(v.Count)}, v.By}
	l.with("原因", v.Reason)
	return l
}

func readVisits(l line) (v knowledge.Visits, err error) {
	v.By = l.by
	if v.Count, err = number("次数", strings.TrimSuffix(l.part(0), "次")); err != nil {
		return v, err
	}
	return v, l.named(1, map[string]*string{"原因": &v.Reason})
}

func sayPlace(p knowledge.Place) line {
	l := line{[]string{p.Text}, p.By}
	l.with("网点", p.Point)
	l.with("区划", p.Region)
	l.with("说明", p.Note)
	return l
}

func readPlace(l line) (p knowledge.Place, err error) {
	p.Text, p.By = l.part(0), l.by
	return p, l.named(1, map[string]*string{"网点": &p.Point, "区划": &p.Region, "说明": &p.Note})
}

func sayPhone(p knowledge.Phone) line {
	l := line{[]string{p.Number}, p.By}
	l.with("用途", p.For)
	return l
}

func readPhone(l line) (p knowledge.Phone, err error) {
	p.Number, p.By = l.part(0), l.by
	return p, l.named(1, map[string]*string{"用途": &p.For})
}

// sayOnline gives each entrance a part of its own: 入口：浙里办 https://…
func sayOnline(o knowledge.Online) line {
	l := line{[]string{wMode.say(o.Mode), o.Text}, o.By}
	for _, e := range o.Entrances {
		l.with("入口", strings.TrimSpace(e.Name+" "+e.URL))
	}
	return l
}

func readOnline(l line) (o knowledge.Online, err error) {
	o.Mode, o.Text, o.By = wMode.code(l.part(0)), l.part(1), l.by
	for i := 2; i < len(l.parts); i++ {
		var entrance string
		if err := (line{parts: l.parts[i : i+1]}).named(0, map[string]*string{"入口": &entrance}); err != nil {
			return o, err
		}
		e := knowledge.Entrance{Name: entrance}
		if at := strings.LastIndex(entrance, " http"); at >= 0 {
			e.Name, e.URL = strings.TrimSpace(entrance[:at]), entrance[at+1:]
		}
		o.Entrances = append(o.Entrances, e)
	}
	return o, nil
}

func sayAgent(a knowledge.Agent) line {
	return line{[]string{wAllowed.say(a.Allowed), a.Text}, a.By}
}

func readAgent(l line) (knowledge.Agent, error) {
	if len(l.parts) > 2 {
		return knowledge.Agent{}, fmt.Errorf("代办写成“可以｜说明”，多了一段：%s", l.part(2))
	}
	return knowledge.Agent{Allowed: wAllowed.code(l.part(0)), Text: l.part(1), By: l.by}, nil
}

func sayResult(r knowledge.Result) line {
	l := line{[]string{r.Name}, r.By}
	l.with("类型", wResult.say(r.Kind))
	l.with("送达", r.Delivery)
	return l
}

func readResult(l line) (r knowledge.Result, err error) {
	var kind string
	r.Name, r.By = l.part(0), l.by
	err = l.named(1, map[string]*string{"类型": &kind, "送达": &r.Delivery})
	r.Kind = wResult.code(kind)
	return r, err
}
