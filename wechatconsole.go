package bangban

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"bangban/channels/wechat"
)

// WeChatConsole is what an operator does with the account of that name, "" for the first. Its errors are sentences.
func WeChatConsole(cfg *Config, name string) (*wechat.Console, error) {
	accounts, err := cfg.wechatAccounts()
	switch {
	case err != nil:
		return nil, err
	case len(accounts) == 0:
		return nil, errors.New("还没有配置公众号。请设置 BANGBAN_WECHAT_APPID、BANGBAN_WECHAT_SECRET、BANGBAN_WECHAT_TOKEN 和 BANGBAN_WECHAT_AES_KEY，步骤见 docs/wechat.md")
	case name == "":
		return wechat.NewConsole(accounts[0], cfg.PublicURL, nil), nil
	}
	i := slices.IndexFunc(accounts, func(a wechat.Account) bool { return a.Name == name })
	if i < 0 {
		var names []string
		for _, a := range accounts {
			names = append(names, cmp.Or(a.Name, "（第一个，不用写 --account）"))
		}
		return nil, fmt.Errorf("没有叫 %s 的公众号，配置里有：%s", name, strings.Join(names, "、"))
	}
	return wechat.NewConsole(accounts[i], cfg.PublicURL, nil), nil
}

// WeChatAccount is the first configured account, for a trial that plays the platform to a running service.
func WeChatAccount(cfg *Config) (wechat.Account, error) {
	accounts, err := cfg.wechatAccounts()
	if err != nil || len(accounts) > 0 {
		return append(accounts, wechat.Account{})[0], err
	}
	return wechat.Account{}, errors.New("没有配置公众号。请用和正在运行的服务一样的 BANGBAN_WECHAT_… 设置，其中 BANGBAN_WECHAT_API_BASE 是本机的一个空地址，如 http://127.0.0.1:8091")
}

// wechatAdvice says what to do by the platform's code.
var wechatAdvice = map[int64]string{
	40001: "平台不认这个令牌，或者 AppSecret 不对。请到公众平台“设置与开发 → 基本配置”核对 BANGBAN_WECHAT_SECRET。",
	40013: "AppID 不对。请到公众平台“设置与开发 → 基本配置”核对 BANGBAN_WECHAT_APPID。",
	40125: "AppSecret 不对。请到公众平台“设置与开发 → 基本配置”核对；忘了就重置，再改 BANGBAN_WECHAT_SECRET。",
	40164: "这台机器的公网地址不在公众平台的 IP 白名单里。请到“设置与开发 → 基本配置 → IP 白名单”加上括号里的地址，约 5 分钟后生效。",
	48001: "这个公众号没有这个接口的权限。菜单、模板消息、客服消息要认证的服务号，或者用测试号；请到“设置与开发 → 接口权限”查看。",
	45009: "今天的调用次数用完了。请等到零点以后，或在公众平台清零。",
	45011: "调用太快。请等一分钟再试。",
	-1:    "平台正忙。请过一会儿再试。",
}

// ExplainWeChat puts an error of the platform into a sentence for the operator, with the platform's own words behind it.
func ExplainWeChat(err error) error {
	switch code := wechat.Code(err); {
	case err == nil:
		return nil
	case wechatAdvice[code] != "":
		return fmt.Errorf("%s（%w）", wechatAdvice[code], err)
	case code != 0 && code >= 40015 && code <= 40027, code == 40054, code == 40055:
		return fmt.Errorf("平台不收这个菜单。请核对按钮的名称、键和网址（docs/wechat.md）。（%w）", err)
	case code != 0:
		return fmt.Errorf("平台拒绝了。（%w）", err)
	case wechat.Uncertain(err):
		return fmt.Errorf("连不上微信的接口，或者答非所问。请看这台机器能不能访问 https://api.weixin.qq.com；要走代理，设 HTTPS_PROXY 或 BANGBAN_WECHAT_API_BASE。（%w）", err)
	}
	return err
}

// diagnoseWeChat looks whether the platform takes each account's settings: it fetches a token, and changes nothing.
func diagnoseWeChat(ctx context.Context, cfg *Config) []Finding {
	accounts, err := cfg.wechatAccounts()
	switch {
	case err != nil:
		return []Finding{{Name: "微信", State: "有问题", Err: err}}
	case len(accounts) == 0:
		return []Finding{{Name: "微信", State: "正常", What: "没有用（没有配置公众号）。"}}
	}
	var out []Finding
	for _, a := range accounts {
		name := "微信"
		if a.Name != "" {
			name += " " + a.Name
		}
		if err := wechat.NewConsole(a, cfg.PublicURL, nil).Check(ctx); err != nil {
			out = append(out, Finding{Name: name, State: "有问题", Err: ExplainWeChat(err)})
			continue
		}
		f := Finding{Name: name, State: "正常", What: fmt.Sprintf("%s，%s模式，能取到令牌。回调地址是 %s。", a.AppID, wechatModes[a.Mode], callbackOf(cfg, &a))}
		if Loopback(cfg.PublicURL) && !Loopback(a.APIBase) { // with the simulator it is a trial
			f.State = "有问题"
			f.What += "平台和市民到不了这个地址：请设 --public-url。"
		}
		out = append(out, f)
	}
	return out
}

var wechatModes = map[wechat.Mode]string{wechat.Plain: "明文", wechat.Compat: "兼容", wechat.Safe: "安全"}

// callbackOf is the address to write into the platform's console.
func callbackOf(cfg *Config, a *wechat.Account) string {
	if a.Name == "" {
		return cfg.PublicURL + "/wechat"
	}
	return cfg.PublicURL + "/wechat/" + a.Name
}

// Loopback reports whether an address leads to this machine alone.
func Loopback(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Hostname() == "localhost" || u.Hostname() == "::1" || strings.HasPrefix(u.Hostname(), "127."))
}
