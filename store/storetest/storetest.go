// Package storetest gives tests a fresh database on each of the two dialects. It is for tests only and keeps nothing.
// SQLite is always there; PostgreSQL when BANGBAN_TEST_PG names a server (scripts/test-postgres starts a throw-away one).
// Start at Each.
package storetest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"bangban/store"
)

// Each runs test once on SQLite and once on PostgreSQL, each time with the source of a new, empty database that can be opened,
// closed and opened again.
func Each(t *testing.T, test func(t *testing.T, source string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { test(t, SQLite(t)) })
	t.Run("postgres", func(t *testing.T) { test(t, Postgres(t)) })
}

// SQLite returns the path of a new database file.
func SQLite(tb testing.TB) string {
	tb.Helper()
	return filepath.Join(tb.TempDir(), store.FileName)
}

// Postgres returns the source of a new schema, dropped after the test. Without a server the test is skipped, or fails when
// BANGBAN_TEST_PG_REQUIRED or CI is set.
func Postgres(tb testing.TB) string {
	tb.Helper()
	server := os.Getenv("BANGBAN_TEST_PG")
	if server == "" {
		if os.Getenv("BANGBAN_TEST_PG_REQUIRED") != "" || os.Getenv("CI") != "" {
			tb.Fatal("BANGBAN_TEST_PG is not set: run through scripts/test-postgres")
		}
		tb.Skip("BANGBAN_TEST_PG is not set")
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		tb.Fatalf("connect to BANGBAN_TEST_PG: %v", err)
	}
	raw := make([]byte, 8)
	_, _ = rand.Read(raw) // never fails
	schema := "test_" + hex.EncodeToString(raw)
	if _, err := conn.Exec(ctx, "CREATE SCHEMA "+schema); err != nil {
		tb.Fatalf("create schema: %v", err)
	}
	tb.Cleanup(func() {
		if _, err := conn.Exec(ctx, "DROP SCHEMA "+schema+" CASCADE"); err != nil {
			tb.Errorf("drop schema: %v", err)
		}
		if err := conn.Close(ctx); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return withSearchPath(server, schema)
}

func withSearchPath(server, schema string) string {
	if !strings.Contains(server, "://") {
		return server + " search_path=" + schema
	}
	u, err := url.Parse(server)
	if err != nil {
		return server
	}
	q := u.Query()
	q.Set("search_path", schema)
	u.RawQuery = q.Encode()
	return u.String()
}

// Open opens a source and closes it after the test.
func Open(tb testing.TB, source string) *store.Store {
	tb.Helper()
	return OpenWith(tb, source, store.Options{})
}

// OpenWith is Open with options.
func OpenWith(tb testing.TB, source string, opts store.Options) *store.Store {
	tb.Helper()
	s, err := store.Open(context.Background(), source, opts)
	if err != nil {
		tb.Fatalf("open %s: %v", source, err)
	}
	tb.Cleanup(func() {
		if err := s.Close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	return s
}
