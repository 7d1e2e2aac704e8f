// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/rollup"
	"github.com/vonggac/vonggac/engine/scan"
)

// brief lists names some of which hold for seconds within the logs of mixed.
func brief(t *testing.T) *intel.Index {
	t.Helper()
	from := time.Date(2026, 11, 20, 16, 55, 20, 0, time.UTC)
	var b intel.Builder
	bad, err := b.AddList(intel.List{Name: "bad"})
	if err != nil {
		t.Fatal(err)
	}
	good, err := b.AddList(intel.List{Name: "good", Kind: intel.Allow})
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range []struct {
		list intel.Handle
		intel.Indicator
	}{
		{bad, intel.Indicator{Value: "evil.com", From: from, Until: from.Add(time.Minute)}},
		{bad, intel.Indicator{Value: "www.evil.com"}},
		{bad, intel.Indicator{Value: "bad.net"}},
		{good, intel.Indicator{Value: "bad.net", Until: from.Add(30 * time.Second)}},
		{good, intel.Indicator{Value: "fine.org", From: from}},
		{bad, intel.Indicator{Value: "n7.example.vn", From: at.AddDate(1, 0, 0)}},
	} {
		if why, err := b.Add(e.list, e.Indicator); why != "" || err != nil {
			t.Fatal(why, err)
		}
	}
	return b.Build()
}

// Entries that hold for a time count for the queries of that time and for no
// others, whatever the size of pieces and blocks, also in the roll-up.
func TestAnEntryCountsInItsTimeAlone(t *testing.T) {
	t.Parallel()
	x := brief(t)
	if !x.Timed() {
		t.Fatal("no entry is timed")
	}
	for _, name := range []string{"bind9", "eve"} {
		f, _ := format.Lookup(name)
		log := mixed(5, name, 400)
		for _, piece := range []int{1, 3000, 1 << 20} {
			for _, workers := range []int{1, 2, 5} {
				sameAsPlain(t, log, f, x, scan.InPieces(scan.Options{Workers: workers, BlockSize: 777}, piece))
			}
		}
	}
}

func TestWhatIsNoLongerValidCountsForOldLogs(t *testing.T) {
	t.Parallel()
	day := func(n int) time.Time { return time.Date(2026, 11, n, 12, 0, 0, 0, time.UTC) }
	var b intel.Builder
	bad, err := b.AddList(intel.List{Name: "bad"})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []intel.Indicator{
		{Value: "past.com", From: day(5), Until: day(10)}, {Value: "later.com", From: day(25)}, {Value: "revoked.com", Reference: "r"},
		{Reference: "r", Value: "revoked.com", Revoked: true},
	} {
		if why, err := b.Add(bad, i); err != nil || why != "" && why != intel.Revoked {
			t.Fatal(why, err)
		}
	}
	x := b.Build()
	var log strings.Builder
	for _, n := range []int{7, 20} {
		fmt.Fprintf(&log, "q 10.0.0.1 %d past.com later.com revoked.com\n", day(n).Unix())
	}
	log.WriteString("q 10.0.0.1 ? past.com later.com revoked.com\n")
	for _, c := range []struct {
		now  time.Time
		want string
	}{
		{day(22), "past.com:1"},
		{day(26), "past.com:1 later.com:3"},
		{day(8), "past.com:3"},
		{time.Time{}, "past.com:2 later.com:1"}, // the line without time is judged by nothing
	} {
		table := rollup.New(nil, t.TempDir(), 0)
		blocks, sum, err := read(t, strings.NewReader(log.String()), scan.Options{Index: x, Now: c.now, Rollup: table})
		if err != nil {
			t.Fatal(err)
		}
		by, order := map[string]int64{}, []string{}
		for _, h := range blocks[0].Hits {
			if by[h.Name] == 0 {
				order = append(order, h.Name)
			}
			by[h.Name] += h.Count
		}
		var got []string
		for _, name := range order {
			got = append(got, fmt.Sprintf("%s:%d", name, by[name]))
		}
		if said := strings.Join(got, " "); said != c.want {
			t.Errorf("looked at on %v: %q, want %q (%d lines hit)", c.now, said, c.want, sum.Hits)
		}
		var hits int64
		if err := table.Each(func(r rollup.Row) error {
			if r.Verdict == rollup.Hit {
				hits += r.Count
			}
			return nil
		}); err != nil || hits != by["past.com"]+by["later.com"] {
			t.Errorf("%d queries hit in the roll-up: %v", hits, err)
		}
		if err := table.Close(); err != nil {
			t.Fatal(err)
		}
	}
}
