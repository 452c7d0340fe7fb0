package nlu

import "strings"

// Understanding is what was made of one utterance.
type Understanding struct {
	// Raw is the text as it came, cut to what is readable; Masked the same with personal numbers replaced (for logs and the index).
	Raw, Masked string
	// Normal is the normalised text (half width, simplified, lower case, one kind of punctuation, see Normalise) that all
	// matching uses; personal numbers are left out, sound slips put right, pinyin typed as such written in characters.
	Normal string
	// Core is Normal without greetings, self-introduction, politeness and correction phrases, and of a long story the sentences
	// that ask: what is searched. It is empty where the utterance only excludes something (不是护照).
	Core string
	// Topic is Core without question words, attribute words, region and time: the matter alone ("身份证丢了" of "身份证丢了要多少钱").
	// It is empty when nothing is left (那要多久).
	Topic string
	// Terms are the words of Core with their weight in a query; Expanded the synonyms and repaired sound-alikes, weight < 1.
	Terms    []Term
	Expanded []Term
	Intent   Intent
	// Second is set where one utterance carries two intents (投诉 + question).
	Second Intent
	Slots  Slots
	// Negated are phrases that the citizen excludes (不是护照).
	Negated []string
	// Correction: 不对，我问的是…; FollowUp: elliptic, needs the context (那要多久, 在萧山呢).
	Correction, FollowUp bool
	// Vague: it asks about a paper or an act (要几天, 证丢了怎么补) and names none; at the start of a talk nothing can be answered.
	Vague bool
	// Danger is set when something dangerous is going on now.
	Danger Danger
	// Emotion is 0-1: strength of feeling.
	Emotion float64
	// Parts are the separate questions of a message that asks several; empty for one.
	Parts []string
	// Readable is false for emoji, control characters, noise.
	Readable bool
}

// TopicOnly returns the same understanding with Topic as its Core and only the terms that stand in it, for entries that are names;
// nil when Topic is empty or all of Core.
func (u *Understanding) TopicOnly() *Understanding {
	if u.Topic == "" || u.Topic == u.Core {
		return nil
	}
	t := *u
	t.Core, t.Terms, t.Expanded = u.Topic, nil, nil
	kept := map[string]bool{}
	for _, term := range u.Terms {
		if strings.Contains(u.Topic, term.Text) {
			t.Terms = append(t.Terms, term)
			kept[term.Text] = true
		}
	}
	for _, term := range u.Expanded {
		if kept[term.From] || strings.Contains(u.Topic, term.From) {
			t.Expanded = append(t.Expanded, term)
		}
	}
	return &t
}

// Term is a word with its weight.
type Term struct {
	Text   string
	Weight float64
	// From is the word of the citizen that a synonym or repair stands for; empty for the citizen's own words.
	From string
}

// Intent is what the citizen wants (意图).
type Intent string

// The intents: the seven verbs of the plan (咨询 预约 申请 受理 进度 支付 评价), the hotline's kinds, and talk about the talk.
const (
	Ask         Intent = "ask"         // 咨询
	Book        Intent = "book"        // 预约: wants to book now
	Apply       Intent = "apply"       // 申请: wants to file now (帮我申请), not "怎么申请"
	Accept      Intent = "accept"      // 受理: asks whether it was accepted
	Track       Intent = "track"       // 进度
	Pay         Intent = "pay"         // 支付: wants to pay now
	Rate        Intent = "rate"        // 评价
	Complain    Intent = "complain"    // 投诉
	Report      Intent = "report"      // 举报
	Suggest     Intent = "suggest"     // 建议
	SeekHelp    Intent = "help"        // 求助
	Praise      Intent = "praise"      // 表扬
	Human       Intent = "human"       // 转人工
	Greet       Intent = "greet"       // 你好
	Thank       Intent = "thank"       // 谢谢
	WhoAreYou   Intent = "identity"    // 你是谁
	RepeatThat  Intent = "repeat"      // 再说一遍
	CancelThat  Intent = "cancel"      // 算了
	Affirm      Intent = "affirm"      // 是的
	Deny        Intent = "deny"        // 都不是
	Abusive     Intent = "abuse"       // 骂人
	Trick       Intent = "trick"       // prompt-like tricks
	OthersData  Intent = "others_data" // someone else's personal data
	CrimeHelp   Intent = "crime"       // help with a crime
	OtherDoor   Intent = "other_door"  // 信访 复议 诉讼 仲裁 of one's own dispute
	OutOfScope  Intent = "out_of_scope"
	OtherRegion Intent = "other_region" // another city's matter
)

// Attribute is what is asked about an item (属性). The first eleven are those a citizen can ask for.
type Attribute string

// The attributes.
const (
	Materials  Attribute = "materials"  // 材料
	Time       Attribute = "time"       // 时限: 多久
	Fee        Attribute = "fee"        // 费用
	Place      Attribute = "place"      // 地点
	Hours      Attribute = "hours"      // 几点上班
	Phone      Attribute = "phone"      // 电话
	Conditions Attribute = "conditions" // 条件
	Online     Attribute = "online"     // 网上能办吗
	ByAgent    Attribute = "agent"      // 代办
	Result     Attribute = "result"     // 拿到什么
	Validity   Attribute = "validity"   // 有效期
	Steps      Attribute = "steps"      // 流程
	Visits     Attribute = "visits"     // 跑几次
	LegalBasis Attribute = "basis"      // 依据是什么
	Complaints Attribute = "complaint"  // 投诉电话
	Overview   Attribute = ""           // nothing special: 怎么办
)

// Attributes are the eleven that a citizen can ask for, in the order of the card.
var Attributes = []Attribute{Materials, Time, Fee, Place, Hours, Phone, Conditions, Online, ByAgent, Result, Validity}

// Slots are the details found in one utterance.
type Slots struct {
	// Region is a GB/T 2260 code of the city; RegionText the words that named it. OtherCity is a place outside the
	// city: where the matter lies (then the intent is OtherRegion), or where what it is about was issued (宁波的公积金在杭州能用吗).
	Region     string `json:"region,omitempty"`
	RegionText string `json:"region_text,omitempty"`
	OtherCity  string `json:"other_city,omitempty"`
	// RegionChoices are set where a name may mean several regions today (余杭 before 2021).
	RegionChoices []string `json:"region_choices,omitempty"`
	Point         string   `json:"point,omitempty"` // service point named
	// Attributes are asked for, most certain first.
	Attributes []Attribute `json:"attributes,omitempty"`
	// Situation are words that may name a 情形 (丢了, 到期).
	Situation []string `json:"situation,omitempty"`
	// From and Until bound a time that was named, RFC 3339 in Asia/Shanghai; TimeText the words.
	From     string `json:"from,omitempty"`
	Until    string `json:"until,omitempty"`
	TimeText string `json:"time_text,omitempty"`
	// Number is an answer, promise, order, case, appointment or payment number that was said.
	Number string `json:"number,omitempty"`
	// Phone and IDNumber report that one was said; the value itself is masked out of everything kept.
	Phone    bool `json:"phone,omitempty"`
	IDNumber bool `json:"id_number,omitempty"`
	// Act is a verb of the matter that narrows items: 办 补 换 转 变更 注销.
	Act string `json:"act,omitempty"`
}

// Attribute returns the attribute asked for with most certainty, or Overview.
func (s Slots) Attribute() Attribute {
	if len(s.Attributes) == 0 {
		return Overview
	}
	return s.Attributes[0]
}

// Danger is a danger that is going on now (danger words + now).
type Danger string

// The dangers.
const (
	NoDanger Danger = ""
	Crime110 Danger = "crime" // 110
	Fire119  Danger = "fire"  // 119: fire, gas, trapped
	Sick120  Danger = "sick"  // 120
	SelfHarm Danger = "self_harm"
)
