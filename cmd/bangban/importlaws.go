package main

import (
	"context"
	"fmt"
	"os"
	"time"

	"bangban"
	"bangban/knowledge/statute"
)

// laws loads the law library from a folder of texts.
func (c *importCommand) laws(ctx context.Context, a *app, city *bangban.City) error {
	if info, err := os.Stat(c.Laws); err != nil || !info.IsDir() {
		return fmt.Errorf("--laws：找不到文件夹 %s", c.Laws)
	}
	began := time.Now()
	show := a.progress()
	out, err := city.Statutes.Import(ctx, os.DirFS(c.Laws), statute.ImportOptions{Actor: "import", Replace: c.Replace, DryRun: c.DryRun,
		Progress: func(done, total int) { show("读法规", done, total) }})
	for _, p := range out.Problems {
		fmt.Fprintf(a.Stdout, "%s：%s。%s。\n", p.Path, p.What, p.Do)
	}
	if err != nil {
		return err
	}
	if len(out.Problems) > 0 {
		fmt.Fprintln(a.Stdout)
	}
	done := "法规库导入完成"
	if c.DryRun {
		done = "检查完成，没有导入"
	}
	fmt.Fprintf(a.Stdout, "%s：新增 %d，更新 %d，没变 %d，撤下 %d；共 %d 条，用时 %.1f 秒。\n",
		done, out.Added, out.Changed, out.Unchanged, out.Withdrawn, out.Articles, time.Since(began).Seconds())
	if out.Left > 0 {
		fmt.Fprintf(a.Stdout, "有 %d 个文件没有收进来，原因见上面，其余的不受影响。改好后再运行一遍。\n", out.Left)
	}
	o, err := city.Statutes.Overview(ctx)
	if err != nil || c.DryRun {
		return err
	}
	fmt.Fprintf(a.Stdout, "现行有效 %d 部", o.Laws)
	for i, level := range statute.Levels {
		mark := map[bool]string{true: "（", false: "，"}[i == 0]
		fmt.Fprintf(a.Stdout, "%s%s %d", mark, level.Name(), o.ByLevel[level])
	}
	fmt.Fprintf(a.Stdout, "），%d 条；连同旧版本和已废止的共 %d 份。\n", o.Articles, o.Versions)
	return nil
}
