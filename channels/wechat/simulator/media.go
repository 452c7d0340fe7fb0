package simulator

import (
	"bytes"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"path"
	"slices"
	"strings"
	"time"
)

const mediaLife = 3 * 24 * time.Hour

// mediaForm are the size and the endings of each kind.
var mediaForm = map[string]struct {
	max     int
	endings []string
}{
	"image": {10 << 20, []string{".jpg", ".jpeg", ".png", ".gif", ".bmp"}},
	"voice": {2 << 20, []string{".amr", ".mp3"}},
	"video": {10 << 20, []string{".mp4"}},
	"thumb": {64 << 10, []string{".jpg", ".jpeg"}},
}

// media is a 临时素材.
type media struct {
	kind, name, mime string
	data             []byte
	ends             time.Time
	jssdk            bool // recorded by JS-SDK: Speex by media/get/jssdk
}

// keep stores a media; the caller holds mu.
func (s *Simulator) keep(m *media) string {
	m.ends = s.o.Now().Add(mediaLife)
	if m.mime == "" {
		m.mime = mime.TypeByExtension(path.Ext(m.name))
	}
	if path.Ext(m.name) == ".amr" {
		m.mime = "audio/amr"
	}
	if m.mime == "" {
		m.mime = "application/octet-stream"
	}
	id := random(64)
	s.media[id] = m
	return id
}

// mediaCode is 0 when a media may be sent as that kind.
func (s *Simulator) mediaCode(id, kind string, now time.Time) errcode {
	m := s.media[id]
	if m == nil || !now.Before(m.ends) || m.kind != kind {
		return 40007
	}
	return 0
}

func (s *Simulator) mediaUpload(r *request) (any, errcode) {
	kind := r.query.Get("type")
	form, ok := mediaForm[kind]
	if !ok {
		return nil, 40004
	}
	name, data := r.part("media")
	switch {
	case name == "":
		return nil, 41005
	case len(data) == 0:
		return nil, 44001
	case len(data) > form.max:
		return nil, 45001
	case !slices.Contains(form.endings, strings.ToLower(path.Ext(name))):
		return nil, 40005
	}
	id := s.keep(&media{kind: kind, name: path.Base(name), data: data})
	if kind == "thumb" {
		return map[string]any{"type": kind, "thumb_media_id": id, "created_at": r.now.Unix()}, 0
	}
	return map[string]any{"type": kind, "media_id": id, "created_at": r.now.Unix()}, 0
}

// part is the file of that name in a multipart body; name is empty when it is not there.
func (r *request) part(field string) (name string, data []byte) {
	_, params, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || params["boundary"] == "" {
		return "", nil
	}
	for m := multipart.NewReader(bytes.NewReader(r.body), params["boundary"]); ; {
		p, err := m.NextPart()
		if err != nil {
			return "", nil
		}
		if p.FormName() == field {
			if data, err = io.ReadAll(p); err != nil {
				return "", nil
			}
			return p.FileName(), data
		}
	}
}

// mediaGet gives the file, or a JSON error with status 200; a video comes as a link.
func (s *Simulator) mediaGet(r *request) (any, errcode) {
	id := r.query.Get("media_id")
	m := s.media[id]
	if m == nil || !r.now.Before(m.ends) || m.jssdk {
		return nil, 40007
	}
	if m.kind == "video" {
		return map[string]any{"video_url": s.url + "/mmbiz_pic/" + id}, 0
	}
	return file{m.mime, m.name, m.data}, 0
}

func (s *Simulator) mediaJSSDK(r *request) (any, errcode) {
	m := s.media[r.query.Get("media_id")]
	if m == nil || !r.now.Before(m.ends) || !m.jssdk {
		return nil, 40007
	}
	return file{m.mime, m.name, m.data}, 0
}

// AddMedia puts a file on the platform as if it had been uploaded, and returns its media_id.
func (s *Simulator) AddMedia(kind, name string, data []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keep(&media{kind: kind, name: name, data: data})
}

// AddJSSDKVoice puts a recording of JS-SDK on the platform: Speex, which only media/get/jssdk gives.
func (s *Simulator) AddJSSDKVoice(spx []byte) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keep(&media{kind: "voice", name: "voice.spx", mime: "voice/speex", data: spx, jssdk: true})
}

// Media is a file on the platform, nil when there is none or its three days are over.
func (s *Simulator) Media(id string) []byte {
	s.mu.Lock()
	defer s.mu.Unlock()
	if m := s.media[id]; m != nil && s.o.Now().Before(m.ends) {
		return slices.Clone(m.data)
	}
	return nil
}

// picture serves PicUrl and the link of a video.
func (s *Simulator) picture(w http.ResponseWriter, q *http.Request) {
	s.mu.Lock()
	m := s.media[q.PathValue("id")]
	s.mu.Unlock()
	if m == nil {
		http.NotFound(w, q)
		return
	}
	w.Header().Set("Content-Type", m.mime)
	_, _ = w.Write(m.data)
}
