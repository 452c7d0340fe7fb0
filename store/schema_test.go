package store_test

import (
	"context"
	"os"
	"slices"
	"strings"
	"testing"

	"bangban/store"
	"bangban/store/storetest"
)

// Both dialects must have the same tables with the same columns: the queries are written once.
func TestBothSchemasAgree(t *testing.T) {
	columns := func(source, query string) (list []string) {
		s := storetest.Open(t, source)
		if _, err := s.Write(context.Background(), func(tx *store.Tx) error {
			rows, err := tx.Query(query)
			if err != nil {
				return err
			}
			defer rows.Close()
			list = nil
			for rows.Next() {
				var table, column string
				if err := rows.Scan(&table, &column); err != nil {
					return err
				}
				if !strings.HasPrefix(table, "goose_") {
					list = append(list, table+"."+column)
				}
			}
			return rows.Err()
		}); err != nil {
			t.Fatal(err)
		}
		slices.Sort(list)
		return list
	}
	lite := columns(storetest.SQLite(t),
		`SELECT m.name, p.name FROM sqlite_master m, pragma_table_info(m.name) p WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%'`)
	pg := columns(storetest.Postgres(t), `SELECT table_name, column_name FROM information_schema.columns WHERE table_schema = current_schema()`)
	if len(lite) == 0 || !slices.Equal(lite, pg) {
		t.Errorf("SQLite has\n%s\nPostgreSQL has\n%s", strings.Join(lite, "\n"), strings.Join(pg, "\n"))
	}
}

// Every migration exists in both dialects under the same name.
func TestMigrationsComeInPairs(t *testing.T) {
	var names [2][]string
	for i, dialect := range []string{"sqlite", "postgres"} {
		entries, err := os.ReadDir("migrations/" + dialect)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			names[i] = append(names[i], e.Name())
		}
	}
	if len(names[0]) == 0 || !slices.Equal(names[0], names[1]) {
		t.Errorf("got %v and %v", names[0], names[1])
	}
}
