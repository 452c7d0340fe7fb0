package answer

import (
	"slices"

	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// cite names the entry that answers and the rules it rests on; each rule once, in the order of use.
func (t *turn) cite(id, title, department, updated, url string, used []nlu.Attribute, basis []knowledge.Basis) {
	issuer := t.issuer(department, basis)
	c := message.Citation{EntryID: id, Title: title, Issuer: issuer, Revision: t.Library.Revision(id), UpdatedAt: updated, URL: url,
		Fields: used, Basis: []message.Basis{}}
	seen := map[knowledge.Basis]bool{}
	for _, b := range basis {
		if seen[b] {
			continue
		}
		seen[b] = true
		if s, ok := t.Library.Resolve(b); ok {
			if s.URL == "" {
				s.URL, _ = t.articleOf(b, false)
			}
			if one := (message.Basis{Kind: b.Kind(), Title: s.Title, DocumentNo: s.DocumentNo, Article: s.Article, URL: s.URL}); !slices.Contains(c.Basis, one) {
				c.Basis = append(c.Basis, one) // an office's own sheet says several things
			}
		}
	}
	slices.SortStableFunc(c.Basis, func(a, b message.Basis) int { return weight(b) - weight(a) })
	t.reply.Citations = append(t.reply.Citations, c)
}

// issuer is the office that an entry comes from; for one without an office, who issued what it rests on.
func (t *turn) issuer(department string, basis []knowledge.Basis) string {
	if d, ok := t.Library.Department(department); ok {
		return d.Name
	}
	for _, b := range basis {
		if s, ok := t.Library.Resolve(b); ok && s.Issuer != "" {
			return s.Issuer
		}
	}
	return department
}

// weight puts clauses before documents, documents before pages.
func weight(b message.Basis) int {
	switch {
	case b.Article != "":
		return 2
	case b.DocumentNo != "" || b.Kind == "fact":
		return 1
	}
	return 0
}
