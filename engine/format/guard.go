// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"unsafe"

	"github.com/vonggac/vonggac/engine/event"
)

// A textReader reads one line that is known to be text. The string is a view
// of the caller's bytes and dies when read returns: whatever outlives the call
// is cloned (nameText, typeName and rcodeName do).
type textReader interface {
	read(s string, into []event.DNS) ([]event.DNS, Verdict)
}

// guard is the Reader of every format: it deals with what all lines share
// (length, line ends, byte order mark, NUL bytes, blanks) and hands the rest on.
type guard struct{ in textReader }

const bom = "\uFEFF"

// textGuard is guard for a format of text lines, which may come wrapped.
func textGuard(in textReader, opt Options) guard {
	return guard{&wrapped{in: in, clock: newClock(opt)}}
}

func (g guard) Read(line []byte, into []event.DNS) ([]event.DNS, Verdict) {
	s, v := lineText(line)
	if v != parsed {
		return into, v
	}
	return g.in.read(s, into)
}

// lineText gives the text of a line without line end and byte order mark, or
// the verdict of a line that holds none.
func lineText(line []byte) (string, Verdict) {
	if len(line) > MaxLine {
		return "", reject(TooLong)
	}
	s := strings.TrimRight(strings.TrimPrefix(view(line), bom), "\r\n")
	switch {
	case strings.TrimSpace(s) == "":
		return "", skip(Blank)
	case strings.IndexByte(s, 0) >= 0:
		return "", reject(BadText)
	}
	return s, parsed
}

// view reads b as a string without copying. The result is only good as long as
// b does not change, which inside one Read call it does not.
func view(b []byte) string { return unsafe.String(unsafe.SliceData(b), len(b)) }

var parsed = Verdict{Outcome: Parsed}

func skip(r Reason) Verdict   { return Verdict{Skipped, r} }
func reject(r Reason) Verdict { return Verdict{Rejected, r} }
