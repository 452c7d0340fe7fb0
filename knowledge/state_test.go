package knowledge

import (
	"testing"

	"pgregory.net/rapid"

	"bangban/kernel/fault"
)

func TestLifeRows(t *testing.T) {
	for _, r := range []struct {
		name             string
		from             State
		action           Action
		author, reviewer string
		want             State
		refused          string
	}{
		{"送审", Draft, Submit, "curator:1", "curator:1", Review, ""},
		{"审核人不是作者", Review, Publish, "curator:1", "curator:2", Published, ""},
		{"作者不能审自己的", Review, Publish, "curator:1", "curator:1", Review, "revision.own_review"},
		{"导入即发布", Draft, Import, "import", "", Published, ""},
		{"草稿不能直接发布", Draft, Publish, "curator:1", "curator:2", Draft, "revision.not_now"},
		{"下架后重新上架要另一个人", Withdrawn, Restore, "curator:1", "curator:1", Withdrawn, "revision.own_review"},
		{"归档到头了", Archived, Restore, "curator:1", "curator:2", Archived, "revision.not_now"},
	} {
		t.Run(r.name, func(t *testing.T) {
			got, err := life.Next(r.from, r.action, &Revision{Author: r.author, Reviewer: r.reviewer})
			key := ""
			if f, ok := err.(*fault.Error); ok {
				key = f.Key
			}
			if got != r.want || key != r.refused {
				t.Errorf("Next = %s, %q, want %s, %q", got, key, r.want, r.refused)
			}
		})
	}
}

// Whatever people do, one revision of a record at most is published, nobody publishes their own words, and the archive keeps.
func TestLifeHolds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := []string{"curator:1", "curator:2", "curator:3"}
		var all []*Revision
		published := map[int]string{} // revision → who published it
		act := func(t *rapid.T, r *Revision, action Action) {
			before, was := *r, r.State
			others := map[int]State{}
			for _, o := range all {
				others[o.Number] = o.State
			}
			actor := rapid.SampledFrom(people).Draw(t, "actor")
			steps, events, err := plan(all, r, action, actor, 1)
			if err != nil {
				if r.State != before.State || r.Reviewer != before.Reviewer || r.At != before.At || len(steps) > 0 || len(events) > 0 {
					t.Fatalf("refused %s, yet changed", action)
				}
				return
			}
			if was == Archived {
				t.Fatalf("%s moved what is archived", action)
			}
			if r.State == Published {
				published[r.Number] = actor
				if actor == r.Author {
					t.Fatalf("%s published their own words", actor)
				}
			}
			if len(events) == 0 {
				t.Fatalf("%s left no event", action)
			}
			for _, o := range all {
				if o != r && o.State != others[o.Number] && others[o.Number] != Published {
					t.Fatalf("%s moved another revision from %s", action, others[o.Number])
				}
			}
		}
		t.Repeat(map[string]func(*rapid.T){
			"draft": func(t *rapid.T) {
				if len(all) >= 8 {
					t.Skip("enough")
				}
				all = append(all, &Revision{Record: Record{Key: Key{RecordFAQ, "x"}}, Number: len(all) + 1, State: life.First(), Author: rapid.SampledFrom(people).Draw(t, "author")})
			},
			"legal": func(t *rapid.T) {
				if len(all) == 0 {
					t.Skip("nothing yet")
				}
				r := rapid.SampledFrom(all).Draw(t, "revision")
				probe := *r
				probe.Reviewer = "curator:9" // somebody else could
				var next []Action
				for _, a := range life.Legal(r.State, &probe) {
					if a != Import && a != Replace {
						next = append(next, a)
					}
				}
				if len(next) == 0 {
					t.Skip("archived")
				}
				act(t, r, rapid.SampledFrom(next).Draw(t, "action"))
			},
			"any": func(t *rapid.T) {
				if len(all) == 0 {
					t.Skip("nothing yet")
				}
				act(t, rapid.SampledFrom(all).Draw(t, "revision"), rapid.SampledFrom([]Action{Submit, Return, Publish, Withdraw, Restore, Discard}).Draw(t, "action"))
			},
			"": func(t *rapid.T) {
				n := 0
				for _, r := range all {
					if r.State == Published {
						n++
					}
				}
				if n > 1 {
					t.Fatalf("%d revisions are published", n)
				}
			},
		})
	})
}
