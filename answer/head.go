package answer

import (
	"strings"
	"unicode/utf8"

	"bangban/knowledge"
	"bangban/nlu"
)

// A head is a word of the question that names what the matter is about: a paper, a tax, an insurance. An entry that does not have it
// speaks of another matter, however like the rest is (行驶证找不到了 is not 身份证找不到了).
type head []string // the citizen's word and what it may stand for

// endings of words that name papers, taxes, insurances, funds and the like.
var endings = []string{"证", "照", "税", "险", "保", "金", "卡", "牌", "户口", "执照", "许可", "合同", "复议", "仲裁", "公证"}

// vague words end like a name and name nothing.
var vague = map[string]bool{"办证": true, "领证": true, "换证": true, "补证": true, "取证": true, "拿证": true, "保证": true, "现金": true, "交保": true,
	"参保": true, "断保": true, "投保": true, "拍照": true, "上牌": true, "打卡": true, "刷卡": true, "办卡": true, "缴税": true, "交税": true, "证": true}

func headsOf(u *nlu.Understanding) []head {
	var heads []head
	for _, t := range u.Terms {
		if t.Weight < 0.9 || utf8.RuneCountInString(t.Text) < 2 || vague[t.Text] || !named(t.Text) {
			continue
		}
		h := head{t.Text}
		for _, e := range u.Expanded {
			if e.From != "" && (strings.Contains(t.Text, e.From) || strings.Contains(e.From, t.Text)) {
				h = append(h, e.Text)
			}
		}
		heads = append(heads, h)
	}
	return heads
}

func named(word string) bool {
	for _, e := range endings {
		if strings.HasSuffix(word, e) {
			return true
		}
	}
	return false
}

// What is left of the strength of an entry for each head that it does not have, or mentions in its text only.
const (
	offHead   = 0.75
	mentioned = 0.92
)

// speaksOf returns the factor for the heads that a document does not have; 1 when it has them all.
func speaksOf(heads []head, d *knowledge.Document) float64 {
	factor := 1.0
	for _, h := range heads {
		factor *= h.in(d)
	}
	return factor
}

func (h head) in(d *knowledge.Document) float64 {
	factor := offHead
	for _, w := range h {
		for _, title := range d.Titles {
			if strings.Contains(title, w) {
				return 1
			}
		}
		if strings.Contains(d.Body, w) {
			factor = mentioned
		}
	}
	return factor
}
