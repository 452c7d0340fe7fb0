package nlu

import (
	"bytes"
	"fmt"
	"maps"
	"path"
	"slices"
	"strconv"
	"strings"
)

// Lexicon is what the machine knows of words: data that a city edits, read from corpus/lexicon. It is never changed after
// ParseLexicon, so that several Understanders can share it.
type Lexicon struct {
	groups   map[string][]string
	book     *book
	rules    []rule // by number of their pattern
	repairs  []string
	stop     map[string]float64
	whole    []string
	official map[string][]synonym // everyday word → official terms, for Expand
	cities   map[string]cityWord
	talk     []example
}

type topic uint8

const (
	topicNone topic = iota
	topicIntent
	topicAttribute
	topicSituation
	topicAct
	topicDanger
	topicEmotion
	topicStrip
	topicSynonym
)

// rule is what a pattern means.
type rule struct {
	topic  topic
	value  string // an Intent, Attribute, danger class, kind of phrase …
	mode   string
	score  float64
	unless []int32 // patterns that forbid it
	needs  []int32 // patterns that must be found as well, wherever they stand
	to     []synonym
}

type synonym struct {
	word   string
	weight float64
}

// cityWord is one name of othercities.tsv; code is the two digits that the codes of a province begin with.
type cityWord struct{ kind, name, code string }

// readers are the files of a lexicon. groups.tsv is read first.
var readers = map[string]func(l *Lexicon, cells []string) error{
	"groups.tsv":      func(*Lexicon, []string) error { return nil },
	"intents.tsv":     readIntent,
	"attributes.tsv":  readAttribute,
	"situations.tsv":  readSituation,
	"dangers.tsv":     readDanger,
	"emotion.tsv":     readEmotion,
	"phrases.tsv":     readPhrase,
	"synonyms.tsv":    readSynonym,
	"soundalikes.tsv": readSoundalike,
	"stop.tsv":        readStop,
	"whole.tsv":       readWhole,
	"othercities.tsv": readCity,
	"talk.tsv":        readTalk,
}

// ParseLexicon reads the files of a lexicon, named as in corpus/lexicon; a missing file is an empty one. Each file is UTF-8
// with a row a line and cells parted by tabs; a line that begins with # is a comment. An error names the file and the line.
func ParseLexicon(files map[string][]byte) (*Lexicon, error) {
	l := &Lexicon{groups: map[string][]string{}, book: newBook(), stop: map[string]float64{}, official: map[string][]synonym{}, cities: map[string]cityWord{}}
	byName := make(map[string][]byte, len(files))
	for name, content := range files {
		b := path.Base(name)
		if readers[b] == nil {
			return nil, fmt.Errorf("%s is no file of a lexicon: %s", name, strings.Join(slices.Sorted(maps.Keys(readers)), " "))
		}
		byName[b] = content
	}
	if err := eachRow("groups.tsv", byName["groups.tsv"], l.readGroup); err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		read := readers[name]
		if err := eachRow(name, byName[name], func(cells []string) error { return read(l, cells) }); err != nil {
			return nil, err
		}
	}
	return l, nil
}

// CityMark stands in word lists for the short name of the city that is served: 在{city}.
const CityMark = "{city}"

func eachRow(name string, content []byte, f func(cells []string) error) error {
	line := 0
	for raw := range bytes.Lines(content) {
		line++
		text := strings.TrimRight(strings.ReplaceAll(string(raw), CityMark, "本市"), "\r\n \t")
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		cells := strings.Split(text, "\t")
		for i := range cells {
			cells[i] = strings.TrimSpace(cells[i])
		}
		if err := f(cells); err != nil {
			return fmt.Errorf("%s line %d: %w", name, line, err)
		}
	}
	return nil
}

// cell returns a cell or "".
func cell(cells []string, i int) string {
	if i < len(cells) {
		return cells[i]
	}
	return ""
}

func number(cells []string, i int, standard float64) (float64, error) {
	text := cell(cells, i)
	if text == "" || text == "-" {
		return standard, nil
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return 0, fmt.Errorf("cell %d: %q is no number", i+1, text)
	}
	return v, nil
}

func (l *Lexicon) readGroup(cells []string) error {
	if len(cells) != 2 {
		return fmt.Errorf("want name and words")
	}
	var words []string
	for _, w := range strings.Split(cells[1], "|") {
		if name, ok := strings.CutPrefix(w, "@"); ok {
			more, ok := l.groups[name]
			if !ok {
				return fmt.Errorf("no group @%s above", name)
			}
			words = append(words, more...)
			continue
		}
		words = append(words, w)
	}
	l.groups[cells[0]] = append(l.groups[cells[0]], words...)
	return nil
}

// rule adds a rule with its pattern, the patterns that must be found as well, parted by " & ", and those that forbid it, by " / ".
func (l *Lexicon) rule(r rule, source, unless string) error {
	for _, u := range strings.Split(unless, " / ") {
		if u = strings.TrimSpace(u); u == "" || u == "-" {
			continue
		}
		id, err := l.book.add(u, l.groups)
		if err != nil {
			return err
		}
		l.rules = append(l.rules, rule{})
		r.unless = append(r.unless, id)
	}
	pieces := strings.Split(source, " & ")
	for _, also := range pieces[1:] {
		id, err := l.book.add(also, l.groups)
		if err != nil {
			return err
		}
		l.rules = append(l.rules, rule{})
		r.needs = append(r.needs, id)
	}
	if _, err := l.book.add(pieces[0], l.groups); err != nil {
		return err
	}
	l.rules = append(l.rules, r)
	return nil
}

var intents = []Intent{Ask, Book, Apply, Accept, Track, Pay, Rate, Complain, Report, Suggest, SeekHelp, Praise, Human, Greet, Thank, WhoAreYou,
	RepeatThat, CancelThat, Affirm, Deny, Abusive, Trick, OthersData, CrimeHelp, OtherDoor, OutOfScope, OtherRegion}

func readIntent(l *Lexicon, cells []string) error {
	score, err := number(cells, 2, 50)
	if err != nil {
		return err
	}
	if !slices.Contains(intents, Intent(cells[0])) {
		return fmt.Errorf("no intent %q", cells[0])
	}
	return l.rule(rule{topic: topicIntent, value: cells[0], score: score}, cell(cells, 1), cell(cells, 3))
}

func readAttribute(l *Lexicon, cells []string) error {
	score, err := number(cells, 2, 50)
	if err != nil {
		return err
	}
	known := append([]Attribute{Steps, Visits, LegalBasis, Complaints}, Attributes...)
	if !slices.Contains(known, Attribute(cells[0])) {
		return fmt.Errorf("no attribute %q", cells[0])
	}
	return l.rule(rule{topic: topicAttribute, value: cells[0], score: score}, cell(cells, 1), cell(cells, 3))
}

func readSituation(l *Lexicon, cells []string) error {
	switch cells[0] {
	case "act":
		return l.rule(rule{topic: topicAct, value: cell(cells, 1)}, cell(cells, 2), cell(cells, 3))
	case "situation":
		return l.rule(rule{topic: topicSituation, value: cell(cells, 1)}, cell(cells, 2), cell(cells, 3))
	}
	return fmt.Errorf("want act or situation, not %q", cells[0])
}

func readDanger(l *Lexicon, cells []string) error {
	classes := []string{string(Crime110), string(Fire119), string(Sick120), string(SelfHarm), "now", "not"}
	if !slices.Contains(classes, cells[0]) {
		return fmt.Errorf("no class %q", cells[0])
	}
	if mode := cell(cells, 1); !slices.Contains([]string{"always", "live", "word", "-"}, mode) {
		return fmt.Errorf("no mode %q", mode)
	}
	return l.rule(rule{topic: topicDanger, value: cells[0], mode: cell(cells, 1)}, cell(cells, 2), cell(cells, 3))
}

func readEmotion(l *Lexicon, cells []string) error {
	weight, err := number(cells, 0, 0)
	if err != nil || weight <= 0 || weight > 1 {
		return fmt.Errorf("want a weight up to 1, then the pattern")
	}
	return l.rule(rule{topic: topicEmotion, score: weight}, cell(cells, 1), cell(cells, 2))
}

func readPhrase(l *Lexicon, cells []string) error {
	kinds := []string{"greeting", "polite", "self", "correction", "follow", "filler", "vague", "matter"}
	if !slices.Contains(kinds, cells[0]) {
		return fmt.Errorf("no kind %q", cells[0])
	}
	return l.rule(rule{topic: topicStrip, value: cells[0]}, cell(cells, 1), cell(cells, 2))
}

func readSynonym(l *Lexicon, cells []string) error {
	weight, err := number(cells, 2, 0.6)
	if err != nil {
		return err
	}
	back, err := number(cells, 3, 0)
	if err != nil {
		return err
	}
	if len(cells) < 2 || weight <= 0 || weight >= 1 || back < 0 || back >= 1 {
		return fmt.Errorf("want from, to, weight (above 0, below 1), weight back")
	}
	var to []synonym
	for _, w := range strings.Split(cells[1], "|") {
		n := Normalise(w)
		if n == "" {
			return fmt.Errorf("an empty official term")
		}
		to = append(to, synonym{n, weight})
		l.whole = append(l.whole, n)
	}
	if !strings.ContainsAny(cells[0], "({^") {
		from := Normalise(cells[0])
		l.official[from] = append(l.official[from], to...)
		if back > 0 {
			for _, t := range to {
				l.official[t.word] = append(l.official[t.word], synonym{from, back})
				if err := l.rule(rule{topic: topicSynonym, to: []synonym{{from, back}}}, t.word, ""); err != nil {
					return err
				}
			}
		}
	} else if back > 0 {
		return fmt.Errorf("a pattern has no way back")
	}
	return l.rule(rule{topic: topicSynonym, to: to}, cells[0], cell(cells, 4))
}

func readSoundalike(l *Lexicon, cells []string) error {
	if len(cells) != 2 {
		return fmt.Errorf("want wrong and right")
	}
	l.repairs = append(l.repairs, Normalise(cells[0]), Normalise(cells[1]))
	return nil
}

func readStop(l *Lexicon, cells []string) error {
	weight, err := number(cells, 1, 0)
	if err != nil {
		return err
	}
	for _, w := range strings.Split(cells[0], "|") {
		l.stop[Normalise(w)] = weight
	}
	return nil
}

func readWhole(l *Lexicon, cells []string) error {
	for _, c := range cells {
		for _, w := range strings.Fields(c) {
			l.whole = append(l.whole, Normalise(w))
		}
	}
	return nil
}

func readCity(l *Lexicon, cells []string) error {
	if len(cells) < 2 || !slices.Contains([]string{"province", "city", "ours", "origin_before", "origin_after", "matter_after", "holding_after", "place_after", "name_after"}, cells[0]) {
		return fmt.Errorf("no kind %q", cells[0])
	}
	for _, w := range strings.Fields(strings.Join(cells[1:], " ")) {
		c := cityWord{kind: cells[0], name: w}
		if c.kind == "province" && len(w) > 2 && strings.Trim(w[:2], "0123456789") == "" {
			c.code, c.name = w[:2], w[2:]
		}
		l.cities[Normalise(c.name)] = c
	}
	return nil
}

// particles are the single characters among the stop words.
func (l *Lexicon) particles() []string {
	var out []string
	for w, weight := range l.stop {
		if weight <= 0.1 && len([]rune(w)) == 1 {
			out = append(out, w)
		}
	}
	return out
}
