package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"testing"
	"time"
)

func (r *rig) upload(kind, field, name string, data []byte) map[string]any {
	r.t.Helper()
	var body bytes.Buffer
	w := multipart.NewWriter(&body)
	p, err := w.CreateFormFile(field, name)
	if err != nil {
		r.t.Fatal(err)
	}
	_, _ = p.Write(data)
	_ = w.Close()
	resp, err := http.Post(r.URL()+"/cgi-bin/media/upload?type="+kind+"&access_token="+r.token, w.FormDataContentType(), &body)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	var out map[string]any
	if err := json.NewDecoder(resp.Body).Decode(&out); err != nil {
		r.t.Fatal(err)
	}
	return out
}

// download is the content type and the body of media/get.
func (r *rig) download(path, id string) (string, string) {
	r.t.Helper()
	resp, err := http.Get(r.URL() + path + "?access_token=" + r.token + "&media_id=" + id)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	data, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		r.t.Errorf("status %d, want 200 for errors too", resp.StatusCode)
	}
	return resp.Header.Get("Content-Type"), string(data)
}

func TestUpload(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	for _, row := range []struct {
		name, kind, field, file string
		size                    int
		want                    float64
	}{
		{"image of 10 MB", "image", "media", "a.jpg", 10 << 20, 0},
		{"image beyond", "image", "media", "a.PNG", 10<<20 + 1, 45001},
		{"voice of 2 MB", "voice", "media", "a.amr", 2 << 20, 0},
		{"voice beyond", "voice", "media", "a.mp3", 2<<20 + 1, 45001},
		{"thumb beyond", "thumb", "media", "a.jpg", 64<<10 + 1, 45001},
		{"video", "video", "media", "a.mp4", 9, 0},
		{"empty", "image", "media", "a.jpg", 0, 44001},
		{"another ending", "image", "media", "a.exe", 9, 40005},
		{"another kind", "file", "media", "a.jpg", 9, 40004},
		{"another field", "image", "file", "a.jpg", 9, 41005},
	} {
		got := r.upload(row.kind, row.field, row.file, make([]byte, row.size))
		code, _ := got["errcode"].(float64)
		if code != row.want || (row.want == 0) != (got["media_id"] != nil) {
			t.Errorf("%s: %v, want %v", row.name, got, row.want)
		}
	}
	if got := r.code("/cgi-bin/media/upload?type=image", "no form"); got != 41005 {
		t.Errorf("no form: %d, want 41005", got)
	}
}

func TestMediaLastsThreeDays(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	id, _ := r.upload("voice", "media", "a.amr", SilentAMR(time.Second))["media_id"].(string)
	if kind, data := r.download("/cgi-bin/media/get", id); kind != "audio/amr" || data != string(SilentAMR(time.Second)) {
		t.Errorf("got %s, %d bytes", kind, len(data))
	}
	send := map[string]any{"touser": "o", "msgtype": "voice", "voice": map[string]any{"media_id": id}}
	r.clock.pass(3*24*time.Hour - time.Second)
	r.renew()
	r.Say("o", "你好")
	if got := r.code(sendPath, send); got != 0 {
		t.Errorf("a second before: %d", got)
	}
	r.clock.pass(time.Second)
	if got := r.code(sendPath, send); got != 40007 || r.Media(id) != nil {
		t.Errorf("after three days: %d, want 40007", got)
	}
	if _, data := r.download("/cgi-bin/media/get", id); !bytes.Contains([]byte(data), []byte(`"errcode":40007`)) {
		t.Errorf("download after three days: %s", data)
	}
}

func TestSpeexOnlyByItsOwnPath(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	amr, spx := r.AddMedia("voice", "a.amr", []byte("amr")), r.AddJSSDKVoice([]byte("spx"))
	for _, row := range []struct{ path, id, want string }{
		{"/cgi-bin/media/get", amr, "amr"}, {"/cgi-bin/media/get/jssdk", spx, "spx"},
		{"/cgi-bin/media/get", spx, "40007"}, {"/cgi-bin/media/get/jssdk", amr, "40007"},
	} {
		if _, data := r.download(row.path, row.id); !bytes.Contains([]byte(data), []byte(row.want)) {
			t.Errorf("%s: %s, want %s", row.path, data, row.want)
		}
	}
	film := r.AddMedia("video", "a.mp4", []byte("film"))
	if _, data := r.download("/cgi-bin/media/get", film); !bytes.Contains([]byte(data), []byte("video_url")) {
		t.Errorf("a video comes as a link, got %s", data)
	}
}

// SilentAMR is decoded by ffmpeg to 16 000 samples a second, all zero; here its frames are counted.
func TestSilentAMRIsWholeFrames(t *testing.T) {
	data := SilentAMR(time.Second)
	rest, ok := bytes.CutPrefix(data, []byte("#!AMR\n"))
	if !ok {
		t.Fatal("no header")
	}
	sizes := map[byte]int{0: 12, 1: 13, 2: 15, 3: 17, 4: 19, 5: 20, 6: 26, 7: 31} // bytes of a speech frame by its type
	n := 0
	for ; len(rest) > 0; n++ {
		size, ok := sizes[rest[0]>>3&15]
		if !ok || rest[0]&^(15<<3) != 4 || len(rest) < 1+size {
			t.Fatalf("frame %d begins with %x", n, rest[0])
		}
		rest = rest[1+size:]
	}
	if n != 50 {
		t.Errorf("%d frames in a second, want 50", n)
	}
}
