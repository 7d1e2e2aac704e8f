// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"
	"strings"
)

// maxArena bounds the names of one shard: their places are 32 bits.
const maxArena = 1 << 31

// item is a row on its way out, with what it is sorted by at hand.
type item struct {
	client [2]uint64 // the first 16 bytes of its text, zeros behind
	prefix uint64    // see first8
	*entry
	rows *rows
}

// agrees says whether the verdict on the name of q is v, or is not there yet.
func (s *shard) agrees(q *Query, v Verdict) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	place, ok := s.names.have(q.Hash, q.Name)
	return !ok || s.names.verdict(place) == v
}

// have returns the place of a name, if it is there.
func (n *names) have(hash uint64, name []byte) (place uint32, ok bool) {
	if len(n.slots) == 0 {
		return 0, false
	}
	mask := uint32(len(n.slots) - 1)
	for at := n.start(hash) & mask; n.slots[at] != 0; at = (at + 1) & mask {
		if s := n.slots[at]; s>>32 == hash<<4>>32 && string(n.name(uint32(s))) == string(name) {
			return uint32(s), true
		}
	}
	return 0, false
}

// sorted returns the rows of the shard in key order.
func (s *shard) sorted() source {
	n := 0
	for _, r := range s.days {
		n += r.count
	}
	items := make([]item, 0, n)
	for _, r := range s.days {
		items = s.appendItems(items, r)
	}
	slices.SortFunc(items, s.compare)
	var key []byte
	return source{next: func() ([]byte, Sum, bool, error) {
		if len(items) == 0 {
			return nil, Sum{}, false, nil
		}
		key = s.appendKey(key[:0], &items[0])
		sum := items[0].sum()
		items = items[1:]
		return key, sum, true, nil
	}, close: func() error { return nil }}
}

func (s *shard) appendItems(items []item, r *rows) []item {
	var text [48]byte
	for i := range r.table {
		e := &r.table[i]
		if e.name == 0 {
			continue
		}
		clear(text[:16])
		if a := s.address(r, e.client); a.IsValid() {
			a.AppendTo(text[:0])
		}
		name := s.names.name(e.name)
		items = append(items, item{client: [2]uint64{binary.BigEndian.Uint64(text[:]), binary.BigEndian.Uint64(text[8:])}, prefix: first8(name, s.names.verdict(e.name)), entry: e, rows: r})
	}
	return items
}

// first8 returns the first eight bytes of name and, behind it, v as a number
// that compares as they do, zeros for those missing.
func first8(name []byte, v Verdict) uint64 {
	if len(name) >= 8 {
		return binary.BigEndian.Uint64(name)
	}
	x := uint64(v) << (56 - 8*len(name))
	for i, c := range name {
		x |= uint64(c) << (56 - 8*i)
	}
	return x
}

// compare orders rows as their keys are ordered.
func (s *shard) compare(a, b item) int {
	if a.rows != b.rows {
		if c := strings.Compare(a.rows.day, b.rows.day); c != 0 {
			return c
		}
	}
	if a.client != b.client {
		return cmp.Or(cmp.Compare(a.client[0], b.client[0]), cmp.Compare(a.client[1], b.client[1]))
	}
	if a.rows.other && b.rows.other && a.entry.client != b.entry.client { // the text may be longer
		if c := strings.Compare(s.text(a), s.text(b)); c != 0 {
			return c
		}
	}
	if a.prefix != b.prefix {
		return cmp.Compare(a.prefix, b.prefix)
	}
	x, y := s.names.name(a.name), s.names.name(b.name)
	n := min(len(x), len(y))
	if c := bytes.Compare(x[:n], y[:n]); c != 0 || len(x) == len(y) {
		return c
	}
	// Behind the name stands the verdict.
	return bytes.Compare(append(slices.Clip(x), byte(s.names.verdict(a.name))), append(slices.Clip(y), byte(s.names.verdict(b.name))))
}

func (s *shard) text(i item) string {
	a := s.address(i.rows, i.entry.client)
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func (s *shard) appendKey(key []byte, i *item) []byte {
	key = append(key, i.rows.day...)
	key = append(key, 0)
	if a := s.address(i.rows, i.entry.client); a.IsValid() {
		key = a.AppendTo(key)
	}
	key = append(key, 0)
	key = append(key, s.names.name(i.name)...)
	return append(key, byte(s.names.verdict(i.name)))
}

func (i *item) sum() Sum {
	s := Sum{Count: int64(i.count)}
	if i.rows.timed {
		s.timed = true
		s.first, s.last = i.rows.stamp(i.first), i.rows.stamp(i.last)
	}
	return s
}

func (r *rows) stamp(ns int64) stamp {
	sec := ns / 1e9
	if ns %= 1e9; ns < 0 {
		sec, ns = sec-1, ns+1e9
	}
	return stamp{r.base + sec, int32(ns)}
}
