package citizen

import (
	"context"
	"net/url"
	"slices"
	"strings"

	"bangban/channels/portal"
	"bangban/knowledge"
	"bangban/server"
)

const (
	longestSearch = 100 // characters
	excerpt       = 90  // characters of a hit's text
	mostHits      = 20
)

var kindNames = map[knowledge.EntryKind]string{knowledge.KindItem: "办事指南", knowledge.KindFAQ: "常见问题", knowledge.KindEvent: "一件事",
	knowledge.KindHotline: "热线", knowledge.KindPoint: "网点"}

// searched are the kinds of entries that have a page, or a place on one.
var searched = []knowledge.EntryKind{knowledge.KindItem, knowledge.KindFAQ, knowledge.KindEvent, knowledge.KindHotline, knowledge.KindPoint}

// search finds entries by words, the way the machine finds them, and marks what matched.
func (p *Pages) search(ctx context.Context, req *struct {
	Looks
	Q string `query:"q" json:"-"`
}) (*server.Page, error) {
	body := portal.SearchPage{Q: strings.TrimSpace(req.Q), Laws: p.hasLaws(ctx)}
	switch {
	case body.Q == "":
	case len([]rune(body.Q)) > longestSearch:
		body.Q, body.Problem = cut(body.Q, longestSearch), "搜索词最多 100 个字，请少写几个字试试。"
	default:
		hits, err := p.find(ctx, body.Q)
		if err != nil {
			return nil, err
		}
		body.Hits, body.More = hits, len(hits) == mostHits
	}
	return p.page(&req.Looks, portal.Page{Title: "找一找", Body: body})
}

func (p *Pages) find(ctx context.Context, q string) ([]portal.Hit, error) {
	published := p.Knowledge()
	now := p.Now()
	found, err := published.Search.Search(ctx, knowledge.Query{Understanding: published.Understand.Understand(q, now), Now: now.UnixMicro(), Kinds: searched, Limit: mostHits})
	if err != nil {
		return nil, err
	}
	var out []portal.Hit
	for _, c := range found {
		d := c.Document
		if !telling(c.Evidence) && !slices.ContainsFunc(d.Titles, func(t string) bool { return strings.Contains(t, q) }) {
			continue
		}
		words := append([]string{q}, c.Evidence.Matched...)
		text := p.about(published.Library, d)
		out = append(out, portal.Hit{Kind: kindNames[d.Kind], URL: address(d), Title: portal.Mark(d.Titles[0], words),
			Text: portal.Mark(portal.Excerpt(text, words, excerpt), words)})
	}
	return out, nil
}

// telling reports whether enough of the words stands in an entry to show it: one common word is no find.
func telling(e knowledge.Evidence) bool {
	return e.Coverage >= 0.5 || e.Title >= 0.4 || e.Contained >= 0.5
}

// about is the line below a hit: what the entry says first.
func (p *Pages) about(lib *knowledge.Library, d *knowledge.Document) string {
	switch d.Kind {
	case knowledge.KindItem:
		if it, ok := lib.Item(d.Item); ok && it.Summary != nil {
			return it.Summary.Text
		}
	case knowledge.KindFAQ:
		if f, ok := lib.FAQ(d.ID); ok && len(f.Answer) > 0 {
			return f.Answer[0].Text
		}
	case knowledge.KindEvent:
		if e, ok := lib.Event(d.ID); ok && e.Summary != nil {
			return e.Summary.Text
		}
	case knowledge.KindPoint:
		if pt, ok := lib.Point(d.ID); ok {
			return pt.Address
		}
	case knowledge.KindHotline:
		if h, ok := lib.Hotline(strings.TrimPrefix(d.ID, "hotline-")); ok {
			return h.Number + "，" + h.For
		}
	}
	return ""
}

// address is the page of an entry.
func address(d *knowledge.Document) string {
	id := url.PathEscape(d.ID)
	switch d.Kind {
	case knowledge.KindItem:
		return "/items/" + id
	case knowledge.KindFAQ:
		return "/faq/" + id
	case knowledge.KindEvent:
		return "/life-events/" + id
	case knowledge.KindPoint:
		return "/points#" + id
	}
	return "/points#phones"
}
