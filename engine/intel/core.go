// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"slices"
	"sort"
	"sync/atomic"
	"time"

	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// core is one built index: the sections of layout.go and what is read of them
// once. It never changes.
type core struct {
	head
	key                       suffix.Seed
	filter, directory, prints []byte
	records, metas, strings   []byte
	lists                     []*List
	memory                    []memory // what to give back when nobody asks any more
	users                     atomic.Int64
}

// open makes a core of the sections in data, whose head is h. Its hot
// sections are copied where that makes them faster.
func (h *head) open(data []byte) (*core, error) {
	part := func(s section) []byte {
		p := data[h.at[s].from:][:h.at[s].size]
		return p[:len(p):len(p)]
	}
	t := &core{head: *h, key: h.seed(), filter: part(secFilter), directory: part(secDirectory), prints: part(secPrints),
		records: part(secRecords), metas: part(secMetas), strings: part(secStrings)}
	if err := json.Unmarshal(part(secLists), &t.lists); err != nil {
		return nil, damaged(secLists.String())
	}
	if slices.ContainsFunc(t.lists, func(l *List) bool { return l == nil || l.Kind > Allow || l.Scope > ExactOnly || l.Layout > CSV }) {
		return nil, damaged(secLists.String())
	}
	return t, nil
}

// place returns which of n equal parts of the hashes h is in.
func place(h, n uint64) uint64 { return (h >> 32) * n >> 32 }

// spread of a hash over a line: six words of eight, one bit in each. The low
// half of the hash gives them; the upper half gave the line.
const spreadBy = 0x9e3779b97f4a7c15

// passes reports whether the filter lets a key with this hash through.
func (t *core) passes(h uint64) bool {
	at := place(h, t.lines) * lineSize
	if at+lineSize > uint64(len(t.filter)) {
		return false
	}
	line := (*[lineSize]byte)(t.filter[at:])
	x := uint64(uint32(h)) * spreadBy
	w := x >> 61 // the first word
	r := binary.LittleEndian.Uint64(line[8*(w&7):]) >> (x & 63)
	r &= binary.LittleEndian.Uint64(line[8*((w+1)&7):]) >> (x >> 6 & 63)
	r &= binary.LittleEndian.Uint64(line[8*((w+2)&7):]) >> (x >> 12 & 63)
	r &= binary.LittleEndian.Uint64(line[8*((w+3)&7):]) >> (x >> 18 & 63)
	r &= binary.LittleEndian.Uint64(line[8*((w+4)&7):]) >> (x >> 24 & 63)
	r &= binary.LittleEndian.Uint64(line[8*((w+5)&7):]) >> (x >> 30 & 63)
	return r&1 != 0
}

// mark sets the bits of h in the filter.
func mark(filter []byte, lines, h uint64) {
	line := filter[place(h, lines)*lineSize:][:lineSize]
	x := uint64(uint32(h)) * spreadBy
	w := x >> 61
	for i := range uint64(6) {
		at := 8 * ((w + i) & 7)
		binary.LittleEndian.PutUint64(line[at:], binary.LittleEndian.Uint64(line[at:])|1<<(x>>(6*i)&63))
	}
}

func printOf(h uint64) uint16 { return uint16(h >> 12) }

// spot returns the number of bucket b's first key and the place of its first
// record; b may be the number of buckets, for the end.
func (t *core) spot(b uint64) (key, record uint32) {
	p := t.directory[b*spotSize:][:spotSize]
	return binary.LittleEndian.Uint32(p), binary.LittleEndian.Uint32(p[4:])
}

// find returns the record of a key, false when there is none.
func (t *core) find(kind Type, key []byte, h uint64) (record, bool) {
	if !t.passes(h) {
		return record{}, false
	}
	return t.search(kind, key, h)
}

// search is find behind the filter.
func (t *core) search(kind Type, key []byte, h uint64) (record, bool) {
	if t.keys == 0 {
		return record{}, false
	}
	b := place(h, t.buckets)
	from, at := t.spot(b)
	to, _ := t.spot(b + 1)
	if from > to || uint64(to) > t.keys {
		return record{}, false
	}
	want := printOf(h)
	done := from // records before which at stands
	for i := from; i < to; i++ {
		if binary.LittleEndian.Uint16(t.prints[2*uint64(i):]) != want {
			continue
		}
		for ; done < i; done++ {
			r, ok := t.record(at)
			if !ok {
				return record{}, false
			}
			at += r.size()
		}
		r, ok := t.record(at)
		if !ok {
			return record{}, false
		}
		if r.kind() == kind && same(kind, r.key(), key) {
			return r, true
		}
	}
	return record{}, false
}

// same compares a stored key with one asked for, which may be in mixed case
// when it is a domain.
func same(kind Type, stored, asked []byte) bool {
	if len(stored) != len(asked) {
		return false
	}
	if kind != Domain {
		return string(stored) == string(asked)
	}
	for i, c := range asked {
		if 'A' <= c && c <= 'Z' {
			c += 'a' - 'A'
		}
		if c != stored[i] {
			return false
		}
	}
	return true
}

// record is one key with its entries: type and length in 16 bits, how many
// entries in 16, the number of the first in 32, their metas in 32 each, the key.
type record struct{ b []byte }

// record returns the record at a place, false when it is not whole, which
// happens in a forged file only.
func (t *core) record(at uint32) (record, bool) {
	off := uint64(at) * unit
	if off+recordHead > uint64(len(t.records)) {
		return record{}, false
	}
	r := record{t.records[off:]}
	key := int(binary.LittleEndian.Uint16(r.b) & maxKey)
	n := recordHead + 4*r.count() + key
	if n > len(r.b) || r.kind() == Network && key < 2 {
		return record{}, false
	}
	r.b = r.b[:n]
	return r, true
}

func (r record) kind() Type   { return Type(r.b[1] >> 4) }
func (r record) count() int   { return int(binary.LittleEndian.Uint16(r.b[2:])) }
func (r record) first() ID    { return ID(binary.LittleEndian.Uint32(r.b[4:])) }
func (r record) key() []byte  { return r.b[recordHead+4*r.count():] }
func (r record) size() uint32 { return uint32(len(r.b)+unit-1) / unit }
func (r record) meta(i int) uint32 {
	return binary.LittleEndian.Uint32(r.b[recordHead+4*i:])
}

// meta is what a list says of an indicator, but for what the list says of all.
type meta struct {
	list          uint16
	scope         Scope
	tlp           uint8 // place in tlps plus 1; 0 for the list's
	confidence    uint8
	threat        uint32 // string; 0 for the list's
	reference     uint32 // string; 0 for none
	from, until   int64  // Unix milliseconds; always and never when open
	revoked, mark bool   // of rows in a builder, see Builder.revoke and markHost
}

const (
	always = math.MinInt64
	never  = math.MaxInt64
)

func (m *meta) timed() bool { return m.from != always || m.until != never }

func (m meta) append(dst []byte) []byte {
	dst = binary.LittleEndian.AppendUint16(dst, m.list)
	dst = append(dst, byte(m.scope), m.tlp, m.confidence, 0, 0, 0)
	dst = binary.LittleEndian.AppendUint32(dst, m.threat)
	dst = binary.LittleEndian.AppendUint32(dst, m.reference)
	dst = binary.LittleEndian.AppendUint64(dst, uint64(m.from))
	return binary.LittleEndian.AppendUint64(dst, uint64(m.until))
}

// meta returns meta n, false when there is none or its list is none.
func (t *core) meta(n uint32) (meta, bool) {
	if (uint64(n)+1)*metaSize > uint64(len(t.metas)) {
		return meta{}, false
	}
	b := (*[metaSize]byte)(t.metas[uint64(n)*metaSize:])
	m := meta{list: binary.LittleEndian.Uint16(b[:]), scope: Scope(b[2]), tlp: b[3], confidence: b[4],
		threat: binary.LittleEndian.Uint32(b[8:]), reference: binary.LittleEndian.Uint32(b[12:]),
		from: int64(binary.LittleEndian.Uint64(b[16:])), until: int64(binary.LittleEndian.Uint64(b[24:]))}
	return m, int(m.list) < len(t.lists) && m.scope <= ExactOnly && int(m.tlp) <= len(tlps)
}

// scope is the scope in meta n, ExactOnly where there is none.
func (t *core) scope(n uint32) Scope {
	if (uint64(n)+1)*metaSize > uint64(len(t.metas)) {
		return ExactOnly
	}
	return Scope(t.metas[uint64(n)*metaSize+2])
}

// text returns the string at a place, "" at 0.
func (t *core) text(at uint32) string {
	if at == 0 || uint64(at)+2 > uint64(len(t.strings)) {
		return ""
	}
	s := t.strings[at:]
	n := int(binary.LittleEndian.Uint16(s))
	if 2+n > len(s) {
		return ""
	}
	return string(s[2 : 2+n])
}

// entry returns the record of entry id and which of its entries it is. It
// looks for the bucket by halves, for it is asked for output only.
func (t *core) entry(id ID) (record, int, bool) {
	if uint64(id) >= t.entries {
		return record{}, 0, false
	}
	b := sort.Search(int(t.buckets), func(b int) bool {
		from, at := t.spot(uint64(b))
		if uint64(from) >= t.keys {
			return true
		}
		r, ok := t.record(at)
		return !ok || r.first() > id
	})
	if b--; b < 0 {
		return record{}, 0, false
	}
	from, at := t.spot(uint64(b))
	for ; uint64(from) < t.keys; from++ {
		r, ok := t.record(at)
		if !ok {
			break
		}
		if i := int64(id) - int64(r.first()); i >= 0 && i < int64(r.count()) {
			return r, int(i), true
		}
		at += r.size()
	}
	return record{}, 0, false
}

// each calls fn for every record in order until it returns false.
func (t *core) each(fn func(record) bool) {
	var at uint32
	for range t.keys {
		r, ok := t.record(at)
		if !ok || !fn(r) {
			return
		}
		at += r.size()
	}
}

// tlps are the sharing marks an entry of its own may bear (FIRST TLP 2.0, and
// the white of 1.0).
var tlps = [...]string{"TLP:CLEAR", "TLP:GREEN", "TLP:AMBER", "TLP:AMBER+STRICT", "TLP:RED", "TLP:WHITE"}

// millis and fromMillis keep a time of validity in a number.
func millis(t time.Time, open int64) int64 {
	if t.IsZero() {
		return open
	}
	return t.UnixMilli()
}

func fromMillis(ms, open int64) time.Time {
	if ms == open {
		return time.Time{}
	}
	return time.UnixMilli(ms).UTC()
}
