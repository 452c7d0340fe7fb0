package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban/channels/wechat/simulator"
)

const wechatKey = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"

// platform is WeChat, and what the environment says of its account.
func platform(t *testing.T) (*simulator.Simulator, map[string]string) {
	t.Helper()
	sim, err := simulator.New(simulator.Account{AppID: "wx0123456789abcdef", Secret: "secret-of-the-account", Original: "gh_1", Token: "token", AESKey: wechatKey, Mode: simulator.Safe}, simulator.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(sim.Close)
	return sim, map[string]string{"BANGBAN_WECHAT_APPID": "wx0123456789abcdef", "BANGBAN_WECHAT_SECRET": "secret-of-the-account", "BANGBAN_WECHAT_TOKEN": "token-of-the-callback",
		"BANGBAN_WECHAT_AES_KEY": wechatKey, "BANGBAN_WECHAT_API_BASE": sim.URL(), "BANGBAN_DATA": t.TempDir(), "BANGBAN_EMBEDDING": "none", "BANGBAN_PUBLIC_URL": "https://zwfw.example.gov.cn"}
}

// with runs a command in an environment.
func with(env map[string]string, stdin string, args ...string) (status int, said string) {
	var out, errs bytes.Buffer
	status = run(args, strings.NewReader(stdin), &out, &errs, func(name string) string { return env[name] })
	return status, out.String() + errs.String()
}

func TestMenuIsPushedAndShown(t *testing.T) {
	sim, env := platform(t)
	step := func(status int, want string, args ...string) {
		t.Helper()
		got, said := with(env, "", args...)
		if got != status || !strings.Contains(said, want) {
			t.Errorf("%v: %d, %s; want %d, %q", args, got, said, status, want)
		}
		if strings.Contains(said, "secret-of") || strings.Contains(said, "token-of") {
			t.Errorf("%v: a secret in %s", args, said)
		}
	}
	step(0, "还没有菜单", "wechat", "menu", "show")
	step(0, "没有推送", "wechat", "menu", "push", "--dry-run")
	if sim.Menu() != nil {
		t.Error("a trial has pushed")
	}
	step(0, "菜单已推送", "wechat", "menu", "push")
	step(0, "问“转人工”", "wechat", "menu", "show")
	if m := sim.Menu(); len(m) != 3 || m[0].Sub[0].URL != "https://zwfw.example.gov.cn/wechat/enter?to=%2Fitems" {
		t.Errorf("%+v", m)
	}
	path := filepath.Join(env["BANGBAN_DATA"], "wechat.yaml")
	write := func(text string) {
		t.Helper()
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	own := "accounts:\n  - menu: [{name: 问一问, ask: 你好}]\n"
	write(own)
	step(0, "和配置的菜单不一样", "wechat", "menu", "show")
	step(0, "问“你好”", "wechat", "menu", "push")
	if m := sim.Menu(); len(m) != 1 || m[0].Key != "ask:你好" {
		t.Errorf("%+v", m)
	}
	write(own + "  - {name: second, app_id: wx1, secret: x, token: y, mode: plain, api_base: " + sim.URL() + "}\n")
	step(1, "second", "wechat", "menu", "push", "--account", "third")
	step(1, "AppID 不对", "wechat", "menu", "push", "--account", "second")
	write("accounts:\n  - menus: []\n")
	step(2, "menus", "wechat", "menu", "push")
	write("accounts:\n  - menu: [{name: 一二三四五六, ask: 你好}]\n")
	step(2, "一二三四五六", "wechat", "menu", "push")
}

// What the platform refuses is said in words that tell what to do, by every command that asks it.
func TestRefusalsOfThePlatformAreExplained(t *testing.T) {
	for _, c := range []struct {
		name   string
		make   func(*simulator.Simulator, map[string]string)
		want   string
		doctor bool // the doctor meets it as well
	}{
		{"wrong secret", func(_ *simulator.Simulator, env map[string]string) {
			env["BANGBAN_WECHAT_SECRET"] = "secret-of-another"
		}, "AppSecret 不对", true},
		{"wrong app id", func(_ *simulator.Simulator, env map[string]string) { env["BANGBAN_WECHAT_APPID"] = "wx1" }, "AppID 不对", true},
		{"not in the whitelist", func(s *simulator.Simulator, _ map[string]string) { s.SetWhitelist("10.1.2.3") }, "IP 白名单", true},
		{"no right to menus", func(s *simulator.Simulator, _ map[string]string) {
			s.Fault("/cgi-bin/menu/create", simulator.Fault{Code: 48001})
		}, "没有这个接口的权限", false},
		{"quota used up", func(s *simulator.Simulator, _ map[string]string) {
			s.Fault("/cgi-bin/menu/create", simulator.Fault{Code: 45009})
		}, "次数用完", false},
		{"no JSON", func(s *simulator.Simulator, _ map[string]string) {
			s.Fault("/cgi-bin/stable_token", simulator.Fault{Body: simulator.BrokenJSON, Times: -1})
		}, "连不上微信的接口", true},
		{"nobody there", func(s *simulator.Simulator, _ map[string]string) { s.Close() }, "连不上微信的接口", true},
		{"nothing configured", func(_ *simulator.Simulator, env map[string]string) { delete(env, "BANGBAN_WECHAT_APPID") }, "还没有配置公众号", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			sim, env := platform(t)
			c.make(sim, env)
			status, said := with(env, "", "wechat", "menu", "push")
			if status != 1 || !strings.Contains(said, c.want) || strings.Contains(said, "secret-of") {
				t.Errorf("push: %d %s", status, said)
			}
			status, said = with(env, "", "doctor")
			if found := strings.Contains(said, c.want); found != c.doctor || strings.Contains(said, "secret-of") || strings.Contains(said, "token-of") {
				t.Errorf("doctor: %d %s", status, said)
			}
		})
	}
}

func TestDoctorLooksAtTheAccount(t *testing.T) {
	_, env := platform(t)
	if status, said := with(env, "", "doctor"); status != 0 || !strings.Contains(said, "安全模式，能取到令牌。回调地址是 https://zwfw.example.gov.cn/wechat。") {
		t.Error(status, said)
	}
}
