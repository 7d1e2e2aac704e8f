// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"strings"
	"unicode/utf8"
)

// Reason is a short constant that says why a row was skipped or rejected: a
// key for counters, with nothing of the row in it but, after "type:", the kind
// of indicator that is not matched yet.
type Reason string

const (
	BadName      Reason = "bad_name"      // rejected: not a domain name
	PublicSuffix Reason = "public_suffix" // rejected: would match everyone below it
	Wildcard     Reason = "wildcard"      // rejected: a wildcard inside the name
	FilterOption Reason = "filter_option" // rejected: a filter that holds only in part
	Columns      Reason = "columns"       // rejected: columns without a head line, or too few
	BadQuote     Reason = "bad_quote"     // rejected: a quoted field does not end as it should
	NoName       Reason = "no_name"       // rejected: no name where it should stand
	TooLong      Reason = "too_long"      // rejected: line over 64 KiB
	CutOff       Reason = "cut_off"       // rejected: the last line of a list that breaks off
	LocalName    Reason = "local_name"    // skipped: localhost and its like in a hosts file
	RealAddress  Reason = "real_address"  // skipped: a hosts entry that leads somewhere
	BadValue     Reason = "bad_value"     // rejected: not a value of its type
	TooWide      Reason = "too_wide"      // rejected: a network of all addresses
	Duplicate    Reason = "duplicate"     // counted apart
	Narrowed     Reason = "narrowed"      // counted apart
	Revoked      Reason = "revoked"       // counted apart: took indicators back
	unmatched    Reason = "type:"         // prefix; skipped: "type:url"
	otherTypes   Reason = "type:other"    // types past the first maxTypes
)

// maxTypes bounds the counters that a list's own type column may make.
const maxTypes = 64

// String returns the reason for people.
func (r Reason) String() string {
	if t, ok := strings.CutPrefix(string(r), string(unmatched)); ok {
		return "not yet matched: " + t
	}
	return strings.ReplaceAll(string(r), "_", " ")
}

// Report accounts for the rows of one list:
// Rows = Added + Duplicates + the sums of Skipped and of Rejected.
type Report struct {
	Layout Layout
	Lines  int64 // all lines, with comments, blanks and the head
	// Rows are the indicators read: one a line, one a name in a hosts line.
	Rows       int64
	Added      int64
	Duplicates int64 // named before in the same list; merged
	// Narrowed are those of Added that answer for the bare name only, since a
	// rule of the Public Suffix List such as *.mm makes them look like a suffix.
	Narrowed int64
	Skipped  map[Reason]int64
	Rejected map[Reason]int64
	Samples  []Sample // the first rejected rows, at most 10
}

// Sample is a rejected row to show to people.
type Sample struct {
	Line   int64 // from 1
	Text   string
	Reason Reason
}

const (
	maxSamples = 10
	maxText    = 120
)

func (r *Report) skip(why Reason) {
	if _, ok := r.Skipped[why]; !ok && len(r.Skipped) >= maxTypes {
		why = otherTypes
	}
	if r.Skipped == nil {
		r.Skipped = map[Reason]int64{}
	}
	r.Skipped[why]++
}

func (r *Report) reject(line int64, text []byte, why Reason) {
	if r.Rejected == nil {
		r.Rejected = map[Reason]int64{}
	}
	r.Rejected[why]++
	if len(r.Samples) < maxSamples {
		r.Samples = append(r.Samples, Sample{Line: line, Text: Cut(text), Reason: why})
	}
}

// Cut returns the start of a line as valid UTF-8 for people: at most 120
// bytes, with an ellipsis when there was more.
func Cut(text []byte) string {
	if len(text) <= maxText {
		return strings.ToValidUTF8(string(text), "\uFFFD")
	}
	n := maxText
	for n > maxText-utf8.UTFMax && !utf8.RuneStart(text[n]) {
		n--
	}
	return strings.ToValidUTF8(string(text[:n]), "\uFFFD") + "…"
}
