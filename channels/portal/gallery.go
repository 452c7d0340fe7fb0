package portal

import (
	"strings"
	"time"

	"bangban/conversation/message"
	"bangban/nlu"
)

// Gallery is every component in every state, with samples that are no answers: what axe and the screenshots run over.
func Gallery() GalleryPage {
	at := time.Date(2026, 11, 3, 10, 24, 0, 0, time.FixedZone("CST", 8*3600))
	long := strings.Repeat("这是一段很长的话，用来看看换行和留白是不是还清楚。", 8)
	machine := func(id string, r message.Reply) Turn {
		return Turn{ID: "g-" + id, Speaker: Machine, Text: r.Text, At: at, Reply: &r}
	}
	clarify := message.Reply{Kind: message.Clarify, Reason: message.WhichSituation, Text: "您想办哪一种居住证？",
		Options: []message.Option{{Label: "首次申领", Value: "first"}, {Label: "签注续期", Value: "renew"}, {Label: "遗失补领", Value: "lost"}, {Label: "都不是", Value: "none"}}}
	chosen := machine("chosen", clarify)
	chosen.Chosen = "first"
	useful, useless := machine("useful", sampleAnswer()), machine("useless", sampleAnswer())
	useful.Vote = "useful"
	useless.Vote, useless.Reason = "useless", "看不懂"
	checking := sampleAnswer()
	checking.Card.Notice = "这条内容正在核对，请以窗口答复为准。"
	return GalleryPage{Groups: []GalleryGroup{
		{Name: "说话的人", Turns: []Turn{
			{ID: "g-said", Speaker: Citizen, Text: "首次申领，多久能拿到", At: at, ShowTime: true},
			machine("words", message.Reply{Kind: message.Smalltalk, Text: "您好，我在。您想办什么事，直接说就行。"}),
			{ID: "g-person", Speaker: Person, Label: "8012 号坐席 · 市民中心", Text: "您好，您前面问的我都看到了。", At: at},
			{ID: "g-system", Speaker: System, Text: "8012 号坐席为您服务，您刚才的问题已看到。", At: at},
		}},
		{Name: "追问", Turns: []Turn{machine("clarify", clarify), chosen}},
		{Name: "答复", Turns: []Turn{machine("answer", sampleAnswer())}},
		{Name: "核对中", Turns: []Turn{machine("checking", checking)}},
		{Name: "已评价", Turns: []Turn{useful, useless}},
		{Name: "材料多、字很多", Turns: []Turn{machine("long", longAnswer(long)), {ID: "g-long-said", Speaker: Citizen, Text: long, At: at}}},
		{Name: "不知道", Turns: []Turn{machine("unknown", message.Reply{Kind: message.Unknown, Reason: message.NoEntry,
			Text: "这个问题我还没有把握答准。可以换个说法，或者转人工。", Suggestions: []string{"居住证怎么办", "身份证丢了怎么补"}})}},
		{Name: "危险", Turns: []Turn{machine("danger", message.Reply{Kind: message.Handoff, Reason: message.Danger,
			Text: "请马上拨打 110（报警）、119（火警）、120（急救）。\n先到安全的地方，再打电话。"})}},
	}}
}

// sampleAnswer is the card of the design's picture.
func sampleAnswer() message.Reply {
	return message.Reply{Kind: message.Answer, AnswerNo: "A482107326", Text: "15 日内领证。居住登记满半年就能申请。", Voice: "十五日内领证。",
		Card: &message.Card{Title: "浙江省居住证（首次）", Conclusion: "15 日内领证。居住登记满半年就能申请。", Key: "15 日内领证",
			Materials: []message.CardMaterial{{Name: "居民身份证"}, {Name: "近期证件照"}, {Name: "就业、住所、就读证明选一项"}},
			Fields: []message.Field{{Attribute: nlu.Time, Label: "时限", Value: "15 日", Note: "从受理第二天算起"}, {Attribute: nlu.Fee, Label: "费用", Value: "0 元"},
				{Attribute: nlu.Place, Label: "地点", Value: "居住地派出所", Note: "上城区 · 社区服务机构也可代收"}},
			Actions: []message.Action{{Label: "在线申请", URL: "/items/residence-permit", Main: true}, {Label: "预约去办", Ask: "预约办居住证"}, {Label: "其他网点", URL: "/points"}}},
		Citations: []message.Citation{{EntryID: "residence-permit", Title: "浙江省居住证（首次）", Issuer: "市公安局", UpdatedAt: "2026-11-03", URL: "/items/residence-permit",
			Basis: []message.Basis{{Kind: "law", Title: "浙江省流动人口居住登记条例", URL: "https://example.gov.cn/law"}}}}}
}

func longAnswer(long string) message.Reply {
	r := sampleAnswer()
	c := *r.Card
	c.Title, c.Conclusion, c.Key = "一个名称很长很长、在小屏幕上一行放不下的办事事项（情形也很长）", long, ""
	c.Materials = nil
	for range 9 {
		c.Materials = append(c.Materials, message.CardMaterial{Name: "由发证机关出具的证明材料", Note: "原件和复印件各一份，只在委托他人办的时候要交"})
	}
	c.Steps = []string{"到窗口交材料", "等审查，15 日内有结果", "领证"}
	c.Places = []message.CardPlace{{Name: "市民中心", Address: "某区某路 1 号", Hours: "9:00–17:00", Phone: "12345", Note: "周末不开"}}
	r.Card = &c
	r.Citations = append([]message.Citation(nil), r.Citations...)
	r.Citations[0].Basis = []message.Basis{{Kind: "law", Title: "居民身份证法", Article: "第十一条"}, {Kind: "law", Title: "浙江省流动人口居住登记条例", DocumentNo: "浙人大〔2016〕1 号", Article: "第十八条"}}
	return r
}
