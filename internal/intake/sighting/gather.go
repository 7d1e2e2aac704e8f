// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"iter"
	"slices"
	"sync"
)

// gathered is a block on its way into the Pebble store: its rows with their
// keys, in the order of these. Whoever brings the block makes it, so that this
// work is done side by side.
type gathered struct {
	id     string
	known  bool // had been taken before
	left   int64
	latest Day // of its rows; 1 without any

	text  []byte // keys, one behind the other
	rows  []kept // as they came
	order []place
}

// kept is what is kept of a row, and where its key stands.
type kept struct {
	from       int
	name, size uint16 // of the key: up to where its name ends, and whole
	day        Day
	sum
}

// place is a row in the order of the keys: what tells most of them apart stands
// with it, so that few are looked up.
type place struct {
	head, next uint64 // the first bytes of the value
	group      uint32 // day and kind
	row        uint32
}

// beforeKind and beforeValue are how many bytes of the key of a row stand before
// its kind and before its value. From the kind on it is the key of its name too.
const (
	beforeKind  = 3
	beforeValue = beforeKind + 1
)

// rooms are used again, so that a block costs no memory of its own.
var rooms = sync.Pool{New: func() any { return new(gathered) }}

// mostRoom bounds what is used again.
const mostRoom = 4 << 20

func gather() *gathered { return rooms.Get().(*gathered) }

// free gives the room of g back.
func (g *gathered) free() {
	if cap(g.text) > mostRoom {
		return
	}
	*g = gathered{text: g.text[:0], rows: g.rows[:0], order: g.order[:0]}
	rooms.Put(g)
}

// take takes rows in. number gives the number of a source.
func (g *gathered) take(rows iter.Seq[Row], number func(pair) (uint32, error)) error {
	g.latest = 1
	var last pair
	var of uint32
	var err error
	for r := range rows {
		if r.Value == "" || len(r.Value) > MaxValue || r.Day == 0 || r.Kind == 0 {
			g.left++
			continue
		}
		if p := (pair{r.Owner, r.Source}); len(g.rows) == 0 || p != last {
			if of, err = number(p); err != nil {
				return err
			}
			last = p
		}
		g.add(&r, of)
	}
	slices.SortFunc(g.order, func(a, b place) int {
		if a.group == b.group && a.head == b.head && a.next == b.next {
			return bytes.Compare(g.rest(a), g.rest(b))
		}
		return a.compare(b)
	})
	return nil
}

func (g *gathered) add(r *Row, of uint32) {
	from := len(g.text)
	g.text = appendRow(g.text, r.Day, r.Kind, r.Value)
	name := len(g.text) - from
	g.text = appendWhose(g.text, of, r)
	g.order = append(g.order, place{group: uint32(r.Day)<<8 | uint32(r.Kind), row: uint32(len(g.rows)), head: head(g.text[from+beforeValue:]), next: head(g.text[min(from+beforeValue+8, len(g.text)):])})
	g.rows = append(g.rows, kept{from: from, name: uint16(name), size: uint16(len(g.text) - from), day: r.Day, sum: sumOf(r)})
	g.latest = max(g.latest, r.Day)
}

// head is the first eight bytes of b as a number that is ordered as they are.
func head(b []byte) uint64 {
	if len(b) >= 8 {
		return binary.BigEndian.Uint64(b)
	}
	var full [8]byte
	copy(full[:], b)
	return binary.BigEndian.Uint64(full[:])
}

// compare is 0 when the keys have to be looked up.
func (p place) compare(o place) int {
	switch {
	case p.group != o.group:
		return cmp.Compare(p.group, o.group)
	case p.head != o.head:
		if p.head < o.head {
			return -1
		}
		return 1
	case p.next < o.next:
		return -1
	case p.next > o.next:
		return 1
	}
	return 0
}

// key is the key of a row.
func (g *gathered) key(row uint32) []byte {
	r := &g.rows[row]
	return g.text[r.from : r.from+int(r.size)]
}

// name is the key of a row up to the end of its name.
func (g *gathered) name(row uint32) []byte {
	r := &g.rows[row]
	return g.text[r.from : r.from+int(r.name)]
}

// rest is what a place does not say of a key.
func (g *gathered) rest(p place) []byte {
	k := g.key(p.row)
	return k[min(len(k), beforeValue+16):]
}
