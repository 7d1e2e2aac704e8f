// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Hold is what must be kept when its days are over: the rows of a selection, in
// a folder of the hold's own.
type Hold struct {
	ID string // letters, digits and -, which names the folder
	Selection
}

// HeldCopy is the manifest of a file that a hold keeps: the Parquet file beside
// it has those rows of an hour of the archive that the hold asks for.
type HeldCopy struct {
	Manifest
	Of string // SHA-256 of the file of the archive it was copied from
}

// Drop removes closed hours that have no row at or after before, and returns
// how many files went. What a hold asks for is copied to a folder below held
// first, synced; an hour that cannot be copied stays, and the others go.
func (a *Archive) Drop(ctx context.Context, before time.Time, held string, holds []Hold) (n int, err error) {
	if err := a.sealing.take(ctx); err != nil {
		return 0, err
	}
	defer a.sealing.end()
	var bad error
	err = a.walk(func(m Manifest, path string) error {
		if !m.Last.Before(before) || !m.Hour.Before(before) {
			return nil
		}
		for _, h := range holds {
			if !h.may(m) {
				continue
			}
			if err := copyHeld(ctx, m, path, filepath.Join(held, h.ID), h.Selection); err != nil {
				bad = errors.Join(bad, fmt.Errorf("hold %s: %w", h.ID, err))
				return ctx.Err()
			}
		}
		n++
		if err := remove(path); err != nil {
			return err
		}
		return os.Remove(strings.TrimSuffix(path, ".parquet") + ".json") // last, so that a crash between is made good
	})
	return n, errors.Join(err, bad)
}

// copyHeld copies the rows of a file that are meant into a folder. Done before,
// it is not done again.
func copyHeld(ctx context.Context, of Manifest, path, folder string, want Selection) error {
	mark := filepath.Join(folder, strings.TrimSuffix(of.File, ".parquet"))
	if m, err := readHeld(mark + ".json"); err == nil && m.Of == of.SHA256 {
		return verify(m.Manifest, mark+".parquet")
	} else if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := verify(of, path); err != nil { // nothing is copied from what is damaged, and nothing removed
		return err
	}
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	if err := remove(mark + ".parquet.tmp"); err != nil {
		return err
	}
	blocks := map[string]bool{}
	m, err := Target{Path: mark + ".parquet.tmp", Format: "parquet", About: map[string]string{"hold": filepath.Base(folder), "of": of.SHA256}}.make(func(put func(Row) error) error {
		return readFile(path, func(row Row) error {
			if !want.has(&row) {
				return ctx.Err()
			}
			blocks[row.Block] = true
			return put(row)
		})
	})
	if err != nil {
		return err
	}
	m.File, m.Hour, m.Blocks = of.File, of.Hour, len(blocks)
	raw, err := json.MarshalIndent(HeldCopy{m, of.SHA256}, "", "\t")
	if err != nil {
		return err
	}
	if err := os.Rename(mark+".parquet.tmp", mark+".parquet"); err != nil {
		return err
	}
	if err := writeSynced(mark+".json.tmp", raw); err != nil {
		return err
	}
	return errors.Join(os.Rename(mark+".json.tmp", mark+".json"), syncFolder(folder), syncFolder(filepath.Dir(folder)))
}

func readHeld(path string) (HeldCopy, error) {
	var m HeldCopy
	raw, err := os.ReadFile(path)
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	if err != nil {
		return m, fmt.Errorf("manifest %s: %w", path, err)
	}
	return m, nil
}

// HeldFiles lists what a hold keeps in its folder below held, the oldest hour
// first; hours of which it keeps no row are left out.
func HeldFiles(held, id string) ([]HeldCopy, error) {
	list, err := filepath.Glob(filepath.Join(held, id, "*.json"))
	if err != nil {
		return nil, err
	}
	var out []HeldCopy
	for _, path := range list {
		m, err := readHeld(path)
		if err != nil {
			return nil, err
		}
		if m.Rows > 0 {
			out = append(out, m)
		}
	}
	slices.SortFunc(out, func(a, b HeldCopy) int { return strings.Compare(a.File, b.File) })
	return out, nil
}

// ReleaseHeld removes what a hold keeps. It is no error when it keeps nothing.
func ReleaseHeld(held, id string) error {
	if id == "" || id != filepath.Base(id) || id == "." || id == ".." {
		return fmt.Errorf("lake.ReleaseHeld: no id %q", id)
	}
	return os.RemoveAll(filepath.Join(held, id))
}
