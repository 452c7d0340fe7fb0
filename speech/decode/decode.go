// Package decode opens recordings as phones send them (AMR, and the usual kinds of files) and makes them PCM of 16 kHz, with ffmpeg as a
// child process: it is GPL as Debian builds it and reads bytes of strangers, so it is neither linked nor trusted. It gets the bytes
// by a pipe, the kind of file from us, no network, no file, and limits on time, memory and output.
// Start at Decoder.
package decode

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"time"

	"bangban/kernel/fault"
	"bangban/speech"
)

// Options limit what a Decoder takes and uses. Zero fields take their defaults.
type Options struct {
	Path     string        // of ffmpeg; looked up each time when empty, so that it may be installed while we run
	Longest  time.Duration // recording; 61 s
	Largest  int           // file in bytes; 2 MB, as WeChat's
	Patience time.Duration // with the child; 10 s
	Memory   uint64        // of the child, in bytes; 256 MB. Linux only
	AtOnce   int           // children; as many as there are cores
}

// Decoder opens recordings. It is safe for many at once.
type Decoder struct {
	o      Options
	places chan struct{}
}

// New makes a Decoder. It asks nothing of the machine yet.
func New(o Options) *Decoder {
	if o.Longest <= 0 {
		o.Longest = 61 * time.Second
	}
	if o.Largest <= 0 {
		o.Largest = 2 << 20
	}
	if o.Patience <= 0 {
		o.Patience = 10 * time.Second
	}
	if o.Memory == 0 {
		o.Memory = 256 << 20
	}
	if o.AtOnce <= 0 {
		o.AtOnce = runtime.GOMAXPROCS(0)
	}
	return &Decoder{o: o, places: make(chan struct{}, o.AtOnce)}
}

// Check fails with speech.no_decoder when ffmpeg is not there, or can't do AMR.
func (d *Decoder) Check(ctx context.Context) error {
	path, err := d.path()
	if err != nil {
		return err
	}
	ctx, stop := context.WithTimeout(ctx, d.o.Patience)
	defer stop()
	cmd := exec.CommandContext(ctx, path, "-hide_banner", "-loglevel", "error", "-decoders")
	cmd.Env, cmd.WaitDelay = environment(), time.Second
	out, err := cmd.Output()
	if err != nil {
		return fault.Wrap(fault.Unavailable, speech.KeyNoDecoder, fmt.Errorf("%s: %w", path, err))
	}
	if !bytes.Contains(out, []byte("amrnb")) {
		return fault.Wrap(fault.Unavailable, speech.KeyNoDecoder, fmt.Errorf("%s can't read AMR", path))
	}
	return nil
}

func (d *Decoder) path() (string, error) {
	name := d.o.Path
	if name == "" {
		name = "ffmpeg"
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", fault.Wrap(fault.Unavailable, speech.KeyNoDecoder, err)
	}
	return path, nil
}

// Decode opens a recording. It fails with speech.too_long, speech.unreadable, speech.empty, speech.slow, speech.no_decoder, or
// Canceled when the caller gave up.
func (d *Decoder) Decode(ctx context.Context, file []byte) (speech.Audio, error) {
	none := speech.Audio{}
	if len(file) > d.o.Largest {
		return none, speech.TooLong()
	}
	format := kind(file)
	if format == "" {
		return none, speech.Unreadable(fmt.Errorf("an unknown kind of recording, %d bytes", len(file)))
	}
	path, err := d.path()
	if err != nil {
		return none, err
	}
	ctx, stop := context.WithTimeout(ctx, d.o.Patience)
	defer stop()
	select {
	case d.places <- struct{}{}:
		defer func() { <-d.places }()
	case <-ctx.Done():
		return none, speech.Lost(ctx, ctx.Err())
	}
	pcm, err := d.run(ctx, path, format, file)
	switch {
	case err != nil:
		return none, err
	case len(pcm) == 0:
		return none, speech.Empty()
	}
	a := speech.Audio{PCM: pcm[:len(pcm)&^1], Rate: speech.Rate}
	if a.Duration() > d.o.Longest {
		return none, speech.TooLong()
	}
	return a, nil
}

// kinds are what the recordings begin with, and ffmpeg's name for it. The kind is ours to say: ffmpeg's own guess might take the
// bytes for a playlist that names other files.
var kinds = []struct {
	at           int
	mark, format string
}{
	{0, "#!AMR\n", "amr"}, {0, "#!AMR-WB\n", "amr"}, {8, "WAVE", "wav"}, {0, "OggS", "ogg"}, {0, "ID3", "mp3"}, {0, "\xff\xfb", "mp3"},
	{0, "\xff\xf3", "mp3"}, {0, "\xff\xf2", "mp3"}, {0, "\xff\xf1", "aac"}, {0, "\xff\xf9", "aac"}, {4, "ftyp", "mov"},
	{0, "\x1a\x45\xdf\xa3", "matroska"},
}

// kind is ffmpeg's name for the kind of a recording; empty when it is none of those.
func kind(file []byte) string {
	for _, k := range kinds {
		if len(file) > k.at+len(k.mark) && string(file[k.at:k.at+len(k.mark)]) == k.mark {
			return k.format
		}
	}
	return ""
}

// environment is all that the child knows of ours.
func environment() []string {
	env := []string{"LC_ALL=C"}
	for _, name := range []string{"LD_LIBRARY_PATH", "TMPDIR"} { // an ffmpeg outside the system's folders; a folder for files that need seeking
		if v := os.Getenv(name); v != "" {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// run is the child.
func (d *Decoder) run(ctx context.Context, path, format string, file []byte) ([]byte, error) {
	protocols, source := "pipe", "pipe:0"
	if format == "mov" { // its index may stand at the end
		protocols, source = "cache,pipe", "cache:pipe:0"
	}
	seconds := d.o.Longest.Seconds() + 1
	cmd := exec.CommandContext(ctx, path, "-hide_banner", "-nostdin", "-loglevel", "error", "-max_alloc", strconv.Itoa(64<<20),
		"-protocol_whitelist", protocols, "-threads", "1", "-f", format, "-i", source,
		"-map", "0:a:0", "-vn", "-sn", "-dn", "-t", strconv.FormatFloat(seconds, 'f', -1, 64),
		"-threads", "1", "-ac", "1", "-ar", strconv.Itoa(speech.Rate), "-c:a", "pcm_s16le", "-f", "s16le", "pipe:1")
	var out, said bytes.Buffer
	most := int(seconds*speech.Rate)*2 + 4096
	heard := &limited{to: &out, left: most, strict: true}
	cmd.Stdout, cmd.Stderr = heard, &limited{to: &said, left: 2000}
	cmd.Env, cmd.Dir, cmd.WaitDelay = environment(), "/", time.Second
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, speech.Lost(ctx, err)
	}
	if err := cmd.Start(); err != nil {
		return nil, fault.Wrap(fault.Unavailable, speech.KeyNoDecoder, err)
	}
	if err := restrain(cmd.Process.Pid, d.o); err != nil { // it waits for its first byte
		_ = cmd.Process.Kill()
		_ = cmd.Wait() // it was killed
		return nil, fault.Wrap(fault.Unavailable, speech.KeyNoDecoder, fmt.Errorf("limit the child: %w", err))
	}
	// A child that has heard enough, or died, closes the pipe: its exit says how it was.
	_, _ = in.Write(file)
	_ = in.Close()
	if err := cmd.Wait(); err != nil {
		switch {
		case ctx.Err() != nil:
			return nil, speech.Lost(ctx, err)
		case heard.over:
			return nil, speech.TooLong()
		}
		return nil, speech.Unreadable(fmt.Errorf("ffmpeg: %w: %s", err, strings.ToValidUTF8(strings.Join(strings.Fields(said.String()), " "), "")))
	}
	return out.Bytes(), nil
}

var errOver = errors.New("more output than a recording can have")

// limited is a writer with an end: beyond it, it fails when strict, and forgets otherwise.
type limited struct {
	to           io.Writer
	left         int
	strict, over bool
}

func (l *limited) Write(p []byte) (int, error) {
	n := min(len(p), l.left)
	l.over = l.over || n < len(p)
	if l.over && l.strict {
		return 0, errOver
	}
	l.left -= n
	if _, err := l.to.Write(p[:n]); err != nil {
		return 0, err
	}
	return len(p), nil
}
