package simulator

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// Push is one message or event on its way to the product. Sending it again is the same push again, as a late retry would be.
type Push struct {
	s        *Simulator
	p        *person
	m        Message
	id       int64
	number   int64
	created  time.Time
	answered bool // a passive reply was shown: there is one a message
}

// Ending is how a push ended.
type Ending string

const (
	Acknowledged Ending = "acknowledged" // success or an empty body
	Replied      Ending = "replied"      // a passive reply
	Wrong        Ending = "wrong"        // something else: the follower reads Trouble
	Unanswered   Ending = "unanswered"   // no answer to any attempt: the same
	Unsent       Ending = "unsent"       // the phone does not allow it, or there is no callback
)

// Outcome is what happened to a push.
type Outcome struct {
	MsgID    int64 // 0 for an event
	Openid   string
	Kind     string // the MsgType, of an event its name
	Ending   Ending
	Attempts []Attempt
	Reply    *Shown // of the attempt that counted
	Why      string // for Wrong and Unsent
}

// Attempt is one delivery of a push, in order of its end.
type Attempt struct {
	Took   time.Duration // real time
	Status int
	Body   string // the first 4 KiB
	Ending Ending // Unanswered when the line was cut or the answer was lost
	Why    string
}

// Delivery is a wish about how a push is delivered.
type Delivery func(*delivery)

type delivery struct {
	copies, lose     int
	tamper           func(url.Values, []byte) []byte
	signed           time.Time
	appID, key, mode string
	once             bool
}

// Copies delivers the push n times at once.
func Copies(n int) Delivery { return func(d *delivery) { d.copies = n } }

// LoseAnswers loses the answers to the first n attempts: the product has answered, the platform has not heard it and sends again.
func LoseAnswers(n int) Delivery { return func(d *delivery) { d.lose = n } }

// Once sends no retries.
func Once() Delivery { return func(d *delivery) { d.once = true } }

// Tamper changes a delivery after it was signed and encrypted: query in place, body by what is returned.
func Tamper(f func(query url.Values, body []byte) []byte) Delivery {
	return func(d *delivery) { d.tamper = f }
}

// SignedAt writes another time into query and signature.
func SignedAt(at time.Time) Delivery { return func(d *delivery) { d.signed = at } }

// ForApp encrypts for another app id.
func ForApp(appID string) Delivery { return func(d *delivery) { d.appID = appID } }

// WithAESKey encrypts with another EncodingAESKey, such as the one before it was changed, and wants the reply under the same.
func WithAESKey(key string) Delivery { return func(d *delivery) { d.key = key } }

// InMode delivers in another mode than the account's.
func InMode(m Mode) Delivery { return func(d *delivery) { d.mode = string(m) } }

// Compose makes a push without sending it: send several in another order for reordering. What it opens is open from now on.
func (s *Simulator) Compose(openid string, m Message) *Push {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.compose(s.person(openid), m)
}

func (s *Simulator) compose(p *person, m Message) *Push {
	s.pushes++
	push := &Push{s: s, p: p, m: m, number: s.pushes, created: s.o.Now()}
	if !m.event {
		s.msgID++
		push.id = s.msgID
	}
	if p.follows {
		s.does(p, m.act)
	}
	return push
}

// MsgID is the message's number, 0 for an event.
func (p *Push) MsgID() int64 { return p.id }

// Send delivers the push and waits for its end, retries included.
func (p *Push) Send(ds ...Delivery) Outcome {
	d := delivery{copies: 1}
	for _, set := range ds {
		set(&d)
	}
	return p.deliver(p.s.ctx, d)
}

func (p *Push) deliver(ctx context.Context, d delivery) Outcome {
	s := p.s
	s.mu.Lock()
	callback := s.callback
	may := p.p.follows || p.m.event
	s.mu.Unlock()
	out := Outcome{MsgID: p.id, Openid: p.p.openid, Kind: p.m.name(), Ending: Unsent}
	switch {
	case callback == "":
		out.Why = "no callback is set"
		return p.end(out)
	case !may:
		out.Why = "who does not follow cannot write"
		return p.end(out)
	}
	retries := max(s.o.Retries, 0)
	if d.once {
		retries = 0
	}
	out.Ending = Unanswered
	for n := 0; n <= retries && out.Ending == Unanswered && ctx.Err() == nil; n++ {
		copies := 1
		if n == 0 {
			copies = max(d.copies, 1)
		}
		p.round(ctx, d, callback, copies, n < d.lose, &out)
	}
	return p.end(out)
}

// round delivers once, or several times at once. A reply counts before a wrong answer, that before an acknowledgement.
func (p *Push) round(ctx context.Context, d delivery, callback string, copies int, lose bool, out *Outcome) {
	type result struct {
		Attempt
		reply *Shown
	}
	results := make(chan result, copies)
	for range copies {
		go func() { // ends within Patience; collected below
			a, reply := p.attempt(ctx, d, callback)
			results <- result{a, reply}
		}()
	}
	weight := map[Ending]int{Unanswered: 0, Acknowledged: 1, Wrong: 2, Replied: 3}
	for range copies {
		r := <-results
		if lose && r.Ending != Unanswered {
			r.Ending, r.Why, r.reply = Unanswered, "the answer was lost", nil
		}
		out.Attempts = append(out.Attempts, r.Attempt)
		if weight[r.Ending] > weight[out.Ending] {
			out.Ending, out.Why, out.Reply = r.Ending, r.Why, r.reply
			if r.reply != nil {
				p.reveal(r.reply)
			}
		}
	}
}

// reveal shows the reply, if it is the message's first.
func (p *Push) reveal(reply *Shown) {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	reply.Answers = p.id
	if !p.answered && p.p.follows && reply.Kind != "transfer_customer_service" {
		p.answered = true
		p.s.show(p.p, *reply)
	}
}

// end notes the outcome, and what the follower reads when there was no proper answer.
func (p *Push) end(out Outcome) Outcome {
	p.s.mu.Lock()
	defer p.s.mu.Unlock()
	if (out.Ending == Wrong || out.Ending == Unanswered) && !p.answered && !p.m.quiet && p.p.follows && !p.s.closed {
		p.s.show(p.p, Shown{Way: Platform, Kind: "trouble", Text: Trouble, Answers: p.id})
	}
	p.s.outcomes = append(p.s.outcomes, out)
	p.s.note()
	return out
}

// Outcomes are the pushes that have ended, those that the platform made by itself too, in order of their end.
func (s *Simulator) Outcomes() []Outcome {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Outcome(nil), s.outcomes...)
}

// attempt posts the push once and judges the answer.
func (p *Push) attempt(ctx context.Context, d delivery, callback string) (Attempt, *Shown) {
	s := p.s
	s.mu.Lock()
	a, now := s.a, s.o.Now()
	s.mu.Unlock()
	if d.mode != "" {
		a.Mode = Mode(d.mode)
	}
	if d.key != "" {
		a.AESKey = d.key
	}
	query, body, err := p.seal(a, d, now)
	if err != nil {
		return Attempt{Ending: Wrong, Why: err.Error()}, nil
	}
	if d.tamper != nil {
		body = d.tamper(query, body)
	}
	start := time.Now()
	status, answer, err := s.post(ctx, callback, query, body)
	out := Attempt{Took: time.Since(start), Status: status, Body: string(answer[:min(len(answer), 4096)])}
	if err != nil {
		out.Ending, out.Why = Unanswered, err.Error()
		return out, nil
	}
	reply, err := readReply(a, p.p.openid, status, answer)
	switch {
	case err != nil:
		out.Ending, out.Why = Wrong, err.Error()
	case reply == nil:
		out.Ending = Acknowledged
	default:
		out.Ending = Replied
		s.mu.Lock()
		err = s.complete(reply)
		s.mu.Unlock()
		if err != nil {
			out.Ending, out.Why, reply = Wrong, err.Error(), nil
		}
	}
	return out, reply
}

// seal is the query and the body of a delivery, signed and encrypted as the mode wants.
func (p *Push) seal(a Account, d delivery, now time.Time) (url.Values, []byte, error) {
	if !d.signed.IsZero() {
		now = d.signed
	}
	appID := a.AppID
	if d.appID != "" {
		appID = d.appID
	}
	stamp, nonce := strconv.FormatInt(now.Unix(), 10), random(10)
	query := url.Values{"signature": {Sign(a.Token, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}, "openid": {p.p.openid}}
	body := p.m.body(a.Original, p.p.openid, p.created, p.id)
	if a.Mode == Plain {
		return query, body, nil
	}
	sealed, err := Encrypt(a.AESKey, appID, body)
	if err != nil {
		return nil, nil, err
	}
	query.Set("encrypt_type", "aes")
	query.Set("msg_signature", Sign(a.Token, stamp, nonce, sealed))
	if a.Mode == Compat && p.m.raw == "" {
		return query, p.m.body(a.Original, p.p.openid, p.created, p.id, field{"Encrypt", sealed}), nil
	}
	var b strings.Builder
	b.WriteString("<xml>")
	field{"ToUserName", a.Original}.write(&b)
	field{"Encrypt", sealed}.write(&b)
	b.WriteString("</xml>")
	return query, []byte(b.String()), nil
}

// post sends one delivery; an error is an answer that did not come in time, or whole.
func (s *Simulator) post(ctx context.Context, callback string, query url.Values, body []byte) (int, []byte, error) {
	ctx, cancel := context.WithTimeout(ctx, s.o.Patience)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, with(callback, query), bytes.NewReader(body))
	if err != nil {
		return 0, nil, err
	}
	q.Header.Set("Content-Type", "text/xml")
	q.Header.Set("User-Agent", "Mozilla/4.0")
	resp, err := s.client.Do(q)
	if err != nil {
		return 0, nil, cut(err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 1<<20))
	if err != nil {
		return resp.StatusCode, nil, cut(err)
	}
	return resp.StatusCode, answer, nil
}

// cut says in short why there was no answer; the library's text holds the whole URL.
func cut(err error) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return errors.New("no answer in time")
	}
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// with adds a query to an URL that may have one.
func with(base string, query url.Values) string {
	if strings.Contains(base, "?") {
		return base + "&" + query.Encode()
	}
	return base + "?" + query.Encode()
}

// Verify is the console's 提交: a signed GET whose echostr must come back and nothing else.
func (s *Simulator) Verify(ctx context.Context) error {
	s.mu.Lock()
	a, callback, now := s.a, s.callback, s.o.Now()
	s.mu.Unlock()
	stamp, nonce, echo := strconv.FormatInt(now.Unix(), 10), random(10), strconv.FormatInt(now.UnixNano(), 10)
	query := url.Values{"signature": {Sign(a.Token, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}, "echostr": {echo}}
	ctx, cancel := context.WithTimeout(ctx, s.o.Patience)
	defer cancel()
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, with(callback, query), nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(q)
	if err != nil {
		return fmt.Errorf("请求 URL 超时: %w", cut(err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(io.LimitReader(resp.Body, 4096))
	if err != nil || resp.StatusCode != http.StatusOK || string(body) != echo {
		return fmt.Errorf("token 验证失败: status %d", resp.StatusCode)
	}
	return nil
}

// name is the MsgType, of an event its name.
func (m Message) name() string {
	if m.event {
		for _, f := range m.fields {
			if f.name == "Event" {
				return f.value
			}
		}
	}
	return m.kind
}
