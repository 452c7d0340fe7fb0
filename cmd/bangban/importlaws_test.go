package main

import (
	"path/filepath"
	"strings"
	"testing"
)

func TestImportLaws(t *testing.T) {
	data := filepath.Join(t.TempDir(), "data")
	texts := map[string]string{
		"行政法规/渡口条例(2015-03-01).md": "# 渡口条例\n\n<!-- INFO END -->\n\n第一条 渡口。\n\n第二条 渡船。\n",
		"行政法规/船闸条例(2020-01-01).md": "# 船闸条例\n\n<!-- INFO END -->\n\n第一条 船闸。\n",
		"行政法规/坏的(2020-01-01).md":   "\x00\x01",
	}
	laws := folder(t, texts)
	delete(texts, "行政法规/船闸条例(2020-01-01).md")
	fewer := folder(t, texts)
	for _, step := range []struct {
		name   string
		args   []string
		status int
		said   []string
	}{
		{"没有写要导什么", nil, 1, []string{"请写上要导入的"}},
		{"没有这个文件夹", []string{"--laws", filepath.Join(laws, "没有")}, 1, []string{"找不到文件夹"}},
		{"空文件夹", []string{"--laws", t.TempDir()}, 1, []string{"没有读到一部法规"}},
		{"先试一遍", []string{"--laws", laws, "--dry-run"}, 0, []string{"没有导入", "新增 2"}},
		{"导入", []string{"--laws", laws}, 0, []string{"坏的(2020-01-01).md：文字编码认不出来。请另存为", "新增 2，更新 0，没变 0，撤下 0；共 3 条", "有 1 个文件没有收进来", "现行有效 2 部"}},
		{"再导一遍", []string{"--laws", laws}, 0, []string{"新增 0，更新 0，没变 2，撤下 0"}},
		{"撤下少了的", []string{"--laws", fewer, "--replace"}, 0, []string{"没变 1，撤下 1", "现行有效 1 部"}},
		{"法规文件夹要写在 --laws 后面", []string{laws, "--replace"}, 1, []string{"没有可以导入的文件"}},
	} {
		status, said := command(t, append([]string{"import", "--data", data}, step.args...)...)
		if status != step.status {
			t.Errorf("%s: status %d: %s", step.name, status, said)
		}
		for _, s := range step.said {
			if !strings.Contains(said, s) {
				t.Errorf("%s: no %q in %q", step.name, s, said)
			}
		}
	}
}
