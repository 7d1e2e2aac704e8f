// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
)

// Patch gathers what has changed since an Index was built: indicators added
// and indicators taken back, both effective as soon as Patched has put them
// over the Index. It is meant for some thousands of changes between two builds;
// Builder.Merge then takes them in. Its zero value is empty. It is not safe for
// concurrent use.
type Patch struct {
	added   []addition
	removed []removal
}

type addition struct {
	list      List
	indicator Indicator
	from      int // removals before it, which do not touch it
}

type removal struct {
	list      string // "" for every list
	kind      Type
	key       string
	reference string // instead of kind and key
	at        int    // additions before it, which it touches too
}

// Add notes an indicator of a list, which may be one of the Index, of the same
// name and kind, or a new one. It returns why the indicator is refused, as
// Builder.Add does; one that is Revoked becomes a removal.
func (p *Patch) Add(l List, i Indicator) Reason {
	if i.Revoked {
		if i.Reference != "" {
			p.removed = append(p.removed, removal{list: l.Name, reference: i.Reference, at: len(p.added)})
		}
		if why := p.Remove(l.Name, i.Type, i.Value); why != "" && i.Reference == "" {
			return why
		}
		return Revoked
	}
	key, why := appendKey(nil, i.Type, i.Value)
	if why != "" {
		return why
	}
	if i.Type == Domain {
		switch openness(key) {
		case public:
			return PublicSuffix
		case unsure:
			why = Narrowed
		}
	}
	p.added = append(p.added, addition{l, i, len(p.removed)})
	return why
}

// Remove takes the entries of a value back, in the list of that name or, when
// it is "", in all. It returns why the value is none of its type, or "".
func (p *Patch) Remove(list string, t Type, value string) Reason {
	key, why := appendKey(nil, t, value)
	if why == "" {
		p.removed = append(p.removed, removal{list: list, kind: t, key: string(key), at: len(p.added)})
	}
	return why
}

// Len is the number of changes.
func (p *Patch) Len() int { return len(p.added) + len(p.removed) }

// Patched returns x with the changes of p over it. It shares x's memory, so that
// it takes as long as p is and not as x is; both are closed for themselves.
// Changes put over x before are not in it: p is all that is new since x was
// built.
func (x *Index) Patched(p *Patch) (*Index, error) {
	if x.base == nil { // its seed is none
		x = new(Builder).Build()
	}
	defer runtime.KeepAlive(x)
	base := x.base
	out := &Index{base: base, lists: slices.Clone(base.lists), from: ID(base.entries), gone: map[ID]struct{}{}}
	for _, r := range p.removed {
		base.taken(r, out.gone)
	}
	b := Builder{a: base.a, b: base.b}
	handles := map[string]Handle{}
	for n, a := range p.added {
		if slices.ContainsFunc(p.removed[a.from:], func(r removal) bool { return r.touches(a, n) }) {
			continue
		}
		key := a.list.Kind.String() + " " + a.list.Name
		h, ok := handles[key]
		if !ok {
			var err error
			if h, err = b.AddList(a.list); err != nil {
				return nil, err
			}
			handles[key] = h
			at := slices.IndexFunc(out.lists, func(l *List) bool { return l.Name == a.list.Name && l.Kind == a.list.Kind })
			if at < 0 {
				at = len(out.lists)
				out.lists = append(out.lists, &a.list)
			}
			out.remap = append(out.remap, uint16(at))
		}
		if _, err := b.Add(h, a.indicator); err != nil {
			return nil, err
		}
	}
	if uint64(b.rows)+base.entries > 1<<32-1 {
		return nil, errFull
	}
	if b.rows == 0 {
		out.keep(base)
		return out, nil
	}
	over, _, _ := b.build()
	out.over = over
	out.hide()
	out.keep(base, over)
	return out, nil
}

// hide takes the entries of the base back that the additions name again in the
// same list, so that the newer word stands alone.
func (x *Index) hide() {
	x.over.each(func(r record) bool {
		h := hashKey(&x.base.key, r.kind(), r.key())
		old, ok := x.base.find(r.kind(), r.key(), h)
		if !ok {
			return true
		}
		for i := range r.count() {
			m, _ := x.over.meta(r.meta(i))
			list := x.lists[x.remap[m.list]]
			for j := range old.count() {
				if o, ok := x.base.meta(old.meta(j)); ok && x.base.lists[o.list] == list {
					x.gone[old.first()+ID(j)] = struct{}{}
				}
			}
		}
		return true
	})
}

// taken notes the entries of t that r takes back.
func (t *core) taken(r removal, gone map[ID]struct{}) {
	note := func(rec record) bool {
		for i := range rec.count() {
			m, ok := t.meta(rec.meta(i))
			if ok && (r.list == "" || t.lists[m.list].Name == r.list) && (r.reference == "" || t.text(m.reference) == r.reference) {
				gone[rec.first()+ID(i)] = struct{}{}
			}
		}
		return true
	}
	if r.reference != "" {
		t.each(note)
		return
	}
	if rec, ok := t.find(r.kind, []byte(r.key), hashKey(&t.key, r.kind, []byte(r.key))); ok {
		note(rec)
	}
}

// touches reports whether r, noted when n additions were, takes the nth back.
func (r removal) touches(a addition, n int) bool {
	if n >= r.at || r.list != "" && r.list != a.list.Name {
		return false
	}
	if r.reference != "" {
		return a.indicator.Reference == r.reference
	}
	key, why := appendKey(nil, a.indicator.Type, a.indicator.Value)
	return why == "" && a.indicator.Type == r.kind && string(key) == r.key
}

// Merge takes in all that x answers with: its base without what was taken back,
// and the additions. Lists keep their order and names, so that none of them may
// be in b.
func (b *Builder) Merge(x *Index) error {
	handles := make(map[*List]Handle, len(x.lists))
	for _, l := range x.lists {
		h, err := b.AddList(*l)
		if err != nil {
			return err
		}
		handles[l] = h
	}
	var err error
	add := func(t *core, from ID) {
		t.each(func(r record) bool {
			for i := 0; i < r.count() && err == nil; i++ {
				id := from + r.first() + ID(i)
				if _, gone := x.gone[id]; !gone {
					err = b.again(handles, x, t, id, r, i)
				}
			}
			return err == nil
		})
	}
	base, over := x.cores()
	add(base, 0)
	if over != nil {
		add(over, x.from)
	}
	return err
}

// again adds the entry i of record r in t of x.
func (b *Builder) again(handles map[*List]Handle, x *Index, t *core, id ID, r record, n int) error {
	m, _, ok := x.describe(t, id, r, n, When{})
	if !ok {
		return errors.New("the index lost an entry; build it anew from its lists")
	}
	i := Indicator{Type: m.Type, Value: m.Indicator, Scope: m.Scope, Threat: m.Threat, TLP: m.TLP, Confidence: m.Confidence,
		From: m.From, Until: m.Until, Reference: m.Reference}
	if i.Threat == m.List.Threat || m.List.Threat == "" && i.Threat == m.List.Name {
		i.Threat = ""
	}
	why, err := b.Add(handles[m.List], i)
	if err == nil && why != "" && why != Narrowed {
		err = fmt.Errorf("entry %q of the index is refused (%s); build it anew from its lists", m.Indicator, why)
	}
	return err
}
