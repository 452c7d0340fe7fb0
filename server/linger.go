package server

import (
	"io"
	"net"
	"sync/atomic"
	"time"
)

// lingering hands out connections that can be closed gently.
type lingering struct{ net.Listener }

func (l lingering) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	return &lingerer{Conn: c}, nil
}

// lingerer reads what is still on its way before it closes, when asked to. Closing at once while the other side is still
// sending resets the connection, and the reset may overtake the answer that says why.
type lingerer struct {
	net.Conn
	gently atomic.Bool
}

// What is read at most before a gentle close.
const (
	lingerBytes = 4 << 20
	lingerTime  = 2 * time.Second
)

func linger(c net.Conn) {
	if l, ok := c.(*lingerer); ok {
		l.gently.Store(true)
	}
}

// Close closes the connection, after what is still coming when it shall be closed gently.
func (l *lingerer) Close() error {
	if l.gently.Swap(false) {
		if half, ok := l.Conn.(interface{ CloseWrite() error }); ok && half.CloseWrite() == nil {
			if l.SetReadDeadline(time.Now().Add(lingerTime)) == nil {
				_, _ = io.CopyN(io.Discard, l.Conn, lingerBytes) // whatever ends it, we close
			}
		}
	}
	return l.Conn.Close()
}
