package ownership

import "strconv"

// Effects of waiting for a person: T2-T9, T17, T22.

// enqueue begins a handoff. A promise that is open keeps its place in the queue (T24).
func (s *step) enqueue() {
	at := s.c.At
	if s.t.Promise != "" {
		at = s.t.PromiseFrom
	}
	h := &Handoff{ID: s.c.ID, Reason: s.c.Reason, Needs: s.c.Needs, Class: s.class(), EnqueuedAt: at}
	s.t.State, s.t.Handoff = Queued, h
	if s.t.UnansweredSince == 0 {
		s.t.UnansweredSince = s.c.At
	}
	s.inLineClocks()
	s.note("handoff.queued", map[string]any{"handoff": h.ID, "reason": h.Reason, "class": h.Class, "topic": h.Needs.Topic, "region": h.Needs.Region})
	s.tellPosition()
	s.e.Seek = true
}

func (s *step) class() Class {
	c := s.c.Class
	if s.voice() && c > Voice {
		c = Voice
	}
	return c
}

// inLineClocks sets what runs while someone waits; clocks that run already go on.
func (s *step) inLineClocks() {
	s.set(RingWidens, s.r.Ring)
	if _, ok := s.t.Timers[ChoiceDue]; !ok {
		s.setChoice()
	}
	if _, ok := s.t.Timers[Reassure]; !ok {
		s.set(Reassure, s.r.Reassure)
	}
}

func (s *step) setChoice() {
	if s.voice() {
		s.set(ChoiceDue, s.r.VoiceChoice)
	} else {
		s.set(ChoiceDue, s.r.Choice)
	}
}

// tellPosition says how many are before the citizen. The number never rises, except when a case of danger has passed, and then that is said.
func (s *step) tellPosition() {
	h := s.t.Handoff
	if h == nil {
		return
	}
	pos := max(s.f.Position, 1)
	if h.Shown > 0 && pos > h.Shown {
		if s.f.Passed {
			s.tell("queue.passed")
		} else {
			pos = h.Shown
		}
	}
	h.Shown = pos
	key := "queue.joined"
	if pos == 1 {
		key = "queue.next"
	}
	if s.f.To == 0 {
		key += "_unsure"
	}
	s.tell(key, "ahead", strconv.Itoa(pos-1), "from", strconv.Itoa(s.f.From), "to", strconv.Itoa(s.f.To))
	s.note("queue.told", map[string]any{"position": pos, "passed": s.f.Passed})
}

// reassure tells the position again, when it has changed or a minute has gone by, and no more often.
func (s *step) reassure() {
	s.set(Reassure, s.r.Reassure)
	s.tellPosition()
}

// offer holds the talk out to an agent.
func (s *step) offer() {
	wait := s.r.Offer
	if s.voice() {
		wait = s.r.VoiceOffer
	}
	s.t.Offer = &Offer{ID: s.c.ID, Agent: s.c.Agent, At: s.c.At, Expires: s.c.At + wait.Microseconds(), Why: s.c.Why}
	s.set(OfferEnds, wait)
	s.note("offer.made", map[string]any{"offer": s.c.ID, "agent": s.c.Agent, "why": s.c.Why})
}

// missed puts the talk back in line: the agent has let the offer pass or declined it.
func (s *step) missed() {
	o := s.t.Offer
	if s.c.Do == Fire {
		s.e.Missed = o.Agent
	}
	s.note("offer.ended", map[string]any{"offer": o.ID, "agent": o.Agent, "by": s.c.By, "reason": s.c.Reason})
	s.avoid(o.Agent)
	s.backInLine()
}

func (s *step) offerLost() {
	s.note("offer.ended", map[string]any{"offer": s.t.Offer.ID, "agent": s.t.Offer.Agent, "by": s.c.By, "reason": "agent_lost"})
	s.backInLine()
}

func (s *step) backInLine() {
	s.t.Handoff.Ring = min(s.t.Handoff.Ring+1, s.r.Rings)
	s.inLineClocks()
	s.e.Seek, s.e.Freed = true, true
}

// widen lets more agents in. At the widest ring those who let it pass are asked again: better they than nobody.
func (s *step) widen() {
	h := s.t.Handoff
	h.Ring = min(h.Ring+1, s.r.Rings)
	if h.Ring == s.r.Rings {
		s.t.Avoid = nil
	}
	s.set(RingWidens, s.r.Ring)
	s.e.Seek = true
}

// choice offers a call-back or a message instead of waiting.
func (s *step) choice() {
	s.setChoice()
	s.tell("queue.choice")
	s.note("queue.choice_offered", nil)
	s.bell("supervisor", "bell.long_wait")
}

// promise makes an order of what cannot be answered now: a number, a due time, a way to look it up. It keeps the place in the queue. An open
// promise is kept as it is.
func (s *step) promise() {
	if s.t.Promise != "" {
		s.tellPromise()
		s.t.State = Promised
		return
	}
	at, class, reason := s.c.At, s.class(), s.c.Reason
	if h := s.t.Handoff; h != nil {
		at, class = h.EnqueuedAt, h.Class
		if reason == "" {
			reason = h.Reason
		}
	}
	s.t.State, s.t.Promise, s.t.PromiseDue, s.t.PromiseFrom, s.t.Attempts, s.t.Overdue = Promised, s.c.Promise, s.f.Due, at, 0, false
	if class == Danger {
		s.t.PromiseDue = s.c.At
	}
	s.t.Timers[PromiseDue] = s.t.PromiseDue
	s.e.Promises = append(s.e.Promises, PromiseChange{No: s.t.Promise, Step: PromiseMade, Due: s.t.PromiseDue, EnqueuedAt: at, Reason: reason, Class: class, By: s.c.By})
	s.note("promise.made", map[string]any{"promise": s.t.Promise, "due": s.t.PromiseDue, "reason": reason})
	key := "promise.made"
	if !s.f.Open {
		key = "promise.made_closed"
	}
	if s.t.Handoff != nil && s.t.Handoff.Class == Reopened || s.c.Class == Reopened || class == Danger {
		s.bell("duty", "bell.duty")
	}
	s.tell(key, s.promiseArgs()...)
}

// promiseArgs are the number and the times; the service writes them out for people.
func (s *step) promiseArgs() []string {
	return []string{"promise", s.t.Promise, "due", strconv.FormatInt(s.t.PromiseDue, 10), "open", strconv.FormatInt(s.f.NextOpen, 10)}
}

func (s *step) tellPromise() { s.tell("promise.stands", s.promiseArgs()...) }

// missedCall is a caller who hung up while waiting.
func (s *step) missedCall() {
	s.c.Reason = "missed_call"
	s.promise()
}

// cancel takes the talk out of the queue. A promise that was open stays.
func (s *step) cancel() {
	s.t.Handoff = nil
	s.rest()
	s.tell("queue.cancelled")
	s.note("handoff.cancelled", nil)
}

// rest gives the talk back to the machine, or to its open promise.
func (s *step) rest() {
	if s.t.Promise != "" {
		s.t.State = Promised
		return
	}
	s.t.State, s.t.Answered = Machine, false
	s.set(QuietDue, s.r.Quiet)
}

// added is one more turn of someone who waits.
func (s *step) added() {
	if s.t.UnansweredSince == 0 {
		s.t.UnansweredSince = s.c.At
	}
}

// danger sends a talk to the head of everything, with guidance at once (T22).
func (s *step) danger() {
	s.tell("danger.guidance")
	s.bell("supervisor", "bell.danger")
	s.note("talk.danger", nil)
	s.c.Class, s.c.Reason = Danger, "danger"
	if s.t.State == Queued || s.t.State == Offered {
		s.t.Handoff.Class = Danger
		s.e.Seek = true
		return
	}
	s.enqueueOrPromise()
}

func (s *step) alarmServing() {
	s.bell("supervisor", "bell.danger")
	s.note("talk.danger", nil)
	s.said()
}

// enqueueOrPromise is for what must reach a person, now or later.
func (s *step) enqueueOrPromise() {
	if s.f.Open {
		s.enqueue()
		return
	}
	s.promise()
}

// reopen sends a resolved matter back to people, before new ones (T17).
func (s *step) reopen() {
	s.endRating(RatingExpired)
	s.t.Reopened++
	s.c.Class = min(s.c.Class, Reopened)
	if s.c.Reason == "" {
		s.c.Reason = "unsolved"
	}
	s.note("talk.reopened", map[string]any{"times": s.t.Reopened, "reason": s.c.Reason})
	s.tell("reopen.sorry")
	s.enqueueOrPromise()
}

// reroute gives a waiting talk other needs; its place stays.
func (s *step) reroute() {
	if o := s.t.Offer; o != nil {
		s.note("offer.ended", map[string]any{"offer": o.ID, "agent": o.Agent, "by": s.c.By, "reason": "rerouted"})
	}
	s.t.Handoff.Needs, s.t.Handoff.Ring, s.t.Avoid = s.c.Needs, 0, nil
	s.inLineClocks()
	s.note("handoff.rerouted", map[string]any{"by": s.c.By, "team": s.c.Needs.Team, "topic": s.c.Needs.Topic})
	s.e.Seek = true
}
