package store

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite" // registers "sqlite"

	"bangban/kernel/fault"
)

type dialect string

const (
	sqlite   dialect = "sqlite"
	postgres dialect = "postgres"
)

// FileName is the SQLite database's name inside the data folder.
const FileName = "bangban.db"

// quickCheckBytes is the size up to which a SQLite file is read through on opening: about a second on a plain disk. Larger ones
// are checked by `bangban doctor`, through Check.
const quickCheckBytes = 256 << 20

func isPostgres(source string) bool {
	return strings.HasPrefix(source, "postgres://") || strings.HasPrefix(source, "postgresql://") ||
		(strings.Contains(source, "=") && (strings.Contains(source, "host=") || strings.Contains(source, "dbname=")))
}

func (s *Store) openPostgres(ctx context.Context, source string, opts Options) error {
	s.dialect = postgres
	config, err := postgresConfig(source)
	if err != nil {
		return err
	}
	reader := stdlib.OpenDB(*config)
	reader.SetMaxOpenConns(opts.Readers * 2)
	reader.SetMaxIdleConns(opts.Readers)
	reader.SetConnMaxIdleTime(5 * time.Minute)
	s.reader = newPool(reader, postgres)
	s.writer = stdlib.OpenDB(*config, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		// A node that is stopped in the middle holds the head of the log, and with it all other nodes.
		_, err := c.Exec(ctx, `SET idle_in_transaction_session_timeout = '60s'`)
		return err
	}))
	s.writer.SetMaxOpenConns(1)
	return s.reader.PingContext(ctx)
}

// connectTime bounds the way to PostgreSQL when the address says nothing of it (connect_timeout): a server that is gone without a
// word would otherwise be waited for as long as the system likes, two minutes and more.
const connectTime = 10 * time.Second

func postgresConfig(source string) (*pgx.ConnConfig, error) {
	config, err := pgx.ParseConfig(source)
	if err != nil { // its words may repeat the address, and the password in it
		return nil, fault.Wrap(fault.Unavailable, "store.away", errors.New("the PostgreSQL address cannot be read; its form is postgres://user@host/database"))
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = connectTime
	}
	return config, nil
}

func (s *Store) openSQLite(ctx context.Context, source string, opts Options) error {
	s.dialect = sqlite
	path, err := sqlitePath(source)
	if err != nil {
		return err
	}
	if !opts.ReadOnly {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			return fault.Wrap(fault.Unavailable, "store.away", err)
		}
		if s.lock, err = lockFolder(filepath.Dir(path), filepath.Base(path)); err != nil {
			return err
		}
		// SQLite would create the file 0644; its -wal and -shm copy the mode of the database file.
		f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return fault.Wrap(fault.Unavailable, "store.away", err)
		}
		if err := f.Close(); err != nil {
			return err
		}
	}
	size, err := checkHeader(path)
	if err != nil {
		return err
	}
	read := "mode=ro&_pragma=busy_timeout(5000)&_pragma=query_only(1)"
	write := "_pragma=busy_timeout(5000)&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=foreign_keys(1)" +
		"&_pragma=journal_size_limit(67108864)&_txlock=immediate"
	if opts.MaxBytes > 0 {
		write += fmt.Sprintf("&_pragma=max_page_count(%d)", opts.MaxBytes/4096)
	}
	if !opts.ReadOnly {
		if s.writer, err = sql.Open("sqlite", sqliteURL(path, write)); err != nil {
			return err
		}
		s.writer.SetMaxOpenConns(1)
		s.writer.SetMaxIdleConns(1)
		if err := s.writer.PingContext(ctx); err != nil { // makes the WAL before a reader needs it
			return err
		}
	}
	reader, err := sql.Open("sqlite", sqliteURL(path, read))
	if err != nil {
		return err
	}
	reader.SetMaxOpenConns(opts.Readers)
	reader.SetMaxIdleConns(opts.Readers)
	s.reader = newPool(reader, sqlite)
	if size > 0 && size <= quickCheckBytes && !opts.ReadOnly {
		return s.Check(ctx)
	}
	return nil
}

// Check reads the database through and fails with store.corrupt when SQLite finds it damaged. PostgreSQL looks after itself.
func (s *Store) Check(ctx context.Context) error {
	if s.dialect != sqlite {
		return s.Ping(ctx)
	}
	var answer string
	if err := s.reader.QueryRowContext(ctx, `PRAGMA quick_check(1)`).Scan(&answer); err != nil {
		return classify(err)
	}
	if answer != "ok" {
		return corrupt(errors.New(answer))
	}
	return nil
}

// sqlitePath turns a file or folder into the path of the database file.
func sqlitePath(source string) (string, error) {
	if source == "" {
		return "", fault.Wrap(fault.Invalid, "store.away", errors.New("no database named"))
	}
	path, err := filepath.Abs(source)
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if (err == nil && info.IsDir()) || strings.HasSuffix(source, "/") || (errors.Is(err, fs.ErrNotExist) && filepath.Ext(path) == "") {
		path = filepath.Join(path, FileName)
	}
	return path, nil
}

// sqliteURL escapes the path: what follows "?" is run as pragmas, so no character of a folder's name may reach it.
func sqliteURL(path, query string) string {
	return (&url.URL{Scheme: "file", Path: path, RawQuery: query}).String()
}

// checkHeader tells a file that is no SQLite database from one that is, before SQLite is asked. An empty file is a new database.
func checkHeader(path string) (size int64, err error) {
	f, err := os.Open(path)
	if err != nil {
		return 0, fault.Wrap(fault.Unavailable, "store.away", err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil || info.Size() == 0 {
		return 0, err
	}
	head := make([]byte, 16)
	if _, err := io.ReadFull(f, head); err != nil || !bytes.Equal(head, []byte("SQLite format 3\x00")) {
		return 0, corrupt(fmt.Errorf("%s does not begin like a SQLite database", path))
	}
	return info.Size(), nil
}
