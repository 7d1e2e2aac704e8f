// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package intel

import (
	"bytes"
	"cmp"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
)

// Query is what a person looks for among the entries: all that the choice lets
// through and May allows, in the order of Place.
type Query struct {
	Choice
	Below string // a normalised name: it and all names below it, with the pages and mailboxes there
	Holds string // what the value has anywhere in it
	// May says whether entries of a list with a sharing mark ("" for none of their
	// own) may be shown; nil is all.
	May    func(l *List, tlp string) bool
	Except Place // a value that is left out, whatever its list; none with an empty Value
	After  Place // the entries behind it; all with an empty Value
	Limit  int   // hits given, the first in order
	// From is where in the table to begin, 0 or Finding.Next, and To where to end; 0 is
	// the end of the table.
	From, To uint64
	// Stop is asked now and then whether to leave the rest unseen; it is called
	// from several goroutines. nil never does. Some of the table is seen in any case.
	Stop func() bool
}

// Place orders entries.
type Place struct {
	Value  string
	Type   Type
	Source string // List.Source
	Kind   Kind   // List.Kind
}

// PlaceOf is the place of m.
func PlaceOf(m Match) Place { return Place{m.Indicator, m.Type, m.List.Source, m.List.Kind} }

// Compare orders places by value, then by what tells entries of one value apart.
func (p Place) Compare(o Place) int {
	return cmp.Or(strings.Compare(p.Value, o.Value), cmp.Compare(p.Type, o.Type), strings.Compare(p.Source, o.Source), cmp.Compare(p.Kind, o.Kind))
}

// Finding is what Find found. Total counts the entries of what was seen of the
// table, also those before After and beyond Limit. Next is where the unseen
// rest begins, 0 when nothing is left before To.
type Finding struct {
	Hits  []Match
	More  bool // there are entries behind the last of Hits
	Total int64
	Next  uint64
	Seen  uint64 // values looked at up to Next, from the beginning of the table
	Of    uint64 // values in the table
}

// findPart is how many buckets are looked through between two questions to Stop.
const findPart = 8192

// Find looks through the table with all processors. Overruled is not judged.
func (x *Index) Find(q Query) Finding {
	defer runtime.KeepAlive(x)
	base, over := x.cores()
	f := finder{x: x, q: q, after: q.After.Value}
	for _, k := range q.Types {
		f.types |= 1 << k
	}
	out := Finding{Of: base.keys}
	if over != nil {
		out.Of += over.keys
	}
	to := base.buckets
	if q.To > 0 {
		to = min(to, q.To)
	}
	if q.From >= to && q.From > 0 {
		out.Seen = out.Of
		return out
	}
	parts := int((to - q.From + findPart - 1) / findPart)
	var all top
	done := 0
	if keep, some := f.kept(base); some {
		all, done = f.spread(base, keep, q.From, to, parts)
	} else {
		done = parts
	}
	at := min(q.From+uint64(done)*findPart, to)
	if at < to {
		out.Next = at
	}
	key, _ := base.spotOr(at)
	out.Seen = uint64(key)
	if over != nil && out.Next == 0 && to == base.buckets { // the last part has what came since
		if keep, some := f.kept(over); some {
			f.part(&all, over, keep, x.from, 0, over.buckets)
		}
		out.Seen += over.keys
	}
	all.cut(q.Limit + 1)
	if out.More = len(all.hits) > q.Limit; out.More {
		all.hits = all.hits[:q.Limit]
	}
	out.Hits, out.Total = all.hits, all.total
	return out
}

// spotOr is spot of a core that may be empty.
func (t *core) spotOr(b uint64) (key, record uint32) {
	if t.keys == 0 {
		return 0, 0
	}
	return t.spot(b)
}

// finder is one Find under way.
type finder struct {
	x     *Index
	q     Query
	after string
	types uint64
}

// top gathers the first hits of what is looked through.
type top struct {
	hits  []Match
	total int64
	worst string // no value behind it is among the first; "" while all may be
}

// cut keeps the first n.
func (t *top) cut(n int) {
	slices.SortFunc(t.hits, func(a, b Match) int { return PlaceOf(a).Compare(PlaceOf(b)) })
	if len(t.hits) >= n && n > 0 {
		t.hits = t.hits[:n]
		t.worst = t.hits[n-1].Indicator
	}
}

// spread looks through parts of t at once, and says how many of them, from the
// first on.
func (f *finder) spread(t *core, keep []bool, from, to uint64, parts int) (all top, done int) {
	var next atomic.Int64
	var wg sync.WaitGroup
	var lock sync.Mutex
	for w := range min(runtime.GOMAXPROCS(0), parts) {
		wg.Go(func() {
			var own top
			for some := w == 0; some || f.q.Stop == nil || !f.q.Stop(); some = false {
				i := int(next.Add(1)) - 1 // what is taken is looked through
				if i >= parts {
					break
				}
				at := from + uint64(i)*findPart
				f.part(&own, t, keep, 0, at, min(at+findPart, to))
			}
			lock.Lock()
			defer lock.Unlock()
			all.hits, all.total = append(all.hits, own.hits...), all.total+own.total
		})
	}
	wg.Wait()
	return all, min(int(next.Load()), parts)
}

// kept tells of each meta whether its entries may be among the hits, and
// whether any may.
func (f *finder) kept(t *core) (keep []bool, some bool) {
	s := f.q.Choice
	keep = make([]bool, len(t.metas)/metaSize)
	for n := range keep {
		m, ok := t.meta(uint32(n))
		if !ok {
			continue
		}
		l := t.lists[m.list]
		if t == f.x.over {
			l = f.x.lists[f.x.remap[m.list]]
		}
		if s.Source != "" && l.Source != s.Source || s.Kind != nil && l.Kind != *s.Kind || s.Reference != "" && t.text(m.reference) != s.Reference {
			continue
		}
		if s.Threat != "" && cmp.Or(t.text(m.threat), l.Threat, l.Name) != s.Threat {
			continue
		}
		tlp := ""
		if m.tlp > 0 {
			tlp = tlps[m.tlp-1]
		}
		keep[n] = f.q.May == nil || f.q.May(l, tlp)
		some = some || keep[n]
	}
	return keep, some
}

// part looks through the buckets from until to of t.
func (f *finder) part(own *top, t *core, keep []bool, first ID, from, to uint64) {
	if t.keys == 0 {
		return
	}
	n, at := t.spot(from)
	end, _ := t.spot(to)
	for ; n < end; n++ {
		r, ok := t.record(at)
		if !ok {
			return
		}
		at += r.size()
		if r.kind() > JA4 || f.types != 0 && f.types>>r.kind()&1 == 0 || !f.lets(r) {
			continue
		}
		f.take(own, t, r, keep, first)
	}
}

// take adds the entries of a record that lets through.
func (f *finder) take(own *top, t *core, r record, keep []bool, first ID) {
	for i := range r.count() {
		if n := r.meta(i); int(n) >= len(keep) || !keep[n] {
			continue
		}
		id := first + r.first() + ID(i)
		if len(f.x.gone) > 0 && first == 0 {
			if _, gone := f.x.gone[id]; gone {
				continue
			}
		}
		own.total++
		if f.far(own, r) {
			continue
		}
		m, _, ok := f.x.describe(t, id, r, i, When{})
		if !ok || f.after != "" && PlaceOf(m).Compare(f.q.After) <= 0 {
			continue
		}
		if own.hits = append(own.hits, m); len(own.hits) > 8*(f.q.Limit+1) {
			own.cut(f.q.Limit + 1)
		}
	}
}

// far reports whether r is before the page that is asked for, or behind it.
func (f *finder) far(own *top, r record) bool {
	key := r.key()
	switch r.kind() {
	case Domain, URL, Email, JA4: // the key is the value: nothing is allocated
		return string(key) < f.after || own.worst != "" && string(key) > own.worst
	}
	text := keyText(r.kind(), key)
	return text < f.after || own.worst != "" && text > own.worst
}

// lets reports whether the value of r is looked for.
func (f *finder) lets(r record) bool {
	if f.q.Below != "" && !under(r, f.q.Below) || f.q.Prefix != "" && !hasPrefix(r, f.q.Prefix) {
		return false
	}
	if f.q.Except.Value != "" && r.kind() == f.q.Except.Type && keyText(r.kind(), r.key()) == f.q.Except.Value {
		return false
	}
	if f.q.Holds == "" {
		return true
	}
	switch r.kind() {
	case Domain, URL, Email, JA4:
		return holds(r.key(), f.q.Holds)
	}
	return strings.Contains(keyText(r.kind(), r.key()), f.q.Holds)
}

func holds(key []byte, s string) bool {
	for {
		at := bytes.IndexByte(key, s[0])
		if at < 0 || len(key)-at < len(s) {
			return false
		}
		if string(key[at:at+len(s)]) == s {
			return true
		}
		key = key[at+1:]
	}
}

// under reports whether r is name, or a name, a page or a mailbox below it.
func under(r record, name string) bool {
	key := r.key()
	switch r.kind() {
	case Domain:
	case URL:
		if at := bytes.IndexByte(key, '/'); at >= 0 {
			key = key[:at]
		}
		key = bareHost(key)
	case Email:
		key = key[bytes.IndexByte(key, '@')+1:]
	default:
		return false
	}
	n := len(key) - len(name)
	return n >= 0 && string(key[n:]) == name && (n == 0 || key[n-1] == '.')
}
