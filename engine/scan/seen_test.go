// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan"
)

// TestBlocksSayWhoAskedForWhat adds up the rows of all blocks, of any size, and
// compares them with the roll-up of the whole log.
func TestBlocksSayWhoAskedForWhat(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	for i := range 400 {
		at := time.Date(2026, 11, 20, 16, 0, 0, 0, time.UTC).Add(time.Duration(i) * 13 * time.Second) // over midnight in Vietnam
		fmt.Fprintf(&b, "%s dnsmasq[9]: query[A] H%d.Example from 10.0.0.%d\n", at.Format("Jan _2 15:04:05"), i%7, i%3)
	}
	opt := scan.Options{Lines: format.Options{At: time.Date(2026, 11, 22, 0, 0, 0, 0, time.UTC), Zone: time.UTC}, Seen: true}
	for _, size := range []int64{1, 500, 1 << 20} {
		table := rollup.New(nil, t.TempDir(), 0)
		defer table.Close()
		opt.BlockSize, opt.Rollup = size, table
		sums := map[string]rollup.Row{}
		_, err := scan.Stream(t.Context(), strings.NewReader(b.String()), opt, func(b scan.Block) error {
			for _, s := range b.Seen {
				day := s.First.In(rollup.Vietnam()).Format(time.DateOnly)
				if last := s.Last.In(rollup.Vietnam()).Format(time.DateOnly); last != day {
					t.Errorf("a row from %s to %s", day, last)
				}
				key := day + " " + s.Client.String() + " " + s.Name
				r, ok := sums[key]
				if !ok || s.First.Before(r.First) {
					r.First = s.First
				}
				if s.Last.After(r.Last) {
					r.Last = s.Last
				}
				r.Count += s.Count
				sums[key] = r
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var want, got []string
		if err := table.Each(func(r rollup.Row) error {
			want = append(want, fmt.Sprint(r.Day, " ", r.Client, " ", r.Name, r.Count, r.First, r.Last))
			return nil
		}); err != nil {
			t.Fatal(err)
		}
		for key, r := range sums {
			got = append(got, fmt.Sprint(key, r.Count, r.First, r.Last))
		}
		slices.Sort(want)
		slices.Sort(got)
		if len(want) < 30 || !slices.Equal(got, want) {
			t.Errorf("blocks of %d bytes: %d rows, want %d", size, len(got), len(want))
		}
	}
}
