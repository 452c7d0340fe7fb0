package knowledge

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"bangban/city/calendar"
	"bangban/city/org"
)

// RecordKind is the kind of a record: everything that can be imported is one.
type RecordKind string

// The kinds of records.
const (
	RecordItem       RecordKind = "item"
	RecordFAQ        RecordKind = "faq"
	RecordEvent      RecordKind = "event"
	RecordLaw        RecordKind = "law"
	RecordFact       RecordKind = "fact"
	RecordPage       RecordKind = "page"
	RecordRepealed   RecordKind = "repealed"
	RecordRegion     RecordKind = "region"
	RecordDepartment RecordKind = "department"
	RecordPoint      RecordKind = "point"
	RecordHotline    RecordKind = "hotline"
	RecordYear       RecordKind = "year"
	RecordSentence   RecordKind = "sentence"
	RecordLexicon    RecordKind = "lexicon"
)

// Key names a record.
type Key struct {
	Kind RecordKind
	ID   string
}

// String is the subject of the record's events: "item:id-card-replace".
func (k Key) String() string { return string(k.Kind) + ":" + k.ID }

// Record is one thing that can be kept, published and withdrawn: its content as JSON, and the hash of it.
type Record struct {
	Key
	Content []byte
	Hash    string // SHA-256 of Content, in hex
}

func newRecord(kind RecordKind, id string, content any) Record {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(content); err != nil {
		panic(fmt.Sprintf("knowledge: %s %s does not encode: %v", kind, id, err)) // plain data types always do
	}
	raw := bytes.TrimRight(b.Bytes(), "\n")
	return Record{Key{kind, id}, raw, hashOf(raw)}
}

func hashOf(content []byte) string {
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}

// wordList is the content of a lexicon record.
type wordList struct {
	Name string `json:"name"`
	Text string `json:"text"`
}

// Records turns a corpus into records, by kind and id; equal corpora give equal records.
func (c *Corpus) Records() []Record {
	var out []Record
	gather(&out, RecordItem, c.Items, func(x *Item) string { return string(x.ID) })
	gather(&out, RecordFAQ, c.FAQs, func(x *FAQ) string { return x.ID })
	gather(&out, RecordEvent, c.Events, func(x *LifeEvent) string { return x.ID })
	gather(&out, RecordLaw, c.Laws, func(x *Law) string { return x.Title })
	gather(&out, RecordFact, c.Facts, func(x *SourceFact) string { return x.ID })
	gather(&out, RecordPage, c.Pages, func(x *SourcePage) string { return x.ID })
	gather(&out, RecordRepealed, c.Repealed, func(x *Repealed) string { return x.Title })
	gather(&out, RecordRegion, c.Regions, func(x *org.Region) string { return x.Code })
	gather(&out, RecordDepartment, c.Departments, func(x *org.Department) string { return x.ID })
	gather(&out, RecordPoint, c.Points, func(x *org.ServicePoint) string { return x.ID })
	gather(&out, RecordHotline, c.Hotlines, func(x *org.Hotline) string { return x.Number })
	gather(&out, RecordYear, c.Years, func(x *calendar.Year) string { return strconv.Itoa(x.Year) })
	gather(&out, RecordSentence, c.Sentences, func(x *Sentence) string { return x.Key })
	for name, text := range c.Lexicon {
		out = append(out, newRecord(RecordLexicon, name, wordList{name, string(text)}))
	}
	slices.SortStableFunc(out, func(a, b Record) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	return out
}

func gather[T any](out *[]Record, kind RecordKind, list []*T, id func(*T) string) {
	for _, x := range list {
		*out = append(*out, newRecord(kind, id(x), x))
	}
}

// makers give a new record of each kind.
var makers = map[RecordKind]func() any{
	RecordItem: func() any { return new(Item) }, RecordFAQ: func() any { return new(FAQ) }, RecordEvent: func() any { return new(LifeEvent) },
	RecordLaw: func() any { return new(Law) }, RecordFact: func() any { return new(SourceFact) }, RecordPage: func() any { return new(SourcePage) },
	RecordRepealed: func() any { return new(Repealed) }, RecordRegion: func() any { return new(org.Region) },
	RecordDepartment: func() any { return new(org.Department) }, RecordPoint: func() any { return new(org.ServicePoint) },
	RecordHotline: func() any { return new(org.Hotline) }, RecordYear: func() any { return new(calendar.Year) },
	RecordSentence: func() any { return new(Sentence) }, RecordLexicon: func() any { return new(wordList) },
}

// decode reads the content of a record; nil for a kind of a newer program. Fields that this program does not know are left out: a
// newer node may have written them.
func (r Record) decode() (any, error) {
	make, ok := makers[r.Kind]
	if !ok {
		return nil, nil
	}
	x := make()
	if err := json.Unmarshal(r.Content, x); err != nil {
		return nil, fmt.Errorf("%s: %w", r.Key, err)
	}
	return x, nil
}

// add puts a decoded record into its list.
func (c *Corpus) add(record any) {
	switch x := record.(type) {
	case *Item:
		c.Items = append(c.Items, x)
	case *FAQ:
		c.FAQs = append(c.FAQs, x)
	case *LifeEvent:
		c.Events = append(c.Events, x)
	case *Law:
		c.Laws = append(c.Laws, x)
	case *SourceFact:
		c.Facts = append(c.Facts, x)
	case *SourcePage:
		c.Pages = append(c.Pages, x)
	case *Repealed:
		c.Repealed = append(c.Repealed, x)
	case *org.Region:
		c.Regions = append(c.Regions, x)
	case *org.Department:
		c.Departments = append(c.Departments, x)
	case *org.ServicePoint:
		c.Points = append(c.Points, x)
	case *org.Hotline:
		c.Hotlines = append(c.Hotlines, x)
	case *calendar.Year:
		c.Years = append(c.Years, x)
	case *Sentence:
		c.Sentences = append(c.Sentences, x)
	case *wordList:
		if c.Lexicon == nil {
			c.Lexicon = map[string][]byte{}
		}
		c.Lexicon[x.Name] = []byte(x.Text)
	}
}

// Merge returns the corpus laid over a base: records of the same kind and id replace those of the base.
func (c *Corpus) Merge(base *Corpus) *Corpus {
	out := &Corpus{Lexicon: map[string][]byte{}}
	for _, from := range []*Corpus{base, c} {
		for record, at := range from.origins {
			out.Place(record, at)
		}
	}
	out.Items = over(base.Items, c.Items, func(x *Item) string { return string(x.ID) })
	out.FAQs = over(base.FAQs, c.FAQs, func(x *FAQ) string { return x.ID })
	out.Events = over(base.Events, c.Events, func(x *LifeEvent) string { return x.ID })
	out.Laws = over(base.Laws, c.Laws, func(x *Law) string { return x.Title })
	out.Facts = over(base.Facts, c.Facts, func(x *SourceFact) string { return x.ID })
	out.Pages = over(base.Pages, c.Pages, func(x *SourcePage) string { return x.ID })
	out.Repealed = over(base.Repealed, c.Repealed, func(x *Repealed) string { return x.Title })
	out.Regions = over(base.Regions, c.Regions, func(x *org.Region) string { return x.Code })
	out.Departments = over(base.Departments, c.Departments, func(x *org.Department) string { return x.ID })
	out.Points = over(base.Points, c.Points, func(x *org.ServicePoint) string { return x.ID })
	out.Hotlines = over(base.Hotlines, c.Hotlines, func(x *org.Hotline) string { return x.Number })
	out.Years = over(base.Years, c.Years, func(x *calendar.Year) string { return strconv.Itoa(x.Year) })
	out.Sentences = over(base.Sentences, c.Sentences, func(x *Sentence) string { return x.Key })
	for _, from := range []*Corpus{base, c} {
		for name, text := range from.Lexicon {
			out.Lexicon[name] = text
		}
	}
	return out
}

func over[T any](base, top []*T, id func(*T) string) []*T {
	replaced := map[string]bool{}
	for _, x := range top {
		replaced[id(x)] = true
	}
	var out []*T
	for _, x := range base {
		if !replaced[id(x)] {
			out = append(out, x)
		}
	}
	return append(out, top...)
}

// Without returns the corpus without the kinds of records that another one holds: what stays when the other takes their place.
func (c *Corpus) Without(other *Corpus) *Corpus {
	out := *c
	giveWay(&out.Items, other.Items)
	giveWay(&out.FAQs, other.FAQs)
	giveWay(&out.Events, other.Events)
	giveWay(&out.Laws, other.Laws)
	giveWay(&out.Facts, other.Facts)
	giveWay(&out.Pages, other.Pages)
	giveWay(&out.Repealed, other.Repealed)
	giveWay(&out.Regions, other.Regions)
	giveWay(&out.Departments, other.Departments)
	giveWay(&out.Points, other.Points)
	giveWay(&out.Hotlines, other.Hotlines)
	giveWay(&out.Years, other.Years)
	giveWay(&out.Sentences, other.Sentences)
	if len(other.Lexicon) > 0 {
		out.Lexicon = nil
	}
	return &out
}

func giveWay[T any](list *[]*T, taken []*T) {
	if len(taken) > 0 {
		*list = nil
	}
}
