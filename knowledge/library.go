package knowledge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"bangban/city/calendar"
	"bangban/city/org"
	"bangban/knowledge/law"
)

// City is the time zone of every date in the data: an entry is valid from 0:00 of its first day to 24:00 of its last.
var City = time.FixedZone("CST", 8*3600)

// Library is what is published at one moment: an immutable snapshot that is swapped whole. What is expired, not yet in force or
// for agents only is not in it; Staff gives the view with agents' entries.
type Library struct {
	version string // a hash over the content, and over what of it is visible
	seq     int64
	until   int64

	items     map[ItemID]*Item
	faqs      map[string]*FAQ
	events    map[string]*LifeEvent
	bound     map[ItemID][]*FAQ
	sources   map[Basis]Source
	laws      map[string]*Law
	places    map[string]*org.Region
	offices   map[string]*org.Department
	points    map[string]*org.ServicePoint
	hotlines  map[string]*org.Hotline
	sentences map[string]Sentence
	revisions map[string]int
	lists     Corpus
	documents []*Document
	staff     *Library
	calendar  *calendar.Calendar
}

// Source is what a basis resolves to: what people read under an answer.
type Source struct {
	Title      string // name of the law, document or page
	DocumentNo string // 文号, where the source has it
	Article    string // 第十一条; for a clause only
	URL        string
	Issuer     string
	AsOf       string // date of the version, the document or the page
}

// NewLibrary makes the snapshot of a corpus at a moment. revisions gives the revision of each entry id, 1 where it has none.
func NewLibrary(c *Corpus, now time.Time, revisions map[string]int) *Library {
	var marks []string
	for _, r := range c.Records() {
		marks = append(marks, r.mark())
	}
	return newLibrary(c, now, revisions, marks)
}

// mark stands for a record in the hash of a whole.
func (r Record) mark() string { return r.Key.String() + "\x00" + r.Hash }

// newLibrary makes the snapshot; marks are those of every record, in any order.
func newLibrary(c *Corpus, now time.Time, revisions map[string]int, marks []string) *Library {
	staff := build(c, now, revisions, true)
	staff.documents = staff.describe()
	l := build(c, now, revisions, false)
	l.staff = staff
	for _, d := range staff.documents { // an agents' entry is nobody else's
		if !d.AgentOnly {
			l.documents = append(l.documents, d)
		}
	}
	slices.Sort(marks) // databases sort text in their own ways
	h := sha256.New()
	for _, m := range marks {
		fmt.Fprintln(h, m)
	}
	for _, view := range []*Library{staff, l} {
		for _, d := range view.documents {
			fmt.Fprintf(h, "%s\x00", d.ID)
		}
		fmt.Fprintln(h)
	}
	l.version = hex.EncodeToString(h.Sum(nil)[:8])
	staff.version = l.version + "-staff"
	return l
}

func build(c *Corpus, now time.Time, revisions map[string]int, staff bool) *Library {
	l := &Library{items: map[ItemID]*Item{}, faqs: map[string]*FAQ{}, events: map[string]*LifeEvent{}, bound: map[ItemID][]*FAQ{}, laws: map[string]*Law{},
		places: map[string]*org.Region{}, offices: map[string]*org.Department{}, points: map[string]*org.ServicePoint{},
		hotlines: map[string]*org.Hotline{}, sentences: map[string]Sentence{}, sources: map[Basis]Source{}, revisions: revisions}
	l.lists = Corpus{Laws: c.Laws, Facts: c.Facts, Pages: c.Pages, Regions: c.Regions, Departments: c.Departments, Points: c.Points, Hotlines: c.Hotlines,
		Years: c.Years, Sentences: c.Sentences, Lexicon: c.Lexicon, Repealed: c.Repealed}
	at := now.UnixMicro()
	for _, it := range c.Items {
		if l.visible(it.Effective, it.Expires, it.Secrecy, at, staff) {
			l.items[it.ID] = it
			l.lists.Items = append(l.lists.Items, it)
		}
	}
	for _, f := range c.FAQs {
		if l.visible(f.Effective, f.Expires, f.Secrecy, at, staff) {
			l.faqs[f.ID] = f
			l.lists.FAQs = append(l.lists.FAQs, f)
			if f.Item != "" {
				l.bound[f.Item] = append(l.bound[f.Item], f)
			}
		}
	}
	for _, e := range c.Events {
		l.events[e.ID] = e
		l.lists.Events = append(l.lists.Events, e)
	}
	l.city(c)
	l.cite(c)
	l.lists.sort()
	l.sayCity()
	return l
}

// sort gives every list the order of its ids, wherever it came from.
func (c *Corpus) sort() {
	c.Items = sorted(c.Items, func(x *Item) string { return string(x.ID) })
	c.FAQs = sorted(c.FAQs, func(x *FAQ) string { return x.ID })
	c.Events = sorted(c.Events, func(x *LifeEvent) string { return x.ID })
	c.Laws = sorted(c.Laws, func(x *Law) string { return x.Title })
	c.Regions = sorted(c.Regions, func(x *org.Region) string { return x.Code })
	c.Departments = sorted(c.Departments, func(x *org.Department) string { return x.ID })
	c.Points = sorted(c.Points, func(x *org.ServicePoint) string { return x.ID })
	c.Hotlines = sorted(c.Hotlines, func(x *org.Hotline) string { return x.Number })
}

func sorted[T any](list []*T, id func(*T) string) []*T {
	out := slices.Clone(list)
	slices.SortStableFunc(out, func(a, b *T) int { return cmp.Compare(id(a), id(b)) })
	return out
}

func (l *Library) city(c *Corpus) {
	for _, r := range c.Regions {
		l.places[r.Code] = r
	}
	for _, d := range c.Departments {
		l.offices[d.ID] = d
	}
	for _, p := range c.Points {
		l.points[p.ID] = p
	}
	for _, h := range c.Hotlines {
		l.hotlines[h.Number] = h
	}
	for _, s := range c.Sentences {
		l.sentences[s.Key] = *s
	}
	l.calendar = calendar.New(c.Years...)
}

func (l *Library) cite(c *Corpus) {
	for _, x := range c.Laws {
		l.laws[law.Short(x.Title)] = x
	}
	for _, f := range c.Facts {
		s := Source{Title: f.DocumentTitle, DocumentNo: f.DocumentNo, URL: f.URL, AsOf: f.AsOf}
		if s.Title == "" { // the number alone names the document; without one, the page that carries the fact
			s.Title, s.DocumentNo = cmp.Or(f.DocumentNo, f.Source), ""
		}
		l.sources[Basis("fact:"+f.ID)] = s
	}
	for _, p := range c.Pages {
		l.sources[Basis("page:"+p.ID)] = Source{Title: p.Title, URL: p.URL, Issuer: p.Issuer, AsOf: p.Date}
	}
}

// visible reports whether an entry is in the snapshot, and notes when that changes next.
func (l *Library) visible(effective, expires string, secrecy Secrecy, at int64, staff bool) bool {
	if !secrecy.Public() && !staff {
		return false
	}
	from, until := Validity(effective, expires)
	for _, edge := range []int64{from, until} {
		if edge > at && (l.until == 0 || edge < l.until) {
			l.until = edge
		}
	}
	return at >= from && (until == 0 || at < until)
}

// Valid reports whether an entry with these bounds may be shown at a moment.
func Valid(effective, expires string, at time.Time) bool {
	from, until := Validity(effective, expires)
	return at.UnixMicro() >= from && (until == 0 || at.UnixMicro() < until)
}

// Validity turns the dates of an entry into Unix microseconds: from inclusive, until exclusive; 0 is open.
func Validity(effective, expires string) (from, until int64) {
	day := func(s string) (time.Time, bool) {
		if s == "" {
			return time.Time{}, false
		}
		t, err := time.ParseInLocation(time.DateOnly, s, City)
		return t, err == nil
	}
	if t, ok := day(effective); ok {
		from = t.UnixMicro()
	}
	if t, ok := day(expires); ok {
		until = t.AddDate(0, 0, 1).UnixMicro()
	}
	return from, until
}

// Version names the content: equal content, equal version, on any machine.
func (l *Library) Version() string { return l.version }

// Seq is the number in the event log of the publication that made it, 0 outside a database.
func (l *Library) Seq() int64 { return l.seq }

// Until is the moment (Unix microseconds) at which an entry comes into force or expires next; 0: never.
func (l *Library) Until() int64 { return l.until }

// Staff is the same snapshot with the entries that only agents may read.
func (l *Library) Staff() *Library {
	if l.staff == nil {
		return l
	}
	return l.staff
}

// Item returns a published item.
func (l *Library) Item(id ItemID) (*Item, bool) { it, ok := l.items[id]; return it, ok }

// FAQ returns a published FAQ entry.
func (l *Library) FAQ(id string) (*FAQ, bool) { f, ok := l.faqs[id]; return f, ok }

// Event returns a 一件事.
func (l *Library) Event(id string) (*LifeEvent, bool) { e, ok := l.events[id]; return e, ok }

// Matter returns the item that an entry belongs to, or the entry's own id where it stands alone; empty when there is no such entry.
func (l *Library) Matter(id string) string {
	if _, ok := l.items[ItemID(id)]; ok {
		return id
	}
	if f, ok := l.faqs[id]; ok {
		if f.Item != "" {
			return string(f.Item)
		}
		return id
	}
	_, event := l.events[id]
	_, hotline := l.hotlines[strings.TrimPrefix(id, "hotline-")]
	_, point := l.points[strings.TrimPrefix(id, "point-")]
	if event || hotline || point {
		return id
	}
	return ""
}

// Items lists the published items by id. The list must not be changed; so with the others.
func (l *Library) Items() []*Item { return l.lists.Items }

// FAQs lists the published FAQ entries by id.
func (l *Library) FAQs() []*FAQ { return l.lists.FAQs }

// Events lists the 一件事 by id.
func (l *Library) Events() []*LifeEvent { return l.lists.Events }

// Regions lists the regions by code.
func (l *Library) Regions() []*org.Region { return l.lists.Regions }

// Departments lists the departments by id.
func (l *Library) Departments() []*org.Department { return l.lists.Departments }

// Points lists the service points of a region (its parts included) that handle an item; empty: of any region, for any item.
func (l *Library) Points(region string, item ItemID) []org.ServicePoint {
	var out []org.ServicePoint
	for _, p := range l.lists.Points {
		if (region == "" || l.Within(p.Region, region)) && (item == "" || slices.Contains(p.Items, string(item)) || l.placedAt(item, p.ID)) {
			out = append(out, *p)
		}
	}
	return out
}

func (l *Library) placedAt(item ItemID, point string) bool {
	it, ok := l.Item(item)
	return ok && slices.ContainsFunc(it.Places, func(p Place) bool { return p.Point == point })
}

// Within reports whether a region is another one or a part of it.
func (l *Library) Within(code, whole string) bool {
	for range 4 {
		if code == whole {
			return true
		}
		r := l.places[code]
		if r == nil || r.Parent == "" {
			return false
		}
		code = r.Parent
	}
	return false
}

// Hotlines lists the hotlines by number.
func (l *Library) Hotlines() []*org.Hotline { return l.lists.Hotlines }

// Laws lists the cited laws by title.
func (l *Library) Laws() []*Law { return l.lists.Laws }

// Sentences lists what the machine says, in the order of the data.
func (l *Library) Sentences() []*Sentence { return l.lists.Sentences }

// Lexicon returns the word lists by file name.
func (l *Library) Lexicon() map[string][]byte { return l.lists.Lexicon }

// Repealed lists the texts of law that are not to be cited any more.
func (l *Library) Repealed() []*Repealed { return l.lists.Repealed }

// Calendar is the city's calendar of working days.
func (l *Library) Calendar() *calendar.Calendar { return l.calendar }

// Bound lists the FAQ entries that are bound to an item and answer one of its attributes ("" for those about it as a whole).
func (l *Library) Bound(item ItemID, attribute string) []*FAQ {
	var out []*FAQ
	for _, f := range l.bound[item] {
		if f.Attribute == attribute {
			out = append(out, f)
		}
	}
	return out
}

// Department returns a department by its id.
func (l *Library) Department(id string) (org.Department, bool) { return value(l.offices[id]) }

// Region returns a region by its code.
func (l *Library) Region(code string) (org.Region, bool) { return value(l.places[code]) }

// RegionNamed returns a region by code, name, alias or former name; the wider region first where two bear it.
func (l *Library) RegionNamed(name string) (org.Region, bool) {
	name = strings.TrimSpace(name)
	if r, ok := l.places[name]; ok {
		return *r, true
	}
	var found *org.Region
	for _, r := range l.lists.Regions {
		if (r.Name == name || slices.Contains(r.Aliases, name) || slices.Contains(r.Former, name)) && (found == nil || len(r.Code) < len(found.Code)) {
			found = r
		}
	}
	return value(found)
}

// Point returns a service point by its id.
func (l *Library) Point(id string) (org.ServicePoint, bool) { return value(l.points[id]) }

// Hotline returns a hotline by its number.
func (l *Library) Hotline(number string) (org.Hotline, bool) { return value(l.hotlines[number]) }

func value[T any](p *T) (T, bool) {
	if p == nil {
		var zero T
		return zero, false
	}
	return *p, true
}

// Sentence returns what the machine says under a key.
func (l *Library) Sentence(key string) (Sentence, bool) { s, ok := l.sentences[key]; return s, ok }

// Revision is the number of the published revision of an entry: an item, FAQ or event by its id, a hotline as hotline-NUMBER, a
// point as point-ID; 0 for one that is not published.
func (l *Library) Revision(id string) int {
	if n := l.revisions[id]; n > 0 {
		return n
	}
	_, item := l.items[ItemID(id)]
	_, faq := l.faqs[id]
	_, event := l.events[id]
	number, isHotline := strings.CutPrefix(id, "hotline-")
	point, isPoint := strings.CutPrefix(id, "point-")
	if item || faq || event || isHotline && l.hotlines[number] != nil || isPoint && l.points[point] != nil {
		return 1
	}
	return 0
}

// Resolve turns a basis into what people read; false when the source is not known.
func (l *Library) Resolve(b Basis) (Source, bool) {
	title, article, ok := b.Clause()
	if !ok {
		s, ok := l.sources[b]
		return s, ok
	}
	x := l.laws[law.Short(title)]
	if x == nil {
		return Source{Title: title, Article: article}, true
	}
	return Source{Title: x.Title, DocumentNo: x.DocumentNo, Article: article, Issuer: x.Issuer, AsOf: x.Adopted}, true
}

// Documents lists every entry as it is searched, agents' entries included (marked), by id.
func (l *Library) Documents() []*Document { return l.Staff().documents }
