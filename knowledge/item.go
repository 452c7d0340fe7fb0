// Package knowledge is what the city knows (知识库): service items, FAQ, places, hotlines and their sources, as records with revisions.
// It reads and checks data files, publishes, and holds what is published as one library. It does not search (index, rank), store or
// answer. Start at Service for publication, Library for reading, LoadFS for data files.
package knowledge

// ItemID is the stable slug of a service item, such as "id-card-replace". It never changes and is never reused.
type ItemID string

// Item is a 事项 (ServiceItem): one thing that a citizen or a firm can have done, as GB/T 39046-2020 describes it,
// cut to what can be known. An empty field means "not known": it is counted, never guessed.
type Item struct {
	ID ItemID `yaml:"id" json:"id"`
	// Name is the official name as on the guide or the licence, Short the name people read in a list.
	Name  string `yaml:"name" json:"name"`
	Short string `yaml:"short" json:"short"`
	// Common are the everyday names and ways to ask (日常用语). They are searched, and shown to nobody.
	Common []string `yaml:"common" json:"common,omitempty"`
	// Topics are 主题分类 codes for natural persons, LegalTopics for legal persons (docs/corpus.md has the list).
	Topics      []string `yaml:"topics" json:"topics,omitempty"`
	LegalTopics []string `yaml:"legal_topics" json:"legal_topics,omitempty"`
	// Targets are 服务对象: person, company, institution, organisation, government.
	Targets []Target `yaml:"targets" json:"targets"`
	// Department is the id of the 实施主体 in corpus/city/departments.yaml.
	Department    string   `yaml:"department" json:"department"`
	CoDepartments []string `yaml:"co_departments" json:"co_departments,omitempty"`
	// Regions are the codes where the item is offered; empty means the whole city.
	Regions []string `yaml:"regions" json:"regions,omitempty"`
	// TaskType is the 事项类型 of GB/T 39046 A.1 ("05" 给付, "20" 公共服务 …), CaseType "instant" 即办件 or "promised" 承诺件.
	TaskType string   `yaml:"task_type" json:"task_type,omitempty"`
	CaseType CaseType `yaml:"case_type" json:"case_type,omitempty"`
	// Codes are official codes by scheme (catalogue, task, handle, local); opaque, at most 64 characters each.
	Codes map[string]string `yaml:"codes" json:"codes,omitempty"`

	// Summary says in one or two short sentences what this is and who needs it: the conclusion when nothing special was asked.
	Summary *Fact `yaml:"summary" json:"summary,omitempty"`
	// Details are the fields that a citizen can ask for.
	Details `yaml:",inline"`
	// Situations are 情形: variants of the item in which some details differ.
	Situations []Situation `yaml:"situations" json:"situations,omitempty"`

	// Laws are the 设定依据 of the item as a whole.
	Laws []Basis `yaml:"laws" json:"laws,omitempty"`
	// LifeEvents are ids of 一件事 to which the item belongs, Related ids of neighbouring items.
	LifeEvents []string `yaml:"life_events" json:"life_events,omitempty"`
	Related    []ItemID `yaml:"related" json:"related,omitempty"`
	// Hot is the rank among the hot questions of the home page, 1 first; 0 is not hot.
	Hot int `yaml:"hot" json:"hot,omitempty"`

	// Updated is the day on which a person last checked the entry; Effective and Expires bound its validity (YYYY-MM-DD).
	Updated   string `yaml:"updated" json:"updated"`
	Effective string `yaml:"effective" json:"effective,omitempty"`
	Expires   string `yaml:"expires" json:"expires,omitempty"`
	// Secrecy is "public" (default) or "agent" (内部口径, agents only).
	Secrecy Secrecy `yaml:"secrecy" json:"secrecy,omitempty"`
	// Checking marks an entry that is being verified (核实中): the answer says so on top.
	Checking bool `yaml:"checking" json:"checking,omitempty"`
}

// Details are the attributes of an item that can be asked for. Every filled value names its basis.
type Details struct {
	Conditions []Fact     `yaml:"conditions" json:"conditions,omitempty"` // 受理条件
	Materials  []Material `yaml:"materials" json:"materials,omitempty"`   // 申请材料
	Statutory  *Limit     `yaml:"statutory" json:"statutory,omitempty"`   // 法定办结时限
	Promised   *Limit     `yaml:"promised" json:"promised,omitempty"`     // 承诺办结时限
	Fees       []Fee      `yaml:"fees" json:"fees,omitempty"`             // 收费; a fee of 0 is a known fact
	Visits     *Visits    `yaml:"visits" json:"visits,omitempty"`         // 到办事现场次数
	Places     []Place    `yaml:"places" json:"places,omitempty"`         // 办理地点
	Hours      []Fact     `yaml:"hours" json:"hours,omitempty"`           // 办理时间
	Phones     []Phone    `yaml:"phones" json:"phones,omitempty"`         // 咨询电话
	Complaint  []Phone    `yaml:"complaint" json:"complaint,omitempty"`   // 监督投诉电话
	Online     *Online    `yaml:"online" json:"online,omitempty"`         // 网上办
	Agent      *Agent     `yaml:"agent" json:"agent,omitempty"`           // 能否代办
	Result     *Result    `yaml:"result" json:"result,omitempty"`         // 结果名称
	Validity   []Fact     `yaml:"validity" json:"validity,omitempty"`     // 结果有效期
	Steps      []Fact     `yaml:"steps" json:"steps,omitempty"`           // 办理流程
	Notes      []Fact     `yaml:"notes" json:"notes,omitempty"`           // 提醒: commitment, correction, express, consequences
}

// Situation is a 情形 of an item, such as 丢失 or 损坏. A detail that is filled here replaces the item's own.
type Situation struct {
	ID   string `yaml:"id" json:"id"`
	Name string `yaml:"name" json:"name"` // short: it is a choice in a clarifying question
	// Words are everyday words that point to this situation.
	Words   []string `yaml:"words" json:"words,omitempty"`
	Details `yaml:",inline"`
}

// Fact is one plain sentence or phrase with its basis.
type Fact struct {
	Text string  `yaml:"text" json:"text"`
	By   []Basis `yaml:"by" json:"by,omitempty"`
}

// Material is one 申请材料.
type Material struct {
	Name string `yaml:"name" json:"name"`
	// Form is original 原件, copy 复印件, either 原件或复印件, form 表格, electronic; empty: not known.
	Form      string `yaml:"form" json:"form,omitempty"`
	Originals int    `yaml:"originals" json:"originals,omitempty"`
	Copies    int    `yaml:"copies" json:"copies,omitempty"`
	// Need is required (default), optional, later (容缺后补).
	Need string `yaml:"need" json:"need,omitempty"`
	When string `yaml:"when" json:"when,omitempty"` // only in this case (非必要时办理情形)
	From string `yaml:"from" json:"from,omitempty"` // who issues it (来源)
	Note string `yaml:"note" json:"note,omitempty"`
	// Waived says how it may be dropped: network (核验), commitment (告知承诺), licence (电子证照).
	Waived []string `yaml:"waived" json:"waived,omitempty"`
	By     []Basis  `yaml:"by" json:"by,omitempty"`
}

// Limit is a time limit with its unit and starting point: "60 日内发证，自交验居民身份证件之日起".
type Limit struct {
	N    int    `yaml:"n" json:"n"`
	Unit Unit   `yaml:"unit" json:"unit"`
	Does string `yaml:"does" json:"does,omitempty"` // what is done by then: 发证, 作出决定, 办结 (default)
	From string `yaml:"from" json:"from,omitempty"` // from when: 自受理之日起
	Note string `yaml:"note" json:"note,omitempty"` // extension, special cases
	// AtOnce is 当场办理: N and Unit are empty then.
	AtOnce bool    `yaml:"at_once" json:"at_once,omitempty"`
	By     []Basis `yaml:"by" json:"by,omitempty"`
}

// Unit is the unit of a Limit: minute, hour, day (日, natural), working_day (工作日), month, year.
type Unit string

// Fee is one 收费 line. Yuan is the amount in yuan as a decimal string ("0", "40", "0.5"); empty when only Text is known.
type Fee struct {
	Name string  `yaml:"name" json:"name"`
	Yuan string  `yaml:"yuan" json:"yuan,omitempty"`
	Per  string  `yaml:"per" json:"per,omitempty"` // 每本, 每件, 每年
	When string  `yaml:"when" json:"when,omitempty"`
	Text string  `yaml:"text" json:"text,omitempty"` // where a rule, not an amount, is known: 按价款的 10% 计
	By   []Basis `yaml:"by" json:"by,omitempty"`
}

// Visits is 到办事现场次数 with the reason for a visit.
type Visits struct {
	Count  int     `yaml:"count" json:"count"`
	Reason string  `yaml:"reason" json:"reason,omitempty"`
	By     []Basis `yaml:"by" json:"by,omitempty"`
}

// Place is where it is handled: a rule ("居住地公安派出所"), a known service point, or both.
type Place struct {
	Text   string  `yaml:"text" json:"text"`
	Point  string  `yaml:"point" json:"point,omitempty"`   // id in corpus/city/points.yaml
	Region string  `yaml:"region" json:"region,omitempty"` // only for this region
	Note   string  `yaml:"note" json:"note,omitempty"`
	By     []Basis `yaml:"by" json:"by,omitempty"`
}

// Phone is a number to call, with what it is for.
type Phone struct {
	Number string  `yaml:"number" json:"number"` // dialable: 12345, 0571-87280185
	For    string  `yaml:"for" json:"for,omitempty"`
	By     []Basis `yaml:"by" json:"by,omitempty"`
}

// Online says whether and where it can be done on the net.
type Online struct {
	// Mode is full 全程网办, partly (apply or book online, then visit), info (only information), no.
	Mode      string     `yaml:"mode" json:"mode"`
	Text      string     `yaml:"text" json:"text"` // plain sentence
	Entrances []Entrance `yaml:"entrances" json:"entrances,omitempty"`
	By        []Basis    `yaml:"by" json:"by,omitempty"`
}

// Entrance is an online way in: an app, a mini program or a site.
type Entrance struct {
	Name string `yaml:"name" json:"name"`
	URL  string `yaml:"url" json:"url,omitempty"`
}

// Agent says whether another may act for the applicant (代办).
type Agent struct {
	// Allowed is yes, no, some (in the cases that Text names).
	Allowed string  `yaml:"allowed" json:"allowed"`
	Text    string  `yaml:"text" json:"text"`
	By      []Basis `yaml:"by" json:"by,omitempty"`
}

// Result is what one gets in the end.
type Result struct {
	Name string `yaml:"name" json:"name"`
	// Kind is certificate 出证, document 出文, approval 审批, payment 给付, other.
	Kind     string  `yaml:"kind" json:"kind,omitempty"`
	Delivery string  `yaml:"delivery" json:"delivery,omitempty"` // how it is handed over
	By       []Basis `yaml:"by" json:"by,omitempty"`
}

// Target is a 服务对象.
type Target string

// CaseType is 即办件 (instant) or 承诺件 (promised).
type CaseType string

// Secrecy is public or agent.
type Secrecy string

// Public reports whether citizens may read what bears it. A word that is neither (a slip in an import) hides: what was meant for agents
// must not come out by a misspelling.
func (s Secrecy) Public() bool { return s == "" || s == "public" }
