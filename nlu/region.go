package nlu

import (
	"slices"
	"strings"
)

// Places are the names of the city's regions and service points.
type Places struct {
	Regions []Region
	Points  []Point
}

// Region is a district, county, street or town (行政区划) with its names.
type Region struct {
	Code    string // GB/T 2260: the city ends in 00, districts have 6 digits, towns 9
	Name    string
	Aliases []string
	Former  []string // names of before: 江干区
	Parent  string
}

// Point is a service point (网点) with its names.
type Point struct {
	ID      string
	Name    string
	Aliases []string
	Region  string
}

// gazetteer finds places in a text.
type gazetteer struct {
	words   *trie
	entries map[uint32]*placeEntry
	regions map[string]Region
	names   []string // kept whole in segmentation
	cities  map[uint32]cityWord
	city    *trie
}

type placeEntry struct {
	current []string // region codes that bear the name today
	former  []string // region codes that a former name points to
	point   string
	city    bool // the city itself
}

func newGazetteer(p Places, l *Lexicon, words *dictionary) *gazetteer {
	g := &gazetteer{words: newTrie(2048), entries: map[uint32]*placeEntry{}, regions: map[string]Region{}, city: newTrie(2048), cities: map[uint32]cityWord{}}
	for _, r := range p.Regions {
		g.regions[r.Code] = r
		if len(r.Code) == 6 && (strings.HasSuffix(r.Code, "00") || r.Parent == "") {
			for _, n := range append([]string{r.Name}, r.Aliases...) {
				g.entry(n, func(e *placeEntry) { e.city = true })
			}
			continue
		}
		names := append([]string{r.Name}, r.Aliases...)
		if short := shortName(r.Name); len(r.Code) <= 6 || !words.common(Normalise(short)) {
			names = append(names, short)
		}
		for _, n := range names {
			g.entry(n, func(e *placeEntry) { e.current = appendNew(e.current, r.Code) })
		}
		for _, n := range r.Former {
			g.entry(n, func(e *placeEntry) { e.former = appendNew(e.former, r.Code) })
			g.entry(shortName(n), func(e *placeEntry) { e.former = appendNew(e.former, r.Code) })
		}
	}
	for _, p := range p.Points {
		for _, n := range append([]string{p.Name}, p.Aliases...) {
			g.entry(n, func(e *placeEntry) { e.point = p.ID })
		}
	}
	ours := g.ours()
	for word, c := range l.cities {
		if (c.kind == "city" || c.kind == "province") && (ours[c.code] || ours[word]) {
			continue // the list is of all cities: this one is ours
		}
		g.cities[g.city.add([]rune(word))] = c
	}
	return g
}

// ours are the names of the city and of its districts, and the digits of its province.
func (g *gazetteer) ours() map[string]bool {
	out := map[string]bool{}
	for _, r := range g.regions {
		if len(r.Code) != 6 {
			continue
		}
		out[r.Code[:2]] = true
		for _, n := range append([]string{r.Name}, r.Aliases...) {
			out[Normalise(n)], out[Normalise(shortName(n))] = true, true
		}
	}
	return out
}

func (g *gazetteer) entry(name string, f func(*placeEntry)) {
	runes := []rune(Normalise(name))
	if len(runes) < 2 {
		return
	}
	node := g.words.add(runes)
	e := g.entries[node]
	if e == nil {
		e = &placeEntry{}
		g.entries[node] = e
		g.names = append(g.names, string(runes))
	}
	f(e)
}

func appendNew(list []string, s string) []string {
	if slices.Contains(list, s) {
		return list
	}
	return append(list, s)
}

// shortName leaves the kind of a region out: 萧山区 → 萧山.
func shortName(name string) string {
	for _, kind := range []string{"经济技术开发区", "畲族乡", "街道", "新区", "区", "县", "市", "镇", "乡"} {
		if s, ok := strings.CutSuffix(name, kind); ok && len([]rune(s)) >= 2 {
			return s
		}
	}
	return name
}

// common says that a word is frequent in other senses (前进, 太阳, 留下), so that it does not name a street or town by itself.
func (d *dictionary) common(word string) bool {
	weight := d.at(d.words.find([]rune(word)))
	return weight != 0 && weight > commonWeight
}

// commonWeight parts rare names (塘栖, 瓶窑) from words of the language: a frequency of about 50 in gse's dictionary.
const commonWeight = -14

// region finds the place that is named. A street or town beats the district around it; a name of today beats one of before.
func (a *analysis) region(s *Slots) {
	g := a.places
	city := false
	var found *placeEntry
	var foundAt span
	for i := 0; i < len(a.runes); i++ {
		entry, end := g.longest(a.runes, i)
		if entry == nil || !overlaps(a.kept, span{i, end}) || isRoad(a.runes, end) {
			continue
		}
		at := span{i, end}
		mark(a.detail, at)
		city = city || entry.city
		if entry.point != "" && s.Point == "" {
			s.Point = entry.point
		}
		if !entry.city && entry.point == "" && (found == nil || finer(entry, found)) {
			found, foundAt = entry, at
		}
		i = end - 1
	}
	if found != nil {
		s.RegionText = a.text(foundAt)
		switch codes := found.codes(); {
		case len(codes) == 1:
			s.Region = codes[0]
		default:
			s.RegionChoices = codes
		}
	}
	if found != nil || city {
		s.OtherCity = a.otherCity(a.holding)
		return
	}
	s.OtherCity = a.otherCity(func(start, end int) bool { return !a.origin(start, end) })
	a.elsewhere = s.OtherCity != "" && !a.here()
	if a.elsewhere { // 厦门出入境大厅: not the one of here
		s.Point = ""
	}
}

// here says that words make it a matter of the city although another one is named: 转北京做手术, 转过来.
func (a *analysis) here() bool {
	for i := range a.runes {
		node := uint32(root)
		for j := i; j < len(a.runes); j++ {
			if node = a.places.city.step(node, a.runes[j]); node == 0 {
				break
			}
			if c, ok := a.places.cities[node]; ok && c.kind == "ours" {
				return true
			}
		}
	}
	return false
}

func (e *placeEntry) codes() []string {
	if len(e.current) > 0 {
		return e.current
	}
	return e.former
}

// finer says that a names a smaller region than b.
func finer(a, b *placeEntry) bool { return len(a.codes()[0]) > len(b.codes()[0]) }

func (g *gazetteer) longest(runes []rune, i int) (*placeEntry, int) {
	var best *placeEntry
	end, node := 0, uint32(root)
	for j := i; j < len(runes); j++ {
		if node = g.words.step(node, runes[j]); node == 0 {
			break
		}
		if e := g.entries[node]; e != nil {
			best, end = e, j+1
		}
	}
	return best, end
}

// isRoad says that a name goes on as the name of a road or a company: 延安路, 西湖大道, 上海银行.
func isRoad(runes []rune, end int) bool {
	rest := string(runes[end:min(end+3, len(runes))])
	for _, w := range []string{"路", "东路", "西路", "南路", "北路", "中路", "街", "大道", "大街", "银行", "大厦", "大桥", "花园", "公寓", "小区", "饭店", "大酒店"} {
		if strings.HasPrefix(rest, w) && !strings.HasPrefix(rest, "街道") && !strings.HasPrefix(rest, "街办") {
			return true
		}
	}
	return false
}

// otherCity names the first place outside the city that counts.
func (a *analysis) otherCity(counts func(start, end int) bool) string {
	g := a.places
	for i := 0; i < len(a.runes); i++ {
		var city cityWord
		end, node := 0, uint32(root)
		for j := i; j < len(a.runes); j++ {
			if node = g.city.step(node, a.runes[j]); node == 0 {
				break
			}
			if c, ok := g.cities[node]; ok && (c.kind == "city" || c.kind == "province") {
				city, end = c, j+1
			}
		}
		if end == 0 || !overlaps(a.kept, span{i, end}) {
			continue
		}
		for _, kind := range []rune{'市', '省'} {
			if end < len(a.runes) && a.runes[end] == kind {
				end++
			}
		}
		if !isRoad(a.runes, end) && counts(i, end) {
			return city.name
		}
		i = end - 1
	}
	return ""
}

// origin says that a city is named as where someone or something comes from or goes to: 从上海迁户口, 上海人. What is done with
// 上海牌照 may be done here; 上海牌照怎么摇号 is a matter of that city.
func (a *analysis) origin(start, end int) bool {
	g := a.places
	for back := 1; back <= 3 && start-back >= 0; back++ {
		if c, ok := g.cities[g.city.find(a.runes[start-back:start])]; ok && c.kind == "origin_before" {
			return true
		}
	}
	return !a.followed(end, "matter_after") && a.followed(end, "origin_after")
}

// holding says that a city is named as where something was issued or paid in: 宁波的公积金在杭州能用吗.
func (a *analysis) holding(_, end int) bool { return a.followed(end, "holding_after") }

// followed says that a word of a kind stands after a place, with or without 的 between.
func (a *analysis) followed(end int, kind string) bool {
	from := end
	if from < len(a.runes) && a.runes[from] == '的' {
		from++
	}
	for n := 1; n <= mostAfter && from+n <= len(a.runes); n++ {
		if c, ok := a.places.cities[a.places.city.find(a.runes[from:from+n])]; ok && c.kind == kind {
			return true
		}
	}
	return false
}

// mostAfter is how long a word after a place may be.
const mostAfter = 6
