// Package sheet reads and writes knowledge as spreadsheets (电子表格): the workbook of ours with one sheet a kind, and the list of
// entries that cities exchange (类目, 标题, 内容 …). It owns the xlsx library. It checks what a cell can be; whether the
// knowledge is right is the business of knowledge.Check. Start at Read, Entries and Workbook.
package sheet

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"bangban/knowledge"
)

// The limits of a file: a spreadsheet that is larger is refused before it fills the memory.
const (
	maxBytes    = 64 << 20
	maxUnpacked = 512 << 20
	maxCells    = 2_000_000
)

// Table is one sheet: rows of cells. The row of the heads is found by the names in it; a title may stand above.
type Table struct {
	File, Sheet string
	Rows        [][]string
	// Joined are the cells that are merged with the one above, by row and column from 0.
	Joined map[[2]int]bool
}

// Read reads a .csv or .xlsx file into its sheets. CSV may be UTF-8 or GB 18030, as office programs write it.
func Read(name string, data []byte) ([]*Table, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%s 太大：最多 %d MB，请分成几个文件", name, maxBytes>>20)
	}
	switch strings.ToLower(path.Ext(name)) {
	case ".csv":
		t, err := readCSV(name, data)
		if err != nil {
			return nil, err
		}
		return []*Table{t}, nil
	case ".xlsx", ".xlsm":
		return readXLSX(name, data)
	}
	return nil, fmt.Errorf("%s：只认 .xlsx 和 .csv，请另存为其中一种", name)
}

func readCSV(name string, data []byte) (*Table, error) {
	data = bytes.TrimPrefix(data, []byte("\xef\xbb\xbf"))
	if !utf8.Valid(data) {
		decoded, err := simplifiedchinese.GB18030.NewDecoder().Bytes(data)
		if err != nil || !utf8.Valid(decoded) || bytes.ContainsRune(decoded, utf8.RuneError) {
			return nil, fmt.Errorf("%s：文字编码认不出来，请存为 UTF-8 的 CSV", name)
		}
		data = decoded
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.FieldsPerRecord, r.LazyQuotes = -1, true
	t := &Table{File: name}
	cells := 0
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return t, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s：CSV 写法不对（%w），多半是引号没有成对", name, err)
		}
		line, _ := r.FieldPos(0)
		for len(t.Rows) < line-1 && len(t.Rows) < maxCells { // empty lines, and those inside a quoted cell, keep the numbers right
			t.Rows = append(t.Rows, nil)
		}
		if cells += len(row); cells > maxCells {
			return nil, fmt.Errorf("%s：单元格太多，请分成几个文件", name)
		}
		t.Rows = append(t.Rows, row)
	}
}

func readXLSX(name string, data []byte) (tables []*Table, err error) {
	defer func() {
		if p := recover(); p != nil { // a damaged workbook must not end the program
			tables, err = nil, fmt.Errorf("%s：表格打不开，请用办公软件另存一份再导入", name)
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: maxUnpacked / 8})
	if err != nil {
		return nil, fmt.Errorf("%s：表格打不开（%w），请用办公软件另存一份再导入", name, err)
	}
	defer f.Close()
	cells := 0
	for _, sheet := range f.GetSheetList() {
		rows, err := f.GetRows(sheet, excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, fmt.Errorf("%s 的工作表“%s”读不了：%w", name, sheet, err)
		}
		for _, row := range rows {
			if cells += len(row); cells > maxCells {
				return nil, fmt.Errorf("%s：单元格太多，请分成几个文件", name)
			}
		}
		t := &Table{File: name, Sheet: sheet, Rows: rows}
		merged, err := f.GetMergeCells(sheet)
		if err != nil {
			return nil, fmt.Errorf("%s 的工作表“%s”读不了：%w", name, sheet, err)
		}
		for _, m := range merged {
			t.join(m)
		}
		tables = append(tables, t)
	}
	return tables, nil
}

// join gives the value of merged cells to each row that they span, in their first column.
func (t *Table) join(m excelize.MergeCell) {
	column, from, err := excelize.CellNameToCoordinates(m.GetStartAxis())
	_, to, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
	if err != nil || err2 != nil || to == from || from > len(t.Rows) || column > len(t.Rows[from-1]) {
		return
	}
	if t.Joined == nil {
		t.Joined = map[[2]int]bool{}
	}
	value := t.Rows[from-1][column-1]
	for i := from; i < min(to, len(t.Rows)); i++ {
		for len(t.Rows[i]) < column {
			t.Rows[i] = append(t.Rows[i], "")
		}
		t.Rows[i][column-1] = value
		t.Joined[[2]int{i, column - 1}] = true
	}
}

// where says the sheet for a message; a CSV has none.
func (t *Table) where() string {
	if t.Sheet == "" {
		return t.File
	}
	return t.File + "/" + t.Sheet
}

func (t *Table) problem(row int, column, format string, args ...any) knowledge.Problem {
	return knowledge.Problem{File: t.where(), Line: row, Field: column, Rule: "sheet", Text: fmt.Sprintf(format, args...)}
}

// deepestHead is how many rows may stand above the heads: a title, who made it and when.
const deepestHead = 10

// heads finds the columns by their names: in the row, among the first ones, that has most of the known names; row is its number, from
// 1. Without any known name it is the first row that is not empty.
func (t *Table) heads(known func(name string) (head string, ok bool)) (columns map[string]int, row int) {
	best := -1
	seen := 0
	for i, cells := range t.Rows {
		if seen == deepestHead || blank(cells) {
			continue
		}
		seen++
		found, n := map[string]int{}, 0
		for j, c := range cells {
			if c = clean(c); c == "" {
				continue
			}
			head, ok := known(c)
			if !ok {
				head = c
			}
			if _, twice := found[head]; !twice {
				found[head] = j
				if ok {
					n++
				}
			}
		}
		if n > best {
			columns, row, best = found, i+1, n
		}
	}
	return columns, row
}

// clean trims a cell, and the marks that people put to a head: 标题*, 标题（必填）.
func clean(s string) string {
	s = strings.Join(strings.Fields(strings.Trim(halved(s), "*＊ \n\r\t")), "")
	for _, mark := range []string{"（必填）", "(必填)", "（选填）", "(选填)", "：", ":"} {
		s = strings.TrimSuffix(s, mark)
	}
	return strings.Trim(s, "*＊")
}

func cell(row []string, columns map[string]int, head string) string {
	i, ok := columns[head]
	if !ok || i >= len(row) {
		return ""
	}
	s := strings.TrimSpace(strings.ReplaceAll(halved(row[i]), "\r\n", "\n"))
	if nothing[s] {
		return ""
	}
	return s
}

func blank(row []string) bool {
	for _, c := range row {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}
