package sheet

import (
	"fmt"
	"strings"

	"bangban/knowledge"
)

// id is a slug column of any named type.
func id[T any, S ~string](head string, width float64, of func(*T) *S) column[T] {
	return column[T]{head: head, width: width, tidy: plainID, get: func(r *T) string { return string(*of(r)) }, set: func(r *T, s string) error { *of(r) = S(s); return nil }}
}

// fact is one sentence with its basis, or none.
func fact[T any](head string, of func(*T) **knowledge.Fact) column[T] {
	return single(head, 40, of, sayFact, readFact)
}

func itemSheet() kind {
	type T = knowledge.Item
	columns := []column[T]{
		id("编号", 22, func(r *T) *knowledge.ItemID { return &r.ID }),
		text("名称", 30, func(r *T) *string { return &r.Name }),
		text("短名", 18, func(r *T) *string { return &r.Short }),
		list("日常说法", 24, nil, func(r *T) *[]string { return &r.Common }),
		list("主题", 8, nil, func(r *T) *[]string { return &r.Topics }).as(plainTopics),
		list("法人主题", 8, nil, func(r *T) *[]string { return &r.LegalTopics }).as(plainTopics),
		list("服务对象", 10, wTarget, func(r *T) *[]knowledge.Target { return &r.Targets }).as(plainRefs),
		text("部门", 10, func(r *T) *string { return &r.Department }),
		list("联办部门", 10, nil, func(r *T) *[]string { return &r.CoDepartments }).as(plainRefs),
		list("区划", 10, nil, func(r *T) *[]string { return &r.Regions }).as(plainRefs),
		text("事项类型", 10, func(r *T) *string { return &r.TaskType }),
		coded("办件类型", wCase, func(r *T) *knowledge.CaseType { return &r.CaseType }),
		codesColumn(),
		fact("结论", func(r *T) **knowledge.Fact { return &r.Summary }),
	}
	columns = append(columns, detailColumns(func(r *T) *knowledge.Details { return &r.Details })...)
	columns = append(columns,
		list("设定依据", 30, nil, func(r *T) *[]knowledge.Basis { return &r.Laws }),
		list("一件事", 14, nil, func(r *T) *[]string { return &r.LifeEvents }).as(plainRefs),
		list("相关事项", 18, nil, func(r *T) *[]knowledge.ItemID { return &r.Related }).as(plainRefs),
		whole("热门", func(r *T) *int { return &r.Hot }),
		text("更新", 12, func(r *T) *string { return &r.Updated }).as(plainDate),
		text("生效", 12, func(r *T) *string { return &r.Effective }).as(plainDate),
		text("失效", 12, func(r *T) *string { return &r.Expires }).as(plainDate),
		coded("公开", wSecrecy, func(r *T) *knowledge.Secrecy { return &r.Secrecy }),
		yes("核实中", func(r *T) *bool { return &r.Checking }), origin[T]())
	s := simple("事项", func(c *knowledge.Corpus) *[]*T { return &c.Items }, columns...)
	s.identify = func(r *T) string {
		r.ID = knowledge.ItemID(identified(string(r.ID), "item", r.Name))
		if r.Short == "" {
			r.Short = r.Name
		}
		return string(r.ID)
	}
	s.updated = func(r *T) *string { return &r.Updated }
	s.also = also(`名称 事项名称 办事项 服务事项
短名 简称 事项简称
日常说法 俗称 别名 常见说法 市民怎么说
主题 主题分类 自然人主题
服务对象 办理对象 面向对象
部门 主管部门 实施部门 实施主体 实施机关 责任部门 责任单位 办理部门 所属部门 牵头部门
结论 简介 事项说明 一句话说明`, detailNames, "更新 更新日期 更新时间", "出处 来源 数据来源")
	return s
}

// detailNames are what offices call the columns of the attributes.
const detailNames = `受理条件 办理条件 申请条件 申办条件
申请材料 材料 所需材料 办理材料 申报材料 材料清单
法定时限 法定期限 法定办结时限
承诺时限 承诺期限 承诺办结时限 办理时限 办结时限
收费 收费标准 收费情况 费用 是否收费
跑现场次数 跑动次数 到办事现场次数 到现场次数
办理地点 办公地址 办理地址 地址 受理地点 办事地点
办理时间 工作时间 办公时间 受理时间
咨询电话 联系电话 电话 咨询方式
投诉电话 监督电话 监督投诉电话 监督投诉方式
网上办理 网办深度 网上办 是否网办
代办 能否代办 是否可以代办
结果 办理结果 审批结果 结果名称
有效期 证件有效期 结果有效期
办理流程 流程 办事流程 办理程序
提醒 温馨提示 注意事项`

// also reads the other names of columns: a line a column, its name first.
func also(texts ...string) map[string]string {
	out := map[string]string{}
	for line := range strings.SplitSeq(strings.Join(texts, "\n"), "\n") {
		head, names, _ := strings.Cut(line, " ")
		out[head] = names
	}
	return out
}

// origin is the column 出处: on what the values of a row rest that name no basis themselves.
func origin[T any]() column[T] {
	return column[T]{head: headOrigin, width: 24, get: func(*T) string { return "" }, set: func(*T, string) error { return nil }}
}

const (
	headOrigin = "出处"
	headCount  = "份数"
)

// codesColumn holds the official codes, one 名称：代码 a line.
func codesColumn() column[knowledge.Item] {
	return column[knowledge.Item]{head: "官方编码", width: 20, get: func(r *knowledge.Item) string {
		var out []string
		for _, k := range keys(r.Codes) {
			out = append(out, escape(k+"："+r.Codes[k]))
		}
		return strings.Join(out, "\n")
	}, set: func(r *knowledge.Item, s string) error {
		r.Codes = map[string]string{}
		for _, one := range lines(s) {
			l, err := parseLine(one)
			if err != nil {
				return err
			}
			scheme, code, ok := strings.Cut(l.part(0), "：")
			if !ok {
				return fmt.Errorf("“%s”要写成“catalogue：编码”", one)
			}
			r.Codes[strings.TrimSpace(scheme)] = strings.TrimSpace(code)
		}
		return nil
	}}
}

// situationRow is one row of the sheet 情形: a situation with the item that it belongs to.
type situationRow struct {
	Item knowledge.ItemID
	knowledge.Situation
}

func situationSheet() kind {
	type T = situationRow
	columns := []column[T]{
		id("事项编号", 22, func(r *T) *knowledge.ItemID { return &r.Item }).as(nil),
		text("情形编号", 16, func(r *T) *string { return &r.ID }).as(plainID),
		text("名称", 16, func(r *T) *string { return &r.Name }),
		list("日常说法", 20, nil, func(r *T) *[]string { return &r.Words }),
	}
	columns = append(append(columns, detailColumns(func(r *T) *knowledge.Details { return &r.Details })...), origin[T]())
	s := sheetOf[T]{title: "情形", columns: columns, rows: func(c *knowledge.Corpus) []*T {
		var out []*T
		for _, it := range c.Items {
			for _, s := range it.Situations {
				out = append(out, &T{it.ID, s})
			}
		}
		return out
	}, add: func(c *knowledge.Corpus, r *T) error {
		it, err := itemOf(c, r.Item)
		if err != nil {
			return err
		}
		it.Situations = append(it.Situations, r.Situation)
		return nil
	}}
	s.identify = func(r *T) string {
		r.ID = identified(r.ID, "case", r.Name)
		return string(r.Item) + " " + r.ID
	}
	s.item = func(r *T) knowledge.ItemID { return r.Item }
	s.also = also(`事项编号 事项 事项名称 所属事项
名称 情形 情形名称 办理情形
日常说法 俗称 常见说法`, detailNames, "出处 来源 数据来源")
	return s
}

// itemOf finds the item that a row names, by number or name.
func itemOf(c *knowledge.Corpus, ref knowledge.ItemID) (*knowledge.Item, error) {
	for _, it := range c.Items {
		if it.ID == ref || it.Name == string(ref) || it.Short == string(ref) || string(it.ID) == plainID(string(ref)) {
			return it, nil
		}
	}
	return nil, fmt.Errorf("“事项”表里没有“%s”。写那张表里的编号或名称", ref)
}

// materialRow is one row of the sheet 材料: offices keep the materials of an item in a list of their own.
type materialRow struct {
	Item      knowledge.ItemID
	Situation string
	Count     int
	By        []string
	knowledge.Material
}

func materialSheet() kind {
	type T = materialRow
	return sheetOf[T]{title: "材料", columns: []column[T]{
		id("事项", 22, func(r *T) *knowledge.ItemID { return &r.Item }).as(nil),
		text("情形", 16, func(r *T) *string { return &r.Situation }),
		text("名称", 30, func(r *T) *string { return &r.Name }),
		coded("形式", wForm, func(r *T) *string { return &r.Form }).as(plainForm),
		whole(headCount, func(r *T) *int { return &r.Count }).as(plainCount),
		coded("需要", wNeed, func(r *T) *string { return &r.Need }).as(plainNeed),
		text("何时", 20, func(r *T) *string { return &r.When }),
		text("来源", 20, func(r *T) *string { return &r.From }),
		text("说明", 30, func(r *T) *string { return &r.Note }),
		list("可免", 12, wWaived, func(r *T) *[]string { return &r.Waived }),
		origin[T](),
	}, add: addMaterial, identify: func(r *T) string { return string(r.Item) + " " + r.Situation + " " + r.Name },
		item: func(r *T) knowledge.ItemID { return r.Item }, rest: func(r *T) *[]string { return &r.By },
		also: also(`事项 事项编号 事项名称 所属事项
情形 情形名称 办理情形
名称 材料名称 材料 申请材料
形式 材料形式 原件或复印件 材料类型
份数 数量 材料份数
需要 是否必要 必要性 是否必需
来源 来源渠道 出具单位 材料来源
说明 备注 填报须知 要求
出处 数据来源`)}
}

func addMaterial(c *knowledge.Corpus, r *materialRow) error {
	it, err := itemOf(c, r.Item)
	if err != nil {
		return err
	}
	switch m := &r.Material; {
	case r.Count == 0:
	case m.Form == "copy":
		m.Copies = r.Count
	default:
		m.Originals = r.Count
	}
	for _, b := range r.By {
		r.Material.By = append(r.Material.By, knowledge.Basis(b))
	}
	if r.Situation == "" {
		it.Materials = append(it.Materials, r.Material)
		return nil
	}
	for i := range it.Situations {
		if s := &it.Situations[i]; s.ID == r.Situation || s.Name == r.Situation {
			s.Materials = append(s.Materials, r.Material)
			return nil
		}
	}
	return fmt.Errorf("事项“%s”没有“%s”这个情形。先写进“情形”表", it.Name, r.Situation)
}
