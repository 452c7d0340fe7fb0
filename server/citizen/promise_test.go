package citizen

import (
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"bangban/affairs/promise"
	"bangban/server"
	"bangban/store"
)

// promiseWords tells number and code of a promise, and nothing else.
func promiseWords(key string) (text, voice string) {
	if strings.HasPrefix(key, "promise.made") {
		return "编号 {promise} 查询码 {code}", ""
	}
	return "", ""
}

func promises(t testing.TB, db *store.Store) *promise.Service {
	t.Helper()
	s, err := promise.New(db.Promises(), []byte("s"), nil)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var told = regexp.MustCompile(`编号 (P \d{3} \d{3} \d{3}) 查询码 (\d{6})`)

func otherThan(code string) string {
	if code == "000000" {
		return "000001"
	}
	return "000000"
}

// A promise is made, looked up with what was told, and says how its citizen can be reached; five wrong codes lock it, and nothing tells a wrong code from
// an unknown number or a lock.
func TestPromiseAPI(t *testing.T) {
	c := startCity(t, server.Config{NoLimits: true})
	r := c.ask("转人工")
	said := told.FindStringSubmatch(r.Text)
	if said == nil {
		t.Fatalf("told: %q", r.Text)
	}
	path, code := "/api/v1/promises/"+url.PathEscape(said[1]), said[2]
	get := func(code string) (int, promiseResult, []byte) {
		res, raw := c.do("GET", path+"?code="+url.QueryEscape(code), "", nil)
		var p promiseResult
		_ = json.Unmarshal(raw, &p)
		return res.StatusCode, p, raw
	}
	status, p, raw := get(code)
	if status != 200 || p.State != "open" || p.DueAt == "" || strings.Contains(string(raw), code) || p.Contact != nil {
		t.Fatalf("%d %s", status, raw)
	}
	res, raw := c.do("POST", path+"/contact", `{"code":"`+code+`","phone":"138 0013 8000","wish":"下午"}`, nil)
	if res.StatusCode != 200 || strings.Contains(string(raw), "13800138000") || !strings.Contains(string(raw), "138****8000") {
		t.Fatalf("contact: %d %s", res.StatusCode, raw)
	}
	for body, want := range map[string]int{`{"code":"` + code + `","phone":"110"}`: 400, `{"code":"` + code + `","name":"x"}`: 400, `{"code":"12"}`: 404, `{}`: 404} {
		if res, raw := c.do("POST", path+"/contact", body, nil); res.StatusCode != want {
			t.Errorf("%s: %d %s", body, res.StatusCode, raw)
		}
	}
	if _, p, raw := get(code); p.Contact == nil || p.Contact.Wish != "下午" {
		t.Errorf("a wrong number changed it: %s", raw)
	}
	if res, raw := c.do("POST", path+"/contact", `{"code":"`+code+`","phone":"","wish":""}`, nil); res.StatusCode != 200 || strings.Contains(string(raw), "contact") {
		t.Errorf("taken away: %d %s", res.StatusCode, raw)
	}
	var first string
	for range promise.MaxMisses {
		_, _, raw := get(otherThan(code))
		first = withoutInstance(t, raw)
	}
	status, _, raw = get(code)
	if status != http.StatusNotFound || withoutInstance(t, raw) != first {
		t.Errorf("locked: %d %s, wrong: %s", status, raw, first)
	}
	_, raw = c.do("GET", "/api/v1/promises/P000000000?code="+code, "", nil)
	if withoutInstance(t, raw) != first {
		t.Errorf("unknown: %s, wrong: %s", raw, first)
	}
}

// The page works without script: what was typed stays, number and code find the promise, the citizen says how to be reached and takes it away again.
func TestProgressPage(t *testing.T) {
	b := visitor(t, portalOf(t, nil))
	b.send("POST", "/chat", url.Values{"text": {"转人工"}}, nil)
	_, page := b.send("GET", "/chat", nil, nil)
	said := told.FindStringSubmatch(page)
	if said == nil || !strings.Contains(page, `href="/progress?no=P`) {
		t.Fatalf("told: %s", page)
	}
	no, code := said[1], said[2]
	_, page = b.send("GET", "/progress?no="+url.QueryEscape(no), nil, nil)
	has(t, page, []string{`value="` + no + `"`}, []string{"没有查到"})
	look := func(form url.Values, path string, want int) string {
		t.Helper()
		res, page := visitor(t, b.base).send("POST", path, form, nil) // on another device
		if res.StatusCode != want {
			t.Fatalf("%s %v: status %d\n%s", path, form, res.StatusCode, page)
		}
		return page
	}
	given := func(more ...string) url.Values {
		form := url.Values{"no": {strings.ToLower(no)}, "code": {code}}
		for i := 0; i < len(more); i += 2 {
			form.Set(more[i], more[i+1])
		}
		return form
	}
	page = look(url.Values{"no": {"P 12<b>"}, "code": {"12x"}}, "/progress", 404)
	has(t, page, []string{"没有查到", "连错 5 次", `value="P 12&lt;b&gt;"`, `value="12x"`, `aria-invalid="true"`}, []string{"怎么联系您"})
	page = look(given(), "/progress", 200)
	has(t, page, []string{no + "：等待回复", "前回复", "怎么联系您", `type="tel"`}, []string{"没有查到", "删掉我的联系方式"})
	page = look(given("phone", "110", "wish", "下午"), "/progress/contact", 400)
	has(t, page, []string{"请填手机号", `value="110"`, `value="下午"`, `aria-describedby="reach-problem"`}, []string{"已经记下"})
	page = look(given("phone", "１３８ ００１３ ８０００", "wish", "下午 3 点<以后>"), "/progress/contact", 200)
	has(t, page, []string{"已经记下", "已留 138****8000", `value="下午 3 点&lt;以后&gt;"`, "删掉我的联系方式"}, []string{"13800138000", "１３８"})
	page = look(given("phone", "", "wish", "晚上"), "/progress/contact", 200) // the number stays
	has(t, page, []string{"已留 138****8000", `value="晚上"`}, nil)
	page = look(given("phone", "", "wish", "晚上", "forget", "1"), "/progress/contact", 200)
	has(t, page, []string{"已经删掉"}, []string{"138****8000", "晚上"})
	look(given("code", otherThan(code), "phone", "13800138000"), "/progress/contact", 404)
	for range promise.MaxMisses {
		look(given("code", otherThan(code)), "/progress", 404)
	}
	page = look(given(), "/progress", 404)
	has(t, page, []string{"等 15 分钟", `value="` + code + `"`}, []string{"等待回复"})
}
