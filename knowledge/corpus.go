package knowledge

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"bangban/city/calendar"
	"bangban/city/org"
)

// Corpus is everything that one import holds: the whole city, or a part of it.
type Corpus struct {
	Items       []*Item
	FAQs        []*FAQ
	Events      []*LifeEvent
	Laws        []*Law
	Facts       []*SourceFact
	Pages       []*SourcePage
	Repealed    []*Repealed
	Regions     []*org.Region
	Departments []*org.Department
	Points      []*org.ServicePoint
	Hotlines    []*org.Hotline
	Years       []*calendar.Year
	Sentences   []*Sentence
	// Lexicon are the word lists by file name, as they are.
	Lexicon map[string][]byte

	origins map[any]Origin
}

// Repealed (失效法规) is a text of law that must not be cited: in any version, or in those dated before Before.
type Repealed struct {
	Title  string `yaml:"title" json:"title"`
	Before string `yaml:"before" json:"before,omitempty"` // YYYY-MM-DD
	Reason string `yaml:"reason" json:"reason"`
}

// Sentence is what the machine says, by key: for the screen and for the ear. {name} places are filled by the program.
type Sentence struct {
	Key   string `yaml:"key" json:"key"`
	Text  string `yaml:"text" json:"text"`
	Voice string `yaml:"voice" json:"voice,omitempty"`
}

// Origin is where a record stands.
type Origin struct {
	File string
	Line int // 0: unknown
}

// String prints file:line.
func (o Origin) String() string {
	if o.Line == 0 {
		return o.File
	}
	return fmt.Sprintf("%s:%d", o.File, o.Line)
}

// Problem is one thing that is wrong with an import, said so that whoever wrote the file can mend it.
type Problem struct {
	File   string `json:"file"`
	Line   int    `json:"line,omitempty"`
	ID     string `json:"id,omitempty"`
	Field  string `json:"field,omitempty"`
	Rule   string `json:"rule,omitempty"`
	Text   string `json:"text"`
	Strict bool   `json:"warning,omitempty"` // a warning: an error only under the strict profile
}

// String prints the problem in one line.
func (p Problem) String() string {
	s := Origin{p.File, p.Line}.String()
	if p.ID != "" {
		s += " " + p.ID
	}
	if p.Field != "" {
		s += " " + p.Field
	}
	return s + "：" + p.Text
}

// Origin tells where a record (a pointer out of the corpus) was read; empty when it was not read from a file.
func (c *Corpus) Origin(record any) Origin { return c.origins[record] }

// Place notes where a record was read. Importers call it.
func (c *Corpus) Place(record any, at Origin) {
	if c.origins == nil {
		c.origins = map[any]Origin{}
	}
	c.origins[record] = at
}

// LoadFS reads a folder of data files as docs/corpus.md describes it. It reads on after a problem and returns all of them;
// what could be read is in the corpus.
func LoadFS(files fs.FS) (*Corpus, []Problem) {
	l := &loader{files: files, corpus: &Corpus{Lexicon: map[string][]byte{}}}
	err := fs.WalkDir(files, ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (name == "questions" || name != "." && strings.HasPrefix(d.Name(), ".")):
			return fs.SkipDir
		case !d.IsDir():
			l.load(name)
		}
		return nil
	})
	if err != nil {
		l.problem(".", 0, fmt.Sprintf("文件夹读不了：%v", err))
	}
	l.attach()
	l.corpus.Sentences = over(l.corpus.Sentences, l.own, func(x *Sentence) string { return x.Key })
	return l.corpus, l.problems
}

// LoadBase reads only what belongs to the program more than to a city: its sentences and word lists.
func LoadBase(files fs.FS) (*Corpus, []Problem) {
	l := &loader{files: files, corpus: &Corpus{Lexicon: map[string][]byte{}}}
	lists, err := fs.Glob(files, "lexicon/*.tsv")
	if err != nil {
		l.problem("lexicon", 0, fmt.Sprintf("文件夹读不了：%v", err))
	}
	for _, name := range append(lists, "sentences.yaml") {
		if _, err := fs.Stat(files, name); err == nil {
			l.load(name)
		}
	}
	return l.corpus, l.problems
}

type loader struct {
	files    fs.FS
	corpus   *Corpus
	problems []Problem
	sayings  []saying
	own      []*Sentence // what the city says in place of the program
}

func (l *loader) problem(file string, line int, text string) {
	l.problems = append(l.problems, Problem{File: file, Line: line, Rule: "format", Text: text})
}

// load reads one file into the list that its place in the tree names.
func (l *loader) load(name string) {
	c, base := l.corpus, path.Base(name)
	dir, _, nested := strings.Cut(name, "/")
	switch path.Ext(base) {
	case ".tsv":
		if dir == "lexicon" && nested {
			if raw, ok := l.read(name); ok {
				c.Lexicon[base] = raw
				if base == GapsFile {
					_, problems := ParseGaps(raw)
					l.problems = append(l.problems, problems...)
				}
			}
			return
		}
		if dir == "sayings" && nested {
			l.say(name)
			return
		}
	case ".yaml", ".yml":
	default:
		return // documents, programs: none of ours
	}
	switch {
	case dir == "items" && nested:
		list(l, name, &c.Items)
	case dir == "faq" && nested:
		list(l, name, &c.FAQs)
	case name == "events.yaml" || dir == "events" && nested:
		list(l, name, &c.Events)
	case name == "sources/laws.yaml":
		list(l, name, &c.Laws)
	case name == "sources/repealed.yaml":
		list(l, name, &c.Repealed)
	case strings.HasPrefix(name, "sources/facts"):
		list(l, name, &c.Facts)
	case strings.HasPrefix(name, "sources/pages"):
		list(l, name, &c.Pages)
	case strings.HasPrefix(name, "city/regions"):
		list(l, name, &c.Regions)
	case strings.HasPrefix(name, "city/departments"):
		list(l, name, &c.Departments)
	case strings.HasPrefix(name, "city/points"):
		list(l, name, &c.Points)
	case strings.HasPrefix(name, "city/hotlines"):
		list(l, name, &c.Hotlines)
	case strings.HasPrefix(name, "city/calendar/"):
		one(l, name, &c.Years)
	case name == "city/sentences.yaml":
		list(l, name, &l.own)
	case strings.HasPrefix(name, "sentences"):
		list(l, name, &c.Sentences)
	default:
		l.problem(name, 0, "不认识这个文件。它该放在 items/、faq/、sayings/、events.yaml、sources/、city/、lexicon/ 或 sentences.yaml，见 docs/corpus.md")
	}
}

func (l *loader) read(name string) ([]byte, bool) {
	raw, err := fs.ReadFile(l.files, name)
	if err != nil {
		l.problem(name, 0, fmt.Sprintf("文件读不了：%v", err))
		return nil, false
	}
	return raw, true
}

// list reads a file that is a list of records.
func list[T any](l *loader, name string, into *[]*T) {
	raw, ok := l.read(name)
	if !ok || len(bytes.TrimSpace(raw)) == 0 {
		return
	}
	var records []*T
	if !l.decode(name, raw, &records) {
		return
	}
	lines := recordLines(raw, len(records))
	for i, r := range records {
		if r == nil {
			continue
		}
		at := Origin{File: name}
		if i < len(lines) {
			at.Line = lines[i]
		}
		l.corpus.Place(r, at)
		*into = append(*into, r)
	}
}

// one reads a file that is one record.
func one[T any](l *loader, name string, into *[]*T) {
	raw, ok := l.read(name)
	if !ok {
		return
	}
	r := new(T)
	if l.decode(name, raw, r) {
		l.corpus.Place(r, Origin{File: name, Line: 1})
		*into = append(*into, r)
	}
}

// decode is strict about keys. It reports false when nothing could be read.
func (l *loader) decode(name string, raw []byte, into any) bool {
	d := yaml.NewDecoder(bytes.NewReader(raw))
	d.KnownFields(true)
	err := d.Decode(into)
	if err == nil {
		return true
	}
	var wrong *yaml.TypeError
	if errors.As(err, &wrong) {
		for _, e := range wrong.Errors {
			line, text := plain(e)
			l.problem(name, line, text)
		}
		return true
	}
	line, text := plain(err.Error())
	l.problem(name, line, text)
	return false
}

// recordLines finds the line on which each record of a list begins: by its dash in the first column, else with the YAML reader.
func recordLines(raw []byte, n int) []int {
	var lines []int
	at := 0
	for line := range bytes.Lines(raw) {
		at++
		if bytes.HasPrefix(line, []byte("- ")) {
			lines = append(lines, at)
		}
	}
	if len(lines) == n {
		return lines
	}
	var doc yaml.Node
	if yaml.Unmarshal(raw, &doc) != nil || len(doc.Content) == 0 || doc.Content[0].Kind != yaml.SequenceNode {
		return nil
	}
	lines = nil
	for _, node := range doc.Content[0].Content {
		lines = append(lines, node.Line)
	}
	return lines
}

var (
	atLine    = regexp.MustCompile(`^(?:yaml: )?line (\d+): (.*)$`)
	unknown   = regexp.MustCompile(`^field (\S+) not found in type (?:\w+\.)?(\w+)`)
	wrongType = regexp.MustCompile("^cannot unmarshal (!!\\w+)(?: `(.*)`)? into (.+)$")
	doubled   = regexp.MustCompile(`^mapping key "?(.+?)"? already defined at line (\d+)`)
)

var yamlKinds = map[string]string{"!!seq": "列表", "!!map": "一组字段", "!!str": "文字", "!!int": "数字", "!!float": "数字", "!!bool": "是否", "!!null": "空"}

// plain says a message of the YAML reader in plain words.
func plain(message string) (line int, text string) {
	text = message
	if m := atLine.FindStringSubmatch(message); m != nil {
		fmt.Sscan(m[1], &line)
		text = m[2]
	}
	if m := unknown.FindStringSubmatch(text); m != nil {
		return line, fmt.Sprintf("没有 %s 这个字段（%s）。删掉它，或改成 docs/corpus.md 里的字段名", m[1], m[2])
	}
	if m := wrongType.FindStringSubmatch(text); m != nil {
		kind := yamlKinds[m[1]]
		if kind == "" {
			kind = m[1]
		}
		return line, fmt.Sprintf("这里写的是%s %s，要的是%s", kind, strings.TrimSpace(m[2]), wanted(m[3]))
	}
	if m := doubled.FindStringSubmatch(text); m != nil {
		return line, fmt.Sprintf("字段 %s 写了两遍，第一遍在第 %s 行", m[1], m[2])
	}
	return line, "YAML 写法不对：" + strings.TrimPrefix(text, "yaml: ") + "。含“: ”或“#”的文字要加引号"
}

func wanted(goType string) string {
	switch {
	case strings.HasPrefix(goType, "[]"):
		return "列表"
	case goType == "string" || strings.HasSuffix(goType, "ItemID") || strings.HasSuffix(goType, "Basis"):
		return "文字"
	case goType == "int":
		return "整数"
	case goType == "bool":
		return "true 或 false"
	}
	return "一组字段（" + strings.TrimPrefix(goType, "knowledge.") + "）"
}
