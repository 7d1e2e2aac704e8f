// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"strings"
)

// position is how far a followed file is read, as it lies on the disk. Offset
// to End is the block that may or may not be stored: it is written before the
// block is handed to the stream, so that after a crash the same bytes become
// the same block, which the stream keeps once.
type position struct {
	ID     string `json:"id"`   // of this file, and after a truncation of what is in it since; in block ids
	Path   string `json:"path"` // last seen at
	File   string `json:"file"` // what the system calls it (fileID)
	Head   int    `json:"head"` // bytes of the fingerprint
	Sum    string `json:"sum"`  // SHA-256 of the first Head bytes, hex
	Offset int64  `json:"offset"`
	End    int64  `json:"end"`
	Skip   bool   `json:"skip"` // Offset stands inside a line that was cut
	Seq    int64  `json:"seq"`
}

// store keeps the positions of one listener, each in a file of its own: two
// slots, written in turn and synced, so that a crash in the middle of a write
// leaves the other.
type store struct {
	root   *os.Root
	prefix string
}

const slotSize = 8 << 10

func openStore(dir, listener string) (*store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, err
	}
	sum := sha256.Sum256([]byte(listener))
	return &store{root, hex.EncodeToString(sum[:4]) + "-"}, nil
}

func (s *store) name(id string) string { return s.prefix + id + ".position" }

// load gives all positions. One that cannot be read is an error: to begin its
// file again would store its lines twice.
func (s *store) load() ([]position, error) {
	entries, err := fs.ReadDir(s.root.FS(), ".")
	if err != nil {
		return nil, err
	}
	var list []position
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), s.prefix) || !strings.HasSuffix(e.Name(), ".position") {
			continue
		}
		raw, err := s.root.ReadFile(e.Name())
		if err != nil {
			return nil, err
		}
		if len(raw) == 0 { // made, and never written: nothing was stored of it
			if err := s.root.Remove(e.Name()); err != nil {
				return nil, err
			}
			continue
		}
		p, err := latest(raw)
		if err != nil {
			return nil, fmt.Errorf("position %s: %w; move it away to have its file read from the start", e.Name(), err)
		}
		list = append(list, p)
	}
	return list, nil
}

// latest gives the younger of the slots that are whole.
func latest(raw []byte) (position, error) {
	var best position
	for i := 0; i < len(raw); i += slotSize {
		if p, ok := parseSlot(raw[i:min(i+slotSize, len(raw))]); ok && p.Seq > best.Seq {
			best = p
		}
	}
	if best.Seq == 0 {
		return best, errors.New("no slot is whole")
	}
	return best, nil
}

func parseSlot(raw []byte) (position, bool) {
	var p position
	line, _, _ := strings.Cut(string(raw), "\n")
	sum, text, ok := strings.Cut(line, " ")
	if !ok || sum != fmt.Sprintf("%08x", crc32.ChecksumIEEE([]byte(text))) || json.Unmarshal([]byte(text), &p) != nil {
		return position{}, false
	}
	return p, p.Offset >= 0 && p.End >= p.Offset && p.Head >= 0 && p.Head <= headBytes && p.ID != ""
}

// save writes p durably and counts it up.
func (s *store) save(p *position) (err error) {
	p.Seq++
	text, err := json.Marshal(p)
	if err != nil {
		return err
	}
	slot := fmt.Appendf(nil, "%08x %s\n", crc32.ChecksumIEEE(text), text)
	if len(slot) > slotSize {
		return fmt.Errorf("path %.80q… is too long to be kept", p.Path)
	}
	f, err := s.root.OpenFile(s.name(p.ID), os.O_WRONLY|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	if _, err := f.WriteAt(slot, p.Seq%2*slotSize); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if p.Seq == 1 {
		return s.syncFolder()
	}
	return nil
}

// forget drops a position.
func (s *store) forget(p position) error {
	if err := s.root.Remove(s.name(p.ID)); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

const headBytes = 1024

// headOf fingerprints the first n bytes of f, fewer when it has fewer.
func headOf(f *os.File, n int) (int, string, error) {
	buf := make([]byte, n)
	n, err := f.ReadAt(buf, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return 0, "", err
	}
	sum := sha256.Sum256(buf[:n])
	return n, hex.EncodeToString(sum[:]), nil
}

// begins reports whether f still begins as p remembers.
func (p *position) begins(f *os.File) (bool, error) {
	n, sum, err := headOf(f, p.Head)
	return n == p.Head && (n == 0 || sum == p.Sum), err
}

// remember takes the fingerprint anew while the file is shorter than it gets.
func (p *position) remember(f *os.File) (err error) {
	if p.Head < headBytes {
		p.Head, p.Sum, err = headOf(f, headBytes)
	}
	return err
}

func newFileID() string {
	var b [8]byte
	_, _ = rand.Read(b[:]) // crypto/rand.Read never fails
	return hex.EncodeToString(b[:])
}
