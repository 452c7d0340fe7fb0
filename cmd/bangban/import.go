package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"time"

	"bangban"
	"bangban/knowledge"
	"bangban/knowledge/sheet"
)

// importCommand publishes a city's own knowledge.
type importCommand struct {
	Path            string `arg:"" optional:"" help:"Folder of data files or spreadsheets, workbook (.xlsx), or one sheet (.csv)." placeholder:"FILE|DIR"`
	Laws            string `help:"Folder with texts of law. Alone: loads the law library. With a path: proves every clause and figure before anything is published." placeholder:"DIR"`
	Replace         bool   `help:"The import is the whole city: withdraw all else that is published. With --laws alone: the texts that the folder does not have."`
	WithdrawMissing bool   `help:"Withdraw what is published, is of a kind that the import holds, and is not in it."`
	DryRun          bool   `help:"Check and count only; publish nothing."`
}

// Run checks the import against what is published, then publishes what is new or changed.
func (c *importCommand) Run(a *app) error {
	ctx := context.Background()
	switch {
	case c.Path == "" && c.Laws == "":
		return errors.New("请写上要导入的文件或文件夹；导入法规库用 bangban import --laws 文件夹")
	}
	city, err := bangban.OpenKnowledge(ctx, a.Config, a.quietLog())
	if err != nil {
		return err
	}
	defer city.Close()
	if c.Path == "" {
		return c.laws(ctx, a, city)
	}
	published, err := city.Knowledge.Corpus(ctx)
	if err != nil {
		return err
	}
	if c.Replace {
		published = &knowledge.Corpus{}
	}
	incoming, problems, err := readKnowledge(c.Path, published)
	if err != nil {
		return err
	}
	if c.Replace && len(problems) == 0 {
		if kinds := lacking(incoming); kinds != "" {
			return fmt.Errorf("--replace 要整个换掉原来的城市，导入的内容里还缺：%s。只更新一部分时不用 --replace", kinds)
		}
	}
	report, err := c.check(incoming, published)
	if err != nil {
		return err
	}
	report.Add(problems...)
	for _, p := range report.Errors {
		fmt.Fprintln(a.Stdout, sheet.Explain(p))
	}
	if n := len(report.Errors); n > 0 {
		fmt.Fprintf(a.Stdout, "\n有 %d 处要改，什么都没有导入。改好后再运行一遍。\n", n)
		return errReported
	}
	if c.DryRun {
		fmt.Fprintf(a.Stdout, "检查通过：%s，可以导入。\n", contents(incoming))
		return nil
	}
	show := a.progress()
	done, err := city.Knowledge.Import(ctx, incoming, knowledge.ImportOptions{Actor: "import", WithdrawMissing: c.WithdrawMissing, ReplaceAll: c.Replace,
		Progress: func(done, total int) { show("导入", done, total) }})
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Stdout, "导入完成：新增 %d，更新 %d，没变 %d，下架 %d（%s）。\n", done.Added, done.Changed, done.Unchanged, done.Withdrawn, contents(incoming))
	return nil
}

// quietLog is for commands that say themselves what they did: it keeps warnings and errors.
func (a *app) quietLog() *slog.Logger {
	return slog.New(slog.NewTextHandler(a.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn}))
}

// check looks at the import laid over what is published, and keeps what concerns the import.
func (c *importCommand) check(incoming, published *knowledge.Corpus) (*knowledge.Report, error) {
	options := knowledge.Options{Now: time.Now()}
	if c.Laws != "" {
		if _, err := os.Stat(c.Laws); err != nil {
			return nil, fmt.Errorf("--laws: %w", err)
		}
		options.Laws = os.DirFS(c.Laws)
	}
	base := published
	if c.WithdrawMissing {
		base = published.Without(incoming)
	}
	report, err := knowledge.Check(incoming.Merge(base), options)
	if err != nil {
		return nil, err
	}
	incoming.Laws = append(incoming.Laws, report.LackingLaws...)
	var concerned []knowledge.Problem
	for _, p := range report.Errors {
		switch {
		case p.Rule == knowledge.RuleLaws && c.Laws != "": // their cards have just been added
		case p.File != "":
			concerned = append(concerned, p)
		case c.WithdrawMissing: // what stays must still hold together
			p.File = "已发布的内容"
			concerned = append(concerned, p)
		}
	}
	report.Errors = concerned
	return report, nil
}

// readKnowledge reads a folder, a workbook or a list of entries. base holds what a list may name.
func readKnowledge(path string, base *knowledge.Corpus) (*knowledge.Corpus, []knowledge.Problem, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, nil, fmt.Errorf("找不到 %s：%w", path, err)
	}
	if info.IsDir() {
		return readFolder(path, base)
	}
	return readSheets([]string{path}, base)
}

// readFolder takes the data files of a folder, and the spreadsheets that lie at its top, which may name each other.
func readFolder(path string, base *knowledge.Corpus) (*knowledge.Corpus, []knowledge.Problem, error) {
	files := os.DirFS(path)
	all, problems := knowledge.LoadFS(files)
	names, err := fs.Glob(files, "*")
	if err != nil {
		return nil, nil, err
	}
	var paths []string
	for _, name := range names {
		switch strings.ToLower(filepath.Ext(name)) {
		case ".xlsx", ".xlsm", ".csv":
			if !strings.HasPrefix(name, "~$") { // the lock file of an office program
				paths = append(paths, filepath.Join(path, name))
			}
		case ".xls", ".et", ".ods", ".doc", ".docx", ".wps":
			problems = append(problems, knowledge.Problem{File: name, Rule: "sheet", Text: "只认 .xlsx 和 .csv。用办公软件打开它，另存为 .xlsx"})
		}
	}
	if len(paths) > 0 {
		c, more, err := readSheets(paths, all.Merge(base))
		if err != nil {
			return nil, nil, err
		}
		problems = append(problems, more...)
		all = c.Merge(all)
	}
	if len(all.Records()) == 0 && len(problems) == 0 {
		return nil, nil, fmt.Errorf("%s 里没有可以导入的文件。文件夹怎么放，见 docs/importing-your-city.md", path)
	}
	return all, problems, nil
}

// readSheets reads spreadsheets as one: ours first, then the lists of entries, which name departments and items of them.
func readSheets(paths []string, base *knowledge.Corpus) (*knowledge.Corpus, []knowledge.Problem, error) {
	var ours, lists []*sheet.Table
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, nil, err
		}
		tables, err := sheet.Read(filepath.Base(path), data)
		if err != nil {
			return nil, nil, err
		}
		for _, t := range tables {
			if sheet.IsEntries(t) {
				lists = append(lists, t)
			} else {
				ours = append(ours, t)
			}
		}
	}
	if len(lists) == 0 && !sheet.IsWorkbook(ours) {
		return nil, nil, fmt.Errorf("%s 认不出来。表名或文件名写成 事项、问答、热线 等（见 docs/importing-your-city.md），要么表头有：%s",
			strings.Join(paths, "、"), strings.Join(sheet.EntryHeads, "、"))
	}
	all, problems := sheet.Parse(ours, base, time.Now())
	for _, t := range lists {
		c, more := sheet.Entries(t, all.Merge(base), time.Now())
		problems = append(problems, more...)
		all = c.Merge(all)
	}
	return all, problems, nil
}

// lacking names the kinds without which a city is none.
func lacking(c *knowledge.Corpus) string {
	var out []string
	for _, part := range []struct {
		name string
		n    int
	}{{"区划", len(c.Regions)}, {"部门", len(c.Departments)}, {"事项或问答", len(c.Items) + len(c.FAQs)}} {
		if part.n == 0 {
			out = append(out, part.name)
		}
	}
	return strings.Join(out, "、")
}

// contents says what a corpus holds.
func contents(c *knowledge.Corpus) string {
	var out []string
	for _, part := range []struct {
		name string
		n    int
	}{{"事项", len(c.Items)}, {"问答", len(c.FAQs)}, {"一件事", len(c.Events)}, {"法规", len(c.Laws)}, {"事实", len(c.Facts)}, {"网页", len(c.Pages)},
		{"区划", len(c.Regions)}, {"部门", len(c.Departments)}, {"网点", len(c.Points)}, {"热线", len(c.Hotlines)}, {"日历", len(c.Years)},
		{"话术", len(c.Sentences)}, {"词表", len(c.Lexicon)}} {
		if part.n > 0 {
			out = append(out, fmt.Sprintf("%s %d", part.name, part.n))
		}
	}
	return strings.Join(out, "，")
}
