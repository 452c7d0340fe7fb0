package simulator

import (
	"bytes"
	"image"
	"image/jpeg"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

const (
	maxQRLife    = 2_592_000
	qrLife       = 60 // when nothing is said
	maxPermanent = 100_000
	maxSceneStr  = 64
)

// ticket is a QR code with its scene; ends is zero for a permanent one.
type ticket struct {
	value, scene string
	number       int64 // in order of creation
	ends         time.Time
}

func (s *Simulator) qrCreate(r *request) (any, errcode) {
	var in struct {
		Expire int64  `json:"expire_seconds"`
		Action string `json:"action_name"`
		Info   struct {
			Scene struct {
				ID  *int64  `json:"scene_id"`
				Str *string `json:"scene_str"`
			} `json:"scene"`
		} `json:"action_info"`
	}
	if e := r.decode(&in); e != 0 {
		return nil, e
	}
	permanent := in.Action == "QR_LIMIT_SCENE" || in.Action == "QR_LIMIT_STR_SCENE"
	var scene string
	switch in.Action {
	case "QR_SCENE", "QR_LIMIT_SCENE":
		id := in.Info.Scene.ID
		if id == nil || *id < 1 || *id > 1<<32-1 || permanent && *id > maxPermanent {
			return nil, 40053
		}
		scene = strconv.FormatInt(*id, 10)
	case "QR_STR_SCENE", "QR_LIMIT_STR_SCENE":
		str := in.Info.Scene.Str
		if str == nil || *str == "" || len(*str) > maxSceneStr {
			return nil, 40053
		}
		scene = *str
	default:
		return nil, 40052
	}
	if in.Expire < 0 || in.Expire > maxQRLife {
		return nil, 40053
	}
	return s.newTicket(r.now, scene, permanent, in.Expire)
}

func (s *Simulator) newTicket(now time.Time, scene string, permanent bool, seconds int64) (any, errcode) {
	t := &ticket{value: random(96), scene: scene, number: s.next()}
	answer := map[string]any{"ticket": t.value, "url": "http://weixin.qq.com/q/" + random(24)}
	if permanent {
		n := 0
		for _, other := range s.tickets {
			if other.ends.IsZero() {
				if other.scene == scene { // the same scene is the same code
					answer["ticket"] = other.value
					return answer, 0
				}
				n++
			}
		}
		if n >= maxPermanent {
			return nil, 45009
		}
	} else {
		if seconds == 0 {
			seconds = qrLife
		}
		t.ends = now.Add(time.Duration(seconds) * time.Second)
		answer["expire_seconds"] = seconds
	}
	s.tickets[t.value] = t
	return answer, 0
}

// ticketOf is the newest valid code for a scene, or a made-up one; the caller holds mu.
func (s *Simulator) ticketOf(scene string) string {
	var newest *ticket
	for _, t := range s.tickets {
		if t.scene == scene && (t.ends.IsZero() || s.o.Now().Before(t.ends)) && (newest == nil || t.number > newest.number) {
			newest = t
		}
	}
	if newest == nil {
		return random(96)
	}
	return newest.value
}

// showQR is mp.weixin.qq.com: a picture for a valid ticket, else 404. It is a plain square, not a code that a camera reads.
func (s *Simulator) showQR(w http.ResponseWriter, q *http.Request) {
	value, err := url.QueryUnescape(q.URL.Query().Get("ticket"))
	s.mu.Lock()
	t := s.tickets[value]
	good := err == nil && t != nil && (t.ends.IsZero() || s.o.Now().Before(t.ends))
	s.mu.Unlock()
	if !good {
		http.NotFound(w, q)
		return
	}
	w.Header().Set("Content-Type", "image/jpg")
	_, _ = w.Write(square())
}

// square is a small picture.
func square() []byte {
	img := image.NewGray(image.Rect(0, 0, 32, 32))
	for i := range img.Pix {
		img.Pix[i] = 255
	}
	var out bytes.Buffer
	_ = jpeg.Encode(&out, img, nil) // never fails into memory
	return out.Bytes()
}

// jsTicket is the jsapi_ticket: the same for two hours.
type jsTicket struct {
	value string
	ends  time.Time
}

func (s *Simulator) getTicket(r *request) (any, errcode) {
	if t := r.query.Get("type"); t != "jsapi" && t != "wx_card" {
		return nil, 40097
	}
	if !r.now.Before(s.jsTicket.ends) {
		s.jsTicket = jsTicket{random(86), r.now.Add(tokenLife)}
	}
	return map[string]any{"errcode": 0, "errmsg": "ok", "ticket": s.jsTicket.value,
		"expires_in": int(s.jsTicket.ends.Sub(r.now).Seconds())}, 0
}
