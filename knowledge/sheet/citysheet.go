package sheet

import (
	"bangban/city/org"
	"bangban/knowledge"
)

// kinds are the sheets in their order. 情形 and 材料 follow 事项: their rows go into the items.
var kinds = []kind{itemSheet(), situationSheet(), materialSheet(), faqSheet(), eventSheet(),
	lawSheet(), sourceSheet(), pageSheet(),
	simple("失效法规", func(c *knowledge.Corpus) *[]*knowledge.Repealed { return &c.Repealed },
		text("名称", 30, func(r *knowledge.Repealed) *string { return &r.Title }), text("早于", 12, func(r *knowledge.Repealed) *string { return &r.Before }).as(plainDate),
		text("原因", 40, func(r *knowledge.Repealed) *string { return &r.Reason })),
	regionSheet(), departmentSheet(), pointSheet(), hotlineSheet(), daySheet(),
	simple("机器人话术", func(c *knowledge.Corpus) *[]*knowledge.Sentence { return &c.Sentences },
		text("键", 28, func(r *knowledge.Sentence) *string { return &r.Key }), text("文字", 60, func(r *knowledge.Sentence) *string { return &r.Text }),
		text("语音", 60, func(r *knowledge.Sentence) *string { return &r.Voice })),
}

func kindNames() []string {
	var out []string
	for _, k := range kinds {
		out = append(out, k.name())
	}
	return out
}

func lawSheet() kind {
	type T = knowledge.Law
	return simple("法规", func(c *knowledge.Corpus) *[]*T { return &c.Laws },
		text("名称", 30, func(r *T) *string { return &r.Title }),
		text("文号", 24, func(r *T) *string { return &r.DocumentNo }),
		text("制定机关", 24, func(r *T) *string { return &r.Issuer }),
		text("公布", 12, func(r *T) *string { return &r.Adopted }).as(plainDate),
		text("施行", 12, func(r *T) *string { return &r.Effective }).as(plainDate),
		coded("级别", wLevel, func(r *T) *string { return &r.Level }))
}

func sourceSheet() kind {
	type T = knowledge.SourceFact
	return simple("事实", func(c *knowledge.Corpus) *[]*T { return &c.Facts },
		text("编号", 24, func(r *T) *string { return &r.ID }).as(plainID),
		text("事实", 60, func(r *T) *string { return &r.Text }),
		text("出处", 30, func(r *T) *string { return &r.Source }),
		text("文件", 30, func(r *T) *string { return &r.DocumentTitle }),
		text("文号", 20, func(r *T) *string { return &r.DocumentNo }),
		text("时间", 12, func(r *T) *string { return &r.AsOf }).as(plainDate),
		text("等级", 8, func(r *T) *string { return &r.Grade }),
		text("网址", 30, func(r *T) *string { return &r.URL }))
}

func pageSheet() kind {
	type T = knowledge.SourcePage
	return simple("网页", func(c *knowledge.Corpus) *[]*T { return &c.Pages },
		text("编号", 24, func(r *T) *string { return &r.ID }).as(plainID),
		text("标题", 30, func(r *T) *string { return &r.Title }),
		text("发布单位", 20, func(r *T) *string { return &r.Issuer }),
		text("网址", 30, func(r *T) *string { return &r.URL }),
		text("日期", 12, func(r *T) *string { return &r.Date }).as(plainDate),
		text("原文", 60, func(r *T) *string { return &r.Quote }))
}

func regionSheet() kind {
	type T = org.Region
	s := simple("区划", func(c *knowledge.Corpus) *[]*T { return &c.Regions },
		text("代码", 14, func(r *T) *string { return &r.Code }).as(plainRegion),
		text("名称", 16, func(r *T) *string { return &r.Name }),
		list("别名", 24, nil, func(r *T) *[]string { return &r.Aliases }),
		text("上级", 14, func(r *T) *string { return &r.Parent }).as(plainRegion),
		list("曾用名", 24, nil, func(r *T) *[]string { return &r.Former }),
		text("说明", 30, func(r *T) *string { return &r.Note }))
	s.also = also(`代码 区划代码 行政区划代码 编码
名称 区划名称 行政区划 行政区划名称 地区
别名 简称 俗称
上级 上级区划 所属区划 所属区县`)
	return s
}

func departmentSheet() kind {
	type T = org.Department
	s := simple("部门", func(c *knowledge.Corpus) *[]*T { return &c.Departments },
		text("编号", 12, func(r *T) *string { return &r.ID }).as(plainID),
		text("名称", 24, func(r *T) *string { return &r.Name }),
		list("别名", 24, nil, func(r *T) *[]string { return &r.Aliases }),
		text("职责", 40, func(r *T) *string { return &r.Duties }),
		text("电话", 16, func(r *T) *string { return &r.Phone }).as(plainPhone),
		list("依据", 30, nil, func(r *T) *[]string { return &r.By }), origin[T]())
	s.identify = func(r *T) string {
		r.ID = identified(r.ID, "office", r.Name)
		return r.ID
	}
	s.rest = func(r *T) *[]string { return &r.By }
	s.also = also(`名称 部门名称 单位 单位名称 机构名称
别名 简称 俗称
职责 主要职责 职能
电话 联系电话 办公电话 咨询电话
出处 来源 数据来源`)
	return s
}

func pointSheet() kind {
	type T = org.ServicePoint
	s := simple("网点", func(c *knowledge.Corpus) *[]*T { return &c.Points },
		text("编号", 20, func(r *T) *string { return &r.ID }).as(plainID),
		text("名称", 24, func(r *T) *string { return &r.Name }),
		list("别名", 24, nil, func(r *T) *[]string { return &r.Aliases }),
		coded("类型", wPoint, func(r *T) *string { return &r.Kind }).as(plainPoint),
		text("区划", 12, func(r *T) *string { return &r.Region }).as(plainRegion),
		text("地址", 30, func(r *T) *string { return &r.Address }),
		text("电话", 16, func(r *T) *string { return &r.Phone }).as(plainPhone),
		text("时间", 24, func(r *T) *string { return &r.Hours }),
		list("事项", 24, nil, func(r *T) *[]string { return &r.Items }).as(plainRefs),
		text("说明", 30, func(r *T) *string { return &r.Note }),
		text("更新", 12, func(r *T) *string { return &r.Updated }).as(plainDate),
		list("依据", 30, nil, func(r *T) *[]string { return &r.By }), origin[T]())
	s.identify = func(r *T) string {
		r.ID = identified(r.ID, "point", r.Name)
		if r.Kind == "" {
			if k := plainPoint(r.Name); k != r.Name {
				r.Kind, _ = wPoint.known(k)
			}
		}
		return r.ID
	}
	s.rest = func(r *T) *[]string { return &r.By }
	s.updated = func(r *T) *string { return &r.Updated }
	s.also = also(`名称 网点名称 单位名称 大厅名称
别名 简称 俗称
类型 类别 网点类型
区划 所在区 所属区划 区县 所在区县 行政区划
地址 详细地址 办公地址
电话 联系电话 咨询电话
时间 工作时间 办公时间 开放时间 服务时间
事项 可办事项 办理事项
说明 备注
更新 更新日期 更新时间
出处 来源 数据来源`)
	return s
}

func hotlineSheet() kind {
	type T = org.Hotline
	s := simple("热线", func(c *knowledge.Corpus) *[]*T { return &c.Hotlines },
		text("号码", 14, func(r *T) *string { return &r.Number }).as(plainPhone),
		text("名称", 20, func(r *T) *string { return &r.Name }),
		text("用途", 40, func(r *T) *string { return &r.For }),
		list("别名", 24, nil, func(r *T) *[]string { return &r.Aliases }),
		text("时间", 20, func(r *T) *string { return &r.Hours }),
		list("依据", 30, nil, func(r *T) *[]string { return &r.By }), origin[T]())
	s.rest = func(r *T) *[]string { return &r.By }
	s.also = also(`号码 热线号码 电话 电话号码 热线电话
名称 热线名称 单位 单位名称
用途 服务内容 受理范围 主要内容
别名 简称 俗称
时间 服务时间 受理时间 开通时间
出处 来源 数据来源`)
	return s
}
