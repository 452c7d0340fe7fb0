package wechat_test

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"bangban/channels/wechat/simulator"
)

const (
	badOpenid = "oPersonWhoMustNotBeLogged"
	badWords  = "身份证号三三零一零六不许进日志"
)

// letter is a call of the callback before it is signed and sealed, and how it is spoilt.
type letter struct {
	xml    string
	at     time.Time
	appID  string
	key    string
	plain  bool // unsealed
	sealed string
	spoil  func(q url.Values, body *[]byte)
}

// text is a message of the person, with more elements behind it.
func text(more string) string {
	return "<xml><ToUserName>gh_bangban</ToUserName><FromUserName>" + badOpenid + "</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>" + badWords +
		"</Content><MsgId>24000000000000777</MsgId>" + more + "</xml>"
}

// write signs and seals it as the platform does.
func (l letter) write(t testing.TB) (url.Values, []byte) {
	t.Helper()
	if l.at.IsZero() {
		l.at = time.Now()
	}
	stamp, nonce := strconv.FormatInt(l.at.Unix(), 10), "nonce"
	q := url.Values{"signature": {simulator.Sign(testToken, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}, "openid": {badOpenid}}
	body := []byte(l.xml)
	if !l.plain {
		key, appID := testKey, "wx0123456789abcdef"
		if l.key != "" {
			key = l.key
		}
		if l.appID != "" {
			appID = l.appID
		}
		sealed := l.sealed
		if sealed == "" {
			var err error
			if sealed, err = simulator.Encrypt(key, appID, body); err != nil {
				t.Fatal(err)
			}
		}
		q.Set("encrypt_type", "aes")
		q.Set("msg_signature", simulator.Sign(testToken, stamp, nonce, sealed))
		body = []byte("<xml><ToUserName>gh_bangban</ToUserName><Encrypt>" + sealed + "</Encrypt></xml>")
	}
	if l.spoil != nil {
		l.spoil(q, &body)
	}
	return q, body
}

// resign signs anew what was changed.
func resign(q url.Values) {
	q.Set("signature", simulator.Sign(testToken, q.Get("timestamp"), q.Get("nonce")))
}

const bomb = `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;">]>`

// refusals are calls that the platform did not make. Each is refused without a word, and leaves nothing behind.
var refusals = []struct {
	name string
	mode simulator.Mode
	letter
}{
	{"wrong signature", simulator.Safe, letter{xml: text(""), spoil: func(q url.Values, _ *[]byte) {
		q.Set("signature", simulator.Sign("another", q.Get("timestamp"), "nonce"))
	}}},
	{"wrong signature, plain mode", simulator.Plain, letter{xml: text(""), plain: true, spoil: func(q url.Values, _ *[]byte) { q.Set("signature", strings.Repeat("0", 40)) }}},
	{"no signature", simulator.Plain, letter{xml: text(""), plain: true, spoil: func(q url.Values, _ *[]byte) { q.Del("signature") }}},
	{"wrong msg_signature", simulator.Safe, letter{xml: text(""), spoil: func(q url.Values, _ *[]byte) { q.Set("msg_signature", q.Get("signature")) }}},
	{"no msg_signature", simulator.Compat, letter{xml: text(""), spoil: func(q url.Values, _ *[]byte) { q.Del("msg_signature") }}},
	{"an hour old", simulator.Safe, letter{xml: text(""), at: time.Now().Add(-time.Hour)}},
	{"an hour old, plain mode", simulator.Plain, letter{xml: text(""), plain: true, at: time.Now().Add(-time.Hour)}},
	{"an hour ahead", simulator.Safe, letter{xml: text(""), at: time.Now().Add(time.Hour)}},
	{"a time that is none", simulator.Plain, letter{xml: text(""), plain: true, spoil: func(q url.Values, _ *[]byte) { q.Set("timestamp", "1e9"); resign(q) }}},
	{"a time beyond 64 bits", simulator.Plain, letter{xml: text(""), plain: true, spoil: func(q url.Values, _ *[]byte) { q.Set("timestamp", "99999999999999999999"); resign(q) }}},
	{"tampered ciphertext", simulator.Safe, letter{xml: text(""), spoil: func(_ url.Values, body *[]byte) {
		i := bytes.Index(*body, []byte("<Encrypt>")) + 40
		(*body)[i] ^= 1
	}}},
	{"ciphertext of nothing, well signed", simulator.Safe, letter{sealed: base64.StdEncoding.EncodeToString(bytes.Repeat([]byte{7}, 96))}},
	{"ciphertext of half a block", simulator.Safe, letter{sealed: base64.StdEncoding.EncodeToString(make([]byte, 41))}},
	{"ciphertext that is no base64", simulator.Safe, letter{sealed: "!!!!"}},
	{"an empty ciphertext", simulator.Safe, letter{plain: true, xml: "<xml><Encrypt></Encrypt></xml>"}},
	{"another AppID", simulator.Safe, letter{xml: text(""), appID: "wxffffffffffffffff"}},
	{"another key", simulator.Safe, letter{xml: text(""), key: strings.Repeat("z", 42) + "A"}},
	{"a plain body in safe mode", simulator.Safe, letter{xml: text(""), plain: true}},
	{"a plain body in compat mode", simulator.Compat, letter{xml: text(""), plain: true}},
	{"a sealed body in plain mode", simulator.Plain, letter{xml: text("")}},
	{"entity bomb", simulator.Safe, letter{xml: bomb + text("<Title>&c;</Title>")}},
	{"entity bomb around the seal", simulator.Safe, letter{plain: true, xml: bomb + "<xml><Encrypt>&c;</Encrypt></xml>"}},
	{"a file as entity", simulator.Plain, letter{plain: true, xml: `<!doctype x [<!ENTITY f SYSTEM "file:///etc/passwd">]>` + text("<Title>&f;</Title>")}},
	{"a document type that does nothing", simulator.Plain, letter{plain: true, xml: "<!DOCTYPE xml>" + text("")}},
	{"an entity without declaration", simulator.Plain, letter{plain: true, xml: text("<Title>&c;</Title>")}},
	{"deeper than 64 KiB allow", simulator.Plain, letter{plain: true, xml: text(strings.Repeat("<a>", 15_000) + strings.Repeat("</a>", 15_000))}},
	{"cut in the middle", simulator.Safe, letter{xml: text("")[:200]}},
	{"no XML", simulator.Safe, letter{xml: `{"FromUserName":"` + badOpenid + `"}`}},
	{"nothing", simulator.Plain, letter{plain: true}},
	{"no sender", simulator.Safe, letter{xml: strings.ReplaceAll(text(""), badOpenid, "")}},
	{"no kind", simulator.Safe, letter{xml: strings.ReplaceAll(text(""), "<MsgType>text</MsgType>", "")}},
	{"no UTF-8", simulator.Plain, letter{plain: true, xml: text("<Title>\xff\xfe</Title>")}},
}

func TestWhatThePlatformDidNotSendIsRefused(t *testing.T) {
	for _, mode := range []simulator.Mode{simulator.Plain, simulator.Compat, simulator.Safe} {
		w := newWorld(t, setting{mode: mode})
		before := w.kept(t)
		for _, c := range refusals {
			if c.mode != mode {
				continue
			}
			t.Run(c.name, func(t *testing.T) {
				q, body := c.write(t)
				status, answer := w.post(t, "/wechat", q, body)
				if status != http.StatusForbidden || strings.Contains(answer, "signature") || strings.Contains(answer, badOpenid) || strings.Contains(answer, badWords) {
					t.Errorf("%d %s", status, answer)
				}
			})
		}
		// The letter itself is good: with nothing spoilt it is taken. So each refusal above has its own reason.
		if after := w.kept(t); after != before {
			t.Errorf("%s: something was kept: %v, before %v", mode, after, before)
		}
		q, body := letter{xml: text(""), plain: mode == simulator.Plain}.write(t)
		if status, answer := w.post(t, "/wechat", q, body); status != http.StatusOK || w.kept(t) == before {
			t.Errorf("%s: a good one: %d %s", mode, status, answer)
		}
		w.secretive(t, badOpenid, badWords)
	}
}

// kept is the state of what is kept: events, and pushes.
func (w *world) kept(t testing.TB) [2]int64 {
	t.Helper()
	city := w.nodes[0].city
	head, err := city.Store.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	pushes := int64(0)
	for {
		if row, err := city.Store.WeChat().Pushed(t.Context(), pushes+1); err != nil || row == nil {
			return [2]int64{head, pushes}
		}
		pushes++
	}
}

// post calls an address of the city as the platform would.
func (w *world) post(t testing.TB, path string, q url.Values, body []byte) (status int, answer string) {
	t.Helper()
	res, err := http.Post(w.nodes[0].url+path+"?"+q.Encode(), "text/xml", bytes.NewReader(body)) //nolint:noctx // a short test
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(raw)
}

// secretive looks for what must be in no log.
func (w *world) secretive(t testing.TB, more ...string) {
	t.Helper()
	log := w.log.String()
	for _, s := range append(more, testToken, testKey, oldKey, "secretsecretsecret", "access_token=") {
		if strings.Contains(log, s) {
			t.Errorf("%q is in the log", s)
		}
	}
}

// A body of ten megabytes, or one with a hundred thousand elements in each other, is not even read.
func TestAHugeBodyIsNotRead(t *testing.T) {
	w := newWorld(t, setting{mode: simulator.Plain})
	before := w.kept(t)
	deep := text(strings.Repeat("<a>", 100_000) + strings.Repeat("</a>", 100_000))
	for _, size := range []int{10 << 20, len(deep)} {
		q, _ := letter{plain: true}.write(t)
		conn, err := net.Dial("tcp", strings.TrimPrefix(w.nodes[0].url, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		if err := conn.SetDeadline(time.Now().Add(5 * time.Second)); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(conn, "POST /wechat?%s HTTP/1.1\r\nHost: x\r\nContent-Type: text/xml\r\nContent-Length: %d\r\n\r\n<xml>", q.Encode(), size)
		res, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatalf("%d bytes: %v", size, err)
		}
		if res.StatusCode != http.StatusRequestEntityTooLarge {
			t.Errorf("%d bytes: %s", size, res.Status)
		}
		_ = res.Body.Close()
		_ = conn.Close()
	}
	if w.kept(t) != before {
		t.Error("something was kept")
	}
}

// An echo is given back to the platform alone, and never as a page.
func TestTheConsoleIsGreetedOnceItHasSigned(t *testing.T) {
	w := newWorld(t, setting{})
	for _, c := range []struct {
		name, path string
		change     func(url.Values)
		status     int
	}{
		{"good", "/wechat", func(url.Values) {}, 200},
		{"wrong signature", "/wechat", func(q url.Values) { q.Set("signature", "0") }, 403},
		{"an hour old", "/wechat", func(q url.Values) {
			q.Set("timestamp", strconv.FormatInt(time.Now().Add(-time.Hour).Unix(), 10))
			resign(q)
		}, 403},
		{"no echo", "/wechat", func(q url.Values) { q.Del("echostr") }, 403},
		{"a page as echo", "/wechat", func(q url.Values) { q.Set("echostr", "<script>alert(1)</script>") }, 403},
		{"an account that is none", "/wechat/nobody", func(url.Values) {}, 404},
	} {
		q, _ := letter{plain: true}.write(t)
		q.Set("echostr", "5921034")
		c.change(q)
		res, err := http.Get(w.nodes[0].url + c.path + "?" + q.Encode()) //nolint:noctx // a short test
		if err != nil {
			t.Fatal(err)
		}
		raw, err := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if err != nil || res.StatusCode != c.status {
			t.Errorf("%s: %s %v", c.name, res.Status, err)
		}
		if good := string(raw) == "5921034"; good != (c.status == 200) || good && !strings.HasPrefix(res.Header.Get("Content-Type"), "text/plain") || strings.Contains(string(raw), "<script>") {
			t.Errorf("%s: %s %s", c.name, res.Header.Get("Content-Type"), raw)
		}
	}
}

// What is strange and yet from the platform is taken: kinds and events that are new, characters of four bytes, the end of a CDATA, an empty text.
func TestStrangePushesAreTaken(t *testing.T) {
	for _, mode := range []simulator.Mode{simulator.Plain, simulator.Safe} {
		w := newWorld(t, setting{mode: mode})
		const openid = "stranger"
		w.sim.AddFollowers(openid)
		for _, c := range []struct {
			name   string
			m      simulator.Message
			ending simulator.Ending
			want   string
		}{
			{"unknown kind", simulator.MessageOf("hologram").With("Depth", "3"), simulator.Replied, "还看不了"},
			{"a kind with a number that is none", simulator.Text("身份证丢了怎么补办").With("bizmsgmenuid", "9e99").With("Scale", "x"), simulator.Replied, "60 日"},
			{"unknown event", simulator.EventOf("dreamt", "key"), simulator.Acknowledged, ""},
			{"an event without key", simulator.EventOf("CLICK", ""), simulator.Replied, "智能客服"},
			{"four bytes", simulator.Text("身份证丢了怎么补办𠮷😀👨‍👩‍👧"), simulator.Replied, "60 日"},
			{"the end of a CDATA", simulator.Text("身份证丢了怎么补办]]>&<b>"), simulator.Replied, "60 日"},
			{"empty", simulator.Text(""), simulator.Replied, "空的"},
			{"blank", simulator.Text(" \n\t"), simulator.Replied, "空的"},
			{"a reversal mark and a NUL's picture", simulator.Text("身份证丢了怎么补办\u202e␀"), simulator.Replied, "60 日"},
			{"too long", simulator.Text(strings.Repeat("长", 2001)), simulator.Replied, "太长"},
			{"link", simulator.MessageOf("link").With("Title", "t").With("Url", "https://x.example"), simulator.Replied, "打不开"},
		} {
			o := w.sim.Compose(openid, c.m).Send()
			if o.Ending != c.ending || o.Reply != nil && !strings.Contains(o.Reply.Text, c.want) {
				t.Errorf("%s, %s: %s %+v", mode, c.name, o, o.Reply)
			}
		}
		w.secretive(t, openid, "身份证丢了")
	}
}

// Texts of every length mod 32 are opened and answered: the padding of the platform is to 32 bytes.
func TestEveryLengthIsOpenedAndSealed(t *testing.T) {
	r := newRig(t, rigSetting{source: t.TempDir()})
	r.sim.AddFollowers("o1")
	for n := range 64 {
		words := strings.Repeat("x", n+1)
		if o := r.sim.Say("o1", words); o.Ending != simulator.Replied || o.Reply.Text != "答："+words {
			t.Errorf("%d: %s", n, o)
		}
	}
}

// Message numbers that a float would make equal are two messages.
func TestNumbersBeyondFloatsAreTwo(t *testing.T) {
	w := newWorld(t, setting{})
	w.sim.AddFollowers("o1")
	first, second := w.sim.Say("o1", "身份证丢了怎么补办"), w.sim.Say("o1", "办事大厅在哪里")
	if first.MsgID == second.MsgID || float64(first.MsgID) != float64(second.MsgID) {
		t.Fatalf("the numbers %d and %d prove nothing", first.MsgID, second.MsgID)
	}
	if !strings.Contains(first.Reply.Text, "60 日") || strings.Contains(second.Reply.Text, "60 日") {
		t.Errorf("%s\n%s", first.Reply.Text, second.Reply.Text)
	}
}

// After a change of the key the platform goes on with the old one for a while: the reply is under the same.
func TestThePreviousKeyOpensToo(t *testing.T) {
	w := newWorld(t, setting{})
	for i, key := range []string{oldKey, testKey, oldKey} {
		openid := fmt.Sprint("o", i)
		w.sim.AddFollowers(openid)
		if o := w.sim.Say(openid, "身份证丢了怎么补办", simulator.WithAESKey(key)); o.Ending != simulator.Replied || !strings.Contains(o.Reply.Text, "60 日") {
			t.Errorf("%s", o)
		}
	}
	w.secretive(t)
}
