package citizen

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"net/url"
	"strings"
	"time"

	"bangban/channels/portal"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/kernel/fault"
	"bangban/server"
)

const (
	greeting = "您好，我是智能客服，24 小时在线。您可以直接问事情怎么办，也可以随时转人工。"
	// longestTalk is how many turns a page shows: the newest ones.
	longestTalk = 200
)

type chatRequest struct {
	Looks
	Item string `query:"item" json:"-"` // what the host page of a widget is about
	Q    string `query:"q" json:"-"`
	// Vote and Turn show, without script, what was just rated.
	Vote string `query:"vote" json:"-"`
	Turn string `query:"turn" json:"-"`
}

// chat shows the whole talk.
func (p *Pages) chat(ctx context.Context, req *chatRequest) (*server.Page, error) {
	draft := req.Q
	if draft == "" && req.Item != "" {
		draft = req.Item + "怎么办"
	}
	return p.showChat(ctx, &req.Looks, chatState{draft: cut(draft, conversation.MaxText), vote: req.Vote, turn: req.Turn})
}

type chatState struct {
	draft, problem, vote, turn string
	picture                    template.URL // by which the talk goes on in WeChat
}

func (p *Pages) showChat(ctx context.Context, l *Looks, st chatState) (*server.Page, error) {
	proof := server.ReadTalk(l.Talk)
	seq := p.Live.Seq() // the number first, then the turns
	turns, last, err := p.history(ctx, proof)
	if err != nil {
		return nil, err
	}
	status, carries := "", false
	if len(turns) > 0 {
		standing, err := p.Conversation.Standing(ctx, proof.ID, proof.Token)
		if err != nil {
			return nil, err
		}
		status, carries = statusOf(standing, p.Conversation.Who), p.carries(l, standing)
		for i := range turns {
			if queue := standing.State == ownership.Queued || standing.State == ownership.Offered; !queue {
				turns[i].Reply = withoutQueue(turns[i].Reply)
			}
			turns[i].Ratable = turns[i].Reply != nil && standing.Resolution != "" && turns[i].Reply.Resolution == standing.Resolution
		}
	}
	for i := range turns {
		if turns[i].ID == st.turn {
			turns[i].Vote, turns[i].Reason = vote(st.vote)
		}
	}
	body := portal.ChatPage{ConversationID: proof.ID, Turns: turns, Greeting: p.greeting(), Draft: st.draft, Problem: st.problem,
		Limit: conversation.MaxText, Focus: st.problem != "", Seq: seq, Status: status, Last: last,
		Carries: carries, Picture: st.picture}
	if len(turns) == 0 {
		body.Examples, body.ConversationID = p.hot(3), ""
	}
	return p.page(l, portal.Page{Body: body})
}

func (p *Pages) greeting() string {
	if s, ok := p.Knowledge().Library.Sentence("greeting.first"); ok && s.Text != "" {
		return s.Text
	}
	return greeting
}

// history reads the talk of a browser. A cookie of a talk that is gone, or was never ours, is a new talk.
func (p *Pages) history(ctx context.Context, proof server.TalkProof) (turns []portal.Turn, last int, err error) {
	if proof.ID == "" {
		return nil, 0, nil
	}
	var kept []conversation.Turn
	for after := 0; ; {
		page, err := p.Conversation.History(ctx, proof.ID, proof.Token, after, longestTalk)
		if fault.Is(err, fault.NotFound) {
			return nil, 0, nil
		}
		if err != nil {
			return nil, 0, err
		}
		kept = append(kept, page...)
		if len(page) < longestTalk {
			break
		}
		after = page[len(page)-1].No
		kept = kept[max(0, len(kept)-longestTalk):]
	}
	out := make([]portal.Turn, len(kept))
	for i, t := range kept {
		out[i] = turnOf(t, p.Conversation.Who)
		if i+1 < len(kept) && kept[i+1].Author == conversation.Citizen {
			out[i].Chosen = kept[i+1].Value
		}
	}
	portal.Times(out)
	if len(kept) > 0 {
		last = kept[len(kept)-1].No
	}
	return out, last, nil
}

func turnOf(t conversation.Turn, who func(conversation.Author) string) portal.Turn {
	out := portal.Turn{ID: string(t.ID), Speaker: portal.Citizen, Text: t.Text, At: time.UnixMicro(t.At)}
	if f := t.File; f != nil {
		out.File = &portal.File{URL: "/chat/files/" + string(t.ID), Name: f.Name, Width: f.Width, Height: f.Height}
	}
	switch {
	case t.Author == conversation.Citizen:
	case t.Author == conversation.System:
		out.Speaker, out.Reply = portal.System, t.Reply
	case t.Author.Agent() != "":
		out.Speaker, out.Label = portal.Person, who(t.Author)
	default:
		out.Speaker, out.Reply = portal.Machine, t.Reply
		if out.Reply == nil {
			out.Reply = &message.Reply{Text: t.Text}
		}
	}
	return out
}

// withoutQueue takes the buttons of the queue from a turn of somebody who has left it.
func withoutQueue(r *message.Reply) *message.Reply {
	if r == nil || len(r.Options) == 0 || !strings.HasPrefix(r.Options[0].Value, "queue:") {
		return r
	}
	c := *r
	c.Options = nil
	return &c
}

// statusOf is the line above the field when the machine does not have the talk.
func statusOf(st *conversation.Standing, who func(conversation.Author) string) string {
	switch st.State {
	case ownership.Queued, ownership.Offered:
		return "正在排队等人工"
	case ownership.Serving, ownership.Waiting:
		if st.Agent != "" {
			return who(conversation.ByAgent(st.Agent)) + "为您服务"
		}
		return "正在为您安排坐席"
	case ownership.Promised:
		return "已登记，会有人回复您"
	}
	return ""
}

type sayRequest struct {
	Looks
	Text   string `form:"text" json:"-"`
	Choice string `form:"choice" json:"-"` // value, tab, label
	Key    string `form:"key" json:"-"`
	Framed string `form:"embed" json:"-"`
	// Fragment asks for the new turns alone; Proof replaces the cookie inside another site's frame.
	Fragment string `header:"Bangban-Fragment" json:"-"`
	Proof    string `header:"Bangban-Conversation" json:"-"`
}

// say takes a question. Without script it leads back to the talk, at the new turn; the live chat gets the turns alone.
func (p *Pages) say(ctx context.Context, req *sayRequest) (*server.Page, error) {
	if req.Framed == "1" {
		req.Embed = "1"
	}
	if req.Proof != "" && req.Embed == "1" {
		req.Talk = req.Proof
	}
	in := inbound(req)
	if in.ConversationID != "" {
		if err := p.allow(in.ConversationID + "\x00" + in.Token); err != nil {
			return p.refused(ctx, req, err)
		}
	}
	receipt, err := p.Conversation.Receive(ctx, in)
	if fault.Is(err, fault.NotFound) && in.ConversationID != "" {
		// The talk of the cookie is gone: these words open a new one.
		in.ConversationID, in.Token = "", ""
		receipt, err = p.Conversation.Receive(ctx, in)
	}
	if err != nil {
		return p.refused(ctx, req, err)
	}
	return p.said(ctx, req, in, receipt)
}

func inbound(req *sayRequest) message.Inbound {
	proof := server.ReadTalk(req.Talk)
	in := message.Inbound{ConversationID: proof.ID, Token: proof.Token, Channel: message.Portal, Text: req.Text, Elder: req.Looks.Elder == "1"}
	if value, label, ok := strings.Cut(req.Choice, "\t"); ok {
		in.Value, in.Text = value, label
	}
	if req.Key != "" {
		// The forms of one page share a key: the same button twice is one turn, another button is another.
		sum := sha256.Sum256([]byte(in.Value + "\x00" + in.Text))
		in.Key = req.Key + "." + base64.RawURLEncoding.EncodeToString(sum[:9])
	}
	return in
}

// refused shows the talk again, with the words still in the field.
func (p *Pages) refused(ctx context.Context, req *sayRequest, cause error) (*server.Page, error) {
	if req.Fragment == "1" {
		return nil, cause
	}
	problem := p.words(cause)
	if problem.Status >= 500 && problem.Status != 503 {
		return nil, cause
	}
	req.Path = "/chat"
	page, err := p.showChat(ctx, &req.Looks, chatState{draft: req.Text, problem: problem.Detail})
	if err != nil {
		return nil, cause
	}
	page.Status = problem.Status
	return page, nil
}

func (p *Pages) said(_ context.Context, req *sayRequest, in message.Inbound, r *conversation.Receipt) (*server.Page, error) {
	head := server.Head{Header: map[string]string{}}
	if r.ConversationID != "" && r.Token != "" {
		proof := server.TalkProof{ID: r.ConversationID, Token: r.Token}
		head.Cookies = append(head.Cookies, server.Talk(proof))
		if req.Embed == "1" {
			head.Header["Bangban-Conversation"] = proof.ID + "." + proof.Token
		}
	}
	head.Header["Bangban-Conversation-Id"] = r.ConversationID
	if req.Fragment != "1" && r.Kept {
		to := "/chat"
		if req.Embed == "1" {
			to += "?embed=1"
		}
		return &server.Page{Head: head, Location: to + "#t-" + cmp.Or(r.Reply.TurnID, r.QuestionID)}, nil
	}
	at := p.Now()
	turns := []portal.Turn{{ID: cmp.Or(r.QuestionID, "q-unkept"), Speaker: portal.Citizen, Text: in.Text, At: at}}
	switch {
	case r.Reply.Kind != message.Relayed:
		turns = append(turns, portal.Turn{ID: r.Reply.TurnID, Speaker: portal.Machine, Text: r.Reply.Text, At: at, Reply: r.Reply})
	case r.Reply.TurnID != "":
		turns = append(turns, portal.Turn{ID: r.Reply.TurnID, Speaker: portal.System, Text: r.Reply.Text, At: at, Reply: r.Reply})
	}
	if !r.Kept {
		turns = append(turns, portal.Turn{ID: "unkept", Speaker: portal.System, Text: "系统暂时存不下新内容，这次答复没有编号。需要的话请抄下来。"})
	}
	view, _, err := p.view(&req.Looks)
	if err != nil {
		return nil, err
	}
	if req.Fragment != "1" {
		// Nothing was kept that a redirect could show.
		return p.page(&req.Looks, portal.Page{Body: portal.ChatPage{Turns: turns, Greeting: p.greeting(), Limit: conversation.MaxText}})
	}
	var b bytes.Buffer
	if err := p.Renderer.Turns(&b, view, turns); err != nil {
		return nil, err
	}
	return &server.Page{Head: head, Body: b.Bytes()}, nil
}

type rateRequest struct {
	Looks
	Turn     string `form:"turn" json:"-"`
	Vote     string `form:"vote" json:"-"`
	Framed   string `form:"embed" json:"-"`
	Fragment string `header:"Bangban-Fragment" json:"-"`
	Proof    string `header:"Bangban-Conversation" json:"-"`
}

// rate takes 有用 or 没用 with its reason.
func (p *Pages) rate(ctx context.Context, req *rateRequest) (*server.Page, error) {
	if req.Framed == "1" {
		req.Embed = "1"
	}
	if req.Proof != "" && req.Embed == "1" {
		req.Talk = req.Proof
	}
	proof := server.ReadTalk(req.Talk)
	f := conversation.Feedback{Conversation: conversation.ID(proof.ID), Token: proof.Token, Turn: conversation.TurnID(req.Turn), Useful: req.Vote == "useful"}
	if !f.Useful {
		f.Reason = conversation.FeedbackReason(req.Vote)
	}
	if err := p.Conversation.Feedback(ctx, f); err != nil {
		return nil, err
	}
	if req.Fragment != "1" {
		q := url.Values{"turn": {req.Turn}, "vote": {req.Vote}}
		if req.Embed == "1" {
			q.Set("embed", "1")
		}
		return &server.Page{Location: "/chat?" + q.Encode() + "#t-" + url.PathEscape(req.Turn)}, nil
	}
	view, _, err := p.view(&req.Looks)
	if err != nil {
		return nil, err
	}
	t := portal.Turn{ID: req.Turn, Speaker: portal.Machine, Reply: &message.Reply{Kind: message.Answer}}
	t.Vote, t.Reason = vote(req.Vote)
	var b bytes.Buffer
	if err := p.Renderer.Feedback(&b, view, t); err != nil {
		return nil, err
	}
	return &server.Page{Body: b.Bytes()}, nil
}

// vote reads a button of the feedback form: useful, or the reason why it was not.
func vote(value string) (vote, reason string) {
	if value == "useful" {
		return "useful", ""
	}
	if label := conversation.FeedbackReason(value).Label(); label != "" {
		return "useless", label
	}
	return "", ""
}

// cut keeps the first n characters.
func cut(s string, n int) string {
	r := []rune(s)
	return string(r[:min(len(r), n)])
}
