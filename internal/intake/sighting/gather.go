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
// keys, both in the order of these. Whoever brings the block makes it, so that
// this work is done side by side.
type gathered struct {
	id     string
	known  bool // had been taken before
	left   int64
	latest Day // of its rows; 1 without any

	text []byte // keys, one behind the other
	rows []kept
}

// kept is what is kept of a row, and its place in the order of the keys: what
// tells most rows apart stands here, so that few keys are looked at.
type kept struct {
	place
	name, size uint16 // of the key: up to where its name ends, and whole
	from       int    // of the key
	sum
}

// place is where a row stands.
type place struct {
	head, next uint64 // the first bytes of the value
	group      uint32 // day and kind
	row        uint32 // as they came
}

// beforeKind and beforeValue are how many bytes of the key of a row stand before
// its kind and before its value. From the kind on it is the key of its name too.
const (
	beforeKind  = 3
	beforeValue = beforeKind + 1
)

// draft is a block before it is in order.
type draft struct {
	text  []byte
	rows  []kept
	order []place
}

// The room for blocks is used again, so that they cost no memory of their own.
var (
	rooms  = sync.Pool{New: func() any { return new(gathered) }}
	drafts = sync.Pool{New: func() any { return new(draft) }}
)

// mostRoom bounds what is used again.
const mostRoom = 4 << 20

func gather() *gathered { return rooms.Get().(*gathered) }

// free gives the room of g back.
func (g *gathered) free() {
	if cap(g.text) <= mostRoom {
		*g = gathered{text: g.text[:0], rows: g.rows[:0]}
		rooms.Put(g)
	}
}

// take takes rows in. number gives the number of a source.
func (g *gathered) take(rows iter.Seq[Row], number func(pair) (uint32, error)) error {
	d := drafts.Get().(*draft)
	d.text, d.rows, d.order = d.text[:0], d.rows[:0], d.order[:0]
	g.latest = 1
	var last pair
	var of uint32
	var err error
	for r := range rows {
		if r.Value == "" || len(r.Value) > MaxValue || r.Day == 0 || r.Kind == 0 {
			g.left++
			continue
		}
		if p := (pair{r.Owner, r.Source}); len(d.rows) == 0 || p != last {
			if of, err = number(p); err != nil {
				return err
			}
			last = p
		}
		d.add(&r, of)
		g.latest = max(g.latest, r.Day)
	}
	d.sort()
	g.fill(d)
	if cap(d.text) <= mostRoom {
		drafts.Put(d)
	}
	return nil
}

func (d *draft) add(r *Row, of uint32) {
	from := len(d.text)
	d.text = appendRow(d.text, r.Day, r.Kind, r.Value)
	name := len(d.text) - from
	d.text = appendWhose(d.text, of, r)
	key := d.text[from:]
	p := place{group: uint32(r.Day)<<8 | uint32(r.Kind), row: uint32(len(d.rows)), head: head(key[beforeValue:]), next: head(key[min(beforeValue+8, len(key)):])}
	d.order = append(d.order, p)
	d.rows = append(d.rows, kept{place: p, from: from, name: uint16(name), size: uint16(len(key)), sum: sumOf(r)})
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

func (d *draft) sort() {
	slices.SortFunc(d.order, func(a, b place) int {
		switch {
		case a.group != b.group:
			return cmp.Compare(a.group, b.group)
		case a.head < b.head:
			return -1
		case a.head > b.head:
			return 1
		case a.next != b.next:
			return cmp.Compare(a.next, b.next)
		}
		return bytes.Compare(rest(d.rows[a.row].key(d.text)), rest(d.rows[b.row].key(d.text)))
	})
}

// fill copies d in its order, in which it is read from now on.
func (g *gathered) fill(d *draft) {
	g.text, g.rows = slices.Grow(g.text[:0], len(d.text)), slices.Grow(g.rows[:0], len(d.rows))
	for i := range d.order {
		k := &d.rows[d.order[i].row]
		from := len(g.text)
		g.text = append(g.text, k.key(d.text)...)
		g.rows = append(g.rows, *k)
		g.rows[i].from = from
	}
}

// between are the rows whose keys lie from one on and before another; nil is no
// bound.
func (g *gathered) between(from, to []byte) []kept {
	start, end := 0, len(g.rows)
	if from != nil {
		start = g.place(from)
	}
	if to != nil {
		end = g.place(to)
	}
	return g.rows[start:end]
}

// place is how many rows come before key.
func (g *gathered) place(key []byte) int {
	n, _ := slices.BinarySearchFunc(g.rows, key, func(k kept, key []byte) int { return bytes.Compare(k.key(g.text), key) })
	return n
}

// name is where the key of row i begins, up to where its name ends.
func (g *gathered) name(i int) []byte {
	k := &g.rows[i]
	return g.text[k.from : k.from+int(k.name)]
}

func (k *kept) day() Day { return Day(k.group >> 8) }

// key is the key of k in text.
func (k *kept) key(text []byte) []byte { return text[k.from : k.from+int(k.size)] }

// rest is what a place does not say of a key.
func rest(key []byte) []byte { return key[min(len(key), beforeValue+16):] }
