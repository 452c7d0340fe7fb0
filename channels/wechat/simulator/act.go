package simulator

import (
	"fmt"
	"strconv"
)

// AddFollowers makes people followers without an event, as those who followed before the product was there. They have no window open.
func (s *Simulator) AddFollowers(openids ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range openids {
		p := s.person(o)
		p.follows, p.ever, p.since = true, true, s.o.Now()
	}
}

// Follow follows the account: by search when scene is empty, else by the QR code of that scene.
func (s *Simulator) Follow(openid, scene string, ds ...Delivery) Outcome {
	s.mu.Lock()
	p := s.person(openid)
	p.follows, p.ever, p.since, p.scene = true, true, s.o.Now(), scene
	m := EventOf("subscribe", "")
	m.act = followed
	if scene == "" {
		m = m.With("EventKey", "")
	} else {
		m = m.With("EventKey", "qrscene_"+scene).With("Ticket", s.ticketOf(scene))
	}
	push := s.compose(p, m)
	s.mu.Unlock()
	return push.Send(ds...)
}

// Unfollow leaves: every window is over, and nothing is shown any more.
func (s *Simulator) Unfollow(openid string, ds ...Delivery) Outcome {
	s.mu.Lock()
	p := s.person(openid)
	p.follows = false
	clear(p.windows)
	push := s.compose(p, event("unsubscribe", "").With("EventKey", ""))
	s.mu.Unlock()
	return push.Send(ds...)
}

// Say writes a text.
func (s *Simulator) Say(openid, text string, ds ...Delivery) Outcome {
	return s.Compose(openid, Text(text)).Send(ds...)
}

// Voice sends a recording in AMR-NB; see SilentAMR. The push has no Recognition: the service is gone.
func (s *Simulator) Voice(openid string, amr []byte, ds ...Delivery) Outcome {
	id := s.AddMedia("voice", "voice.amr", amr)
	return s.Compose(openid, MessageOf("voice").With("MediaId", id).With("Format", "amr").With("Recognition", "")).Send(ds...)
}

// Image sends a picture (JPEG).
func (s *Simulator) Image(openid string, jpeg []byte, ds ...Delivery) Outcome {
	id := s.AddMedia("image", "image.jpg", jpeg)
	return s.Compose(openid, MessageOf("image").With("PicUrl", s.url+"/mmbiz_pic/"+id).With("MediaId", id)).Send(ds...)
}

// Video sends a film (MP4); short is a 小视频.
func (s *Simulator) Video(openid string, mp4 []byte, short bool, ds ...Delivery) Outcome {
	kind := "video"
	if short {
		kind = "shortvideo"
	}
	id, thumb := s.AddMedia("video", "video.mp4", mp4), s.AddMedia("thumb", "thumb.jpg", square())
	return s.Compose(openid, MessageOf(kind).With("MediaId", id).With("ThumbMediaId", thumb)).Send(ds...)
}

// Location sends a place on the map.
func (s *Simulator) Location(openid string, latitude, longitude float64, label string, ds ...Delivery) Outcome {
	m := MessageOf("location").With("Location_X", degrees(latitude)).With("Location_Y", degrees(longitude)).
		With("Scale", "16").With("Label", label)
	return s.Compose(openid, m).Send(ds...)
}

// Link shares a page.
func (s *Simulator) Link(openid, title, description, url string, ds ...Delivery) Outcome {
	return s.Compose(openid, MessageOf("link").With("Title", title).With("Description", description).With("Url", url)).Send(ds...)
}

// Scan scans the QR code of a scene: SCAN for a follower, for others they follow with it.
func (s *Simulator) Scan(openid, scene string, ds ...Delivery) Outcome {
	s.mu.Lock()
	p := s.person(openid)
	if !p.follows {
		s.mu.Unlock()
		return s.Follow(openid, scene, ds...)
	}
	m := EventOf("SCAN", scene).With("Ticket", s.ticketOf(scene))
	m.act = scanned
	push := s.compose(p, m)
	s.mu.Unlock()
	return push.Send(ds...)
}

// ReportLocation is the LOCATION event of somebody who lets the account see where they are; it opens no window.
func (s *Simulator) ReportLocation(openid string, latitude, longitude float64, ds ...Delivery) Outcome {
	m := EventOf("LOCATION", "").With("Latitude", degrees(latitude)).With("Longitude", degrees(longitude)).With("Precision", "30.0")
	return s.Compose(openid, m).Send(ds...)
}

// Tap taps the menu's button with that key. A key that the menu has not is a click: phones keep an old menu for five minutes.
func (s *Simulator) Tap(openid, key string, ds ...Delivery) Outcome {
	s.mu.Lock()
	b, _ := s.button(key)
	m := EventOf("CLICK", key)
	m.act = tapped
	switch b.Type {
	case "scancode_push", "scancode_waitmsg":
		m = EventOf(b.Type, key)
		m.act = tapped
		m.nested = "<ScanCodeInfo><ScanType><![CDATA[qrcode]]></ScanType><ScanResult><![CDATA[1]]></ScanResult></ScanCodeInfo>"
	case "pic_sysphoto", "pic_photo_or_album", "pic_weixin":
		m = EventOf(b.Type, key)
		m.nested = "<SendPicsInfo><Count>1</Count></SendPicsInfo>"
	case "location_select":
		m = EventOf(b.Type, key)
		m.nested = "<SendLocationInfo><Location_X><![CDATA[30.27]]></Location_X><Location_Y><![CDATA[120.15]]></Location_Y></SendLocationInfo>"
	}
	push := s.compose(s.person(openid), m)
	s.mu.Unlock()
	return push.Send(ds...)
}

// View taps a button that opens a page; it opens no window.
func (s *Simulator) View(openid, url string, ds ...Delivery) Outcome {
	return s.Compose(openid, EventOf("VIEW", url)).Send(ds...)
}

// TapChoice taps an option of a msgmenu or a bizmsgmenu link: a text with its id, which counts as the menu's row. Without an id, as some
// phones are said to send it, it is a bare text that counts the same.
func (s *Simulator) TapChoice(openid, id, content string, ds ...Delivery) Outcome {
	m := Text(content)
	m.act = tapped
	if id != "" {
		m = m.With("bizmsgmenuid", id)
	}
	return s.Compose(openid, m).Send(ds...)
}

// Pay opens the window of a payment; nothing is pushed.
func (s *Simulator) Pay(openid string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.does(s.person(openid), paid)
}

func degrees(d float64) string { return strconv.FormatFloat(d, 'f', 6, 64) }

// String is the push in a line, for a terminal.
func (o Outcome) String() string {
	line := fmt.Sprintf("%s: %s after %d attempts", o.Kind, o.Ending, len(o.Attempts))
	if o.Why != "" {
		line += ": " + o.Why
	}
	return line
}
