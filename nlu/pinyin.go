package nlu

import (
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/mozillazg/go-pinyin"
)

// syllables numbers the sounds of characters: the first reading, without tone. Numbers start at 1.
type syllables struct {
	exact, fuzzy [cjkLast - cjkFirst + 1]uint16
	names        []string // by exact number
}

const (
	cjkFirst = 0x4E00
	cjkLast  = 0x9FFF
)

var spoken = sync.OnceValue(func() *syllables {
	s := &syllables{names: []string{""}}
	numbers := map[string]uint16{}
	id := func(name string) uint16 {
		n, ok := numbers[name]
		if !ok {
			n = uint16(len(s.names))
			numbers[name] = n
			s.names = append(s.names, name)
		}
		return n
	}
	for r, readings := range pinyin.PinyinDict {
		if r < cjkFirst || r > cjkLast {
			continue
		}
		first, _, _ := strings.Cut(readings, ",")
		name := toneless(first)
		s.exact[r-cjkFirst] = id(name)
		s.fuzzy[r-cjkFirst] = id(slur(name))
	}
	return s
})

var tones = strings.NewReplacer("ā", "a", "á", "a", "ǎ", "a", "à", "a", "ē", "e", "é", "e", "ě", "e", "è", "e", "ī", "i", "í", "i", "ǐ", "i", "ì", "i",
	"ō", "o", "ó", "o", "ǒ", "o", "ò", "o", "ū", "u", "ú", "u", "ǔ", "u", "ù", "u", "ǖ", "v", "ǘ", "v", "ǚ", "v", "ǜ", "v", "ü", "v", "ê", "e", "ń", "n", "ň", "n", "ǹ", "n", "ḿ", "m",
	"\u0300", "", "\u0301", "", "\u0304", "", "\u030c", "")

func toneless(s string) string { return tones.Replace(s) }

// slur joins the sounds that many speakers of Hangzhou and its neighbours do not tell apart: z and zh, c and ch, s and sh,
// n and l, in and ing, en and eng, an and ang.
func slur(name string) string {
	if len(name) > 2 && name[1] == 'h' {
		name = name[:1] + name[2:]
	}
	if strings.HasPrefix(name, "n") && len(name) > 1 {
		name = "l" + name[1:]
	}
	return strings.TrimSuffix(name, "g")
}

// key puts the sounds of up to six characters in one number, 0 when one of them has none. There are fewer than 1,024 sounds.
func (s *syllables) key(word []rune, fuzzy bool) uint64 {
	if len(word) > longestWord {
		return 0
	}
	k := uint64(0)
	for _, r := range word {
		if r < cjkFirst || r > cjkLast {
			return 0
		}
		n := s.exact[r-cjkFirst]
		if fuzzy {
			n = s.fuzzy[r-cjkFirst]
		}
		if n == 0 {
			return 0
		}
		k = k<<10 | uint64(n)
	}
	return k
}

// sounds finds words by how they sound: for typing slips (深分证), for speech recognition, and for pinyin typed as such.
type sounds struct {
	words    []string
	exact    map[uint64][]int32 // sounds → words
	fuzzy    map[uint64][]int32
	initials map[string][]int32
	letters  *trie // the letters of words
	spelled  map[uint32]spelling
}

// spelling is what a run of letters stands for.
type spelling struct {
	word   string
	weight float32 // how much the path likes it: more is better
	domain bool
	// talk says that it is a word of the lexicon's patterns (你好, 转人工).
	talk bool
}

func newSounds(u *Understander, words []string) *sounds {
	s := &sounds{exact: map[uint64][]int32{}, fuzzy: map[uint64][]int32{}, initials: map[string][]int32{}, letters: newTrie(1 << 15), spelled: map[uint32]spelling{}}
	say := spoken()
	for _, w := range words {
		runes := []rune(w)
		key := say.key(runes, false)
		if len(runes) < 2 || key == 0 {
			continue
		}
		n := int32(len(s.words))
		s.words = append(s.words, w)
		s.exact[key] = append(s.exact[key], n)
		s.fuzzy[say.key(runes, true)] = append(s.fuzzy[say.key(runes, true)], n)
		if len(runes) >= 3 {
			i := initialsOf(say, runes)
			s.initials[i] = append(s.initials[i], n)
		}
		s.spell(u, w, bonusCity, spelling{domain: true})
	}
	b := u.lexicon.book
	b.words.walk(func(node uint32, word []rune) {
		if node < uint32(len(b.literals)) && b.literals[node] > 0 && len(word) <= longestWord {
			s.spell(u, string(word), 0, spelling{talk: true})
		}
	})
	u.words.base.words.walk(func(node uint32, word []rune) {
		if len(word) >= 2 && len(word) <= 4 && u.words.base.at(node) > frequent {
			s.spell(u, string(word), malusAny, spelling{})
		}
	})
	for _, w := range slices.Sorted(maps.Keys(u.lexicon.stop)) { // spell goes by order where words share their letters
		s.spell(u, w, bonusSmall, spelling{})
	}
	for _, w := range strings.Fields("的 了 吗 呢 在 我 要 办 补 哪 几 人 有 没 能 去 到 交 查 丢 换 领 证 钱 天 多 少 想 给 车 房 卡 税") {
		s.spell(u, w, bonusPlain, spelling{})
	}
	return s
}

// What a word gains on its way to be spelled: 在 is likelier than 再, and a word of the city likelier than both.
const (
	bonusCity  = 2
	bonusPlain = 0.8 // the plainest small words
	bonusSmall = 0.5
	malusAny   = -1  // a word that the city's lists do not have
	frequent   = -12 // logarithm of the frequency from which any word is read
)

func initialsOf(say *syllables, word []rune) string {
	var b strings.Builder
	for _, r := range word {
		b.WriteByte(say.names[say.exact[r-cjkFirst]][0])
	}
	return b.String()
}

// spell enters a word under its letters. Of two words with the same letters the city's own wins, then the more frequent one.
func (s *sounds) spell(u *Understander, word string, bonus float32, sp spelling) {
	say := spoken()
	runes := []rune(word)
	var letters []rune
	for _, r := range runes {
		if r < cjkFirst || r > cjkLast || say.exact[r-cjkFirst] == 0 {
			return
		}
		letters = append(letters, []rune(say.names[say.exact[r-cjkFirst]])...)
	}
	frequency := u.words.base.at(u.words.base.words.find(runes))
	if frequency == 0 {
		frequency = -17
	}
	// A long word is better than short ones, a word of the city than another, a frequent one than a rare one.
	sp.word, sp.weight, sp.domain = word, float32(-6)+frequency/8+bonus, sp.domain && len(runes) >= 2
	node := s.letters.add(letters)
	old, ok := s.spelled[node]
	if ok && old.word == word {
		sp.talk, sp.domain, sp.weight = sp.talk || old.talk, sp.domain || old.domain, max(sp.weight, old.weight)
	}
	if !ok || old.word == word || sp.weight > old.weight || sp.weight == old.weight && word < old.word {
		s.spelled[node] = sp
	}
}

// decode writes pinyin that was typed as letters in characters: shenfenzheng diule zenmeban → 身份证丢了怎么办.
func (s *sounds) decode(normal string) (string, bool) {
	if !hasLetters(normal) {
		return normal, false
	}
	runes := []rune(normal)
	var out []rune
	changed := false
	for i := 0; i < len(runes); {
		if !isLetter(runes[i]) {
			out = append(out, runes[i])
			i++
			continue
		}
		j := i
		for j < len(runes) && (isLetter(runes[j]) || (runes[j] == ' ' || runes[j] == '"') && j+1 < len(runes) && isLetter(runes[j+1])) {
			j++
		}
		if text, ok := s.read(runes[i:j]); ok {
			out, changed = append(out, []rune(text)...), true
		} else {
			out = append(out, runes[i:j]...)
		}
		i = j
	}
	if !changed {
		return normal, false
	}
	return Normalise(string(out)), true
}

func isLetter(r rune) bool { return r >= 'a' && r <= 'z' }

// hasLetters says that a text holds four Latin letters in a row or parted by single spaces.
func hasLetters(normal string) bool {
	n := 0
	for _, r := range normal {
		if isLetter(r) {
			if n++; n >= 4 {
				return true
			}
		} else if r != ' ' {
			n = 0
		}
	}
	return false
}

// longestSpelled is the longest run of letters that is read as pinyin.
const longestSpelled = 200

// read finds the best way to read letters as words: when they cover nearly all of it and one is a word of the city, when they are
// several words of two characters and leave no letter, or when all of it is one phrase of the talk (nihao).
func (s *sounds) read(run []rune) (string, bool) {
	letters := slices.DeleteFunc(slices.Clone(run), func(r rune) bool { return !isLetter(r) })
	n := len(letters)
	if n < 4 || n > longestSpelled {
		return "", false
	}
	const none = float32(-1e9)
	score := make([]float32, n+1)
	from := make([]int, n+1)
	word := make([]spelling, n+1)
	for i := 1; i <= n; i++ {
		score[i] = none
	}
	for i := 0; i < n; i++ {
		if score[i] == none {
			continue
		}
		if w := score[i] - 12; w > score[i+1] { // a letter that says nothing
			score[i+1], from[i+1], word[i+1] = w, i, spelling{}
		}
		node := uint32(root)
		for j := i; j < n; j++ {
			if node = s.letters.step(node, letters[j]); node == 0 {
				break
			}
			if sp, ok := s.spelled[node]; ok {
				if w := score[i] + sp.weight; w > score[j+1] {
					score[j+1], from[j+1], word[j+1] = w, i, sp
				}
			}
		}
	}
	var words []string
	covered, long, domain, talk := 0, 0, false, false
	for i := n; i > 0; i = from[i] {
		if word[i].word == "" {
			continue
		}
		words = append(words, word[i].word)
		covered += i - from[i]
		domain, talk = domain || word[i].domain, talk || word[i].talk
		if len([]rune(word[i].word)) >= 2 {
			long++
		}
	}
	slices.Reverse(words)
	whole := covered == n && (n >= 8 && long >= 2 || n >= 5 && long == 1 && len(words) == 1 && talk)
	return strings.Join(words, ""), domain && covered*10 >= n*9 || whole
}

// Weights of repaired words.
const (
	soundsEqual   = 0.7
	soundsLike    = 0.5
	soundsInitial = 0.6
	repairWithin  = 200 // characters of the core that are looked at
)

// repair finds words of the city that sound like what was typed, where that is no word itself: 深分证 → 身份证.
func (s *sounds) repair(a *analysis) []Term {
	say := spoken()
	var out []Term
	add := func(found []int32, at span, weight float64) {
		for _, n := range found {
			if w := s.words[n]; w != a.text(at) && len(out) < maxExpanded {
				out = append(out, Term{Text: w, Weight: weight, From: a.text(at)})
			}
		}
	}
	for i, first := range a.spans {
		if first.start >= repairWithin {
			break
		}
		if !a.kept[first.start] {
			continue
		}
		if first.len() >= 3 && allAlnum(a.runes[first.start:first.end]) {
			add(s.initials[a.text(first)], first, soundsInitial)
			continue
		}
		for k := i; k < len(a.spans) && a.spans[k].end-first.start <= longestWord; k++ {
			at := span{first.start, a.spans[k].end}
			if k > i && a.spans[k].start != a.spans[k-1].end || !inside(a.kept, at) {
				break
			}
			if k == i || at.len() < 2 || a.words.known(a.runes[at.start:at.end]) {
				continue
			}
			key := say.key(a.runes[at.start:at.end], false)
			if key == 0 {
				break
			}
			if found := s.exact[key]; len(found) > 0 {
				add(found, at, soundsEqual)
			} else if at.len() >= 3 {
				add(s.fuzzy[say.key(a.runes[at.start:at.end], true)], at, soundsLike)
			}
		}
	}
	return out
}
