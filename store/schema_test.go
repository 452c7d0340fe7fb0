package store

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"os"
)

// Both dialects must have the same tables with the same columns: the queries are written once.
func TestBothSchemasAgree(t *testing.T) {
	server := os.Getenv("BANGBAN_TEST_PG")
	if server == "" {
		t.Skip("BANGBAN_TEST_PG is not set")
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, server)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `CREATE SCHEMA schema_test`); err != nil {
		t.Fatal(err)
	}
	defer func() {
		if _, err := conn.Exec(ctx, `DROP SCHEMA schema_test CASCADE`); err != nil {
			t.Error(err)
		}
	}()
	columns := func(source, query string) []string {
		s, err := Open(ctx, source, Options{})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		rows, err := s.reader.QueryContext(ctx, query)
		if err != nil {
			t.Fatal(err)
		}
		defer rows.Close()
		var list []string
		for rows.Next() {
			var table, column string
			if err := rows.Scan(&table, &column); err != nil {
				t.Fatal(err)
			}
			if !strings.HasPrefix(table, "goose_") {
				list = append(list, table+"."+column)
			}
		}
		if err := rows.Err(); err != nil {
			t.Fatal(err)
		}
		slices.Sort(list)
		return list
	}
	lite := columns(filepath.Join(t.TempDir(), FileName),
		`SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`)
	pg := columns(server+" search_path=schema_test", `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = 'schema_test'`)
	if len(lite) == 0 || !slices.Equal(lite, pg) {
		t.Errorf("SQLite has\n%s\nPostgreSQL has\n%s", strings.Join(lite, "\n"), strings.Join(pg, "\n"))
	}
}

// Every migration exists in both dialects under the same name.
func TestMigrationsComeInPairs(t *testing.T) {
	var names [2][]string
	for i, d := range []dialect{sqlite, postgres} {
		entries, err := migrations.ReadDir("migrations/" + string(d))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names[i] = append(names[i], e.Name())
		}
	}
	if !slices.Equal(names[0], names[1]) {
		t.Errorf("got %v and %v", names[0], names[1])
	}
}
