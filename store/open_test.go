package store

import (
	"strings"
	"testing"
	"time"

	"bangban/kernel/fault"
)

func TestPostgresConfig(t *testing.T) {
	for source, want := range map[string]time.Duration{
		"postgres://u@h/d":                   connectTime,
		"postgres://u@h/d?connect_timeout=3": 3 * time.Second,
		"host=h dbname=d":                    connectTime,
	} {
		config, err := postgresConfig(source)
		if err != nil || config.ConnectTimeout != want {
			t.Errorf("%s: got %v, %v, want %v", source, config, err, want)
		}
	}
	_, err := postgresConfig("postgres://u:geheim@%zz/d")
	if !fault.Is(err, fault.Unavailable) || strings.Contains(err.Error(), "geheim") {
		t.Error(err)
	}
}
