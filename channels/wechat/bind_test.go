package wechat_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"bangban"
	"bangban/channels/wechat/simulator"
	"bangban/conversation"
	"bangban/conversation/message"
)

var sixDigits = regexp.MustCompile(`验证码 (\d{6})`)

// prove proves a number on the phone page of the talk that the browser is in, and returns the last page.
func (w *world) prove(t testing.TB, c *http.Client, sms, number string, agree bool) string {
	t.Helper()
	form := w.nodes[0].url + "/chat/phone"
	page, _ := read(t, c, form)
	fields := url.Values{"phone": {number}}
	if agree {
		fields.Set("agree", "1")
	}
	page = submit(t, c, page, form, fields)
	raw, err := os.ReadFile(sms)
	if err != nil {
		t.Fatal(err)
	}
	all := sixDigits.FindAllStringSubmatch(string(raw), -1)
	fields.Set("code", all[len(all)-1][1])
	return submit(t, c, page, form, fields)
}

// talkOf is the talk that a browser is in.
func (w *world) talkOf(t testing.TB, c *http.Client) *conversation.Conversation {
	t.Helper()
	for _, k := range c.Jar.Cookies(mustURL(t, w.nodes[0].url)) {
		if id, _, ok := strings.Cut(k.Value, "."); ok && k.Name == "bb_talk" {
			talk, err := w.nodes[0].city.Conversation.Load(t.Context(), conversation.ID(id))
			if err != nil {
				t.Fatal(err)
			}
			return talk
		}
	}
	t.Fatal("the browser is in no talk")
	return nil
}

// A follower binds a number with consent: the city knows them from then on, over channels, until they end it.
func TestAFollowerBindsANumber(t *testing.T) {
	sms := ""
	worlds(t, setting{config: func(c *bangban.Config) { sms = filepath.Join(c.Data, "sms.txt") }}, func(t *testing.T, w *world) {
		const openid, number = "o-binds-a-number", "13800001234"
		site, talks := w.nodes[0].url, w.nodes[0].city.Conversation
		w.sim.AddFollowers(openid)
		// An earlier talk on the portal, with the same number.
		r, err := talks.Receive(t.Context(), message.Inbound{Channel: message.Portal, Text: "居住证怎么办"})
		if err != nil {
			t.Fatal(err)
		}
		phone := w.sim.Browse(openid)
		w.sim.Say(openid, "身份证丢了怎么补，我有点急")
		if page, _ := read(t, phone, site+"/wechat/enter?to=/chat/phone"); !strings.Contains(page, `name="agree"`) || strings.Contains(page, `checked`) {
			t.Fatal("consent is not asked for, or given already")
		}
		// Without consent the number is the talk's, not the follower's.
		if page := w.prove(t, phone, sms, "13900004321", false); !strings.Contains(page, "已经记下") || strings.Contains(page, "已绑定") {
			t.Fatalf("without consent:\n%s", page)
		}
		if page := w.prove(t, phone, sms, number, true); !strings.Contains(page, "已绑定") || strings.Contains(page, number) {
			t.Fatalf("with consent:\n%s", page)
		}
		talk := w.talkOf(t, phone)
		if talk.Channel != message.WeChat || talk.Citizen == "" {
			t.Fatalf("the talk knows nobody: %+v", talk)
		}
		if err := talks.Know(t.Context(), r.ConversationID, r.Token, talk.Citizen); err != nil {
			t.Fatal(err)
		}
		earlier := func() (list []string) {
			rows, err := w.nodes[0].city.Store.Desk().RowsWith(t.Context(), talk.Citizen, "", 20)
			if err != nil {
				t.Fatal(err)
			}
			for _, row := range rows {
				list = append(list, string(row.Conversation.ID))
			}
			return list
		}
		if got := earlier(); len(got) != 2 {
			t.Errorf("the agent's card shows %d talks of the citizen", len(got))
		}
		if o := w.sim.Say(openid, "绑定手机号"); !strings.Contains(o.Reply.Text, "已经绑定") {
			t.Errorf("bound: %s", o.Reply.Text)
		}
		// It is ended by a word: the open talk is nobody's, and so is what comes.
		if o := w.sim.Say(openid, "解除绑定"); o.Ending != simulator.Replied || !strings.Contains(o.Reply.Text, "已解除绑定") {
			t.Fatal(o)
		}
		w.sim.Say(openid, "要带什么材料")
		if now := w.talkOf(t, phone); now.Citizen != "" {
			t.Error("the talk still knows the citizen")
		}
		if got := earlier(); len(got) != 1 || got[0] != r.ConversationID {
			t.Errorf("after unbinding the card shows %v", got)
		}
		if o := w.sim.Say(openid, "解除绑定"); !strings.Contains(o.Reply.Text, "没有绑定") {
			t.Errorf("twice: %s", o.Reply.Text)
		}
		// And by the button of the page.
		if err := w.nodes[0].city.WeChat.Bind(t.Context(), talk.Thread, talk.Citizen); err != nil {
			t.Fatal(err)
		}
		page, _ := read(t, phone, site+"/chat/phone")
		if !strings.Contains(page, "解除绑定") {
			t.Fatal("no button to end it")
		}
		if page := submit(t, phone, page, site+"/chat/phone/unbind", url.Values{}); strings.Contains(page, "解除绑定") {
			t.Error("still bound")
		}
		w.private(t, openid, number)
	})
}
