// Package wechat is the WeChat service account as a channel (微信服务号): it takes what the platform pushes, answers within its five
// seconds or later by customer-service messages (客服消息), in order and once, and tells truly what was sent and what was not. It knows
// talks only through channels.Talks and keeps its rows through Store; the platform's rules with their sources are in docs/wechat.md.
// Of the library that it owns it uses signature and encryption only: its message server, token cache and root package do not hold.
// Start at New, Channel.Push and Channel.Run.
package wechat

import (
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"

	"bangban/channels"
	"bangban/kernel/seal"
)

// Mode is how the platform writes its pushes, as set in its console.
type Mode string

// The modes.
const (
	Plain  Mode = "plain"  // 明文模式
	Compat Mode = "compat" // 兼容模式
	Safe   Mode = "safe"   // 安全模式
)

// Account is one service account, as its console shows it.
type Account struct {
	// Name is ours, for the callback's address and the rows: letters, digits and hyphens. The first account may be "".
	Name   string `yaml:"name"`
	AppID  string `yaml:"app_id"`
	Secret string `yaml:"secret"`
	// Token signs pushes; AESKey (EncodingAESKey, 43 characters) encrypts them. PreviousAESKey is tried as well after a change.
	Token          string `yaml:"token"`
	AESKey         string `yaml:"aes_key"`
	PreviousAESKey string `yaml:"aes_key_previous"`
	Mode           Mode   `yaml:"mode"`
	// APIBase takes the place of https://api.weixin.qq.com: a proxy or the simulator. "" is the platform itself.
	APIBase string `yaml:"api_base"`
	// Notices are the templates for news outside of the window, the first choice first.
	Notices []Notice `yaml:"notices"`
	// Menu takes the place of DefaultMenu.
	Menu []Button `yaml:"menu"`
}

// Check says what is wrong with an account's settings, in words for the operator.
func (a *Account) Check() error {
	switch {
	case a.AppID == "" || a.Secret == "" || a.Token == "":
		return errors.New("give AppID, AppSecret and Token of the account")
	case a.Mode != Plain && a.Mode != Compat && a.Mode != Safe:
		return fmt.Errorf("mode %q is none of plain, compat, safe", a.Mode)
	case a.Mode != Plain && len(a.AESKey) != 43:
		return errors.New("modes compat and safe need the EncodingAESKey, 43 characters")
	case a.PreviousAESKey != "" && len(a.PreviousAESKey) != 43:
		return errors.New("the previous EncodingAESKey has not 43 characters")
	case strings.Trim(a.Name, "abcdefghijklmnopqrstuvwxyz0123456789-") != "":
		return fmt.Errorf("name %q: use small letters, digits and hyphens", a.Name)
	case a.Name == "enter" || a.Name == "entered":
		return fmt.Errorf("name %q: it stands for something else in addresses", a.Name)
	}
	for _, n := range a.Notices {
		if n.ID == "" || n.Kind != subscription && n.Kind != template {
			return fmt.Errorf("a notice needs an id, and subscription or template as its kind: %q is neither", n.Kind)
		}
	}
	return checkMenu(a.Menu)
}

// Config is what a Channel needs besides its store and the talks; nil fields get the plain choice.
type Config struct {
	Accounts []Account
	// Secret keys the hashes of openids and seals what is kept.
	Secret []byte
	// Site is the address of the portal, such as https://zwfw.example.gov.cn; links in answers lead there.
	Site string
	Now  func() time.Time
	// Sentences gives the words of a key, "" for none.
	Sentences func(key string) string
	// Doors lead followers into the portal, and talks of the portal here; nil: neither is offered.
	Doors channels.Doors
	// Region finds the region that the words of a place on the map lie in: its code and name, "" when none is served.
	Region func(label string) (code, name string)
	// Voice turns a recording into words; nil: followers are asked to type.
	Voice func(ctx context.Context, recording []byte) (string, error)
	// File gives the file of a turn, for pictures of agents; nil: the follower is given a link. Its error is NotFound when the turn has none.
	File func(ctx context.Context, conversation, turn string) (*channels.File, error)
	// SMS sends a text to the phone of a citizen who has proven one; nil, or an error, and the ladder goes on without it.
	SMS func(ctx context.Context, citizen, text string) error
	// Client makes the calls of the platform's interface; nil: one with time limits.
	Client *http.Client
	// Patience is how long an answer may take to be given within the platform's five seconds; 3 s when 0.
	Patience time.Duration
	Log      *slog.Logger
}

// Channel is the service accounts of one city. It is safe for concurrent use, by several processes on one store.
type Channel struct {
	accounts []*account
	store    Store
	talks    channels.Talks
	doors    channels.Doors
	events   channels.Log
	secret   []byte
	box      *seal.Box
	site     string
	now      func() time.Time
	words    func(string) string
	region   func(string) (string, string)
	voice    func(context.Context, []byte) (string, error)
	files    func(context.Context, string, string) (*channels.File, error)
	sms      func(context.Context, string, string) error
	patience time.Duration
	log      *slog.Logger

	work   context.Context // of what goes on after a push is acknowledged
	cancel context.CancelFunc
	tasks  sync.WaitGroup
	signal *signal // rows of the inbox or the outbox have changed
	moved  chan struct{}
}

// account is an Account at work.
type account struct {
	Account
	api *api
}

// New makes a Channel. Its errors are about the configuration.
func New(store Store, talks channels.Talks, events channels.Log, cfg Config) (*Channel, error) {
	c := &Channel{store: store, talks: talks, doors: cfg.Doors, events: events, secret: cfg.Secret, site: strings.TrimSuffix(cfg.Site, "/"), now: cfg.Now, words: cfg.Sentences,
		region: cfg.Region, voice: cfg.Voice, files: cfg.File, sms: cfg.SMS, patience: cfg.Patience, log: cfg.Log, signal: newSignal(), moved: make(chan struct{}, 1)}
	c.defaults()
	var err error
	if c.box, err = seal.New(cfg.Secret, "wechat"); err != nil {
		return nil, err
	}
	client := cfg.Client
	if client == nil {
		client = plainClient()
	}
	seen := map[string]bool{}
	for _, a := range cfg.Accounts {
		if err := a.Check(); err != nil {
			return nil, fmt.Errorf("WeChat account %q: %w", a.Name, err)
		}
		if seen[a.Name] {
			return nil, fmt.Errorf("two WeChat accounts are named %q", a.Name)
		}
		seen[a.Name] = true
		c.accounts = append(c.accounts, &account{Account: a, api: newAPI(a, client, c.now)})
	}
	c.work, c.cancel = context.WithCancel(context.Background())
	return c, nil
}

func (c *Channel) defaults() {
	if c.now == nil {
		c.now = time.Now
	}
	if c.words == nil {
		c.words = func(string) string { return "" }
	}
	if c.region == nil {
		c.region = func(string) (string, string) { return "", "" }
	}
	if c.patience == 0 {
		c.patience = 3 * time.Second
	}
	if c.log == nil {
		c.log = slog.Default()
	}
}

// Run sends what waits in the outbox, takes up what a dead node has left, and follows the event log for turns to be delivered, until
// ctx ends; then it waits for the pushes under way.
func (c *Channel) Run(ctx context.Context) {
	var loops sync.WaitGroup
	loops.Go(func() { c.send(ctx) })
	loops.Go(func() { c.sweep(ctx) })
	loops.Go(func() { c.read(ctx) })
	loops.Wait()
	c.cancel()
	c.tasks.Wait()
}

// Moved says that the event log has grown; it never blocks.
func (c *Channel) Moved() {
	select {
	case c.moved <- struct{}{}:
	default:
	}
}

// Names are the names of the accounts, for the addresses of their callbacks.
func (c *Channel) Names() []string {
	var list []string
	for _, a := range c.accounts {
		list = append(list, a.Name)
	}
	return list
}

// account finds one by its name.
func (c *Channel) account(name string) *account {
	for _, a := range c.accounts {
		if a.Name == name {
			return a
		}
	}
	return nil
}

// follower is the key under which we know an openid: keyed, so that a copy of the database does not tell who writes.
func (c *Channel) follower(a *account, openid string) string {
	mac := hmac.New(sha256.New, c.secret)
	_, _ = io.WriteString(mac, "wechat\x00"+a.AppID+"\x00"+openid) // a hash takes everything
	return base64.RawURLEncoding.EncodeToString(mac.Sum(nil)[:18])
}

// thread is the talk's name on this channel.
func thread(account, follower string) string { return account + ":" + follower }

// seal writes what is kept so that only a row of that name opens it.
func (c *Channel) seal(v any, of string) ([]byte, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, fmt.Errorf("keep %T: %w", v, err)
	}
	return c.box.Seal(raw, of)
}

// unseal reads what seal wrote for a row of that name.
func (c *Channel) unseal(sealed []byte, of string, into any) error {
	raw, err := c.box.Open(sealed, of)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, into); err != nil {
		return fmt.Errorf("read %T: %w", into, err)
	}
	return nil
}

// unthread takes a thread apart; ok is false for what is none.
func unthread(thread string) (account, follower string, ok bool) { return strings.Cut(thread, ":") }

func (c *Channel) micro() int64 { return c.now().UnixMicro() }

func random(n int) ([]byte, error) {
	b := make([]byte, n)
	if _, err := io.ReadFull(rand.Reader, b); err != nil {
		return nil, fmt.Errorf("draw random bytes: %w", err)
	}
	return b, nil
}

// signal wakes whoever waits for a change of rows in this process.
type signal struct {
	mu sync.Mutex
	ch chan struct{}
}

func newSignal() *signal { return &signal{ch: make(chan struct{})} }

func (s *signal) wait() <-chan struct{} {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.ch
}

func (s *signal) all() {
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.ch)
	s.ch = make(chan struct{})
}
