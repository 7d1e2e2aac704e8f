// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"runtime"
	"strings"
)

// Choice says which entries Walk hands out; its zero value lets all through.
type Choice struct {
	Types     []Type // none is all
	Prefix    string // of the value as Match.Indicator has it
	Source    string // List.Source
	Threat    string // as Match.Threat has it
	Reference string
	Kind      *Kind // of the list; nil is both
}

// Walk hands fn the entries that s lets through and that are valid at w, those
// of one value together, else in no order that means anything, until fn
// returns false. It reads all records once, in the order they lie in, so that
// it is for people and exports, not for logs. Overruled is not judged.
func (x *Index) Walk(s Choice, w When, fn func(Match) bool) {
	defer runtime.KeepAlive(x)
	base, over := x.cores()
	on := x.walk(base, 0, s, w, fn)
	if over != nil && on {
		x.walk(over, x.from, s, w, fn)
	}
}

func (x *Index) walk(t *core, from ID, s Choice, w When, fn func(Match) bool) bool {
	keep := t.sifted(s)
	var types uint64
	for _, k := range s.Types {
		types |= 1 << k
	}
	on := true
	t.each(func(r record) bool {
		if r.kind() > JA4 || types != 0 && types>>r.kind()&1 == 0 || !hasPrefix(r, s.Prefix) {
			return true
		}
		for i := 0; i < r.count() && on; i++ {
			id := from + r.first() + ID(i)
			if n := r.meta(i); keep != nil && (int(n) >= len(keep) || !keep[n]) {
				continue
			}
			if _, gone := x.gone[id]; gone && from == 0 {
				continue
			}
			m, _, ok := x.describe(t, id, r, i, w)
			if ok && (s.Source == "" || m.List.Source == s.Source) && (s.Kind == nil || m.List.Kind == *s.Kind) &&
				(s.Threat == "" || m.Threat == s.Threat) && (s.Reference == "" || m.Reference == s.Reference) {
				on = fn(m)
			}
		}
		return on
	})
	return on
}

// sifted tells of each meta whether s may let its entries through, so that most
// records cost one look; nil when s asks nothing of them.
func (t *core) sifted(s Choice) []bool {
	if s.Reference == "" && s.Threat == "" && s.Source == "" && s.Kind == nil {
		return nil
	}
	out := make([]bool, len(t.metas)/metaSize)
	for n := range out {
		m, ok := t.meta(uint32(n))
		if !ok {
			continue
		}
		l := t.lists[m.list]
		threat := t.text(m.threat) // the list's when empty, which describe knows
		out[n] = (s.Source == "" || l.Source == s.Source) && (s.Kind == nil || l.Kind == *s.Kind) &&
			(s.Reference == "" || t.text(m.reference) == s.Reference) && (s.Threat == "" || threat == "" || threat == s.Threat)
	}
	return out
}

func hasPrefix(r record, prefix string) bool {
	if prefix == "" {
		return true
	}
	switch r.kind() {
	case Domain, URL, Email, JA4:
		key := r.key()
		return len(key) >= len(prefix) && string(key[:len(prefix)]) == prefix
	}
	return strings.HasPrefix(keyText(r.kind(), r.key()), prefix)
}

// Clashes hands fn each block entry valid at w that gives way because an allow
// entry names the very same value, with that entry, until fn returns false.
func (x *Index) Clashes(w When, fn func(block, allow Match) bool) {
	defer runtime.KeepAlive(x)
	base, over := x.cores()
	on := true
	var found []Match
	judge := func() bool {
		for _, a := range found {
			if a.List.Kind != Allow {
				continue
			}
			for _, b := range found {
				if on && b.List.Kind == Block {
					on = fn(b, a)
				}
			}
			break
		}
		found = found[:0]
		return on
	}
	add := func(t *core, from ID, r record) {
		for i := range r.count() {
			id := from + r.first() + ID(i)
			if _, gone := x.gone[id]; gone && from == 0 {
				continue
			}
			if m, _, ok := x.describe(t, id, r, i, w); ok {
				found = append(found, m)
			}
		}
	}
	base.each(func(r record) bool {
		var more record
		both := false
		if over != nil {
			if h := hashKey(&base.key, r.kind(), r.key()); over.passes(h) {
				more, both = over.find(r.kind(), r.key(), h)
			}
		}
		if r.kind() > JA4 || !both && r.count() < 2 {
			return true
		}
		add(base, 0, r)
		if both {
			add(over, x.from, more)
		}
		return judge()
	})
	if over == nil || !on {
		return
	}
	over.each(func(r record) bool {
		if _, had := base.find(r.kind(), r.key(), hashKey(&base.key, r.kind(), r.key())); had || r.kind() > JA4 || r.count() < 2 {
			return true
		}
		add(over, x.from, r)
		return judge()
	})
}
