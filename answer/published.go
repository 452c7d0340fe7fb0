package answer

import (
	"slices"

	"bangban/knowledge"
)

// The library was made at one moment and the question is asked at another: what has expired in between is as good as withdrawn.
// Every entry of a reply comes through the functions here.

// itemOf returns an item that is in force.
func (t *turn) itemOf(id knowledge.ItemID) (*knowledge.Item, bool) {
	it, ok := t.Library.Item(id)
	return it, ok && t.inForce(it.Effective, it.Expires)
}

// faqOf returns a FAQ that is in force.
func (t *turn) faqOf(id string) (*knowledge.FAQ, bool) {
	f, ok := t.Library.FAQ(id)
	return f, ok && t.inForce(f.Effective, f.Expires)
}

// boundOf returns the first FAQ in force that is bound to an attribute of an item.
func (t *turn) boundOf(id knowledge.ItemID, attribute string) (*knowledge.FAQ, bool) {
	bound := t.Library.Bound(id, attribute)
	i := slices.IndexFunc(bound, func(f *knowledge.FAQ) bool { return t.inForce(f.Effective, f.Expires) })
	if i < 0 {
		return nil, false
	}
	return bound[i], true
}

// held reports whether the library of this turn has the entry behind a document: the index may have taken up a newer publication.
func (t *turn) held(d *knowledge.Document) bool {
	switch d.Kind {
	case knowledge.KindGap:
		return true // a word list, no record
	case knowledge.KindItem:
		_, ok := t.itemOf(d.Item)
		return ok
	case knowledge.KindFAQ:
		_, ok := t.faqOf(d.ID)
		return ok
	}
	return t.Library.Revision(d.ID) > 0
}

func (t *turn) inForce(effective, expires string) bool {
	from, until := knowledge.Validity(effective, expires)
	return t.q.Now >= from && (until == 0 || t.q.Now < until)
}
