// Package simulator plays WeChat (微信服务号) for the channel's tests and for a trial without an account: the platform's HTTP interface
// (api.weixin.qq.com, the QR pictures of mp.weixin.qq.com, the authorize page of open.weixin.qq.com) on one loopback address, and the
// pusher that posts what followers say and do to the product's callback, signed and encrypted as the real one does.
//
// It enforces the platform's rules instead of answering from a list: tokens and their replacement (token.go), windows and counts of
// customer-service messages (window.go), lengths and shapes (custom.go, template.go, menu.go), the 5-second cut with its retries
// (push.go), what a passive reply must look like (reply.go). Signature and AES (seal.go) are written from the platform's description with
// the standard library alone and share nothing with the channel, so that one mistake cannot hide in both.
//
// What it leaves out: pushes as JSON, codes that a camera reads, payments, drafts and articles, WeChat's own 客服 client. Where the
// platform's documents are silent, the choice made here stands in the comment beside it.
//
// Start here: New, then SetCallback, Follow and Say; Shown tells what a follower sees on the phone, Until waits for it.
package simulator

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"
)

// Account is the service account (服务号) as its console shows it.
type Account struct {
	AppID, Secret string
	Original      string   // 原始 ID, gh_…; the ToUserName of every push
	Token         string   // of the server configuration
	AESKey        string   // EncodingAESKey, 43 characters
	Mode          Mode     // of the server configuration; "" is Plain
	Unverified    bool     // not 认证: no msgmenu (40200)
	Domain        string   // 网页授权域名; "" accepts every redirect host
	Whitelist     []string // addresses that may fetch tokens; empty is everybody
	Staff         []string // 客服 accounts that kf_account may name
	Templates     []Template
}

// Mode is how pushes are written: 明文, 兼容 or 安全模式.
type Mode string

const (
	Plain  Mode = "plain"
	Compat Mode = "compat"
	Safe   Mode = "safe"
)

// Options are the simulator's own settings; the zero value runs.
type Options struct {
	Now      func() time.Time // default time.Now; decides every expiry, window and quota
	Callback string           // URL of the product's callback; SetCallback sets it later
	Listen   string           // default 127.0.0.1:0
	// Patience is how long a push waits for its answer before the cut. It is real time, whatever Now says; default 5 s.
	Patience time.Duration
	// FirstMsgID begins the numbers of messages somewhere else, for a product that remembers those of an earlier run.
	FirstMsgID int64
	Retries    int            // pushes after the first that got no answer; default 3, negative none
	Quotas     map[string]int // calls a day per path, over the platform's figures
	// PerMinute are calls a minute per path (45011), over the platform's figures.
	PerMinute map[string]int
}

// Simulator is one account on the platform with its followers. It is safe for concurrent use.
type Simulator struct {
	o      Options
	server *http.Server
	url    string
	client *http.Client
	ctx    context.Context
	stop   context.CancelFunc
	tasks  sync.WaitGroup

	mu       sync.Mutex
	a        Account
	callback string
	changed  chan struct{} // closed and replaced whenever something happened
	closed   bool
	serial   int64 // the last number given to anything
	msgID    int64
	pushes   int64
	people   map[string]*person
	tokens   tokens
	codes    map[string]*code
	grants   map[string]*grant // OAuth tokens, by token and by refresh token
	media    map[string]*media
	tickets  map[string]*ticket
	jsTicket jsTicket
	menu     []Button
	hasMenu  bool
	usage    usage
	calls    []Call
	faults   map[string][]*Fault
	outcomes []Outcome
	holder   string
}

// New starts the platform on a loopback address.
func New(a Account, o Options) (*Simulator, error) {
	if a.AppID == "" || a.Secret == "" || a.Original == "" || a.Token == "" {
		return nil, errors.New("an account needs AppID, Secret, Original and Token")
	}
	if a.Mode == "" {
		a.Mode = Plain
	}
	if _, err := aesKey(a.AESKey); err != nil && (a.AESKey != "" || a.Mode != Plain) {
		return nil, err
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Listen == "" {
		o.Listen = "127.0.0.1:0"
	}
	if o.Patience == 0 {
		o.Patience = 5 * time.Second
	}
	if o.Retries == 0 {
		o.Retries = 3
	}
	l, err := net.Listen("tcp", o.Listen)
	if err != nil {
		return nil, fmt.Errorf("listen: %w", err)
	}
	s := &Simulator{
		o: o, a: a, callback: o.Callback, url: "http://" + l.Addr().String(), changed: make(chan struct{}),
		// Real MsgIds are of this size: neighbours differ beyond 2^53, so that a float64 on the way makes them equal.
		msgID:  24_000_000_000_000_000,
		people: map[string]*person{}, codes: map[string]*code{}, grants: map[string]*grant{}, media: map[string]*media{},
		tickets: map[string]*ticket{}, faults: map[string][]*Fault{}, usage: newUsage(o),
	}
	if o.FirstMsgID > 0 {
		s.msgID = o.FirstMsgID
	}
	s.ctx, s.stop = context.WithCancel(context.Background())
	s.client = &http.Client{
		Transport:     &http.Transport{MaxIdleConns: 256, MaxIdleConnsPerHost: 256, IdleConnTimeout: 30 * time.Second},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	s.server = &http.Server{Handler: s.handler(), ReadHeaderTimeout: 10 * time.Second}
	s.tasks.Go(func() { _ = s.server.Serve(l) }) // ends with Close
	return s, nil
}

// URL is the base that takes the place of https://api.weixin.qq.com, https://mp.weixin.qq.com and https://open.weixin.qq.com.
func (s *Simulator) URL() string { return s.url }

// SetCallback tells where the product listens.
func (s *Simulator) SetCallback(url string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.callback = url
}

// SetMode changes 明文, 兼容 and 安全模式 as the console does.
func (s *Simulator) SetMode(m Mode) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.a.Mode = m
}

// SetAESKey changes the EncodingAESKey as the console does; it panics on a key that the console would refuse.
func (s *Simulator) SetAESKey(key string) {
	if _, err := aesKey(key); err != nil {
		panic(err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.a.AESKey = key
}

// SetWhitelist replaces the addresses that may fetch tokens; none is everybody.
func (s *Simulator) SetWhitelist(ips ...string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.a.Whitelist = ips
}

// SetSecret resets the AppSecret as the console does.
func (s *Simulator) SetSecret(secret string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.a.Secret = secret
}

// Until waits until cond holds; it is asked again whenever something happened. It must not change anything.
func (s *Simulator) Until(ctx context.Context, cond func() bool) error {
	for {
		s.mu.Lock()
		changed := s.changed
		s.mu.Unlock()
		if cond() {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return ctx.Err()
		case <-s.ctx.Done():
			return errors.New("the simulator is closed")
		}
	}
}

// Close stops the server and everything under way, and waits for it.
func (s *Simulator) Close() {
	s.mu.Lock()
	s.closed = true
	s.mu.Unlock()
	s.stop()
	_ = s.server.Close()
	s.tasks.Wait()
	s.client.CloseIdleConnections()
}

// note wakes whoever waits; the caller holds mu.
func (s *Simulator) note() {
	close(s.changed)
	s.changed = make(chan struct{})
}

// next is a number that nothing else has; the caller holds mu.
func (s *Simulator) next() int64 {
	s.serial++
	return s.serial
}

// background runs f unless the simulator is closed; the caller holds mu.
func (s *Simulator) background(f func(context.Context)) {
	if !s.closed {
		s.tasks.Go(func() { f(s.ctx) })
	}
}
