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
	"os"
	"path/filepath"
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

	packers sync.Pool // of *packer

	mu      sync.Mutex
	open    map[string]*hour           // by name, "2026-11-22T15Z"
	closing map[string]map[string]bool // blocks of hours that are being closed, by name
	known   map[string]map[string]bool // blocks of closed hours that were asked for

	counting sync.Mutex
	counted  map[string]counted // by folder

	sealing turn // of who closes hours, drops or reads files
}

// hour is one that takes blocks.
type hour struct {
	file *os.File
	io   sync.Mutex // held by who writes to file; taken before Archive.mu

	size    int64
	blocks  map[string]bool
	gather  *gathered // what is written next; nil: nothing
	writing *gathered // what is being written
	users   int       // calls of Put that are not done with it
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
	Raw         int64     // bytes of its lines as they came, newlines included
	Shares      []Share   // of sources, by source and owner; files of before have none
}

// Share is what a file holds of one source.
type Share struct {
	Source, Owner string
	Rows, Raw     int64
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
	a := &Archive{dir: dir, log: log, chunk: inMemory, sealing: make(turn, 1), open: map[string]*hour{}, closing: map[string]map[string]bool{}, known: map[string]map[string]bool{}}
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
	a.sealing.wait()
	defer a.sealing.end()
	a.mu.Lock()
	defer a.mu.Unlock()
	var err error
	for _, h := range a.open {
		err = errors.Join(err, h.file.Close())
	}
	clear(a.open)
	return err
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

// Empty reports whether nothing was ever put that is still there.
func (a *Archive) Empty() (bool, error) {
	a.mu.Lock()
	open := len(a.open) + len(a.closing)
	a.mu.Unlock()
	if open > 0 {
		return false, nil
	}
	found := errors.New("found")
	err := a.walk(func(Manifest, string) error { return found })
	if errors.Is(err, found) {
		return false, nil
	}
	return true, err
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

// syncFolder makes names in a folder last. Windows has no such thing.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(syncNames(d), d.Close())
}

// turn is a lock that may be waited for as long as a context lasts.
type turn chan struct{}

func (t turn) take(ctx context.Context) error {
	select {
	case t <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t turn) try() bool {
	select {
	case t <- struct{}{}:
		return true
	default:
		return false
	}
}

func (t turn) wait() { t <- struct{}{} }
func (t turn) end()  { <-t }
