package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"bangban/kernel/fault"
)

// advice says in Chinese what went wrong and what to do, by the key of a fault.
var advice = map[string]string{
	"store.in_use":     "另一个帮办正在用这个数据目录。请先结束它，或用 --data 换一个目录。",
	"store.corrupt":    "数据库文件坏了，没有改动它。请先备份这个文件，再用最近的备份恢复。",
	"store.newer":      "数据库是更新版本的帮办建的。请换用新版本的程序。",
	"store.away":       "连不上数据库。请检查地址、账号，以及数据库是不是在运行。",
	"store.full":       "磁盘满了。请清出空间后再试。",
	"answer.not_ready": "知识还没有载入。请先运行 bangban serve 或 bangban import。",
}

// words puts an error into a sentence: the advice of its key, else what.
func (a *app) words(err error, what string) string {
	var f *fault.Error
	if errors.As(err, &f) {
		if s, ok := advice[f.Key]; ok {
			if f.Cause != nil {
				return s + "（" + f.Cause.Error() + "）"
			}
			return s
		}
	}
	if err != nil {
		return what + err.Error()
	}
	return what
}

// explain returns err with its advice in front; nil stays nil.
func (a *app) explain(err error) error {
	if err == nil {
		return nil
	}
	if s := a.words(err, ""); s != err.Error() {
		return errors.New(s)
	}
	return err
}

// progress returns a function that shows how far a long step is, on one line of standard error; where nobody watches (a file, a
// pipe), only the end is written.
func (a *app) progress() func(step string, done, total int) {
	watched := terminal(a.Stderr)
	return func(step string, done, total int) {
		if total <= 0 || !watched && done < total {
			return
		}
		const width = 24
		filled := done * width / total
		bar := make([]rune, width)
		for i := range bar {
			bar[i] = '·'
			if i < filled {
				bar[i] = '█'
			}
		}
		fmt.Fprintf(a.Stderr, "\r%s %s %d/%d", step, string(bar), done, total)
		if done >= total {
			fmt.Fprintln(a.Stderr)
		}
	}
}

// terminal reports whether w is a terminal.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
