// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

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
			if b.Forget(); b.Seen != nil {
				t.Error("a block has rows that it gave back")
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

// TestRowsOfBlocksDependOnTheBlockOnly compares the rows of blocks, in their
// order, with those of a map over the lines of each block.
func TestRowsOfBlocksDependOnTheBlockOnly(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		size := rapid.Int64Range(1, 4000).Draw(rt, "block")
		clients := []string{"10.0.0.1", "10.0.0.2", "2001:db8::1", "2001:db8:0:1::1"}
		start := time.Date(2026, 11, 20, 16, 59, 0, 0, time.UTC) // a minute before midnight in Vietnam
		var b strings.Builder
		var want []string
		index := map[string]int{}
		var rows []scan.Seen
		of := int64(-1)
		end := func() {
			for _, r := range rows {
				want = append(want, fmt.Sprint(of, r))
			}
			rows = nil
			clear(index)
		}
		for range rapid.IntRange(1, 200).Draw(rt, "lines") {
			at := start.Add(time.Duration(rapid.IntRange(0, 100).Draw(rt, "second")) * time.Second)
			name := rapid.StringMatching("[ab]{1,2}[.]x").Draw(rt, "name")
			client := rapid.SampledFrom(clients).Draw(rt, "client")
			if in := int64(b.Len()) / size; in != of {
				end()
				of = in
			}
			fmt.Fprintf(&b, "%s dnsmasq[9]: query[A] %s from %s\n", at.Format("Jan _2 15:04:05"), name, client)
			key := fmt.Sprint(client, name, at.In(rollup.Vietnam()).Day())
			i, ok := index[key]
			if !ok {
				i = len(rows)
				index[key] = i
				rows = append(rows, scan.Seen{Client: netip.MustParseAddr(client), Name: name, First: at, Last: at})
			}
			r := &rows[i]
			r.Count++
			if at.Before(r.First) {
				r.First = at
			}
			if at.After(r.Last) {
				r.Last = at
			}
		}
		end()
		opt := scan.Options{Lines: format.Options{At: start.Add(24 * time.Hour), Zone: time.UTC}, Seen: true, BlockSize: size,
			Workers: rapid.IntRange(1, 4).Draw(rt, "workers")}
		var got []string
		forget := rapid.Bool().Draw(rt, "forget")
		_, err := scan.Stream(t.Context(), strings.NewReader(b.String()), scan.InPieces(opt, rapid.IntRange(1, 3000).Draw(rt, "piece")), func(b scan.Block) error {
			for _, r := range b.Seen {
				got = append(got, fmt.Sprint(b.Offset/size, r))
			}
			if forget {
				b.Forget()
			}
			return nil
		})
		if err != nil || !slices.Equal(got, want) {
			rt.Fatalf("%v\n%q, want\n%q", err, got, want)
		}
	})
}

// TestSeenAllocatesWithBlocksNotWithLines holds the rows of a block to a few
// allocations, however many there are.
func TestSeenAllocatesWithBlocksNotWithLines(t *testing.T) {
	log := benchLog(40_000, true)
	bind, _ := format.Lookup("bind9")
	opt := scan.Options{Format: bind, Lines: format.Options{At: at}, Seen: true, Workers: 1}
	n := testing.AllocsPerRun(2, func() {
		sum, err := scan.Stream(t.Context(), bytes.NewReader(log), opt, func(scan.Block) error { return nil })
		if err != nil || sum.Parsed != 40_000 {
			t.Errorf("%d parsed, %v", sum.Parsed, err)
		}
	})
	if n > 2500 {
		t.Errorf("%.0f allocations for 40,000 rows", n)
	}
}
