package bangban_test

import (
	"encoding/json"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban"
)

var quiet = slog.New(slog.DiscardHandler)

func configured(t *testing.T, data, embedding string) *bangban.Config {
	t.Helper()
	cfg := &bangban.Config{Data: data, Embedding: embedding, EmbeddingModel: "m"}
	if err := cfg.Load(func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	return cfg
}

func TestEmbeddingSetting(t *testing.T) {
	for value, want := range map[string]string{
		"":                    "",
		"auto":                "",
		"none":                "",
		"e5:/srv/e5.bin":      "",
		"http://embed:8000":   "",
		"https://ai.cn/v1":    "",
		"e5:":                 "is none of auto",
		"e5-small":            "is none of auto",
		"https://":            "must begin with http",
		"http://u:secret@h/x": "must not hold a password",
	} {
		cfg := &bangban.Config{Data: t.TempDir(), Embedding: value, EmbeddingModel: "m"}
		if err := cfg.Load(func(string) string { return "" }); (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", value, err, want)
		}
	}
	cfg := &bangban.Config{Data: t.TempDir(), Embedding: "http://embed:8000"}
	if err := cfg.Load(func(string) string { return "" }); err == nil || !strings.Contains(err.Error(), "--embedding-model") {
		t.Errorf("an endpoint without a model: %v", err)
	}
}

// TestMeaningMayBeMissing has no model, or one that is damaged: the doctor says so.
func TestMeaningMayBeMissing(t *testing.T) {
	damaged := damagedModel(t)
	for _, c := range []struct{ name, embedding, state, says string }{
		{"no model file", "auto", "正常", "没有模型文件"},
		{"none wanted", "none", "正常", "--embedding none"},
		{"a damaged file", "e5:" + damaged, "有问题", "打不开语义模型"},
		{"a file that is not there", "e5:" + damaged + ".not", "有问题", "打不开语义模型"},
	} {
		t.Run(c.name, func(t *testing.T) {
			f := about(t, bangban.Diagnose(t.Context(), configured(t, t.TempDir(), c.embedding), quiet), "语义")
			if f.State != c.state || !strings.Contains(f.What, c.says) || !strings.Contains(f.What, "只按字词") {
				t.Errorf("doctor: %s %s", f.State, f.What)
			}
		})
	}
}

func damagedModel(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "model.bin")
	if err := os.WriteFile(path, []byte("E5S1 and then nothing"), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

// TestADamagedModelIsNoReasonNotToAnswer opens a city all the same.
func TestADamagedModelIsNoReasonNotToAnswer(t *testing.T) {
	t.Parallel()
	city, err := bangban.OpenToAsk(t.Context(), configured(t, t.TempDir(), "e5:"+damagedModel(t)), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	if city.Meaning != nil {
		t.Error("a meaning stage out of nothing")
	}
	if err := city.Embed(t.Context(), nil); err != nil {
		t.Errorf("nothing to embed with: %v", err)
	}
}

func about(t *testing.T, all []bangban.Finding, name string) bangban.Finding {
	t.Helper()
	for _, f := range all {
		if f.Name == name {
			return f
		}
	}
	t.Fatalf("the doctor says nothing of %s", name)
	return bangban.Finding{}
}

// TestMeaningFromAnEndpoint embeds the starter city with a service of letters and finds an entry by its name.
func TestMeaningFromAnEndpoint(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(letters))
	defer s.Close()
	city, err := bangban.OpenToAsk(t.Context(), configured(t, t.TempDir(), s.URL), quiet)
	if err != nil {
		t.Fatal(err)
	}
	defer city.Close()
	if err := city.Embed(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	if whole, total := city.Meaning.Entries(); whole != total || total == 0 {
		t.Errorf("%d of %d entries", whole, total)
	}
	if near, err := city.Meaning.Nearest(t.Context(), []string{"补领居民身份证"}, 3); err != nil || len(near) != 3 || near[0].ID != "id-card-replace" {
		t.Errorf("nearest: %v, %v", near, err)
	}
}

// letters is an embeddings service: a text's vector counts its characters.
func letters(w http.ResponseWriter, r *http.Request) {
	var in struct{ Input []string }
	if err := json.NewDecoder(r.Body).Decode(&in); err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	type datum struct {
		Index     int       `json:"index"`
		Embedding []float32 `json:"embedding"`
	}
	var out struct {
		Data []datum `json:"data"`
	}
	for i, text := range in.Input {
		v := make([]float32, 64)
		for _, r := range text {
			v[(int(r)*31+int(r)>>5)%64]++
		}
		out.Data = append(out.Data, datum{i, v})
	}
	if err := json.NewEncoder(w).Encode(out); err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
	}
}
