package store

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"

	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"

	"bangban/kernel/fault"
)

// Migrations go forward only and come in pairs of the same number and name, one a dialect; a test compares the tables they make.
//
//go:embed migrations/sqlite/*.sql migrations/postgres/*.sql
var migrations embed.FS

// migrate brings the schema to what this program knows. A schema from a newer program is refused: writing to it could break what
// the newer one relies on.
func (s *Store) migrate(ctx context.Context) error {
	files, err := fs.Sub(migrations, "migrations/"+string(s.dialect))
	if err != nil {
		return err
	}
	gooseDialect := goose.DialectSQLite3
	options := []goose.ProviderOption{goose.WithDisableGlobalRegistry(true), goose.WithLogger(goose.NopLogger())}
	if s.dialect == postgres {
		gooseDialect = goose.DialectPostgres
		locker, err := lock.NewPostgresSessionLocker() // several nodes may start together
		if err != nil {
			return err
		}
		options = append(options, goose.WithSessionLocker(locker))
	}
	db := s.writer
	if s.dialect == postgres || s.readOnly {
		db = s.reader.DB // the session lock holds one connection while another migrates
	}
	provider, err := goose.NewProvider(gooseDialect, db, files, options...)
	if err != nil {
		return fmt.Errorf("read migrations: %w", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	have, err := s.schemaVersion(ctx)
	switch {
	case err != nil:
		return err
	case have > newest:
		return &fault.Error{Kind: fault.Conflict, Key: "store.newer", Args: map[string]string{"have": fmt.Sprint(have), "know": fmt.Sprint(newest)},
			Cause: fmt.Errorf("the database has schema %d, this program knows %d: start the newer Bangban, or restore a backup made by this one", have, newest)}
	case have == newest:
		return nil // goose would still create its table and take its lock: 20 ms a start
	case s.readOnly:
		return fault.Wrap(fault.Conflict, "store.older", fmt.Errorf("the database has schema %d, this program needs %d: start `bangban serve` once", have, newest))
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// schemaVersion reads goose's table without goose, which would create it.
func (s *Store) schemaVersion(ctx context.Context) (int64, error) {
	const tableSQLite = `SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name = 'goose_db_version'`
	const tablePostgres = `SELECT count(*) FROM pg_catalog.pg_class WHERE oid = to_regclass('goose_db_version')`
	query := tableSQLite
	if s.dialect == postgres {
		query = tablePostgres
	}
	var n int
	if err := s.reader.QueryRowContext(ctx, query).Scan(&n); err != nil || n == 0 {
		return 0, err
	}
	var version sql.NullInt64
	err := s.reader.QueryRowContext(ctx, `SELECT max(version_id) FROM goose_db_version WHERE is_applied`).Scan(&version)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return version.Int64, err
}
