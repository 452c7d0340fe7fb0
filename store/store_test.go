package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/store"
	"bangban/store/storetest"
)

func add(subject string) func(*store.Tx) error {
	return func(tx *store.Tx) error {
		tx.Append(event.New(0, "system", "test.done", subject, map[string]int{"b": 1, "a": 2}))
		return nil
	}
}

func TestEventsAreGaplessChainedAndKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		s := storetest.Open(t, source)
		var wg sync.WaitGroup
		for i := range 40 {
			wg.Go(func() {
				for j := range 5 {
					if _, err := s.Write(ctx, add(fmt.Sprintf("thing:%d", i*5+j))); err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		list, err := s.Events(ctx, 0, 1000)
		if err != nil || len(list) != 200 {
			t.Fatalf("got %d events, %v; want 200", len(list), err)
		}
		for i, e := range list {
			if e.Seq != int64(i+1) || string(e.Data) != `{"a":2,"b":1}` || e.At == 0 {
				t.Fatalf("event %d is %+v", i, e)
			}
		}
		if last, _, err := s.Verify(ctx); err != nil || last != 200 {
			t.Fatalf("verify: %d, %v", last, err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		s = storetest.Open(t, source)
		if head, err := s.Head(ctx); err != nil || head != 200 {
			t.Fatalf("head after reopening: %d, %v", head, err)
		}
	})
}

func TestOneFailureTakesNothingOfTheOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := context.Background()
		s := storetest.Open(t, source)
		refused := fault.New(fault.Invalid, "test.refused")
		var wg sync.WaitGroup
		for i := range 64 {
			wg.Go(func() {
				seq, err := s.Write(ctx, func(tx *store.Tx) error {
					tx.Append(event.New(0, "system", "test.done", fmt.Sprintf("thing:%d", i), nil))
					if _, err := tx.Exec(`INSERT INTO write_probe (at, filler) VALUES ($1, $2)`, i, "x"); err != nil {
						return err
					}
					switch i % 4 {
					case 1:
						return refused
					case 2:
						_, err := tx.Exec(`INSERT INTO event_head (id, seq, hash) SELECT id, seq, hash FROM event_head`)
						_ = err // swallowed: the operation fails all the same
					case 3:
						panic("oops")
					}
					return nil
				})
				want := []fault.Kind{"", fault.Invalid, fault.Conflict, fault.Internal}[i%4]
				if fault.KindOf(err) != want || (err == nil) != (seq > 0) {
					t.Errorf("operation %d: seq %d, err %v; want kind %q", i, seq, err, want)
				}
				if i%4 == 1 && !errors.Is(err, refused) {
					t.Errorf("operation %d: got %v, want its own error", i, err)
				}
			})
		}
		wg.Wait()
		if head, err := s.Head(ctx); err != nil || head != 16 {
			t.Fatalf("head %d, %v; want 16", head, err)
		}
		if _, _, err := s.Verify(ctx); err != nil {
			t.Fatal(err)
		}
	})
}

func TestOpenRefuses(t *testing.T) {
	ctx := context.Background()
	key := func(t *testing.T, source, want string) {
		t.Helper()
		s, err := store.Open(ctx, source, store.Options{})
		var f *fault.Error
		if !errors.As(err, &f) || f.Key != want {
			t.Fatalf("got %v, want %s", err, want)
		}
		if s != nil {
			t.Fatal("a store beside an error")
		}
	}
	t.Run("a second process on the same folder", func(t *testing.T) {
		source := storetest.SQLite(t)
		storetest.Open(t, source)
		key(t, source, "store.in_use")
		ro := storetest.OpenWith(t, source, store.Options{ReadOnly: true}) // reading beside it is fine
		if _, err := ro.Head(ctx); err != nil {
			t.Fatal(err)
		}
		if _, err := ro.Write(ctx, add("x")); fault.KindOf(err) != fault.Unavailable {
			t.Fatalf("write on read-only: %v", err)
		}
	})
	t.Run("no database at all", func(t *testing.T) {
		source := storetest.SQLite(t)
		if err := os.WriteFile(source, []byte("this is a letter to the mayor, not a database"), 0o600); err != nil {
			t.Fatal(err)
		}
		key(t, source, "store.corrupt")
	})
	t.Run("damaged pages", func(t *testing.T) {
		source := storetest.SQLite(t)
		s := storetest.Open(t, source)
		for i := range 300 {
			if _, err := s.Write(ctx, add(fmt.Sprint("thing:", i))); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		raw, err := os.ReadFile(source)
		if err != nil {
			t.Fatal(err)
		}
		for i := 4096; i < len(raw); i += 7 {
			raw[i] ^= 0x5a
		}
		if err := os.WriteFile(source, raw, 0o600); err != nil {
			t.Fatal(err)
		}
		key(t, source, "store.corrupt")
	})
	t.Run("no folder", func(t *testing.T) {
		file := filepath.Join(t.TempDir(), "a file")
		if err := os.WriteFile(file, nil, 0o600); err != nil {
			t.Fatal(err)
		}
		key(t, filepath.Join(file, "y.db"), "store.away")
	})
	t.Run("no server", func(t *testing.T) { key(t, "postgres://nobody@127.0.0.1:1/none", "store.away") })
	storetest.Each(t, func(t *testing.T, source string) {
		s := storetest.Open(t, source)
		if _, err := s.Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`UPDATE goose_db_version SET version_id = 99999 WHERE version_id = (SELECT max(version_id) FROM goose_db_version)`)
			return err
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.Close(); err != nil {
			t.Fatal(err)
		}
		key(t, source, "store.newer")
	})
}

func TestFilesAreForTheOwnerOnly(t *testing.T) {
	source := storetest.SQLite(t)
	s := storetest.Open(t, source)
	if _, err := s.Write(context.Background(), add("x")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{source, source + "-wal", source + "-shm"} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: %v, %v; want 0600", name, info, err)
		}
	}
}

func TestFullDiskStopsWritesAndHeals(t *testing.T) {
	ctx := context.Background()
	source := storetest.SQLite(t)
	s := storetest.OpenWith(t, source, store.Options{MaxBytes: 800 << 10})
	var err error
	for i := 0; err == nil && i < 5000; i++ {
		_, err = s.Write(ctx, add(strings.Repeat("thing", 400)))
	}
	var f *fault.Error
	if !errors.As(err, &f) || f.Key != "store.full" || f.Kind != fault.Unavailable {
		t.Fatalf("got %v, want store.full", err)
	}
	if err := s.Ping(ctx); err != nil {
		t.Fatalf("reads stopped: %v", err)
	}
	head, err := s.Head(ctx)
	if err != nil || head == 0 {
		t.Fatalf("head %d, %v", head, err)
	}
	if err := s.Trouble(ctx); !errors.As(err, &f) || f.Key != "store.full" {
		t.Fatalf("trouble: %v", err)
	}
	if _, _, err := s.Verify(ctx); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = storetest.Open(t, source) // room again
	if _, err := s.Write(ctx, add("after")); err != nil {
		t.Fatal(err)
	}
	if err := s.Trouble(ctx); err != nil {
		t.Fatal(err)
	}
	if now, _ := s.Head(ctx); now != head+1 {
		t.Fatalf("head %d, want %d", now, head+1)
	}
}

func TestTwoNodesShareOneLog(t *testing.T) {
	ctx := context.Background()
	source := storetest.Postgres(t)
	nodes := []*store.Store{storetest.Open(t, source), storetest.Open(t, source)}
	const each = 300
	var writers, reader sync.WaitGroup
	for i := range 16 {
		writers.Go(func() {
			for range each / 16 {
				if _, err := nodes[i%2].Write(ctx, add(fmt.Sprint("node:", i%2))); err != nil {
					t.Error(err)
				}
			}
		})
	}
	stop := make(chan struct{})
	reader.Go(func() { // sees every number, in order, while both nodes write
		last := int64(0)
		for done := false; !done; {
			select {
			case <-stop:
				done = true // one more look
			default:
			}
			list, err := nodes[0].Events(ctx, last, 1000)
			if err != nil {
				t.Error(err)
			}
			for _, e := range list {
				if e.Seq != last+1 {
					t.Errorf("event %d after %d", e.Seq, last)
				}
				last = e.Seq
			}
		}
		if last != each/16*16 {
			t.Errorf("saw %d events, want %d", last, each/16*16)
		}
	})
	writers.Wait()
	close(stop)
	reader.Wait()
	if _, _, err := nodes[1].Verify(ctx); err != nil {
		t.Error(err)
	}
}

// Two nodes that take the same two rows in opposite order: PostgreSQL ends one of them, which must be done again, alone.
func TestADeadlockIsTriedAgain(t *testing.T) {
	ctx := context.Background()
	source := storetest.Postgres(t)
	nodes := []*store.Store{storetest.Open(t, source), storetest.Open(t, source)}
	for at := range 2 {
		if _, err := nodes[0].Write(ctx, func(tx *store.Tx) error {
			_, err := tx.Exec(`INSERT INTO write_probe (at, filler) VALUES ($1, 'x')`, at)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	met := []chan struct{}{make(chan struct{}), make(chan struct{})} // closed once a node holds its first row
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			first := true
			if _, err := nodes[i].Write(ctx, func(tx *store.Tx) error {
				if _, err := tx.Exec(`UPDATE write_probe SET filler = filler || 'y' WHERE at = $1`, i); err != nil {
					return err
				}
				if first {
					first = false
					close(met[i])
					<-met[1-i]
				}
				_, err := tx.Exec(`UPDATE write_probe SET filler = filler || 'y' WHERE at = $1`, 1-i)
				return err
			}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var total int
	if _, err := nodes[0].Write(ctx, func(tx *store.Tx) error {
		return tx.QueryRow(`SELECT sum(length(filler)) FROM write_probe`).Scan(&total)
	}); err != nil || total != 6 {
		t.Errorf("%d letters, %v; want 6: each node's two writes, once", total, err)
	}
}
