package answer

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"bangban/conversation/message"
	"bangban/knowledge"
	"bangban/nlu"
)

// chosen resolves an open clarifying question: by the value of the chip, by its label, by its number in the list.
func (t *turn) chosen() bool {
	p := t.talk.Pending
	if p == nil && t.q.Value == "" {
		return false
	}
	value := t.q.Value
	if value == "" {
		value = matchOption(p.Options, t.u)
	}
	if value == "" {
		return false
	}
	if value == "none" {
		t.say(message.Unknown, message.NoEntry)
		t.words("unknown.none_of_them", nil)
		return true
	}
	t.clarified = true
	if p != nil && len(t.attributes) == 0 && p.Attribute != nlu.Overview {
		t.attributes = []nlu.Attribute{p.Attribute}
	}
	return t.resolve(value, p)
}

// resolve answers with what a choice names; false when it names nothing that is known.
func (t *turn) resolve(value string, p *message.Pending) bool {
	if code, ok := strings.CutPrefix(value, "region:"); ok {
		if _, known := t.Library.Region(code); !known || p == nil || p.Entry == "" {
			return false
		}
		t.region = code
		t.entry(p.Entry, t.u)
		t.reply.Confidence = 1
		return true
	}
	id, ok := strings.CutPrefix(value, "entry:")
	if !ok {
		return false
	}
	id, situation, _ := strings.Cut(id, "#")
	if it, found := t.itemOf(knowledge.ItemID(id)); found {
		s := it.Situation(situation)
		if s == nil {
			s = situationIn(it, t.u.Normal)
		}
		if s == nil && p != nil {
			s = situationIn(it, p.Question)
		}
		t.item(it, s)
	} else {
		t.entry(id, t.u)
	}
	t.reply.Confidence = 1
	return t.reply.Kind == message.Answer
}

// aroundOrdinal is what people say around the number of a choice: 第二个, 选二.
var aroundOrdinal = strings.NewReplacer("个", "", "项", "", "种", "", "选", "", "是", "", "的", "")

var ordinals = map[string]int{"1": 0, "一": 0, "第一": 0, "2": 1, "二": 1, "第二": 1, "3": 2, "三": 2, "第三": 2, "4": 3, "四": 3, "第四": 3}

// matchOption finds the option that typed words name; empty when they name none or several.
func matchOption(options []message.Option, u *nlu.Understanding) string {
	if u.Intent == nlu.Deny {
		return "none"
	}
	text := strings.Trim(u.Normal, " ,.!?，。！？")
	if i, ok := ordinals[aroundOrdinal.Replace(text)]; ok && i < len(options) {
		return options[i].Value
	}
	found := ""
	for _, o := range options {
		label := nlu.Normalise(o.Label)
		if label == text {
			return o.Value
		}
		if strings.Contains(text, label) || len([]rune(text)) >= 2 && len([]rune(text)) <= 8 && strings.Contains(label, text) {
			if found != "" {
				return ""
			}
			found = o.Value
		}
	}
	return found
}

// follow handles turns that lean on the talk: an ellipsis (那要多久), another region (在萧山呢), another matter in the same
// question (护照呢), a narrower answer to a clarifying question, a correction, a fragment that only means something after what was
// said before (跟我老公). It reports whether it made the reply.
func (t *turn) follow() (bool, error) {
	if t.talk.Pending != nil {
		return t.narrowed()
	}
	topic := t.u.Topic
	if t.talk.Entry != "" && (topic == "" && (len(t.u.Slots.Attributes) > 0 || t.u.Slots.Region != "" || t.u.FollowUp) || acts[topic]) {
		t.sameEntry()
		return true, nil
	}
	if t.talk.LastQuestion == "" || !t.leans() {
		return false, nil
	}
	if it, ok := t.itemOf(knowledge.ItemID(t.talk.Entry)); ok && !t.u.Correction {
		if s := situationIn(it, t.u.Normal); s != nil && strings.Contains(s.Name+strings.Join(s.Words, ""), topic) {
			t.inherit()
			t.item(it, s)
			t.reply.Confidence = 0.9
			return true, nil
		}
	}
	if t.swaps() {
		return true, t.otherMatter(topic)
	}
	return t.inContext()
}

// acts are topics that name what is done and not what with: they ask on about the matter at hand (那怎么申请).
var acts = map[string]bool{"申请": true, "办理": true, "办": true, "弄": true, "报名": true, "登记": true, "备案": true, "交": true, "领": true,
	"去办": true, "手续": true, "补": true, "换": true, "做": true, "查": true, "办手续": true, "自己办": true, "本人": true, "去": true}

// fragment is the length in characters up to which a turn may be a piece of what was said before.
const fragment = 14

// leans reports whether a turn may need the one before.
func (t *turn) leans() bool {
	return t.u.FollowUp || t.u.Correction || utf8.RuneCountInString(t.u.Core) <= fragment
}

// swaps reports whether a turn puts another matter into the last question (那护照呢, 换成护照, 我问的是驾照).
func (t *turn) swaps() bool {
	return t.talk.Entry != "" && (t.u.Correction || t.u.FollowUp && (strings.HasSuffix(strings.TrimRight(t.u.Normal, "?!。. "), "呢") || strings.HasPrefix(t.u.Normal, "换成")))
}

// inContext weighs a turn by itself and together with the last question. It is read in context where the matter that both name fits
// at least as well and knows the new words; false: it stands alone.
func (t *turn) inContext() (bool, error) {
	last := t.last()
	if last == nil || last.Core == "" {
		return false, nil
	}
	alone, err := t.search(t.u)
	if err != nil {
		return false, err
	}
	both := t.Understander.Understand(clip(last.Core, longestContext)+"，"+t.u.Core, t.now())
	together, err := t.search(both)
	if err != nil || len(together) == 0 || together[0].strength < floor || !together[0].knows(t.u) {
		return false, err
	}
	if len(alone) > 0 && alone[0].strength >= floor && (alone[0].gap() || alone[0].strength > together[0].strength+contextLead) {
		return false, nil
	}
	t.inherit()
	t.substituted = true
	t.next.LastQuestion = both.Core
	return true, t.decide(both, together)
}

// contextLead is how much better a turn must fit alone than in context to stand alone.
const contextLead = 1.5

// longestContext is how much of the last question goes into the next, in characters.
const longestContext = 40

// clip is the end of a text, at most n characters.
func clip(text string, n int) string {
	runes := []rune(text)
	return string(runes[max(0, len(runes)-n):])
}

// knows reports whether the matter has at least half of the words that a turn adds.
func (g *group) knows(u *nlu.Understanding) bool {
	words := wordsOf(u)
	if len(words) == 0 {
		return true
	}
	found := 0
	for _, w := range words {
		if w.where(g.docs) != nowhere {
			found++
		}
	}
	return 2*found >= len(words)
}

// sameEntry answers another attribute, or the same for another region, of the entry in focus.
func (t *turn) sameEntry() {
	if len(t.u.Slots.Attributes) == 0 {
		t.inherit()
	}
	t.entry(t.talk.Entry, t.u)
	if t.reply.Kind == message.Answer {
		t.reply.Confidence = 0.9
		t.nameRegion()
	}
}

// nameRegion says that an answer for the whole city holds in the region that was just named (在萧山呢).
func (t *turn) nameRegion() {
	r, ok := t.Library.Region(t.u.Slots.Region)
	if !ok || len(t.u.Slots.Attributes) > 0 {
		return
	}
	s, _ := t.Library.Sentence("answer.same_in_region")
	fill := map[string]string{"region": r.Name}
	t.reply.Text = filled(s.Text, fill) + t.reply.Text
	t.reply.Voice = shortVoice(filled(s.Voice, fill) + t.reply.Voice)
	if t.reply.Card != nil {
		t.reply.Card.Conclusion = filled(s.Text, fill) + t.reply.Card.Conclusion
	}
}

// inherit takes the attribute of the last answer when this turn names none.
func (t *turn) inherit() {
	if len(t.attributes) == 0 && t.talk.Attribute != nlu.Overview {
		t.attributes = []nlu.Attribute{t.talk.Attribute}
	}
}

// otherMatter asks the last question again about another matter (护照呢 after 身份证丢了, 我问的是买房 after 公积金租房): what fits the new
// words, weighed by what fits them together with the old ones. The entry that was answered is out.
func (t *turn) otherMatter(topic string) error {
	t.inherit()
	last := t.last()
	if last == nil || len(t.u.Slots.Situation) > 0 || t.u.Slots.Act != "" {
		return t.ask(t.u)
	}
	alone, err := t.search(t.Understander.Understand(topic, t.now()))
	if err != nil {
		return err
	}
	whole := t.Understander.Understand(topic+last.Topic, t.now())
	together, err := t.search(whole)
	if err != nil {
		return err
	}
	t.substituted = true
	groups := without(t.blended(alone, together, last), t.talk.Entry)
	if t.trace != nil {
		t.trace.add(groups)
	}
	return t.decide(whole, groups)
}

// sameAct is what a matter gains when its name has the act or the situation of the last question (补, 丢失).
const sameAct = 2

// newWords is the share of the new words in the strength of another matter; the rest is the question as a whole.
const newWords = 0.35

// blended weighs the groups of the new words with their strength in the whole question.
func (t *turn) blended(alone, together []group, last *nlu.Understanding) []group {
	whole := map[string]float64{}
	for _, g := range together {
		whole[g.key] = g.strength
	}
	out := slices.Clone(alone)
	for i := range out {
		both, found := whole[out[i].key]
		if !found {
			both = 2 * foreign
		}
		out[i].strength = newWords*out[i].strength + (1-newWords)*both
		out[i].best.Evidence.Coverage *= newWords // the new words are not the question
		if name := t.label(out[i]); last.Slots.Act != "" && strings.Contains(name, last.Slots.Act) || slices.ContainsFunc(last.Slots.Situation,
			func(s string) bool { return strings.Contains(name, s) }) {
			out[i].strength += sameAct
		}
	}
	byStrength(out)
	return out
}

func (t *turn) last() *nlu.Understanding {
	if t.talk.LastQuestion == "" {
		return nil
	}
	return t.Understander.Understand(t.talk.LastQuestion, t.now())
}

func (t *turn) now() time.Time { return time.UnixMicro(t.q.Now).In(City) }

// narrowed takes typed words as the answer to an open clarifying question: the unclear words and the new ones together. When the
// new words speak of something else, they are a fresh question.
func (t *turn) narrowed() (bool, error) {
	p := t.talk.Pending
	if p.Reason == message.WhichRegion && t.u.Slots.Region != "" {
		t.clarified = true
		return t.resolve("region:"+cityPart(t.u.Slots.Region), p), nil
	}
	if t.u.Topic == "" && len(t.u.Slots.Attributes) > 0 && len(p.Options) > 0 && t.hinted(p) {
		// Another detail instead of a choice (那要多久): told for the matter that fits best, which the card names.
		t.clarified = true
		return t.resolve(p.Options[0].Value, p), nil
	}
	alone, err := t.search(t.u)
	if err != nil {
		return false, err
	}
	both := t.Understander.Understand(p.Question+"，"+t.u.Core, t.now())
	groups, err := t.search(both)
	if err != nil {
		return false, err
	}
	if i := t.narrows(p, alone, groups); i >= 0 {
		if len(t.attributes) == 0 && p.Attribute != nlu.Overview {
			t.attributes = []nlu.Attribute{p.Attribute}
		}
		t.clarified = true
		t.substituted = true
		t.next.LastQuestion = both.Core
		t.answerFrom(both, groups[i])
		t.judge(both, groups[i:])
		return true, nil
	}
	return false, nil
}

// hinted reports whether the first choice is of the matter in focus, or the words that were unclear fit it well: only then is it taken although the
// citizen chose nothing.
func (t *turn) hinted(p *message.Pending) bool {
	u := t.Understander.Understand(p.Question, t.now())
	groups, err := t.search(u)
	return err == nil && len(groups) > 0 && groups[0].strength >= weak && groups[0].knows(u)
}

// narrows returns which matter of the whole the new words choose, -1 when they speak of something else. They choose one that was
// offered where it fits them about as well as any other, or where they are a mere piece (结婚的那本) and the whole fits well.
func (t *turn) narrows(p *message.Pending, alone, groups []group) int {
	piece := utf8.RuneCountInString(t.u.Core) <= fragment
	fits := map[string]float64{}
	for _, g := range alone {
		fits[g.key] = g.strength
	}
	best := -1
	for i, g := range groups {
		own, found := fits[g.key]
		if g.gap() || g.strength < foreign || !g.knows(t.u) {
			continue
		}
		near := found && len(alone) > 0 && own >= alone[0].strength-nearBest
		if offered(p, g.key) && (near || t.u.Topic == "" && (len(t.u.Slots.Situation) > 0 || t.u.Slots.Act != "")) {
			return i
		}
		if best < 0 && piece && g.strength >= floor {
			best = i
		}
	}
	if best >= 0 && len(alone) > 0 && (alone[0].gap() && alone[0].strength >= floor || alone[0].strength >= plain && alone[0].strength > groups[best].strength+contextLead) {
		return -1 // a topic change
	}
	return best
}

// nearBest is how much weaker than the best match of the new words a matter may be that they still speak of.
const nearBest = 2.5

// plain is the strength from which words that follow a clarifying question are a matter of their own.
const plain = 4

func offered(p *message.Pending, key string) bool {
	for _, o := range p.Options {
		id, _, _ := strings.Cut(strings.TrimPrefix(o.Value, "entry:"), "#")
		if id == key {
			return true
		}
	}
	return false
}
