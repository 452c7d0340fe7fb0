package wechat_test

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"bangban"
	"bangban/channels/wechat/simulator"
	speech "bangban/speech/simulator"
)

// A voice message through real children and a real protocol: AMR, ffmpeg, FunASR's websocket, the answer. What could not be heard, or
// not by anybody, is asked for in writing; the words of citizens are in no log.
func TestVoiceIsHeardAndAnswered(t *testing.T) {
	if _, err := exec.LookPath("ffmpeg"); err != nil {
		if os.Getenv("BANGBAN_TEST_SPEECH_REQUIRED") != "" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	ears, err := speech.Start(speech.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(ears.Close)
	w := newWorld(t, setting{config: func(c *bangban.Config) { c.Recogniser = "funasr:" + ears.FunASR() }})
	const openid = "speaker"
	w.sim.AddFollowers(openid)
	say := func(recording []byte) string {
		t.Helper()
		before := len(w.texts(openid))
		w.sim.Voice(openid, recording)
		w.until(t, "an answer", func() bool { return len(w.texts(openid)) > before })
		return w.texts(openid)[before]
	}
	ears.Say("孩子出生多久要上户口")
	if got := say(simulator.SilentAMR(3 * time.Second)); !strings.Contains(got, "我听到的是：孩子出生多久要上户口") || !strings.Contains(got, "来源：") {
		t.Errorf("asked: %s", got)
	}
	ears.Say("")
	if got := say(simulator.SilentAMR(time.Second)); !strings.Contains(got, "打字") {
		t.Errorf("silence: %s", got)
	}
	if got := say([]byte("#!AMR\nnothing of the kind")); !strings.Contains(got, "打字") {
		t.Errorf("no recording: %s", got)
	}
	ears.Break(speech.Down)
	if got := say(simulator.SilentAMR(time.Second)); !strings.Contains(got, "打字") {
		t.Errorf("nobody to hear it: %s", got)
	}
	if h := ears.Heard(); len(h) != 2 || len(h[0].PCM) < 2*3*16000 {
		t.Errorf("%d recordings came", len(h))
	}
	if len(ears.Complaints()) > 0 || strings.Contains(w.log.String(), "上户口") {
		t.Errorf("%v\n%s", ears.Complaints(), w.log)
	}
}
