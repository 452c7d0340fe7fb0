package simulator

import (
	"context"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Template is one of the account's 模板消息 or 订阅通知, as its console shows it.
type Template struct {
	ID, Title string
	Kind      TemplateKind
	Content   string // a line per field: 办理事项：{{thing1.DATA}}
}

// TemplateKind says who may get it and how its fields are held.
type TemplateKind string

const (
	Category TemplateKind = "category" // 类目模板: template/send, field lengths enforced (47003)
	Legacy   TemplateKind = "legacy"   // 旧模板: template/send, fields cut at 20 characters, first and remark not shown
	OneTime  TemplateKind = "one-time" // 一次性订阅: bizsend, one notice a consent
	LongTerm TemplateKind = "long"     // 长期订阅: bizsend, until refused
)

var placeholder = regexp.MustCompile(`\{\{\s*([A-Za-z_]+\d*)\.DATA\s*\}\}`)

// fields are the names in the template's text, in order.
func (t Template) fields() []string {
	var out []string
	for _, m := range placeholder.FindAllStringSubmatch(t.Content, -1) {
		out = append(out, m[1])
	}
	return out
}

func (t Template) subscribed() bool { return t.Kind == OneTime || t.Kind == LongTerm }

// fieldForm are the field types with their longest value in characters and, for some, the form.
var fieldForm = map[string]struct {
	max  int
	form *regexp.Regexp
}{
	"thing":            {20, nil},
	"phrase":           {5, regexp.MustCompile(`^\p{Han}+$`)},
	"const":            {20, nil},
	"number":           {32, regexp.MustCompile(`^-?[0-9.]+$`)},
	"letter":           {32, regexp.MustCompile(`^[A-Za-z]+$`)},
	"symbol":           {5, regexp.MustCompile(`^[^\p{Han}A-Za-z0-9]+$`)},
	"character_string": {32, regexp.MustCompile(`^[!-~]+$`)},
	"time":             {32, regexp.MustCompile(`[0-9]`)},
	"date":             {32, regexp.MustCompile(`[0-9]`)},
	"amount":           {14, regexp.MustCompile(`^[^0-9]?[0-9.]+元?$`)},
	"phone_number":     {17, regexp.MustCompile(`^[0-9+\-]+$`)},
	"car_number":       {8, nil},
	"name":             {20, nil}, // 10 when Chinese: see fits
}

// fits says whether a field's value is taken.
func fits(field, value string) bool {
	f, ok := fieldForm[strings.TrimRight(field, "0123456789")]
	if value == "" || !ok {
		return value != ""
	}
	limit := f.max
	if strings.HasPrefix(field, "name") && strings.ContainsFunc(value, func(r rune) bool { return r > 127 }) {
		limit = 10
	}
	return utf8.RuneCountInString(value) <= limit && (f.form == nil || f.form.MatchString(value))
}

// notice is the body of template/send and bizsend.
type notice struct {
	To       string                            `json:"touser"`
	Template string                            `json:"template_id"`
	URL      string                            `json:"url"`
	Page     string                            `json:"page"`
	Mini     *struct{ AppID, PagePath string } `json:"miniprogram"`
	Data     map[string]struct{ Value loose }  `json:"data"`
}

func (s *Simulator) template(id string, subscribed bool) (Template, errcode) {
	for _, t := range s.a.Templates {
		if t.ID == id && t.subscribed() == subscribed {
			return t, 0
		}
	}
	return Template{}, 40037
}

// lay fills in a template.
func (t Template) lay(n notice) (map[string]string, string, errcode) {
	values := map[string]string{}
	for _, f := range t.fields() {
		v := string(n.Data[f].Value)
		switch {
		case t.Kind == Legacy && (f == "first" || f == "remark"):
			v = "" // no longer shown since 2023
		case t.Kind == Legacy:
			if r := []rune(v); len(r) > 20 {
				v = string(r[:20])
			}
		case !fits(f, v):
			return nil, "", 47003
		}
		values[f] = v
	}
	text := placeholder.ReplaceAllStringFunc(t.Content, func(m string) string { return values[placeholder.FindStringSubmatch(m)[1]] })
	return values, t.Title + "\n" + strings.Trim(text, "\n"), 0
}

func (s *Simulator) templateSend(r *request) (any, errcode) {
	var n notice
	if e := r.decode(&n); e != 0 {
		return nil, e
	}
	t, e := s.template(n.Template, false)
	if e != 0 {
		return nil, e
	}
	p := s.people[n.To]
	switch {
	case p == nil:
		return nil, 40003
	case !p.follows:
		return nil, 43004
	}
	values, text, e := t.lay(n)
	if e != 0 {
		return nil, e
	}
	id, status := s.next()+3_000_000_000_000, "success"
	if p.blocks {
		status = "failed:user block"
	} else {
		s.show(p, Shown{Way: Notice, Kind: "template", Text: text, Fields: values, Link: n.URL, Template: t.ID, MsgID: id})
	}
	done := event("TEMPLATESENDJOBFINISH", "").With("MsgID", strconv.FormatInt(id, 10)).With("Status", status)
	s.report(p, done)
	return map[string]any{"errcode": 0, "errmsg": "ok", "msgid": id}, 0
}

// subscribeSend needs a consent, not that somebody follows.
func (s *Simulator) subscribeSend(r *request) (any, errcode) {
	var n notice
	if e := r.decode(&n); e != 0 {
		return nil, e
	}
	p := s.people[n.To]
	if p == nil {
		return nil, 40003
	}
	t, e := s.template(n.Template, true)
	if e != 0 {
		return nil, e
	}
	if p.consents[t.ID] == 0 {
		return nil, 43101
	}
	values, text, e := t.lay(n)
	if e != 0 {
		return nil, e
	}
	if t.Kind == OneTime {
		p.consents[t.ID]--
	}
	id := s.next() + 3_000_000_000_000
	s.show(p, Shown{Way: Subscription, Kind: "subscription", Text: text, Fields: values, Link: n.Page, Template: t.ID, MsgID: id})
	s.report(p, event("subscribe_msg_sent_event", "").list("SubscribeMsgSentEvent", []field{
		{"TemplateId", t.ID}, {"MsgID", strconv.FormatInt(id, 10)}, {"ErrorCode", "0"}, {"ErrorStatus", "success"}}))
	return map[string]any{"errcode": 0, "errmsg": "ok", "msgid": id}, 0
}

// report pushes the platform's own event about somebody, by itself; the caller holds mu.
func (s *Simulator) report(p *person, m Message) {
	if s.callback == "" {
		return
	}
	push := s.compose(p, m)
	s.background(func(ctx context.Context) { push.deliver(ctx, delivery{copies: 1}) })
}

func (s *Simulator) templateList(*request) (any, errcode) {
	list := []any{}
	for _, t := range s.a.Templates {
		if !t.subscribed() {
			list = append(list, map[string]any{"template_id": t.ID, "title": t.Title, "content": t.Content})
		}
	}
	return map[string]any{"template_list": list}, 0
}

// Answer is what somebody chose for one template in the box 是否接收订阅通知.
type Answer struct {
	Template string
	Accept   bool
}

// Consent opens the box on a page (scene 1) or in an article (scene 2) and answers it: subscribe_msg_popup_event with a List each.
// It panics on a template that the account has not.
func (s *Simulator) Consent(openid string, scene int, answers ...Answer) Outcome {
	s.mu.Lock()
	p := s.person(openid)
	m := event("subscribe_msg_popup_event", "")
	var lists [][]field
	for _, a := range answers {
		word := "reject"
		if a.Accept {
			word = "accept"
			s.consent(p, a.Template)
		}
		lists = append(lists, []field{{"TemplateId", a.Template}, {"SubscribeStatusString", word}, {"PopupScene", strconv.Itoa(scene)}})
	}
	push := s.compose(p, m.list("SubscribeMsgPopupEvent", lists...))
	s.mu.Unlock()
	return push.Send()
}

func (s *Simulator) consent(p *person, id string) {
	t, e := s.template(id, true)
	if e != 0 {
		panic(fmt.Sprintf("the account has no 订阅通知 %q", id))
	}
	if t.Kind == LongTerm {
		p.consents[id] = unlimited
	} else {
		p.consents[id]++
	}
}

// Refuse switches a template off in the account's settings: subscribe_msg_change_event, and every consent is gone.
func (s *Simulator) Refuse(openid, template string) Outcome {
	s.mu.Lock()
	p := s.person(openid)
	delete(p.consents, template)
	push := s.compose(p, event("subscribe_msg_change_event", "").list("SubscribeMsgChangeEvent",
		[]field{{"TemplateId", template}, {"SubscribeStatusString", "reject"}}))
	s.mu.Unlock()
	return push.Send()
}
