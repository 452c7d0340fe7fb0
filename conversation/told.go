package conversation

import (
	"fmt"
	"time"
)

// shanghai is the zone of everything that people are told. It has had no summer time since 1991.
var shanghai = time.FixedZone("Asia/Shanghai", 8*60*60)

// moment writes a time as people say it: 今天 17:30, 明天 8:30, 11月30日（周一）8:30.
func moment(now time.Time, at int64) string {
	t, today := time.UnixMicro(at).In(shanghai), now.In(shanghai)
	day := func(t time.Time) int64 { return (t.Unix() + 8*60*60) / (24 * 60 * 60) }
	clock := fmt.Sprintf("%d:%02d", t.Hour(), t.Minute())
	switch day(t) - day(today) {
	case 0:
		return "今天 " + clock
	case 1:
		return "明天 " + clock
	}
	date := fmt.Sprintf("%d月%d日（周%s）%s", int(t.Month()), t.Day(), [7]string{"日", "一", "二", "三", "四", "五", "六"}[t.Weekday()], clock)
	if t.Year() != today.Year() {
		return fmt.Sprintf("%d年", t.Year()) + date
	}
	return date
}
