// Command wechat measures the WeChat channel on the real program: how long a push takes to its passive reply with many in flight, and how many are
// handled in a second; then, with -faults, whether any question of a hundred thousand is lost or answered twice while answers are lost, pushes come
// again and out of order, and one of two nodes is killed. Start at main.
package main

import (
	"context"
	"encoding/hex"
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"bangban/answer/eval"
	"bangban/channels/wechat/simulator"
)

var (
	binary   = flag.String("serve", "bin/bangban", "the program")
	asked    = flag.String("questions", "corpus/questions/slice.tsv", "where the questions come from")
	pushes   = flag.Int("pushes", 10000, "pushes that are timed")
	inFlight = flag.Int("in-flight", 64, "pushes in flight")
	mode     = flag.String("mode", "safe", "safe or plain")
	faults   = flag.Int("faults", 0, "questions asked with faults, on two nodes; needs -postgres")
	postgres = flag.String("postgres", os.Getenv("BANGBAN_TEST_PG"), "an empty PostgreSQL database for -faults")
)

// The account of the measurement.
const (
	appID = "wx0123456789abcdef"
	token = "callbacktoken"
	key   = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
)

func main() {
	flag.Parse()
	run := speed
	if *faults > 0 {
		run = trouble
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "wechat:", err)
		os.Exit(1)
	}
}

func platform(o simulator.Options) (*simulator.Simulator, error) {
	return simulator.New(simulator.Account{AppID: appID, Secret: "secretsecretsecretsecret", Original: "gh_bangban", Token: token, AESKey: key, Mode: simulator.Mode(*mode)}, o)
}

// questions are the single-turn questions of a labelled file.
func questions() ([]string, error) {
	f, err := os.Open(*asked)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows, err := eval.ReadQuestions(f, *asked)
	if err != nil {
		return nil, err
	}
	var list []string
	for _, r := range rows {
		if len(r.Turns) == 1 && len(r.Turns[0]) < 200 {
			list = append(list, r.Turns[0])
		}
	}
	if len(list) < 100 {
		return nil, fmt.Errorf("%s holds %d questions", *asked, len(list))
	}
	return list, nil
}

// node is one running program.
type node struct {
	cmd     *exec.Cmd
	address string
}

// start runs the program on a data folder, or on a database shared with others, against a platform.
func start(data, database, base string) (*node, error) {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	n := &node{address: free.Addr().String()}
	if err := free.Close(); err != nil {
		return nil, err
	}
	n.cmd = exec.Command(*binary, "serve", "--data", data, "--listen", n.address, "--embedding", "none", "--rate-limit", "off", "--log-level", "error")
	n.cmd.Env = append(os.Environ(), "BANGBAN_WECHAT_APPID="+appID, "BANGBAN_WECHAT_SECRET=secretsecretsecretsecret", "BANGBAN_WECHAT_TOKEN="+token, "BANGBAN_WECHAT_AES_KEY="+key,
		"BANGBAN_WECHAT_MODE="+*mode, "BANGBAN_WECHAT_API_BASE="+base, "BANGBAN_DATABASE="+database, "BANGBAN_SECRET_KEY="+hex.EncodeToString(make([]byte, 32)))
	n.cmd.Stderr = os.Stderr
	n.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	if err := n.cmd.Start(); err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		if r, err := http.Get("http://" + n.address + "/readyz"); err == nil {
			_ = r.Body.Close()
			if r.StatusCode == http.StatusOK {
				return n, nil
			}
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
	n.kill()
	return nil, errors.New("the program was not ready within two minutes")
}

func (n *node) kill() {
	_ = n.cmd.Process.Kill()
	_ = n.cmd.Wait()
}

func (n *node) stop() {
	_ = n.cmd.Process.Signal(os.Interrupt)
	_ = n.cmd.Wait()
}

// resident is the memory of the process in MB.
func (n *node) resident() int {
	raw, err := os.ReadFile(filepath.Join("/proc", fmt.Sprint(n.cmd.Process.Pid), "status"))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(raw)) {
		if rest, ok := strings.CutPrefix(line, "VmRSS:"); ok {
			kb := 0
			_, _ = fmt.Sscan(rest, &kb)
			return kb >> 10
		}
	}
	return 0
}

func pick(list []string) string { return list[rand.IntN(len(list))] }
