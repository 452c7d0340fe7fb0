package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"bangban"
	"bangban/answer"
	"bangban/conversation/message"
)

// askCommand asks the machine, once or in turns. It reads the knowledge and keeps nothing of what is asked.
type askCommand struct {
	JSON   bool     `name:"json" help:"Print the Reply as JSON."`
	Why    bool     `name:"why" help:"Print how the answer was found."`
	Region string   `name:"region" help:"Region: a name (萧山) or a code (330109)." placeholder:"REGION"`
	Text   []string `arg:"" optional:"" help:"The question; without one it is a prompt with several turns."`
}

// Run prints one Reply, or starts a prompt.
func (c *askCommand) Run(a *app) error {
	ctx := context.Background()
	city, err := bangban.OpenToAsk(ctx, a.Config, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer city.Close()
	region, err := city.Region(c.Region)
	if err != nil {
		return err
	}
	var talk message.Context
	if text := strings.Join(c.Text, " "); text != "" {
		_, err := c.turn(ctx, a, city, text, region, talk)
		return err
	}
	fmt.Fprintln(a.Stdout, "您想问什么事？直接回车结束。")
	for in := bufio.NewReader(a.Stdin); ; {
		fmt.Fprint(a.Stdout, "> ")
		line, _ := in.ReadString('\n') // an end without a line is an empty one
		if line = strings.TrimSpace(line); line == "" {
			return nil
		}
		next, err := c.turn(ctx, a, city, line, region, talk)
		if err != nil {
			return err
		}
		talk = next
	}
}

func (c *askCommand) turn(ctx context.Context, a *app, city *bangban.City, text, region string, talk message.Context) (message.Context, error) {
	q := message.Question{Text: text, Region: region, Channel: message.Command, Now: time.Now().UnixMicro()}
	reply, next, trace, err := city.Engine.Explain(ctx, q, talk)
	if err != nil {
		return talk, err
	}
	switch {
	case c.JSON && c.Why:
		err = printJSON(a.Stdout, struct {
			Reply message.Reply `json:"reply"`
			Trace *answer.Trace `json:"trace"`
		}{reply, trace})
	case c.JSON:
		err = printJSON(a.Stdout, reply)
	default:
		printReply(a.Stdout, reply)
		if c.Why {
			printTrace(a.Stdout, reply, trace)
		}
	}
	return next, err
}

func printJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func printReply(w io.Writer, r message.Reply) {
	if r.Card != nil && r.Card.Title != "" {
		fmt.Fprintf(w, "【%s】\n", r.Card.Title)
	}
	fmt.Fprintln(w, r.Text)
	for i, o := range r.Options {
		fmt.Fprintf(w, "  %d. %s\n", i+1, o.Label)
	}
	for i, c := range r.Citations {
		if i > 0 {
			break
		}
		var rules []string
		for _, b := range c.Basis {
			rules = append(rules, "《"+strings.Trim(b.Title, "《》")+"》"+b.DocumentNo+b.Article)
		}
		if len(rules) > 0 {
			fmt.Fprintf(w, "依据：%s\n", strings.Join(rules, "、"))
		}
		fmt.Fprintf(w, "来源：%s %s 更新\n", c.Issuer, c.UpdatedAt)
	}
	if len(r.Suggestions) > 0 {
		fmt.Fprintf(w, "还可以问：%s\n", strings.Join(r.Suggestions, " · "))
	}
}

func printTrace(w io.Writer, r message.Reply, t *answer.Trace) {
	u := t.Understanding
	fmt.Fprintf(w, "\n-- 怎么得出的 --\n种类 %s %s，把握 %.2f\n", r.Kind, r.Reason, r.Confidence)
	fmt.Fprintf(w, "听成：%s｜主题：%s｜意图 %s｜问 %v｜地区 %s｜情形 %v\n", u.Core, u.Topic, u.Intent, u.Slots.Attributes, u.Slots.Region, u.Slots.Situation)
	for _, e := range u.Expanded {
		fmt.Fprintf(w, "扩展：%s ← %s (%.2f)\n", e.Text, e.From, e.Weight)
	}
	for i, c := range t.Candidates {
		if i >= 8 {
			break
		}
		fmt.Fprintf(w, "%d. %.3f %s（%s）标题像 %.2f 覆盖 %.2f 词 %.1f %s\n", i+1, c.Strength, c.Entry, c.Title, c.Likeness, c.Coverage, c.Lexical, strings.Join(c.Matched, " "))
	}
}
