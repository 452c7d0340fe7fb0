package main

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"

	"bangban"
	"bangban/identity"
	"bangban/kernel/fault"
)

// userCommand keeps the accounts of those who work for the city.
type userCommand struct {
	Add     userAdd     `cmd:"" help:"Make an account; its one-time password is printed once."`
	List    userList    `cmd:"" help:"List the accounts."`
	Passwd  userPasswd  `cmd:"" help:"Give an account a new one-time password; every session ends."`
	Disable userDisable `cmd:"" help:"Close an account, or open it again with --undo."`
}

type userAdd struct {
	Name       string `arg:"" help:"Log-in name."`
	Roles      string `help:"Roles, comma separated: agent supervisor curator reviewer department operator auditor." default:"agent"`
	Number     string `help:"工号; counted on when empty."`
	Shown      string `help:"Name for colleagues."`
	Team       string `help:"Team." default:"general"`
	Department string `help:"Department that citizens are told." default:"市民中心"`
}

// Run makes the account.
func (u *userAdd) Run(a *app) error {
	return a.accounts(func(ctx context.Context, s *identity.Service) error {
		var roles []identity.Role
		for r := range strings.SplitSeq(u.Roles, ",") {
			roles = append(roles, identity.Role(strings.TrimSpace(r)))
		}
		account, password, err := s.Add(ctx, "command", identity.NewAccount{Name: u.Name, Number: u.Number, Shown: u.Shown, Team: u.Team, Department: u.Department, Roles: roles})
		if err != nil {
			return err
		}
		fmt.Fprintf(a.Stdout, "账号 %s（工号 %s），一次性密码 %s（只显示这一次，第一次登录要改掉）\n", account.Name, account.Number, password)
		return nil
	})
}

type userList struct{}

// Run lists the accounts.
func (userList) Run(a *app) error {
	return a.accounts(func(ctx context.Context, s *identity.Service) error {
		list, err := s.List(ctx)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(a.Stdout, 0, 4, 2, ' ', 0)
		fmt.Fprintln(w, "工号\t登录名\t姓名\t角色\t班组\t部门\t状态")
		for i := range list {
			x := &list[i]
			state := "正常"
			if x.Disabled {
				state = "停用"
			}
			var roles []string
			for _, r := range x.Roles {
				roles = append(roles, string(r))
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\n", x.Number, x.Name, x.Shown, strings.Join(roles, ","), x.Team, x.Department, state)
		}
		return w.Flush()
	})
}

type userPasswd struct {
	Name string `arg:"" help:"Log-in name."`
}

// Run gives a new password.
func (u *userPasswd) Run(a *app) error {
	return a.accounts(func(ctx context.Context, s *identity.Service) error {
		account, err := s.Named(ctx, u.Name)
		if err != nil {
			return err
		}
		password, err := s.SetPassword(ctx, "command", account.ID)
		if err != nil {
			return err
		}
		fmt.Fprintf(a.Stdout, "账号 %s 的一次性密码 %s（只显示这一次，登录后要改掉）\n", account.Name, password)
		return nil
	})
}

type userDisable struct {
	Name string `arg:"" help:"Log-in name."`
	Undo bool   `help:"Open it again."`
}

// Run closes the account.
func (u *userDisable) Run(a *app) error {
	return a.accounts(func(ctx context.Context, s *identity.Service) error {
		account, err := s.Named(ctx, u.Name)
		if err != nil {
			return err
		}
		if _, err := s.Edit(ctx, "command", account.ID, func(x *identity.Account) { x.Disabled = !u.Undo }); err != nil {
			return err
		}
		word := "已停用"
		if u.Undo {
			word = "已恢复"
		}
		fmt.Fprintf(a.Stdout, "账号 %s %s。\n", account.Name, word)
		return nil
	})
}

// accounts opens the accounts for one command.
func (a *app) accounts(do func(ctx context.Context, s *identity.Service) error) error {
	ctx := context.Background()
	city, err := bangban.OpenAccounts(ctx, a.Config, a.log())
	if err != nil {
		return err
	}
	err = do(ctx, city.Identity)
	switch {
	case fault.Is(err, fault.NotFound):
		err = errors.New("没有这个账号，用 bangban user list 看有哪些")
	case fault.Is(err, fault.Conflict):
		err = errors.New("这个登录名或工号已经有人用了")
	case fault.Is(err, fault.Invalid):
		err = errors.New("登录名不能空、不能有空格；角色只能是 agent supervisor curator reviewer department operator auditor")
	}
	return errors.Join(err, city.Close())
}
