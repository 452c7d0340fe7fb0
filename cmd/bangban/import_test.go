package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// command runs the program as a user would.
func command(t *testing.T, args ...string) (status int, said string) {
	t.Helper()
	var out, errs bytes.Buffer
	status = run(args, strings.NewReader(""), &out, &errs, func(string) string { return "" })
	return status, out.String() + errs.String()
}

// pinghe is a tiny city of our own making: what another city puts in the place of Hangzhou.
var pinghe = map[string]string{
	"city/regions.yaml":     "- {code: \"990100\", name: 平和市, aliases: [平和]}\n- {code: \"990102\", name: 东河区, parent: \"990100\"}\n",
	"city/departments.yaml": "- {id: gaj, name: 平和市公安局, aliases: [市公安局]}\n",
	"city/hotlines.yaml":    "- {number: \"12345\", name: 平和热线, for: 咨询和投诉, by: [\"fact:hotline\"]}\n",
	"sources/facts.yaml":    "- {id: hotline, text: 12345 是平和市的政务服务便民热线。, source: 平和市政府网站, as_of: \"2026\", grade: A}\n- {id: boat, text: 河船登记不收费，20 个工作日办结。, source: 平和市公安局, as_of: \"2026\", grade: A}\n",
	"items/boat.yaml": `- id: river-boat
  name: 河船登记
  short: 河船登记
  common: [给小船上牌, 小木船登记]
  topics: ["095"]
  targets: [person]
  department: gaj
  summary: {text: 河船下水前要登记。, by: ["fact:boat"]}
  promised: {n: 20, unit: working_day, by: ["fact:boat"]}
  fees: [{name: 登记费, yuan: "0", by: ["fact:boat"]}]
  updated: "2026-01-01"
`,
	"list.csv": "类目,标题,内容,发文单位,材料性质,关键字\n自然人/交通出行/河船登记,小船多大要登记,长 3 米以上的要登记。,市公安局,热点问答,船多长要登记\n",
}

func folder(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, text := range files {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func TestImportAnotherCity(t *testing.T) {
	data, city := filepath.Join(t.TempDir(), "data"), folder(t, pinghe)
	for _, step := range []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"先试不导", []string{"import", city, "--data", data, "--dry-run"}, 0, "检查通过：事项 1，问答 1"},
		{"还没有东西可导出", []string{"export", filepath.Join(t.TempDir(), "a"), "--data", data}, 1, "还没有发布任何知识"},
		{"导入", []string{"import", city, "--data", data}, 0, "新增 9，更新 0，没变 0，下架 0"},
		{"再导入没有变化", []string{"import", city, "--data", data}, 0, "新增 0，更新 0，没变 9，下架 0"},
		{"问得到", []string{"ask", "小木船登记要几天", "--data", data}, 0, "20"},
		{"导出文件夹", []string{"export", filepath.Join(city, "..", "out"), "--data", data}, 0, "事项 1，问答 1"},
		{"导出的再导入没有变化", []string{"import", filepath.Join(city, "..", "out"), "--data", data}, 0, "没变 9"},
		{"导出工作簿", []string{"export", filepath.Join(city, "..", "out.xlsx"), "--data", data}, 0, "已写出"},
		{"工作簿再导入没有变化", []string{"import", filepath.Join(city, "..", "out.xlsx"), "--data", data}, 0, "没变 9"},
		{"没有这个文件", []string{"import", filepath.Join(city, "none.csv"), "--data", data}, 1, "找不到"},
		{"不覆盖旧文件夹", []string{"export", city, "--data", data}, 1, "不是空文件夹"},
	} {
		status, said := command(t, step.args...)
		if status != step.status || !strings.Contains(said, step.want) {
			t.Fatalf("%s: status %d, want %d, said %s", step.name, status, step.status, said)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	changed := func(name, text string) map[string]string {
		files := map[string]string{}
		for n, s := range pinghe {
			files[n] = s
		}
		files[name] = text
		return files
	}
	for _, c := range []struct {
		name, file, text, want string
	}{
		{"数字没有依据", "items/boat.yaml", strings.Replace(pinghe["items/boat.yaml"], "n: 20", "n: 15", 1), "“15工作日”在依据里找不到"},
		{"字段写错", "items/boat.yaml", strings.Replace(pinghe["items/boat.yaml"], "short:", "shrot:", 1), "boat.yaml:3：没有 shrot 这个字段"},
		{"部门不存在", "items/boat.yaml", strings.Replace(pinghe["items/boat.yaml"], "department: gaj", "department: hsj", 1), "没有编号为 \"hsj\" 的部门"},
		{"列表里的错按行说", "list.csv", strings.Replace(pinghe["list.csv"], "市公安局", "外星局", 1), "第 2 行的发文单位“外星局”"},
		{"不认识的文件", "notes.yaml", "a: 1\n", "不认识这个文件"},
	} {
		t.Run(c.name, func(t *testing.T) {
			data := filepath.Join(t.TempDir(), "data")
			status, said := command(t, "import", folder(t, changed(c.file, c.text)), "--data", data)
			if status != 1 || !strings.Contains(said, c.want) || !strings.Contains(said, "什么都没有导入") {
				t.Errorf("status %d, said %s", status, said)
			}
			if status, said := command(t, "export", filepath.Join(t.TempDir(), "x"), "--data", data); status != 1 {
				t.Errorf("something was imported: %s", said)
			}
		})
	}
}

func TestCheckCommand(t *testing.T) {
	city := folder(t, pinghe)
	status, said := command(t, "check", "--corpus", city)
	if status != 0 || !strings.Contains(said, "事项 1（主题 1 类）") || !strings.Contains(said, "错误 0 条") {
		t.Errorf("status %d, said %s", status, said)
	}
	if err := os.WriteFile(filepath.Join(city, "events.yaml"), []byte("- {id: x, name: 造船, words: [], items: [none], updated: \"2026-01-01\"}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	status, said = command(t, "check", "--corpus", city, "--json")
	if status != 1 || !strings.Contains(said, `"rule": "reference"`) {
		t.Errorf("status %d, said %s", status, said)
	}
}
