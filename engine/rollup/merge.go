// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"bytes"
	"container/heap"
)

// merge calls fn for every key of the sources in order, with the Sums of equal
// keys added up.
func merge(sources []source, fn func(key []byte, sum Sum) error) error {
	h := make(heads, 0, len(sources))
	for _, s := range sources {
		next := &head{source: s}
		ok, err := next.advance()
		if err != nil {
			return err
		}
		if ok {
			h = append(h, next)
		}
	}
	heap.Init(&h)
	var key []byte
	for len(h) > 0 {
		key = append(key[:0], h[0].key...)
		sum := h[0].sum
		if err := h.drop(); err != nil {
			return err
		}
		for len(h) > 0 && bytes.Equal(h[0].key, key) {
			sum.Add(h[0].sum)
			if err := h.drop(); err != nil {
				return err
			}
		}
		if err := fn(key, sum); err != nil {
			return err
		}
	}
	return nil
}

// head is a source with its foremost row.
type head struct {
	source
	key []byte
	sum Sum
}

func (h *head) advance() (ok bool, err error) {
	h.key, h.sum, ok, err = h.next()
	return ok, err
}

// heads is a heap of sources, the least key on top.
type heads []*head

// drop moves the top source on by a row and takes it out at its end.
func (h *heads) drop() error {
	ok, err := (*h)[0].advance()
	switch {
	case err != nil:
		return err
	case ok:
		heap.Fix(h, 0)
	default:
		heap.Pop(h)
	}
	return nil
}

func (h heads) Len() int           { return len(h) }
func (h heads) Less(i, j int) bool { return bytes.Compare(h[i].key, h[j].key) < 0 }
func (h heads) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push implements heap.Interface.
func (h *heads) Push(x any) { *h = append(*h, x.(*head)) }

// Pop implements heap.Interface.
func (h *heads) Pop() any {
	old := *h
	last := old[len(old)-1]
	*h = old[:len(old)-1]
	return last
}
