package wechat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban/channels"
	"bangban/channels/wechat"
	"bangban/channels/wechat/simulator"
	"bangban/conversation/message"
	"bangban/kernel/event"
	"bangban/store"
)

// talks are conversations that answer every text with its echo: once for each key, as the real ones do.
type talks struct {
	mu       sync.Mutex
	received []message.Inbound
	replies  map[string]*channels.Receipt // by key
	events   []event.Event
	out      map[string]*channels.Outgoing // by turn
	told     map[string][]channels.Delivery
	answer   func(in message.Inbound) (*message.Reply, error)
	hold     chan struct{} // when set, Receive waits for it
	moved    func()
}

func newTalks() *talks {
	return &talks{replies: map[string]*channels.Receipt{}, out: map[string]*channels.Outgoing{}, told: map[string][]channels.Delivery{}}
}

func (t *talks) Receive(ctx context.Context, in message.Inbound) (*channels.Receipt, error) {
	t.mu.Lock()
	hold := t.hold
	t.mu.Unlock()
	if hold != nil {
		select {
		case <-hold:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if r := t.replies[in.Key]; r != nil {
		again := *r
		again.Duplicate = true
		return &again, nil
	}
	reply := &message.Reply{Kind: message.Answer, Text: "答：" + in.Text, TurnID: fmt.Sprint("turn-", len(t.received))}
	if t.answer != nil {
		var err error
		if reply, err = t.answer(in); err != nil {
			return nil, err
		}
	}
	t.received = append(t.received, in)
	r := &channels.Receipt{Reply: reply, ConversationID: "talk-" + in.Thread, Kept: true}
	t.replies[in.Key] = r
	return r, nil
}

func (t *talks) Outgoing(_ context.Context, e event.Event) (*channels.Outgoing, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var data struct {
		Turn string `json:"turn"`
	}
	if err := json.Unmarshal(e.Data, &data); err != nil {
		return nil, err
	}
	return t.out[data.Turn], nil
}

func (t *talks) Delivered(_ context.Context, _, turn string, d channels.Delivery) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	if list := t.told[turn]; len(list) > 0 && list[len(list)-1].State == channels.Delivered {
		return nil // as the store does: what has arrived stays so, whichever report comes last
	}
	t.told[turn] = append(t.told[turn], d)
	return nil
}

func (t *talks) Head(context.Context) (int64, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return int64(len(t.events)), nil
}

func (t *talks) Events(_ context.Context, after int64, limit int) ([]event.Event, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if after >= int64(len(t.events)) {
		return nil, nil
	}
	list := t.events[after:]
	return append([]event.Event(nil), list[:min(limit, len(list))]...), nil
}

// say is an agent writing in a follower's talk.
func (t *talks) say(turn, thread, text string) { t.speak(turn, thread, text, nil) }

// show is an agent sending a file.
func (t *talks) show(turn, thread string, f *channels.File) { t.speak(turn, thread, "［图片］", f) }

func (t *talks) speak(turn, thread, text string, f *channels.File) {
	t.mu.Lock()
	t.out[turn] = &channels.Outgoing{Conversation: "talk-" + thread, Turn: turn, Channel: message.WeChat, Thread: thread, By: "1208 号坐席", Text: text, File: f}
	e := event.New(1, "agent:a", "turn.said", "conversation:talk-"+thread, map[string]any{"turn": turn})
	e.Seq = int64(len(t.events)) + 1
	t.events = append(t.events, e)
	moved := t.moved
	t.mu.Unlock()
	if moved != nil {
		moved()
	}
}

// last is what was told last of a turn.
func (t *talks) last(turn string) channels.Delivery {
	t.mu.Lock()
	defer t.mu.Unlock()
	list := t.told[turn]
	if len(list) == 0 {
		return channels.Delivery{}
	}
	return list[len(list)-1]
}

// texts are what was received, in order.
func (t *talks) texts() (list []string) {
	t.mu.Lock()
	defer t.mu.Unlock()
	for _, in := range t.received {
		list = append(list, in.Text)
	}
	return list
}

// thread is the talk of the follower who wrote last.
func (t *talks) thread() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.received[len(t.received)-1].Thread
}

// clock is a time that tests move.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// rig is the channel alone between the platform and talks that echo.
type rig struct {
	sim   *simulator.Simulator
	talks *talks
	store *store.Store
	log   *logs
	clock *clock
	chans []*wechat.Channel
	urls  []string
	stops []func()
}

type rigSetting struct {
	mode     simulator.Mode
	source   string
	nodes    int
	patience time.Duration // of the channel
	options  simulator.Options
	voice    func(context.Context, []byte) (string, error)
	region   func(string) (string, string)
	notices  []wechat.Notice
	file     func(context.Context, string, string) (*channels.File, error)
	sms      func(ctx context.Context, citizen, text string) error
}

func words(key string) string { return "[" + key + "]" }

func newRig(t testing.TB, s rigSetting) *rig {
	t.Helper()
	if s.mode == "" {
		s.mode = simulator.Safe
	}
	r := &rig{talks: newTalks(), log: &logs{}, clock: &clock{now: time.Now()}}
	s.options.Now = r.clock.Now
	a := account(s.mode)
	a.Templates = templates
	var err error
	if r.sim, err = simulator.New(a, s.options); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.sim.Close)
	if r.store, err = store.Open(t.Context(), s.source, store.Options{}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.store.Close() })
	for range max(s.nodes, 1) {
		c, err := wechat.New(r.store.WeChat(), r.talks, r.talks, wechat.Config{Secret: []byte("0123456789abcdef0123456789abcdef"), Site: "https://city.example",
			Accounts: []wechat.Account{{AppID: a.AppID, Secret: a.Secret, Token: a.Token, AESKey: a.AESKey, PreviousAESKey: oldKey, Mode: wechat.Mode(s.mode),
				APIBase: r.sim.URL(), Notices: s.notices}},
			Now: r.clock.Now, Sentences: words, Patience: s.patience, SMS: s.sms, File: s.file, Voice: s.voice, Region: s.region,
			Log: slog.New(slog.NewTextHandler(r.log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
		if err != nil {
			t.Fatal(err)
		}
		r.add(t, c)
	}
	r.talks.moved = func() {
		for _, c := range r.chans {
			c.Moved()
		}
	}
	r.sim.SetCallback(r.urls[0])
	return r
}

func (r *rig) add(t testing.TB, c *wechat.Channel) {
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() { defer close(done); c.Run(ctx) }()
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) { callback(c, w, q) }))
	var once sync.Once
	stop := func() { once.Do(func() { srv.CloseClientConnections(); cancel(); <-done; srv.Close() }) }
	t.Cleanup(stop)
	r.chans, r.urls, r.stops = append(r.chans, c), append(r.urls, srv.URL+"/wechat"), append(r.stops, stop)
}

// callback is server/follower in small.
func callback(c *wechat.Channel, w http.ResponseWriter, q *http.Request) {
	body, _ := io.ReadAll(io.LimitReader(q.Body, 11<<20))
	if q.Method == http.MethodGet {
		echo, err := c.Greet("", q.URL.Query())
		if err != nil {
			w.WriteHeader(http.StatusForbidden)
			return
		}
		_, _ = io.WriteString(w, echo)
		return
	}
	kind, reply, err := c.Push(q.Context(), "", q.URL.Query(), body)
	if err != nil {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	w.Header().Set("Content-Type", kind)
	_, _ = w.Write(reply)
}

func (r *rig) until(t testing.TB, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	for !cond() {
		select {
		case <-ctx.Done():
			t.Fatalf("%s: never\n%s\n%s", what, r.log, fmt.Sprint(r.sim.Outcomes()))
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// texts are what a follower has read.
func (r *rig) texts(openid string) (list []string) {
	for _, s := range r.sim.Shown(openid) {
		list = append(list, s.Text)
	}
	return list
}

// count is how many of the texts that a follower has read hold a word.
func (r *rig) count(openid, word string) (n int) {
	for _, s := range r.texts(openid) {
		if strings.Contains(s, word) {
			n++
		}
	}
	return n
}
