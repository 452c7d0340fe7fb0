package bangban

import (
	"bytes"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/kernel/fault"
)

func TestConfigOrigins(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "bangban.yaml"), "listen: 127.0.0.1:1\nsite-name: 平和市\nrate-limit: 5,6\n")
	write(t, filepath.Join(dir, "dsn"), "postgres://u:secret@h/d\n")
	env := map[string]string{"BANGBAN_RATE_LIMIT": "7,8", "BANGBAN_DATABASE_FILE": filepath.Join(dir, "dsn")}
	c := Config{Data: dir, Listen: "127.0.0.1:2", PublicURL: "https://a.cn/"}
	if err := c.Load(func(name string) string { return env[name] }); err != nil {
		t.Fatal(err)
	}
	if c.Listen != "127.0.0.1:2" || c.SiteName != "平和市" || c.RateLimit != "7,8" || c.Database != "postgres://u:secret@h/d" || c.PublicURL != "https://a.cn" {
		t.Errorf("%+v", c)
	}
	for _, s := range c.Settings() {
		if strings.Contains(s.Value, "secret") {
			t.Errorf("%s shows a secret", s.Name)
		}
	}
}

func TestConfigRefusals(t *testing.T) {
	for _, c := range []struct {
		name, file, want string
	}{
		{"limit with something behind", "rate-limit: 60,30x", "--rate-limit"},
		{"one limit", "rate-limit: 60", "--rate-limit"},
		{"no limit at all", "rate-limit: 0,0", "--rate-limit"},
		{"level", "log-level: loud", "--log-level"},
		{"address", "public-url: zwfw", "--public-url"},
		{"site", "embed-sites: https://a.cn/x", "--embed-sites"},
		{"proxies", "trusted-proxies: abc", "--trusted-proxies"},
		{"database", "database: mysql://x", "--database"},
		{"unknown name", "listne: x", `"listne"`},
		{"folder in its own file", "data: x", `"data"`},
		{"no YAML", "a: [", "bangban.yaml"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, filepath.Join(dir, "bangban.yaml"), c.file+"\n")
			err := (&Config{Data: dir}).Load(func(string) string { return "" })
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %s", err, c.want)
			}
		})
	}
}

func TestSecretIsMadeOnceAndKept(t *testing.T) {
	dir := t.TempDir()
	c := &Config{Data: dir}
	log := slog.New(slog.DiscardHandler)
	first, err := c.secret(log)
	if err != nil || len(first) != 32 {
		t.Fatal(first, err)
	}
	info, err := os.Stat(filepath.Join(dir, "secret.key"))
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Error(info, err)
	}
	if again, err := c.secret(log); err != nil || !bytes.Equal(first, again) {
		t.Error("another key at the second start", err)
	}
	write(t, filepath.Join(dir, "secret.key"), "cut sh")
	if _, err := c.secret(log); !fault.Is(err, fault.Invalid) {
		t.Error(err)
	}
	if names, err := filepath.Glob(filepath.Join(dir, "*")); err != nil || len(names) != 1 {
		t.Error("left behind:", names, err)
	}
	nowhere := &Config{Data: filepath.Join(dir, "none")}
	if key, err := nowhere.secret(log); err != nil || len(key) != 32 {
		t.Error("a key that cannot be kept must still serve", err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
