package simulator

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// What a product may answer, and what the follower then reads.
func TestReplies(t *testing.T) {
	a := testAccount()
	xml := func(to, from, inner string) string {
		return "<xml><ToUserName><![CDATA[" + to + "]]></ToUserName><FromUserName><![CDATA[" + from + "]]></FromUserName><CreateTime>1</CreateTime>" + inner + "</xml>"
	}
	good := func(inner string) string { return xml("o", "gh_city", inner) }
	textOf := func(s string) string {
		return good("<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[" + s + "]]></Content>")
	}
	item := "<item><Title>题</Title><Description>述</Description><PicUrl>p</PicUrl><Url>u</Url></item>"
	sealed := sealReply(t, testKey, textOf("答"))
	image := "<MsgType>image</MsgType><Image><MediaId>%s</MediaId></Image>"
	for _, row := range []struct {
		name, body string
		mode       Mode
		want       Ending
		seen       func(Shown) bool
	}{
		{"success", "success", Plain, Acknowledged, nil},
		{"empty", "", Plain, Acknowledged, nil},
		{"success in safe mode", "success", Safe, Acknowledged, nil},
		{"success with a line", "success\n", Plain, Wrong, nil},
		{"ok", "ok", Plain, Wrong, nil},
		{"JSON", `{"errcode":0}`, Plain, Wrong, nil},
		{"HTML", "<html><body>error</body></html>", Plain, Wrong, nil},
		{"text", textOf("答 😀"), Plain, Replied, func(s Shown) bool { return s.Kind == "text" && s.Text == "答 😀" }},
		{"text of 2048 bytes", textOf(strings.Repeat("x", 2048)), Plain, Replied, func(s Shown) bool { return len(s.Text) == 2048 }},
		{"text of 2049 bytes", textOf(strings.Repeat("x", 2049)), Plain, Wrong, nil},
		{"empty text", textOf(""), Plain, Wrong, nil},
		{"control character", textOf("a\x01b"), Plain, Wrong, nil},
		{"no UTF-8", textOf("\xc4\xe3"), Plain, Wrong, nil},
		{"unclosed", strings.TrimSuffix(textOf("答"), "</xml>"), Plain, Wrong, nil},
		{"two documents", textOf("答") + textOf("答"), Plain, Wrong, nil},
		{"choices as links", textOf(`<a href="weixin://bizmsgmenu?msgmenucontent=身份证&msgmenuid=7">身份证</a>`), Plain, Replied,
			func(s Shown) bool { return len(s.Choices) == 1 && s.Choices[0] == Choice{"7", "身份证"} }},
		{"swapped names", xml("gh_city", "o", "<MsgType>text</MsgType><Content>答</Content>"), Plain, Wrong, nil},
		{"for another", xml("p", "gh_city", "<MsgType>text</MsgType><Content>答</Content>"), Plain, Wrong, nil},
		{"from another", xml("o", "gh_x", "<MsgType>text</MsgType><Content>答</Content>"), Plain, Wrong, nil},
		{"no time", strings.ReplaceAll(textOf("答"), "<CreateTime>1</CreateTime>", ""), Plain, Wrong, nil},
		{"unknown kind", good("<MsgType>hologram</MsgType>"), Plain, Wrong, nil},
		{"image", good(fmt.Sprintf(image, "PICTURE")), Plain, Replied, func(s Shown) bool { return s.Kind == "image" && s.Media != "" }},
		{"image that is not there", good(fmt.Sprintf(image, "none")), Plain, Wrong, nil},
		{"news", good("<MsgType>news</MsgType><ArticleCount>1</ArticleCount><Articles>" + item + "</Articles>"), Plain, Replied,
			func(s Shown) bool { return len(s.Articles) == 1 && s.Articles[0] == Article{"题", "述", "u", "p"} }},
		{"news of two", good("<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles>" + item + item + "</Articles>"), Plain, Wrong, nil},
		{"news with a wrong count", good("<MsgType>news</MsgType><ArticleCount>2</ArticleCount><Articles>" + item + "</Articles>"), Plain, Wrong, nil},
		{"handed to WeChat's own client", good("<MsgType>transfer_customer_service</MsgType>"), Plain, Replied, nil},
		{"sealed", sealed, Safe, Replied, func(s Shown) bool { return s.Text == "答" }},
		{"sealed in compat", sealed, Compat, Replied, func(s Shown) bool { return s.Text == "答" }},
		{"plain in compat", textOf("答"), Compat, Replied, func(s Shown) bool { return s.Text == "答" }},
		{"plain in safe mode", textOf("答"), Safe, Wrong, nil},
		{"sealed in plain mode", sealed, Plain, Wrong, nil},
		{"wrong signature", strings.Replace(sealed, "<Nonce>n<", "<Nonce>m<", 1), Safe, Wrong, nil},
		{"stamp is no number", strings.ReplaceAll(sealed, "<TimeStamp>7<", "<TimeStamp>x<"), Safe, Wrong, nil},
		{"another key", sealReply(t, "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba", textOf("答")), Safe, Wrong, nil},
		{"nothing sealed", sealReply(t, testKey, ""), Safe, Wrong, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			a.Mode = row.mode
			r := newRig(t, a, Options{})
			r.AddFollowers("o")
			body := strings.ReplaceAll(row.body, "PICTURE", r.AddMedia("image", "a.jpg", square()))
			r.product(func(*http.Request, string) string { return body })
			out := r.Say("o", "在吗")
			if out.Ending != row.want || len(out.Attempts) != 1 {
				t.Fatalf("%v, want %s at once", out, row.want)
			}
			if row.name == "swapped names" && !strings.Contains(out.Why, "swapped") {
				t.Errorf("why %q: it does not name the commonest mistake", out.Why)
			}
			shown := r.Shown("o")
			switch {
			case row.want == Wrong:
				if len(shown) != 1 || shown[0].Kind != "trouble" || shown[0].Text != Trouble {
					t.Errorf("shown %+v, want the trouble", shown)
				}
			case row.seen == nil:
				if len(shown) != 0 {
					t.Errorf("shown %+v, want nothing", shown)
				}
			case len(shown) != 1 || !row.seen(shown[0]):
				t.Errorf("shown %+v", shown)
			}
			if n, _ := r.Allowance("o"); n != 5 {
				t.Errorf("a passive reply was counted: %d left", n)
			}
		})
	}
}

func TestAStatusOtherThan200IsTrouble(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	for _, status := range []int{201, 302, 403, 500} {
		p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Location", "/elsewhere")
			w.WriteHeader(status)
			_, _ = io.WriteString(w, "success")
		}))
		r.SetCallback(p.URL)
		if out := r.Say("o", "在吗"); out.Ending != Wrong || out.Attempts[0].Status != status {
			t.Errorf("%d: %v", status, out)
		}
		p.Close()
		if out := r.Say("o", "在吗"); out.Ending != Unanswered || len(out.Attempts) != 4 {
			t.Errorf("nobody there: %v", out)
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add([]byte("<xml><ToUserName>o</ToUserName><FromUserName>gh_city</FromUserName><CreateTime>1</CreateTime><MsgType>text</MsgType><Content>a</Content></xml>"))
	f.Add([]byte("success"))
	f.Fuzz(func(t *testing.T, body []byte) {
		s, err := readReply(testAccount(), "o", http.StatusOK, body)
		if s != nil && (err != nil || s.Way != Passive || len(s.Text) > 2048) {
			t.Errorf("%+v, %v", s, err)
		}
	})
}
