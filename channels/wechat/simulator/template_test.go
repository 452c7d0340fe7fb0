package simulator

import (
	"net/http"
	"strings"
	"sync"
	"testing"
)

const (
	templatePath  = "/cgi-bin/message/template/send"
	subscribePath = "/cgi-bin/message/subscribe/bizsend"
)

func noticeBody(to, template string, fields ...string) map[string]any {
	data := map[string]any{}
	for i := 0; i+1 < len(fields); i += 2 {
		data[fields[i]] = map[string]any{"value": fields[i+1]}
	}
	return map[string]any{"touser": to, "template_id": template, "url": "https://city/case", "page": "https://city/case", "data": data}
}

func TestTemplateSend(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o", "left")
	r.Unfollow("left")
	long := strings.Repeat("长", 21)
	for _, row := range []struct {
		name string
		body map[string]any
		want int
		text string
	}{
		{"good, outside every window", noticeBody("o", "cat", "thing1", "居住证", "phrase2", "已办结"), 0, "办理进度\n事项：居住证\n状态：已办结"},
		{"20 characters", noticeBody("o", "cat", "thing1", long[3:], "phrase2", "已办结"), 0, "办理进度\n事项：" + long[3:] + "\n状态：已办结"},
		{"21 characters", noticeBody("o", "cat", "thing1", long, "phrase2", "已办结"), 47003, ""},
		{"phrase of 6", noticeBody("o", "cat", "thing1", "居住证", "phrase2", "已经办结了呀"), 47003, ""},
		{"phrase in Latin", noticeBody("o", "cat", "thing1", "居住证", "phrase2", "done"), 47003, ""},
		{"field missing", noticeBody("o", "cat", "thing1", "居住证"), 47003, ""},
		{"old: cut, first and remark gone", noticeBody("o", "old", "first", "您好", "keyword1", long, "remark", "再见"), 0, "旧\n事项：" + long[3:]},
		{"unknown template", noticeBody("o", "none"), 40037, ""},
		{"a subscription's template", noticeBody("o", "once", "thing1", "居住证"), 40037, ""},
		{"nobody", noticeBody("x", "cat", "thing1", "居住证", "phrase2", "已办结"), 40003, ""},
		{"unfollowed", noticeBody("left", "cat", "thing1", "居住证", "phrase2", "已办结"), 43004, ""},
	} {
		before := len(r.Shown("o"))
		if got := r.code(templatePath, row.body); got != row.want {
			t.Errorf("%s: %d, want %d", row.name, got, row.want)
		}
		shown := r.Shown("o")[before:]
		if (row.want == 0) != (len(shown) == 1) {
			t.Errorf("%s: shown %+v", row.name, shown)
		} else if row.want == 0 && (shown[0].Text != row.text || shown[0].Way != Notice || shown[0].MsgID == 0) {
			t.Errorf("%s: shown %+v", row.name, shown[0])
		}
	}
}

func TestFieldForms(t *testing.T) {
	for _, row := range []struct {
		field, value string
		want         bool
	}{
		{"thing1", "", false}, {"thing1", "A1号楼", true}, {"number2", "12.5", true}, {"number2", "十二", false}, {"letter1", "abc", true},
		{"letter1", "a1", false}, {"character_string3", "BJ-2026_1", true}, {"character_string3", "编号1", false}, {"time4", "2026年9月30日 9:00", true},
		{"time4", "明天", false}, {"amount5", "￥12.50", true}, {"amount5", "12元", true}, {"amount5", "很多", false}, {"phone_number6", "0571-12345", true},
		{"phone_number6", "电话", false}, {"car_number7", "浙A12345", true}, {"car_number7", "浙A12345678", false}, {"name8", "张三", true},
		{"name8", strings.Repeat("张", 11), false}, {"name8", strings.Repeat("a", 20), true}, {"name8", strings.Repeat("a", 21), false},
		{"symbol9", "!!", true}, {"symbol9", "ab", false}, {"keyword1", strings.Repeat("字", 99), true},
	} {
		if got := fits(row.field, row.value); got != row.want {
			t.Errorf("%s=%q: %v, want %v", row.field, row.value, got, row.want)
		}
	}
}

func TestConsents(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.Browse("o") // a stranger: it comes under 服务通知
	send := func(template string) int {
		return r.code(subscribePath, noticeBody("o", template, "thing1", "居住证"))
	}
	want := func(what, template string, codes ...int) {
		t.Helper()
		for i, c := range codes {
			if got := send(template); got != c {
				t.Errorf("%s, %d: %d, want %d", what, i+1, got, c)
			}
		}
	}
	want("without consent", "once", 43101)
	want("without consent", "long", 43101)
	r.Consent("o", 1, Answer{"once", true}, Answer{"long", true})
	r.Consent("o", 1, Answer{"once", true})
	want("two consents", "once", 0, 0, 43101)
	want("long", "long", 0, 0, 0)
	r.Consent("o", 1, Answer{"once", false})
	want("rejected", "once", 43101)
	r.Refuse("o", "long")
	want("switched off", "long", 43101)
	r.Consent("o", 1, Answer{"once", true})
	if got := r.code(subscribePath, noticeBody("o", "once", "thing1", strings.Repeat("长", 21))); got != 47003 {
		t.Errorf("too long: %d, want 47003", got)
	}
	want("the consent was not spent on it", "once", 0)
	if got := r.code(subscribePath, noticeBody("x", "once", "thing1", "居住证")); got != 40003 {
		t.Errorf("nobody: %d", got)
	}
	if got := r.code(subscribePath, noticeBody("o", "cat", "thing1", "居住证")); got != 40037 {
		t.Errorf("a template message's template: %d", got)
	}
	if s := r.Shown("o"); len(s) != 6 || s[0].Way != Subscription || s[0].Text != "一次\n事项：居住证" || s[0].Fields["thing1"] != "居住证" {
		t.Errorf("shown %+v", s)
	}
}

func TestReportsOfDelivery(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	var mu sync.Mutex
	var bodies []string
	r.product(func(_ *http.Request, body string) string {
		mu.Lock()
		defer mu.Unlock()
		bodies = append(bodies, body)
		return "oops" // the follower must not read about the platform's own reports
	})
	await := func(n int, parts ...string) {
		t.Helper()
		r.until(func() bool { return len(r.Outcomes()) == n })
		mu.Lock()
		defer mu.Unlock()
		for _, p := range parts {
			if last := bodies[len(bodies)-1]; !strings.Contains(last, p) {
				t.Errorf("%s is not in %s", p, last)
			}
		}
	}
	body := noticeBody("o", "cat", "thing1", "居住证", "phrase2", "已办结")
	r.code(templatePath, body)
	await(1, "TEMPLATESENDJOBFINISH", "<Status><![CDATA[success]]></Status>", "<MsgID>3")
	r.Block("o", true)
	r.code(templatePath, body)
	await(2, "<Status><![CDATA[failed:user block]]></Status>")
	r.Consent("o", 2, Answer{"long", true}, Answer{"once", false})
	await(3, "subscribe_msg_popup_event", "<SubscribeMsgPopupEvent><List><TemplateId><![CDATA[long]]></TemplateId><SubscribeStatusString><![CDATA[accept]]>"+
		"</SubscribeStatusString><PopupScene><![CDATA[2]]></PopupScene></List><List><TemplateId><![CDATA[once]]></TemplateId>"+
		"<SubscribeStatusString><![CDATA[reject]]>")
	r.code(subscribePath, noticeBody("o", "long", "thing1", "居住证"))
	await(4, "subscribe_msg_sent_event", "<ErrorStatus><![CDATA[success]]></ErrorStatus>")
	r.Refuse("o", "long")
	await(5, "subscribe_msg_change_event", "<SubscribeMsgChangeEvent><List>")
	if s := r.Shown("o"); len(s) != 2 {
		t.Errorf("shown %+v, want the template and the subscription", s)
	}
}
