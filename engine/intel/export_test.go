// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import "encoding/binary"

// Parse opens the bytes of an index file.
func Parse(data []byte) (*Index, error) {
	t, err := parse(data)
	if err != nil {
		return nil, err
	}
	return newIndex(t), nil
}

// Reseal gives a damaged file checksums that are right, as a forger would; it
// is false where the head does not tell what to sum.
func Reseal(data []byte) bool {
	if len(data) < headSize {
		return false
	}
	var h head
	at := 16
	for _, w := range h.words() {
		*w = binary.LittleEndian.Uint64(data[at:])
		at += 8
	}
	size := uint64(len(data))
	for _, s := range h.at {
		if s.from > size || s.size > size-s.from {
			return false
		}
	}
	sums := h.sums(data)
	if uint64(len(sums)) != h.at[secSums].size {
		return false
	}
	copy(data[h.at[secSums].from:], sums)
	h.sumsCRC = checksum(sums)
	copy(data, h.encode())
	return true
}

// AppendSimple is the quick way of names, Slow the way of all values: the
// normal form of a domain, "" for anything else.
func AppendSimple(v []byte) (string, bool) {
	name, ok := appendSimple(nil, v)
	return string(name), ok
}

// Slow is AppendSimple by the way that is right for everything.
func Slow(text []byte) (string, bool) {
	v := undress(text)
	if v.refused != "" || v.kind != domainKind || v.exception {
		return "", false
	}
	name := AppendNormal(nil, string(v.name))
	return string(name), domain(name)
}

// Comment reports whether a plain list takes a line for a comment.
func Comment(line []byte) bool { return comment(line) }

// Openness is what a look at the whole Public Suffix List says of a name, and
// what openness says.
func Openness(name string) (quick, whole int) {
	return int(openness([]byte(name))), int(wholeOpenness(name))
}

// Slowly is a Builder that reads nothing the quick way.
func Slowly() *Builder { return &Builder{a: 1, b: 2, slowly: true} }

// Laned reads plain lists in so many lanes, in blocks of size bytes.
func Laned(lanes, size int) *Builder { return &Builder{a: 1, b: 2, lanes: lanes, laneSize: size} }

// VNSuffixes are the public suffixes below .vn that are known by heart.
const VNSuffixes = vnSuffixes
