package citizen

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"

	"bangban/channels/portal"
	"bangban/city/org"
	"bangban/conversation/message"
	"bangban/kernel/fault"
	"bangban/knowledge"
	"bangban/server"
)

// hot returns up to n questions that many people ask, the first rank first.
func (p *Pages) hot(n int) []string {
	type ranked struct {
		rank int
		text string
	}
	var all []ranked
	lib := p.Knowledge().Library
	for _, it := range lib.Items() {
		if it.Hot > 0 && p.visible(it.Secrecy, it.Effective, it.Expires) {
			all = append(all, ranked{it.Hot, it.Short + "怎么办"})
		}
	}
	for _, f := range lib.FAQs() {
		if f.Hot > 0 && p.visible(f.Secrecy, f.Effective, f.Expires) {
			all = append(all, ranked{f.Hot, f.Question})
		}
	}
	slices.SortStableFunc(all, func(a, b ranked) int { return cmp.Compare(a.rank, b.rank) })
	var out []string
	for _, r := range all[:min(n, len(all))] {
		out = append(out, r.text)
	}
	return out
}

// visible reports whether citizens may see an entry today.
func (p *Pages) visible(secrecy knowledge.Secrecy, effective, expires string) bool {
	return secrecy != "agent" && knowledge.Valid(effective, expires, p.Now())
}

func (p *Pages) home(_ context.Context, l *Looks) (*server.Page, error) {
	lib := p.Knowledge().Library
	home := portal.HomePage{Hot: p.hot(6), Topics: p.counted(lib), Events: firstOf(eventLinks(lib), 6), Hotlines: hotlines(lib, 6)}
	for _, f := range lib.FAQs() {
		if f.Kind == "notice" && p.visible(f.Secrecy, f.Effective, f.Expires) {
			home.Notices = append(home.Notices, portal.Notice{ID: f.ID, Title: f.Question, URL: "/faq/" + url.PathEscape(f.ID), Date: f.Updated})
		}
	}
	slices.SortStableFunc(home.Notices, func(a, b portal.Notice) int { return cmp.Compare(b.Date, a.Date) })
	home.Notices = home.Notices[:min(len(home.Notices), 5)]
	return p.page(l, portal.Page{Body: home})
}

// counted are the themes with how many items each has.
func (p *Pages) counted(lib *knowledge.Library) []portal.Topic {
	count := map[string]int{}
	for _, it := range lib.Items() {
		if p.visible(it.Secrecy, it.Effective, it.Expires) {
			for _, code := range it.Topics {
				count[code]++
			}
		}
	}
	return portal.Topics(count)
}

func firstOf(links []portal.Link, n int) []portal.Link { return links[:min(n, len(links))] }

func eventLinks(lib *knowledge.Library) []portal.Link {
	var out []portal.Link
	for _, e := range lib.Events() {
		l := portal.Link{Label: e.Name, URL: "/life-events/" + url.PathEscape(e.ID)}
		if e.Summary != nil {
			l.Note = e.Summary.Text
		}
		out = append(out, l)
	}
	return out
}

func hotlines(lib *knowledge.Library, n int) []org.Hotline {
	all := slices.Clone(lib.Hotlines())
	// The city's own line comes first: it takes everything.
	slices.SortStableFunc(all, func(a, b *org.Hotline) int { return cmp.Compare(btoi(a.Number != "12345"), btoi(b.Number != "12345")) })
	var out []org.Hotline
	for _, h := range all[:min(n, len(all))] {
		out = append(out, *h)
	}
	return out
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

func itemLink(it *knowledge.Item) portal.Link {
	return portal.Link{Label: it.Name, URL: "/items/" + url.PathEscape(string(it.ID))}
}

func (p *Pages) topics(_ context.Context, l *Looks) (*server.Page, error) {
	lib := p.Knowledge().Library
	total := 0
	for _, it := range lib.Items() {
		if p.visible(it.Secrecy, it.Effective, it.Expires) {
			total++
		}
	}
	return p.page(l, portal.Page{Title: "办事指南", Body: portal.TopicsPage{Topics: p.counted(lib), Total: total}})
}

func (p *Pages) topic(_ context.Context, req *struct {
	Looks
	Code string `path:"code" json:"-"`
}) (*server.Page, error) {
	topic, ok := portal.TopicByCode(req.Code)
	if !ok {
		return nil, fault.New(fault.NotFound, "path.unknown")
	}
	lib := p.Knowledge().Library
	body := portal.TopicPage{Topic: topic}
	for _, it := range lib.Items() {
		if slices.Contains(it.Topics, req.Code) && p.visible(it.Secrecy, it.Effective, it.Expires) {
			l := itemLink(it)
			if it.Summary != nil {
				l.Note = it.Summary.Text
			}
			body.Items = append(body.Items, l)
		}
	}
	for _, f := range lib.FAQs() {
		if slices.Contains(f.Topics, req.Code) && len(body.Asked) < 20 && p.visible(f.Secrecy, f.Effective, f.Expires) {
			body.Asked = append(body.Asked, portal.Link{Label: f.Question, URL: "/faq/" + url.PathEscape(f.ID)})
		}
	}
	return p.page(&req.Looks, portal.Page{Title: topic.Name, Crumbs: []portal.Crumb{{Label: "办事指南", URL: "/items"}}, Body: body})
}

// resolve shows the sources of a library.
func resolve(lib *knowledge.Library) portal.Resolve {
	return func(b knowledge.Basis) (message.Basis, bool) {
		s, ok := lib.Resolve(b)
		return message.Basis{Kind: b.Kind(), Title: s.Title, DocumentNo: s.DocumentNo, Article: s.Article, URL: s.URL}, ok
	}
}

func office(lib *knowledge.Library, id string) string {
	d, _ := lib.Department(id)
	return d.Name
}

func (p *Pages) item(ctx context.Context, req *struct {
	Looks
	ID        string `path:"id" json:"-"`
	Situation string `query:"situation" json:"-"`
}) (*server.Page, error) {
	lib := p.Knowledge().Library
	it, ok := lib.Item(knowledge.ItemID(req.ID))
	if !ok || !p.visible(it.Secrecy, it.Effective, it.Expires) {
		return nil, fault.New(fault.NotFound, "item.not_found")
	}
	body := portal.Guide(it, req.Situation, office(lib, it.Department), p.cited(ctx, lib))
	body.Revision = lib.Revision(req.ID)
	for _, id := range it.Related {
		if other, ok := lib.Item(id); ok && p.visible(other.Secrecy, other.Effective, other.Expires) {
			body.Related = append(body.Related, itemLink(other))
		}
	}
	for _, e := range lib.Events() {
		if slices.Contains(e.Items, it.ID) {
			body.Events = append(body.Events, portal.Link{Label: e.Name, URL: "/life-events/" + url.PathEscape(e.ID)})
		}
	}
	for _, f := range lib.FAQs() {
		if f.Item == it.ID && len(body.Asked) < 8 && p.visible(f.Secrecy, f.Effective, f.Expires) {
			body.Asked = append(body.Asked, portal.Link{Label: f.Question, URL: "/faq/" + url.PathEscape(f.ID)})
		}
	}
	crumbs := []portal.Crumb{{Label: "办事指南", URL: "/items"}}
	if len(it.Topics) > 0 {
		if t, ok := portal.TopicByCode(it.Topics[0]); ok {
			crumbs = append(crumbs, portal.Crumb{Label: t.Name, URL: t.URL()})
		}
	}
	return p.page(&req.Looks, portal.Page{Title: it.Name, Crumbs: crumbs, Body: body, Published: it.Updated, Source: body.Department})
}

func (p *Pages) question(ctx context.Context, req *struct {
	Looks
	ID string `path:"id" json:"-"`
}) (*server.Page, error) {
	lib := p.Knowledge().Library
	f, ok := lib.FAQ(req.ID)
	if !ok || !p.visible(f.Secrecy, f.Effective, f.Expires) {
		return nil, fault.New(fault.NotFound, "path.unknown")
	}
	body := portal.Question(f, office(lib, f.Department), p.cited(ctx, lib))
	crumbs := []portal.Crumb{{Label: "办事指南", URL: "/items"}}
	if it, ok := lib.Item(f.Item); ok && p.visible(it.Secrecy, it.Effective, it.Expires) {
		l := itemLink(it)
		body.Item = &l
		crumbs = append(crumbs, portal.Crumb{Label: l.Label, URL: l.URL})
	}
	return p.page(&req.Looks, portal.Page{Title: f.Question, Crumbs: crumbs, Body: body, Published: f.Updated, Source: body.Department})
}

func (p *Pages) events(_ context.Context, l *Looks) (*server.Page, error) {
	return p.page(l, portal.Page{Title: "一件事", Body: portal.EventsPage{Events: eventLinks(p.Knowledge().Library)}})
}

func (p *Pages) event(ctx context.Context, req *struct {
	Looks
	ID string `path:"id" json:"-"`
}) (*server.Page, error) {
	lib := p.Knowledge().Library
	e, ok := lib.Event(req.ID)
	if !ok {
		return nil, fault.New(fault.NotFound, "path.unknown")
	}
	body := portal.Bundle(e, func(id knowledge.ItemID) (portal.Link, bool) {
		it, ok := lib.Item(id)
		if !ok || !p.visible(it.Secrecy, it.Effective, it.Expires) {
			return portal.Link{}, false
		}
		l := itemLink(it)
		if it.Summary != nil {
			l.Note = it.Summary.Text
		}
		return l, true
	}, p.cited(ctx, lib))
	return p.page(&req.Looks, portal.Page{Title: e.Name, Crumbs: []portal.Crumb{{Label: "一件事", URL: "/life-events"}}, Body: body, Published: e.Updated})
}

func (p *Pages) points(_ context.Context, req *struct {
	Looks
	Region string `query:"region" json:"-"`
	Item   string `query:"item" json:"-"`
}) (*server.Page, error) {
	lib := p.Knowledge().Library
	body := portal.PointsPage{Hotlines: hotlines(lib, len(lib.Hotlines()))}
	code := ""
	if r, ok := lib.RegionNamed(req.Region); ok && req.Region != "" {
		code, body.Current = r.Code, r.Name
	}
	suffix := ""
	if it, ok := lib.Item(knowledge.ItemID(req.Item)); ok && p.visible(it.Secrecy, it.Effective, it.Expires) {
		suffix = "&item=" + url.QueryEscape(req.Item)
		body.Item = it.Name
		if len(lib.Points("", it.ID)) == 0 {
			body.Places = portal.Places(it)
		}
	}
	if body.Item == "" {
		req.Item = ""
	}
	body.Regions = append(body.Regions, portal.RegionLink{Name: "全市", URL: "/points?region=" + suffix, Current: code == ""})
	for _, r := range lib.Regions() {
		if n := len(lib.Points(r.Code, knowledge.ItemID(req.Item))); len(r.Code) == 6 && !strings.HasSuffix(r.Code, "00") && n > 0 {
			body.Regions = append(body.Regions, portal.RegionLink{Name: r.Name, URL: "/points?region=" + r.Code + suffix, Current: r.Code == code, Count: n})
		}
	}
	for _, pt := range lib.Points(code, knowledge.ItemID(req.Item)) {
		body.Points = append(body.Points, pointOf(lib, pt))
	}
	title := "办事网点"
	return p.page(&req.Looks, portal.Page{Title: title, Body: body})
}

func pointOf(lib *knowledge.Library, pt org.ServicePoint) portal.Point {
	region, _ := lib.Region(pt.Region)
	out := portal.Point{ID: pt.ID, Name: pt.Name, Region: region.Name, Address: pt.Address, Hours: pt.Hours, Phone: pt.Phone, Note: pt.Note, Updated: pt.Updated}
	show := resolve(lib)
	for _, b := range pt.By {
		if m, ok := show(knowledge.Basis(b)); ok && !slices.Contains(out.Sources, m) {
			out.Sources = append(out.Sources, m)
		}
	}
	return out
}

func (p *Pages) sitemap(ctx context.Context, l *Looks) (*server.Page, error) {
	lib := p.Knowledge().Library
	body := portal.SitemapPage{Events: eventLinks(lib), Laws: p.hasLaws(ctx)}
	for _, t := range p.counted(lib) {
		body.Topics = append(body.Topics, portal.Link{Label: t.Name, URL: t.URL()})
	}
	return p.page(l, portal.Page{Title: "网站地图", Body: body})
}
