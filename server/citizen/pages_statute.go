package citizen

import (
	"context"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"bangban/channels/portal"
	"bangban/conversation/message"
	"bangban/kernel/fault"
	"bangban/knowledge"
	"bangban/knowledge/statute"
	"bangban/server"
)

const (
	lawsPage     = 40  // laws on a page of the list
	articlesPage = 20  // articles on a page of a search
	openContents = 60  // articles up to which the contents are shown open
	begins       = 40  // characters of an article in the contents and beside its neighbours
	mostItems    = 12  // items that are named beside an article
	mostNarrow   = 5   // laws that a search can be narrowed to
	lastLaw      = 1e6 // where paging ends
)

// lawPages adds the pages of the law library.
func (p *Pages) lawPages(s *server.Server) {
	s.GET("/laws", server.HTML(p.laws))
	s.GET("/laws/{law}", server.HTML(p.law))
	s.GET("/laws/{law}/{article}", server.HTML(p.lawArticle))
}

// hasLaws reports whether there is anything in the law library.
func (s *Services) hasLaws(ctx context.Context) bool {
	if s.Statutes == nil {
		return false
	}
	o, err := s.Statutes.Overview(ctx)
	return err == nil && o.Versions > 0
}

// lawQuery is the address of a search or a list.
type lawQuery struct {
	q, law  string
	level   statute.Level
	history bool
	from    int
}

func (q lawQuery) url() string {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	set("q", q.q)
	set("law", q.law)
	set("level", string(q.level))
	if q.history {
		v.Set("history", "1")
	}
	if q.from > 0 {
		v.Set("from", strconv.Itoa(q.from))
	}
	if len(v) == 0 {
		return "/laws"
	}
	return "/laws?" + v.Encode()
}

// laws shows the search of the law library, and without words the list of what is in force.
func (p *Pages) laws(ctx context.Context, req *struct {
	Looks
	Q       string `query:"q" json:"-"`
	Law     string `query:"law" json:"-"`
	Level   string `query:"level" json:"-"`
	History bool   `query:"history" json:"-"`
	From    int    `query:"from" json:"-"`
}) (*server.Page, error) {
	q := lawQuery{q: strings.TrimSpace(req.Q), law: req.Law, level: statute.Level(req.Level), history: req.History, from: min(max(req.From, 0), lastLaw)}
	if q.level.Name() == "" {
		q.level = ""
	}
	body := portal.LawsPage{Q: q.q}
	var err error
	switch {
	case p.Statutes == nil:
	case len([]rune(q.q)) > longestSearch:
		body.Q, body.Problem = cut(q.q, longestSearch), "搜索词最多 100 个字，请少写几个字试试。"
	case q.q == "":
		p.Statutes.Warm(ctx)
		err = p.listLaws(ctx, q, &body)
	default:
		err = p.searchLaws(ctx, q, &body)
	}
	if err != nil {
		return nil, err
	}
	return p.page(&req.Looks, portal.Page{Title: "政策法规", Body: body})
}

func (p *Pages) listLaws(ctx context.Context, q lawQuery, body *portal.LawsPage) error {
	q.law, q.history = "", false
	o, err := p.Statutes.Overview(ctx)
	if err != nil {
		return err
	}
	if o.Laws > 0 {
		body.Levels = levels(q, o.Laws, o.ByLevel)
	}
	list, total, err := p.Statutes.List(ctx, q.level, q.from, lawsPage)
	if err != nil {
		return err
	}
	for _, v := range list {
		body.Listed = append(body.Listed, lawLink(v))
	}
	body.Total = total
	pageLinks(q, q.from+lawsPage < total, lawsPage, body)
	return nil
}

// levels are the choices of a level; the figures fall away where total is 0.
func levels(q lawQuery, total int, count map[statute.Level]int) []portal.RegionLink {
	all := q
	all.level, all.from = "", 0
	out := []portal.RegionLink{{Name: "全部", URL: all.url(), Current: q.level == "", Count: total}}
	for _, l := range statute.Levels {
		one := all
		one.level = l
		if total == 0 || count[l] > 0 {
			out = append(out, portal.RegionLink{Name: l.Name(), URL: one.url(), Current: q.level == l, Count: count[l]})
		}
	}
	return out
}

func pageLinks(q lawQuery, more bool, page int, body *portal.LawsPage) {
	if q.from > 0 {
		first := q
		first.from = 0
		body.Back = first.url()
	}
	if more {
		q.from += page
		body.Next = q.url()
	}
}

func (p *Pages) searchLaws(ctx context.Context, q lawQuery, body *portal.LawsPage) error {
	body.Levels = levels(q, 0, nil)
	found, err := p.findLaws(ctx, statute.Query{Text: q.q, Level: q.level, Law: q.law, History: q.history, From: q.from, Limit: articlesPage})
	if fault.Is(err, fault.Unavailable) {
		body.Preparing, body.Again = true, q.url()
		return nil
	}
	if err != nil {
		return err
	}
	if q.law != "" {
		wide := q
		wide.law, wide.from = "", 0
		body.Only = &portal.Link{Label: "《" + q.law + "》", URL: wide.url()}
	} else if q.from == 0 {
		for _, v := range found.Laws {
			body.Named = append(body.Named, lawLink(v))
		}
	}
	var narrow []string
	for _, h := range found.Hits {
		hit := portal.LawHit{Law: h.Title, Label: h.Article.Label, URL: h.ArticleURL(h.Article.Key), Text: portal.Mark(h.Text, h.Matched)}
		if h.State != statute.InForce {
			hit.State = h.State.Name()
		}
		body.Hits = append(body.Hits, hit)
		if q.law == "" && !slices.Contains(narrow, h.Title) && len(narrow) < mostNarrow {
			narrow = append(narrow, h.Title)
			one := q
			one.law, one.from = h.Title, 0
			body.Narrow = append(body.Narrow, portal.Link{Label: h.Title, URL: one.url()})
		}
	}
	if len(body.Narrow) < 2 {
		body.Narrow = nil
	}
	other := q
	other.history, other.from = !q.history, 0
	body.History = portal.RegionLink{Name: map[bool]string{false: "连同旧版本和已废止的一起找", true: "只找现行有效的"}[q.history], URL: other.url()}
	pageLinks(q, found.More, articlesPage, body)
	return nil
}

func lawLink(v statute.View) portal.LawLink {
	l := portal.LawLink{Title: v.Title, URL: v.URL}
	note := []string{v.Level.Name()}
	for _, s := range []string{v.Issuer, v.DocumentNo, v.Version} {
		if s != "" {
			note = append(note, s)
		}
	}
	l.Note = strings.Join(note, " · ")
	if v.State != statute.InForce {
		l.State = v.State.Name()
	}
	return l
}

// lawHead is what both pages tell of a version; article is the one that is shown, empty on the page of the law.
func (p *Pages) lawHead(ctx context.Context, v statute.View, article string) (portal.LawHead, error) {
	h := portal.LawHead{Title: v.Title, URL: v.URL, DocumentNo: v.DocumentNo, Level: v.Level.Name(), Issuer: v.Issuer, Passed: v.Passed, Published: v.Published,
		Effective: v.Effective, Version: v.Version, Articles: len(v.Keys), InForce: v.State == statute.InForce, StateName: v.State.Name()}
	instead := func(l *statute.Law, label string) error {
		other, err := p.Statutes.View(ctx, l)
		if err != nil {
			return err
		}
		h.Instead = &portal.Link{Label: label, URL: other.URL}
		if l.Title == v.Title && article != "" && l.Place(article) >= 0 {
			h.Instead.URL = other.ArticleURL(article)
		}
		return nil
	}
	switch v.State {
	case statute.Pending:
		h.Warning = "这个版本还没有施行，现在不能用。"
		if day := max(v.Effective, v.Version); day != "" {
			h.Warning = "这个版本 " + day + " 起施行，现在还不能用。"
		}
	case statute.Replaced:
		h.Warning = "这是 " + v.Version + " 的旧版本，已被新版替代。"
		if v.By != nil {
			return h, instead(v.By, "看现行版本")
		}
		h.Warning += "新版（" + v.Reason + "）还没有收录。"
	case statute.Repealed:
		h.Warning = "这部法规已废止，只供查阅。"
		if v.By != nil {
			h.Warning = "这部法规已由《" + v.By.Title + "》废止，只供查阅。"
			return h, instead(v.By, "看《"+v.By.Title+"》")
		}
		if v.Reason != "" {
			h.Warning = "这部法规已废止（" + v.Reason + "），只供查阅。"
		}
	case statute.Removed:
		h.Warning = "这份文本已从法规库撤下，只供查阅。"
	}
	return h, nil
}

// law shows a version with its contents.
func (p *Pages) law(ctx context.Context, req *struct {
	Looks
	Law string `path:"law" json:"-"`
}) (*server.Page, error) {
	if p.Statutes == nil {
		return nil, fault.New(fault.NotFound, "law.not_found")
	}
	v, versions, err := p.Statutes.Law(ctx, req.Law)
	if err != nil {
		return nil, err
	}
	head, err := p.lawHead(ctx, v, "")
	if err != nil {
		return nil, err
	}
	contents, err := p.Statutes.Contents(ctx, v.Law)
	if err != nil {
		return nil, err
	}
	body := portal.LawPage{LawHead: head, Open: len(contents) <= openContents}
	for _, a := range contents {
		if n := len(body.Groups); n == 0 || !slices.Equal(body.Groups[n-1].Headings, a.Headings) {
			body.Groups = append(body.Groups, portal.LawGroup{Headings: a.Headings})
		}
		g := &body.Groups[len(body.Groups)-1]
		g.Articles = append(g.Articles, articleLink(v, a))
	}
	if len(versions) > 1 {
		for _, other := range versions {
			l := portal.LawLink{Title: other.Version, URL: other.URL, State: other.State.Name()}
			if l.Title == "" {
				l.Title = "没有日期的版本"
			}
			if other.Law == v.Law {
				l.URL = ""
			}
			body.Versions = append(body.Versions, l)
		}
	}
	return p.page(&req.Looks, portal.Page{Title: v.Title, Crumbs: []portal.Crumb{{Label: "政策法规", URL: "/laws"}}, Body: body, Published: v.Published, Source: v.Issuer})
}

func articleLink(v statute.View, a *statute.Article) portal.Link {
	text := strings.Join(strings.Fields(a.Text), " ")
	if short := cut(text, begins); short != text {
		text = short + "…"
	}
	return portal.Link{Label: a.Label, URL: v.ArticleURL(a.Key), Note: text}
}

// lawArticle shows one article in its law.
func (p *Pages) lawArticle(ctx context.Context, req *struct {
	Looks
	Law     string `path:"law" json:"-"`
	Article string `path:"article" json:"-"`
}) (*server.Page, error) {
	if p.Statutes == nil {
		return nil, fault.New(fault.NotFound, "law.not_found")
	}
	v, before, at, after, err := p.Statutes.Article(ctx, req.Law, req.Article)
	if err != nil {
		return nil, err
	}
	head, err := p.lawHead(ctx, v, at.Key)
	if err != nil {
		return nil, err
	}
	body := portal.ArticlePage{LawHead: head, Label: at.Label, Headings: at.Headings, Blocks: portal.Blocks(at.Text)}
	if before != nil {
		l := articleLink(v, before)
		body.Before = &l
	}
	if after != nil {
		l := articleLink(v, after)
		body.After = &l
	}
	if v.State == statute.InForce {
		body.Items = p.restingOn(v.Title, at.Key)
	}
	crumbs := []portal.Crumb{{Label: "政策法规", URL: "/laws"}, {Label: v.Title, URL: v.URL}}
	return p.page(&req.Looks, portal.Page{Title: v.Title + " " + at.Label, Crumbs: crumbs, Body: body, Published: v.Published, Source: v.Issuer})
}

// restingOn are the items that name an article among their laws.
func (p *Pages) restingOn(title, key string) []portal.Link {
	var out []portal.Link
	for _, it := range p.Knowledge().Library.Items() {
		if len(out) < mostItems && p.visible(it.Secrecy, it.Effective, it.Expires) && slices.ContainsFunc(it.Laws, func(b knowledge.Basis) bool {
			t, article, ok := b.Clause()
			return ok && t == title && statute.ArticleKey(article) == key
		}) {
			out = append(out, itemLink(it))
		}
	}
	return out
}

// cited shows the sources of a library; a clause that the law library has gets its address there.
func (p *Pages) cited(ctx context.Context, lib *knowledge.Library) portal.Resolve {
	plain := resolve(lib)
	return func(b knowledge.Basis) (message.Basis, bool) {
		m, ok := plain(b)
		if title, article, clause := b.Clause(); ok && clause && m.URL == "" && p.Statutes != nil {
			m.URL, _, _ = p.Statutes.Lookup(ctx, title, article, false)
		}
		return m, ok
	}
}
