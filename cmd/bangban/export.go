package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"bangban"
	"bangban/corpus"
	"bangban/knowledge"
	"bangban/knowledge/sheet"
)

// exportCommand writes the published knowledge so that it can be read, changed and imported again.
type exportCommand struct {
	Path    string `arg:"" help:"An empty folder for data files, or a workbook (.xlsx)." placeholder:"DIR|FILE"`
	Starter bool   `help:"Export the built-in starter city instead of what is published: as an example to change." xor:"what"`
	Blank   bool   `help:"Write the empty sheets to fill (.xlsx)." xor:"what"`
}

// Run writes a folder of data files, or a workbook.
func (c *exportCommand) Run(a *app) error {
	all, err := c.knowledge(a)
	if err != nil {
		return err
	}
	if strings.EqualFold(filepath.Ext(c.Path), ".xlsx") {
		if _, err := os.Stat(c.Path); err == nil {
			return fmt.Errorf("%s 已经有了，换一个名字", c.Path)
		}
		raw, err := sheet.Workbook(all)
		if err != nil {
			return err
		}
		if err := os.WriteFile(c.Path, raw, 0o644); err != nil {
			return err
		}
		if c.Blank {
			fmt.Fprintf(a.Stdout, "已写出空表 %s。怎么填，见 docs/importing-your-city.md。\n", c.Path)
			return nil
		}
		fmt.Fprintf(a.Stdout, "已写出 %s：%s。词表不在工作簿里，要词表请导出文件夹。\n", c.Path, contents(all))
		return nil
	}
	n, err := all.WriteDir(c.Path)
	if err != nil {
		return err
	}
	fmt.Fprintf(a.Stdout, "已写出 %d 个文件到 %s：%s。\n", n, c.Path, contents(all))
	return nil
}

func (c *exportCommand) knowledge(a *app) (*knowledge.Corpus, error) {
	if c.Blank {
		if !strings.EqualFold(filepath.Ext(c.Path), ".xlsx") {
			return nil, fmt.Errorf("空表写成工作簿，文件名要以 .xlsx 结尾：bangban export --blank 我市.xlsx")
		}
		return &knowledge.Corpus{}, nil
	}
	if c.Starter {
		all, problems := knowledge.LoadFS(corpus.Files)
		if len(problems) > 0 {
			return nil, fmt.Errorf("the starter city: %s", problems[0])
		}
		return all, nil
	}
	ctx := context.Background()
	city, err := bangban.OpenKnowledge(ctx, a.Config, a.quietLog())
	if err != nil {
		return nil, err
	}
	defer city.Close()
	all, err := city.Knowledge.Corpus(ctx)
	if err != nil {
		return nil, err
	}
	if len(all.Records()) == 0 {
		return nil, fmt.Errorf("还没有发布任何知识。先运行一次 bangban serve（载入示范城市）或 bangban import；要示范城市的文件，加 --starter")
	}
	return all, nil
}
