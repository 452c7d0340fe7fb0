package knowledge

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Files writes a corpus as the data files that LoadFS reads, by path. What is loaded from them has the same records.
func (c *Corpus) Files() (map[string][]byte, error) {
	out := map[string][]byte{}
	w := writer{out}
	items, faqs := map[string][]*Item{}, map[string][]*FAQ{}
	for _, it := range c.Items {
		theme := "legal-" + first(it.LegalTopics)
		if len(it.Topics) > 0 {
			theme = it.Topics[0]
		}
		items[theme] = append(items[theme], it)
	}
	for _, f := range c.FAQs {
		faqs[first(f.Topics)] = append(faqs[first(f.Topics)], f)
	}
	for theme, list := range items {
		w.list("items/"+theme+".yaml", list, len(list))
	}
	for theme, list := range faqs {
		w.list("faq/"+theme+".yaml", list, len(list))
	}
	w.list("events.yaml", c.Events, len(c.Events))
	w.list("sources/laws.yaml", c.Laws, len(c.Laws))
	w.list("sources/facts.yaml", c.Facts, len(c.Facts))
	w.list("sources/pages.yaml", c.Pages, len(c.Pages))
	w.list("sources/repealed.yaml", c.Repealed, len(c.Repealed))
	w.list("city/regions.yaml", c.Regions, len(c.Regions))
	w.list("city/departments.yaml", c.Departments, len(c.Departments))
	w.list("city/points.yaml", c.Points, len(c.Points))
	w.list("city/hotlines.yaml", c.Hotlines, len(c.Hotlines))
	w.list("sentences.yaml", c.Sentences, len(c.Sentences))
	for _, y := range c.Years {
		w.list(fmt.Sprintf("city/calendar/%d.yaml", y.Year), y, 1)
	}
	for name, text := range c.Lexicon {
		out["lexicon/"+name] = text
	}
	for name, text := range out {
		if text == nil {
			return nil, fmt.Errorf("write %s: the data does not encode", name)
		}
	}
	return out, nil
}

func first(list []string) string {
	if len(list) == 0 {
		return "other"
	}
	return list[0]
}

type writer struct{ files map[string][]byte }

func (w writer) list(name string, records any, n int) {
	if n == 0 {
		return
	}
	w.files[name] = nil
	var node yaml.Node
	if err := node.Encode(records); err != nil {
		return
	}
	prune(&node)
	var b bytes.Buffer
	e := yaml.NewEncoder(&b)
	e.SetIndent(2)
	if e.Encode(&node) == nil && e.Close() == nil {
		w.files[name] = b.Bytes()
	}
}

// prune takes out what is empty: absent and empty mean the same.
func prune(n *yaml.Node) {
	if n.Kind == yaml.MappingNode {
		kept := n.Content[:0]
		for i := 0; i+1 < len(n.Content); i += 2 {
			key, value := n.Content[i], n.Content[i+1]
			prune(value)
			if !empty(value) || key.Value == "count" || key.Value == "off" {
				kept = append(kept, key, value)
			}
		}
		n.Content = kept
		return
	}
	for _, child := range n.Content {
		prune(child)
	}
}

func empty(n *yaml.Node) bool {
	switch n.Kind {
	case yaml.ScalarNode:
		return n.Tag == "!!null" || n.Value == "" || n.Tag == "!!bool" && n.Value == "false" || n.Tag == "!!int" && n.Value == "0"
	case yaml.SequenceNode, yaml.MappingNode:
		return len(n.Content) == 0
	}
	return false
}

// WriteDir writes the data files into a folder, which must be empty or not there yet.
func (c *Corpus) WriteDir(dir string) (int, error) {
	if entries, err := os.ReadDir(dir); err == nil && len(entries) > 0 {
		return 0, fmt.Errorf("%s 不是空文件夹；换一个，免得新旧文件混在一起", dir)
	}
	files, err := c.Files()
	if err != nil {
		return 0, err
	}
	for name, text := range files {
		if !filepath.IsLocal(name) || strings.Contains(name, "..") {
			return 0, fmt.Errorf("%q is no file name", name)
		}
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return 0, err
		}
		if err := os.WriteFile(path, text, 0o644); err != nil {
			return 0, err
		}
	}
	return len(files), nil
}
