package agent

import (
	"slices"
	"strings"
	"time"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/desk"
)

var cityTime = time.FixedZone("CST", 8*3600)

// moment writes Unix microseconds as RFC 3339 on the city's clock, "" for 0.
func moment(at int64) string {
	if at == 0 {
		return ""
	}
	return time.UnixMicro(at).In(cityTime).Format("2006-01-02T15:04:05.000Z07:00")
}

type last struct {
	Author string `json:"author"`
	Text   string `json:"text"`
	At     string `json:"at"`
}

type offer struct {
	ID      string `json:"id"`
	At      string `json:"at"`
	Expires string `json:"expires"`
	Why     string `json:"why,omitempty"`
	Brief   string `json:"brief,omitempty"`
}

type transfer struct {
	From       string               `json:"from"`
	FromNumber string               `json:"from_number,omitempty"`
	Kind       ownership.TargetKind `json:"kind"`
	To         string               `json:"to"`
	ToName     string               `json:"to_name,omitempty"`
	Reason     string               `json:"reason"`
	At         string               `json:"at"`
	Expires    string               `json:"expires,omitempty"`
}

// row is a talk in a list.
type row struct {
	ID              string          `json:"id"`
	State           ownership.State `json:"state"`
	Channel         string          `json:"channel"`
	Citizen         string          `json:"citizen,omitempty"`
	Topic           string          `json:"topic,omitempty"`
	Region          string          `json:"region,omitempty"`
	Last            *last           `json:"last,omitempty"`
	UnansweredSince string          `json:"unanswered_since,omitempty"`
	DueAt           string          `json:"due_at,omitempty"`
	Unread          int             `json:"unread,omitempty"`
	Draft           bool            `json:"draft,omitempty"`
	Flags           []string        `json:"flags,omitempty"`
	Agent           string          `json:"agent,omitempty"`
	AgentNumber     string          `json:"agent_number,omitempty"`
	Offer           *offer          `json:"offer,omitempty"`
	Transfer        *transfer       `json:"transfer,omitempty"`
	WaitedUS        int64           `json:"waited_us,omitempty"`
	Promise         string          `json:"promise,omitempty"`
	EnqueuedAt      string          `json:"enqueued_at,omitempty"`
	Gone            bool            `json:"gone,omitempty"`
}

// rowOf shows a talk to one person; numbers finds the 工号 of an account.
func (a *API) rowOf(r *desk.Row, by desk.Person, numbers map[string]string) row {
	c := &r.Conversation
	h := &c.Handling
	out := row{ID: string(c.ID), State: h.State, Channel: string(c.Channel), Citizen: a.citizenOf(c), Topic: c.Topic, Region: a.Knowledge().Region(c.Region),
		UnansweredSince: moment(h.UnansweredSince), Unread: r.Unread, Draft: r.Draft, Agent: h.Agent(), AgentNumber: numbers[h.Agent()], WaitedUS: h.Waited, Promise: h.Promise}
	if r.LastText != "" {
		out.Last = &last{authorOf(r.LastAuthor), oneLine(r.LastText), moment(r.LastAt)}
	}
	if due, ok := h.Timers[ownership.ReplyDue]; ok {
		out.DueAt = moment(due)
	} else if h.State == ownership.Promised {
		out.DueAt = moment(h.PromiseDue)
	}
	if h.Handoff != nil {
		out.EnqueuedAt = moment(h.Handoff.EnqueuedAt)
	}
	if o := h.Offer; o != nil && o.Agent == by.ID {
		out.Offer = &offer{ID: o.ID, At: moment(o.At), Expires: moment(o.Expires), Why: o.Why, Brief: lastOf(out.Last)}
	}
	if t := h.Transfer; t != nil && (t.Agent == by.ID || t.From == by.ID) {
		out.Transfer = &transfer{From: t.From, FromNumber: numbers[t.From], Kind: t.Kind, To: t.To, ToName: numbers[t.To], Reason: t.Reason, At: moment(t.At), Expires: moment(t.Expires)}
	}
	out.Flags = flagsOf(c, by)
	return out
}

func lastOf(l *last) string {
	if l == nil {
		return ""
	}
	return l.Text
}

// flagsOf are the marks of a talk.
func flagsOf(c *conversation.Conversation, by desk.Person) []string {
	h := &c.Handling
	var flags []string
	if h.Handoff != nil {
		switch h.Handoff.Class {
		case ownership.Danger:
			flags = append(flags, "danger")
		case ownership.Elder:
			flags = append(flags, "elder")
		}
		if h.Handoff.Reason == "rated_badly" {
			flags = append(flags, "bad_rating")
		}
	}
	if h.Reopened > 0 {
		flags = append(flags, "reopened")
	}
	if h.Overdue {
		flags = append(flags, "overdue")
	}
	if slices.Contains(h.Helpers, by.ID) {
		flags = append(flags, "helping")
	}
	if c.Channel == "practice" {
		flags = append(flags, "practice")
	}
	return flags
}

// citizenOf names a citizen of whom nothing is known, so that two can be told apart.
func (a *API) citizenOf(c *conversation.Conversation) string {
	id := string(c.ID)
	return "市民 " + strings.ToUpper(id[max(len(id)-4, 0):])
}

// authorOf is who said a turn: citizen, machine, system, or the agent's account.
func authorOf(author conversation.Author) string {
	if id := author.Agent(); id != "" {
		return id
	}
	return string(author)
}

func oneLine(text string) string {
	r := []rune(strings.Join(strings.Fields(text), " "))
	if len(r) > 80 {
		return string(r[:80]) + "…"
	}
	return string(r)
}

type delivery struct {
	Recipient string                     `json:"recipient,omitempty"`
	State     conversation.DeliveryState `json:"state"`
	Reason    string                     `json:"reason,omitempty"`
	Fallback  string                     `json:"fallback,omitempty"`
	At        string                     `json:"at,omitempty"`
}

// turn is a turn as the desk shows it: an agent's with the number, a machine's with its reply.
type turn struct {
	ID     string         `json:"id"`
	No     int            `json:"no"`
	Author string         `json:"author"`
	Number string         `json:"number,omitempty"`
	Text   string         `json:"text"`
	At     string         `json:"at"`
	Entry  string         `json:"entry,omitempty"`
	Reply  *message.Reply `json:"reply,omitempty"`
	// File is what is known of the file that the turn is; its bytes are at talks/{id}/files/{turn}.
	File       *conversation.File `json:"file,omitempty"`
	Deliveries []delivery         `json:"deliveries,omitempty"`
}

func turnOf(t *conversation.Turn, numbers map[string]string, d *conversation.Delivery) turn {
	out := turn{ID: string(t.ID), No: t.No, Author: authorOf(t.Author), Number: numbers[t.Author.Agent()], Text: t.Text, At: moment(t.At), Entry: t.Entry, Reply: t.Reply, File: t.File}
	if d != nil {
		out.Deliveries = []delivery{{Recipient: "市民", State: d.State, Reason: d.Reason, Fallback: d.Fallback, At: moment(d.At)}}
	}
	return out
}

type note struct {
	ID     string `json:"id"`
	Agent  string `json:"agent"`
	Number string `json:"number,omitempty"`
	Text   string `json:"text"`
	At     string `json:"at"`
}

func noteOf(n *desk.Note, numbers map[string]string) note {
	return note{n.ID, n.Agent, numbers[n.Agent], n.Text, moment(n.At)}
}

type seatShape struct {
	Status desk.Status `json:"status"`
	Reason string      `json:"reason,omitempty"`
	Since  string      `json:"since"`
	Until  string      `json:"until,omitempty"`
	Used   float64     `json:"used"`
	Limit  float64     `json:"limit"`
}

// seatOf shows a seat; load is counted in web chats.
func seatOf(s *desk.Seat, used int) *seatShape {
	return &seatShape{s.Status, s.Reason, moment(s.Since), moment(s.Until), float64(used) / 4, float64(s.Limit) / 4}
}

type teamLine struct {
	Team         string `json:"team"`
	Waiting      int    `json:"waiting"`
	LongestSince string `json:"longest_since,omitempty"`
}

type queueShape struct {
	Waiting      int        `json:"waiting"`
	LongestSince string     `json:"longest_since,omitempty"`
	ByTeam       []teamLine `json:"by_team,omitempty"`
}

func lineOf(l desk.Line) *queueShape {
	out := &queueShape{Waiting: l.Waiting, LongestSince: moment(l.Longest)}
	for _, t := range l.Teams {
		out.ByTeam = append(out.ByTeam, teamLine{t.Team, t.Waiting, moment(t.Longest)})
	}
	return out
}

type todayShape struct {
	Accepted  int `json:"accepted"`
	Within15s int `json:"within_15s"`
}

// todayOf counts what an agent ("" for all) has accepted, and how much of it within 15 s.
func todayOf(starts []desk.Start, agent string) todayShape {
	var t todayShape
	for _, s := range starts {
		if agent != "" && s.Agent != agent {
			continue
		}
		t.Accepted++
		if s.WaitedUS <= 15_000_000 {
			t.Within15s++
		}
	}
	return t
}

type noticeShape struct {
	ID   string `json:"id"`
	Text string `json:"text"`
	At   string `json:"at"`
	By   string `json:"by,omitempty"`
}

func noticeOf(n *desk.Notice, numbers map[string]string) noticeShape {
	return noticeShape{n.ID, n.Text, moment(n.At), numbers[n.By]}
}

// promise is an open promise in the call-back list.
type promise struct {
	No      string `json:"no"`
	Talk    string `json:"talk"`
	Channel string `json:"channel"`
	Citizen string `json:"citizen,omitempty"`
	Topic   string `json:"topic,omitempty"`
	Text    string `json:"text,omitempty"`
	DueAt   string `json:"due_at"`
	State   string `json:"state"`
	Tries   int    `json:"tries,omitempty"`
	Agent   string `json:"agent,omitempty"`
	Overdue bool   `json:"overdue,omitempty"`
	// Attempts are those before, NextAt when the last one said that it is made again; Phone (masked) and Wish are how the citizen wants to be reached.
	Attempts []attempt `json:"attempts,omitempty"`
	NextAt   string    `json:"next_at,omitempty"`
	Phone    string    `json:"phone,omitempty"`
	Wish     string    `json:"wish,omitempty"`
}

// attempt is one time that somebody tried to reach the citizen of a promise.
type attempt struct {
	At     string `json:"at"`
	Number string `json:"number,omitempty"`
	Note   string `json:"note,omitempty"`
	NextAt string `json:"next_at,omitempty"`
}

func (a *API) promiseOf(r *desk.Row) promise {
	h := &r.Conversation.Handling
	p := promise{No: h.Promise, Talk: string(r.Conversation.ID), Channel: string(r.Conversation.Channel), Citizen: a.citizenOf(&r.Conversation), Topic: r.Conversation.Topic,
		Text: oneLine(r.LastText), DueAt: moment(h.PromiseDue), State: "open", Tries: h.Attempts, Overdue: h.Overdue, Agent: h.Agent()}
	if h.Agent() != "" {
		p.State = "taken"
	}
	return p
}

// numbersOf maps accounts to 工号.
func numbersOf(seats []desk.Seat) map[string]string {
	m := make(map[string]string, len(seats))
	for i := range seats {
		m[seats[i].Account] = seats[i].Number
	}
	return m
}
