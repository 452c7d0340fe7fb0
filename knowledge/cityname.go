package knowledge

import (
	"bytes"
	"strings"

	"bangban/city/org"
	"bangban/nlu"
)

// The marks in sentences and word lists that stand for the city: its short name (杭州) and its name (杭州市).
const (
	cityMark     = nlu.CityMark
	cityNameMark = "{city_name}"
)

// cityRegion is the region that is the city itself: the one that ends in 00, else one that belongs to no other; nil when there is none.
func cityRegion(regions []*org.Region) *org.Region {
	var best *org.Region
	rank := 0
	for _, r := range regions {
		n := 0
		switch {
		case len(r.Code) != 6:
		case strings.HasSuffix(r.Code, "0000"):
			n = 1 // a province, or a city that is one
		case strings.HasSuffix(r.Code, "00"):
			n = 3
		case r.Parent == "":
			n = 2
		}
		if n > rank || n == rank && n > 0 && r.Code < best.Code {
			best, rank = r, n
		}
	}
	return best
}

// cityNames are the short name and the name of the city; 本市 where there is no region yet.
func cityNames(regions []*org.Region) (short, name string) {
	r := cityRegion(regions)
	if r == nil || r.Name == "" {
		return "本市", "本市"
	}
	short = r.Name
	for _, kind := range []string{"市", "县", "区", "地区", "盟"} {
		if s, ok := strings.CutSuffix(r.Name, kind); ok && len([]rune(s)) >= 2 {
			short = s
		}
	}
	return short, r.Name
}

// CityNames are the short name (杭州) and the name (杭州市) of the city.
func (l *Library) CityNames() (short, name string) { return cityNames(l.lists.Regions) }

// sayCity puts the city's names for the marks in the sentences and word lists of a library.
func (l *Library) sayCity() {
	short, name := l.CityNames()
	names := strings.NewReplacer(cityMark, short, cityNameMark, name)
	for key, s := range l.sentences {
		s.Text, s.Voice = names.Replace(s.Text), names.Replace(s.Voice)
		l.sentences[key] = s
	}
	lists := map[string][]byte{}
	for file, text := range l.lists.Lexicon {
		lists[file] = bytes.ReplaceAll(text, []byte(cityMark), []byte(short))
	}
	l.lists.Lexicon = lists
}
