package index

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"bangban/knowledge"
	"bangban/nlu"
)

// vocabulary are words that texts of the city are made of, the frequent ones first.
var vocabulary = strings.Fields(`申请 办理 登记 证明 材料 户口 身份 居民 公安 派出 机关 应当 规定 人员 单位 社会 保险 医疗 养老 工伤 失业 生育 待遇 缴费
年限 退休 职工 公积 贷款 住房 提取 租房 买房 还贷 合同 劳动 工资 加班 仲裁 调解 法院 律师 援助 公证 遗嘱 继承 房产 不动 产权 过户 车辆 驾驶 违章
处罚 罚款 年检 上牌 号牌 护照 港澳 台湾 签注 出境 入境 外国 居留 签证 结婚 离婚 收养 出生 死亡 殡葬 低保 救助 残疾 老年 优待 补贴 津贴 教育 入学
学校 学籍 高考 幼儿 义务 企业 公司 个体 工商 营业 执照 注册 注销 变更 法人 股东 税务 发票 纳税 申报 个税 减免 食品 餐饮 卫生 许可 消防 安全 检查
环境 噪声 垃圾 分类 城管 占道 停车 燃气 用水 用电 供热 物业 业主 维修 电梯 装修 绿化 公园 图书 体育 旅游 文化 广告 网络 诈骗 隐私 信息 公开 复议
信访 投诉 举报 建议 表扬 热线 窗口 预约 排队 邮寄 快递 网上 手机 电子 档案 人才 落户 就业 创业 培训 职称 资格 考试 报名 成绩 证书 查询 打印 补办`)

// texts makes entries of about 250 characters whose words are as uneven as those of real texts.
func texts(n int) []*knowledge.Document {
	r := rand.New(rand.NewPCG(1, 2))
	zipf := rand.NewZipf(r, 1.1, 8, uint64(len(vocabulary)-1))
	words := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteString(vocabulary[zipf.Uint64()])
			if r.IntN(4) == 0 {
				b.WriteRune(rune(0x4e00 + r.IntN(6000)))
			}
		}
		return b.String()
	}
	docs := make([]*knowledge.Document, n)
	for i := range docs {
		docs[i] = &knowledge.Document{
			ID: fmt.Sprintf("entry-%06d", i), Kind: knowledge.KindItem,
			Titles: []string{words(5), words(3), words(4)}, Body: words(105),
		}
	}
	return docs
}

// questions are asked of texts.
func questions() []*nlu.Understanding {
	r := rand.New(rand.NewPCG(3, 4))
	out := make([]*nlu.Understanding, 200)
	for i := range out {
		text := "请问" + vocabulary[r.IntN(len(vocabulary))] + vocabulary[r.IntN(40)] + "怎么" + vocabulary[r.IntN(len(vocabulary))] + "要什么材料"
		normal := nlu.Normalise(text)
		out[i] = &nlu.Understanding{Raw: text, Normal: normal, Core: normal, Readable: true}
	}
	return out
}

// BenchmarkGrowth asks indexes of growing size, every entry scored in memory, and with bleve's candidates.
func BenchmarkGrowth(b *testing.B) {
	lexicon, err := nlu.ParseLexicon(nil)
	must(b, err)
	u, err := nlu.New(lexicon, nlu.Places{}, nil)
	must(b, err)
	asked := questions()
	for _, n := range []int{1_000, 10_000, 100_000} {
		docs := texts(n)
		ix, err := Open(b.TempDir(), u, slog.New(slog.DiscardHandler))
		must(b, err)
		start := time.Now()
		must(b, ix.Apply(context.Background(), docs, "1", 1))
		rate := float64(n) / time.Since(start).Seconds()
		for _, way := range []struct {
			name       string
			exhaustive int
		}{{"memory", n}, {"bleve", 0}} {
			b.Run(fmt.Sprintf("entries=%d/%s", n, way.name), func(b *testing.B) {
				ix.current.Load().exhaustive = way.exhaustive
				took := make([]time.Duration, 0, b.N)
				b.ResetTimer()
				for i := range b.N {
					begin := time.Now()
					_, err := ix.Search(context.Background(), knowledge.Query{Understanding: asked[i%len(asked)]})
					took = append(took, time.Since(begin))
					must(b, err)
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
				b.ReportMetric(rate, "docs/s")
				b.ReportMetric(heap(), "heap-MB")
			})
		}
		must(b, ix.Close())
	}
}

func heap() float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc) / (1 << 20)
}
