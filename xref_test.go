package bangban_test

import (
	"os"
	"os/exec"
	"regexp"
	"sort"
	"strings"
	"testing"
)

// cited are the forms in which code names a rule from outside.
var cited = []*regexp.Regexp{
	regexp.MustCompile(`RFC \d{3,5}`),
	regexp.MustCompile(`GB(?:/T)? \d{3,6}(?:\.\d+)?(?:-\d{4})?`),
	regexp.MustCompile(`WCAG 2\.2`),
	regexp.MustCompile(`[\p{Han}]{1,6}〔\d{4}〕\d+号`),
	regexp.MustCompile(`(?:[\p{Han}]{2,20}(?:法|条例|规定|办法)) 第[一二三四五六七八九十百零]+条`),
}

// TestCrossReferences holds the code's citations against docs/sources.md: each has its row there, and each row is cited.
func TestCrossReferences(t *testing.T) {
	raw, err := os.ReadFile("docs/sources.md")
	if err != nil {
		t.Fatal(err)
	}
	rows := map[string]bool{}
	for _, line := range strings.Split(string(raw), "\n") {
		if cell := strings.Split(line, "|"); len(cell) > 3 && strings.HasPrefix(strings.TrimSpace(cell[1]), "`") {
			rows[strings.Trim(strings.TrimSpace(cell[1]), "`")] = false
		}
	}
	files, err := exec.Command("git", "ls-files", "*.go", "*.ts", "*.css", "*.sql", "*.html").Output()
	if err != nil {
		t.Fatal(err)
	}
	missing := map[string][]string{}
	for _, f := range strings.Fields(string(files)) {
		if strings.HasSuffix(f, "_test.go") {
			continue
		}
		text, err := os.ReadFile(f)
		if err != nil {
			continue // deleted in the working tree
		}
		for _, re := range cited {
			for _, c := range re.FindAllString(string(text), -1) {
				if _, ok := rows[c]; ok {
					rows[c] = true
				} else {
					missing[c] = append(missing[c], f)
				}
			}
		}
	}
	for c, in := range missing {
		sort.Strings(in)
		t.Errorf("%s is cited in %s and has no row in docs/sources.md", c, in[0])
	}
	for c, used := range rows {
		if !used {
			t.Errorf("docs/sources.md has a row for %s that no code cites", c)
		}
	}
}
