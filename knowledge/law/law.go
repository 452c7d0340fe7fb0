// Package law reads texts of law (政策法规): files with a head, 第N条 articles and several versions of one title side by side.
// It finds the version in force and its articles; it judges nothing and cites nothing. Start at Open.
package law

import (
	"bytes"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"sort"
	"strings"
	"sync"

	"bangban/knowledge/quantity"
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

	body     []string
	once     sync.Once
	articles map[string]string
	order    []string
}

var (
	dated   = regexp.MustCompile(`^(.*)[(（](\d{4}-\d{2}-\d{2})[)）]$`)
	infoEnd = []byte("<!-- INFO END -->")
)

// Open reads every .md file of a folder. Files without an article are left out.
func Open(files fs.FS) (*Library, error) {
	l := &Library{titles: map[string][]*Text{}, replaced: map[string]*Text{}}
	var repealing []*Text
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || path.Ext(name) != ".md" {
			return err
		}
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return fmt.Errorf("read the text of law: %w", err)
		}
		if !bytes.Contains(raw, []byte("条 ")) && !bytes.Contains(raw, []byte("条　")) {
			return nil
		}
		l.files++
		t := l.add(name, raw)
		if bytes.Contains(raw, []byte("同时废止")) {
			repealing = append(repealing, t)
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	for _, versions := range l.titles {
		sort.SliceStable(versions, func(i, j int) bool { return versions[i].Date > versions[j].Date })
	}
	for _, t := range repealing {
		l.repeal(t)
	}
	return l, nil
}

// add files a text under its title. A file in a folder that bears the name of its first heading is a part of that law.
func (l *Library) add(name string, raw []byte) *Text {
	title, date := strings.TrimSuffix(path.Base(name), ".md"), ""
	if m := dated.FindStringSubmatch(title); m != nil {
		title, date = m[1], m[2]
	}
	head, body := "", string(raw)
	if i := bytes.LastIndex(raw, infoEnd); i >= 0 {
		head, body = string(raw[:i]), string(raw[i+len(infoEnd):])
	}
	folder := path.Base(path.Dir(name))
	whole := firstHeading(head)
	if folder == whole && folder != Short(title) {
		for _, t := range l.titles[folder] {
			t.body = append(t.body, body)
			t.Head += "\n" + head
			return t
		}
		title = folder
	}
	if date == "" {
		for _, d := range dates(head) {
			if !strings.Contains(d.line, "施行") {
				date = max(date, d.iso)
			}
		}
	}
	t := &Text{Title: Short(title), Date: date, Path: name, Head: head, body: []string{body}}
	l.titles[t.Title] = append(l.titles[t.Title], t)
	return t
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

// repeal notes what a text replaces: 《婚姻法》同时废止.
func (l *Library) repeal(t *Text) {
	for _, body := range t.body {
		for _, sentence := range strings.FieldsFunc(body, func(r rune) bool { return r == '。' || r == '\n' }) {
			if !strings.Contains(sentence, "同时废止") {
				continue
			}
			for _, m := range named.FindAllStringSubmatch(sentence, -1) {
				title := Short(m[1])
				if old := l.replaced[title]; old == nil || old.Date < t.Date {
					l.replaced[title] = t
				}
			}
		}
	}
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

var opening = regexp.MustCompile(`^[#\s　*]*第([零〇○一二三四五六七八九十百千]+|\d+)条(?:之([一二三四五六七八九十]+))?(?:[\s　]|$)`)

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

// Key is the canonical name of an article: "11" for 第十一条, "10-1" for 第十条之一.
func Key(name string) (string, bool) {
	m := opening.FindStringSubmatch(name)
	if m == nil || strings.TrimSpace(name) != strings.TrimSpace(m[0]) {
		return "", false
	}
	return key(m)
}

func key(m []string) (string, bool) {
	n := m[1]
	if n[0] < '0' || n[0] > '9' {
		v, ok := quantity.Chinese(n)
		if !ok {
			return "", false
		}
		n = fmt.Sprint(v)
	}
	if m[2] != "" {
		v, _ := quantity.Chinese(m[2])
		n += fmt.Sprintf("-%d", v)
	}
	return n, true
}

// parse cuts the body into articles. Of an article that stands twice (an appended decision) the first counts.
func (t *Text) parse() {
	t.articles = map[string]string{}
	for _, body := range t.body {
		var name string
		var b strings.Builder
		done := func() {
			if name != "" {
				if _, twice := t.articles[name]; !twice {
					t.articles[name] = strings.TrimSpace(b.String())
					t.order = append(t.order, name)
				}
			}
			name = ""
			b.Reset()
		}
		for line := range strings.Lines(body) {
			if m := opening.FindStringSubmatch(line); m != nil {
				if k, ok := key(m); ok {
					done()
					name = k
				}
			} else if strings.HasPrefix(line, "#") {
				done()
			}
			b.WriteString(line)
		}
		done()
	}
}
