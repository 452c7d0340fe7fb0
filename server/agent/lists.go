package agent

import (
	"context"
	"slices"
	"strings"

	"bangban/conversation"
	"bangban/conversation/ownership"
	"bangban/desk"
	"bangban/kernel/fault"
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
	out := &promisesResult{Promises: []promise{}}
	for i := range rows {
		out.Promises = append(out.Promises, a.promiseOf(&rows[i]))
	}
	return out, nil
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
	before := a.promiseOf(&rows[i])
	id := rows[i].Conversation.ID
	if err := act(by, id, rows[i].Conversation.Topic); err != nil {
		return nil, err
	}
	a.Live.Notify()
	now, err := a.Desk.Row(ctx, id)
	if err != nil {
		return nil, err
	}
	after := a.promiseOf(now)
	if after.No == "" { // kept
		before.State = "kept"
		return &promiseResult{before}, nil
	}
	return &promiseResult{after}, nil
}

func (a *API) attempt(ctx context.Context, req *promiseRequest) (*promiseResult, error) {
	return a.promised(ctx, req, func(by desk.Person, id conversation.ID, _ string) error {
		_, err := a.Desk.Attempt(ctx, by, id, req.Note)
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
