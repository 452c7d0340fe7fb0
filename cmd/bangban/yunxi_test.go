package main

import (
	"context"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"bangban"
)

// yunxi is a small city that does not exist, in spreadsheets as offices keep them.
const yunxi = "../../testdata/yunxi"

// TestAnotherCityTakesThePlace walks through docs/importing-your-city.md: Hangzhou lies in the data folder, Yunxi takes its place.
func TestAnotherCityTakesThePlace(t *testing.T) {
	dir := t.TempDir()
	data := filepath.Join(dir, "data")
	steps := []struct {
		name   string
		args   []string
		status int
		want   string
	}{
		{"空表", []string{"export", filepath.Join(dir, "blank.xlsx"), "--blank"}, 0, "已写出空表"},
		{"空表要是工作簿", []string{"export", filepath.Join(dir, "blank"), "--blank"}, 1, "以 .xlsx 结尾"},
		{"杭州的样子", []string{"export", filepath.Join(dir, "hangzhou"), "--starter"}, 0, "已写出"},
		{"杭州先在里面", []string{"import", filepath.Join(dir, "hangzhou"), "--data", data}, 0, "下架 0"},
		{"检查", []string{"check", "--corpus", yunxi}, 0, "错误 0 条"},
		{"先试不导", []string{"import", "--replace", yunxi, "--data", data, "--dry-run"}, 0, "检查通过：事项 5，问答 4"},
		{"换掉", []string{"import", "--replace", yunxi, "--data", data}, 0, "没变 0，下架"},
		{"再导没有变化", []string{"import", yunxi, "--data", data}, 0, "新增 0，更新 0，没变 97，下架 0"},
		{"导出工作簿", []string{"export", filepath.Join(dir, "out.xlsx"), "--data", data}, 0, "事项 5，问答 4"},
		{"工作簿再导没有变化", []string{"import", "--replace", filepath.Join(dir, "out.xlsx"), "--data", data}, 0, "新增 0，更新 0，没变 97，下架 0"},
		{"导出文件夹", []string{"export", filepath.Join(dir, "out"), "--data", data}, 0, "事项 5，问答 4"},
		{"文件夹再导没有变化", []string{"import", filepath.Join(dir, "out"), "--data", data}, 0, "新增 0，更新 0，没变 97，下架 0"},
		{"只有一张表不能整个换", []string{"import", "--replace", filepath.Join(yunxi, "热线电话.csv"), "--data", data}, 1, "还缺：区划、部门、事项或问答"},
		{"一张表可以更新", []string{"import", filepath.Join(yunxi, "热线电话.csv"), "--data", data}, 0, "新增 0，更新 0，没变 4"},
	}
	for _, s := range steps {
		if status, said := command(t, s.args...); status != s.status || !strings.Contains(said, s.want) {
			t.Fatalf("%s: status %d, want %d, said %s", s.name, status, s.status, said)
		}
	}
	asked(t, data)
	shown(t, data)
}

// asked asks the new city what only it knows, and what it must not know any more.
func asked(t *testing.T, data string) {
	for _, q := range []struct{ ask, want string }{
		{"身份证丢了咋补啊", "户口簿（原件 1 份"},
		{"身份证丢了咋补啊", "条件：本人的身份证丢了；户口在云溪市"},
		{"身份证丢了要多少钱", "40 元"},
		{"身份证消磁了换一张多少钱", "20 元"},
		{"给渡船上牌要几个工作日", "15 个工作日"},
		{"竹山县老年公交卡在哪办", "竹山县便民服务中心"},
		{"在溪西区能补身份证吗", "补领身份证"},
		{"渡口几点开船", "早上 6 点"},
		{"小吃店能开到几点", "晚上 11 点"},
		{"渡船能带狗吗", "要牵绳"},
		{"渡船的电话多少", "0380-5550333"},
		{"你是谁", "我是云溪市智能客服"},
		{"今天天气怎么样", "我答云溪的"},
		{"我的证办到哪一步了", "省里的政务服务网"},
		{"杭州公积金怎么提取", "您问的是杭州的事"},
		{"浙江的社保怎么查", "您问的是浙江的事"},
		{"公积金怎么提取", "没有把握答准"},
		{"房产过户", "没有把握答准"},
		{"西湖区政务服务中心在哪", ""},
		{"办护照要多少钱", ""},
	} {
		status, said := command(t, "ask", q.ask, "--data", data)
		if status != 0 || !strings.Contains(said, q.want) {
			t.Errorf("%s: want %q, said %s", q.ask, q.want, said)
		}
		for _, left := range []string{"杭州", "浙里办", "0571"} {
			if strings.Contains(said, left) && !strings.Contains(q.ask, left) {
				t.Errorf("%s: %s is left of the old city: %s", q.ask, left, said)
			}
		}
	}
}

// shown looks at the pages of the new city.
func shown(t *testing.T, data string) {
	cfg := &bangban.Config{Data: data, Embedding: "none"}
	if err := cfg.Load(func(string) string { return "" }); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	city, err := bangban.Open(ctx, cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan error, 1)
	go func() { done <- city.Serve(ctx, listener) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Error(err)
		}
		if err := city.Close(); err != nil {
			t.Error(err)
		}
	})
	for _, page := range []struct{ path, want string }{
		{"/", "云溪市智能客服"}, {"/", "补领身份证怎么办"}, {"/", "渡口服务热线"}, {"/items", "证件办理"}, {"/search?q=%E5%85%AC%E4%BA%A4%E5%8D%A1", "公交卡"}, {"/points", "竹山县便民服务中心"},
		{"/api/v1/regions", "溪东区"}, {"/api/v1/hotlines", "0380-5550333"}, {"/about", "云溪市智能客服由"},
	} {
		res, err := http.Get("http://" + listener.Addr().String() + page.path)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(res.Body)
		if err != nil || res.StatusCode != http.StatusOK || !strings.Contains(string(body), page.want) {
			t.Errorf("%s: status %d, no %s (%v)", page.path, res.StatusCode, page.want, err)
		}
		if err := res.Body.Close(); err != nil {
			t.Error(err)
		}
		for _, left := range []string{"杭州", "浙里办", "0571", "西湖区"} {
			if strings.Contains(string(body), left) {
				t.Errorf("%s: %s is left of the old city", page.path, left)
			}
		}
	}
}

// What is wrong with a sheet is said by file, sheet, row and column, in the words of the sheets.
func TestCheckSaysWhereASheetIsWrong(t *testing.T) {
	for _, c := range []struct{ name, file, text, want string }{
		{"部门不在表里", "新问答.csv", "问题,答案,部门,出处\n能坐船吗,能。,外星局,渡口\n", "新问答.csv第 2 行 “部门”列：“部门”表里没有“外星局”"},
		{"没有出处", "新问答.csv", "问题,答案,部门\n\n能坐船吗,收 5 元。,交通局\n", "新问答.csv第 3 行 “答案”列：没有依据。在“出处”列写明"},
		{"电话拨不了", "新网点.csv", "名称,类型,区划,电话,出处\n东渡口,窗口,溪东区,55512,渡口\n", "新网点.csv第 2 行 “电话”列：电话 \"55512\" 拨不了"},
		{"类型不认识", "新网点.csv", "名称,类型,区划,出处\n东渡口,船,溪东区,渡口\n", "新网点.csv第 2 行 “类型”列：“船”不认识，可以写："},
		{"期限不是数", "新事项.csv", "名称,主题,服务对象,部门,结论,承诺时限,出处\n渡口开设,交通出行,企业,交通局,要先批。,很快,渡口\n", "新事项.csv第 2 行 “承诺时限”列：时限“很快”要写成"},
		{"没有主题", "新事项.csv", "名称,服务对象,部门,结论,出处\n渡口开设,企业,交通局,要先批。,渡口\n", "“主题”列：写明主题，如 证件办理"},
		{"主题不认识", "新事项.csv", "名称,主题,服务对象,部门,结论,出处\n渡口开设,坐船,企业,交通局,要先批。,渡口\n", "“主题”列：没有“坐船”这个主题"},
		{"多余的列", "新热线.csv", "号码,名称,用途,颜色,出处\n96333,渡口,问船,红,渡口\n", "新热线.csv第 1 行 “颜色”列：没有“颜色”这一列"},
		{"缺一列", "新热线.csv", "名称,用途,出处\n渡口,问船,渡口\n", "“号码”列：缺少“号码”这一列"},
		{"名称空着", "新事项.csv", "名称,主题,服务对象,部门,结论,出处\n,交通出行,企业,交通局,要先批。,渡口\n", "新事项.csv第 2 行 “名称”列：“名称”空着"},
		{"日期不对", "放假.csv", "日期,名称,放假或上班\n十月初一,节,放假\n", "放假.csv第 2 行：日期“十月初一”要写成"},
		{"材料没有事项", "材料.csv", "事项,名称\n买船,合同\n", "材料.csv第 2 行：“事项”表里没有“买船”"},
		{"认不出的表", "x.csv", "甲,乙\n1,2\n", "x.csv第 1 行：认不出这是哪一张表"},
		{"旧格式", "旧.xls", "x", "旧.xls：只认 .xlsx 和 .csv"},
	} {
		t.Run(c.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(yunxi)); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(filepath.Join(dir, c.file), []byte(c.text), 0o644); err != nil {
				t.Fatal(err)
			}
			status, said := command(t, "check", "--corpus", dir)
			if status != 1 || !strings.Contains(said, c.want) {
				t.Errorf("status %d, want %q, said %s", status, c.want, said)
			}
		})
	}
}
