// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
	"time"
)

// stamps reads times written as the last one was: all but seconds and fraction
// is compared with it, so that the calendar is asked once a minute.
type stamps struct {
	clock  *clock
	whole  bool // nothing may follow the time
	text   [64]byte
	size   int   // of the whole stamp; 0 while none is known
	second int   // where the seconds stand in text; at least 9
	digits int   // of the fraction
	tail   int   // where what follows the fraction stands
	base   int64 // Unix seconds of the minute
	scale  uint32
	form   [64]byte // of text: a digit for each digit, a letter for each letter
	forms  int      // how often the form has changed
}

var scales = [10]uint32{1e9, 1e8, 1e7, 1e6, 1e5, 1e4, 1e3, 100, 10, 1}

// read reads the stamp at b[at:] and returns the place after it, or 0.
func (s *stamps) read(b []byte, at int) (sec int64, nsec uint32, next int) {
	if s.size == 0 {
		return 0, 0, 0
	}
	// Three words that overlap cover the 9 to 24 bytes before the seconds.
	mid := min(8, s.second-8)
	if (word8(b, at)^word8(s.text[:], 0))|(word8(b, at+mid)^word8(s.text[:], mid))|(word8(b, at+s.second-8)^word8(s.text[:], s.second-8)) != 0 {
		return 0, 0, 0
	}
	p := b[at+s.second : at+s.second+16]
	tens, ones := uint32(p[0]-'0'), uint32(p[1]-'0')
	if tens > 5 || ones > 9 {
		return 0, 0, 0
	}
	if s.digits > 0 {
		if p[2] != s.text[s.second+2] {
			return 0, 0, 0
		}
		for _, c := range p[3 : 3+s.digits] {
			d := uint32(c - '0')
			if d > 9 {
				return 0, 0, 0
			}
			nsec = nsec*10 + d
		}
		nsec *= s.scale
	}
	if s.tail < s.size && string(b[at+s.tail:at+s.size]) != string(s.text[s.tail:s.size]) {
		return 0, 0, 0
	}
	return s.base + int64(tens*10+ones), nsec, at + s.size
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
	s.second, s.digits, s.tail, s.base, s.scale = second, digits, tail, first.Unix(), scales[digits]
	s.size = n
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
