package answer

import (
	"net/url"

	"bangban/conversation/message"
	"bangban/knowledge"
)

// verb answers a wish to have something done now, until casework exists: how to do it today, for the matter where one is named.
func (t *turn) verb(kind message.Kind, groups []group) {
	t.say(kind, message.NotYet)
	if len(groups) == 0 || groups[0].strength < floor || kind == message.Progress || kind == message.Rating {
		return
	}
	it, ok := t.itemOf(knowledge.ItemID(groups[0].key))
	if !ok {
		return
	}
	fill := map[string]string{"item": firstOf(it.Short, it.Name)}
	text, voice := t.reply.Text, t.reply.Voice
	t.reply.Card = &message.Card{Title: it.Name, Conclusion: text}
	d := it.Details
	for _, a := range overviewOfVerb[kind] {
		if p, ok := render(d, a); ok {
			t.place(d, p)
		}
	}
	t.reply.Card.Actions = t.actions(it, d)
	t.reply.Text = text + "\n" + t.sentence("verb.about_item", fill)
	t.reply.Voice = voice
	t.cite(string(it.ID), it.Name, it.Department, it.Updated, "/items/"+url.PathEscape(string(it.ID)), nil, it.Laws)
	t.focus(string(it.ID), nil, nil)
	t.features(groups)
}
