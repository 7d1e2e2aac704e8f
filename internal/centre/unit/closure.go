// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import "errors"

// errCircle is a unit that would come to lie under itself.
var errCircle = errors.New("units form a circle")

// pair says that Descendant's rows are open to whoever holds a role in
// Ancestor.
type pair struct{ Ancestor, Descendant ID }

// closure computes who lies under whom: each unit under itself, a child and
// all below it under its parent, a predecessor and all below it under its
// successor. parents maps each unit to its parent, predecessors each unit to
// whom it followed. A circle gives errCircle.
func closure(parents map[ID]ID, predecessors map[ID][]ID) (map[pair]bool, error) {
	below := map[ID][]ID{}
	for id, parent := range parents {
		if parent != "" {
			below[parent] = append(below[parent], id)
		}
	}
	for id, list := range predecessors {
		below[id] = append(below[id], list...)
	}
	w := walk{below: below, reach: map[ID]map[ID]bool{}, open: map[ID]bool{}}
	out := map[pair]bool{}
	for id := range parents {
		under, err := w.from(id)
		if err != nil {
			return nil, err
		}
		for d := range under {
			out[pair{id, d}] = true
		}
	}
	return out, nil
}

type walk struct {
	below map[ID][]ID
	reach map[ID]map[ID]bool // done
	open  map[ID]bool        // on the path now
}

func (w walk) from(id ID) (map[ID]bool, error) {
	if done, ok := w.reach[id]; ok {
		return done, nil
	}
	if w.open[id] {
		return nil, errCircle
	}
	w.open[id] = true
	set := map[ID]bool{id: true}
	for _, next := range w.below[id] {
		under, err := w.from(next)
		if err != nil {
			return nil, err
		}
		for d := range under {
			set[d] = true
		}
	}
	w.open[id], w.reach[id] = false, set
	return set, nil
}
