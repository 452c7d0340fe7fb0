package law

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"bangban/knowledge/quantity"
)

// Entry is one piece of a text: an article, or what stands outside the articles (a preamble, an annex, a text without any).
type Entry struct {
	// Key is "11" for 第十一条, "10-1" for 第十条之一, and x1, x2 … outside the articles.
	Key string
	// Label is what people call it: 第十一条, 序言, 附件一, 全文.
	Label string
	// Number and Sub are 10 and 1 for 第十条之一; Number is 0 outside the articles.
	Number, Sub int
	Headings    []string // 第二章 罚则, from the largest to the smallest
	Text        string   // without the label
}

// opening is how an article begins. In a few texts the space stands before 条.
var opening = regexp.MustCompile(`^[#\s　*]*第([零〇○一二三四五六七八九十百千]+|\d+)(?:[\s　]+条|条(?:之([一二三四五六七八九十]+))?(?:[\s　*：:【]|$))`)

// Key is the canonical name of an article: "11" for 第十一条, "10-1" for 第十条之一.
func Key(name string) (string, bool) {
	m := opening.FindStringSubmatch(name)
	if m == nil || strings.TrimSpace(name) != strings.TrimSpace(m[0]) {
		return "", false
	}
	return key(m)
}

func key(m []string) (string, bool) {
	number, sub, ok := numbers(m)
	switch {
	case !ok:
		return "", false
	case sub > 0:
		return fmt.Sprintf("%d-%d", number, sub), true
	}
	return strconv.Itoa(number), true
}

// most bounds the number of an article: the longest code has 1,260.
const most = 100_000

func numbers(m []string) (number, sub int, ok bool) {
	if n := m[1]; n[0] >= '0' && n[0] <= '9' {
		v, err := strconv.Atoi(n)
		if err != nil {
			return 0, 0, false
		}
		number = v
	} else if v, ok := quantity.Chinese(n); ok {
		number = int(min(v, most))
	}
	if m[2] != "" {
		v, ok := quantity.Chinese(m[2])
		if !ok {
			return 0, 0, false
		}
		sub = int(min(v, most))
	}
	return number, sub, number > 0 && number < most && sub < most
}

// The ranks of headings, from the largest to the smallest.
var (
	division = regexp.MustCompile(`^第[零〇○一二三四五六七八九十百千\d\s　]+(编|分编|章|节)(?:[\s　]|$)`)
	ranks    = map[string]int{"编": 1, "分编": 2, "章": 3, "节": 4}
	spaces   = regexp.MustCompile(`[\s　]+`)
)

// lowest is a rank that every heading ends.
const lowest = 99

// longestDivision is how long the line of a chapter may be that bears no mark of a heading.
const longestDivision = 30

// heading reads a line that is a heading: marked with #, or a chapter by its words.
func heading(line string) (name string, rank int, ok bool) {
	trimmed := strings.TrimLeft(line, "#")
	marks := len(line) - len(trimmed)
	name = strings.Trim(spaces.ReplaceAllString(trimmed, " "), " *")
	if contents(name) {
		return name, lowest, true
	}
	if m := division.FindStringSubmatch(name); m != nil && (marks > 0 || utf8.RuneCountInString(name) <= longestDivision && !strings.ContainsAny(name, "。，；：")) {
		return name, ranks[m[1]], true
	}
	return name, marks + 1, marks > 0
}

// scan cuts a body into entries.
type scan struct {
	law      string // its title
	base     string // name of the part
	path     []string
	ranks    []int
	now      Entry
	raw, txt strings.Builder
	each     func(e Entry, raw string)
}

func (s *scan) line(line string) {
	if m := opening.FindStringSubmatch(line); m != nil {
		if number, sub, ok := numbers(m); ok {
			s.flush()
			k, _ := key(m)
			label := strings.TrimRight(spaces.ReplaceAllString(strings.Trim(m[0], "#* 　\t\n"), ""), "*：:【")
			s.now = Entry{Key: k, Label: label, Number: number, Sub: sub}
			rest := line[len(m[0]):]
			if strings.HasSuffix(m[0], "【") {
				rest = "【" + rest
			}
			s.raw.WriteString(line)
			s.txt.WriteString(rest)
			return
		}
	}
	if name, rank, ok := heading(line); ok {
		s.flush()
		for len(s.ranks) > 0 && s.ranks[len(s.ranks)-1] >= rank {
			s.ranks, s.path = s.ranks[:len(s.ranks)-1], s.path[:len(s.path)-1]
		}
		if name != "" {
			s.ranks, s.path = append(s.ranks, rank), append(s.path, name)
		}
		return
	}
	s.raw.WriteString(line)
	s.txt.WriteString(line)
}

// title takes a short line outside the articles as what it is: the rest of a heading that was cut in two, or a heading without a mark.
func (s *scan) title(text string) bool {
	if strings.ReplaceAll(spaces.ReplaceAllString(text, ""), "中华人民共和国", "") == s.law {
		return true
	}
	if strings.Contains(text, "\n") || utf8.RuneCountInString(text) > longestDivision || strings.ContainsAny(text, "。；：.;:") {
		return false
	}
	if len(s.path) == 0 {
		s.ranks, s.path = append(s.ranks, ranks["章"]), append(s.path, text)
	} else {
		s.path[len(s.path)-1] += text
	}
	return true
}

// flush hands over what was gathered.
func (s *scan) flush() {
	e, raw := s.now, strings.TrimSpace(s.raw.String())
	e.Text = strings.Trim(s.txt.String(), " 　\t\n*")
	s.now = Entry{}
	s.raw.Reset()
	s.txt.Reset()
	if e.Number == 0 && (e.Text == "" || s.title(e.Text)) {
		return
	}
	if s.base != "" {
		e.Headings = append(e.Headings, s.base)
	}
	e.Headings = append(e.Headings, s.path...)
	s.each(e, raw)
}

// parse cuts the bodies into entries. Of an article that stands twice (an appended decision) Article returns the first; the entry of
// the second has the key 11~2.
func (t *Text) parse() {
	t.articles = map[string]string{}
	loose := 0
	for i, body := range t.body {
		s := scan{law: strings.ReplaceAll(t.Title, "中华人民共和国", ""), base: t.names[i]}
		s.each = func(e Entry, raw string) {
			if e.Number == 0 {
				e.Label = "序言"
				if len(s.path) > 0 {
					e.Label = s.path[len(s.path)-1]
				}
				if contents(e.Label) {
					return
				}
				loose++
				e.Key = fmt.Sprintf("x%d", loose)
				t.entries = append(t.entries, e)
				return
			}
			if _, twice := t.articles[e.Key]; twice {
				for n := 2; ; n++ {
					k := fmt.Sprintf("%s~%d", e.Key, n)
					if _, taken := t.articles[k]; !taken {
						t.articles[k], e.Key = raw, k
						break
					}
				}
			} else {
				t.articles[e.Key] = raw
				t.order = append(t.order, e.Key)
			}
			t.entries = append(t.entries, e)
		}
		for line := range strings.Lines(body) {
			s.line(line)
		}
		s.flush()
	}
	if len(t.order) == 0 && len(t.entries) == 1 {
		t.entries[0].Label = "全文"
	}
}

// contents reports whether a heading is that of a table of contents, which we make ourselves.
func contents(label string) bool { return spaces.ReplaceAllString(label, "") == "目录" }

// Entries are all pieces of the text in their order.
func (t *Text) Entries() []Entry {
	t.once.Do(t.parse)
	return t.entries
}
