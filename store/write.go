package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// maxBatch bounds the operations of one transaction, and with it how long the first of them waits.
const maxBatch = 256

// writeTime bounds one transaction on PostgreSQL: a server that falls silent must not hold the writer, and with it every turn.
const writeTime = 30 * time.Second

var probeFiller = strings.Repeat("·", 4096)

// Tx is the transaction that a Write runs in. A statement that fails makes the whole operation fail, on both databases alike,
// even if the function goes on.
type Tx struct {
	s      *Store
	tx     transaction
	events []event.Event
	err    error // the first statement that failed
}

// operation is one caller's function on its way through the writer.
type operation struct {
	fn    func(*Tx) error
	state atomic.Int32 // waiting → running, or waiting → abandoned
	done  chan struct{}
	seq   int64
	err   error
}

const (
	waiting int32 = iota
	running
	abandoned
)

// Write runs fn in a transaction and returns when its changes and its events are durable; seq is that of its last event, 0 if it
// appended none. Operations that wait together share a transaction and its one fsync, yet each has its own result: one that fails
// takes nothing of the others with it.
//
// fn runs on the writing goroutine and may run more than once: it must do nothing but database work and set its results anew.
// ctx ends the waiting for a turn; once fn has begun, Write waits for the outcome, so that "an error" never means "perhaps".
// Errors of fn come back as they are; the database's as faults (see classify).
func (s *Store) Write(ctx context.Context, fn func(tx *Tx) error) (seq int64, err error) {
	if s.readOnly {
		return 0, fault.New(fault.Unavailable, "store.read_only")
	}
	op := &operation{fn: fn, done: make(chan struct{})}
	s.closing.RLock()
	if s.closed {
		s.closing.RUnlock()
		return 0, fault.New(fault.Unavailable, "store.closed")
	}
	select {
	case s.ops <- op:
		s.closing.RUnlock()
	case <-ctx.Done():
		s.closing.RUnlock()
		return 0, fault.Wrap(fault.Unavailable, "store.slow", ctx.Err())
	}
	select {
	case <-op.done:
	case <-ctx.Done():
		if op.state.CompareAndSwap(waiting, abandoned) {
			return 0, fault.Wrap(fault.Unavailable, "store.slow", ctx.Err())
		}
		<-op.done
	}
	return op.seq, op.err
}

// runWriter is the only user of the writing connection. It ends when ops is closed and empty.
func (s *Store) runWriter() {
	defer close(s.stopped)
	batch := make([]*operation, 0, maxBatch)
	for op := range s.ops {
		batch = append(batch[:0], op)
	more:
		for len(batch) < maxBatch {
			select {
			case next, ok := <-s.ops:
				if !ok {
					break more
				}
				batch = append(batch, next)
			default:
				break more
			}
		}
		s.commitBatch(batch)
	}
}

// commitBatch tries all operations in one transaction; if one of them fails, again with a savepoint around each; if the commit
// itself lost a deadlock, each alone.
func (s *Store) commitBatch(batch []*operation) {
	live := batch[:0]
	for _, op := range batch {
		if op.state.CompareAndSwap(waiting, running) {
			live = append(live, op)
		}
	}
	if len(live) == 0 {
		return
	}
	err := s.attempt(live, false)
	if err != nil && len(live) > 1 {
		if _, over := outlasts(err); !over {
			err = s.attempt(live, true)
		}
	}
	if errors.Is(err, errAgain) {
		for _, op := range live {
			for try := 0; try < 5; try++ {
				if op.err = s.attempt([]*operation{op}, false); !errors.Is(op.err, errAgain) {
					break
				}
			}
			if op.err != nil {
				op.seq = 0
			}
		}
		err = nil
	}
	for _, op := range live {
		if err != nil { // the transaction as a whole: nobody's changes are there
			op.seq, op.err = 0, err
		}
	}
	s.note(err)
	for _, op := range live {
		close(op.done)
	}
}

// attempt runs one transaction. It returns an error when nothing was committed. With savepoints, an operation's own failure is
// recorded in it and the others go on; without, it ends the attempt.
func (s *Store) attempt(batch []*operation, savepoints bool) (err error) {
	tx, err := s.begin()
	if err != nil {
		return classify(err)
	}
	defer func() {
		if err != nil {
			_ = tx.Rollback() // the cause is already in err
		}
	}()
	var events []event.Event
	for _, op := range batch {
		op.seq, op.err = 0, nil
		t := &Tx{s: s, tx: tx}
		if savepoints {
			if err := t.command(`SAVEPOINT op`); err != nil {
				return err
			}
		}
		op.err = t.run(op.fn)
		if op.err != nil {
			if _, over := outlasts(op.err); over || !savepoints || errors.Is(op.err, errAgain) {
				return op.err
			}
			if err := t.command(`ROLLBACK TO SAVEPOINT op`); err != nil {
				return err
			}
			continue
		}
		if savepoints {
			if err := t.command(`RELEASE SAVEPOINT op`); err != nil {
				return err
			}
		}
		events = append(events, t.events...)
		op.seq = int64(len(t.events)) // the count for now; turned into a sequence number below
	}
	if len(events) > 0 {
		base, err := appendEvents(&Tx{s: s, tx: tx}, events)
		if err != nil {
			return classify(err)
		}
		for _, op := range batch {
			if n := op.seq; op.err == nil && n > 0 {
				base += n
				op.seq = base
			}
		}
	}
	return classify(tx.Commit())
}

func (s *Store) begin() (transaction, error) {
	if s.lite != nil {
		return s.lite.begin()
	}
	ctx, end := context.WithTimeout(context.Background(), writeTime)
	tx, err := s.writer.BeginTx(ctx, nil)
	if err != nil {
		end()
		return nil, err
	}
	return boundTx{tx, ctx, end}, nil
}

// run calls fn and keeps a panic in it from taking the writer, and with it the service, down.
func (t *Tx) run(fn func(*Tx) error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fault.Wrap(fault.Internal, "store.panic", fmt.Errorf("%v\n%s", p, debug.Stack()))
		}
	}()
	err = fn(t)
	if err == nil {
		err = t.err
	} else if t.err != nil {
		if _, over := outlasts(t.err); over {
			err = t.err // whatever fn made of it, the database's trouble counts
		}
	}
	return classify(err)
}

func (t *Tx) command(text string) error {
	_, err := t.tx.ExecContext(context.Background(), text)
	return classify(err)
}

// note keeps the state of the database for Trouble and tells the log when it changes.
func (s *Store) note(err error) {
	f, over := outlasts(err)
	if over {
		if s.trouble.Swap(f) == nil {
			s.log.Error("store stopped writing", "key", f.Key, "cause", f.Cause)
		}
		return
	}
	if s.trouble.Load() != nil && err == nil {
		s.trouble.Store(nil)
		s.log.Info("store writes again")
	}
}

// Append adds events to the log; they are numbered and written last, when the transaction commits. An event without a time gets
// the store's.
func (t *Tx) Append(events ...event.Event) { t.events = append(t.events, events...) }

// Exec runs a statement and returns how many rows it touched.
func (t *Tx) Exec(query string, args ...any) (int64, error) {
	result, err := t.tx.ExecContext(context.Background(), query, args...)
	if err != nil {
		return 0, t.failed(err)
	}
	return result.RowsAffected()
}

// Query runs a statement that returns rows. Close them before the next statement: there is one connection.
func (t *Tx) Query(query string, args ...any) (*sql.Rows, error) {
	rows, err := t.tx.QueryContext(context.Background(), query, args...)
	if err != nil {
		return nil, t.failed(err)
	}
	return rows, nil
}

// QueryRow runs a statement that returns at most one row.
func (t *Tx) QueryRow(query string, args ...any) *Row {
	return &Row{tx: t, row: t.tx.QueryRowContext(context.Background(), query, args...)}
}

// Row is the result of QueryRow.
type Row struct {
	tx  *Tx
	row *sql.Row
}

// Scan reads the row; sql.ErrNoRows when there is none, which is no failure of the transaction.
func (r *Row) Scan(dest ...any) error {
	err := r.row.Scan(dest...)
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	return r.tx.failed(err)
}

func (t *Tx) failed(err error) error {
	err = classify(err)
	if t.err == nil {
		t.err = err
	}
	return err
}
