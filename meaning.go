package bangban

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"bangban/answer"
	"bangban/knowledge/semantic"
)

// ModelFile is where the model lies in the data folder; scripts/model puts it there.
const ModelFile = "model/e5-small-q4.bin"

// vectorsFile keeps what the model made of the entries' names.
const vectorsFile = "vectors.bin"

// embedding is the parsed --embedding.
type embedding struct {
	path     string // of the local model
	url      string // of an endpoint
	optional bool   // the local model may be missing
}

// embedding reads the setting.
func (c *Config) embedding() (embedding, error) {
	switch path, local := strings.CutPrefix(c.Embedding, "e5:"); {
	case c.Embedding == "none":
		return embedding{}, nil
	case c.Embedding == "auto":
		return embedding{path: filepath.Join(c.Data, ModelFile), optional: true}, nil
	case local && path != "":
		return embedding{path: path}, nil
	case strings.HasPrefix(c.Embedding, "http://"), strings.HasPrefix(c.Embedding, "https://"):
		_, err := semantic.NewEndpoint(semantic.EndpointConfig{URL: c.Embedding})
		if err == nil && c.EmbeddingModel == "" {
			err = errors.New("name its model in --embedding-model")
		}
		if err != nil {
			return embedding{}, fmt.Errorf("--embedding: %w", err)
		}
		return embedding{url: c.Embedding}, nil
	}
	return embedding{}, fmt.Errorf("--embedding: %q is none of auto, none, e5:FILE, an address that begins with http:// or https://", c.Embedding)
}

// embedder opens what makes vectors; nil when there is none, which is no error where it may be missing.
func (c *Config) embedder() (e semantic.Embedder, closer func() error, err error) {
	set, err := c.embedding()
	if err != nil {
		return nil, nil, err
	}
	switch {
	case set.url != "":
		e, err := semantic.NewEndpoint(semantic.EndpointConfig{URL: set.url, Model: c.EmbeddingModel, Key: c.EmbeddingKey})
		if err != nil {
			return nil, nil, err
		}
		return e, nil, nil
	case set.path == "":
		return nil, nil, nil
	}
	local, err := semantic.OpenLocal(set.path)
	switch {
	case err == nil:
		return local, local.Close, nil
	case set.optional && errors.Is(err, fs.ErrNotExist):
		return nil, nil, nil
	}
	return nil, nil, err
}

// openMeaning opens the meaning stage. One that can't be opened is no reason not to serve: words alone answer.
func (c *City) openMeaning(kept func(path string, log *slog.Logger) *semantic.Vectors, o semantic.Options) {
	e, closer, err := c.cfg.embedder()
	if err != nil {
		c.log.Error("no meaning stage, words alone answer", "cause", err)
		return
	}
	if e == nil {
		c.log.Info("no meaning stage, words alone answer", "embedding", c.cfg.Embedding)
		return
	}
	vectors := kept(filepath.Join(c.cfg.Data, vectorsFile), c.log)
	c.closers = append(c.closers, vectors.Close)
	if closer != nil {
		c.closers = append(c.closers, closer)
	}
	c.Meaning = semantic.New(e, vectors, c.log, o)
}

// Embed makes the vectors of every entry now, on all cores, and lets the questions' be kept too: for measuring, where waiting is
// better than answering by words alone. It does nothing where there is no meaning stage.
func (c *City) Embed(ctx context.Context, progress func(done, total int)) error {
	if c.Meaning == nil {
		return nil
	}
	if err := os.MkdirAll(c.cfg.Data, 0o700); err != nil {
		return fmt.Errorf("make the data folder: %w", err)
	}
	c.openMeaning(semantic.OpenVectors, semantic.Options{KeepQuestions: true})
	k := *c.current.Load()
	c.meet(&k)
	c.current.Store(&k)
	return c.Meaning.Fill(ctx, runtime.GOMAXPROCS(0), progress)
}

// meet tells the meaning stage the entries of k, and k of the stage.
func (c *City) meet(k *answer.Knowledge) {
	if c.Meaning != nil {
		c.Meaning.Apply(k.Library.Documents())
		k.Meaning = c.Meaning
	}
}

// meaningState says in a word how far the meaning stage is, for /readyz.
func (c *City) meaningState() string {
	if c.Meaning == nil {
		return "off"
	}
	done, total := c.Meaning.Progress()
	if done < total {
		return fmt.Sprintf("building %d of %d", done, total)
	}
	return "ok"
}

// wordsAlone says what is lost without meaning.
const wordsAlone = "只按字词找答案：说法和条目差得远的问题会多一些答不上来。"

// diagnoseMeaning looks at the meaning stage; entries are asked of the vectors that are kept, nothing is made.
func (c *City) diagnoseMeaning() Finding {
	const name = "语义"
	set, err := c.cfg.embedding()
	if err != nil {
		return Finding{Name: name, State: "有问题", Err: err}
	}
	c.openMeaning(semantic.ReadVectors, semantic.Options{})
	switch {
	case c.Meaning == nil && set == embedding{}:
		return Finding{Name: name, State: "正常", What: "没有用（--embedding none）。" + wordsAlone}
	case c.Meaning == nil && set.optional && missing(set.path):
		return Finding{Name: name, State: "正常", What: fmt.Sprintf("没有模型文件 %s。%s联网后运行 scripts/model 可以装上。", set.path, wordsAlone)}
	case c.Meaning == nil:
		_, _, err := c.cfg.embedder()
		return Finding{Name: name, State: "有问题", What: fmt.Sprintf("打不开语义模型，%s请检查文件，或删掉后运行 scripts/model 重装。原因：%v", wordsAlone, err)}
	}
	if c.Knowledge == nil {
		return Finding{Name: name, State: "正常", What: c.Meaning.Name() + "，能打开。"}
	}
	c.Meaning.Apply(c.Knowledge.Current().Documents())
	whole, total := c.Meaning.Entries()
	what := fmt.Sprintf("%s，%d 条中 %d 条已算好。", c.Meaning.Name(), total, whole)
	if whole < total {
		what += "其余的在服务运行时补算，算好之前" + wordsAlone
	}
	return Finding{Name: name, State: "正常", What: what}
}

func missing(path string) bool {
	_, err := os.Stat(path)
	return errors.Is(err, fs.ErrNotExist)
}
