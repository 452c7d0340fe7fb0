package nlu

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// lexiconFiles reads the starter city's lexicon.
func lexiconFiles(t testing.TB) map[string][]byte {
	t.Helper()
	paths, err := filepath.Glob("../corpus/lexicon/*.tsv")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no lexicon: %v", err)
	}
	files := map[string][]byte{}
	for _, p := range paths {
		if filepath.Base(p) == "gaps.tsv" { // what the city has no entry for: knowledge reads it
			continue
		}
		b, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(p)] = bytes.ReplaceAll(b, []byte(CityMark), []byte("杭州"))
	}
	return files
}

var (
	sharedOnce sync.Once
	sharedIt   *Understander
)

// starter is one Understander of the starter lexicon for all tests.
func starter(t testing.TB) *Understander {
	t.Helper()
	sharedOnce.Do(func() {
		l, err := ParseLexicon(lexiconFiles(t))
		if err != nil {
			t.Fatal(err)
		}
		sharedIt, err = New(l, testPlaces(), nil)
		if err != nil {
			t.Fatal(err)
		}
	})
	if sharedIt == nil {
		t.Fatal("no understander: see the first test that failed")
	}
	return sharedIt
}

func testPlaces() Places {
	return Places{
		Regions: []Region{
			{Code: "330100", Name: "杭州市", Aliases: []string{"杭州", "杭城"}},
			{Code: "330102", Name: "上城区", Parent: "330100", Former: []string{"江干区"}},
			{Code: "330105", Name: "拱墅区", Parent: "330100", Former: []string{"下城区"}},
			{Code: "330106", Name: "西湖区", Parent: "330100"},
			{Code: "330108", Name: "滨江区", Parent: "330100", Aliases: []string{"高新区"}},
			{Code: "330109", Name: "萧山区", Parent: "330100"},
			{Code: "330110", Name: "余杭区", Parent: "330100", Aliases: []string{"未来科技城"}},
			{Code: "330113", Name: "临平区", Parent: "330100"},
			{Code: "330114", Name: "钱塘区", Parent: "330100", Aliases: []string{"下沙"}, Former: []string{"大江东", "江干区"}},
			{Code: "330127", Name: "淳安县", Parent: "330100", Aliases: []string{"千岛湖"}},
			{Code: "330182", Name: "建德市", Parent: "330100"},
			{Code: "330106003", Name: "翠苑街道", Parent: "330106"},
			{Code: "330113005", Name: "塘栖镇", Parent: "330113"},
			{Code: "330109030", Name: "南阳街道", Parent: "330109"},
			{Code: "330114009", Name: "前进街道", Parent: "330114"},
			{Code: "330182105", Name: "乾潭镇", Parent: "330182"},
		},
		Points: []Point{{ID: "hall-city", Name: "杭州市政务服务中心", Aliases: []string{"市民之家", "市民中心"}, Region: "330102"}},
	}
}

// now is a Tuesday afternoon.
var testNow = time.Date(2026, 11, 24, 15, 0, 0, 0, china)

func BenchmarkUnderstand(b *testing.B) {
	u := starter(b)
	long := strings.Repeat("我是外地户口,在杭州交了三年社保,孩子今年要上小学了,去街道问过两次都说材料不齐。", 50)
	for name, text := range map[string]string{
		"20":   "你好，我身份证丢了要怎么补办啊要带什么",
		"2000": string([]rune(long)[:2000]),
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				u.Understand(text, testNow)
			}
		})
	}
}

func BenchmarkWords(b *testing.B) {
	u := starter(b)
	text := strings.Repeat("公民应当自年满十六周岁之日起三个月内，向常住户口所在地的公安机关申请领取居民身份证。", 20)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		u.Words(text)
	}
}
