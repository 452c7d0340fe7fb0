package store

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"bangban/kernel/fault"
)

// folderLock keeps a second process off the same SQLite file. The kernel drops it when the process dies, however it dies.
type folderLock struct{ file *os.File }

func lockFolder(dir, name string) (*folderLock, error) {
	path := filepath.Join(dir, name+".lock")
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, fault.Wrap(fault.Unavailable, "store.away", err)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		pid, _ := os.ReadFile(path)
		_ = f.Close()
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fault.Wrap(fault.Unavailable, "store.away", err)
		}
		return nil, &fault.Error{Kind: fault.Conflict, Key: "store.in_use", Args: map[string]string{"folder": dir, "pid": strings.TrimSpace(string(pid))},
			Cause: fmt.Errorf("process %s has the data folder %s open; stop it, or choose another folder with --data", strings.TrimSpace(string(pid)), dir)}
	}
	if err := f.Truncate(0); err == nil {
		_, _ = fmt.Fprintf(f, "%d\n", os.Getpid()) // a hint for the message above, nothing more
	}
	return &folderLock{file: f}, nil
}

func (l *folderLock) release() error { return l.file.Close() }
