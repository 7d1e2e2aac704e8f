// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"net/netip"
	"slices"
	"strings"
	"time"
)

// The keys of the Pebble store. The first byte is the space.
//
//	n kind value                         -> the days on which value was seen
//	r day kind value pair undated client -> count, first, last
//	q day                                -> queries, rows written
//	c day                                -> rows counted, rows written then
//	p pair                               -> owner unit and source, 4 bytes
//	b block id                           -> the day it was taken
//	m name                               -> a note of the store itself
const (
	spaceNames  = 'n'
	spaceRows   = 'r'
	spaceTotals = 'q'
	spaceCounts = 'c'
	spacePairs  = 'p'
	spaceBlocks = 'b'
	spaceMeta   = 'm'
)

// In a value, end closes it and below parts its labels: the value itself sorts
// first and what lies below it at once after, before any sibling. Bytes up to
// escape are written as escape and the byte plus 3, so that none of them is left.
const (
	end    = 0
	below  = 1
	escape = 2
)

// appendValue appends the ordered form of a value: a domain's labels from the
// right, an address octet by octet, a URL folder by folder, any other kind as it
// is. It is not closed.
func appendValue(dst []byte, k Kind, value string) []byte {
	switch k {
	case Domain:
	case Address, Caller:
		return appendAddress(dst, value)
	case URL:
		for i, part := range folders(value) {
			if i > 0 {
				dst = append(dst, below)
			}
			dst = appendEscaped(dst, part)
		}
		return dst
	default:
		return appendEscaped(dst, value)
	}
	for first := true; ; first = false {
		dot := strings.LastIndexByte(value, '.')
		if !first {
			dst = append(dst, below)
		}
		dst = appendEscaped(dst, value[dot+1:])
		if dot < 0 {
			return dst
		}
		value = value[:dot]
	}
}

func appendEscaped(dst []byte, s string) []byte {
	if plain(s) {
		return append(dst, s...)
	}
	for i := range len(s) {
		if c := s[i]; c > escape {
			dst = append(dst, c)
		} else {
			dst = append(dst, escape, c+escape+1)
		}
	}
	return dst
}

// plain reports that no byte of s has to be written otherwise. It may miss that
// in a text that is not ASCII.
func plain(s string) bool {
	const each = 0x0101010101010101
	for ; len(s) >= 8; s = s[8:] {
		// The top bit of a byte is set when it is below escape+1 or above 0x7f.
		x := uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 | uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
		if (x|(x-each*(escape+1)))&(each<<7) != 0 {
			return false
		}
	}
	for i := range len(s) {
		if s[i] <= escape {
			return false
		}
	}
	return true
}

var errBroken = errors.New("a key or value does not have the form it was written in")

// cutValue takes a closed value off the front of key.
func cutValue(k Kind, key []byte) (value string, rest []byte, err error) {
	before, after, ok := bytes.Cut(key, []byte{end})
	if !ok {
		return "", nil, errBroken
	}
	var labels []string
	for l := range bytes.SplitSeq(before, []byte{below}) {
		out := make([]byte, 0, len(l))
		for n := 0; n < len(l); n++ {
			c := l[n]
			if c == escape {
				if n++; n == len(l) || l[n] <= escape {
					return "", nil, errBroken
				}
				c = l[n] - escape - 1
			}
			out = append(out, c)
		}
		labels = append(labels, string(out))
	}
	switch k {
	case Domain:
		slices.Reverse(labels)
		value = strings.Join(labels, ".")
	case Address, Caller:
		value, err = addressOf(labels)
	case URL:
		value = strings.Join(labels, "")
	default:
		if value = labels[0]; len(labels) > 1 {
			err = errBroken
		}
	}
	return value, after, err
}

// SortAsks puts asks in the order in which a store is read forward.
func SortAsks(asks []Ask) {
	type keyed struct {
		key []byte
		ask Ask
	}
	list := make([]keyed, len(asks))
	for i, a := range asks {
		list[i] = keyed{append(appendValue([]byte{byte(a.Kind)}, a.Kind, a.Value), end), a}
	}
	slices.SortStableFunc(list, func(a, b keyed) int { return bytes.Compare(a.key, b.key) })
	for i := range list {
		asks[i] = list[i].ask
	}
}

func appendName(dst []byte, k Kind, value string) []byte {
	return append(appendValue(append(dst, spaceNames, byte(k)), k, value), end)
}

func appendDay(dst []byte, space byte, d Day) []byte {
	return binary.BigEndian.AppendUint16(append(dst, space), uint16(d))
}

// appendRow appends the key of a row up to its value; the rest follows.
func appendRow(dst []byte, d Day, k Kind, value string) []byte {
	return append(appendValue(append(appendDay(dst, spaceRows, d), byte(k)), k, value), end)
}

func appendWhose(dst []byte, pair uint32, r *Row) []byte {
	dst = binary.BigEndian.AppendUint32(dst, pair)
	if r.Undated {
		dst = append(dst, 1)
	} else {
		dst = append(dst, 0)
	}
	if r.Client.IsValid() {
		dst = append(dst, r.Client.Unmap().WithZone("").AsSlice()...)
	}
	return dst
}

// cutWhose reads what appendWhose wrote.
func cutWhose(b []byte) (pair uint32, undated bool, client netip.Addr, err error) {
	if len(b) < 5 || b[4] > 1 {
		return 0, false, client, errBroken
	}
	pair, undated = binary.BigEndian.Uint32(b), b[4] == 1
	if b = b[5:]; len(b) > 0 {
		var ok bool
		if client, ok = netip.AddrFromSlice(b); !ok {
			return 0, false, client, errBroken
		}
	}
	return pair, undated, client, nil
}

// sum is what is counted of a row. Times are milliseconds from the day's start
// in Vietnam, negative or beyond it when a row says so.
type sum struct{ count, first, last int64 }

func sumOf(r *Row) sum {
	start := r.Day.start()
	return sum{r.Count, r.First.UnixMilli() - start, r.Last.UnixMilli() - start}
}

// start is the first moment of d in milliseconds. Vietnam has kept seven hours
// ahead of UTC since 1975; days before that are as long and only named apart.
func (d Day) start() int64 { return int64(d)*24*60*60*1000 - 7*60*60*1000 }

func (s sum) row(k Key) Row {
	start := k.Day.start()
	return Row{Key: k, Count: s.count, First: time.UnixMilli(start + s.first).UTC(), Last: time.UnixMilli(start + s.last).UTC()}
}

func (s *sum) add(o sum) {
	s.count, s.first, s.last = s.count+o.count, min(s.first, o.first), max(s.last, o.last)
}

func (s sum) append(dst []byte) []byte {
	dst = binary.AppendVarint(dst, s.count)
	dst = binary.AppendVarint(dst, s.first)
	return binary.AppendVarint(dst, s.last-s.first)
}

// numbers reads exactly n varints.
func numbers(b []byte, out ...*int64) error {
	for _, p := range out {
		v, n := binary.Varint(b)
		if n <= 0 {
			return errBroken
		}
		*p, b = v, b[n:]
	}
	if len(b) > 0 {
		return errBroken
	}
	return nil
}

func sumFrom(b []byte) (s sum, err error) {
	err = numbers(b, &s.count, &s.first, &s.last)
	s.last += s.first
	return s, err
}

// appendDays writes days, which are sorted and differ, each as the step from
// the one before.
func appendDays(dst []byte, days []Day) []byte {
	last := Day(0)
	for _, d := range days {
		dst = binary.AppendUvarint(dst, uint64(d-last))
		last = d
	}
	return dst
}

func daysFrom(dst []Day, b []byte) ([]Day, error) {
	last := uint64(0)
	for len(b) > 0 {
		step, n := binary.Uvarint(b)
		if n <= 0 || step == 0 || step > uint64(LastDay)-last {
			return nil, errBroken
		}
		last += step
		dst, b = append(dst, Day(last)), b[n:]
	}
	return dst, nil
}

// compareKeys is the order in which rows of one ask are handed out.
func compareKeys(a, b *Key) int {
	undated := func(k *Key) int {
		if k.Undated {
			return 1
		}
		return 0
	}
	return cmp.Or(cmp.Compare(a.Day, b.Day), strings.Compare(a.Source, b.Source), strings.Compare(a.Owner, b.Owner), a.Client.Compare(b.Client),
		undated(a)-undated(b))
}
