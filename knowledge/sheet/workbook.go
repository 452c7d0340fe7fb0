package sheet

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"bangban/city/calendar"
	"bangban/city/org"
	"bangban/knowledge"
)

// situationRow is one row of the sheet 情形: a situation with the item that it belongs to.
type situationRow struct {
	Item knowledge.ItemID
	knowledge.Situation
}

// dayRow is one row of the sheet 节假日.
type dayRow struct {
	Year   int
	Source string
	No     string
	URL    string
	Draft  bool
	calendar.Day
}

// kind is one sheet of the workbook.
type kind interface {
	name() string
	heads() []string
	widths() []float64
	write(c *knowledge.Corpus, put func(cells []string) error) error
	read(t *Table, c *knowledge.Corpus) []knowledge.Problem
}

type sheetOf[T any] struct {
	title   string
	columns []column[T]
	rows    func(c *knowledge.Corpus) []*T
	add     func(c *knowledge.Corpus, r *T) error
}

func (s sheetOf[T]) name() string { return s.title }

func (s sheetOf[T]) heads() []string {
	var out []string
	for _, c := range s.columns {
		out = append(out, c.head)
	}
	return out
}

func (s sheetOf[T]) widths() []float64 {
	var out []float64
	for _, c := range s.columns {
		out = append(out, c.width)
	}
	return out
}

func (s sheetOf[T]) write(c *knowledge.Corpus, put func([]string) error) error {
	for _, r := range s.rows(c) {
		cells := make([]string, len(s.columns))
		for i, col := range s.columns {
			cells[i] = col.get(r)
		}
		if err := put(cells); err != nil {
			return err
		}
	}
	return nil
}

func (s sheetOf[T]) read(t *Table, c *knowledge.Corpus) []knowledge.Problem {
	columns, head := t.heads()
	if head == 0 {
		return nil
	}
	var problems []knowledge.Problem
	known := map[string]bool{}
	for _, col := range s.columns {
		known[col.head] = true
	}
	for _, h := range keys(columns) {
		if !known[h] {
			problems = append(problems, t.problem(head, h, "没有“%s”这一列。可以有：%s", h, strings.Join(s.heads(), "、")))
		}
	}
	if _, ok := columns[s.columns[0].head]; !ok {
		return append(problems, t.problem(head, s.columns[0].head, "缺少“%s”这一列", s.columns[0].head))
	}
	for i := head; i < len(t.Rows); i++ {
		if blank(t.Rows[i]) {
			continue
		}
		r := new(T)
		good := true
		for _, col := range s.columns {
			value := cell(t.Rows[i], columns, col.head)
			if value == "" {
				continue
			}
			if err := col.set(r, value); err != nil {
				problems = append(problems, t.problem(i+1, col.head, "第 %d 行：%v", i+1, err))
				good = false
			}
		}
		if !good {
			continue
		}
		c.Place(r, knowledge.Origin{File: t.where(), Line: i + 1})
		if err := s.add(c, r); err != nil {
			problems = append(problems, t.problem(i+1, "", "第 %d 行：%v", i+1, err))
		}
	}
	return problems
}

// simple is a sheet whose rows are the records of one list.
func simple[T any](title string, of func(*knowledge.Corpus) *[]*T, columns ...column[T]) kind {
	return sheetOf[T]{title, columns, func(c *knowledge.Corpus) []*T { return *of(c) }, func(c *knowledge.Corpus, r *T) error {
		*of(c) = append(*of(c), r)
		return nil
	}}
}

// kinds are the sheets in their order. 情形 follows 事项: its rows go into the items.
var kinds = []kind{itemSheet(), situationSheet(), faqSheet(), eventSheet(),
	simple("法规", func(c *knowledge.Corpus) *[]*knowledge.Law { return &c.Laws },
		text("名称", 30, func(r *knowledge.Law) *string { return &r.Title }), text("文号", 24, func(r *knowledge.Law) *string { return &r.DocumentNo }),
		text("制定机关", 24, func(r *knowledge.Law) *string { return &r.Issuer }), text("公布", 12, func(r *knowledge.Law) *string { return &r.Adopted }),
		text("施行", 12, func(r *knowledge.Law) *string { return &r.Effective }), coded("级别", wLevel, func(r *knowledge.Law) *string { return &r.Level })),
	simple("事实", func(c *knowledge.Corpus) *[]*knowledge.SourceFact { return &c.Facts },
		text("编号", 24, func(r *knowledge.SourceFact) *string { return &r.ID }), text("事实", 60, func(r *knowledge.SourceFact) *string { return &r.Text }),
		text("出处", 30, func(r *knowledge.SourceFact) *string { return &r.Source }), text("文件", 30, func(r *knowledge.SourceFact) *string { return &r.DocumentTitle }),
		text("文号", 20, func(r *knowledge.SourceFact) *string { return &r.DocumentNo }), text("时间", 12, func(r *knowledge.SourceFact) *string { return &r.AsOf }),
		text("等级", 8, func(r *knowledge.SourceFact) *string { return &r.Grade }), text("网址", 30, func(r *knowledge.SourceFact) *string { return &r.URL })),
	simple("网页", func(c *knowledge.Corpus) *[]*knowledge.SourcePage { return &c.Pages },
		text("编号", 24, func(r *knowledge.SourcePage) *string { return &r.ID }), text("标题", 30, func(r *knowledge.SourcePage) *string { return &r.Title }),
		text("发布单位", 20, func(r *knowledge.SourcePage) *string { return &r.Issuer }), text("网址", 30, func(r *knowledge.SourcePage) *string { return &r.URL }),
		text("日期", 12, func(r *knowledge.SourcePage) *string { return &r.Date }), text("原文", 60, func(r *knowledge.SourcePage) *string { return &r.Quote })),
	simple("失效法规", func(c *knowledge.Corpus) *[]*knowledge.Repealed { return &c.Repealed },
		text("名称", 30, func(r *knowledge.Repealed) *string { return &r.Title }), text("早于", 12, func(r *knowledge.Repealed) *string { return &r.Before }),
		text("原因", 40, func(r *knowledge.Repealed) *string { return &r.Reason })),
	simple("区划", func(c *knowledge.Corpus) *[]*org.Region { return &c.Regions },
		text("代码", 14, func(r *org.Region) *string { return &r.Code }), text("名称", 16, func(r *org.Region) *string { return &r.Name }),
		list("别名", 24, nil, func(r *org.Region) *[]string { return &r.Aliases }), text("上级", 14, func(r *org.Region) *string { return &r.Parent }),
		list("曾用名", 24, nil, func(r *org.Region) *[]string { return &r.Former }), text("说明", 30, func(r *org.Region) *string { return &r.Note })),
	simple("部门", func(c *knowledge.Corpus) *[]*org.Department { return &c.Departments },
		text("编号", 12, func(r *org.Department) *string { return &r.ID }), text("名称", 24, func(r *org.Department) *string { return &r.Name }),
		list("别名", 24, nil, func(r *org.Department) *[]string { return &r.Aliases }), text("职责", 40, func(r *org.Department) *string { return &r.Duties }),
		text("电话", 16, func(r *org.Department) *string { return &r.Phone }), list("依据", 30, nil, func(r *org.Department) *[]string { return &r.By })),
	simple("网点", func(c *knowledge.Corpus) *[]*org.ServicePoint { return &c.Points },
		text("编号", 20, func(r *org.ServicePoint) *string { return &r.ID }), text("名称", 24, func(r *org.ServicePoint) *string { return &r.Name }),
		list("别名", 24, nil, func(r *org.ServicePoint) *[]string { return &r.Aliases }), coded("类型", wPoint, func(r *org.ServicePoint) *string { return &r.Kind }),
		text("区划", 12, func(r *org.ServicePoint) *string { return &r.Region }), text("地址", 30, func(r *org.ServicePoint) *string { return &r.Address }),
		text("电话", 16, func(r *org.ServicePoint) *string { return &r.Phone }), text("时间", 24, func(r *org.ServicePoint) *string { return &r.Hours }),
		list("事项", 24, nil, func(r *org.ServicePoint) *[]string { return &r.Items }), text("说明", 30, func(r *org.ServicePoint) *string { return &r.Note }),
		text("更新", 12, func(r *org.ServicePoint) *string { return &r.Updated }), list("依据", 30, nil, func(r *org.ServicePoint) *[]string { return &r.By })),
	simple("热线", func(c *knowledge.Corpus) *[]*org.Hotline { return &c.Hotlines },
		text("号码", 14, func(r *org.Hotline) *string { return &r.Number }), text("名称", 20, func(r *org.Hotline) *string { return &r.Name }),
		text("用途", 40, func(r *org.Hotline) *string { return &r.For }), list("别名", 24, nil, func(r *org.Hotline) *[]string { return &r.Aliases }),
		text("时间", 20, func(r *org.Hotline) *string { return &r.Hours }), list("依据", 30, nil, func(r *org.Hotline) *[]string { return &r.By })),
	daySheet(),
	simple("机器人话术", func(c *knowledge.Corpus) *[]*knowledge.Sentence { return &c.Sentences },
		text("键", 28, func(r *knowledge.Sentence) *string { return &r.Key }), text("文字", 60, func(r *knowledge.Sentence) *string { return &r.Text }),
		text("语音", 60, func(r *knowledge.Sentence) *string { return &r.Voice })),
}

// Workbook writes a corpus as a workbook that people can read and change, and that Parse reads back. Word lists are not in it.
func Workbook(c *knowledge.Corpus) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	head, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"#E6F1EF"}},
		Alignment: &excelize.Alignment{Vertical: "center"}})
	if err != nil {
		return nil, err
	}
	body, err := f.NewStyle(&excelize.Style{Alignment: &excelize.Alignment{WrapText: true, Vertical: "top"}, NumFmt: 49}) // 49: text, so that 090 stays 090
	if err != nil {
		return nil, err
	}
	for _, k := range kinds {
		if err := writeSheet(f, k, c, head, body); err != nil {
			return nil, fmt.Errorf("write the sheet %s: %w", k.name(), err)
		}
	}
	if err := f.DeleteSheet("Sheet1"); err != nil {
		return nil, err
	}
	f.SetActiveSheet(0)
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func writeSheet(f *excelize.File, k kind, c *knowledge.Corpus, head, body int) error {
	if _, err := f.NewSheet(k.name()); err != nil {
		return err
	}
	w, err := f.NewStreamWriter(k.name())
	if err != nil {
		return err
	}
	for i, width := range k.widths() {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, XSplit: 1, YSplit: 1, TopLeftCell: "B2", ActivePane: "bottomRight"}); err != nil {
		return err
	}
	row := 0
	put := func(style int) func(cells []string) error {
		return func(cells []string) error {
			row++
			values := make([]any, len(cells))
			for i, s := range cells {
				if utf8.RuneCountInString(s) > excelize.TotalCellChars {
					return fmt.Errorf("row %d: a cell of %d characters is too long for a spreadsheet", row, utf8.RuneCountInString(s))
				}
				values[i] = excelize.Cell{StyleID: style, Value: s}
			}
			return w.SetRow(fmt.Sprintf("A%d", row), values)
		}
	}
	if err := put(head)(k.heads()); err != nil {
		return err
	}
	if err := k.write(c, put(body)); err != nil {
		return err
	}
	return w.Flush()
}

// IsWorkbook reports whether the sheets are those of our workbook: one bears the name of a kind.
func IsWorkbook(tables []*Table) bool {
	return slices.ContainsFunc(tables, func(t *Table) bool { return kindNamed(t.Sheet) != nil })
}

func kindNamed(name string) kind {
	for _, k := range kinds {
		if k.name() == strings.TrimSpace(name) {
			return k
		}
	}
	return nil
}

// Parse reads the sheets of a workbook. Every problem names sheet, row and column.
func Parse(tables []*Table) (*knowledge.Corpus, []knowledge.Problem) {
	c := &knowledge.Corpus{Lexicon: map[string][]byte{}}
	var problems []knowledge.Problem
	for _, k := range kinds {
		for _, t := range tables {
			if strings.TrimSpace(t.Sheet) == k.name() {
				problems = append(problems, k.read(t, c)...)
			}
		}
	}
	for _, t := range tables {
		if kindNamed(t.Sheet) == nil && len(t.Rows) > 0 {
			problems = append(problems, t.problem(1, "", "不认识工作表“%s”。可以有：%s", t.Sheet, strings.Join(kindNames(), "、")))
		}
	}
	slices.SortStableFunc(problems, func(a, b knowledge.Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line))
	})
	return c, problems
}

func kindNames() []string {
	var out []string
	for _, k := range kinds {
		out = append(out, k.name())
	}
	return out
}
