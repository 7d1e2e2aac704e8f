// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"encoding/json"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
)

// Build returns the index of what was added. The Builder is empty again.
func (b *Builder) Build() *Index {
	t, _, _ := b.build()
	return newIndex(t)
}

// build makes a table and the bytes it lies in, which are as a file has them
// but for the checksums.
func (b *Builder) build() (*core, *head, []byte) {
	b.start()
	var tallies [parts]tally
	each := spread
	if b.rows < 1<<14 {
		each = inTurn
	}
	revoked := slices.ContainsFunc(b.metas, func(m meta) bool { return m.revoked })
	each(parts, func(i int) { tallies[i] = b.parts[i].arrange(b.metas, revoked) })
	h := &head{a: b.a, b: b.b}
	var units uint64
	for i := range tallies {
		n := &tallies[i]
		n.firstKey, n.firstEntry, n.firstUnit = h.keys, h.entries, units
		h.keys += n.keys
		h.entries += n.entries
		units += n.units
		h.sets.add(n.sets)
	}
	lists, err := json.Marshal(b.lists)
	if err != nil {
		panic(err) // strings and numbers alone
	}
	h.buckets, h.lines = (h.keys+bucketKeys-1)/bucketKeys, (h.keys*keyBits+lineBits-1)/lineBits
	apart := h.keys >= 1<<16
	if apart { // so that no two parts share a line of the filter
		h.buckets, h.lines = (h.buckets+parts-1)&^(parts-1), (h.lines+parts-1)&^(parts-1)
	} else {
		each = inTurn
	}
	size := h.arrange([sections]uint64{h.lines * lineSize, (h.buckets + 1) * spotSize, 2 * h.keys, units * unit,
		uint64(len(b.metas)) * metaSize, uint64(len(b.strings)), uint64(len(lists))})
	m := allocate(size)
	w := &writer{b: b, head: h, data: m.bytes}
	each(parts, func(i int) { w.part(i, tallies[i]) })
	w.spot(h.buckets, h.keys, units)
	copy(w.in(secStrings), b.strings)
	copy(w.in(secLists), lists)
	metas := w.in(secMetas)[:0]
	for _, e := range b.metas {
		metas = e.append(metas)
	}
	t, err := h.open(m.bytes)
	if err != nil {
		panic(err) // what was just written
	}
	t.memory = append(t.memory, m)
	*b = Builder{}
	return t, h, m.bytes
}

// arrange lays sections of these sizes out, and leaves room for the sums. It
// returns the length of all.
func (h *head) arrange(sizes [sections]uint64) uint64 {
	at := uint64(headSize)
	sums := uint64(0)
	for i, n := range sizes {
		if section(i) == secSums {
			n = 4 * sums
		}
		h.at[i] = span{at, n}
		sums += (n + sumSize - 1) / sumSize
		if at += n; section(i) != secSums {
			at = (at + align - 1) &^ (align - 1)
		}
	}
	return at
}

// tally is what a part has, and where its first things go.
type tally struct {
	keys, entries, units            uint64
	firstKey, firstEntry, firstUnit uint64
	sets                            sets
}

// arrange brings the rows of a part in the order of their records, without
// those taken back, and counts them.
func (p *part) arrange(metas []meta, revoked bool) tally {
	if revoked {
		p.rows = slices.DeleteFunc(p.rows, func(r row) bool { return metas[r.meta].revoked })
	}
	if !sorted(p.rows) {
		sortRows(p.rows, nil)
	}
	var t tally
	for rest := p.rows; len(rest) > 0; {
		r, n := rest[0], 1
		if len(rest) > 1 && rest[1].hash == r.hash {
			n = p.run(rest, metas)
			r = rest[0]
		}
		key, kind := p.key(r), p.kind(r)
		t.keys++
		t.sets.note(kind, key)
		entries := 0
		for _, e := range rest[:n] {
			if m := &metas[e.meta]; !m.mark {
				entries++
				if m.timed() {
					t.sets.timed++
				}
			}
		}
		t.entries += uint64(entries)
		t.units += uint64(recordSize(entries, len(key)))
		rest = rest[n:]
	}
	return t
}

func sorted(rows []row) bool {
	for i := 1; i < len(rows); i++ {
		if rows[i-1].hash > rows[i].hash {
			return false
		}
	}
	return true
}

// run returns how many of rows, which are sorted by hash, have the key of the
// first. Those of one hash are brought in order of key, then list.
func (p *part) run(rows []row, metas []meta) int {
	n := 1
	for n < len(rows) && rows[n].hash == rows[0].hash {
		n++
	}
	if n == 1 {
		return 1
	}
	slices.SortStableFunc(rows[:n], func(a, b row) int {
		return cmp.Or(cmp.Compare(p.kind(a), p.kind(b)), bytes.Compare(p.key(a), p.key(b)), cmp.Compare(metas[a.meta].list, metas[b.meta].list))
	})
	same := 1
	for same < n && p.alike(rows[0], rows[same]) {
		same++
	}
	return same
}

// recordSize is the length of a record in units.
func recordSize(entries, key int) int { return (recordHead + 4*entries + key + unit - 1) / unit }

// writer fills the sections of an index.
type writer struct {
	b    *Builder
	head *head
	data []byte
}

func (w *writer) in(s section) []byte {
	at := w.head.at[s]
	return w.data[at.from:][:at.size]
}

// spot writes where bucket i starts.
func (w *writer) spot(i, key, at uint64) {
	binary.LittleEndian.PutUint64(w.in(secDirectory)[i*spotSize:], key|at<<32)
}

// part writes the keys of part i.
func (w *writer) part(i int, t tally) {
	p := &w.b.parts[i]
	h := w.head
	filter, prints, records := w.in(secFilter), w.in(secPrints), w.in(secRecords)
	// The buckets whose hashes begin in this part.
	bucket, end := (uint64(i)*h.buckets+parts-1)/parts, (uint64(i+1)*h.buckets+parts-1)/parts
	key, entry, at := t.firstKey, t.firstEntry, t.firstUnit
	directory := w.in(secDirectory)
	for rest := p.rows; len(rest) > 0; {
		r := rest[0]
		n := 1
		for n < len(rest) && p.alike(r, rest[n]) {
			n++
		}
		for to := place(r.hash, h.buckets); bucket <= to; bucket++ {
			binary.LittleEndian.PutUint64(directory[bucket*spotSize:], key|at<<32)
		}
		mark(filter, h.lines, r.hash)
		binary.LittleEndian.PutUint16(prints[2*key:], printOf(r.hash))
		entries := 0
		rec := records[at*unit:]
		for _, e := range rest[:n] {
			if !w.b.metas[e.meta].mark {
				binary.LittleEndian.PutUint32(rec[recordHead+4*entries:], e.meta)
				entries++
			}
		}
		head := binary.LittleEndian.Uint16(p.keys[r.at:])
		text := p.keys[r.at+2:][:head&maxKey]
		binary.LittleEndian.PutUint64(rec, uint64(head)|uint64(entries)<<16|entry<<32)
		copy(rec[recordHead+4*entries:], text)
		key++
		entry += uint64(entries)
		at += uint64(recordSize(entries, len(text)))
		rest = rest[n:]
	}
	for ; bucket < end; bucket++ {
		w.spot(bucket, key, at)
	}
	p.rows, p.keys = nil, nil
}

// spread calls fn for 0 to n-1 on all processors and returns when all is done.
func spread(n int, fn func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), n)
	if workers <= 1 {
		inTurn(n, fn)
		return
	}
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				fn(i)
			}
		})
	}
	wg.Wait()
}

// inTurn is spread on one processor.
func inTurn(n int, fn func(i int)) {
	for i := range n {
		fn(i)
	}
}
