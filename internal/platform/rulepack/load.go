// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// The files beside the packs' folders.
const (
	commonFile   = "common.yaml"   // what every pack shares
	commonMore   = "common-*.yaml" // more of it, by subject; may be none
	calendarFile = "calendar.yaml" // the days of Vietnam
)

// Set is every pack and the calendar they count with. It is read-only.
type Set struct {
	packs []*Pack // by first day
	days  *calendar.Calendar
}

// Load reads a tree of rule packs: calendar.yaml, common.yaml, and one folder a
// pack with any number of YAML files. It refuses unknown fields, references
// that lead nowhere, labels missing in a language, facts without a source, and
// regimes that overlap or leave a gap. The error lists every fault as
// file:line: what is wrong.
func Load(tree fs.FS) (*Set, error) {
	days, err := loadCalendar(tree)
	if err != nil {
		return nil, err
	}
	common, err := readFile(tree, commonFile)
	if err != nil {
		return nil, err
	}
	entries, err := fs.ReadDir(tree, ".")
	if err != nil {
		return nil, fmt.Errorf("rule packs: %w", err)
	}
	set := &Set{days: days}
	var errs []error
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		p, err := loadPack(tree, e.Name(), common)
		if err != nil {
			errs = append(errs, err)
			continue
		}
		set.packs = append(set.packs, p)
	}
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	return set, set.checkRegimes()
}

func loadPack(tree fs.FS, folder string, common file) (*Pack, error) {
	names, err := fs.Glob(tree, folder+"/*.yaml")
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	shared, err := fs.Glob(tree, commonMore)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", folder, err)
	}
	files := []file{common}
	for _, name := range append(shared, names...) {
		f, err := readFile(tree, name)
		if err != nil {
			return nil, err
		}
		files = append(files, f)
	}
	b := builder{pack: &Pack{terms: map[string]Label{}}, at: map[string]string{}, rules: map[string]calendar.Counting{}}
	for _, f := range files {
		b.add(f)
	}
	b.check(folder)
	b.pack.Version = digest(files)
	return b.pack, errors.Join(b.errs...)
}

// digest covers names and contents, each with its length before it, so that no
// two different trees read the same.
func digest(files []file) string {
	h := sha256.New()
	for _, f := range files {
		fmt.Fprintf(h, "%d %s %d\n", len(f.name), f.name, len(f.data))
		h.Write(f.data)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// checkRegimes says whether the packs follow one another day by day.
func (s *Set) checkRegimes() error {
	if len(s.packs) == 0 {
		return errors.New("rule packs: no folder holds a pack")
	}
	slices.SortFunc(s.packs, func(a, b *Pack) int { return a.From.Compare(b.From) })
	for i, p := range s.packs {
		last := i == len(s.packs)-1
		if last != p.To.IsZero() {
			return fmt.Errorf("%s: only the newest pack, and it always, has no last day", p.ID)
		}
		if !last && p.To.AddDays(1) != s.packs[i+1].From {
			return fmt.Errorf("%s ends on %s but %s begins on %s: regimes follow one another day by day",
				p.ID, p.To, s.packs[i+1].ID, s.packs[i+1].From)
		}
	}
	return nil
}

// At returns the pack in force on d. Days before the first regime get the
// first pack.
func (s *Set) At(d calendar.Date) *Pack {
	p := s.packs[0]
	for _, next := range s.packs[1:] {
		if d.Compare(next.From) >= 0 {
			p = next
		}
	}
	return p
}

// Get returns the pack with the id, and false when there is none.
func (s *Set) Get(id string) (*Pack, bool) {
	return find(s.packs, id, func(p *Pack) string { return p.ID })
}

// Packs returns every pack, the oldest regime first.
func (s *Set) Packs() []*Pack { return slices.Clone(s.packs) }

// Calendar returns the days of Vietnam, the same under every regime.
func (s *Set) Calendar() *calendar.Calendar { return s.days }
