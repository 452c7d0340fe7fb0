package law

import (
	"bytes"
	"cmp"
	"errors"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
)

// Problem is what is wrong with one file, in words for the person who keeps the folder. Left says that the file was left out.
type Problem struct {
	Path, What, Do string
	Left           bool
	// Cause is set where the file could not be read at all.
	Cause error
}

// MaxBytes is the size of a file beyond which it is no text of law: the longest code has about a megabyte.
const MaxBytes = 8 << 20

// Walk reads a folder text by text and keeps one at a time: only the files of a folder that are parts of one text (民法典 by 编)
// are held together. A file that cannot be used is told of and left out. It ends with the first error of text.
func Walk(files fs.FS, text func(*Text) error, problem func(Problem)) error {
	if _, err := fs.Stat(files, "."); err != nil {
		return err
	}
	return walkFolder(files, ".", text, problem)
}

func walkFolder(files fs.FS, dir string, text func(*Text) error, problem func(Problem)) error {
	entries, err := fs.ReadDir(files, dir)
	if err != nil {
		problem(Problem{Path: dir, What: "文件夹打不开", Do: "请检查读取权限", Left: true, Cause: err})
		return nil
	}
	var parts []*Text
	for _, e := range entries {
		name := path.Join(dir, e.Name())
		if e.IsDir() || !IsText(e.Name()) {
			continue
		}
		t, wrong := readFile(files, name)
		if wrong != nil {
			problem(*wrong)
		}
		switch {
		case t == nil:
		case t.part != "":
			parts = append(parts, t)
		default:
			if err := text(t); err != nil {
				return err
			}
		}
	}
	if len(parts) > 0 {
		if err := text(join(parts)); err != nil {
			return err
		}
	}
	for _, e := range entries {
		if e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
			if err := walkFolder(files, path.Join(dir, e.Name()), text, problem); err != nil {
				return err
			}
		}
	}
	return nil
}

// IsText reports whether a file may be a text of law: .md or .txt, and no hidden file and no README.
func IsText(name string) bool {
	ext := strings.ToLower(path.Ext(name))
	return (ext == ".md" || ext == ".txt") && !strings.HasPrefix(name, ".") && !strings.EqualFold(strings.TrimSuffix(name, path.Ext(name)), "readme")
}

// readFile returns a text, what is wrong with it, or both where it can be used all the same.
func readFile(files fs.FS, name string) (*Text, *Problem) {
	left := func(what, do string, cause error) (*Text, *Problem) {
		return nil, &Problem{Path: name, What: what, Do: do, Left: true, Cause: cause}
	}
	info, err := fs.Stat(files, name)
	if err != nil {
		return left("打不开", "请检查文件在不在、能不能读", err)
	}
	if info.Size() > MaxBytes {
		return left("文件太大，不像一部法规", "请按编分成几个文件，放进以法规名称命名的文件夹", nil)
	}
	raw, err := fs.ReadFile(files, name)
	if err != nil {
		return left("打不开", "请检查文件在不在、能不能读", err)
	}
	body, err := decode(raw)
	if err != nil {
		return left("文字编码认不出来", "请另存为 UTF-8 编码的纯文本", nil)
	}
	if strings.TrimSpace(body) == "" {
		return left("文件是空的", "请放入法规全文，或者删掉这个文件", nil)
	}
	t := newText(name, body)
	switch {
	case t.Title == "":
		return left("没有法规名称", "请以“名称(公布日期).md”命名文件", nil)
	case strings.TrimSpace(t.body[0]) == "":
		return left("只有标题，没有正文", "请把条文补在标题后面", nil)
	case t.Date == "":
		return t, &Problem{Path: name, What: "没有日期，分不出哪个是新版", Do: "请以“名称(2020-01-01).md”命名文件，或在标题下写明公布日期"}
	}
	return t, nil
}

var errEncoding = errors.New("the encoding is not known")

// decode makes UTF-8 with single line feeds of what editors and office programs write: UTF-8 with or without mark, UTF-16, GB18030.
func decode(raw []byte) (string, error) {
	switch {
	case bytes.HasPrefix(raw, []byte{0xff, 0xfe}), bytes.HasPrefix(raw, []byte{0xfe, 0xff}):
		plain, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(raw)
		if err != nil {
			return "", errEncoding
		}
		raw = plain
	case !utf8.Valid(raw):
		plain, err := simplifiedchinese.GB18030.NewDecoder().Bytes(raw)
		if err != nil || bytes.ContainsRune(plain, utf8.RuneError) {
			return "", errEncoding
		}
		raw = plain
	}
	if bytes.IndexByte(raw, 0) >= 0 {
		return "", errEncoding
	}
	for _, mark := range []string{"\ufeff", "\u200b"} { // byte order marks, and spaces of no width that word processors leave behind
		raw = bytes.ReplaceAll(raw, []byte(mark), nil)
	}
	if bytes.IndexByte(raw, '\r') >= 0 {
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	return string(raw), nil
}

// newText cuts a file into head and body. A file in a folder that bears the name of its first heading is a part of that law.
func newText(name, whole string) *Text {
	title, date := strings.TrimSpace(strings.TrimSuffix(path.Base(name), path.Ext(name))), ""
	if m := dated.FindStringSubmatch(title); m != nil {
		title, date = m[1], m[2]
	}
	head, body := cutHead(whole)
	t := &Text{Title: Short(title), Date: date, Path: name, Head: head, body: []string{body}, names: []string{""}}
	if folder := path.Base(path.Dir(name)); folder == firstHeading(head) && folder != t.Title {
		t.part, t.names[0], t.Title = folder, title, folder
	}
	if t.Date == "" {
		for _, d := range dates(head) {
			if !strings.Contains(d.line, "施行") {
				t.Date = max(t.Date, d.iso)
			}
		}
	}
	return t
}

var headLine = regexp.MustCompile(`^\s*(?:#\s|\d{4}年\d{1,2}月\d{1,2}日|[（(].*\d{4}年\d{1,2}月\d{1,2}日)`)

// cutHead parts the head from the articles: at the mark, else behind the lines that tell title and dates.
func cutHead(whole string) (head, body string) {
	if i := strings.LastIndex(whole, infoEnd); i >= 0 {
		return whole[:i], whole[i+len(infoEnd):]
	}
	at := 0
	for line := range strings.Lines(whole) {
		if strings.TrimSpace(line) != "" && !headLine.MatchString(line) {
			break
		}
		at += len(line)
	}
	return whole[:at], whole[at:]
}

// join makes one text of parts, in the order of their articles.
func join(parts []*Text) *Text {
	slices.SortStableFunc(parts, func(a, b *Text) int { return cmp.Compare(a.firstNumber(), b.firstNumber()) })
	t := parts[0]
	for _, p := range parts[1:] {
		t.body, t.names = append(t.body, p.body...), append(t.names, p.names...)
		t.Head += "\n" + p.Head
		t.Date = max(t.Date, p.Date)
	}
	return t
}

// firstNumber is the number of the first article, past all others where there is none.
func (t *Text) firstNumber() int {
	for line := range strings.Lines(t.body[0]) {
		if m := opening.FindStringSubmatch(line); m != nil {
			if number, _, ok := numbers(m); ok {
				return number
			}
		}
	}
	return 1 << 30
}

// Files is the number of files that the text was read from.
func (t *Text) Files() int { return len(t.body) }
