package message

import "bangban/nlu"

// Kind is the kind of a Reply; the list is closed (docs/architecture.md, table of kinds and reasons).
type Kind string

// The kinds.
const (
	Answer      Kind = "answer"
	Clarify     Kind = "clarify"
	Progress    Kind = "progress"
	Booking     Kind = "booking"
	Application Kind = "application"
	Payment     Kind = "payment"
	Rating      Kind = "rating"
	Complaint   Kind = "complaint"
	Suggestion  Kind = "suggestion"
	Smalltalk   Kind = "smalltalk"
	Handoff     Kind = "handoff"
	Refuse      Kind = "refuse"
	Unknown     Kind = "unknown"
	Relayed     Kind = "relayed"
)

// Kinds lists every kind, in the order of the table.
var Kinds = []Kind{Answer, Clarify, Progress, Booking, Application, Payment, Rating, Complaint, Suggestion, Smalltalk, Handoff, Refuse, Unknown, Relayed}

// Reason is the reason within a kind, and the key of its words.
type Reason string

// The reasons.
const (
	OtherDoor      Reason = "other_door" // answer: petition, litigation, reconsideration, arbitration
	WhichItem      Reason = "which_item" // clarify
	WhichSituation Reason = "which_situation"
	WhichRegion    Reason = "which_region"
	NotYet         Reason = "not_yet" // progress, booking, application, payment, rating until casework exists
	Start          Reason = "start"
	ComplaintFiled Reason = "complaint" // complaint
	Report         Reason = "report"
	Help           Reason = "help"
	Suggest        Reason = "suggestion" // suggestion
	Praise         Reason = "praise"
	Greeting       Reason = "greeting" // smalltalk
	Thanks         Reason = "thanks"
	Identity       Reason = "identity"
	Repeat         Reason = "repeat"
	Cancel         Reason = "cancel"
	Abuse          Reason = "abuse"
	Asked          Reason = "asked" // handoff
	MissedTwice    Reason = "missed_twice"
	Repeated       Reason = "repeated"  // the same question again and again
	MaxTurns       Reason = "max_turns" // many turns on one matter without an answer
	Emotion        Reason = "emotion"
	Danger         Reason = "danger"
	Trouble        Reason = "trouble"
	Policy         Reason = "policy" // handoff: on this channel people go first
	Trick          Reason = "trick"  // refuse
	PersonalData   Reason = "personal_data"
	Crime          Reason = "crime"
	NoEntry        Reason = "no_entry" // unknown
	OtherRegion    Reason = "other_region"
	OutOfScope     Reason = "out_of_scope"
	Unreadable     Reason = "unreadable"
	Queued         Reason = "queued" // relayed
	Serving        Reason = "serving"
	Promised       Reason = "promised"
	FileKept       Reason = "file" // a file was kept; the machine does not look at it
)

// Reply is what the citizen gets, the same JSON on every channel.
type Reply struct {
	Kind   Kind   `json:"kind"`
	Reason Reason `json:"reason,omitempty"`
	// AnswerNo is set on kind answer only: A and 8 digits and a Damm check digit.
	AnswerNo string `json:"answer_no,omitempty"`
	// Text is the chat form: the conclusion first. Voice is for the ear: at most three short sentences.
	Text  string `json:"text"`
	Voice string `json:"voice"`
	Card  *Card  `json:"card,omitempty"`
	// Citations[0] is the entry that answers.
	Citations   []Citation `json:"citations,omitempty"`
	Options     []Option   `json:"options,omitempty"` // 2-4 and 都不是
	Suggestions []string   `json:"suggestions,omitempty"`
	// Confidence is 0-1. Features are the figures behind it, kept with the reply, not sent to citizens.
	Confidence float64            `json:"confidence"`
	Features   map[string]float64 `json:"features,omitempty"`
	// Degraded says that the meaning stage was missing.
	Degraded       bool       `json:"degraded,omitempty"`
	Intent         nlu.Intent `json:"intent,omitempty"`
	Slots          nlu.Slots  `json:"slots"`
	ConversationID string     `json:"conversation_id,omitempty"`
	TurnID         string     `json:"turn_id,omitempty"`
	// Promise is the number of the promise that was just made; Resolution the id of the answered matter that may be rated now.
	Promise    string `json:"promise,omitempty"`
	Resolution string `json:"resolution,omitempty"`
	// State is the state of the conversation after this reply: machine, queued, serving …
	State string `json:"state,omitempty"`
}

// Card is the structured form of an answer; parts without data are empty.
type Card struct {
	Title      string `json:"title"`
	Conclusion string `json:"conclusion"`
	// Key is the part of Conclusion that is set in bold: the figure or the yes/no.
	Key       string         `json:"key,omitempty"`
	Notice    string         `json:"notice,omitempty"` // amber line: 这条内容正在核对…
	Fields    []Field        `json:"fields,omitempty"`
	Materials []CardMaterial `json:"materials,omitempty"`
	Steps     []string       `json:"steps,omitempty"`
	Places    []CardPlace    `json:"places,omitempty"`
	Actions   []Action       `json:"actions,omitempty"`
}

// Field is one labelled line of a card: 时限, 费用, 地点, 条件, 电话 …
type Field struct {
	Attribute nlu.Attribute `json:"attribute"`
	Label     string        `json:"label"`
	Value     string        `json:"value"`
	Note      string        `json:"note,omitempty"`
}

// CardMaterial is one material as a citizen reads it.
type CardMaterial struct {
	Name string `json:"name"`
	Note string `json:"note,omitempty"`
}

// CardPlace is one place as a citizen reads it.
type CardPlace struct {
	Name    string `json:"name"`
	Address string `json:"address,omitempty"`
	Hours   string `json:"hours,omitempty"`
	Phone   string `json:"phone,omitempty"`
	Note    string `json:"note,omitempty"`
}

// Action is something that can be done next: a link, or words that are asked.
type Action struct {
	Label string `json:"label"`
	URL   string `json:"url,omitempty"`
	Ask   string `json:"ask,omitempty"`
	Main  bool   `json:"main,omitempty"`
}

// Citation names a source: the entry and the rules it rests on.
type Citation struct {
	EntryID   string `json:"entry_id"`
	Title     string `json:"title"`
	Issuer    string `json:"issuer"`
	Revision  int    `json:"revision"`
	UpdatedAt string `json:"updated_at"`
	URL       string `json:"url"`
	// Fields are the attributes that were used.
	Fields []nlu.Attribute `json:"fields,omitempty"`
	Basis  []Basis         `json:"basis"`
}

// Basis is one rule or official fact: 名称 + 文号 + 条.
type Basis struct {
	// Kind is law (a clause), fact (an official fact), page (a public page).
	Kind       string `json:"kind"`
	Title      string `json:"title"`
	DocumentNo string `json:"document_no,omitempty"`
	Article    string `json:"article,omitempty"`
	URL        string `json:"url,omitempty"`
}

// Option is one choice of a clarifying question. Value comes back in Inbound.Value; typing the label works as well.
type Option struct {
	Label string `json:"label"`
	Value string `json:"value"`
}
