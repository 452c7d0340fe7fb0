// Package law reads texts of law (政策法规): files with a head, 第N条 articles and several versions of one title side by side.
// It finds the version in force and its articles; it judges nothing and cites nothing. Start at Open.
package law

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
	"sort"
	"strings"
	"sync"
)

// Library is an index over a folder of texts of law. It is safe for concurrent use.
type Library struct {
	titles map[string][]*Text // newest first
	// replaced: title → the text that says 同时废止 of it, the newest first.
	replaced map[string]*Text
	files    int
}

// Text is one version of one law. Split texts (民法典 by 编) are one Text.
type Text struct {
	Title string // without 中华人民共和国 and date
	Date  string // of the version, YYYY-MM-DD; as the file name says, else as the head does; empty: unknown
	Path  string // of the (first) file
	Head  string

	body, names []string // of each part: its text, and its name where the text is in parts
	part        string   // the law that the file is a part of
	once        sync.Once
	articles    map[string]string
	order       []string
	entries     []Entry
}

var dated = regexp.MustCompile(`^(.*)[(（](\d{4}-\d{2}-\d{2})[)）]$`)

// infoEnd ends the head of a file.
const infoEnd = "<!-- INFO END -->"

// Open reads every text of a folder. Files without an article are left out.
func Open(files fs.FS) (*Library, error) {
	l := &Library{titles: map[string][]*Text{}, replaced: map[string]*Text{}}
	var unread error
	err := Walk(files, func(t *Text) error {
		if !slices.ContainsFunc(t.body, func(body string) bool { return strings.Contains(body, "条 ") || strings.Contains(body, "条　") }) {
			return nil
		}
		l.files += len(t.body)
		l.titles[t.Title] = append(l.titles[t.Title], t)
		for _, title := range t.Repeals() {
			if old := l.replaced[title]; old == nil || old.Date < t.Date {
				l.replaced[title] = t
			}
		}
		return nil
	}, func(p Problem) {
		if p.Cause != nil && unread == nil {
			unread = fmt.Errorf("read the text of law %s: %w", p.Path, p.Cause)
		}
	})
	if err == nil {
		err = unread
	}
	if err != nil {
		return nil, err
	}
	for _, versions := range l.titles {
		sort.SliceStable(versions, func(i, j int) bool { return versions[i].Date > versions[j].Date })
	}
	return l, nil
}

func firstHeading(head string) string {
	for line := range strings.Lines(head) {
		if h, ok := strings.CutPrefix(strings.TrimSpace(line), "# "); ok {
			return Short(strings.TrimSpace(h))
		}
	}
	return ""
}

// Short is a title as it is cited: without 中华人民共和国 at its head and without the marks 《》.
func Short(title string) string {
	return strings.TrimPrefix(strings.Trim(strings.TrimSpace(title), "《》"), "中华人民共和国")
}

var named = regexp.MustCompile(`《([^《》]+(?:〈[^〉]*〉[^《》]*)*)》`)

// Repeals lists the titles that the text says are repealed by it: 《婚姻法》同时废止.
func (t *Text) Repeals() []string {
	var out []string
	for _, body := range t.body {
		if !strings.Contains(body, "同时废止") {
			continue
		}
		for _, sentence := range strings.FieldsFunc(body, func(r rune) bool { return r == '。' || r == '\n' }) {
			if !strings.Contains(sentence, "同时废止") {
				continue
			}
			for _, m := range named.FindAllStringSubmatch(sentence, -1) {
				if title := Short(m[1]); !slices.Contains(out, title) {
					out = append(out, title)
				}
			}
		}
	}
	return out
}

// Files is the number of texts that were read.
func (l *Library) Files() int { return l.files }

// Latest returns the newest version of a title, nil when there is none.
func (l *Library) Latest(title string) *Text {
	if v := l.titles[Short(title)]; len(v) > 0 {
		return v[0]
	}
	return nil
}

// Titles lists every title, bytewise.
func (l *Library) Titles() []string {
	out := make([]string, 0, len(l.titles))
	for title := range l.titles {
		out = append(out, title)
	}
	sort.Strings(out)
	return out
}

// ReplacedBy returns the text that says of a title that it is repealed (同时废止), where that text is newer; nil: none.
func (l *Library) ReplacedBy(title string) *Text {
	title = Short(title)
	by, t := l.replaced[title], l.Latest(title)
	if by == nil || t == nil || by.Title == title || by.Date <= t.Date {
		return nil
	}
	return by
}

// Article returns the text of one article; its name may be 第十一条, 第11条, 第十条之一.
func (t *Text) Article(name string) (string, bool) {
	t.once.Do(t.parse)
	key, ok := Key(name)
	if !ok {
		return "", false
	}
	text, ok := t.articles[key]
	return text, ok
}

// Articles lists the keys of all articles in their order.
func (t *Text) Articles() []string {
	t.once.Do(t.parse)
	return t.order
}
