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
	"bangban/answer"
	"bangban/answer/eval"
)

// evalCommand measures: a retrieval set in BEIR layout, or labelled questions through the whole engine.
type evalCommand struct {
	JSON      bool     `name:"json" help:"Print the figures as JSON."`
	TREC      string   `name:"run" help:"Write the ranked lists of a retrieval set to this file, in TREC format." placeholder:"FILE"`
	Lexical   bool     `name:"lexical" help:"Leave the meaning stage out."`
	Questions []string `name:"questions" help:"Ask the labelled questions of these files (kind, question, labels)." placeholder:"FILE"`
	Half      string   `name:"half" help:"Only this half of the questions: tuning or test. The wrong rows of the test half are counted, not shown." enum:"tuning,test,both" default:"both"`
	Brief     bool     `name:"brief" help:"Leave out the report on wrong rows."`
	Fit       bool     `name:"fit" help:"Fit the weights of the answering engine on these questions and print them (weights.json); five-fold figures go to the log."`
	Ridge     float64  `name:"ridge" help:"Pull of the fitted weights towards zero." default:"0.3" hidden:""`
	Dir       string   `arg:"" optional:"" help:"Folder with corpus.jsonl, queries.jsonl and qrels.tsv."`
}

// Run measures what was asked for.
func (c *evalCommand) Run(a *app) error {
	if (c.Dir == "") == (len(c.Questions) == 0) {
		return errors.New("请给出一个检索集文件夹，或者 --questions 文件，二选一。")
	}
	ctx := context.Background()
	if c.Lexical {
		a.Config.Embedding = "none"
	}
	city, err := bangban.OpenToAsk(ctx, a.Config, slog.New(slog.DiscardHandler))
	if err != nil {
		return err
	}
	defer city.Close()
	if len(c.Questions) > 0 {
		progress := a.progress()
		if err := city.Embed(ctx, func(done, total int) { progress("语义", done, total) }); err != nil {
			return err
		}
		return c.questions(ctx, a, city)
	}
	return c.retrieval(ctx, a, city)
}

// questions asks labelled files.
func (c *evalCommand) questions(ctx context.Context, a *app, city *bangban.City) error {
	var rows []eval.Row
	for _, name := range c.Questions {
		more, err := readQuestions(name)
		if err != nil {
			return err
		}
		rows = append(rows, more...)
	}
	half := eval.Half(c.Half)
	if c.Half == "both" {
		half = eval.Both
	}
	if c.Fit {
		return c.fit(ctx, a, city, half.Of(rows))
	}
	score, err := eval.Questions(ctx, half.Of(rows), city.Engine, eval.QuestionOptions{Now: time.Now().UnixMicro(), Matter: city.Matter, Progress: a.progress()})
	if err != nil {
		return err
	}
	if half == eval.Test {
		score.Wrong = nil // no rule may be read off the test half
	}
	if c.JSON {
		return printJSON(a.Stdout, score)
	}
	if err := score.Print(a.Stdout); err != nil || c.Brief {
		return err
	}
	return score.Report(a.Stdout)
}

// fit prints fitted weights, and to the standard error how they do on cases that were held out.
func (c *evalCommand) fit(ctx context.Context, a *app, city *bangban.City, rows []eval.Row) error {
	o := eval.DefaultFit()
	o.Ridge = c.Ridge
	fitted := func(meaning bool) (answer.FittedSigns, error) {
		cases, err := eval.Cases(ctx, rows, city.Engine, meaning, eval.QuestionOptions{Now: time.Now().UnixMicro(), Matter: city.Matter})
		if err != nil {
			return answer.FittedSigns{}, err
		}
		if len(cases) == 0 {
			return answer.FittedSigns{}, errors.New("这些问题里没有能用来拟合的：要有单轮的、答得了或者不该答的问题。")
		}
		mean, hit, first := eval.CrossValidate(cases, o, 5)
		fmt.Fprintf(a.Stderr, "语义 %v：%d 题；留出五分之一再量：平均对数似然 %.3f，首选（含不答）对 %.1f %%，答得了的排第一 %.1f %%\n", meaning, len(cases), mean, 100*hit, 100*first)
		return eval.Fit(cases, o).File(), nil
	}
	var w answer.Weights
	var err error
	if w.Words, err = fitted(false); err != nil {
		return err
	}
	if w.Meaning, err = fitted(true); err != nil {
		return fmt.Errorf("带语义的权重要有语义模型才能算：%w", err)
	}
	return printJSON(a.Stdout, w)
}

func readQuestions(name string) ([]eval.Row, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("打不开问题文件：%w", err)
	}
	defer f.Close()
	return eval.ReadQuestions(f, name)
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
	report.Lexical = true // the scratch index has no meaning stage
	if c.JSON {
		return printJSON(a.Stdout, report)
	}
	return report.Print(a.Stdout)
}
