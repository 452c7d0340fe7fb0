package knowledge

import "bangban/nlu"

// Has reports whether the details tell anything about an attribute.
func (d *Details) Has(a nlu.Attribute) bool {
	switch a {
	case nlu.Materials:
		return len(d.Materials) > 0
	case nlu.Time:
		return d.Statutory != nil || d.Promised != nil
	case nlu.Fee:
		return len(d.Fees) > 0
	case nlu.Place:
		return len(d.Places) > 0
	case nlu.Hours:
		return len(d.Hours) > 0
	case nlu.Phone:
		return len(d.Phones) > 0
	case nlu.Conditions:
		return len(d.Conditions) > 0
	case nlu.Online:
		return d.Online != nil
	case nlu.ByAgent:
		return d.Agent != nil
	case nlu.Result:
		return d.Result != nil
	case nlu.Validity:
		return len(d.Validity) > 0
	case nlu.Steps:
		return len(d.Steps) > 0
	case nlu.Visits:
		return d.Visits != nil
	case nlu.Complaints:
		return len(d.Complaint) > 0
	}
	return false
}

// Filled lists which of the eleven attributes that a citizen can ask for the item tells, in itself or in a situation.
func (it *Item) Filled() []nlu.Attribute {
	var out []nlu.Attribute
	for _, a := range nlu.Attributes {
		has := it.Has(a)
		for i := range it.Situations {
			has = has || it.Situations[i].Has(a)
		}
		if has {
			out = append(out, a)
		}
	}
	return out
}
