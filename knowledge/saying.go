package knowledge

import (
	"bytes"
	"slices"
	"strings"
)

// say reads a file of sayings (sayings/*.tsv): entry <TAB> ways in which people ask for it, parted by tabs. They join the everyday
// names of the entry, once all files are read; a file of its own keeps the guide readable.
func (l *loader) say(name string) {
	raw, ok := l.read(name)
	if !ok {
		return
	}
	n := 0
	for line := range bytes.Lines(raw) {
		n++
		text := strings.TrimRight(string(line), "\r\n\t ")
		if text == "" || strings.HasPrefix(text, "#") {
			continue
		}
		cells := strings.Split(text, "\t")
		if len(cells) < 2 {
			l.problem(name, n, "要写：条目编号，再是说法，用制表符隔开")
			continue
		}
		s := saying{at: Origin{name, n}, entry: strings.TrimSpace(cells[0])}
		for _, c := range cells[1:] {
			if c = strings.TrimSpace(c); c != "" {
				s.words = append(s.words, c)
			}
		}
		l.sayings = append(l.sayings, s)
	}
}

// saying is one line of a file of sayings.
type saying struct {
	at    Origin
	entry string
	words []string
}

// attach gives the sayings to the entries that they name.
func (l *loader) attach() {
	if len(l.sayings) == 0 {
		return
	}
	names := map[string]*[]string{}
	for _, it := range l.corpus.Items {
		names[string(it.ID)] = &it.Common
	}
	for _, f := range l.corpus.FAQs {
		names[f.ID] = &f.Variants
	}
	for _, e := range l.corpus.Events {
		names[e.ID] = &e.Words
	}
	for _, s := range l.sayings {
		list := names[s.entry]
		if list == nil {
			l.problem(s.at.File, s.at.Line, "没有“"+s.entry+"”这个条目。改成事项、问答或一件事的编号")
			continue
		}
		for _, w := range s.words {
			if !slices.Contains(*list, w) {
				*list = append(*list, w)
			}
		}
	}
}
