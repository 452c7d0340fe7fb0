package sheet

import (
	"os"
	"strings"
	"testing"
	"time"

	"bangban/knowledge"
)

// What docs/importing-your-city.md says of the sheets and columns is what the program reads and writes.
func TestTheGuideNamesEveryColumn(t *testing.T) {
	raw, err := os.ReadFile("../../docs/importing-your-city.md")
	if err != nil {
		t.Fatal(err)
	}
	guide := string(raw)
	for _, k := range kinds {
		row := "| " + k.name() + " | " + strings.Join(k.heads(), "、")
		if k.name() == "情形" { // it names only what an item does not have
			row = "| 情形 | " + strings.Join(k.heads()[:4], "、")
		}
		if !strings.Contains(guide, row) {
			t.Errorf("the guide lacks the row %s", row)
		}
	}
	for _, h := range EntryHeads {
		if !strings.Contains(guide, "| "+h+" | ") {
			t.Errorf("the guide lacks the column %s", h)
		}
	}
	for nature := range natures {
		if nature != "审批事项" && !strings.Contains(guide, nature) {
			t.Errorf("the guide lacks the 材料性质 %s", nature)
		}
	}
}

// The examples of the guide are read as they stand.
func TestTheGuidesExamples(t *testing.T) {
	for _, example := range []struct {
		head, cell string
	}{
		{"申请材料", "户口簿｜形式：原件｜原件：1｜来源：公安派出所【fact:编号】"},
		{"法定时限", "60 日｜做什么：发证｜起点：自交户口簿之日起【law:居民身份证法#第十二条】"},
		{"承诺时限", "20 工作日【fact:x】"},
		{"承诺时限", "当场【fact:x】"},
		{"收费", "工本费｜元：40｜每：每证【fact:编号】"},
		{"跑现场次数", "1｜原因：核对本人【fact:编号】"},
		{"咨询电话", "12345｜用途：咨询【fact:编号】"},
		{"网上办理", "全程网办｜可以在网上申请。｜入口：浙里办 https://a.example【fact:编号】"},
		{"代办", "可以｜带委托书和双方身份证。【fact:编号】"},
		{"结果", "居民身份证｜类型：出证｜送达：窗口领取【fact:编号】"},
	} {
		tables := []*Table{{File: "a.xlsx", Sheet: "事项", Rows: [][]string{{"编号", "名称", example.head}, {"a", "甲", example.cell}}}}
		c, problems := Parse(tables, &knowledge.Corpus{}, time.Now())
		if len(problems) > 0 || len(c.Items) != 1 {
			t.Errorf("%s: %v", example.cell, problems)
		}
	}
	for _, bad := range []struct{ head, cell, want string }{
		{"法定时限", "很快", "第 2 行：时限“很快”要写成"},
		{"申请材料", "户口簿｜颜色：红", "第 2 行：“颜色：红”要写成“名称：值”"},
		{"收费", "费【fact:x", "没有对应的】"},
		{"颜色", "红", "没有“颜色”这一列"},
	} {
		_, problems := Parse([]*Table{{File: "a.xlsx", Sheet: "事项", Rows: [][]string{{"编号", "名称", bad.head}, {"a", "甲", bad.cell}}}}, &knowledge.Corpus{}, time.Now())
		if len(problems) != 1 || !strings.Contains(problems[0].String(), bad.want) {
			t.Errorf("%s: %v, want %s", bad.cell, problems, bad.want)
		}
	}
}
