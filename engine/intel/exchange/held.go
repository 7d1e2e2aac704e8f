// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package exchange

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
)

// heldLimit is how many bytes of a list wait in memory.
const heldLimit = 32 << 20

// held keeps parts of a list that can be judged only at its end: what a bundle
// says of an indicator may stand behind it. Past heldLimit they lie in a
// temporary file. The caller closes it.
type held struct {
	dir  string
	buf  []byte
	file *os.File
}

// add keeps one part with its number.
func (h *held) add(no int64, part []byte) error {
	h.buf = binary.AppendVarint(h.buf, no)
	h.buf = binary.AppendUvarint(h.buf, uint64(len(part)))
	h.buf = append(h.buf, part...)
	if len(h.buf) < heldLimit {
		return nil
	}
	return h.spill()
}

func (h *held) spill() error {
	var err error
	if h.file == nil {
		h.file, err = os.CreateTemp(h.dir, "vonggac-list-*")
	}
	if err == nil {
		_, err = h.file.Write(h.buf)
	}
	if err != nil {
		return fmt.Errorf("what must wait for the end of the list goes to a temporary file: %w; free some space or point TMPDIR elsewhere", err)
	}
	h.buf = h.buf[:0]
	return nil
}

// each gives back the parts in their order and empties h. fn must not keep the
// bytes.
func (h *held) each(fn func(no int64, part []byte) error) error {
	buf := h.buf
	h.buf = h.buf[:0]
	if h.file == nil {
		for len(buf) > 0 {
			no, n := binary.Varint(buf)
			size, m := binary.Uvarint(buf[n:])
			buf = buf[n+m:]
			if err := fn(no, buf[:size]); err != nil {
				return err
			}
			buf = buf[size:]
		}
		return nil
	}
	if _, err := h.file.Write(buf); err != nil {
		return err
	}
	if _, err := h.file.Seek(0, io.SeekStart); err != nil {
		return err
	}
	err := read(bufio.NewReaderSize(h.file, 1<<20), fn)
	return errors.Join(err, h.close())
}

func read(r *bufio.Reader, fn func(no int64, part []byte) error) error {
	var part []byte
	for {
		no, err := binary.ReadVarint(r)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		size, err := binary.ReadUvarint(r)
		if err != nil {
			return err
		}
		if uint64(cap(part)) < size {
			part = make([]byte, size)
		}
		if _, err := io.ReadFull(r, part[:size]); err != nil {
			return err
		}
		if err := fn(no, part[:size]); err != nil {
			return err
		}
	}
}

// close forgets what is held.
func (h *held) close() error {
	if h.file == nil {
		return nil
	}
	f := h.file
	h.file, h.buf = nil, nil
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
