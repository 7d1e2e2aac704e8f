// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rollup

import (
	"encoding/binary"
	"math/bits"
	"net/netip"
	"sync"
	"time"
)

// Query is one query to fold.
type Query struct {
	Name      []byte // normalised; kept by nobody
	Hash      uint64 // of Name, by Table.Hash
	Sec       int64  // Unix seconds; holds when Timed
	High, Low uint64 // the client as 16 bytes, IPv4 as ::ffff:a.b.c.d; holds when Known
	Nsec      uint32
	Timed     bool
	Known     bool
	Verdict   Verdict // set by AddAll
	name      uint32  // place of the name in the shard
	client    uint32  // as rows have it
	slot      uint32
	rows      *rows
}

// shards is how many parts a table has. A name is of one of them, by its hash,
// so that a part needs no other to be told apart, sorted and written.
const shards = 16

// shard is one part of a table. Whoever works on it holds mu.
type shard struct {
	mu      sync.Mutex
	names   names
	clients map[[16]byte]uint32 // numbers of clients that are not IPv4, from 1
	listed  [][16]byte          // and back
	days    map[string]*rows
	hour    [2]*rows // rows of the quarter of an hour at hand: IPv4 clients, others
	from    int64
	to      int64
	used    int    // bytes, about
	warm    uint64 // of reads made ahead of their use
}

// rows is an open-addressing table of the rows of one day and kind of client.
type rows struct {
	in    *shard
	day   string
	other bool  // clients are numbers of the shard, 0 unknown, not IPv4 addresses
	timed bool  // first and last hold
	base  int64 // Unix seconds that first and last count from
	salt  uint64
	shift uint8 // 64 less the bits of the table's size
	count int   // rows in use
	table []entry
}

// entry is one row, half a cache line. name is never 0 in a row.
type entry struct {
	client, name uint32
	count        uint64
	first, last  int64 // nanoseconds from base
}

// rowCost and nameCost are what a row and a name take in bytes, with their
// share of free places.
const (
	rowCost  = 64
	nameCost = 28
)

// newRows returns a table for about size rows.
func newRows(r rows, size int) *rows {
	n := uint8(6)
	for 5<<n < 8*size {
		n++
	}
	r.shift, r.table = 64-n, takeOf[entry](r.in.names.room, 1<<n)
	return &r
}

// slot is where the search for a row begins.
func (r *rows) slot(client, name uint32) uint32 {
	hi, lo := bits.Mul64(uint64(client)<<32|uint64(name), r.salt)
	return uint32((hi ^ lo) * 0x9e3779b97f4a7c15 >> r.shift)
}

// find returns the row, new or not, searching from slot on. It may grow the
// table when the row is new.
func (r *rows) find(slot, client, name uint32) *entry {
	mask := uint32(len(r.table) - 1)
	for at := slot & mask; ; at = (at + 1) & mask {
		e := &r.table[at]
		if e.name == name && e.client == client {
			return e
		}
		if e.name != 0 {
			continue
		}
		if 8*(r.count+1) > 5*len(r.table) {
			r.grow()
			return r.find(r.slot(client, name), client, name)
		}
		r.count++
		*e = entry{client: client, name: name}
		return e
	}
}

func (r *rows) grow() {
	old := r.table
	r.shift--
	r.table = takeOf[entry](r.in.names.room, 2*len(old))
	mask := uint32(len(r.table) - 1)
	for i := range old {
		if old[i].name == 0 {
			continue
		}
		at := r.slot(old[i].client, old[i].name) & mask
		for r.table[at].name != 0 {
			at = (at + 1) & mask
		}
		r.table[at] = old[i]
	}
	giveOf(r.in.names.room, old)
}

// batch is how many queries go through the steps of addAll together, so that
// their reads of memory overlap.
const batch = 64

// addAll folds queries into the shard.
func (s *shard) addAll(t *Table, queries []Query, judge func(name []byte) Verdict) {
	for len(queries) > 0 {
		n := min(batch, len(queries))
		s.addBatch(t, queries[:n], judge)
		queries = queries[n:]
	}
}

func (s *shard) addBatch(t *Table, queries []Query, judge func(name []byte) Verdict) {
	if len(s.names.slots) > 0 {
		for i := range queries {
			q := &queries[i]
			q.name = s.names.guess(q.Hash)
			s.warm += uint64(q.name)
		}
		for i := range queries {
			s.warm += uint64(s.names.at(queries[i].name)[0])
		}
	}
	for i := range queries {
		q := &queries[i]
		var known bool
		if q.name, known = s.names.find(q.Hash, q.Name); !known {
			s.names.judge(q.name, judge(q.Name))
			s.used += len(q.Name) + nameCost
		}
		if q.Verdict = s.names.verdict(q.name); q.Verdict == Varies {
			continue
		}
		q.rows = s.rowsOf(t, q)
		q.client = s.client(q)
		q.slot = q.rows.slot(q.client, q.name)
	}
	// A loop of its own, short enough for many reads to be under way at once.
	for i := range queries {
		if queries[i].Verdict == Varies {
			continue
		}
		t := queries[i].rows.table
		s.warm += t[queries[i].slot&uint32(len(t)-1)].count
	}
	for i := range queries {
		q := &queries[i]
		if q.Verdict == Varies {
			continue
		}
		size := len(q.rows.table)
		e := q.rows.find(q.slot, q.client, q.name)
		if len(q.rows.table) != size { // the slots of the rest are of the old table
			for k := i + 1; k < len(queries); k++ {
				if queries[k].Verdict != Varies {
					queries[k].slot = queries[k].rows.slot(queries[k].client, queries[k].name)
				}
			}
		}
		at := (q.Sec-q.rows.base)*1e9 + int64(q.Nsec)
		if e.count == 0 {
			e.first, e.last = at, at
			s.used += rowCost
		}
		e.count++
		e.first, e.last = min(e.first, at), max(e.last, at)
	}
}

// client returns the client of q as rows have it.
func (s *shard) client(q *Query) uint32 {
	if !q.rows.other {
		return uint32(q.Low)
	}
	if !q.Known {
		return 0
	}
	var key [16]byte
	binary.BigEndian.PutUint64(key[:8], q.High)
	binary.BigEndian.PutUint64(key[8:], q.Low)
	id, ok := s.clients[key]
	if !ok {
		s.listed = append(s.listed, key)
		id = uint32(len(s.listed))
		if s.clients == nil {
			s.clients = map[[16]byte]uint32{}
		}
		s.clients[key] = id
		s.used += 80
	}
	return id
}

// agrees says whether the verdict on the name of q is v, or is not there yet.
func (s *shard) agrees(q *Query, v Verdict) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	place, ok := s.names.have(q.Hash, q.Name)
	return !ok || s.names.verdict(place) == v
}

// address is the client of a row.
func (s *shard) address(r *rows, client uint32) netip.Addr {
	switch {
	case !r.other:
		return netip.AddrFrom4([4]byte{byte(client >> 24), byte(client >> 16), byte(client >> 8), byte(client)})
	case client == 0:
		return netip.Addr{}
	}
	return netip.AddrFrom16(s.listed[client-1])
}

// rowsOf returns the table that q is to be counted in. Zones shift on whole
// quarters of an hour at finest (IANA tz since 1972), so an answer holds for
// its quarter.
func (s *shard) rowsOf(t *Table, q *Query) *rows {
	other := 0
	if !q.Known || q.High != 0 || q.Low>>32 != 0xffff {
		other = 1
	}
	if !q.Timed {
		q.Sec, q.Nsec = 0, 0
		return s.rows(t, "", other, false, 0)
	}
	if q.Sec < s.from || q.Sec >= s.to {
		const quarter = 15 * 60
		s.from = q.Sec - ((q.Sec%quarter)+quarter)%quarter
		s.to = s.from + quarter
		s.hour = [2]*rows{}
	}
	if s.hour[other] == nil {
		day := time.Unix(q.Sec, 0).In(t.zone).Format(time.DateOnly)
		s.hour[other] = s.rows(t, day, other, true, q.Sec)
	}
	return s.hour[other]
}

func (s *shard) rows(t *Table, day string, other int, timed bool, base int64) *rows {
	key := day + "46"[other:other+1]
	if !timed {
		key = "46"[other : other+1]
	}
	if r := s.days[key]; r != nil {
		return r
	}
	size := 0 // of the fullest day so far
	for _, r := range s.days {
		if r.other == (other == 1) {
			size = max(size, r.count)
		}
	}
	if s.days == nil {
		s.days = map[string]*rows{}
	}
	r := newRows(rows{in: s, day: day, other: other == 1, timed: timed, base: base, salt: t.salt}, size)
	s.days[key] = r
	return r
}

// clear empties the shard. It keeps the room of names and of the days at hand,
// which are about to be filled again.
func (s *shard) clear() {
	for key, r := range s.days {
		if r != s.hour[0] && r != s.hour[1] {
			giveOf(s.names.room, r.table)
			delete(s.days, key)
			continue
		}
		clear(r.table)
		r.count = 0
	}
	s.names.clear()
	clear(s.clients)
	s.listed = s.listed[:0]
	s.used = 0
}
