// Command bench measures our ranking beside its peers in the same run (评测对照), over folders in BEIR layout, and prints ratios.
//
//	go run ./bench [--laws DIR] [--sets bench/sets] [--questions corpus/questions] [--python BIN] [--model FILE] [--json] [FOLDER…]
//
// Sets under bench/sets hold questions and judgements; their documents are the articles of a folder of texts of law, given by
// --laws (without it they are left out), and for the set "starter" the items of the starter city. The set "asked" is the test half of the
// labelled questions. Each system runs in a process of its own, so that memory is told apart; one whose interpreter or model is missing
// is named and left out.
// It leaves the measures to answer/eval, the peers to bench/peer. Start at main.
package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"bangban/answer/eval"
	"bangban/bench/lawset"
	"bangban/bench/peer"
	"bangban/corpus"
	"bangban/knowledge"
	"bangban/nlu"
)

type options struct {
	laws, sets, write, one, questions, python, model, serve string
	json                                                    bool
	folders                                                 []string
}

func main() {
	var o options
	flag.StringVar(&o.laws, "laws", "", "folder of texts of law: builds the sets of --sets")
	flag.StringVar(&o.sets, "sets", "bench/sets", "folder of sets made from texts of law")
	flag.StringVar(&o.write, "write", "", "write the built sets to this folder and stop")
	flag.StringVar(&o.one, "one", "", "measure one system alone and print JSON: "+fmt.Sprint(names))
	flag.StringVar(&o.questions, "questions", "corpus/questions", "folder of labelled questions: their test half is the set asked")
	flag.StringVar(&o.python, "python", "python3", "interpreter that has bm25s, tantivy and jieba")
	flag.StringVar(&o.model, "model", "data/model/e5-small-q4.bin", "model of the meaning stage")
	flag.StringVar(&o.serve, "serve", "", "built program: asks it over HTTP too")
	flag.BoolVar(&o.json, "json", false, "print JSON")
	flag.Parse()
	o.folders = flag.Args()
	if err := run(context.Background(), o); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o options) error {
	if o.one != "" {
		if len(o.folders) != 1 {
			return errors.New("--one wants one folder")
		}
		return one(ctx, o, os.Stdout)
	}
	out := o.write
	if out == "" {
		temporary, err := os.MkdirTemp("", "bangban-bench-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(temporary)
		out = temporary
	}
	built, err := buildSets(o.laws, o.sets, out)
	if err != nil {
		return err
	}
	o.folders = append(o.folders, built...)
	to := filepath.Join(out, asked)
	n, err := buildAsked(o.questions, to)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "%s: %d matters\n", asked, n)
	o.folders = append(o.folders, to)
	if o.write != "" {
		return nil
	}
	if len(o.folders) == 0 {
		fmt.Fprintln(os.Stderr, "bench: no folder given, and no --laws: the ranking is not compared")
		return nil
	}
	var all []comparison
	for _, folder := range o.folders {
		c, err := compare(ctx, o, folder)
		if err != nil {
			return err
		}
		all = append(all, c)
	}
	if o.json {
		return json.NewEncoder(os.Stdout).Encode(all)
	}
	if err := printTable(os.Stdout, all); err != nil || o.serve == "" {
		return err
	}
	return serve(ctx, o, os.Stdout)
}

// buildSets builds every set below dir that has queries and returns the folders; without laws only that of the starter city.
func buildSets(laws, dir, out string) ([]string, error) {
	found, err := filepath.Glob(filepath.Join(dir, "*", "queries.jsonl"))
	if err != nil {
		return nil, err
	}
	if len(found) == 0 && laws != "" {
		return nil, fmt.Errorf("no set in %s", dir)
	}
	var built []string
	for _, queries := range found {
		set := filepath.Dir(queries)
		to := filepath.Join(out, filepath.Base(set))
		build, what := func() (int, error) { return lawset.Build(laws, set, to) }, "articles"
		switch {
		case filepath.Base(set) == starter:
			build, what = func() (int, error) { return buildStarter(set, to) }, "items"
		case laws == "":
			continue
		}
		n, err := build()
		if err != nil {
			return nil, fmt.Errorf("%s: %w", set, err)
		}
		fmt.Fprintf(os.Stderr, "%s: %d %s\n", set, n, what)
		built = append(built, to)
	}
	return built, nil
}

// The systems. On the set asked ours is the whole engine, elsewhere its ranking.
const (
	ours    = "bangban"
	words   = "bangban, words alone"
	plain   = "bleve+gse"
	fts5    = "fts5 bigrams"
	bm25s   = "bm25s+jieba"
	tantivy = "tantivy+jieba"
	meaning = "embeddings alone"
)

var names = []string{ours, words, plain, fts5, bm25s, tantivy, meaning}

// systemsOf are the systems that are measured on a set, ours first. Embedding sixty thousand articles takes an hour: the meaning
// stage is measured on the starter city's own questions.
func systemsOf(set string) []string {
	if set == asked {
		return names
	}
	return []string{ours, plain, fts5, bm25s, tantivy}
}

// comparison are the reports of all systems on one set.
type comparison struct {
	Set     string                  `json:"set"`
	Reports map[string]*eval.Report `json:"reports"`
}

// compare measures every system on one folder, each in a process of its own.
func compare(ctx context.Context, o options, folder string) (comparison, error) {
	self, err := os.Executable()
	if err != nil {
		return comparison{}, err
	}
	c := comparison{Set: filepath.Base(folder), Reports: make(map[string]*eval.Report)}
	for _, name := range systemsOf(c.Set) {
		fmt.Fprintf(os.Stderr, "%s: %s …\n", c.Set, name)
		var out bytes.Buffer
		cmd := exec.CommandContext(ctx, self, "--one", name, "--python", o.python, "--model", o.model, folder)
		cmd.Stdout, cmd.Stderr = &out, os.Stderr
		if err := cmd.Run(); err != nil {
			if name == ours || name == plain {
				return c, fmt.Errorf("%s on %s: %w", name, folder, err)
			}
			fmt.Fprintf(os.Stderr, "%s: %s is left out: %v\n", c.Set, name, err)
			continue
		}
		r := new(eval.Report)
		if err := json.Unmarshal(out.Bytes(), r); err != nil {
			return c, fmt.Errorf("%s on %s: %w", name, folder, err)
		}
		c.Reports[name] = r
	}
	return c, nil
}

// measured is a system that holds a folder.
type measured interface {
	eval.System
	Close() error
}

// one measures one system and prints its report as JSON.
func one(ctx context.Context, o options, out io.Writer) (err error) {
	set, err := eval.ReadSet(o.folders[0])
	if err != nil {
		return err
	}
	system, err := open(o, filepath.Base(o.folders[0]))
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, system.Close()) }()
	r, err := eval.Retrieval(ctx, set, system, eval.Options{})
	if err != nil {
		return err
	}
	if child, ok := system.(interface{ PeakRSS() int64 }); ok {
		r.PeakRSSBytes = child.PeakRSS()
	}
	return json.NewEncoder(out).Encode(r)
}

func open(o options, set string) (measured, error) {
	switch o.one {
	case words:
		return openWhole(o.model, false)
	case meaning:
		return openAlone(o.model)
	case fts5:
		return peer.NewFTS5()
	case bm25s, tantivy:
		engine, _, _ := strings.Cut(o.one, "+")
		return peer.NewPython(o.python, engine)
	case ours:
		if set == asked {
			return openWhole(o.model, true)
		}
		understander, err := starterCity()
		if err != nil {
			return nil, err
		}
		return eval.NewEngine(understander, time.Now(), slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelWarn})))
	case plain:
		return peer.NewBleve()
	}
	return nil, fmt.Errorf("no system %q, only %v", o.one, names)
}

// starterCity makes the understanding of questions from the words of the starter city.
func starterCity() (*nlu.Understander, error) {
	c, problems := knowledge.LoadFS(corpus.Files)
	for _, p := range problems {
		if !p.Strict {
			return nil, errors.New(p.String())
		}
	}
	lexicon, err := nlu.ParseLexicon(knowledge.WordLists(knowledge.NewLibrary(c, time.Now(), nil).Lexicon()))
	if err != nil {
		return nil, err
	}
	return nlu.New(lexicon, nlu.Places{}, nil)
}
