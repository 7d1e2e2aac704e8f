// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// maxRuns is how many runs are merged at once; one more and they become one,
// which keeps the number of open files small.
const maxRuns = 64

// runs are sorted files of rows in one temporary folder.
type runs struct {
	dir   string // "" until the first run
	files []string
	made  int
}

// source gives rows in key order; ok is false at the end. The key is valid
// until the next call.
type source struct {
	next  func() (key []byte, sum Sum, ok bool, err error)
	close func() error
}

// write adds a run.
func (r *runs) write(parent string, src source) error {
	name, err := r.name(parent)
	if err == nil {
		err = writeRun(name, src)
	}
	if err != nil {
		return err
	}
	return r.add(name)
}

// name returns the path of a new run.
func (r *runs) name(parent string) (string, error) {
	if r.dir == "" {
		dir, err := os.MkdirTemp(parent, "vonggac-rollup-")
		if err != nil {
			return "", err
		}
		r.dir = dir
	}
	r.made++
	return filepath.Join(r.dir, fmt.Sprintf("%06d.run", r.made)), nil
}

// add takes in a run that is written.
func (r *runs) add(name string) error {
	r.files = append(r.files, name)
	if len(r.files) < maxRuns {
		return nil
	}
	return r.compact()
}

// remove takes the folder away, if there is one.
func (r *runs) remove() error {
	if r.dir == "" {
		return nil
	}
	return os.RemoveAll(r.dir)
}

// compact merges all runs into one.
func (r *runs) compact() error {
	name, err := r.name("")
	if err != nil {
		return err
	}
	old := r.files
	sources, err := r.open()
	if err == nil {
		r.files = []string{name}
		err = writeRun(name, sources...)
	}
	for _, s := range sources {
		err = errors.Join(err, s.close())
	}
	for _, f := range old {
		err = errors.Join(err, os.Remove(f))
	}
	return err
}

// writeRun merges sources into a new file.
func writeRun(name string, sources ...source) error {
	f, err := os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	w := bufio.NewWriterSize(f, 64<<10)
	var buf []byte
	err = merge(sources, func(key []byte, sum Sum) error {
		buf = binary.AppendUvarint(buf[:0], uint64(len(key)))
		buf = append(buf, key...)
		buf = appendSum(buf, sum)
		_, err := w.Write(buf)
		return err
	})
	if err == nil {
		err = w.Flush()
	}
	return errors.Join(err, f.Close())
}

func appendSum(b []byte, s Sum) []byte {
	b = binary.AppendUvarint(b, uint64(s.Count))
	if !s.timed {
		return append(b, 0)
	}
	b = append(b, 1)
	for _, t := range []stamp{s.first, s.last} {
		b = binary.AppendVarint(b, t.sec)
		b = binary.AppendVarint(b, int64(t.nsec))
	}
	return b
}

// open returns the runs as sources, which the caller closes, also on error.
func (r *runs) open() ([]source, error) {
	var out []source
	for _, name := range r.files {
		f, err := os.Open(name)
		if err != nil {
			return out, err
		}
		rd := &runReader{r: bufio.NewReaderSize(f, 32<<10)}
		out = append(out, source{next: rd.next, close: f.Close})
	}
	return out, nil
}

type runReader struct {
	r   *bufio.Reader
	key []byte
}

func (r *runReader) next() ([]byte, Sum, bool, error) {
	n, err := binary.ReadUvarint(r.r)
	if errors.Is(err, io.EOF) {
		return nil, Sum{}, false, nil
	}
	if err != nil {
		return nil, Sum{}, false, err
	}
	if uint64(cap(r.key)) < n {
		r.key = make([]byte, n)
	}
	r.key = r.key[:n]
	if _, err := io.ReadFull(r.r, r.key); err != nil {
		return nil, Sum{}, false, err
	}
	sum, err := r.sum()
	return r.key, sum, err == nil, err
}

func (r *runReader) sum() (Sum, error) {
	count, err := binary.ReadUvarint(r.r)
	if err != nil {
		return Sum{}, err
	}
	s := Sum{Count: int64(count)}
	timed, err := r.r.ReadByte()
	if err != nil || timed == 0 {
		return s, err
	}
	s.timed = true
	for _, t := range []*stamp{&s.first, &s.last} {
		sec, err := binary.ReadVarint(r.r)
		if err != nil {
			return s, err
		}
		nsec, err := binary.ReadVarint(r.r)
		if err != nil {
			return s, err
		}
		t.sec, t.nsec = sec, int32(nsec)
	}
	return s, nil
}
