package citizen

import (
	"context"

	"bangban/city/org"
	"bangban/kernel/fault"
	"bangban/knowledge"
)

type regionsRequest struct {
	Parent string `query:"parent" json:"-"`
}

type regionsResult struct {
	Regions []*org.Region `json:"regions"`
}

// regions lists the city, its districts and counties, and their streets and towns; or only those directly below parent.
func (a *API) regions(_ context.Context, req *regionsRequest) (*regionsResult, error) {
	lib := a.Knowledge().Library
	parent, err := region(lib, req.Parent)
	if err != nil {
		return nil, err
	}
	res := &regionsResult{Regions: []*org.Region{}}
	for _, r := range lib.Regions() {
		if parent == "" || r.Parent == parent {
			res.Regions = append(res.Regions, r)
		}
	}
	return res, nil
}

// point is a service point as it is shown. What is not known is left out.
type point struct {
	ID      string            `json:"id"`
	Name    string            `json:"name"`
	Kind    string            `json:"kind"`
	Region  string            `json:"region"`
	Address string            `json:"address,omitempty"`
	Phone   string            `json:"phone,omitempty"`
	Hours   string            `json:"hours,omitempty"`
	Items   []string          `json:"items,omitempty"`
	Note    string            `json:"note,omitempty"`
	Updated string            `json:"updated"`
	By      []knowledge.Basis `json:"by,omitempty"`
}

func asPoint(p org.ServicePoint) point {
	return point{ID: p.ID, Name: p.Name, Kind: p.Kind, Region: p.Region, Address: p.Address, Phone: p.Phone, Hours: p.Hours,
		Items: p.Items, Note: p.Note, Updated: p.Updated, By: bases(p.By)}
}

type pointsRequest struct {
	Region string `query:"region" json:"-"`
	Item   string `query:"item" json:"-"`
}

type pointsResult struct {
	Points  []point           `json:"points"`
	Sources map[string]source `json:"sources"`
}

// points lists service points of a region that can handle an item.
func (a *API) points(_ context.Context, req *pointsRequest) (*pointsResult, error) {
	lib := a.Knowledge().Library
	code, err := region(lib, req.Region)
	if err != nil {
		return nil, err
	}
	if req.Item != "" {
		if it, ok := lib.Item(knowledge.ItemID(req.Item)); !ok || !a.public(it) {
			return nil, fault.New(fault.NotFound, "item.not_found")
		}
	}
	res := &pointsResult{Points: []point{}}
	for _, p := range lib.Points(code, knowledge.ItemID(req.Item)) {
		res.Points = append(res.Points, asPoint(p))
	}
	res.Sources = sourcesOf(lib, res.Points)
	return res, nil
}

type hotline struct {
	Number  string            `json:"number"`
	Name    string            `json:"name"`
	For     string            `json:"for"`
	Aliases []string          `json:"aliases,omitempty"`
	Hours   string            `json:"hours,omitempty"`
	By      []knowledge.Basis `json:"by,omitempty"`
}

type hotlinesResult struct {
	Hotlines []hotline         `json:"hotlines"`
	Sources  map[string]source `json:"sources"`
}

func (a *API) hotlines(_ context.Context, _ *struct{}) (*hotlinesResult, error) {
	lib := a.Knowledge().Library
	res := &hotlinesResult{Hotlines: []hotline{}}
	for _, h := range lib.Hotlines() {
		res.Hotlines = append(res.Hotlines, hotline{Number: h.Number, Name: h.Name, For: h.For, Aliases: h.Aliases, Hours: h.Hours, By: bases(h.By)})
	}
	res.Sources = sourcesOf(lib, res.Hotlines)
	return res, nil
}

// lifeEvent is 一件事: several items that one event in life brings together, in the order in which they are done.
type lifeEvent struct {
	ID      string           `json:"id"`
	Name    string           `json:"name"`
	Summary string           `json:"summary,omitempty"`
	Items   []itemLine       `json:"items"`
	Steps   []knowledge.Fact `json:"steps,omitempty"`
	Topics  []string         `json:"topics,omitempty"`
	Updated string           `json:"updated"`
	URL     string           `json:"url"`
}

type lifeEventsResult struct {
	LifeEvents []lifeEvent       `json:"life_events"`
	Sources    map[string]source `json:"sources"`
}

func (a *API) lifeEvents(_ context.Context, _ *struct{}) (*lifeEventsResult, error) {
	lib := a.Knowledge().Library
	res := &lifeEventsResult{LifeEvents: []lifeEvent{}}
	for _, e := range lib.Events() {
		l := lifeEvent{ID: e.ID, Name: e.Name, Items: []itemLine{}, Steps: e.Steps, Topics: e.Topics, Updated: e.Updated, URL: "/life-events/" + e.ID}
		if e.Summary != nil {
			l.Summary = e.Summary.Text
		}
		for _, id := range e.Items {
			if it, ok := lib.Item(id); ok && a.public(it) {
				l.Items = append(l.Items, lineOf(lib, it))
			}
		}
		res.LifeEvents = append(res.LifeEvents, l)
	}
	res.Sources = sourcesOf(lib, lib.Events())
	return res, nil
}
