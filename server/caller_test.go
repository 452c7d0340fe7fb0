package server

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"bangban/kernel/fault"
)

type formRequest struct {
	Caller Caller
	Text   string `form:"text"`
	Theme  string `cookie:"bb_theme" json:"-"`
}

func TestOtherSitesCannotWrite(t *testing.T) {
	s := newServer(t, Config{PublicURL: "http://zw.example.cn"}, Services{})
	s.POST("/api/v1/echo", JSON(echo))
	s.POST("/chat/ask", HTML(func(_ context.Context, req *formRequest) (*Page, error) {
		return &Page{Location: "/chat", Body: []byte(req.Text)}, nil
	}))
	address := start(t, s)
	const cookie = "Cookie: bb_talk=id.token\r\n"
	token := s.formToken("id.token")
	for _, c := range []struct {
		name, path, headers, form string
		want                      int
	}{
		{"program without cookie", "/api/v1/echo", "", "", 200},
		{"program with header", "/api/v1/echo", "Bangban-Conversation: token\r\nOrigin: https://evil.example\r\n", "", 200},
		{"cookie, same origin", "/api/v1/echo", cookie + "Sec-Fetch-Site: same-origin\r\n", "", 200},
		{"cookie, other site", "/api/v1/echo", cookie + "Sec-Fetch-Site: cross-site\r\n", "", 403},
		{"cookie, sister site", "/api/v1/echo", cookie + "Sec-Fetch-Site: same-site\r\n", "", 403},
		{"cookie, our origin", "/api/v1/echo", cookie + "Origin: http://zw.example.cn\r\n", "", 200},
		{"cookie, origin of the host asked", "/api/v1/echo", cookie + "Origin: http://x\r\n", "", 200},
		{"cookie, other origin", "/api/v1/echo", cookie + "Origin: https://evil.example\r\n", "", 403},
		{"cookie, hidden origin", "/api/v1/echo", cookie + "Origin: null\r\n", "", 403},
		{"cookie, nothing said", "/api/v1/echo", cookie, "", 403},
		{"cookie and header", "/api/v1/echo", cookie + "Bangban-Conversation: token\r\n", "", 200},
		{"form, same origin", "/chat/ask", cookie + "Sec-Fetch-Site: same-origin\r\n", "text=a", 303},
		{"form without cookie, other site", "/chat/ask", "Sec-Fetch-Site: cross-site\r\n", "text=a", 403},
		{"form, old browser with token", "/chat/ask", cookie, "text=a&form_token=" + token, 303},
		{"form, old browser with the token of another talk", "/chat/ask", cookie, "text=a&form_token=" + s.formToken("other.token"), 403},
		{"form, old browser without token", "/chat/ask", cookie, "text=a", 403},
		{"form, other site with token", "/chat/ask", cookie + "Origin: https://evil.example\r\n", "text=a&form_token=" + token, 403},
	} {
		t.Run(c.name, func(t *testing.T) {
			kind, body := "application/json", `{"text":"a"}`
			if c.form != "" {
				kind, body = "application/x-www-form-urlencoded", c.form
			}
			res := raw(t, address, fmt.Sprintf("POST %s HTTP/1.1\r\nHost: x\r\nContent-Type: %s\r\n%sContent-Length: %d\r\n\r\n%s", c.path, kind, c.headers, len(body), body))
			if res.StatusCode != c.want {
				t.Errorf("got %d, want %d", res.StatusCode, c.want)
			}
		})
	}
}

func TestFormsAndPages(t *testing.T) {
	s := newServer(t, Config{}, Services{ErrorPage: func(p Problem) []byte { return []byte("<h1>" + p.Title + "</h1>") }})
	var got formRequest
	s.POST("/chat/ask", HTML(func(_ context.Context, req *formRequest) (*Page, error) {
		got = *req
		return &Page{Location: "/chat"}, nil
	}))
	address := start(t, s)
	post := func(body string) string {
		res := raw(t, address, fmt.Sprintf("POST /chat/ask?x=1 HTTP/1.1\r\nHost: x\r\nAccept: text/html\r\nSec-Fetch-Site: same-origin\r\nCookie: bb_theme=dark\r\n"+
			"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n%s", len(body), body))
		raw, err := readAll(res)
		if err != nil {
			t.Fatal(err)
		}
		return fmt.Sprint(res.StatusCode, " ", res.Header.Get("Location"), res.Header.Get("Content-Type"), " ", raw)
	}
	if r := post("text=%E8%BA%AB%E4%BB%BD%E8%AF%81"); !strings.HasPrefix(r, "303 /chat") {
		t.Error(r)
	}
	if got.Text != "身份证" || got.Theme != "dark" || got.Caller.Path != "/chat/ask?x=1" || got.Caller.FormToken == "" || !got.Caller.SameOrigin {
		t.Errorf("got %+v", got)
	}
	for body, want := range map[string]string{"text=%ff": "编码不对", "text=a%00b": "有不能用的字符"} {
		if r := post(body); !strings.HasPrefix(r, "400 text/html") || !strings.Contains(r, "<h1>"+want) {
			t.Errorf("%s: %s", body, r)
		}
	}
}

// Every problem has a page at the address of its type.
func TestProblemPages(t *testing.T) {
	s := newServer(t, Config{}, Services{})
	address := start(t, s)
	for key := range documented {
		body, err := readAll(raw(t, address, "GET /problems/"+key+" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"))
		if err != nil || !strings.Contains(body, "<code>"+key) || place.MatchString(body) {
			t.Errorf("%s: %v %s", key, err, body)
		}
	}
	if body, err := readAll(raw(t, address, "GET /problems/ HTTP/1.1\r\nHost: x\r\n\r\n")); err != nil || strings.Count(body, "<dt>") != len(documented) {
		t.Errorf("list: %v %s", err, body)
	}
	p := s.Problem(fault.New(fault.Unavailable, "a.new_key"))
	if p.Type != "/problems/unavailable" || p.Status != 503 {
		t.Errorf("a key without words: %+v", p)
	}
}
