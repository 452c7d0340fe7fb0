package main

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"syscall"
	"text/tabwriter"
	"time"

	"bangban"
)

// doctorCommand prints the configuration as understood and checks what the service stands on.
type doctorCommand struct{}

// lowDisk is the free space under which the doctor warns, in bytes.
const lowDisk = 500 << 20

// oldest is a day before which no clock can be right: the program is younger.
var oldest = time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)

// finding is one check: what holds, or what to do.
type finding struct{ name, state, what string }

// Run prints every value with its origin, then each check with what to do. It changes nothing.
func (doctorCommand) Run(a *app) error {
	w := tabwriter.NewWriter(a.Stdout, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "设置\t值\t来自")
	for _, s := range a.Config.Settings() {
		name := s.Name
		if name == "" {
			name = s.Env
		}
		fmt.Fprintf(w, "%s\t%s\t%s\n", name, s.Value, s.Origin)
	}
	findings := []finding{disk(a.Config.Data), clock(time.Now())}
	for _, c := range bangban.Diagnose(context.Background(), a.Config, slog.New(slog.DiscardHandler)) {
		findings = append(findings, finding{c.Name, c.State, words(c.Err, c.What)})
	}
	fmt.Fprintln(w, "\n检查\t结果\t说明")
	bad := false
	for _, f := range findings {
		fmt.Fprintf(w, "%s\t%s\t%s\n", f.name, f.state, f.what)
		bad = bad || f.state == "有问题"
	}
	if err := w.Flush(); err != nil {
		return err
	}
	if bad {
		return errReported
	}
	return nil
}

func disk(data string) finding {
	dir := data
	if _, err := os.Stat(dir); err != nil {
		dir = "."
	}
	var st syscall.Statfs_t
	if err := syscall.Statfs(dir, &st); err != nil {
		return finding{"磁盘", "有问题", "读不到磁盘余量：" + err.Error()}
	}
	free := st.Bavail * uint64(st.Bsize)
	if free < lowDisk {
		return finding{"磁盘", "有问题", fmt.Sprintf("只剩 %d MB。请清出空间，或把 --data 换到大一些的盘。", free>>20)}
	}
	return finding{"磁盘", "正常", fmt.Sprintf("还有 %d MB。", free>>20)}
}

func clock(now time.Time) finding {
	if now.Before(oldest) {
		return finding{"时钟", "有问题", "系统时间是 " + now.Format("2006-01-02 15:04") + "，不对。请校准时间，有效期和时限都靠它。"}
	}
	return finding{"时钟", "正常", now.In(time.FixedZone("CST", 8*3600)).Format("2006-01-02 15:04:05") + "（北京时间）"}
}
