package wechat_test

import (
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"

	"bangban/channels/wechat/simulator"
	"bangban/conversation"
	"bangban/conversation/message"
)

// visitor is a browser on the portal that has asked something.
func (w *world) visitor(t testing.TB, text string) (c *http.Client, page string) {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	c = &http.Client{Jar: jar}
	page, _ = read(t, c, w.nodes[0].url+"/chat")
	return c, submit(t, c, page, w.nodes[0].url+"/chat", url.Values{"text": {text}})
}

// scene asks the chat page for a picture, and reads the scene behind it from the platform's books.
func (w *world) scene(t testing.TB, c *http.Client, page string) string {
	t.Helper()
	shown := submit(t, c, page, w.nodes[0].url+"/chat/wechat", url.Values{})
	if !strings.Contains(shown, `src="data:image/jpeg;base64,`) {
		t.Fatalf("no picture:\n%s", shown)
	}
	var body struct {
		Expire int `json:"expire_seconds"`
		Info   struct {
			Scene struct {
				Str string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}
	for _, call := range w.sim.Calls() {
		if call.Path == "/cgi-bin/qrcode/create" {
			if err := json.Unmarshal([]byte(call.Body), &body); err != nil {
				t.Fatal(err)
			}
		}
	}
	if body.Info.Scene.Str == "" || len(body.Info.Scene.Str) > 64 || body.Expire != 600 {
		t.Fatalf("scene %q for %d s", body.Info.Scene.Str, body.Expire)
	}
	return body.Info.Scene.Str
}

// A talk of the portal goes on in WeChat: by a scan of a follower, or with the follow of a stranger.
func TestAPortalTalkGoesOnInWeChat(t *testing.T) {
	worlds(t, setting{}, func(t *testing.T, w *world) {
		for openid, act := range map[string]func(openid, scene string, ds ...simulator.Delivery) simulator.Outcome{
			"o-follows-already": w.sim.Scan, "o-follows-by-it": w.sim.Follow} {
			if openid == "o-follows-already" {
				w.sim.AddFollowers(openid)
				w.sim.Say(openid, "居住证怎么办") // a talk of their own, with the machine
			}
			c, page := w.visitor(t, "身份证丢了怎么补，我有点急")
			was := w.talkOf(t, c)
			o := act(openid, w.scene(t, c, page), simulator.Copies(3))
			if o.Ending != simulator.Replied || !strings.Contains(o.Reply.Text, "已接上") {
				t.Fatalf("%s: %s %s", openid, o, o.Reply.Text)
			}
			now := w.talkOf(t, c)
			if now.ID != was.ID || now.Channel != message.WeChat || now.Thread == "" {
				t.Fatalf("%s: the talk stands at %s %q", openid, now.Channel, now.Thread)
			}
			w.sim.Say(openid, "要带什么材料")
			if page, _ := read(t, c, w.nodes[0].url+"/chat"); !strings.Contains(page, "转到微信里继续") || !strings.Contains(page, "要带什么材料") || strings.Contains(page, "data-carry-ask") {
				t.Errorf("%s: the portal does not say where it goes on", openid)
			}
			if page, _ := read(t, w.sim.Browse(openid), w.nodes[0].url+"/wechat/enter?to=/chat"); !strings.Contains(page, "我有点急") {
				t.Errorf("%s: the way into the portal leads elsewhere", openid)
			}
		}
	})
}

// A picture is good for the first who scans it, for ten minutes, and the newest only.
func TestAPictureIsGoodOnce(t *testing.T) {
	worlds(t, setting{}, func(t *testing.T, w *world) {
		w.sim.AddFollowers("o-first", "o-second")
		c, page := w.visitor(t, "身份证丢了怎么补，我有点急")
		older := w.scene(t, c, page)
		newer := w.scene(t, c, page)
		for _, scene := range []string{older, "talk:", "talk:AAAA", "talk:" + strings.Repeat("x", 59)} {
			if o := w.sim.Scan("o-second", scene); strings.Contains(o.Reply.Text, "已接上") {
				t.Errorf("%s took the talk", scene)
			}
		}
		if o := w.sim.Scan("o-first", newer); !strings.Contains(o.Reply.Text, "已接上") {
			t.Fatal(o)
		}
		if o := w.sim.Scan("o-second", newer); !strings.Contains(o.Reply.Text, "过期") {
			t.Errorf("another took it, too: %s", o.Reply.Text)
		}
		w.sim.Fault("/cgi-bin/qrcode/create", simulator.Fault{Code: 45009})
		d, page := w.visitor(t, "我有点急，身份证丢了怎么补")
		r, err := d.PostForm(w.nodes[0].url+"/chat/wechat", url.Values{"form_token": {formToken.FindStringSubmatch(page)[1]}})
		if err != nil {
			t.Fatal(err)
		}
		_ = r.Body.Close()
		if r.StatusCode != http.StatusServiceUnavailable {
			t.Errorf("without a picture: status %d", r.StatusCode)
		}
	})
}

// A follower who is with a person, or waits for one, keeps that talk; the portal's stays where it is.
func TestATalkWithAPersonIsNotPushedAside(t *testing.T) {
	worlds(t, setting{}, func(t *testing.T, w *world) {
		w.sim.AddFollowers("o")
		w.sim.Say("o", "转人工") // nobody sits: a promise
		c, page := w.visitor(t, "身份证丢了怎么补，我有点急")
		if o := w.sim.Scan("o", w.scene(t, c, page)); !strings.Contains(o.Reply.Text, "正由人工办理") {
			t.Errorf("said %q", o.Reply.Text)
		}
		if now := w.talkOf(t, c); now.Channel != message.Portal || now.Thread != "" {
			t.Errorf("the talk stands at %s", now.Channel)
		}
		// Two people: who is bound to another number does not get the talk.
		w.sim.AddFollowers("o-bound")
		w.sim.Say("o-bound", "居住证怎么办")
		bound := w.sim.Browse("o-bound")
		read(t, bound, w.nodes[0].url+"/wechat/enter?to=/chat")
		if err := w.nodes[0].city.WeChat.Bind(t.Context(), w.talkOf(t, bound).Thread, "citizen-a"); err != nil {
			t.Fatal(err)
		}
		talk := w.talkOf(t, c)
		token := ""
		for _, k := range c.Jar.Cookies(mustURL(t, w.nodes[0].url)) {
			if k.Name == "bb_talk" {
				_, token, _ = strings.Cut(k.Value, ".")
			}
		}
		if err := w.nodes[0].city.Conversation.Know(t.Context(), string(talk.ID), token, "citizen-b"); err != nil {
			t.Fatal(err)
		}
		if o := w.sim.Scan("o-bound", w.scene(t, c, page)); !strings.Contains(o.Reply.Text, "另一个手机号") {
			t.Errorf("said %q", o.Reply.Text)
		}
		if _, err := w.nodes[0].city.Conversation.Load(t.Context(), conversation.ID(talk.ID)); err != nil {
			t.Fatal(err)
		}
	})
}
