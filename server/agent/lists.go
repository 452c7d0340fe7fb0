package agent

import (
	"context"
	"slices"
	"strings"
	"time"

	promises "bangban/affairs/promise"
	"bangban/conversation"
	"bangban/conversation/ownership"
	"bangban/desk"
	"bangban/kernel/fault"
	"bangban/kernel/privacy"
)

type searchRequest struct {
	signed `json:"-"`
	Q      string `query:"q" json:"-"`
	In     string `query:"in" json:"-"`
}

type foundTalk struct {
	ID      string          `json:"id"`
	Citizen string          `json:"citizen,omitempty"`
	Channel string          `json:"channel"`
	Topic   string          `json:"topic,omitempty"`
	Text    string          `json:"text"`
	At      string          `json:"at"`
	State   ownership.State `json:"state"`
}

type searchResult struct {
	Talks   []foundTalk `json:"talks,omitempty"`
	Entries []Entry     `json:"entries,omitempty"`
}

const longestWords = 100

func (a *API) search(ctx context.Context, req *searchRequest) (*searchResult, error) {
	if _, _, err := a.who(ctx, req.signed); err != nil {
		return nil, err
	}
	q := strings.TrimSpace(req.Q)
	if len([]rune(q)) > longestWords {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "query.too_long", Args: map[string]string{"limit": "100", "field": "q"}}
	}
	out := &searchResult{}
	if q == "" {
		return out, nil
	}
	if req.In != "talks" {
		var err error
		if out.Entries, err = a.Knowledge().Find(ctx, q); err != nil || req.In == "knowledge" {
			return out, err
		}
	}
	list, err := a.Desk.Find(ctx, q)
	for i := range list {
		f := &list[i]
		out.Talks = append(out.Talks, foundTalk{string(f.Talk), a.citizenOf(&conversation.Conversation{ID: f.Talk}), f.Channel, f.Topic, oneLine(f.Text), moment(f.At), f.State})
	}
	return out, err
}

type cannedItem struct {
	ID      string `json:"id"`
	Title   string `json:"title"`
	Text    string `json:"text"`
	Entry   string `json:"entry,omitempty"`
	Expired bool   `json:"expired,omitempty"`
}

type cannedResult struct {
	Items []cannedItem `json:"items"`
}

// canned are ready sentences, and the answers of questions that match the words. One that has expired is shown, and can't be sent.
func (a *API) canned(ctx context.Context, req *searchRequest) (*cannedResult, error) {
	if _, _, err := a.who(ctx, req.signed); err != nil {
		return nil, err
	}
	q := strings.TrimSpace(req.Q)
	if len([]rune(q)) > longestWords {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "query.too_long", Args: map[string]string{"limit": "100", "field": "q"}}
	}
	out := &cannedResult{Items: []cannedItem{}}
	for _, e := range a.Knowledge().Canned(q) {
		out.Items = append(out.Items, cannedItem{ID: e.EntryID, Title: e.Title, Text: e.Text})
	}
	if q == "" {
		return out, nil
	}
	found, err := a.Knowledge().Find(ctx, q)
	for _, e := range found {
		out.Items = append(out.Items, cannedItem{ID: "entry:" + e.EntryID, Title: e.Title, Text: e.Text, Entry: e.EntryID, Expired: e.Expired})
	}
	return out, err
}

type colleague struct {
	ID         string      `json:"id"`
	Number     string      `json:"number"`
	Name       string      `json:"name,omitempty"`
	Team       string      `json:"team,omitempty"`
	Department string      `json:"department,omitempty"`
	Status     desk.Status `json:"status,omitempty"`
	Used       float64     `json:"used"`
	Limit      float64     `json:"limit"`
	Since      string      `json:"since,omitempty"`
	Reason     string      `json:"reason,omitempty"`
	Accepted   int         `json:"accepted,omitempty"`
	Within15s  int         `json:"within_15s,omitempty"`
}

func colleagueOf(s *desk.Seat, used int) colleague {
	return colleague{ID: s.Account, Number: s.Number, Name: s.Name, Team: s.Team, Department: s.Department, Status: s.Status, Used: float64(used) / 4, Limit: float64(s.Limit) / 4}
}

type agentsResult struct {
	Agents      []colleague `json:"agents"`
	Teams       []Named     `json:"teams"`
	Departments []Named     `json:"departments"`
	Topics      []Named     `json:"topics"`
}

func (a *API) agents(ctx context.Context, req *signedRequest) (*agentsResult, error) {
	if _, _, err := a.who(ctx, req.signed); err != nil {
		return nil, err
	}
	seats, used, err := a.Desk.Colleagues(ctx)
	if err != nil {
		return nil, err
	}
	out := &agentsResult{Agents: []colleague{}, Teams: []Named{}, Departments: a.Knowledge().Departments(), Topics: a.Knowledge().Topics()}
	for i := range seats {
		s := &seats[i]
		out.Agents = append(out.Agents, colleagueOf(s, used[s.Account]))
		if s.Team != "" && !slices.ContainsFunc(out.Teams, func(n Named) bool { return n.ID == s.Team }) {
			out.Teams = append(out.Teams, Named{s.Team, s.Team})
		}
	}
	return out, nil
}

type promisesResult struct {
	Promises []promise `json:"promises"`
}

func (a *API) promises(ctx context.Context, req *signedRequest) (*promisesResult, error) {
	if _, _, err := a.who(ctx, req.signed); err != nil {
		return nil, err
	}
	rows, err := a.Desk.Promised(ctx)
	if err != nil {
		return nil, err
	}
	numbers, err := a.numbers(ctx)
	if err != nil {
		return nil, err
	}
	list, err := a.promisesOf(ctx, rows, numbers)
	return &promisesResult{list}, err
}

// promisesOf are the open promises of talks with all that is beside them, in one look.
func (a *API) promisesOf(ctx context.Context, rows []desk.Row, numbers map[string]string) ([]promise, error) {
	list := make([]promise, len(rows))
	if len(rows) == 0 {
		return list, nil
	}
	var beside map[string]*promises.Aside
	if a.Promises != nil {
		var err error
		if beside, err = a.Promises.Asides(ctx); err != nil {
			return nil, err
		}
	}
	for i := range rows {
		list[i] = a.promiseOf(&rows[i])
		if err := a.beside(ctx, &list[i], rows[i].Conversation.Citizen, beside[list[i].No], numbers); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// promiseNow is one of them.
func (a *API) promiseNow(ctx context.Context, r *desk.Row, numbers map[string]string) (promise, error) {
	p := a.promiseOf(r)
	if p.No == "" || a.Promises == nil {
		return p, nil
	}
	aside, err := a.Promises.Aside(ctx, p.No)
	if err != nil {
		return p, err
	}
	return p, a.beside(ctx, &p, r.Conversation.Citizen, aside, numbers)
}

// beside adds attempts and how the citizen wants to be reached; without a number of theirs, the one that they have proven.
func (a *API) beside(ctx context.Context, p *promise, citizen string, aside *promises.Aside, numbers map[string]string) error {
	if aside != nil {
		for _, t := range aside.Attempts {
			p.NextAt = ""
			if t.NextAt > 0 {
				p.NextAt = moment(t.NextAt)
			}
			p.Attempts = append(p.Attempts, attempt{moment(t.At), numbers[strings.TrimPrefix(t.By, "agent:")], t.Note, p.NextAt})
		}
		contact, err := a.Promises.Unseal(p.No, aside.Contact)
		if err != nil {
			return err
		}
		p.Phone, p.Wish = contact.Phone.Masked(), contact.Wish
		if aside.Words != "" { // else what was said last
			p.Text = oneLine(aside.Words)
		}
	}
	if p.Phone == "" {
		p.Phone = a.citizen(ctx, citizen).Phone
	}
	return nil
}

// promisedPhone is the number that the citizen of a talk has left for its open promise; the zero value for none.
func (a *API) promisedPhone(ctx context.Context, talk *conversation.Conversation) (privacy.Phone, error) {
	no := talk.Handling.Promise
	if no == "" || a.Promises == nil {
		return privacy.Phone{}, nil
	}
	aside, err := a.Promises.Aside(ctx, no)
	if err != nil {
		return privacy.Phone{}, err
	}
	contact, err := a.Promises.Unseal(no, aside.Contact)
	return contact.Phone, err
}

type promiseRequest struct {
	signed  `json:"-"`
	No      string `path:"no" json:"-"`
	Note    string `json:"note"`
	NextAt  string `json:"next_at"`
	Outcome string `json:"outcome"`
}

type promiseResult struct {
	Promise promise `json:"promise"`
}

// promised finds the talk of an open promise, acts on it, and shows the promise afterwards.
func (a *API) promised(ctx context.Context, req *promiseRequest, act func(by desk.Person, id conversation.ID, topic string) error) (*promiseResult, error) {
	by, _, err := a.who(ctx, req.signed)
	if err != nil {
		return nil, err
	}
	rows, err := a.Desk.Promised(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(rows, func(r desk.Row) bool { return r.Conversation.Handling.Promise == req.No })
	if i < 0 {
		return nil, fault.New(fault.NotFound, "promise.not_found")
	}
	numbers, err := a.numbers(ctx)
	if err != nil {
		return nil, err
	}
	before, err := a.promiseNow(ctx, &rows[i], numbers)
	if err != nil {
		return nil, err
	}
	id := rows[i].Conversation.ID
	if err := act(by, id, rows[i].Conversation.Topic); err != nil {
		return nil, err
	}
	a.Live.Notify()
	now, err := a.Desk.Row(ctx, id)
	if err != nil {
		return nil, err
	}
	after, err := a.promiseNow(ctx, now, numbers)
	if err != nil {
		return nil, err
	}
	if after.No == "" { // kept
		before.State = "kept"
		return &promiseResult{before}, nil
	}
	return &promiseResult{after}, nil
}

func (a *API) attempt(ctx context.Context, req *promiseRequest) (*promiseResult, error) {
	var next time.Time
	if req.NextAt != "" {
		var err error
		if next, err = time.Parse(time.RFC3339, req.NextAt); err != nil {
			return nil, &fault.Error{Kind: fault.Invalid, Key: "promise.bad_time", Args: map[string]string{"field": "next_at"}}
		}
	}
	return a.promised(ctx, req, func(by desk.Person, id conversation.ID, _ string) error {
		_, err := a.Desk.Attempt(ctx, by, id, req.Note, next)
		return err
	})
}

func (a *API) claimPromise(ctx context.Context, req *promiseRequest) (*promiseResult, error) {
	return a.promised(ctx, req, func(by desk.Person, id conversation.ID, _ string) error {
		_, err := a.Desk.Claim(ctx, by, id)
		return err
	})
}

func (a *API) resolvePromise(ctx context.Context, req *promiseRequest) (*promiseResult, error) {
	return a.promised(ctx, req, func(by desk.Person, id conversation.ID, topic string) error {
		if topic == "" {
			topic = "约定答复"
		}
		_, err := a.Desk.Resolve(ctx, by, id, topic, req.Outcome, req.Note)
		return err
	})
}
