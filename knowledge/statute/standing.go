package statute

import (
	"cmp"
	"slices"

	"bangban/knowledge"
	"bangban/knowledge/law"
)

// State is whether a version is in force.
type State string

// The states.
const (
	InForce  State = "in_force" // 现行有效
	Pending  State = "pending"  // 尚未施行
	Replaced State = "replaced" // 已被新版替代
	Repealed State = "repealed" // 已废止
	Removed  State = "removed"  // 已从本库撤下
)

var stateNames = map[State]string{InForce: "现行有效", Pending: "尚未施行", Replaced: "已被新版替代", Repealed: "已废止", Removed: "已从法规库撤下"}

// Name is what people call the state.
func (s State) Name() string { return stateNames[s] }

// Standing is the state of a version on a day, and what made it so.
type Standing struct {
	State  State
	By     *Law   // the version that replaces it, or the law that repeals it; nil: not in the library
	Reason string // in words, where the city's list of what is not to be cited says so
}

// catalogue is every version with its standing, as of one moment.
type catalogue struct {
	mark     int64
	day      string // the standing is of this day
	rules    string // and by this version of the city's list
	laws     []*Law // by title, newest version first
	byNo     map[int64]*Law
	byID     map[string]*Law
	titles   map[string][]*Law // newest first
	standing map[int64]Standing
}

// newCatalogue works out which version of each title is in force on a day: the latest that has come into force, unless another law or
// the city's list says that the title is repealed.
func newCatalogue(laws []*Law, rules []*knowledge.Repealed, day string) *catalogue {
	c := &catalogue{day: day, laws: laws, byNo: map[int64]*Law{}, byID: map[string]*Law{}, titles: map[string][]*Law{}, standing: map[int64]Standing{}}
	slices.SortFunc(laws, func(a, b *Law) int { return cmp.Or(cmp.Compare(a.Title, b.Title), cmp.Compare(b.Version, a.Version)) })
	repealed := map[string][]*Law{} // title → who repeals it
	for _, l := range laws {
		c.byNo[l.No], c.byID[l.ID()] = l, l
		c.titles[l.Title] = append(c.titles[l.Title], l)
		if l.from() <= day && !l.Gone {
			for _, title := range l.Repeals {
				repealed[title] = append(repealed[title], l)
			}
		}
	}
	list := map[string][]*knowledge.Repealed{}
	for _, r := range rules {
		title := law.Short(r.Title)
		list[title] = append(list[title], r)
	}
	for title, versions := range c.titles {
		var current *Law
		for _, l := range versions {
			s := Standing{State: InForce}
			switch {
			case l.Gone:
				s.State = Removed
			case l.from() > day:
				s.State = Pending
			default:
				s = standing(l, current, repealed[title], list[title])
				if current == nil {
					current = l
				}
			}
			c.standing[l.No] = s
		}
	}
	return c
}

// standing is that of a version that has come into force. current is a newer version of the title that has, too.
func standing(l, current *Law, by []*Law, list []*knowledge.Repealed) Standing {
	if current != nil {
		return Standing{State: Replaced, By: current}
	}
	for _, r := range list {
		switch {
		case r.Before == "":
			return Standing{State: Repealed, Reason: r.Reason}
		case l.Version < r.Before: // there is a newer version, which the library does not have
			return Standing{State: Replaced, Reason: r.Reason}
		}
	}
	for _, other := range by {
		if other.Title != l.Title && other.Version > l.Version {
			return Standing{State: Repealed, By: other}
		}
	}
	return Standing{State: InForce}
}

// find returns the version that a name stands for: an ID, or a title, which stands for the version in force, else for the latest.
func (c *catalogue) find(name string) *Law {
	if l := c.byID[name]; l != nil && l.Version != "" {
		return l
	}
	versions := c.titles[law.Short(name)]
	for _, want := range []func(State) bool{
		func(s State) bool { return s == InForce },
		func(s State) bool { return s != Pending && s != Removed },
		func(s State) bool { return s != Removed },
	} {
		for _, l := range versions {
			if want(c.standing[l.No].State) {
				return l
			}
		}
	}
	if len(versions) > 0 {
		return versions[0]
	}
	return nil
}
