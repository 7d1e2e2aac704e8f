// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"hash/maphash"
	"slices"
)

// Index holds the indicators of several lists. It never changes, so any number
// of goroutines may ask it at once. Its memory is about 60 bytes an indicator.
//
// Names lie in an arena; a table with open addressing leads from the hash of a
// name to its first entry, and entries of the same name in other lists follow
// by next. A name is compared byte by byte before it counts. The hash has a
// random seed, for the names asked come from strangers.
type Index struct {
	lists   []*List
	arena   arena
	entries []entry
	slots   []slot
	used    int // slots taken: distinct names
	seed    maphash.Seed
}

// entry is one name in one list.
type entry struct {
	name   uint32 // arena reference
	threat uint32 // arena reference of the label; 0 for none
	next   uint32 // entry of the same name in a later list, plus 1; 0 for none
	list   uint16
	size   uint8 // of the name
	scope  Scope
}

// slot is one place of the table: the upper half of the hash, and the entry
// plus 1, 0 when free.
type slot struct{ print, entry uint32 }

// Len is the number of entries: distinct pairs of name and list.
func (x *Index) Len() int { return len(x.entries) }

// Lists returns the lists in the order they were loaded. They are read-only.
func (x *Index) Lists() []*List { return slices.Clone(x.lists) }

// Match returns every entry that names name or a parent of it, the most
// specific first, those of one name in the order their lists were loaded. It
// returns nil when none does.
func (x *Index) Match(name string) []Match {
	return x.AppendMatch(nil, AppendNormal(nil, name))
}

// AppendMatch appends to dst what Match returns for a name that is already
// normalised. It keeps no reference to normal.
func (x *Index) AppendMatch(dst []Match, normal []byte) []Match {
	if len(x.entries) == 0 || len(normal) == 0 {
		return dst
	}
	start := len(dst)
	for at := 0; ; {
		dot := bytes.IndexByte(normal[at:], '.')
		if dot < 0 { // a name of one label is a public suffix, which is never taken in
			break
		}
		if i, ok := x.find(normal[at:]); ok {
			dst = x.appendEntries(dst, i, at == 0)
		}
		at += dot + 1
	}
	overrule(dst[start:])
	return dst
}

// overrule marks block entries for which an allow entry at least as specific
// stands in the same answer.
func overrule(found []Match) {
	best := -1 // longest allowed name
	for _, m := range found {
		if m.List.Kind == Allow {
			best = max(best, len(m.Indicator))
		}
	}
	for i := range found {
		m := &found[i]
		m.Overruled = m.List.Kind == Block && len(m.Indicator) <= best
	}
}

func (x *Index) appendEntries(dst []Match, i uint32, whole bool) []Match {
	var name string
	for n := i + 1; n != 0; {
		e := &x.entries[n-1]
		if whole || e.scope == WithSubdomains {
			if name == "" {
				name = string(x.arena.bytes(e.name, int(e.size)))
			}
			dst = append(dst, x.match(ID(n-1), name))
		}
		n = e.next
	}
	return dst
}

func (x *Index) match(id ID, name string) Match {
	e := &x.entries[id]
	l := x.lists[e.list]
	m := Match{ID: id, List: l, Indicator: name, Type: TypeDomain, Scope: e.scope, Threat: l.Threat}
	if e.threat != 0 {
		m.Threat = x.arena.label(e.threat)
	}
	if m.Threat == "" {
		m.Threat = l.Name
	}
	return m
}

// Entry returns the entry id, which must come from a Match of the same index.
func (x *Index) Entry(id ID) Match {
	e := &x.entries[id]
	return x.match(id, string(x.arena.bytes(e.name, int(e.size))))
}

// find returns the first entry of exactly this name.
func (x *Index) find(name []byte) (uint32, bool) {
	if len(x.slots) == 0 || len(name) > maxName {
		return 0, false
	}
	s := x.slots[x.place(name, maphash.Bytes(x.seed, name))]
	return s.entry - 1, s.entry != 0
}

// place returns the slot that holds name, or the free one where it belongs.
func (x *Index) place(name []byte, hash uint64) uint64 {
	mask := uint64(len(x.slots) - 1)
	for at := hash & mask; ; at = (at + 1) & mask {
		s := x.slots[at]
		if s.entry == 0 {
			return at
		}
		if s.print != uint32(hash>>32) {
			continue
		}
		e := &x.entries[s.entry-1]
		if int(e.size) == len(name) && string(x.arena.bytes(e.name, len(name))) == string(name) {
			return at
		}
	}
}
