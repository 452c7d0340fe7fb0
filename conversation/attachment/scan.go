package attachment

import (
	"context"
	"encoding/binary"
	"errors"
	"io"
	"net"
	"strings"
	"time"

	"bangban/kernel/fault"
)

// Scanner is ClamAV's daemon, reached by its socket: unix:/run/clamav/clamd.ctl or tcp:127.0.0.1:3310. "" scans nothing.
type Scanner string

const (
	scanTime  = 15 * time.Second
	scanChunk = 64 << 10
)

// Check reports whether the address can be one.
func (s Scanner) Check() error {
	if s == "" {
		return nil
	}
	network, address, ok := strings.Cut(string(s), ":")
	if !ok || address == "" || network != "unix" && network != "tcp" {
		return errors.New("give unix:/path/to/clamd.ctl or tcp:host:port")
	}
	return nil
}

// Scan hands a file to the daemon (command zINSTREAM: lengths of four bytes before each chunk, a zero at the end). A scanner that cannot be asked is a
// refusal: what the city has decided to scan is not taken unscanned. Errors: file.virus (Invalid), file.unscanned (Unavailable).
func (s Scanner) Scan(ctx context.Context, data []byte) error {
	if s == "" {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, scanTime)
	defer cancel()
	answer, err := s.ask(ctx, data)
	switch {
	case err != nil:
		return fault.Wrap(fault.Unavailable, "file.unscanned", err)
	case strings.HasSuffix(answer, ": OK"):
		return nil
	case strings.HasSuffix(answer, " FOUND"):
		return fault.Wrap(fault.Invalid, "file.virus", errors.New(answer))
	}
	return fault.Wrap(fault.Unavailable, "file.unscanned", errors.New(answer))
}

func (s Scanner) ask(ctx context.Context, data []byte) (string, error) {
	network, address, _ := strings.Cut(string(s), ":")
	conn, err := (&net.Dialer{}).DialContext(ctx, network, address)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if deadline, ok := ctx.Deadline(); ok {
		if err := conn.SetDeadline(deadline); err != nil {
			return "", err
		}
	}
	if _, err := io.WriteString(conn, "zINSTREAM\x00"); err != nil {
		return "", err
	}
	for len(data) > 0 {
		n := min(len(data), scanChunk)
		if _, err := conn.Write(append(binary.BigEndian.AppendUint32(nil, uint32(n)), data[:n]...)); err != nil {
			return "", err
		}
		data = data[n:]
	}
	if _, err := conn.Write(make([]byte, 4)); err != nil {
		return "", err
	}
	raw, err := io.ReadAll(io.LimitReader(conn, 4096))
	if err != nil {
		return "", err
	}
	return strings.TrimRight(string(raw), "\x00\n"), nil
}
