package server

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"bangban/kernel/fault"
)

// plan says where the fields of a request struct come from; it is made once, when the route is added.
type plan struct {
	caller []int // index of the Caller field, nil without one
	fields []field
}

type field struct {
	index  []int
	source string // path, query, header, cookie, form
	name   string
	kind   reflect.Kind
}

var sources = []string{"path", "query", "header", "cookie", "form"}

// planOf reads the tags of t. A wrong tag is a mistake of ours and panics at start.
func planOf(t reflect.Type) *plan {
	if t.Kind() != reflect.Struct {
		panic("server: a request must be a struct, not " + t.String())
	}
	p := &plan{}
	for _, f := range reflect.VisibleFields(t) {
		if f.Type == reflect.TypeFor[Caller]() {
			p.caller = f.Index
			continue
		}
		for _, source := range sources {
			name, ok := f.Tag.Lookup(source)
			if !ok {
				continue
			}
			if json, has := f.Tag.Lookup("json"); source != "form" && (!has || json != "-") {
				panic(fmt.Sprintf("server: %s.%s comes from the %s: tag it json:\"-\" too", t, f.Name, source))
			}
			switch f.Type.Kind() {
			case reflect.String, reflect.Int, reflect.Int64, reflect.Bool:
			default:
				panic(fmt.Sprintf("server: %s.%s: no reading of %s from the %s", t, f.Name, f.Type, source))
			}
			p.fields = append(p.fields, field{f.Index, source, name, f.Type.Kind()})
		}
	}
	return p
}

func (p *plan) fill(x *exchange, v reflect.Value) error {
	if p.caller != nil {
		v.FieldByIndex(p.caller).Set(reflect.ValueOf(x.caller))
	}
	for _, f := range p.fields {
		text, ok := x.value(f)
		if !ok {
			continue
		}
		if err := cleanText(text); err != nil {
			return err
		}
		if err := f.set(v.FieldByIndex(f.index), text); err != nil {
			return err
		}
	}
	return nil
}

// value returns a copy of what the request says for f, and whether it says anything.
func (x *exchange) value(f field) (string, bool) {
	switch f.source {
	case "path":
		return pathValue(x.ctx, f.name), true
	case "query":
		return string(x.ctx.QueryArgs().Peek(f.name)), x.ctx.QueryArgs().Has(f.name)
	case "header":
		v := string(x.ctx.Request.Header.Peek(f.name))
		return v, v != ""
	case "cookie":
		v := x.cookie(f.name)
		return v, v != ""
	default: // form
		if !x.ctx.IsPost() {
			return "", false
		}
		return string(x.ctx.PostArgs().Peek(f.name)), x.ctx.PostArgs().Has(f.name)
	}
}

func (f field) set(v reflect.Value, text string) error {
	wrong := func() error {
		return &fault.Error{Kind: fault.Invalid, Key: "request.wrong_type", Args: map[string]string{"field": f.name}}
	}
	switch f.kind {
	case reflect.Int, reflect.Int64:
		if text == "" {
			return nil
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil || n < 0 {
			return wrong()
		}
		v.SetInt(n)
	case reflect.Bool:
		v.SetBool(text == "1" || text == "true" || text == "on")
	default:
		v.SetString(text)
	}
	return nil
}

// cleanText refuses what is no text: broken UTF-8, and NUL, which databases refuse.
func cleanText(s string) error {
	if !utf8.ValidString(s) {
		return fault.New(fault.Invalid, "request.encoding")
	}
	if strings.IndexByte(s, 0) >= 0 {
		return fault.New(fault.Invalid, "request.nul")
	}
	return nil
}

// cleanStrings looks into every string of a decoded body.
func cleanStrings(v reflect.Value) error {
	switch v.Kind() {
	case reflect.String:
		return cleanText(v.String())
	case reflect.Struct:
		for i := range v.NumField() {
			if err := cleanStrings(v.Field(i)); err != nil {
				return err
			}
		}
	case reflect.Slice, reflect.Array:
		for i := range v.Len() {
			if err := cleanStrings(v.Index(i)); err != nil {
				return err
			}
		}
	case reflect.Map:
		for k, e := range v.Seq2() {
			if err := cleanStrings(k); err != nil {
				return err
			}
			if err := cleanStrings(e); err != nil {
				return err
			}
		}
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return cleanStrings(v.Elem())
		}
	}
	return nil
}
