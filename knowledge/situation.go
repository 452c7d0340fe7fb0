package knowledge

// Situation returns the 情形 of that id, nil when there is none.
func (it *Item) Situation(id string) *Situation {
	for i := range it.Situations {
		if it.Situations[i].ID == id {
			return &it.Situations[i]
		}
	}
	return nil
}

// In returns the details of the item in a situation: what is filled there takes the place of the item's own, what is empty stays. The
// two limits are one matter, so a situation that fills either replaces both. Without a situation they are the item's own.
func (it *Item) In(s *Situation) Details {
	d := it.Details
	if s == nil {
		return d
	}
	lay(&d.Conditions, s.Conditions)
	lay(&d.Materials, s.Materials)
	lay(&d.Fees, s.Fees)
	lay(&d.Places, s.Places)
	lay(&d.Hours, s.Hours)
	lay(&d.Phones, s.Phones)
	lay(&d.Complaint, s.Complaint)
	lay(&d.Validity, s.Validity)
	lay(&d.Steps, s.Steps)
	lay(&d.Notes, s.Notes)
	if s.Statutory != nil || s.Promised != nil {
		d.Statutory, d.Promised = s.Statutory, s.Promised
	}
	put(&d.Visits, s.Visits)
	put(&d.Online, s.Online)
	put(&d.Agent, s.Agent)
	put(&d.Result, s.Result)
	return d
}

func lay[T any](to *[]T, from []T) {
	if len(from) > 0 {
		*to = from
	}
}

func put[T any](to **T, from *T) {
	if from != nil {
		*to = from
	}
}
