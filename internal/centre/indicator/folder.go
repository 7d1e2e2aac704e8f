// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// The folder holds the generations of the index (engine/intel) and builtNote,
// which says what the current one was built of. All of it can be thrown away:
// the index is then built from the lists.

// builtNote is the file that says what the current index was built of.
const builtNote = "built.json"

// built is what builtNote holds.
type built struct {
	File  string      `json:"file"` // of the index
	At    time.Time   `json:"at"`
	Lists []builtList `json:"lists"`
}

type builtList struct {
	List    List    `json:"list"`
	Version Version `json:"version"`
	Entries []Entry `json:"entries,omitempty"`
}

func (b built) plan() plan {
	var p plan
	for _, l := range b.Lists {
		p.lists = append(p.lists, planned{l.List, l.Version, l.Entries})
	}
	return p
}

// finish makes the index of b, in the folder if there is one.
func (s *Service) finish(b *intel.Builder, of plan) (*intel.Index, error) {
	if s.deps.Folder == "" {
		return b.Build(), nil
	}
	x, err := s.store(b, of)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Unavailable, Op: "indicator.finish", Msg: "indicator.err.index", Err: err}
	}
	return x, nil
}

func (s *Service) store(b *intel.Builder, of plan) (*intel.Index, error) {
	if err := os.MkdirAll(s.deps.Folder, 0o750); err != nil {
		return nil, err
	}
	path, err := b.BuildFile(s.deps.Folder)
	if err != nil {
		return nil, err
	}
	x, err := intel.Open(path)
	if err != nil {
		return nil, err
	}
	note := built{File: filepath.Base(path), At: s.deps.Now()}
	for _, l := range of.lists {
		l.version.Report.Samples = nil // long, and asked of the records
		note.Lists = append(note.Lists, builtList{l.list, l.version, l.entries})
	}
	text, err := json.Marshal(note)
	if err == nil {
		err = writeNote(s.deps.Folder, text)
	}
	if err != nil {
		return nil, errors.Join(err, x.Close())
	}
	return x, nil
}

// writeNote puts builtNote in place at once: a torn one is found out by its
// form, and the index is then built anew.
func writeNote(folder string, text []byte) error {
	path := filepath.Join(folder, builtNote)
	if err := os.WriteFile(path+".tmp", text, 0o640); err != nil {
		return err
	}
	return os.Rename(path+".tmp", path)
}

// reopen takes the index that lies in the folder, patched to what is wanted,
// false when there is none, or too much has changed. A damaged one is never
// used: the log says why it is built anew.
func (s *Service) reopen(ctx context.Context, want plan) (bool, error) {
	if s.deps.Folder == "" {
		return false, nil
	}
	if err := s.sweep(); err != nil {
		return false, err
	}
	x, note, err := s.open()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return false, nil
	case err != nil:
		s.deps.Log.Error("the index in the folder is not used; it is built from the lists", "err", err)
		return false, nil
	}
	defer x.Close() // what is swapped in shares its memory
	return s.patchOver(ctx, x, note.plan(), want, note.At)
}

func (s *Service) open() (*intel.Index, built, error) {
	var note built
	path, err := intel.Current(s.deps.Folder)
	if err != nil {
		return nil, note, err
	}
	text, err := os.ReadFile(filepath.Join(s.deps.Folder, builtNote))
	if err != nil {
		return nil, note, err
	}
	if err := json.Unmarshal(text, &note); err != nil {
		return nil, note, fmt.Errorf("%s: %w", builtNote, err)
	}
	if note.File != filepath.Base(path) { // a crash came between the two
		return nil, note, fmt.Errorf("%s tells of %s, and the current index is %s: %w", builtNote, note.File, filepath.Base(path), fs.ErrNotExist)
	}
	x, err := intel.Open(path)
	return x, note, err
}

// sweep removes what reading left when a process died.
func (s *Service) sweep() error {
	left, err := filepath.Glob(filepath.Join(s.deps.Folder, "vonggac-list-*"))
	for _, path := range left {
		err = errors.Join(err, os.Remove(path))
	}
	return err
}

// prune removes the generations before the current one. One that is still held
// cannot be removed on Windows: the next prune takes it.
func (s *Service) prune() {
	if s.deps.Folder == "" {
		return
	}
	if err := intel.Prune(s.deps.Folder); err != nil {
		s.deps.Log.Info("an older index stays in the folder for now", "err", err)
	}
}
