package rank

import "strings"

// questionWords carry how something is asked, not what about. They are left out where candidates are looked for in the
// disk index (3-5 times cheaper) and count little in the likeness of titles; the lexical score keeps them, because the
// standard questions of a FAQ hold them too.
var questionWords = []string{
	"能不能", "可不可以", "是不是", "有没有", "要不要", "需不需要", "会不会", "为什么", "怎么样", "怎么办", "什么时候", "多少钱",
	"请问", "咨询", "想问", "问下", "怎么", "怎样", "如何", "什么", "哪些", "哪里", "哪儿", "多少", "需要", "可以", "咋办", "咋弄", "咋",
	"吗", "呢", "啊", "呀", "吧", "么", "的", "了", "我", "想", "要",
}

var stripper = func() *strings.Replacer {
	pairs := make([]string, 0, 2*len(questionWords))
	for _, w := range questionWords {
		pairs = append(pairs, w, " ")
	}
	return strings.NewReplacer(pairs...)
}()

// stripQuestion takes the question words out of a normalised text. A text of question words alone stays as it is.
func stripQuestion(normal string) string {
	if s := stripper.Replace(normal); strings.TrimSpace(s) != "" {
		return s
	}
	return normal
}
