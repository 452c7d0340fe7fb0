package knowledge

import (
	"fmt"
	"io/fs"
	"sort"
	"strings"
	"time"

	"bangban/knowledge/law"
	"bangban/nlu"
)

// Options say how strictly a corpus is checked.
type Options struct {
	// Laws is a folder of texts of law (knowledge/law); with it every clause and every figure quoted from one is proved.
	Laws fs.FS
	// Now decides what is expired or not yet in force; the zero time is 0001.
	Now time.Time
	// Strict makes warnings errors.
	Strict bool
}

// Report is the outcome of a check.
type Report struct {
	Errors   []Problem `json:"errors"`
	Warnings []Problem `json:"warnings"`
	Counts   Counts    `json:"counts"`
	// Items tells for each item how many of the eleven attributes it fills, in the order of the corpus.
	Items []Filling `json:"items"`
	// CitedLaws are the cards of the cited titles, bytewise by title; only with Options.Laws.
	CitedLaws []*Law `json:"-"`
	// LackingLaws are those of them that the corpus does not hold.
	LackingLaws []*Law `json:"-"`
}

// RuleLaws is the rule that the corpus holds the card of every cited law.
const RuleLaws = "laws"

// Counts are the figures of the report.
type Counts struct {
	Items          int     `json:"items"`
	Topics         int     `json:"topics"`
	FAQs           int     `json:"faqs"`
	Events         int     `json:"life_events"`
	Facts          int     `json:"facts"`
	Regions        int     `json:"regions"`
	Points         int     `json:"points"`
	Departments    int     `json:"departments"`
	Hotlines       int     `json:"hotlines"`
	MedianFilled   float64 `json:"median_attributes_filled"`
	Empty          int     `json:"attributes_empty"`
	ByClause       int     `json:"values_by_clause"`
	ByFact         int     `json:"values_by_fact"`
	ByPage         int     `json:"values_by_page"`
	Citations      int     `json:"citations"`        // clauses named
	CitationsFound int     `json:"citations_proved"` // clauses that stand in the texts
	FiguresProved  int     `json:"figures_proved"`
	LawFiles       int     `json:"law_files"`
}

// Filling is how much of an item is known.
type Filling struct {
	ID      ItemID   `json:"id"`
	Filled  int      `json:"filled"`
	Missing []string `json:"missing,omitempty"`
}

// Check looks at everything that can be wrong with a corpus. It changes nothing. An error means that a reader of Options.Laws failed.
func Check(c *Corpus, o Options) (*Report, error) {
	k := &checker{corpus: c, options: o, report: &Report{}}
	if o.Laws != nil {
		library, err := law.Open(o.Laws)
		if err != nil {
			return nil, err
		}
		k.library = library
		k.report.Counts.LawFiles = library.Files()
	}
	k.index()
	k.ids()
	for _, it := range c.Items {
		k.item(it)
	}
	for _, f := range c.FAQs {
		k.faq(f)
	}
	for _, e := range c.Events {
		k.event(e)
	}
	k.sources()
	k.city()
	k.sentences()
	k.proofs()
	k.count()
	k.report.sort()
	return k.report, nil
}

// OK reports whether there are no errors.
func (r *Report) OK() bool { return len(r.Errors) == 0 }

// Add takes in problems from elsewhere, such as those of LoadFS.
func (r *Report) Add(problems ...Problem) {
	for _, p := range problems {
		if p.Strict {
			r.Warnings = append(r.Warnings, p)
		} else {
			r.Errors = append(r.Errors, p)
		}
	}
	r.sort()
}

func (r *Report) sort() {
	for _, list := range [][]Problem{r.Errors, r.Warnings} {
		sort.SliceStable(list, func(i, j int) bool {
			a, b := list[i], list[j]
			if a.File != b.File {
				return a.File < b.File
			}
			if a.Line != b.Line {
				return a.Line < b.Line
			}
			return a.Field < b.Field
		})
	}
}

// checker walks one corpus.
type checker struct {
	corpus  *Corpus
	options Options
	report  *Report
	library *law.Library

	items       map[ItemID]*Item
	events      map[string]*LifeEvent
	laws        map[string]*Law
	facts       map[string]*SourceFact
	pages       map[string]*SourcePage
	regions     map[string]bool
	departments map[string]bool
	points      map[string]bool
	boundFAQ    map[ItemID]int
}

func (k *checker) fail(record any, id, field, rule, format string, args ...any) {
	k.add(record, id, field, rule, false, format, args...)
}

func (k *checker) warn(record any, id, field, rule, format string, args ...any) {
	k.add(record, id, field, rule, !k.options.Strict, format, args...)
}

func (k *checker) add(record any, id, field, rule string, warning bool, format string, args ...any) {
	at := k.corpus.Origin(record)
	p := Problem{File: at.File, Line: at.Line, ID: id, Field: field, Rule: rule, Text: fmt.Sprintf(format, args...), Strict: warning}
	if warning {
		k.report.Warnings = append(k.report.Warnings, p)
	} else {
		k.report.Errors = append(k.report.Errors, p)
	}
}

// index gathers what references point to.
func (k *checker) index() {
	c := k.corpus
	k.items, k.events = map[ItemID]*Item{}, map[string]*LifeEvent{}
	k.laws, k.facts, k.pages = map[string]*Law{}, map[string]*SourceFact{}, map[string]*SourcePage{}
	k.regions, k.departments, k.points, k.boundFAQ = map[string]bool{}, map[string]bool{}, map[string]bool{}, map[ItemID]int{}
	for _, it := range c.Items {
		k.items[it.ID] = it
	}
	for _, e := range c.Events {
		k.events[e.ID] = e
	}
	for _, l := range c.Laws {
		k.laws[law.Short(l.Title)] = l
	}
	for _, f := range c.Facts {
		k.facts[f.ID] = f
	}
	for _, p := range c.Pages {
		k.pages[p.ID] = p
	}
	for _, r := range c.Regions {
		k.regions[r.Code] = true
	}
	for _, d := range c.Departments {
		k.departments[d.ID] = true
	}
	for _, p := range c.Points {
		k.points[p.ID] = true
	}
	for _, f := range c.FAQs {
		if f.Item != "" {
			k.boundFAQ[f.Item]++
		}
	}
}

// proofs proves every claim and every 设定依据.
func (k *checker) proofs() {
	p := &prover{library: k.library, facts: k.facts, pages: k.pages, repealed: map[string][]*Repealed{}, today: k.today(), known: map[Basis]*evidence{}}
	for _, r := range k.corpus.Repealed {
		p.repealed[law.Short(r.Title)] = append(p.repealed[law.Short(r.Title)], r)
	}
	cited := map[string]bool{}
	n := &k.report.Counts
	for _, cl := range k.corpus.claims() {
		k.bases(cl.record, cl.id, cl.field, cl.by, cited)
		if len(cl.by) == 0 {
			if len(claimed(cl)) > 0 || cl.phone != "" {
				k.fail(cl.record, cl.id, cl.field, "basis", "有数字而没有依据（by）")
			} else {
				k.fail(cl.record, cl.id, cl.field, "basis", "没有依据（by）。没有出处的内容就空着")
			}
			continue
		}
		switch best(cl.by) {
		case "law":
			n.ByClause++
		case "fact":
			n.ByFact++
		case "page":
			n.ByPage++
		}
		done := p.prove(cl)
		n.FiguresProved += done.proved
		for _, wrong := range done.wrong {
			k.fail(cl.record, cl.id, cl.field, "proof", "%s", wrong)
		}
	}
	for _, it := range k.corpus.Items {
		k.bases(it, string(it.ID), "laws", it.Laws, cited)
		for _, wrong := range p.prove(claim{by: it.Laws}).wrong {
			k.fail(it, string(it.ID), "laws", "proof", "%s", wrong)
		}
	}
	for b, e := range p.known {
		if b.Kind() == "law" && e.problem == "" {
			n.CitationsFound++
		}
	}
	n.Citations = len(p.known) - k.otherThanLaw(p.known)
	k.citedLaws(cited)
}

func (k *checker) otherThanLaw(known map[Basis]*evidence) int {
	n := 0
	for b := range known {
		if b.Kind() != "law" {
			n++
		}
	}
	return n
}

// best is the strongest kind of basis: a clause beats a fact beats a page.
func best(by []Basis) string {
	rank := ""
	for _, b := range by {
		switch k := b.Kind(); {
		case k == "law":
			return k
		case k == "fact" || rank == "":
			rank = k
		}
	}
	return rank
}

// bases checks the form of references, and that titles stand in laws.yaml.
func (k *checker) bases(record any, id, field string, by []Basis, cited map[string]bool) {
	for _, b := range by {
		title, _, ok := b.Clause()
		if !ok {
			if b.Kind() == "" {
				k.fail(record, id, field, "basis", "依据 %q 要写成 law:名称#第N条、fact:编号 或 page:编号", string(b))
			}
			continue
		}
		if law.Short(title) != title {
			k.fail(record, id, field, "basis", "法规名称写 %s，不带“中华人民共和国”和书名号", law.Short(title))
		}
		cited[law.Short(title)] = true
	}
}

// citedLaws makes the cards of the cited titles, and names those that laws.yaml lacks.
func (k *checker) citedLaws(cited map[string]bool) {
	var titles, lacking []string
	for title := range cited {
		titles = append(titles, title)
		if k.laws[title] == nil {
			lacking = append(lacking, title)
		}
	}
	sort.Strings(titles)
	sort.Strings(lacking)
	if len(lacking) > 0 {
		k.report.Errors = append(k.report.Errors, Problem{File: "sources/laws.yaml", Rule: RuleLaws,
			Text: fmt.Sprintf("缺 %d 部被引用的法规：%s。用 bangban check --laws DIR --write-laws FILE 生成", len(lacking), strings.Join(lacking, "、"))})
	}
	if k.library == nil {
		return
	}
	for _, title := range titles {
		if t := k.library.Latest(title); t != nil {
			c := t.Card()
			card := &Law{Title: c.Title, DocumentNo: c.DocumentNo, Issuer: c.Issuer, Adopted: c.Adopted, Effective: c.Effective, Level: c.Level}
			k.report.CitedLaws = append(k.report.CitedLaws, card)
			if have := k.laws[title]; have == nil {
				k.report.LackingLaws = append(k.report.LackingLaws, card)
			} else if have.Adopted != card.Adopted && have.Adopted != "" {
				k.warn(have, title, "adopted", RuleLaws, "法规文本里最新的是 %s 的版本，这里是 %s", card.Adopted, have.Adopted)
			}
		}
	}
}

// count fills the figures of the report.
func (k *checker) count() {
	c, n := k.corpus, &k.report.Counts
	n.Items, n.FAQs, n.Events, n.Facts = len(c.Items), len(c.FAQs), len(c.Events), len(c.Facts)
	n.Regions, n.Points, n.Departments, n.Hotlines = len(c.Regions), len(c.Points), len(c.Departments), len(c.Hotlines)
	topics := map[string]bool{}
	var filled []int
	for _, it := range c.Items {
		for _, t := range it.Topics {
			topics["n"+t] = true
		}
		for _, t := range it.LegalTopics {
			topics["l"+t] = true
		}
		has := it.Filled()
		filled = append(filled, len(has))
		f := Filling{ID: it.ID, Filled: len(has)}
		for _, a := range nlu.Attributes {
			if !contains(has, a) {
				f.Missing = append(f.Missing, string(a))
				n.Empty++
			}
		}
		k.report.Items = append(k.report.Items, f)
	}
	n.Topics, n.MedianFilled = len(topics), median(filled)
}

func contains[T comparable](list []T, x T) bool {
	for _, y := range list {
		if x == y {
			return true
		}
	}
	return false
}

func median(list []int) float64 {
	if len(list) == 0 {
		return 0
	}
	sorted := append([]int(nil), list...)
	sort.Ints(sorted)
	m := len(sorted) / 2
	if len(sorted)%2 == 1 {
		return float64(sorted[m])
	}
	return float64(sorted[m-1]+sorted[m]) / 2
}

func (k *checker) today() string { return k.options.Now.Format(time.DateOnly) }
