package sheet

import (
	"fmt"
	"strconv"
	"strings"

	"bangban/knowledge"
)

// column is one column of a sheet: how a record shows there, and how it is read back.
type column[T any] struct {
	head  string
	width float64
	get   func(*T) string
	set   func(*T, string) error
	// tidy turns what people write into what set reads; nil: it is read as it is.
	tidy func(string) string
	rest rest
}

// rest is how the values of a column rest on the 出处 of their row when they name no basis themselves.
type rest int

const (
	restNot   rest = iota
	restLines      // each line is a value
	restWhole      // the cell is one value
)

// as gives the column a way of tidying.
func (c column[T]) as(tidy func(string) string) column[T] {
	c.tidy = tidy
	return c
}

// text is a plain text.
func text[T any](head string, width float64, of func(*T) *string) column[T] {
	return column[T]{head: head, width: width, get: func(r *T) string { return *of(r) }, set: func(r *T, s string) error { *of(r) = s; return nil }}
}

// coded is a text of which there is a closed list.
func coded[T any, S ~string](head string, w words, of func(*T) *S) column[T] {
	return column[T]{head: head, width: 12, get: func(r *T) string { return w.say(string(*of(r))) }, set: func(r *T, s string) error {
		code, err := w.known(s)
		*of(r) = S(code)
		return err
	}}
}

// list is a list of short texts, one a line.
func list[T any, S ~string](head string, width float64, w words, of func(*T) *[]S) column[T] {
	return column[T]{head: head, width: width, get: func(r *T) string {
		out := make([]string, len(*of(r)))
		for i, s := range *of(r) {
			out[i] = escapeMember(w.say(string(s)))
		}
		return strings.Join(out, "\n")
	}, set: func(r *T, s string) error {
		for _, m := range members(s) {
			code, err := w.known(m)
			if err != nil {
				return err
			}
			*of(r) = append(*of(r), S(code))
		}
		return nil
	}}
}

// whole is a whole number; 0 is an empty cell.
func whole[T any](head string, of func(*T) *int) column[T] {
	return column[T]{head: head, width: 8, get: func(r *T) string {
		if *of(r) == 0 {
			return ""
		}
		return strconv.Itoa(*of(r))
	}, set: func(r *T, s string) (err error) { *of(r), err = number(head, s); return err }}
}

// yes is a mark: 是 or empty.
func yes[T any](head string, of func(*T) *bool) column[T] {
	return column[T]{head: head, width: 8, get: func(r *T) string {
		if *of(r) {
			return "是"
		}
		return ""
	}, set: func(r *T, s string) error {
		switch s {
		case "是":
			*of(r) = true
		case "否":
		default:
			return fmt.Errorf("“%s”要写“是”，或者空着", s)
		}
		return nil
	}}
}

// many is a list of values with their basis, one a line.
func many[T, V any](head string, width float64, of func(*T) *[]V, say func(V) line, read func(line) (V, error)) column[T] {
	return column[T]{head: head, width: width, rest: restLines, tidy: plainLines, get: func(r *T) string {
		var out []string
		for _, v := range *of(r) {
			out = append(out, say(v).String())
		}
		return strings.Join(out, "\n")
	}, set: func(r *T, s string) error {
		for _, one := range lines(s) {
			l, err := parseLine(one)
			if err != nil {
				return err
			}
			v, err := read(l)
			if err != nil {
				return err
			}
			*of(r) = append(*of(r), v)
		}
		return nil
	}}
}

// single is one value with its basis, or none.
func single[T, V any](head string, width float64, of func(*T) **V, say func(V) line, read func(line) (V, error)) column[T] {
	return column[T]{head: head, width: width, rest: restWhole, get: func(r *T) string {
		if *of(r) == nil {
			return ""
		}
		return say(**of(r)).String()
	}, set: func(r *T, s string) error {
		l, err := parseLine(strings.Join(lines(s), `\n`))
		if err != nil {
			return err
		}
		v, err := read(l)
		if err != nil {
			return err
		}
		*of(r) = &v
		return nil
	}}
}

func sayFact(f knowledge.Fact) line { return line{[]string{f.Text}, f.By} }

func readFact(l line) (knowledge.Fact, error) {
	if len(l.parts) > 1 {
		return knowledge.Fact{}, fmt.Errorf("这一格不分段，文字里的｜前面加 \\：%s", strings.Join(l.parts, "｜"))
	}
	return knowledge.Fact{Text: l.part(0), By: l.by}, nil
}

func facts[T any](head string, of func(*T) *[]knowledge.Fact) column[T] {
	return many(head, 40, of, sayFact, readFact)
}

// detailColumns are the attributes of an item or a situation.
func detailColumns[T any](of func(*T) *knowledge.Details) []column[T] {
	return []column[T]{
		facts("受理条件", func(r *T) *[]knowledge.Fact { return &of(r).Conditions }),
		many("申请材料", 50, func(r *T) *[]knowledge.Material { return &of(r).Materials }, sayMaterial, readMaterial).as(plainMaterials),
		single("法定时限", 24, func(r *T) **knowledge.Limit { return &of(r).Statutory }, sayLimit, readLimit).as(plainLimit),
		single("承诺时限", 24, func(r *T) **knowledge.Limit { return &of(r).Promised }, sayLimit, readLimit).as(plainLimit),
		many("收费", 24, func(r *T) *[]knowledge.Fee { return &of(r).Fees }, sayFee, readFee).as(plainFees),
		single("跑现场次数", 14, func(r *T) **knowledge.Visits { return &of(r).Visits }, sayVisits, readVisits).as(plainVisits),
		many("办理地点", 36, func(r *T) *[]knowledge.Place { return &of(r).Places }, sayPlace, readPlace),
		facts("办理时间", func(r *T) *[]knowledge.Fact { return &of(r).Hours }),
		many("咨询电话", 20, func(r *T) *[]knowledge.Phone { return &of(r).Phones }, sayPhone, readPhone).as(plainPhones),
		many("投诉电话", 20, func(r *T) *[]knowledge.Phone { return &of(r).Complaint }, sayPhone, readPhone).as(plainPhones),
		single("网上办理", 36, func(r *T) **knowledge.Online { return &of(r).Online }, sayOnline, readOnline).as(plainOnline),
		single("代办", 30, func(r *T) **knowledge.Agent { return &of(r).Agent }, sayAgent, readAgent).as(plainAgent),
		single("结果", 24, func(r *T) **knowledge.Result { return &of(r).Result }, sayResult, readResult),
		facts("有效期", func(r *T) *[]knowledge.Fact { return &of(r).Validity }),
		facts("办理流程", func(r *T) *[]knowledge.Fact { return &of(r).Steps }),
		facts("提醒", func(r *T) *[]knowledge.Fact { return &of(r).Notes }),
	}
}
