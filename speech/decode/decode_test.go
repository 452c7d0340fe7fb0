package decode

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"bangban/channels/wechat/simulator"
	"bangban/kernel/fault"
	"bangban/speech"
)

// need skips where a program is missing, unless the whole set-up is asked for.
func need(t testing.TB, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		if os.Getenv("BANGBAN_TEST_SPEECH_REQUIRED") != "" {
			t.Fatal(err)
		}
		t.Skip(err, "; scripts/prepare test installs it")
	}
}

// spoken is a sentence of espeak-ng, as a file that ffmpeg makes by args.
func spoken(t *testing.T, args ...string) []byte {
	t.Helper()
	need(t, "espeak-ng")
	need(t, "ffmpeg")
	dir := t.TempDir()
	wav := filepath.Join(dir, "in.wav")
	if out, err := exec.Command("espeak-ng", "-v", "cmn-latn-pinyin", "-w", wav, "shen1 fen4 zheng4 diu1 le5 zen3 me5 ban4").CombinedOutput(); err != nil {
		t.Fatalf("espeak-ng: %v %s", err, out)
	}
	name := filepath.Join(dir, "out."+args[0])
	if out, err := exec.Command("ffmpeg", append(append([]string{"-v", "error", "-i", wav}, args[1:]...), name)...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg: %v %s", err, out)
	}
	raw, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// level is the root mean square of a's samples.
func level(a speech.Audio) float64 {
	sum := 0.0
	for i := 0; i+1 < len(a.PCM); i += 2 {
		v := float64(int16(binary.LittleEndian.Uint16(a.PCM[i:])))
		sum += v * v
	}
	return math.Sqrt(sum / float64(len(a.PCM)/2))
}

func TestPhonesRecordingsAreOpened(t *testing.T) {
	plain, err := New(Options{}).Decode(t.Context(), spoken(t, "wav"))
	if err != nil {
		t.Fatal(err)
	}
	if d := plain.Duration(); d < time.Second || d > 5*time.Second || plain.Rate != speech.Rate || level(plain) < 500 {
		t.Fatalf("%s at %d Hz, level %.0f", d, plain.Rate, level(plain))
	}
	for _, args := range [][]string{{"ogg", "-c:a", "libopus"}, {"webm", "-c:a", "libopus"}, {"mp3"}, {"m4a", "-c:a", "aac"}, {"aac", "-c:a", "aac"},
		{"wav", "-ac", "2", "-ar", "48000"}} {
		t.Run(args[0], func(t *testing.T) {
			a, err := New(Options{}).Decode(t.Context(), spoken(t, args...))
			if err != nil {
				t.Fatal(err)
			}
			if d := (a.Duration() - plain.Duration()).Abs(); d > 200*time.Millisecond || level(a) < 0.6*level(plain) || level(a) > 1.2*level(plain) { // two channels become one at -3 dB
				t.Errorf("%s, level %.0f; want %s, %.0f", a.Duration(), level(a), plain.Duration(), level(plain))
			}
		})
	}
}

func TestAMR(t *testing.T) {
	need(t, "ffmpeg")
	d := New(Options{})
	if err := d.Check(t.Context()); err != nil {
		t.Fatal(err)
	}
	for _, length := range []time.Duration{20 * time.Millisecond, time.Second, time.Minute} {
		a, err := d.Decode(t.Context(), simulator.SilentAMR(length))
		if err != nil || a.Duration() != length {
			t.Errorf("%s: %s, %v", length, a.Duration(), err)
		}
	}
	wide := []byte("#!AMR-WB\n") // 23.85 kbit/s: 60 bytes a frame after its header
	for range 50 {
		wide = append(append(wide, 8<<3|1<<2), make([]byte, 60)...)
	}
	if a, err := d.Decode(t.Context(), wide); err != nil || a.Duration() != time.Second {
		t.Errorf("wide: %s, %v", a.Duration(), err)
	}
}

func TestWhatIsNoRecording(t *testing.T) {
	need(t, "ffmpeg")
	amr := simulator.SilentAMR(time.Second)
	for _, c := range []struct {
		name string
		file []byte
		key  string
	}{
		{"nothing", nil, speech.KeyUnreadable},
		{"a text", []byte("你好"), speech.KeyUnreadable},
		{"Silk", []byte("\x02#!SILK_V3 and more"), speech.KeyUnreadable},
		{"header alone", []byte("#!AMR\n"), speech.KeyUnreadable},
		{"a playlist", []byte("#EXTM3U\n#EXTINF:1,\nfile:///etc/passwd\n"), speech.KeyUnreadable},
		{"a list of files", []byte("ffconcat version 1.0\nfile /etc/passwd\n"), speech.KeyUnreadable},
		{"a broken film", append([]byte("\x00\x00\x00\x18ftypisom"), make([]byte, 300)...), speech.KeyUnreadable},
		{"RIFF without a format", append([]byte("RIFF\xff\x00\x00\x00WAVE"), make([]byte, 100)...), speech.KeyUnreadable},
		{"over a minute", simulator.SilentAMR(62 * time.Second), speech.KeyTooLong},
		{"an hour", simulator.SilentAMR(time.Hour), speech.KeyTooLong},
		{"over 2 MB", append(bytes.Clone(amr), make([]byte, 2<<20)...), speech.KeyTooLong},
	} {
		t.Run(c.name, func(t *testing.T) {
			if a, err := New(Options{}).Decode(t.Context(), c.file); speech.KeyOf(err) != c.key {
				t.Errorf("%s, %v; want %s", a.Duration(), err, c.key)
			}
		})
	}
}

// impostor writes a program that stands for ffmpeg.
func impostor(t *testing.T, script string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "ffmpeg")
	if err := os.WriteFile(path, []byte("#!/bin/sh\n"+script), 0o700); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestNoDecoder(t *testing.T) {
	for name, path := range map[string]string{"missing": "/nowhere/ffmpeg", "without AMR": impostor(t, "echo aac"), "broken": impostor(t, "exit 3")} {
		if err := New(Options{Path: path}).Check(t.Context()); speech.KeyOf(err) != speech.KeyNoDecoder || !fault.Is(err, fault.Unavailable) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if _, err := New(Options{Path: "/nowhere/ffmpeg"}).Decode(t.Context(), simulator.SilentAMR(time.Second)); speech.KeyOf(err) != speech.KeyNoDecoder {
		t.Error(err)
	}
}

func TestChildIsHeldToItsLimits(t *testing.T) {
	amr := simulator.SilentAMR(time.Second)
	for _, c := range []struct {
		name, script string
		options      Options
		key          string
	}{
		{"deaf and mute", "exec sleep 1000", Options{Patience: 100 * time.Millisecond}, speech.KeySlow},
		{"endless output", "exec cat /dev/zero", Options{}, speech.KeyTooLong},
		{"silent success", "cat >/dev/null", Options{}, speech.KeyEmpty},
		{"refusal", "cat >/dev/null; echo no such codec >&2; exit 1", Options{}, speech.KeyUnreadable},
		{"endless complaint", "cat >/dev/null; head -c 10000000 /dev/zero >&2; exit 1", Options{}, speech.KeyUnreadable},
	} {
		t.Run(c.name, func(t *testing.T) {
			c.options.Path = impostor(t, c.script)
			if _, err := New(c.options).Decode(t.Context(), amr); speech.KeyOf(err) != c.key {
				t.Errorf("%v, want %s", err, c.key)
			}
		})
	}
}

func TestChildHasItsLimitsBeforeItsFirstByte(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("Linux sets limits on a running child")
	}
	path := impostor(t, "cat >/dev/null; echo data $(ulimit -d) file $(ulimit -f) time $(ulimit -t) >&2; env >&2; exit 1")
	t.Setenv("BANGBAN_SECRET_KEY", "hidden")
	_, err := New(Options{Path: path, Memory: 100 << 20, Largest: 1 << 20, Patience: 7 * time.Second}).Decode(t.Context(), simulator.SilentAMR(time.Second))
	if err == nil || !strings.Contains(err.Error(), "data 102400 file 2048 time 7") || strings.Contains(err.Error(), "hidden") {
		t.Error(err)
	}
}

func TestChildGoesWithItsCaller(t *testing.T) {
	pidFile := filepath.Join(t.TempDir(), "pid")
	path := impostor(t, "echo $$ >"+pidFile+".new; mv "+pidFile+".new "+pidFile+"; exec sleep 1000")
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() {
		_, err := New(Options{Path: path, Patience: time.Minute}).Decode(ctx, simulator.SilentAMR(time.Second))
		ended <- err
	}()
	var pid int
	for pid == 0 {
		if raw, err := os.ReadFile(pidFile); err == nil {
			if pid, err = strconv.Atoi(strings.TrimSpace(string(raw))); err != nil {
				t.Fatal(err)
			}
		}
	}
	cancel()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if err := syscall.Kill(pid, 0); !errors.Is(err, syscall.ESRCH) {
		t.Errorf("the child lives: %v", err)
	}
}

func TestOnlySoManyChildren(t *testing.T) {
	d := New(Options{Path: impostor(t, "exec sleep 1000"), AtOnce: 1, Patience: 50 * time.Millisecond})
	d.places <- struct{}{}
	if _, err := d.Decode(t.Context(), simulator.SilentAMR(time.Second)); speech.KeyOf(err) != speech.KeySlow {
		t.Error(err)
	}
}

// The WAV that we write for recognisers is one to ffmpeg too.
func TestOurWAVIsReadByOthers(t *testing.T) {
	need(t, "ffmpeg")
	a := speech.Audio{Rate: speech.Rate, PCM: bytes.Repeat([]byte{1, 2, 3, 4}, 8000)}
	got, err := New(Options{}).Decode(t.Context(), a.WAV())
	if err != nil || !bytes.Equal(got.PCM, a.PCM) {
		t.Error(err, len(got.PCM))
	}
}

func TestLimitedWriter(t *testing.T) {
	var strict, loose bytes.Buffer
	s, l := &limited{to: &strict, left: 3, strict: true}, &limited{to: &loose, left: 3}
	for _, w := range []io.Writer{s, l} {
		if n, err := w.Write([]byte("ab")); n != 2 || err != nil {
			t.Error(n, err)
		}
	}
	if _, err := s.Write([]byte("cd")); !errors.Is(err, errOver) || strict.String() != "ab" {
		t.Error(err, strict.String())
	}
	if n, err := l.Write([]byte("cd")); n != 2 || err != nil || loose.String() != "abc" {
		t.Error(n, err, loose.String())
	}
}

// Whatever comes in, the outcome is sound within the limits or a fault of ours, and the child is gone.
func FuzzDecode(f *testing.F) {
	need(f, "ffmpeg")
	f.Add(simulator.SilentAMR(100 * time.Millisecond))
	f.Add(speech.Audio{Rate: 8000, PCM: make([]byte, 1600)}.WAV())
	f.Add([]byte("OggS\x00\x02"))
	f.Add([]byte("\x00\x00\x00\x18ftypM4A "))
	f.Add([]byte("\x1a\x45\xdf\xa3\x01"))
	f.Add([]byte("ID3\x03\x00"))
	d := New(Options{Longest: 5 * time.Second})
	f.Fuzz(func(t *testing.T, file []byte) {
		a, err := d.Decode(t.Context(), file)
		switch speech.KeyOf(err) {
		case "":
			if err != nil || a.Check() != nil || len(a.PCM) == 0 || a.Duration() > 5*time.Second {
				t.Errorf("%v, %s", err, a.Duration())
			}
		case speech.KeyUnreadable, speech.KeyTooLong, speech.KeyEmpty:
		default:
			t.Error(err)
		}
	})
}
