// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"bytes"
	"math/bits"
	"strings"
)

// fastBind reads the usual query line of BIND 9:
//
//	TIME ... client [@0x..] addr#port (name): [view v:] query: name IN TYPE rest
type fastBind struct {
	stamps  stamps
	heads   heads
	clients clients
	pairs   *pairs
	tails   tails
	name    shortName // of the line at hand
	opt     Options
}

func newFastBind(r *bind9, opt Options) *fastBind {
	return &fastBind{stamps: stamps{clock: &r.clock}, heads: heads{tries: 8}, pairs: &r.pairs, opt: opt}
}

const (
	queryWord = uint64('q') | 'u'<<8 | 'e'<<16 | 'r'<<24 | 'y'<<32 | ':'<<40 | ' '<<48
	viewWord  = uint64('v') | 'i'<<8 | 'e'<<16 | 'w'<<24 | ' '<<32
	endWord   = uint64(')') | ':'<<8 | ' '<<16
	againWord = endWord | queryWord&(1<<40-1)<<24
	inWord    = uint64(' ') | 'I'<<8 | 'N'<<16 | ' '<<24
)

func (f *fastBind) line(b []byte, at int, rec *Record) (next, skip int) {
	i := f.head(b, at, rec)
	if i == 0 {
		return 0, 0
	}
	if b[i] == '@' {
		if i = pastWord16(b, i); i == 0 {
			return 0, 0
		}
	}
	if i = f.clients.peer(b, i, rec); i == 0 || b[i+1] != '(' {
		return 0, 0
	}
	if i += 2; !f.name.read(b, i, len("):")) {
		return f.anyName(b, i, rec)
	}
	// The name stands twice.
	end := i + f.name.n
	name := end + len("): query: ")
	if word8(b, end) != againWord || word8(b, end+3)<<8 != queryWord<<8 {
		name = f.again(b, end+len("):"), f.name.n)
	}
	if name == 0 || !f.name.again(b, name) || word8(b, name+f.name.n)<<32 != inWord<<32 {
		return f.anyName(b, i, rec)
	}
	next, kind := f.tails.read(b, name+f.name.n+len(" IN "))
	if next == 0 {
		return 0, 0
	}
	rec.Name, rec.Size, rec.Dots = uint32(name), uint32(f.name.n), f.name.dots
	rec.Timed, rec.Known, rec.More = true, true, false
	f.pairs.short(rec.High, rec.Low, &f.name, kind)
	return next, 0
}

// again returns where the name of n bytes whose first copy is followed by "):"
// and a space at b[space] stands again, or 0.
func (f *fastBind) again(b []byte, space, n int) int {
	if word8(b, space-2)<<40 != endWord<<40 {
		return 0
	}
	if word8(b, space+1)<<24 == viewWord<<24 {
		if space = endOfWord(b, space+6); space < 0 || b[space] != ' ' || b[space-1] != ':' {
			return 0
		}
	}
	if word8(b, space+1)<<8 != queryWord<<8 || space+8+n+Spare > len(b) {
		return 0
	}
	return space + 8
}

// anyName reads on from the first copy of a name that is long, has capital
// letters or is not the same twice.
func (f *fastBind) anyName(b []byte, first int, rec *Record) (next, skip int) {
	space := endOfWord(b, first)
	if space < 0 || b[space] != ' ' {
		return 0, 0
	}
	n := space - 2 - first
	if n < 1 {
		return 0, 0
	}
	name := f.again(b, space, n)
	if name == 0 {
		return 0, 0
	}
	caps, ok := plainName(b, name, n)
	if !ok || word8(b, name+n)<<32 != inWord<<32 {
		return 0, 0
	}
	next, kind := f.tails.read(b, name+n+len(" IN "))
	if next == 0 {
		return 0, 0
	}
	if caps {
		lowerName(b[name : name+n])
	}
	rec.Name, rec.Size = uint32(name), uint32(n)
	rec.Timed, rec.Known, rec.More = true, true, false
	f.pairs.query(rec.High, rec.Low, b, name, n, kind)
	return next, 0
}

// tails remembers what stood behind " IN " on earlier lines: type, flags and the
// server's address are the same on many. A tail is looked for by its first 20
// bytes; of a shorter one what follows mostly is the date of the next line.
type tails [256]struct {
	w    [4]uint64 // the text with its line end, zeros behind
	size int       // of it; 0 where there is none
	kind uint64
}

// read reads the type and the rest of the line at b[i:] and returns the place
// after the line end, or 0.
func (t *tails) read(b []byte, i int) (next int, kind uint64) {
	x := word8(b, i)
	known := &t[((x*spread^word8(b, i+8))*spread+word8(b, i+16)<<32)*spread>>56]
	if known.size > 0 && sameWords(b, i, &known.w, known.size) {
		return i + known.size, known.kind
	}
	m := zeros(x ^ ' '*each)
	size := bits.TrailingZeros64(m) >> 3
	if m == 0 || size == 0 || !plainKind(x, size) {
		return 0, 0
	}
	if next = lineEnd(b, i+size); next == 0 {
		return 0, 0
	}
	kind = x & (1<<(8*size) - 1)
	if n := next - i; n <= 32 {
		known.size, known.kind = n, kind
		for k := range known.w {
			known.w[k] = word8(b, i+8*k) & within[n][k]
		}
	}
	return next, kind
}

const spread = 0x9e3779b97f4a7c15

// head reads the stamp and what stands before the client, and returns the
// place of the client or 0.
func (f *fastBind) head(b []byte, at int, rec *Record) (i int) {
	rec.Sec, rec.Nsec, i = f.stamps.read(b, at)
	if i != 0 && f.stamps.head > 0 {
		return i
	}
	return f.anyHead(b, at, rec)
}

// anyHead is head where stamp or head are not those of the line before.
func (f *fastBind) anyHead(b []byte, at int, rec *Record) (i int) {
	f.stamps.expect(nil)
	rec.Sec, rec.Nsec, i = f.stamps.read(b, at)
	if i == 0 {
		if !isStampStart(b[at]) || f.stamps.learn(start(b, at)) == 0 {
			return 0
		}
		if rec.Sec, rec.Nsec, i = f.stamps.read(b, at); i == 0 {
			return 0
		}
		f.heads.behind(f.stamps.forms)
	}
	k := f.heads.after(b, i)
	if k == 0 {
		if !f.heads.may() || !f.learn(start(b, at), i-at) {
			return 0
		}
		k = f.heads.after(b, i)
	}
	f.heads.expect(&f.stamps)
	return k
}

// learn takes what stands between the stamp of n bytes and the client as a head.
func (f *fastBind) learn(line string, n int) bool {
	f.heads.tries--
	k := strings.Index(line[n:], "client ")
	if k < 0 {
		return false
	}
	head := line[n : n+k+len("client ")]
	const asked = "(a.example): query: a.example IN A + (192.0.2.53)"
	if bytes.IndexByte([]byte(head), '(') >= 0 || !f.stamps.probe(newBind9(f.opt), line, n, head, map[string]Verdict{
		"192.0.2.1#53 " + asked:                 parsed,
		"@0x7f1c08001a58 192.0.2.1#53 " + asked: parsed,
	}) {
		return false
	}
	f.heads.learn(head)
	return true
}

// isStampStart says whether a stamp can begin with c.
func isStampStart(c byte) bool { return isDigit(c) || 'A' <= c && c <= 'Z' }
