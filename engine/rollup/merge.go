// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import "bytes"

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
	for i := len(h)/2 - 1; i >= 0; i-- {
		h.sift(i)
	}
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
	if err != nil {
		return err
	}
	if !ok {
		last := len(*h) - 1
		(*h)[0] = (*h)[last]
		*h = (*h)[:last]
	}
	h.sift(0)
	return nil
}

// sift moves the source at i down until none below it is less.
func (h heads) sift(i int) {
	for {
		least := 2*i + 1
		if least >= len(h) {
			return
		}
		if r := least + 1; r < len(h) && bytes.Compare(h[r].key, h[least].key) < 0 {
			least = r
		}
		if bytes.Compare(h[i].key, h[least].key) <= 0 {
			return
		}
		h[i], h[least] = h[least], h[i]
		i = least
	}
}
