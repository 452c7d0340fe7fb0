package citizen

import (
	"bytes"

	"bangban/channels/portal"
	"bangban/conversation"
)

// TurnHTML renders a turn with the template of the chat page, for live streams.
func TurnHTML(r *portal.Renderer, who func(conversation.Author) string) func(conversation.Turn) (string, error) {
	return func(t conversation.Turn) (string, error) {
		var b bytes.Buffer
		turn := turnOf(t, who)
		turn.Ratable = turn.Reply != nil && turn.Reply.Resolution != ""
		err := r.Turns(&b, portal.View{Path: "/chat"}, []portal.Turn{turn})
		return b.String(), err
	}
}
