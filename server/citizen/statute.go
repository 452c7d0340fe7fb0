package citizen

import (
	"context"
	"encoding/base64"
	"strconv"
	"strings"
	"unicode/utf8"

	"bangban/kernel/fault"
	"bangban/knowledge/statute"
	"bangban/server"
)

// Statutes is the law library; *statute.Service is one. An empty one finds nothing and lists nothing.
type Statutes interface {
	Overview(ctx context.Context) (statute.Overview, error)
	List(ctx context.Context, level statute.Level, from, limit int) ([]statute.View, int, error)
	Law(ctx context.Context, name string) (statute.View, []statute.View, error)
	View(ctx context.Context, l *statute.Law) (statute.View, error)
	Contents(ctx context.Context, l *statute.Law) ([]*statute.Article, error)
	Article(ctx context.Context, law, article string) (v statute.View, before, at, after *statute.Article, err error)
	Search(ctx context.Context, q statute.Query) (*statute.Found, error)
	Lookup(ctx context.Context, title, article string, text bool) (address, quoted string, ok bool)
	Warm(ctx context.Context)
}

// lawRoutes adds the law library to the API, where there is one.
func (a *API) lawRoutes(s *server.Server) {
	reads := server.Spend(s.Reads())
	s.GET("/api/v1/laws", server.JSON(a.laws), reads)
	s.GET("/api/v1/laws/{law}", server.JSON(a.law), reads)
	s.GET("/api/v1/laws/{law}/{article}", server.JSON(a.lawArticle), reads)
}

// lawLine is a version of a law as it stands in a list.
type lawLine struct {
	ID         string        `json:"id"`
	Title      string        `json:"title"`
	Version    string        `json:"version,omitempty"`
	DocumentNo string        `json:"document_no,omitempty"`
	Issuer     string        `json:"issuer,omitempty"`
	Passed     string        `json:"passed,omitempty"`
	Published  string        `json:"published,omitempty"`
	Effective  string        `json:"effective,omitempty"`
	Level      statute.Level `json:"level"`
	State      statute.State `json:"state"`
	Articles   int           `json:"articles"`
	URL        string        `json:"url"`
}

func lawLineOf(v statute.View) lawLine {
	return lawLine{ID: v.ID(), Title: v.Title, Version: v.Version, DocumentNo: v.DocumentNo, Issuer: v.Issuer, Passed: v.Passed, Published: v.Published,
		Effective: v.Effective, Level: v.Level, State: v.State, Articles: len(v.Keys), URL: v.URL}
}

type lawsRequest struct {
	Q       string `query:"q" json:"-"`
	Level   string `query:"level" json:"-"`
	Law     string `query:"law" json:"-"`
	History bool   `query:"history" json:"-"`
	Cursor  string `query:"cursor" json:"-"`
	Limit   int    `query:"limit" json:"-"`
}

// articleHit is one article that a search found.
type articleHit struct {
	Law     string        `json:"law"` // its title
	Version string        `json:"version,omitempty"`
	State   statute.State `json:"state"`
	Key     string        `json:"key"`
	Label   string        `json:"label"`
	Snippet string        `json:"snippet"`
	Matched []string      `json:"matched"` // words that stand in the snippet or the text
	URL     string        `json:"url"`
}

type lawsResult struct {
	// Laws are all laws in force, or for q those whose titles it names.
	Laws     []lawLine    `json:"laws"`
	Articles []articleHit `json:"articles"`
	Cursor   string       `json:"cursor,omitempty"`
	// Total counts the laws in force, on all pages; 0 for a search.
	Total int `json:"total"`
}

// laws lists the laws in force, or for q the articles that fit it.
func (a *API) laws(ctx context.Context, req *lawsRequest) (*lawsResult, error) {
	limit, err := pageSize(req.Limit, itemsPage, 50)
	if err != nil {
		return nil, err
	}
	level, err := levelOf(req.Level)
	if err != nil {
		return nil, err
	}
	from, err := lawCursor(req.Cursor)
	if err != nil {
		return nil, err
	}
	res := &lawsResult{Laws: []lawLine{}, Articles: []articleHit{}}
	if a.Statutes == nil {
		return res, nil
	}
	if strings.TrimSpace(req.Q) == "" {
		list, total, err := a.Statutes.List(ctx, level, from, limit)
		if err != nil {
			return nil, err
		}
		for _, v := range list {
			res.Laws = append(res.Laws, lawLineOf(v))
		}
		if res.Total = total; from+limit < total {
			res.Cursor = lawCursorOf(from + limit)
		}
		return res, nil
	}
	found, err := a.findLaws(ctx, statute.Query{Text: req.Q, Level: level, Law: req.Law, History: req.History, From: from, Limit: limit})
	if err != nil {
		return nil, err
	}
	for _, v := range found.Laws {
		res.Laws = append(res.Laws, lawLineOf(v))
	}
	for _, h := range found.Hits {
		hit := articleHit{Law: h.Title, Version: h.Version, State: h.State, Key: h.Article.Key, Label: h.Article.Label, Snippet: h.Text, Matched: h.Matched,
			URL: h.ArticleURL(h.Article.Key)}
		if hit.Matched == nil {
			hit.Matched = []string{}
		}
		res.Articles = append(res.Articles, hit)
	}
	if found.More {
		res.Cursor = lawCursorOf(from + limit)
	}
	return res, nil
}

// findLaws searches the law library, for the API and for pages alike.
func (s *Services) findLaws(ctx context.Context, q statute.Query) (*statute.Found, error) {
	if utf8.RuneCountInString(q.Text) > maxQuery {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "query.too_long", Args: map[string]string{"limit": strconv.Itoa(maxQuery), "field": "q"}}
	}
	q.Understanding = s.Knowledge().Understand.Understand(q.Text, s.Now())
	return s.Statutes.Search(ctx, q)
}

func levelOf(s string) (statute.Level, error) {
	if l := statute.Level(s); s == "" || l.Name() != "" {
		return l, nil
	}
	return "", &fault.Error{Kind: fault.Invalid, Key: "laws.level", Args: map[string]string{"field": "level"}}
}

func lawCursorOf(from int) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(from)))
}

func lawCursor(cursor string) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err == nil {
		if from, err := strconv.Atoi(string(raw)); err == nil && from > 0 && from < 1_000_000 {
			return from, nil
		}
	}
	return 0, &fault.Error{Kind: fault.Invalid, Key: "cursor.invalid", Args: map[string]string{"field": "cursor"}}
}

// articleLine is an article in the contents of a law.
type articleLine struct {
	Key      string   `json:"key"`
	Label    string   `json:"label"`
	Headings []string `json:"headings,omitempty"`
	Begins   string   `json:"begins"` // the first words of it
	URL      string   `json:"url"`
}

type lawResult struct {
	lawLine
	// ReplacedBy is the version that takes its place, or the law that repeals it; Reason says so where it is not in the library.
	ReplacedBy string        `json:"replaced_by,omitempty"`
	Reason     string        `json:"reason,omitempty"`
	Versions   []lawLine     `json:"versions"`
	Contents   []articleLine `json:"contents"`
}

func (a *API) law(ctx context.Context, req *struct {
	Law string `path:"law" json:"-"`
}) (*lawResult, error) {
	if a.Statutes == nil {
		return nil, fault.New(fault.NotFound, "law.not_found")
	}
	v, versions, err := a.Statutes.Law(ctx, req.Law)
	if err != nil {
		return nil, err
	}
	contents, err := a.Statutes.Contents(ctx, v.Law)
	if err != nil {
		return nil, err
	}
	res := &lawResult{lawLine: lawLineOf(v), Reason: v.Reason, Versions: []lawLine{}, Contents: []articleLine{}}
	if v.By != nil {
		res.ReplacedBy = v.By.ID()
	}
	for _, other := range versions {
		res.Versions = append(res.Versions, lawLineOf(other))
	}
	for _, x := range contents {
		res.Contents = append(res.Contents, articleLine{x.Key, x.Label, x.Headings, x.Text, v.ArticleURL(x.Key)})
	}
	return res, nil
}

// neighbour is the article before or after.
type neighbour struct {
	Key   string `json:"key"`
	Label string `json:"label"`
	URL   string `json:"url"`
}

type lawArticleResult struct {
	Law      lawLine    `json:"law"`
	Key      string     `json:"key"`
	Label    string     `json:"label"`
	Headings []string   `json:"headings,omitempty"`
	Text     string     `json:"text"`
	Before   *neighbour `json:"before,omitempty"`
	After    *neighbour `json:"after,omitempty"`
	URL      string     `json:"url"`
}

func (a *API) lawArticle(ctx context.Context, req *struct {
	Law     string `path:"law" json:"-"`
	Article string `path:"article" json:"-"`
}) (*lawArticleResult, error) {
	if a.Statutes == nil {
		return nil, fault.New(fault.NotFound, "law.not_found")
	}
	v, before, at, after, err := a.Statutes.Article(ctx, req.Law, req.Article)
	if err != nil {
		return nil, err
	}
	near := func(x *statute.Article) *neighbour {
		if x == nil {
			return nil
		}
		return &neighbour{x.Key, x.Label, v.ArticleURL(x.Key)}
	}
	return &lawArticleResult{Law: lawLineOf(v), Key: at.Key, Label: at.Label, Headings: at.Headings, Text: at.Text, Before: near(before), After: near(after),
		URL: v.ArticleURL(at.Key)}, nil
}
