package simulator

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"
)

// maxBody is above every limit of the platform, so that the limits themselves answer.
const maxBody = 16 << 20

// route is one path of the interface. Its function runs under the simulator's lock.
type route struct {
	method string // "" is both
	token  bool   // needs an access_token
	run    func(*Simulator, *request) (any, errcode)
}

// routes are the paths that the simulator plays.
var routes = map[string]route{
	"/cgi-bin/token":                              {"GET", false, (*Simulator).cgiToken},
	"/cgi-bin/stable_token":                       {"POST", false, (*Simulator).stableToken},
	"/cgi-bin/getcallbackip":                      {"GET", true, (*Simulator).callbackIP},
	"/cgi-bin/clear_quota":                        {"POST", true, (*Simulator).clearQuota},
	"/cgi-bin/message/custom/send":                {"POST", true, (*Simulator).customSend},
	"/cgi-bin/message/custom/typing":              {"POST", true, (*Simulator).typing},
	"/cgi-bin/message/template/send":              {"POST", true, (*Simulator).templateSend},
	"/cgi-bin/template/get_all_private_template":  {"GET", true, (*Simulator).templateList},
	"/cgi-bin/message/subscribe/bizsend":          {"POST", true, (*Simulator).subscribeSend},
	"/cgi-bin/menu/create":                        {"POST", true, (*Simulator).menuCreate},
	"/cgi-bin/menu/get":                           {"GET", true, (*Simulator).menuGet},
	"/cgi-bin/menu/delete":                        {"GET", true, (*Simulator).menuDelete},
	"/cgi-bin/media/upload":                       {"POST", true, (*Simulator).mediaUpload},
	"/cgi-bin/media/get":                          {"GET", true, (*Simulator).mediaGet},
	"/cgi-bin/media/get/jssdk":                    {"GET", true, (*Simulator).mediaJSSDK},
	"/cgi-bin/qrcode/create":                      {"POST", true, (*Simulator).qrCreate},
	"/cgi-bin/ticket/getticket":                   {"GET", true, (*Simulator).getTicket},
	"/cgi-bin/user/info":                          {"GET", true, (*Simulator).userInfo},
	"/cgi-bin/user/get":                           {"GET", true, (*Simulator).userList},
	"/sns/oauth2/access_token":                    {"", false, (*Simulator).oauthToken},
	"/sns/oauth2/refresh_token":                   {"", false, (*Simulator).oauthRefresh},
	"/sns/userinfo":                               {"", false, (*Simulator).oauthUser},
	"/sns/auth":                                   {"", false, (*Simulator).oauthCheck},
	"/cgi-bin/media/voice/addvoicetorecofortext":  {"POST", true, (*Simulator).recognitionGone},
	"/cgi-bin/media/voice/queryrecoresultfortext": {"POST", true, (*Simulator).recognitionGone},
	"/cgi-bin/customservice/getkflist":            {"GET", true, (*Simulator).staffList},
	"/cgi-bin/get_api_domain_ip":                  {"GET", true, (*Simulator).callbackIP},
	"/cgi-bin/message/mass/send":                  {"POST", true, (*Simulator).unauthorised},
	"/cgi-bin/message/mass/sendall":               {"POST", true, (*Simulator).unauthorised},
	"/cgi-bin/message/template/subscribe":         {"POST", true, (*Simulator).unauthorised},
	"/customservice/kfaccount/add":                {"POST", true, (*Simulator).unauthorised},
}

// request is one call as a route's function sees it.
type request struct {
	*http.Request
	query url.Values
	body  []byte
	ip    string
	now   time.Time
}

// file is an answer that is no JSON.
type file struct {
	kind, name string
	data       []byte
}

// Call is one call of the interface, as it was answered. Tokens, secrets and codes are masked.
type Call struct {
	At           time.Time
	Method, Path string
	Query        string
	Body         string // an upload shows as its size
	Token        int    // which access_token in order of issue, 1 the first; 0 none or an unknown one
	Code         int    // the errcode
	Status       int    // the HTTP status; 0 when the line was cut
	Faulted      bool
	Done         bool // false while it hangs
}

// Calls are the calls so far, in order of arrival.
func (s *Simulator) Calls() []Call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Call(nil), s.calls...)
}

// Count is how many calls of a path were answered with a code.
func (s *Simulator) Count(path string, code int) int {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := 0
	for _, c := range s.calls {
		if c.Done && c.Path == path && c.Code == code && c.Status == 200 {
			n++
		}
	}
	return n
}

func (s *Simulator) handler() http.Handler {
	mux := http.NewServeMux()
	for path, r := range routes {
		mux.HandleFunc(path, func(w http.ResponseWriter, q *http.Request) { s.serve(w, q, r) })
	}
	mux.HandleFunc("GET /cgi-bin/showqrcode", s.showQR)
	mux.HandleFunc("GET /connect/oauth2/authorize", s.authorize)
	mux.HandleFunc("GET /mmbiz_pic/{id}", s.picture)
	mux.HandleFunc("GET /phone", s.phone)
	return mux
}

// serve answers one call: the fault that waits for it, else what the rules say.
func (s *Simulator) serve(w http.ResponseWriter, q *http.Request, rt route) {
	body, err := io.ReadAll(http.MaxBytesReader(w, q.Body, maxBody))
	if err != nil {
		http.Error(w, "request too large or cut", http.StatusRequestEntityTooLarge)
		return
	}
	host, _, _ := net.SplitHostPort(q.RemoteAddr)
	r := &request{Request: q, query: q.URL.Query(), body: body, ip: host}

	s.mu.Lock()
	r.now = s.o.Now()
	at := len(s.calls)
	s.calls = append(s.calls, s.record(r))
	f := s.fault(q.URL.Path, body)
	var answer any
	var code errcode
	done := f == nil || f.Effect
	if done {
		answer, code = s.run(rt, r)
	}
	s.note()
	s.mu.Unlock()

	if f != nil {
		if !f.wait(q, s.ctx.Done()) {
			s.finish(at, 0, 0, true)
			panic(http.ErrAbortHandler)
		}
		if !done && !f.own() {
			s.mu.Lock()
			r.now = s.o.Now()
			answer, code = s.run(rt, r)
			s.mu.Unlock()
		}
		if f.own() {
			s.mishap(w, at, f)
			return
		}
	}
	s.finish(at, code, http.StatusOK, f != nil)
	write(w, answer, code)
}

// mishap answers with the fault itself.
func (s *Simulator) mishap(w http.ResponseWriter, at int, f *Fault) {
	status := f.Status
	if status == 0 {
		status = http.StatusOK
	}
	if f.Cut {
		s.finish(at, errcode(f.Code), 0, true)
		panic(http.ErrAbortHandler)
	}
	s.finish(at, errcode(f.Code), status, true)
	switch {
	case f.Body != "":
		w.Header().Set("Content-Type", "application/json; encoding=utf-8")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, f.Body)
	case f.Code != 0:
		w.Header().Set("Content-Type", "application/json; encoding=utf-8")
		w.WriteHeader(status)
		_ = json.NewEncoder(w).Encode(failure(errcode(f.Code)))
	default:
		w.Header().Set("Content-Type", "text/html")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, "<html><head><title>"+http.StatusText(status)+"</title></head><body><center>nginx</center></body></html>")
	}
}

// run checks what all paths have in common, then answers; the caller holds mu.
func (s *Simulator) run(rt route, r *request) (any, errcode) {
	if rt.method != "" && r.Method != rt.method && rt.method == "POST" {
		return nil, 43002
	}
	if rt.token {
		if e := s.tokens.check(r.query.Get("access_token"), r.now); e != 0 {
			return nil, e
		}
	}
	if e := s.usage.take(r.URL.Path, r.now); e != 0 {
		return nil, e
	}
	return rt.run(s, r)
}

// record is the log's row for a call; the caller holds mu.
func (s *Simulator) record(r *request) Call {
	c := Call{At: r.now, Method: r.Method, Path: r.URL.Path, Body: mask(r)}
	if k := s.tokens.all[r.query.Get("access_token")]; k != nil {
		c.Token = k.number
	}
	q := url.Values{}
	for name, values := range r.query {
		q[name] = values
		switch name {
		case "access_token", "secret", "code", "refresh_token", "ticket":
			q[name] = []string{"***"}
		}
	}
	c.Query = q.Encode()
	return c
}

func (s *Simulator) finish(at int, code errcode, status int, faulted bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := &s.calls[at]
	c.Code, c.Status, c.Faulted, c.Done = int(code), status, faulted, true
	s.note()
}

var secretField = regexp.MustCompile(`("(?:secret|access_token|refresh_token|code)"\s*:\s*)"[^"]*"`)

func mask(r *request) string {
	if strings.HasPrefix(r.Header.Get("Content-Type"), "multipart/") {
		return "(upload)"
	}
	return secretField.ReplaceAllString(string(r.body), `$1"***"`)
}

// write sends what a route answered.
func write(w http.ResponseWriter, answer any, code errcode) {
	if f, ok := answer.(file); ok && code == 0 {
		w.Header().Set("Content-Type", f.kind)
		w.Header().Set("Content-Disposition", `attachment; filename="`+f.name+`"`)
		_, _ = w.Write(f.data)
		return
	}
	w.Header().Set("Content-Type", "application/json; encoding=utf-8")
	if answer == nil || code != 0 {
		answer = failure(code)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func failure(code errcode) map[string]any {
	text := code.text()
	if code != 0 {
		text += " rid: simulated"
	}
	return map[string]any{"errcode": int(code), "errmsg": text}
}

// escaped are the escapes that the platform does not undo: they show literally in texts, menus and links.
var escaped = [][]byte{[]byte(`\u003c`), []byte(`\u003e`), []byte(`\u0026`)}

// decode reads the body into v.
func (r *request) decode(v any) errcode {
	if len(bytes.TrimSpace(r.body)) == 0 {
		return 44002
	}
	if !utf8.Valid(r.body) || json.Unmarshal(literal(r.body), v) != nil {
		return 47001
	}
	return 0
}

// literal doubles the backslash of an escape that is to be shown as it stands.
func literal(body []byte) []byte {
	var out []byte
	for i := 0; i < len(body); i++ {
		if body[i] == '\\' && i+1 < len(body) {
			for _, e := range escaped {
				if len(body)-i >= len(e) && bytes.EqualFold(body[i:i+len(e)], e) {
					out = append(out, '\\')
				}
			}
			out = append(out, body[i], body[i+1]) // an escaped backslash is passed over whole
			i++
			continue
		}
		out = append(out, body[i])
	}
	return out
}

// loose is a string that may come as a number.
type loose string

func (l *loose) UnmarshalJSON(raw []byte) error {
	var text string
	if json.Unmarshal(raw, &text) == nil {
		*l = loose(text)
		return nil
	}
	var n json.Number
	if err := json.Unmarshal(raw, &n); err != nil {
		return err
	}
	*l = loose(n)
	return nil
}

func (s *Simulator) callbackIP(*request) (any, errcode) {
	return map[string]any{"ip_list": []string{"127.0.0.1"}}, 0
}

// recognitionGone: the calls remain documented, the service does not answer.
func (s *Simulator) recognitionGone(*request) (any, errcode) { return nil, -1 }

func (s *Simulator) unauthorised(*request) (any, errcode) { return nil, 48001 }
