package citizen

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pb33f/libopenapi"
	validator "github.com/pb33f/libopenapi-validator"

	"bangban/city/org"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
	"bangban/server"
	"bangban/store"
)

// parrot answers every question with the first entry whose name it holds, and hands 转人工 over.
type parrot struct{ lib *knowledge.Library }

func (p parrot) Answer(_ context.Context, q message.Question, c message.Context) (message.Reply, message.Context, error) {
	for _, it := range p.lib.Items() {
		if strings.Contains(q.Text, it.Short) || q.Value == string(it.ID) {
			return message.Reply{Kind: message.Answer, Text: it.Summary.Text, Voice: it.Summary.Text, Confidence: 0.9,
				Features: map[string]float64{"secret": 1}, Intent: nlu.Ask, Slots: nlu.Slots{Region: q.Region},
				Card:      &message.Card{Title: it.Name, Conclusion: it.Summary.Text, Fields: []message.Field{{Attribute: nlu.Fee, Label: "费用", Value: "40 元"}}},
				Citations: []message.Citation{{EntryID: string(it.ID), Title: it.Name, Issuer: "市公安局", Revision: 1, UpdatedAt: it.Updated, URL: itemURL(it.ID), Basis: []message.Basis{{Kind: "law", Title: "居民身份证法", Article: "第十一条"}}}},
			}, c, nil
		}
	}
	if q.Text == "转人工" {
		return message.Reply{Kind: message.Handoff, Reason: message.Asked}, c, nil
	}
	return message.Reply{Kind: message.Unknown, Reason: message.NoEntry, Text: "这个问题我还没有把握答准。", Voice: "这个我不知道。"}, c, nil
}

// byTitle finds items that share a character with the question.
type byTitle struct{ lib *knowledge.Library }

func (b byTitle) Version() string { return b.lib.Version() }

func (b byTitle) Search(_ context.Context, q knowledge.Query) ([]knowledge.Candidate, error) {
	var found []knowledge.Candidate
	for _, d := range b.lib.Documents() {
		if slices.Contains(q.Kinds, d.Kind) && strings.ContainsAny(strings.Join(d.Titles, ""), q.Understanding.Raw) && !d.AgentOnly {
			found = append(found, knowledge.Candidate{Document: d})
		}
	}
	return found, nil
}

type asTyped struct{}

func (asTyped) Understand(text string, _ time.Time) *nlu.Understanding {
	return &nlu.Understanding{Raw: text, Normal: text, Core: text, Readable: true}
}

func testLibrary() *knowledge.Library {
	by := []knowledge.Basis{"law:居民身份证法#第十一条"}
	c := &knowledge.Corpus{
		Items: []*knowledge.Item{
			{ID: "id-card-replace", Name: "居民身份证丢失补领", Short: "补领身份证", Common: []string{"身份证丢了"}, Topics: []string{"090"}, Targets: []knowledge.Target{"person"}, Department: "gaj",
				Summary: &knowledge.Fact{Text: "身份证丢了，可以申请补领新证。", By: by}, Details: knowledge.Details{
					Fees:   []knowledge.Fee{{Name: "工本费", Yuan: "40", By: []knowledge.Basis{"fact:fee-id-card-lost"}}},
					Places: []knowledge.Place{{Text: "常住户口所在地公安派出所", Point: "hall", By: by}}},
				Situations: []knowledge.Situation{{ID: "lost", Name: "丢失", Words: []string{"丢了"}}}, Hot: 1, Updated: "2026-11-24"},
			{ID: "id-card-temporary", Name: "临时居民身份证办理", Short: "临时身份证", Topics: []string{"090"}, Targets: []knowledge.Target{"person"}, Department: "gaj",
				Summary: &knowledge.Fact{Text: "急用可以办临时身份证。", By: by}, Updated: "2026-11-24"},
			{ID: "company-register", Name: "公司设立登记", Short: "开公司", LegalTopics: []string{"005"}, Targets: []knowledge.Target{"company"}, Department: "scjg",
				Summary: &knowledge.Fact{Text: "开公司要先登记。"}, Regions: []string{"330109"}, Updated: "2026-11-24"},
			{ID: "agents-only", Name: "身份证内部口径", Short: "内部口径", Targets: []knowledge.Target{"person"}, Secrecy: "agent", Summary: &knowledge.Fact{Text: "内部"}, Updated: "2026-11-24"},
			{ID: "expired", Name: "身份证旧办法", Short: "旧办法", Targets: []knowledge.Target{"person"}, Expires: "2020-12-31", Summary: &knowledge.Fact{Text: "旧"}, Updated: "2020-01-01"},
		},
		FAQs:        []*knowledge.FAQ{{ID: "faq-id-card-photo", Kind: "faq", Question: "身份证照片能自己带吗", Answer: []knowledge.Fact{{Text: "现场拍。", By: by}}, Department: "gaj", Updated: "2026-11-24"}},
		Events:      []*knowledge.LifeEvent{{ID: "newborn", Name: "新生儿出生", Summary: &knowledge.Fact{Text: "一次办好。", By: by}, Items: []knowledge.ItemID{"id-card-replace", "expired"}, Updated: "2026-11-24"}},
		Laws:        []*knowledge.Law{{Title: "居民身份证法", Level: "law"}},
		Facts:       []*knowledge.SourceFact{{ID: "fee-id-card-lost", Text: "补领 40 元", Source: "公安部", Grade: "A"}},
		Regions:     []*org.Region{{Code: "330100", Name: "杭州市"}, {Code: "330106", Name: "西湖区", Aliases: []string{"西湖"}, Parent: "330100"}, {Code: "330109", Name: "萧山区", Aliases: []string{"萧山"}, Parent: "330100"}},
		Departments: []*org.Department{{ID: "gaj", Name: "市公安局"}},
		Points:      []*org.ServicePoint{{ID: "hall", Name: "市政务服务中心", Kind: "hall", Region: "330106", Updated: "2026-11-24", By: []string{"fact:fee-id-card-lost"}}},
		Hotlines:    []*org.Hotline{{Number: "12345", Name: "12345 热线", For: "政务服务", By: []string{"fact:fee-id-card-lost"}}},
	}
	return knowledge.NewLibrary(c, time.Date(2026, 11, 24, 0, 0, 0, 0, cityTime), map[string]int{"id-card-replace": 3})
}

// city is a server with a real store behind it, and the OpenAPI document that all it says is checked against.
type city struct {
	t        testing.TB
	server   *server.Server
	live     *server.Live
	talks    *conversation.Service
	address  string
	document validator.Validator
}

func startCity(t testing.TB, config server.Config) *city {
	t.Helper()
	db, err := store.Open(t.Context(), t.TempDir(), store.Options{})
	if err != nil {
		t.Fatal(err)
	}
	lib := testLibrary()
	c := &city{t: t, live: server.NewLive(db, nil), talks: conversation.New(db.Conversations(), parrot{lib}, conversation.Config{Sentences: promiseWords})}
	if c.server, err = server.New(config, server.Services{}); err != nil {
		t.Fatal(err)
	}
	api := &API{Services: Services{Promises: promises(t, db), Conversation: c.talks, Live: c.live, Knowledge: func() Knowledge { return Knowledge{lib, byTitle{lib}, asTyped{}} }, Statutes: testStatutes(t, db)}}
	api.Routes(c.server)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	c.address = "http://" + listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	var wait sync.WaitGroup
	wait.Go(func() {
		if err := c.server.Serve(ctx, listener); err != nil {
			t.Error(err)
		}
	})
	wait.Go(func() {
		if err := c.live.Run(ctx); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(func() {
		stop, done := context.WithTimeout(context.Background(), 5*time.Second)
		defer done()
		if err := c.server.Shutdown(stop); err != nil {
			t.Error(err)
		}
		cancel()
		wait.Wait()
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	c.document = openDocument(t)
	return c
}

func openDocument(t testing.TB) validator.Validator {
	t.Helper()
	d, err := libopenapi.NewDocument(document)
	if err != nil {
		t.Fatal(err)
	}
	v, errs := validator.NewValidator(d)
	if len(errs) > 0 {
		t.Fatal(errs)
	}
	return v
}

// do sends one request and checks it and its response against the document; refused requests need not be valid.
func (c *city) do(method, path, body string, header map[string]string) (*http.Response, []byte) {
	c.t.Helper()
	req, err := http.NewRequest(method, c.address+path, strings.NewReader(body))
	if err != nil {
		c.t.Fatal(err)
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		c.t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatal(err)
	}
	again := func() {
		req.Body, res.Body = io.NopCloser(strings.NewReader(body)), io.NopCloser(bytes.NewReader(raw))
	}
	again()
	if res.StatusCode < 300 {
		// The document names the token as needed or not; the handlers' own tests check what happens without it.
		if ok, errs := c.document.ValidateHttpRequest(req); !ok {
			c.t.Errorf("%s %s: the request does not fit the document: %v", method, path, errs)
		}
	}
	again()
	if ok, errs := c.document.ValidateHttpResponse(req, res); !ok {
		for _, e := range errs {
			c.t.Errorf("%s %s: the response does not fit the document: %s %s\n%s", method, path, e.Message, e.Reason, raw)
		}
	}
	return res, raw
}

// ask opens a conversation.
func (c *city) ask(text string) (r askResult) {
	c.t.Helper()
	res, raw := c.do("POST", "/api/v1/ask", fmt.Sprintf(`{"text":%q}`, text), nil)
	if res.StatusCode != 200 {
		c.t.Fatalf("ask: %d %s", res.StatusCode, raw)
	}
	if err := json.Unmarshal(raw, &r); err != nil {
		c.t.Fatal(err)
	}
	return r
}

func TestDocumentIsValid(t *testing.T) {
	if ok, errs := openDocument(t).ValidateDocument(); !ok {
		for _, e := range errs {
			t.Errorf("%s: %s", e.Message, e.Reason)
			for _, s := range e.SchemaValidationErrors {
				t.Errorf("  %s at %s", s.Reason, s.KeywordLocation)
			}
		}
	}
}

// Every field of every result is in the document, filled or not: a field that is added is seen here.
func TestDocumentNamesEveryField(t *testing.T) {
	document := openDocument(t)
	for path, result := range map[string]any{
		"POST /api/v1/ask": &askResult{}, "GET /api/v1/conversations/x/turns": &turnsResult{}, "GET /api/v1/answers/x": &answerResult{},
		"GET /api/v1/items": &itemsResult{}, "GET /api/v1/items/x": &itemResult{}, "GET /api/v1/suggest": &suggestResult{},
		"GET /api/v1/regions": &regionsResult{}, "GET /api/v1/points": &pointsResult{}, "GET /api/v1/hotlines": &hotlinesResult{},
		"GET /api/v1/life-events": &lifeEventsResult{}, "POST /api/v1/feedback": &feedbackResult{},
		"GET /api/v1/promises/x": &promiseResult{}, "GET /api/v1/laws": &lawsResult{}, "GET /api/v1/laws/x": &lawResult{}, "GET /api/v1/laws/x/x": &lawArticleResult{},
	} {
		t.Run(path, func(t *testing.T) {
			fill(reflect.ValueOf(result).Elem(), "")
			for _, r := range repliesIn(result) {
				r.Features = nil // never sent
			}
			if it, ok := result.(*itemResult); ok {
				it.Common, it.Hot, it.Secrecy = nil, 0, "" // never sent
			}
			raw, err := json.Marshal(result)
			if err != nil {
				t.Fatal(err)
			}
			method, address, _ := strings.Cut(path, " ")
			req, err := http.NewRequest(method, address, nil)
			if err != nil {
				t.Fatal(err)
			}
			res := &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"application/json"}}, Body: io.NopCloser(bytes.NewReader(raw))}
			if ok, errs := document.ValidateHttpResponse(req, res); !ok {
				for _, e := range errs {
					for _, s := range e.SchemaValidationErrors {
						t.Errorf("%s at %s", s.Reason, s.FieldPath)
					}
				}
				t.Logf("%s", raw)
			}
		})
	}
}

func repliesIn(result any) []*message.Reply {
	switch r := result.(type) {
	case *askResult:
		return []*message.Reply{&r.Reply}
	case *answerResult:
		return []*message.Reply{&r.Reply}
	case *turnsResult:
		return []*message.Reply{r.Turns[0].Reply}
	}
	return nil
}

// fill gives every field a value.
func fill(v reflect.Value, name string) {
	switch v.Kind() {
	case reflect.String:
		words := map[string]string{"Kind": "item", "AnswerNo": "A123456789", "At": "2026-11-24T08:00:00+08:00", "MadeAt": "2026-11-24T08:00:00+08:00", "DueAt": "2026-11-24T08:00:00+08:00", "EndedAt": "2026-11-24T08:00:00+08:00", "NextAt": "2026-11-24T08:00:00+08:00", "State": "open", "Author": "citizen"}
		v.SetString(cmp.Or(words[name], "x"))
		if v.Type() == reflect.TypeFor[message.Kind]() {
			v.SetString(string(message.Answer))
		}
	case reflect.Int, reflect.Int64:
		v.SetInt(1)
	case reflect.Float64:
		v.SetFloat(0.5)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem(), name)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0), "")
	case reflect.Map:
		value := reflect.New(v.Type().Elem()).Elem()
		fill(value, "")
		v.Set(reflect.MakeMap(v.Type()))
		v.SetMapIndex(reflect.ValueOf("x").Convert(v.Type().Key()), value)
	case reflect.Struct:
		for i := range v.NumField() {
			if f := v.Type().Field(i); f.IsExported() {
				fill(v.Field(i), f.Name)
			}
		}
	}
}

// Every route is in the document, and every path of the document is a route.
func TestDocumentNamesEveryRoute(t *testing.T) {
	c := startCity(t, server.Config{})
	var doc struct {
		Paths map[string]map[string]json.RawMessage `json:"paths"`
	}
	if err := json.Unmarshal(document, &doc); err != nil {
		t.Fatal(err)
	}
	for _, r := range c.server.Routes() {
		if !r.API {
			continue
		}
		method := strings.ToLower(r.Method)
		if _, ok := doc.Paths[r.Path][method]; !ok {
			t.Errorf("%s %s is not in the document", r.Method, r.Path)
		}
		delete(doc.Paths[r.Path], method)
	}
	for path, methods := range doc.Paths {
		for method := range methods {
			t.Errorf("%s %s is in the document, but not served", method, path)
		}
	}
}

func TestResources(t *testing.T) {
	c := startCity(t, server.Config{})
	long := strings.Repeat("长", 2001)
	for _, s := range []struct {
		name, method, path, body string
		status                   int
		has, hasNot              []string
	}{
		{"ask", "POST", "/api/v1/ask", `{"text":"补领身份证多少钱","region":"西湖"}`, 200, []string{`"kind":"answer"`, `"answer_no":"A`, `"conversation_token":"`, `"kept":true`, `"region":"330106"`, `"basis":[{"kind":"law","title":"居民身份证法"`}, []string{"features", "secret"}},
		{"ask, unknown", "POST", "/api/v1/ask", `{"text":"<script>alert(1)</script>' OR 1=1 --"}`, 200, []string{`"kind":"unknown"`}, []string{"answer_no"}},
		{"ask, empty", "POST", "/api/v1/ask", `{"text":"  "}`, 400, []string{"/problems/ask.empty", "请写下您的问题。"}, nil},
		{"ask, null", "POST", "/api/v1/ask", `null`, 400, []string{"/problems/ask.empty"}, nil},
		{"ask, too long", "POST", "/api/v1/ask", `{"text":"` + long + `"}`, 413, []string{"/problems/ask.too_long", "最多 2000 个字"}, nil},
		{"ask, 2,000 characters", "POST", "/api/v1/ask", `{"text":"` + long[3:] + `"}`, 200, nil, nil},
		{"ask, emoji", "POST", "/api/v1/ask", `{"text":"😀😀"}`, 200, nil, nil},
		{"ask, control characters only", "POST", "/api/v1/ask", `{"text":"\u0001\u0002"}`, 400, []string{"/problems/ask.empty"}, nil},
		{"ask, unknown region", "POST", "/api/v1/ask", `{"text":"a","region":"月球"}`, 400, []string{"/problems/region.unknown", "没有找到“月球”"}, nil},
		{"ask, unknown field", "POST", "/api/v1/ask", `{"text":"a","staff":true}`, 400, []string{"/problems/request.unknown_field", "“staff”"}, nil},
		{"ask, wrong type", "POST", "/api/v1/ask", `{"text":{"a":1}}`, 400, []string{"/problems/request.wrong_type", `"field":"text"`}, nil},
		{"answers, wrong check digit", "GET", "/api/v1/answers/A123456789", "", 404, []string{"没有查到"}, nil},
		{"items", "GET", "/api/v1/items", "", 200, []string{`"total":3`, "补领身份证", `"department":{"id":"gaj","name":"市公安局"}`}, []string{"agents-only", "expired", "身份证丢了\""}},
		{"items of a topic", "GET", "/api/v1/items?topic=005", "", 200, []string{`"total":1`, "company-register"}, nil},
		{"items for a target", "GET", "/api/v1/items?target=company", "", 200, []string{`"total":1`}, nil},
		{"items of a region", "GET", "/api/v1/items?region=%E8%A5%BF%E6%B9%96", "", 200, []string{`"total":2`}, []string{"company-register"}},
		{"items searched", "GET", "/api/v1/items?q=%E8%BA%AB%E4%BB%BD", "", 200, []string{`"total":2`}, []string{"expired"}},
		{"items, first page", "GET", "/api/v1/items?limit=2", "", 200, []string{`"cursor":"`, `"total":3`}, []string{"id-card-temporary"}},
		{"items, bad cursor", "GET", "/api/v1/items?cursor=%21", "", 400, []string{"/problems/cursor.invalid"}, nil},
		{"items, bad limit", "GET", "/api/v1/items?limit=9999", "", 400, []string{"/problems/limit.invalid"}, nil},
		{"items, limit is no number", "GET", "/api/v1/items?limit=x", "", 400, []string{"/problems/request.wrong_type"}, nil},
		{"items, long query", "GET", "/api/v1/items?q=" + strings.Repeat("a", 200), "", 400, []string{"/problems/query.too_long"}, nil},
		{"items, broken UTF-8", "GET", "/api/v1/items?q=%ff", "", 400, []string{"/problems/request.encoding"}, nil},
		{"item", "GET", "/api/v1/items/id-card-replace", "", 200, []string{`"yuan":"40"`, `"revision":3`, `"law:居民身份证法#第十一条":{"title":"居民身份证法"`, `"points":[{"id":"hall"`}, []string{"common", `"hot"`, "身份证丢了\""}},
		{"item for agents", "GET", "/api/v1/items/agents-only", "", 404, []string{"/problems/item.not_found"}, nil},
		{"item that has expired", "GET", "/api/v1/items/expired", "", 404, []string{"/problems/item.not_found"}, nil},
		{"item, unknown", "GET", "/api/v1/items/none", "", 404, []string{"/problems/item.not_found"}, nil},
		{"suggest", "GET", "/api/v1/suggest?q=%E8%BA%AB%E4%BB%BD%E8%AF%81", "", 200, []string{"补领身份证", "身份证照片能自己带吗", `"/faq/faq-id-card-photo"`}, []string{"内部", "旧办法"}},
		{"suggest by initials", "GET", "/api/v1/suggest?q=lssfz", "", 200, []string{"临时身份证"}, []string{"补领"}},
		{"suggest, nothing typed", "GET", "/api/v1/suggest?q=", "", 200, []string{`"suggestions":[]`}, nil},
		{"regions", "GET", "/api/v1/regions", "", 200, []string{"杭州市", "萧山区"}, nil},
		{"regions below", "GET", "/api/v1/regions?parent=330100", "", 200, []string{"萧山区"}, []string{`"name":"杭州市"`}},
		{"points", "GET", "/api/v1/points?region=330100&item=id-card-replace", "", 200, []string{"市政务服务中心", `"fact:fee-id-card-lost":{"title":"公安部"`}, nil},
		{"points elsewhere", "GET", "/api/v1/points?region=%E8%90%A7%E5%B1%B1", "", 200, []string{`"points":[]`}, nil},
		{"points of an unknown item", "GET", "/api/v1/points?item=none", "", 404, []string{"/problems/item.not_found"}, nil},
		{"hotlines", "GET", "/api/v1/hotlines", "", 200, []string{"12345"}, nil},
		{"life events", "GET", "/api/v1/life-events", "", 200, []string{"新生儿出生", "补领身份证"}, []string{"旧办法"}},
		{"document", "GET", "/api/v1/openapi.json", "", 200, []string{`"openapi":"3.1.0"`}, nil},
		{"health", "GET", "/healthz", "", 200, []string{`"ok"`}, nil},
		{"readiness", "GET", "/readyz", "", 200, []string{`"ok"`}, nil},
		{"feedback without usefulness", "POST", "/api/v1/feedback", `{"conversation_id":"a","turn_id":"b"}`, 400, []string{"/problems/feedback.invalid"}, nil},
	} {
		t.Run(s.name, func(t *testing.T) {
			c.t = t
			res, raw := c.do(s.method, s.path, s.body, nil)
			if res.StatusCode != s.status {
				t.Fatalf("got %d, want %d: %s", res.StatusCode, s.status, raw)
			}
			for _, want := range s.has {
				if !strings.Contains(strings.ReplaceAll(string(raw), `": `, `":`), want) {
					t.Errorf("no %s in %s", want, raw)
				}
			}
			for _, not := range s.hasNot {
				if strings.Contains(string(raw), not) {
					t.Errorf("%s in %s", not, raw)
				}
			}
		})
	}
}

func TestPages(t *testing.T) {
	c := startCity(t, server.Config{})
	var seen []string
	for cursor := ""; ; {
		_, raw := c.do("GET", "/api/v1/items?limit=1&cursor="+cursor, "", nil)
		var page itemsResult
		if err := json.Unmarshal(raw, &page); err != nil {
			t.Fatal(err)
		}
		for _, it := range page.Items {
			seen = append(seen, string(it.ID))
		}
		if cursor = page.Cursor; cursor == "" {
			break
		}
	}
	if got, want := strings.Join(seen, " "), "company-register id-card-replace id-card-temporary"; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

// The id alone, a wrong token, another's token and another's cookie are all the same as an unknown conversation.
func TestOwnership(t *testing.T) {
	c := startCity(t, server.Config{})
	mine, other := c.ask("补领身份证"), c.ask("开公司")
	own := map[string]string{server.TalkHeader: mine.ConversationToken}
	turns := "/api/v1/conversations/" + mine.ConversationID + "/turns"
	body := func(id string) string { return fmt.Sprintf(`{"text":"那要多久","conversation_id":%q}`, id) }
	_, unknown := c.do("GET", "/api/v1/conversations/0190aaaa-0000-7000-8000-000000000000/turns", "", own)
	for _, s := range []struct {
		name, method, path, body string
		header                   map[string]string
		status                   int
	}{
		{"turns, own token", "GET", turns, "", own, 200},
		{"turns, own cookie", "GET", turns, "", map[string]string{"Cookie": "bb_talk=" + mine.ConversationID + "." + mine.ConversationToken}, 200},
		{"turns, id alone", "GET", turns, "", nil, 404},
		{"turns, another's token", "GET", turns, "", map[string]string{server.TalkHeader: other.ConversationToken}, 404},
		{"turns, another's cookie", "GET", turns, "", map[string]string{"Cookie": "bb_talk=" + other.ConversationID + "." + other.ConversationToken}, 404},
		{"turns, another's cookie with this id", "GET", turns, "", map[string]string{"Cookie": "bb_talk=" + mine.ConversationID + "." + other.ConversationToken}, 404},
		{"turns, no such id", "GET", "/api/v1/conversations/none'--/turns", "", own, 404},
		{"events, id alone", "GET", strings.Replace(turns, "turns", "events", 1), "", nil, 404},
		{"ask, own token", "POST", "/api/v1/ask", body(mine.ConversationID), own, 200},
		{"ask, id alone", "POST", "/api/v1/ask", body(mine.ConversationID), nil, 404},
		{"ask, another's token", "POST", "/api/v1/ask", body(mine.ConversationID), map[string]string{server.TalkHeader: other.ConversationToken}, 404},
		{"ask, token without id", "POST", "/api/v1/ask", `{"text":"a"}`, own, 400},
		{"feedback, own token", "POST", "/api/v1/feedback", fmt.Sprintf(`{"conversation_id":%q,"turn_id":%q,"useful":false,"reason":"unclear"}`, mine.ConversationID, mine.TurnID), own, 200},
		{"feedback, other reason", "POST", "/api/v1/feedback", fmt.Sprintf(`{"conversation_id":%q,"turn_id":%q,"useful":true,"reason":"unclear"}`, mine.ConversationID, mine.TurnID), own, 400},
		{"feedback, another's", "POST", "/api/v1/feedback", fmt.Sprintf(`{"conversation_id":%q,"turn_id":%q,"useful":true}`, mine.ConversationID, mine.TurnID), map[string]string{server.TalkHeader: other.ConversationToken}, 404},
	} {
		t.Run(s.name, func(t *testing.T) {
			c.t = t
			res, raw := c.do(s.method, s.path, s.body, s.header)
			if res.StatusCode != s.status {
				t.Fatalf("got %d, want %d: %s", res.StatusCode, s.status, raw)
			}
			if s.status == 404 && withoutInstance(t, raw) != withoutInstance(t, unknown) {
				t.Errorf("%s differs from %s", raw, unknown)
			}
		})
	}
}

func withoutInstance(t *testing.T, raw []byte) string {
	t.Helper()
	var p server.Problem
	if err := json.Unmarshal(raw, &p); err != nil {
		t.Fatalf("%v: %s", err, raw)
	}
	p.Instance = ""
	return fmt.Sprint(p)
}

func TestTurns(t *testing.T) {
	c := startCity(t, server.Config{})
	talk := c.ask("补领身份证")
	own := map[string]string{server.TalkHeader: talk.ConversationToken}
	c.do("POST", "/api/v1/ask", fmt.Sprintf(`{"text":"临时身份证","conversation_id":%q}`, talk.ConversationID), own)
	var list turnsResult
	path := "/api/v1/conversations/" + talk.ConversationID + "/turns"
	var got []string
	for list.More = true; list.More; {
		_, raw := c.do("GET", fmt.Sprintf("%s?limit=3&after=%d", path, list.After), "", own)
		list.Turns, list.More = nil, false
		if err := json.Unmarshal(raw, &list); err != nil {
			t.Fatal(err)
		}
		for _, turn := range list.Turns {
			got = append(got, fmt.Sprint(turn.No, turn.Author))
		}
	}
	if want := "[1citizen 2machine 3citizen 4machine]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
}

// The same key gets the first reply again, in a conversation and for the ask that opens one.
func TestIdempotency(t *testing.T) {
	c := startCity(t, server.Config{})
	key := map[string]string{"Idempotency-Key": "0190f3c0-6f1a-7c55-9e0e-5b1f2f6a7d11"}
	res1, first := c.do("POST", "/api/v1/ask", `{"text":"补领身份证"}`, key)
	res2, second := c.do("POST", "/api/v1/ask", `{"text":"补领身份证"}`, key)
	if !bytes.Equal(first, second) || res1.Header.Get("Idempotency-Replayed") != "" || res2.Header.Get("Idempotency-Replayed") != "true" {
		t.Errorf("got %s, then %s", first, second)
	}
	if res, raw := c.do("POST", "/api/v1/ask", `{"text":"a"}`, map[string]string{"Idempotency-Key": strings.Repeat("k", 201)}); res.StatusCode != 400 || !bytes.Contains(raw, []byte("ask.bad_key")) {
		t.Errorf("got %d %s", res.StatusCode, raw)
	}
}

// A page's first ask sets the cookie; a program's does not.
func TestCookieOfFirstAsk(t *testing.T) {
	c := startCity(t, server.Config{})
	res, raw := c.do("POST", "/api/v1/ask", `{"text":"补领身份证"}`, map[string]string{"Sec-Fetch-Site": "same-origin"})
	var r askResult
	if err := json.Unmarshal(raw, &r); err != nil {
		t.Fatal(err)
	}
	if cookies := res.Cookies(); len(cookies) != 1 || cookies[0].Value != r.ConversationID+"."+r.ConversationToken || !cookies[0].HttpOnly {
		t.Errorf("cookies %v", res.Cookies())
	}
	if res, _ := c.do("POST", "/api/v1/ask", `{"text":"补领身份证"}`, nil); len(res.Cookies()) != 0 {
		t.Errorf("a program got cookies %v", res.Cookies())
	}
}

func TestAnswerByNumber(t *testing.T) {
	c := startCity(t, server.Config{})
	r := c.ask("我叫张三，补领身份证")
	no := r.AnswerNo
	for _, typed := range []string{no, "a%20" + no[1:4] + "%20" + no[4:7] + "-" + no[7:]} {
		res, raw := c.do("GET", "/api/v1/answers/"+typed, "", nil)
		if res.StatusCode != 200 || !bytes.Contains(raw, []byte(r.Text)) {
			t.Errorf("%s: %d %s", typed, res.StatusCode, raw)
		}
		for _, not := range []string{"张三", r.ConversationID, r.TurnID, "features"} {
			if bytes.Contains(raw, []byte(not)) {
				t.Errorf("%s shows %q: %s", typed, not, raw)
			}
		}
	}
}

func TestConversationLimit(t *testing.T) {
	c := startCity(t, server.Config{AsksPerConversation: 2})
	talk := c.ask("补领身份证")
	body := fmt.Sprintf(`{"text":"那要多久","conversation_id":%q}`, talk.ConversationID)
	strangers := map[string]string{server.TalkHeader: "wrong"}
	for range 5 { // another cannot use up what is mine
		c.do("POST", "/api/v1/ask", body, strangers)
	}
	own := map[string]string{server.TalkHeader: talk.ConversationToken}
	for i, want := range []int{200, 200, 429} {
		res, raw := c.do("POST", "/api/v1/ask", body, own)
		if res.StatusCode != want {
			t.Fatalf("ask %d: got %d, want %d: %s", i, res.StatusCode, want, raw)
		}
		if want == 429 && (!bytes.Contains(raw, []byte("您发得太快了，请过 ")) || res.Header.Get("Retry-After") == "") {
			t.Errorf("got %s, Retry-After %q", raw, res.Header.Get("Retry-After"))
		}
	}
}

// What is asked on one page appears on the stream of another, with prev so that a gap would show.
func TestConversationStream(t *testing.T) {
	c := startCity(t, server.Config{})
	talk := c.ask("补领身份证")
	req, err := http.NewRequestWithContext(t.Context(), "GET", c.address+"/api/v1/conversations/"+talk.ConversationID+"/events?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set(server.TalkHeader, talk.ConversationToken)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := res.Header.Get("Content-Type"); res.StatusCode != 200 || !strings.HasPrefix(got, "text/event-stream") {
		t.Fatalf("got %d %s", res.StatusCode, got)
	}
	next := eventsOf(t, res.Body)
	q, r := next(), next()
	if q.Kind != "turn" || q.Turn.Author != "citizen" || r.Turn.Reply == nil || r.Turn.ID != talk.TurnID || r.Prev != q.Seq {
		t.Errorf("got %+v, %+v", q, r)
	}
	c.ask("开公司") // another's talk is not seen here
	c.do("POST", "/api/v1/ask", fmt.Sprintf(`{"text":"那要多久","conversation_id":%q}`, talk.ConversationID), map[string]string{server.TalkHeader: talk.ConversationToken})
	if q2 := next(); q2.Turn.Text != "那要多久" || q2.Prev != r.Seq || q2.Seq <= r.Seq {
		t.Errorf("got %+v after %+v", q2, r)
	}
}

// eventsOf reads unnamed events one by one.
func eventsOf(t *testing.T, body io.Reader) func() happening {
	lines := bufio.NewScanner(body)
	lines.Buffer(nil, 1<<20)
	return func() happening {
		t.Helper()
		for lines.Scan() {
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok || !strings.Contains(data, `"seq"`) {
				continue
			}
			var h happening
			if err := json.Unmarshal([]byte(data), &h); err != nil {
				t.Fatal(err)
			}
			return h
		}
		t.Fatalf("stream ended: %v", lines.Err())
		return happening{}
	}
}
