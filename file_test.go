package bangban_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/color"
	"image/jpeg"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"bangban"
	"bangban/conversation"
)

// running serves a small city over HTTP.
func running(t *testing.T, change func(*bangban.Config)) (*bangban.City, string) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg := &bangban.Config{Data: t.TempDir(), Listen: listener.Addr().String(), Embedding: "none", RateLimit: "off"}
	if change != nil {
		change(cfg)
	}
	if err := cfg.Load(func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	city, err := bangban.Open(t.Context(), cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- city.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := city.Close(); err != nil {
			t.Error(err)
		}
	})
	return city, "http://" + listener.Addr().String()
}

func photo(t *testing.T) []byte {
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

// sent is what a file's sending gives.
type sent struct {
	Kind           string `json:"kind"`
	Reason         string `json:"reason"`
	Text           string `json:"text"`
	ConversationID string `json:"conversation_id"`
	Token          string `json:"conversation_token"`
	Type           string `json:"type"`
	Detail         string `json:"detail"`
}

func sendFile(t *testing.T, base string, data []byte, talk sent, key string) (int, sent) {
	t.Helper()
	q := url.Values{"name": {"我的../户口本.exe"}}
	if talk.ConversationID != "" {
		q.Set("conversation_id", talk.ConversationID)
	}
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, base+"/api/v1/files?"+q.Encode(), bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Bangban-Conversation", talk.Token)
	req.Header.Set("Idempotency-Key", key)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var out sent
	if err := json.NewDecoder(res.Body).Decode(&out); err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, out
}

// fetch gets a path with a talk's token.
func fetchFile(t *testing.T, address, token string) (*http.Response, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Bangban-Conversation", token)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, body
}

// A photo is kept without its place, once for one key, sealed, and given to the citizen of the talk alone; the machine says that it does not look at it.
func TestAFileIsKeptInTheTalk(t *testing.T) {
	city, base := running(t, nil)
	status, first := sendFile(t, base, photo(t), sent{}, "0123456789abcdef0")
	if status != 200 || first.Kind != "relayed" || first.Reason != "file" || !strings.Contains(first.Text, "已收到") {
		t.Fatal(status, first)
	}
	if _, again := sendFile(t, base, photo(t), first, "0123456789abcdef0"); again.ConversationID != first.ConversationID {
		t.Error("the same key made another talk")
	}
	_, raw := fetchFile(t, base+"/api/v1/conversations/"+first.ConversationID+"/turns", first.Token)
	var turns struct {
		Turns []struct {
			ID, Author, Text string
			File             *struct {
				Name, Kind          string
				Size, Width, Height int
			}
		}
	}
	if err := json.Unmarshal(raw, &turns); err != nil {
		t.Fatal(err)
	}
	if len(turns.Turns) != 2 || turns.Turns[0].File == nil || turns.Turns[0].File.Width != 40 || turns.Turns[0].File.Name != "户口本.jpg" {
		t.Fatalf("%s", raw)
	}
	address := base + "/api/v1/conversations/" + first.ConversationID + "/files/" + turns.Turns[0].ID
	res, body := fetchFile(t, address, first.Token)
	if res.StatusCode != 200 || bytes.Contains(body, []byte("GPS")) || res.Header.Get("Content-Type") != "image/jpeg" || !strings.Contains(res.Header.Get("Content-Security-Policy"), "sandbox") {
		t.Error(res.Status, res.Header)
	}
	if res, _ := fetchFile(t, address, "somebody else's"); res.StatusCode != 404 {
		t.Error("another has got it:", res.Status)
	}
	sealed, err := city.Store.Conversations().FileBody(t.Context(), conversation.ID(first.ConversationID), conversation.TurnID(turns.Turns[0].ID))
	if err != nil || bytes.Contains(sealed, body[:64]) {
		t.Error("it lies open in the database", err)
	}
}

// What may not be kept is refused with what to do.
func TestFilesAreRefused(t *testing.T) {
	_, base := running(t, func(c *bangban.Config) { c.ClamAV = "unix:/nowhere/clamd.ctl" })
	if status, out := sendFile(t, base, photo(t), sent{}, ""); status != 503 || !strings.Contains(out.Detail, "安全检查") {
		t.Error("unscanned:", status, out)
	}
	_, base = running(t, nil)
	for name, c := range map[string]struct {
		data   []byte
		status int
		want   string
	}{
		"a page":   {[]byte("<html><script>"), 400, "图片"},
		"nothing":  {nil, 400, "空"},
		"too much": {bytes.Repeat([]byte("x"), 10<<20+1), 413, "10 MB"},
		"broken":   {[]byte("\x89PNG\r\n\x1a\nnothing"), 400, "损坏"},
	} {
		if status, out := sendFile(t, base, c.data, sent{}, ""); status != c.status || !strings.Contains(out.Detail, c.want) {
			t.Errorf("%s: %d %+v", name, status, out)
		}
	}
}
