package lifecycle_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"bangban/kernel/fault"
	"bangban/kernel/lifecycle"
)

type (
	state  string
	action string
	order  struct{ redos int }
)

func redosLeft(o order) string {
	if o.redos >= 2 {
		return "order.redo_too_often"
	}
	return ""
}

func rows() []lifecycle.Row[state, action, order] {
	return []lifecycle.Row[state, action, order]{
		{From: "new", Action: "dispatch", To: "dispatched"},
		{From: "dispatched", Action: "reply", To: "replied"},
		{From: "replied", Action: "redo", To: "dispatched", Guard: redosLeft, Note: "at most twice"},
		{From: "replied", Action: "close", To: "closed"},
	}
}

func TestNext(t *testing.T) {
	table := lifecycle.New("order", state("new"), rows())
	for _, c := range []struct {
		name   string
		from   state
		action action
		thing  order
		want   state
		key    string
	}{
		{"a step", "new", "dispatch", order{}, "dispatched", ""},
		{"a guarded step", "replied", "redo", order{1}, "dispatched", ""},
		{"refused by its guard", "replied", "redo", order{2}, "replied", "order.redo_too_often"},
		{"not in the table", "new", "close", order{}, "new", "order.not_now"},
		{"from the end", "closed", "redo", order{}, "closed", "order.not_now"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := table.Next(c.from, c.action, c.thing)
			if got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
			var f *fault.Error
			if errors.As(err, &f); (err == nil) != (c.key == "") || (err != nil && (f.Key != c.key || f.Kind != fault.Conflict)) {
				t.Errorf("got %v, want key %q", err, c.key)
			}
		})
	}
}

func TestTheFirstAgreeingRowWins(t *testing.T) {
	open := func(o order) string {
		if o.redos == 0 {
			return ""
		}
		return "order.shut"
	}
	table := lifecycle.New("order", state("new"), []lifecycle.Row[state, action, order]{
		{From: "new", Action: "go", To: "queued", Guard: open},
		{From: "new", Action: "go", To: "promised"},
	})
	for redos, want := range []state{"queued", "promised"} {
		if got, err := table.Next("new", "go", order{redos}); got != want || err != nil {
			t.Errorf("got %s, %v; want %s", got, err, want)
		}
	}
}

func TestContradictionsPanic(t *testing.T) {
	for name, extra := range map[string]lifecycle.Row[state, action, order]{
		"can never be taken":  {From: "new", Action: "dispatch", To: "closed"},
		"nothing leads there": {From: "lost", Action: "find", To: "new"},
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Error("accepted")
				}
			}()
			lifecycle.New("order", state("new"), append(rows(), extra))
		})
	}
}

func TestMermaid(t *testing.T) {
	table := lifecycle.New("order", state("new"), rows())
	got := table.Mermaid(nil)
	for _, want := range []string{"[*] --> new", "replied --> dispatched: redo (at most twice)", "closed --> [*]"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is not in\n%s", want, got)
		}
	}
}

// TestLegalAndNextAgree walks the table by legal steps and tries others on the way. Seen to fail with the guard taken out of Legal.
func TestLegalAndNextAgree(t *testing.T) {
	table := lifecycle.New("order", state("new"), rows())
	rapid.Check(t, func(t *rapid.T) {
		now, thing := table.First(), order{}
		t.Repeat(map[string]func(*rapid.T){
			"legal": func(t *rapid.T) {
				legal := table.Legal(now, thing)
				if len(legal) == 0 {
					t.Skip("at the end")
				}
				chosen := rapid.SampledFrom(legal).Draw(t, "action")
				next, err := table.Next(now, chosen, thing)
				if err != nil {
					t.Fatalf("%s was legal: %v", chosen, err)
				}
				if chosen == "redo" {
					thing.redos++
				}
				now = next
			},
			"any": func(t *rapid.T) {
				chosen := rapid.SampledFrom(table.Actions()).Draw(t, "action")
				next, err := table.Next(now, chosen, thing)
				if (err == nil) != slices.Contains(table.Legal(now, thing), chosen) || (err != nil && next != now) {
					t.Fatalf("%s from %s: %s, %v", chosen, now, next, err)
				}
			},
			"": func(t *rapid.T) {
				if thing.redos > 2 {
					t.Fatalf("redone %d times", thing.redos)
				}
			},
		})
	})
}
