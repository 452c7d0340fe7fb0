//go:build !amd64

package semantic

func dot(a, b []int8) int32 { return dotPlain(a, b) }
