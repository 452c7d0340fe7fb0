package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"sort"
	"time"

	"bangban/answer"
	"bangban/corpus"
	"bangban/knowledge"
	"bangban/knowledge/sheet"
)

// checkCommand checks the knowledge before it is imported.
type checkCommand struct {
	Corpus    string `help:"Folder or workbook to check; the built-in starter city when empty." placeholder:"DIR|FILE"`
	Laws      string `help:"Folder with texts of law: proves every clause and every figure quoted from one." placeholder:"DIR"`
	JSON      bool   `name:"json" help:"Print the report as JSON."`
	Strict    bool   `help:"Warnings are errors."`
	WriteLaws string `help:"Write the cards of the cited laws to this file (sources/laws.yaml); needs --laws." placeholder:"FILE"`
}

// Run prints the report; errors end it with status 1.
func (c *checkCommand) Run(a *app) error {
	if c.WriteLaws != "" && c.Laws == "" {
		return fmt.Errorf("--write-laws 要和 --laws 一起用：先给出法规文本的文件夹")
	}
	city, problems, err := c.read()
	if err != nil {
		return err
	}
	options := knowledge.Options{Now: time.Now(), Strict: c.Strict}
	if c.Laws != "" {
		if _, err := os.Stat(c.Laws); err != nil {
			return fmt.Errorf("--laws: %w", err)
		}
		options.Laws = os.DirFS(c.Laws)
	}
	report, err := knowledge.Check(city, options)
	if err != nil {
		return err
	}
	report.Add(problems...)
	report.Add(answer.CheckVoices(knowledge.NewLibrary(withSentences(city), options.Now, nil))...)
	if c.WriteLaws != "" {
		if err := writeLaws(c.WriteLaws, report.CitedLaws); err != nil {
			return err
		}
	}
	if c.JSON {
		e := json.NewEncoder(a.Stdout)
		e.SetEscapeHTML(false)
		e.SetIndent("", "  ")
		if err := e.Encode(report); err != nil {
			return err
		}
	} else {
		printReport(a.Stdout, report)
	}
	if !report.OK() {
		return errReported
	}
	return nil
}

// withSentences is a city with the sentences that come with the program where it has none of its own, as it is when it serves.
func withSentences(city *knowledge.Corpus) *knowledge.Corpus {
	if len(city.Sentences) > 0 {
		return city
	}
	whole := *city
	base, _ := knowledge.LoadBase(corpus.Files) // what comes with the program is tested
	whole.Sentences = base.Sentences
	return &whole
}

// read reads what is to be checked.
func (c *checkCommand) read() (*knowledge.Corpus, []knowledge.Problem, error) {
	if c.Corpus == "" {
		city, problems := knowledge.LoadFS(corpus.Files)
		return city, problems, nil
	}
	return readKnowledge(c.Corpus, &knowledge.Corpus{})
}

// writeLaws writes the cards in the form of the data files.
func writeLaws(path string, laws []*knowledge.Law) error {
	const name = "sources/laws.yaml"
	files, err := (&knowledge.Corpus{Laws: laws}).Files()
	if err != nil {
		return err
	}
	head := "# Every law that is cited, in the version in force: `bangban check --laws DIR --write-laws FILE` writes this file from the texts.\n"
	return os.WriteFile(path, append([]byte(head), files[name]...), 0o644)
}

func printReport(out io.Writer, r *knowledge.Report) {
	for _, p := range r.Errors {
		fmt.Fprintln(out, sheet.Explain(p))
	}
	if len(r.Errors) > 0 {
		fmt.Fprintln(out)
	}
	n := r.Counts
	fmt.Fprintf(out, "事项 %d（主题 %d 类） · 问答 %d · 一件事 %d · 事实 %d · 区划 %d · 部门 %d · 网点 %d · 热线 %d\n",
		n.Items, n.Topics, n.FAQs, n.Events, n.Facts, n.Regions, n.Departments, n.Points, n.Hotlines)
	fmt.Fprintf(out, "市民会问的 11 项属性：每个事项填写的中位数 %g，未知而空着的共 %d\n", n.MedianFilled, n.Empty)
	fmt.Fprintf(out, "有依据的内容：法条 %d · 事实表 %d · 网页 %d；已核对数字 %d\n", n.ByClause, n.ByFact, n.ByPage, n.FiguresProved)
	if n.LawFiles > 0 {
		fmt.Fprintf(out, "法规文本 %d 份：引用法条 %d，查到 %d\n", n.LawFiles, n.Citations, n.CitationsFound)
	} else {
		fmt.Fprintln(out, "没有给出法规文本（--laws DIR），法条里的数字没有核对")
	}
	if len(r.Warnings) > 0 {
		fmt.Fprintf(out, "提醒 %d 条（--strict 时算错误并逐条列出）：%s\n", len(r.Warnings), tally(r.Warnings))
	}
	fmt.Fprintf(out, "错误 %d 条", len(r.Errors))
	if len(r.Errors) > 0 {
		fmt.Fprintf(out, "：%s", tally(r.Errors))
	}
	fmt.Fprintln(out)
}

// tally counts problems by rule.
func tally(problems []knowledge.Problem) string {
	count := map[string]int{}
	for _, p := range problems {
		count[p.Rule]++
	}
	var rules []string
	for rule := range count {
		rules = append(rules, rule)
	}
	sort.Strings(rules)
	s := ""
	for i, rule := range rules {
		if i > 0 {
			s += "，"
		}
		s += fmt.Sprintf("%s %d", rule, count[rule])
	}
	return s
}
