package portal

import (
	"bytes"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"bangban/city/org"
	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/web"
)

var update = flag.Bool("update", false, "write the golden files anew")

var china = time.FixedZone("CST", 8*3600)

func renderer(t testing.TB) *Renderer {
	t.Helper()
	assets := &Assets{names: map[string]string{"portal.css": "a/portal.css", "portal.js": "a/portal.js", "chat.js": "a/chat.js", "icons.svg": "a/icons.svg", "mark.svg": "a/mark.svg"}}
	r, err := New(Site{Name: "杭州市智能客服", Mark: "帮", Sponsor: "市政务服务中心", Hotline: "12345"}, web.Templates, assets, china)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s has changed; look at it and run go test -update\ngot:\n%s", path, got)
	}
}

func TestTurnsAreGolden(t *testing.T) {
	r := renderer(t)
	v := View{Path: "/chat", FormToken: "token", Key: "key"}
	for _, g := range Gallery().Groups {
		var b bytes.Buffer
		if err := r.Turns(&b, v, g.Turns); err != nil {
			t.Fatal(err)
		}
		golden(t, g.Turns[0].ID+".html", b.Bytes())
	}
}

const evil = `<script>alert(1)</script><img src=x onerror=alert(1)>"'javascript:alert(1)`

// Every text of a reply is other people's words: none of it may become markup.
func TestRepliesAreEscaped(t *testing.T) {
	reply := message.Reply{Kind: message.Answer, AnswerNo: "A482107326", Text: evil, Voice: evil,
		Card: &message.Card{Title: evil, Conclusion: evil, Key: evil, Notice: evil, Fields: []message.Field{{Label: evil, Value: evil, Note: evil}, {Attribute: "phone", Label: evil, Value: evil}},
			Materials: []message.CardMaterial{{Name: evil, Note: evil}}, Steps: []string{evil}, Places: []message.CardPlace{{Name: evil, Address: evil, Hours: evil, Phone: evil, Note: evil}},
			Actions: []message.Action{{Label: evil, URL: "javascript:alert(1)", Main: true}, {Label: evil, Ask: evil}}},
		Citations: []message.Citation{{Title: evil, Issuer: evil, UpdatedAt: evil, URL: "javascript:alert(1)", Basis: []message.Basis{{Title: evil, DocumentNo: evil, Article: evil, URL: "data:text/html,x"}}}},
		Options:   []message.Option{{Label: evil, Value: evil}}, Suggestions: []string{evil}}
	turns := []Turn{{ID: evil, Speaker: Citizen, Text: evil}, {ID: evil, Speaker: Machine, Text: evil, Reply: &reply, Chosen: evil},
		{ID: "p", Speaker: Person, Label: evil, Text: evil}, {ID: "s", Speaker: System, Text: evil}}
	var b bytes.Buffer
	if err := renderer(t).Turns(&b, View{Path: evil, FormToken: evil, Key: evil}, turns); err != nil {
		t.Fatal(err)
	}
	harmless(t, b.String())
}

var (
	markup  = regexp.MustCompile(`<[a-zA-Z][^>]*>`)
	quoted  = regexp.MustCompile(`="[^"]*"`)
	harmful = regexp.MustCompile(`^<(script|img|iframe|object|embed|base)\b|\s(on\w+|style|srcdoc)\b`)
	address = regexp.MustCompile(`\s(href|src|action|formaction)="\s*(javascript|data|vbscript):`)
)

// harm lists the tags that a text has become. Texts are escaped, so no tag holds a ">" of theirs.
func harm(html string) []string {
	var out []string
	for _, tag := range markup.FindAllString(html, -1) {
		if harmful.MatchString(quoted.ReplaceAllString(tag, "")) || address.MatchString(tag) {
			out = append(out, tag)
		}
	}
	return out
}

func harmless(t *testing.T, html string) {
	t.Helper()
	for _, tag := range harm(html) {
		t.Errorf("a text became markup: %s", tag)
	}
}

func TestHarmIsFound(t *testing.T) {
	for _, bad := range []string{`<script>`, `<p onclick="x">`, `<a href="javascript:x">`, `<b style="x">`} {
		if harm(bad) == nil {
			t.Errorf("%s passes", bad)
		}
	}
}

func TestPages(t *testing.T) {
	r := renderer(t)
	resolve := func(b knowledge.Basis) (message.Basis, bool) {
		return message.Basis{Title: "居民身份证法", Article: string(b)}, b != "unknown"
	}
	item := &knowledge.Item{ID: "id-card-replace", Name: "居民身份证丢失补领", Short: "补领身份证", Summary: &knowledge.Fact{Text: "丢了可以补。", By: []knowledge.Basis{"第一条"}},
		Details: knowledge.Details{Statutory: &knowledge.Limit{N: 60, Unit: "day", Does: "发证", From: "自交表之日起", By: []knowledge.Basis{"第二条", "第一条"}},
			Fees: []knowledge.Fee{{Name: "工本费", Yuan: "40", Per: "每证", By: []knowledge.Basis{"unknown"}}}, Materials: []knowledge.Material{{Name: "户口簿", Form: "original", Note: "窗口看原件。"}, {Name: "登记表"}},
			Phones: []knowledge.Phone{{Number: "0571-87280185", For: "咨询"}}, Online: &knowledge.Online{Text: "可以查", Entrances: []knowledge.Entrance{{Name: "政务网", URL: "https://www.example.gov.cn"}}}},
		Situations: []knowledge.Situation{{ID: "broken", Name: "损坏", Details: knowledge.Details{Fees: []knowledge.Fee{{Name: "工本费", Yuan: "20"}}}}}, Updated: "2026-11-24"}
	event := &knowledge.LifeEvent{ID: "baby", Name: "新生儿出生", Items: []knowledge.ItemID{"id-card-replace", "gone"}, Updated: "2026-11-24"}
	link := func(id knowledge.ItemID) (Link, bool) {
		return Link{Label: item.Name, URL: "/items/" + string(id)}, id == item.ID
	}
	hotlines := []org.Hotline{{Number: "12345", Name: "便民热线", For: "不急的事", Hours: "24 小时"}}
	cases := []struct {
		page  Page
		wants []string
		nots  []string
	}{
		{Page{Body: HomePage{Hot: []string{"身份证丢了怎么补"}, Topics: Topics(map[string]int{"090": 3}), Hotlines: hotlines}}, []string{"您想办什么事", "证件办理", "3 项", `href="tel:12345"`, "（待填写：政府网站标识码）"}, nil},
		{Page{Body: ChatPage{Greeting: "您好", Examples: []string{"一", "二", "三"}, Limit: 2000, Draft: evil, Problem: "太长了"}}, []string{`role="log"`, "转人工", "太长了", `aria-invalid="true"`}, []string{`class="foot"`}},
		{Page{Title: item.Name, Body: Guide(item, "", "市公安局", resolve)}, []string{"60 日内发证", "自交表之日起", "40 元/证", "原件；窗口看原件", "0571-8728 0185", "第二条", "（将离开本站）", `aria-current="true"`}, []string{"unknown"}},
		{Page{Title: item.Name, Body: Guide(item, "broken", "市公安局", resolve)}, []string{"20 元", "60 日内发证"}, []string{"40 元"}},
		{Page{Title: "新生儿出生", Body: Bundle(event, link, resolve)}, []string{item.Name}, []string{"gone"}},
		{Page{Title: "问", Body: Question(&knowledge.FAQ{Question: "问什么", Answer: []knowledge.Fact{{Text: "答什么", By: []knowledge.Basis{"第三条"}}}, Kind: "notice", Checking: true}, "市民政局", resolve)}, []string{"答什么", "公告", "正在核对"}, nil},
		{Page{Body: SearchPage{Q: evil}}, []string{"没有找到"}, nil},
		{Page{Body: SearchPage{Q: "居住证", Hits: []Hit{{Kind: "办事指南", URL: "/items/x", Title: Mark("居住证办理", []string{"居住证"}), Text: Mark(evil, []string{"script"})}}}}, []string{"<mark>居住证</mark>办理"}, nil},
		{Page{Body: PointsPage{Regions: []RegionLink{{Name: "全市", URL: "/points", Current: true}}, Points: []Point{{ID: "p", Name: evil, Address: evil, Phone: "12345"}}, Hotlines: hotlines}}, []string{"全市"}, nil},
		{Page{Body: PointsPage{}}, []string{"还没有核对好"}, nil},
		{Page{Body: TopicPage{Topic: Topic{Name: "证件办理"}}}, []string{"这里还没有内容"}, nil},
		{Page{Body: AnswersPage{No: evil, Problem: "没有查到。"}}, []string{"没有查到。", `role="alert"`}, nil},
		{Page{Body: ErrorPage{404, "没有这个页面", evil}}, []string{"404", "没有这个页面"}, nil},
		{Page{Body: Gallery()}, []string{"组件一览"}, nil},
	}
	for _, c := range cases {
		c.page.View = View{Path: "/x?q=1&elder=1", FormToken: "token"}
		var b bytes.Buffer
		if err := r.Render(&b, c.page); err != nil {
			t.Errorf("%T: %v", c.page.Body, err)
			continue
		}
		html := strings.ReplaceAll(b.String(), `<script type="module" src="/a/`, "")
		harmless(t, html)
		for _, want := range c.wants {
			if !strings.Contains(html, want) {
				t.Errorf("%T: no %q", c.page.Body, want)
			}
		}
		for _, not := range c.nots {
			if strings.Contains(html, not) {
				t.Errorf("%T: %q should not be there", c.page.Body, not)
			}
		}
	}
	for _, name := range []string{"about", "privacy", "accessibility"} {
		if err := r.Render(&bytes.Buffer{}, Page{Title: name, Body: TextPage{name}}); err != nil {
			t.Error(err)
		}
	}
}

func TestLooksAreOnTheRootElement(t *testing.T) {
	var b bytes.Buffer
	page := Page{View: View{Path: "/about", Theme: "contrast", Elder: true, Pointer: true}, Body: TextPage{"about"}}
	if err := renderer(t).Render(&b, page); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`data-theme="contrast"`, `data-size="elder"`, `data-pointer="large"`, `href="/about?elder=0"`, `href="/about?theme=auto"`, `href="/about?reset=1"`} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %s", want)
		}
	}
}

func TestTimesOncePerFiveMinutes(t *testing.T) {
	at := time.Date(2026, 11, 3, 10, 0, 0, 0, china)
	turns := []Turn{{At: at}, {At: at.Add(4 * time.Minute)}, {At: at.Add(5 * time.Minute)}, {}, {At: at.Add(9 * time.Minute)}}
	Times(turns)
	for i, want := range []bool{true, false, true, false, false} {
		if turns[i].ShowTime != want {
			t.Errorf("turn %d shows its time: %v", i, turns[i].ShowTime)
		}
	}
}

func TestAssets(t *testing.T) {
	if _, err := ReadAssets(fstest.MapFS{}); !errors.Is(err, ErrNotBuilt) {
		t.Errorf("without a build: %v", err)
	}
	a, err := ReadAssets(fstest.MapFS{"assets.json": {Data: []byte(`{"portal.css":"a/portal-abc.css"}`)}})
	if err != nil || a.URL("portal.css") != "/a/portal-abc.css" || a.URL("other") != "" || !a.Built() {
		t.Errorf("%v, %q", err, a.URL("portal.css"))
	}
	if _, err := ReadAssets(fstest.MapFS{"assets.json": {Data: []byte(`{`)}}); err == nil || errors.Is(err, ErrNotBuilt) {
		t.Errorf("broken list: %v", err)
	}
	// Without a build the pages are plain, and say why.
	r, err := New(Site{Name: "站"}, web.Templates, &Assets{}, china)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := r.Render(&b, Page{View: View{Path: "/"}, Body: HomePage{}}); err != nil || !strings.Contains(b.String(), "请先运行 make web") {
		t.Errorf("%v", err)
	}
}
