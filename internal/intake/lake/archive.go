// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// Archive keeps every row as hourly Parquet files under a folder, the record of
// truth. A file is written once and never changed:
//
//	2026/11/22/2026-11-22T15Z.1.parquet  rows of the blocks received in that hour, by time
//	2026/11/22/2026-11-22T15Z.1.json     its Manifest; a Parquet file without one is not finished
//	open/2026-11-22T15Z.journal          blocks of an hour that is not closed (see frames.go)
//
// A block belongs to the hour it was received in, so that bringing it again
// finds it. What is brought after its hour was closed makes a second file of
// that hour, .2. Methods may be called at the same time; one process has the
// folder.
type Archive struct {
	dir   string
	log   *slog.Logger
	chunk int // bytes of rows sorted in memory at a time

	mu      sync.Mutex
	packer  *packer
	open    map[string]*hour           // by name, "2026-11-22T15Z"
	closing map[string]map[string]bool // blocks of hours that are being closed, by name
	known   map[string]map[string]bool // blocks of closed hours that were asked for

	sealing sync.Mutex // held while hours are closed or files dropped
}

// hour is one that takes blocks.
type hour struct {
	file   *os.File
	size   int64
	blocks map[string]bool
}

// Manifest says what an hourly file holds. It is JSON beside the file.
type Manifest struct {
	File        string // name, without folder
	Hour        time.Time
	Rows        int64
	Blocks      int
	Bytes       int64
	SHA256      string    // hexadecimal
	First, Last time.Time // times of its rows; the last one is included
}

// Brought is a block to be kept.
type Brought struct {
	Block    string
	Received time.Time // of its first line: the same each time the block is brought
	Rows     []Row
}

const hourName = "2006-01-02T15Z"

// OpenArchive opens the archive in dir and makes it when it is not there. Close it when done.
func OpenArchive(dir string, log *slog.Logger) (*Archive, error) {
	if err := os.MkdirAll(filepath.Join(dir, "open"), 0o700); err != nil {
		return nil, err
	}
	p, err := newPacker()
	if err != nil {
		return nil, err
	}
	a := &Archive{dir: dir, log: log, chunk: inMemory, packer: p, open: map[string]*hour{}, closing: map[string]map[string]bool{}, known: map[string]map[string]bool{}}
	if err := a.recover(); err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

// recover takes up the hours that were open. Where a crash cut a journal short,
// what it cut was never acknowledged.
func (a *Archive) recover() error {
	list, err := os.ReadDir(filepath.Join(a.dir, "open"))
	if err != nil {
		return err
	}
	for _, e := range list {
		path := filepath.Join(a.dir, "open", e.Name())
		name, journal := strings.CutSuffix(e.Name(), ".journal")
		if strings.HasSuffix(e.Name(), ".tmp") {
			if err := os.Remove(path); err != nil {
				return err
			}
		}
		if closing, ok := strings.CutSuffix(e.Name(), ".closing"); ok { // Seal goes on with it
			blocks := map[string]bool{}
			if _, err := scan(path, func(block string, _ uint64, _ []byte) error {
				blocks[block] = true
				return nil
			}); err != nil {
				return err
			}
			a.closing[closing] = blocks
		}
		if !journal {
			continue
		}
		h := &hour{blocks: map[string]bool{}}
		h.size, err = scan(path, func(block string, _ uint64, _ []byte) error {
			h.blocks[block] = true
			return nil
		})
		if err != nil {
			return err
		}
		if h.file, err = os.OpenFile(path, os.O_RDWR, 0o600); err != nil {
			return err
		}
		a.open[name] = h
		if err := h.cut(); err != nil {
			return err
		}
	}
	return nil
}

// cut takes off what lies beyond the good frames and stands at their end.
func (h *hour) cut() error {
	if err := h.file.Truncate(h.size); err != nil {
		return err
	}
	_, err := h.file.Seek(h.size, io.SeekStart)
	return err
}

// Close closes the journals. Nothing is lost: the next OpenArchive takes them up.
func (a *Archive) Close() error {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	a.mu.Lock()
	defer a.mu.Unlock()
	var err error
	for _, h := range a.open {
		err = errors.Join(err, h.file.Close())
	}
	clear(a.open)
	a.packer.close()
	return err
}

// Put returns once the blocks lie on the disk, synced. A block that is kept
// already is not kept twice. Many blocks at once cost one sync an hour touched.
func (a *Archive) Put(ctx context.Context, blocks ...Brought) error {
	a.mu.Lock()
	defer a.mu.Unlock()
	hours := map[string][]Brought{}
	for _, b := range blocks {
		if b.Block == "" || b.Received.IsZero() {
			return errors.New("lake.Put: a block without id or time")
		}
		name := b.Received.UTC().Format(hourName)
		there, err := a.holds(name, b.Block)
		if err != nil {
			return fmt.Errorf("lake.Put: %w", err)
		}
		same := func(o Brought) bool { return o.Block == b.Block }
		if !there && !slices.ContainsFunc(hours[name], same) {
			hours[name] = append(hours[name], b)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(hours)) {
		if err := ctx.Err(); err != nil {
			return fmt.Errorf("lake.Put: %w", err)
		}
		if err := a.write(name, hours[name]); err != nil {
			return fmt.Errorf("lake.Put: hour %s: %w", name, err)
		}
	}
	return nil
}

// holds reports whether a block of an hour is kept.
func (a *Archive) holds(name, block string) (bool, error) {
	if h := a.open[name]; h != nil && h.blocks[block] || a.closing[name][block] {
		return true, nil
	}
	closed, ok := a.known[name]
	if !ok {
		list, err := a.manifests(name)
		if err != nil {
			return false, err
		}
		closed = map[string]bool{}
		for _, path := range list {
			if err := blocksOf(strings.TrimSuffix(path, ".json")+".parquet", closed); err != nil {
				return false, err
			}
		}
		if len(a.known) > 6 {
			clear(a.known)
		}
		a.known[name] = closed
	}
	return closed[block], nil
}

// write appends blocks to the journal of an hour.
func (a *Archive) write(name string, blocks []Brought) error {
	h := a.open[name]
	if h == nil {
		folder := filepath.Join(a.dir, "open")
		file, err := os.OpenFile(filepath.Join(folder, name+".journal"), os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
		if err != nil {
			return err
		}
		if err := syncFolder(folder); err != nil {
			return errors.Join(err, file.Close(), os.Remove(file.Name()))
		}
		h = &hour{file: file, blocks: map[string]bool{}}
		a.open[name] = h
	}
	var buf []byte
	for _, b := range blocks {
		buf = a.packer.frame(buf, b.Block, b.Rows)
	}
	_, err := h.file.Write(buf)
	if err == nil {
		err = h.file.Sync()
	}
	if err != nil {
		return errors.Join(err, h.cut())
	}
	h.size += int64(len(buf))
	for _, b := range blocks {
		h.blocks[b.Block] = true
	}
	return nil
}

// folder is where the files of an hour lie.
func (a *Archive) folder(name string) string {
	return filepath.Join(a.dir, name[:4], name[5:7], name[8:10])
}

// manifests are the paths of those of one hour, the first file first.
func (a *Archive) manifests(name string) ([]string, error) {
	list, err := os.ReadDir(a.folder(name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var paths []string
	for _, e := range list {
		if strings.HasPrefix(e.Name(), name+".") && strings.HasSuffix(e.Name(), ".json") {
			paths = append(paths, filepath.Join(a.folder(name), e.Name()))
		}
	}
	return paths, err
}

// Files lists the closed hours, the oldest first.
func (a *Archive) Files() ([]Manifest, error) {
	var list []Manifest
	err := a.walk(func(m Manifest, _ string) error {
		list = append(list, m)
		return nil
	})
	return list, err
}

// walk gives each manifest and the path of its file, the oldest hour first.
func (a *Archive) walk(take func(m Manifest, path string) error) error {
	return filepath.WalkDir(a.dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".json" {
			return err
		}
		m, err := readManifest(path)
		if err != nil {
			return err
		}
		return take(m, filepath.Join(filepath.Dir(path), m.File))
	})
}

func readManifest(path string) (Manifest, error) {
	var m Manifest
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err == nil && m.File != strings.TrimSuffix(filepath.Base(path), ".json")+".parquet" {
		err = errors.New("it is of another file")
	}
	if err != nil {
		return m, fmt.Errorf("manifest %s: %w", path, err)
	}
	return m, nil
}

// Drop removes closed hours that have no row at or after before, and returns
// how many files went. Copy first what the law holds on to.
func (a *Archive) Drop(before time.Time) (n int, err error) {
	a.sealing.Lock()
	defer a.sealing.Unlock()
	err = a.walk(func(m Manifest, path string) error {
		if !m.Last.Before(before) || !m.Hour.Before(before) {
			return nil
		}
		n++
		if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
		return os.Remove(strings.TrimSuffix(path, ".parquet") + ".json") // last, so that a crash between is made good
	})
	return n, err
}

// syncFolder makes names in a folder last. Windows has no such thing.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(syncNames(d), d.Close())
}
