package bangban

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"bangban/answer"
	"bangban/channels/portal"
	"bangban/kernel/fault"
	"bangban/server"
	"bangban/server/citizen"
	"bangban/web"
)

// Version names the build; the Makefile sets it: -ldflags "-X bangban.Version=…".
var Version = "dev"

// refreshEvery is how often other nodes' publications and passing dates are looked for.
const refreshEvery = 5 * time.Second

// Serve answers on the listener until ctx ends, then stops in order: no new requests, streams end, open requests are answered.
func (c *City) Serve(ctx context.Context, listener net.Listener) error {
	renderer, err := c.renderer()
	if err != nil {
		return err
	}
	s, err := c.server(renderer)
	if err != nil {
		return err
	}
	live := server.NewLive(c.Store, c.log)
	services := citizen.Services{Conversation: c.Conversation, Knowledge: c.knowledge, Live: live, Statutes: c.Statutes, Promises: c.Promises, Phones: c.Citizens, Followers: c.followers()}
	services.TurnHTML = citizen.TurnHTML(renderer, c.Conversation.Who)
	(&citizen.API{Services: services}).Routes(s)
	(&citizen.Pages{Services: services, Renderer: renderer}).Routes(s)
	dist, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		return err
	}
	assets, err := portal.ReadAssets(dist)
	if err != nil && !errors.Is(err, portal.ErrNotBuilt) {
		return err
	}
	c.serveWeChat(s)
	beside := c.serveStaff(s, live, assets.URL, c.site().Name)
	if err := s.Files(dist); err != nil {
		return err
	}

	work, stop := context.WithCancel(ctx)
	var tasks sync.WaitGroup
	tasks.Go(func() { c.Knowledge.Run(work, refreshEvery) })
	tasks.Go(func() { c.follow(work) })
	tasks.Go(func() { c.Conversation.Clock().Run(work) })
	tasks.Go(func() { c.Desk.Run(work) })
	tasks.Go(func() { beside(work) })
	if c.WeChat != nil {
		tasks.Go(func() { c.WeChat.Run(work) })
	}
	if c.Meaning != nil {
		tasks.Go(func() { c.Meaning.Run(work) })
	}
	tasks.Go(func() {
		if err := live.Run(work); err != nil && work.Err() == nil {
			c.log.Error("live streams stopped", "error", err)
		}
	})
	err = s.Serve(ctx, listener)
	stop()
	tasks.Wait()
	return err
}

// follow swaps in what is published while the service runs.
func (c *City) follow(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-c.Knowledge.Changed():
			lib := c.Knowledge.Current()
			if lib == c.current.Load().Library {
				continue // what the first start loaded
			}
			if err := c.use(ctx, lib, ""); err != nil && ctx.Err() == nil {
				c.log.Error("new knowledge not taken up", "error", err)
			}
		}
	}
}

// knowledge is the citizens' view: the one that the engine answers from.
func (c *City) knowledge() citizen.Knowledge {
	k := c.current.Load()
	return citizen.Knowledge{Library: k.Library, Search: k.Search, Understand: k.Understander}
}

func (c *City) server(renderer *portal.Renderer) (*server.Server, error) {
	proxies, err := c.cfg.Proxies()
	if err != nil {
		return nil, err
	}
	address, talk, err := c.cfg.Limits()
	if err != nil {
		return nil, err
	}
	config := server.Config{PublicURL: c.cfg.PublicURL, TrustedProxies: proxies, AsksPerAddress: address, AsksPerConversation: talk,
		NoLimits: address == 0, FrameAncestors: c.cfg.Embedders(), Secret: c.secret, Build: Version}
	return server.New(config, server.Services{
		Log:       c.log,
		Sentence:  func(key string) (string, bool) { s, ok := c.current.Load().Library.Sentence(key); return s.Text, ok },
		ErrorPage: citizen.ProblemPage(renderer),
		Checks: []server.Check{
			// A full disk is no reason to take the node away: it still answers (docs/decisions/005).
			{Name: "store", Run: c.Store.Ping},
			{Name: "index", Run: func(context.Context) error { return inStep(c.current.Load()) }},
		},
		Notes: map[string]func() string{"meaning": c.meaningState}, // words alone answer, too: it never takes the node away
	})
}

// inStep fails when library and index hold different versions.
func inStep(k *answer.Knowledge) error {
	if have, want := k.Search.Version(), k.Library.Version(); have != want {
		return fmt.Errorf("the index holds version %s, the library %s", have, want)
	}
	return nil
}

func (c *City) renderer() (*portal.Renderer, error) {
	dist, err := fs.Sub(web.Dist, "dist")
	if err != nil {
		return nil, err
	}
	assets, err := portal.ReadAssets(dist)
	if err != nil {
		return nil, err
	}
	return portal.New(c.site(), web.Templates, assets, answer.City)
}

// site is what pages say about the service itself.
func (c *City) site() portal.Site {
	short, name := c.current.Load().Library.CityNames()
	return portal.Site{Name: cmp.Or(c.cfg.SiteName, name+"智能客服"), Mark: "帮", City: cmp.Or(c.cfg.SiteCity, short), Sponsor: c.cfg.SiteOwner, Contact: c.cfg.SiteContact, Hotline: "12345",
		IDCode: c.cfg.SiteIDCode, ICP: c.cfg.SiteICP, Police: c.cfg.SitePolice, Build: Version, Domain: strings.TrimPrefix(strings.TrimPrefix(c.cfg.PublicURL, "https://"), "http://")}
}

// secret is the key of tokens: from the configuration, else from secret.key in the data folder, made at the first start. One that
// cannot be kept (full disk) serves until the program ends.
func (c *Config) secret(log *slog.Logger) ([]byte, error) {
	text := c.SecretKey
	if text == "" {
		path := filepath.Join(c.Data, "secret.key")
		raw, err := os.ReadFile(path)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			key := make([]byte, 32)
			if _, err := rand.Read(key); err != nil {
				return nil, fmt.Errorf("make a secret key: %w", err)
			}
			if err := keepSecret(path, key); err != nil {
				log.Error("secret key not kept", "cause", err)
			}
			return key, nil
		case err != nil:
			return nil, fmt.Errorf("secret key: %w", err)
		}
		text = string(bytes.TrimSpace(raw))
	}
	key, err := hex.DecodeString(text)
	if err != nil || len(key) != 32 {
		return nil, fault.New(fault.Invalid, "config.secret")
	}
	return key, nil
}

// keepSecret writes the key beside its place and moves it there: a file cut short by a crash would be refused ever after.
func keepSecret(path string, key []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), "secret.key.*") // 0600
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(f, "%x\n", key)
	if err = errors.Join(err, f.Sync(), f.Close()); err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}
