package agent_test

import (
	"fmt"
	"regexp"
	"testing"
	"time"

	"bangban/affairs/promise"
	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/identity"
)

// The call-back list has what is due first, how the citizen wants to be reached (masked; the whole number is shown once it is asked for, which is an
// event), and who tried what when.
func TestCallBackList(t *testing.T) {
	c := start(t)
	ctx := t.Context()
	a := c.signIn("lin", identity.Agent)
	told := regexp.MustCompile(`promise\.made_closed (P \d{3} \d{3} \d{3}) (\d{6})`)
	a.want("GET", "/desk/state", "", 200) // sits down
	var talks [2]string
	for i := range talks {
		r, err := c.talks.Receive(ctx, message.Inbound{Text: "新生儿怎么上户口"})
		if err == nil {
			r, err = c.talks.Receive(ctx, message.Inbound{ConversationID: r.ConversationID, Token: r.Token, Text: "转人工"})
		}
		if err != nil {
			t.Fatal(err)
		}
		talks[i] = r.ConversationID
		said := told.FindStringSubmatch(r.Reply.Text)
		if said == nil {
			t.Fatalf("told: %s", r.Reply.Text)
		}
		phone, wish := "13800138000", "下午"
		if i == 1 {
			if err := c.promises.SetContact(ctx, said[1], said[2], promise.Change{Phone: &phone, Wish: &wish}); err != nil {
				t.Fatal(err)
			}
		}
	}
	list := a.want("GET", "/desk/promises", "", 200)["promises"].([]any)
	if len(list) != 2 || at(list[0], "talk") != talks[0] || at(list[0], "phone") != nil {
		t.Fatalf("list: %v", list)
	}
	second := list[1].(map[string]any)
	if second["phone"] != "138****8000" || second["wish"] != "下午" || second["state"] != "open" || second["text"] != "新生儿怎么上户口" {
		t.Errorf("second: %v", second)
	}
	path := "/desk/promises/" + second["no"].(string)
	now := time.Now()
	next := now.Add(time.Hour).Truncate(time.Second).Format(time.RFC3339)
	for _, bad := range []string{"tomorrow", now.Add(-time.Hour).Format(time.RFC3339), now.Add(1000 * time.Hour).Format(time.RFC3339)} {
		a.want("POST", path+"/attempt", fmt.Sprintf(`{"note":"x","next_at":%q}`, bad), 400)
	}
	state := a.want("GET", "/desk/state", "", 200)
	follow := a.follow(state["seq"].(float64))
	tried := a.want("POST", path+"/attempt", fmt.Sprintf(`{"note":"家人接的，本人 13900139000","next_at":%q}`, next), 200)
	attempts, _ := at(tried, "promise", "attempts").([]any)
	if len(attempts) != 1 || at(attempts[0], "number") == nil || at(attempts[0], "note") != "家人接的，本人 139****9000" {
		t.Fatalf("attempts: %v", tried)
	}
	if got, err := time.Parse(time.RFC3339, at(tried, "promise", "next_at").(string)); err != nil || got.Format(time.RFC3339) != next && !got.Equal(now.Add(time.Hour).Truncate(time.Second)) {
		t.Errorf("next: %v", tried)
	}
	e := follow(func(e map[string]any) bool { return e["kind"] == "promise" && at(e, "promise", "tries") == 1.0 })
	if at(e, "promise", "phone") != "138****8000" || at(e, "promise", "talk") != talks[1] {
		t.Errorf("event: %v", e)
	}
	sight := a.want("GET", "/desk/talks/"+talks[1], "", 200)
	if at(sight, "citizen", "phone") != "138****8000" || at(sight, "citizen", "identity") != "anonymous" {
		t.Errorf("citizen: %v", at(sight, "citizen"))
	}
	if got := a.want("POST", "/desk/talks/"+talks[1]+"/reveal", `{"field":"phone"}`, 200)["value"]; got != "13800138000" {
		t.Errorf("revealed %v", got)
	}
	a.want("POST", "/desk/talks/"+talks[0]+"/reveal", `{"field":"phone"}`, 404)
	a.want("POST", path+"/resolve", `{"outcome":"solved","note":"电话里说清了"}`, 200)
	if left, err := c.promises.Asides(ctx); err != nil || len(left) != 1 || left[second["no"].(string)] != nil {
		t.Errorf("left after it was kept: %v, %v", left, err)
	}
	if h, err := c.talks.Load(ctx, conversation.ID(talks[1])); err != nil || h.Handling.Promise != "" {
		t.Errorf("still promised: %v", err)
	}
}
