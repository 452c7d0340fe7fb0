package bangban

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"bangban/conversation/ownership"
)

// deskTimes are the times of hand-off that a city may set: those of a talk, and those of a seat.
type deskTimes struct {
	rules                ownership.Rules
	lease, wrap, promise time.Duration
}

// DeskTimes reads --desk-times: name=span, comma separated, such as offer=30s,first-reply=60s. What is not named keeps its default.
func (c *Config) deskTimes() (deskTimes, error) {
	var t deskTimes
	r := &t.rules
	names := map[string]*time.Duration{"offer": &r.Offer, "voice-offer": &r.VoiceOffer, "ring": &r.Ring, "choice": &r.Choice, "voice-choice": &r.VoiceChoice,
		"reassure": &r.Reassure, "first-reply": &r.FirstReply, "next-reply": &r.NextReply, "silent": &r.Silent, "gone": &r.Gone, "waiting-ends": &r.WaitingEnds,
		"transfer": &r.Transfer, "quiet": &r.Quiet, "window": &r.Window, "max-wait": &r.MaxWait, "lease": &t.lease, "wrap": &t.wrap, "promise": &t.promise}
	for part := range strings.SplitSeq(c.DeskTimes, ",") {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		name, span, _ := strings.Cut(part, "=")
		into, ok := names[strings.TrimSpace(name)]
		if !ok {
			return t, fmt.Errorf("--desk-times: %q is none of %s", name, strings.Join(slices.Sorted(maps.Keys(names)), ", "))
		}
		d, err := time.ParseDuration(strings.TrimSpace(span))
		if err != nil || d <= 0 {
			return t, fmt.Errorf("--desk-times: %q is no span such as 30s or 3m", part)
		}
		*into = d
	}
	return t, nil
}
