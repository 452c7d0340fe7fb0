// Package lifecycle is the life of a thing as one table (状态表): from which state, by which action, to which state, and what must
// hold. Nothing else assigns a state; the docs' diagram is printed from the same table. It keeps nothing and tells no time.
// Start at Table and New.
package lifecycle

import (
	"fmt"
	"slices"
	"strings"

	"bangban/kernel/fault"
)

// Row is one legal step. Several rows may share From and Action: the first whose Guard agrees is taken.
type Row[S, A ~string, T any] struct {
	From   S
	Action A
	To     S
	// Guard returns "" when the step may be taken, else the key of the refusal's sentence. Nil means always.
	Guard func(T) string
	// Note says when the guard agrees, or which rule the row follows; for the printed table.
	Note string
}

// Table is a whole life.
type Table[S, A ~string, T any] struct {
	name  string
	first S
	rows  []Row[S, A, T]
	index map[step[S, A]][]int
}

type step[S, A ~string] struct {
	from   S
	action A
}

// New builds a table. The name begins the keys of its refusals ("revision" → "revision.not_now"); first is the state a thing is
// born in. It panics on a table that contradicts itself, because that is a mistake in the program: a row that can never be taken
// since an unguarded one with the same state and action stands before it, or a state that cannot be reached.
func New[S, A ~string, T any](name string, first S, rows []Row[S, A, T]) *Table[S, A, T] {
	t := &Table[S, A, T]{name: name, first: first, rows: rows, index: map[step[S, A]][]int{}}
	for i, r := range rows {
		at := step[S, A]{r.From, r.Action}
		for _, j := range t.index[at] {
			if rows[j].Guard == nil {
				panic(fmt.Sprintf("lifecycle %s: %s by %s to %s can never be taken", name, r.From, r.Action, r.To))
			}
		}
		t.index[at] = append(t.index[at], i)
	}
	reached := map[S]bool{first: true}
	for grown := true; grown; {
		grown = false
		for _, r := range rows {
			if reached[r.From] && !reached[r.To] {
				reached[r.To], grown = true, true
			}
		}
	}
	for _, s := range t.States() {
		if !reached[s] {
			panic(fmt.Sprintf("lifecycle %s: nothing leads to %s", name, s))
		}
	}
	return t
}

// First returns the state a thing is born in.
func (t *Table[S, A, T]) First() S { return t.first }

// Next returns the state after action, or from itself and a fault.Conflict: name.not_now when the table has no such step, else the
// key of the last guard that refused.
func (t *Table[S, A, T]) Next(from S, action A, thing T) (S, error) {
	refusal := t.name + ".not_now"
	for _, i := range t.index[step[S, A]{from, action}] {
		r := t.rows[i]
		if r.Guard == nil {
			return r.To, nil
		}
		key := r.Guard(thing)
		if key == "" {
			return r.To, nil
		}
		refusal = key
	}
	return from, &fault.Error{Kind: fault.Conflict, Key: refusal, Args: map[string]string{"state": string(from), "action": string(action)},
		Cause: fmt.Errorf("%s: no %s from %s", t.name, action, from)}
}

// Legal returns the actions that may be taken now, in the table's order.
func (t *Table[S, A, T]) Legal(from S, thing T) []A {
	var list []A
	for _, r := range t.rows {
		if r.From == from && !slices.Contains(list, r.Action) && (r.Guard == nil || r.Guard(thing) == "") {
			list = append(list, r.Action)
		}
	}
	return list
}

// States returns every state, the first one first, the others in the table's order.
func (t *Table[S, A, T]) States() []S {
	list := []S{t.first}
	for _, r := range t.rows {
		for _, s := range []S{r.From, r.To} {
			if !slices.Contains(list, s) {
				list = append(list, s)
			}
		}
	}
	return list
}

// Actions returns every action, in the table's order.
func (t *Table[S, A, T]) Actions() []A {
	var list []A
	for _, r := range t.rows {
		if !slices.Contains(list, r.Action) {
			list = append(list, r.Action)
		}
	}
	return list
}

// Final reports whether nothing leads out of a state.
func (t *Table[S, A, T]) Final(s S) bool {
	return !slices.ContainsFunc(t.rows, func(r Row[S, A, T]) bool { return r.From == s })
}

// Mermaid prints the table as a state diagram for the docs; label names states and actions for people and may be nil.
func (t *Table[S, A, T]) Mermaid(label func(string) string) string {
	if label == nil {
		label = func(s string) string { return s }
	}
	var b strings.Builder
	b.WriteString("stateDiagram-v2\n")
	for _, s := range t.States() {
		if words := label(string(s)); words != string(s) {
			fmt.Fprintf(&b, "    %s: %s %s\n", s, s, words)
		}
	}
	fmt.Fprintf(&b, "    [*] --> %s\n", t.first)
	for _, r := range t.rows {
		fmt.Fprintf(&b, "    %s --> %s: %s", r.From, r.To, label(string(r.Action)))
		if r.Note != "" {
			fmt.Fprintf(&b, " (%s)", r.Note)
		}
		b.WriteByte('\n')
	}
	for _, s := range t.States() {
		if t.Final(s) {
			fmt.Fprintf(&b, "    %s --> [*]\n", s)
		}
	}
	return b.String()
}
