package semantic

import "golang.org/x/sys/cpu"

var fast = cpu.X86.HasAVX2

// dot16 is the product of the first n numbers of a and b; n is a multiple of 16, not 0.
//
//go:noescape
func dot16(a, b *int8, n int) int32

func dot(a, b []int8) int32 {
	n := len(a) &^ 15
	if !fast || n == 0 {
		return dotPlain(a, b)
	}
	_ = b[len(a)-1] // the assembly checks nothing
	return dot16(&a[0], &b[0], n) + dotPlain(a[n:], b[n:])
}
