package store_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"bangban/conversation"
	"bangban/conversation/message"
	"bangban/store/storetest"
)

// still answers at once and remembers little: what is measured is the keeping.
type still struct{ reply message.Reply }

func (s still) Answer(context.Context, message.Question, message.Context) (message.Reply, message.Context, error) {
	return s.reply, message.Context{Entry: "id-card-replace", Kind: message.Answer}, nil
}

var usual = still{message.Reply{Kind: message.Answer, Text: "身份证丢了，带户口簿到就近派出所补领，20 元，60 日内领证。", Voice: "带户口簿到就近派出所补领。",
	Card: &message.Card{Title: "居民身份证补领", Conclusion: "带户口簿到就近派出所补领", Steps: []string{"带户口簿", "拍照按指纹", "60 日内领证"}}, Confidence: .93,
	Citations: []message.Citation{{EntryID: "id-card-replace", Title: "居民身份证补领", Issuer: "杭州市公安局", Revision: 1,
		Basis: []message.Basis{{Title: "中华人民共和国居民身份证法", Article: "第十二条"}}}}}}

// BenchmarkReceive is one turn through conversation.Receive, durable: the reply comes back after the fsync. Each caller has its own
// talk, opened anew every 20 turns.
func BenchmarkReceive(b *testing.B) {
	for name, source := range map[string]func(testing.TB) string{"sqlite": storetest.SQLite, "postgres": storetest.Postgres} {
		for _, callers := range []int{1, 8, 32} {
			b.Run(fmt.Sprintf("%s/callers-%d", name, callers), func(b *testing.B) {
				c := conversation.New(storetest.Open(b, source(b)).Conversations(), usual, conversation.Config{Log: quiet})
				var wg sync.WaitGroup
				var next atomic.Int64
				took := make([]time.Duration, b.N)
				b.ResetTimer()
				for range callers {
					wg.Go(func() {
						var in message.Inbound
						for n := 0; ; n++ {
							i := next.Add(1) - 1
							if i >= int64(b.N) {
								return
							}
							if n%20 == 0 {
								in = message.Inbound{}
							}
							in.Text, in.Key = "身份证丢了咋补啊", fmt.Sprint("key", i)
							start := time.Now()
							r, err := c.Receive(context.Background(), in)
							if err != nil || !r.Kept {
								b.Errorf("%+v, %v", r, err)
								return
							}
							took[i] = time.Since(start)
							if r.Token != "" {
								in.ConversationID, in.Token = r.ConversationID, r.Token
							}
						}
					})
				}
				wg.Wait()
				b.StopTimer()
				slices.Sort(took)
				b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "turns/s")
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
			})
		}
	}
}
