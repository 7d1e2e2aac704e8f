// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"runtime"
	"slices"
	"time"

	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// Index holds the indicators of several lists. It never changes, so any number
// of goroutines may ask it at once. What is read for a name on no list takes
// less than 6 bytes an indicator; the zero Index is empty.
//
// A name is hashed with all its parents at once. A bloom filter of one cache
// line a key ends nearly every question; behind it a directory and prints of
// the hash lead to the record, where the key is compared byte by byte before it
// counts. DESIGN.md has the reasons.
type Index struct {
	base *core
	over *core           // additions since base was built; nil when there are none
	gone map[ID]struct{} // entries of base taken back since
	// from is the lowest ID of over.
	from  ID
	lists []*List
	// remap leads from a list of over to its place in lists.
	remap []uint16
	hold  *hold
}

// none stands for the core of a zero Index.
var none = core{}

func (x *Index) cores() (base, over *core) {
	if x.base == nil {
		return &none, nil
	}
	return x.base, x.over
}

// Len is the number of entries: distinct pairs of indicator and list, with
// those that Patched took back.
func (x *Index) Len() int {
	base, over := x.cores()
	n := base.entries
	if over != nil {
		n += over.entries
	}
	return int(n)
}

// Lists returns the lists in the order they were loaded. They are read-only.
func (x *Index) Lists() []*List { return slices.Clone(x.lists) }

// Seed returns what the names asked of Probe are hashed with. It is the same
// for an Index and what Patched makes of it.
func (x *Index) Seed() *suffix.Seed {
	base, _ := x.cores()
	return &base.key
}

// Timed reports whether any entry is valid for a time only, so that an answer
// depends on When.
func (x *Index) Timed() bool {
	base, over := x.cores()
	return base.sets.timed > 0 || over != nil && over.sets.timed > 0
}

// Match returns every entry that names name or a parent of it, the most
// specific first, those of one name in the order their lists were loaded. It
// returns nil when none does. Validity is not judged; see MatchAt.
func (x *Index) Match(name string) []Match { return x.MatchAt(name, When{}) }

// MatchAt is Match among the entries valid at w.
func (x *Index) MatchAt(name string, w When) []Match {
	return x.AppendMatchAt(nil, AppendNormal(nil, name), w)
}

// AppendMatch appends to dst what Match returns for a name that is already
// normalised. It keeps no reference to normal.
func (x *Index) AppendMatch(dst []Match, normal []byte) []Match {
	return x.AppendMatchAt(dst, normal, When{})
}

// AppendMatchAt appends to dst what MatchAt returns for a name that is already
// normalised.
func (x *Index) AppendMatchAt(dst []Match, normal []byte, w When) []Match {
	var suffixes [32]suffix.Suffix
	var found [16]ID
	return x.Matches(dst, x.Probe(found[:0], normal, x.Seed().Of(suffixes[:0], normal)), w)
}

// Probe appends to dst the entries that name name, a domain in which letters
// may have any case, or a parent of it: the most specific first, block and
// allow alike, whatever their validity. suffixes are Seed().Of(nil, name). It
// allocates only where dst is short. Nearly all names have none; Matches tells
// what the entries of the others mean.
func (x *Index) Probe(dst []ID, name []byte, suffixes []suffix.Suffix) []ID {
	defer runtime.KeepAlive(x)
	base, over := x.cores()
	if over != nil || len(x.gone) > 0 {
		return x.probePatched(dst, name, suffixes)
	}
	labels := base.sets.labels
	for i := len(suffixes) - 1; i >= 0; i-- {
		s := suffixes[i]
		if labels>>min(i+1, 63)&1 == 0 || !base.passes(s.Hash) {
			continue
		}
		dst = base.entriesOf(dst, Domain, name[s.At:], s.Hash, i < len(suffixes)-1, 0)
	}
	return dst
}

// entriesOf appends the entries of a key that the filter let through. Of a
// parent, those with sub-domains only.
func (t *core) entriesOf(dst []ID, kind Type, key []byte, h uint64, parent bool, from ID) []ID {
	r, ok := t.search(kind, key, h)
	if !ok {
		return dst
	}
	for i := range r.count() {
		if !parent || t.scope(r.meta(i)) == WithSubdomains {
			dst = append(dst, from+r.first()+ID(i))
		}
	}
	return dst
}

// When is the time for which entries with a validity are judged: one counts
// when it is valid at Now or at Event. An old log is thus judged both by what
// was known then, though it has expired, and by what has become known since. A
// zero time judges nothing; the zero When takes every entry.
type When struct {
	Now   time.Time // of looking
	Event time.Time // when it happened that is looked at
}

func (m meta) valid(w When) bool {
	if !m.timed() || w.Now.IsZero() && w.Event.IsZero() {
		return true
	}
	at := func(t time.Time) bool {
		ms := t.UnixMilli()
		return !t.IsZero() && m.from <= ms && ms < m.until
	}
	return at(w.Now) || at(w.Event)
}

// Matches appends to dst what the entries mean that one question found, in
// their order: those valid at w, each block entry marked that gives way to an
// allow entry among them.
func (x *Index) Matches(dst []Match, found []ID, w When) []Match {
	start := len(dst)
	best := -1 // how specific the most specific allow entry is
	var few [16]int
	exacts := few[:0]
	for _, id := range found {
		m, exact, ok := x.match(id, w)
		if !ok {
			continue
		}
		if m.List.Kind == Allow {
			best = max(best, exact)
		}
		dst, exacts = append(dst, m), append(exacts, exact)
	}
	for i := range dst[start:] {
		m := &dst[start+i]
		m.Overruled = m.List.Kind == Block && exacts[i] <= best
	}
	return dst
}

// Entry returns the entry id, which must come from the same index; the zero
// Match when it has none of that number.
func (x *Index) Entry(id ID) Match {
	m, _, _ := x.match(id, When{})
	return m
}

func (x *Index) match(id ID, w When) (Match, int, bool) {
	defer runtime.KeepAlive(x)
	t, _ := x.cores()
	n := id
	if id >= x.from && x.over != nil {
		t, n = x.over, id-x.from
	}
	r, i, ok := t.entry(n)
	if !ok {
		return Match{}, 0, false
	}
	return x.describe(t, id, r, i, w)
}

// describe tells the entry i of record r of t, false when it is not valid at w.
func (x *Index) describe(t *core, id ID, r record, i int, w When) (Match, int, bool) {
	e, ok := t.meta(r.meta(i))
	if !ok || r.kind() > JA4 || !e.valid(w) {
		return Match{}, 0, false
	}
	l := t.lists[e.list]
	if t == x.over {
		l = x.lists[x.remap[e.list]]
	}
	m := Match{ID: id, List: l, Indicator: keyText(r.kind(), r.key()), Type: r.kind(), Scope: e.scope, Threat: t.text(e.threat), TLP: l.TLP,
		Confidence: e.confidence, Reference: t.text(e.reference), From: fromMillis(e.from, always), Until: fromMillis(e.until, never)}
	if e.tlp > 0 {
		m.TLP = tlps[e.tlp-1]
	}
	if m.Threat == "" {
		m.Threat = l.Threat
	}
	if m.Threat == "" {
		m.Threat = l.Name
	}
	return m, exactness(r.kind(), r.key()), true
}
