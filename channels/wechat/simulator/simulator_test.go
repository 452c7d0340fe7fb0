package simulator

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// clock is a time that tests set.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

const testKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

func testAccount() Account {
	return Account{AppID: "wx0123456789abcdef", Secret: "the-secret", Original: "gh_city", Token: "callback-token", AESKey: testKey,
		Staff: []string{"anna@city"}, Templates: []Template{
			{ID: "cat", Title: "办理进度", Kind: Category, Content: "事项：{{thing1.DATA}}\n状态：{{phrase2.DATA}}"},
			{ID: "old", Title: "旧", Kind: Legacy, Content: "{{first.DATA}}\n事项：{{keyword1.DATA}}\n{{remark.DATA}}"},
			{ID: "once", Title: "一次", Kind: OneTime, Content: "事项：{{thing1.DATA}}"},
			{ID: "long", Title: "长期", Kind: LongTerm, Content: "事项：{{thing1.DATA}}"},
		}}
}

// rig is a simulator with its clock and a client of its interface.
type rig struct {
	*Simulator
	t     testing.TB
	clock *clock
	token string
}

func newRig(t testing.TB, a Account, o Options) *rig {
	t.Helper()
	c := &clock{at: time.Date(2026, 9, 30, 9, 0, 0, 0, china)}
	o.Now = c.now
	s, err := New(a, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	r := &rig{Simulator: s, t: t, clock: c}
	r.renew()
	return r
}

// renew fetches a stable token.
func (r *rig) renew() {
	r.t.Helper()
	got := r.call("/cgi-bin/stable_token", map[string]any{"grant_type": "client_credential", "appid": r.a.AppID, "secret": r.a.Secret})
	r.token, _ = got["access_token"].(string)
}

// call posts JSON, or gets when body is nil; the path may carry a query.
func (r *rig) call(path string, body any) map[string]any {
	r.t.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	default:
		var buf bytes.Buffer
		e := json.NewEncoder(&buf)
		e.SetEscapeHTML(false)
		if err := e.Encode(b); err != nil {
			r.t.Fatal(err)
		}
		raw = buf.Bytes()
	}
	join := "?"
	if strings.Contains(path, "?") {
		join = "&"
	}
	url := r.URL() + path
	if !strings.Contains(path, "access_token=") {
		url += join + "access_token=" + r.token
	}
	method := http.MethodPost
	if body == nil {
		method = http.MethodGet
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(raw))
	if err != nil {
		r.t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, _ := io.ReadAll(resp.Body)
	if resp.StatusCode != http.StatusOK {
		r.t.Fatalf("%s: status %d, want 200 for every errcode", path, resp.StatusCode)
	}
	var out map[string]any
	if err := json.Unmarshal(text, &out); err != nil {
		r.t.Fatalf("%s: %v in %q", path, err, text)
	}
	return out
}

// code is the errcode of a call.
func (r *rig) code(path string, body any) int {
	r.t.Helper()
	n, _ := r.call(path, body)["errcode"].(float64)
	return int(n)
}

const sendPath = "/cgi-bin/message/custom/send"

func text(to, content string) map[string]any {
	return map[string]any{"touser": to, "msgtype": "text", "text": map[string]any{"content": content}}
}

// product starts a callback that answers by a function of the body.
func (r *rig) product(answer func(q *http.Request, body string) string) *httptest.Server {
	p := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		body, _ := io.ReadAll(q.Body)
		_, _ = io.WriteString(w, answer(q, string(body)))
	}))
	r.t.Cleanup(p.Close)
	r.SetCallback(p.URL + "/wechat")
	return p
}

func (r *rig) until(cond func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	if err := r.Until(ctx, cond); err != nil {
		r.t.Fatal(err)
	}
}

func TestNewRefusesAHalfAccount(t *testing.T) {
	for name, change := range map[string]func(*Account){
		"no app id":       func(a *Account) { a.AppID = "" },
		"no secret":       func(a *Account) { a.Secret = "" },
		"no original":     func(a *Account) { a.Original = "" },
		"no token":        func(a *Account) { a.Token = "" },
		"short key":       func(a *Account) { a.AESKey = "abc" },
		"safe, no key":    func(a *Account) { a.Mode, a.AESKey = Safe, "" },
		"key not base64":  func(a *Account) { a.AESKey = strings.Repeat("!", 43) },
		"compat, no key ": func(a *Account) { a.Mode, a.AESKey = Compat, "" },
	} {
		a := testAccount()
		change(&a)
		if s, err := New(a, Options{}); err == nil {
			s.Close()
			t.Errorf("%s: taken", name)
		}
	}
}

func TestUntilEndsWithItsContextAndWithClose(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := r.Until(ctx, func() bool { return false }); err == nil {
		t.Error("a cancelled wait succeeded")
	}
	ended := make(chan error, 1)
	go func() { ended <- r.Until(context.Background(), func() bool { return false }) }()
	r.Close()
	if err := <-ended; err == nil {
		t.Error("a wait outlived the simulator")
	}
}
