package knowledge

import (
	"fmt"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"bangban/knowledge/quantity"
	"bangban/nlu"
)

var (
	slug      = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)
	dialable  = regexp.MustCompile(`^(?:1[012]\d|1[0-9]{4}|9\d{4,5}|[48]00-?\d{3}-?\d{4}|0\d{2,3}-\d{7,8}(?:-\d{1,5})?|1[3-9]\d{9})$`)
	sentence  = regexp.MustCompile(`[。！？!?；;]+`)
	anyURL    = regexp.MustCompile(`https?://|www\.`)
	timeOfDay = regexp.MustCompile(`(\d{1,2})[:：](\d{2})`)
	stiff     = regexp.MustCompile(`有关部门|相关部门|予以|相关规定|有关规定`)
	money     = regexp.MustCompile(`^\d{1,9}(\.\d{1,2})?$`)
)

// The codes that an item or FAQ may bear.
var (
	naturalTopics  = codes(func(t Topic) bool { return !t.Legal })
	legalTopics    = codes(func(t Topic) bool { return t.Legal })
	naturalOrLegal = codes(func(Topic) bool { return true })
)

func codes(of func(Topic) bool) map[string]bool {
	out := map[string]bool{}
	for _, t := range Topics {
		if of(t) {
			out[t.Code] = true
		}
	}
	return out
}

var enums = map[string]string{
	"targets": "person company institution organisation government", "case_type": "instant promised", "secrecy": "public agent",
	"kind": "faq line concept notice plan", "form": "original copy either form electronic", "need": "required optional later",
	"waived": "network commitment licence", "unit": "minute hour day working_day month year", "mode": "full partly info no",
	"allowed": "yes no some", "result.kind": "certificate document approval payment other", "grade": "A B",
	"level": "law regulation local rule", "point.kind": "hall counter police bank post kiosk community",
}

func (k *checker) enum(record any, id, field, kind, value string, may bool) {
	if value == "" && may {
		return
	}
	for _, v := range strings.Fields(enums[kind]) {
		if v == value {
			return
		}
	}
	k.fail(record, id, field, "enum", "值 %q 不行，只能是 %s", value, strings.ReplaceAll(enums[kind], " ", "、"))
}

func (k *checker) date(record any, id, field, value string, may bool) {
	if value == "" && may {
		return
	}
	if _, err := time.Parse(time.DateOnly, value); err != nil {
		k.fail(record, id, field, "date", "日期 %q 要写成 2026-01-31 的样子", value)
	}
}

// life checks updated, effective and expires.
func (k *checker) life(record any, id, updated, effective, expires string) {
	k.date(record, id, "updated", updated, false)
	k.date(record, id, "effective", effective, true)
	k.date(record, id, "expires", expires, true)
	switch {
	case effective != "" && expires != "" && expires < effective:
		k.fail(record, id, "expires", "validity", "失效日期 %s 早于生效日期 %s", expires, effective)
	case expires != "" && expires < k.today():
		k.warn(record, id, "expires", "validity", "%s 已失效，市民看不到了", expires)
	}
	if updated > k.today() && k.options.Now.Year() > 1 {
		k.warn(record, id, "updated", "date", "更新日期 %s 还没到", updated)
	}
}

func (k *checker) length(record any, id, field, text string, most int) {
	switch n := utf8.RuneCountInString(text); {
	case strings.TrimSpace(text) == "":
		k.fail(record, id, field, "length", "不能空着")
	case n > most:
		k.fail(record, id, field, "length", "%d 个字，最多 %d 个字", n, most)
	}
}

func (k *checker) known(record any, id, field string, ok bool, what, ref string) {
	if !ok {
		k.fail(record, id, field, "reference", "没有编号为 %q 的%s", ref, what)
	}
}

func (k *checker) topics(record any, id, field string, list []string, known map[string]bool) {
	for _, t := range list {
		if !known[t] {
			k.fail(record, id, field, "topic", "主题代码 %q 不在目录里，见 docs/corpus.md", t)
		}
	}
}

func (k *checker) item(it *Item) {
	id := string(it.ID)
	k.length(it, id, "name", it.Name, 200)
	k.length(it, id, "short", it.Short, 40)
	k.topics(it, id, "topics", it.Topics, naturalTopics)
	k.topics(it, id, "legal_topics", it.LegalTopics, legalTopics)
	if len(it.Topics)+len(it.LegalTopics) == 0 {
		k.fail(it, id, "topics", "topic", "至少写一个主题代码")
	}
	if len(it.Targets) == 0 {
		k.fail(it, id, "targets", "enum", "写明服务对象")
	}
	person, legal := false, false
	for _, t := range it.Targets {
		k.enum(it, id, "targets", "targets", string(t), false)
		person, legal = person || t == "person", legal || t != "person"
	}
	if len(it.LegalTopics) > 0 && !legal || len(it.Topics) > 0 && !person {
		k.warn(it, id, "targets", "lint-8", "主题分类与服务对象不一致")
	}
	k.known(it, id, "department", k.departments[it.Department], "部门", it.Department)
	for _, d := range it.CoDepartments {
		k.known(it, id, "co_departments", k.departments[d], "部门", d)
	}
	for _, r := range it.Regions {
		k.known(it, id, "regions", k.regions[r], "区划", r)
	}
	for _, e := range it.LifeEvents {
		k.known(it, id, "life_events", k.events[e] != nil, "一件事", e)
	}
	for _, r := range it.Related {
		k.known(it, id, "related", k.items[r] != nil, "事项", string(r))
		if r == it.ID {
			k.fail(it, id, "related", "reference", "不能与自己相关")
		}
	}
	for scheme, code := range it.Codes {
		k.length(it, id, "codes."+scheme, code, 64)
	}
	k.enum(it, id, "case_type", "case_type", string(it.CaseType), true)
	k.enum(it, id, "secrecy", "secrecy", string(it.Secrecy), true)
	k.life(it, id, it.Updated, it.Effective, it.Expires)
	if it.Summary == nil || strings.TrimSpace(it.Summary.Text) == "" {
		k.fail(it, id, "summary", "length", "写一两句结论")
	}
	k.repeated(it, id, "common", it.Common)
	k.details(it, id, "", &it.Details)
	k.rules(it, id, &it.Details)
	seen := map[string]bool{}
	for i := range it.Situations {
		s := &it.Situations[i]
		field := "situations." + s.ID
		if !slug.MatchString(s.ID) || seen[s.ID] {
			k.fail(it, id, field, "id", "情形编号 %q 要用小写字母、数字和 -，并且不重复", s.ID)
		}
		seen[s.ID] = true
		k.length(it, id, field+".name", s.Name, 30)
		k.repeated(it, id, field+".words", s.Words)
		k.details(it, id, field+".", &s.Details)
	}
	if it.TaskType == "01" && k.boundFAQ[it.ID] == 0 {
		k.warn(it, id, "task_type", "lint-9", "行政许可至少配一条常见问题")
	}
	if it.TaskType == "01" && len(it.Steps) > 0 && len(it.Steps) < 5 {
		k.warn(it, id, "steps", "lint-10", "行政许可的流程一般有受理、审查、决定、办结、送达五个环节")
	}
}

func (k *checker) repeated(record any, id, field string, words []string) {
	seen := map[string]bool{}
	for _, w := range words {
		if w = strings.TrimSpace(w); w == "" || seen[w] {
			k.fail(record, id, field, "words", "%q 空着或者重复", w)
		}
		seen[w] = true
	}
}

// details checks the forms of all attributes.
func (k *checker) details(it *Item, id, prefix string, d *Details) {
	for i, m := range d.Materials {
		field := fmt.Sprintf("%smaterials[%d]", prefix, i)
		k.length(it, id, field+".name", m.Name, 200)
		k.enum(it, id, field+".form", "form", m.Form, true)
		k.enum(it, id, field+".need", "need", m.Need, true)
		for _, w := range m.Waived {
			k.enum(it, id, field+".waived", "waived", w, false)
		}
		if m.Originals < 0 || m.Originals > 99 || m.Copies < 0 || m.Copies > 99 {
			k.fail(it, id, field, "number", "份数要在 0 到 99 之间")
		}
	}
	for name, l := range map[string]*Limit{"statutory": d.Statutory, "promised": d.Promised} {
		switch {
		case l == nil:
		case l.AtOnce && (l.N != 0 || l.Unit != ""):
			k.fail(it, id, prefix+name, "limit", "当场办理（at_once）不再写 n 和 unit")
		case !l.AtOnce && l.N <= 0:
			k.fail(it, id, prefix+name, "limit", "时限 n 要大于 0")
		case !l.AtOnce:
			k.enum(it, id, prefix+name+".unit", "unit", string(l.Unit), false)
		}
	}
	for i, f := range d.Fees {
		field := fmt.Sprintf("%sfees[%d]", prefix, i)
		if f.Yuan != "" && !money.MatchString(f.Yuan) {
			k.fail(it, id, field, "number", "金额 %q 要写成 40 或 0.5 这样的元数", f.Yuan)
		}
		if f.Yuan == "" && f.Text == "" {
			k.fail(it, id, field, "lint-6", "金额（yuan）和收费办法（text）至少写一样")
		}
	}
	for i, p := range d.Places {
		field := fmt.Sprintf("%splaces[%d]", prefix, i)
		if p.Text == "" && p.Point == "" {
			k.fail(it, id, field, "length", "写地点，或写网点编号")
		}
		if p.Point != "" {
			k.known(it, id, field, k.points[p.Point], "网点", p.Point)
		}
		if p.Region != "" {
			k.known(it, id, field, k.regions[p.Region], "区划", p.Region)
		}
	}
	for i, h := range d.Hours {
		k.hours(it, id, fmt.Sprintf("%shours[%d]", prefix, i), h.Text)
	}
	for name, list := range map[string][]Phone{"phones": d.Phones, "complaint": d.Complaint} {
		for i, p := range list {
			k.phone(it, id, fmt.Sprintf("%s%s[%d]", prefix, name, i), p.Number)
		}
	}
	if d.Online != nil {
		k.enum(it, id, prefix+"online.mode", "mode", d.Online.Mode, false)
		k.length(it, id, prefix+"online.text", d.Online.Text, 300)
	}
	if d.Agent != nil {
		k.enum(it, id, prefix+"agent.allowed", "allowed", d.Agent.Allowed, false)
		k.length(it, id, prefix+"agent.text", d.Agent.Text, 300)
	}
	if d.Result != nil {
		k.length(it, id, prefix+"result.name", d.Result.Name, 100)
		k.enum(it, id, prefix+"result.kind", "result.kind", d.Result.Kind, true)
	}
	for name, list := range map[string][]Fact{"conditions": d.Conditions, "hours": d.Hours, "validity": d.Validity, "steps": d.Steps, "notes": d.Notes} {
		for i, f := range list {
			field := fmt.Sprintf("%s%s[%d]", prefix, name, i)
			k.length(it, id, field, f.Text, 500)
			k.tone(it, id, field, f.Text)
		}
	}
}

// rules are the lint rules of domain.md §2.5 that look at two fields; each fires on filled fields only.
func (k *checker) rules(it *Item, id string, d *Details) {
	if p := d.Promised; p != nil && it.CaseType == "instant" && !p.AtOnce && (p.N > 1 || p.Unit == "month" || p.Unit == "year") {
		k.warn(it, id, "case_type", "lint-1", "即办件的承诺时限不会是 %d %s", p.N, p.Unit)
	}
	if r := d.Result; r != nil && r.Kind != "" {
		want := ""
		switch {
		case strings.HasSuffix(r.Name, "证") && !strings.HasSuffix(r.Name, "凭证") || strings.HasSuffix(r.Name, "证书") || strings.HasSuffix(r.Name, "执照"):
			want = "certificate"
		case strings.HasSuffix(r.Name, "批复"):
			want = "approval"
		}
		if want != "" && r.Kind != want {
			k.warn(it, id, "result.kind", "lint-2", "结果是“%s”，类型应是 %s", r.Name, want)
		}
	}
	if v := d.Visits; v != nil {
		if v.Count > 0 && v.Reason == "" {
			k.warn(it, id, "visits", "lint-3", "要跑现场，就写明原因")
		}
		if v.Count > 0 && d.Online != nil && d.Online.Mode == "full" {
			k.fail(it, id, "visits", "lint-5", "全程网办的事不用跑现场")
		}
		if v.Count == 0 && d.Online != nil && d.Online.Mode == "no" {
			k.warn(it, id, "visits", "lint-4", "不能网办又不用跑，写明怎么寄材料")
		}
	}
	if len(d.Phones) == 1 && len(d.Complaint) == 1 && d.Phones[0].Number == d.Complaint[0].Number && d.Phones[0].Number != "12345" {
		k.warn(it, id, "complaint", "lint-7", "咨询电话和投诉电话是同一个")
	}
	if d.Promised != nil && d.Statutory != nil && days(d.Promised) > days(d.Statutory) {
		k.fail(it, id, "promised", "lint-12", "承诺时限比法定时限长")
	}
}

// days is a rough length of a limit, to compare two.
func days(l *Limit) float64 {
	if l.AtOnce {
		return 0
	}
	n := float64(l.N)
	switch l.Unit {
	case "minute":
		return n / 1440
	case "hour":
		return n / 24
	case "working_day":
		return n * 1.4
	case "month":
		return n * 30
	case "year":
		return n * 365
	}
	return n
}

func (k *checker) hours(record any, id, field, text string) {
	for _, m := range timeOfDay.FindAllStringSubmatch(text, -1) {
		if h, min := m[1], m[2]; len(h) == 2 && h > "24" || min > "59" {
			k.fail(record, id, field, "lint-15", "没有 %s 这个时刻", m[0])
		}
	}
}

func (k *checker) phone(record any, id, field, number string) {
	if !dialable.MatchString(number) {
		k.fail(record, id, field, "lint-16", "电话 %q 拨不了。写成 12345、96345、0571-87280185 或 400-123-4567 的样子", number)
	}
}

func (k *checker) tone(record any, id, field, text string) {
	if w := stiff.FindString(text); w != "" {
		k.warn(record, id, field, "tone", "“%s”换成大白话，或写出部门名字", w)
	}
}

func (k *checker) faq(f *FAQ) {
	k.length(f, f.ID, "question", f.Question, 128)
	k.enum(f, f.ID, "kind", "kind", string(f.Kind), false)
	k.enum(f, f.ID, "secrecy", "secrecy", string(f.Secrecy), true)
	k.life(f, f.ID, f.Updated, f.Effective, f.Expires)
	k.topics(f, f.ID, "topics", f.Topics, naturalOrLegal)
	k.repeated(f, f.ID, "variants", f.Variants)
	if len(f.Answer) == 0 {
		k.fail(f, f.ID, "answer", "length", "没有答案")
	}
	for i, a := range f.Answer {
		field := fmt.Sprintf("answer[%d]", i)
		k.length(f, f.ID, field, a.Text, 500)
		k.tone(f, f.ID, field, a.Text)
	}
	k.voice(f, f.ID, "voice", f.Voice)
	k.known(f, f.ID, "department", k.departments[f.Department], "部门", f.Department)
	for _, r := range f.Regions {
		k.known(f, f.ID, "regions", k.regions[r], "区划", r)
	}
	if f.Item == "" {
		if f.Attribute != "" || f.Situation != "" {
			k.fail(f, f.ID, "item", "reference", "写了 attribute 或 situation，就要写 item")
		}
		return
	}
	it := k.items[f.Item]
	k.known(f, f.ID, "item", it != nil, "事项", string(f.Item))
	if f.Attribute != "" && !contains(allAttributes, nlu.Attribute(f.Attribute)) {
		k.fail(f, f.ID, "attribute", "enum", "没有 %q 这个属性", f.Attribute)
	}
	if it == nil {
		return
	}
	if f.Situation != "" && it.Situation(f.Situation) == nil {
		k.fail(f, f.ID, "situation", "reference", "事项 %s 没有情形 %q", f.Item, f.Situation)
	}
	k.contradiction(f, it)
}

var allAttributes = append([]nlu.Attribute{nlu.Steps, nlu.Visits, nlu.LegalBasis, nlu.Complaints}, nlu.Attributes...)

// contradiction is rule 19: the amounts that a FAQ tells of an item's fee are among those of its fields.
func (k *checker) contradiction(f *FAQ, it *Item) {
	if f.Attribute != string(nlu.Fee) || len(it.Fees) == 0 {
		return
	}
	have := map[int64]bool{}
	for _, d := range it.all() {
		for _, fee := range d.Fees {
			if n, ok := fee.Amount(); ok {
				have[n] = true
			}
			for _, q := range quantity.Find(fee.Text) {
				have[q.Value] = true
			}
		}
	}
	for _, a := range f.Answer {
		for _, q := range quantity.Find(a.Text) {
			if q.Unit == quantity.Yuan && !have[q.Value] {
				k.warn(f, f.ID, "answer", "lint-19", "答案里的 %s 与事项 %s 的收费对不上", q, it.ID)
			}
		}
	}
}

// all lists the details of an item and of its situations.
func (it *Item) all() []*Details {
	out := []*Details{&it.Details}
	for i := range it.Situations {
		out = append(out, &it.Situations[i].Details)
	}
	return out
}

// voice checks what is spoken: at most three sentences, nothing that cannot be read aloud.
func (k *checker) voice(record any, id, field, text string) {
	if text == "" {
		return
	}
	n := 0
	for _, s := range sentence.Split(text, -1) {
		if strings.TrimSpace(s) != "" {
			n++
		}
	}
	if n > 3 {
		k.fail(record, id, field, "voice", "有 %d 句，最多 3 句", n)
	}
	if anyURL.MatchString(text) {
		k.fail(record, id, field, "voice", "网址没法念，删掉")
	}
	if strings.ContainsAny(text, "（）()【】[]《》#*") {
		k.warn(record, id, field, "voice", "括号和书名号念不出来")
	}
	if l := utf8.RuneCountInString(text); l > 120 {
		k.warn(record, id, field, "voice", "%d 个字，念起来太长", l)
	}
}
