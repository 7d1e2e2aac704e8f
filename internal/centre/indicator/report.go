// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/engine/intel"
)

// Report accounts for the rows of one file:
// Rows = Added + Merged + the sums of Skipped and Rejected.
type Report struct {
	Layout   Layout           `json:"layout"` // found or asked for
	Lines    int64            `json:"lines"`  // with comments, blanks and the head
	Rows     int64            `json:"rows"`   // indicators read
	Added    int64            `json:"added"`
	Merged   int64            `json:"merged"`   // named before in the same file
	Narrowed int64            `json:"narrowed"` // of Added: for the bare name only, see intel.Report
	Skipped  map[string]int64 `json:"skipped,omitempty"`
	Rejected map[string]int64 `json:"rejected,omitempty"`
	Samples  []Sample         `json:"samples,omitempty"` // the first rejected rows
}

// Sample is a rejected row.
type Sample struct {
	Line   int64  `json:"line"` // from 1
	Text   string `json:"text"`
	Reason string `json:"reason"` // an intel.Reason
}

func reportOf(r intel.Report) Report {
	out := Report{Layout: Layout(r.Layout.String()), Lines: r.Lines, Rows: r.Rows, Added: r.Added, Merged: r.Duplicates, Narrowed: r.Narrowed}
	count := func(from map[intel.Reason]int64) map[string]int64 {
		to := make(map[string]int64, len(from))
		for why, n := range from {
			to[string(why)] = n
		}
		return to
	}
	out.Skipped, out.Rejected = count(r.Skipped), count(r.Rejected)
	for _, s := range r.Samples {
		out.Samples = append(out.Samples, Sample{Line: s.Line, Text: s.Text, Reason: string(s.Reason)})
	}
	return out
}

// Sum adds up the counters of one column of the account.
func Sum(counts map[string]int64) int64 {
	var n int64
	for _, c := range counts {
		n += c
	}
	return n
}

// Adds reports whether the account adds up to the row.
func (r Report) Adds() bool { return r.Rows == r.Added+r.Merged+Sum(r.Skipped)+Sum(r.Rejected) }

// byCount lists reasons, the most frequent first.
func byCount(counts map[string]int64) []string {
	return slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(cmp.Compare(counts[b], counts[a]), strings.Compare(a, b))
	})
}

// reasonKey is the catalogue key of a reason, and its argument if it has one:
// the kind of indicator after "type:".
func reasonKey(reason string) (key, arg string) {
	if kind, ok := strings.CutPrefix(reason, "type:"); ok {
		return "indicator.reason.type", kind
	}
	return "indicator.reason." + reason, ""
}
