package eval

import "syscall"

// peakRSS is the most memory that this process has held, in bytes; 0 where it can't be told.
func peakRSS() int64 {
	var use syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &use); err != nil {
		return 0
	}
	return use.Maxrss * 1024 // Linux counts in KiB
}
