package decode

import (
	"fmt"
	"math"

	"golang.org/x/sys/unix"
)

// restrain limits a child: its memory, its time on a core, the files it may write (a cache of the input), what it may open.
func restrain(pid int, o Options) error {
	for _, l := range []struct {
		what int
		most uint64
	}{
		{unix.RLIMIT_DATA, o.Memory},
		{unix.RLIMIT_CPU, uint64(math.Ceil(o.Patience.Seconds()))},
		{unix.RLIMIT_FSIZE, uint64(o.Largest)},
		{unix.RLIMIT_NOFILE, 64},
		{unix.RLIMIT_CORE, 0},
	} {
		if err := unix.Prlimit(pid, l.what, &unix.Rlimit{Cur: l.most, Max: l.most}, nil); err != nil {
			return fmt.Errorf("limit %d: %w", l.what, err)
		}
	}
	return nil
}
