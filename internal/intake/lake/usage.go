// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lake

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Use is what the archive keeps of one source of one day of receipt.
type Use struct {
	Day           calendar.Date
	Source, Owner string // "" where a file does not say whose its rows are
	Rows          int64
	Raw           int64 // bytes of its lines as they came
	Disk          int64 // bytes: the source's part of the files by Raw
}

// Usage is what an archive takes.
type Usage struct {
	Files     int
	Disk      int64 // of the closed hours
	OpenDisk  int64 // of hours that are not closed, which are in no Use
	Rows, Raw int64 // of the closed hours
	Days      []Use // the latest day first, then by source and owner
}

// counted is the account of one folder of the archive, as long as it holds these
// files: they never change.
type counted struct {
	names string
	files int
	disk  int64
	uses  []Use
}

// Usage says what the archive takes, by source and day.
func (a *Archive) Usage() (Usage, error) {
	var u Usage
	folders, err := filepath.Glob(filepath.Join(a.dir, "[0-9][0-9][0-9][0-9]", "[0-9][0-9]", "[0-9][0-9]"))
	if err != nil {
		return u, err
	}
	all := map[Use]*Use{}
	a.counting.Lock()
	defer a.counting.Unlock()
	was := a.counted
	a.counted = map[string]counted{}
	for _, folder := range folders {
		c, err := countFolder(folder, was[folder])
		if err != nil {
			return u, err
		}
		a.counted[folder] = c
		u.Files, u.Disk = u.Files+c.files, u.Disk+c.disk
		for _, one := range c.uses {
			add(all, one)
		}
	}
	u.Days = sorted(all)
	for _, one := range u.Days {
		u.Rows, u.Raw = u.Rows+one.Rows, u.Raw+one.Raw
	}
	open, err := os.ReadDir(filepath.Join(a.dir, "open"))
	for _, e := range open {
		if info, one := e.Info(); one == nil {
			u.OpenDisk += info.Size()
		} else if !errors.Is(one, fs.ErrNotExist) { // it was closed meanwhile
			err = errors.Join(err, one)
		}
	}
	return u, err
}

// add sums one into what is of the same source and day.
func add(all map[Use]*Use, one Use) {
	key := Use{Day: one.Day, Source: one.Source, Owner: one.Owner}
	if have := all[key]; have != nil {
		have.Rows, have.Raw, have.Disk = have.Rows+one.Rows, have.Raw+one.Raw, have.Disk+one.Disk
		return
	}
	all[key] = &one
}

func sorted(all map[Use]*Use) []Use {
	list := make([]Use, 0, len(all))
	for _, one := range all {
		list = append(list, *one)
	}
	slices.SortFunc(list, func(a, b Use) int {
		return cmp.Or(b.Day.Compare(a.Day), cmp.Compare(a.Source, b.Source), cmp.Compare(a.Owner, b.Owner))
	})
	return list
}

func countFolder(folder string, was counted) (counted, error) {
	list, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return counted{}, nil
	}
	var names []string
	for _, e := range list {
		if strings.HasSuffix(e.Name(), ".json") {
			names = append(names, e.Name())
		}
	}
	c := counted{names: strings.Join(names, "\n")}
	if err != nil || c.names == was.names {
		return was, err
	}
	all := map[Use]*Use{}
	for _, name := range names {
		m, err := readManifest(filepath.Join(folder, name))
		if errors.Is(err, fs.ErrNotExist) { // removed meanwhile
			continue
		}
		if err != nil {
			return c, err
		}
		c.files, c.disk = c.files+1, c.disk+m.Bytes
		day := calendar.DateOf(m.Hour)
		if len(m.Shares) == 0 {
			add(all, Use{Day: day, Rows: m.Rows, Raw: m.Raw, Disk: m.Bytes})
		}
		for _, s := range m.Shares {
			add(all, Use{Day: day, Source: s.Source, Owner: s.Owner, Rows: s.Rows, Raw: s.Raw, Disk: int64(float64(m.Bytes) * float64(s.Raw) / float64(max(m.Raw, 1)))})
		}
	}
	c.uses = sorted(all)
	return c, nil
}
