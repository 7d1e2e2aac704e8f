// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/vonggac/vonggac/internal/platform/blob"
)

// Keep says how many backups stay: the newest of each of so many days, weeks
// and months that have one. Those made before upgrades count apart.
type Keep struct {
	Daily   int `json:"daily"`
	Weekly  int `json:"weekly"`
	Monthly int `json:"monthly"`
}

const keepUpgrades = 3

// Surplus lists the names of entries, newest first, that k does not keep. The
// newest sound backup always stays, and so does what cannot be read: a person
// looks at that. Days are those of zone.
func (k Keep) Surplus(entries []Entry, zone *time.Location) (names []string) {
	spans := []struct {
		left int
		of   func(time.Time) string
		last string
	}{
		{k.Daily, func(t time.Time) string { return t.Format(time.DateOnly) }, ""},
		{k.Weekly, func(t time.Time) string { y, w := t.ISOWeek(); return fmt.Sprint(y, " ", w) }, ""},
		{k.Monthly, func(t time.Time) string { return t.Format("2006-01") }, ""},
	}
	upgrades, first := 0, true
	for _, e := range entries {
		if e.Err != nil {
			continue
		}
		if e.Manifest.Reason == Upgrade {
			if upgrades++; upgrades > keepUpgrades {
				names = append(names, e.Name)
			}
			continue
		}
		keep := first
		first = false
		for i := range spans {
			s := &spans[i]
			if at := s.of(e.Manifest.MadeAt.In(zone)); s.left > 0 && at != s.last {
				s.left, s.last, keep = s.left-1, at, true
			}
		}
		if !keep {
			names = append(names, e.Name)
		}
	}
	return names
}

// Tidy removes the backups that keep leaves no place for, then the received
// files that no backup names any more. It is called after a new backup only,
// so that a disk that fills costs no old one. It returns the names removed.
func (t Target) Tidy(ctx context.Context, keep Keep, zone *time.Location, now time.Time) (names []string, err error) {
	unlock, err := t.lock()
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, unlock()) }()
	list, err := t.List()
	if err != nil {
		return nil, err
	}
	names = keep.Surplus(list, zone)
	for _, name := range names {
		// Out of the list in one step, so that what is half removed looks like nothing.
		gone := filepath.Join(t.Dir, partialPre+name)
		if err := errors.Join(os.Rename(filepath.Join(t.Dir, name), gone), os.RemoveAll(gone)); err != nil {
			return nil, fmt.Errorf("remove old backup: %w", err)
		}
	}
	if len(names) == 0 {
		return nil, nil
	}
	return names, t.sweep(ctx, now)
}

// sweep removes received files that no backup names. When any backup cannot be
// read, nothing is removed: it may name them.
func (t Target) sweep(ctx context.Context, now time.Time) (err error) {
	list, err := t.List()
	if err != nil {
		return err
	}
	used := map[string]bool{}
	for _, e := range list {
		if e.Err != nil {
			return nil
		}
		r, err := openReader(filepath.Join(t.Dir, e.Name), e.Manifest)
		if err != nil {
			return err
		}
		err = r.eachFile(ctx, func(ref blob.Ref) error { used[ref.SHA256] = true; return nil })
		r.close()
		if err != nil {
			return nil // damaged: its files stay
		}
	}
	store, err := t.store(now)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, store.Close()) }()
	var gone []string
	err = store.All(ctx, func(ref blob.Ref) error {
		if !used[ref.SHA256] {
			gone = append(gone, ref.SHA256)
		}
		return nil
	})
	for _, sha := range gone {
		err = errors.Join(err, store.Remove(sha))
	}
	return err
}
