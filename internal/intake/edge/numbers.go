// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Span is a run of numbers, both ends in it.
type Span struct{ First, Last uint64 }

// Numbers is a set of numbers as runs in order that do not touch.
type Numbers []Span

// Add gives the set with the numbers from first to last in it.
func (n Numbers) Add(first, last uint64) Numbers {
	if first > last {
		return n
	}
	out := make(Numbers, 0, len(n)+1)
	for _, s := range n {
		switch {
		case s.Last < first && first-s.Last > 1:
			out = append(out, s)
		case s.First > last && s.First-last > 1:
			out = append(out, Span{first, last}, s)
			return append(out, n[slices.Index(n, s)+1:]...)
		default: // it touches
			first, last = min(first, s.First), max(last, s.Last)
		}
	}
	return append(out, Span{first, last})
}

// Has reports whether v is in the set.
func (n Numbers) Has(v uint64) bool {
	return slices.ContainsFunc(n, func(s Span) bool { return s.First <= v && v <= s.Last })
}

// Next is the lowest number from v on that is not in the set.
func (n Numbers) Next(v uint64) uint64 {
	for _, s := range n {
		if s.First <= v && v <= s.Last {
			v = s.Last + 1
		}
	}
	return v
}

// Last is the highest number of the set, 0 when it is empty.
func (n Numbers) Last() uint64 {
	if len(n) == 0 {
		return 0
	}
	return n[len(n)-1].Last
}

// Missing is what lies between first and the last of the set and is not in it.
func (n Numbers) Missing(first uint64) Numbers {
	var out Numbers
	for _, s := range n {
		if s.First > first {
			out = append(out, Span{first, s.First - 1})
		}
		first = max(first, s.Last+1)
	}
	return out
}

// Count is how many numbers are in the set.
func (n Numbers) Count() uint64 {
	sum := uint64(0)
	for _, s := range n {
		sum += s.Last - s.First + 1
	}
	return sum
}

// String writes the set as "1-12 15 20-31".
func (n Numbers) String() string {
	var b strings.Builder
	for i, s := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		b.WriteString(strconv.FormatUint(s.First, 10))
		if s.Last > s.First {
			b.WriteString("-" + strconv.FormatUint(s.Last, 10))
		}
	}
	return b.String()
}

// mostSpans is how many runs a set from outside may have.
const mostSpans = 10_000

// ParseNumbers reads what String wrote, in any order.
func ParseNumbers(text string) (Numbers, error) {
	var out Numbers
	words := strings.Fields(text)
	if len(words) > mostSpans {
		return nil, errors.New("too many runs of numbers")
	}
	for _, w := range words {
		a, b, two := strings.Cut(w, "-")
		if !two {
			b = a
		}
		first, err := strconv.ParseUint(a, 10, 64)
		last, err2 := strconv.ParseUint(b, 10, 64)
		if err != nil || err2 != nil || first > last || last >= math.MaxInt64 {
			return nil, fmt.Errorf("%q is no run of numbers", w)
		}
		out = out.Add(first, last)
	}
	return out, nil
}
