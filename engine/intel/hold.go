// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"errors"
	"runtime"
	"sync"
)

// hold is the share of one Index in the memory of its cores.
type hold struct {
	once  sync.Once
	cores []*core
	err   error
}

// newIndex returns the Index of a core alone.
func newIndex(t *core) *Index {
	x := &Index{base: t, lists: t.lists, from: ID(t.entries)}
	x.keep(t)
	return x
}

// keep makes x a user of cores until it is closed, or forgotten.
func (x *Index) keep(cores ...*core) {
	x.hold = &hold{cores: cores}
	for _, t := range cores {
		t.users.Add(1)
	}
	runtime.AddCleanup(x, func(h *hold) { h.release() }, x.hold)
}

func (h *hold) release() {
	h.once.Do(func() {
		for _, t := range h.cores {
			if t.users.Add(-1) == 0 {
				h.err = errors.Join(h.err, t.release())
			}
		}
	})
}

// release gives the memory of t back.
func (t *core) release() error {
	var err error
	for _, m := range t.memory {
		if m.free != nil {
			err = errors.Join(err, m.free())
		}
	}
	t.memory = nil
	return err
}

// Close gives the memory of x back, unless an Index made of it by Patched, or
// of which it was made, is still open. Nothing may be asked of x at the same
// time or later; Live sees to that. An Index that is not closed is given back
// when nothing refers to it any more.
func (x *Index) Close() error {
	if x.hold == nil {
		return nil
	}
	x.hold.release()
	return x.hold.err
}

// HotBytes is the size of what is read for names on no list.
func (x *Index) HotBytes() int64 {
	base, over := x.cores()
	n := len(base.filter) + len(base.directory) + len(base.prints)
	if over != nil {
		n += len(over.filter) + len(over.directory) + len(over.prints)
	}
	return int64(n)
}
