package citizen

import (
	"context"
	"encoding/base64"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"bangban/kernel/fault"
	"bangban/knowledge"
)

// department is an office as entries name it.
type department struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func departmentOf(lib *knowledge.Library, id string) *department {
	d, ok := lib.Department(id)
	if !ok {
		return nil
	}
	return &department{d.ID, d.Name}
}

// itemLine is an item as it stands in a list.
type itemLine struct {
	ID          knowledge.ItemID   `json:"id"`
	Name        string             `json:"name"`
	Short       string             `json:"short"`
	Summary     string             `json:"summary,omitempty"`
	Topics      []string           `json:"topics,omitempty"`
	LegalTopics []string           `json:"legal_topics,omitempty"`
	Targets     []knowledge.Target `json:"targets"`
	Department  *department        `json:"department,omitempty"`
	Updated     string             `json:"updated"`
	URL         string             `json:"url"`
}

func lineOf(lib *knowledge.Library, it *knowledge.Item) itemLine {
	l := itemLine{ID: it.ID, Name: it.Name, Short: it.Short, Topics: it.Topics, LegalTopics: it.LegalTopics, Targets: it.Targets,
		Department: departmentOf(lib, it.Department), Updated: it.Updated, URL: itemURL(it.ID)}
	if it.Summary != nil {
		l.Summary = it.Summary.Text
	}
	if l.Targets == nil {
		l.Targets = []knowledge.Target{}
	}
	return l
}

func itemURL(id knowledge.ItemID) string { return "/items/" + url.PathEscape(string(id)) }

type itemsRequest struct {
	Topic  string `query:"topic" json:"-"`
	Target string `query:"target" json:"-"`
	Region string `query:"region" json:"-"`
	Q      string `query:"q" json:"-"`
	Cursor string `query:"cursor" json:"-"`
	Limit  int    `query:"limit" json:"-"`
}

type itemsResult struct {
	Items []itemLine `json:"items"`
	// Cursor leads to the next page; empty on the last one.
	Cursor string `json:"cursor,omitempty"`
	// Total counts what the filters let through, on all pages.
	Total int `json:"total"`
}

const (
	itemsPage = 20
	// maxQuery bounds the words of a search.
	maxQuery = 100
	// maxFound is how many results a search ranks.
	maxFound = 100
)

// items lists what can be handled: by id, or for q by how well it fits.
func (a *API) items(ctx context.Context, req *itemsRequest) (*itemsResult, error) {
	limit, err := pageSize(req.Limit, itemsPage, 100)
	if err != nil {
		return nil, err
	}
	k := a.Knowledge()
	code, err := region(k.Library, req.Region)
	if err != nil {
		return nil, err
	}
	all, err := a.candidates(ctx, k, req.Q, code)
	if err != nil {
		return nil, err
	}
	all = slices.DeleteFunc(all, func(it *knowledge.Item) bool {
		return !a.public(it) ||
			(req.Topic != "" && !slices.Contains(it.Topics, req.Topic) && !slices.Contains(it.LegalTopics, req.Topic)) ||
			(req.Target != "" && !slices.Contains(it.Targets, knowledge.Target(req.Target))) ||
			(code != "" && !offered(k.Library, it, code))
	})
	from, err := startOf(req.Cursor, all)
	if err != nil {
		return nil, err
	}
	res := &itemsResult{Items: []itemLine{}, Total: len(all)}
	page := all[from:min(from+limit, len(all))]
	for _, it := range page {
		res.Items = append(res.Items, lineOf(k.Library, it))
	}
	if from+limit < len(all) {
		res.Cursor = cursorOf(from+limit, page[len(page)-1].ID)
	}
	return res, nil
}

// candidates are all items by id, or those that a search finds, best first.
func (a *API) candidates(ctx context.Context, k Knowledge, q, region string) ([]*knowledge.Item, error) {
	if q = strings.TrimSpace(q); q == "" {
		return slices.Clone(k.Library.Items()), nil
	}
	found, err := a.find(ctx, k, q, region, []knowledge.EntryKind{knowledge.KindItem}, maxFound)
	if err != nil {
		return nil, err
	}
	var all []*knowledge.Item
	for _, f := range found {
		if it, ok := k.Library.Item(f.Document.Item); ok {
			all = append(all, it)
		}
	}
	return all, nil
}

// find searches what is published, for the API and for pages alike.
func (a *API) find(ctx context.Context, k Knowledge, q, region string, kinds []knowledge.EntryKind, limit int) ([]knowledge.Candidate, error) {
	if utf8.RuneCountInString(q) > maxQuery {
		return nil, &fault.Error{Kind: fault.Invalid, Key: "query.too_long", Args: map[string]string{"limit": strconv.Itoa(maxQuery), "field": "q"}}
	}
	now := a.Now()
	return k.Search.Search(ctx, knowledge.Query{Understanding: k.Understand.Understand(q, now), Region: region, Now: now.UnixMicro(), Kinds: kinds, Limit: limit})
}

// public reports whether citizens may see an item now.
func (a *API) public(it *knowledge.Item) bool {
	return it.Secrecy.Public() && knowledge.Valid(it.Effective, it.Expires, a.Now())
}

// offered reports whether an item is for a region, for all around it, or for a part of it.
func offered(lib *knowledge.Library, it *knowledge.Item, region string) bool {
	return len(it.Regions) == 0 || slices.ContainsFunc(it.Regions, func(r string) bool {
		return lib.Within(region, r) || lib.Within(r, region)
	})
}

// cursorOf names the next page by where it starts and by the entry before it, which is looked for when the list has changed.
func cursorOf(from int, last knowledge.ItemID) string {
	return base64.RawURLEncoding.EncodeToString([]byte(strconv.Itoa(from) + "." + string(last)))
}

func startOf(cursor string, all []*knowledge.Item) (int, error) {
	if cursor == "" {
		return 0, nil
	}
	wrong := &fault.Error{Kind: fault.Invalid, Key: "cursor.invalid", Args: map[string]string{"field": "cursor"}}
	raw, err := base64.RawURLEncoding.DecodeString(cursor)
	if err != nil {
		return 0, wrong
	}
	number, last, ok := strings.Cut(string(raw), ".")
	from, err := strconv.Atoi(number)
	if !ok || err != nil || from < 1 {
		return 0, wrong
	}
	if i := slices.IndexFunc(all, func(it *knowledge.Item) bool { return string(it.ID) == last }); i >= 0 {
		return i + 1, nil
	}
	return min(from, len(all)), nil
}

func pageSize(asked, usual, most int) (int, error) {
	if asked == 0 {
		return usual, nil
	}
	if asked < 0 || asked > most {
		return 0, &fault.Error{Kind: fault.Invalid, Key: "limit.invalid", Args: map[string]string{"limit": strconv.Itoa(most), "field": "limit"}}
	}
	return asked, nil
}

type itemRequest struct {
	ID string `path:"id" json:"-"`
}

// itemResult is the whole guide. Every filled field names its bases in `by`; Sources says what they are.
type itemResult struct {
	*knowledge.Item
	// What is for our own use is left out.
	Common     []string          `json:"common,omitempty"`
	Hot        int               `json:"hot,omitempty"`
	Secrecy    knowledge.Secrecy `json:"secrecy,omitempty"`
	Department *department       `json:"department,omitempty"`
	Revision   int               `json:"revision"`
	URL        string            `json:"url"`
	Sources    map[string]source `json:"sources"`
	Points     []point           `json:"points,omitempty"`
}

func (a *API) item(_ context.Context, req *itemRequest) (*itemResult, error) {
	lib := a.Knowledge().Library
	it, ok := lib.Item(knowledge.ItemID(req.ID))
	if !ok || !a.public(it) {
		return nil, fault.New(fault.NotFound, "item.not_found")
	}
	res := &itemResult{Item: it, Department: departmentOf(lib, it.Department), Revision: lib.Revision(string(it.ID)), URL: itemURL(it.ID)}
	places := lib.Points("", it.ID)
	for i := range places {
		res.Points = append(res.Points, asPoint(places[i]))
	}
	res.Sources = sourcesOf(lib, it, res.Points)
	return res, nil
}
