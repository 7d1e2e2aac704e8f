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
	opt     Options
}

func newFastBind(r *bind9, opt Options) *fastBind {
	return &fastBind{stamps: stamps{clock: &r.clock}, heads: heads{tries: 8}, pairs: &r.pairs, opt: opt}
}

const (
	queryWord = uint64('q') | 'u'<<8 | 'e'<<16 | 'r'<<24 | 'y'<<32 | ':'<<40 | ' '<<48
	viewWord  = uint64('v') | 'i'<<8 | 'e'<<16 | 'w'<<24 | ' '<<32
	inWord    = uint64(' ') | 'I'<<8 | 'N'<<16 | ' '<<24
)

func (f *fastBind) line(b []byte, at int, rec *Record) (next, skip int) {
	i := f.head(b, at, rec)
	if i == 0 {
		return 0, 0
	}
	if b[i] == '@' {
		if i = endOfWord(b, i) + 1; i == 0 || b[i-1] != ' ' {
			return 0, 0
		}
	}
	port := findByte(b, i, '#')
	if port < 0 || !f.clients.read(b, i, port-i, rec) {
		return 0, 0
	}
	x := word8(b, port+1)
	m := zeros(x ^ ' '*each)
	digits := bits.TrailingZeros64(m) >> 3
	if m == 0 || digits == 0 || !allDigits(x, digits) {
		return 0, 0
	}
	i = port + 1 + digits
	if b[i+1] != '(' {
		return 0, 0
	}
	// The name stands twice. The first space ends "name):".
	first := i + 2
	space := endOfWord(b, first)
	if space < 0 || b[space] != ' ' {
		return 0, 0
	}
	n := space - 2 - first
	if n < 1 || b[space-2] != ')' || b[space-1] != ':' {
		return 0, 0
	}
	if word8(b, space+1)<<24 == viewWord<<24 {
		if space = endOfWord(b, space+6); space < 0 || b[space] != ' ' || b[space-1] != ':' {
			return 0, 0
		}
	}
	if word8(b, space+1)<<8 != queryWord<<8 {
		return 0, 0
	}
	name := space + 8
	if name+n+Spare > len(b) {
		return 0, 0
	}
	caps, ok := plainName(b, name, n)
	if !ok || word8(b, name+n)<<32 != inWord<<32 {
		return 0, 0
	}
	i = name + n + 4
	x = word8(b, i)
	m = zeros(x ^ ' '*each)
	size := bits.TrailingZeros64(m) >> 3
	if m == 0 || size == 0 {
		return 0, 0
	}
	if !plainKind(x, size) {
		return 0, 0
	}
	if next = lineEnd(b, i+size); next == 0 {
		return 0, 0
	}
	if caps {
		lowerName(b[name : name+n])
	}
	rec.Name, rec.Size = uint32(name), uint32(n)
	rec.Timed, rec.Known, rec.More = true, true, false
	f.pairs.query(rec.High, rec.Low, b, name, n, x&(1<<(8*size)-1))
	return next, 0
}

// head reads the stamp and what stands before the client, and returns the
// place of the client or 0.
func (f *fastBind) head(b []byte, at int, rec *Record) (i int) {
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
	if k := f.heads.after(b, i); k != 0 {
		return k
	}
	if !f.heads.may() || !f.learn(start(b, at), i-at) {
		return 0
	}
	return f.heads.after(b, i)
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
