package knowledge

import (
	"fmt"
	"net/url"
	"regexp"
	"sort"
	"strings"

	"bangban/knowledge/law"
	"bangban/knowledge/quantity"
)

// prover finds for every figure of a claim the place in its sources where it stands.
type prover struct {
	library  *law.Library // nil: the texts of law are not at hand
	facts    map[string]*SourceFact
	pages    map[string]*SourcePage
	repealed map[string][]*Repealed
	today    string
	known    map[Basis]*evidence
}

// evidence is what one source holds.
type evidence struct {
	problem string // why it cannot be cited; empty: it can
	text    string
	figures []quantity.Quantity
}

// cite returns the evidence of a basis; missing is true for a clause when there are no texts to look in.
func (p *prover) cite(b Basis) (e *evidence, missing bool) {
	if b.Kind() == "law" && p.library == nil {
		title, _, _ := b.Clause()
		if why := p.refused(title, ""); why != "" {
			return &evidence{problem: why}, true
		}
		return &evidence{}, true
	}
	if e := p.known[b]; e != nil {
		return e, false
	}
	e = p.look(b)
	if e.problem == "" {
		e.figures = quantity.Find(e.text)
	}
	p.known[b] = e
	return e, false
}

func (p *prover) look(b Basis) *evidence {
	switch b.Kind() {
	case "law":
		title, article, _ := b.Clause()
		t := p.library.Latest(title)
		if t == nil {
			return &evidence{problem: "法规文本里没有《" + title + "》"}
		}
		if why := p.refused(title, t.Date); why != "" {
			return &evidence{problem: why}
		}
		if by := p.library.ReplacedBy(title); by != nil {
			return &evidence{problem: fmt.Sprintf("《%s》已由《%s》（%s）废止，不能再引", title, by.Title, by.Date)}
		}
		if day := t.Card().Effective; day > p.today {
			return &evidence{problem: fmt.Sprintf("《%s》要到 %s 才施行", title, day)}
		}
		text, ok := t.Article(article)
		if !ok {
			return &evidence{problem: fmt.Sprintf("《%s》没有%s", title, article)}
		}
		return &evidence{text: text}
	case "fact":
		f := p.facts[b.ID()]
		if f == nil {
			return &evidence{problem: "事实表里没有 " + b.ID()}
		}
		return &evidence{text: f.Text + "\n" + f.DocumentTitle + f.DocumentNo + "\n" + f.URL + "\n" + written(f.AsOf)}
	case "page":
		g := p.pages[b.ID()]
		if g == nil {
			return &evidence{problem: "网页表里没有 " + b.ID()}
		}
		return &evidence{text: g.Quote + "\n" + g.URL + "\n" + written(g.Date)}
	}
	return &evidence{problem: "依据要写成 law:名称#第N条、fact:编号 或 page:编号"}
}

// written says a date 2026-01-31 as 2026年1月31日.
func written(date string) string {
	m := isoDate.FindStringSubmatch(date)
	if m == nil {
		return ""
	}
	s := m[1] + "年"
	if m[2] != "" {
		s += "，" + strings.TrimPrefix(m[2], "0") + "月"
	}
	if m[3] != "" {
		s += strings.TrimPrefix(m[3], "0") + "日"
	}
	return s
}

var isoDate = regexp.MustCompile(`^(\d{4})(?:-(\d{2}))?(?:-(\d{2}))?`)

// refused says why a version of a title is not to be cited. date is empty when it is not known.
func (p *prover) refused(title, date string) string {
	for _, r := range p.repealed[law.Short(title)] {
		if r.Before == "" || date != "" && date < r.Before {
			return fmt.Sprintf("《%s》不能再引：%s", title, r.Reason)
		}
	}
	return ""
}

// proof is the outcome for one claim.
type proof struct {
	wrong  []string // what is not proved, in words
	proved int      // figures proved
	open   bool     // the texts that could prove it are not at hand
}

var everyOne = regexp.MustCompile(`[同每某任逐哪另这那前后头上下]一`)

// prove looks for every figure of a claim in its sources.
func (p *prover) prove(cl claim) proof {
	var out proof
	var all []*evidence
	byLaw := map[string][]*evidence{}
	for _, b := range cl.by {
		e, missing := p.cite(b)
		out.open = out.open || missing
		if e.problem != "" {
			out.wrong = append(out.wrong, e.problem)
			continue
		}
		all = append(all, e)
		if title, _, ok := b.Clause(); ok {
			byLaw[title] = append(byLaw[title], e)
		}
	}
	if out.open || len(out.wrong) > 0 {
		return out
	}
	have := figuresOf(all, byLaw)
	for _, q := range claimed(cl) {
		if have.holds(q, cl.copies) {
			out.proved++
			continue
		}
		out.wrong = append(out.wrong, have.miss(q))
	}
	out.wrong = append(out.wrong, p.proveWords(cl, all)...)
	return out
}

// claimed lists the figures that a claim makes. Ways of speaking (一次办好, 两种情形, 第一) are none.
func claimed(cl claim) []quantity.Quantity {
	out := append([]quantity.Quantity(nil), cl.figures...)
	for _, q := range quantity.Find(everyOne.ReplaceAllString(cl.text, "每")) {
		switch {
		case q.Ordinal && (q.Value <= quantity.Micro || q.Unit.Enumerator() || q.Unit == quantity.Bare):
		case q.Chinese && q.Unit.Enumerator():
		case q.Chinese && q.Unit.Loose() && q.Value <= 2*quantity.Micro:
		default:
			out = append(out, q)
		}
	}
	return out
}

// proveWords checks what is not a figure: phones, addresses on the net, "free".
func (p *prover) proveWords(cl claim, all []*evidence) []string {
	var wrong []string
	if cl.phone != "" && !anyText(all, func(t string) bool { return strings.Contains(digitsOf(t), digitsOf(cl.phone)) }) {
		wrong = append(wrong, "电话 "+cl.phone+" 在依据里找不到")
	}
	if cl.free && !anyText(all, func(t string) bool { return freeWords.MatchString(t) }) {
		wrong = append(wrong, "依据里没有“免费、不收费、免收、停征”这样的话，不能写 0 元")
	}
	for _, u := range cl.urls {
		host := u
		if parsed, err := url.Parse(u); err == nil && parsed.Host != "" {
			host = strings.TrimPrefix(parsed.Host, "www.")
		}
		if !anyText(all, func(t string) bool { return strings.Contains(t, host) }) {
			wrong = append(wrong, "网址 "+u+" 在依据里找不到")
		}
	}
	return wrong
}

var freeWords = regexp.MustCompile(`免费|不收|免收|免征|停征|停收|免缴|免交|不得收取|不得向[^，。；]*收取|无偿|不再收|取消|零收费|免除|不缴|不予收取|暂免|(?:^|\D)0\s*元`)

func anyText(all []*evidence, ok func(string) bool) bool {
	for _, e := range all {
		if ok(e.text) {
			return true
		}
	}
	return false
}

func digitsOf(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' {
			return r
		}
		return -1
	}, s)
}

type figure struct {
	value int64
	unit  quantity.Unit
}

// figures are all quantities that the sources of one claim hold.
type figures struct {
	set    map[figure]bool
	values map[int64]bool
}

func figuresOf(all []*evidence, byLaw map[string][]*evidence) figures {
	f := figures{map[figure]bool{}, map[int64]bool{}}
	for _, e := range all {
		for _, q := range e.figures {
			f.set[figure{q.Value, q.Unit}] = true
			f.values[q.Value] = true
		}
	}
	for _, articles := range byLaw { // 行政许可法 第八十二条: its periods count 工作日
		working := anyText(articles, func(t string) bool {
			return strings.Contains(t, "以工作日计算") || strings.Contains(t, "是指工作日")
		})
		for _, e := range articles {
			for _, q := range e.figures {
				if working && q.Unit == quantity.Day {
					f.set[figure{q.Value, quantity.WorkingDay}] = true
				}
			}
		}
	}
	return f
}

var sheets = []quantity.Unit{quantity.Copy, "张", "件", "本", "个", "页", "套"}

func (f figures) holds(q quantity.Quantity, copies bool) bool {
	if q.Unit == quantity.Bare {
		return f.values[q.Value]
	}
	if f.set[figure{q.Value, q.Unit}] {
		return true
	}
	if copies && q.Unit == quantity.Copy {
		for _, u := range sheets {
			if f.set[figure{q.Value, u}] {
				return true
			}
		}
	}
	return false
}

// miss says what is not proved, and which figures of the unit the sources hold.
func (f figures) miss(q quantity.Quantity) string {
	var near []string
	for have := range f.set {
		if have.unit == q.Unit || have.value == q.Value {
			near = append(near, quantity.Quantity{Value: have.value, Unit: have.unit}.String())
		}
	}
	sort.Strings(near)
	s := fmt.Sprintf("“%s”在依据里找不到", q.String())
	if len(near) > 0 {
		s += "（依据里有 " + strings.Join(near[:min(len(near), 6)], "、") + "）"
	}
	return s
}
