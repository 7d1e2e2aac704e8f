// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import "bytes"

// contest finds the order of the rows of several blocks, each of which is in
// order: a tree in which each node remembers who lost there, so that the next row
// is found by as many comparisons as the tree is high.
type contest struct {
	next []cursor // of each block
	tree []int32  // [0] is who has won; of the others those who lost; -1: nobody
}

// cursor is the next row of a block.
type cursor struct {
	place // of kept, so that comparing does not look there
	*kept
	key  []byte // nil after the last
	text []byte
	rows []kept // behind it
	near uint64 // of no meaning: see step
}

func (n *cursor) step() {
	if len(n.rows) == 0 {
		n.key = nil
		return
	}
	n.kept, n.rows = &n.rows[0], n.rows[1:]
	n.place, n.key = n.kept.place, n.kept.key(n.text)
	if len(n.rows) > 0 {
		// The row behind it and its key are in the processor's cache once they are
		// needed: nothing waits for them here.
		n.near = n.rows[0].head ^ uint64(n.text[n.from+int(n.size)])
	}
}

// begin puts the rows of blocks in, of at least one, whose keys lie from one on and
// before another; nil is no bound.
func (c *contest) begin(blocks []*gathered, from, to []byte) {
	c.next, c.tree = c.next[:0], c.tree[:0]
	for _, g := range blocks {
		n := cursor{text: g.text, rows: g.between(from, to)}
		n.step()
		c.next, c.tree = append(c.next, n), append(c.tree, -1)
	}
	for i := range blocks {
		c.enter(int32(i))
	}
}

// first is the first of the rows that are left; its key is nil when there is
// none.
func (c *contest) first() *cursor { return &c.next[c.tree[0]] }

// pass goes on to the next row.
func (c *contest) pass() {
	c.first().step()
	c.play(c.tree[0])
}

// enter lets a block into the tree: it waits at the first free node.
func (c *contest) enter(i int32) {
	for node := (int(i) + len(c.tree)) / 2; node > 0; node /= 2 {
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
	for node := (int(i) + len(c.tree)) / 2; node > 0; node /= 2 {
		if c.before(c.tree[node], i) {
			c.tree[node], i = i, c.tree[node]
		}
	}
	c.tree[0] = i
}

// before reports whether the next row of block i comes before that of j. One
// that has no more comes last.
func (c *contest) before(i, j int32) bool {
	a, b := &c.next[i], &c.next[j]
	switch {
	case a.key == nil:
		return false
	case b.key == nil:
		return true
	case a.group != b.group:
		return a.group < b.group
	case a.head != b.head:
		return a.head < b.head
	case a.next != b.next:
		return a.next < b.next
	}
	return bytes.Compare(rest(a.key), rest(b.key)) < 0
}
