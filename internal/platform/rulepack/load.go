// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// The files beside the packs' folders.
const (
	commonFile   = "common.yaml"   // what every pack shares
	commonMore   = "common-*.yaml" // more of it, by subject; may be none
	calendarFile = "calendar.yaml" // the days of Vietnam
)

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
	set := &Set{days: days, common: common}
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
	if err := set.checkRegimes(); err != nil {
		return nil, err
	}
	if err := set.checkLinks(set.packs); err != nil {
		return nil, err
	}
	set.cite()
	set.now.Store(&edition{spans: set.spans(nil)})
	return set, nil
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
	b := builder{pack: &Pack{terms: map[string]Term{}}, at: map[string]string{}, rules: map[string]calendar.Counting{}}
	for _, f := range files {
		b.add(f)
	}
	b.check(folder)
	b.pack.Version = digest(files)
	b.pack.at = b.at
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
