// Package program runs the real program for the measurements: on a free port of this machine, with what a measurement sets. Start at Program.
package program

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"strings"
	"time"
)

// Program is `bangban serve` on a data folder. It is started by Start, and may be started again when it has ended.
type Program struct {
	Binary, Data string
	// Flags and Env are further settings.
	Flags, Env []string
	// Address is HOST:PORT, another with every start.
	Address string

	cmd *exec.Cmd
}

// Start starts it and waits until it answers. It ends with ctx.
func (p *Program) Start(ctx context.Context) error {
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	p.Address = free.Addr().String()
	if err := free.Close(); err != nil {
		return err
	}
	p.cmd = exec.CommandContext(ctx, p.Binary, append([]string{"serve", "--data", p.Data, "--listen", p.Address, "--rate-limit", "off", "--log-level", "error"}, p.Flags...)...)
	p.cmd.Env = append(os.Environ(), p.Env...)
	p.cmd.Stderr = os.Stderr
	if err := p.cmd.Start(); err != nil {
		return err
	}
	if err := p.wait(ctx, func(string) bool { return true }); err != nil {
		return errors.Join(err, p.Kill())
	}
	return nil
}

// Ready waits until the meaning stage has all vectors, or is off.
func (p *Program) Ready(ctx context.Context) error {
	return p.wait(ctx, func(state string) bool { return !strings.Contains(state, "building") })
}

// wait asks /readyz until it is 200 and done agrees.
func (p *Program) wait(ctx context.Context, done func(state string) bool) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for limit := time.Now().Add(10 * time.Minute); time.Now().Before(limit); {
		if r, err := http.Get("http://" + p.Address + "/readyz"); err == nil {
			body, err := io.ReadAll(r.Body)
			if err = errors.Join(err, r.Body.Close()); err != nil {
				return err
			}
			if r.StatusCode == http.StatusOK && done(string(body)) {
				return nil
			}
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
	return errors.New("the program did not become ready in ten minutes")
}

// Stop asks it to end and waits. One that has ended is left alone.
func (p *Program) Stop() error {
	if p.ended() {
		return nil
	}
	if err := p.cmd.Process.Signal(os.Interrupt); err != nil {
		return err
	}
	return p.cmd.Wait()
}

// Kill ends it at once, whatever it has in its hands.
func (p *Program) Kill() error {
	if p.ended() {
		return nil
	}
	if err := p.cmd.Process.Kill(); err != nil {
		return err
	}
	_ = p.cmd.Wait() // "signal: killed"
	return nil
}

func (p *Program) ended() bool { return p.cmd == nil || p.cmd.ProcessState != nil }

// Resident is its memory in bytes.
func (p *Program) Resident() int64 { return Resident(p.cmd.Process.Pid) }

// Resident is the memory of a process in bytes, 0 where the system does not tell.
func Resident(pid int) int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmRSS:")
	var kB int64
	if _, err := fmt.Sscan(rest, &kB); err != nil {
		return 0
	}
	return kB << 10
}
