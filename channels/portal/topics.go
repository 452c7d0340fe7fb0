package portal

// Topic is a theme of the catalogue (主题分类) with the items there are.
type Topic struct {
	Code, Name, Icon string
	Count            int
}

// URL is the page of the theme.
func (t Topic) URL() string { return "/topics/" + t.Code }

// topics are the themes for natural persons, by the national code list (GB/T 39046-2020, live enumeration).
var topics = []Topic{
	{Code: "090", Name: "证件办理", Icon: "id-card"},
	{Code: "010", Name: "户籍办理", Icon: "house"},
	{Code: "085", Name: "社会保障", Icon: "umbrella"},
	{Code: "145", Name: "医疗卫生", Icon: "stethoscope"},
	{Code: "075", Name: "住房保障", Icon: "building-2"},
	{Code: "060", Name: "婚姻登记", Icon: "heart"},
	{Code: "005", Name: "生育收养", Icon: "baby"},
	{Code: "095", Name: "交通出行", Icon: "car"},
	{Code: "105", Name: "出境入境", Icon: "plane"},
	{Code: "020", Name: "教育科研", Icon: "graduation-cap"},
	{Code: "030", Name: "就业创业", Icon: "briefcase"},
	{Code: "035", Name: "设立变更", Icon: "store"},
	{Code: "040", Name: "准营准办", Icon: "badge-check"},
	{Code: "150", Name: "离职退休", Icon: "armchair"},
	{Code: "050", Name: "职业资格", Icon: "award"},
	{Code: "055", Name: "行政缴费", Icon: "receipt"},
	{Code: "065", Name: "优待抚恤", Icon: "medal"},
	{Code: "070", Name: "规划建设", Icon: "ruler"},
	{Code: "025", Name: "入伍服役", Icon: "shield"},
	{Code: "045", Name: "抵押质押", Icon: "landmark"},
	{Code: "110", Name: "消费维权", Icon: "shopping-bag"},
	{Code: "115", Name: "公共安全", Icon: "siren"},
	{Code: "120", Name: "司法公证", Icon: "scale"},
	{Code: "125", Name: "知识产权", Icon: "lightbulb"},
	{Code: "130", Name: "环保绿化", Icon: "leaf"},
	{Code: "135", Name: "文化体育", Icon: "palette"},
	{Code: "140", Name: "公用事业", Icon: "droplets"},
	{Code: "100", Name: "旅游观光", Icon: "luggage"},
	{Code: "015", Name: "民族宗教", Icon: "users-round"},
	{Code: "155", Name: "死亡殡葬", Icon: "flower-2"},
	{Code: "998", Name: "地方特色", Icon: "map"},
	{Code: "999", Name: "其他", Icon: "layout-grid"},
}

// Topics returns the themes that have items, those that most people come for first. count gives the number of items by code.
func Topics(count map[string]int) []Topic {
	var out []Topic
	for _, t := range topics {
		if t.Count = count[t.Code]; t.Count > 0 {
			out = append(out, t)
		}
	}
	return out
}

// TopicByCode finds a theme.
func TopicByCode(code string) (Topic, bool) {
	for _, t := range topics {
		if t.Code == code {
			return t, true
		}
	}
	return Topic{}, false
}
