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
	"store.in_use":      "另一个帮办正在用这个数据目录。请先结束它，或用 --data 换一个目录。",
	"store.corrupt":     "数据库文件坏了，没有改动它。请先备份这个文件，再用最近的备份恢复。",
	"store.newer":       "数据库是更新版本的帮办建的。请换用新版本的程序。",
	"store.away":        "连不上数据库。请检查地址、账号，以及数据库是不是在运行。",
	"store.full":        "磁盘满了。请清出空间后再试。",
	"store.older":       "数据库还没有建好，或是旧版本的帮办建的。请先运行一次 bangban serve，它会把数据库补到新版本。",
	"store.slow":        "数据库没有及时答复。请看它忙不忙、地址对不对，再试一次。",
	"store.conflict":    "数据刚刚被别的程序改过。请再试一次。",
	"store.read_only":   "这个命令只能读，不能写。请用 bangban serve 或 bangban import。",
	"store.closed":      "程序正在退出，这一步没有做完。请再运行一次。",
	"store.panic":       "程序出错了，没有改动数据。请把下面的内容发给维护的人。",
	"answer.not_ready":  "知识还没有载入。请先运行 bangban serve 或 bangban import。",
	"index.in_use":      "另一个帮办正在用这个数据目录里的索引。请先结束它，或用 --data 换一个目录；几台机器可以共用一个 PostgreSQL，数据目录要各用各的。",
	"index.behind":      "索引和知识不一致。请停下服务，删掉数据目录里的 index，再启动。",
	"import.twice":      "同一条内容在这次导入里写了两遍。请删掉一处再导入。",
	"laws.none":         "文件夹里没有读到一部法规，什么都没有改。法规文件怎么放，见 docs/law-library.md。",
	"revision.content":  "内容的格式不对，没有导入。请先运行 bangban check --corpus 目录 查看。",
	"revision.moved_on": "知识刚刚被别的程序改过。请再运行一次。",
	"revision.unknown":  "没有这个版本。请核对编号再试。",
	"account.taken":     "这个登录名或工号已经有人用了。请换一个，或用 bangban user list 看有哪些。",
	"region.unknown":    "没有这个地区。请写本市的区、县（市）名称或代码，比如 --region 萧山。",
	"config.secret":     "密钥不对：应当是 64 位十六进制字符。请改正 BANGBAN_SECRET_KEY；没有设置它，就把备份里的 secret.key 放回数据目录。",
}

// words puts an error into a sentence: the advice of its key, else what.
func words(err error, what string) string {
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
