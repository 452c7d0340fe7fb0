package knowledge

import "bangban/kernel/lifecycle"

// State is where a revision stands: 采集 → 编辑 → 审核 → 发布 → 下架 → 归档.
type State string

// The states of a revision.
const (
	Draft     State = "draft"     // 编辑
	Review    State = "review"    // 审核
	Published State = "published" // 发布: what citizens are told
	Withdrawn State = "withdrawn" // 下架
	Archived  State = "archived"  // 归档
)

// Action is what may be done to a revision.
type Action string

// The actions on a revision.
const (
	Submit   Action = "submit"   // 送审
	Return   Action = "return"   // 退回修改
	Publish  Action = "publish"  // 审核通过并发布
	Import   Action = "import"   // 导入即发布
	Replace  Action = "replace"  // 有了新版本
	Withdraw Action = "withdraw" // 下架
	Restore  Action = "restore"  // 重新上架
	Discard  Action = "discard"  // 作废
)

// Revision is one version of a record, with its state.
type Revision struct {
	Record
	Number int
	State  State
	// Author wrote it; Reviewer is who acts now.
	Author, Reviewer string
	// At is when it reached its state, in Unix microseconds.
	At int64
}

// life is the whole life of a revision. The author of a revision does not review it: domain rule 审核 (other person). What is
// imported was reviewed by the office that gave it (谁提供谁更新谁负责).
var life = lifecycle.New("revision", Draft, []lifecycle.Row[State, Action, *Revision]{
	{From: Draft, Action: Submit, To: Review},
	{From: Draft, Action: Import, To: Published, Note: "供稿单位已审核"},
	{From: Draft, Action: Discard, To: Archived},
	{From: Review, Action: Return, To: Draft},
	{From: Review, Action: Publish, To: Published, Guard: anotherPerson, Note: "审核人不是作者"},
	{From: Published, Action: Replace, To: Archived},
	{From: Published, Action: Withdraw, To: Withdrawn},
	{From: Withdrawn, Action: Restore, To: Published, Guard: anotherPerson, Note: "审核人不是作者"},
	{From: Withdrawn, Action: Discard, To: Archived},
})

func anotherPerson(r *Revision) string {
	if r.Reviewer == "" || r.Reviewer == r.Author {
		return "revision.own_review"
	}
	return ""
}

// Diagram prints the life of a revision for the docs.
func Diagram() string {
	names := map[string]string{"draft": "编辑", "review": "审核", "published": "发布", "withdrawn": "下架", "archived": "归档", "submit": "送审", "return": "退回",
		"publish": "审核通过", "import": "导入", "replace": "新版本发布", "withdraw": "下架", "restore": "重新上架", "discard": "作废"}
	return life.Mermaid(func(s string) string { return names[s] })
}
