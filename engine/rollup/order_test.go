// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"maps"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/engine/rollup"
)

// naive makes what WriteCSV gives with a map and one sort of whole keys.
func naive(t *testing.T, queries []query) string {
	t.Helper()
	rows := map[string]rollup.Sum{}
	for _, q := range queries {
		var key []byte
		if !q.at.IsZero() {
			key = q.at.In(rollup.Vietnam()).AppendFormat(key, time.DateOnly)
		}
		key = append(key, 0)
		if q.client.IsValid() {
			key = append(key, q.client.String()...)
		}
		key = append(append(append(key, 0), q.name...), byte(q.v))
		s := rows[string(key)]
		s.Add(rollup.At(q.at))
		rows[string(key)] = s
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	lines := [][]string{rollup.Head}
	for _, key := range slices.Sorted(maps.Keys(rows)) {
		day, rest, _ := strings.Cut(key, "\x00")
		client, name, _ := strings.Cut(rest, "\x00")
		s, end := rows[key], len(name)-1
		lines = append(lines, []string{day, client, name[:end], fmt.Sprint(s.Count), rollup.Stamp(s.First()), rollup.Stamp(s.Last()), rollup.Verdict(name[end]).String()})
	}
	if err := w.WriteAll(lines); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestRowsAreInTheOrderOfTheirKeys draws names that are alike for long, clients
// of all kinds and events without time.
func TestRowsAreInTheOrderOfTheirKeys(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(rt *rapid.T) {
		var queries []query
		for range rapid.IntRange(0, 300).Draw(rt, "n") {
			q := query{name: strings.Repeat("www.same", rapid.IntRange(0, 3).Draw(rt, "alike")) + rapid.StringMatching("[a-b.\x00-\x02,\" ệ\\\\-]{0,9}").Draw(rt, "name")}
			q.v = rollup.Verdict(len(q.name) % 3)
			switch n := byte(rapid.IntRange(0, 12).Draw(rt, "client")); {
			case n > 6:
				q.client = netip.AddrFrom4([4]byte{10, 0, n % 2, n * 9})
			case n > 0:
				q.client = netip.AddrFrom16([16]byte{0x20, 1, 15: n})
			}
			if n := rapid.IntRange(0, 40).Draw(rt, "hour"); n > 0 {
				q.at = noon.Add(time.Duration(n)*time.Hour + rapid.SampledFrom([]time.Duration{0, 1, 120, 5e3, 70e6, 123e6, 999_999_999}).Draw(rt, "part"))
			}
			queries = append(queries, q)
		}
		want := naive(t, queries)
		for _, limit := range []int{0, rapid.IntRange(1, 20_000).Draw(rt, "limit")} {
			if diff := cmp.Diff(want, written(t, rollup.New(nil, dir, limit), queries...)); diff != "" {
				rt.Fatalf("limit %d: %s", limit, diff)
			}
		}
	})
}

// TestManyNamesAreSortedInParts has enough of them to be dealt out, most of them
// alike in their first bytes, and clients with few and with many.
func TestManyNamesAreSortedInParts(t *testing.T) {
	t.Parallel()
	var queries []query
	for i := range 40_000 {
		name := fmt.Sprintf("static.img.long-host-name-of-a-network.b%x.example", i*7919%38_000)
		if i%8 == 0 {
			name = fmt.Sprintf("%x.example", i*31)
		}
		queries = append(queries, query{noon.Add(time.Duration(i) * time.Second), netip.AddrFrom4([4]byte{10, 0, byte(i % 3), byte(min(i%251, 200))}), name, rollup.None})
	}
	want := naive(t, queries)
	for _, limit := range []int{0, 1 << 20} {
		if got := written(t, rollup.New(nil, t.TempDir(), limit), queries...); got != want {
			t.Errorf("limit %d: the rows differ from those of a map", limit)
		}
	}
}
