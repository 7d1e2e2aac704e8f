// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"net/netip"
	"slices"
	"strings"
)

// order is the rows of some shards in the order of their keys, one day after the
// other. Names are sorted once, by rank; the rows of a day are dealt out to its
// clients, and those of one client sorted by the rank of the name.
type order struct {
	shards []*shard
	days   []string
	by     map[string][]*rows // the tables of a day
}

// inOrder returns the rows of several shards, which must not change any more.
func inOrder(shards ...*shard) *order {
	o := &order{by: map[string][]*rows{}}
	for _, s := range shards {
		if s.used == 0 {
			continue
		}
		o.shards = append(o.shards, s)
		for _, r := range s.days {
			if r.count > 0 {
				o.by[r.day] = append(o.by[r.day], r)
			}
		}
	}
	for day := range o.by {
		o.days = append(o.days, day)
	}
	slices.Sort(o.days)
	o.rank()
	return o
}

// day is the rows of one day in order.
type day struct {
	name   string
	tables []*rows
	items  []item
	groups []group
}

// item is one row, taken out of its table: rows are written client by client, and
// to look each up in the tables then would be a read of memory at a random place.
type item struct {
	first, last int64  // as the entry has them
	count       uint64 // below countBits; above them the place in tables
	name        uint32
	rank        uint32 // of the name
}

const countBits = 48

// group is the rows of one client.
type group struct {
	client   string // as text; "" when unknown
	from, to int    // in items
}

// day returns the rows of a day.
func (o *order) day(name string) *day {
	d := &day{name: name, tables: o.by[name]}
	tallies := make([]tally, len(d.tables))
	spread(len(tallies), func(i int) {
		r := d.tables[i]
		for k := range r.table {
			if e := &r.table[k]; e.name != 0 {
				tallies[i].counts[tallies[i].number(e.client)]++
			}
		}
	})
	d.group(tallies)
	spread(len(tallies), func(i int) {
		r := d.tables[i]
		for k := range r.table {
			e := &r.table[k]
			if e.name == 0 {
				continue
			}
			to := &tallies[i].counts[tallies[i].number(e.client)]
			d.items[*to] = item{e.first, e.last, uint64(i)<<countBits | e.count, e.name, r.in.names.rank(e.name)}
			*to++
		}
	})
	spreadOver(len(d.groups), func() func(int) {
		var sort sorter
		return func(i int) { sort.byRank(d.items[d.groups[i].from:d.groups[i].to]) }
	})
	return d
}

// sorter sorts items by rank and keeps its room.
type sorter struct {
	keys, spare []uint64 // rank, place among the items
	sorted      []item
}

func (s *sorter) byRank(items []item) {
	n := len(items)
	if cap(s.keys) < n {
		s.keys, s.spare, s.sorted = make([]uint64, n), make([]uint64, n), make([]item, n)
	}
	keys, most := s.keys[:n], uint32(0)
	for i := range items {
		keys[i] = uint64(items[i].rank)<<32 | uint64(i)
		most |= items[i].rank
	}
	if n < 96 {
		slices.Sort(keys)
	} else {
		keys = dealt(keys, s.spare[:n], most)
	}
	for i, k := range keys {
		s.sorted[i] = items[uint32(k)]
	}
	copy(items, s.sorted[:n])
}

// dealt returns keys sorted by their upper halves, in which no bit is set that is
// not in most: they are dealt out by eight bits after the other, from the lowest.
// spare is as long.
func dealt(keys, spare []uint64, most uint32) []uint64 {
	for shift := 32; shift < 64 && most>>(shift-32) > 0; shift += 8 {
		var next [256]uint32
		for _, k := range keys {
			next[byte(k>>shift)]++
		}
		at := uint32(0)
		for i, n := range next {
			next[i], at = at, at+n
		}
		for _, k := range keys {
			n := &next[byte(k>>shift)]
			spare[*n] = k
			*n++
		}
		keys, spare = spare, keys
	}
	return keys
}

// group makes the groups of the day and turns the counts of each tally into the
// places where its rows go.
func (d *day) group(tallies []tally) {
	known := map[netip.Addr]int{}
	var members [][]*int // the counts of a client
	for i := range tallies {
		for k, c := range tallies[i].clients {
			a := d.tables[i].in.address(d.tables[i], c)
			n, ok := known[a]
			if !ok {
				n = len(d.groups)
				known[a] = n
				g := group{to: n}
				if a.IsValid() {
					g.client = a.String()
				}
				d.groups, members = append(d.groups, g), append(members, nil)
			}
			members[n] = append(members[n], &tallies[i].counts[k])
		}
	}
	slices.SortFunc(d.groups, func(a, b group) int { return strings.Compare(a.client, b.client) })
	at := 0
	for i := range d.groups {
		g := &d.groups[i]
		g.from = at
		for _, count := range members[g.to] {
			*count, at = at, at+*count
		}
		g.to = at
	}
	d.items = make([]item, at)
}

// table returns the table that a row is from.
func (d *day) table(it *item) *rows { return d.tables[it.count>>countBits] }

// tally numbers the clients of one table and counts their rows.
type tally struct {
	slots   []uint32 // number plus 1; 0 is free
	shift   uint8
	clients []uint32
	counts  []int
}

// number returns the number of a client.
func (t *tally) number(client uint32) int {
	if 2*len(t.clients) >= len(t.slots) {
		t.grow()
	}
	mask := uint32(len(t.slots) - 1)
	at := client * 0x9e3779b1 >> t.shift
	for ; t.slots[at] != 0; at = (at + 1) & mask {
		if n := t.slots[at] - 1; t.clients[n] == client {
			return int(n)
		}
	}
	t.clients, t.counts = append(t.clients, client), append(t.counts, 0)
	t.slots[at] = uint32(len(t.clients))
	return len(t.clients) - 1
}

func (t *tally) grow() {
	t.slots = make([]uint32, max(64, 2*len(t.slots)))
	t.shift = 32
	for n := len(t.slots); n > 1; n >>= 1 {
		t.shift--
	}
	mask := uint32(len(t.slots) - 1)
	for n, c := range t.clients {
		at := c * 0x9e3779b1 >> t.shift
		for t.slots[at] != 0 {
			at = (at + 1) & mask
		}
		t.slots[at] = uint32(n + 1)
	}
}

// source gives the rows one by one.
func (o *order) source() source {
	var d *day
	days, at, in := o.days, 0, 0 // the item and the group at hand
	var key []byte
	head := 0 // of key: day and client
	next := func() ([]byte, Sum, bool, error) {
		for d == nil || at == len(d.items) {
			if len(days) == 0 {
				d = nil
				return nil, Sum{}, false, nil
			}
			d, days = o.day(days[0]), days[1:]
			at, in, head = 0, 0, 0
		}
		for at == d.groups[in].to {
			in, head = in+1, 0
		}
		if head == 0 {
			key = append(append(key[:0], d.name...), 0)
			key = append(append(key, d.groups[in].client...), 0)
			head = len(key)
		}
		it := &d.items[at]
		r := d.table(it)
		at++
		n := &r.in.names
		key = append(append(key[:head], n.name(it.name)...), byte(n.verdict(it.name)))
		return key, r.sum(it), true, nil
	}
	return source{next: next, close: func() error { return nil }}
}

func (r *rows) sum(e *item) Sum {
	s := Sum{Count: int64(e.count & (1<<countBits - 1))}
	if r.timed {
		s.timed = true
		s.first, s.last = r.stamp(e.first), r.stamp(e.last)
	}
	return s
}

func (r *rows) stamp(ns int64) stamp {
	sec := ns / 1e9
	if ns %= 1e9; ns < 0 {
		sec, ns = sec-1, ns+1e9
	}
	return stamp{r.base + sec, int32(ns)}
}
