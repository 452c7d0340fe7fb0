package law

import (
	"fmt"
	"regexp"
	"strings"
)

// Card is what a text says of itself.
type Card struct {
	Title, DocumentNo, Issuer, Adopted, Effective, Level string
}

type day struct{ iso, line string }

var (
	dayWritten  = regexp.MustCompile(`(\d{4})年(\d{1,2})月(\d{1,2})日`)
	order       = regexp.MustCompile(`((?:中华人民共和国|国务院|中央军事委员会|[\p{Han}、]*?(?:部|委员会|总局|局|署|办公室))[\p{Han}、]*?)(令|公告)[（(]?第?\s*(\d+|[零〇一二三四五六七八九十百千]+)\s*号[)）]?`)
	inForce     = regexp.MustCompile(`自(\d{4}年\d{1,2}月\d{1,2}日)起(?:施行|实施)`)
	atOnce      = regexp.MustCompile(`自(?:公布|发布|颁布)之日起(?:施行|实施)`)
	ministry    = regexp.MustCompile(`^部门规章/([^/]+)/`)
	provincial  = regexp.MustCompile(`^(浙江省|[\p{Han}]{2,3}市)`)
	congressRow = regexp.MustCompile(`全国人民代表大会(常务委员会)?`)
)

func dates(head string) []day {
	var out []day
	for line := range strings.Lines(head) {
		for _, m := range dayWritten.FindAllStringSubmatch(line, -1) {
			out = append(out, day{iso(m), line})
			break // the date of the line stands first
		}
	}
	return out
}

func iso(m []string) string {
	var y, mo, d int
	fmt.Sscan(m[1], &y)
	fmt.Sscan(m[2], &mo)
	fmt.Sscan(m[3], &d)
	return fmt.Sprintf("%04d-%02d-%02d", y, mo, d)
}

// Card reads the head (and, for the day of force, the articles). What the text does not say stays empty.
func (t *Text) Card() Card {
	c := Card{Title: t.Title, Adopted: t.Date, Level: t.level(), DocumentNo: t.documentNo()}
	c.Issuer = t.issuer(c.Level)
	c.Effective = t.effective()
	return c
}

// level goes by the folder at the top, and for folders of other names by the title.
func (t *Text) level() string {
	folder, _, below := strings.Cut(t.Path, "/")
	switch {
	case !below:
		folder = ""
	case folder == "行政法规":
		return "regulation"
	case folder == "浙江", strings.Contains(folder, "地方"):
		return "local"
	case strings.Contains(folder, "规章"):
		return "rule"
	case strings.HasSuffix(folder, "法"), strings.HasSuffix(folder, "法典"), folder == "法律", folder == "民法商法":
		return "law"
	}
	switch {
	case provincial.MatchString(t.Title):
		return "local"
	case strings.HasSuffix(t.Title, "法"), strings.HasSuffix(t.Title, "法典"):
		return "law"
	case strings.HasSuffix(t.Title, "条例"), strings.Contains(t.Head, "国务院令"):
		return "regulation"
	case folder == "":
		return "rule"
	}
	return "law"
}

// Days returns when this version was passed and when it was published, as the head says.
func (t *Text) Days() (passed, published string) {
	for _, d := range dates(t.Head) {
		switch {
		case strings.Contains(d.line, "公布"), strings.Contains(d.line, "发布"):
			published = max(published, d.iso)
		case strings.Contains(d.line, "通过"), strings.Contains(d.line, "修正"), strings.Contains(d.line, "修订"), strings.Contains(d.line, "修改"):
			passed = max(passed, d.iso)
		}
	}
	return passed, published
}

// documentNo is the last 文号 of the head.
func (t *Text) documentNo() string {
	no := ""
	for line := range strings.Lines(t.Head) {
		for _, m := range order.FindAllStringSubmatch(line, -1) {
			who := strings.TrimPrefix(m[1], "中华人民共和国")
			if who == "" {
				who = m[1]
			}
			no = strings.ReplaceAll(who, "、中华人民共和国", "、") + m[2] + "第" + m[3] + "号"
		}
	}
	return no
}

func (t *Text) issuer(level string) string {
	switch level {
	case "regulation":
		return "国务院"
	case "rule":
		if m := ministry.FindStringSubmatch(t.Path); m != nil {
			return m[1]
		}
	case "local":
		m := provincial.FindString(t.Title)
		if m == "" && strings.HasPrefix(t.Title, "杭州") {
			m = "杭州市"
		}
		if m != "" {
			if strings.Contains(t.Head, m+"人民代表大会") && !strings.Contains(t.Head, "常务委员会") && !strings.Contains(t.Head, "常委会") {
				return m + "人民代表大会"
			}
			return m + "人民代表大会常务委员会"
		}
	case "law":
		issuer := ""
		for line := range strings.Lines(t.Head) {
			if strings.Contains(line, "《") {
				continue // a decision that amends it
			}
			if m := congressRow.FindStringSubmatch(line); m != nil {
				issuer = "全国人民代表大会" + m[1]
			} else if strings.Contains(line, "届全国人民代表大会") {
				issuer = "全国人民代表大会"
			}
		}
		return issuer
	}
	return ""
}

// effective is the day of force of this version: as the head says, else as its last articles do, unless that day lies before
// the version (an amended text keeps the first day of force, which is then not this version's).
func (t *Text) effective() string {
	found, published := "", ""
	for _, d := range dates(t.Head) {
		switch {
		case strings.Contains(d.line, "施行") && !strings.Contains(d.line, "《"):
			found = max(found, d.iso)
		case strings.Contains(d.line, "公布") || strings.Contains(d.line, "发布"):
			published = max(published, d.iso)
		}
	}
	if found != "" && found >= t.Date {
		return found
	}
	for _, body := range t.body {
		tail := body
		if i := strings.LastIndex(tail, "施行"); i > 2000 {
			tail = tail[i-2000:]
		}
		if all := inForce.FindAllStringSubmatch(tail, -1); all != nil {
			if d := iso(dayWritten.FindStringSubmatch(all[len(all)-1][1])); d >= t.Date {
				return d
			}
		} else if atOnce.MatchString(tail) && published != "" && published >= t.Date {
			return published
		}
	}
	return ""
}
