package citizen

import (
	"bytes"

	"bangban/channels/portal"
	"bangban/conversation"
)

// TurnHTML renders a turn with the template of the chat page, for live streams.
func TurnHTML(r *portal.Renderer) func(conversation.Turn) (string, error) {
	return func(t conversation.Turn) (string, error) {
		var b bytes.Buffer
		err := r.Turns(&b, portal.View{Path: "/chat"}, []portal.Turn{turnOf(t)})
		return b.String(), err
	}
}
