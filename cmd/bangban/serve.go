package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"syscall"

	"bangban"
)

// serveCommand runs the whole service.
type serveCommand struct{}

// Run opens the city, serves until SIGINT or SIGTERM, and closes in order.
func (serveCommand) Run(a *app) error {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	listener, err := net.Listen("tcp", a.Config.Listen)
	if err != nil {
		return fmt.Errorf("不能在 %s 上监听：%w\n换一个地址：--listen 127.0.0.1:8081", a.Config.Listen, err)
	}
	city, err := bangban.Open(ctx, a.Config, a.log(), a.progress())
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	address := "http://" + listener.Addr().String()
	fmt.Fprintf(a.Stdout, "帮办在 %s 提供服务。\n打开网页试一试，或者：\n  curl -s %s/api/v1/ask -H 'Content-Type: application/json' -d '{\"text\":\"身份证丢了咋补啊\"}'\n按 Ctrl C 结束。\n", address, address)
	if city.FirstPassword != "" {
		fmt.Fprintf(a.Stdout, "\n坐席工作台：%s/staff\n第一次登录：账号 operator，一次性密码 %s（只显示这一次，登录后请改掉）\n\n", address, city.FirstPassword)
	}
	err = city.Serve(ctx, listener)
	return errors.Join(err, city.Close())
}

// log writes JSON lines to standard error at the configured level.
func (a *app) log() *slog.Logger {
	level, _ := a.Config.Level() // Load has looked at it
	return slog.New(slog.NewJSONHandler(a.Stderr, &slog.HandlerOptions{Level: level}))
}
