package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"bangban/channels/wechat/simulator"
)

// prepared is a push that is ready to be sent, so that the measuring program spends as little as it can.
type prepared struct {
	query string
	body  []byte
}

// prepare writes pushes of many followers, signed now and encrypted.
func prepare(list []string, n, from int) ([]prepared, error) {
	out := make([]prepared, n)
	stamp, nonce := fmt.Sprint(time.Now().Unix()), "1234567890"
	for i := range out {
		id := from + i
		text := fmt.Sprintf("<xml><ToUserName><![CDATA[gh_bangban]]></ToUserName><FromUserName><![CDATA[o%07d]]></FromUserName><CreateTime>%s</CreateTime>"+
			"<MsgType><![CDATA[text]]></MsgType><Content><![CDATA[%s]]></Content><MsgId>%d</MsgId></xml>", id%5000, stamp, list[id%len(list)], 25000000000000000+id)
		q := url.Values{"signature": {simulator.Sign(token, stamp, nonce)}, "timestamp": {stamp}, "nonce": {nonce}}
		if *mode == "safe" {
			encrypted, err := simulator.Encrypt(key, appID, []byte(text))
			if err != nil {
				return nil, err
			}
			q.Set("encrypt_type", "aes")
			q.Set("msg_signature", simulator.Sign(token, stamp, nonce, encrypted))
			text = "<xml><ToUserName><![CDATA[gh_bangban]]></ToUserName><Encrypt><![CDATA[" + encrypted + "]]></Encrypt></xml>"
		}
		out[i] = prepared{q.Encode(), []byte(text)}
	}
	return out, nil
}

// speed times passive replies.
func speed(ctx context.Context) (err error) {
	list, err := questions()
	if err != nil {
		return err
	}
	sim, err := platform(simulator.Options{})
	if err != nil {
		return err
	}
	defer sim.Close()
	dir, err := os.MkdirTemp("", "bangban-bench-wechat-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	n := newNode(dir, "", sim.URL())
	if err := n.Start(ctx); err != nil {
		return err
	}
	defer func() { err = errors.Join(err, n.Stop()) }()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: *inFlight, MaxConnsPerHost: *inFlight}, Timeout: 10 * time.Second}
	for round, count := range []int{*pushes / 10, *pushes} { // the first warms up
		ready, err := prepare(list, count, round*1_000_000)
		if err != nil {
			return err
		}
		took, all, late, err := fire(client, "http://"+n.Address+"/wechat", ready)
		if err != nil {
			return err
		}
		if round == 1 {
			fmt.Printf("mode %s, %d in flight, %d pushes: passive reply p50 %s, p95 %s, p99 %s, worst %s; %.0f a second; %d without a passive reply; resident %d MB\n", *mode, *inFlight,
				len(took), at(took, .5), at(took, .95), at(took, .99), at(took, 1), float64(len(took))/all.Seconds(), late, n.Resident()>>20)
		}
	}
	return nil
}

func at(sorted []time.Duration, q float64) time.Duration {
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)].Round(100 * time.Microsecond)
}

// fire sends pushes, so many at a time, and returns their times in order; late counts those that were only acknowledged.
func fire(client *http.Client, address string, list []prepared) (took []time.Duration, all time.Duration, late int64, err error) {
	took = make([]time.Duration, len(list))
	var next, acknowledged atomic.Int64
	var failed atomic.Pointer[error]
	var wg sync.WaitGroup
	begin := time.Now()
	for range *inFlight {
		wg.Go(func() {
			for i := next.Add(1) - 1; i < int64(len(list)); i = next.Add(1) - 1 {
				start := time.Now()
				r, err := client.Post(address+"?"+list[i].query, "text/xml", bytes.NewReader(list[i].body))
				if err == nil {
					var body []byte
					body, err = io.ReadAll(r.Body)
					err = errors.Join(err, r.Body.Close())
					if err == nil && r.StatusCode != http.StatusOK {
						err = fmt.Errorf("status %d", r.StatusCode)
					}
					if len(body) < 64 {
						acknowledged.Add(1)
					}
				}
				took[i] = time.Since(start)
				if err != nil {
					failed.Store(&err)
					return
				}
			}
		})
	}
	wg.Wait()
	all = time.Since(begin)
	if e := failed.Load(); e != nil {
		return nil, 0, 0, *e
	}
	slices.Sort(took)
	return took, all, acknowledged.Load(), nil
}
