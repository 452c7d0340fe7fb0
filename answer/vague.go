package answer

import (
	"cmp"
	"slices"
	"strings"

	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// hottest is how many matters at most are offered to a question that names none.
const hottest = 3

// vague asks which matter is meant when a talk begins with a question that names none (要几天, 证丢了怎么补): it offers the matters
// nearest to the words, where there are any, and then those that are asked most.
func (t *turn) vague() (bool, error) {
	if !t.u.Vague || t.talk.Entry != "" || t.talk.LastQuestion != "" || t.talk.Pending != nil {
		return false, nil
	}
	var options []message.Option
	offer := func(it *knowledge.Item) {
		o := message.Option{Label: firstOf(it.Short, it.Name), Value: "entry:" + string(it.ID)}
		if len(options) < hottest && !slices.ContainsFunc(options, func(p message.Option) bool { return p.Label == o.Label }) {
			options = append(options, o)
		}
	}
	groups, err := t.search(t.u)
	if err != nil || len(groups) > 0 && t.titled(groups[0]) {
		return false, err
	}
	for _, g := range groups {
		if it, ok := t.itemOf(knowledge.ItemID(g.key)); ok && g.strength > foreign && t.u.Topic != "" {
			offer(it)
		}
	}
	for _, it := range t.hot() {
		offer(it)
	}
	if len(options) == 0 {
		return false, nil
	}
	t.clarify(message.WhichItem, "", t.u, options)
	return true, nil
}

// titled reports whether the question is a title of the group's entry, word by word.
func (t *turn) titled(g group) bool {
	return slices.ContainsFunc(g.docs, func(d *knowledge.Document) bool {
		return slices.ContainsFunc(d.Titles, func(title string) bool { return bareText(title) == bareText(t.u.Core) })
	})
}

// bareText is a text without the marks at its end, for comparing.
func bareText(s string) string { return strings.TrimRight(nlu.Normalise(s), " ?!。,") }

// hot are the items that are asked most, the most asked first.
func (t *turn) hot() []*knowledge.Item {
	var out []*knowledge.Item
	for _, it := range t.Library.Items() {
		if it.Hot > 0 {
			out = append(out, it)
		}
	}
	slices.SortStableFunc(out, func(a, b *knowledge.Item) int { return cmp.Compare(a.Hot, b.Hot) })
	return out
}
