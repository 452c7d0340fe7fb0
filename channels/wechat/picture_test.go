package wechat_test

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"strings"
	"testing"
	"time"

	"bangban"
	"bangban/channels"
	"bangban/channels/wechat/simulator"
	"bangban/conversation/message"
	"bangban/desk"
	"bangban/kernel/fault"
)

// snap is a photograph that says where it was taken.
func snap(t testing.TB) []byte {
	t.Helper()
	img := image.NewRGBA(image.Rect(0, 0, 40, 20))
	for i := range 40 * 20 {
		img.Set(i%40, i/40, color.RGBA{uint8(i), 80, 120, 255})
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	where := []byte("Exif\x00\x00MM\x00\x2a\x00\x00\x00\x08\x00\x00 GPS 30.25N 120.17E")
	return append(append([]byte{0xff, 0xd8, 0xff, 0xe1, 0, byte(len(where) + 2)}, where...), b.Bytes()[2:]...)
}

// A picture of a follower is kept in the talk without the place, an agent sees it and answers with one.
func TestPicturesGoBothWays(t *testing.T) {
	w := newWorld(t, setting{})
	ctx, city, openid := t.Context(), w.nodes[0].city, "photographer"
	w.sim.AddFollowers(openid)
	o := w.sim.Image(openid, snap(t))
	if o.Ending != simulator.Replied || !strings.Contains(o.Reply.Text, "看不了文件内容") || len(o.Reply.Choices) != 1 || o.Reply.Choices[0].Content != "转人工" {
		t.Fatalf("%s %+v", o, o.Reply)
	}
	if o = w.sim.TapChoice(openid, o.Reply.Choices[0].ID, "转人工"); !strings.Contains(o.Reply.Text, "编号 P") {
		t.Fatalf("tapped: %+v", o.Reply)
	}
	browser := w.sim.Browse(openid)
	read(t, browser, w.nodes[0].url+"/wechat/enter?to=/chat")
	talk := w.talkOf(t, browser)
	agent := desk.Person{ID: "anna", Number: "1208", Name: "安娜", Team: "general"}
	if _, err := city.Desk.Sit(ctx, agent); err != nil {
		t.Fatal(err)
	}
	if _, err := city.Desk.SetStatus(ctx, agent, agent.ID, desk.Ready, ""); err != nil {
		t.Fatal(err)
	}
	if _, err := city.Desk.Claim(ctx, agent, talk.ID); err != nil {
		t.Fatal(err)
	}
	w.sim.Image(openid, snap(t)) // the agent has the talk: nothing to say
	turns, err := city.Desk.See(ctx, agent, talk.ID)
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, turn := range turns.Turns {
		if turn.File == nil {
			continue
		}
		seen++
		f, body, err := city.Desk.File(ctx, agent, talk.ID, string(turn.ID))
		if err != nil || f.Kind != "image/jpeg" || f.Width != 40 || bytes.Contains(body, []byte("GPS")) {
			t.Errorf("%+v %v", f, err)
		}
	}
	if seen != 2 {
		t.Errorf("the agent sees %d pictures", seen)
	}
	var plan bytes.Buffer
	if err := png.Encode(&plan, image.NewGray(image.Rect(0, 0, 9, 9))); err != nil {
		t.Fatal(err)
	}
	for _, file := range []*message.File{{Name: "路线图.png", Data: plan.Bytes()}, {Name: "表格.pdf", Data: []byte("%PDF-1.7\n%%EOF\n")}} {
		if _, err := city.Desk.ReplyFile(ctx, agent, talk.ID, file, file.Name); err != nil {
			t.Fatal(err)
		}
	}
	var last []simulator.Shown
	w.until(t, "picture and file", func() bool {
		all := w.sim.Shown(openid)
		last = all[max(0, len(all)-2):]
		return len(last) == 2 && last[0].Kind == "image" && strings.Contains(last[1].Text, "表格.pdf")
	})
	if p, err := png.Decode(bytes.NewReader(w.sim.Media(last[0].Media))); err != nil || p.Bounds().Dx() != 9 {
		t.Error(err)
	}
	if !strings.Contains(last[1].Text, "1208 号坐席") || !strings.Contains(last[1].Text, "/wechat/enter?to=%2Fchat") {
		t.Error(last[1].Text)
	}
	w.secretive(t, openid, "路线图", "表格.pdf")
}

// A picture that cannot be taken says why, and the talk goes on.
func TestPicturesThatAreNotTaken(t *testing.T) {
	w := newWorld(t, setting{config: func(c *bangban.Config) { c.ClamAV = "" }})
	const openid, get = "photographer", "/cgi-bin/media/get"
	w.sim.AddFollowers(openid)
	for _, c := range []struct {
		name  string
		data  []byte
		fault *simulator.Fault
		want  string
	}{
		{"no picture", []byte("<svg onload=alert(1)>"), nil, "打不开"},
		{"half a picture", snap(t)[:60], nil, "打不开"},
		{"empty", []byte{}, nil, "打不开"},
		{"too large", append(snap(t), make([]byte, 10<<20)...), nil, "太大"},
		{"over on the platform", snap(t), &simulator.Fault{Code: 40007}, "现在收不下"},
		{"the platform away", snap(t), &simulator.Fault{Status: 502, Times: 2}, "现在收不下"},
		{"the line cut once", snap(t), &simulator.Fault{Cut: true}, "文件已收到"},
		{"the token refused", snap(t), &simulator.Fault{Code: 40001}, "文件已收到"},
	} {
		if c.fault != nil {
			w.sim.Fault(get, *c.fault)
		}
		if o := w.sim.Image(openid, c.data); o.Ending != simulator.Replied || !strings.Contains(o.Reply.Text, c.want) {
			t.Errorf("%s: %s %+v", c.name, o, o.Reply)
		}
		w.sim.ClearFaults()
	}
	if o := w.sim.Compose(openid, simulator.MessageOf("file").With("Title", "a.pdf")).Send(); o.Ending != simulator.Replied || !strings.Contains(o.Reply.Text, "在网页上发文件") {
		t.Errorf("a file: %+v", o.Reply)
	}
	if o := w.sim.Say(openid, "身份证丢了怎么补办"); !strings.Contains(o.Reply.Text, "60 日") {
		t.Errorf("and then: %+v", o.Reply)
	}
}

// What the platform says to an agent's picture decides what becomes of it, as for words.
func TestAnAgentsPictureMeetsThePlatform(t *testing.T) {
	const upload, send = "/cgi-bin/media/upload", "/cgi-bin/message/custom/send"
	away := fault.New(fault.Unavailable, "store.away")
	for _, c := range []struct {
		name   string
		path   string
		fault  *simulator.Fault
		wait   time.Duration // before it is sent
		gone   error         // of our own store, once
		state  channels.State
		reason string
	}{
		{name: "taken", state: channels.Sent},
		{name: "upload cut", path: upload, fault: &simulator.Fault{Cut: true}, state: channels.Sent},
		{name: "token refused", path: upload, fault: &simulator.Fault{Code: 42001}, state: channels.Sent},
		{name: "busy", path: upload, fault: &simulator.Fault{Code: -1}, state: channels.Sent},
		{name: "media gone in between", path: send, fault: &simulator.Fault{Code: 40007}, state: channels.Sent},
		{name: "too large for the platform", path: upload, fault: &simulator.Fault{Code: 45001}, state: channels.Failed, reason: "refused"},
		{name: "no right to upload", path: upload, fault: &simulator.Fault{Code: 48001}, state: channels.Failed, reason: "account"},
		{name: "the window closed", path: send, fault: &simulator.Fault{Code: 45015}, state: channels.Failed, reason: "window"},
		{name: "the window over", wait: 49 * time.Hour, state: channels.Failed, reason: "window"},
		{name: "the file deleted", gone: fault.New(fault.NotFound, "file.not_found"), state: channels.Failed, reason: "refused"},
		{name: "our store away", gone: away, state: channels.Sent},
	} {
		t.Run(c.name, func(t *testing.T) {
			asked := 0
			r := newRig(t, rigSetting{source: t.TempDir(), file: func(context.Context, string, string) (*channels.File, error) {
				if asked++; asked == 1 && c.gone != nil {
					return nil, c.gone
				}
				return &channels.File{Name: "x.jpg", Kind: "image/jpeg", Data: []byte("the picture")}, nil
			}})
			r.sim.AddFollowers("o")
			r.sim.Say("o", "问")
			r.clock.Add(c.wait)
			if c.fault != nil {
				r.sim.Fault(c.path, *c.fault)
			}
			r.talks.show("t1", r.talks.thread(), &channels.File{Name: "x.jpg", Kind: "image/jpeg"})
			r.until(t, "settled", func() bool {
				if c.gone == away && r.talks.last("t1").State == "" {
					r.clock.Add(time.Second) // until the lease is over
				} else if c.fault != nil {
					r.clock.Add(100 * time.Millisecond)
				}
				return r.talks.last("t1").State == c.state
			})
			if d := r.talks.last("t1"); d.Reason != c.reason {
				t.Errorf("%+v", d)
			}
			pictures := 0
			for _, s := range r.sim.Shown("o") {
				if s.Kind == "image" && string(r.sim.Media(s.Media)) == "the picture" {
					pictures++
				}
			}
			if want := map[channels.State]int{channels.Sent: 1}[c.state]; pictures != want {
				t.Errorf("%d pictures, want %d", pictures, want)
			}
		})
	}
}
