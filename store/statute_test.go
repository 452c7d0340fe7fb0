package store_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/knowledge"
	"bangban/knowledge/statute"
	"bangban/nlu"
	"bangban/store"
	"bangban/store/storetest"
)

// The texts are of our own making.
func lawFiles() fstest.MapFS {
	file := func(head, body string) *fstest.MapFile {
		return &fstest.MapFile{Data: []byte(head + "\n\n<!-- INFO END -->\n\n" + body)}
	}
	return fstest.MapFS{
		"行政法/河船登记法(2001-05-01).md": file("# 中华人民共和国河船登记法", "第一条 旧的河船规定。\n\n第二条 旧的罚则。\n"),
		"行政法/河船登记法(2019-10-26).md": file("# 中华人民共和国河船登记法\n\n2019年10月26日 第十三届全国人民代表大会常务委员会第十四次会议修订\n\n2020年1月1日 施行",
			"## 第一章 总则\n\n第一条 河船应当登记。\n\n自受理之日起十五日内发证。\n\n## 第二章 罚则\n\n第十条 没有登记的，罚款二百元。\n\n第十条之一 再犯的，另罚。\n\n第十一条 《中华人民共和国木船法》同时废止。\n"),
		"行政法/河船登记法(2099-01-01).md":  file("# 中华人民共和国河船登记法\n\n2099年7月1日 施行", "第一条 还没有施行。\n"),
		"行政法/木船法(1990-01-01).md":    file("# 中华人民共和国木船法", "第一条 木船要漆。\n"),
		"行政法规/渡口条例(2015-03-01).md":  file("# 渡口条例\n\n2015年3月1日 国务院令第656号公布", "第一条 渡口由镇里管。\n\n第二条 渡船每年验一次。\n"),
		"浙江/杭州市渡船规定(2018-04-16).md": file("# 杭州市渡船规定", "第一条 渡船夜里要点灯。\n"),
	}
}

func openStatutes(t *testing.T, source string, now time.Time) (*store.Store, *statute.Service) {
	t.Helper()
	s, err := store.Open(t.Context(), source, store.Options{Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	k := statute.New(s.Statutes(), statute.Config{Now: func() time.Time { now = now.Add(time.Minute); return now }, Log: slog.New(slog.DiscardHandler),
		Repealed: func() ([]*knowledge.Repealed, string) {
			return []*knowledge.Repealed{{Title: "杭州市渡船规定", Before: "2020-01-01", Reason: "2020 年修订"}}, "1"
		}})
	t.Cleanup(func() { _ = k.Close(); _ = s.Close() })
	return s, k
}

var today = time.Date(2026, 11, 25, 9, 0, 0, 0, time.UTC)

func TestImportLaws(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := t.Context()
		s, k := openStatutes(t, source, today)
		changed := lawFiles()
		changed["行政法规/渡口条例(2015-03-01).md"].Data = append(changed["行政法规/渡口条例(2015-03-01).md"].Data, "\n第三条 渡口夜里不开。\n"...)
		fewer := lawFiles()
		delete(fewer, "浙江/杭州市渡船规定(2018-04-16).md")
		bad := lawFiles()
		bad["行政法/坏(2020-01-01).md"] = &fstest.MapFile{Data: []byte{0xff, 0xff, 0x80}}
		bad["试/木船法(1990-01-01).md"] = &fstest.MapFile{Data: []byte("第一条 另一个样子。")}
		steps := []struct {
			name                                       string
			files                                      fstest.MapFS
			replace, dry                               bool
			added, changed, unchanged, withdrawn, left int
			articles                                   int
		}{
			{"试一遍什么都不写", lawFiles(), true, true, 6, 0, 0, 0, 0, 11},
			{"第一次全是新的", lawFiles(), false, false, 6, 0, 0, 0, 0, 11},
			{"再导一遍什么都不动", lawFiles(), true, false, 0, 0, 6, 0, 0, 11},
			{"改了的才换", changed, false, false, 0, 1, 5, 0, 0, 12},
			{"少了文件不撤下", fewer, false, false, 0, 1, 4, 0, 0, 10},
			{"要求时才撤下", fewer, true, false, 0, 0, 5, 1, 0, 10},
			{"撤下的回来", lawFiles(), false, false, 0, 1, 5, 0, 0, 11},
			{"坏文件不挡别的", bad, false, false, 0, 0, 6, 0, 2, 11},
		}
		for _, c := range steps {
			got, err := k.Import(ctx, c.files, statute.ImportOptions{Actor: "test", Replace: c.replace, DryRun: c.dry})
			if err != nil {
				t.Fatalf("%s: %v", c.name, err)
			}
			if got.Added != c.added || got.Changed != c.changed || got.Unchanged != c.unchanged || got.Withdrawn != c.withdrawn || got.Left != c.left || got.Articles != c.articles {
				t.Errorf("%s: %+v", c.name, got)
			}
		}
		if _, err := k.Import(ctx, fstest.MapFS{"a.txt": {Data: []byte(" ")}}, statute.ImportOptions{Replace: true}); !fault.Is(err, fault.Invalid) {
			t.Errorf("an empty folder: %v", err)
		}
		events, err := s.Events(ctx, 0, 100)
		if err != nil {
			t.Fatal(err)
		}
		count := map[string]int{}
		for _, e := range events {
			count[e.Kind]++
		}
		if count[statute.Saved] != 9 || count[statute.Withdrawn] != 1 || count[statute.Changed] != 5 {
			t.Errorf("events: %v", count)
		}
	})
}

func TestStandings(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := t.Context()
		_, k := openStatutes(t, source, today)
		if _, err := k.Import(ctx, lawFiles(), statute.ImportOptions{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name, id, url string
			state         statute.State
		}{
			{"中华人民共和国河船登记法", "河船登记法@2019-10-26", "/laws/%E6%B2%B3%E8%88%B9%E7%99%BB%E8%AE%B0%E6%B3%95", statute.InForce},
			{"河船登记法@2001-05-01", "河船登记法@2001-05-01", "/laws/%E6%B2%B3%E8%88%B9%E7%99%BB%E8%AE%B0%E6%B3%95@2001-05-01", statute.Replaced},
			{"河船登记法@2099-01-01", "河船登记法@2099-01-01", "/laws/%E6%B2%B3%E8%88%B9%E7%99%BB%E8%AE%B0%E6%B3%95@2099-01-01", statute.Pending},
			{"木船法", "木船法@1990-01-01", "/laws/%E6%9C%A8%E8%88%B9%E6%B3%95", statute.Repealed},
			{"杭州市渡船规定", "杭州市渡船规定@2018-04-16", "/laws/%E6%9D%AD%E5%B7%9E%E5%B8%82%E6%B8%A1%E8%88%B9%E8%A7%84%E5%AE%9A", statute.Replaced},
			{"渡口条例", "渡口条例@2015-03-01", "/laws/%E6%B8%A1%E5%8F%A3%E6%9D%A1%E4%BE%8B", statute.InForce},
		} {
			v, versions, err := k.Law(ctx, c.name)
			if err != nil || v.ID() != c.id || v.State != c.state || v.URL != c.url || len(versions) == 0 {
				t.Errorf("%s: %s %s %s %v", c.name, v.ID(), v.State, v.URL, err)
			}
		}
		if v, _, _ := k.Law(ctx, "木船法"); v.By == nil || v.By.Title != "河船登记法" {
			t.Errorf("木船法 is repealed by %+v", v.By)
		}
		if _, _, err := k.Law(ctx, "没有的法"); !fault.Is(err, fault.NotFound) {
			t.Errorf("没有的法: %v", err)
		}
		if o, err := k.Overview(ctx); err != nil || o.Laws != 2 || o.Articles != 6 || o.Versions != 6 || o.ByLevel[statute.Regulation] != 1 {
			t.Errorf("%+v, %v", o, err)
		}
	})
}

func TestLawArticle(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := t.Context()
		_, k := openStatutes(t, source, today)
		if _, err := k.Import(ctx, lawFiles(), statute.ImportOptions{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
		v, before, at, after, err := k.Article(ctx, "河船登记法", "第十条之一")
		if err != nil || at.Label != "第十条之一" || at.Text != "再犯的，另罚。" || before.Key != "10" || after.Key != "11" || !slices.Equal(at.Headings, []string{"第二章 罚则"}) {
			t.Fatalf("%+v %+v %+v %v", before, at, after, err)
		}
		if v.Effective != "2020-01-01" || v.Issuer != "全国人民代表大会常务委员会" || v.Level != statute.National {
			t.Errorf("%+v", v.Law)
		}
		if _, before, _, _, err := k.Article(ctx, "河船登记法", "1"); err != nil || before != nil {
			t.Errorf("before the first: %v, %v", before, err)
		}
		if _, _, _, _, err := k.Article(ctx, "河船登记法", "第九十条"); !fault.Is(err, fault.NotFound) {
			t.Errorf("第九十条: %v", err)
		}
		if list, err := k.Contents(ctx, v.Law); err != nil || len(list) != 4 || list[0].Text == "" {
			t.Errorf("contents: %d, %v", len(list), err)
		}
		for _, c := range []struct {
			title, article, text string
			ok                   bool
		}{
			{"河船登记法", "第一条", "河船应当登记。\n\n自受理之日起十五日内发证。", true},
			{"河船登记法", "第二条", "", false}, // only the old version has it
			{"木船法", "第一条", "", false},   // repealed
			{"没有的法", "第一条", "", false},
		} {
			url, text, ok := k.Lookup(ctx, c.title, c.article, true)
			if ok != c.ok || text != c.text || ok == (url == "") {
				t.Errorf("%s %s: %q %q %v", c.title, c.article, url, text, ok)
			}
		}
	})
}

func TestSearchLaws(t *testing.T) {
	lexicon, err := nlu.ParseLexicon(nil)
	if err != nil {
		t.Fatal(err)
	}
	u, err := nlu.New(lexicon, nlu.Places{}, nil)
	if err != nil {
		t.Fatal(err)
	}
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := t.Context()
		_, k := openStatutes(t, source, today)
		search := func(q statute.Query) []string {
			t.Helper()
			q.Understanding, q.Limit = u.Understand(q.Text, today), 10
			var out []string
			found, err := k.Search(ctx, q)
			if err != nil {
				t.Fatalf("%s: %v", q.Text, err)
			}
			for _, h := range found.Hits {
				out = append(out, h.ID()+"#"+h.Article.Label)
			}
			return out
		}
		if got := search(statute.Query{Text: "河船"}); got != nil {
			t.Errorf("an empty library finds %v", got)
		}
		if _, err := k.Import(ctx, lawFiles(), statute.ImportOptions{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			name  string
			q     statute.Query
			first string
			none  string // not among the hits
		}{
			{"按内容", statute.Query{Text: "渡船多久验一次"}, "渡口条例@2015-03-01#第二条", ""},
			{"点名到条", statute.Query{Text: "河船登记法第10条"}, "河船登记法@2019-10-26#第十条", ""},
			{"之一", statute.Query{Text: "《河船登记法》第十条之一"}, "河船登记法@2019-10-26#第十条之一", ""},
			{"旧版不在里面", statute.Query{Text: "旧的河船规定"}, "", "河船登记法@2001-05-01#第一条"},
			{"要历史就有", statute.Query{Text: "旧的河船规定", History: true}, "河船登记法@2001-05-01#第一条", ""},
			{"按级别", statute.Query{Text: "渡船", Level: statute.National}, "", "渡口条例@2015-03-01#第二条"},
			{"按名称", statute.Query{Text: "登记几日发证", Law: "河船登记法"}, "河船登记法@2019-10-26#第一条", "渡口条例@2015-03-01#第一条"},
			{"不沾边", statute.Query{Text: "🦄"}, "", ""},
		} {
			got := search(c.q)
			if c.first != "" && (len(got) == 0 || got[0] != c.first) || c.none != "" && slices.Contains(got, c.none) {
				t.Errorf("%s: %v", c.name, got)
			}
		}
		more := lawFiles()
		more["行政法规/船闸条例(2022-01-01).md"] = &fstest.MapFile{Data: []byte("第一条 船闸清晨开。\n")}
		if _, err := k.Import(ctx, more, statute.ImportOptions{Actor: "test"}); err != nil {
			t.Fatal(err)
		}
		for range 200 { // the old index serves until the new one is there
			if got := search(statute.Query{Text: "船闸清晨开"}); len(got) > 0 && strings.HasPrefix(got[0], "船闸条例") {
				return
			}
			if err := k.Settled(ctx); err != nil {
				t.Fatal(err)
			}
		}
		t.Error("the new law is not found")
	})
}

// failing fails on the nth write, as a crash would.
type failing struct {
	statute.Store
	left int
}

func (f *failing) Write(ctx context.Context, changes []statute.Change) error {
	if f.left--; f.left < 0 {
		return errors.New("the power is out")
	}
	return f.Store.Write(ctx, changes)
}

func TestAnImportThatWasStoppedIsFinishedByTheNext(t *testing.T) {
	storetest.Each(t, func(t *testing.T, source string) {
		ctx := t.Context()
		files := fstest.MapFS{}
		for i := range 90 {
			files[fmt.Sprintf("行政法规/试验条例%02d(2020-01-01).md", i)] = &fstest.MapFile{Data: []byte("第一条 试验。\n")}
		}
		s, k := openStatutes(t, source, today)
		broken := statute.New(&failing{s.Statutes(), 2}, statute.Config{Log: slog.New(slog.DiscardHandler)})
		if _, err := broken.Import(ctx, files, statute.ImportOptions{Actor: "test"}); err == nil {
			t.Fatal("no error")
		}
		got, err := k.Import(ctx, files, statute.ImportOptions{Actor: "test"})
		if err != nil || got.Added != 10 || got.Unchanged != 80 {
			t.Errorf("%+v, %v", got, err)
		}
		if mark, err := s.Statutes().Mark(ctx); err != nil || mark == 0 {
			t.Errorf("mark %d, %v", mark, err)
		}
		if err := s.Statutes().Write(ctx, []statute.Change{{Law: &statute.Law{No: 1, Title: "a"}, Articles: []statute.Article{{Key: "1"}, {Key: "2"}}, Events: []event.Event{}}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("two articles in one place: %v", err)
		}
		if list, err := s.Statutes().Between(ctx, 1, 0, 9, false); err != nil || len(list) != 1 {
			t.Errorf("after a failed write: %d articles, %v", len(list), err)
		}
	})
}
