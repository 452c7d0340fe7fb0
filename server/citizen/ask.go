package citizen

import (
	"context"

	"bangban/conversation/message"
	"bangban/kernel/fault"
	"bangban/server"
)

// proof is how a caller proves that a conversation is theirs.
type proof struct {
	Header string `header:"Bangban-Conversation" json:"-"`
	Cookie string `cookie:"bb_talk" json:"-"`
}

// token returns the token for a conversation; empty when there is none for it. The header comes first.
func (p proof) token(id string) string {
	if p.Header != "" {
		return p.Header
	}
	if talk := server.ReadTalk(p.Cookie); talk.ID == id {
		return talk.Token
	}
	return ""
}

type askRequest struct {
	proof          `json:"-"`
	Caller         server.Caller `json:"-"`
	Key            string        `header:"Idempotency-Key" json:"-"`
	Text           string        `json:"text"`
	ConversationID string        `json:"conversation_id"`
	Region         string        `json:"region"`
	Value          string        `json:"value"`
}

type askResult struct {
	message.Reply
	// ConversationToken is given once, with the first reply: the proof of owning the conversation.
	ConversationToken string `json:"conversation_token,omitempty"`
	// Kept is false when nothing could be kept (disk full): the answer stands, but has no number and no conversation.
	Kept bool `json:"kept"`

	cookies  []server.Cookie
	repeated bool
}

// Head sets the browser's cookie and says whether this is a repeated reply.
func (r *askResult) Head() server.Head {
	h := server.Head{Cookies: r.cookies}
	if r.repeated {
		h.Header = map[string]string{"Idempotency-Replayed": "true"}
	}
	return h
}

func (a *API) ask(ctx context.Context, req *askRequest) (*askResult, error) {
	if req.ConversationID == "" && req.Header != "" {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "conversation.id_missing", Args: map[string]string{"field": "conversation_id"}}
	}
	in := message.Inbound{ConversationID: req.ConversationID, Token: req.token(req.ConversationID), Channel: message.API,
		Text: req.Text, Value: req.Value, Region: req.Region, Key: req.Key}
	if req.Caller.SameOrigin {
		in.Channel = message.Portal
	}
	return a.Ask(ctx, req.Caller, in)
}

// Ask takes what a citizen says in a conversation, or in a new one, and returns the reply: for the API and for pages alike.
func (a *API) Ask(ctx context.Context, caller server.Caller, in message.Inbound) (*askResult, error) {
	var err error
	if in.Region, err = region(a.Knowledge().Library, in.Region); err != nil {
		return nil, err
	}
	if in.ConversationID != "" {
		// With the token in the key nobody can use up the budget of another's conversation.
		if err := a.server.Allow(a.server.ConversationAsks(), in.ConversationID+"\x00"+in.Token); err != nil {
			return nil, err
		}
	}
	receipt, err := a.Conversation.Receive(ctx, in)
	if err != nil {
		return nil, err
	}
	a.Live.Notify()
	res := &askResult{Reply: *receipt.Reply, ConversationToken: receipt.Token, Kept: receipt.Kept, repeated: receipt.Duplicate}
	res.Features = nil
	if receipt.Token != "" && caller.SameOrigin {
		res.cookies = append(res.cookies, server.Talk(server.TalkProof{ID: receipt.ConversationID, Token: receipt.Token}))
	}
	return res, nil
}
