package lawset

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// article is one 条 of a text of law.
type article struct {
	law, number, text string
}

// id is the name of an article in judgements: 居民身份证法#第十一条.
func (a article) id() string { return a.law + "#" + a.number }

var (
	// 居民身份证法(2011-10-29).md: title and date of the version; a few have no date.
	fileName = regexp.MustCompile(`^(.+?)(?:\((\d{4}-\d{2}-\d{2})\))?\.md$`)
	// A line that begins an article.
	articleLine = regexp.MustCompile(`^(第[零〇一二三四五六七八九十百千]+条(?:之[一二三四五六七八九十]+)?)[\s　]*(.*)$`)
)

const infoEnd = "<!-- INFO END -->"

// code is the folder whose files are the parts of one text, numbered through.
const code = "民法典"

// readLaws returns the articles of the latest version of every text below dir, ordered by text and then as they stand there.
// With folders only those subfolders are read.
func readLaws(dir string, folders []string) ([]article, error) {
	type version struct{ path, date string }
	latest := make(map[string]version)
	var parts []string
	err := filepath.WalkDir(dir, func(path string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		folder := filepath.Base(filepath.Dir(path))
		m := fileName.FindStringSubmatch(entry.Name())
		if m == nil || entry.Name() == "README.md" || len(folders) > 0 && !slices.Contains(folders, folder) {
			return nil
		}
		if folder == code {
			parts = append(parts, path)
			return nil
		}
		title := strings.TrimPrefix(m[1], "中华人民共和国")
		if have, ok := latest[title]; !ok || have.date < m[2] {
			latest[title] = version{path, m[2]}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	titles := make([]string, 0, len(latest))
	for title := range latest {
		titles = append(titles, title)
	}
	slices.Sort(titles)
	var out []article
	for _, title := range titles {
		data, err := os.ReadFile(latest[title].path)
		if err != nil {
			return nil, err
		}
		out = append(out, cutArticles(title, string(data))...)
	}
	for _, path := range parts {
		data, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		out = append(out, cutArticles(code, string(data))...)
	}
	return unique(out), nil
}

// cutArticles cuts one text. What follows a heading and is no article belongs to none.
func cutArticles(law, text string) []article {
	if _, rest, ok := strings.Cut(text, infoEnd); ok {
		text = rest
	}
	var out []article
	open := false
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		switch m := articleLine.FindStringSubmatch(line); {
		case m != nil:
			out = append(out, article{law, m[1], m[2]})
			open = true
		case strings.HasPrefix(line, "#"):
			open = false
		case line != "" && open:
			last := &out[len(out)-1]
			last.text = strings.TrimSpace(last.text + "\n" + line)
		}
	}
	return out
}

// unique keeps the first article of each id: an annex may number from one again.
func unique(articles []article) []article {
	seen := make(map[string]bool, len(articles))
	return slices.DeleteFunc(articles, func(a article) bool {
		if seen[a.id()] {
			return true
		}
		seen[a.id()] = true
		return false
	})
}
