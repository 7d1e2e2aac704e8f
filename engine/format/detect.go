// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"errors"
	"fmt"
	"strings"

	"github.com/vonggac/vonggac/engine/event"
)

// maxSample bounds the lines Detect reads; more tell nothing more.
const maxSample = 200

// ErrUnknown is wrapped by the error of Detect when no format knows the sample.
var ErrUnknown = errors.New("unknown log format")

// UnknownError is ErrUnknown with what was tried.
type UnknownError struct {
	Tried []string // names of the formats tried, in the order of All
	Lines int      // lines looked at, blank ones not counted
}

func (e *UnknownError) Error() string {
	if e.Lines == 0 {
		return ErrUnknown.Error() + ": no line to tell it from"
	}
	return fmt.Sprintf("%v: none of %s knows any of the first %d lines", ErrUnknown, strings.Join(e.Tried, ", "), e.Lines)
}

// Unwrap gives ErrUnknown.
func (e *UnknownError) Unwrap() error { return ErrUnknown }

// Detect chooses the format of a stream from its first lines, without line
// ends; lines beyond the first 200 are not looked at. Each format reads the
// sample with a Reader of its own. The winner is, in this order, the format
// that
//
//  1. parsed the most lines;
//  2. knows the most lines: parsed, or skipped for a reason of its own. Blank
//     lines and comments are nobody's. As every format saw the same lines, the
//     one that knows most has rejected fewest;
//  3. stands first in All.
//
// The sample is not changed. When no format knows a line the error is an
// *UnknownError, which is ErrUnknown.
func Detect(sample [][]byte, opt Options) (Format, error) {
	sample = sample[:min(len(sample), maxSample)]
	var best Format
	var top score
	unknown := &UnknownError{}
	for _, f := range All() {
		var into []event.DNS
		r := f.New(opt)
		s := rate(func(line []byte) (v Verdict) {
			into, v = r.Read(line, into[:0])
			return v
		}, sample)
		if s.beats(top) {
			best, top = f, s
		}
		unknown.Tried = append(unknown.Tried, f.Name)
		unknown.Lines = s.lines
	}
	if top.known == 0 {
		return Format{}, unknown
	}
	return best, nil
}

type score struct{ parsed, known, lines int }

func (s score) beats(top score) bool {
	return s.known > 0 && (s.parsed > top.parsed || s.parsed == top.parsed && s.known > top.known)
}

func rate(read func(line []byte) Verdict, sample [][]byte) score {
	var s score
	for _, line := range sample {
		v := read(line)
		switch {
		case v.Reason == Blank:
			continue
		case v.Outcome == Parsed:
			s.parsed++
			s.known++
		case v.Outcome == Skipped && v.Reason != Comment:
			s.known++
		}
		s.lines++
	}
	return s
}
