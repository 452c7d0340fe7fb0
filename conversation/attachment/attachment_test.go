package attachment

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/gif"
	"image/jpeg"
	"image/png"
	"io"
	"net"
	"testing"

	"bangban/kernel/fault"
)

// sample is a picture whose left half is red, its right half blue, twice as wide as high.
func sample() image.Image {
	img := image.NewRGBA(image.Rect(0, 0, 64, 32))
	for y := range 32 {
		for x := range 64 {
			c := color.RGBA{255, 0, 0, 255}
			if x >= 32 {
				c = color.RGBA{0, 0, 255, 255}
			}
			img.Set(x, y, c)
		}
	}
	return img
}

// held is a JPEG with an Exif part that says how the camera was held, and where.
func held(t testing.TB, o uint16) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, sample(), nil); err != nil {
		t.Fatal(err)
	}
	tiff := append([]byte("MM\x00\x2a\x00\x00\x00\x08\x00\x01\x01\x12\x00\x03\x00\x00\x00\x01"), byte(o>>8), byte(o), 0, 0, 0, 0, 0, 0)
	part := append([]byte("Exif\x00\x00"), append(tiff, []byte("GPS 30.25N 120.17E")...)...)
	out := append([]byte{0xff, 0xd8, 0xff, 0xe1}, binary.BigEndian.AppendUint16(nil, uint16(len(part)+2))...)
	return append(append(out, part...), b.Bytes()[2:]...)
}

func TestClean(t *testing.T) {
	for o, want := range map[uint16]struct {
		w, h int
		red  image.Point // a point that must be red
	}{1: {64, 32, image.Pt(5, 16)}, 2: {64, 32, image.Pt(58, 16)}, 3: {64, 32, image.Pt(58, 16)}, 4: {64, 32, image.Pt(5, 16)}, 5: {32, 64, image.Pt(16, 5)},
		6: {32, 64, image.Pt(16, 5)}, 7: {32, 64, image.Pt(16, 58)}, 8: {32, 64, image.Pt(16, 58)}, 9: {64, 32, image.Pt(5, 16)}} {
		out, kind, err := clean(held(t, o))
		if err != nil || kind != "image/jpeg" {
			t.Fatalf("orientation %d: %s, %v", o, kind, err)
		}
		if bytes.Contains(out, []byte("GPS")) || bytes.Contains(out, []byte("Exif")) {
			t.Errorf("orientation %d: the place is still in it", o)
		}
		img, err := jpeg.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		r, _, b, _ := img.At(want.red.X, want.red.Y).RGBA()
		if img.Bounds().Dx() != want.w || img.Bounds().Dy() != want.h || r < b {
			t.Errorf("orientation %d: %v, red %d, blue %d", o, img.Bounds(), r, b)
		}
	}
	var p, g bytes.Buffer
	if err := errors.Join(png.Encode(&p, sample()), gif.Encode(&g, sample(), nil)); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{"png": p.Bytes(), "gif": g.Bytes(), "png with bytes behind it": append(p.Bytes(), []byte("<script>")...)} {
		out, kind, err := clean(data)
		if err != nil || kind != "image/png" || bytes.Contains(out, []byte("script")) {
			t.Errorf("%s: %s, %v", name, kind, err)
		}
	}
	for _, c := range []struct {
		name string
		data []byte
		key  string
	}{
		{"empty", nil, "file.empty"}, {"a page", []byte("<html>"), "file.kind"}, {"a program", []byte("\x7fELF"), "file.kind"}, {"a name only", []byte("\xff\xd8\xff"), "file.broken"},
		{"svg", []byte("<svg/>"), "file.kind"}, {"half a png", p.Bytes()[:40], "file.broken"}, {"too large", make([]byte, MaxBytes+1), "file.too_large"},
		{"a bomb", bomb(p.Bytes()), "file.too_many_pixels"}, {"half a pdf", []byte("%PDF-1.7 and nothing more"), "file.kind"},
	} {
		_, err := Clean(t.Context(), "x", c.data)
		var f *fault.Error
		if !errors.As(err, &f) || f.Key != c.key {
			t.Errorf("%s: %v, want %s", c.name, err, c.key)
		}
	}
	if f, err := Clean(t.Context(), `C:\住户\..\我的<户口>本.exe`, []byte("%PDF-1.7\n%%EOF\n")); err != nil || f.Kind != "application/pdf" || f.Name != "我的户口本.pdf" {
		t.Error(f, err)
	}
}

func clean(data []byte) (out []byte, kind string, err error) {
	f, err := Clean(context.Background(), "x.html", data)
	if err != nil {
		return nil, "", err
	}
	return f.Data, f.Kind, nil
}

// bomb is a small picture that says to be a huge one.
func bomb(small []byte) []byte {
	b := bytes.Clone(small)
	binary.BigEndian.PutUint32(b[16:], 100_000) // the width in the header
	binary.BigEndian.PutUint32(b[20:], 100_000)
	binary.BigEndian.PutUint32(b[29:], crc32.ChecksumIEEE(b[12:29]))
	return b
}

// The daemon's three answers, its silence and its absence.
func TestScan(t *testing.T) {
	for _, c := range []struct{ answer, key string }{{"stream: OK\x00", ""}, {"stream: Eicar-Signature FOUND\x00", "file.virus"}, {"INSTREAM size limit exceeded. ERROR\x00", "file.unscanned"}, {"", "file.unscanned"}} {
		data := bytes.Repeat([]byte("x"), 200_000)
		got := make(chan []byte, 1)
		err := daemon(t, c.answer, got).Scan(t.Context(), data)
		var f *fault.Error
		if c.key == "" && err != nil || c.key != "" && (!errors.As(err, &f) || f.Key != c.key) {
			t.Errorf("%q: %v, want %s", c.answer, err, c.key)
		}
		if !bytes.Equal(<-got, data) {
			t.Errorf("%q: the daemon did not get the file", c.answer)
		}
	}
	if err := Scanner("unix:/nowhere/clamd.ctl").Scan(t.Context(), []byte("x")); !fault.Is(err, fault.Unavailable) {
		t.Error(err)
	}
	if err := Scanner("").Scan(t.Context(), []byte("x")); err != nil {
		t.Error(err)
	}
}

// daemon plays clamd for one file: it reads the command and the chunks as the real one does, and answers.
func daemon(t *testing.T, answer string, got chan<- []byte) Scanner {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		conn, err := l.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		var file []byte
		defer func() { got <- file }()
		command := make([]byte, len("zINSTREAM\x00"))
		if _, err := io.ReadFull(conn, command); err != nil || string(command) != "zINSTREAM\x00" {
			return
		}
		for {
			var size uint32
			if err := binary.Read(conn, binary.BigEndian, &size); err != nil {
				return
			}
			if size == 0 {
				_, _ = io.WriteString(conn, answer)
				return
			}
			chunk := make([]byte, size)
			if _, err := io.ReadFull(conn, chunk); err != nil {
				return
			}
			file = append(file, chunk...)
		}
	}()
	return Scanner("tcp:" + l.Addr().String())
}

func FuzzClean(f *testing.F) {
	f.Add(held(f, 6))
	f.Add([]byte("\x89PNG\r\n\x1a\n"))
	f.Add([]byte("GIF89a"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 1<<16 {
			return
		}
		out, _, err := clean(data)
		if err == nil && len(out) == 0 {
			t.Error("cleaned to nothing")
		}
	})
}
