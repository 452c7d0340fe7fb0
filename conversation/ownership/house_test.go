package ownership_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"strconv"
	"testing"
	"time"

	"pgregory.net/rapid"

	. "bangban/conversation/ownership"
	"bangban/kernel/fault"
)

// house is a model of the whole: talks, agents, a clock. It decides nothing about a talk; it makes commands and facts, and checks what Step makes of
// them.
type house struct {
	t      failer
	draw   func(n int) int
	now    int64
	talks  []*record
	agents []*sitter
	ids    int
	steps  int
	last   *given
}

type failer interface {
	Fatalf(format string, args ...any)
}

// given is a command with its facts: what a duplicate repeats, and a replay runs again.
type given struct {
	talk int
	c    Command
	f    Facts
}

// record is one talk with what the model knows of it.
type record struct {
	talk     Talk
	log      []given
	waited   int64 // the human clock, counted by the model
	since    int64 // of the last count
	enqueued map[string]int64
	shown    int
	ratings  map[string]int
	overdue  map[string]int
	made     map[string]bool
}

type sitter struct {
	id    string
	ready bool
	there bool
}

const micro = int64(time.Second / time.Microsecond)

func newHouse(t failer, draw func(int) int) *house {
	h := &house{t: t, draw: draw, now: 1_780_000_000 * micro}
	for range 1 + draw(3) {
		r := &record{talk: New([]string{"portal", "phone"}[draw(2)], h.now), since: h.now}
		r.enqueued, r.ratings, r.overdue, r.made = map[string]int64{}, map[string]int{}, map[string]int{}, map[string]bool{}
		h.talks = append(h.talks, r)
	}
	for i := range []int{0, 1, 2, 3, 3}[draw(5)] {
		h.agents = append(h.agents, &sitter{id: fmt.Sprint(8011 + i), there: draw(4) > 0, ready: draw(4) > 0})
	}
	return h
}

func (h *house) id(kind string) string {
	h.ids++
	return kind + strconv.Itoa(h.ids)
}

func (h *house) sitter(id string) *sitter {
	for _, a := range h.agents {
		if a.id == id {
			return a
		}
	}
	return &sitter{}
}

// facts are the world as the desk would tell it.
func (h *house) facts(r *record, c Command) Facts {
	f := Facts{NextOpen: h.now + 3600*micro, Due: h.now + 7200*micro, Position: 1 + h.draw(4), Passed: h.draw(8) == 0}
	for _, a := range h.agents {
		f.Open = f.Open || a.there
	}
	a, o := h.sitter(c.Agent), h.sitter(r.talk.Agent())
	if c.Do == Pass {
		a = h.sitter(c.To)
	}
	f.Live, f.Ready, f.Able = a.there, a.there && a.ready, a.there
	f.OwnerLive, f.OwnerReady = o.there, o.ready
	if h.draw(3) == 0 {
		f.From, f.To = 1, 3
	}
	return f
}

// give runs a command on a talk and checks everything that must hold afterwards.
func (h *house) give(i int, c Command) error {
	r := h.talks[i]
	c.At = h.now
	if c.ID == "" {
		c.ID = h.id("x")
	}
	c.Promise = h.id("P")
	return h.take(given{i, c, h.facts(r, c)})
}

func (h *house) take(g given) error {
	h.steps++
	r := h.talks[g.talk]
	before := r.talk
	after, e, err := Step(before, g.c, g.f, Defaults)
	if err != nil {
		if !fault.Is(err, fault.Conflict) || !reflect.DeepEqual(before, after) {
			h.t.Fatalf("%s in %s: %v", g.c.Do, before.State, err)
		}
		return err
	}
	h.last = &g
	r.count(h.now)
	r.talk = after
	r.log = append(r.log, g)
	for _, check := range checks {
		if wrong := check(h, r, g, before, e); wrong != "" {
			h.t.Fatalf("%s in %s by %q (%s): %s\n%+v\n%+v", g.c.Do, before.State, g.c.By, e.Row, wrong, before, after)
		}
	}
	return nil
}

// count adds the time since the last count, if somebody waits for a person.
func (r *record) count(now int64) {
	if t := &r.talk; t.UnansweredSince > 0 && (t.Owner.Kind == ByQueue || t.Owner.Kind == ByAgent) {
		r.waited += now - r.since
	}
	r.since = now
}

// checks are the rules of docs/handoff.md §2, each after every step: "" when it holds.
var checks = []func(h *house, r *record, g given, before Talk, e Effects) string{
	oneOwner, legalMove, machineSilent, offerAllowed, oneOffer, deadline, neverSilent, sameQueueTime, positionFalls, oneOwnerInTransfer, oneRating, thanksRest,
	promiseKept, humanClock, closedIsEmpty,
}

// I1: every talk that is not closed has exactly one owner, the one of its state.
func oneOwner(_ *house, r *record, _ given, _ Talk, _ Effects) string {
	t := &r.talk
	want := map[State][]OwnerKind{Machine: {ByMachine}, Queued: {ByQueue}, Offered: {ByQueue}, Serving: {ByAgent}, Waiting: {ByAgent, ByQueue}, Promised: {ByOrder},
		Resolved: {ByMachine}, Closed: {ByNone}}[t.State]
	named := t.Owner.Kind == ByAgent || t.Owner.Kind == ByOrder
	if !slices.Contains(want, t.Owner.Kind) || named != (t.Owner.ID != "") || t.State == Promised && t.Owner.ID != t.Promise {
		return fmt.Sprintf("owner %s", t.Owner)
	}
	return ""
}

// moves are the ways from state to state of the table, with its mends.
var moves = map[State][]State{
	Machine: {Queued, Promised, Resolved, Closed}, Queued: {Offered, Serving, Promised, Machine, Closed}, Offered: {Serving, Queued, Promised, Machine, Closed},
	Serving: {Waiting, Queued, Promised, Resolved, Machine, Closed}, Waiting: {Serving, Queued, Promised, Resolved, Closed},
	Promised: {Queued, Serving, Resolved, Closed}, Resolved: {Queued, Promised, Machine, Closed}, Closed: {},
}

// I3: the state changes only along the table.
func legalMove(_ *house, r *record, _ given, before Talk, _ Effects) string {
	if r.talk.State != before.State && !slices.Contains(moves[before.State], r.talk.State) {
		return fmt.Sprintf("%s → %s is in no row", before.State, r.talk.State)
	}
	return ""
}

// I4: the machine never speaks while a person has the talk; of people only the owner or an invited helper.
func machineSilent(_ *house, _ *record, g given, before Talk, _ Effects) string {
	switch {
	case g.c.Do == Answer && before.Owner.Kind != ByMachine && before.Owner.Kind != ByOrder:
		return "the machine spoke"
	case g.c.Do == Reply && !before.MaySpeak(g.c.Agent):
		return "a stranger spoke"
	}
	return ""
}

// I5: an offer goes only to an agent who is there, ready, able, and not to be avoided.
func offerAllowed(_ *house, _ *record, g given, before Talk, _ Effects) string {
	if g.c.Do == Hold && (!g.f.Live || !g.f.Ready || !g.f.Able || slices.Contains(before.Avoid, g.c.Agent)) {
		return "offered to somebody who may not have it"
	}
	return ""
}

// I6: there is an offer exactly while one is out, with a deadline.
func oneOffer(_ *house, r *record, _ given, _ Talk, _ Effects) string {
	t := &r.talk
	if (t.Offer != nil) != (t.State == Offered) || t.Offer != nil && (t.Offer.Agent == "" || t.Offer.Expires != t.Timers[OfferEnds]) {
		return "offer and state disagree"
	}
	return ""
}

// I7: no state without a timer or an owner outside.
func deadline(_ *house, r *record, g given, _ Talk, _ Effects) string {
	t := &r.talk
	need := func(names ...Timer) string {
		for _, n := range names {
			if _, ok := t.Timers[n]; ok {
				return ""
			}
		}
		return fmt.Sprintf("none of the timers %v runs", names)
	}
	switch {
	case t.State == Machine && len(r.log) > 1:
		return need(QuietDue)
	case t.State == Queued:
		return need(RingWidens) + need(ChoiceDue)
	case t.State == Offered:
		return need(OfferEnds) + need(ChoiceDue)
	case t.State == Serving && t.UnansweredSince > 0:
		return need(ReplyDue)
	case t.State == Serving:
		return need(SilentDue, GoneDue)
	case t.State == Waiting:
		return need(WaitingEnds)
	case t.State == Promised && !t.Overdue:
		return need(PromiseDue)
	case t.State == Resolved:
		return need(WindowEnds)
	}
	return ""
}

// I8: an agent who is silent past the time for a reply does not stay the owner.
func neverSilent(_ *house, r *record, g given, before Talk, _ Effects) string {
	if g.c.Do == Fire && g.c.Timer == ReplyDue && r.talk.Agent() == before.Agent() {
		return "the silent agent is still the owner"
	}
	return ""
}

// I9: the time of queueing of a handoff never changes.
func sameQueueTime(_ *house, r *record, _ given, _ Talk, _ Effects) string {
	x := r.talk.Handoff
	if x == nil {
		return ""
	}
	if was, ok := r.enqueued[x.ID]; ok && was != x.EnqueuedAt {
		return fmt.Sprintf("queued at %d, before at %d", x.EnqueuedAt, was)
	}
	r.enqueued[x.ID] = x.EnqueuedAt
	return ""
}

// I10: the position told is at least 1, and never rises but when a case of danger has passed.
func positionFalls(_ *house, r *record, g given, before Talk, _ Effects) string {
	x := r.talk.Handoff
	inLine := func(s State) bool { return s == Queued || s == Offered }
	if x == nil || !inLine(r.talk.State) {
		r.shown = 0
		return ""
	}
	if !inLine(before.State) {
		r.shown = 0
	}
	if x.Shown < 1 || r.shown > 0 && x.Shown > r.shown && !g.f.Passed {
		return fmt.Sprintf("position %d after %d", x.Shown, r.shown)
	}
	r.shown = x.Shown
	return ""
}

// I11: a transfer leaves the owner until somebody has accepted.
func oneOwnerInTransfer(_ *house, r *record, g given, before Talk, _ Effects) string {
	t := &r.talk
	switch {
	case t.Transfer != nil && t.State != Serving:
		return "a transfer without an owner"
	case before.Transfer != nil && (g.c.Do == DeclineTransfer || g.c.Do == CancelTransfer || g.c.Do == Pass) && t.Agent() != before.Agent() && t.State == Serving:
		return "the owner changed without an acceptance"
	case t.Transfer != nil && t.Transfer.Agent == t.Agent():
		return "passed to its own owner"
	}
	return ""
}

// I12: each resolution has at most one rating, and none arrives for another's.
func oneRating(_ *house, r *record, g given, before Talk, e Effects) string {
	for _, x := range e.Resolutions {
		if x.Rating != RatingGiven {
			continue
		}
		if r.ratings[x.ID]++; r.ratings[x.ID] > 1 || before.Resolution == nil || g.c.ID != before.Resolution.ID {
			return fmt.Sprintf("rating %d of %s", r.ratings[x.ID], x.ID)
		}
	}
	return ""
}

// I13: thanks never reopen; 还没解决 always does, within the window.
func thanksRest(_ *house, r *record, g given, before Talk, _ Effects) string {
	if before.State != Resolved || g.c.Danger {
		return ""
	}
	switch {
	case g.c.Do == Say && g.c.Thanks && r.talk.State != Resolved:
		return "thanks opened it again"
	case g.c.Do == Unsolved && r.talk.State != Queued && r.talk.State != Promised:
		return "还没解决 was not heard"
	}
	return ""
}

// I15: who is promised something has a number and a due time; passing it raises one escalation, no more.
func promiseKept(h *house, r *record, _ given, _ Talk, e Effects) string {
	for _, p := range e.Promises {
		switch p.Step {
		case PromiseMade:
			if r.made[p.No] || p.No == "" || p.Due < h.now || p.EnqueuedAt > h.now {
				return fmt.Sprintf("promise %+v", p)
			}
			r.made[p.No] = true
		case PromiseOverdue:
			if r.overdue[p.No]++; r.overdue[p.No] > 1 || !r.made[p.No] {
				return "escalated twice"
			}
		}
	}
	if r.talk.State == Promised && (!r.made[r.talk.Promise] || r.talk.PromiseDue == 0) {
		return "promised without a promise"
	}
	return ""
}

// I16: the human clock is the sum of the times in which somebody waited for a person.
func humanClock(h *house, r *record, _ given, _ Talk, _ Effects) string {
	have := r.talk.Waited
	if r.talk.WaitSince > 0 {
		have += h.now - r.talk.WaitSince
	}
	if have != r.waited {
		return fmt.Sprintf("waited %d, counted %d", have, r.waited)
	}
	return ""
}

// I17: what is closed has no owner, no offer, no timer.
func closedIsEmpty(_ *house, r *record, _ given, _ Talk, _ Effects) string {
	if t := &r.talk; t.State == Closed && (len(t.Timers) > 0 || t.Offer != nil || t.Transfer != nil || t.Handoff != nil || t.Promise != "") {
		return "something is left"
	}
	return ""
}

// pass lets time go by: timers fire in order of their due times, on whatever talk.
func (h *house) pass(d int64) {
	end := h.now + d
	for {
		best, name, at := -1, Timer(""), end+1
		for i, r := range h.talks {
			if n, due, ok := r.talk.Next(); ok && due < at {
				best, name, at = i, n, due
			}
		}
		if best < 0 || at > end {
			break
		}
		h.now = max(h.now, at)
		if err := h.give(best, Command{Do: Fire, By: "system", Timer: name, Due: at}); err != nil {
			h.t.Fatalf("timer %s does not fire: %v", name, err)
		}
		h.seatless()
	}
	h.now = end
}

// seatless makes promises of the queue when nobody sits any more, as the router does.
func (h *house) seatless() {
	for _, a := range h.agents {
		if a.there {
			return
		}
	}
	for i, r := range h.talks {
		if r.talk.State == Queued || r.talk.State == Offered {
			_ = h.give(i, Command{Do: SeatsGone, By: "system"})
		}
	}
}

// leave is an agent who is gone: her lease has run out, or her shift is over.
func (h *house) leave(a *sitter) {
	a.there = false
	for i, r := range h.talks {
		t := &r.talk
		if t.Agent() == a.id || t.Offer != nil && t.Offer.Agent == a.id || t.Transfer != nil && t.Transfer.Agent == a.id || slices.Contains(t.Helpers, a.id) {
			_ = h.give(i, Command{Do: AgentLost, By: "system", Agent: a.id})
		}
	}
	h.seatless()
}

// step does one random thing.
func (h *house) step() {
	i := h.draw(len(h.talks))
	t := &h.talks[i].talk
	agent := "8011"
	if len(h.agents) > 0 {
		agent = h.agents[h.draw(len(h.agents))].id
	}
	if h.draw(5) > 0 && t.Agent() != "" {
		agent = t.Agent()
	}
	resolution := ""
	if t.Resolution != nil && h.draw(6) > 0 {
		resolution = t.Resolution.ID
	}
	by := func(do Action) Command { return Command{Do: do, By: "agent:" + agent, Agent: agent, Reason: "r"} }
	citizen := func(do Action) Command { return Command{Do: do, By: "citizen", Class: Normal} }
	give := func(c Command) { _ = h.give(i, c) }
	switch h.draw(30) {
	case 0, 1, 2:
		c := citizen(Say)
		c.Thanks, c.Same, c.Danger = h.draw(5) == 0, h.draw(4) == 0, h.draw(40) == 0
		give(c)
		if (t.State == Machine || t.State == Promised || t.State == Resolved) && h.draw(4) > 0 {
			give(Command{Do: Answer, By: "machine", Answered: h.draw(2) == 0})
		}
	case 3, 4:
		c := citizen(Ask)
		c.Reason, c.Danger, c.Class = "asked", h.draw(30) == 0, Class(2+h.draw(3))
		give(c)
	case 5:
		give(citizen([]Action{CallBack, KeepWaiting, Cancel, HangUp}[h.draw(4)]))
	case 6:
		c := citizen(Rate)
		c.ID, c.Stars = resolution, h.draw(7)
		give(c)
	case 7:
		give(citizen(Unsolved))
	case 8, 9, 10:
		give(by(Hold))
	case 11, 12:
		if t.Offer != nil && h.draw(4) > 0 {
			agent = t.Offer.Agent
		}
		give(by(Accept))
	case 13:
		if t.Offer != nil {
			agent = t.Offer.Agent
		}
		give(by(Decline))
	case 14, 15, 16:
		give(by(Reply))
	case 17:
		c := by(Pass)
		c.Target, c.To = []TargetKind{ToAgent, ToTeam, ToDepartment}[h.draw(3)], "8012"
		give(c)
		if t.Transfer == nil || h.draw(3) == 0 {
			return
		}
		fallthrough
	case 18:
		switch {
		case t.Transfer != nil && t.Transfer.Agent != "":
			agent = t.Transfer.Agent
		case t.Transfer != nil && len(h.agents) > 0:
			agent = h.agents[h.draw(len(h.agents))].id
		}
		give(by([]Action{AcceptTransfer, DeclineTransfer, CancelTransfer, OfferTransfer}[h.draw(4)]))
	case 19, 20:
		c := by(Resolve)
		c.Topic, c.Outcome = "身份证", "solved"
		give(c)
	case 21:
		give(by([]Action{HandBack, Claim, Attempt}[h.draw(3)]))
	case 22:
		c := by([]Action{Invite, LeaveHelp, TakeOver, Reroute}[h.draw(4)])
		c.To = "8012"
		give(c)
	case 23, 24:
		h.pass([]int64{1, 1, 5, 5, 20, 20, 45, 45, 200, 900, 4000, 90_000, 300_000}[h.draw(13)] * micro)
	case 25, 26:
		if len(h.agents) > 0 {
			a := h.agents[h.draw(len(h.agents))]
			if a.there && h.draw(2) == 0 {
				h.leave(a)
			} else {
				a.there, a.ready = true, h.draw(3) > 0
			}
		}
	case 27:
		if h.last != nil { // a duplicate, late and out of order
			g := *h.last
			g.c.At = h.now
			_ = h.take(g)
		}
	case 28:
		if h.draw(20) == 0 {
			give(Command{Do: End, By: "system", Reason: "erased"})
		}
	case 29: // the calendar: everybody goes home
		if h.draw(4) == 0 {
			for _, a := range h.agents {
				if a.there {
					h.leave(a)
				}
			}
		}
	}
}

// rest checks what must hold at the end: nobody waits for a person when time has run out, and the log replayed gives the same talk (I3, I7).
func (h *house) rest() {
	for _, a := range h.agents {
		if a.there {
			h.leave(a)
		}
	}
	h.pass(40 * 24 * 3600 * micro)
	for _, r := range h.talks {
		t := &r.talk
		if t.State == Queued || t.State == Offered || t.State == Serving && t.UnansweredSince > 0 {
			h.t.Fatalf("at rest in %s: %+v", t.State, *t)
		}
		again := New(t.Channel, 0)
		again.UpdatedAt = r.start()
		for _, g := range r.log {
			next, _, err := Step(again, g.c, g.f, Defaults)
			if err != nil {
				h.t.Fatalf("replay: %v", err)
			}
			again = next
		}
		if len(r.log) > 0 && !reflect.DeepEqual(again, *t) {
			h.t.Fatalf("replayed\n%+v\nnot\n%+v", again, *t)
		}
	}
}

func (r *record) start() int64 { return 1_780_000_000 * micro }

// TestEveryTalkKeepsTheRules runs random days; BANGBAN_STEPS says how many steps (10,000).
func TestEveryTalkKeepsTheRules(t *testing.T) {
	most := 10_000
	if n, err := strconv.Atoi(os.Getenv("BANGBAN_STEPS")); err == nil {
		most = n
	}
	done := 0
	for seed := uint64(1); done < most; seed++ {
		random := rand.New(rand.NewPCG(seed, 0))
		h := newHouse(seeded{t, seed}, random.IntN)
		for range 200 {
			h.step()
		}
		h.rest()
		done += h.steps
	}
	t.Logf("%d steps", done)
}

// seeded says which day went wrong.
type seeded struct {
	t    *testing.T
	seed uint64
}

func (s seeded) Fatalf(format string, args ...any) {
	s.t.Helper()
	s.t.Fatalf("seed %d: %s", s.seed, fmt.Sprintf(format, args...))
}

// The same with rapid, which makes a failure small.
func TestRandomTalks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h := newHouse(t, func(n int) int { return rapid.IntRange(0, n-1).Draw(t, "n") })
		for range rapid.IntRange(1, 60).Draw(t, "steps") {
			h.step()
		}
		h.rest()
	})
}

// BenchmarkStep is one step of the pure machine with all checks.
func BenchmarkStep(b *testing.B) {
	done := 0
	for seed := uint64(1); done < b.N; seed++ {
		random := rand.New(rand.NewPCG(seed, 1))
		h := newHouse(b, random.IntN)
		for range 200 {
			h.step()
		}
		done += h.steps
	}
}
