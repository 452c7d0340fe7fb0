package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"bangban"
	"bangban/channels/wechat/simulator"
)

// inOrder looks for words one after the other.
func inOrder(t *testing.T, text string, words ...string) {
	t.Helper()
	rest := text
	for _, w := range words {
		_, after, found := strings.Cut(rest, w)
		if !found {
			t.Fatalf("%q is missing, or too early, in\n%s", w, text)
		}
		rest = after
	}
}

// The trial of docs/wechat.md, from following to the promise, through real signatures and encryption; then what time does to it.
func TestTrialFromFollowingToThePromise(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir()) // its log stays
	picture := filepath.Join(t.TempDir(), "a.jpg")
	if err := os.WriteFile(picture, []byte("no picture"), 0o600); err != nil {
		t.Fatal(err)
	}
	lines := []string{"没有关注就说话", "/follow", "营业执照怎么办", "/9", "/1", "/scan guide:company-register", "/place 浙江省杭州市西湖区文三路", "/image " + picture, "/file nowhere",
		"/menu", "/menu 1.1", "/menu 9.9", "/menu 3.1", "/window", "/wait soon", "/wait 50h", "/window", "转人工", "/unfollow", "还在吗", "/nonsense", "/quit", "后面的不读"}
	env := map[string]string{"BANGBAN_DATA": t.TempDir()}
	status, said := with(env, strings.Join(lines, "\n"), "wechat", "simulate")
	if status != 0 {
		t.Fatal(status, said)
	}
	inOrder(t, said, "回调已通过验证", "（没有发出", "我：/follow", "24 小时在线", "我：营业执照怎么办", "/1 开公司", "没有第 9 个选项", "我：/1", "来源：", "智能客服答复 · 编号 A",
		"我：/scan", "编号 A", "我：/place", "帮办", "我：/image", "帮办", "我：/file", "读不到这个文件", "我：/menu", "1.1 办事指南", "打开网页 http://127.0.0.1", "菜单里没有 9.9",
		"我：/menu 3.1", "编号 P", "查询码", "还能主动收", "写成 /wait", "过了 50h", "不能主动发", "我：转人工", "编号 P", "我：还在吗", "（没有发出", "直接打字就是发消息")
	if strings.Contains(said, "后面的不读") || strings.Contains(said, "没有好好答复") || strings.Contains(said, simulator.Trouble) {
		t.Error(said)
	}
	if list, err := os.ReadDir(env["BANGBAN_DATA"]); err != nil || len(list) != 0 {
		t.Errorf("the trial has left %v in the city's data folder", list)
	}
}

// A trial can play the platform to a service that runs already; the same follower comes back, and their messages are new ones.
func TestTrialBesideARunningService(t *testing.T) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	base := "http://" + free.Addr().String()
	if err := free.Close(); err != nil {
		t.Fatal(err)
	}
	env := map[string]string{"BANGBAN_WECHAT_APPID": "wx0123456789abcdef", "BANGBAN_WECHAT_SECRET": "s", "BANGBAN_WECHAT_TOKEN": "token", "BANGBAN_WECHAT_AES_KEY": wechatKey,
		"BANGBAN_WECHAT_API_BASE": base, "BANGBAN_DATA": t.TempDir(), "BANGBAN_EMBEDDING": "none"}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	service := "http://" + listener.Addr().String()
	cfg := &bangban.Config{PublicURL: service}
	if err := cfg.Load(func(name string) string { return env[name] }); err != nil {
		t.Fatal(err)
	}
	city, err := bangban.Open(t.Context(), cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- city.Serve(ctx, listener) }()
	defer func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := city.Close(); err != nil {
			t.Error(err)
		}
	}()
	for _, round := range []string{"身份证丢了怎么补办", "办事大厅在哪里"} {
		status, said := with(env, "/follow\n"+round+"\n/wait 1h\n", "wechat", "simulate", "--service", service, "--as", "old-friend")
		if status != 0 {
			t.Fatal(status, said)
		}
		inOrder(t, said, "关注者：old-friend", "24 小时在线", "我："+round, "帮办（", "不能拨它的时钟")
		if round == "办事大厅在哪里" && strings.Contains(said, "60 日") {
			t.Errorf("the second trial got an answer of the first: %s", said)
		}
	}
	for name, c := range map[string]struct{ env, value, want string }{
		"another token":     {"BANGBAN_WECHAT_TOKEN", "wrong", "没有通过回调验证"},
		"WeChat itself":     {"BANGBAN_WECHAT_API_BASE", "https://api.weixin.qq.com", "只在本机上"},
		"no base":           {"BANGBAN_WECHAT_API_BASE", "", "只在本机上"},
		"nothing is set":    {"BANGBAN_WECHAT_APPID", "", "没有配置公众号"},
		"an address in use": {"BANGBAN_WECHAT_API_BASE", service, "没有启动"},
	} {
		other := map[string]string{}
		for k, v := range env {
			other[k] = v
		}
		other[c.env] = c.value
		if status, said := with(other, "", "wechat", "simulate", "--service", service); status != 1 || !strings.Contains(said, c.want) {
			t.Errorf("%s: %d %s", name, status, said)
		}
	}
}

// screen is what a terminal shows.
type screen struct {
	mu      sync.Mutex
	b       bytes.Buffer
	written chan struct{}
}

func (s *screen) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	select {
	case s.written <- struct{}{}:
	default:
	}
	return s.b.Write(p)
}

func (s *screen) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

// until waits for words.
func (s *screen) until(ctx context.Context, words string) bool {
	for !strings.Contains(s.String(), words) {
		select {
		case <-s.written:
		case <-ctx.Done():
			return false
		}
	}
	return true
}

// What comes late is shown when it comes, without anything being typed.
func TestLateMessagesAreShownAsTheyCome(t *testing.T) {
	product := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "success") }))
	defer product.Close()
	sim, err := simulator.New(simulator.Account{AppID: "wx1", Secret: "s", Original: "gh_1", Token: "t"}, simulator.Options{Callback: product.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer sim.Close()
	out := &screen{written: make(chan struct{}, 1)}
	p := &phone{trial: &trial{sim: sim}, openid: "o1", out: out, watched: true}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	watched := make(chan struct{})
	go func() { defer close(watched); p.watch(ctx) }()
	p.do(ctx, "/follow")
	call := func(path, body string) (answer map[string]any) {
		t.Helper()
		res, err := http.Post(sim.URL()+path, "application/json", strings.NewReader(body)) //nolint:noctx // a short test
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		return answer
	}
	token := call("/cgi-bin/stable_token", `{"grant_type":"client_credential","appid":"wx1","secret":"s"}`)["access_token"]
	call(fmt.Sprint("/cgi-bin/message/custom/send?access_token=", token), `{"touser":"o1","msgtype":"text","text":{"content":"1208 号坐席：请带户口本。<a href=\"https://x.example/a\">看指南</a>"}}`)
	if !out.until(ctx, "请带户口本。看指南 → https://x.example/a") {
		t.Fatal(out.String())
	}
	cancel()
	<-watched
	if !strings.Contains(out.String(), "客服消息") {
		t.Error(out.String())
	}
}
