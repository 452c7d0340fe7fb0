package answer

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// Statutes is the law library as answers use it; *statute.Service is one.
type Statutes interface {
	// Lookup finds an article of a law in force: the address of its page, and its text when that is wanted.
	Lookup(ctx context.Context, title, article string, text bool) (address, quoted string, ok bool)
}

const (
	// mostQuoted is how many articles an answer quotes, longestQuote how many characters of each.
	mostQuoted   = 3
	longestQuote = 120
)

// articleOf is the address of a clause in the law library, and its text when that is wanted; empty where the library does not have it.
func (t *turn) articleOf(b knowledge.Basis, text bool) (address, quoted string) {
	title, article, ok := b.Clause()
	if !ok || t.Statutes == nil {
		return "", ""
	}
	address, quoted, _ = t.Statutes.Lookup(t.ctx, title, article, text)
	return address, quoted
}

// basisPart is what an entry rests on: the rules by name, number of document and article, and the words of those that the law
// library has. false: the entry names none.
func (t *turn) basisPart(basis []knowledge.Basis) (part, bool) {
	names := t.rules(basis, true)
	if len(names) == 0 {
		return part{}, false
	}
	p := part{attribute: nlu.LegalBasis, conclusion: "依据是" + strings.Join(names, "、") + "。", voice: "依据是" + strings.Join(t.rules(basis, false), "、") + "。", basis: basis}
	for i, b := range basis {
		if len(p.lines) == mostQuoted || slices.Contains(basis[:i], b) {
			continue
		}
		address, text := t.articleOf(b, true)
		if text == "" {
			continue
		}
		title, article, _ := b.Clause()
		p.lines = append(p.lines, "《"+title+"》"+article+"：“"+quote(text, longestQuote)+"”")
		t.article = firstOf(t.article, address)
	}
	return p, true
}

// rules are the names of rules, each text once with its articles: 《渡口条例》（国务院令第656号）第一条、第二条.
func (t *turn) rules(basis []knowledge.Basis, documents bool) []string {
	var out, titles []string
	seen := map[string]bool{}
	for _, b := range basis {
		s, ok := t.Library.Resolve(b)
		if !ok || seen[s.Title+s.Article] {
			continue
		}
		seen[s.Title+s.Article] = true
		name := "《" + strings.Trim(s.Title, "《》") + "》"
		if documents && s.DocumentNo != "" && !strings.Contains(s.Title, s.DocumentNo) {
			name += "（" + s.DocumentNo + "）"
		}
		if i := slices.Index(titles, name); i >= 0 {
			if s.Article != "" {
				out[i] += "、" + s.Article
			}
			continue
		}
		titles, out = append(titles, name), append(out, name+s.Article)
	}
	return out
}

// restsOn are the bases of what was last said of an item where that is what is asked for (补身份证多少钱 - 依据是什么), else its laws.
func (t *turn) restsOn(it *knowledge.Item, d knowledge.Details) []knowledge.Basis {
	if last := t.talk.Attribute; t.talk.Entry == string(it.ID) && !slices.Contains(entrances, last) && t.u.Topic == "" {
		if p, ok := render(d, last); ok && len(p.basis) > 0 {
			return p.basis
		}
	}
	return aboutWhole(it)
}

// entrances say where a matter is handled; 依据 after one of them asks for the rules of the matter itself.
var entrances = []nlu.Attribute{nlu.Overview, nlu.LegalBasis, nlu.Phone, nlu.Complaints, nlu.Online, nlu.Place, nlu.Hours}

// basisOfFAQ answers what a FAQ rests on that was just given; false when that was not asked.
func (t *turn) basisOfFAQ(f *knowledge.FAQ) bool {
	if t.talk.Entry != f.ID || t.u.Topic != "" || !slices.Equal(t.attributes, []nlu.Attribute{nlu.LegalBasis}) {
		return false
	}
	p, ok := t.basisPart(factsPart(nlu.Attribute(f.Attribute), f.Answer).basis)
	if !ok {
		return false
	}
	card := &message.Card{Title: f.Question, Conclusion: p.conclusion, Fields: p.quotes()}
	t.reply = message.Reply{Kind: message.Answer, Card: card, Text: strings.Join(append([]string{p.conclusion}, p.lines...), "\n"), Voice: shortVoice(p.voice)}
	t.cite(f.ID, f.Question, f.Department, f.Updated, "/faq/"+url.PathEscape(f.ID), t.attributes, p.basis)
	card.Actions = t.withArticle([]message.Action{{Label: "看这条问答", URL: "/faq/" + url.PathEscape(f.ID), Main: true}})
	t.focus(f.ID, nil, t.attributes)
	return true
}

// quotes are the articles of a part as fields of a card.
func (p part) quotes() []message.Field {
	var out []message.Field
	for _, l := range p.lines {
		out = append(out, message.Field{Attribute: nlu.LegalBasis, Label: "条文", Value: l})
	}
	return out
}

// withArticle adds the way to the first article that was quoted.
func (t *turn) withArticle(actions []message.Action) []message.Action {
	if t.article == "" {
		return actions
	}
	return slices.Insert(actions, min(1, len(actions)), message.Action{Label: "看条文原文", URL: t.article})
}

// quote cuts a text for an answer: whole where it is no longer than most characters, else at the end of a sentence, with …… behind.
func quote(text string, most int) string {
	runes := []rune(strings.Join(strings.Fields(text), ""))
	if len(runes) <= most {
		return string(runes)
	}
	for _, ends := range []string{"。", "；", "，、："} {
		for i := most - 1; i > most/3; i-- {
			if strings.ContainsRune(ends, runes[i]) {
				return string(runes[:i+1]) + "……"
			}
		}
	}
	return string(runes[:most]) + "……"
}
