package wechat_test

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban"
	"bangban/channels/wechat/simulator"
	"bangban/store/storetest"
)

const (
	testToken = "callbacktoken"
	testKey   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
	oldKey    = "GFEDCBA9876543210zyxwvutsrqponmlkjihgfedcba"
)

// loaded is a data folder with the starter city in it: loading takes longer than most tests.
var loaded = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "bangban-wechat-")
	if err != nil {
		return "", err
	}
	cfg := &bangban.Config{Data: dir, Embedding: "none"}
	if err := cfg.Load(func(string) string { return "" }); err != nil {
		return "", err
	}
	city, err := bangban.Open(context.Background(), cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		return "", err
	}
	return dir, city.Close()
})

func TestMain(m *testing.M) {
	status := m.Run()
	if dir, err := loaded(); err == nil {
		_ = os.RemoveAll(dir)
	}
	os.Exit(status)
}

// dataFolder is a copy of the loaded one.
func dataFolder(t testing.TB) string {
	t.Helper()
	from, err := loaded()
	if err != nil {
		t.Fatal(err)
	}
	to := t.TempDir()
	if err := os.CopyFS(to, os.DirFS(from)); err != nil {
		t.Fatal(err)
	}
	return to
}

// world is a city with its WeChat account, and the platform with the followers on the other side.
type world struct {
	sim   *simulator.Simulator
	nodes []*node
	log   *logs
}

// node is one process of the city.
type node struct {
	city *bangban.City
	url  string
	stop func()
}

// logs keeps what was logged, to look for what must not stand there.
type logs struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logs) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logs) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// setting changes how a world is made.
type setting struct {
	mode     simulator.Mode
	nodes    int
	postgres bool
	options  simulator.Options
	config   func(*bangban.Config)
}

func account(mode simulator.Mode) simulator.Account {
	return simulator.Account{AppID: "wx0123456789abcdef", Secret: "secretsecretsecretsecret", Original: "gh_bangban", Token: testToken, AESKey: testKey, Mode: mode}
}

func newWorld(t testing.TB, s setting) *world {
	t.Helper()
	if s.mode == "" {
		s.mode = simulator.Safe
	}
	sim, err := simulator.New(account(s.mode), s.options)
	if err != nil {
		t.Fatal(err)
	}
	w := &world{sim: sim, log: &logs{}}
	t.Cleanup(sim.Close)
	database := ""
	if s.postgres || s.nodes > 1 {
		database = storetest.Postgres(t)
	}
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	for i := range max(s.nodes, 1) {
		data := t.TempDir()
		if database == "" {
			data = dataFolder(t)
		}
		cfg := &bangban.Config{Data: data, Database: database, SecretKey: hex.EncodeToString(secret), RateLimit: "off", Embedding: "none", LogLevel: "debug",
			WeChatAppID: "wx0123456789abcdef", WeChatSecret: "secretsecretsecretsecret", WeChatToken: testToken, WeChatKey: testKey, WeChatOldKey: oldKey,
			WeChatMode: string(s.mode), WeChatAPIBase: sim.URL()}
		if s.config != nil {
			s.config(cfg)
		}
		w.nodes = append(w.nodes, w.open(t, cfg))
		if i == 0 {
			sim.SetCallback(w.nodes[0].url + "/wechat")
		}
	}
	return w
}

func (w *world) open(t testing.TB, cfg *bangban.Config) *node {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	cfg.Listen = listener.Addr().String()
	cfg.PublicURL = "http://" + cfg.Listen
	database := cfg.Database // in a form that only tests have
	cfg.Database = ""
	if err := cfg.Load(func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	cfg.Database = database
	log := slog.New(slog.NewTextHandler(w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	city, err := bangban.Open(t.Context(), cfg, log, nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- city.Serve(ctx, listener) }()
	n := &node{city: city, url: "http://" + cfg.Listen}
	var once sync.Once
	n.stop = func() {
		once.Do(func() {
			cancel()
			if err := <-done; err != nil {
				t.Error(err)
			}
			if err := city.Close(); err != nil {
				t.Error(err)
			}
		})
	}
	t.Cleanup(n.stop)
	return n
}

// until waits for a condition on the platform's side.
func (w *world) until(t testing.TB, what string, cond func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	if err := w.sim.Until(ctx, cond); err != nil {
		t.Fatalf("%s: %v\n%s", what, err, w.log)
	}
}

// texts are what a follower has read.
func (w *world) texts(openid string) (list []string) {
	for _, s := range w.sim.Shown(openid) {
		list = append(list, s.Text)
	}
	return list
}

func (w *world) String() string { return fmt.Sprint(w.sim.Outcomes()) }
