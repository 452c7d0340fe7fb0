package sheet

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bangban/knowledge"
)

// Parse reads sheets of ours, out of one file or of several. base holds what they may name beside themselves: what is published; today
// is the day of what bears no date. Every problem names file, sheet, row and column.
func Parse(tables []*Table, base *knowledge.Corpus, today time.Time) (*knowledge.Corpus, []knowledge.Problem) {
	r := &reading{corpus: &knowledge.Corpus{Lexicon: map[string][]byte{}}, base: base, today: today.Format(time.DateOnly), origins: map[*knowledge.Item]string{}}
	for _, k := range kinds {
		for _, t := range tables {
			if is := kindOf(t); is != nil && is.name() == k.name() {
				k.read(t, r)
			}
		}
	}
	for _, t := range tables {
		if kindOf(t) == nil && !IsEntries(t) && !t.empty() {
			r.problems = append(r.problems, t.problem(1, "", "认不出这是哪一张表。把表名或文件名改成其中一个：%s", strings.Join(kindNames(), "、")))
		}
	}
	r.resolve()
	r.date()
	slices.SortStableFunc(r.problems, func(a, b knowledge.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return r.corpus, r.problems
}

// reading is the work of Parse.
type reading struct {
	corpus, base *knowledge.Corpus
	today        string
	problems     []knowledge.Problem
	origins      map[*knowledge.Item]string // the 出处 of each item
	undated      []any                      // records that bear no date
	facts        []ownFact
}

// ownFact is what a row says, as a source: the office that keeps the sheet is the source of its words.
type ownFact struct {
	fact *knowledge.SourceFact
	day  *string // the day of its row; nil: it has none
}

func (t *Table) empty() bool {
	for _, row := range t.Rows {
		if !blank(row) {
			return false
		}
	}
	return true
}

// sheetRow is a record of a sheet: its cells by head, and where it begins.
type sheetRow struct {
	number int // from 1
	cells  map[string]string
}

var unitInHead = regexp.MustCompile(`[（(](个?工作日|自然日|天|日|个月|年|元|元[/／][^）)]+|次|份)[)）]$`)

// head knows the columns of the sheet, by the name here or one of the others; a unit in brackets belongs to the cells.
func (s sheetOf[T]) head(name string) (string, bool) {
	for _, name := range []string{name, unitInHead.ReplaceAllString(name, "")} {
		for _, c := range s.columns {
			if c.head == name {
				return name, true
			}
		}
		for head, names := range s.also {
			if slices.Contains(strings.Fields(names), name) {
				return head, true
			}
		}
	}
	return name, false
}

// notOurs are columns that every list has and nobody needs.
var notOurs = map[string]bool{"序号": true, "行号": true, "No.": true, "NO": true}

func (s sheetOf[T]) read(t *Table, r *reading) {
	columns, head := t.heads(s.head)
	if head == 0 {
		return
	}
	for _, h := range keys(columns) {
		if _, ok := s.head(h); !ok && !notOurs[h] {
			r.problems = append(r.problems, t.problem(head, h, "没有“%s”这一列。用不到就删掉它；可以有：%s", h, strings.Join(s.heads(), "、")))
		}
	}
	need := s.nameHead()
	if s.identify == nil && s.key == "" {
		need = s.columns[0].head
	}
	if _, ok := columns[need]; !ok {
		r.problems = append(r.problems, t.problem(head, need, "缺少“%s”这一列", need))
		return
	}
	for _, row := range s.gather(t, columns, head) {
		s.record(t, row, r)
	}
}

// nameHead is the column without which a record is nothing.
func (s sheetOf[T]) nameHead() string {
	if s.key != "" {
		return s.key
	}
	for _, c := range s.columns {
		if c.head == "名称" || c.head == "问题" {
			return c.head
		}
	}
	return s.columns[0].head
}

// gather makes rows of records: a row whose name is merged with the one above goes on with its lists.
func (s sheetOf[T]) gather(t *Table, columns map[string]int, head int) []*sheetRow {
	var out []*sheetRow
	units := map[string]string{}
	for h, j := range columns {
		if m := unitInHead.FindStringSubmatch(clean(t.Rows[head-1][j])); m != nil {
			units[h] = m[1]
		}
	}
	name := s.nameHead()
	for i := head; i < len(t.Rows); i++ {
		if blank(t.Rows[i]) {
			continue
		}
		if t.Joined[[2]int{i, columns[name]}] && len(out) > 0 {
			last := out[len(out)-1]
			for h, j := range columns {
				if v := cell(t.Rows[i], columns, h); v != "" && !t.Joined[[2]int{i, j}] {
					last.cells[h] = strings.TrimPrefix(last.cells[h]+"\n"+v, "\n")
				}
			}
			continue
		}
		row := &sheetRow{i + 1, map[string]string{}}
		for h := range columns {
			v := cell(t.Rows[i], columns, h)
			if v != "" && units[h] != "" && strings.Trim(v, "0123456789.") == "" {
				v += units[h]
			}
			row.cells[h] = v
		}
		out = append(out, row)
	}
	return out
}

// record reads one row.
func (s sheetOf[T]) record(t *Table, row *sheetRow, r *reading) {
	x := new(T)
	before := len(r.problems)
	fail := func(column string, err error) {
		r.problems = append(r.problems, t.problem(row.number, column, "第 %d 行：%v", row.number, err))
	}
	set := func(col column[T], value string) {
		if err := col.set(x, value); err != nil {
			fail(col.head, err)
		}
	}
	for _, col := range s.columns {
		if value := row.cells[col.head]; value != "" && col.rest == restNot {
			if col.tidy != nil {
				value = col.tidy(value)
			}
			if value != "" {
				set(col, value)
			}
		}
	}
	name := s.columns[0].get(x)
	if s.identify != nil {
		name = s.identify(x)
	}
	if need := s.nameHead(); s.identify != nil && row.cells[need] == "" {
		fail(need, fmt.Errorf("“%s”空着", need))
	} else if strings.TrimSpace(name) == "" && s.key == "" {
		fail(s.columns[0].head, fmt.Errorf("“%s”空着", s.columns[0].head))
	}
	own := s.source(t, row, r, x, name)
	for _, col := range s.columns {
		if value := row.cells[col.head]; value != "" && col.rest != restNot {
			set(col, own.under(value, col.head, col.tidy, col.rest))
		}
	}
	if s.rest != nil && len(*s.rest(x)) == 0 {
		*s.rest(x) = own.whole(s.heads())
	}
	if len(r.problems) > before {
		return
	}
	r.corpus.Place(x, knowledge.Origin{File: t.where(), Line: row.number})
	if it, ok := any(x).(*knowledge.Item); ok {
		r.origins[it] = own.said
	}
	if err := s.add(r.corpus, x); err != nil {
		fail("", err)
	}
}

// source finds what a record rests on, and its day.
func (s sheetOf[T]) source(t *Table, row *sheetRow, r *reading, x *T, name string) *source {
	own := &source{table: t, row: row, reading: r, name: s.title + "\x00" + name, said: row.cells[headOrigin]}
	if own.said == "" && s.item != nil {
		if it, err := itemOf(r.corpus, s.item(x)); err == nil {
			own.said = r.origins[it]
		}
	}
	if s.updated != nil {
		own.day = s.updated(x)
		if *own.day == "" {
			*own.day = r.today
			r.undated = append(r.undated, any(x))
		}
	}
	return own
}

// source is what the values of one row rest on that name no basis: 出处.
type source struct {
	table   *Table
	row     *sheetRow
	reading *reading
	name    string // of the record
	said    string // what stands in 出处; empty: nothing
	day     *string
}

// mostOwn is how long the text of one source may be.
const mostOwn = 900

// under gives each value of a cell its basis, where it has none of its own.
func (o *source) under(value, head string, tidy func(string) string, how rest) string {
	tidied := value
	if tidy != nil {
		tidied = tidy(value)
	}
	if o.said == "" {
		return tidied
	}
	list := lines(tidied)
	if how == restWhole {
		list = []string{strings.Join(list, `\n`)}
	}
	whole := ""
	for i, text := range list {
		l, err := parseLine(text)
		if err != nil || len(l.by) > 0 {
			continue
		}
		if named, ok := o.named(); ok {
			list[i] += named
			continue
		}
		words, key := head+"："+value, head
		if utf8.RuneCountInString(words) > mostOwn || written(value) {
			words, key = head+"："+spelled(text), fmt.Sprintf("%s\x00%d", head, i)
		} else if whole != "" {
			list[i] += whole
			continue
		}
		by := "【" + o.fact(key, words) + "】"
		if key == head {
			whole = by
		}
		list[i] += by
	}
	return strings.Join(list, "\n")
}

// named is the basis that 出处 names itself: law:居民身份证法#第十一条.
func (o *source) named() (string, bool) {
	if !namesBasis([]rune(o.said)) {
		return "", false
	}
	return "【" + o.said + "】", true
}

// whole is what a row rests on as one.
func (o *source) whole(heads []string) []string {
	if o.said == "" {
		return nil
	}
	if _, ok := o.named(); ok {
		return split(o.said)
	}
	var words []string
	for _, h := range heads {
		if v := o.row.cells[h]; v != "" && h != headOrigin {
			if h == headCount {
				v = plainCount(v) + " 份"
			}
			words = append(words, h+"："+v)
		}
	}
	return []string{o.fact("", strings.Join(words, "，"))}
}

// fact makes the source out of what the row says, and gives its basis. The same cell is the same source in the next import.
func (o *source) fact(key, words string) string {
	f := &knowledge.SourceFact{ID: "own-" + hash(o.name, 5) + "-" + hash(key, 3), Text: words, Source: o.said, Grade: "A"}
	o.reading.facts = append(o.reading.facts, ownFact{f, o.day})
	o.reading.corpus.Facts = append(o.reading.corpus.Facts, f)
	o.reading.corpus.Place(f, knowledge.Origin{File: o.table.where(), Line: o.row.number})
	return "fact:" + f.ID
}

var (
	yuanField = regexp.MustCompile(`元[：:]\s*(\d+(?:\.\d+)?)`)
	copyField = regexp.MustCompile(`(原件|复印件)[：:]\s*(\d+)`)
)

// spelled says a value in the form of a cell in words, so that its figures bear their units.
func spelled(text string) string {
	text = copyField.ReplaceAllString(yuanField.ReplaceAllString(text, "$1 元"), "$1 $2 份")
	return strings.ReplaceAll(text, "｜", "，")
}

func hash(s string, n int) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:n])
}

// identified is the number of a record: its own, or one made of its name, which stays the same in the next import.
func identified(id, kind, name string) string {
	if id != "" || name == "" {
		return id
	}
	return kind + "-" + hash(name, 5)
}

// kindOf tells which sheet a table is: by the name of the sheet, or of the file where it has none of its own, and then by its heads.
func kindOf(t *Table) kind {
	if IsEntries(t) {
		return nil
	}
	name := strings.TrimSpace(t.Sheet)
	if name == "" || unnamed.MatchString(name) {
		name = strings.TrimSuffix(t.File, extension(t.File))
	}
	for _, k := range kinds {
		if k.name() == name {
			return k
		}
	}
	var best kind
	most := 0
	for _, k := range kinds {
		n := t.score(k)
		if strings.Contains(name, k.name()) || slices.ContainsFunc(strings.Fields(calledSheets[k.name()]), func(w string) bool { return strings.Contains(name, w) }) {
			n += 10
		}
		if n >= 3 && n > most {
			best, most = k, n
		}
	}
	return best
}

// unnamed are the names that an office program gives to a sheet.
var unnamed = regexp.MustCompile(`(?i)^(?:sheet|工作表|表)\s*\d*$`)

// calledSheets are words in the names of sheets and files.
var calledSheets = map[string]string{"事项": "办事指南 指南 服务清单", "问答": "常见问题 热点问题 知识库", "网点": "办事大厅 服务点 窗口", "热线": "电话", "区划": "区县 街道",
	"部门": "单位 机构", "节假日": "放假 假期 日历", "材料": "材料清单"}

func extension(name string) string {
	if i := strings.LastIndexByte(name, '.'); i >= 0 {
		return name[i:]
	}
	return ""
}

// score counts the heads that a kind knows; none where most of them are strange to it.
func (t *Table) score(k kind) int {
	columns, row := t.heads(k.head)
	n, strange := 0, 0
	for h := range columns {
		switch _, ok := k.head(h); {
		case ok:
			n++
		case !notOurs[h]:
			strange++
		}
	}
	if row == 0 || strange > n {
		return 0
	}
	return n
}

// IsWorkbook reports whether the sheets are ours: one of them is of a kind.
func IsWorkbook(tables []*Table) bool {
	return slices.ContainsFunc(tables, func(t *Table) bool { return kindOf(t) != nil })
}
