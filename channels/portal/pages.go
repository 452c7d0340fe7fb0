package portal

import (
	"html/template"

	"bangban/city/org"
	"bangban/conversation/message"
)

// Link is a way to another page, with a line that says what is there.
type Link struct {
	Label, URL, Note string
	Icon             string
}

// HomePage is the first page: the question first, then what others ask.
type HomePage struct {
	Hot      []string
	Topics   []Topic
	Events   []Link
	Notices  []Notice
	Hotlines []org.Hotline
}

// Notice is one announcement (公告).
type Notice struct{ ID, Title, URL, Date string }

// ChatPage is the whole talk.
type ChatPage struct {
	ConversationID string
	Turns          []Turn
	Greeting       string
	Examples       []string // words to try, only in a new talk
	Draft          string   // what was typed and not taken
	Problem        string   // why it was not taken
	Limit          int      // characters in a question
	Last           int      // number of the newest turn
	Seq            int64    // where the live stream goes on from
	Status         string   // who has the talk, when it is not the machine: 排队中, 8012 号坐席（…）为您服务
	Focus          bool     // the field takes the focus
	// Carries says that the talk may go on in WeChat; Picture is the QR picture that takes it there, "" until it was asked for.
	Carries bool
	Picture template.URL
	view    View
}

// Shown are the turns with the view that their forms need.
func (p ChatPage) Shown() []shown {
	out := make([]shown, len(p.Turns))
	for i, t := range p.Turns {
		out[i] = shown{t, p.view}
	}
	return out
}

func (p ChatPage) seen(v View) Body { p.view = v; return p }

// TopicsPage lists the themes (主题), TopicPage the items of one.
type TopicsPage struct {
	Topics []Topic
	Total  int
}

// TopicPage lists the items of one theme.
type TopicPage struct {
	Topic Topic
	Items []Link
	Asked []Link // questions of this theme
}

// EventsPage lists 一件事, EventPage shows one: its items in the order in which they are done.
type EventsPage struct{ Events []Link }

// EventPage is one 一件事.
type EventPage struct {
	Name    string
	Summary []Line
	Items   []Link
	Steps   []Line
	Laws    []Law
	Updated string
}

// QuestionPage is a 知识点 with its own address.
type QuestionPage struct {
	Question   string
	Kind       string // 常见问题, 公告 …
	Answer     []Line
	Laws       []Law
	Department string
	Updated    string
	Checking   bool
	Item       *Link
}

// SearchPage shows what was found for Q.
type SearchPage struct {
	Q       string
	Problem string
	Hits    []Hit
	More    bool // there may be more than are shown
	Laws    bool // there is a law library, on a tab of its own
}

// Hit is one search result. Title and Text are cut into pieces so that the words that matched can be marked.
type Hit struct {
	Kind  string // 办事指南, 常见问题, 一件事, 热线, 网点
	URL   string
	Title []Piece
	Text  []Piece
}

// Piece is a part of a text; Mark is set where it matched.
type Piece struct {
	Text string
	Mark bool
}

// PointsPage shows regions and service points.
type PointsPage struct {
	Regions  []RegionLink
	Current  string // name of the region that is shown, empty for all
	Item     string // name of the item whose points are shown, empty for all
	Points   []Point
	Places   []Line // where the item is handled, by its rules, when no point is listed for it
	Hotlines []org.Hotline
}

// RegionLink is one region to choose.
type RegionLink struct {
	Name, URL string
	Current   bool
	Count     int
}

// Point is a service point as it is shown.
type Point struct {
	ID, Name, Region, Address, Hours, Phone, Note, Updated string
	Sources                                                []message.Basis
}

// AnswersPage is the form for an answer number, with why nothing was found.
type AnswersPage struct{ No, Problem string }

// PhonePage asks for a phone number, then for the code that was sent to it.
type PhonePage struct {
	Talk                 bool // there is a talk that the number belongs to
	Phone, Code, Problem string
	Sent, Done           bool
	// Follower says that the talk is a WeChat follower's, who may be bound to the number; Agree is their consent, Bound the masked number.
	Follower, Agree bool
	Bound           string
}

// ProgressPage is the form for a promise's number and query code, with why nothing was found, or with what was.
type ProgressPage struct {
	No, Code, Problem string
	Found             *Promised
	// Phone and Wish are how the citizen wants to be reached, as typed, with why they were refused, or that they are Saved.
	Phone, Wish, Field, Refused string
	Saved                       bool
}

// Promised is a promise as its citizen reads it.
type Promised struct {
	No, Topic, State, Due, Made, Ended string
	Open, Overdue                      bool
	Tries                              []Tried // when somebody tried to reach them
	Answer                             string  // when it was kept
	Phone, Wish                        string  // what they have left so that they can be reached; the number masked
}

// Tried is when somebody tried to reach them, and when they try again, "" when nobody said.
type Tried struct{ At, Next string }

// AnswerPage is an answer as it was given.
type AnswerPage struct {
	No    string
	Turn  Turn
	Given string // when
	view  View
}

func (p AnswerPage) seen(v View) Body { p.view = v; return p }

// Shown is the answer's turn with the view.
func (p AnswerPage) Shown() shown { return shown{p.Turn, p.view} }

// TextPage is a page of words: about, privacy, accessibility. Its template is its name.
type TextPage struct{ Name string }

// SitemapPage lists everything there is.
type SitemapPage struct {
	Topics, Events []Link
	Laws           bool // there is a law library
}

// ErrorPage says what went wrong and what to do.
type ErrorPage struct {
	Status        int
	Title, Detail string
}

// GalleryPage shows every component in every state.
type GalleryPage struct {
	Groups []GalleryGroup
	view   View
}

func (p GalleryPage) seen(v View) Body {
	p.view = v
	groups := make([]GalleryGroup, len(p.Groups))
	for i, g := range p.Groups {
		g.Shown = make([]shown, len(g.Turns))
		for j, t := range g.Turns {
			g.Shown[j] = shown{t, v}
		}
		groups[i] = g
	}
	p.Groups = groups
	return p
}

// GalleryGroup is one heading of the gallery with turns below it.
type GalleryGroup struct {
	Name  string
	Turns []Turn
	Shown []shown
}

func (HomePage) template() string     { return "home" }
func (ChatPage) template() string     { return "chat" }
func (TopicsPage) template() string   { return "topics" }
func (TopicPage) template() string    { return "topic" }
func (EventsPage) template() string   { return "events" }
func (EventPage) template() string    { return "event" }
func (ItemPage) template() string     { return "item" }
func (QuestionPage) template() string { return "question" }
func (SearchPage) template() string   { return "search" }
func (PointsPage) template() string   { return "points" }
func (AnswersPage) template() string  { return "answers" }
func (PhonePage) template() string    { return "phone" }
func (ProgressPage) template() string { return "progress" }
func (AnswerPage) template() string   { return "answer" }
func (p TextPage) template() string   { return p.Name }
func (SitemapPage) template() string  { return "sitemap" }
func (ErrorPage) template() string    { return "error" }
func (GalleryPage) template() string  { return "gallery" }
