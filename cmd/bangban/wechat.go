package main

import (
	"context"
	"fmt"
	"io"

	"bangban"
	"bangban/channels/wechat"
)

// wechatCommand is what an operator does with a WeChat account (微信服务号).
type wechatCommand struct {
	Menu     wechatMenu     `cmd:"" help:"The account's menu."`
	Simulate wechatSimulate `cmd:"" help:"Try it without any account: chat in the terminal through a simulated WeChat."`
}

type wechatMenu struct {
	Push menuPush `cmd:"" help:"Give the account its menu: the default one, or that of wechat.yaml."`
	Show menuShow `cmd:"" help:"Show the menu that the account has on the platform."`
}

type menuPush struct {
	Account string `help:"Name of the account in wechat.yaml; the first one when empty." placeholder:"NAME"`
	DryRun  bool   `help:"Check and print, send nothing."`
}

// Run checks the menu, sends it and prints it.
func (c *menuPush) Run(a *app) error {
	console, err := bangban.WeChatConsole(a.Config, c.Account)
	if err != nil {
		return err
	}
	list, err := console.Configured()
	if err != nil {
		return fmt.Errorf("菜单没有推送：%w", err)
	}
	said := "菜单没有问题，没有推送。"
	if !c.DryRun {
		if err := console.PushMenu(context.Background()); err != nil {
			return fmt.Errorf("菜单没有推送：%w", bangban.ExplainWeChat(err))
		}
		said = "菜单已推送，手机上 5 分钟内看到；取消关注再关注，马上看到。"
	}
	printMenu(a.Stdout, list)
	fmt.Fprintln(a.Stdout, said)
	if bangban.Loopback(a.Config.PublicURL) {
		fmt.Fprintf(a.Stdout, "注意：菜单里的网页指向 %s，市民打不开。请设 --public-url 再推一次。\n", a.Config.PublicURL)
	}
	return nil
}

type menuShow struct {
	Account string `help:"Name of the account in wechat.yaml; the first one when empty." placeholder:"NAME"`
}

// Run prints what the platform has.
func (c *menuShow) Run(a *app) error {
	console, err := bangban.WeChatConsole(a.Config, c.Account)
	if err != nil {
		return err
	}
	list, same, err := console.Menu(context.Background())
	if err != nil {
		return bangban.ExplainWeChat(err)
	}
	if len(list) == 0 {
		fmt.Fprintln(a.Stdout, "平台上还没有菜单。推送：bangban wechat menu push")
		return nil
	}
	printMenu(a.Stdout, list)
	if !same {
		fmt.Fprintln(a.Stdout, "和配置的菜单不一样。推送配置的：bangban wechat menu push")
	}
	return nil
}

func printMenu(w io.Writer, list []wechat.Entry) {
	for _, e := range list {
		indent := ""
		if e.Sub {
			indent = "  "
		}
		fmt.Fprintf(w, "%s%s  %s\n", indent, e.Name, e.Does)
	}
}
