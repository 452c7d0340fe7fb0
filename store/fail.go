package store

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
	sqlitedriver "modernc.org/sqlite"

	"bangban/kernel/fault"
)

// SQLite's result codes, https://sqlite.org/rescode.html; the low byte of an extended code is the primary one.
const (
	sqliteBusy     = 5
	sqliteLocked   = 6
	sqliteNoMem    = 7
	sqliteReadOnly = 8
	sqliteIOErr    = 10
	sqliteCorrupt  = 11
	sqliteFull     = 13
	sqliteCantOpen = 14
	sqliteNotADB   = 26

	sqliteConstraintUnique     = 2067
	sqliteConstraintPrimaryKey = 1555
)

// errAgain marks an error after which the same operation, alone, may succeed: PostgreSQL broke a deadlock in its disfavour.
var errAgain = errors.New("try again")

func corrupt(cause error) *fault.Error {
	return fault.Wrap(fault.Internal, "store.corrupt", errors.Join(cause,
		errors.New("the database is damaged: stop the service, keep a copy of the data folder, and put the last backup in the database's place")))
}

// classify turns a driver's error into a fault: store.conflict (a unique key is taken), store.full, store.away, store.corrupt.
// Errors that are faults already, contexts' ends and sql.ErrNoRows stay what they are.
func classify(err error) error {
	var known *fault.Error
	var connect *pgconn.ConnectError
	switch {
	case err == nil, errors.As(err, &known), errors.Is(err, sql.ErrNoRows):
		return err
	case errors.As(err, &connect):
		return fault.Wrap(fault.Unavailable, "store.away", err)
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return fault.Wrap(fault.Unavailable, "store.slow", err)
	}
	var lite *sqlitedriver.Error
	if errors.As(err, &lite) {
		return classifySQLite(lite.Code(), err)
	}
	var pg *pgconn.PgError
	if errors.As(err, &pg) {
		return classifyPostgres(pg.Code, err)
	}
	var network *net.OpError
	if errors.As(err, &network) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) || pgconn.SafeToRetry(err) {
		return fault.Wrap(fault.Unavailable, "store.away", err)
	}
	return err
}

func classifySQLite(code int, err error) error {
	switch code {
	case sqliteConstraintUnique, sqliteConstraintPrimaryKey:
		return fault.Wrap(fault.Conflict, "store.conflict", err)
	}
	switch code & 0xff {
	case sqliteFull:
		return full(err)
	case sqliteCorrupt, sqliteNotADB:
		return corrupt(err)
	case sqliteBusy, sqliteLocked, sqliteIOErr, sqliteNoMem, sqliteReadOnly, sqliteCantOpen:
		return fault.Wrap(fault.Unavailable, "store.away", err)
	}
	return err
}

// classifyPostgres reads SQLSTATE, PostgreSQL documentation appendix A.
func classifyPostgres(code string, err error) error {
	switch {
	case code == "23505":
		return fault.Wrap(fault.Conflict, "store.conflict", err)
	case code == "40001", code == "40P01": // serialisation failure, deadlock
		return fault.Wrap(fault.Unavailable, "store.away", errors.Join(errAgain, err))
	case code == "53100": // disk full
		return full(err)
	case code == "XX001", code == "XX002":
		return corrupt(err)
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"), strings.HasPrefix(code, "28"),
		code == "3D000", code == "25006", code == "25P03": // connection, resources, shutdown, authentication, no such database, read only, idle too long
		return fault.Wrap(fault.Unavailable, "store.away", err)
	}
	return err
}

func full(err error) *fault.Error {
	return &fault.Error{Kind: fault.Unavailable, Key: "store.full", RetryAfter: 60, Cause: err}
}

// outlasts reports whether err speaks of the database as a whole, not of one operation: the batch is over and Trouble tells of it.
// In the writer store.slow is the end of the transaction's time, not a caller's.
func outlasts(err error) (*fault.Error, bool) {
	var f *fault.Error
	if !errors.As(err, &f) {
		return nil, false
	}
	switch f.Key {
	case "store.full", "store.away", "store.corrupt", "store.slow":
		return f, !errors.Is(err, errAgain)
	}
	return nil, false
}
