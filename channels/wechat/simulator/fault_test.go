package simulator

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// send posts a text and is the status, the body and whether the line held.
func (r *rig) send(openid, content string) (int, string, error) {
	resp, err := http.Post(r.URL()+sendPath+"?access_token="+r.token, "application/json",
		strings.NewReader(`{"touser":"`+openid+`","msgtype":"text","text":{"content":"`+content+`"}}`))
	if err != nil {
		return 0, "", err
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	return resp.StatusCode, string(body), err
}

func faultRig(t *testing.T) *rig {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("o")
	r.Say("o", "你好")
	return r
}

func TestFaultsInTheirOrder(t *testing.T) {
	r := faultRig(t)
	for _, code := range []int{-1, 40001, 42001, 45009, 45011, 45015, 45047, 48001} {
		r.Fault(sendPath, Fault{Code: code})
	}
	for _, want := range []int{-1, 40001, 42001, 45009, 45011, 45015, 45047, 48001, 0} {
		if got := r.code(sendPath, text("o", "答")); got != want {
			t.Errorf("got %d, want %d", got, want)
		}
	}
	if n := len(r.Shown("o")); n != 1 {
		t.Errorf("%d shown, want the last alone: a fault without Effect does nothing", n)
	}
	if got := r.Count(sendPath, 45009); got != 1 {
		t.Errorf("%d calls with 45009 in the log", got)
	}
}

func TestFaultsWithAnUnknownOutcome(t *testing.T) {
	for _, row := range []struct {
		name   string
		fault  Fault
		status int
		body   string
		shown  int
	}{
		{"502", Fault{Status: 502}, 502, "Bad Gateway", 0},
		{"502 after the effect", Fault{Status: 502, Effect: true}, 502, "Bad Gateway", 1},
		{"broken JSON", Fault{Body: BrokenJSON}, 200, BrokenJSON, 0},
		{"broken JSON after the effect", Fault{Body: BrokenJSON, Effect: true}, 200, BrokenJSON, 1},
		{"cut", Fault{Cut: true}, 0, "", 0},
		{"cut after the effect", Fault{Cut: true, Effect: true}, 0, "", 1},
		{"slow", Fault{Delay: time.Millisecond}, 200, `"errcode":0`, 1},
		{"-1 after the effect", Fault{Code: -1, Effect: true}, 200, `"errcode":-1`, 1},
	} {
		r := faultRig(t)
		r.Fault(sendPath, row.fault)
		status, body, err := r.send("o", "答")
		if status != row.status || !strings.Contains(body, row.body) || (err != nil) != row.fault.Cut {
			t.Errorf("%s: %d %q %v", row.name, status, body, err)
		}
		r.until(func() bool { c := r.Calls(); return c[len(c)-1].Done })
		if c := r.Calls()[len(r.Calls())-1]; c.Status != row.status || !c.Faulted {
			t.Errorf("%s: logged %+v", row.name, c)
		}
		if n := len(r.Shown("o")); n != row.shown {
			t.Errorf("%s: %d shown, want %d", row.name, n, row.shown)
		}
		if status, _, err := r.send("o", "再"); status != 200 || err != nil {
			t.Errorf("%s: the next call too: %d %v", row.name, status, err)
		}
	}
}

func TestAHangingCallWaitsForItsRelease(t *testing.T) {
	r := faultRig(t)
	release := make(chan struct{})
	r.Fault(sendPath, Fault{Hang: release})
	answered := make(chan int, 1)
	go func() {
		status, _, _ := r.send("o", "答")
		answered <- status
	}()
	r.until(func() bool { c := r.Calls(); return c[len(c)-1].Path == sendPath })
	if c := r.Calls(); c[len(c)-1].Done || len(r.Shown("o")) != 0 {
		t.Errorf("before the release: %+v", c[len(c)-1])
	}
	close(release)
	if status := <-answered; status != 200 || len(r.Shown("o")) != 1 {
		t.Errorf("after it: %d, %d shown", status, len(r.Shown("o")))
	}
}

func TestFaultsThatStayAndThatChoose(t *testing.T) {
	r := faultRig(t)
	r.Fault(sendPath, Fault{Code: 45047, Times: -1, If: func(body []byte) bool { return strings.Contains(string(body), "甲") }})
	r.Fault(sendPath, Fault{Code: -1, Times: 2})
	for _, row := range []struct {
		content string
		want    int
	}{{"甲", 45047}, {"乙", -1}, {"甲", 45047}, {"乙", -1}, {"乙", 0}, {"甲", 45047}} {
		if got := r.code(sendPath, text("o", row.content)); got != row.want {
			t.Errorf("%s: %d, want %d", row.content, got, row.want)
		}
	}
	r.ClearFaults()
	if got := r.code(sendPath, text("o", "甲")); got != 0 {
		t.Errorf("after ClearFaults %d", got)
	}
}

func TestTheLogMasksSecrets(t *testing.T) {
	r := faultRig(t)
	r.code("/cgi-bin/token?grant_type=client_credential&appid="+r.a.AppID+"&secret="+r.a.Secret, nil)
	r.code("/sns/oauth2/access_token?appid=a&secret="+r.a.Secret+"&code=the-code&grant_type=authorization_code", nil)
	r.code(sendPath, text("o", "答"))
	calls := r.Calls()
	for _, c := range calls {
		for _, secret := range []string{r.token, r.a.Secret, "the-code"} {
			if strings.Contains(c.Query+c.Body, secret) {
				t.Errorf("%s shows %q", c.Path, secret)
			}
		}
	}
	if c := calls[len(calls)-1]; c.Token != 1 || !strings.Contains(c.Body, "答") {
		t.Errorf("the last call is logged as %+v", c)
	}
}
