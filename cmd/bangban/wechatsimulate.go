package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"

	"bangban"
	"bangban/channels/wechat"
	"bangban/channels/wechat/simulator"
)

// wechatSimulate is a trial without any account: the terminal is a follower's phone, the platform is simulated on this machine, and everything
// goes through real signatures and encryption.
type wechatSimulate struct {
	Service string `help:"Address of a running service instead of one of our own; it must have the same BANGBAN_WECHAT_… settings." placeholder:"URL"`
	As      string `help:"Be the same follower as in an earlier trial." placeholder:"NAME"`
}

// trial is a platform with a service behind it.
type trial struct {
	sim   *simulator.Simulator
	clock *movedClock // nil: the service has its own
	city  *bangban.City
	site  string // of the service
	log   string // where the service logs
	stops []func() error
}

// Run starts both sides and chats until /quit or the end of what is typed.
func (c *wechatSimulate) Run(a *app) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	t := &trial{}
	start := t.own
	if c.Service != "" {
		start = func(ctx context.Context, a *app) error { return t.beside(a, c.Service) }
	}
	err := start(ctx, a)
	if err == nil {
		err = t.sim.Verify(ctx)
		if err != nil {
			err = fmt.Errorf("服务没有通过回调验证，请核对两边的 Token（%w）", err)
		}
	}
	if err == nil {
		err = t.chat(ctx, a, c.As)
	}
	return errors.Join(err, t.stop())
}

func (t *trial) stop() error {
	var errs []error
	for i := len(t.stops) - 1; i >= 0; i-- {
		errs = append(errs, t.stops[i]())
	}
	return errors.Join(errs...)
}

// platform starts the platform for an account.
func (t *trial) platform(a wechat.Account, listen string, now func() time.Time) error {
	sim, err := simulator.New(simulator.Account{AppID: a.AppID, Secret: a.Secret, Original: "gh_trial", Token: a.Token, AESKey: a.AESKey, Mode: simulator.Mode(a.Mode),
		Templates: []simulator.Template{{ID: trialNotice, Title: "新回复提醒", Kind: simulator.Category, Content: "事项：{{thing1.DATA}}\n时间：{{time2.DATA}}"}}},
		simulator.Options{Listen: listen, Now: now, FirstMsgID: time.Now().UnixNano()})
	if err != nil {
		return fmt.Errorf("模拟的微信平台没有启动：%w", err)
	}
	t.sim = sim
	t.stops = append(t.stops, func() error { sim.Close(); return nil })
	return nil
}

// beside plays the platform to a service that runs already.
func (t *trial) beside(a *app, service string) error {
	account, err := bangban.WeChatAccount(a.Config)
	if err != nil {
		return err
	}
	base, err := url.Parse(account.APIBase)
	if err != nil || base.Scheme != "http" || base.Port() == "" || !bangban.Loopback(account.APIBase) {
		return errors.New("模拟的平台只在本机上：请把两边的 BANGBAN_WECHAT_API_BASE 都设成本机的一个空地址，如 http://127.0.0.1:8091，再重启服务")
	}
	if err := t.platform(account, base.Host, nil); err != nil {
		return err
	}
	t.site = strings.TrimSuffix(service, "/")
	path := "/wechat"
	if account.Name != "" {
		path += "/" + account.Name
	}
	t.sim.SetCallback(t.site + path)
	return wechat.NewConsole(account, t.site, nil).PushMenu(context.Background())
}

// trialNotice is the template that a trial has, for what is said outside of the window.
const trialNotice = "trial"

const trialAccounts = "accounts:\n  - notices: [{kind: template, id: " + trialNotice + ", fields: {thing1: \"{matter}\", time2: \"{time}\"}}]\n"

// own starts a service for this trial alone: with the starter city, in a folder that goes with it.
func (t *trial) own(ctx context.Context, a *app) error {
	dir, err := os.MkdirTemp("", "bangban-trial-")
	if err != nil {
		return err
	}
	t.stops = append(t.stops, func() error { return os.RemoveAll(dir) })
	if err := os.WriteFile(filepath.Join(dir, "wechat.yaml"), []byte(trialAccounts), 0o600); err != nil {
		return err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	t.site, t.clock = "http://"+listener.Addr().String(), &movedClock{}
	account := wechat.Account{AppID: "wx" + drawn(8), Secret: drawn(16), Token: drawn(12), AESKey: (drawn(22))[:43], Mode: wechat.Safe}
	if err := t.platform(account, "", t.clock.now); err != nil {
		return errors.Join(err, listener.Close())
	}
	account.APIBase = t.sim.URL()
	t.sim.SetCallback(t.site + "/wechat")
	if err := t.serve(ctx, a, account, dir, listener); err != nil {
		return err
	}
	return wechat.NewConsole(account, t.site, nil).PushMenu(ctx)
}

// serve runs the service on the listener.
func (t *trial) serve(ctx context.Context, a *app, account wechat.Account, dir string, listener net.Listener) error {
	cfg := *a.Config
	cfg.Data, cfg.Database, cfg.Listen, cfg.PublicURL = dir, "", listener.Addr().String(), t.site
	cfg.WeChatAppID, cfg.WeChatSecret, cfg.WeChatToken, cfg.WeChatKey, cfg.WeChatOldKey = account.AppID, account.Secret, account.Token, account.AESKey, ""
	cfg.WeChatMode, cfg.WeChatAPIBase = string(account.Mode), account.APIBase
	if cfg.Embedding == "auto" {
		cfg.Embedding = "none" // its vectors would take longer than the trial
	}
	cfg.UseClock(t.clock.now)
	file, err := os.CreateTemp("", "bangban-trial-*.log") // it stays, for whoever looks what happened
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	t.log = file.Name()
	t.stops = append(t.stops, file.Close)
	level, _ := cfg.Level() // Load has looked at it
	t.city, err = bangban.Open(ctx, &cfg, slog.New(slog.NewJSONHandler(file, &slog.HandlerOptions{Level: level})), a.progress())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	t.stops = append(t.stops, t.city.Close)
	work, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- t.city.Serve(work, listener) }()
	t.stops = append(t.stops, func() error { cancel(); return <-done })
	return nil
}

// drawn are random characters that keys, tokens and openids may hold.
func drawn(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // it never fails
	return hex.EncodeToString(b)
}

// movedClock is the time of the platform and the channel: that of the machine, and what was waited.
type movedClock struct {
	mu   sync.Mutex
	past time.Duration
}

func (m *movedClock) now() time.Time {
	m.mu.Lock()
	defer m.mu.Unlock()
	return time.Now().Add(m.past)
}

func (m *movedClock) wait(d time.Duration) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.past += d
}
