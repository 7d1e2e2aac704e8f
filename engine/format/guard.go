// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"unsafe"

	"github.com/valyala/fastjson"

	"github.com/vonggac/vonggac/engine/event"
)

// lines reads one line that is known to be text. The string is a view of the
// caller's bytes and dies when read returns: whatever outlives the call is
// cloned (nameText, typeName and rcodeName do).
type lines[E any] interface {
	read(s string, into []E) ([]E, Verdict)
}

// records is implemented by those that have JSON records of their own beside
// lines of text. False means that the object is a wrapping.
type records[E any] interface {
	record(j *jsonLine, v *fastjson.Value, into []E) ([]E, Verdict, bool)
}

// guard is the Reader of every format: it deals with what all lines share
// (length, line ends, byte order mark, NUL bytes, blanks, priority), hands the
// rest on, and when that is no line of the format, what stands inside of it:
// see layers and innerLine. What is inside takes the time of what is around it
// where it tells none itself.
type guard[E any] struct {
	in     lines[E]
	own    records[E] // nil where objects are no records of a text format
	object bool       // lines are objects: in reads them
	clock  clock
	json   jsonLine
	layers [maxLayers]layer
}

// textGuard is the guard of a format of look-ups in text.
func textGuard(in lines[event.DNS], opt Options) Reader { return newGuard(in, false, opt) }

// objectGuard is that of a format of look-ups in JSON.
func objectGuard(in lines[event.DNS], opt Options) Reader { return newGuard(in, true, opt) }

// activityTextGuard and activityObjectGuard are theirs for activities.
func activityTextGuard(in lines[event.Activity], opt Options) ActivityReader {
	return newGuard(in, false, opt)
}

func activityObjectGuard(in lines[event.Activity], opt Options) ActivityReader {
	return newGuard(in, true, opt)
}

func newGuard[E any](in lines[E], object bool, opt Options) *guard[E] {
	own, _ := in.(records[E])
	return &guard[E]{in: in, own: own, object: object, clock: newClock(opt)}
}

const bom = "\uFEFF"

// Read implements Reader and ActivityReader.
func (g *guard[E]) Read(line []byte, into []E) ([]E, Verdict) {
	s, v := lineText(line)
	if v != parsed {
		return into, v
	}
	return g.open(s, into, true)
}

// open reads s, which is not blank, or what stands inside a syslog head there.
func (g *guard[E]) open(s string, into []E, unwrap bool) ([]E, Verdict) {
	out, first := g.one(s, into, unwrap)
	if first.Outcome != Rejected || s[0] == '{' {
		if s[0] != '{' && undated(out[len(into):]) { // an object behind a head
			for _, l := range g.clock.layers(g.layers[:0], s) {
				g.date(out[len(into):], l)
			}
		}
		return out, first
	}
	for _, l := range g.clock.layers(g.layers[:0], s) {
		out, v := g.one(l.text, into, unwrap)
		switch {
		case v.Outcome != Rejected:
			g.date(out[len(into):], l)
			return out, v
		case first.Reason == NotFormat:
			first = v
		}
	}
	return into, first
}

// one reads s as it stands, or the line that an object there wraps.
func (g *guard[E]) one(s string, into []E, unwrap bool) ([]E, Verdict) {
	if s[0] != '{' || g.object {
		out, v := g.in.read(s, into)
		if v.Reason != NotFormat || s[0] != '{' || !unwrap {
			return out, v
		}
	}
	v, verdict := g.json.parse(s)
	if verdict != parsed {
		return into, verdict
	}
	if g.own != nil {
		if out, verdict, ok := g.own.record(&g.json, v, into); ok {
			return out, verdict
		}
	}
	line := strings.TrimRight(innerLine(v), "\r\n")
	if !unwrap || g.object && strings.IndexByte(line, '{') < 0 {
		return into, reject(NotFormat)
	}
	if line = trimPriority(line); strings.TrimSpace(line) == "" {
		return into, reject(NotFormat)
	}
	if strings.IndexByte(line, 0) >= 0 {
		return into, reject(BadText)
	}
	at, ok := g.clock.wrapped(v)
	if !ok {
		return into, reject(BadTime)
	}
	out, verdict := g.open(line, into, false)
	g.date(out[len(into):], layer{at: at})
	return out, verdict
}

// undated reports that the first of the events has no time.
func undated[E any](found []E) bool {
	if len(found) == 0 {
		return false
	}
	switch e := any(&found[0]).(type) {
	case *event.DNS:
		return e.Time.IsZero()
	case *event.Activity:
		return e.Time.IsZero()
	}
	return false
}

// date gives events without a time that of the layer they were found in.
func (g *guard[E]) date(found []E, l layer) {
	if l.at.IsZero() {
		return
	}
	for i := range found {
		switch e := any(&found[i]).(type) {
		case *event.DNS:
			if e.Time.IsZero() {
				e.Time = l.at
			}
		case *event.Activity:
			if e.Time.IsZero() {
				e.Time = l.at
			}
		}
	}
}

// lineText gives the text of a line without line end, byte order mark and
// priority, or the verdict of a line that holds none.
func lineText(line []byte) (string, Verdict) {
	if len(line) > MaxLine {
		return "", reject(TooLong)
	}
	s := strings.TrimRight(strings.TrimPrefix(view(line), bom), "\r\n")
	if s != "" && s[0] == '<' {
		s = strings.TrimPrefix(trimPriority(s), bom)
	}
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
