package citizen

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"bangban/kernel/fault"
	"bangban/knowledge"
	"bangban/nlu"
)

// suggestion is something that the words typed so far may become.
type suggestion struct {
	// Label is what to show, and what to ask when it is taken.
	Label string              `json:"label"`
	Kind  knowledge.EntryKind `json:"kind"`
	ID    string              `json:"id"`
	URL   string              `json:"url"`
}

type suggestRequest struct {
	Q string `query:"q" json:"-"`
}

type suggestResult struct {
	Suggestions []suggestion `json:"suggestions"`
}

const maxSuggestions = 8

// suggested completes what is being typed, by the names of things: no more words are looked at, so it is quick at each key.
func (a *API) suggested(_ context.Context, req *suggestRequest) (*suggestResult, error) {
	if utf8.RuneCountInString(req.Q) > maxQuery {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "query.too_long", Args: map[string]string{"limit": strconv.Itoa(maxQuery), "field": "q"}}
	}
	lib := a.Knowledge().Library
	return &suggestResult{a.suggest.of(lib).complete(req.Q, maxSuggestions, a.Now().UnixMicro())}, nil
}

// suggestions keeps the list of names of the library of this moment.
type suggestions struct {
	mu    sync.Mutex
	lib   *knowledge.Library
	names *names
}

func (s *suggestions) of(lib *knowledge.Library) *names {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.lib != lib {
		s.lib, s.names = lib, namesOf(lib)
	}
	return s.names
}

// names are all names of all public entries, found by their characters and pairs of characters.
type names struct {
	entries []entry
	names   []name
	grams   map[string][]int32 // places in names, ascending
}

type entry struct {
	suggestion
	from, until int64
	hot         int
}

type name struct {
	normal   string
	initials string
	entry    int32
}

func namesOf(lib *knowledge.Library) *names {
	n := &names{grams: map[string][]int32{}}
	for _, d := range lib.Documents() {
		if d.AgentOnly {
			continue
		}
		e := entry{suggestion: suggestion{Label: d.Titles[0], Kind: d.Kind, ID: d.ID, URL: address(d)}, from: d.From, until: d.Until}
		if it, ok := lib.Item(d.Item); ok && d.Kind == knowledge.KindItem {
			e.Label, e.hot = cmp.Or(it.Short, it.Name), it.Hot
		}
		if f, ok := lib.FAQ(d.ID); ok && d.Kind == knowledge.KindFAQ {
			e.hot = f.Hot
		}
		n.add(e, d.Titles)
	}
	return n
}

func (n *names) add(e entry, titles []string) {
	at := int32(len(n.entries))
	n.entries = append(n.entries, e)
	for i, t := range append([]string{e.Label}, titles...) {
		normal := nlu.Normalise(t)
		if normal == "" || (i > 0 && t == e.Label) {
			continue
		}
		place := int32(len(n.names))
		n.names = append(n.names, name{normal: normal, initials: nlu.Initials(t), entry: at})
		for _, g := range gramsOf(normal) {
			if list := n.grams[g]; len(list) == 0 || list[len(list)-1] != place {
				n.grams[g] = append(list, place)
			}
		}
	}
}

// gramsOf returns the characters and the pairs of neighbours of a text.
func gramsOf(normal string) []string {
	runes := []rune(normal)
	out := make([]string, 0, 2*len(runes))
	for i, r := range runes {
		out = append(out, string(r))
		if i > 0 {
			out = append(out, string(runes[i-1:i+1]))
		}
	}
	return out
}

// complete returns the entries whose names fit best: those that begin so, those that hold it, those that share most of its
// pairs; for letters, those whose syllables begin so.
func (n *names) complete(typed string, limit int, now int64) []suggestion {
	q := nlu.Normalise(typed)
	best := map[int32]float64{}
	take := func(place int32, score float64) {
		e := n.names[place].entry
		if d := n.entries[e]; (d.from != 0 && now < d.from) || (d.until != 0 && now >= d.until) {
			return
		}
		if d := n.entries[e]; d.hot > 0 {
			score += 0.3 / float64(d.hot)
		}
		best[e] = max(best[e], score)
	}
	if letters(q) {
		for i := range n.names {
			if strings.HasPrefix(n.names[i].initials, q) {
				take(int32(i), 1+float64(len(q))/float64(len(n.names[i].initials)))
			}
		}
	}
	for place, score := range n.matches(q) {
		take(place, score)
	}
	found := make([]int32, 0, len(best))
	for e := range best {
		found = append(found, e)
	}
	slices.SortFunc(found, func(a, b int32) int { return cmp.Or(cmp.Compare(best[b], best[a]), cmp.Compare(a, b)) })
	out := []suggestion{}
	for _, e := range found[:min(len(found), limit)] {
		out = append(out, n.entries[e].suggestion)
	}
	return out
}

// matches scores the names that share characters with q: 3 and more begin with it, 2 and more hold it.
func (n *names) matches(q string) map[int32]float64 {
	grams := gramsOf(q)
	if len(grams) > 1 { // pairs say more than characters, which are only for the first key
		grams = slices.DeleteFunc(grams, func(g string) bool { return utf8.RuneCountInString(g) < 2 })
	}
	slices.Sort(grams)
	grams = slices.Compact(grams)
	shared := map[int32]int{}
	for _, g := range grams {
		for _, place := range n.grams[g] {
			shared[place]++
		}
	}
	scores := map[int32]float64{}
	for place, count := range shared {
		normal := n.names[place].normal
		share := float64(count) / float64(len(grams))
		closeness := float64(len(q)) / float64(max(len(q), len(normal)))
		switch {
		case strings.HasPrefix(normal, q):
			scores[place] = 3 + closeness
		case strings.Contains(normal, q):
			scores[place] = 2 + closeness
		case share >= 0.5:
			scores[place] = share + closeness/2
		}
	}
	return scores
}

func letters(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return s != ""
}
