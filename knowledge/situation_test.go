package knowledge

import "testing"

func TestIn(t *testing.T) {
	it := &Item{Details: Details{
		Fees:      []Fee{{Name: "工本费", Yuan: "20"}},
		Statutory: &Limit{N: 60, Unit: "day"}, Promised: &Limit{N: 15, Unit: "day"},
		Agent: &Agent{Allowed: "yes"},
	}, Situations: []Situation{
		{ID: "lost", Details: Details{Fees: []Fee{{Name: "工本费", Yuan: "40"}}}},
		{ID: "urgent", Details: Details{Statutory: &Limit{N: 3, Unit: "day"}}},
	}}
	if d := it.In(it.Situation("lost")); d.Fees[0].Yuan != "40" || d.Statutory.N != 60 || d.Promised.N != 15 || d.Agent == nil {
		t.Errorf("lost: %+v", d)
	}
	if d := it.In(it.Situation("urgent")); d.Fees[0].Yuan != "20" || d.Statutory.N != 3 || d.Promised != nil {
		t.Errorf("urgent: the promise of another situation stands beside its limit: %+v", d)
	}
	if d := it.In(it.Situation("unknown")); d.Fees[0].Yuan != "20" {
		t.Errorf("no situation: %+v", d)
	}
	if it.Fees[0].Yuan != "20" || it.Promised == nil {
		t.Error("the item itself changed")
	}
}
