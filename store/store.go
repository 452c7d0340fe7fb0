// Package store keeps everything on disk (存储): SQL for SQLite and PostgreSQL, one text for both, one file a package served.
// It owns database/sql. What the rows mean is the business of the packages that declare their Store interfaces; this package
// decides only how they become durable: every change is a function handed to Write, changes that wait together share one
// transaction, and each appends its events to one gapless, hash-chained log in the same transaction.
// Start at Open, then Write; event.go has the log, migrate.go the schema, fail.go what errors mean.
package store

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"bangban/kernel/fault"
)

// Options are the store's settings; the zero value works.
type Options struct {
	// Now is the clock that dates events without a time of their own; time.Now when nil.
	Now func() time.Time
	// Log receives what an operator must know; slog.Default when nil.
	Log *slog.Logger
	// ReadOnly opens an existing database beside the process that owns it: no lock, no migration, Write is refused with
	// store.read_only. For reports, checks and `bangban ask` while the service runs.
	ReadOnly bool
	// MaxBytes caps the size of a SQLite database; beyond it writes fail as on a full disk. 0 means no cap.
	MaxBytes int64
	// Readers is how many connections may read at once; 4 when 0.
	Readers int
}

// Store is an open database. It is safe for concurrent use.
type Store struct {
	dialect  dialect
	writer   *sql.DB   // one connection, used by the goroutine in write.go only
	lite     *liteConn // that connection, on SQLite
	reader   *pool
	lock     *folderLock // SQLite only: one process a folder
	now      func() time.Time
	log      *slog.Logger
	readOnly bool

	ops     chan *operation
	stopped chan struct{} // closed when the writing goroutine has ended
	closing sync.RWMutex  // read-held while an operation is handed over
	closed  bool
	trouble atomic.Pointer[fault.Error]
}

// Open opens the database that source names, brings its schema up to date and starts the writer. Source is a PostgreSQL URL or
// keyword string (postgres://…, host=…), or the path of a SQLite file or of the folder that holds bangban.db.
//
// Errors: store.in_use (another process has the folder), store.corrupt, store.newer (made by a newer Bangban), store.away
// (no server, no right), store.full.
func Open(ctx context.Context, source string, opts Options) (*Store, error) {
	s := &Store{now: opts.Now, log: opts.Log, readOnly: opts.ReadOnly}
	if s.now == nil {
		s.now = time.Now
	}
	if s.log == nil {
		s.log = slog.Default()
	}
	if opts.Readers == 0 {
		opts.Readers = 4
	}
	var err error
	if isPostgres(source) {
		err = s.openPostgres(ctx, source, opts)
	} else {
		err = s.openSQLite(ctx, source, opts)
	}
	if err == nil {
		err = s.migrate(ctx)
	}
	if err == nil {
		err = s.checkHead(ctx)
	}
	if err == nil && s.dialect == sqlite && !s.readOnly {
		s.lite = &liteConn{kept: map[string]*sql.Stmt{}}
		s.lite.conn, err = s.writer.Conn(ctx)
	}
	if err != nil {
		s.closeFiles()
		return nil, classify(err)
	}
	s.ops = make(chan *operation, maxBatch)
	s.stopped = make(chan struct{})
	go s.runWriter()
	return s, nil
}

// Dialect names the database: "sqlite" or "postgres".
func (s *Store) Dialect() string { return string(s.dialect) }

// Ping asks whether the database answers a read.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	if err := s.reader.QueryRowContext(ctx, `SELECT 1`).Scan(&one); err != nil {
		return classify(err)
	}
	return nil
}

// Trouble says why the last write failed for a reason that outlasts one caller (store.full, store.away, store.corrupt), or nil.
// While there is trouble it tries a small write first, so that readiness comes back by itself when the disk has room again.
func (s *Store) Trouble(ctx context.Context) error {
	if s.trouble.Load() == nil {
		return nil
	}
	// A row that is written and taken away again: changing nothing would need no page, and would succeed on a full disk.
	_, err := s.Write(ctx, func(tx *Tx) error {
		if _, err := tx.Exec(`INSERT INTO write_probe (at, filler) VALUES ($1, $2)`, s.now().UnixMicro(), probeFiller); err != nil {
			return err
		}
		_, err := tx.Exec(`DELETE FROM write_probe`)
		return err
	})
	return err
}

// Close waits for the writes that were handed over, then closes the database and lets the folder go.
func (s *Store) Close() error {
	s.closing.Lock()
	if s.closed {
		s.closing.Unlock()
		return nil
	}
	s.closed = true
	close(s.ops)
	s.closing.Unlock()
	<-s.stopped
	return s.closeFiles()
}

func (s *Store) closeFiles() error {
	var errs []error
	if s.lite != nil && s.lite.conn != nil {
		errs = append(errs, s.lite.close())
	}
	if s.reader != nil {
		errs = append(errs, s.reader.Close())
	}
	if s.writer != nil {
		errs = append(errs, s.writer.Close())
	}
	if s.lock != nil {
		errs = append(errs, s.lock.release())
	}
	return errors.Join(errs...)
}
