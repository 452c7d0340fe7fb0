package nlu

import "time"

// china is the time of the city: Asia/Shanghai, without summer time since 1991.
var china = time.FixedZone("Asia/Shanghai", 8*60*60)

// moment finds the time that is named.
func (a *analysis) moment(s *Slots, now time.Time) {}

// number finds a number that people say: a letter and nine digits.
func (a *analysis) number() string { return "" }
