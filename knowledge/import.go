package knowledge

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"bangban/kernel/event"
	"bangban/kernel/fault"
)

// Imported is the outcome of an import.
type Imported struct {
	Added, Changed, Unchanged, Withdrawn int
	ByKind                               map[RecordKind]int // added and changed
}

// ImportOptions say how an import is done.
type ImportOptions struct {
	Actor string
	// WithdrawMissing withdraws what is published, is of a kind that the corpus holds, and is not in it.
	WithdrawMissing bool
	// ReplaceAll withdraws everything that is published and is not in the corpus, of any kind: another city takes the place.
	ReplaceAll bool
	// Progress is told how many of the changed records are written; nil: nobody is.
	Progress func(done, total int)
}

// stageSize is how many drafts are written at once: citizens' turns wait for no more than that.
const stageSize = 200

// Import publishes what of a corpus is new or changed. It is all or nothing for those who ask: until the last step they see what was
// there before. What is unchanged is not touched, so that the same import again is no work.
func (s *Service) Import(ctx context.Context, c *Corpus, o ImportOptions) (Imported, error) {
	out := Imported{ByKind: map[RecordKind]int{}}
	if err := s.store.Unstage(ctx); err != nil {
		return out, fmt.Errorf("import: %w", err)
	}
	heads, err := s.store.Heads(ctx)
	if err != nil {
		return out, fmt.Errorf("import: %w", err)
	}
	at := s.now().UnixMicro()
	batch := fmt.Sprintf("import-%d", at)
	drafts, steps, events, err := planImport(c.Records(), heads, o, at, batch, &out)
	if err != nil || len(steps) == 0 {
		return out, err
	}
	for done := 0; done < len(drafts); done += stageSize {
		if err := s.store.Stage(ctx, batch, drafts[done:min(done+stageSize, len(drafts))]); err != nil {
			return out, fmt.Errorf("import: %w", err)
		}
		if o.Progress != nil {
			o.Progress(min(done+stageSize, len(drafts)), len(drafts))
		}
	}
	events = append(events, event.New(at, o.Actor, Changed, "knowledge", map[string]int{"added": out.Added, "changed": out.Changed, "withdrawn": out.Withdrawn}))
	if _, err := s.store.Save(ctx, steps, events); err != nil {
		return out, fmt.Errorf("import: %w", err)
	}
	return out, s.Refresh(ctx)
}

// planImport works out what an import changes.
func planImport(records []Record, heads map[Key]Head, o ImportOptions, at int64, batch string, out *Imported) (drafts []*Revision, steps []Step, events []event.Event, err error) {
	kinds, seen := map[RecordKind]bool{}, map[Key]bool{}
	for _, r := range records {
		kinds[r.Kind] = true
		if seen[r.Key] {
			return nil, nil, nil, &fault.Error{Kind: fault.Invalid, Key: "import.twice", Args: map[string]string{"id": r.ID}, Cause: fmt.Errorf("%s stands twice", r.Key)}
		}
		seen[r.Key] = true
		head := heads[r.Key]
		if head.Published > 0 && head.Hash == r.Hash {
			out.Unchanged++
			continue
		}
		out.ByKind[r.Kind]++
		if head.Published > 0 {
			out.Changed++
			to, err := life.Next(Published, Replace, nil)
			if err != nil {
				return nil, nil, nil, err
			}
			steps = append(steps, Step{Key: r.Key, Number: head.Published, From: Published, To: to, At: at, Reviewer: o.Actor})
		} else {
			out.Added++
		}
		d := &Revision{Record: r, Number: head.Newest + 1, State: life.First(), Author: o.Actor, At: at}
		drafts = append(drafts, d)
		events = append(events, event.New(at, o.Actor, EntryPublished, r.String(), moveData{d.Number, Published}))
	}
	if len(drafts) > 0 {
		to, err := life.Next(Draft, Import, nil)
		if err != nil {
			return nil, nil, nil, err
		}
		steps = append(steps, Step{Batch: batch, N: len(drafts), From: Draft, To: to, At: at, Reviewer: o.Actor})
	}
	if !o.WithdrawMissing && !o.ReplaceAll {
		return drafts, steps, events, nil
	}
	to, err := life.Next(Published, Withdraw, nil)
	if err != nil {
		return nil, nil, nil, err
	}
	var gone []Key
	for key, head := range heads {
		if head.Published > 0 && (o.ReplaceAll || kinds[key.Kind]) && !seen[key] {
			gone = append(gone, key)
		}
	}
	slices.SortFunc(gone, func(a, b Key) int { return cmp.Or(cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.ID, b.ID)) })
	for _, key := range gone {
		n := heads[key].Published
		out.Withdrawn++
		steps = append(steps, Step{Key: key, Number: n, From: Published, To: to, At: at, Reviewer: o.Actor})
		events = append(events, event.New(at, o.Actor, EntryWithdrawn, key.String(), moveData{n, to}))
	}
	return drafts, steps, events, nil
}
