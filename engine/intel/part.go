// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"encoding/binary"
	"math"
	"slices"
	"sync"
)

// Rows are dealt to parts by the top bits of their hash as they come. A part is
// small enough to be sorted and written within a cache, and parts are worked on
// side by side.
const (
	partBits  = 8
	parts     = 1 << partBits
	partShift = 64 - partBits
)

// part is the rows of one part of the hashes, in the order they came.
type part struct {
	rows []row
	keys []byte // type and length in 16 bits, key; as a record has them
}

// row is one indicator of one list.
type row struct {
	hash uint64
	at   uint32 // in keys
	meta uint32
}

// dropped marks rows that a later step leaves out.
const dropped = 1<<32 - 1

func (p *part) kind(r row) Type { return Type(p.keys[r.at+1] >> 4) }

func (p *part) key(r row) []byte {
	n := binary.LittleEndian.Uint16(p.keys[r.at:]) & maxKey
	return p.keys[r.at+2:][:n]
}

// alike reports whether two rows have the same key.
func (p *part) alike(a, b row) bool {
	if a.hash != b.hash {
		return false
	}
	n := int(binary.LittleEndian.Uint16(p.keys[a.at:])&maxKey) + 2
	return len(p.keys)-int(b.at) >= n && bytes.Equal(p.keys[a.at:][:n], p.keys[b.at:][:n])
}

// What can be numbered: see errFull.
const (
	maxRows  = math.MaxUint32
	maxUnits = math.MaxUint32
	maxKeys  = math.MaxUint32 - 2*maxKey // bytes of a part
)

// put adds a row to its part.
func (b *Builder) put(h uint64, t Type, key []byte, meta uint32) error {
	b.units += int64(recordHead+4+len(key)+unit-1) / unit
	p := &b.parts[h>>partShift]
	if b.units > maxUnits || b.rows == maxRows || len(p.keys) > maxKeys {
		return errFull
	}
	p.rows = append(grown(p.rows, 1), row{h, uint32(len(p.keys)), meta})
	p.keys = binary.LittleEndian.AppendUint16(grown(p.keys, 2+len(key)), uint16(len(key))|uint16(t)<<12)
	p.keys = append(p.keys, key...)
	b.rows++
	return nil
}

// grown is s with room for n more, doubled where it is short: append alone adds
// a quarter to long slices, which copies each byte five times, and begins with
// next to nothing.
func grown[T any](s []T, n int) []T {
	if cap(s)-len(s) >= n {
		return s
	}
	return slices.Grow(s, max(n, len(s), 64))
}

// sortRows sorts rows by hash, those of one hash as they were. All have the
// same top bits, so that the next ones are sorted by counting, least
// significant first; what is left to do then is next to nothing.
func sortRows(rows, room []row) []row {
	if len(rows) < 64 {
		insertionSort(rows)
		return room
	}
	if cap(room) < len(rows) {
		room = make([]row, len(rows)+len(rows)/8)
	}
	room = room[:len(rows)]
	passes := 2
	if len(rows) > 1<<18 {
		passes = 3
	}
	from, to := rows, room
	for pass := range passes {
		shift := partShift - 8*(passes-pass)
		var at [256]uint32
		for _, r := range from {
			at[uint8(r.hash>>shift)]++
		}
		var sum uint32
		for i, n := range at {
			at[i], sum = sum, sum+n
		}
		for _, r := range from {
			i := uint8(r.hash >> shift)
			to[at[i]] = r
			at[i]++
		}
		from, to = to, from
	}
	if passes%2 == 1 {
		copy(rows, from)
	}
	insertionSort(rows)
	return room
}

// insertionSort sorts rows that are nearly sorted.
func insertionSort(rows []row) {
	for i := 1; i < len(rows); i++ {
		r := rows[i]
		j := i
		for ; j > 0 && rows[j-1].hash > r.hash; j-- {
			rows[j] = rows[j-1]
		}
		rows[j] = r
	}
}

// settle ends the rows of a list that came by Load: in each part, rows from
// start are sorted, and those named before by the same list are merged. It
// returns how many these were, and how many of them had been narrowed.
func (b *Builder) settle(start *[parts]int) (twice, narrow int64, err error) {
	var found [parts][]pair
	var marks int64
	each := spread
	if b.rows < 1<<14 {
		each = inTurn
	}
	var rooms sync.Pool // of sortRows, from one part to the next
	each(parts, func(i int) {
		room, _ := rooms.Get().(*[]row)
		if room == nil {
			room = new([]row)
		}
		found[i] = b.parts[i].doubles(start[i], b.metas, room)
		rooms.Put(room)
	})
	for i := range b.parts {
		p := &b.parts[i]
		for _, d := range found[i] {
			if b.metas[p.rows[d.second].meta].mark {
				marks++
				p.rows[d.second].meta = dropped
				continue
			}
			twice++
			if p.kind(p.rows[d.second]) == Domain && openness(p.key(p.rows[d.second])) == unsure {
				narrow++
			}
			first := &p.rows[d.first]
			merged := b.metas[first.meta].merged(b.metas[p.rows[d.second].meta])
			if first.meta, err = b.number(merged); err != nil {
				return twice, narrow, err
			}
			p.rows[d.second].meta = dropped
		}
		if len(found[i]) > 0 {
			p.rows = slices.DeleteFunc(p.rows, func(r row) bool { return r.meta == dropped })
		}
	}
	b.rows -= twice + marks
	return twice, narrow, nil
}

// pair is two rows of one list with the same key.
type pair struct{ first, second int }

// doubles sorts the rows from start and returns those with the key of an
// earlier one of the same list.
func (p *part) doubles(start int, metas []meta, room *[]row) []pair {
	rows := p.rows[start:]
	*room = sortRows(rows, *room)
	var out []pair
	var firsts []int // the different rows of one hash
	for i, r := range rows {
		if i == 0 || r.hash != rows[i-1].hash {
			firsts = append(firsts[:0], i)
			continue
		}
		had := slices.IndexFunc(firsts, func(j int) bool { return metas[rows[j].meta].list == metas[r.meta].list && p.alike(rows[j], r) })
		if had < 0 {
			firsts = append(firsts, i)
			continue
		}
		out = append(out, pair{start + firsts[had], start + i})
	}
	return out
}

// seen finds rows that came by Add: a table with open addressing over their
// hashes.
type seen struct {
	slots []slot
	used  int
}

type slot struct {
	hash uint64
	row  uint32 // in its part, plus 1; 0 when free
}

// find returns the row of a list with a key in its part.
func (s *seen) find(b *Builder, list uint16, t Type, key []byte, h uint64) (int, bool) {
	if len(s.slots) == 0 {
		return 0, false
	}
	mask := uint64(len(s.slots) - 1)
	p := &b.parts[h>>partShift]
	for at := h & mask; s.slots[at].row != 0; at = (at + 1) & mask {
		if s.slots[at].hash != h {
			continue
		}
		n := int(s.slots[at].row - 1)
		if r := p.rows[n]; b.metas[r.meta].list == list && p.kind(r) == t && bytes.Equal(p.key(r), key) {
			return n, true
		}
	}
	return 0, false
}

// add takes in a row that find did not find.
func (s *seen) add(h uint64, row int) {
	if 4*(s.used+1) > 3*len(s.slots) {
		old := s.slots
		s.slots = make([]slot, max(64, 2*len(old)))
		for _, n := range old {
			if n.row != 0 {
				s.place(n)
			}
		}
	}
	s.place(slot{h, uint32(row + 1)})
	s.used++
}

func (s *seen) place(n slot) {
	mask := uint64(len(s.slots) - 1)
	at := n.hash & mask
	for s.slots[at].row != 0 {
		at = (at + 1) & mask
	}
	s.slots[at] = n
}
