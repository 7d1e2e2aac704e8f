// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/engine/intel/exchange"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Report accounts for the rows of one file:
// Rows = Added + Merged + the sums of Skipped and Rejected.
type Report struct {
	Layout   Layout           `json:"layout"` // found or asked for
	Title    string           `json:"title,omitempty"`
	Lines    int64            `json:"lines"` // with comments, blanks and the head; 0 for JSON
	Rows     int64            `json:"rows"`  // indicators read
	Added    int64            `json:"added"`
	Merged   int64            `json:"merged"`            // named before in the same file
	Narrowed int64            `json:"narrowed"`          // of Added: for the bare name only, see intel.Narrowed
	Widened  int64            `json:"widened,omitempty"` // of Added: match more than the row says, see exchange.Report
	Skipped  map[string]int64 `json:"skipped,omitempty"` // expired and revoked ones
	Rejected map[string]int64 `json:"rejected,omitempty"`
	Passed   map[string]int64 `json:"passed,omitempty"`  // what is no row: objects of a bundle by type
	Samples  []Sample         `json:"samples,omitempty"` // the first rejected rows
	Break    string           `json:"break,omitempty"`   // how a damaged file breaks, as the reader says it
	Broken   *exchange.Break  `json:"broken,omitempty"`  // where, of JSON
}

// breakText says in words how the file breaks.
func (r Report) breakText(ctx context.Context) string {
	if r.Broken == nil {
		return i18n.T(ctx, "indicator.break.other")
	}
	b := r.Broken
	return i18n.T(ctx, "indicator.break", i18n.Number(ctx, b.At), i18n.T(ctx, "indicator.break."+string(b.Why), b.Have, b.Want))
}

// Sample is a rejected row.
type Sample struct {
	Line   int64  `json:"line"`         // of the text, or the place of the object, from 1
	ID     string `json:"id,omitempty"` // of a STIX or MISP object
	Text   string `json:"text"`
	Reason string `json:"reason"` // an intel.Reason
}

// Reasons of what is skipped.
const (
	skipExpired = "expired"
	skipRevoked = "revoked"
)

func reportOf(r exchange.Report, narrowed int64) Report {
	out := Report{Layout: Layout(r.Format.String()), Title: r.Title, Lines: r.Lines, Rows: r.Rows, Added: r.Accepted, Merged: r.Merged,
		Narrowed: narrowed, Widened: r.Widened, Passed: r.Passed, Skipped: map[string]int64{}, Rejected: make(map[string]int64, len(r.Refused))}
	for why, n := range map[string]int64{skipExpired: r.Expired, skipRevoked: r.Revoked} {
		if n > 0 {
			out.Skipped[why] = n
		}
	}
	for why, n := range r.Refused {
		out.Rejected[string(why)] = n
	}
	for _, s := range r.Samples {
		out.Samples = append(out.Samples, Sample{Line: s.Row, ID: s.ID, Text: s.Text, Reason: string(s.Reason)})
	}
	return out
}

// Last is the last row or line that was read: a damaged file breaks after it.
func (r Report) Last() int64 { return max(r.Lines, r.Rows) }

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
// the kind of indicator after "type:", the language after "pattern:".
func reasonKey(reason string) (key, arg string) {
	if name, arg, ok := strings.Cut(reason, ":"); ok {
		return "indicator.reason." + name, arg
	}
	return "indicator.reason." + reason, ""
}
