// Command bangban is the city's 24-hour question answering and online help, in one program.
// Each sub-command has a file of its own here. Start at main.
package main

import (
	"errors"
	"fmt"
	"io"
	"os"
	"syscall"

	"github.com/alecthomas/kong"

	"bangban"
)

// app is what a sub-command works with.
type app struct {
	Stdin          io.Reader
	Stdout, Stderr io.Writer
	Config         *bangban.Config
}

// commands are the sub-commands, in the order of the help.
type commands struct {
	bangban.Config

	Serve   serveCommand   `cmd:"" help:"Run the whole service."`
	Ask     askCommand     `cmd:"" help:"Ask a question, or several in turns."`
	Import  importCommand  `cmd:"" help:"Publish a city's own knowledge: data files or spreadsheets."`
	Export  exportCommand  `cmd:"" help:"Write the published knowledge as data files or a workbook."`
	Eval    evalCommand    `cmd:"" help:"Measure a retrieval set, or labelled questions."`
	Check   checkCommand   `cmd:"" help:"Check the knowledge: fields, references, figures and their sources."`
	User    userCommand    `cmd:"" help:"Keep the accounts of those who work for the city."`
	WeChat  wechatCommand  `cmd:"" name:"wechat" help:"The WeChat account: its menu, and a trial without any account."`
	Doctor  doctorCommand  `cmd:"" help:"Print the configuration as understood and check database, index, disk and clock."`
	Version versionCommand `cmd:"" help:"Print the version."`
}

// errReported ends the program with status 1 when the command has said itself what is wrong.
var errReported = errors.New("reported")

func main() {
	syscall.Umask(0o077) // databases, keys and indexes are for this user alone
	os.Exit(run(os.Args[1:], os.Stdin, os.Stdout, os.Stderr, os.Getenv))
}

func run(args []string, in io.Reader, out, errs io.Writer, environ func(string) string) int {
	var c commands
	status := -1
	parser, err := kong.New(&c, kong.Name("bangban"),
		kong.Description("帮办: a city's 24-hour question answering and online help."),
		kong.Writers(out, errs), kong.UsageOnError(), kong.Exit(func(n int) { status = n }))
	if err != nil {
		fmt.Fprintln(errs, "bangban:", err)
		return 1
	}
	ctx, err := parser.Parse(args)
	if status >= 0 { // --help
		return status
	}
	if err != nil {
		fmt.Fprintf(errs, "bangban: %v\n用 bangban --help 看全部命令。\n", err)
		return 2
	}
	if err := c.Config.Load(environ); err != nil {
		fmt.Fprintln(errs, "bangban:", err)
		return 2
	}
	err = ctx.Run(&app{Stdin: in, Stdout: out, Stderr: errs, Config: &c.Config})
	switch {
	case err == nil:
		return 0
	case errors.Is(err, errReported):
		return 1
	}
	fmt.Fprintln(errs, "bangban:", words(err, ""))
	return 1
}
