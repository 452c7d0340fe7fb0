package simulator

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// got is a push as a product reads it.
type got struct {
	ToUserName, FromUserName, CreateTime, MsgType, Content, MsgId, Encrypt string
	Event, EventKey, Ticket, MediaId, Format, PicUrl, ThumbMediaId         string
	Location_X, Location_Y, Label, Title, Url, Status, MsgID               string
	Menu                                                                   string `xml:"bizmsgmenuid"`
}

func parse(t testing.TB, body string) got {
	t.Helper()
	var g got
	if err := xml.Unmarshal([]byte(body), &g); err != nil {
		t.Errorf("%v in %s", err, body)
	}
	return g
}

func replyText(g got, content string) string {
	return fmt.Sprintf("<xml><ToUserName>%s</ToUserName><FromUserName>%s</FromUserName><CreateTime>1</CreateTime>"+
		"<MsgType>text</MsgType><Content><![CDATA[%s]]></Content></xml>", g.FromUserName, g.ToUserName, strings.ReplaceAll(content, "]]>", "]]]]><![CDATA[>"))
}

func sealReply(t testing.TB, key, plain string) string {
	t.Helper()
	e, err := Encrypt(key, testAccount().AppID, []byte(plain))
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("<xml><Encrypt>%s</Encrypt><MsgSignature>%s</MsgSignature><TimeStamp>7</TimeStamp><Nonce>n</Nonce></xml>",
		e, Sign(testAccount().Token, "7", "n", e))
}

// A product in every mode: it checks the signatures, opens what is sealed and answers in kind.
func TestModes(t *testing.T) {
	for _, mode := range []Mode{Plain, Compat, Safe} {
		t.Run(string(mode), func(t *testing.T) {
			a := testAccount()
			a.Mode = mode
			r := newRig(t, a, Options{})
			r.AddFollowers("o")
			r.product(func(q *http.Request, body string) string {
				v := q.URL.Query()
				if Sign(a.Token, v.Get("timestamp"), v.Get("nonce")) != v.Get("signature") {
					t.Error("signature is wrong")
				}
				if q.Method == http.MethodGet {
					return v.Get("echostr")
				}
				g := parse(t, body)
				if (g.Encrypt != "") != (mode != Plain) || (g.Content != "") != (mode != Safe) || (v.Get("encrypt_type") == "aes") != (mode != Plain) {
					t.Errorf("the form of %s: %s", mode, body)
				}
				if mode == Plain {
					return replyText(g, "答："+g.Content)
				}
				if Sign(a.Token, v.Get("timestamp"), v.Get("nonce"), g.Encrypt) != v.Get("msg_signature") {
					t.Error("msg_signature is wrong")
				}
				opened, err := Decrypt(testKey, a.AppID, g.Encrypt)
				if err != nil {
					t.Error(err)
				}
				g = parse(t, string(opened))
				return sealReply(t, testKey, replyText(g, "答："+g.Content))
			})
			if err := r.Verify(t.Context()); err != nil {
				t.Error(err)
			}
			said := `身份证丢了 ]]> <b> & 😀`
			out := r.Say("o", said)
			shown := r.Shown("o")
			if out.Ending != Replied || len(out.Attempts) != 1 || len(shown) != 1 || shown[0].Text != "答："+said || shown[0].Way != Passive ||
				shown[0].Answers != out.MsgID {
				t.Errorf("%v %+v", out, shown)
			}
		})
	}
}

func TestVerifyWantsTheEchoAlone(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	for answer, good := range map[string]bool{"%s": true, "%s\n": false, `"%s"`: false, "success": false} {
		r.product(func(q *http.Request, _ string) string {
			return strings.ReplaceAll(answer, "%s", q.URL.Query().Get("echostr"))
		})
		if err := r.Verify(t.Context()); (err == nil) != good {
			t.Errorf("answer %q: %v", answer, err)
		}
	}
}

// Every kind of 2.1 as a product reads it.
func TestKindsAndEvents(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	var last got
	var raw string
	r.product(func(_ *http.Request, body string) string { last, raw = parse(t, body), body; return "success" })
	r.AddFollowers("o")
	number := func(s string) bool { return len(s) == 17 && s > "24000000000000000" }
	for _, row := range []struct {
		name string
		act  func() Outcome
		want func() bool
	}{
		{"text", func() Outcome { return r.Say("o", "你好") }, func() bool { return last.MsgType == "text" && last.Content == "你好" && number(last.MsgId) }},
		{"voice", func() Outcome { return r.Voice("o", SilentAMR(time.Second)) }, func() bool {
			return last.MsgType == "voice" && last.Format == "amr" && string(r.Media(last.MediaId)) == string(SilentAMR(time.Second))
		}},
		{"image", func() Outcome { return r.Image("o", square()) }, func() bool {
			resp, err := http.Get(last.PicUrl)
			if err != nil {
				return false
			}
			defer resp.Body.Close()
			data, _ := io.ReadAll(resp.Body)
			return last.MsgType == "image" && string(data) == string(square()) && string(r.Media(last.MediaId)) == string(square())
		}},
		{"video", func() Outcome { return r.Video("o", []byte("mp4"), false) }, func() bool { return last.MsgType == "video" && last.ThumbMediaId != "" }},
		{"shortvideo", func() Outcome { return r.Video("o", []byte("mp4"), true) }, func() bool { return last.MsgType == "shortvideo" }},
		{"location", func() Outcome { return r.Location("o", 30.25, 120.125, "西湖") }, func() bool {
			return last.Location_X == "30.250000" && last.Location_Y == "120.125000" && last.Label == "西湖"
		}},
		{"link", func() Outcome { return r.Link("o", "题", "述", "https://a/?b&c") }, func() bool { return last.Title == "题" && last.Url == "https://a/?b&c" }},
		{"choice", func() Outcome { return r.TapChoice("o", "101", "身份证") }, func() bool {
			return last.MsgType == "text" && last.Menu == "101" && last.Content == "身份证" && number(last.MsgId)
		}},
		{"click", func() Outcome { return r.Tap("o", "hall") }, func() bool { return last.Event == "CLICK" && last.EventKey == "hall" && last.MsgId == "" }},
		{"view", func() Outcome { return r.View("o", "https://a/") }, func() bool { return last.Event == "VIEW" && last.EventKey == "https://a/" }},
		{"scan", func() Outcome { return r.Scan("o", "hall-1") }, func() bool { return last.Event == "SCAN" && last.EventKey == "hall-1" && last.Ticket != "" }},
		{"position", func() Outcome { return r.ReportLocation("o", 30, 120) }, func() bool {
			return last.Event == "LOCATION" && strings.Contains(raw, "<Latitude>30.000000</Latitude>")
		}},
		{"leave", func() Outcome { return r.Unfollow("o") }, func() bool { return last.Event == "unsubscribe" }},
		{"come", func() Outcome { return r.Follow("o", "") }, func() bool { return last.Event == "subscribe" && last.EventKey == "" }},
		{"leave again", func() Outcome { return r.Unfollow("o") }, func() bool { return last.Event == "unsubscribe" }},
		{"come by QR", func() Outcome { return r.Scan("o", "hall-2") }, func() bool { return last.Event == "subscribe" && last.EventKey == "qrscene_hall-2" }},
		{"unknown kind", func() Outcome { return r.Compose("o", MessageOf("hologram").With("X", "1")).Send() }, func() bool { return last.MsgType == "hologram" }},
		{"unknown event", func() Outcome { return r.Compose("o", EventOf("dance", "k")).Send() }, func() bool { return last.Event == "dance" && last.EventKey == "k" }},
	} {
		if out := row.act(); out.Ending != Acknowledged || !row.want() || last.FromUserName != "o" && row.name != "" || last.ToUserName != "gh_city" ||
			last.CreateTime != "1790730000" {
			t.Errorf("%s: %v, read %s", row.name, out, raw)
		}
	}
	if out := r.Say("stranger", "你好"); out.Ending != Unsent {
		t.Errorf("a stranger wrote: %v", out)
	}
	if len(r.Shown("o")) != 0 {
		t.Error("success showed something")
	}
}

func TestMenuTapsBecomeTheirEvents(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	var event string
	r.product(func(_ *http.Request, body string) string { event = parse(t, body).Event; return "" })
	if code := r.code("/cgi-bin/menu/create", `{"button":[{"name":"办","sub_button":[{"type":"scancode_waitmsg","name":"扫","key":"scan"},
		{"type":"location_select","name":"位","key":"place"},{"type":"pic_weixin","name":"图","key":"pic"}]},{"type":"click","name":"问","key":"ask"}]}`); code != 0 {
		t.Fatal(code)
	}
	for key, want := range map[string]string{"scan": "scancode_waitmsg", "place": "location_select", "pic": "pic_weixin", "ask": "CLICK", "gone": "CLICK"} {
		if r.Tap("o", key); event != want {
			t.Errorf("%s: %s, want %s", key, event, want)
		}
	}
}

func TestTheCutAndThreeRetries(t *testing.T) {
	r := newRig(t, testAccount(), Options{Patience: 50 * time.Millisecond})
	r.AddFollowers("o")
	hang := make(chan struct{})
	var mu sync.Mutex
	ids := map[string]int{}
	var nonces []string
	r.product(func(q *http.Request, body string) string {
		mu.Lock()
		ids[parse(t, body).MsgId]++
		nonces = append(nonces, q.URL.Query().Get("nonce"))
		mu.Unlock()
		<-hang
		return "success"
	})
	out := r.Say("o", "在吗")
	close(hang)
	mu.Lock()
	defer mu.Unlock()
	if out.Ending != Unanswered || len(out.Attempts) != 4 || len(ids) != 1 || len(nonces) != 4 || nonces[0] == nonces[1] {
		t.Errorf("%v, attempts %d of %v with %v", out, len(out.Attempts), ids, nonces)
	}
	if s := r.Shown("o"); len(s) != 1 || s[0].Text != Trouble || s[0].Way != Platform {
		t.Errorf("shown %+v", s)
	}
}

func TestARetryIsAnsweredAfterALateFirst(t *testing.T) {
	r := newRig(t, testAccount(), Options{Patience: 200 * time.Millisecond})
	r.AddFollowers("o")
	hang := make(chan struct{})
	var n atomic.Int32
	r.product(func(_ *http.Request, body string) string {
		if n.Add(1) == 1 {
			<-hang
		}
		return replyText(parse(t, body), "答")
	})
	out := r.Say("o", "在吗")
	close(hang)
	if out.Ending != Replied || len(out.Attempts) < 2 || len(r.Shown("o")) != 1 {
		t.Errorf("%v %+v", out, r.Shown("o"))
	}
}

func TestLostAnswers(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	var n atomic.Int32
	r.product(func(_ *http.Request, body string) string {
		return replyText(parse(t, body), fmt.Sprint("第", n.Add(1)))
	})
	out := r.Say("o", "在吗", LoseAnswers(2))
	if s := r.Shown("o"); out.Ending != Replied || len(out.Attempts) != 3 || len(s) != 1 || s[0].Text != "第3" {
		t.Errorf("%v %+v", out, s)
	}
	out = r.Say("o", "在吗", LoseAnswers(9))
	if s := r.Shown("o"); out.Ending != Unanswered || len(out.Attempts) != 4 || len(s) != 2 || s[1].Kind != "trouble" {
		t.Errorf("%v %+v", out, s)
	}
	if out = r.Say("o", "在吗", LoseAnswers(1), Once()); len(out.Attempts) != 1 {
		t.Errorf("once: %v", out)
	}
}

func TestCopiesComeTogetherAndShowOneReply(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	var here sync.WaitGroup
	here.Add(5)
	r.product(func(_ *http.Request, body string) string {
		here.Done()
		here.Wait() // all five are in the product at once
		return replyText(parse(t, body), "答")
	})
	out := r.Say("o", "在吗", Copies(5))
	if out.Ending != Replied || len(out.Attempts) != 5 || len(r.Shown("o")) != 1 {
		t.Errorf("%v %+v", out, r.Shown("o"))
	}
}

func TestReorderingAndSendingAgain(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	var order []string
	r.product(func(_ *http.Request, body string) string {
		g := parse(t, body)
		order = append(order, g.Content+g.EventKey+" "+g.CreateTime)
		return replyText(g, "答")
	})
	one, two := r.Compose("o", Text("一")), r.Compose("o", Text("二"))
	if one.MsgID()+1 != two.MsgID() || float64(one.MsgID()) != float64(two.MsgID()) {
		t.Errorf("ids %d and %d: want neighbours that a float64 makes equal", one.MsgID(), two.MsgID())
	}
	two.Send()
	one.Send()
	r.clock.pass(time.Hour)
	one.Send() // an hour later, the same message
	r.Compose("o", EventOf("CLICK", "a")).Send()
	r.Compose("o", EventOf("CLICK", "b")).Send()
	want := "二 1790730000|一 1790730000|一 1790730000|a 1790733600|b 1790733600"
	if got := strings.Join(order, "|"); got != want {
		t.Errorf("got %s, want %s", got, want)
	}
	if n := len(r.Shown("o")); n != 4 {
		t.Errorf("%d replies shown, want 4: one a message", n)
	}
}

// A late answer by a customer-service message is waited for, not slept for.
func TestWaitSeesWhatComesLater(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	r.product(func(*http.Request, string) string { return "success" })
	r.SetMode(Safe)
	if out := r.Say("o", "a\x00b\xff"); out.Ending != Acknowledged || out.String() != "text: acknowledged after 1 attempts" {
		t.Errorf("%v", out)
	}
	sent := make(chan int, 1)
	go func() { sent <- r.code(sendPath, text("o", "久等了")) }()
	seen, err := r.Wait(t.Context(), "o", func(s []Shown) bool { return len(s) == 1 })
	if err != nil || seen[0].Text != "久等了" || <-sent != 0 {
		t.Errorf("%+v, %v", seen, err)
	}
	if got := xmlText("a\x00b\xff\n"); got != "ab\uFFFD\n" {
		t.Errorf("xmlText %q", got)
	}
}

func TestForgedDeliveries(t *testing.T) {
	a := testAccount()
	a.Mode = Safe
	r := newRig(t, a, Options{})
	r.AddFollowers("o")
	other := "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
	var q url.Values
	var body string
	r.product(func(req *http.Request, b string) string { q, body = req.URL.Query(), b; return "success" })
	opened := func(key, app string) error {
		_, err := Decrypt(key, app, parse(t, body).Encrypt)
		return err
	}
	signed := func() bool { return Sign(a.Token, q.Get("timestamp"), q.Get("nonce")) == q.Get("signature") }
	for _, row := range []struct {
		name string
		wish Delivery
		want func() bool
	}{
		{"as it is", Copies(1), func() bool { return signed() && opened(testKey, a.AppID) == nil }},
		{"old timestamp", SignedAt(r.clock.now().Add(-time.Hour)), func() bool { return signed() && q.Get("timestamp") == "1790726400" }},
		{"another app", ForApp("wxother"), func() bool { return opened(testKey, a.AppID) != nil && opened(testKey, "wxother") == nil }},
		{"another key", WithAESKey(other), func() bool { return opened(testKey, a.AppID) != nil && opened(other, a.AppID) == nil }},
		{"plain in safe mode", InMode(Plain), func() bool { return q.Get("encrypt_type") == "" && parse(t, body).Content == "在吗" }},
		{"tampered", Tamper(func(v url.Values, b []byte) []byte { v.Set("signature", "0"); return []byte("<xml/>") }), func() bool { return !signed() && body == "<xml/>" }},
	} {
		if r.Say("o", "在吗", row.wish); !row.want() {
			t.Errorf("%s: %v %s", row.name, q, body)
		}
	}
	r.Compose("o", Raw("<!DOCTYPE x><xml/>")).Send(InMode(Plain))
	if body != "<!DOCTYPE x><xml/>" {
		t.Errorf("raw: %s", body)
	}
	r.SetAESKey(other)
	if r.Say("o", "在吗"); opened(other, a.AppID) != nil {
		t.Error("the console's new key was not used")
	}
}

func TestManyFollowersAtOnce(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.product(func(_ *http.Request, body string) string {
		g := parse(t, body)
		r.code(sendPath, text(g.FromUserName, "稍后"))
		return replyText(g, g.FromUserName)
	})
	var all sync.WaitGroup
	for i := range 50 {
		all.Go(func() {
			openid := fmt.Sprint("o", i)
			r.AddFollowers(openid)
			r.Say(openid, "在吗")
		})
	}
	all.Wait()
	for i := range 50 {
		openid := fmt.Sprint("o", i)
		if s := r.Shown(openid); len(s) != 2 || s[0].Text != "稍后" || s[1].Text != openid {
			t.Errorf("%s: %+v", openid, s)
		}
	}
}
