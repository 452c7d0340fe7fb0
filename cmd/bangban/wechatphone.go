package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"

	"bangban/channels/wechat/simulator"
)

// phone is a follower's phone in a terminal.
type phone struct {
	*trial
	openid string
	out    io.Writer
	// watched says that somebody sits there: what comes is shown as it comes. Otherwise lines are read one after the other, each with what
	// came of it.
	watched bool

	mu      sync.Mutex
	seen    int
	choices []simulator.Choice // of the last message that had some
}

const phoneHelp = `直接打字就是发消息。其余：
  /1              点第 1 个选项                /menu           看菜单；/menu 2.1 点第二栏第一个
  /follow [场景]  关注，或者扫码关注           /unfollow       取消关注
  /scan 场景      扫码，如 guide:事项编号      /place 西湖区   发位置
  /voice 文件     发语音（AMR）                /image 文件     发图片
  /file 文件      发文件                       /wait 50h       拨快时钟，看过期以后怎样
  /window         还能主动收几条               /quit           结束
`

// chat reads what the follower does, line by line.
func (t *trial) chat(ctx context.Context, a *app, as string) error {
	p := &phone{trial: t, openid: as, out: a.Stdout, watched: terminal(a.Stdout) && interactive(a.Stdin)}
	if p.openid == "" {
		p.openid = "o" + drawn(12)
	}
	fmt.Fprintf(p.out, "模拟的微信：%s　服务：%s　关注者：%s\n回调已通过验证，菜单已推送。签名、加密、五秒、48 小时、条数都和真的一样。\n", t.sim.URL(), t.site, p.openid)
	if t.city != nil {
		fmt.Fprintf(p.out, "当坐席：打开 %s/staff，账号 operator，一次性密码 %s。日志在 %s。\n", t.site, t.city.FirstPassword, t.log)
	}
	fmt.Fprint(p.out, phoneHelp, "\n先关注：/follow\n")
	ctx, stop := context.WithCancel(ctx)
	var watcher sync.WaitGroup
	defer watcher.Wait()
	defer stop()
	if p.watched {
		watcher.Go(func() { p.watch(ctx) })
	}
	lines := make(chan string)
	go func() { // it ends with the input, or with the program
		defer close(lines)
		for in := bufio.NewScanner(a.Stdin); in.Scan(); {
			select {
			case lines <- in.Text():
			case <-ctx.Done():
				return
			}
		}
	}()
	for {
		p.prompt()
		select {
		case <-ctx.Done():
			return nil
		case line, more := <-lines:
			line = strings.TrimSpace(line)
			if !more || line == "/quit" {
				return nil
			}
			if line != "" {
				p.do(ctx, line)
			}
		}
	}
}

// interactive reports whether somebody types.
func interactive(in io.Reader) bool {
	f, ok := in.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

func (p *phone) prompt() {
	if p.watched {
		fmt.Fprint(p.out, "我：")
	}
}

// note says something that is not of the phone.
func (p *phone) note(format string, args ...any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	fmt.Fprintf(p.out, "（"+format+"）\n", args...)
}

// do is one line of the follower.
func (p *phone) do(ctx context.Context, line string) {
	if !p.watched {
		fmt.Fprintln(p.out, "我："+line)
	}
	before := len(p.sim.Shown(p.openid))
	if !strings.HasPrefix(line, "/") {
		p.sent(ctx, p.sim.Say(p.openid, line), before)
		return
	}
	name, rest, _ := strings.Cut(strings.TrimPrefix(line, "/"), " ")
	rest = strings.TrimSpace(rest)
	if n, err := strconv.Atoi(name); err == nil {
		p.choose(ctx, n, before)
		return
	}
	switch name {
	case "follow":
		p.sent(ctx, p.sim.Follow(p.openid, rest), before)
	case "unfollow":
		p.sent(ctx, p.sim.Unfollow(p.openid), before)
	case "scan":
		p.sent(ctx, p.sim.Scan(p.openid, rest), before)
	case "place":
		p.sent(ctx, p.sim.Location(p.openid, 30.2741, 120.1551, rest), before)
	case "voice", "image", "file":
		p.upload(ctx, name, rest, before)
	case "menu":
		p.menu(ctx, rest, before)
	case "wait":
		p.wait(rest)
	case "window":
		n, until := p.sim.Allowance(p.openid)
		if n == 0 {
			p.note("不能主动发：窗口已过或条数用完，要等您再发一条")
			return
		}
		p.note("还能主动收 %d 条，到 %s 为止", n, until.In(bangbanZone).Format("1月2日 15:04"))
	default:
		fmt.Fprint(p.out, phoneHelp)
	}
}

// sent shows what came of a push.
func (p *phone) sent(ctx context.Context, o simulator.Outcome, before int) {
	switch o.Ending {
	case simulator.Unsent:
		p.note("没有发出：您还没有关注，先 /follow")
	case simulator.Wrong, simulator.Unanswered:
		p.note("服务没有好好答复：%s", o.Why)
	}
	if p.watched {
		return
	}
	if o.Ending == simulator.Acknowledged && o.MsgID != 0 { // the answer may come by itself
		ctx, cancel := context.WithTimeout(ctx, lateAnswer)
		defer cancel()
		_, _ = p.sim.Wait(ctx, p.openid, func(list []simulator.Shown) bool { return len(list) > before }) // with a person in the talk none comes
	}
	p.show()
}

// lateAnswer is how long the answer to a line is waited for when nobody sits there.
const lateAnswer = 5 * time.Second

// choose taps an option.
func (p *phone) choose(ctx context.Context, n, before int) {
	p.mu.Lock()
	choices := p.choices
	p.mu.Unlock()
	if n < 1 || n > len(choices) {
		p.note("没有第 %d 个选项", n)
		return
	}
	p.sent(ctx, p.sim.TapChoice(p.openid, choices[n-1].ID, choices[n-1].Content), before)
}

func (p *phone) upload(ctx context.Context, kind, path string, before int) {
	data, err := os.ReadFile(path)
	if err != nil {
		p.note("读不到这个文件：%v", err)
		return
	}
	switch kind {
	case "voice":
		p.sent(ctx, p.sim.Voice(p.openid, data), before)
	case "image":
		p.sent(ctx, p.sim.Image(p.openid, data), before)
	default:
		p.sent(ctx, p.sim.Compose(p.openid, simulator.MessageOf("file").With("Title", path).With("FileTotalLen", strconv.Itoa(len(data)))).Send(), before)
	}
}

// menu lists the menu, or taps an entry such as 2.1.
func (p *phone) menu(ctx context.Context, at string, before int) {
	for i, top := range p.sim.Menu() {
		list := top.Sub
		if len(list) == 0 {
			list = []simulator.Button{top}
		}
		if at == "" {
			fmt.Fprintf(p.out, "  %s", top.Name)
		}
		for j, b := range list {
			number := fmt.Sprintf("%d.%d", i+1, j+1)
			switch {
			case at == "":
				fmt.Fprintf(p.out, "　%s %s", number, b.Name)
			case at == number && b.Type == "view":
				p.note("打开网页 %s", b.URL)
				p.sent(ctx, p.sim.View(p.openid, b.URL), before)
				return
			case at == number:
				p.sent(ctx, p.sim.Tap(p.openid, b.Key), before)
				return
			}
		}
		if at == "" {
			fmt.Fprintln(p.out)
		}
	}
	if at != "" {
		p.note("菜单里没有 %s", at)
	}
}

// wait moves the clock of platform and channel.
func (p *phone) wait(span string) {
	d, err := time.ParseDuration(span)
	switch {
	case err != nil || d <= 0:
		p.note("写成 /wait 30m 或 /wait 50h")
	case p.clock == nil:
		p.note("连着正在运行的服务，不能拨它的时钟")
	default:
		p.clock.wait(d)
		p.note("过了 %s，现在是 %s", d, p.clock.now().In(bangbanZone).Format("1月2日 15:04"))
	}
}

var bangbanZone = time.FixedZone("Asia/Shanghai", 8*60*60)

// watch shows what comes until ctx ends.
func (p *phone) watch(ctx context.Context) {
	for ctx.Err() == nil {
		p.mu.Lock()
		seen := p.seen
		p.mu.Unlock()
		if p.sim.Until(ctx, func() bool { return len(p.sim.Shown(p.openid)) > seen }) != nil {
			return
		}
		fmt.Fprintln(p.out)
		p.show()
		p.prompt()
	}
}

// show prints what is new on the phone.
func (p *phone) show() {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := p.sim.Shown(p.openid)
	for _, m := range list[min(p.seen, len(list)):] {
		p.print(&m)
	}
	p.seen = len(list)
}

// ways name how a message came.
var ways = map[simulator.Way]string{simulator.Passive: "", simulator.Custom: "，客服消息", simulator.Notice: "，模板消息", simulator.Subscription: "，订阅通知", simulator.Platform: "，微信自己说的"}

var (
	tapLink  = regexp.MustCompile(`<a href="weixin://bizmsgmenu\?[^"]*">([^<]*)</a>`)
	pageLink = regexp.MustCompile(`<a href="([^"]*)">([^<]*)</a>`)
)

// print writes one message; the caller holds mu.
func (p *phone) print(m *simulator.Shown) {
	label := ""
	if m.AI {
		label = "，AI"
	}
	fmt.Fprintf(p.out, "帮办（%s%s%s）：\n", m.At.In(bangbanZone).Format("15:04"), ways[m.Way], label)
	text, n := m.Text, 0
	text = tapLink.ReplaceAllStringFunc(text, func(link string) string {
		n++
		return fmt.Sprintf("/%d %s", n, tapLink.FindStringSubmatch(link)[1])
	})
	text = pageLink.ReplaceAllString(text, "$2 → $1")
	for _, article := range m.Articles {
		text += article.Title + "\n" + article.Description + "\n→ " + article.URL
	}
	if m.Media != "" {
		text += fmt.Sprintf("［%s，%d 字节］", map[string]string{"image": "图片", "voice": "语音", "video": "视频"}[m.Kind], len(p.sim.Media(m.Media)))
	}
	if m.Link != "" {
		text += "\n→ " + m.Link
	}
	fmt.Fprintln(p.out, "  "+strings.ReplaceAll(strings.TrimSpace(text), "\n", "\n  "))
	if len(m.Choices) > 0 {
		p.choices = m.Choices
	}
}
