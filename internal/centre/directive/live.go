// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"math"
	"slices"
	"strconv"
)

// liveMost is how many requirements of a page have what decides on them. Browsers
// look through the forms of a page for what they may fill in, which takes half a
// minute where there are thousands: the others are there to be read, found and
// printed, and lead to where they are decided.
const liveMost = 60

// stretch is where the requirement numbered seq stands among those that are live
// together: numbers of items, both included. Without a number it is the first with
// one that nobody decided on.
func (f Folder) stretch(seq int64) (from, to int64) {
	leaves := f.Leaves()
	if len(leaves) <= liveMost {
		return 0, math.MaxInt64
	}
	at := slices.IndexFunc(leaves, func(it Item) bool { return it.Seq == seq })
	if at < 0 {
		at = max(0, slices.IndexFunc(leaves, func(it Item) bool { return it.State == Proposed }))
	}
	first := at / liveMost * liveMost
	return leaves[first].Seq, leaves[min(first+liveMost, len(leaves))-1].Seq
}

// readAt is the page of the text where it is decided on it.
func (f Folder) readAt(it Item) string {
	at := href(f.ID) + "/read"
	if len(f.Leaves()) > liveMost {
		at += "?at=" + strconv.FormatInt(it.Seq, 10)
	}
	return at + "#" + anchor(it.Path)
}

// live reports whether it can be decided on here.
func (v readPage) live(it Item) bool { return it.Seq >= v.from && it.Seq <= v.to }

// shown are the numbers of those that are live, of how many; all is 0 where all are.
func (v readPage) shown() (from, to, all int) {
	leaves := v.f.Leaves()
	if len(leaves) <= liveMost {
		return 0, 0, 0
	}
	for i, it := range leaves {
		if v.live(it) {
			if from == 0 {
				from = i + 1
			}
			to = i + 1
		}
	}
	return from, to, len(leaves)
}

// beside is the first requirement of the stretch before (-1) or behind (1) the one
// that is live, if there is one.
func (v readPage) beside(step int) (Item, bool) {
	from, to, _ := v.shown()
	leaves, at := v.f.Leaves(), to
	if step < 0 {
		at = from - 1 - liveMost
	}
	if from == 0 || at < 0 || at >= len(leaves) {
		return Item{}, false
	}
	return leaves[at], true
}
