package citizen

import (
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/fstest"

	"bangban/knowledge/statute"
	"bangban/server"
	"bangban/store"
)

// testStatutes is a law library of texts of our own making. The clause that the test library cites is in it.
func testStatutes(t testing.TB, db *store.Store) *statute.Service {
	t.Helper()
	file := func(text string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(text)} }
	files := fstest.MapFS{
		"行政法/居民身份证法(2003-06-28).md": file("# 居民身份证法\n\n<!-- INFO END -->\n\n第一条 旧的。\n\n第十一条 旧的补领办法。\n"),
		"行政法/居民身份证法(2011-10-29).md": file("# 居民身份证法\n\n2011年10月29日 全国人民代表大会常务委员会修正\n\n2012年1月1日 施行\n\n<!-- INFO END -->\n\n## 第一章 总则\n\n第一条 为了试验，制定本法。\n\n## 第二章 补领\n\n第十条 先申请。\n\n第十一条 证件丢了的，可以补领。\n\n| 证件 | 几日 |\n| --- | --- |\n| 补领 | 十日 |\n\n第十一条之一 <b>特别</b>的除外。\n"),
		"行政法规/渡口条例(2015-03-01).md":  file("# 渡口条例\n\n2015年3月1日 国务院令第656号公布\n\n<!-- INFO END -->\n\n第一条 渡船每年验一次。\n"),
		"行政法/木船法(1990-01-01).md":    file("# 木船法\n\n<!-- INFO END -->\n\n第一条 木船要漆。\n"),
		"行政法/河船法(2000-01-01).md":    file("# 河船法\n\n<!-- INFO END -->\n\n第一条 河船要登记。《木船法》同时废止。\n"),
	}
	k := statute.New(db.Statutes(), statute.Config{Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() { _ = k.Close() })
	if _, err := k.Import(t.Context(), files, statute.ImportOptions{Actor: "test"}); err != nil {
		t.Fatal(err)
	}
	return k
}

func TestLawAPI(t *testing.T) {
	c := startCity(t, server.Config{})
	id := url.PathEscape("居民身份证法")
	for _, r := range []struct {
		name, path string
		status     int
		has        []string
		not        []string
	}{
		{"list", "/api/v1/laws", 200, []string{`"total":3`, `"title":"渡口条例"`, `"document_no":"国务院令第656号"`, `"state":"in_force"`}, []string{"木船法", "2003-06-28"}},
		{"one level", "/api/v1/laws?level=regulation", 200, []string{`"total":1`}, []string{"身份证"}},
		{"no such level", "/api/v1/laws?level=x", 400, []string{"laws.level"}, nil},
		{"pages", "/api/v1/laws?limit=2", 200, []string{`"cursor":"`}, nil},
		{"bad cursor", "/api/v1/laws?cursor=-", 400, []string{"cursor.invalid"}, nil},
		{"search", "/api/v1/laws?q=" + url.QueryEscape("渡船每年验"), 200, []string{`"label":"第一条"`, `"law":"渡口条例"`, `"total":0`}, nil},
		{"a citation", "/api/v1/laws?q=" + url.QueryEscape("居民身份证法第11条"), 200, []string{`"articles":[{"law":"居民身份证法","version":"2011-10-29"`, `"key":"11"`}, []string{"旧的"}},
		{"with history", "/api/v1/laws?history=true&q=" + url.QueryEscape("旧的补领办法"), 200, []string{`"state":"replaced"`}, nil},
		{"too long", "/api/v1/laws?q=" + url.QueryEscape(strings.Repeat("长", 101)), 400, []string{"query.too_long"}, nil},
		{"law", "/api/v1/laws/" + id, 200, []string{`"begins":"证件丢了的，可以补领。`, `"headings":["第二章 补领"]`, `"effective":"2012-01-01"`, `"id":"居民身份证法@2003-06-28"`}, nil},
		{"old version", "/api/v1/laws/" + id + "@2003-06-28", 200, []string{`"state":"replaced"`, `"replaced_by":"居民身份证法@2011-10-29"`}, nil},
		{"no such law", "/api/v1/laws/x", 404, []string{"law.not_found"}, nil},
		{"article", "/api/v1/laws/" + id + "/11", 200, []string{`"label":"第十一条"`, `"before":{"key":"10"`, `"after":{"key":"11-1","label":"第十一条之一"`}, nil},
		{"article by name", "/api/v1/laws/" + id + "/" + url.PathEscape("第十一条之一"), 200, []string{`"key":"11-1"`, "\"text\":\"<b>特别</b>的除外。\""}, []string{`"after"`}},
		{"no such article", "/api/v1/laws/" + id + "/99", 404, []string{"law.article_not_found"}, nil},
	} {
		t.Run(r.name, func(t *testing.T) {
			res, raw := c.do("GET", r.path, "", nil)
			if res.StatusCode != r.status || !json.Valid(raw) {
				t.Fatalf("%d %s", res.StatusCode, raw)
			}
			has(t, string(raw), r.has, r.not)
		})
	}
}

func has(t *testing.T, body string, wanted, unwanted []string) {
	t.Helper()
	for _, s := range wanted {
		if !strings.Contains(body, s) {
			t.Errorf("no %q", s)
		}
	}
	for _, s := range unwanted {
		if strings.Contains(body, s) {
			t.Errorf("%q stands there", s)
		}
	}
}

func TestLawPages(t *testing.T) {
	address := portalOf(t, nil)
	id := url.PathEscape("居民身份证法")
	for _, r := range []struct {
		name, path string
		status     int
		has, not   []string
	}{
		{"the library", "/laws", 200, []string{"现行有效的 3 部", "渡口条例", "国务院令第656号", `aria-current="page">政策法规`}, []string{"木船法"}},
		{"the tab", "/search?q=" + url.QueryEscape("身份证"), 200, []string{`href="/laws?q=%e8%ba%ab%e4%bb%bd%e8%af%81"`, `aria-current="page">服务与问答`}, nil},
		{"found", "/laws?q=" + url.QueryEscape("居民身份证法第十一条"), 200, []string{"/laws/" + id + "/11", "居民身份证法 第十一条"}, []string{"旧的"}},
		{"nothing found", "/laws?q=" + url.QueryEscape("🦄"), 200, []string{"没有找到"}, nil},
		{"too long", "/laws?q=" + url.QueryEscape(strings.Repeat("长", 101)), 200, []string{"最多 100 个字"}, nil},
		{"the law", "/laws/" + id, 200, []string{"第二章 补领", "各个版本", "2012-01-01", "国家法律法规数据库"}, []string{"已被新版替代。"}},
		{"the article", "/laws/" + id + "/11", 200, []string{"证件丢了的，可以补领。", `<th scope="col">证件</th>`, "<td>十日</td>", "上一条 第十条", "下一条 第十一条之一"}, []string{"state--warn"}},
		{"what is quoted is text", "/laws/" + id + "/11-1", 200, []string{"&lt;b&gt;特别&lt;/b&gt;的除外。"}, nil},
		{"an old article leads to the new one", "/laws/" + id + "@2003-06-28/11", 200, []string{"state--warn", "已被新版替代", `href="/laws/` + id + `/11"`, "看现行版本"}, nil},
		{"a repealed law", "/laws/" + url.PathEscape("木船法"), 200, []string{"已由《河船法》废止"}, nil},
		{"no such law", "/laws/x", 404, nil, nil},
		{"no such article", "/laws/" + id + "/99", 404, nil, nil},
		{"a guide cites the article", "/faq/faq-id-card-photo", 200, []string{`<a href="/laws/` + id + `/11">《居民身份证法》 第十一条</a>`}, nil},
	} {
		t.Run(r.name, func(t *testing.T) {
			res, err := http.Get(address + r.path)
			if err != nil {
				t.Fatal(err)
			}
			defer res.Body.Close()
			raw, err := io.ReadAll(res.Body)
			if err != nil || res.StatusCode != r.status {
				t.Fatalf("%d, %v", res.StatusCode, err)
			}
			has(t, string(raw), r.has, r.not)
		})
	}
}
