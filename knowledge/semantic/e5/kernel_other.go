//go:build !amd64

package e5

const fast = false

func (m *matrix) timesFast(in *input, y []float32) { m.timesPlain(in, y) }
