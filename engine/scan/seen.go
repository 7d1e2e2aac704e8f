// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"math/bits"
	"net/netip"
	"sync"
	"time"

	"github.com/vonggac/vonggac/engine/event"
	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// Seen is one name that one client asked for on one day, or another observable
// that it touched, within one block, listed or not.
type Seen struct {
	Kind   intel.Type // of Name
	Client netip.Addr // zero when the log does not say; see Hit
	Name   string     // as intel.AppendValue writes it
	Caller bool       // Name is an address that made contact with Client
	Count  int64      // queries
	First  time.Time
	Last   time.Time // UTC, of one day in Vietnam; zero when the log gave no time
}

// vietnam is how far Asia/Ho_Chi_Minh is ahead of UTC, since 1975.
const vietnam = 7 * 60 * 60

const noDay = -1 << 62

// calls reports whether what stands at the name of a record called the client.
func calls(r *format.Record) bool { return roleOf(r) == event.Source }

// sort tells the rows of one name apart, besides client and day.
func sort(r *format.Record) uint8 {
	if calls(r) {
		return uint8(typeOf(r)) | 1<<4
	}
	return uint8(typeOf(r))
}

// Forget gives the room of Seen back, to be used again: nobody may look at those
// rows any more, but their names stay.
func (b *Block) Forget() {
	seenRooms.give(b.Seen)
	b.Seen = nil
}

// rooms are slices that are used again.
type rooms[T any] struct{ pool sync.Pool }

var (
	seenRooms rooms[Seen]
	hashRooms rooms[uint64]
)

// mostRows bounds the slices that are used again.
const mostRows = 1 << 14

// of returns a slice of n elements, of which nothing is known.
func (r *rooms[T]) of(n int) []T {
	if s, ok := r.pool.Get().(*[]T); ok && cap(*s) >= n {
		return (*s)[:n]
	}
	return make([]T, n, n+n/4) // the next is like this one
}

func (r *rooms[T]) give(s []T) {
	if cap(s) > 0 && cap(s) <= mostRows {
		r.pool.Put(&s)
	}
}

// watcher finds the rows of one part of a piece after the other. It keeps its
// room, so that a part costs but its rows and one string with all their names.
type watcher struct {
	seed  suffix.Seed
	now   int64 // Options.Lines.At
	slots places
	rows  []watched
	names []byte
}

// watched is a row under way.
type watched struct {
	hash        uint64
	day, count  int64
	record      int    // the first, which has the client
	name        int    // where it stands in names
	first, last moment // hold with time
}

type moment struct {
	sec  int64
	nsec uint32
}

func (a moment) before(b moment) bool { return a.sec < b.sec || a.sec == b.sec && a.nsec < b.nsec }

// piece gives each part of p its rows.
func (w *watcher) piece(p *piece) {
	for i := range p.parts {
		if b := &p.parts[i]; b.to > b.from {
			w.part(p, b)
			b.hours.count(p.recs[b.from:b.to])
			b.lags.count(p.recs[b.from:b.to], w.now)
		}
	}
}

func (w *watcher) part(p *piece, b *part) {
	w.rows, w.names = w.rows[:0], w.names[:0]
	w.slots.clear()
	for i := b.from; i < b.to; i++ {
		r := &p.recs[i]
		at, day := moment{r.Sec, r.Nsec}, int64(noDay)
		if r.Timed {
			day = dayAt(r.Sec)
		}
		row := w.row(p, i, day, at)
		row.count++
		if at.before(row.first) {
			row.first = at
		}
		if row.last.before(at) {
			row.last = at
		}
	}
	text := string(w.names)
	b.Seen, b.hashes = seenRooms.of(len(w.rows)), hashRooms.of(len(w.rows))
	for i := range w.rows {
		row := &w.rows[i]
		r := &p.recs[row.record]
		b.hashes[i] = row.hash
		s := &b.Seen[i]
		*s = Seen{Kind: typeOf(r), Caller: calls(r), Client: r.Client(), Name: text[row.name : row.name+int(r.Size)], Count: row.count}
		if r.Timed {
			s.First = time.Unix(row.first.sec, int64(row.first.nsec)).UTC()
			s.Last = time.Unix(row.last.sec, int64(row.last.nsec)).UTC()
		}
	}
}

// row returns the row of record i.
func (w *watcher) row(p *piece, i int, day int64, at moment) *watched {
	r, name := &p.recs[i], p.name(&p.recs[i])
	h := w.seed.Bytes(sort(r), name)
	if r.Known {
		h ^= r.Low ^ bits.RotateLeft64(r.High, 32) + 1
	}
	h = (h ^ uint64(day)<<40) * 0x9e3779b97f4a7c15
	slot := w.slots.start(h)
	for ; w.slots.at[slot] != 0; slot = w.slots.next(slot) {
		row := &w.rows[w.slots.at[slot]-1]
		if row.hash != h || row.day != day {
			continue
		}
		if f := &p.recs[row.record]; sort(f) == sort(r) && f.Known == r.Known && (!r.Known || f.Low == r.Low && f.High == r.High) && string(w.names[row.name:row.name+int(f.Size)]) == string(name) {
			return row
		}
	}
	w.rows = append(w.rows, watched{hash: h, day: day, record: i, name: len(w.names), first: at, last: at})
	w.names = append(w.names, name...)
	w.slots.put(slot, len(w.rows))
	if w.slots.full(len(w.rows)) {
		w.slots.grow()
		for n := range w.rows {
			w.slots.put(w.slots.free(w.rows[n].hash), n+1)
		}
	}
	return &w.rows[len(w.rows)-1]
}

// rows adds the rows of a part of the block, whose room goes with them.
func (b *builder) rows(o *part) {
	if len(b.Seen) == 0 {
		b.Seen, b.hashes = o.Seen, o.hashes
		o.Seen, o.hashes = nil, nil
		return
	}
	if !b.filed && len(o.Seen) > 0 {
		b.file()
	}
	for i, row := range o.Seen {
		b.row(row, o.hashes[i])
	}
	o.Forget()
	hashRooms.give(o.hashes)
	o.hashes = nil
}

// file puts all rows into places.
func (b *builder) file() {
	b.filed = true
	for b.places.start(0); b.places.full(len(b.hashes)); {
		b.places.grow()
	}
	for n, h := range b.hashes {
		b.places.put(b.places.free(h), n+1)
	}
}

// row adds a row of a part of the block, whose hash is h.
func (b *builder) row(s Seen, h uint64) {
	slot := b.places.start(h)
	for ; b.places.at[slot] != 0; slot = b.places.next(slot) {
		i := b.places.at[slot] - 1
		if had := &b.Seen[i]; b.hashes[i] == h && had.Kind == s.Kind && had.Caller == s.Caller && had.Client == s.Client && had.Name == s.Name && dayOf(had.First) == dayOf(s.First) {
			had.add(s)
			return
		}
	}
	b.Seen, b.hashes = append(b.Seen, s), append(b.hashes, h)
	b.places.put(slot, len(b.Seen))
	if b.places.full(len(b.Seen)) {
		b.places.grow()
		b.file()
	}
}

// places is a table with open addressing from hashes to numbers from 1; 0 is
// free. At least half of it is.
type places struct {
	at    []uint32
	shift uint8
}

// start returns where the search for a hash begins.
func (t *places) start(h uint64) uint32 {
	if len(t.at) == 0 {
		t.at, t.shift = make([]uint32, 1<<10), 64-10
	}
	return uint32(h >> t.shift)
}

func (t *places) next(slot uint32) uint32     { return (slot + 1) & uint32(len(t.at)-1) }
func (t *places) put(slot uint32, number int) { t.at[slot] = uint32(number) }
func (t *places) full(n int) bool             { return 2*n > len(t.at) }
func (t *places) clear()                      { clear(t.at) }

// grow empties the table and doubles it.
func (t *places) grow() { t.at, t.shift = make([]uint32, 2*len(t.at)), t.shift-1 }

// free returns the place of a hash that is not there.
func (t *places) free(h uint64) uint32 {
	slot := t.start(h)
	for t.at[slot] != 0 {
		slot = t.next(slot)
	}
	return slot
}

// add adds the queries of o, a row of the same client, name and day.
func (s *Seen) add(o Seen) {
	s.Count += o.Count
	if o.First.Before(s.First) {
		s.First = o.First
	}
	if o.Last.After(s.Last) {
		s.Last = o.Last
	}
}

// dayOf numbers the days in Vietnam.
func dayOf(t time.Time) int64 {
	if t.IsZero() {
		return noDay
	}
	return dayAt(t.Unix())
}

func dayAt(sec int64) int64 {
	s := sec + vietnam
	return (s - ((s%86400)+86400)%86400) / 86400
}
