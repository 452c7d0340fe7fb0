package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"bangban/bench/program"
	"bangban/channels/wechat/simulator"
)

// followers is how many people ask; a person asks one thing after the other, or two at once.
const followers = 2000

// balancer passes pushes on to nodes that live, by chance. A node that dies with a push in its hands cuts the line, as it would without a balancer.
type balancer struct {
	mu    sync.Mutex
	nodes []*httputil.ReverseProxy
}

func (b *balancer) set(nodes ...*program.Program) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.nodes = nil
	for _, n := range nodes {
		p := httputil.NewSingleHostReverseProxy(&url.URL{Scheme: "http", Host: n.Address})
		p.Transport = &http.Transport{MaxIdleConnsPerHost: 128}
		p.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
		b.nodes = append(b.nodes, p)
	}
}

func (b *balancer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	b.mu.Lock()
	p := b.nodes[rand.IntN(len(b.nodes))]
	b.mu.Unlock()
	p.ServeHTTP(w, r)
}

// trouble asks many questions while answers are lost, pushes come several times and out of order, and a node is killed; then it counts what each
// follower has read.
func trouble(ctx context.Context) error {
	if *postgres == "" {
		return errors.New("-faults needs -postgres: two nodes share a database")
	}
	list, err := questions()
	if err != nil {
		return err
	}
	sim, err := platform(simulator.Options{})
	if err != nil {
		return err
	}
	defer sim.Close()
	h, done, err := pair(ctx, sim.URL())
	if err != nil {
		return err
	}
	defer done()
	b := &balancer{}
	b.set(h.nodes...)
	front := httptest.NewServer(b)
	defer front.Close()
	sim.SetCallback(front.URL + "/wechat")
	var sent atomic.Int64
	begin := time.Now()
	asked, wait := crowd(sim, list, &sent)
	killed := make(chan error, 1)
	go func() { killed <- h.murder(ctx, b, &sent) }()
	wait()
	if err := <-killed; err != nil {
		return err
	}
	return judge(sim, asked, &sent, begin)
}

// house is two nodes on one database.
type house struct {
	dirs  []string
	nodes []*program.Program
}

// pair starts two nodes on one database.
func pair(ctx context.Context, base string) (h *house, done func(), err error) {
	h = &house{dirs: make([]string, 2), nodes: make([]*program.Program, 2)}
	done = func() {
		for _, n := range h.nodes {
			if n != nil {
				_ = n.Kill()
			}
		}
		for _, d := range h.dirs {
			_ = os.RemoveAll(d)
		}
	}
	for i := range h.nodes {
		if h.dirs[i], err = os.MkdirTemp("", "bangban-bench-wechat-"); err == nil {
			h.nodes[i] = newNode(h.dirs[i], address(*postgres), base)
			err = h.nodes[i].Start(ctx)
		}
		if err != nil {
			done()
			return nil, nil, err
		}
	}
	return h, done, nil
}

// address turns the keyword form of a database's address (host=… user=…) into the form of the configuration.
func address(database string) string {
	if strings.Contains(database, "://") {
		return database
	}
	q, name := url.Values{}, ""
	for _, word := range strings.Fields(database) {
		k, v, _ := strings.Cut(word, "=")
		if k == "dbname" {
			name = v
			continue
		}
		q.Set(k, v)
	}
	return "postgres:///" + name + "?" + q.Encode()
}

// murders is how often a node is killed.
const murders = 10

// murder kills one node after the other, with what it has in its hands, and starts it again; meanwhile the other goes on alone.
func (h *house) murder(ctx context.Context, b *balancer, sent *atomic.Int64) error {
	for n := range murders {
		for sent.Load() < int64(*faults)*int64(n+1)/(murders+2) {
			time.Sleep(10 * time.Millisecond)
		}
		victim := n % 2
		b.set(h.nodes[1-victim]) // as a balancer does that notices; what is under way dies with the node
		if err := h.nodes[victim].Kill(); err != nil {
			return err
		}
		if err := h.nodes[victim].Start(ctx); err != nil {
			return err
		}
		b.set(h.nodes...)
	}
	return nil
}

// crowd lets all followers ask. asked is how many questions each has asked, complete when wait returns.
func crowd(sim *simulator.Simulator, list []string, sent *atomic.Int64) (asked []int, wait func()) {
	asked = make([]int, followers)
	var people sync.WaitGroup
	turns := make(chan struct{}, *inFlight)
	for f := range followers {
		openid := name(f)
		sim.AddFollowers(openid)
		people.Go(func() {
			for asked[f] < *faults/followers {
				turns <- struct{}{}
				n := ask(sim, openid, list)
				<-turns
				asked[f] += n
				sent.Add(int64(n))
			}
		})
	}
	return asked, people.Wait
}

func name(f int) string { return fmt.Sprintf("follower%05d", f) }

// ask asks once or twice, with or without a mishap.
func ask(sim *simulator.Simulator, openid string, list []string) int {
	switch rand.IntN(10) {
	case 0: // the platform does not hear the answer, and sends again
		sim.Say(openid, pick(list), simulator.LoseAnswers(1+rand.IntN(2)))
	case 1: // the same push several times at once
		sim.Say(openid, pick(list), simulator.Copies(2+rand.IntN(3)))
	case 2: // two pushes, the later one first
		a, b := sim.Compose(openid, simulator.Text(pick(list))), sim.Compose(openid, simulator.Text(pick(list)))
		var both sync.WaitGroup
		both.Go(func() { b.Send() })
		both.Go(func() { a.Send() })
		both.Wait()
		return 2
	default:
		sim.Say(openid, pick(list))
	}
	return 1
}

// judge waits until everybody has their answers, and counts.
func judge(sim *simulator.Simulator, asked []int, sent *atomic.Int64, begin time.Time) error {
	took := time.Since(begin)
	count := func() (lost, twice, errs int) {
		for f, n := range asked {
			read := 0
			for _, s := range sim.Shown(name(f)) {
				if s.Kind == "trouble" {
					errs++
					continue
				}
				read++
			}
			lost += max(n-read, 0)
			twice += max(read-n, 0)
		}
		return lost, twice, errs
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		if lost, _, _ := count(); lost == 0 {
			break
		}
		select {
		case <-ctx.Done():
		case <-time.After(time.Second):
		}
	}
	lost, twice, errs := count()
	missed(sim, asked)
	retried, later := 0, 0
	for _, o := range sim.Outcomes() {
		if len(o.Attempts) > 1 {
			retried++
		}
		if o.Ending == simulator.Acknowledged {
			later++
		}
		if o.Ending == simulator.Wrong || o.Ending == simulator.Unanswered {
			fmt.Println("trouble:", o, o.Why)
		}
	}
	fmt.Printf("%d questions of %d followers on two nodes, one killed and started again %d times, in %s (%.0f a second): %d lost, %d answered twice, %d read the platform's trouble; %d pushes were sent more than once, %d answered later\n",
		sent.Load(), followers, murders, took.Round(time.Second), float64(sent.Load())/took.Seconds(), lost, twice, errs, retried, later)
	return nil
}

// missed says what became of the pushes of followers who have read less than they asked.
func missed(sim *simulator.Simulator, asked []int) {
	for f, n := range asked {
		if len(sim.Shown(name(f))) >= n {
			continue
		}
		for _, o := range sim.Outcomes() {
			if o.Openid == name(f) {
				fmt.Println(o.Openid, o.MsgID, o.Ending, len(o.Attempts), o.Reply != nil, o.Why)
			}
		}
	}
}
