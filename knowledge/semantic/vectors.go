package semantic

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"log/slog"
	"math"
	"os"
	"path/filepath"
	"sync"
	"syscall"
)

// Vectors keeps the vectors that were made, in one file: a cache, which may be deleted at any time. A record is only ever added at
// the end. It is safe for concurrent use; of several processes the first writes, the others read what was there when they began.
type Vectors struct {
	log  *slog.Logger
	path string

	mu    sync.Mutex
	known map[key]Vector
	file  *os.File // nil: nothing is written
	size  int64    // of the whole records in file
}

// key stands for embedder, kind and text.
type key [16]byte

func keyOf(embedder string, kind Kind, text string) key {
	h := sha256.New()
	fmt.Fprintf(h, "%s\x00%c\x00%s", embedder, kind, text) // a hash takes all
	return key(h.Sum(nil))
}

// A file is the head and records: CRC-32C of the rest, length of the vector, key, scale, numbers; little endian.
const (
	vectorsHead = "BBVEC\x00\x01\n"
	recordHead  = 4 + 2 + len(key{}) + 4
)

// errRecord is a record that is cut off or damaged.
var errRecord = errors.New("damaged record")

// OpenVectors reads the file at path, which is made where it is missing. An empty path keeps vectors in memory alone. What is damaged
// is cut off with all that follows: it will be made again. A file that can't be read or written, or that another process writes, is
// no error: what can be read is used, and nothing is added.
func OpenVectors(path string, log *slog.Logger) *Vectors {
	v := &Vectors{log: log, path: path, known: map[key]Vector{}}
	if path == "" {
		return v
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err == nil {
		if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			v.file = f
			v.takeUp()
			return v
		}
		err = errors.Join(err, f.Close())
	}
	log.Info("vectors are not kept: the file is in use or can't be written", "path", path, "cause", err)
	v.readOnly()
	return v
}

// ReadVectors reads the file at path and never writes it; a missing file holds nothing.
func ReadVectors(path string, log *slog.Logger) *Vectors {
	v := &Vectors{log: log, path: path, known: map[key]Vector{}}
	v.readOnly()
	return v
}

func (v *Vectors) readOnly() {
	f, err := os.Open(v.path)
	if err != nil {
		return
	}
	defer f.Close()
	if _, err := readVectors(f, v.known); err != nil {
		v.log.Info("vectors read up to a damaged record", "path", v.path, "read", len(v.known), "cause", err)
	}
}

// takeUp reads v.file and makes it end with its last whole record.
func (v *Vectors) takeUp() {
	var err error
	if v.size, err = readVectors(v.file, v.known); err != nil {
		v.log.Warn("vectors cut off at a damaged record; they will be made again", "path", v.path, "read", len(v.known), "cause", err)
	}
	if v.size == 0 {
		err = errors.Join(v.file.Truncate(0), v.write([]byte(vectorsHead)))
	} else {
		err = v.file.Truncate(v.size)
	}
	if err != nil {
		v.giveUp(err)
	}
}

// readVectors reads records into known and returns how many bytes hold whole ones, 0 without a head. A file that just ends is no
// error.
func readVectors(r io.Reader, known map[key]Vector) (int64, error) {
	in := bufio.NewReaderSize(r, 1<<16)
	head := make([]byte, len(vectorsHead))
	if _, err := io.ReadFull(in, head); errors.Is(err, io.EOF) {
		return 0, nil
	} else if err != nil || string(head) != vectorsHead {
		return 0, errors.Join(err, errRecord)
	}
	size := int64(len(head))
	for {
		k, v, n, err := readRecord(in)
		if errors.Is(err, io.EOF) {
			return size, nil
		}
		if err != nil {
			return size, err
		}
		known[k] = v
		size += n
	}
}

// readRecord returns io.EOF only where no record begins.
func readRecord(in *bufio.Reader) (k key, v Vector, n int64, err error) {
	head := make([]byte, recordHead)
	if _, err := io.ReadFull(in, head); err != nil {
		return k, v, 0, err // io.EOF, or io.ErrUnexpectedEOF for a torn head
	}
	dims := int(binary.LittleEndian.Uint16(head[4:]))
	if dims > mostDims {
		return k, v, 0, errRecord
	}
	values := make([]byte, dims)
	if _, err := io.ReadFull(in, values); err != nil {
		return k, v, 0, io.ErrUnexpectedEOF
	}
	if sum := crc32.Update(crc32.Checksum(head[4:], castagnoli), castagnoli, values); sum != binary.LittleEndian.Uint32(head) {
		return k, v, 0, errRecord
	}
	copy(k[:], head[6:])
	v.scale = math.Float32frombits(binary.LittleEndian.Uint32(head[6+len(k):]))
	v.values = make([]int8, dims)
	for i, b := range values {
		v.values[i] = int8(b)
	}
	return k, v, int64(recordHead + dims), nil
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func appendRecord(b []byte, k key, v Vector) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	b = binary.LittleEndian.AppendUint16(b, uint16(len(v.values)))
	b = append(b, k[:]...)
	b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v.scale))
	for _, x := range v.values {
		b = append(b, byte(x))
	}
	binary.LittleEndian.PutUint32(b[at:], crc32.Checksum(b[at+4:], castagnoli))
	return b
}

// get returns the vector under k.
func (v *Vectors) get(k key) (Vector, bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	x, ok := v.known[k]
	return x, ok
}

// add keeps vectors. Where they can't be written they are kept in memory, and the log says so.
func (v *Vectors) add(keys []key, list []Vector) {
	v.mu.Lock()
	defer v.mu.Unlock()
	var b []byte
	for i, k := range keys {
		v.known[k] = list[i]
		b = appendRecord(b, k, list[i])
	}
	if v.file == nil {
		return
	}
	if err := v.write(b); err != nil {
		v.giveUp(err)
	}
}

// write appends b, whole or not at all.
func (v *Vectors) write(b []byte) error {
	n, err := v.file.WriteAt(b, v.size)
	if err != nil {
		if n > 0 {
			err = errors.Join(err, v.file.Truncate(v.size))
		}
		return err
	}
	v.size += int64(n)
	return nil
}

func (v *Vectors) giveUp(err error) {
	v.log.Error("vectors not kept; they are made again at the next start", "path", v.path, "cause", err)
	_ = v.file.Close() // nothing more is written
	v.file = nil
}

// enough is how many vectors of texts that are gone may lie in the file before it is written anew.
const enough = 1000

// sweep forgets what is not in use, and writes the file anew where most of it is forgotten.
func (v *Vectors) sweep(used map[key]bool) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if gone := len(v.known) - len(used); v.file == nil || gone < enough || gone < len(used) {
		return
	}
	for k := range v.known {
		if !used[k] {
			delete(v.known, k)
		}
	}
	if err := v.rewrite(); err != nil {
		v.log.Warn("vectors not written anew", "path", v.path, "cause", err)
	}
}

// rewrite writes what is known beside the file and moves it there.
func (v *Vectors) rewrite() error {
	f, err := os.CreateTemp(filepath.Dir(v.path), "vectors.*") // 0600
	if err != nil {
		return err
	}
	b := bytes.NewBufferString(vectorsHead).Bytes()
	for k, x := range v.known {
		b = appendRecord(b, k, x)
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if err == nil {
		_, err = f.WriteAt(b, 0)
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = os.Rename(f.Name(), v.path)
	}
	if err != nil {
		return errors.Join(err, f.Close(), os.Remove(f.Name()))
	}
	old := v.file
	v.file, v.size = f, int64(len(b))
	return old.Close()
}

// Len is the number of vectors.
func (v *Vectors) Len() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return len(v.known)
}

// Close releases the file.
func (v *Vectors) Close() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	if v.file == nil {
		return nil
	}
	err := v.file.Close()
	v.file = nil
	return err
}
