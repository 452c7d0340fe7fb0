package quantity

import (
	"sort"
	"strings"
)

// spellings are the units as they stand in texts, with the canonical one. 个 before a unit is read over.
var spellings = map[string]Unit{
	"工作日": WorkingDay, "个工作日": WorkingDay, "自然日": Day, "日": Day, "天": Day,
	"个月": Month, "年": Year, "周年": Year, "周": "周", "星期": "周", "季度": "季度", "学年": "学年", "学期": "学期", "年级": "年级",
	"周岁": "周岁", "岁": "周岁", "月龄": "月龄",
	"小时": Hour, "分钟": Minute, "秒": "秒",
	"元": Yuan, "块钱": Yuan, "角": "角", "%": Percent, "‰": "‰", "百分点": "百分点", "倍": "倍", "折": "折",
	"次": Times, "份": Copy, "张": "张", "人": "人", "名": "人", "位": "人", "户": "户", "套": "套", "件": "件", "本": "本", "寸": "寸",
	"平方米": "平方米", "平米": "平方米", "立方米": "立方米", "米": "米", "公里": "公里", "千米": "公里", "厘米": "厘米", "毫米": "毫米", "亩": "亩", "公顷": "公顷",
	"公斤": "千克", "千克": "千克", "克": "克", "吨": "吨", "升": "升", "毫升": "毫升", "千瓦": "千瓦", "立方": "立方米", "度": "度",
	"辆": "辆", "台": "台", "座": "座", "层": "层", "间": "间", "级": "级", "档": "档", "分": "分", "字": "字", "页": "页", "代": "代",
	"种": "种", "类": "类", "项": "项", "样": "样", "步": "步", "条": "条", "家": "家", "处": "处", "个": "个", "路": "路", "号": "号", "楼": "楼", "室": "室", "幢": "幢", "栋": "栋",
}

// continued are words that begin like a unit and are none.
var continued = map[string]string{
	"人": "民员社工力口身才行事均", "周": "边围转", "分": "之钟别为开公店支立期配类级批段局享摊割析工离流", "家": "庭长属里具政", "级": "别", "条": "件例款",
	"类": "别似型", "项": "目", "处": "理罚分置", "路": "过", "号": "码召", "本": "人市省法条例规章部单", "件": "事", "代": "理办表缴码为", "度": "假", "间": "隔", "名": "称义",
	"位": "于置", "字": "样", "步": "骤行", "台": "账", "日": "常报", "天": "然气", "次": "日性要序", "户": "口籍主型", "角": "度色", "折": "旧算抵扣", "种": "植子", "层": "面", "室": "内外", "样": "本式",
	"元": "旦", "米": "饭", "克": "服", "升": "级学", "座": "位谈", "套": "餐", "张": "贴", "档": "案", "份": "额", "倍": "增", "寸": "", "页": "面", "秒": "",
}

// timed are the units of time, of which there can be a half.
var timed = map[Unit]bool{Day: true, WorkingDay: true, Month: true, Year: true, Hour: true, "周": true, "学期": true}

// Enumerator reports whether a unit merely counts what the writer lists (两种情形): such a count in Chinese numerals claims nothing.
func (u Unit) Enumerator() bool {
	switch u {
	case "种", "类", "项", "样", "步", "条", "家", "处", "个", "级", "层", "代", "路", "号", "楼", "室", "件", "本", "字", "页", "张", "间", "座", "台", "幢", "栋", "套", "位", "档", "度":
		return true
	}
	return false
}

// Loose reports whether 一 or 两 before the unit is a way of speaking (一次办好, 两人, 一份) and no figure.
func (u Unit) Loose() bool {
	switch u {
	case Times, Copy, "人", "户", "分":
		return true
	}
	return u.Enumerator()
}

var ordered = func() []string {
	var out []string
	for s := range spellings {
		out = append(out, s)
	}
	sort.Slice(out, func(i, j int) bool {
		if len(out[i]) != len(out[j]) {
			return len(out[i]) > len(out[j])
		}
		return out[i] < out[j]
	})
	return out
}()

// unit reads the unit at i.
func (s *scanner) unit(i int, chinese bool) (Unit, int, bool) {
	from := i
	if s.at(i) == '个' {
		if u, to, ok := s.spelt(i, chinese); ok && u == Month {
			return u, to, true
		}
		if u, to, ok := s.spelt(i+1, chinese); ok && (timed[u] || u == Minute || u == "百分点" || u == "学年" || u == "季度" || u == "人" && !chinese) && u != Year {
			return u, to, true
		}
	}
	return s.spelt(from, chinese)
}

func (s *scanner) spelt(i int, chinese bool) (Unit, int, bool) {
	first := s.at(i)
	for _, word := range ordered {
		if !strings.HasPrefix(word, string(first)) || !s.has(i, word) {
			continue
		}
		to := i + len([]rune(word))
		if next := s.at(to); next != 0 && strings.ContainsRune(continued[word], next) {
			continue
		}
		return spellings[word], to, true
	}
	return "", 0, false
}
