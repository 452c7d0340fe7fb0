package sheet

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"bangban/knowledge"
)

// kind is one sheet of the workbook.
type kind interface {
	name() string
	heads() []string
	widths() []float64
	// written is false for a sheet that is only read: what it holds is written elsewhere.
	written() bool
	write(c *knowledge.Corpus, put func(cells []string) error) error
	head(name string) (head string, ok bool)
	read(t *Table, r *reading)
}

type sheetOf[T any] struct {
	title   string
	columns []column[T]
	rows    func(c *knowledge.Corpus) []*T // nil: the sheet is only read
	add     func(c *knowledge.Corpus, r *T) error
	// key is the column that every row has, where it is not its name.
	key string
	// identify gives a row what it is known by when nobody numbered it, and returns that; nil: by its first column.
	identify func(r *T) string
	// rest says on what a row rests as a whole; nil: each value names its own.
	rest func(r *T) *[]string
	// item names the item that a row belongs to: its 出处 is the row's, too. nil: none.
	item func(r *T) knowledge.ItemID
	// updated is the day of the row; nil: it has none.
	updated func(r *T) *string
	// also are other names of columns, parted by spaces, by the name here.
	also map[string]string
}

func (s sheetOf[T]) written() bool { return s.rows != nil }

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
	if s.rows == nil {
		return nil
	}
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

// simple is a sheet whose rows are the records of one list.
func simple[T any](title string, of func(*knowledge.Corpus) *[]*T, columns ...column[T]) sheetOf[T] {
	return sheetOf[T]{title: title, columns: columns, rows: func(c *knowledge.Corpus) []*T { return *of(c) }, add: func(c *knowledge.Corpus, r *T) error {
		*of(c) = append(*of(c), r)
		return nil
	}}
}

// Workbook writes a corpus as a workbook that people can read and change, and that Parse reads back. Word lists are not in it. An empty
// corpus gives the empty sheets to fill.
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
		if !k.written() && len(c.Items) > 0 {
			continue
		}
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
