package knowledge

import (
	"fmt"
	"regexp"
	"strings"

	"bangban/city/org"
)

// ids checks that every id is well formed and stands once.
func (k *checker) ids() {
	seen := map[string]any{}
	titles := map[string]string{}
	once := func(kind string, record any, id string, form *regexp.Regexp) {
		if !form.MatchString(id) || len(id) > 80 {
			k.fail(record, id, "id", "id", "编号 %q 要用小写字母、数字和 -，最长 80", id)
		}
		if first := seen[kind+id]; first != nil {
			k.fail(record, id, "id", "id", "编号重复，先前在 %s", k.corpus.Origin(first))
		} else {
			seen[kind+id] = record
		}
	}
	title := func(record any, id, field, text string) {
		if other := titles[text]; other != "" && other != id {
			k.fail(record, id, field, "title", "标题与 %s 重复：%s", other, text)
		}
		titles[text] = id
	}
	for _, it := range k.corpus.Items {
		once("entry", it, string(it.ID), slug)
		title(it, string(it.ID), "name", it.Name)
	}
	for _, f := range k.corpus.FAQs {
		once("entry", f, f.ID, slug)
		title(f, f.ID, "question", f.Question)
	}
	for _, e := range k.corpus.Events {
		once("entry", e, e.ID, slug)
		title(e, e.ID, "name", e.Name)
	}
	for _, f := range k.corpus.Facts {
		once("fact", f, f.ID, slug)
	}
	for _, p := range k.corpus.Pages {
		once("page", p, p.ID, slug)
	}
	for _, r := range k.corpus.Regions {
		once("region", r, r.Code, regionCode)
	}
	for _, d := range k.corpus.Departments {
		once("department", d, d.ID, slug)
	}
	for _, p := range k.corpus.Points {
		once("point", p, p.ID, slug)
	}
	for _, h := range k.corpus.Hotlines {
		once("hotline", h, h.Number, dialable)
	}
	for _, l := range k.corpus.Laws {
		once("law", l, l.Title, anything)
	}
	for _, s := range k.corpus.Sentences {
		once("sentence", s, s.Key, sentenceKey)
	}
}

var (
	regionCode  = regexp.MustCompile(`^(\d{6}|\d{9}|\d{12})$`)
	anything    = regexp.MustCompile(`.`)
	sentenceKey = regexp.MustCompile(`^[a-z0-9_]+(\.[a-z0-9_]+)+$`)
)

func (k *checker) event(e *LifeEvent) {
	k.length(e, e.ID, "name", e.Name, 40)
	k.date(e, e.ID, "updated", e.Updated, false)
	k.topics(e, e.ID, "topics", e.Topics, naturalOrLegal)
	k.repeated(e, e.ID, "words", e.Words)
	if e.Summary == nil {
		k.fail(e, e.ID, "summary", "length", "写一两句结论")
	}
	if len(e.Items) == 0 {
		k.fail(e, e.ID, "items", "length", "一件事至少有一个事项")
	}
	for _, id := range e.Items {
		k.known(e, e.ID, "items", k.items[id] != nil, "事项", string(id))
	}
}

// sources checks the rows that others cite.
func (k *checker) sources() {
	for _, f := range k.corpus.Facts {
		k.length(f, f.ID, "text", f.Text, 1000)
		k.length(f, f.ID, "source", f.Source, 500)
		k.enum(f, f.ID, "grade", "grade", f.Grade, false)
		if f.AsOf != "" && !isoDate.MatchString(f.AsOf) {
			k.fail(f, f.ID, "as_of", "date", "时间 %q 要写成 2026、2026-01 或 2026-01-31", f.AsOf)
		}
	}
	for _, p := range k.corpus.Pages {
		k.length(p, p.ID, "title", p.Title, 200)
		k.length(p, p.ID, "quote", p.Quote, 2000)
		if !strings.HasPrefix(p.URL, "https://") && !strings.HasPrefix(p.URL, "http://") {
			k.fail(p, p.ID, "url", "url", "网址 %q 要以 https:// 开头", p.URL)
		}
	}
	for _, l := range k.corpus.Laws {
		k.enum(l, l.Title, "level", "level", l.Level, false)
		k.date(l, l.Title, "adopted", l.Adopted, true)
		k.date(l, l.Title, "effective", l.Effective, true)
		if l.Effective > k.today() {
			k.fail(l, l.Title, "effective", "lint-18", "%s 才施行，还不能引", l.Effective)
		}
	}
	for _, r := range k.corpus.Repealed {
		k.date(r, r.Title, "before", r.Before, true)
	}
}

func (k *checker) city() {
	for _, r := range k.corpus.Regions {
		k.length(r, r.Code, "name", r.Name, 40)
		if r.Parent != "" {
			k.known(r, r.Code, "parent", k.regions[r.Parent], "区划", r.Parent)
		}
	}
	for _, d := range k.corpus.Departments {
		k.length(d, d.ID, "name", d.Name, 100)
		if d.Phone != "" {
			k.phone(d, d.ID, "phone", d.Phone)
		}
	}
	for _, p := range k.corpus.Points {
		k.point(p)
	}
	for _, h := range k.corpus.Hotlines {
		k.length(h, h.Number, "name", h.Name, 60)
	}
	for _, y := range k.corpus.Years {
		for _, wrong := range y.Check() {
			k.fail(y, fmt.Sprint(y.Year), "days", "date", "%s", wrong)
		}
	}
}

func (k *checker) point(p *org.ServicePoint) {
	k.length(p, p.ID, "name", p.Name, 100)
	k.enum(p, p.ID, "kind", "point.kind", p.Kind, false)
	k.known(p, p.ID, "region", k.regions[p.Region], "区划", p.Region)
	k.date(p, p.ID, "updated", p.Updated, false)
	k.hours(p, p.ID, "hours", p.Hours)
	if p.Phone != "" {
		k.phone(p, p.ID, "phone", p.Phone)
	}
	for _, id := range p.Items {
		k.known(p, p.ID, "items", k.items[ItemID(id)] != nil, "事项", id)
	}
}

func (k *checker) sentences() {
	for _, s := range k.corpus.Sentences {
		k.length(s, s.Key, "text", s.Text, 500)
		k.voice(s, s.Key, "voice", s.Voice)
	}
}
