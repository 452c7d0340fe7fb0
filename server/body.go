package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"unicode/utf8"

	"bangban/kernel/fault"
)

// How deep a JSON body may nest: our own bodies need three levels.
const maxDepth = 16

// readBody reads the JSON body of the request into req.
func (x *exchange) readBody(req any) error {
	kind, _, _ := strings.Cut(string(x.ctx.Request.Header.ContentType()), ";")
	if !strings.EqualFold(strings.TrimSpace(kind), "application/json") {
		return fault.New(fault.Invalid, "request.json_type")
	}
	return decode(x.ctx.PostBody(), req)
}

// decode reads one strict JSON object: valid UTF-8, known fields of the right type, nothing behind it.
// encoding/json copies every string, so nothing of body is kept.
func decode(body []byte, into any) error {
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	if len(bytes.TrimSpace(body)) == 0 {
		return fault.New(fault.Invalid, "request.empty")
	}
	if !utf8.Valid(body) {
		return fault.New(fault.Invalid, "request.encoding")
	}
	if depth(body) > maxDepth {
		return fault.New(fault.Invalid, "request.too_deep")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(into); err != nil {
		return decodeFault(err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "request.json")
	}
	return nil
}

func decodeFault(err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		if wrong.Field == "" {
			return fault.Wrap(fault.Invalid, "request.not_an_object", err)
		}
		return &fault.Error{Kind: fault.Invalid, Key: "request.wrong_type", Args: map[string]string{"field": shown(wrong.Field)}, Cause: err}
	}
	// encoding/json has no type for this error.
	if name, ok := strings.CutPrefix(err.Error(), "json: unknown field "); ok {
		return &fault.Error{Kind: fault.Invalid, Key: "request.unknown_field", Args: map[string]string{"field": shown(strings.Trim(name, `"`))}, Cause: err}
	}
	return fault.Wrap(fault.Invalid, "request.json", err)
}

// shown cuts a name that the caller chose to what a sentence can bear.
func shown(name string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || r == utf8.RuneError || r == '<' || r == '>' {
			return -1
		}
		return r
	}, name)
	if runes := []rune(name); len(runes) > 40 {
		return string(runes[:40]) + "…"
	}
	return name
}

// depth counts how deep brackets nest in body, outside of strings; the body need not be valid.
func depth(body []byte) int {
	deepest, level, inside := 0, 0, false
	for i := 0; i < len(body); i++ {
		switch c := body[i]; {
		case inside && c == '\\':
			i++
		case c == '"':
			inside = !inside
		case inside:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}
