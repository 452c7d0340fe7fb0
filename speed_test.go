package bangban_test

import (
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bangban"
	"bangban/conversation/message"
)

// everyday are questions as they come in, for measuring: short, with attributes, misspelt, not ours.
var everyday = []string{
	"身份证丢了咋补啊", "居住证要带什么材料", "护照多少钱", "公积金租房一年能提多少", "离婚冷静期是多久", "驾照到期了怎么换", "过户",
	"小孩上户口要啥", "失业金能领多久", "低保怎么申请", "社保电话是多少", "量子计算机怎么造", "我想给家里老人办高龄津贴，需要去哪里办理，带什么东西",
	"电动车上牌在哪办", "狗证怎么办", "医保异地就医要不要备案", "结婚登记要预约吗", "新车上牌流程", "工伤认定多久出结果", "二手车过户要什么手续",
}

// latencies collects durations from several goroutines and reports percentiles.
type latencies struct {
	mu  sync.Mutex
	all []time.Duration
}

func (l *latencies) add(own []time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.all = append(l.all, own...)
}

func (l *latencies) report(b *testing.B) {
	if len(l.all) == 0 {
		return
	}
	slices.Sort(l.all)
	b.ReportMetric(float64(l.all[len(l.all)/2].Microseconds())/1000, "p50-ms")
	b.ReportMetric(float64(l.all[len(l.all)*99/100].Microseconds())/1000, "p99-ms")
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "asks/s")
}

// BenchmarkAnswer asks the engine in process, over the starter city, words alone, on every core.
func BenchmarkAnswer(b *testing.B) {
	city := open(b)
	var next atomic.Int64
	var l latencies
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var own []time.Duration
		for pb.Next() {
			q := message.Question{Text: everyday[int(next.Add(1))%len(everyday)], Now: goldenTime.UnixMicro()}
			start := time.Now()
			if _, _, err := city.Engine.Answer(b.Context(), q, message.Context{}); err != nil {
				b.Error(err)
				return
			}
			own = append(own, time.Since(start))
		}
		l.add(own)
	})
	l.report(b)
}

// BenchmarkReceive asks through a conversation on SQLite: each turn is on disk before it is answered. 32 citizens talk at once.
func BenchmarkReceive(b *testing.B) {
	cfg := bangban.Config{Data: b.TempDir()}
	if err := cfg.Load(func(string) string { return "" }); err != nil {
		b.Fatal(err)
	}
	city, err := bangban.Open(b.Context(), &cfg, slog.New(slog.DiscardHandler), nil)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		if err := city.Close(); err != nil {
			b.Error(err)
		}
	})
	var next atomic.Int64
	var l latencies
	b.SetParallelism(16)
	b.ResetTimer()
	b.RunParallel(func(pb *testing.PB) {
		var own []time.Duration
		for pb.Next() {
			in := message.Inbound{Channel: message.API, Text: everyday[int(next.Add(1))%len(everyday)]}
			start := time.Now()
			if _, err := city.Conversation.Receive(b.Context(), in); err != nil {
				b.Error(err)
				return
			}
			own = append(own, time.Since(start))
		}
		l.add(own)
	})
	l.report(b)
}

// BenchmarkOpen opens the service with its database in place, up to the first answer.
func BenchmarkOpen(b *testing.B) {
	cfg := bangban.Config{Data: b.TempDir()}
	if err := cfg.Load(func(string) string { return "" }); err != nil {
		b.Fatal(err)
	}
	for i := range b.N + 1 {
		if i == 1 { // the first one makes the database
			b.ResetTimer()
		}
		city, err := bangban.Open(b.Context(), &cfg, slog.New(slog.DiscardHandler), nil)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := city.Conversation.Receive(b.Context(), message.Inbound{Channel: message.API, Text: everyday[0]}); err != nil {
			b.Fatal(err)
		}
		if err := city.Close(); err != nil {
			b.Fatal(err)
		}
	}
}
