package wechat

import (
	"encoding/json"
	"net/url"
	"reflect"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/silenceper/wechat/v2/util"
)

// FuzzPush opens what anybody may post: no body makes it panic; what is taken has sender, account and kind, has the same key each time, and
// is kept and read back without loss. Everything else is a refusal.
func FuzzPush(f *testing.F) {
	const token, key, appID = "token", "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG", "wx0123456789abcdef"
	head := "<xml><ToUserName><![CDATA[gh_1]]></ToUserName><FromUserName><![CDATA[o1]]></FromUserName><CreateTime>1764000000</CreateTime>"
	for _, s := range []string{
		head + "<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[你好]]></Content><MsgId>24000000000000001</MsgId></xml>",
		head + "<MsgType>event</MsgType><Event>subscribe</Event><EventKey>qrscene_guide:xx</EventKey><Ticket>t</Ticket></xml>",
		head + "<MsgType>event</MsgType><Event>subscribe_msg_popup_event</Event><SubscribeMsgPopupEvent><List><TemplateId>a</TemplateId></List><List/></SubscribeMsgPopupEvent></xml>",
		head + "<MsgType>location</MsgType><Location_X>30.1</Location_X><Label>]]&gt;&#x10FFFF;</Label></xml>",
		`<!DOCTYPE x [<!ENTITY a "aa">]>` + head + "</xml>", head, "", "<xml>", "{}", "\xff", strings.Repeat("<a>", 1000),
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	now := time.Unix(1764000000, 0)
	f.Fuzz(func(t *testing.T, body []byte, sealed bool) {
		a := &account{Account: Account{AppID: appID, Token: token, AESKey: key, Mode: Plain}}
		stamp, nonce := strconv.FormatInt(now.Unix(), 10), "n"
		q := url.Values{"signature": {util.Signature(token, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}}
		if sealed {
			a.Mode = Safe
			encrypted, err := util.EncryptMsg([]byte("0123456789abcdef"), body, appID, key)
			if err != nil {
				t.Fatal(err)
			}
			q.Set("msg_signature", util.Signature(token, stamp, nonce, string(encrypted)))
			body = []byte("<xml><Encrypt>" + string(encrypted) + "</Encrypt></xml>")
		}
		p, _, err := a.open(q, body, now)
		if err != nil {
			if !Refused(err) {
				t.Fatalf("an error that is no refusal: %v", err)
			}
			return
		}
		if p.From == "" || p.To == "" || p.Kind == "" || !utf8.ValidString(p.From+p.Content+p.EventKey) {
			t.Fatalf("taken: %+v", p)
		}
		raw, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		again := &push{}
		if err := json.Unmarshal(raw, again); err != nil || !reflect.DeepEqual(p, again) || p.key() != again.key() {
			t.Fatalf("read back: %v\n%+v\n%+v", err, p, again)
		}
		// What goes back is XML that opens again, whatever the sender is called.
		var reply push
		if err := parse(a.passive(p, &said{Text: p.Content + "]]>", Card: nil}, now.Unix()), &reply); err != nil || reply.To != printable(p.From) {
			t.Fatalf("the reply: %v %q", err, reply.To)
		}
	})
}
