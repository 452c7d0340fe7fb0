package sheet

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bangban/knowledge"
)

// The columns of the list that cities exchange (domain.md §4.4).
const (
	headCategory = "类目"
	headTitle    = "标题"
	headContent  = "内容"
	headIssuer   = "发文单位"
	headNature   = "材料性质"
	headKeywords = "关键字"
)

// EntryHeads are the columns of the list, in their usual order.
var EntryHeads = []string{headCategory, headTitle, headContent, headIssuer, headNature, headKeywords}

// The limits of the list.
const (
	maxBatch   = 1000
	maxTitle   = 128
	maxKeyword = 20
	maxContent = 20_000
	maxPiece   = 400 // of one paragraph of an answer
)

// natures are the 材料性质, and the kind of entry that each becomes.
var natures = map[string]knowledge.FAQKind{"办事指南": "faq", "热点问答": "faq", "日常咨询": "faq", "审批": "faq", "审批事项": "faq", "法律法规": "line", "业务指引": "line",
	"通知公告": "notice"}

// entryHead knows the columns of the list.
func entryHead(name string) (string, bool) { return name, slices.Contains(EntryHeads, name) }

// IsEntries reports whether a table has the head of the list.
func IsEntries(t *Table) bool {
	columns, _ := t.heads(entryHead)
	_, title := columns[headTitle]
	_, content := columns[headContent]
	_, category := columns[headCategory]
	return title && content && category
}

// Entries turns the list into FAQ entries. The office that issues a row is its source: each row becomes a fact of grade A with
// the words of the row, and an answer that rests on it. base holds the departments and items that rows may name; today is the
// day of the import. Every problem names its row.
func Entries(t *Table, base *knowledge.Corpus, today time.Time) (*knowledge.Corpus, []knowledge.Problem) {
	e := &entries{table: t, out: &knowledge.Corpus{}, titles: map[string]int{}, offices: map[string]string{}, items: map[string]knowledge.ItemID{}, before: map[string]*knowledge.FAQ{}, today: today.Format(time.DateOnly)}
	for _, d := range base.Departments {
		for _, name := range append([]string{d.ID, d.Name}, d.Aliases...) {
			e.offices[name] = d.ID
		}
	}
	for _, f := range base.FAQs {
		e.before[f.ID] = f
	}
	for _, it := range base.Items {
		for _, name := range []string{string(it.ID), it.Name, it.Short} {
			if name != "" {
				e.items[name] = it.ID
			}
		}
	}
	e.read()
	return e.out, e.problems
}

type entries struct {
	table    *Table
	out      *knowledge.Corpus
	problems []knowledge.Problem
	titles   map[string]int // title → row
	offices  map[string]string
	items    map[string]knowledge.ItemID
	before   map[string]*knowledge.FAQ
	today    string
}

func (e *entries) read() {
	columns, head := e.table.heads(entryHead)
	for _, h := range EntryHeads[:5] {
		if _, ok := columns[h]; !ok {
			e.problems = append(e.problems, e.table.problem(max(head, 1), h, "缺少“%s”这一列。表头要有：%s", h, strings.Join(EntryHeads, "、")))
		}
	}
	if len(e.problems) > 0 {
		return
	}
	n := 0
	for i := head; i < len(e.table.Rows); i++ {
		if row := e.table.Rows[i]; !blank(row) {
			n++
			e.row(i+1, row, columns)
		}
	}
	switch {
	case n == 0:
		e.problems = append(e.problems, e.table.problem(head+1, "", "表里没有内容"))
	case n > maxBatch:
		e.problems = append(e.problems, e.table.problem(0, "", "一批最多 %d 条，这里有 %d 条，请分成几个文件", maxBatch, n))
	}
}

func (e *entries) row(no int, row []string, columns map[string]int) {
	wrong := len(e.problems)
	fail := func(column, format string, args ...any) {
		e.problems = append(e.problems, e.table.problem(no, column, format, args...))
	}
	get := func(head string) string { return cell(row, columns, head) }
	title, content, issuer := get(headTitle), get(headContent), get(headIssuer)
	switch n := utf8.RuneCountInString(title); {
	case title == "":
		fail(headTitle, "第 %d 行没有标题", no)
	case n > maxTitle:
		fail(headTitle, "第 %d 行的标题有 %d 个字，最多 %d 个", no, n, maxTitle)
	case e.titles[title] > 0:
		fail(headTitle, "第 %d 行的标题与第 %d 行重复：%s", no, e.titles[title], title)
	default:
		e.titles[title] = no
	}
	switch n := utf8.RuneCountInString(content); {
	case content == "":
		fail(headContent, "第 %d 行没有内容", no)
	case n > maxContent:
		fail(headContent, "第 %d 行的内容有 %d 个字，最多 %d 个", no, n, maxContent)
	}
	topic, item, ok := e.category(get(headCategory))
	if !ok {
		fail(headCategory, "第 %d 行的类目“%s”不存在。写到最末一级，如“自然人/证件办理”，或末级写事项名称", no, get(headCategory))
	}
	office, ok := e.offices[issuer]
	if !ok {
		fail(headIssuer, "第 %d 行的发文单位“%s”不在部门表里。先在部门表加上，或改成表里的名称", no, issuer)
	}
	kind, ok := natures[get(headNature)]
	if !ok {
		fail(headNature, "第 %d 行的材料性质“%s”不认识。可以是：办事指南、法律法规、热点问答、日常咨询、通知公告、业务指引、审批", no, get(headNature))
	}
	keywords := strings.FieldsFunc(get(headKeywords), func(r rune) bool { return strings.ContainsRune(",，、;；\n", r) })
	var variants []string
	seen := map[string]bool{}
	for _, w := range keywords {
		w = strings.TrimSpace(w)
		switch n := utf8.RuneCountInString(w); {
		case w == "" || seen[w]:
		case n > maxKeyword:
			fail(headKeywords, "第 %d 行的关键字“%s”有 %d 个字，最多 %d 个", no, w, n, maxKeyword)
		case w == title:
			fail(headKeywords, "第 %d 行的关键字“%s”与标题相同", no, w)
		default:
			variants = append(variants, w)
		}
		seen[w] = true
	}
	if len(e.problems) > wrong {
		return
	}
	e.add(no, &knowledge.FAQ{ID: entryID(title), Kind: kind, Question: title, Variants: variants, Item: item, Department: office, Topics: topic, Updated: e.today}, content, issuer)
}

// add makes the entry and the fact that it rests on.
func (e *entries) add(no int, f *knowledge.FAQ, content, issuer string) {
	basis := "fact:" + f.ID
	pieces := paragraphs(content)
	var facts []*knowledge.SourceFact
	for i, p := range pieces {
		by := basis
		if i > 0 {
			by = fmt.Sprintf("%s-%d", basis, i+1)
		}
		fact := &knowledge.SourceFact{ID: strings.TrimPrefix(by, "fact:"), Text: p, Source: issuer + "供稿", Grade: "A"}
		facts = append(facts, fact)
		e.out.Place(fact, knowledge.Origin{File: e.table.where(), Line: no})
		f.Answer = append(f.Answer, knowledge.Fact{Text: p, By: []knowledge.Basis{knowledge.Basis(by)}})
	}
	if old := e.before[f.ID]; old != nil { // what has not changed keeps its day
		if f.Updated = old.Updated; encoded(f) != encoded(old) {
			f.Updated = e.today
		}
	}
	for _, fact := range facts {
		fact.AsOf = f.Updated
	}
	e.out.Facts = append(e.out.Facts, facts...)
	e.out.FAQs = append(e.out.FAQs, f)
	e.out.Place(f, knowledge.Origin{File: e.table.where(), Line: no})
}

// entryID is the stable id of a row: the same title is the same entry in the next batch.
func entryID(title string) string {
	sum := sha256.Sum256([]byte(title))
	return "entry-" + hex.EncodeToString(sum[:6])
}

// category finds the leaf of a path: a topic by name or code, or an item.
func (e *entries) category(path string) (topics []string, item knowledge.ItemID, ok bool) {
	parts := strings.FieldsFunc(strings.ReplaceAll(path, "／", "/"), func(r rune) bool { return r == '/' })
	legal := false
	for i, p := range parts {
		p = strings.TrimSpace(p)
		switch p {
		case "法人", "企业", "单位":
			legal = true
		}
		if t, known := knowledge.TopicNamed(p, legal); known {
			topics, ok = []string{t.Code}, i == len(parts)-1
		} else if id, known := e.items[p]; known && i == len(parts)-1 {
			item, ok = id, true
		}
	}
	return topics, item, ok
}

// paragraphs cuts a text into pieces that fit an answer: at line ends, and long lines after a full stop.
func paragraphs(text string) []string {
	var out []string
	for line := range strings.SplitSeq(text, "\n") {
		line = strings.TrimSpace(line)
		for utf8.RuneCountInString(line) > maxPiece {
			cut := cutAt(line)
			out = append(out, strings.TrimSpace(line[:cut]))
			line = strings.TrimSpace(line[cut:])
		}
		if line != "" {
			out = append(out, line)
		}
	}
	return out
}

// cutAt is the byte after the last full stop within the first maxPiece characters, or after them.
func cutAt(line string) int {
	n, end, stop := 0, len(line), 0
	for i, r := range line {
		if n == maxPiece {
			end = i
			break
		}
		if strings.ContainsRune("。！？；", r) {
			stop = i + utf8.RuneLen(r)
		}
		n++
	}
	if stop > 0 {
		return stop
	}
	return end
}
