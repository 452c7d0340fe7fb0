//go:build !linux

package eval

// peakRSS is the most memory that this process has held, in bytes; 0 where it can't be told.
func peakRSS() int64 { return 0 }
