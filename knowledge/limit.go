package knowledge

import "fmt"

var unitNames = map[Unit]string{
	"minute": "分钟", "hour": "小时", "day": "日", "working_day": "个工作日", "month": "个月", "year": "年",
}

// String is the limit in words, without its starting point: 15 个工作日内发证, 当场办结.
func (l *Limit) String() string {
	does := l.Does
	if does == "" {
		does = "办结"
	}
	if l.AtOnce {
		return "当场" + does
	}
	return fmt.Sprintf("%d %s内%s", l.N, unitNames[l.Unit], does)
}
