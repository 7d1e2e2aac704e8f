// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"runtime"
	"slices"
	"strings"
	"sync"
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
func (s *shard) sorted() []item {
	n := 0
	for _, r := range s.days {
		n += r.count
	}
	items := make([]item, 0, n)
	for _, r := range s.days {
		items = s.appendItems(items, r)
	}
	slices.SortFunc(items, func(a, b item) int { return compare(&a, &b) })
	return items
}

// inOrder returns a source of the rows of several shards.
func inOrder(shards ...*shard) source {
	lists := make([][]item, len(shards))
	places := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wait sync.WaitGroup
	for i, s := range shards {
		places <- struct{}{}
		wait.Go(func() {
			lists[i] = s.sorted()
			<-places
		})
	}
	wait.Wait()
	lists = slices.DeleteFunc(lists, func(l []item) bool { return len(l) == 0 })
	for i := len(lists)/2 - 1; i >= 0; i-- {
		sift(lists, i)
	}
	var key []byte
	return source{next: func() ([]byte, Sum, bool, error) {
		if len(lists) == 0 {
			return nil, Sum{}, false, nil
		}
		first := &lists[0][0]
		key = first.appendKey(key[:0])
		sum := first.sum()
		if lists[0] = lists[0][1:]; len(lists[0]) == 0 {
			lists[0] = lists[len(lists)-1]
			lists = lists[:len(lists)-1]
		}
		sift(lists, 0)
		return key, sum, true, nil
	}, close: func() error { return nil }}
}

// sift moves the list at i down a heap of lists until the least row is on top.
func sift(lists [][]item, i int) {
	for {
		least := 2*i + 1
		if least >= len(lists) {
			return
		}
		if r := least + 1; r < len(lists) && compare(&lists[r][0], &lists[least][0]) < 0 {
			least = r
		}
		if compare(&lists[i][0], &lists[least][0]) <= 0 {
			return
		}
		lists[i], lists[least] = lists[least], lists[i]
		i = least
	}
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
func compare(a, b *item) int {
	if a.rows != b.rows && a.rows.day != b.rows.day {
		return strings.Compare(a.rows.day, b.rows.day)
	}
	if a.client != b.client {
		return cmp.Or(cmp.Compare(a.client[0], b.client[0]), cmp.Compare(a.client[1], b.client[1]))
	}
	if a.rows.other && b.rows.other { // the text may be longer
		if c := strings.Compare(a.text(), b.text()); c != 0 {
			return c
		}
	}
	if a.prefix != b.prefix {
		return cmp.Compare(a.prefix, b.prefix)
	}
	x, y := a.named(), b.named()
	n := min(len(x), len(y))
	if c := bytes.Compare(x[:n], y[:n]); c != 0 || len(x) == len(y) {
		return c
	}
	// Behind the name stands the verdict.
	return bytes.Compare(append(slices.Clip(x), byte(a.verdict())), append(slices.Clip(y), byte(b.verdict())))
}

func (i *item) named() []byte    { return i.rows.in.names.name(i.name) }
func (i *item) verdict() Verdict { return i.rows.in.names.verdict(i.name) }

// text is the client of a row.
func (i *item) text() string {
	a := i.rows.in.address(i.rows, i.entry.client)
	if !a.IsValid() {
		return ""
	}
	return a.String()
}

func (i *item) appendKey(key []byte) []byte {
	key = append(key, i.rows.day...)
	key = append(key, 0)
	if a := i.rows.in.address(i.rows, i.entry.client); a.IsValid() {
		key = a.AppendTo(key)
	}
	key = append(key, 0)
	key = append(key, i.named()...)
	return append(key, byte(i.verdict()))
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
