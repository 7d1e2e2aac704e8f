// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"math"

	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// The bytes of an index, in memory and in a file, little-endian:
//
//	head        magic, version, seed, counts, sets, sections, checksum
//	filter      lines of 64 bytes: a blocked bloom filter, one line a key
//	directory   a bucket: its first key's number, its first record's place
//	prints      a key: 16 bits of its hash, in bucket order
//	records     a key: type, entries, the key itself
//	metas       32 bytes: what a list says of an indicator
//	strings     threats and references, each once
//	lists       the lists, as JSON
//	sums        CRC-32C of each MiB of the sections before
//
// The first three are the hot ones: 1.5 + 2 + 2 bytes a key. A bucket has
// bucketKeys keys, so that 16 bits of hash let one in 16,000 of the keys that
// pass the filter by chance through to a record, where the key is compared.
// Buckets and lines go by the upper half of the hash, so that all sections
// follow its order and parts of it are built side by side.
const (
	magic      = "VGINTEL\x00"
	version    = 1
	headSize   = 4096
	align      = 4096
	sumSize    = 1 << 20
	lineSize   = 64
	lineBits   = 8 * lineSize
	keyBits    = 12 // of filter, a key
	bucketKeys = 4
	spotSize   = 8
	metaSize   = 32
	recordHead = 8
	unit       = 4 // places of records count in units, which lets 32 bits reach 16 GiB
)

type section int

const (
	secFilter section = iota
	secDirectory
	secPrints
	secRecords
	secMetas
	secStrings
	secLists
	secSums
	sections
)

// String returns the section's name for messages.
func (s section) String() string {
	return [...]string{"filter", "directory", "prints", "records", "metas", "strings", "lists", "sums"}[s]
}

// hot sections are read for names that are on no list.
const hot = secPrints + 1

// head is what the first page says.
type head struct {
	a, b    uint64 // the seed
	keys    uint64
	entries uint64
	buckets uint64
	lines   uint64
	sets    sets
	at      [sections]span
	sumsCRC uint32
}

type span struct{ from, size uint64 }

// sets say what is in an index at all, so that most questions end before they
// touch a table.
type sets struct {
	types  uint64    // bit t: a key of type t
	labels uint64    // bit n: a domain of n labels; 63 for more
	v4     uint64    // bit n: an IPv4 network of n bits, 1 to 32
	v6     [3]uint64 // bit n: an IPv6 network of n bits, 1 to 128
	timed  uint64    // entries that are valid for a time only
}

func (s *sets) add(o sets) {
	s.types |= o.types
	s.labels |= o.labels
	s.v4 |= o.v4
	for i := range s.v6 {
		s.v6[i] |= o.v6[i]
	}
	s.timed += o.timed
}

var dot = []byte{'.'}

// note takes a key in.
func (s *sets) note(t Type, key []byte) {
	s.types |= 1 << t
	switch t {
	case Domain:
		s.labels |= 1 << min(1+bytes.Count(key, dot), 63)
	case Network:
		if n := key[len(key)-1]; len(key) == 5 {
			s.v4 |= 1 << n
		} else {
			s.v6[n/64] |= 1 << (n % 64)
		}
	}
}

func (h *head) seed() suffix.Seed { return suffix.From(h.a, h.b) }

// words are the numbers of h in the order they are written.
func (h *head) words() []*uint64 {
	w := []*uint64{&h.a, &h.b, &h.keys, &h.entries, &h.buckets, &h.lines,
		&h.sets.types, &h.sets.labels, &h.sets.v4, &h.sets.v6[0], &h.sets.v6[1], &h.sets.v6[2], &h.sets.timed}
	for i := range h.at {
		w = append(w, &h.at[i].from, &h.at[i].size)
	}
	return w
}

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

func checksum(b []byte) uint32 { return crc32.Checksum(b, castagnoli) }

// encode writes the head's page.
func (h *head) encode() []byte {
	p := make([]byte, headSize)
	copy(p, magic)
	binary.LittleEndian.PutUint32(p[8:], version)
	binary.LittleEndian.PutUint32(p[12:], h.sumsCRC)
	at := 16
	for _, w := range h.words() {
		binary.LittleEndian.PutUint64(p[at:], *w)
		at += 8
	}
	binary.LittleEndian.PutUint32(p[headSize-4:], checksum(p[:headSize-4]))
	return p
}

// Errors of a file that is no index or not a whole one.
var (
	errNoIndex = errors.New("this is not an indicator index")
	errVersion = errors.New("the index has another version; build it anew")
)

// damaged says which section of an index file is not as it was written.
func damaged(where string) error {
	return fmt.Errorf("the indicator index is damaged (%s); build it anew", where)
}

// decode reads the head's page of a file of size bytes and checks that all
// sections lie within it, in order, and are as long as the counts say.
func (h *head) decode(p []byte, size uint64) error {
	if len(p) < 16 || string(p[:8]) != magic {
		return errNoIndex
	}
	if len(p) < headSize {
		return damaged("head")
	}
	p = p[:headSize]
	if checksum(p[:headSize-4]) != binary.LittleEndian.Uint32(p[headSize-4:]) {
		return damaged("head")
	}
	if binary.LittleEndian.Uint32(p[8:]) != version {
		return errVersion
	}
	h.sumsCRC = binary.LittleEndian.Uint32(p[12:])
	at := 16
	for _, w := range h.words() {
		*w = binary.LittleEndian.Uint64(p[at:])
		at += 8
	}
	end := uint64(headSize)
	for i, s := range h.at {
		if s.from < end || s.from > size || s.size > size-s.from {
			return damaged(section(i).String())
		}
		end = s.from + s.size
	}
	if end != size {
		return damaged("length")
	}
	return h.fits()
}

// fits checks the counts against the lengths of the sections.
func (h *head) fits() error {
	const most = math.MaxUint32
	if h.keys > most || h.entries > most || h.buckets > most || h.lines > most {
		return damaged("head")
	}
	if h.keys > 0 && (h.buckets == 0 || h.lines == 0) {
		return damaged("head")
	}
	want := h.lines * lineSize
	for s, n := range map[section]uint64{secFilter: want, secDirectory: (h.buckets + 1) * spotSize, secPrints: h.keys * 2} {
		if h.at[s].size != n {
			return damaged(s.String())
		}
	}
	if h.at[secMetas].size%metaSize != 0 || h.at[secRecords].size%unit != 0 {
		return damaged("records")
	}
	return nil
}

// sums returns the checksums of the sections of data, which is a whole file or
// as much of it as is before the sums.
func (h *head) sums(data []byte) []byte {
	var parts [][]byte
	for _, s := range h.at[:secSums] {
		p := data[s.from : s.from+s.size]
		for len(p) > 0 {
			n := min(len(p), sumSize)
			parts = append(parts, p[:n])
			p = p[n:]
		}
	}
	out := make([]byte, 4*len(parts))
	spread(len(parts), func(i int) {
		binary.LittleEndian.PutUint32(out[4*i:], checksum(parts[i]))
	})
	return out
}

// verify compares all sections with their sums.
func (h *head) verify(data []byte) error {
	s := h.at[secSums]
	kept := data[s.from : s.from+s.size]
	if checksum(kept) != h.sumsCRC {
		return damaged("sums")
	}
	got := h.sums(data)
	if len(got) != len(kept) {
		return damaged("sums")
	}
	n := 0
	for i, s := range h.at[:secSums] {
		for range (s.size + sumSize - 1) / sumSize {
			if string(got[n:n+4]) != string(kept[n:n+4]) {
				return damaged(section(i).String())
			}
			n += 4
		}
	}
	return nil
}
