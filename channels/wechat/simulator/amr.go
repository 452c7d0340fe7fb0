package simulator

import "time"

// SilentAMR is a valid AMR-NB recording of next to nothing (8 kHz, mono), as a phone would send it: the header and a frame
// for each 20 ms. The frames are speech of the lowest rate (4.75 kbit/s) with the lowest gains, not comfort noise: some decoders,
// ffmpeg's among them, refuse that.
func SilentAMR(length time.Duration) []byte {
	const frame = 20 * time.Millisecond
	out := []byte("#!AMR\n")
	for range int(length / frame) {
		out = append(out, 0<<3|1<<2) // type 0, good
		out = append(out, make([]byte, 12)...)
	}
	return out
}
