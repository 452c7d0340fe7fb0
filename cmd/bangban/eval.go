package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"os"
	"time"

	"bangban"
	"bangban/answer/eval"
)

// evalCommand measures: a retrieval set in BEIR layout, or labelled questions through the whole engine.
type evalCommand struct {
	JSON      bool   `name:"json" help:"Print the figures as JSON."`
	TREC      string `name:"run" help:"Write the ranked lists of a retrieval set to this file, in TREC format." placeholder:"FILE"`
	Lexical   bool   `name:"lexical" help:"Leave the meaning stage out."`
	Questions string `name:"questions" help:"Ask the labelled questions of this file (kind, question, pattern)." placeholder:"FILE"`
	Dir       string `arg:"" optional:"" help:"Folder with corpus.jsonl, queries.jsonl and qrels.tsv."`
}

// Run measures what was asked for.
func (c *evalCommand) Run(a *app) error {
	if (c.Dir == "") == (c.Questions == "") {
		return errors.New("请给出一个检索集文件夹，或者 --questions 文件，二选一。")
	}
	ctx := context.Background()
	city, err := bangban.OpenToAsk(ctx, a.Config, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer city.Close()
	if c.Questions != "" {
		return c.questions(ctx, a, city)
	}
	return c.retrieval(ctx, a, city)
}

// questions asks a labelled file.
func (c *evalCommand) questions(ctx context.Context, a *app, city *bangban.City) error {
	f, err := os.Open(c.Questions)
	if err != nil {
		return fmt.Errorf("打不开问题文件：%w", err)
	}
	defer f.Close()
	rows, err := eval.ReadQuestions(f, c.Questions)
	if err != nil {
		return err
	}
	score, err := eval.Questions(ctx, rows, city.Engine, time.Now().UnixMicro(), a.progress())
	if err != nil {
		return err
	}
	if c.JSON {
		return printJSON(a.Stdout, score)
	}
	return score.Print(a.Stdout)
}

// retrieval measures a folder.
func (c *evalCommand) retrieval(ctx context.Context, a *app, city *bangban.City) (err error) {
	set, err := eval.ReadSet(c.Dir)
	if err != nil {
		return err
	}
	var run io.Writer
	if c.TREC != "" {
		f, err := os.Create(c.TREC)
		if err != nil {
			return fmt.Errorf("写不了结果文件：%w", err)
		}
		defer func() { err = errors.Join(err, f.Close()) }()
		run = f
	}
	engine, err := eval.NewEngine(city.Understander(), time.Now(), a.log())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, engine.Close()) }()
	report, err := eval.Retrieval(ctx, set, engine, eval.Options{Run: run, Tag: "bangban", Progress: a.progress()})
	if err != nil {
		return err
	}
	report.Lexical = true // there is no meaning stage yet
	if c.JSON {
		return printJSON(a.Stdout, report)
	}
	return report.Print(a.Stdout)
}
