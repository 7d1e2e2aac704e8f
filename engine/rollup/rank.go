// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
)

// ref is a name on its way to its rank.
type ref struct {
	key   uint64 // eight bytes of the name, see keyAt
	place uint32
	shard uint16
	part  uint16
}

const (
	partNames = 16 << 10 // names that are sorted at once, about: they fit in a second-level cache
	maxParts  = 1 << 10
	samples   = 16 // names looked at for each part
)

// rank gives each name of the shards its place among all of them, in the order
// of keys. The names are dealt into parts by some of them, so that the parts are
// sorted each on its own.
func (o *order) rank() {
	lists := make([][]ref, len(o.shards))
	spread(len(lists), func(i int) { lists[i] = o.refs(i) })
	n := 0
	for _, l := range lists {
		n += len(l)
	}
	bounds := o.bounds(lists, n)
	next := make([][]int, len(lists)) // by shard and part: where the next name goes
	spread(len(lists), func(i int) {
		next[i] = make([]int, len(bounds)+1)
		for k := range lists[i] {
			r := &lists[i][k]
			part, _ := slices.BinarySearchFunc(bounds, *r, o.compare)
			r.part = uint16(part)
			next[i][part]++
		}
	})
	starts := make([]int, len(bounds)+2)
	at := 0
	for part := range len(bounds) + 1 {
		starts[part] = at
		for i := range next {
			next[i][part], at = at, at+next[i][part]
		}
	}
	starts[len(bounds)+1] = at
	all := make([]ref, n)
	spread(len(lists), func(i int) {
		for _, r := range lists[i] {
			all[next[i][r.part]] = r
			next[i][r.part]++
		}
	})
	spread(len(bounds)+1, func(part int) {
		from := starts[part]
		refs := all[from:starts[part+1]]
		o.sort(refs, 0)
		for i, r := range refs {
			o.shards[r.shard].names.setRank(r.place, uint32(from+i))
		}
	})
}

// refs returns the names of shard i.
func (o *order) refs(i int) []ref {
	n := &o.shards[i].names
	out := make([]ref, 0, n.count)
	n.each(func(place uint32) {
		out = append(out, ref{key: keyAt(n.name(place), n.verdict(place), 0), place: place, shard: uint16(i)})
	})
	return out
}

// bounds returns names that divide all n into parts of about the same size.
func (o *order) bounds(lists [][]ref, n int) []ref {
	parts := min(n/partNames, maxParts)
	if parts < 2 {
		return nil
	}
	step := max(n/(parts*samples), 1)
	var some []ref
	at := step / 2
	for _, l := range lists {
		for ; at < len(l); at += step {
			some = append(some, l[at])
		}
		at -= len(l)
	}
	slices.SortFunc(some, o.compare)
	var out []ref
	for i := 1; i < parts; i++ {
		out = append(out, some[i*len(some)/parts])
	}
	return out
}

// compare orders names as their keys are ordered: behind the name stands the
// verdict.
func (o *order) compare(a, b ref) int {
	if a.key != b.key {
		return cmp.Compare(a.key, b.key)
	}
	m, n := &o.shards[a.shard].names, &o.shards[b.shard].names
	x, y := m.name(a.place), n.name(b.place)
	short := min(len(x), len(y))
	if c := bytes.Compare(x[:short], y[:short]); c != 0 || len(x) == len(y) {
		return c
	}
	return bytes.Compare(append(slices.Clip(x), byte(m.verdict(a.place))), append(slices.Clip(y), byte(n.verdict(b.place))))
}

// sort sorts names that are alike before depth, whose keys are of that depth,
// eight bytes at a time.
func (o *order) sort(refs []ref, depth int) {
	slices.SortFunc(refs, func(a, b ref) int { return cmp.Compare(a.key, b.key) })
	for len(refs) > 0 {
		n := 1
		for n < len(refs) && refs[n].key == refs[0].key {
			n++
		}
		if n > 1 {
			o.sortAlike(refs[:n], depth)
		}
		refs = refs[n:]
	}
}

// sortAlike sorts names whose keys of depth are the same.
func (o *order) sortAlike(refs []ref, depth int) {
	for i := range refs {
		n := &o.shards[refs[i].shard].names
		name := n.name(refs[i].place)
		if len(name) < depth+8 {
			// A zero in the key may be of the name or behind it.
			for k := range refs {
				refs[k].key = 0
			}
			slices.SortFunc(refs, o.compare)
			return
		}
		refs[i].key = keyAt(name, n.verdict(refs[i].place), depth+8)
	}
	o.sort(refs, depth+8)
}

// keyAt returns eight bytes of name from depth on and, behind it, v as a number
// that compares as they do, zeros for those missing.
func keyAt(name []byte, v Verdict, depth int) uint64 {
	if len(name)-depth >= 8 {
		return binary.BigEndian.Uint64(name[depth:])
	}
	name = name[depth:]
	x := uint64(v) << (56 - 8*len(name))
	for i, c := range name {
		x |= uint64(c) << (56 - 8*i)
	}
	return x
}
