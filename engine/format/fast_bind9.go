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
	pointer int // length of the last "@0x.. "
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
	var i int
	if rec.Sec, rec.Nsec, i = f.stamps.read(b, at); i == 0 || f.stamps.head == 0 {
		if i = f.anyHead(b, at, rec); i == 0 {
			return 0, 0
		}
	}
	if b[i] == '@' {
		// The processor guesses that this one is as long as the last and goes on;
		// to add its own length it would have to wait for it.
		if n := past(word8(b, i), word8(b, i+8)); n == f.pointer && n != 0 {
			i += f.pointer
		} else if i = f.anyPointer(b, i); i == 0 {
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
	n := f.name.n
	name := i + n + len("): query: ")
	if word8(b, i+n) != againWord || word8(b, i+n+3)<<8 != queryWord<<8 {
		name = f.again(b, i+n+len("):"), n)
	}
	if name == 0 || !f.name.again(b, name) || word8(b, name+n)<<32 != inWord<<32 {
		return f.anyName(b, i, rec)
	}
	i = name + n + len(" IN ")
	tail := f.tails.at(b, i)
	if !tail.is((*[32]byte)(b[i:])) && !tail.learn(b, i) {
		return 0, 0
	}
	rec.Name, rec.Size, rec.Dots = uint32(name), uint32(n), f.name.dots
	rec.Timed, rec.Known, rec.More = true, true, false
	if !f.pairs.both {
		f.pairs.recent.put(markOf(whoOf(rec.High, rec.Low, n, tail.kind), &f.name.w))
	}
	return i + tail.size, 0
}

// anyPointer passes over the word at b[i:] and the space behind it. It returns
// the place after them, or 0.
func (f *fastBind) anyPointer(b []byte, i int) int {
	end := endOfWord(b, i)
	if end < 0 || b[end] != ' ' {
		return 0
	}
	f.pointer = end + 1 - i
	return end + 1
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
	i := name + n + len(" IN ")
	tail := f.tails.at(b, i)
	if !tail.is((*[32]byte)(b[i:])) && !tail.learn(b, i) {
		return 0, 0
	}
	if caps {
		lowerName(b[name : name+n])
	}
	rec.Name, rec.Size = uint32(name), uint32(n)
	rec.Timed, rec.Known, rec.More = true, true, false
	f.pairs.query(rec.High, rec.Low, b, name, n, tail.kind)
	return i + tail.size, 0
}

// tails remembers what stood behind " IN " on earlier lines: type, flags and the
// server's address are the same on many. A tail is looked for by its first 20
// bytes; of a shorter one what follows mostly is the date of the next line.
type tails [256]tail

func (t *tails) at(b []byte, i int) *tail {
	return &t[(word8(b, i)*markA+word8(b, i+8)*markB+word8(b, i+16)<<32*markC)>>56]
}

// tail is one of them with its line end.
type tail struct {
	w     [4]uint64 // its bytes where it is short, zeros behind
	size  int       // of it
	kind  uint64    // the type
	short bool      // it has up to 32 bytes
}

// is says whether x begins with t.
func (t *tail) is(x *[32]byte) bool {
	return t.short && sameWords(x, &t.w, &within[t.size&63])
}

// learn makes t the type and the rest of the line at b[i:]. It is false where
// they are none that is known.
func (t *tail) learn(b []byte, i int) bool {
	t.short = false
	x := word8(b, i)
	m := zeros(x ^ ' '*each)
	size := bits.TrailingZeros64(m) >> 3
	if m == 0 || size == 0 || !plainKind(x, size) {
		return false
	}
	next := lineEnd(b, i+size)
	if next == 0 {
		return false
	}
	t.size, t.kind = next-i, x&(1<<(8*size)-1)
	if t.short = t.size <= 32; t.short {
		for k := range t.w {
			t.w[k] = word8(b, i+8*k) & within[t.size][k]
		}
	}
	return true
}

// anyHead reads the stamp and what stands before the client where they are not
// those of the line before, and returns the place of the client or 0.
func (f *fastBind) anyHead(b []byte, at int, rec *Record) (i int) {
	if f.stamps.head > 0 {
		f.stamps.expect(nil)
	}
	if rec.Sec, rec.Nsec, i = f.stamps.read(b, at); i == 0 {
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
