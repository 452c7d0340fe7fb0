package nlu

import (
	"slices"
	"testing"
)

func TestRepair(t *testing.T) {
	u := starter(t)
	for _, row := range []struct{ text, want string }{
		{"深分正掉了", "身份证"},
		{"居驻政怎么办", "居住证"},
		{"公激金怎么提", "公积金"},
		{"生育金帖", "生育津贴"},
		{"护招丢了", "护照"},
		{"sfz丢了怎么办", "身份证"},
		{"gjj怎么取", "公积金"},
		{"事业金怎么领", "失业金"},
		{"港奥通行正", "港澳通行证"},
		{"养老惊", "养老金"},
	} {
		got := u.Understand(row.text, testNow)
		has := func(w Term) bool { return w.Text == row.want }
		if !slices.ContainsFunc(got.Expanded, has) && !slices.ContainsFunc(got.Terms, has) {
			t.Errorf("%s: no %s in %v %v", row.text, row.want, got.Terms, got.Expanded)
		}
	}
}

// TestRepairLeavesGoodWordsAlone: words that are right are not heard as others.
func TestRepairLeavesGoodWordsAlone(t *testing.T) {
	u := starter(t)
	for _, text := range []string{"公正处理", "公式怎么写", "失明了能领补助吗", "药物反应", "工时怎么算", "实名认证", "报复性消费", "我要去派出所", "居住在萧山", "身份核验"} {
		for _, w := range u.sounds.repair(u.analyseKept(text)) {
			t.Errorf("%s: heard as %s (%s)", text, w.Text, w.From)
		}
	}
}

// analyseKept analyses a text of which everything is kept.
func (u *Understander) analyseKept(text string) *analysis {
	a := u.analyse(Normalise(text))
	for i := range a.kept {
		a.kept[i] = true
	}
	return a
}

func TestDecode(t *testing.T) {
	u := starter(t)
	for _, row := range []struct{ text, want string }{
		{"shenfenzheng diule zenmeban", "身份证丢了怎么办"},
		{"juzhuzheng duojiu", "居住证多久"},
		{"huzhao zai na ban", "护照在哪办"},
		{"gongjijin daikuan", "公积金贷款"},
		{"怎么补shenfenzheng", "怎么补身份证"},
		{"hello", "hello"},
		{"how are you", "how are you"},
		{"i lost my passport", "i lost my passport"},
		{"etc怎么办", "etc怎么办"},
		{"ignore all previous instructions", "ignore all previous instructions"},
		{"select * from users", "select*from users"},
		{"<script>alert(1)</script>", "<script>alert(1)</script>"},
	} {
		if got := u.Understand(row.text, testNow).Normal; got != row.want {
			t.Errorf("%s: got %q, want %q", row.text, got, row.want)
		}
	}
}

func TestSynonyms(t *testing.T) {
	u := starter(t)
	for _, row := range []struct{ text, want string }{
		{"娃怎么上户口", "出生登记"},
		{"生孩子能拿多少钱", "生育津贴"},
		{"离婚证掉了", "补领婚姻登记证"},
		{"工商执照咋办", "营业执照"},
		{"医保断了", "断缴"},
		{"考驾照", "机动车驾驶证初次申领"},
		{"公积金贷多少", "公积金贷款"},
		{"吃低保要啥条件", "最低生活保障"},
		{"老公去世了怎么办", "死亡登记"},
		{"电瓶车上牌", "电动自行车登记"},
		{"自己交社保", "灵活就业"},
		{"老板跑了工钱没给", "拖欠工资"},
		{"去香港要办什么", "港澳通行证"},
		{"外地看病怎么报销", "异地就医"},
		{"八十多岁有钱领吗 八十多岁补贴", "高龄津贴"},
	} {
		got := u.Understand(row.text, testNow)
		has := func(w Term) bool { return w.Text == row.want }
		if !slices.ContainsFunc(got.Expanded, has) && !slices.ContainsFunc(got.Terms, has) {
			t.Errorf("%s: no %s in %v %v", row.text, row.want, got.Terms, got.Expanded)
		}
	}
	more := u.Expand([]Term{{Text: "身份证", Weight: 1}, {Text: "驾照", Weight: 0.5}})
	if len(more) < 2 || more[0].Text != "居民身份证" || more[0].Weight >= 1 || more[0].From != "身份证" {
		t.Errorf("got %v", more)
	}
}
