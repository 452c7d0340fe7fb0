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
		heads = append(heads, alternatives(u, t.Text))
	}
	return heads
}

// alternatives are a word of the question and what it may stand for.
func alternatives(u *nlu.Understanding, word string) head {
	h := head{word}
	for _, e := range u.Expanded {
		if e.From != "" && (strings.Contains(word, e.From) || strings.Contains(e.From, word)) {
			h = append(h, e.Text)
		}
	}
	return h
}

func named(word string) bool {
	for _, e := range endings {
		if strings.HasSuffix(word, e) {
			return true
		}
	}
	return false
}

// place is where the documents of a matter have a word.
type place int

const (
	nowhere place = iota
	inBody
	inTitle
)

// where returns the best place at which one of the documents has the word, or one that it may stand for.
func (h head) where(docs []*knowledge.Document) place {
	found := nowhere
	for _, d := range docs {
		for _, w := range h {
			for _, title := range d.Titles {
				if strings.Contains(title, w) {
					return inTitle
				}
			}
			if strings.Contains(d.Body, w) {
				found = inBody
			}
		}
	}
	return found
}

// off is the share of the heads that the documents of a matter do not have; one that only their text mentions counts a third.
func off(heads []head, docs []*knowledge.Document) float64 {
	sum := 0.0
	for _, h := range heads {
		switch h.where(docs) {
		case nowhere:
			sum++
		case inBody:
			sum += 1.0 / 3
		}
	}
	return sum / float64(max(1, len(heads)))
}
