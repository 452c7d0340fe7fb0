package ownership

import (
	"slices"
	"strconv"
)

// Effects while someone serves: T5, T10-T16, T26.

// accept makes the agent the owner.
func (s *step) accept() {
	s.note("offer.accepted", map[string]any{"offer": s.t.Offer.ID, "agent": s.c.Agent, "waited_us": s.c.At - s.t.Handoff.EnqueuedAt})
	s.serve(s.c.Agent)
	s.tell("serving.begins", "agent", s.c.Agent)
}

// claim takes a talk or a promise from the list.
func (s *step) claim() {
	s.note("talk.claimed", map[string]any{"agent": s.c.Agent})
	if s.t.Handoff == nil {
		s.t.Handoff = &Handoff{ID: s.c.ID, Reason: "promise", EnqueuedAt: s.c.At, Class: Normal}
	}
	s.serve(s.c.Agent)
	s.tell("serving.begins", "agent", s.c.Agent)
}

// serve puts an agent in charge. What is unanswered stays so, with a fresh clock for the new owner.
func (s *step) serve(agent string) {
	s.t.State, s.t.Owner = Serving, Owner{Kind: ByAgent, ID: agent}
	s.t.Helpers = slices.DeleteFunc(s.t.Helpers, func(h string) bool { return h == agent })
	if h := s.t.Handoff; h != nil && h.AcceptedAt == 0 {
		h.AcceptedAt = s.c.At
	}
	s.t.Transfer = nil
	delete(s.t.Timers, SilentDue)
	delete(s.t.Timers, GoneDue)
	if s.t.UnansweredSince == 0 && s.t.Promise == "" {
		s.set(SilentDue, s.r.Silent)
		return
	}
	if s.t.UnansweredSince == 0 {
		s.t.UnansweredSince = s.c.At
	}
	s.replyClocks(true)
}

// replyClocks give the agent time for the next word; anew begins them again even when they run.
func (s *step) replyClocks(anew bool) {
	if _, runs := s.t.Timers[ReplyDue]; runs && !anew {
		return
	}
	wait := s.r.NextReply
	if s.t.Handoff == nil || s.t.Handoff.FirstReplyAt == 0 {
		wait = s.r.FirstReply
	}
	s.set(Nudge, wait/2)
	s.set(ReplyDue, wait)
}

// heard is a turn that the machine is about to answer.
func (s *step) heard() {
	s.t.Answered = false
	s.set(QuietDue, s.r.Quiet)
}

// answered is the machine's turn.
func (s *step) answered() {
	s.t.Answered = s.c.Answered
	s.set(QuietDue, s.r.Quiet)
}

// said is a citizen's turn while someone serves.
func (s *step) said() {
	delete(s.t.Timers, SilentDue)
	delete(s.t.Timers, GoneDue)
	if s.t.UnansweredSince == 0 {
		s.t.UnansweredSince = s.c.At
	}
	s.replyClocks(false)
}

// asked is 转人工 by someone who is being served.
func (s *step) asked() {
	s.tell("serving.already", "agent", s.t.Agent())
	s.said()
}

// reply is the owner's or a helper's turn.
func (s *step) reply() {
	s.t.State = Serving
	if h := s.t.Handoff; h != nil && h.FirstReplyAt == 0 {
		h.FirstReplyAt = s.c.At
		s.note("handoff.first_reply", map[string]any{"handoff": h.ID, "agent": s.c.Agent, "us": s.c.At - h.EnqueuedAt})
	}
	s.t.UnansweredSince = 0
	delete(s.t.Timers, Nudge)
	delete(s.t.Timers, ReplyDue)
	s.set(SilentDue, s.r.Silent)
	delete(s.t.Timers, GoneDue)
}

// remind asks once whether the citizen is still there.
func (s *step) remind() {
	s.tell("serving.still_there")
	s.set(GoneDue, s.r.Gone-s.r.Silent)
}

// wait frees the agent until the citizen writes.
func (s *step) wait() { s.set(WaitingEnds, s.r.WaitingEnds) }

// wake is a turn of a citizen who was waited for: to the same agent if she is there, else to the head of the queue.
func (s *step) wake() {
	if s.t.Owner.Kind == ByAgent && s.f.OwnerLive && s.f.OwnerReady {
		s.t.State = Serving
		s.tell("serving.back", "agent", s.t.Agent())
		s.said()
		return
	}
	s.tell("serving.another")
	s.t.UnansweredSince = s.c.At
	s.requeue()
}

// nudge reminds the agent at half of her time.
func (s *step) nudge() {
	s.bell("agent:"+s.t.Agent(), "bell.reply_due")
	s.note("agent.nudged", map[string]any{"agent": s.t.Agent()})
}

// silentAgent takes the talk away from an agent who does not reply (T12).
func (s *step) silentAgent() {
	agent := s.t.Agent()
	s.e.Missed = agent
	s.avoid(agent)
	s.bell("supervisor", "bell.silent_agent")
	s.note("agent.silent", map[string]any{"agent": agent})
	s.tell("serving.changes")
	s.requeue()
}

// agentLost takes the talk from an agent who is gone (T13).
func (s *step) agentLost() {
	s.note("agent.lost", map[string]any{"agent": s.t.Agent()})
	s.tell("serving.changes")
	s.requeue()
}

// requeue puts a talk back at the head: with the time at which its handoff was first queued.
func (s *step) requeue() {
	h := s.t.Handoff
	s.c.Reason, s.c.Needs, s.c.Class = h.Reason, h.Needs, h.Class
	if s.t.UnansweredSince == 0 {
		s.t.UnansweredSince = s.c.At
	}
	if !s.f.Open {
		s.promise()
		return
	}
	s.t.State = Queued
	h.Ring, h.AcceptedAt, h.FirstReplyAt, h.Shown = 0, 0, 0, 0
	s.inLineClocks()
	s.note("handoff.requeued", map[string]any{"handoff": h.ID})
	s.tellPosition()
	s.e.Seek = true
}

// ownerLeft keeps a talk that waits for the citizen when its agent goes: the queue has it.
func (s *step) ownerLeft() {
	s.t.Owner = Owner{Kind: ByQueue}
	s.note("agent.lost", map[string]any{"agent": s.c.Agent})
}

// transfer asks another agent, or a team, to take the talk.
func (s *step) transfer() {
	tr := &Transfer{From: s.t.Agent(), Kind: s.c.Target, To: s.c.To, Reason: s.c.Reason, At: s.c.At, Expires: s.c.At + s.r.Transfer.Microseconds()}
	if tr.Kind == ToAgent {
		tr.Agent = tr.To
	} else {
		s.e.Seek = true
	}
	s.t.Transfer = tr
	s.set(TransferEnds, s.r.Transfer)
	s.note("transfer.asked", map[string]any{"from": tr.From, "kind": tr.Kind, "to": tr.To})
	s.tell("transfer.asked", "to", tr.To)
}

func (s *step) offerTransfer() {
	s.t.Transfer.Agent = s.c.Agent
	s.note("transfer.offered", map[string]any{"agent": s.c.Agent})
}

func (s *step) acceptTransfer() {
	s.note("transfer.accepted", map[string]any{"from": s.t.Transfer.From, "to": s.c.Agent})
	s.serve(s.c.Agent)
	s.tell("transfer.done", "agent", s.c.Agent)
}

// declineTransfer leaves the talk where it is; for a team the router asks the next one.
func (s *step) declineTransfer() {
	tr := s.t.Transfer
	tr.Tried = append(tr.Tried, tr.Agent)
	s.note("transfer.declined", map[string]any{"agent": tr.Agent, "reason": s.c.Reason})
	if tr.Kind == ToTeam {
		tr.Agent, s.e.Seek = "", true
		return
	}
	s.endTransfer()
}

// endTransfer gives up: the old owner keeps the talk and is told.
func (s *step) endTransfer() {
	s.note("transfer.ended", map[string]any{"from": s.t.Transfer.From, "by": s.c.By})
	s.bell("agent:"+s.t.Transfer.From, "bell.transfer_over")
	s.t.Transfer = nil
}

// toDepartment makes an order of the talk for a department (T14).
func (s *step) toDepartment() {
	s.note("transfer.asked", map[string]any{"from": s.t.Agent(), "kind": ToDepartment, "to": s.c.To})
	s.promise()
}

// resolve ends a matter with an outcome and asks for one rating (T15).
func (s *step) resolve() {
	s.t.Resolution = &Resolution{ID: s.c.ID, By: "agent:" + s.c.Agent, At: s.c.At, Topic: s.c.Topic, Outcome: s.c.Outcome, Rating: RatingAsked}
	s.keepPromise()
	if s.t.State == Resolved && s.t.Agent() == "" { // a promise that was kept by a call
		s.t.LastAgent, s.t.LastServedAt = s.c.Agent, s.c.At
	}
	s.resolved()
	s.tell("resolved.ask", "resolution", s.c.ID)
}

// resolved is what every way of answering a matter has in common.
func (s *step) resolved() {
	s.t.State = Resolved
	s.e.Resolutions = append(s.e.Resolutions, *s.t.Resolution)
	s.set(WindowEnds, s.r.Window)
	s.t.Avoid = nil
	s.note("talk.resolved", map[string]any{"resolution": s.t.Resolution.ID, "by": s.t.Resolution.By, "topic": s.t.Resolution.Topic, "outcome": s.t.Resolution.Outcome})
}

func (s *step) keepPromise() {
	if s.t.Promise == "" {
		return
	}
	s.e.Promises = append(s.e.Promises, PromiseChange{No: s.t.Promise, Step: PromiseKept, By: s.c.By})
	s.note("promise.kept", map[string]any{"promise": s.t.Promise})
	s.t.Promise, s.t.PromiseDue, s.t.PromiseFrom, s.t.Attempts, s.t.Overdue = "", 0, 0, 0, false
}

// expire resolves a talk whose citizen has not come back for a day.
func (s *step) expire() {
	by := "system"
	if s.t.Agent() != "" {
		by = "agent:" + s.t.Agent()
	}
	s.t.Resolution = &Resolution{ID: s.c.ID, By: by, At: s.c.At, Outcome: "expired", Rating: RatingAsked}
	s.keepPromise()
	s.resolved()
	s.tell("resolved.expired", "resolution", s.c.ID)
}

// quiet resolves what the machine has answered and nobody has taken up again (T25).
func (s *step) quiet() {
	r := &Resolution{ID: s.c.ID, By: "machine", At: s.c.At, Outcome: "quiet", Rating: RatingNone}
	if s.t.Answered {
		r.Rating = RatingAsked
		s.tell("resolved.ask", "resolution", s.c.ID)
	}
	s.t.Resolution = r
	s.resolved()
}

// handBack gives the talk to the machine, or to its open promise.
func (s *step) handBack() {
	s.note("talk.handed_back", map[string]any{"agent": s.c.Agent})
	s.tell("serving.handed_back")
	s.rest()
}

func (s *step) invite() {
	s.t.Helpers = append(s.t.Helpers, s.c.To)
	s.note("helper.invited", map[string]any{"agent": s.c.To, "by": s.c.Agent})
	s.bell("agent:"+s.c.To, "bell.invited")
}

func (s *step) leaveHelp() {
	s.t.Helpers = slices.DeleteFunc(s.t.Helpers, func(h string) bool { return h == s.c.Agent })
	s.note("helper.left", map[string]any{"agent": s.c.Agent})
}

// takeOver puts a supervisor, or whom she names, in charge at once (T26).
func (s *step) takeOver() {
	if o := s.t.Offer; o != nil {
		s.note("offer.ended", map[string]any{"offer": o.ID, "agent": o.Agent, "by": s.c.By, "reason": "taken_over"})
	}
	if s.t.Handoff == nil {
		s.t.Handoff = &Handoff{ID: s.c.ID, Reason: "promise", EnqueuedAt: s.c.At, Class: Normal}
	}
	s.note("talk.taken_over", map[string]any{"by": s.c.By, "from": s.t.Agent(), "to": s.c.Agent})
	s.serve(s.c.Agent)
	s.tell("transfer.done", "agent", s.c.Agent)
}

// Ratings, promises and the end.

func (s *step) rate() {
	s.t.Resolution.Stars = s.c.Stars
	s.endRating(RatingGiven)
	s.tell("rating.thanks")
}

// rateBad keeps the rating and opens the matter again, not for the same agent.
func (s *step) rateBad() {
	s.t.Resolution.Stars = s.c.Stars
	if by := s.t.Resolution.By; len(by) > len("agent:") && by[:len("agent:")] == "agent:" {
		s.avoid(by[len("agent:"):])
	}
	s.endRating(RatingGiven)
	s.c.Reason = "rated_badly"
	s.reopen()
}

// endRating closes the one rating of the resolution.
func (s *step) endRating(how RatingState) {
	r := s.t.Resolution
	if r == nil || r.Rating != RatingAsked {
		return
	}
	r.Rating = how
	s.e.Resolutions = append(s.e.Resolutions, *r)
	if how == RatingGiven {
		s.note("rating.given", map[string]any{"resolution": r.ID, "stars": r.Stars})
	}
}

func (s *step) thanked() { s.note("talk.thanked", nil) }

// another begins a new matter in the same talk; the rating of the last one stays open in its window no longer.
func (s *step) another() {
	s.endRating(RatingExpired)
	s.heard()
}

func (s *step) close() {
	s.endRating(RatingExpired)
	s.note("talk.closed", nil)
}

// end closes a talk for good, whoever has it (T23).
func (s *step) end() {
	s.endRating(RatingExpired)
	if s.t.Promise != "" {
		s.e.Promises = append(s.e.Promises, PromiseChange{No: s.t.Promise, Step: PromiseDropped, By: s.c.By})
		s.t.Promise, s.t.PromiseDue, s.t.PromiseFrom = "", 0, 0
	}
	s.note("talk.closed", map[string]any{"by": s.c.By, "reason": s.c.Reason})
	s.tell("talk.ended")
}

// attempt is a call that did not reach the citizen (T21).
func (s *step) attempt() {
	s.t.Attempts++
	s.e.Promises = append(s.e.Promises, PromiseChange{No: s.t.Promise, Step: PromiseTried, Due: s.c.Due, Reason: s.c.Why, By: s.c.By})
	s.note("promise.tried", map[string]any{"promise": s.t.Promise, "tries": s.t.Attempts})
	if s.t.Attempts >= s.r.Attempts {
		s.bell("supervisor", "bell.not_reached")
	}
	if s.c.Due > 0 {
		s.tell("promise.tried_next", "promise", s.t.Promise, "tries", strconv.Itoa(s.t.Attempts), "due", strconv.FormatInt(s.c.Due, 10))
		return
	}
	s.tell("promise.tried", "promise", s.t.Promise, "tries", strconv.Itoa(s.t.Attempts))
}

// overdue raises the one escalation of a promise whose time has passed.
func (s *step) overdue() {
	s.t.Overdue = true
	s.e.Promises = append(s.e.Promises, PromiseChange{No: s.t.Promise, Step: PromiseOverdue, By: s.c.By})
	s.note("promise.overdue", map[string]any{"promise": s.t.Promise})
	s.bell("supervisor", "bell.promise_overdue")
}
