package citizen

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"bangban/channels/portal"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/kernel/fault"
	"bangban/server"
	"bangban/store"
	"bangban/web"
)

// fullDisk answers and keeps nothing.
type fullDisk struct{ Conversation }

func (fullDisk) Receive(context.Context, message.Inbound) (*conversation.Receipt, error) {
	return &conversation.Receipt{Reply: &message.Reply{Kind: message.Smalltalk, Text: "您好"}}, nil
}

// portalOf serves the pages over a real store, and returns their address. wrap may put something before the conversations.
func portalOf(t *testing.T, wrap func(Conversation) Conversation) string {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	lib := testLibrary()
	r, err := portal.New(portal.Site{Name: "站", Mark: "帮"}, web.Templates, &portal.Assets{}, cityTime)
	if err != nil {
		t.Fatal(err)
	}
	s, err := server.New(server.Config{NoLimits: true}, server.Services{ErrorPage: ProblemPage(r)})
	if err != nil {
		t.Fatal(err)
	}
	var talks Conversation = conversation.New(db.Conversations(), parrot{lib}, conversation.Config{Sentences: promiseWords})
	if wrap != nil {
		talks = wrap(talks)
	}
	pages := &Pages{Renderer: r, Services: Services{Promises: promises(t, db), Conversation: talks, Live: server.NewLive(db, nil), Knowledge: func() Knowledge { return Knowledge{lib, byTitle{lib}, asTyped{}} }, Statutes: testStatutes(t, db),
		Now: func() time.Time { return time.Date(2026, 11, 24, 10, 0, 0, 0, cityTime) }}}
	pages.Routes(s)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	served := make(chan error, 1)
	go func() { served <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop, done := context.WithTimeout(context.Background(), 5*time.Second)
		defer done()
		err := s.Shutdown(stop)
		cancel()
		if err = errors.Join(err, <-served, db.Close()); err != nil {
			t.Error(err)
		}
	})
	return "http://" + listener.Addr().String()
}

// browser keeps cookies as one does, and never follows a redirect.
type browser struct {
	t       *testing.T
	base    string
	cookies map[string]string
}

func (b *browser) send(method, path string, form url.Values, header map[string]string) (*http.Response, string) {
	b.t.Helper()
	req, err := http.NewRequest(method, b.base+path, strings.NewReader(form.Encode()))
	if err != nil {
		b.t.Fatal(err)
	}
	req.Header.Set("Accept", "text/html")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	if method == http.MethodPost {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	for k, v := range b.cookies {
		req.AddCookie(&http.Cookie{Name: k, Value: v})
	}
	res, err := http.DefaultTransport.RoundTrip(req)
	if err != nil {
		b.t.Fatal(err)
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		b.t.Fatal(err)
	}
	for _, c := range res.Cookies() {
		b.cookies[c.Name] = c.Value
	}
	return res, string(body)
}

func visitor(t *testing.T, base string) *browser { return &browser{t, base, map[string]string{}} }

func TestPagesAreServed(t *testing.T) {
	b := visitor(t, portalOf(t, nil))
	for _, c := range []struct {
		path   string
		status int
		want   string
	}{
		{"/", 200, "补领身份证怎么办"}, {"/chat", 200, "转人工"}, {"/items", 200, "共 3 项"}, {"/topics/090", 200, "临时居民身份证办理"}, {"/topics/no", 404, "没有这个页面"},
		{"/items/id-card-replace", 200, "40 元"}, {"/items/id-card-replace?situation=lost", 200, "丢失"},
		{"/items/agents-only", 404, "没有找到"}, {"/items/expired", 404, "没有找到"}, {"/items/none", 404, "没有找到"},
		{"/faq/faq-id-card-photo", 200, "现场拍。"}, {"/faq/none", 404, ""}, {"/life-events", 200, "新生儿出生"}, {"/life-events/newborn", 200, "居民身份证丢失补领"}, {"/life-events/none", 404, ""},
		{"/points", 200, "市政务服务中心"}, {"/points?region=西湖", 200, "西湖区"}, {"/points?item=id-card-replace", 200, "能办"}, {"/points?region=nowhere", 200, "全市"},
		{"/search?q=身份证", 200, "<mark>身份证</mark>"}, {"/search?q=" + strings.Repeat("问", 101), 200, "最多 100 个字"}, {"/search", 200, "找一找"},
		{"/answers", 200, "查一查"}, {"/answers?no=A12", 404, "没有查到"}, {"/answers/A123456789", 404, "没有查到"},
		{"/sitemap", 200, "证件办理"}, {"/about", 200, "关于我们"}, {"/privacy", 200, "隐私"}, {"/accessibility", 200, "无障碍"}, {"/dev/gallery", 200, "组件一览"}, {"/none", 404, "没有这个页面"},
	} {
		path, query, _ := strings.Cut(c.path, "?")
		name, value, _ := strings.Cut(query, "=")
		if query != "" {
			path += "?" + url.Values{name: {value}}.Encode()
		}
		res, body := b.send("GET", path, nil, nil)
		if res.StatusCode != c.status || !strings.Contains(body, c.want) {
			t.Errorf("%s: status %d, want %d with %q", c.path, res.StatusCode, c.status, c.want)
		}
		if strings.Contains(body, "内部口径") || strings.Contains(body, "旧办法") {
			t.Errorf("%s shows what citizens may not see", c.path)
		}
	}
}

var turnID = regexp.MustCompile(`id="t-([0-9a-f-]{36})"`)

func TestTalkWithoutScript(t *testing.T) {
	b := visitor(t, portalOf(t, nil))
	_, page := b.send("GET", "/chat", nil, nil)
	key := regexp.MustCompile(`name="key" value="([^"]+)"`).FindStringSubmatch(page)[1]
	res, _ := b.send("POST", "/chat", url.Values{"text": {"补领身份证怎么办"}, "key": {key}}, nil)
	if res.StatusCode != 303 || !strings.HasPrefix(res.Header.Get("Location"), "/chat#t-") || b.cookies[server.TalkCookie] == "" {
		t.Fatalf("status %d, location %q", res.StatusCode, res.Header.Get("Location"))
	}
	// Another button of the same page is another question; the same one again is not.
	b.send("POST", "/chat", url.Values{"choice": {"id-card-temporary\t临时身份证"}, "key": {key}}, nil)
	b.send("POST", "/chat", url.Values{"choice": {"id-card-temporary\t临时身份证"}, "key": {key}}, nil)
	_, page = b.send("GET", "/chat", nil, nil)
	if n := strings.Count(page, "turn--citizen"); n != 2 {
		t.Errorf("%d turns of the citizen, want 2", n)
	}
	ids := turnID.FindAllStringSubmatch(page, -1)
	reply := ids[1][1]
	res, _ = b.send("POST", "/chat/feedback", url.Values{"turn": {reply}, "vote": {"unclear"}}, nil)
	_, page = b.send("GET", strings.SplitN(res.Header.Get("Location"), "#", 2)[0], nil, nil)
	if !strings.Contains(page, "已记下“没用”：看不懂") {
		t.Error("the vote is not shown")
	}
	if res, _ := b.send("POST", "/chat/feedback", url.Values{"turn": {reply}, "vote": {"bad"}}, nil); res.StatusCode != 400 {
		t.Errorf("a vote that is none: status %d", res.StatusCode)
	}
	number := regexp.MustCompile(`/answers/(A\d{9})`).FindStringSubmatch(page)[1]
	_, given := visitor(t, b.base).send("GET", "/answers/"+number, nil, nil)
	if !strings.Contains(given, "可以申请补领新证") || strings.Contains(given, "补领身份证怎么办") {
		t.Error("the answer by number is not the answer alone")
	}
}

func TestRefusedWordsStayInTheField(t *testing.T) {
	b := visitor(t, portalOf(t, nil))
	long := strings.Repeat("问", conversation.MaxText+1)
	res, page := b.send("POST", "/chat", url.Values{"text": {long}}, nil)
	if res.StatusCode != 413 || !strings.Contains(page, long+"</textarea>") || !strings.Contains(page, `role="alert"`) {
		t.Errorf("status %d", res.StatusCode)
	}
	res, _ = b.send("POST", "/chat", url.Values{"text": {long}}, map[string]string{"Bangban-Fragment": "1", "Accept": "application/json"})
	if res.StatusCode != 413 || !strings.HasPrefix(res.Header.Get("Content-Type"), "application/problem+json") {
		t.Errorf("fragment: status %d, %s", res.StatusCode, res.Header.Get("Content-Type"))
	}
	if res, _ := b.send("POST", "/chat", url.Values{"text": {""}}, nil); res.StatusCode != 400 {
		t.Errorf("no words: status %d", res.StatusCode)
	}
	if res, _ := b.send("POST", "/chat", url.Values{"text": {"您好"}}, map[string]string{"Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 {
		t.Errorf("from another site: status %d", res.StatusCode)
	}
}

func TestFragmentsOfTheLiveChat(t *testing.T) {
	b := visitor(t, portalOf(t, nil))
	live := map[string]string{"Bangban-Fragment": "1", "Accept": "application/json"}
	res, turns := b.send("POST", "/chat", url.Values{"text": {"<b>补领身份证</b>"}, "key": {"0123456789abcdef"}}, live)
	if res.StatusCode != 200 || strings.Contains(turns, "<html") || strings.Count(turns, "<article") != 2 || strings.Contains(turns, "<b>补") {
		t.Errorf("status %d: %s", res.StatusCode, turns)
	}
	if res.Header.Get("Bangban-Conversation") != "" {
		t.Error("a page of ours needs no token that scripts can read")
	}
	_, again := b.send("POST", "/chat", url.Values{"text": {"<b>补领身份证</b>"}, "key": {"0123456789abcdef"}}, live)
	if turnID.FindString(again) != turnID.FindString(turns) {
		t.Error("the same key got another turn")
	}
	_, feedback := b.send("POST", "/chat/feedback", url.Values{"turn": {turnID.FindAllStringSubmatch(turns, -1)[1][1]}, "vote": {"useful"}}, live) // the question's, then the answer's
	if !strings.Contains(feedback, "谢谢") {
		t.Error(feedback)
	}
	// In another site's frame the proof travels in a header instead of the cookie.
	framed := visitor(t, b.base)
	res, _ = framed.send("POST", "/chat", url.Values{"text": {"补领身份证"}, "embed": {"1"}}, live)
	proof := res.Header.Get("Bangban-Conversation")
	framed.cookies = map[string]string{}
	res, _ = framed.send("POST", "/chat", url.Values{"text": {"补领身份证"}, "embed": {"1"}}, map[string]string{"Bangban-Fragment": "1", "Bangban-Conversation": proof})
	if id, _, _ := strings.Cut(proof, "."); id == "" || res.Header.Get("Bangban-Conversation-Id") != id {
		t.Errorf("the framed talk is lost: %q", proof)
	}
}

func TestACookieThatProvesNothingStartsANewTalk(t *testing.T) {
	b := visitor(t, portalOf(t, nil))
	b.cookies[server.TalkCookie] = "01900000-0000-7000-8000-000000000000.wrong"
	if res, page := b.send("GET", "/chat", nil, nil); res.StatusCode != 200 || strings.Contains(page, "turn--citizen") {
		t.Errorf("status %d", res.StatusCode)
	}
	if res, _ := b.send("POST", "/chat", url.Values{"text": {"您好"}}, nil); res.StatusCode != 303 {
		t.Errorf("status %d", res.StatusCode)
	}
	if strings.HasPrefix(b.cookies[server.TalkCookie], "01900000-0000-7000-8000-000000000000") {
		t.Error("the cookie stays")
	}
}

func TestFullDiskStillAnswers(t *testing.T) {
	b := visitor(t, portalOf(t, func(c Conversation) Conversation { return fullDisk{c} }))
	res, page := b.send("POST", "/chat", url.Values{"text": {"您好"}}, nil)
	if res.StatusCode != 200 || !strings.Contains(page, "暂时存不下") || !strings.Contains(page, "<html") {
		t.Errorf("status %d", res.StatusCode)
	}
}

// brokenStore fails as a store does that is away.
type brokenStore struct{ Conversation }

func (brokenStore) Receive(context.Context, message.Inbound) (*conversation.Receipt, error) {
	return nil, fault.New(fault.Unavailable, "store.away")
}

func TestTroubleKeepsTheWords(t *testing.T) {
	b := visitor(t, portalOf(t, func(c Conversation) Conversation { return brokenStore{c} }))
	res, page := b.send("POST", "/chat", url.Values{"text": {"我写了很久"}}, nil)
	if res.StatusCode != 503 || !strings.Contains(page, "我写了很久</textarea>") {
		t.Errorf("status %d", res.StatusCode)
	}
}

func TestLooksAreKept(t *testing.T) {
	b := visitor(t, portalOf(t, nil))
	_, page := b.send("GET", "/about?elder=1&theme=contrast&pointer=1", nil, nil)
	for _, want := range []string{`data-size="elder"`, `data-theme="contrast"`, `data-pointer="large"`} {
		if !strings.Contains(page, want) {
			t.Errorf("no %s", want)
		}
	}
	if _, page = b.send("GET", "/chat", nil, nil); !strings.Contains(page, `data-size="elder"`) {
		t.Error("elder mode is not kept")
	}
	b.cookies["bb_theme"] = "<purple>"
	if _, page = b.send("GET", "/about", nil, nil); strings.Contains(page, "purple") {
		t.Error("a cookie became markup")
	}
	if _, page = b.send("GET", "/about?reset=1", nil, nil); strings.Contains(page, "data-size") {
		t.Error("还原 leaves something")
	}
	if b.cookies["bb_elder"] != "" {
		t.Error("the cookie stays")
	}
}
