package store_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/conversation/ownership"
	"bangban/desk"
	"bangban/kernel/fault"
	"bangban/store"
	"bangban/store/storetest"
)

// days are random days of a whole house on a real store: citizens, agents, clocks, nodes that crash. After every step every talk has its one owner, is in
// exactly one list, and holds every turn that was acknowledged, once and in order.
type days struct {
	t      *testing.T
	seed   uint64
	random *rand.Rand
	nodes  []*hall
	stores []*store.Store
	at     *atomic.Int64
	people []desk.Person
	talks  []*spoken
	steps  int
}

// spoken is a talk as its citizen knows it.
type spoken struct {
	id, token string
	said      []string // acknowledged, in order
	last      message.Inbound
}

func (d *days) fail(format string, args ...any) {
	d.t.Helper()
	d.t.Fatalf("seed %d, step %d: %s", d.seed, d.steps, fmt.Sprintf(format, args...))
}

// ok takes what another may have been faster with.
func (d *days) ok(err error) bool {
	d.t.Helper()
	if err == nil {
		return true
	}
	var f *fault.Error
	if errors.As(err, &f) && (f.Kind == fault.Conflict || f.Kind == fault.NotFound || f.Kind == fault.Forbidden) {
		return false
	}
	d.fail("%v", err)
	return false
}

func (d *days) node() *hall { return d.nodes[d.random.IntN(len(d.nodes))] }

func (d *days) step() {
	ctx := context.Background()
	d.steps++
	h := d.node()
	p := d.people[d.random.IntN(len(d.people))]
	switch n := d.random.IntN(24); {
	case n == 0 && len(d.talks) < 6 || len(d.talks) == 0:
		in := message.Inbound{Text: "你好", Key: fmt.Sprintf("opening-%d-%d", d.seed, d.steps)}
		r, err := h.Receive(ctx, in)
		if d.ok(err) {
			d.talks = append(d.talks, &spoken{id: r.ConversationID, token: r.Token, said: []string{in.Text}})
		}
		return
	case n < 6:
		d.speak(ctx, h)
		return
	case n < 9:
		d.pass(ctx)
		return
	case n == 9:
		_, err := h.desk.SetStatus(ctx, p, p.ID, []desk.Status{desk.Ready, desk.Ready, desk.Busy, desk.Offline}[d.random.IntN(4)], "")
		d.ok(err)
		return
	case n == 10:
		_, err := h.desk.Renew(ctx, p.ID)
		d.ok(err)
		return
	case n == 11:
		d.crash()
		return
	}
	s := d.talks[d.random.IntN(len(d.talks))]
	d.work(ctx, h, p, s)
}

// speak is a citizen's turn; sometimes the one before again, as a browser repeats what was not acknowledged.
func (d *days) speak(ctx context.Context, h *hall) {
	s := d.talks[d.random.IntN(len(d.talks))]
	in := message.Inbound{ConversationID: s.id, Token: s.token, Key: fmt.Sprintf("k-%d-%d", d.seed, d.steps),
		Text: []string{"person", "身份证丢了", "unknown", "danger", "再说一句", "person"}[d.random.IntN(6)]}
	if d.random.IntN(5) == 0 && s.last.Key != "" {
		in = s.last
	}
	r, err := h.Receive(ctx, in)
	if !d.ok(err) {
		return
	}
	if r.ConversationID != s.id { // it was closed: a new talk follows
		s.id, s.token, s.said, s.last = r.ConversationID, r.Token, []string{in.Text}, message.Inbound{}
		return
	}
	if !r.Duplicate {
		s.said = append(s.said, in.Text)
	}
	s.last = in
}

// work is something an agent or a citizen does with a talk.
func (d *days) work(ctx context.Context, h *hall, p desk.Person, s *spoken) {
	id := conversation.ID(s.id)
	c, err := h.Load(ctx, id)
	if !d.ok(err) {
		return
	}
	if a := c.Handling.Agent(); a != "" && d.random.IntN(4) > 0 {
		p.ID = a
	}
	if o := c.Handling.Offer; o != nil && d.random.IntN(4) > 0 {
		p.ID = o.Agent
	}
	switch d.random.IntN(12) {
	case 0, 1, 2:
		_, err = h.desk.Accept(ctx, p, id, "")
	case 3, 4:
		_, err = h.desk.Reply(ctx, p, id, "您好", "", "")
	case 5:
		_, err = h.desk.Resolve(ctx, p, id, "身份证", "solved", "")
	case 6:
		_, err = h.desk.Transfer(ctx, p, id, []ownership.TargetKind{ownership.ToAgent, ownership.ToTeam, ownership.ToDepartment}[d.random.IntN(3)], d.people[0].ID, "r")
	case 7:
		if d.random.IntN(2) == 0 {
			_, err = h.desk.AcceptTransfer(ctx, d.people[0], id)
		} else {
			_, err = h.desk.DeclineTransfer(ctx, d.people[0], id, "")
		}
	case 8:
		_, err = h.desk.Claim(ctx, p, id)
	case 9:
		_, err = h.desk.HandBack(ctx, p, id)
	case 10:
		if r := c.Handling.Resolution; r != nil {
			_, err = h.CitizenAct(ctx, s.id, s.token, ownership.Command{Do: ownership.Rate, ID: r.ID, Stars: 1 + d.random.IntN(5)})
		}
	case 11:
		_, err = h.CitizenAct(ctx, s.id, s.token, ownership.Command{Do: []ownership.Action{ownership.CallBack, ownership.Cancel, ownership.Unsolved}[d.random.IntN(3)]})
	}
	d.ok(err)
}

// pass lets time go by; every node looks at its clock and its queue.
func (d *days) pass(ctx context.Context) {
	d.at.Add((time.Duration([]int{1, 5, 15, 35, 70, 200, 2000, 300_000}[d.random.IntN(8)]) * time.Second).Microseconds())
	for _, h := range d.nodes {
		if _, stuck, err := h.Clock().Tick(ctx); err != nil || stuck > 0 {
			d.fail("timers: %d stuck, %v", stuck, err)
		}
		d.ok(h.desk.Settle(ctx))
	}
}

// crash loses everything that a node has in memory.
func (d *days) crash() {
	i := d.random.IntN(len(d.nodes))
	d.nodes[i] = newHall(d.stores[i], d.at)
}

// check looks at everything that is kept.
func (d *days) check() {
	ctx := context.Background()
	h := d.nodes[0]
	lists := map[string]int{}
	offers := map[string]int{}
	seats, _, err := h.desk.Colleagues(ctx)
	if err != nil {
		d.fail("%v", err)
	}
	limits := map[string]int{}
	for _, s := range seats {
		limits[s.Account] = s.Limit
		rows, err := d.stores[0].Desk().RowsOf(ctx, s.Account)
		if err != nil {
			d.fail("%v", err)
		}
		for _, r := range rows {
			if r.Conversation.Handling.Agent() == s.Account {
				lists[string(r.Conversation.ID)]++
			}
		}
	}
	queue, err := d.stores[0].Desk().Queue(ctx, 1000)
	if err != nil {
		d.fail("%v", err)
	}
	for _, w := range queue {
		if !w.Transfer {
			lists[w.Talk]++
		}
	}
	promised, err := d.stores[0].Desk().RowsPromised(ctx, 10_000)
	if err != nil {
		d.fail("%v", err)
	}
	for _, r := range promised {
		lists[string(r.Conversation.ID)]++
	}
	for _, s := range d.talks {
		c, err := h.Load(ctx, conversation.ID(s.id))
		if err != nil {
			d.fail("%s is lost: %v", s.id, err)
		}
		t := &c.Handling
		want := 0
		switch t.State {
		case ownership.Queued, ownership.Serving, ownership.Promised:
			want = 1
		case ownership.Waiting:
			if t.Agent() != "" {
				want = 1
			}
		case ownership.Offered:
			if offers[t.Offer.Agent+" "+s.id]++; limits[t.Offer.Agent] == 0 {
				d.fail("offered to nobody: %+v", t)
			}
		}
		if lists[s.id] != want {
			d.fail("%s in %s of %s is in %d lists", s.id, t.State, t.Owner, lists[s.id])
		}
		d.turns(ctx, h, s)
	}
}

// turns compares what is kept with what was acknowledged (I2), and who spoke with who had the talk (I4).
func (d *days) turns(ctx context.Context, h *hall, s *spoken) {
	var said []string
	for after := 0; ; {
		page, err := h.TurnsOf(ctx, conversation.ID(s.id), after, 200)
		if err != nil {
			d.fail("%v", err)
		}
		for _, t := range page {
			if after++; t.No != after {
				d.fail("turn %d is numbered %d", after, t.No)
			}
			if t.Author == conversation.Citizen {
				said = append(said, t.Text)
			}
		}
		if len(page) < 200 {
			break
		}
	}
	if !slices.Equal(said, s.said) {
		d.fail("kept %q, acknowledged %q", said, s.said)
	}
}

// daysAStore is how many days one database lives: long enough for what is left over to matter.
const daysAStore = 8

func runDays(t *testing.T, fresh func(testing.TB) string, nodes int) {
	most := 600
	if n, err := strconv.Atoi(os.Getenv("BANGBAN_STORE_STEPS")); err == nil {
		most = n
	}
	done, source := 0, ""
	for seed := uint64(1); done < most; seed++ {
		if seed%daysAStore == 1 {
			source = fresh(t)
		}
		d := &days{t: t, seed: seed, random: rand.New(rand.NewPCG(seed, 7)), at: morning()}
		d.at.Add(int64(seed) * 40 * 24 * 3600 * 1_000_000)
		for i := range nodes {
			if i == 0 || nodes > 1 {
				d.stores = append(d.stores, storetest.Open(t, source))
			}
			d.nodes = append(d.nodes, newHall(d.stores[len(d.stores)-1], d.at))
		}
		for i := range 3 {
			p := person(fmt.Sprintf("%d%d", seed, i))
			d.people = append(d.people, p)
			if _, err := d.nodes[0].desk.Sit(context.Background(), p); err != nil {
				t.Fatal(err)
			}
		}
		for i := range 150 {
			d.step()
			if seed <= 2 || i%8 == 0 || i == 149 { // looking takes longer than doing
				d.check()
			}
		}
		d.rest()
		done += d.steps
		for _, s := range d.stores {
			if _, _, err := s.Verify(context.Background()); err != nil {
				d.fail("%v", err)
			}
		}
		for _, s := range d.stores {
			_ = s.Close() // the next day opens it again, as after a restart
		}
	}
	t.Logf("%d steps", done)
}

// rest runs the time out without agents: nobody waits for a person any more (I7).
func (d *days) rest() {
	ctx := context.Background()
	for range 4 {
		d.at.Add((36 * time.Hour).Microseconds())
		for _, h := range d.nodes {
			if _, stuck, err := h.Clock().Tick(ctx); err != nil || stuck > 0 {
				d.fail("timers: %d stuck, %v", stuck, err)
			}
			d.ok(h.desk.Settle(ctx))
		}
	}
	for _, s := range d.talks {
		c, err := d.nodes[0].Load(ctx, conversation.ID(s.id))
		if err != nil {
			d.fail("%v", err)
		}
		if t := &c.Handling; t.State == ownership.Queued || t.State == ownership.Offered || t.State == ownership.Serving && t.UnansweredSince > 0 {
			d.fail("at rest in %s: %+v", t.State, t)
		}
	}
}

// TestRandomDays runs random days on SQLite and on PostgreSQL, TestRandomDaysOfTwoNodes with two programs on one PostgreSQL. BANGBAN_STORE_STEPS says how
// many steps each (600).
func TestRandomDays(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { runDays(t, storetest.SQLite, 1) })
	t.Run("postgres", func(t *testing.T) { runDays(t, storetest.Postgres, 1) })
}

func TestRandomDaysOfTwoNodes(t *testing.T) { runDays(t, storetest.Postgres, 2) }
