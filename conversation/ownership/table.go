package ownership

// row is one line of the table of docs/handoff.md §2: what may happen in a state, when, and what it does. Several rows may share state and
// action: the first whose guard agrees is taken.
type row struct {
	name  string
	from  []State
	do    Action
	guard func(*step) string // "" when the row may be taken, else the key of the refusal; nil: always
	to    State              // the state afterwards when the effect chooses none
	then  func(*step)
	note  string // when the guard agrees, for the printed table
}

var (
	open     = []State{Machine, Queued, Offered, Serving, Waiting, Promised, Resolved}
	inLine   = []State{Queued, Offered}
	resting  = []State{Machine, Promised, Resolved}
	unserved = []State{Machine, Queued, Offered, Waiting, Promised, Resolved}
)

var table = []row{
	// T22 goes before everything that a citizen's words may do.
	{"T22", []State{Serving}, Say, dangerous, Serving, (*step).alarmServing, "danger words"},
	{"T22", unserved, Say, dangerous, "", (*step).danger, "danger words"},
	{"T22", unserved, Ask, dangerous, "", (*step).danger, "danger words"},

	{"T1", []State{Machine}, Say, nil, Machine, (*step).heard, ""},
	{"T1", []State{Machine}, Answer, nil, Machine, (*step).answered, ""},
	{"T24", []State{Promised}, Answer, nil, Promised, nil, "the machine answers, the promise stays"},
	{"T18", []State{Resolved}, Answer, nil, Resolved, nil, "the machine's 不客气"},

	{"T2", resting, Ask, seatsOpen, Queued, (*step).enqueue, "seats open"},
	{"T3", []State{Machine, Resolved}, Ask, nil, Promised, (*step).promise, "no seat"},
	{"T24", []State{Promised}, Ask, nil, Promised, (*step).tellPromise, "no seat"},
	{"T2", inLine, Ask, nil, "", (*step).tellPosition, "is waiting already"},
	{"T10", []State{Serving}, Ask, nil, Serving, (*step).asked, "is being served already"},
	{"T11", []State{Waiting}, Ask, nil, "", (*step).wake, ""},

	{"T4", []State{Queued}, Hold, offerable, Offered, (*step).offer, "a candidate is free"},
	{"T5", []State{Offered}, Accept, acceptable, Serving, (*step).accept, "the offer's agent, lease live, in time"},
	{"T5", []State{Queued}, Claim, claimable, Serving, (*step).claim, "an agent takes it from the list"},
	{"T21", []State{Promised}, Claim, claimable, Serving, (*step).claim, "an agent takes up the promise"},
	{"T6", []State{Offered}, Decline, offered, Queued, (*step).missed, ""},
	{"T6", []State{Offered}, Fire, timer(OfferEnds), Queued, (*step).missed, "timeout"},
	{"T6", []State{Offered}, AgentLost, offered, Queued, (*step).offerLost, "lease lost"},

	{"T7", []State{Queued}, Fire, timer(RingWidens), Queued, (*step).widen, "wider circle"},
	{"T7", inLine, Fire, timer(Reassure), "", (*step).reassure, ""},
	{"T8", inLine, Fire, waitedEnough, Promised, (*step).promise, "waited too long"},
	{"T7", inLine, Fire, timer(ChoiceDue), "", (*step).choice, "waited a while"},
	{"T7", inLine, KeepWaiting, nil, "", (*step).tellPosition, ""},
	{"T8", inLine, CallBack, nil, Promised, (*step).promise, ""},
	{"T8", inLine, SeatsGone, nil, Promised, (*step).promise, "the last seat leaves"},
	{"T3", []State{Machine, Resolved}, CallBack, nil, Promised, (*step).promise, "asks for a call or a message at once"},
	{"T24", []State{Promised}, CallBack, nil, Promised, (*step).tellPromise, ""},
	{"T9", inLine, Cancel, nil, "", (*step).cancel, ""},
	{"T9", inLine, HangUp, nil, Promised, (*step).missedCall, ""},

	{"T10", []State{Serving}, Say, nil, Serving, (*step).said, ""},
	{"T10", []State{Serving}, Reply, speaker, Serving, (*step).reply, ""},
	{"T10", []State{Waiting}, Reply, owner, Serving, (*step).reply, ""},
	{"T10", []State{Serving}, Fire, timer(SilentDue), Serving, (*step).remind, ""},
	{"T10", []State{Serving}, Fire, timer(GoneDue), Waiting, (*step).wait, ""},
	{"T11", []State{Waiting}, Say, nil, "", (*step).wake, ""},
	{"T11", inLine, Say, nil, "", (*step).added, ""},
	{"T12", []State{Serving}, Fire, timer(Nudge), Serving, (*step).nudge, ""},
	{"T12", []State{Serving}, Fire, timer(ReplyDue), "", (*step).silentAgent, ""},
	{"T13", []State{Serving}, AgentLost, owner, "", (*step).agentLost, ""},
	{"T13", []State{Waiting}, AgentLost, owner, Waiting, (*step).ownerLeft, "the next turn queues it at the head"},

	{"T14", []State{Serving}, Pass, toDepartment, Promised, (*step).toDepartment, "to a department"},
	{"T14", []State{Serving}, Pass, transferable, Serving, (*step).transfer, "to an agent or a team"},
	{"T14", []State{Serving}, OfferTransfer, transferOpen, Serving, (*step).offerTransfer, ""},
	{"T14", []State{Serving}, AcceptTransfer, transferMine, Serving, (*step).acceptTransfer, ""},
	{"T14", []State{Serving}, DeclineTransfer, transferMine, Serving, (*step).declineTransfer, ""},
	{"T14", []State{Serving}, CancelTransfer, transferFrom, Serving, (*step).endTransfer, ""},
	{"T14", []State{Serving}, Fire, timer(TransferEnds), Serving, (*step).endTransfer, ""},
	{"T14", []State{Serving}, AgentLost, transferMine, Serving, (*step).declineTransfer, "the one who is asked is lost"},
	{"T14", []State{Serving}, AgentLost, helper, Serving, (*step).leaveHelp, "a helper is lost"},

	{"T15", []State{Serving, Waiting}, Resolve, resolvable, Resolved, (*step).resolve, "topic and outcome given"},
	{"T15", []State{Promised}, Resolve, fulfillable, Resolved, (*step).resolve, "topic and outcome given"},
	{"T16", []State{Serving}, HandBack, owner, "", (*step).handBack, ""},
	{"T10", []State{Serving}, Invite, invitable, Serving, (*step).invite, ""},
	{"T10", []State{Serving}, LeaveHelp, helper, Serving, (*step).leaveHelp, ""},
	{"T13", []State{Waiting}, Fire, timer(WaitingEnds), Resolved, (*step).expire, "a day without the citizen"},

	{"T17", []State{Resolved}, Unsolved, nil, "", (*step).reopen, ""},
	{"T17", []State{Resolved}, Rate, badRating, "", (*step).rateBad, "few stars"},
	{"T17", []State{Resolved}, Rate, rateable, Resolved, (*step).rate, ""},
	{"T18", []State{Resolved}, Say, thanks, Resolved, (*step).thanked, "谢谢, OK"},
	{"T17", []State{Resolved}, Say, sameMatter, "", (*step).reopen, "the same matter, answered by a person"},
	{"T17", []State{Resolved}, Say, nil, Machine, (*step).another, "another matter"},
	{"T19", []State{Resolved}, Fire, timer(WindowEnds), Closed, (*step).close, ""},

	{"T21", []State{Promised}, Attempt, byAgent, Promised, (*step).attempt, "not reached"},
	{"T21", open, Fire, timer(PromiseDue), "", (*step).overdue, "one escalation"},
	{"T24", []State{Promised}, Say, nil, Promised, nil, "the machine answers, the promise stays"},
	{"T25", []State{Machine}, Fire, timer(QuietDue), Resolved, (*step).quiet, ""},

	{"T26", []State{Queued, Offered, Serving, Waiting, Promised}, TakeOver, notOwner, Serving, (*step).takeOver, ""},
	{"T26", inLine, Reroute, nil, Queued, (*step).reroute, ""},
	{"T23", open, End, nil, Closed, (*step).end, ""},
}

// kept are the timers that live on in a state; all others end when it is entered. PromiseDue lives as long as its promise.
var kept = map[State][]Timer{
	Machine:  {QuietDue},
	Queued:   {RingWidens, ChoiceDue, Reassure},
	Offered:  {OfferEnds, ChoiceDue, Reassure},
	Serving:  {Nudge, ReplyDue, SilentDue, GoneDue, TransferEnds},
	Waiting:  {WaitingEnds},
	Resolved: {WindowEnds},
}

// Guards. Each returns "" or the key of the refusal.

func yes(ok bool, key string) string {
	if ok {
		return ""
	}
	return key
}

func dangerous(s *step) string { return yes(s.c.Danger, "talk.not_now") }
func seatsOpen(s *step) string { return yes(s.f.Open, "talk.no_seat") }
func thanks(s *step) string    { return yes(s.c.Thanks, "talk.not_now") }
func offered(s *step) string   { return yes(s.t.Offer.Agent == s.c.Agent, "talk.taken") }
func owner(s *step) string     { return yes(s.c.Agent != "" && s.t.Agent() == s.c.Agent, "talk.not_yours") }
func notOwner(s *step) string {
	return yes(s.c.Agent != "" && s.t.Agent() != s.c.Agent, "talk.yours_already")
}
func byAgent(s *step) string { return yes(s.c.Agent != "", "talk.not_yours") }
func speaker(s *step) string { return yes(s.t.MaySpeak(s.c.Agent), "talk.not_yours") }
func rateable(s *step) string {
	r := s.t.Resolution
	switch {
	case r == nil || r.ID != s.c.ID:
		return "talk.rating_of_other"
	case r.Rating != RatingAsked:
		return "talk.rated_already"
	}
	return yes(s.c.Stars >= 1 && s.c.Stars <= 5, "talk.stars")
}

func badRating(s *step) string {
	if key := rateable(s); key != "" {
		return key
	}
	return yes(s.c.Stars <= s.r.BadStars, "talk.not_now")
}

// sameMatter holds for what a person has answered: the machine can answer its own follow-ups.
func sameMatter(s *step) string {
	return yes(s.c.Same && s.t.Resolution != nil && s.t.Resolution.By != "machine", "talk.not_now")
}

func offerable(s *step) string {
	return yes(s.f.Live && s.f.Ready && s.f.Able && !s.avoids(s.c.Agent), "talk.not_free")
}

func acceptable(s *step) string {
	switch {
	case s.t.Offer.Agent != s.c.Agent:
		return "talk.taken"
	case s.c.At >= s.t.Offer.Expires, !s.f.Live:
		return "talk.offer_over"
	}
	return ""
}

func claimable(s *step) string { return yes(s.c.Agent != "" && s.f.Live && s.f.Able, "talk.not_free") }

func resolvable(s *step) string {
	if key := owner(s); key != "" {
		return key
	}
	return yes(s.c.Topic != "" && s.c.Outcome != "", "talk.resolve_needs")
}

func fulfillable(s *step) string {
	return yes(s.c.Agent != "" && s.c.Topic != "" && s.c.Outcome != "", "talk.resolve_needs")
}

func toDepartment(s *step) string {
	if key := owner(s); key != "" {
		return key
	}
	return yes(s.c.Target == ToDepartment && s.c.To != "" && s.c.Reason != "", "talk.transfer_needs")
}

func transferable(s *step) string {
	switch {
	case owner(s) != "":
		return "talk.not_yours"
	case s.t.Transfer != nil:
		return "talk.transfer_open"
	case s.c.To == "" || s.c.Reason == "" || s.c.Target == ToDepartment:
		return "talk.transfer_needs"
	case s.c.Target == ToAgent && s.c.To == s.t.Agent():
		return "talk.yours_already"
	case s.c.Target == ToAgent && !(s.f.Live && s.f.Able):
		return "talk.not_free"
	}
	return ""
}

func transferOpen(s *step) string {
	tr := s.t.Transfer
	return yes(tr != nil && tr.Kind == ToTeam && tr.Agent == "" && s.c.Agent != s.t.Agent() && s.f.Live && s.f.Ready && s.f.Able, "talk.not_free")
}

func transferMine(s *step) string {
	return yes(s.t.Transfer != nil && s.c.Agent != "" && s.t.Transfer.Agent == s.c.Agent, "talk.not_yours")
}

func transferFrom(s *step) string {
	return yes(s.t.Transfer != nil && s.t.Agent() == s.c.Agent, "talk.not_yours")
}

func helper(s *step) string { return yes(s.helps(s.c.Agent), "talk.not_yours") }

func invitable(s *step) string {
	if key := owner(s); key != "" {
		return key
	}
	return yes(s.c.To != "" && s.c.To != s.t.Agent() && !s.helps(s.c.To), "talk.helps_already")
}

func waitedEnough(s *step) string {
	if key := timer(ChoiceDue)(s); key != "" {
		return key
	}
	return yes(s.c.At-s.t.Handoff.EnqueuedAt >= s.r.MaxWait.Microseconds(), "talk.not_now")
}

// timer agrees when the named timer runs and is the one that was due: one that was set anew since does not fire.
func timer(name Timer) func(*step) string {
	return func(s *step) string {
		due, ok := s.t.Timers[name]
		return yes(ok && s.c.Timer == name && due == s.c.Due && s.c.At >= due, "talk.timer_over")
	}
}
