// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Spill adds up Sums by key within bounded memory. It is not safe for
// concurrent use.
type Spill struct {
	parent string // where the folder of runs is made
	limit  int    // bytes in memory
	rows   map[string]int32
	sums   []Sum
	size   int // bytes in memory, about
	runs   runs
}

const (
	defaultLimit = 32 << 20
	// sumCost is what a row takes beside the bytes of its key: the Sum, the
	// map's slot at its usual load, and the rounding of the key.
	sumCost = 128
)

// NewSpill returns an empty Spill. Runs go to a new folder in parent, the
// system's temporary folder when empty, once the keys take about limit bytes;
// 0 means 32 MiB. The caller closes it.
func NewSpill(parent string, limit int) *Spill {
	return &Spill{parent: parent, limit: cmp.Or(limit, defaultLimit), rows: map[string]int32{}}
}

// Add adds sum to the row of key. It keeps no reference to key. Its error is
// about writing a run.
func (s *Spill) Add(key []byte, sum Sum) error {
	if i, ok := s.rows[string(key)]; ok {
		s.sums[i].Add(sum)
		return nil
	}
	if s.size += len(key) + sumCost; s.size > s.limit && len(s.rows) > 0 {
		if err := s.flush(); err != nil {
			return tooFull(s.limit, err)
		}
		s.size = len(key) + sumCost
	}
	s.rows[string(key)] = int32(len(s.sums))
	s.sums = append(s.sums, sum)
	return nil
}

func tooFull(limit int, err error) error {
	return fmt.Errorf("rows beyond %d bytes go to a temporary folder: %w; free some space or point TMPDIR elsewhere", limit, err)
}

// flush writes the rows in memory as a run.
func (s *Spill) flush() error {
	err := s.runs.write(s.parent, s.memory())
	clear(s.rows)
	s.sums = s.sums[:0]
	return err
}

func (s *Spill) empty() bool { return len(s.rows) == 0 && len(s.runs.files) == 0 }

// memory returns the rows in memory as a sorted source.
func (s *Spill) memory() source {
	type row struct {
		key string
		sum int32
	}
	rows := make([]row, 0, len(s.rows))
	for k, i := range s.rows {
		rows = append(rows, row{k, i})
	}
	slices.SortFunc(rows, func(a, b row) int { return strings.Compare(a.key, b.key) })
	var key []byte
	return source{next: func() ([]byte, Sum, bool, error) {
		if len(rows) == 0 {
			return nil, Sum{}, false, nil
		}
		r := rows[0]
		rows = rows[1:]
		key = append(key[:0], r.key...)
		return key, s.sums[r.sum], true, nil
	}, close: func() error { return nil }}
}

// Each calls fn for every key in byte order, each once with its whole Sum, and
// stops at its error. fn must not keep key. Nothing may be added afterwards.
func (s *Spill) Each(fn func(key []byte, sum Sum) error) error {
	sources, err := s.runs.open()
	if err == nil {
		err = merge(append(sources, s.memory()), fn)
	}
	for _, src := range sources {
		err = errors.Join(err, src.close())
	}
	return err
}

// Close removes the runs. A Spill that never wrote one has nothing to remove.
func (s *Spill) Close() error {
	s.rows, s.sums = nil, nil
	return s.runs.remove()
}
