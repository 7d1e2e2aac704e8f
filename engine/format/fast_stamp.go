// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"encoding/binary"
	"strings"
	"time"
)

// stamps reads times written as the last one was: all but seconds and fraction
// is compared with it, so that the calendar is asked once a minute. What mostly
// stands behind them can be compared in the same go.
type stamps struct {
	clock  *clock
	whole  bool // nothing may follow the time
	text   [64]byte
	size   int       // of the whole stamp; 0 while none is known
	second int       // where the seconds stand in text; at least 9
	digits int       // of the fraction
	base   int64     // Unix seconds of the minute
	want   [8]uint64 // text without seconds and fraction, and a head behind it
	care   [8]uint64 // the bytes that want holds
	head   int       // length of the head in want; 0 for none
	form   [64]byte  // of text: a digit for each digit, a letter for each letter
	forms  int       // how often the form has changed
}

// read reads the stamp at b[at:], with the head behind it if there is one in
// want, and returns the place after it, or 0.
func (s *stamps) read(b []byte, at int) (sec int64, nsec uint32, next int) {
	w := (*[len(s.text)]byte)(b[at : at+len(s.text)])
	other := (binary.LittleEndian.Uint64(w[0:])^s.want[0])&s.care[0] | (binary.LittleEndian.Uint64(w[8:])^s.want[1])&s.care[1] |
		(binary.LittleEndian.Uint64(w[16:])^s.want[2])&s.care[2] | (binary.LittleEndian.Uint64(w[24:])^s.want[3])&s.care[3] |
		(binary.LittleEndian.Uint64(w[32:])^s.want[4])&s.care[4] | (binary.LittleEndian.Uint64(w[40:])^s.want[5])&s.care[5] |
		(binary.LittleEndian.Uint64(w[48:])^s.want[6])&s.care[6] | (binary.LittleEndian.Uint64(w[56:])^s.want[7])&s.care[7]
	p := (*[16]byte)(w[s.second&31:])
	tens, ones := uint32(p[0]-'0'), uint32(p[1]-'0')
	if other != 0 || tens > 5 || ones > 9 || s.size == 0 {
		return 0, 0, 0
	}
	if s.digits > 0 {
		var ok bool
		if nsec, ok = nanos(binary.LittleEndian.Uint64(p[3:11]), s.digits); !ok {
			return 0, 0, 0
		}
		if s.digits == 9 {
			d := uint32(p[11] - '0')
			if nsec += d; d > 9 {
				return 0, 0, 0
			}
		}
	}
	return s.base + int64(tens*10+ones), nsec, at + s.size + s.head
}

// expect makes read read this head too, or none. A head for which there is no
// room is left to the caller.
func (s *stamps) expect(head []byte) {
	n := s.size + len(head)
	if n > len(s.text) {
		return
	}
	var text, care [len(s.text)]byte
	copy(text[:], s.text[:s.size])
	copy(text[s.size:], head)
	for i := range n {
		if i != s.second && i != s.second+1 && (i < s.second+3 || i >= s.second+3+s.digits) {
			care[i] = 0xff
		}
	}
	for k := range s.care {
		s.want[k], s.care[k] = word8(text[:], 8*k)&word8(care[:], 8*k), word8(care[:], 8*k)
	}
	s.head = len(head)
}

// nanos reads up to eight digits behind a point as nanoseconds. Of nine the
// last is left out.
func nanos(x uint64, digits int) (nsec uint32, ok bool) {
	x = (x ^ '0'*each) & within[digits&15][0]
	bad := (x | (x + 0x76*each)) & tops
	x = x*10 + x>>8 // two digits in every other byte, four in half a word, eight
	x = (x&0x000000ff000000ff*(100+1000000<<32) + x>>16&0x000000ff000000ff*(1+10000<<32)) >> 32
	return uint32(x) * 10, bad == 0
}

// learn takes the stamp at the start of line as the one to compare with, if it
// is of a kind whose minutes are whole. It returns its size, 0 when it is not.
func (s *stamps) learn(line string) int {
	s.size = 0
	at, rest, state := s.clock.scan(line)
	n := len(line) - len(rest)
	if state != goodTime || n > len(s.text)-16 || s.whole && rest != "" {
		return 0
	}
	t := line[:n]
	colon := strings.IndexByte(t, ':')
	second := colon + 4
	if colon < 5 || second+3 > len(line) || second+2 > n || t[colon+3] != ':' || second > 24 {
		return 0
	}
	digits, tail := 0, second+2
	if tail+1 < n && (t[tail] == '.' || t[tail] == ',') && isDigit(t[tail+1]) {
		for tail++; tail < n && isDigit(t[tail]); tail++ {
			digits++
		}
	}
	// Both ends of the minute must lie in it: a stamp without a year may change
	// its year within.
	first, ok1 := s.moved(line, n, second, "00", '0')
	last, ok2 := s.moved(line, n, second, "59", '9')
	if digits > 9 || !ok1 || !ok2 || last.Unix()-first.Unix() != 59 || at.Unix() < first.Unix() || at.Unix() > last.Unix() {
		return 0
	}
	var form [len(s.form)]byte
	for i := range n {
		s.text[i], form[i] = t[i], t[i]
		if isDigit(t[i]) {
			form[i] = '0'
		} else if isLetter(t[i]) && i < second {
			form[i] = 'a'
		}
	}
	if s.form != form {
		s.form = form
		s.forms++
	}
	s.second, s.digits, s.base = second, digits, first.Unix()
	s.size = n
	s.expect(nil)
	return n
}

// moved reads the stamp of n bytes at the start of line with other seconds and
// every digit of the fraction as given.
func (s *stamps) moved(line string, n, second int, seconds string, digit byte) (time.Time, bool) {
	b := []byte(line)
	copy(b[second:], seconds)
	if b[second+2] == '.' || b[second+2] == ',' {
		for i := second + 3; i < n && isDigit(b[i]); i++ {
			b[i] = digit
		}
	}
	t, rest, state := s.clock.scan(view(b))
	return t, state == goodTime && len(line)-len(rest) == n
}
