// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package rollup folds many events into few rows: who asked for which name on
// which day, how often, first and last, and what the lists said. Rows are told
// apart by their exact bytes, never by a hash alone.
//
// A Table is in shards by the hash of the name, under a random seed: each has
// its names once, with the verdict, and an open-addressing table of rows of 32
// bytes for each day, in which a row is found by client and place of the name.
// The shards of a table have no row in common. Both are read at random places
// and lie in huge pages where the system has them (room). On the way out names
// are sorted once, in parts, and numbered; the rows of a day are dealt out to
// their clients, and those of a client sorted by the number of the name (order).
// All of that, and the making of CSV, is done by all processors.
//
// Memory stays within a bound however many rows there are: a full shard goes to
// a sorted run in a temporary folder, and the runs are merged on the way out.
// Start at Table; Spill is the adding-up below it, for other keys.
package rollup

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"net/netip"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vonggac/vonggac/engine/intel/suffix"
)

// Verdict is what the lists said about a name. The zero value is None.
type Verdict uint8

const (
	None    Verdict = iota // on no list; says nothing about the name
	Allowed                // on an allow list, and no block entry is more specific
	Hit                    // on a block list
	// Varies is the answer of a judge for a name on which the verdict depends on
	// the time of the query. No row has it: see Table.AddVaried.
	Varies
)

// String returns "none", "allowed", "hit" or "varies".
func (v Verdict) String() string { return [...]string{"none", "allowed", "hit", "varies"}[v] }

// Row is one client asking for one name on one day.
type Row struct {
	Day     string // "2026-11-21" in the table's zone; "" when no event had a time
	Client  string // address; "" when unknown
	Name    string // normalised
	Count   int64  // queries
	First   time.Time
	Last    time.Time // UTC; zero when unknown
	Verdict Verdict
}

// Table gathers rows. It is in shards, by name, so that any number of goroutines
// may add at once; nothing else may run beside one another.
type Table struct {
	zone   *time.Location
	parent string // where the folder of runs is made
	limit  int    // bytes in memory
	used   atomic.Int64
	seed   suffix.Seed
	salt   uint64
	shard  [shards]shard
	room   room
	mu     sync.Mutex // for runs and odd
	runs   runs
	odd    *Spill // queries whose verdict is not that of their name
}

// New returns an empty Table whose days are those of zone; nil means
// Asia/Ho_Chi_Minh. Runs go to a new folder in dir, the system's temporary
// folder when empty, once rows take more than about limit bytes; 0 means 32 MiB.
// The caller closes the Table.
func New(zone *time.Location, dir string, limit int) *Table {
	if zone == nil {
		zone = Vietnam()
	}
	t := &Table{zone: zone, parent: dir, limit: cmp.Or(limit, defaultLimit), seed: suffix.Random(), odd: NewSpill(dir, limit)}
	t.salt = t.seed.Bytes(1, nil) | 1
	for i := range t.shard {
		t.shard[i].names.room = &t.room
	}
	return t
}

// Vietnam is the zone of days and of lines that name none: Asia/Ho_Chi_Minh,
// or its fixed seven hours where the system has no zone data.
func Vietnam() *time.Location {
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		return time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)
	}
	return zone
}

// Hash is the hash of a normalised name in this table.
func (t *Table) Hash(name []byte) uint64 { return t.seed.Bytes(0, name) }

// Shards is how many shards a Table has.
const Shards = shards

// ShardOf says which shard a name of that hash is in.
func ShardOf(hash uint64) int { return int(hash >> 60) }

// AddAll counts queries whose names are all in one shard and sets the verdict
// of each. judge is asked about names that are new, and must always answer
// alike. Queries whose verdict Varies are not counted: the caller takes them to
// AddVaried. Its error is about writing a run.
func (t *Table) AddAll(in int, queries []Query, judge func(name []byte) Verdict) error {
	s := &t.shard[in]
	s.mu.Lock()
	defer s.mu.Unlock()
	return t.addAll(s, queries, judge)
}

// TryAddAll is AddAll unless another goroutine is at the shard: then it is false
// and has done nothing.
func (t *Table) TryAddAll(in int, queries []Query, judge func(name []byte) Verdict) (bool, error) {
	s := &t.shard[in]
	if !s.mu.TryLock() {
		return false, nil
	}
	defer s.mu.Unlock()
	return true, t.addAll(s, queries, judge)
}

func (t *Table) addAll(s *shard, queries []Query, judge func(name []byte) Verdict) error {
	before := s.used
	s.addAll(t, queries, judge)
	if t.used.Add(int64(s.used-before)) <= int64(t.limit) && s.names.last < maxChunks || s.used < t.limit/(2*shards) {
		return nil
	}
	return t.flush(s)
}

// flush writes the rows of s as a run.
func (t *Table) flush(s *shard) error {
	if s.used == 0 {
		return nil
	}
	// Several shards may be written at once.
	t.mu.Lock()
	name, err := t.runs.name(t.parent)
	t.mu.Unlock()
	if err == nil {
		err = writeRun(name, inOrder(s).source())
	}
	if err == nil {
		t.mu.Lock()
		err = t.runs.add(name)
		t.mu.Unlock()
	}
	if err != nil {
		return tooFull(t.limit, err)
	}
	t.used.Add(-int64(s.used))
	s.clear()
	return nil
}

// Add counts one query for name, which is normalised, at t (zero when
// unknown). Its error is about writing a run.
func (t *Table) Add(at time.Time, client netip.Addr, name []byte, v Verdict) error {
	q := Query{Name: name, Hash: t.Hash(name), Timed: !at.IsZero(), Known: client.IsValid()}
	if q.Timed {
		q.Sec, q.Nsec = at.Unix(), uint32(at.Nanosecond())
	}
	if q.Known {
		b := client.As16()
		q.High, q.Low = binary.BigEndian.Uint64(b[:8]), binary.BigEndian.Uint64(b[8:])
	}
	in := ShardOf(q.Hash)
	if s := &t.shard[in]; !s.agrees(&q, v) {
		t.mu.Lock()
		defer t.mu.Unlock()
		return t.odd.Add(t.key(at, client, name, v), At(at))
	}
	return t.AddAll(in, []Query{q}, func([]byte) Verdict { return v })
}

// AddVaried counts one query for a name that a judge of AddAll has said varies,
// with the verdict v of its time. Its error is about writing a run.
func (t *Table) AddVaried(at time.Time, client netip.Addr, name []byte, v Verdict) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.odd.Add(t.key(at, client, name, v), At(at))
}

// key is the key of a row in runs.
func (t *Table) key(at time.Time, client netip.Addr, name []byte, v Verdict) []byte {
	var k []byte
	if !at.IsZero() {
		k = at.In(t.zone).AppendFormat(k, time.DateOnly)
	}
	k = append(k, 0)
	if client.IsValid() {
		k = client.AppendTo(k)
	}
	k = append(k, 0)
	k = append(k, name...)
	return append(k, byte(v))
}

// inOrder returns the rows in memory.
func (t *Table) inOrder() *order {
	var here []*shard
	for i := range t.shard {
		here = append(here, &t.shard[i])
	}
	return inOrder(here...)
}

// each calls fn for every key in order.
func (t *Table) each(fn func(key []byte, sum Sum) error) error {
	sources, err := t.runs.open()
	sources = append(sources, t.inOrder().source())
	odd, oddErr := t.odd.runs.open()
	sources = append(append(sources, odd...), t.odd.memory())
	if err = errors.Join(err, oddErr); err == nil {
		err = merge(sources, fn)
	}
	for _, src := range sources {
		err = errors.Join(err, src.close())
	}
	return err
}

// Each calls fn for every row in order of day, client and name, as bytes, and
// stops at its error. Nothing may be added afterwards.
func (t *Table) Each(fn func(Row) error) error {
	return t.each(func(key []byte, s Sum) error {
		day, client, name, v, err := cutKey(key)
		if err != nil {
			return err
		}
		return fn(Row{Day: string(day), Client: string(client), Name: string(name), Count: s.Count, First: s.First(), Last: s.Last(), Verdict: v})
	})
}

func cutKey(key []byte) (day, client, name []byte, v Verdict, err error) {
	day, rest, ok := bytes.Cut(key, []byte{0})
	client, rest, ok2 := bytes.Cut(rest, []byte{0})
	if !ok || !ok2 || len(rest) == 0 {
		return nil, nil, nil, 0, fmt.Errorf("roll-up run holds a broken key of %d bytes", len(key))
	}
	return day, client, rest[:len(rest)-1], Verdict(rest[len(rest)-1]), nil
}

// Close removes the runs.
func (t *Table) Close() error {
	for i := range t.shard {
		t.shard[i] = shard{}
	}
	return errors.Join(t.room.close(), t.odd.Close(), t.runs.remove())
}
