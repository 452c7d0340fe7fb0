package index

import (
	"slices"
	"strconv"
	"strings"

	lru "github.com/hashicorp/golang-lru/v2"

	"bangban/knowledge"
)

// kept is how many searches of a snapshot are remembered: a city asks the same few thousand questions all day. One weighs about 3 kB.
const kept = 2048

// memo remembers what a snapshot has found. A snapshot never changes, so neither does what it finds, but for entries whose time comes or
// ends: eras are those moments, in order.
type memo struct {
	found *lru.Cache[string, []knowledge.Candidate]
	eras  []int64
}

func newMemo(docs []*knowledge.Document) *memo {
	m := &memo{}
	for _, d := range docs {
		for _, at := range []int64{d.From, d.Until} {
			if at != 0 {
				m.eras = append(m.eras, at)
			}
		}
	}
	slices.Sort(m.eras)
	m.eras = slices.Compact(m.eras)
	m.found, _ = lru.New[string, []knowledge.Candidate](kept) // fails for a size below 1 only
	return m
}

// key is everything that a search depends on.
func (m *memo) key(q knowledge.Query) string {
	era, exact := slices.BinarySearch(m.eras, q.Now)
	if exact {
		era++
	}
	var b strings.Builder
	field := func(s string) {
		b.WriteString(strconv.Itoa(len(s)))
		b.WriteByte(':')
		b.WriteString(s)
	}
	field(q.Understanding.Core)
	field(q.Understanding.Normal)
	for _, t := range q.Understanding.Expanded {
		field(t.Text)
		field(t.From)
		b.WriteString(strconv.FormatFloat(t.Weight, 'g', -1, 64))
	}
	b.WriteByte('|')
	field(q.Region)
	b.WriteString(strconv.Itoa(era))
	b.WriteString(strconv.FormatBool(q.Staff))
	b.WriteString(strconv.FormatBool(q.Gaps))
	b.WriteString(strconv.Itoa(limitOf(q)))
	for _, k := range q.Kinds {
		field(string(k))
	}
	b.WriteByte('|')
	for _, id := range q.Also {
		field(id)
	}
	return b.String()
}
