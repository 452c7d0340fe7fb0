package simulator_test

import (
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"

	"bangban/channels/wechat/simulator"
)

// A follower writes, the product answers in the same connection.
func Example() {
	product := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		if echo := q.URL.Query().Get("echostr"); echo != "" {
			_, _ = io.WriteString(w, echo)
			return
		}
		var m struct{ ToUserName, FromUserName, Content string }
		_ = xml.NewDecoder(q.Body).Decode(&m)
		_, _ = fmt.Fprintf(w, "<xml><ToUserName>%s</ToUserName><FromUserName>%s</FromUserName><CreateTime>1</CreateTime>"+
			"<MsgType>text</MsgType><Content>您问的是：%s</Content></xml>", m.FromUserName, m.ToUserName, m.Content)
	}))
	defer product.Close()

	s, err := simulator.New(simulator.Account{AppID: "wx1", Secret: "s", Original: "gh_1", Token: "t"}, simulator.Options{Callback: product.URL})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer s.Close()
	s.AddFollowers("o1")
	out := s.Say("o1", "身份证丢了")
	fmt.Println(out)
	for _, m := range s.Shown("o1") {
		fmt.Println(m.Way, m.Kind, m.Text)
	}
	// Output:
	// text: replied after 1 attempts
	// passive text 您问的是：身份证丢了
}
