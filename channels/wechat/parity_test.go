package wechat_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"bangban/answer/eval"
	"bangban/channels/wechat/simulator"
)

// asked200 are the questions of the slice, those of several turns by their first.
func asked200(t *testing.T) (list []string) {
	t.Helper()
	f, err := os.Open(filepath.Join("..", "..", "corpus", "questions", "slice.tsv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := eval.ReadQuestions(f, f.Name())
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rows {
		list = append(list, r.Turns[0])
	}
	return list
}

// given is what one channel answers: the entry that it rests on, "" for none, the choices it offers, and the text.
type given struct {
	kind    string
	entry   string
	title   string // of the entry
	choices []string
	text    string
}

var (
	figures = regexp.MustCompile(`[0-9]+(?:\.[0-9]+)?`)
	tags    = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|<[^>]*>`)
	spaces  = regexp.MustCompile(`\s+`)
	entries = regexp.MustCompile(`/wechat/enter\?to=([^"]+)`)
)

// The same questions give the same entry, the same choices, and the same figures, by WeChat, portal and API.
func TestChannelsAnswerAlike(t *testing.T) {
	w := newWorld(t, setting{})
	list := asked200(t)
	if len(list) < 200 {
		t.Fatalf("%d questions", len(list))
	}
	answers := 0
	for i, q := range list {
		api := byAPI(t, w.nodes[0].url, q)
		page := byPortal(t, w.nodes[0].url, q)
		chat := byWeChat(t, w, fmt.Sprintf("follower%03d", i), q)
		if api.entry != "" {
			answers++
		}
		if chat.entry != api.entry {
			t.Errorf("%q: %q by WeChat, %q by API", q, chat.entry, api.entry)
		}
		if !slices.Equal(chat.choices, api.choices) {
			t.Errorf("%q: choices %q by WeChat, %q by API", q, chat.choices, api.choices)
		}
		if api.entry != "" && !strings.Contains(page.text, api.title) {
			t.Errorf("%q: the portal's page does not name %s", q, api.title)
		}
		for _, o := range api.choices {
			if !strings.Contains(squeezed(page.text), squeezed(o)) {
				t.Errorf("%q: %q is no choice on the portal", q, o)
			}
		}
		if api.kind == "handoff" { // each has a number of its own
			continue
		}
		first, _, _ := strings.Cut(api.text, "\n")
		if !strings.Contains(squeezed(page.text), squeezed(first)) {
			t.Errorf("%q: the portal does not say %q\n%s", q, first, spaces.ReplaceAllString(page.text, " "))
		}
		if got, want := figures.FindAllString(chat.text, -1), figures.FindAllString(api.text, -1); !begins(want, got) || len(figures.FindAllString(first, -1)) > len(got) {
			t.Errorf("%q: figures %q by WeChat, %q by API", q, got, want)
		}
	}
	if answers < 100 {
		t.Errorf("%d of %d were answered: too few to tell", answers, len(list))
	}
}

// begins reports whether list starts with head: a long answer is cut in WeChat.
func begins(list, head []string) bool {
	return len(head) <= len(list) && slices.Equal(list[:len(head)], head)
}

func squeezed(s string) string { return spaces.ReplaceAllString(s, "") }

func byAPI(t *testing.T, base, q string) given {
	t.Helper()
	body, _ := json.Marshal(map[string]string{"text": q})
	res, err := http.Post(base+"/api/v1/ask", "application/json", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	var r struct {
		Kind      string                        `json:"kind"`
		Text      string                        `json:"text"`
		Citations []struct{ URL, Title string } `json:"citations"`
		Options   []struct{ Label string }      `json:"options"`
	}
	if err := json.NewDecoder(res.Body).Decode(&r); err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(q, res.Status, err)
	}
	g := given{kind: r.Kind, text: r.Text}
	if len(r.Citations) > 0 {
		g.entry, g.title = r.Citations[0].URL, r.Citations[0].Title
	}
	for _, o := range r.Options {
		g.choices = append(g.choices, o.Label)
	}
	return g
}

func byPortal(t *testing.T, base, q string) given {
	t.Helper()
	jar, _ := cookiejar.New(nil)
	client := &http.Client{Jar: jar}
	req, err := http.NewRequest(http.MethodPost, base+"/chat", strings.NewReader(url.Values{"text": {q}}.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.Header.Set("Sec-Fetch-Site", "same-origin")
	req.Header.Set("Accept", "text/html")
	res, err := client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	raw, err := io.ReadAll(res.Body)
	if err != nil || res.StatusCode != http.StatusOK {
		t.Fatal(q, res.Status, err)
	}
	page := string(raw)
	links := regexp.MustCompile(`href="([^"]+)"`).FindAllStringSubmatch(page, -1)
	text := html.UnescapeString(tags.ReplaceAllString(page, ""))
	for _, l := range links {
		text += "\n" + html.UnescapeString(l[1])
	}
	return given{text: text}
}

func byWeChat(t *testing.T, w *world, openid, q string) given {
	t.Helper()
	w.sim.AddFollowers(openid)
	o := w.sim.Say(openid, q)
	if o.Ending != simulator.Replied {
		t.Fatalf("%q: %s", q, o)
	}
	g := given{text: o.Reply.Text}
	if m := entries.FindStringSubmatch(g.text); m != nil {
		to, err := url.QueryUnescape(m[1])
		if err != nil {
			t.Fatal(err)
		}
		g.entry = to
	}
	for _, c := range o.Reply.Choices {
		g.choices = append(g.choices, c.Content)
	}
	for _, foot := range []string{"\n来源：", "\n<a href", "\n智能客服答复", "……"} {
		g.text, _, _ = strings.Cut(g.text, foot)
	}
	return g
}
