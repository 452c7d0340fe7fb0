package simulator

import (
	"strings"
	"testing"
	"time"
)

func msgmenu(list ...any) map[string]any {
	return map[string]any{"touser": "o", "msgtype": "msgmenu",
		"msgmenu": map[string]any{"head_content": "您要办哪一件？", "list": list, "tail_content": "都不是请直接说"}}
}

// Shapes of customer-service messages; what is refused costs nothing.
func TestCustomShapes(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	picture, voice, film, thumb := r.AddMedia("image", "a.jpg", square()), r.AddMedia("voice", "a.amr", SilentAMR(time.Second)),
		r.AddMedia("video", "a.mp4", []byte("film")), r.AddMedia("thumb", "a.jpg", square())
	kind := func(name string, content map[string]any) map[string]any {
		return map[string]any{"touser": "o", "msgtype": name, name: content}
	}
	card := map[string]any{"title": "居住证", "description": "怎么办", "url": "https://city/1", "picurl": "https://city/1.png"}
	with := func(m map[string]any, name string, value any) map[string]any { m[name] = value; return m }
	for _, row := range []struct {
		name string
		body any
		want int
		seen func(Shown) bool
	}{
		{"2048 bytes", text("o", strings.Repeat("办", 682)+"ab"), 0, func(s Shown) bool { return len(s.Text) == 2048 && s.Way == Custom && s.Kind == "text" }},
		{"2049 bytes", text("o", strings.Repeat("办", 683)), 45002, nil},
		{"empty text", text("o", ""), 44004, nil},
		{"no receiver", text("", "答"), 40003, nil},
		{"image", kind("image", map[string]any{"media_id": picture}), 0, func(s Shown) bool { return s.Media == picture }},
		{"image that is a voice", kind("image", map[string]any{"media_id": voice}), 40007, nil},
		{"unknown media", kind("image", map[string]any{"media_id": "none"}), 40007, nil},
		{"voice", kind("voice", map[string]any{"media_id": voice}), 0, func(s Shown) bool { return s.Media == voice }},
		{"video", kind("video", map[string]any{"media_id": film, "title": "片"}), 0, func(s Shown) bool { return s.Media == film && s.Text == "片" }},
		{"music", kind("music", map[string]any{"thumb_media_id": thumb, "title": "歌", "musicurl": "https://m/"}), 0, func(s Shown) bool { return s.Link == "https://m/" }},
		{"mini program", kind("miniprogrampage", map[string]any{"thumb_media_id": thumb, "title": "页", "appid": "wx", "pagepath": "p"}), 0, func(s Shown) bool { return s.Link == "p" }},
		{"news", kind("news", map[string]any{"articles": []any{card}}), 0, func(s Shown) bool {
			return len(s.Articles) == 1 && s.Articles[0] == Article{"居住证", "怎么办", "https://city/1", "https://city/1.png"}
		}},
		{"news of two", kind("news", map[string]any{"articles": []any{card, card}}), 45008, nil},
		{"news of none", kind("news", map[string]any{}), 44004, nil},
		{"unknown kind", kind("hologram", map[string]any{}), 40008, nil},
		{"msgmenu", msgmenu(map[string]any{"id": "101", "content": "身份证"}, map[string]any{"id": 102, "content": "居住证"}), 0, func(s Shown) bool {
			return s.Text == "您要办哪一件？\n身份证\n居住证\n都不是请直接说" && len(s.Choices) == 2 && s.Choices[1] == Choice{"102", "居住证"}
		}},
		{"msgmenu without options", msgmenu(), 47001, nil},
		{"msgmenu without id", msgmenu(map[string]any{"content": "身份证"}), 47001, nil},
		{"msgmenu with an empty option", msgmenu(map[string]any{"id": "1", "content": " "}), 47001, nil},
		{"links in a text", text("o", `选 <a href="weixin://bizmsgmenu?msgmenucontent=身份证&msgmenuid=7">身份证</a>`), 0, func(s Shown) bool {
			return len(s.Choices) == 1 && s.Choices[0] == Choice{"7", "身份证"}
		}},
		{"AI label", with(text("o", "答"), "aimsgcontext", map[string]any{"is_ai_msg": 1}), 0, func(s Shown) bool { return s.AI }},
		{"no AI label", with(text("o", "答"), "aimsgcontext", map[string]any{"is_ai_msg": 0}), 0, func(s Shown) bool { return !s.AI }},
		{"signed by staff", with(text("o", "答"), "customservice", map[string]any{"kf_account": "anna@city"}), 0, func(s Shown) bool { return s.Staff == "anna@city" }},
		{"signed by nobody", with(text("o", "答"), "customservice", map[string]any{"kf_account": "x@city"}), 65401, nil},
		{"escapes show", `{"touser":"o","msgtype":"text","text":{"content":"\u003ca\u003e \\u003c \u4f60"}}`, 0, func(s Shown) bool { return s.Text == `\u003ca\u003e \u003c 你` }},
		{"no UTF-8", "{\"touser\":\"o\",\"msgtype\":\"text\",\"text\":{\"content\":\"\xc4\xe3\"}}", 47001, nil},
		{"broken JSON", `{"touser":"o"`, 47001, nil},
		{"nothing", " ", 44002, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			r.Pay("o")
			before := len(r.Shown("o"))
			free, _ := r.Allowance("o")
			got := r.code(sendPath, row.body)
			shown := r.Shown("o")
			left, _ := r.Allowance("o")
			if got != row.want || (row.want == 0) != (len(shown) == before+1) || (row.want == 0) != (left == free-1) {
				t.Fatalf("code %d, want %d; %d more shown, %d spent", got, row.want, len(shown)-before, free-left)
			}
			if row.seen != nil && !row.seen(shown[len(shown)-1]) {
				t.Errorf("shown %+v", shown[len(shown)-1])
			}
		})
	}
}

func TestMsgmenuNeedsAVerifiedAccount(t *testing.T) {
	a := testAccount()
	a.Unverified = true
	r := newRig(t, a, Options{})
	r.AddFollowers("o")
	r.Say("o", "你好")
	if got := r.code(sendPath, msgmenu(map[string]any{"id": "1", "content": "身份证"})); got != 40200 {
		t.Errorf("%d, want 40200", got)
	}
	if got := r.code(sendPath, text("o", "答")); got != 0 {
		t.Errorf("a text: %d, want 0", got)
	}
}

func TestTyping(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	typing := func(command string) int {
		return r.code("/cgi-bin/message/custom/typing", map[string]any{"touser": "o", "command": command})
	}
	want := func(what, command string, code int, on bool) {
		t.Helper()
		if got := typing(command); got != code || r.Typing("o") != on {
			t.Errorf("%s: %d, typing %v; want %d, %v", what, got, r.Typing("o"), code, on)
		}
	}
	want("no interaction yet", "Typing", 45080, false)
	r.Say("o", "你好")
	want("bad command", "Dance", 45072, false)
	want("after a message", "Typing", 0, true)
	want("again", "Typing", 45081, true)
	r.clock.pass(15 * time.Second)
	want("after 15 s", "Typing", 0, true)
	want("cancelled", "CancelTyping", 0, false)
	want("after cancelling", "Typing", 0, true)
	if r.code(sendPath, text("o", "答")); r.Typing("o") {
		t.Error("a message does not end it")
	}
	r.clock.pass(15 * time.Second)
	want("30 s after the message", "Typing", 0, true)
	r.clock.pass(time.Second)
	want("31 s after", "Typing", 45080, true)
	if got := r.code("/cgi-bin/message/custom/typing", map[string]any{"touser": "x", "command": "Typing"}); got != 40003 {
		t.Errorf("to nobody: %d, want 40003", got)
	}
}

func TestMethodAndUnauthorised(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	if got := r.code(sendPath, nil); got != 43002 {
		t.Errorf("by GET: %d, want 43002", got)
	}
	if got := r.code("/cgi-bin/message/mass/sendall", map[string]any{}); got != 48001 {
		t.Errorf("mass sending: %d, want 48001", got)
	}
	if got := r.code("/cgi-bin/media/voice/queryrecoresultfortext", map[string]any{}); got != -1 {
		t.Errorf("speech recognition: %d, want -1", got)
	}
}
