// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package format

import (
	"strings"
)

// fastDnsmasq reads the usual lines of dnsmasq:
//
//	TIME ... dnsmasq[pid]: [serial addr/port] query[TYPE] name from addr
//	TIME ... dnsmasq[pid]: [serial addr/port] forwarded name to addr
//	TIME ... dnsmasq[pid]: [serial addr/port] reply name is addr
type fastDnsmasq struct {
	stamps  stamps
	heads   heads
	clients clients
	opt     Options
}

func newFastDnsmasq(r *dnsmasq, opt Options) *fastDnsmasq {
	return &fastDnsmasq{stamps: stamps{clock: &r.clock}, heads: heads{tries: 8}, opt: opt}
}

// The first letters of verbs as words, the last in the highest byte.
const (
	verbQuery   = ('q' | 'u'<<8 | 'e'<<16 | 'r'<<24 | 'y'<<32 | '['<<40) << 16
	verbReply   = ('r' | 'e'<<8 | 'p'<<16 | 'l'<<24 | 'y'<<32 | ' '<<40) << 16
	verbCached  = ('c' | 'a'<<8 | 'c'<<16 | 'h'<<24 | 'e'<<32 | 'd'<<40 | ' '<<48) << 8
	verbForward = 'f' | 'o'<<8 | 'r'<<16 | 'w'<<24 | 'a'<<32 | 'r'<<40 | 'd'<<48 | 'e'<<56
	wordFrom    = (' ' | 'f'<<8 | 'r'<<16 | 'o'<<24 | 'm'<<32 | ' '<<40) << 16
)

// Places of reasons in skipped.
const (
	skipAnswer = 1 + iota
	skipForwarded
	skipOther
)

func (f *fastDnsmasq) line(b []byte, at int, rec *Record) (next, skip int) {
	i := f.head(b, at, rec)
	if i == 0 {
		return 0, 0
	}
	if b[i] <= '9' {
		if i = f.serial(b, i); i == 0 {
			return 0, 0
		}
	}
	x := word8(b, i)
	switch {
	case x<<16 == verbQuery:
	case x<<16 == verbReply:
		return f.passed(b, i+6, " is ", skipAnswer)
	case x<<8 == verbCached:
		return f.passed(b, i+7, " is ", skipAnswer)
	case x == verbForward && b[i+8] == 'd' && b[i+9] == ' ':
		return f.passed(b, i+10, " to ", skipForwarded)
	default:
		return 0, 0
	}
	if i = endOfWord(b, i); i < 0 || b[i] != ' ' || b[i-1] != ']' {
		return 0, 0
	}
	name := i + 1
	end := endOfWord(b, name)
	if end < 0 || word8(b, end)<<16 != wordFrom {
		return 0, 0
	}
	caps, ok := plainName(b, name, end-name)
	if !ok {
		return 0, 0
	}
	who := end + 6
	if i = endOfWord(b, who); i < 0 {
		return 0, 0
	}
	next = i + 1
	if b[i] == '\r' {
		next++
	}
	if b[next-1] != '\n' || !f.clients.read(b, who, i-who, rec) {
		return 0, 0
	}
	if caps {
		lowerName(b[name:end])
	}
	rec.Name, rec.Size = uint32(name), uint32(end-name)
	rec.Timed, rec.Known, rec.More = true, true, false
	return next, 0
}

// passed reads "name SEP...", a line of no query.
func (f *fastDnsmasq) passed(b []byte, i int, sep string, reason int) (next, skip int) {
	end := endOfWord(b, i)
	if end < 0 || string(b[end:end+len(sep)]) != sep {
		return 0, 0
	}
	if next = lineEnd(b, end); next == 0 {
		return 0, 0
	}
	return next, reason
}

// serial passes over "17 192.0.2.5/49152 " and returns the place after it, or 0.
func (f *fastDnsmasq) serial(b []byte, i int) int {
	from := i
	for isDigit(b[i]) {
		i++
	}
	if i == from || i-from > 10 || b[i] != ' ' {
		return 0
	}
	slash := findByte(b, i+1, '/')
	var rec Record
	if slash < 0 || !f.clients.read(b, i+1, slash-i-1, &rec) {
		return 0
	}
	for i = slash + 1; isDigit(b[i]); i++ {
		if i-slash > 5 {
			return 0
		}
	}
	if b[i] != ' ' {
		return 0
	}
	return i + 1
}

// head reads the stamp and the tag, and returns the place after them or 0.
func (f *fastDnsmasq) head(b []byte, at int, rec *Record) (i int) {
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

// learn takes what stands behind the stamp of n bytes up to the end of the tag
// as a head.
func (f *fastDnsmasq) learn(line string, n int) bool {
	f.heads.tries--
	k := strings.Index(line[n:], ": ")
	if k < 0 {
		return false
	}
	head := line[n : n+k+2]
	if !f.stamps.probe(newDnsmasq(f.opt), line, n, head, map[string]Verdict{
		"query[A] a.example from 192.0.2.1":                       parsed,
		"17 192.0.2.5/49152 query[AAAA] a.example from 192.0.2.1": parsed,
		"reply a.example is 192.0.2.2":                            skip(Answer),
		"cached a.example is 192.0.2.2":                           skip(Answer),
		"forwarded a.example to 192.0.2.53":                       skip(Forwarded),
		"17 192.0.2.5/49152 forwarded a.example to 192.0.2.53":    skip(Forwarded),
		"17 192.0.2.5/49152 reply a.example is <CNAME>":           skip(Answer),
	}) {
		return false
	}
	f.heads.learn(head)
	return true
}
