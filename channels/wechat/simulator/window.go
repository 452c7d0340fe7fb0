package simulator

import "time"

// act is what a follower did, as far as it opens a window (2.2 of the platform's rules).
type act int

const (
	nothing act = iota // VIEW, LOCATION, the platform's own reports
	wrote              // a message
	tapped             // CLICK or a scan button of the menu, and an option of a msgmenu
	followed
	scanned
	paid
)

// unlimited is a count that is never used up.
const unlimited = 1 << 30

// rows are the messages that each act allows, and for how long.
var rows = map[act]struct {
	messages int
	during   time.Duration
}{
	wrote:    {5, 48 * time.Hour},
	tapped:   {3, time.Minute},
	followed: {3, time.Minute},
	scanned:  {3, time.Minute},
	paid:     {unlimited, 48 * time.Hour},
}

// windows are a follower's open rows. Each act resets its own row and leaves the others alone.
type windows map[act]window

type window struct {
	left  int
	until time.Time
}

func (w windows) open(a act, now time.Time) {
	if r, ok := rows[a]; ok {
		w[a] = window{r.messages, now.Add(r.during)}
	}
}

// spend takes one message: from the open row that ends first, so that a minute's messages go before those of the 48 hours; the documents
// do not say which. Without an open row it is 45015, with open ones that are all used up 45047.
func (w windows) spend(now time.Time) errcode {
	first, open := nothing, false
	for a, r := range w {
		if !now.Before(r.until) {
			continue
		}
		open = true
		if r.left > 0 && (first == nothing || r.until.Before(w[first].until) || r.until.Equal(w[first].until) && a < first) {
			first = a
		}
	}
	switch {
	case !open:
		return 45015
	case first == nothing:
		return 45047
	}
	r := w[first]
	r.left--
	w[first] = r
	return 0
}
