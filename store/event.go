package store

import (
	"bytes"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"bangban/kernel/event"
)

// appendEvents numbers events and writes them, after everything else in the transaction. The head row is locked from its first
// update to the commit, so numbers are gapless and in commit order on any number of nodes; because it is always the last lock
// taken, no deadlock can go through it. base is the number before the first of them.
func appendEvents(tx *Tx, events []event.Event) (base int64, err error) {
	const take = `UPDATE event_head SET seq = seq + $1 WHERE id = 1 RETURNING seq, hash`
	const leave = `UPDATE event_head SET hash = $1 WHERE id = 1`
	var last int64
	var hash []byte
	if err := tx.QueryRow(take, len(events)).Scan(&last, &hash); err != nil {
		return 0, fmt.Errorf("take event numbers: %w", err)
	}
	base = last - int64(len(events))
	now := tx.s.now().UnixMicro()
	for i := range events {
		e := &events[i]
		e.Seq = base + int64(i) + 1
		if e.At == 0 {
			e.At = now
		}
		if len(e.Data) == 0 {
			e.Data = json.RawMessage("{}")
		}
	}
	for rest := events; len(rest) > 0; {
		n := chunk(len(rest))
		if hash, err = insertEvents(tx, rest[:n], hash); err != nil {
			return 0, err
		}
		rest = rest[n:]
	}
	if _, err := tx.Exec(leave, hash); err != nil {
		return 0, fmt.Errorf("leave event hash: %w", err)
	}
	return base, nil
}

// chunk rounds down to a power of two, so that there are few different statements to keep compiled.
func chunk(n int) int {
	size := 64
	for size > n {
		size /= 2
	}
	return size
}

func insertEvents(tx *Tx, events []event.Event, hash []byte) ([]byte, error) {
	args := make([]any, 0, 7*len(events))
	for i := range events {
		e := &events[i]
		hash = chain(hash, e)
		args = append(args, e.Seq, e.At, e.Actor, e.Kind, e.Subject, string(e.Data), hash)
	}
	if _, err := tx.Exec(insertTexts[len(events)], args...); err != nil {
		return nil, fmt.Errorf("insert events: %w", err)
	}
	return hash, nil
}

var insertTexts = func() map[int]string {
	texts := map[int]string{}
	for n := 1; n <= 64; n *= 2 {
		var b strings.Builder
		b.WriteString(`INSERT INTO event (seq, at, actor, kind, subject, data, hash) VALUES `)
		for i := range n {
			if i > 0 {
				b.WriteString(", ")
			}
			fmt.Fprintf(&b, "($%d, $%d, $%d, $%d, $%d, $%d, $%d)", 7*i+1, 7*i+2, 7*i+3, 7*i+4, 7*i+5, 7*i+6, 7*i+7)
		}
		texts[n] = b.String()
	}
	return texts
}()

// chain is SHA-256 over the hash before and every field, each with its length, so that no two logs share a hash.
func chain(prev []byte, e *event.Event) []byte {
	buf := make([]byte, 0, 256+len(e.Data))
	field := func(b []byte) {
		buf = binary.BigEndian.AppendUint32(buf, uint32(len(b)))
		buf = append(buf, b...)
	}
	field(prev)
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Seq))
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.At))
	field([]byte(e.Actor))
	field([]byte(e.Kind))
	field([]byte(e.Subject))
	field(e.Data)
	sum := sha256.Sum256(buf)
	return sum[:]
}

// Head returns the number of the last event, 0 for none.
func (s *Store) Head(ctx context.Context) (int64, error) {
	var seq int64
	err := s.reader.QueryRowContext(ctx, `SELECT seq FROM event_head WHERE id = 1`).Scan(&seq)
	return seq, classify(err)
}

// Events returns up to limit events (at most 1,000) after a number, in order. Because numbers are given in commit order, a reader
// that remembers the last one it has seen misses nothing.
func (s *Store) Events(ctx context.Context, after int64, limit int) ([]event.Event, error) {
	const query = `SELECT seq, at, actor, kind, subject, data FROM event WHERE seq > $1 ORDER BY seq LIMIT $2`
	return s.events(ctx, query, after, clamp(limit))
}

// EventsOf returns the events of one subject, such as "conversation:0190…", after a number. Index: event_subject.
func (s *Store) EventsOf(ctx context.Context, subject string, after int64, limit int) ([]event.Event, error) {
	const query = `SELECT seq, at, actor, kind, subject, data FROM event WHERE subject = $3 AND seq > $1 ORDER BY seq LIMIT $2`
	return s.events(ctx, query, after, clamp(limit), subject)
}

func clamp(limit int) int {
	if limit <= 0 || limit > 1000 {
		return 1000
	}
	return limit
}

func (s *Store) events(ctx context.Context, query string, args ...any) ([]event.Event, error) {
	rows, err := s.reader.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, classify(err)
	}
	defer rows.Close()
	var list []event.Event
	for rows.Next() {
		var e event.Event
		var data []byte
		if err := rows.Scan(&e.Seq, &e.At, &e.Actor, &e.Kind, &e.Subject, &data); err != nil {
			return nil, classify(err)
		}
		e.Data = data
		list = append(list, e)
	}
	return list, classify(rows.Err())
}

// Verify walks the whole log and returns the number and hash of its last event. It fails with store.corrupt at the first gap or
// the first event whose hash does not follow from what is before it.
func (s *Store) Verify(ctx context.Context) (last int64, hash []byte, err error) {
	const query = `SELECT seq, at, actor, kind, subject, data, hash FROM event WHERE seq > $1 ORDER BY seq LIMIT 1000`
	hash = make([]byte, sha256.Size)
	for { // page by page: a reader that stays open stops SQLite's log from being reset
		n, err := s.verifyPage(ctx, query, &last, &hash)
		if err != nil {
			return last, hash, err
		}
		if n == 0 {
			return last, hash, s.checkHead(ctx)
		}
	}
}

func (s *Store) verifyPage(ctx context.Context, query string, last *int64, hash *[]byte) (n int, err error) {
	rows, err := s.reader.QueryContext(ctx, query, *last)
	if err != nil {
		return 0, classify(err)
	}
	defer rows.Close()
	for rows.Next() {
		var e event.Event
		var data, have []byte
		if err := rows.Scan(&e.Seq, &e.At, &e.Actor, &e.Kind, &e.Subject, &data, &have); err != nil {
			return n, classify(err)
		}
		e.Data = data
		if e.Seq != *last+1 {
			return n, corrupt(fmt.Errorf("event %d follows %d", e.Seq, *last))
		}
		want := chain(*hash, &e)
		if !bytes.Equal(want, have) {
			return n, corrupt(fmt.Errorf("event %d is not what was written", e.Seq))
		}
		*last, *hash = e.Seq, want
		n++
	}
	return n, classify(rows.Err())
}

// checkHead compares the head row with the last event: one read that finds a log cut short or written past the program.
func (s *Store) checkHead(ctx context.Context) error {
	const query = `SELECT h.seq, h.hash, e.seq, e.hash FROM event_head h LEFT JOIN event e ON e.seq = (SELECT max(seq) FROM event) WHERE h.id = 1`
	var head int64
	var headHash, lastHash []byte
	var last sql.NullInt64
	err := s.reader.QueryRowContext(ctx, query).Scan(&head, &headHash, &last, &lastHash)
	if errors.Is(err, sql.ErrNoRows) {
		return corrupt(errors.New("the event log has no head"))
	}
	if err != nil {
		return classify(err)
	}
	if head != last.Int64 || (last.Valid && !bytes.Equal(headHash, lastHash)) {
		return corrupt(fmt.Errorf("the event log ends at %d, its head says %d", last.Int64, head))
	}
	return nil
}
