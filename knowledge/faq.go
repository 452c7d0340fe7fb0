package knowledge

// FAQ is a 知识点 that is not a guide: a question with its answer, an official line (口径), a concept, a notice, a plan.
type FAQ struct {
	ID string `yaml:"id" json:"id"`
	// Kind is faq, line 口径, concept 概念, notice 公告, plan 规划 (may inform, never grounds an entitlement).
	Kind FAQKind `yaml:"kind" json:"kind"`
	// Question is the 标准问, Variants the 相似问 as people say it.
	Question string   `yaml:"question" json:"question"`
	Variants []string `yaml:"variants" json:"variants,omitempty"`
	// Answer is the conclusion first, then what follows from it: short plain sentences, each with its basis.
	Answer []Fact `yaml:"answer" json:"answer"`
	// Voice is the spoken form, at most three short sentences; empty: the first sentences of Answer are spoken.
	Voice string `yaml:"voice" json:"voice,omitempty"`
	// Item binds it to a service item, Attribute to one of its attributes (nlu.Attribute), Situation to one 情形.
	Item      ItemID `yaml:"item" json:"item,omitempty"`
	Attribute string `yaml:"attribute" json:"attribute,omitempty"`
	Situation string `yaml:"situation" json:"situation,omitempty"`

	Department string   `yaml:"department" json:"department"`
	Topics     []string `yaml:"topics" json:"topics,omitempty"`
	Regions    []string `yaml:"regions" json:"regions,omitempty"`
	Hot        int      `yaml:"hot" json:"hot,omitempty"`
	Updated    string   `yaml:"updated" json:"updated"`
	Effective  string   `yaml:"effective" json:"effective,omitempty"`
	Expires    string   `yaml:"expires" json:"expires,omitempty"`
	Secrecy    Secrecy  `yaml:"secrecy" json:"secrecy,omitempty"`
	Checking   bool     `yaml:"checking" json:"checking,omitempty"`
}

// FAQKind is the kind of a FAQ entry.
type FAQKind string

// LifeEvent is 一件事 (Bundle): several items that one event in life brings together.
type LifeEvent struct {
	ID      string   `yaml:"id" json:"id"`
	Name    string   `yaml:"name" json:"name"`   // 我要开餐馆, 新生儿出生
	Words   []string `yaml:"words" json:"words"` // how people say it
	Summary *Fact    `yaml:"summary" json:"summary"`
	Items   []ItemID `yaml:"items" json:"items"` // in the order in which they are done
	Steps   []Fact   `yaml:"steps" json:"steps,omitempty"`
	Topics  []string `yaml:"topics" json:"topics,omitempty"`
	Updated string   `yaml:"updated" json:"updated"`
}
