package law

import (
	"strings"
	"testing"
	"testing/fstest"
)

// The texts here are of our own making; they only have the form of real ones.
var texts = fstest.MapFS{
	"行政法/河船登记法(2001-05-01).md":       file("# 中华人民共和国河船登记法\n\n2001年5月1日 第九届全国人民代表大会常务委员会第二十次会议通过\n", "第一条 旧的，十日。\n\n第二条 旧的。\n"),
	"行政法/河船登记法(2019-10-26).md":       file("# 中华人民共和国河船登记法\n\n2001年5月1日 第九届全国人民代表大会常务委员会第二十次会议通过\n\n2019年10月26日 第十三届全国人民代表大会常务委员会第十四次会议修订\n\n2020年1月1日 施行\n", "## 第一章 总则\n\n第一条 河船应当登记。\n\n自受理之日起十五日内发证。\n\n## 第二章 罚则\n\n第十条 罚款。\n\n第十条之一　另罚。\n\n第十一条 《中华人民共和国木船法》同时废止。\n\n附件\n\n第一条 附件里的。\n"),
	"行政法/木船法(1990-01-01).md":         file("# 中华人民共和国木船法\n", "第一条 木船。\n"),
	"行政法规/渡口条例(2015-03-01).md":       file("# 渡口条例\n\n2014年11月24日 中华人民共和国国务院令第656号公布\n", "第一条 渡口。\n\n第二条 本条例自公布之日起施行。\n"),
	"浙江/杭州市渡船规定(2018-04-16).md":      file("# 杭州市渡船规定\n\n2018年4月16日 杭州市第十三届人民代表大会常务委员会公告第9号公布\n", "第一条 渡船。\n\n第二条 本规定自2018年7月1日起施行。\n"),
	"部门规章/交通部/渡船检验办法(2022-01-01).md": file("# 渡船检验办法\n", "第一条 检验。\n"),
	"船法典/总则.md":                      file("# 中华人民共和国船法典\n\n# 总则\n\n2020年5月28日 第十三届全国人民代表大会第三次会议通过\n\n2021年1月1日 施行\n", "第一条 总则。\n"),
	"船法典/分则.md":                      file("# 中华人民共和国船法典\n\n# 分则\n\n2020年5月28日 第十三届全国人民代表大会第三次会议通过\n", "第二条 分则。\n"),
	"README.md":                      {Data: []byte("# no law\n")},
}

func file(head, body string) *fstest.MapFile {
	return &fstest.MapFile{Data: []byte(head + "\n<!-- INFO END -->\n\n" + body)}
}

func open(t testing.TB) *Library {
	t.Helper()
	l, err := Open(texts)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestArticles(t *testing.T) {
	l := open(t)
	for _, c := range []struct {
		name, title, article, want string
	}{
		{"新版本的条", "河船登记法", "第一条", "十五日内发证"},
		{"全称也认", "中华人民共和国河船登记法", "第1条", "河船应当登记"},
		{"之一", "河船登记法", "第十条之一", "另罚"},
		{"章名不在条文里", "河船登记法", "第一条", ""},
		{"没有的条", "河船登记法", "第九十条", "-"},
		{"分编的法典", "船法典", "第二条", "分则"},
		{"旧版本的条不在", "河船登记法", "第二条", "-"},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, ok := l.Latest(c.title).Article(c.article)
			if ok == (c.want == "-") || c.want != "-" && !strings.Contains(text, c.want) || strings.Contains(text, "第二章") || strings.Contains(text, "附件") {
				t.Errorf("%s %s = %q, %v", c.title, c.article, text, ok)
			}
		})
	}
	if l.Latest("没有的法") != nil || l.Files() != 8 {
		t.Errorf("files = %d", l.Files())
	}
}

func TestReplaced(t *testing.T) {
	l := open(t)
	if by := l.ReplacedBy("木船法"); by == nil || by.Title != "河船登记法" || by.Date != "2019-10-26" {
		t.Errorf("木船法 is replaced by %+v", by)
	}
	if by := l.ReplacedBy("河船登记法"); by != nil {
		t.Errorf("河船登记法 is replaced by %s", by.Title)
	}
}

func TestCard(t *testing.T) {
	l := open(t)
	for _, want := range []Card{
		{"河船登记法", "", "全国人民代表大会常务委员会", "2019-10-26", "2020-01-01", "law"},
		{"船法典", "", "全国人民代表大会", "2020-05-28", "2021-01-01", "law"},
		{"渡口条例", "国务院令第656号", "国务院", "2015-03-01", "", "regulation"},
		{"杭州市渡船规定", "杭州市第十三届人民代表大会常务委员会公告第9号", "杭州市人民代表大会常务委员会", "2018-04-16", "2018-07-01", "local"},
		{"渡船检验办法", "", "交通部", "2022-01-01", "", "rule"},
	} {
		if got := l.Latest(want.Title).Card(); got != want {
			t.Errorf("%+v, want %+v", got, want)
		}
	}
}

func TestKey(t *testing.T) {
	for in, want := range map[string]string{"第十一条": "11", "第11条": "11", "第一千零四十九条": "1049", "第一百三十三条之一": "133-1", "第条": "", "十一条": "", "第十一条第二款": ""} {
		if got, _ := Key(in); got != want {
			t.Errorf("Key(%s) = %q, want %q", in, got, want)
		}
	}
}

func FuzzOpen(f *testing.F) {
	f.Add("行政法/河船登记法(2019-10-26).md", []byte(texts["行政法/河船登记法(2019-10-26).md"].Data))
	f.Fuzz(func(t *testing.T, name string, data []byte) {
		if name == "" || strings.Contains(name, "\x00") {
			return
		}
		files := fstest.MapFS{"a/" + strings.Trim(strings.ReplaceAll(name, "/", "_"), ".") + ".md": {Data: data}}
		l, err := Open(files)
		if err != nil {
			return
		}
		for _, title := range l.Titles() {
			text := l.Latest(title)
			text.Card()
			for _, a := range text.Articles() {
				if a == "" {
					t.Fatal("an article without a number")
				}
			}
		}
	})
}
