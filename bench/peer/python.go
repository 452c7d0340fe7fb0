package peer

import (
	"bufio"
	"context"
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"sync"

	"bangban/answer/eval"
	"bangban/nlu"
)

//go:embed python.py
var program string

// Python is an engine of the Python world (bm25s, tantivy) over jieba's words, in a process of its own. Documents and questions are
// normalised here, as ours are. Its times hold one round trip over a pipe for each question.
type Python struct {
	engine, python string
	cmd            *exec.Cmd
	in             io.WriteCloser
	out            *bufio.Reader
	bytes, rss     int64
	mutex          sync.Mutex
}

// NewPython prepares an engine; python is the interpreter that has its packages.
func NewPython(python, engine string) (*Python, error) {
	if _, err := exec.LookPath(python); err != nil {
		return nil, fmt.Errorf("no interpreter with %s: %w", engine, err)
	}
	return &Python{engine: engine, python: python}, nil
}

// Build implements eval.System.
func (p *Python) Build(ctx context.Context, docs []eval.Document) error {
	p.cmd = exec.CommandContext(ctx, p.python, "-c", program, p.engine)
	p.cmd.Stderr = os.Stderr
	var err error
	if p.in, err = p.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := p.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	p.out = bufio.NewReaderSize(out, 1<<16)
	if err := p.cmd.Start(); err != nil {
		return err
	}
	list := make([]map[string]string, len(docs))
	for i, d := range docs {
		list[i] = map[string]string{"id": d.ID, "text": nlu.Normalise(d.Title + "\n" + d.Text)}
	}
	var built struct{ Bytes int64 }
	if err := p.turn(list, &built); err != nil {
		return fmt.Errorf("%s: %w", p.engine, err)
	}
	p.bytes = built.Bytes
	return nil
}

// turn sends one line and reads one.
func (p *Python) turn(send, into any) error {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	raw, err := json.Marshal(send)
	if err != nil {
		return err
	}
	if _, err := p.in.Write(append(raw, '\n')); err != nil {
		return err
	}
	line, err := p.out.ReadBytes('\n')
	if err != nil {
		return err
	}
	return json.Unmarshal(line, into)
}

// Search implements eval.System.
func (p *Python) Search(_ context.Context, query string, n int) ([]eval.Hit, error) {
	var found struct {
		Hits [][2]any `json:"hits"`
		RSS  int64    `json:"rss"`
	}
	if err := p.turn(map[string]any{"query": nlu.Normalise(query), "n": n}, &found); err != nil {
		return nil, err
	}
	p.mutex.Lock()
	p.rss = max(p.rss, found.RSS)
	p.mutex.Unlock()
	hits := make([]eval.Hit, 0, len(found.Hits))
	for _, h := range found.Hits {
		id, ok := h[0].(string)
		score, number := h[1].(float64)
		if !ok || !number {
			return nil, fmt.Errorf("%s answered %v", p.engine, h)
		}
		hits = append(hits, eval.Hit{ID: id, Score: score})
	}
	return hits, nil
}

// Bytes implements eval.System.
func (p *Python) Bytes() (int64, error) { return p.bytes, nil }

// PeakRSS is the most memory that the engine's own process has held.
func (p *Python) PeakRSS() int64 { return p.rss }

// Close ends the process.
func (p *Python) Close() error {
	if p.cmd == nil || p.cmd.Process == nil {
		return nil
	}
	err := p.in.Close()
	if wait := p.cmd.Wait(); wait != nil {
		err = errors.Join(err, wait)
	}
	return err
}
