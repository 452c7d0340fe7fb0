package wechat

import (
	"bytes"
	"crypto/subtle"
	"encoding/xml"
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/util"
)

const (
	// maxPush bounds a push: real ones are a few kilobytes, three times that in compat mode.
	maxPush = 64 << 10
	// freshness is how far the time of a signature may be from ours.
	freshness = 300 * time.Second
)

// push is one message or event, as the platform writes it. Every field is text: a number that does not parse must not lose the message.
type push struct {
	To      string `xml:"ToUserName"`
	From    string `xml:"FromUserName"`
	Created string `xml:"CreateTime"`
	Kind    string `xml:"MsgType"`
	ID      string `xml:"MsgId"`

	Content string `xml:"Content"`
	Choice  string `xml:"bizmsgmenuid"`
	Media   string `xml:"MediaId"`
	Heard   string `xml:"Recognition"`
	Place   string `xml:"Label"`

	Event    string `xml:"Event"`
	EventKey string `xml:"EventKey"`
	Report   string `xml:"MsgID"`
	Status   string `xml:"Status"`

	Popup  []consent `xml:"SubscribeMsgPopupEvent>List"`
	Change []consent `xml:"SubscribeMsgChangeEvent>List"`
	Sent   []consent `xml:"SubscribeMsgSentEvent>List"`
}

// consent is what somebody chose for one template, or what became of a notice of it.
type consent struct {
	Template string `xml:"TemplateId"`
	Status   string `xml:"SubscribeStatusString"`
	Report   string `xml:"MsgID"`
	Error    string `xml:"ErrorCode"`
}

// key is what makes a push the same one again: MsgId of a message, follower, time, kind and key of an event.
func (p *push) key() string {
	if p.Kind != "event" && p.ID != "" {
		return "m" + p.ID
	}
	parts := []string{"e", p.From, p.Created, p.Event, p.EventKey, p.Report}
	for _, list := range [][]consent{p.Popup, p.Change, p.Sent} {
		for _, c := range list { // two choices in one second are two
			parts = append(parts, c.Template, c.Status, c.Report)
		}
	}
	return strings.Join(parts, "|")
}

// errRefused is a push that the platform did not send, or not now. Its text is for the log, never for the caller.
type errRefused struct{ why string }

func (e errRefused) Error() string { return "push refused: " + e.why }

func refused(format string, args ...any) error { return errRefused{fmt.Sprintf(format, args...)} }

// equal compares in a time that does not tell where they differ.
func equal(a, b string) bool { return subtle.ConstantTimeCompare([]byte(a), []byte(b)) == 1 }

// signed checks signature and time of a call of the platform.
func (a *account) signed(q url.Values, now time.Time) error {
	stamp, nonce := q.Get("timestamp"), q.Get("nonce")
	if !equal(util.Signature(a.Token, stamp, nonce), q.Get("signature")) {
		return refused("wrong signature")
	}
	return fresh(stamp, now)
}

func fresh(stamp string, now time.Time) error {
	at, err := strconv.ParseInt(stamp, 10, 64)
	if err != nil {
		return refused("the timestamp is no number")
	}
	if d := now.Sub(time.Unix(at, 0)); d > freshness || d < -freshness {
		return refused("the timestamp is %s off", d.Round(time.Second))
	}
	return nil
}

// envelope is the outer form of an encrypted push.
type envelope struct {
	Encrypt string `xml:"Encrypt"`
}

// open checks a push and returns what it says, and the key that its reply must be encrypted with ("" for a plain reply). The mode is the
// account's, never the caller's: a signature covers the address, not the body.
func (a *account) open(q url.Values, body []byte, now time.Time) (p *push, key string, err error) {
	if len(body) > maxPush {
		return nil, "", refused("%d bytes", len(body))
	}
	if err := a.signed(q, now); err != nil {
		return nil, "", err
	}
	if a.Mode != Plain {
		if body, key, err = a.decrypt(q, body); err != nil {
			return nil, "", err
		}
	}
	p = &push{}
	if err := parse(body, p); err != nil {
		return nil, "", err
	}
	if p.From == "" || p.To == "" || p.Kind == "" {
		return nil, "", refused("no sender, account or kind")
	}
	return p, key, nil
}

func (a *account) decrypt(q url.Values, body []byte) (opened []byte, key string, err error) {
	var e envelope
	if err := parse(body, &e); err != nil {
		return nil, "", err
	}
	if e.Encrypt == "" {
		return nil, "", refused("a plain push in mode %s", a.Mode)
	}
	if !equal(util.Signature(a.Token, q.Get("timestamp"), q.Get("nonce"), e.Encrypt), q.Get("msg_signature")) {
		return nil, "", refused("wrong msg_signature")
	}
	for _, key := range []string{a.AESKey, a.PreviousAESKey} {
		if key == "" {
			continue
		}
		if _, opened, err = util.DecryptMsg(a.AppID, e.Encrypt, key); err == nil {
			return opened, key, nil
		}
	}
	return nil, "", refused("it does not open: wrong key, wrong AppID, or changed on the way")
}

// parse reads XML that declares no document type: what has one is an attack.
func parse(body []byte, into any) error {
	if bytes.Contains(bytes.ToUpper(body), []byte("<!DOCTYPE")) || bytes.Contains(body, []byte("<!ENTITY")) {
		return refused("a document type")
	}
	if !utf8.Valid(body) {
		return refused("no UTF-8")
	}
	d := xml.NewDecoder(bytes.NewReader(body))
	if err := d.Decode(into); err != nil {
		return refused("no XML of a push")
	}
	return nil
}

// Greet answers the console's check of the callback (GET with echostr): what to write back. Errors are refusals without detail for the caller.
func (c *Channel) Greet(name string, q url.Values) (string, error) {
	a := c.account(name)
	if a == nil {
		return "", refused("no account %q", name)
	}
	if err := a.signed(q, c.now()); err != nil {
		return "", err
	}
	echo := q.Get("echostr")
	if echo == "" || len(echo) > 1024 || strings.ContainsFunc(echo, func(r rune) bool { return r <= ' ' || r > '~' || r == '<' }) {
		return "", refused("no echostr")
	}
	return echo, nil
}

// Refused says whether an error of Greet or Push means that the platform did not send it.
func Refused(err error) bool {
	var r errRefused
	return errors.As(err, &r)
}
