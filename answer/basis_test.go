package answer

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"bangban/conversation/message"
)

func TestQuote(t *testing.T) {
	long := "居民应当登记。" + strings.Repeat("很长的一句话，", 20) + "完。"
	for _, c := range []struct {
		name, text string
		most       int
		want       string
	}{
		{"短的不动", "河船应当登记。", 20, "河船应当登记。"},
		{"分段连起来", "河船应当登记。\n\n十五日内发证。", 20, "河船应当登记。十五日内发证。"},
		{"在句号后面断", "河船应当登记。十五日内发证，不收费。", 10, "河船应当登记。……"},
		{"没有句号在逗号后面断", strings.Repeat("长", 6) + "，" + strings.Repeat("长", 20), 10, "长长长长长长，……"},
		{"什么都没有就硬断", strings.Repeat("长", 20), 10, strings.Repeat("长", 10) + "……"},
		{"句号太靠前不用", long, 60, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := quote(c.text, c.most)
			if c.want != "" && got != c.want {
				t.Errorf("%q", got)
			}
			if whole := strings.Join(strings.Fields(c.text), ""); !strings.HasPrefix(whole, strings.TrimSuffix(got, "……")) || len([]rune(got)) > c.most+2 {
				t.Errorf("%q is no quote", got)
			}
		})
	}
}

// shelf is a law library of one article.
type shelf struct{}

func (shelf) Lookup(_ context.Context, title, article string, text bool) (string, string, bool) {
	if title != "居民卡法" || article != "第三条" {
		return "", "", false
	}
	if !text {
		return "/laws/x/3", "", true
	}
	return "/laws/x/3", "居民卡丢了的，可以补领。\n\n补领收工本费。", true
}

// lawTown has an item, a FAQ bound to nothing, and the law that both cite; the shelf has one of its articles.
var lawTown = fstest.MapFS{
	"items/all.yaml": {Data: []byte(`
- id: card
  name: 居民卡补领
  short: 补居民卡
  topics: ["090"]
  targets: [person]
  department: police
  summary: {text: 卡丢了可以补, by: ["law:居民卡法#第三条"]}
  fees: [{name: 工本费, yuan: "40", by: ["fact:card"]}]
  laws: ["law:居民卡法#第三条", "law:居民卡法#第九条"]
  updated: "2026-01-01"
`)},
	"faq/all.yaml": {Data: []byte(`
- {id: what, kind: concept, question: 本市通行证件说明, answer: [{text: 一张卡, by: ["law:居民卡法#第三条"]}], department: police, updated: "2026-01-01"}
`)},
	"city/departments.yaml":  {Data: []byte(`[{id: police, name: 公安局}]`)},
	"sources/facts.yaml":     {Data: []byte(`[{id: card, text: 工本费 40 元, source: 公告, document_title: 关于收费的通知, document_no: 价〔2003〕1号, grade: A}]`)},
	"sources/laws.yaml":      {Data: []byte(`[{title: 居民卡法, document_no: 主席令第5号, level: law}]`)},
	"sentences.yaml":         town["sentences.yaml"],
	"lexicon/attributes.tsv": {Data: []byte("materials\t材料\nfee\t多少钱\nbasis\t依据是什么\nbasis\t依据\n")},
	"lexicon/phrases.tsv":    {Data: []byte("follow\t^那\n")},
}

func TestWhatItRestsOn(t *testing.T) {
	for _, c := range []struct {
		name    string
		library bool
		turns   []string
		text    []string // of the last reply
		not     []string
		url     string // of the first basis
		action  bool
	}{
		{"和事项一起问", true, []string{"居民卡补领依据"}, []string{"依据是《居民卡法》（主席令第5号）第三条、第九条。", "《居民卡法》第三条：“居民卡丢了的，可以补领。补领收工本费。”"}, nil, "/laws/x/3", true},
		{"接着问", true, []string{"居民卡补领", "依据"}, []string{"第三条：“居民卡丢了的"}, nil, "/laws/x/3", true},
		{"接着问一项的依据", true, []string{"居民卡补领多少钱", "依据"}, []string{"《关于收费的通知》（价〔2003〕1号）"}, []string{"居民卡法"}, "", false},
		{"问答的依据", true, []string{"本市通行证件说明", "依据"}, []string{"依据是《居民卡法》（主席令第5号）第三条。", "可以补领"}, []string{"一张卡"}, "/laws/x/3", true},
		{"没有法规库", false, []string{"居民卡补领依据"}, []string{"依据是《居民卡法》（主席令第5号）第三条、第九条。"}, []string{"“"}, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := engine(t, lawTown)
			if c.library {
				e.current().Statutes = shelf{}
			}
			var talk message.Context
			var r message.Reply
			for _, text := range c.turns {
				var err error
				if r, talk, err = e.Answer(t.Context(), message.Question{Text: text, Now: asked.UnixMicro()}, talk); err != nil {
					t.Fatal(err)
				}
			}
			if r.Kind != message.Answer {
				t.Fatalf("%s %s", r.Kind, r.Text)
			}
			for _, s := range c.text {
				if !strings.Contains(r.Text, s) {
					t.Errorf("no %q in %q", s, r.Text)
				}
			}
			for _, s := range c.not {
				if strings.Contains(r.Text, s) {
					t.Errorf("%q in %q", s, r.Text)
				}
			}
			if b := r.Citations[0].Basis; len(b) == 0 || b[0].URL != c.url {
				t.Errorf("basis %+v", b)
			}
			if got := slices.ContainsFunc(r.Card.Actions, func(a message.Action) bool { return a.URL == "/laws/x/3" && !a.Main }); got != c.action {
				t.Errorf("actions %+v", r.Card.Actions)
			}
			if strings.Contains(r.Voice, "主席令") {
				t.Errorf("voice %q", r.Voice)
			}
		})
	}
}
