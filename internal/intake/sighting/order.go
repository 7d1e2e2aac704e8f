// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import "bytes"

// ref is a row of one of several blocks. same says that its key is that of the
// row before it.
type ref struct {
	block uint32
	row   uint32
	same  bool
}

// contest finds the order of the rows of several blocks, each of which is in
// order: a tree in which each node remembers who lost there, so that the next row
// is found by as many comparisons as the tree is high.
type contest struct {
	blocks []*gathered
	at     []int   // the next of each block
	tree   []int32 // [0] is who has won; of the others those who lost; -1: nobody
}

// merge appends the rows of blocks to order.
func (c *contest) merge(blocks []*gathered, order []ref) []ref {
	c.blocks, c.at, c.tree = blocks, append(c.at[:0], make([]int, len(blocks))...), c.tree[:0]
	for range max(1, len(blocks)) {
		c.tree = append(c.tree, -1)
	}
	for i := range blocks {
		c.enter(int32(i))
	}
	var last []byte
	for {
		w := c.tree[0]
		if w < 0 || c.at[w] == len(blocks[w].order) {
			return order
		}
		row := blocks[w].order[c.at[w]].row
		key := blocks[w].key(row)
		order = append(order, ref{uint32(w), row, bytes.Equal(key, last)})
		last = key
		c.at[w]++
		c.play(w)
	}
}

// enter lets a block into the tree: it waits at the first free node.
func (c *contest) enter(i int32) {
	for node := (int(i) + len(c.blocks)) / 2; node > 0; node /= 2 {
		if c.tree[node] < 0 {
			c.tree[node] = i
			return
		}
		if c.before(c.tree[node], i) {
			c.tree[node], i = i, c.tree[node]
		}
	}
	c.tree[0] = i
}

// play finds who wins now that the next row of i, who had won, is another.
func (c *contest) play(i int32) {
	for node := (int(i) + len(c.blocks)) / 2; node > 0; node /= 2 {
		if c.before(c.tree[node], i) {
			c.tree[node], i = i, c.tree[node]
		}
	}
	c.tree[0] = i
}

// before reports whether the next row of block i comes before that of j. One
// that has no more comes last.
func (c *contest) before(i, j int32) bool {
	a, b := c.blocks[i], c.blocks[j]
	switch m, n := c.at[i], c.at[j]; {
	case m == len(a.order):
		return false
	case n == len(b.order):
		return true
	default:
		p, q := &a.order[m], &b.order[n]
		if p.head != q.head && p.group == q.group {
			return p.head < q.head
		}
		if d := p.compare(*q); d != 0 {
			return d < 0
		}
		return bytes.Compare(a.rest(*p), b.rest(*q)) < 0
	}
}
