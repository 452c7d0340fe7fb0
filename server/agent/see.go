package agent

import (
	"context"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/desk"
)

type tried struct {
	AnswerNo string  `json:"answer_no,omitempty"`
	Title    string  `json:"title"`
	Score    float64 `json:"score,omitempty"`
}

type slot struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// contact is an earlier talk of the same citizen.
type contact struct {
	At      string `json:"at"`
	Channel string `json:"channel"`
	Topic   string `json:"topic,omitempty"`
	Outcome string `json:"outcome,omitempty"`
}

type briefShape struct {
	Earlier  []contact `json:"earlier,omitempty"`
	Reason   string    `json:"reason,omitempty"`
	Question string    `json:"question,omitempty"`
	Tried    []tried   `json:"tried,omitempty"`
	Slots    []slot    `json:"slots,omitempty"`
	Identity string    `json:"identity,omitempty"`
	Mood     string    `json:"mood,omitempty"`
	WaitedUS int64     `json:"waited_us,omitempty"`
}

type draftShape struct {
	Text   string `json:"text"`
	At     string `json:"at,omitempty"`
	Agent  string `json:"agent,omitempty"`
	Number string `json:"number,omitempty"`
}

type viewer struct {
	ID        string `json:"id"`
	Number    string `json:"number"`
	Listening bool   `json:"listening,omitempty"`
}

type citizenShape struct {
	Identity string `json:"identity"`
	Phone    string `json:"phone,omitempty"` // masked
	Contacts int    `json:"contacts,omitempty"`
	LastAt   string `json:"last_at,omitempty"`
}

// citizen is what is known of who talks, masked.
func (a *API) citizen(ctx context.Context, key string) citizenShape {
	if key == "" || a.Phones == nil {
		return citizenShape{Identity: "anonymous"}
	}
	phone, err := a.Phones.Phone(ctx, key)
	if err != nil {
		return citizenShape{Identity: "anonymous"}
	}
	return citizenShape{Identity: "phone", Phone: phone.Masked()}
}

type sightResult struct {
	Talk     row          `json:"talk"`
	Turns    []turn       `json:"turns,omitempty"`
	Notes    []note       `json:"notes,omitempty"`
	Brief    briefShape   `json:"brief"`
	Citizen  citizenShape `json:"citizen"`
	Draft    *draftShape  `json:"draft,omitempty"`
	Transfer *transfer    `json:"transfer,omitempty"`
	Helpers  []viewer     `json:"helpers,omitempty"`
	May      []string     `json:"may,omitempty"`
	More     bool         `json:"more,omitempty"`
	Window   *Window      `json:"window,omitempty"`
}

// window is a talk's; a channel that cannot say has none.
func (a *API) window(ctx context.Context, talk *conversation.Conversation) (*Window, error) {
	if a.Window == nil {
		return nil, nil
	}
	return a.Window(ctx, talk)
}

func (a *API) talk(ctx context.Context, req *talkRequest) (*sightResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	s, err := a.Desk.See(ctx, by, conversation.ID(req.ID))
	if err != nil {
		return nil, err
	}
	numbers, err := a.numbers(ctx)
	if err != nil {
		return nil, err
	}
	out := &sightResult{Talk: a.rowOf(&s.Row, by, numbers), Turns: turnsOf(s.Turns, numbers, s.Deliveries), Brief: briefOf(&s.Brief), Citizen: a.citizen(ctx, s.Row.Conversation.Citizen),
		Draft: draftOf(s.Drafts, by, numbers), May: s.May, More: s.More}
	out.Transfer = out.Talk.Transfer
	if out.Window, err = a.window(ctx, &s.Row.Conversation); err != nil {
		return nil, err
	}
	left, err := a.promisedPhone(ctx, &s.Row.Conversation)
	if err != nil {
		return nil, err
	}
	if masked := left.Masked(); masked != "" { // where they want to be called now; nobody has proven it
		out.Citizen.Phone = masked
	}
	for i := range s.Earlier {
		c := &s.Earlier[i].Conversation
		was := contact{At: moment(c.UpdatedAt), Channel: string(c.Channel), Topic: c.Topic}
		if r := c.Handling.Resolution; r != nil {
			was.Outcome = r.Outcome
		}
		out.Brief.Earlier = append(out.Brief.Earlier, was)
	}
	if out.Citizen.Contacts = len(s.Earlier); len(s.Earlier) > 0 {
		out.Citizen.LastAt = moment(s.Earlier[0].Conversation.UpdatedAt)
	}
	for i := range s.Notes {
		out.Notes = append(out.Notes, noteOf(&s.Notes[i], numbers))
	}
	for _, h := range s.Row.Conversation.Handling.Helpers {
		out.Helpers = append(out.Helpers, viewer{ID: h, Number: numbers[h]})
	}
	return out, nil
}

func turnsOf(list []conversation.Turn, numbers map[string]string, deliveries []conversation.Delivery) []turn {
	by := map[conversation.TurnID]*conversation.Delivery{}
	for i := range deliveries {
		by[deliveries[i].Turn] = &deliveries[i]
	}
	out := make([]turn, len(list))
	for i := range list {
		out[i] = turnOf(&list[i], numbers, by[list[i].ID])
	}
	return out
}

// draftOf is one's own draft, or what a colleague before has typed and not sent.
func draftOf(list []desk.Draft, by desk.Person, numbers map[string]string) *draftShape {
	var other *draftShape
	for _, d := range list {
		if d.Agent == by.ID {
			return &draftShape{Text: d.Text, At: moment(d.At)}
		}
		if other == nil {
			other = &draftShape{Text: d.Text, At: moment(d.At), Agent: d.Agent, Number: numbers[d.Agent]}
		}
	}
	return other
}

func briefOf(b *desk.Brief) briefShape {
	out := briefShape{Reason: b.Reason, Question: b.Question, Identity: "anonymous", Mood: b.Mood, WaitedUS: b.WaitedUS}
	for _, t := range b.Tried {
		out.Tried = append(out.Tried, tried{t.AnswerNo, t.Title, t.Score})
	}
	for _, s := range b.Slots {
		out.Slots = append(out.Slots, slot{s.Label, s.Value})
	}
	return out
}

type turnsRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
	Before string `query:"before" json:"-"` // id of a turn
}

type turnsResult struct {
	Turns []turn `json:"turns"`
	More  bool   `json:"more,omitempty"`
}

// turns are older ones, before a turn that the screen has.
func (a *API) turns(ctx context.Context, req *turnsRequest) (*turnsResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	t, err := a.Talks.TurnOf(ctx, conversation.ID(req.ID), req.Before)
	if err != nil {
		return nil, err
	}
	list, more, err := a.Desk.Earlier(ctx, by, conversation.ID(req.ID), t.No)
	if err != nil {
		return nil, err
	}
	numbers, err := a.numbers(ctx)
	if err != nil {
		return nil, err
	}
	return &turnsResult{turnsOf(list, numbers, nil), more}, nil
}

type assistRequest struct {
	signed `json:"-"`
	ID     string `path:"id" json:"-"`
	Turn   string `query:"turn" json:"-"`
}

type assistResult struct {
	Reply  any      `json:"reply,omitempty"`
	Others []Other  `json:"others,omitempty"`
	Ask    []string `json:"clarify,omitempty"`
}

// assist is what the machine would say to a citizen's turn: shown beside it, put into the reply by a key, never sent by itself.
func (a *API) assist(ctx context.Context, req *assistRequest) (*assistResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	s, err := a.Desk.See(ctx, by, conversation.ID(req.ID))
	if err != nil {
		return nil, err
	}
	text := s.Brief.Question
	for i := range s.Turns {
		if t := &s.Turns[i]; t.Author == conversation.Citizen && t.File == nil && (req.Turn == "" || string(t.ID) == req.Turn) {
			text = t.Text
		}
	}
	if text == "" {
		return &assistResult{}, nil
	}
	found, err := a.Knowledge().Assist(ctx, text, s.Row.Conversation.Region)
	if err == nil && found.Reply.Kind == message.Handoff && s.Brief.Question != "" && s.Brief.Question != text {
		found, err = a.Knowledge().Assist(ctx, s.Brief.Question, s.Row.Conversation.Region) // the turn only asked for a person
	}
	if err != nil {
		return nil, err
	}
	out := &assistResult{Reply: found.Reply, Others: found.Others}
	for _, o := range found.Reply.Options {
		out.Ask = append(out.Ask, o.Label)
	}
	return out, nil
}
