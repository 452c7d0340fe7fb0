// Command wechat measures the WeChat channel on the real program: how long a push takes to its passive reply with many in flight, and how many are
// handled in a second; then, with -faults, whether any question of a hundred thousand is lost or answered twice while answers are lost, pushes come
// again and out of order, and one of two nodes is killed. Start at main.
package main

import (
	"context"
	"encoding/hex"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"os/signal"

	"bangban/answer/eval"
	"bangban/bench/program"
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
	ctx, cancel := signal.NotifyContext(context.Background(), os.Interrupt)
	defer cancel()
	run := speed
	if *faults > 0 {
		run = trouble
	}
	if err := run(ctx); err != nil {
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

// newNode is a program on a data folder, or on a database shared with others, against a platform.
func newNode(data, database, base string) *program.Program {
	return &program.Program{Binary: *binary, Data: data, Flags: []string{"--embedding", "none"}, Env: []string{"BANGBAN_WECHAT_APPID=" + appID,
		"BANGBAN_WECHAT_SECRET=secretsecretsecretsecret", "BANGBAN_WECHAT_TOKEN=" + token, "BANGBAN_WECHAT_AES_KEY=" + key, "BANGBAN_WECHAT_MODE=" + *mode,
		"BANGBAN_WECHAT_API_BASE=" + base, "BANGBAN_DATABASE=" + database, "BANGBAN_SECRET_KEY=" + hex.EncodeToString(make([]byte, 32))}}
}

func pick(list []string) string { return list[rand.IntN(len(list))] }
