package knowledge

import (
	"strings"

	"bangban/knowledge/law"
)

// Kind returns law, fact or page; empty for a basis that is written wrongly.
func (b Basis) Kind() string {
	kind, rest, ok := strings.Cut(string(b), ":")
	if !ok || rest == "" {
		return ""
	}
	switch kind {
	case "law":
		if _, article, ok := b.Clause(); !ok || article == "" {
			return ""
		}
		return kind
	case "fact", "page":
		return kind
	}
	return ""
}

// ID returns the id of a fact or page.
func (b Basis) ID() string {
	_, id, _ := strings.Cut(string(b), ":")
	return id
}

// Clause returns title and article (第十一条) of a clause.
func (b Basis) Clause() (title, article string, ok bool) {
	rest, ok := strings.CutPrefix(string(b), "law:")
	if !ok {
		return "", "", false
	}
	title, article, ok = strings.Cut(rest, "#")
	if _, known := law.Key(article); !ok || title == "" || !known {
		return title, "", false
	}
	return title, article, true
}
