// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"fmt"
	"strings"
	"testing"
)

// TestEachRequirementIsLiveOnOnePage walks the stretches of long texts: every
// requirement can be decided on where its link leads, and few at once.
func TestEachRequirementIsLiveOnOnePage(t *testing.T) {
	for _, all := range []int{0, 1, liveMost, liveMost + 1, 3 * liveMost, 840} {
		f := Folder{Directive: Directive{ID: "d1"}}
		for n := range all {
			if n%7 == 0 {
				f.Items = append(f.Items, Item{Seq: int64(len(f.Items) + 1), Path: fmt.Sprint("c", n)})
			}
			f.Items = append(f.Items, Item{Seq: int64(len(f.Items) + 1), Path: fmt.Sprint(n), Leaf: true, State: Proposed})
		}
		for i, it := range f.Leaves() {
			v := readPage{f: f}
			v.from, v.to = f.stretch(it.Seq)
			n := 0
			for _, o := range f.Leaves() {
				if v.live(o) {
					n++
				}
			}
			from, to, of := v.shown()
			if !v.live(it) || n > liveMost || of > 0 && (i+1 < from || i+1 > to || to-from+1 != n) {
				t.Fatalf("%d of %d: %d live, %d to %d", i, all, n, from, to)
			}
			if long := all > liveMost; strings.Contains(f.readAt(it), "?at=") != long {
				t.Errorf("%d: %s", all, f.readAt(it))
			}
		}
		turns, seen := 0, 0
		v := readPage{f: f}
		for v.from, v.to = f.stretch(-1); ; turns++ {
			from, to, _ := v.shown()
			seen += to - from + 1
			it, ok := v.beside(1)
			if !ok {
				break
			}
			v.from, v.to = f.stretch(it.Seq)
			if back, ok := v.beside(-1); !ok || back.Seq >= it.Seq {
				t.Fatalf("%d: no way back from %d", all, it.Seq)
			}
		}
		if all > liveMost && seen != all {
			t.Errorf("%d of %d seen in %d turns", seen, all, turns)
		}
	}
}

// TestOpenRequirementsComeFirst opens a long text where something is left to decide.
func TestOpenRequirementsComeFirst(t *testing.T) {
	f := Folder{}
	for n := range 200 {
		state := Agreed
		if n == 130 {
			state = Proposed
		}
		f.Items = append(f.Items, Item{Seq: int64(n + 1), Leaf: true, State: state})
	}
	if from, to := f.stretch(-1); from != 121 || to != 180 {
		t.Errorf("from %d to %d", from, to)
	}
}
