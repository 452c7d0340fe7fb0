package wechat

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"time"

	"bangban/channels"
	"bangban/kernel/fault"
)

// Notice is a template for news outside of the window (订阅通知、模板消息), as the console shows it.
type Notice struct {
	// Kind is subscription or template. Subscriptions go first, each kind in its order.
	Kind string `yaml:"kind"`
	ID   string `yaml:"id"`
	// Fields are the template's fields by name: literal words with {time}, {matter} or {from} filled in.
	Fields map[string]string `yaml:"fields"`
	// Long says that one consent lasts (长期订阅); without it a consent is good for one notice.
	Long bool `yaml:"long"`
}

// The kinds of notices, and with them the rungs of the ladder, as a delivery's fallback names them.
const (
	subscription = "subscription"
	template     = "template"
	short        = "sms"
	later        = "later" // a quota is waited for
	// CallBack says that a person must call.
	CallBack = "call_back"
)

// maxUnsure is how often a rung is tried again whose outcome is unknown.
const maxUnsure = 3

// rungs are the notices of an account in the order in which they are tried.
func (a *account) rungs() []Notice {
	var list []Notice
	for _, kind := range []string{subscription, template} {
		for _, n := range a.Notices {
			if n.Kind == kind {
				list = append(list, n)
			}
		}
	}
	return list
}

// step is what became of one rung.
type step int

const (
	onward  step = iota // this rung cannot be taken: the next
	settled             // taken, or waited for: no other
	unknown             // perhaps taken: no other rung may be, and a person must look
)

// ladder is the way of a message when no window is open: a notice that the follower has agreed to, a template message, the link by SMS, else
// the agent must call. The message itself stays in the talk, where the link leads. A rung is kept before it is tried, so that after a restart
// the same one is tried again, and none is taken after one that may have been.
func (c *Channel) ladder(ctx context.Context, a *account, f *Follower, openid string, row *Outbox, s *said) error {
	notices := a.rungs()
	if row.Rung == 0 {
		row.Rung, row.Tries = 1, 0
	}
	for ; ; row.Rung, row.Tries, row.Unsure = row.Rung+1, 0, false {
		row.Reason = "window"
		var (
			name = CallBack
			next step
			err  error
		)
		switch i := row.Rung - 1; {
		case i < len(notices):
			name = notices[i].Kind
			next, err = c.notice(ctx, a, f, openid, row, s, &notices[i])
		case i == len(notices):
			name = short
			next, err = c.short(ctx, a, f, row)
		default:
			next = unknown
		}
		if err != nil {
			return err
		}
		c.log.Info("outside of the window", "message", row.Seq, "rung", row.Rung, "by", name, "left", next == onward)
		switch next {
		case settled:
			return nil
		case unknown:
			return c.call(ctx, row)
		}
	}
}

// call ends a ladder: a person must call.
func (c *Channel) call(ctx context.Context, row *Outbox) error {
	row.State, row.Fallback = Sending, CallBack
	if row.Unsure {
		row.Reason = "unsure"
	}
	if err := c.store.Put(ctx, row, false, false); err != nil { // it is still ours to tell
		return err
	}
	// Told first: a turn that is told twice is told once, one that nobody is told of is lost.
	if err := c.tellFailed(ctx, row); err != nil {
		return err
	}
	row.State = Failed
	return c.store.Put(ctx, row, false, false)
}

// notice tries one template.
func (c *Channel) notice(ctx context.Context, a *account, f *Follower, openid string, row *Outbox, s *said, n *Notice) (step, error) {
	if n.Kind == subscription && !row.Unsure {
		have, err := c.store.Consents(ctx, f.Account, f.Key, n.ID)
		if err != nil || have == 0 {
			return onward, err
		}
	}
	fields, ok := c.fields(n, row, s)
	if !ok {
		c.log.Error("the fields of a notice do not fit: an operator must look", "account", a.Name, "template", n.ID)
		return onward, nil
	}
	before := row.Unsure
	row.State, row.Fallback, row.Unsure = Sending, n.Kind, true
	if err := c.store.Put(ctx, row, false, false); err != nil {
		return onward, err
	}
	report, err := a.notify(ctx, n, openid, c.enter(a, talkPath), fields)
	if err == nil {
		return settled, c.noticed(ctx, row, report, n)
	}
	return c.notNoticed(ctx, a, f, row, n, before, err)
}

// talkPath is where a follower's talk is on the portal.
const talkPath = "/chat"

// noticed keeps that a rung was taken.
func (c *Channel) noticed(ctx context.Context, row *Outbox, report string, n *Notice) error {
	consent, fallback := "", short
	if n != nil {
		fallback = n.Kind
		if n.Kind == subscription {
			consent = n.ID
		}
	}
	now, err := c.store.Notice(ctx, row.Seq, report, consent, c.micro())
	if err != nil {
		return err
	}
	if err := c.tell(ctx, row, channels.Delivery{State: channels.Sent, Reason: "window", Fallback: fallback}); err != nil {
		return err
	}
	if report != "" && now.State != Noticed { // the report was faster
		return c.arrived(ctx, now, fallback)
	}
	return nil
}

// notNoticed decides what the platform's refusal of a notice means.
func (c *Channel) notNoticed(ctx context.Context, a *account, f *Follower, row *Outbox, n *Notice, before bool, cause error) (step, error) {
	code := Code(cause)
	if Uncertain(cause) {
		if row.Tries++; row.Tries >= maxUnsure {
			return unknown, nil
		}
		return settled, c.wait(ctx, row, c.backoff(row.Tries), cause)
	}
	row.Unsure = before
	switch {
	case code == -1 || badToken(code):
		if row.Tries++; row.Tries < maxTries {
			return settled, c.wait(ctx, row, c.backoff(row.Tries), cause)
		}
	case code == 45011:
		return settled, c.wait(ctx, row, time.Minute, cause)
	case code == 45009:
		row.Fallback = later
		if err := c.wait(ctx, row, time.Duration(c.midnight()-c.micro())*time.Microsecond, cause); err != nil {
			return onward, err
		}
		return settled, c.tellFailed(ctx, row)
	case code == 43101:
		if err := c.store.Consented(ctx, f.Account, f.Key, []Consent{{Template: n.ID}}, c.micro()); err != nil {
			return onward, err
		}
	case badSettings(code), code == 47003, code == 40037:
		c.log.Error("the platform refuses a notice: an operator must look", "account", a.Name, "template", n.ID, "code", code)
	}
	if before { // an earlier try may have gone out
		return unknown, nil
	}
	return onward, nil
}

// wait tries the same rung again later.
func (c *Channel) wait(ctx context.Context, row *Outbox, d time.Duration, cause error) error {
	c.log.Warn("notice is tried again", "message", row.Seq, "rung", row.Rung, "tries", row.Tries, "wait", d, "cause", cause)
	row.State, row.NextAt = Waiting, c.micro()+d.Microseconds()
	return c.store.Put(ctx, row, false, false)
}

// notify makes the call of a notice, and returns the number under which the platform will report on it, "" for none.
func (a *account) notify(ctx context.Context, n *Notice, openid, link string, fields map[string]string) (report string, err error) {
	data := map[string]any{}
	for name, value := range fields {
		data[name] = map[string]any{"value": value}
	}
	path, body := "/cgi-bin/message/template/send", map[string]any{"touser": openid, "template_id": n.ID, "data": data}
	if n.Kind == subscription {
		path = "/cgi-bin/message/subscribe/bizsend"
		body["page"] = link
	} else {
		body["url"] = link
	}
	var got struct {
		ID json.Number `json:"msgid"`
	}
	if err := a.api.call(ctx, path, nil, body, &got); err != nil {
		return "", err
	}
	if id, err := strconv.ParseInt(got.ID.String(), 10, 64); err != nil || id == 0 {
		return "", nil
	}
	return got.ID.String(), nil
}

// short sends the link by SMS, when the follower has proven a phone. A text that may have gone out is not sent again.
func (c *Channel) short(ctx context.Context, a *account, f *Follower, row *Outbox) (step, error) {
	if row.Unsure {
		return unknown, nil
	}
	text := strings.ReplaceAll(c.words("wechat.sms"), "{link}", c.enter(a, talkPath))
	if c.sms == nil || f.Citizen == "" || text == "" {
		return onward, nil
	}
	row.State, row.Fallback, row.Unsure = Sending, short, true
	if err := c.store.Put(ctx, row, false, false); err != nil {
		return onward, err
	}
	if err := c.sms(ctx, f.Citizen, text); err != nil {
		if !fault.Is(err, fault.NotFound) {
			c.log.Warn("short message not sent", "message", row.Seq, "cause", err)
		}
		row.Unsure = false
		return onward, nil
	}
	return settled, c.noticed(ctx, row, "", nil)
}

// reported takes the platform's word on a notice.
func (c *Channel) reported(ctx context.Context, a *account, report string, delivered bool) error {
	if report == "" {
		return nil
	}
	row, err := c.store.Report(ctx, a.Name, report, delivered, c.micro())
	if err != nil || row == nil {
		return err
	}
	return c.arrived(ctx, row, row.Fallback)
}

// arrived tells what a report has made of a message; one that goes on to its next rung is looked at at once.
func (c *Channel) arrived(ctx context.Context, row *Outbox, fallback string) error {
	if row.State == Sent {
		return c.tell(ctx, row, channels.Delivery{State: channels.Delivered, Reason: "window", Fallback: fallback})
	}
	c.log.Info("outside of the window", "message", row.Seq, "rung", row.Rung-1, "by", fallback, "left", true)
	c.signal.all()
	return nil
}

// consented keeps what a follower chose for notices of ours.
func (c *Channel) consented(ctx context.Context, a *account, f *Follower, p *push) error {
	var list []Consent
	for _, chosen := range append(p.Popup, p.Change...) {
		for _, n := range a.Notices {
			if n.ID == chosen.Template && n.Kind == subscription {
				list = append(list, Consent{Template: n.ID, Accept: chosen.Status == "accept", Long: n.Long})
			}
		}
	}
	seconds, err := strconv.ParseInt(p.Created, 10, 64)
	if err != nil || len(list) == 0 {
		return nil // without a time it is no choice of anybody
	}
	return c.store.Consented(ctx, f.Account, f.Key, list, seconds*1e6)
}
