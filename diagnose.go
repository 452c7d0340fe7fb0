package bangban

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"

	"bangban/kernel/fault"
	"bangban/store"
)

// Finding is one named check of `bangban doctor`: State is 正常 or 有问题, What says what holds or what to do, Err what went wrong.
type Finding struct {
	Name, State, What string
	Err               error
}

// Diagnose looks at what the service stands on, without changing it: it opens the database read only.
func Diagnose(ctx context.Context, cfg *Config, log *slog.Logger) []Finding {
	c := &City{cfg: cfg, log: log}
	defer c.Close()
	if cfg.Database == "" {
		if _, err := os.Stat(filepath.Join(cfg.Data, "bangban.db")); errors.Is(err, os.ErrNotExist) {
			return append([]Finding{{Name: "数据库", State: "正常", What: "还没有。第一次运行 bangban serve 时会建立。"}, c.diagnoseMeaning()}, beside(ctx, cfg, log)...)
		}
	}
	if err := c.openKnowledge(ctx, store.Options{Log: log, ReadOnly: true}); err != nil {
		return []Finding{{Name: "数据库", State: "有问题", Err: err}}
	}
	out := []Finding{{Name: "数据库", State: "正常", What: c.Store.Dialect() + "，能打开。"}}
	if seq, _, err := c.Store.Verify(ctx); err != nil {
		out = append(out, Finding{Name: "事件", State: "有问题", Err: err})
	} else {
		out = append(out, Finding{Name: "事件", State: "正常", What: fmt.Sprintf("%d 条，前后相接，没有改动过。", seq)})
	}
	lib := c.Knowledge.Current()
	if len(lib.Items()) == 0 {
		out = append(out, Finding{Name: "知识", State: "有问题", What: "一件事项也没有。请运行 bangban import 目录，或启动一次服务载入示范城市。"})
	} else {
		out = append(out, Finding{Name: "知识", State: "正常", What: fmt.Sprintf("事项 %d，问答 %d，版本 %s。", len(lib.Items()), len(lib.FAQs()), lib.Version())})
	}
	return append(append(out, c.diagnoseIndex(ctx), c.diagnoseMeaning()), beside(ctx, cfg, log)...)
}

// beside looks at what the service reaches over the network.
func beside(ctx context.Context, cfg *Config, log *slog.Logger) []Finding {
	return append(diagnoseSpeech(ctx, cfg, log), diagnoseWeChat(ctx, cfg)...)
}

// diagnoseIndex builds the index afresh beside the real one, which a running service holds.
func (c *City) diagnoseIndex(ctx context.Context) Finding {
	if err := c.useScratch(ctx, c.Knowledge.Current()); err != nil {
		return Finding{Name: "索引", State: "有问题", Err: err}
	}
	if err := inStep(c.current.Load()); err != nil {
		return Finding{Name: "索引", State: "有问题", Err: fault.Wrap(fault.Internal, "index.behind", err)}
	}
	where := filepath.Join(c.cfg.Data, "index")
	if _, err := os.Stat(where); err != nil {
		return Finding{Name: "索引", State: "正常", What: "还没有，启动时会建立。"}
	}
	return Finding{Name: "索引", State: "正常", What: fmt.Sprintf("%d 条能建成；坏了可以删掉 %s，启动时会重建。", c.index.Len(), where)}
}
