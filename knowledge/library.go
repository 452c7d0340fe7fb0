package knowledge

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"bangban/city/calendar"
	"bangban/city/org"
)

// Library (知识库) is one immutable view of all that is published. It is built whole and swapped whole; a question that takes one
// keeps it to the end. Entries that are not valid at the moment are in it: Valid and the searcher leave them out.
type Library struct {
	version string
	seq     int64

	items       []*Item
	faqs        []*FAQ
	events      []*LifeEvent
	regions     []*org.Region
	departments []*org.Department
	points      []*org.ServicePoint
	hotlines    []*org.Hotline

	itemByID       map[ItemID]*Item
	faqByID        map[string]*FAQ
	eventByID      map[string]*LifeEvent
	lawByTitle     map[string]*Law
	factByID       map[string]*SourceFact
	pageByID       map[string]*SourcePage
	regionByCode   map[string]*org.Region
	departmentByID map[string]*org.Department
	pointByID      map[string]*org.ServicePoint
	hotlineByNo    map[string]*org.Hotline
	sentences      map[string]*Sentence
	bound          map[ItemID][]*FAQ
	revisions      map[string]int
	calendar       *calendar.Calendar
	lexicon        map[string][]byte
	documents      []*Document
}

// Source is a basis as it is shown: 名称, 文号, 条.
type Source struct {
	Title, DocumentNo, Article, Issuer, AsOf, URL string
}

// NewLibrary builds the view of a corpus. revisions are the revision numbers by entry id; version names the whole, seq is the event
// up to which it holds.
func NewLibrary(c *Corpus, revisions map[string]int, version string, seq int64) *Library {
	l := &Library{
		version: version, seq: seq, revisions: revisions,
		items: slices.Clone(c.Items), faqs: slices.Clone(c.FAQs), events: slices.Clone(c.Events), regions: slices.Clone(c.Regions),
		departments: slices.Clone(c.Departments), points: slices.Clone(c.Points), hotlines: slices.Clone(c.Hotlines),
		bound: map[ItemID][]*FAQ{}, calendar: calendar.New(c.Years...), lexicon: c.Lexicon,
	}
	slices.SortFunc(l.items, func(a, b *Item) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(l.faqs, func(a, b *FAQ) int { return cmp.Compare(a.ID, b.ID) })
	slices.SortFunc(l.regions, func(a, b *org.Region) int { return cmp.Compare(a.Code, b.Code) })
	l.itemByID = byKey(l.items, func(i *Item) ItemID { return i.ID })
	l.faqByID = byKey(l.faqs, func(f *FAQ) string { return f.ID })
	l.eventByID = byKey(l.events, func(e *LifeEvent) string { return e.ID })
	l.lawByTitle = byKey(c.Laws, func(w *Law) string { return w.Title })
	l.factByID = byKey(c.Facts, func(f *SourceFact) string { return f.ID })
	l.pageByID = byKey(c.Pages, func(p *SourcePage) string { return p.ID })
	l.regionByCode = byKey(l.regions, func(r *org.Region) string { return r.Code })
	l.departmentByID = byKey(l.departments, func(d *org.Department) string { return d.ID })
	l.pointByID = byKey(l.points, func(p *org.ServicePoint) string { return p.ID })
	l.hotlineByNo = byKey(l.hotlines, func(h *org.Hotline) string { return h.Number })
	l.sentences = byKey(c.Sentences, func(s *Sentence) string { return s.Key })
	for _, f := range l.faqs {
		if f.Item != "" {
			l.bound[f.Item] = append(l.bound[f.Item], f)
		}
	}
	l.documents = l.makeDocuments()
	return l
}

func byKey[K comparable, T any](all []*T, key func(*T) K) map[K]*T {
	m := make(map[K]*T, len(all))
	for _, v := range all {
		m[key(v)] = v
	}
	return m
}

// Version names what is published; it changes with every publication.
func (l *Library) Version() string { return l.version }

// Seq is the number of the last event that the view holds.
func (l *Library) Seq() int64 { return l.seq }

// Items returns every item, by id.
func (l *Library) Items() []*Item { return l.items }

// FAQs returns every FAQ, by id.
func (l *Library) FAQs() []*FAQ { return l.faqs }

// Events returns the life events in the order of the data.
func (l *Library) Events() []*LifeEvent { return l.events }

// Regions returns the regions by code: the city, its districts, their streets.
func (l *Library) Regions() []*org.Region { return l.regions }

// Departments returns the offices.
func (l *Library) Departments() []*org.Department { return l.departments }

// Hotlines returns the numbers that people can call.
func (l *Library) Hotlines() []*org.Hotline { return l.hotlines }

// Calendar knows the city's working days.
func (l *Library) Calendar() *calendar.Calendar { return l.calendar }

// Lexicon returns the word lists by file name.
func (l *Library) Lexicon() map[string][]byte { return l.lexicon }

// Documents returns every published entry as it is searched.
func (l *Library) Documents() []*Document { return l.documents }

// Item returns an item by id.
func (l *Library) Item(id ItemID) (*Item, bool) { i, ok := l.itemByID[id]; return i, ok }

// FAQ returns a FAQ by id.
func (l *Library) FAQ(id string) (*FAQ, bool) { f, ok := l.faqByID[id]; return f, ok }

// Event returns a life event by id.
func (l *Library) Event(id string) (*LifeEvent, bool) { e, ok := l.eventByID[id]; return e, ok }

// Bound returns the FAQ bound to an item that answer one of its attributes ("" for those about the item as a whole).
func (l *Library) Bound(id ItemID, attribute string) []*FAQ {
	var out []*FAQ
	for _, f := range l.bound[id] {
		if f.Attribute == attribute && f.Secrecy != "agent" {
			out = append(out, f)
		}
	}
	return out
}

// Revision returns the number of the published revision of an entry; 0 when it has none.
func (l *Library) Revision(id string) int { return l.revisions[id] }

// Region returns a region by its code.
func (l *Library) Region(code string) (org.Region, bool) { return value(l.regionByCode[code]) }

// RegionNamed returns the region whose code, name or alias it is.
func (l *Library) RegionNamed(name string) (org.Region, bool) {
	if r, ok := l.Region(name); ok {
		return r, true
	}
	for _, r := range l.regions {
		if r.Name == name || slices.Contains(r.Aliases, name) || slices.Contains(r.Former, name) {
			return *r, true
		}
	}
	return org.Region{}, false
}

// Department returns an office by its id.
func (l *Library) Department(id string) (org.Department, bool) { return value(l.departmentByID[id]) }

// Point returns a service point by its id.
func (l *Library) Point(id string) (org.ServicePoint, bool) { return value(l.pointByID[id]) }

// Points returns the service points of a region (empty: all) that can handle an item (empty: any).
func (l *Library) Points(region string, item ItemID) []org.ServicePoint {
	var out []org.ServicePoint
	for _, p := range l.points {
		if region != "" && !strings.HasPrefix(p.Region, strings.TrimRight(region, "0")) {
			continue
		}
		if item != "" && !slices.Contains(p.Items, string(item)) && !l.placedAt(item, p.ID) {
			continue
		}
		out = append(out, *p)
	}
	return out
}

func (l *Library) placedAt(item ItemID, point string) bool {
	it, ok := l.Item(item)
	return ok && slices.ContainsFunc(it.Places, func(p Place) bool { return p.Point == point })
}

// Hotline returns a hotline by its number.
func (l *Library) Hotline(number string) (org.Hotline, bool) { return value(l.hotlineByNo[number]) }

func value[T any](p *T) (T, bool) {
	if p == nil {
		var zero T
		return zero, false
	}
	return *p, true
}

// Sentence returns what the machine says for a key.
func (l *Library) Sentence(key string) (Sentence, bool) { return value(l.sentences[key]) }

// Resolve turns a basis into what is shown of it; false when the source is not in the library.
func (l *Library) Resolve(b Basis) (Source, bool) {
	switch b.Kind() {
	case "law":
		title, article, _ := b.Clause()
		if w := l.lawByTitle[title]; w != nil {
			return Source{Title: w.Title, DocumentNo: w.DocumentNo, Article: article, Issuer: w.Issuer, AsOf: w.Effective}, true
		}
		return Source{Title: title, Article: article}, true
	case "fact":
		if f := l.factByID[b.ID()]; f != nil {
			s := Source{Title: f.DocumentTitle, DocumentNo: f.DocumentNo, AsOf: f.AsOf, URL: f.URL}
			if s.Title == "" { // the number alone names the document; without one, the page that carries the fact
				s.Title, s.DocumentNo = cmp.Or(f.DocumentNo, f.Source), ""
			}
			return s, true
		}
	case "page":
		if p := l.pageByID[b.ID()]; p != nil {
			return Source{Title: p.Title, Issuer: p.Issuer, AsOf: p.Date, URL: p.URL}, true
		}
	}
	return Source{}, false
}

// Valid reports whether an entry with these bounds (YYYY-MM-DD, empty is open) may be shown at t: it is in force from the first
// moment of effective to the last of expires, on the city's clock.
func Valid(effective, expires string, t time.Time) bool {
	from, until := bounds(effective, expires)
	at := t.UnixMicro()
	return (from == 0 || at >= from) && (until == 0 || at < until)
}

// cityTime is the clock of every date in the data.
var cityTime = time.FixedZone("CST", 8*3600)

// bounds are the validity in Unix microseconds: from included, until excluded; 0 is open.
func bounds(effective, expires string) (from, until int64) {
	if d, err := time.ParseInLocation(time.DateOnly, effective, cityTime); err == nil {
		from = d.UnixMicro()
	}
	if d, err := time.ParseInLocation(time.DateOnly, expires, cityTime); err == nil {
		until = d.AddDate(0, 0, 1).UnixMicro()
	}
	return from, until
}
