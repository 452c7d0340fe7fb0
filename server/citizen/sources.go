package citizen

import (
	"reflect"

	"bangban/knowledge"
)

// source is what a basis stands for: 名称, 文号, 条.
type source struct {
	Title      string `json:"title"`
	DocumentNo string `json:"document_no,omitempty"`
	Article    string `json:"article,omitempty"`
	Issuer     string `json:"issuer,omitempty"`
	AsOf       string `json:"as_of,omitempty"`
	URL        string `json:"url,omitempty"`
}

// sourcesOf resolves every basis that stands anywhere in the values.
func sourcesOf(lib *knowledge.Library, values ...any) map[string]source {
	found := map[string]source{}
	for _, v := range values {
		collect(lib, reflect.ValueOf(v), found)
	}
	return found
}

func collect(lib *knowledge.Library, v reflect.Value, found map[string]source) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			collect(lib, v.Elem(), found)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			collect(lib, v.Field(i), found)
		}
	case reflect.Slice:
		for i := range v.Len() {
			collect(lib, v.Index(i), found)
		}
	case reflect.String:
		if v.Type() != reflect.TypeFor[knowledge.Basis]() {
			return
		}
		b := knowledge.Basis(v.String())
		if s, ok := lib.Resolve(b); ok {
			found[string(b)] = source{Title: s.Title, DocumentNo: s.DocumentNo, Article: s.Article, Issuer: s.Issuer, AsOf: s.AsOf, URL: s.URL}
		}
	}
}

func bases(by []string) []knowledge.Basis {
	out := make([]knowledge.Basis, len(by))
	for i, b := range by {
		out[i] = knowledge.Basis(b)
	}
	return out
}
