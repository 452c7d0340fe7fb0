package ownership

import (
	"errors"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/kernel/fault"
)

const sec = int64(1_000_000)

var open9 = Facts{Open: true, Live: true, Ready: true, Able: true, OwnerLive: true, OwnerReady: true, Position: 3, From: 1, To: 3, NextOpen: 900 * sec, Due: 9000 * sec}

// play runs commands one after the other, a second apart, and returns the talk and the last effects.
func play(t *testing.T, f Facts, list ...Command) (Talk, Effects) {
	t.Helper()
	talk := New("portal", 0)
	var e Effects
	for i, c := range list {
		if c.At == 0 {
			c.At = int64(i+1) * sec
		}
		if c.ID == "" {
			c.ID = fmt.Sprint("id", i)
		}
		if c.Promise == "" {
			c.Promise = fmt.Sprint("P", i)
		}
		facts := f
		if c.Why == "closed" {
			facts.Open = false
		}
		var err error
		if talk, e, err = Step(talk, c, facts, Defaults); err != nil {
			t.Fatalf("%d %s: %v", i, c.Do, err)
		}
	}
	return talk, e
}

func told(e Effects) string {
	var keys []string
	for _, s := range e.Told {
		keys = append(keys, s.Key)
	}
	return strings.Join(keys, " ")
}

var (
	ask     = Command{Do: Ask, By: "citizen", Reason: "asked"}
	hold    = Command{Do: Hold, By: "system", Agent: "a"}
	accept  = Command{Do: Accept, By: "agent:a", Agent: "a"}
	answer  = Command{Do: Reply, By: "agent:a", Agent: "a"}
	citizen = Command{Do: Say, By: "citizen"}
	solve   = Command{Do: Resolve, By: "agent:a", Agent: "a", Topic: "t", Outcome: "solved", ID: "r"}
	toB     = Command{Do: Pass, By: "agent:a", Agent: "a", Target: ToAgent, To: "b", Reason: "x"}
)

func fire(name Timer, due int64) Command {
	return Command{Do: Fire, By: "system", Timer: name, Due: due, At: due}
}

// Each row of the table: what leads there, and what comes of it.
func TestRows(t *testing.T) {
	us := func(d time.Duration) int64 { return d.Microseconds() }
	for _, c := range []struct {
		name   string
		list   []Command
		row    string
		state  State
		owner  string
		told   string
		timers []Timer
	}{
		{"the machine answers", []Command{citizen, {Do: Answer, Answered: true}}, "T1", Machine, "machine", "", []Timer{QuietDue}},
		{"asked, seats open", []Command{citizen, ask}, "T2", Queued, "queue", "queue.joined", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"asked, nobody sits", []Command{{Do: Ask, Why: "closed"}}, "T3", Promised, "order:P0", "promise.made_closed", []Timer{PromiseDue}},
		{"offered", []Command{ask, hold}, "T4", Offered, "queue", "", []Timer{ChoiceDue, OfferEnds, Reassure}},
		{"accepted", []Command{ask, hold, accept}, "T5", Serving, "agent:a", "serving.begins", []Timer{Nudge, ReplyDue}},
		{"claimed from the list", []Command{ask, {Do: Claim, Agent: "b"}}, "T5", Serving, "agent:b", "serving.begins", []Timer{Nudge, ReplyDue}},
		{"declined", []Command{ask, hold, {Do: Decline, Agent: "a"}}, "T6", Queued, "queue", "", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"not answered", []Command{ask, hold, fire(OfferEnds, 2*sec+us(Defaults.Offer))}, "T6", Queued, "queue", "", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"offered to one who is gone", []Command{ask, hold, {Do: AgentLost, Agent: "a"}}, "T6", Queued, "queue", "", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"a wider circle", []Command{ask, fire(RingWidens, sec+us(Defaults.Ring))}, "T7", Queued, "queue", "", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"reassured", []Command{ask, fire(Reassure, sec+us(Defaults.Reassure))}, "T7", Queued, "queue", "queue.joined", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"another way is offered", []Command{ask, fire(ChoiceDue, sec+us(Defaults.Choice))}, "T7", Queued, "queue", "queue.choice", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"a call-back is chosen", []Command{ask, {Do: CallBack}}, "T8", Promised, "order:P1", "promise.made", []Timer{PromiseDue}},
		{"the last seat leaves", []Command{ask, {Do: SeatsGone, Why: "closed"}}, "T8", Promised, "order:P1", "promise.made_closed", []Timer{PromiseDue}},
		{"cancelled", []Command{ask, {Do: Cancel}}, "T9", Machine, "machine", "queue.cancelled", []Timer{QuietDue}},
		{"hung up", []Command{ask, hold, {Do: HangUp}}, "T9", Promised, "order:P2", "promise.made", []Timer{PromiseDue}},
		{"replied", []Command{ask, hold, accept, answer}, "T10", Serving, "agent:a", "", []Timer{SilentDue}},
		{"the citizen is silent", []Command{ask, hold, accept, answer, fire(SilentDue, 4*sec+us(Defaults.Silent))}, "T10", Serving, "agent:a", "serving.still_there", []Timer{GoneDue}},
		{"and gone", []Command{ask, hold, accept, answer, fire(SilentDue, 4*sec+us(Defaults.Silent)), fire(GoneDue, 4*sec+us(Defaults.Gone))}, "T10", Waiting, "agent:a", "", []Timer{WaitingEnds}},
		{"and back", []Command{ask, hold, accept, answer, fire(SilentDue, 4*sec+us(Defaults.Silent)), fire(GoneDue, 4*sec+us(Defaults.Gone)), {Do: Say, At: 700 * sec}}, "T11", Serving, "agent:a", "serving.back", []Timer{Nudge, ReplyDue}},
		{"a nudge", []Command{ask, hold, accept, fire(Nudge, 3*sec+us(Defaults.FirstReply)/2)}, "T12", Serving, "agent:a", "", []Timer{ReplyDue}},
		{"the agent is silent", []Command{ask, hold, accept, fire(ReplyDue, 3*sec+us(Defaults.FirstReply))}, "T12", Queued, "queue", "serving.changes queue.joined", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"the agent is lost", []Command{ask, hold, accept, {Do: AgentLost, Agent: "a"}}, "T13", Queued, "queue", "serving.changes queue.joined", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"passed on", []Command{ask, hold, accept, toB}, "T14", Serving, "agent:a", "transfer.asked", []Timer{Nudge, ReplyDue, TransferEnds}},
		{"taken", []Command{ask, hold, accept, toB, {Do: AcceptTransfer, Agent: "b"}}, "T14", Serving, "agent:b", "transfer.done", []Timer{Nudge, ReplyDue}},
		{"not taken", []Command{ask, hold, accept, toB, {Do: DeclineTransfer, Agent: "b"}}, "T14", Serving, "agent:a", "", []Timer{Nudge, ReplyDue}},
		{"nobody takes it", []Command{ask, hold, accept, answer, toB, fire(TransferEnds, 5*sec+us(Defaults.Transfer))}, "T14", Serving, "agent:a", "", []Timer{SilentDue}},
		{"taken back", []Command{ask, hold, accept, toB, {Do: CancelTransfer, Agent: "a"}}, "T14", Serving, "agent:a", "", []Timer{Nudge, ReplyDue}},
		{"to a team, offered to one of it", []Command{ask, hold, accept, {Do: Pass, Agent: "a", Target: ToTeam, To: "x", Reason: "y"}, {Do: OfferTransfer, Agent: "c"}}, "T14", Serving, "agent:a", "", []Timer{Nudge, ReplyDue, TransferEnds}},
		{"to a department", []Command{ask, hold, accept, {Do: Pass, Agent: "a", Target: ToDepartment, To: "gaj", Reason: "y"}}, "T14", Promised, "order:P3", "promise.made", []Timer{PromiseDue}},
		{"resolved", []Command{ask, hold, accept, answer, solve}, "T15", Resolved, "machine", "resolved.ask", []Timer{WindowEnds}},
		{"a promise kept", []Command{{Do: Ask, Why: "closed"}, solve}, "T15", Resolved, "machine", "resolved.ask", []Timer{WindowEnds}},
		{"handed back", []Command{ask, hold, accept, answer, {Do: HandBack, Agent: "a"}}, "T16", Machine, "machine", "serving.handed_back", []Timer{QuietDue}},
		{"not solved", []Command{ask, hold, accept, answer, solve, {Do: Unsolved}}, "T17", Queued, "queue", "reopen.sorry queue.joined", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"rated badly", []Command{ask, hold, accept, answer, solve, {Do: Rate, ID: "r", Stars: 1}}, "T17", Queued, "queue", "reopen.sorry queue.joined", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"rated well", []Command{ask, hold, accept, answer, solve, {Do: Rate, ID: "r", Stars: 5}}, "T17", Resolved, "machine", "rating.thanks", []Timer{WindowEnds}},
		{"the same matter again", []Command{ask, hold, accept, answer, solve, {Do: Say, Same: true}}, "T17", Queued, "queue", "reopen.sorry queue.joined", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"another matter", []Command{ask, hold, accept, answer, solve, citizen}, "T17", Machine, "machine", "", []Timer{QuietDue}},
		{"thanks", []Command{ask, hold, accept, answer, solve, {Do: Say, Thanks: true}}, "T18", Resolved, "machine", "", []Timer{WindowEnds}},
		{"the window ends", []Command{ask, hold, accept, answer, solve, fire(WindowEnds, 5*sec+us(Defaults.Window))}, "T19", Closed, "none", "", nil},
		{"not reached", []Command{{Do: Ask, Why: "closed"}, {Do: Attempt, Agent: "a"}}, "T21", Promised, "order:P0", "promise.tried", []Timer{PromiseDue}},
		{"overdue", []Command{{Do: Ask, Why: "closed"}, fire(PromiseDue, open9.Due)}, "T21", Promised, "order:P0", "", nil},
		{"danger", []Command{citizen, {Do: Ask, Danger: true}}, "T22", Queued, "queue", "danger.guidance queue.joined", []Timer{ChoiceDue, Reassure, RingWidens}},
		{"danger while served", []Command{ask, hold, accept, {Do: Say, Danger: true}}, "T22", Serving, "agent:a", "", []Timer{Nudge, ReplyDue}},
		{"erased", []Command{ask, hold, accept, {Do: End}}, "T23", Closed, "none", "talk.ended", nil},
		{"promised, and asks when seats are open", []Command{{Do: Ask, Why: "closed"}, ask}, "T2", Queued, "queue", "queue.joined", []Timer{ChoiceDue, PromiseDue, Reassure, RingWidens}},
		{"promised, and writes", []Command{{Do: Ask, Why: "closed"}, citizen, {Do: Answer}}, "T24", Promised, "order:P0", "", []Timer{PromiseDue}},
		{"quiet after an answer", []Command{citizen, {Do: Answer, Answered: true}, fire(QuietDue, 2*sec+us(Defaults.Quiet))}, "T25", Resolved, "machine", "resolved.ask", []Timer{WindowEnds}},
		{"taken over", []Command{ask, hold, accept, {Do: TakeOver, Agent: "s"}}, "T26", Serving, "agent:s", "transfer.done", []Timer{Nudge, ReplyDue}},
		{"rerouted", []Command{ask, hold, {Do: Reroute, Needs: Needs{Team: "x"}}}, "T26", Queued, "queue", "", []Timer{ChoiceDue, Reassure, RingWidens}},
	} {
		t.Run(c.name, func(t *testing.T) {
			talk, e := play(t, open9, c.list...)
			var timers []Timer
			for n := range talk.Timers {
				timers = append(timers, n)
			}
			slices.Sort(timers)
			if e.Row != c.row || talk.State != c.state || talk.Owner.String() != c.owner || told(e) != c.told || !slices.Equal(timers, c.timers) {
				t.Errorf("row %s, %s of %s, told %q, timers %v;\nwant %s, %s of %s, told %q, timers %v", e.Row, talk.State, talk.Owner, told(e), timers, c.row, c.state, c.owner, c.told, c.timers)
			}
		})
	}
}

// What the table refuses, with the key of the sentence that says why.
func TestRefusals(t *testing.T) {
	for name, c := range map[string]struct {
		before []Command
		c      Command
		key    string
	}{
		"another's offer":           {[]Command{ask, hold}, Command{Do: Accept, Agent: "b"}, "talk.taken"},
		"an offer that is over":     {[]Command{ask, hold}, Command{Do: Accept, Agent: "a", At: 40 * sec}, "talk.offer_over"},
		"another's talk":            {[]Command{ask, hold, accept}, Command{Do: Reply, Agent: "b"}, "talk.not_yours"},
		"nobody is served":          {[]Command{citizen}, answer, "talk.not_now"},
		"resolved without outcome":  {[]Command{ask, hold, accept}, Command{Do: Resolve, Agent: "a", Topic: "t"}, "talk.resolve_needs"},
		"passed without a reason":   {[]Command{ask, hold, accept}, Command{Do: Pass, Agent: "a", Target: ToAgent, To: "b"}, "talk.transfer_needs"},
		"passed twice":              {[]Command{ask, hold, accept, toB}, toB, "talk.transfer_open"},
		"passed to oneself":         {[]Command{ask, hold, accept}, Command{Do: Pass, Agent: "a", Target: ToAgent, To: "a", Reason: "x"}, "talk.yours_already"},
		"rated twice":               {[]Command{ask, hold, accept, answer, solve, {Do: Rate, ID: "r", Stars: 4}}, Command{Do: Rate, ID: "r", Stars: 5}, "talk.rated_already"},
		"another's resolution":      {[]Command{ask, hold, accept, answer, solve}, Command{Do: Rate, ID: "s", Stars: 5}, "talk.rating_of_other"},
		"six stars":                 {[]Command{ask, hold, accept, answer, solve}, Command{Do: Rate, ID: "r", Stars: 6}, "talk.stars"},
		"offered to one to avoid":   {[]Command{ask, hold, {Do: Decline, Agent: "a"}}, hold, "talk.not_free"},
		"a timer that was set anew": {[]Command{ask, hold}, Command{Do: Fire, Timer: OfferEnds, Due: 5, At: 90 * sec}, "talk.timer_over"},
		"a timer before its time":   {[]Command{ask}, Command{Do: Fire, Timer: RingWidens, Due: 21 * sec, At: 20 * sec}, "talk.timer_over"},
		"closed for good":           {[]Command{{Do: End}}, citizen, "talk.not_now"},
		"taken over by its owner":   {[]Command{ask, hold, accept}, Command{Do: TakeOver, Agent: "a"}, "talk.yours_already"},
		"invited twice":             {[]Command{ask, hold, accept, {Do: Invite, Agent: "a", To: "b"}}, Command{Do: Invite, Agent: "a", To: "b"}, "talk.helps_already"},
	} {
		t.Run(name, func(t *testing.T) {
			talk, _ := play(t, open9, c.before...)
			if c.c.At == 0 {
				c.c.At = 30 * sec
			}
			after, _, err := Step(talk, c.c, open9, Defaults)
			var f *fault.Error
			if !errors.As(err, &f) || f.Kind != fault.Conflict || f.Key != c.key {
				t.Errorf("got %v, want %s", err, c.key)
			}
			if after.State != talk.State || after.UpdatedAt != talk.UpdatedAt {
				t.Error("a refusal changed the talk")
			}
		})
	}
}

// The same turn on the voice channel has its own times and its class.
func TestVoice(t *testing.T) {
	talk := New("phone", 0)
	talk, _, err := Step(talk, Command{Do: Ask, At: sec, ID: "h"}, open9, Defaults)
	if err != nil || talk.Handoff.Class != Voice || talk.Timers[ChoiceDue] != sec+Defaults.VoiceChoice.Microseconds() {
		t.Fatalf("%+v, %v", talk, err)
	}
	talk, _, err = Step(talk, Command{Do: Hold, Agent: "a", At: 2 * sec, ID: "o"}, open9, Defaults)
	if err != nil || talk.Offer.Expires != 2*sec+Defaults.VoiceOffer.Microseconds() {
		t.Fatalf("%+v, %v", talk, err)
	}
}

func TestRulesFilled(t *testing.T) {
	if got := (Rules{Offer: time.Second}).Filled(); got.Offer != time.Second || got.Window != Defaults.Window || got.Rings != Defaults.Rings {
		t.Errorf("%+v", got)
	}
	if got := (Rules{}).Filled(); got != Defaults {
		t.Errorf("%+v", got)
	}
}

var update = flag.Bool("update", false, "write the golden files")

// The page of the states is printed from the table; a row that can never be taken, a state that nothing leads to, or a timer that no state keeps is
// a mistake.
func TestTable(t *testing.T) {
	seen := map[string]bool{}
	var b strings.Builder
	b.WriteString("# The states of a talk\n\nPrinted by `go test ./conversation/ownership -run TestTable -update` from the table in `conversation/ownership/table.go`.\n\n")
	b.WriteString("| row | from | action | when | to |\n|---|---|---|---|---|\n")
	for _, r := range table {
		for _, s := range r.from {
			at := string(s) + " " + string(r.do)
			if seen[at] {
				t.Errorf("%s: a row without a guard stands before it", at)
			}
			if r.guard == nil {
				seen[at] = true
			}
		}
		var from []string
		for _, s := range r.from {
			from = append(from, string(s))
		}
		to := string(r.to)
		if to == "" {
			to = "by the facts"
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s |\n", r.name, strings.Join(from, ", "), r.do, r.note, to)
	}
	const golden = "../../docs/handoff-states.md"
	if *update {
		if err := os.WriteFile(golden, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil || string(want) != b.String() {
		t.Errorf("%s is not of this table: run the test with -update (%v)", golden, err)
	}
}
