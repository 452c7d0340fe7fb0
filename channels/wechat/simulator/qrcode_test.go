package simulator

import (
	"fmt"
	"image/jpeg"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestQRShapes(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	body := func(action, scene string, expire int) string {
		return fmt.Sprintf(`{"expire_seconds":%d,"action_name":%q,"action_info":{"scene":{%s}}}`, expire, action, scene)
	}
	for _, row := range []struct {
		name, body string
		want       int
		expires    any
	}{
		{"temporary", body("QR_STR_SCENE", `"scene_str":"hall-1"`, 600), 0, 600.0},
		{"nothing said", body("QR_STR_SCENE", `"scene_str":"hall-1"`, 0), 0, 60.0},
		{"30 days", body("QR_SCENE", `"scene_id":4294967295`, 2592000), 0, 2592000.0},
		{"longer", body("QR_SCENE", `"scene_id":1`, 2592001), 40053, nil},
		{"beyond 32 bits", body("QR_SCENE", `"scene_id":4294967296`, 60), 40053, nil},
		{"zero", body("QR_SCENE", `"scene_id":0`, 60), 40053, nil},
		{"64 characters", body("QR_STR_SCENE", `"scene_str":"`+strings.Repeat("x", 64)+`"`, 60), 0, 60.0},
		{"65 characters", body("QR_STR_SCENE", `"scene_str":"`+strings.Repeat("x", 65)+`"`, 60), 40053, nil},
		{"empty", body("QR_STR_SCENE", `"scene_str":""`, 60), 40053, nil},
		{"permanent", body("QR_LIMIT_STR_SCENE", `"scene_str":"hall-1"`, 0), 0, nil},
		{"permanent number", body("QR_LIMIT_SCENE", `"scene_id":100000`, 0), 0, nil},
		{"permanent beyond", body("QR_LIMIT_SCENE", `"scene_id":100001`, 0), 40053, nil},
		{"unknown action", body("QR", `"scene_id":1`, 0), 40052, nil},
	} {
		got := r.call("/cgi-bin/qrcode/create", row.body)
		code, _ := got["errcode"].(float64)
		if int(code) != row.want || got["expire_seconds"] != row.expires || (got["ticket"] != nil) != (row.want == 0) {
			t.Errorf("%s: %v, want %d, %v", row.name, got, row.want, row.expires)
		}
	}
}

func TestQRPictureAndScan(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	create := func(body string) string {
		ticket, _ := r.call("/cgi-bin/qrcode/create", body)["ticket"].(string)
		return ticket
	}
	create(`{"expire_seconds":600,"action_name":"QR_STR_SCENE","action_info":{"scene":{"scene_str":"hall-1"}}}`) // the newest counts
	ticket := create(`{"expire_seconds":60,"action_name":"QR_STR_SCENE","action_info":{"scene":{"scene_str":"hall-1"}}}`)
	forever := create(`{"action_name":"QR_LIMIT_STR_SCENE","action_info":{"scene":{"scene_str":"hall-2"}}}`)
	if again := create(`{"action_name":"QR_LIMIT_STR_SCENE","action_info":{"scene":{"scene_str":"hall-2"}}}`); again != forever {
		t.Error("the same permanent scene gave another code")
	}
	status := func(ticket string) int {
		resp, err := http.Get(r.URL() + "/cgi-bin/showqrcode?ticket=" + url.QueryEscape(ticket))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		if resp.StatusCode == http.StatusOK {
			if _, err := jpeg.Decode(resp.Body); err != nil {
				t.Errorf("the picture: %v", err)
			}
		}
		return resp.StatusCode
	}
	if a, b, c := status(ticket), status(forever), status("none"); a != 200 || b != 200 || c != 404 {
		t.Errorf("%d, %d, %d; want 200, 200, 404", a, b, c)
	}
	var last got
	r.product(func(_ *http.Request, body string) string { last = parse(t, body); return "" })
	if r.Scan("o", "hall-1"); last.Event != "subscribe" || last.EventKey != "qrscene_hall-1" || last.Ticket != ticket {
		t.Errorf("a stranger's scan: %+v", last)
	}
	if r.Scan("o", "hall-1"); last.Event != "SCAN" || last.EventKey != "hall-1" || last.Ticket != ticket {
		t.Errorf("a follower's scan: %+v", last)
	}
	info := r.call("/cgi-bin/user/info?openid=o", nil)
	if info["subscribe"] != 1.0 || info["qr_scene_str"] != "hall-1" || info["nickname"] != nil {
		t.Errorf("user/info %v", info)
	}
	r.clock.pass(time.Minute)
	if a, b := status(ticket), status(forever); a != 404 || b != 200 {
		t.Errorf("after a minute %d, %d; want 404, 200", a, b)
	}
}

func TestUsersAndTickets(t *testing.T) {
	r := newRig(t, testAccount(), Options{})
	r.AddFollowers("a", "b", "c")
	r.Unfollow("b")
	if got := r.call("/cgi-bin/user/info?openid=b", nil); got["subscribe"] != 0.0 {
		t.Errorf("who left: %v", got)
	}
	if got := r.code("/cgi-bin/user/info?openid=x", nil); got != 40003 {
		t.Errorf("nobody: %d, want 40003", got)
	}
	if got := fmt.Sprint(r.call("/cgi-bin/user/get", nil)); got != "map[count:2 data:map[openid:[a c]] next_openid:c total:2]" {
		t.Errorf("the list: %s", got)
	}
	path := "/cgi-bin/ticket/getticket?type=jsapi"
	first := r.call(path, nil)
	r.clock.pass(time.Hour)
	second := r.call(path, nil)
	r.clock.pass(time.Hour)
	r.renew()
	third := r.call(path, nil)
	if first["errmsg"] != "ok" || first["expires_in"] != 7200.0 || second["ticket"] != first["ticket"] || second["expires_in"] != 3600.0 ||
		third["ticket"] == first["ticket"] {
		t.Errorf("tickets %v, %v, %v", first, second, third)
	}
	if got := r.code("/cgi-bin/ticket/getticket?type=x", nil); got != 40097 {
		t.Errorf("another type: %d", got)
	}
	if got := r.call("/cgi-bin/customservice/getkflist", nil); !strings.Contains(fmt.Sprint(got), "anna@city") {
		t.Errorf("staff: %v", got)
	}
	if got := r.call("/cgi-bin/template/get_all_private_template", nil); strings.Count(fmt.Sprint(got), "template_id") != 2 {
		t.Errorf("templates: %v", got)
	}
}
