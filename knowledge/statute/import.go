package statute

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io/fs"
	"maps"
	"slices"

	"bangban/kernel/event"
	"bangban/kernel/fault"
	"bangban/knowledge/law"
)

// Imported is the outcome of an import.
type Imported struct {
	Added, Changed, Unchanged, Withdrawn int // versions
	Articles                             int // of all versions that were read
	Left                                 int // files that could not be used
	Problems                             []law.Problem
}

// ImportOptions say how an import is done.
type ImportOptions struct {
	Actor string
	// Replace withdraws the versions that the folder does not have any more.
	Replace bool
	// DryRun reads and counts, and writes nothing.
	DryRun bool
	// Progress is told how many of the texts are done; nil: nobody is.
	Progress func(done, total int)
}

// A batch is written at once: citizens' turns wait for no more than that.
const (
	batchLaws     = 40
	batchArticles = 1500
)

// Import reads a folder of texts of law and writes what is new or changed, a few texts at a time: one that is stopped half-way is
// finished by the next. What is unchanged is not touched.
func (s *Service) Import(ctx context.Context, files fs.FS, o ImportOptions) (Imported, error) {
	im := &importing{s: s, o: o, stored: map[string]*Law{}, seen: map[string]*Law{}}
	laws, err := s.store.Laws(ctx)
	if err != nil {
		return im.out, fmt.Errorf("import laws: %w", err)
	}
	for _, l := range laws {
		im.stored[l.ID()] = l
	}
	if o.Progress != nil {
		if im.total, err = countFiles(files); err != nil {
			return im.out, fmt.Errorf("import laws: %w", err)
		}
	}
	if err := law.Walk(files, func(t *law.Text) error { return im.text(ctx, t) }, im.problem); err != nil {
		return im.out, fmt.Errorf("import laws: %w", err)
	}
	if len(im.seen) == 0 {
		return im.out, fault.New(fault.Invalid, "laws.none")
	}
	if err := im.finish(ctx); err != nil {
		return im.out, fmt.Errorf("import laws: %w", err)
	}
	return im.out, nil
}

// finish writes the last batch and withdraws what is no longer there. The last transaction carries the event that the library has
// changed, so that an import that was stopped before it has something left to do.
func (im *importing) finish(ctx context.Context) error {
	gone, events := im.gone()
	data := map[string]int{"added": im.out.Added, "changed": im.out.Changed, "withdrawn": len(gone)}
	changed := event.New(im.s.now().UnixMicro(), im.o.Actor, Changed, "statutes", data)
	if n := len(im.batch); n > 0 && len(gone) == 0 {
		im.batch[n-1].Events = append(im.batch[n-1].Events, changed)
	}
	if err := im.flush(ctx); err != nil || len(gone) == 0 {
		return err
	}
	im.out.Withdrawn = len(gone)
	if im.o.DryRun {
		return nil
	}
	return im.s.store.Withdraw(ctx, gone, append(events, changed))
}

type importing struct {
	s           *Service
	o           ImportOptions
	out         Imported
	stored      map[string]*Law // by ID
	seen        map[string]*Law
	batch       []Change
	articles    int // in the batch
	done, total int
}

func (im *importing) problem(p law.Problem) {
	im.out.Problems = append(im.out.Problems, p)
	if p.Left {
		im.out.Left++
	}
}

func (im *importing) text(ctx context.Context, t *law.Text) error {
	im.done += t.Files()
	if im.o.Progress != nil {
		im.o.Progress(min(im.done, im.total), im.total)
	}
	l, articles := made(t)
	if len(articles) == 0 {
		im.problem(law.Problem{Path: t.Path, What: "没有读到正文", Do: "请检查文件里有没有“第一条 …”这样的条文", Left: true})
		return nil
	}
	if twin := im.seen[l.ID()]; twin != nil {
		p := law.Problem{Path: t.Path, What: "和 " + twin.Path + " 是同一部法规的同一个版本", Do: "内容一样，只收一份；可以删掉其中一个"}
		if twin.Hash != l.Hash {
			p.Do, p.Left = "内容不一样，只收了前一份；请核对后留下正确的那个", true
		}
		im.problem(p)
		return nil
	}
	im.seen[l.ID()] = l
	im.out.Articles += len(articles)
	switch old := im.stored[l.ID()]; {
	case old == nil:
		im.out.Added++
	case old.Hash == l.Hash && !old.Gone:
		im.out.Unchanged++
		return nil
	default:
		im.out.Changed++
		l.No = old.No
	}
	if len(im.batch) > 0 && (len(im.batch) >= batchLaws || im.articles+len(articles) > batchArticles) {
		if err := im.flush(ctx); err != nil {
			return err
		}
	}
	saved := event.New(im.s.now().UnixMicro(), im.o.Actor, Saved, "statute:"+l.ID(), map[string]any{"articles": len(articles), "hash": l.Hash})
	im.batch = append(im.batch, Change{Law: l, Articles: articles, Events: []event.Event{saved}})
	im.articles += len(articles)
	return nil
}

func (im *importing) flush(ctx context.Context) error {
	batch := im.batch
	im.batch, im.articles = nil, 0
	if len(batch) == 0 || im.o.DryRun {
		return ctx.Err()
	}
	return im.s.store.Write(ctx, batch)
}

// gone are the versions that the folder does not have any more, when they are to be withdrawn.
func (im *importing) gone() (gone []int64, events []event.Event) {
	if !im.o.Replace {
		return nil, nil
	}
	for _, id := range slices.Sorted(maps.Keys(im.stored)) {
		if l := im.stored[id]; im.seen[id] == nil && !l.Gone {
			gone = append(gone, l.No)
			events = append(events, event.New(im.s.now().UnixMicro(), im.o.Actor, Withdrawn, "statute:"+id, map[string]any{}))
		}
	}
	return gone, events
}

// made turns a text into a version with its articles.
func made(t *law.Text) (*Law, []Article) {
	card := t.Card()
	l := &Law{Title: card.Title, Version: t.Date, DocumentNo: card.DocumentNo, Issuer: card.Issuer, Effective: card.Effective, Level: Level(card.Level),
		Repeals: t.Repeals(), Path: t.Path}
	l.Passed, l.Published = t.Days()
	entries := t.Entries()
	articles := make([]Article, len(entries))
	for i, e := range entries {
		articles[i] = Article{Place: i, Key: e.Key, Label: e.Label, Number: e.Number, Sub: e.Sub, Headings: e.Headings, Text: e.Text}
		l.Keys = append(l.Keys, e.Key)
	}
	l.Hash = hashOf(l, articles)
	return l, articles
}

// hashOf is over everything but the number and the path: a file may move.
func hashOf(l *Law, articles []Article) string {
	h := sha256.New()
	plain := *l
	plain.Path = ""
	e := json.NewEncoder(h)
	for _, v := range []any{plain, articles} {
		if err := e.Encode(v); err != nil {
			panic(fmt.Sprintf("statute: %s does not encode: %v", l.ID(), err)) // plain data types always do
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}

func countFiles(files fs.FS) (int, error) {
	n := 0
	err := fs.WalkDir(files, ".", func(_ string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && law.IsText(d.Name()) {
			n++
		}
		return nil // Walk says what is wrong with a folder
	})
	return n, err
}
