package portal

import (
	"strings"
	"time"

	"bangban/conversation/message"
)

// Speaker is who says a turn.
type Speaker string

// The speakers.
const (
	Citizen Speaker = "citizen" // right, blue
	Machine Speaker = "machine" // left, white, with the AI tag
	Person  Speaker = "person"  // left, teal, with the agent's number
	System  Speaker = "system"  // centred, no bubble
)

// Turn is one thing that was said, as the page shows it.
type Turn struct {
	ID      string
	Speaker Speaker
	Label   string // a person's: 8012 号坐席 · 市民中心
	Text    string
	At      time.Time
	// File is set where the turn is a picture or another file.
	File *File
	// ShowTime puts the time above the turn: once per five minutes.
	ShowTime bool
	Reply    *message.Reply // a machine's
	// Chosen is the value of the option that was taken in answer to a clarifying question.
	Chosen string
	// Ratable says that the matter this turn closes may be rated now.
	Ratable bool
	// Vote is useful, useless or empty; Reason why it was useless.
	Vote, Reason string
}

// File is a file in the talk. Width and Height are a picture's; 0 for what is saved instead of shown.
type File struct {
	URL, Name     string
	Width, Height int
}

// shown is a turn as one visitor sees it.
type shown struct {
	Turn
	View View
}

// Times marks the turns that show their time: the first one, and each that follows the last mark by five minutes or more.
func Times(turns []Turn) {
	var last time.Time
	for i := range turns {
		if t := turns[i].At; !t.IsZero() && (last.IsZero() || t.Sub(last) >= 5*time.Minute) {
			turns[i].ShowTime, last = true, t
		}
	}
}

// Lead is what an answer says before its card begins: where a complaint goes, that a booking is not made here. It is empty where the card says all.
func (s shown) Lead() string {
	text, conclusion := s.Reply.Text, s.Reply.Card.Conclusion
	if conclusion == "" {
		return ""
	}
	lead, _, found := strings.Cut(text, conclusion)
	if !found {
		return ""
	}
	return strings.TrimSpace(lead)
}

// folded is how many materials a card shows before it folds the rest.
const folded = 5

// Materials returns the materials that are shown at once.
func (s shown) Materials() []message.CardMaterial {
	m := s.Reply.Card.Materials
	return m[:min(len(m), folded)]
}

// MoreMaterials returns the materials behind “其余 n 样”.
func (s shown) MoreMaterials() []message.CardMaterial {
	m := s.Reply.Card.Materials
	return m[min(len(m), folded):]
}

// MainAction is the one main button; the others are at most two.
func (s shown) MainAction() *message.Action {
	for i := range s.Reply.Card.Actions {
		if s.Reply.Card.Actions[i].Main {
			return &s.Reply.Card.Actions[i]
		}
	}
	return nil
}

// OtherActions are the buttons beside the main one.
func (s shown) OtherActions() []message.Action {
	main := s.MainAction()
	var out []message.Action
	for i := range s.Reply.Card.Actions {
		if a := &s.Reply.Card.Actions[i]; a != main && len(out) < 2 {
			out = append(out, *a)
		}
	}
	return out
}

// Source is the entry that answers, Basis all rules that were cited, each once.
func (s shown) Source() *message.Citation {
	if len(s.Reply.Citations) == 0 {
		return nil
	}
	return &s.Reply.Citations[0]
}

// Guide reports whether the source line leads to the entry: not when a button does already.
func (s shown) Guide() bool {
	source := s.Source()
	if source == nil || source.URL == "" {
		return false
	}
	if s.Reply.Card != nil {
		for _, a := range s.Reply.Card.Actions {
			if a.URL == source.URL || strings.HasPrefix(a.URL, "/items/") {
				return false
			}
		}
	}
	return true
}

// Says is what is announced to a screen reader when the turn arrives: title and conclusion, not every field.
func (s shown) Says() string {
	if s.Reply == nil || s.Reply.Card == nil {
		return s.Text
	}
	if s.Reply.Card.Conclusion == "" {
		return s.Reply.Card.Title
	}
	return s.Reply.Card.Title + "。" + s.Reply.Card.Conclusion
}

// Voice is what “听一遍” reads.
func (s shown) Voice() string {
	switch {
	case s.Reply == nil:
		return s.Text
	case s.Reply.Voice != "":
		return s.Reply.Voice
	case s.Reply.Card != nil && s.Reply.Card.Conclusion != "":
		return s.Says()
	}
	return s.Reply.Text
}

// Hand reports whether the turn offers the way to a person: the machine could not answer.
func (s shown) Hand() bool { return s.Reply != nil && s.Reply.Kind == message.Unknown }

// Alarm reports whether the turn is about a danger that is going on now.
func (s shown) Alarm() bool {
	return s.Reply != nil && s.Reply.Kind == message.Handoff && s.Reply.Reason == message.Danger
}

// Rateable reports whether 有用 · 没用 are asked for: on answers alone.
func (s shown) Rateable() bool {
	return s.Reply != nil && s.ID != "" && s.Reply.Kind == message.Answer
}
