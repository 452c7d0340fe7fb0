package portal

import (
	"fmt"
	"html/template"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"bangban/conversation/message"
	"bangban/nlu"
)

// functions are what templates may call: how things are written, never what they are.
func functions(assets *Assets, location *time.Location) template.FuncMap {
	return template.FuncMap{
		"asset":    assets.URL,
		"built":    assets.Built,
		"icon":     func(name string) template.HTML { return icon(assets, name) },
		"threes":   Threes,
		"compact":  func(s string) string { return strings.ReplaceAll(s, " ", "") },
		"link":     link,
		"external": external,
		"moment":   func(t time.Time) string { return moment(t.In(location)) },
		"stamp":    func(t time.Time) string { return t.In(location).Format(time.RFC3339) },
		"day":      day,
		"bold":     bold,
		"lines":    lines,
		"figure":   figure,
		"dialable": func(a nlu.Attribute) bool { return a == nlu.Phone || a == nlu.Complaints },
		"dial":     dial,
		"calls":    calls,
		"named":    named,
		"add":      func(a, b int) int { return a + b },
		"dict":     dict,
		"toggle":   toggle,
		"tel":      tel,
		"phone":    Phone,
		"query":    url.QueryEscape,
	}
}

// icon is one symbol of the sprite. It only decorates: the word stands beside it.
func icon(assets *Assets, name string) template.HTML {
	sprite := assets.URL("icons.svg")
	if sprite == "" {
		return ""
	}
	return template.HTML(`<svg class="i" aria-hidden="true" focusable="false"><use href="` +
		template.HTMLEscapeString(sprite+"#"+name) + `"/></svg>`)
}

// Threes writes an answer number as it is read out: A 482 107 326.
func Threes(no string) string {
	no = strings.ReplaceAll(no, " ", "")
	if no == "" {
		return ""
	}
	var b strings.Builder
	b.WriteString(no[:1])
	for i := 1; i < len(no); i += 3 {
		b.WriteByte(' ')
		b.WriteString(no[i:min(i+3, len(no))])
	}
	return b.String()
}

// link lets through what a page may lead to: our own paths, http, https and telephone numbers. Anything else becomes "".
func link(s string) template.URL {
	if strings.HasPrefix(s, "/") && !strings.HasPrefix(s, "//") && !strings.HasPrefix(s, `/\`) {
		return template.URL(s)
	}
	u, err := url.Parse(s)
	if err != nil {
		return ""
	}
	switch u.Scheme {
	case "https", "http", "tel":
		return template.URL(u.String())
	}
	return ""
}

// external reports whether a link leaves the site, which the page then says.
func external(s string) bool {
	return strings.HasPrefix(s, "http://") || strings.HasPrefix(s, "https://")
}

// tel is the address that dials a number.
func tel(number string) template.URL {
	var b strings.Builder
	for _, r := range number {
		if r >= '0' && r <= '9' || r == '+' {
			b.WriteRune(r)
		}
	}
	return template.URL("tel:" + b.String())
}

// Phone groups a telephone number for the eye: 0571-87280185 → 0571-8728 0185, 13800138000 → 138 0013 8000.
func Phone(number string) string {
	area, rest, found := strings.Cut(number, "-")
	if !found {
		area, rest = "", number
	}
	for _, r := range rest {
		if r < '0' || r > '9' {
			return number
		}
	}
	switch len(rest) {
	case 8:
		rest = rest[:4] + " " + rest[4:]
	case 11:
		rest = rest[:3] + " " + rest[3:7] + " " + rest[7:]
	}
	if found {
		return area + "-" + rest
	}
	return rest
}

var weekdays = [...]string{"周日", "周一", "周二", "周三", "周四", "周五", "周六"}

// moment writes a time as people say it: 11月3日 周二 10:24.
func moment(t time.Time) string {
	return fmt.Sprintf("%d月%d日 %s %d:%02d", t.Month(), t.Day(), weekdays[t.Weekday()], t.Hour(), t.Minute())
}

// day writes a date of the data, 2026-11-03, as it is: figures line up. Anything longer is cut to its day.
func day(s string) string {
	if len(s) > 10 {
		return s[:10]
	}
	return s
}

// emphasis is a sentence in three parts: the middle one is set in bold.
type emphasis struct{ Before, Key, After string }

// bold finds the key of a conclusion: the figure or the yes or no.
func bold(text, key string) emphasis {
	before, after, found := strings.Cut(text, key)
	if key == "" || !found {
		return emphasis{Before: text}
	}
	// The stop that ends the key's clause belongs to it.
	if r, n := utf8.DecodeRuneInString(after); r == '。' || r == '；' {
		key, after = key+after[:n], after[n:]
	}
	return emphasis{before, key, after}
}

// lines splits a text into its paragraphs.
func lines(s string) []string {
	var out []string
	for _, l := range strings.Split(s, "\n") {
		if l = strings.TrimSpace(l); l != "" {
			out = append(out, l)
		}
	}
	return out
}

// figure reports whether a field is a figure: written bold, its note on the same line.
func figure(a nlu.Attribute) bool { return a == nlu.Time || a == nlu.Fee || a == nlu.Visits }

// numbers are telephone numbers in a text: with area code, mobile, or one of the short service numbers.
var numbers = regexp.MustCompile(`0\d{2,3}-\d{7,8}|1\d{10}|\d{7,8}|1(?:10|19|20|22)|1[0-9]{4}|9[56]\d{3,4}`)

// dial cuts a text so that its numbers can be tapped.
func dial(text string) []Piece {
	var out []Piece
	at := 0
	for _, m := range numbers.FindAllStringIndex(text, -1) {
		if m[0] > at {
			out = append(out, Piece{Text: text[at:m[0]]})
		}
		out = append(out, Piece{Text: text[m[0]:m[1]], Mark: true})
		at = m[1]
	}
	if at < len(text) {
		out = append(out, Piece{Text: text[at:]})
	}
	return out
}

// services are the short numbers that the numbering plan keeps for emergencies and public service lines, and numbers with an area code.
var services = regexp.MustCompile(`0\d{2,3}-\d{7,8}|400-?\d{3}-?\d{4}|11[09]|12[02]|12[1-3]\d{2}|9[56]\d{3,4}`)

// counted follows a figure that is an amount or the number of a document, not a telephone.
var counted = regexp.MustCompile(`^ ?(?:[\d.,〕\]%％-]|[a-zA-Z]|万|亿|元|人|名|户|家|个|件|条|号|年|月|日|天|时|分|秒|岁|次|份|页|张|平|米|公里|亩|吨|斤)`)

// urgentBefore and urgentAfter stand beside one of the three-figure numbers when it is meant to be called: 120 is also a number of days.
var urgentBefore, urgentAfter = regexp.MustCompile(`(?:打|拨|电话|热线|报警|火警|急救) ?$`), regexp.MustCompile(`^ ?[（(]?(?:报警|火警|急救|交通事故)`)

// calls cuts running text so that the telephone numbers in it can be tapped. Amounts, dates and numbers of documents stay text.
func calls(text string) []Piece {
	var out []Piece
	at := 0
	for _, m := range services.FindAllStringIndex(text, -1) {
		before, after := text[:m[0]], text[m[1]:]
		if r, _ := utf8.DecodeLastRuneInString(before); strings.ContainsRune("0123456789.-,〔[#/", r) || r < utf8.RuneSelf && unicode.IsLetter(r) || counted.MatchString(after) {
			continue
		}
		if m[1]-m[0] == 3 && !urgentAfter.MatchString(after) && !urgentBefore.MatchString(before) {
			continue
		}
		if m[0] > at {
			out = append(out, Piece{Text: text[at:m[0]]})
		}
		out = append(out, Piece{Text: text[m[0]:m[1]], Mark: true})
		at = m[1]
	}
	if at < len(text) {
		out = append(out, Piece{Text: text[at:]})
	}
	return out
}

// named puts the title of a law or a numbered document in its marks. The name of a site, or a 文号 alone, is no title.
func named(b message.Basis) string {
	if strings.ContainsAny(b.Title, "《〔") || (b.Kind != "law" && b.DocumentNo == "") {
		return b.Title
	}
	return "《" + b.Title + "》"
}

// dict makes a map for a part of a template: name, value, name, value …
func dict(pairs ...any) (map[string]any, error) {
	if len(pairs)%2 != 0 {
		return nil, fmt.Errorf("dict: odd number of arguments")
	}
	m := make(map[string]any, len(pairs)/2)
	for i := 0; i < len(pairs); i += 2 {
		name, ok := pairs[i].(string)
		if !ok {
			return nil, fmt.Errorf("dict: %v is not a name", pairs[i])
		}
		m[name] = pairs[i+1]
	}
	return m, nil
}

// toggle is the page's own address with one setting of the view changed: the toolbar works without script.
func toggle(page, name, value string) (template.URL, error) {
	u, err := url.Parse(page)
	if err != nil {
		return "/", nil // an odd address leads home
	}
	q := u.Query()
	for _, known := range []string{"elder", "theme", "pointer", "reset"} {
		q.Del(known)
	}
	q.Set(name, value)
	return template.URL((&url.URL{Path: "/" + strings.TrimLeft(u.Path, "/"), RawQuery: q.Encode()}).String()), nil
}
