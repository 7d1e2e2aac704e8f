// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup_test

import (
	"encoding/csv"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/engine/rollup"
)

var (
	noon   = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)
	client = netip.MustParseAddr("10.0.0.1")
)

type query struct {
	at     time.Time
	client netip.Addr
	name   string
	v      rollup.Verdict
}

func written(t *testing.T, table *rollup.Table, queries ...query) string {
	t.Helper()
	for _, q := range queries {
		if err := table.Add(q.at, q.client, []byte(q.name), q.v); err != nil {
			t.Fatal(err)
		}
	}
	var out strings.Builder
	if err := table.WriteCSV(&out); err != nil {
		t.Fatal(err)
	}
	if err := table.Close(); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestWriteCSV(t *testing.T) {
	t.Parallel()
	const head = "day,client,name,count,first,last,verdict\n"
	for name, c := range map[string]struct {
		zone    *time.Location
		queries []query
		want    string
	}{
		"nothing is a head alone": {nil, nil, ""},
		"equal rows add up, first and last in any order": {nil, []query{
			{noon, client, "a.com", rollup.Hit}, {noon.Add(-time.Hour), client, "a.com", rollup.Hit}, {noon.Add(time.Millisecond), client, "a.com", rollup.Hit},
		}, "2026-11-21,10.0.0.1,a.com,3,2026-11-21T11:00:00Z,2026-11-21T12:00:00.001Z,hit\n"},
		"days begin at midnight in Viet Nam": {nil, []query{
			{noon.Add(5 * time.Hour), client, "a.com", rollup.None}, {noon.Add(5*time.Hour - time.Nanosecond), client, "a.com", rollup.None},
		}, "2026-11-21,10.0.0.1,a.com,1,2026-11-21T16:59:59.999999999Z,2026-11-21T16:59:59.999999999Z,none\n" +
			"2026-11-22,10.0.0.1,a.com,1,2026-11-21T17:00:00Z,2026-11-21T17:00:00Z,none\n"},
		"days of another zone": {time.UTC, []query{{noon.Add(6 * time.Hour), client, "a.com", rollup.Allowed}},
			"2026-11-21,10.0.0.1,a.com,1,2026-11-21T18:00:00Z,2026-11-21T18:00:00Z,allowed\n"},
		"no time, no client": {nil, []query{{time.Time{}, netip.Addr{}, "a.com", rollup.None}, {time.Time{}, netip.Addr{}, "a.com", rollup.None}},
			",,a.com,2,,,none\n"},
		"before 1970": {time.UTC, []query{{time.Date(1969, 12, 31, 23, 59, 0, 0, time.UTC), client, "a.com", rollup.None}},
			"1969-12-31,10.0.0.1,a.com,1,1969-12-31T23:59:00Z,1969-12-31T23:59:00Z,none\n"},
		"names of any bytes": {nil, []query{{noon, client, "a\x00b\",c", rollup.None}, {noon, client, "a", rollup.None}, {noon, client, "", rollup.None}},
			"2026-11-21,10.0.0.1,,1,2026-11-21T12:00:00Z,2026-11-21T12:00:00Z,none\n" +
				"2026-11-21,10.0.0.1,a,1,2026-11-21T12:00:00Z,2026-11-21T12:00:00Z,none\n" +
				"2026-11-21,10.0.0.1,\"a\x00b\"\",c\",1,2026-11-21T12:00:00Z,2026-11-21T12:00:00Z,none\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, limit := range []int{0, 1} { // in memory; a run a row
				got := written(t, rollup.New(c.zone, t.TempDir(), limit), c.queries...)
				if diff := cmp.Diff(head+c.want, got); diff != "" {
					t.Errorf("limit %d: %s", limit, diff)
				}
			}
		})
	}
}

// TestSpilledIsTheSameAsInMemory compares tables of several limits with a map.
func TestSpilledIsTheSameAsInMemory(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		n := rapid.IntRange(0, 400).Draw(rt, "n")
		var queries []query
		counts := map[string]int64{}
		for range n {
			q := query{at: noon.Add(time.Duration(rapid.IntRange(-100, 100).Draw(rt, "hour")) * time.Hour), client: client,
				name: rapid.StringMatching(`[ab]{0,3}`).Draw(rt, "name"), v: rollup.None}
			queries = append(queries, q)
			counts[q.at.In(rollup.Vietnam()).Format(time.DateOnly)+"|"+q.name]++
		}
		want := written(t, rollup.New(nil, dir, 0), queries...)
		small := written(t, rollup.New(nil, dir, rapid.IntRange(1, 3000).Draw(rt, "limit")), queries...)
		if diff := cmp.Diff(want, small); diff != "" {
			rt.Fatal(diff)
		}
		rows, err := csv.NewReader(strings.NewReader(want)).ReadAll()
		if err != nil {
			rt.Fatal(err)
		}
		rows = rows[1:]
		if len(rows) != len(counts) || !slices.IsSortedFunc(rows, slices.Compare) {
			rt.Fatalf("%d rows of %d, or not sorted", len(rows), len(counts))
		}
		for _, r := range rows {
			if r[3] != fmt.Sprint(counts[r[0]+"|"+r[2]]) {
				rt.Fatalf("%q, want %d", r, counts[r[0]+"|"+r[2]])
			}
		}
	})
	left, err := os.ReadDir(dir)
	if err != nil || len(left) != 0 {
		t.Errorf("runs are left behind: %v, %v", left, err)
	}
}

func TestManyRunsBecomeOne(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := rollup.NewSpill(dir, 1)
	const keys, times = 50, 5
	for i := range keys * times {
		if err := s.Add(fmt.Appendf(nil, "%02d", i%keys), rollup.At(noon)); err != nil {
			t.Fatal(err)
		}
	}
	runs, err := filepath.Glob(filepath.Join(dir, "*", "*.run"))
	if err != nil || len(runs) == 0 || len(runs) > 64 {
		t.Errorf("%d runs, %v", len(runs), err)
	}
	n := 0
	err = s.Each(func(key []byte, sum rollup.Sum) error {
		if string(key) != fmt.Sprintf("%02d", n) || sum.Count != times {
			t.Errorf("row %d: %s %d", n, key, sum.Count)
		}
		n++
		return nil
	})
	if err != nil || n != keys {
		t.Errorf("%d rows, %v", n, err)
	}
	if err := s.Close(); err != nil {
		t.Error(err)
	}
}

func TestErrorsComeThrough(t *testing.T) {
	t.Parallel()
	s := rollup.NewSpill(filepath.Join(t.TempDir(), "absent"), 1)
	if err := s.Add([]byte("a"), rollup.At(noon)); err != nil {
		t.Fatal(err)
	}
	if err := s.Add([]byte("b"), rollup.At(noon)); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("no folder for runs: %v", err)
	}
	stop := errors.New("stop")
	full := rollup.NewSpill(t.TempDir(), 1)
	for _, k := range []string{"a", "b", "c"} {
		if err := full.Add([]byte(k), rollup.At(noon)); err != nil {
			t.Fatal(err)
		}
	}
	if err := full.Each(func([]byte, rollup.Sum) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("the caller's error: %v", err)
	}
	if err := full.Close(); err != nil {
		t.Error(err)
	}
}
