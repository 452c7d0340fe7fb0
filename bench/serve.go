package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"text/tabwriter"
	"time"

	"bangban/answer/eval"
	"bangban/bench/program"
)

// serve starts the real program over the starter city and asks it over HTTP by 1, 8 and 64 clients: the time of an answer, kept on disk
// before it is given, the memory, and the time from the start to the first answer with the database in place.
func serve(ctx context.Context, o options, out io.Writer) (err error) {
	data, err := os.MkdirTemp("", "bangban-bench-serve-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(data)
	if model, err := filepath.Abs(o.model); err == nil {
		if _, err := os.Stat(model); err == nil {
			if err := os.MkdirAll(filepath.Join(data, "model"), 0o700); err != nil {
				return err
			}
			if err := os.Symlink(model, filepath.Join(data, "model", filepath.Base(model))); err != nil {
				return err
			}
		}
	}
	p := asker{&program.Program{Binary: o.serve, Data: data}}
	if err := p.Start(ctx); err != nil { // makes the database, and the vectors
		return err
	}
	defer func() { err = errors.Join(err, p.Stop()) }()
	if err := p.Ready(ctx); err != nil {
		return err
	}
	if err := p.Stop(); err != nil {
		return err
	}
	begin := time.Now()
	if err := p.Start(ctx); err != nil {
		return err
	}
	if err := p.ask(ctx, "身份证丢了怎么办"); err != nil {
		return err
	}
	first := time.Since(begin)
	if err := p.Ready(ctx); err != nil {
		return err
	}
	questions, err := singles(o.questions)
	if err != nil {
		return err
	}
	w := tabwriter.NewWriter(out, 0, 4, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "clients\tasks\tp50 ms\tp99 ms\tasks/s\tRSS MB\t")
	for _, clients := range []int{1, 8, 64} {
		took, all, err := p.load(ctx, questions, clients)
		if err != nil {
			return err
		}
		fmt.Fprintf(w, "%d\t%d\t%.1f\t%.1f\t%.0f\t%.0f\t\n", clients, len(took), millis(took[len(took)/2]), millis(took[len(took)*99/100]),
			float64(len(took))/all.Seconds(), float64(p.Resident())/(1<<20))
	}
	fmt.Fprintf(w, "database in place → first answer\t%.2f s\t\n", first.Seconds())
	return w.Flush()
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// singles are the single questions of the labelled files.
func singles(dir string) ([]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.tsv"))
	if err != nil {
		return nil, err
	}
	var out []string
	for _, name := range files {
		rows, err := readRows(name)
		if err != nil {
			return nil, err
		}
		for _, r := range eval.Tuning.Of(rows) {
			if len(r.Turns) == 1 {
				out = append(out, r.Turns[0])
			}
		}
	}
	return out, nil
}

// asker asks a running program.
type asker struct{ *program.Program }

// ask asks one question in a talk of its own.
func (p asker) ask(ctx context.Context, text string) error {
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		return err
	}
	q, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+p.Address+"/api/v1/ask", bytes.NewReader(body))
	if err != nil {
		return err
	}
	q.Header.Set("Content-Type", "application/json")
	r, err := http.DefaultClient.Do(q)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, r.Body)
	if err = errors.Join(err, r.Body.Close()); err == nil && r.StatusCode/100 != 2 {
		err = fmt.Errorf("asked %q: %s", text, r.Status)
	}
	return err
}

// load asks for some seconds by so many clients, each question in a talk of its own; the times are sorted.
func (p asker) load(ctx context.Context, questions []string, clients int) ([]time.Duration, time.Duration, error) {
	const lasting = 10 * time.Second
	http.DefaultTransport.(*http.Transport).MaxIdleConnsPerHost = clients
	var (
		mutex sync.Mutex
		took  []time.Duration
		fault error
		wg    sync.WaitGroup
		next  int
	)
	begin := time.Now()
	for range clients {
		wg.Go(func() {
			for time.Since(begin) < lasting {
				mutex.Lock()
				text, stop := questions[next%len(questions)], fault != nil
				next++
				mutex.Unlock()
				if stop {
					return
				}
				start := time.Now()
				err := p.ask(ctx, text)
				mutex.Lock()
				took, fault = append(took, time.Since(start)), errors.Join(fault, err)
				mutex.Unlock()
			}
		})
	}
	wg.Wait()
	slices.Sort(took)
	return took, time.Since(begin), fault
}

// resident is the memory that the program holds now, in megabytes; 0 where the system does not tell.
