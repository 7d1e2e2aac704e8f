// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import "math/bits"

// fastEve reads EVE lines that are plain JSON (no escape, nothing twice that
// matters) without building a tree. A line is walked from its first to its last
// byte, so that a broken one is never taken for a whole one. Most lines repeat
// the shape of an earlier one, and then only their values are looked at.
type fastEve struct {
	stamps  stamps
	clients clients
	pairs   *pairs
	fields  eveLine
	shapes  [16]*shape
	last    int // the shape met last
	next    int // the shape to be replaced
	tries   int // how many more may be learnt
	lines   int // since the last one was granted
}

func newFastEve(r *eve) *fastEve {
	return &fastEve{stamps: stamps{clock: &r.clock, whole: true}, pairs: &r.pairs, tries: 32}
}

// role is what a value means to us.
type role uint8

const (
	noRole role = iota
	stampRole
	sourceRole
	targetRole
	nameRole
	kindRole
	roles
)

// span is a place in the text.
type span struct{ at, end int }

// class is what a line of some shape is.
type class uint8

const (
	unclear    class = iota // for the slow way
	otherEvent              // of an event type that is not dns
	eveQuery                // with time, source, name and type
	eveAnswer               // version 2 or later, with the same and a target
)

// eveLine is the values of one line that matter.
type eveLine struct {
	role [roles]span
	// What only walk finds, since it is part of a shape:
	event  span
	said   span // "type" of the dns object
	later  bool // its version is above 1
	dns    bool // it is an object
	listed bool // with an array of queries
	odd    bool
	values []value
}

// value is a string or a number that may differ from line to line.
type value struct {
	span
	number bool
	role   role
}

// shape is the text of a line around its values.
type shape struct {
	class class
	parts []part
	end   string // behind the last value, with the line end
}

type part struct {
	before string
	number bool
	role   role
}

func (f *fastEve) line(b []byte, at int, rec *Record) (next, skip int) {
	if b[at] != '{' {
		if at = objectIn(b, at); at == 0 {
			return 0, 0
		}
	}
	kind := unclear
	if s := f.shapes[f.last]; s != nil {
		if next = s.match(b, at, &f.fields); next != 0 {
			kind = s.class
		}
	}
	if next == 0 {
		kind, next = f.search(b, at)
	}
	switch kind {
	case otherEvent:
		return next, skipOther
	case eveQuery:
		if !f.query(b, rec) {
			return 0, 0
		}
		n, k := f.fields.role[nameRole], f.fields.role[kindRole]
		f.pairs.query(rec.High, rec.Low, b, n.at, n.end-n.at, word8(b, k.at)&(1<<(8*(k.end-k.at))-1))
		return next, 0
	case eveAnswer:
		to := f.fields.role[targetRole]
		if !f.pairs.both || !f.query(b, rec) || !f.clients.read(b, to.at, to.end-to.at, rec) {
			return 0, 0
		}
		return next, skipAnswer
	}
	return 0, 0
}

// objectIn returns where the object of a relayed line starts, as jsonLine.parse
// finds it, or 0.
func objectIn(b []byte, at int) int {
	for i := at; i < at+maxHead && b[i] >= ' '; i++ {
		if b[i] == '{' {
			if b[i-1] == ' ' {
				return i
			}
			return 0
		}
	}
	return 0
}

// search looks for the line among all shapes and takes it in as a new one.
func (f *fastEve) search(b []byte, at int) (kind class, next int) {
	for i, s := range f.shapes {
		if s != nil && i != f.last {
			if next = s.match(b, at, &f.fields); next != 0 {
				f.last = i
				return s.class, next
			}
		}
	}
	if next = f.fields.walk(b, at); next == 0 {
		return unclear, 0
	}
	kind = f.fields.classify(b)
	if f.lines++; f.lines >= 256 {
		f.lines, f.tries = 0, f.tries+1
	}
	if kind != unclear && f.tries > 0 && len(f.fields.values) < maxValues {
		f.tries--
		f.shapes[f.next] = f.fields.shape(b, at, next)
		f.last, f.next = f.next, (f.next+1)%len(f.shapes)
	}
	return kind, next
}

// query reads the values of a question into rec.
func (f *fastEve) query(b []byte, rec *Record) bool {
	t := f.fields.role[stampRole]
	sec, nsec, end := f.stamps.read(b, t.at)
	if end != t.end {
		if !isStampStart(b[t.at]) || f.stamps.learn(view(b[t.at:t.end])) == 0 {
			return false
		}
		if sec, nsec, end = f.stamps.read(b, t.at); end != t.end {
			return false
		}
	}
	src, name, kind := f.fields.role[sourceRole], f.fields.role[nameRole], f.fields.role[kindRole]
	caps, ok := plainName(b, name.at, name.end-name.at)
	n := kind.end - kind.at
	if !ok || b[name.at] == '<' || n < 1 || n > 7 || !plainKind(word8(b, kind.at), n) || !f.clients.read(b, src.at, src.end-src.at, rec) {
		return false
	}
	if caps {
		lowerName(b[name.at:name.end])
	}
	rec.Sec, rec.Nsec, rec.Timed, rec.Known, rec.More = sec, nsec, true, true, false
	rec.Name, rec.Size = uint32(name.at), uint32(name.end-name.at)
	return true
}

// classify says what the line walked is.
func (f *eveLine) classify(b []byte) class {
	switch event := string(b[f.event.at:f.event.end]); { // no allocation: compared only
	case f.odd || event == "":
		return unclear
	case event != "dns":
		return otherEvent
	case !f.dns || f.role[stampRole].end == 0 || f.role[sourceRole].end == 0 || f.role[nameRole].end == 0 || f.role[kindRole].end == 0:
		return unclear
	}
	switch string(b[f.said.at:f.said.end]) {
	case "answer", "response":
		if f.later && f.role[targetRole].end != 0 {
			return eveAnswer
		}
		return unclear
	}
	return eveQuery
}

// shape makes a shape of the line just walked.
func (f *eveLine) shape(b []byte, at, next int) *shape {
	s := &shape{class: f.classify(b)}
	for _, v := range f.values {
		s.parts = append(s.parts, part{before: string(b[at:v.at]), number: v.number, role: v.role})
		at = v.end
	}
	s.end = string(b[at:next])
	return s
}

// match reads a line that has this shape and returns the place after it, or 0.
func (s *shape) match(b []byte, at int, f *eveLine) int {
	i := at
	for k := range s.parts {
		p := &s.parts[k]
		n := len(p.before)
		if i+n > len(b)-Spare || string(b[i:i+n]) != p.before {
			return 0
		}
		i += n
		from := i
		if p.number {
			for isDigit(b[i]) {
				i++
			}
			if i == from {
				return 0
			}
		} else if i = endOfString(b, i); i < 0 {
			return 0
		}
		f.role[p.role] = span{from, i}
	}
	if n := len(s.end); i+n > len(b)-Spare || string(b[i:i+n]) != s.end {
		return 0
	}
	return i + len(s.end)
}

// endOfString returns where the quote stands that ends the string at i, -1 when
// a backslash or control character comes before it.
func endOfString(b []byte, i int) int {
	for {
		x := word8(b, i)
		if m := zeros(x^'"'*each) | zeros(x^'\\'*each) | (x-0x20*each)&^x&tops; m != 0 {
			i += bits.TrailingZeros64(m) >> 3
			if b[i] != '"' {
				return -1
			}
			return i
		}
		i += 8
	}
}
