package wechat

import (
	"regexp"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// form is what the platform takes in a field of a notice (47003 for anything else): so many characters, and only some.
type form struct {
	most int
	keep func(rune) bool // nil: all
	as   *regexp.Regexp  // nil: anything
}

// forms are by the name of the field without its number. Names that are not here are of old templates, whose fields are cut at 20.
var forms = map[string]form{
	"thing":            {most: 20},
	"phrase":           {most: 5, keep: func(r rune) bool { return unicode.Is(unicode.Han, r) }},
	"const":            {most: 20},
	"name":             {most: 10},
	"number":           {most: 32, as: regexp.MustCompile(`^-?[0-9.]+$`)},
	"letter":           {most: 32, as: regexp.MustCompile(`^[A-Za-z]+$`)},
	"symbol":           {most: 5, as: regexp.MustCompile(`^[^\p{Han}A-Za-z0-9]+$`)},
	"character_string": {most: 32, keep: func(r rune) bool { return r >= '!' && r <= '~' }},
	"time":             {most: 32, as: regexp.MustCompile(`[0-9]`)},
	"date":             {most: 32, as: regexp.MustCompile(`[0-9]`)},
	"amount":           {most: 14, as: regexp.MustCompile(`^[^0-9]?[0-9.]+元?$`)},
	"phone_number":     {most: 17, as: regexp.MustCompile(`^[0-9+\-]+$`)},
	"car_number":       {most: 8},
}

// shanghai is the zone of the times in notices. It has had no summer time since 1991.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// fields fills a notice: nothing of what was said in the talk, for a notice shows on a locked phone. ok is false when a field has nothing
// that the platform would take.
func (c *Channel) fields(n *Notice, row *Outbox, s *said) (values map[string]string, ok bool) {
	from := s.By
	if from == "" {
		from = c.words("wechat.notice_from")
	}
	fill := strings.NewReplacer("{time}", time.UnixMicro(row.At).In(shanghai).Format("2006年1月2日 15:04"), "{matter}", c.words("wechat.notice_matter"), "{from}", from)
	values = map[string]string{}
	for name, words := range n.Fields {
		v, ok := fit(name, fill.Replace(words))
		if !ok {
			return nil, false
		}
		values[name] = v
	}
	return values, true
}

// fit makes a value one that the platform takes in a field: shortened, without what it may not hold.
func fit(field, value string) (string, bool) {
	f, known := forms[strings.TrimRight(field, "0123456789")]
	if !known {
		f.most = 20
	}
	value = strings.TrimSpace(strings.Map(func(r rune) rune {
		if r < ' ' || f.keep != nil && !f.keep(r) {
			return -1
		}
		return r
	}, value))
	if utf8.RuneCountInString(value) > f.most {
		runes := []rune(value)
		if f.keep == nil && f.as == nil {
			value = string(runes[:f.most-1]) + "…"
		} else {
			value = string(runes[:f.most])
		}
	}
	return value, value != "" && (f.as == nil || f.as.MatchString(value))
}
