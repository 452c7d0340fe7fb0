package bangban

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bangban/affairs/promise"
	"bangban/answer"
	"bangban/channels/portal"
	"bangban/city/calendar"
	"bangban/conversation"
	"bangban/conversation/attachment"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/desk"
	"bangban/identity"
	"bangban/identity/oidc"
	"bangban/kernel/seal"
	"bangban/knowledge"
	"bangban/server"
	"bangban/server/agent"
	"bangban/server/staff"
	"bangban/store"
)

// openPeople puts talks, desk and accounts together.
func (c *City) openPeople(ctx context.Context) error {
	times, err := c.cfg.deskTimes()
	if err != nil {
		return err
	}
	c.Desk = desk.New(c.Store.Desk(), desk.Config{Log: c.log, Hours: hours{c}, Lease: times.lease, Wrap: times.wrap, Promise: times.promise})
	files, err := seal.New(c.secret, "file")
	if err != nil {
		return err
	}
	c.Conversation = conversation.New(c.Store.Conversations(), c.Engine, conversation.Config{Log: c.log, Sentences: c.words, Seats: c.Desk, Rules: times.rules,
		TopicOf: c.topicOf, AgentName: c.agentName, After: c.changed, Files: files, Scan: attachment.Scanner(c.cfg.ClamAV).Scan})
	c.Desk.Connect(c.Conversation, c.Conversation.Clock())
	short, _ := c.current.Load().Library.CityNames()
	c.Identity, err = identity.New(c.Store.Identity(), identity.Config{Log: c.log, Secret: c.secret, City: short + "帮办"})
	if err != nil {
		return err
	}
	c.Citizens = identity.NewCitizens(c.Store.Citizens(), identity.FileSMS{Path: filepath.Join(c.cfg.Data, "sms.txt")}, c.secret, func(code string) string {
		text, _ := c.words("sms.code")
		return strings.ReplaceAll(text, "{code}", code)
	}, nil)
	if c.Promises, err = promise.New(c.Store.Promises(), c.secret, nil); err != nil {
		return err
	}
	if err := c.openSpeech(ctx); err != nil {
		return err
	}
	if err := c.openWeChat(); err != nil {
		return err
	}
	c.FirstPassword, _, err = c.Identity.EnsureOperator(ctx)
	return err
}

// topicOf is the first 主题分类 code of an item; other entries have none.
func (c *City) topicOf(entry string) string {
	lib := c.current.Load().Library
	if item, ok := lib.Item(knowledge.ItemID(entry)); ok && len(item.Topics) > 0 {
		return item.Topics[0]
	}
	return ""
}

// agentName is what citizens are told of an agent: the number and the department.
func (c *City) agentName(account string) string {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	seat, err := c.Desk.SeatOf(ctx, account)
	if err != nil {
		return ""
	}
	name := seat.Number + " 号坐席"
	if d := c.departmentName(seat.Department); d != "" {
		name += "（" + d + "）"
	}
	return name
}

// departmentName names a department of the city by its id; other words stand for themselves.
func (c *City) departmentName(id string) string {
	for _, d := range c.current.Load().Library.Departments() {
		if d.ID == id {
			return d.Name
		}
	}
	return id
}

// changed tells the desk and those who follow the event log that a talk has changed.
func (c *City) changed(talk *conversation.Conversation, e ownership.Effects) {
	c.Desk.Changed(talk, e)
	if c.WeChat != nil {
		c.WeChat.Moved()
	}
	if moved, ok := c.moved.Load().(func(ownership.Effects)); ok {
		moved(e)
	}
}

// hours are the desk's, by the calendar of the knowledge of the day.
type hours struct{ c *City }

func (h hours) of() *calendar.Hours {
	o, err := calendar.ParseHours(h.c.current.Load().Library.Calendar(), h.c.cfg.DeskHours, answer.City)
	if err != nil { // the configuration was checked when it was read
		o, _ = calendar.ParseHours(h.c.current.Load().Library.Calendar(), defaultHours, answer.City)
	}
	return o
}

// defaultHours are the product's, not the city's: the configuration has the desk's own.
const defaultHours = "8:30-12:00,13:30-17:30"

func (h hours) Open(t time.Time) bool                        { return h.of().Open(t) }
func (h hours) Next(t time.Time) time.Time                   { return h.of().Next(t) }
func (h hours) After(t time.Time, d time.Duration) time.Time { return h.of().After(t, d) }

// serveStaff adds what those who work here reach, and returns what runs beside the server.
func (c *City) serveStaff(s *server.Server, live *server.Live, asset func(string) string, site string) func(ctx context.Context) {
	auth := &staff.Auth{Identity: c.Identity, Departments: c.departmentName}
	if c.cfg.OIDCIssuer != "" {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		provider, err := oidc.Open(ctx, oidc.Config{Issuer: c.cfg.OIDCIssuer, ClientID: c.cfg.OIDCClient, ClientSecret: c.cfg.OIDCSecret, Claim: c.cfg.OIDCClaim,
			RedirectURL: c.cfg.PublicURL + "/api/v1/staff/oidc/callback"})
		cancel()
		if err != nil { // passwords go on
			c.log.Error("no single sign-on", "cause", err)
		} else {
			auth.SignOn = provider
		}
	}
	auth.Routes(s)
	api := &agent.API{Auth: auth, Phones: c.Citizens, Promises: c.Promises, Desk: c.Desk, Talks: c.Conversation, Live: live, Knowledge: func() agent.Knowledge { return deskKnowledge{c} },
		Window: c.window}
	api.Routes(s)
	(&agent.Shell{Asset: asset, Site: site, Build: Version}).Routes(s)
	told := make(chan ownership.Effects, 64)
	c.moved.Store(func(e ownership.Effects) {
		live.Notify()
		select {
		case told <- e:
		default: // the figures of the queue are told again with the next change
		}
	})
	return func(ctx context.Context) {
		for {
			select {
			case <-ctx.Done():
				return
			case e := <-told:
				api.Moved(ctx, e)
			}
		}
	}
}

// deskKnowledge is the city's knowledge as agents use it.
type deskKnowledge struct{ c *City }

// Assist answers as the machine would, with what is for agents only let in.
func (d deskKnowledge) Assist(ctx context.Context, text, region string) (*agent.Assist, error) {
	reply, _, err := d.c.Engine.Answer(ctx, message.Question{Text: text, Region: region, Channel: message.Portal, Now: time.Now().UnixMicro(), Staff: true}, message.Context{})
	if err != nil {
		return nil, fmt.Errorf("ask the engine: %w", err)
	}
	out := &agent.Assist{Reply: reply}
	found, err := d.search(ctx, text, 6)
	for _, f := range found {
		if len(reply.Citations) > 0 && f.Document.ID == reply.Citations[0].EntryID {
			continue
		}
		out.Others = append(out.Others, agent.Other{EntryID: f.Document.ID, Title: f.Document.Titles[0], Score: min(f.Evidence.Coverage, 1)})
	}
	return out, err
}

func (d deskKnowledge) search(ctx context.Context, text string, limit int) ([]knowledge.Candidate, error) {
	k := d.c.current.Load()
	u := k.Understander.Understand(text, time.Now())
	list, err := k.Search.Search(ctx, knowledge.Query{Understanding: u, Staff: true, Limit: limit, Now: time.Now().UnixMicro()})
	return list[:min(len(list), limit)], err
}

// Find searches the knowledge.
func (d deskKnowledge) Find(ctx context.Context, words string) ([]agent.Entry, error) {
	list, err := d.search(ctx, words, 10)
	var out []agent.Entry
	for i := range list {
		out = append(out, d.entry(list[i].Document))
	}
	return out, err
}

// entry shows what was found: of a question its answer, of an item what it is about.
func (d deskKnowledge) entry(doc *knowledge.Document) agent.Entry {
	lib := d.c.current.Load().Library
	e := agent.Entry{EntryID: doc.ID, Title: doc.Titles[0]}
	if f, ok := lib.FAQ(doc.ID); ok {
		var lines []string
		for _, a := range f.Answer {
			lines = append(lines, a.Text)
		}
		e.Title, e.Text, e.Issuer, e.UpdatedAt, e.URL = f.Question, strings.Join(lines, ""), d.c.departmentName(f.Department), f.Updated, "/faq/"+doc.ID
	}
	if it, ok := lib.Item(knowledge.ItemID(doc.ID)); ok {
		if it.Summary != nil {
			e.Text = it.Summary.Text
		}
		e.Issuer, e.UpdatedAt, e.URL = d.c.departmentName(it.Department), it.Updated, "/items/"+doc.ID
	}
	e.Expired = doc.Until > 0 && doc.Until <= time.Now().UnixMicro()
	return e
}

// Canned are the ready sentences of the corpus, by their key.
func (d deskKnowledge) Canned(words string) []agent.Entry {
	var out []agent.Entry
	for _, s := range d.c.current.Load().Library.Sentences() {
		title, ok := strings.CutPrefix(s.Key, "canned.")
		if ok && (words == "" || strings.Contains(s.Text, words)) {
			out = append(out, agent.Entry{EntryID: s.Key, Title: cmp.Or(s.Voice, title), Text: s.Text})
		}
	}
	return out
}

// Departments lists the city's offices, for a transfer.
func (d deskKnowledge) Departments() []agent.Named {
	out := []agent.Named{}
	for _, x := range d.c.current.Load().Library.Departments() {
		out = append(out, agent.Named{ID: x.ID, Name: x.Name})
	}
	return out
}

// Topics lists the themes, for a resolution.
func (d deskKnowledge) Topics() []agent.Named {
	out := []agent.Named{}
	for _, t := range portal.Topics(nil) {
		out = append(out, agent.Named{ID: t.Code, Name: t.Name})
	}
	return out
}

// Region names a region.
func (d deskKnowledge) Region(code string) string {
	if r, ok := d.c.current.Load().Library.Region(code); ok {
		return r.Name
	}
	return ""
}

// OpenAccounts opens the accounts alone, for `bangban user`. On SQLite the service must not be running: it owns the database.
func OpenAccounts(ctx context.Context, cfg *Config, log *slog.Logger) (*City, error) {
	c := &City{cfg: cfg, log: log}
	if err := c.openAccounts(ctx); err != nil {
		return nil, errors.Join(err, c.Close())
	}
	return c, nil
}

func (c *City) openAccounts(ctx context.Context) error {
	if err := os.MkdirAll(c.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	st, err := store.Open(ctx, c.cfg.source(), store.Options{Log: c.log})
	if err != nil {
		return err
	}
	c.Store = st
	c.closers = append(c.closers, st.Close)
	if c.secret, err = c.cfg.secret(c.log); err != nil {
		return err
	}
	c.Identity, err = identity.New(st.Identity(), identity.Config{Log: c.log, Secret: c.secret})
	return err
}
