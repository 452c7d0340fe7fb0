// Command desk measures the agents' desk on the real program: how long a citizen's turn takes to the agent's page with many desks and citizens connected, how soon
// somebody who goes ready is offered a talk, and what a connection weighs. Start at main.
package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"bangban/bench/program"
)

var (
	binary   = flag.String("serve", "bin/bangban", "the program")
	desks    = flag.Int("desks", 200, "agents with an open desk")
	citizens = flag.Int("citizens", 2000, "citizens with an open chat")
	turns    = flag.Int("turns", 600, "citizens' turns that are timed")
	rate     = flag.Int("rate", 30, "turns a second")
)

func main() {
	flag.Parse()
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "desk:", err)
		os.Exit(1)
	}
}

// house is the running program with everyone in it.
type house struct {
	url      string
	process  *os.Process
	operator *client
	agents   []*agent
	talks    []*talk
}

type agent struct {
	*client
	id, number string
	offers     chan row
	seen       sync.Map // text of a turn → time it came
	gaps       atomic.Int64
}

type talk struct {
	id, token, agent string
}

type row struct {
	ID    string `json:"id"`
	State string `json:"state"`
	Agent string `json:"agent"`
	Offer *struct {
		ID string `json:"id"`
	} `json:"offer"`
}

func run() error {
	h, stop, err := start()
	if err != nil {
		return err
	}
	defer stop()
	if err := h.staff(); err != nil {
		return err
	}
	empty := h.memory()
	for _, a := range h.agents {
		if err := a.follow(h.url); err != nil {
			return err
		}
	}
	withDesks := h.memory()
	if err := h.fill(); err != nil {
		return err
	}
	withAll := h.memory()
	if err := h.serve(); err != nil {
		return err
	}
	times, lost := h.talk()
	ready, err := h.ready()
	if err != nil {
		return err
	}
	fmt.Printf("%d desks, %d citizens connected; %d turns at %d a second\n", len(h.agents), len(h.talks), len(times), *rate)
	fmt.Printf("turn accepted → on the agent's stream: p50 %s, p95 %s, p99 %s, worst %s; lost %d\n", quantile(times, .5), quantile(times, .95), quantile(times, .99), quantile(times, 1), lost)
	fmt.Printf("ready → first offer while somebody waits: p50 %s, worst %s (%d times)\n", quantile(ready, .5), quantile(ready, 1), len(ready))
	fmt.Printf("resident: %d MB empty, +%.0f kB a desk, +%.0f kB a citizen (talk and stream)\n", empty>>20, float64(withDesks-empty)/1024/float64(len(h.agents)),
		float64(withAll-withDesks)/1024/float64(len(h.talks)))
	return nil
}

// start runs the program on a folder of its own and signs the operator in.
func start() (*house, func(), error) {
	dir, err := os.MkdirTemp("", "bangban-desk-")
	if err != nil {
		return nil, nil, err
	}
	const listen = "127.0.0.1:18765"
	cmd := exec.Command(*binary, "serve", "--data", dir, "--listen", listen, "--embedding", "none", "--rate-limit", "off", "--log-level", "error")
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, nil, err
	}
	stop := func() {
		_ = cmd.Process.Signal(os.Interrupt)
		_ = cmd.Wait()
		_ = os.RemoveAll(dir)
	}
	h := &house{url: "http://" + listen, process: cmd.Process}
	password := ""
	lines := bufio.NewScanner(out)
	for password == "" && lines.Scan() {
		if _, rest, ok := strings.Cut(lines.Text(), "一次性密码 "); ok {
			password, _, _ = strings.Cut(rest, "（")
		}
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	for range 200 {
		if r, err := http.Get(h.url + "/readyz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == 200 {
				break
			}
		}
		time.Sleep(50 * time.Millisecond)
	}
	h.operator = &client{url: h.url}
	if err := h.operator.call("POST", "/staff/login", map[string]string{"name": "operator", "password": password}, nil); err != nil {
		return nil, stop, err
	}
	return h, stop, h.operator.call("POST", "/staff/password", map[string]string{"old": password, "new": "西湖边的一棵柳树下面"}, nil)
}

// staff makes the agents and signs each in.
func (h *house) staff() error {
	for i := range *desks {
		var made struct {
			Account  struct{ ID, Number string }
			Password string
		}
		name := fmt.Sprintf("agent%d", i)
		if err := h.operator.call("POST", "/admin/accounts", map[string]any{"login": name, "name": name, "number": "", "roles": []string{"agent"}, "team": "general", "department": "市民中心"}, &made); err != nil {
			return err
		}
		a := &agent{client: &client{url: h.url}, id: made.Account.ID, number: made.Account.Number, offers: make(chan row, 64)}
		if err := a.call("POST", "/staff/login", map[string]string{"name": name, "password": made.Password}, nil); err != nil {
			return err
		}
		if err := a.call("POST", "/staff/password", map[string]string{"old": made.Password, "new": "断桥残雪平湖秋月三潭"}, nil); err != nil {
			return err
		}
		h.agents = append(h.agents, a)
	}
	return nil
}

// fill opens the citizens' talks and streams.
func (h *house) fill() error {
	var wg sync.WaitGroup
	var mu sync.Mutex
	var failed error
	work := make(chan int)
	for range 16 {
		wg.Go(func() {
			for range work {
				t := &talk{}
				var r struct {
					ID    string `json:"conversation_id"`
					Token string `json:"conversation_token"`
				}
				c := &client{url: h.url}
				err := c.call("POST", "/ask", map[string]string{"text": "身份证丢了怎么补"}, &r)
				t.id, t.token = r.ID, r.Token
				if err == nil {
					err = stream(h.url+"/api/v1/conversations/"+t.id+"/events", http.Header{"Bangban-Conversation": {t.token}}, func(string, []byte) {})
				}
				mu.Lock()
				h.talks = append(h.talks, t)
				failed = errors.Join(failed, err)
				mu.Unlock()
			}
		})
	}
	for i := range *citizens {
		work <- i
	}
	close(work)
	wg.Wait()
	return failed
}

// serve gives each of the first talks an agent: one a desk.
func (h *house) serve() error {
	for i, a := range h.agents {
		t := h.talks[i]
		if err := t.say(h.url, "转人工"); err != nil {
			return err
		}
		if err := a.call("POST", "/desk/talks/"+t.id+"/claim", map[string]any{}, nil); err != nil {
			if err := a.call("POST", "/desk/seat", map[string]string{"status": "ready"}, nil); err != nil {
				return err
			}
			if err := t.say(h.url, "转人工"); err != nil {
				return err
			}
			select {
			case r := <-a.offers:
				if err := a.call("POST", "/desk/talks/"+r.ID+"/accept", map[string]string{"offer": r.Offer.ID}, nil); err != nil {
					return err
				}
			case <-time.After(10 * time.Second):
				return fmt.Errorf("agent %s was offered nothing", a.number)
			}
		}
		t.agent = a.id
		if err := a.call("POST", "/desk/seat", map[string]string{"status": "busy"}, nil); err != nil {
			return err
		}
		if err := a.call("POST", "/desk/talks/"+t.id+"/reply", map[string]string{"text": "您好", "key": "hello"}, nil); err != nil {
			return err
		}
	}
	return nil
}

// talk sends turns at an even pace and times each to the stream of its agent.
func (h *house) talk() (times []time.Duration, lost int) {
	sent := make([]time.Time, *turns)
	var wg sync.WaitGroup
	pace := time.NewTicker(time.Second / time.Duration(*rate))
	defer pace.Stop()
	for i := range *turns {
		<-pace.C
		wg.Go(func() {
			sent[i] = time.Now()
			_ = h.talks[i%len(h.agents)].say(h.url, "第 "+strconv.Itoa(i)+" 句")
		})
		if i%(*rate*8) == 0 { // leases
			for _, a := range h.agents {
				wg.Go(func() { _ = a.call("POST", "/desk/lease", map[string]any{}, nil) })
			}
		}
	}
	wg.Wait()
	time.Sleep(2 * time.Second)
	for i := range *turns {
		at, ok := h.agents[i%len(h.agents)].seen.Load("第 " + strconv.Itoa(i) + " 句")
		if !ok {
			lost++
			continue
		}
		times = append(times, at.(time.Time).Sub(sent[i]))
	}
	return times, lost
}

// ready times how soon an agent who goes ready is offered somebody who waits.
func (h *house) ready() ([]time.Duration, error) {
	var times []time.Duration
	for i := range min(30, len(h.agents)) {
		a, t := h.agents[i], h.talks[len(h.talks)-1-i]
		if err := t.say(h.url, "转人工"); err != nil {
			return nil, err
		}
		for len(a.offers) > 0 {
			<-a.offers
		}
		begin := time.Now()
		if err := a.call("POST", "/desk/seat", map[string]string{"status": "ready"}, nil); err != nil {
			return nil, err
		}
		select {
		case r := <-a.offers:
			times = append(times, time.Since(begin))
			if err := a.call("POST", "/desk/talks/"+r.ID+"/accept", map[string]string{"offer": r.Offer.ID}, nil); err != nil {
				return nil, err
			}
		case <-time.After(10 * time.Second):
			return nil, fmt.Errorf("agent %s went ready and was offered nothing", a.number)
		}
		if err := a.call("POST", "/desk/seat", map[string]string{"status": "busy"}, nil); err != nil {
			return nil, err
		}
	}
	return times, nil
}

// memory is the program's resident memory in bytes.
func (h *house) memory() int64 {
	time.Sleep(time.Second)
	return program.Resident(h.process.Pid)
}

// follow opens the agent's stream: what it brings is timed.
func (a *agent) follow(url string) error {
	var state struct{ Seq int64 }
	if err := a.call("GET", "/desk/state", nil, &state); err != nil {
		return err
	}
	if err := a.call("POST", "/desk/seat", map[string]string{"status": "busy"}, nil); err != nil {
		return err
	}
	last := state.Seq
	return stream(fmt.Sprintf("%s/api/v1/desk/events?after=%d", url, state.Seq), http.Header{"Cookie": {a.cookie}}, func(id string, data []byte) {
		var e struct {
			Prev int64 `json:"prev"`
			Kind string
			Talk *row
			Turn struct{ Text string }
		}
		if json.Unmarshal(data, &e) != nil || e.Kind != "talk" {
			return
		}
		if n, err := strconv.ParseInt(id, 10, 64); err == nil {
			if e.Prev > last {
				a.gaps.Add(1)
			}
			last = n
		}
		if e.Turn.Text != "" {
			a.seen.LoadOrStore(e.Turn.Text, time.Now())
		}
		if e.Talk != nil && e.Talk.Offer != nil {
			select {
			case a.offers <- *e.Talk:
			default:
			}
		}
	})
}

// say is a citizen's turn.
func (t *talk) say(url, text string) error {
	c := &client{url: url, token: t.token}
	return c.call("POST", "/ask", map[string]string{"text": text, "conversation_id": t.id}, nil)
}

// stream reads server-sent events in the background.
func stream(url string, header http.Header, each func(id string, data []byte)) error {
	req, err := http.NewRequestWithContext(context.Background(), http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	req.Header = header
	r, err := patient.Do(req)
	if err != nil {
		return err
	}
	if r.StatusCode != 200 {
		return fmt.Errorf("%s: status %d", url, r.StatusCode)
	}
	go func() {
		defer r.Body.Close()
		lines := bufio.NewScanner(r.Body)
		lines.Buffer(make([]byte, 0, 4096), 1<<20)
		id := ""
		for lines.Scan() {
			if v, ok := bytes.CutPrefix(lines.Bytes(), []byte("id: ")); ok {
				id = string(v)
			}
			if v, ok := bytes.CutPrefix(lines.Bytes(), []byte("data: ")); ok {
				each(id, v)
			}
		}
	}()
	return nil
}

// patient is for streams, quick for the rest: many connections, kept.
var (
	patient = &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 4096, DisableCompression: true}}
	quick   = &http.Client{Timeout: 20 * time.Second, Transport: &http.Transport{MaxIdleConnsPerHost: 256}}
)

// client is one browser.
type client struct {
	url, cookie, token string
}

func (c *client) call(method, path string, body, into any) error {
	var payload io.Reader
	if body != nil {
		raw, err := json.Marshal(body)
		if err != nil {
			return err
		}
		payload = bytes.NewReader(raw)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, c.url+"/api/v1"+path, payload)
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if c.cookie != "" {
		req.Header.Set("Cookie", c.cookie)
	}
	if c.token != "" {
		req.Header.Set("Bangban-Conversation", c.token)
	}
	r, err := quick.Do(req)
	if err != nil {
		return err
	}
	defer r.Body.Close()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		return err
	}
	for _, k := range r.Cookies() {
		if k.Name == "bb_staff" {
			c.cookie = k.Name + "=" + k.Value
		}
	}
	if r.StatusCode != 200 {
		return fmt.Errorf("%s %s: %d %s", method, path, r.StatusCode, raw)
	}
	if into == nil {
		return nil
	}
	return json.Unmarshal(raw, into)
}

func quantile(list []time.Duration, q float64) time.Duration {
	if len(list) == 0 {
		return 0
	}
	slices.Sort(list)
	return list[min(int(q*float64(len(list))), len(list)-1)].Round(100 * time.Microsecond)
}
