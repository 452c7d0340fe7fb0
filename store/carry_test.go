package store_test

import (
	"context"
	"testing"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
	"bangban/store/storetest"
)

// A talk that an agent serves goes on elsewhere: it stays one talk in the agent's hands, the citizen's words come to it from both sides, and
// the new proof takes the place of the old one.
func TestAServedTalkIsCarried(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		h := newHall(storetest.Open(t, source), morning())
		a := h.sits(t, person("12"))
		asked := say(t, h.Service, message.Inbound{Channel: message.Portal, Text: "person"})
		id := conversation.ID(asked.ConversationID)
		h.settle(t)
		if _, err := h.desk.Accept(ctx, a, id, h.state(t, string(id), ownership.Offered).Offer.ID); err != nil {
			t.Fatal(err)
		}
		talk, err := h.Move(ctx, id, message.WeChat, ":follower", "")
		if err != nil || talk.Handling.Agent() != a.ID {
			t.Fatalf("moved: %+v, %v", talk, err)
		}
		there := say(t, h.Service, message.Inbound{Trusted: true, Channel: message.WeChat, Thread: ":follower", Text: "在"})
		here := say(t, h.Service, message.Inbound{Channel: message.Portal, ConversationID: string(id), Token: asked.Token, Text: "也在"})
		if there.ConversationID != string(id) || here.ConversationID != string(id) {
			t.Errorf("two talks: %s, %s", there.ConversationID, here.ConversationID)
		}
		if _, err := h.desk.Reply(ctx, a, id, "您好，我在。", "", "key"); err != nil {
			t.Fatal(err)
		}
		if sight, err := h.desk.See(ctx, a, id); err != nil || sight.Row.Conversation.Channel != message.WeChat || sight.Row.Conversation.Thread != ":follower" {
			t.Errorf("the agent sees %+v, %v", sight, err)
		}
		// What is with a person keeps its thread; what is there already stays.
		other := say(t, h.Service, message.Inbound{Channel: message.Portal, Text: "question"})
		if _, err := h.Move(ctx, conversation.ID(other.ConversationID), message.WeChat, ":follower", ""); !fault.Is(err, fault.Conflict) {
			t.Errorf("pushed aside: %v", err)
		}
		if again, err := h.Move(ctx, id, message.WeChat, ":follower", ""); err != nil || again.Turns != h.load(t, id).Turns {
			t.Errorf("moved twice: %v", err)
		}
		// The browser's own proof stays; another browser's takes its place.
		if same, token, err := h.Reissue(ctx, message.WeChat, ":follower", string(id), asked.Token); err != nil || same != string(id) || token != asked.Token {
			t.Errorf("a browser that was in is out: %v", err)
		}
		_, token, err := h.Reissue(ctx, message.WeChat, ":follower", string(id), "guessed")
		if err != nil || token == "" || token == asked.Token {
			t.Fatalf("reissued %q: %v", token, err)
		}
		if _, err := h.History(ctx, string(id), token, 0, 1); err != nil {
			t.Errorf("the new proof opens nothing: %v", err)
		}
		if _, err := h.History(ctx, string(id), asked.Token, 0, 1); !fault.Is(err, fault.NotFound) {
			t.Errorf("the old proof still opens the talk: %v", err)
		}
		if _, _, err := h.Reissue(ctx, message.WeChat, ":nobody", "", ""); !fault.Is(err, fault.NotFound) {
			t.Errorf("a thread without a talk: %v", err)
		}
	})
}

func (h *hall) load(t *testing.T, id conversation.ID) *conversation.Conversation {
	t.Helper()
	c, err := h.Load(context.Background(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
