// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"slices"

	"github.com/cockroachdb/pebble/v2"
)

// sweepEvery is how many days pile up before the directory of values is gone
// through: a day that is no longer kept costs a hunt one seek in vain, a sweep
// reads all values.
const sweepEvery = 7

// Drop implements Store. The rows of a day lie together, so that they go by one
// mark, and the files that hold nothing else are deleted unread.
func (s *Pebble) Drop(ctx context.Context, before Day) error {
	const op = "sighting.Drop"
	if err := s.whole(); err != nil {
		return err
	}
	if before <= 1 {
		return nil
	}
	if err := s.dropDays(before); err != nil {
		return s.said(op, err)
	}
	v, err := s.get(meta(metaSwept))
	if err != nil {
		return s.said(op, err)
	}
	swept, err := daysFrom(nil, v)
	if err != nil {
		return s.said(op, err)
	}
	if len(swept) == 1 && before < swept[0]+sweepEvery {
		return nil
	}
	if err := errors.Join(s.sweep(ctx, spaceNames, before), s.sweep(ctx, spaceBlocks, before)); err != nil {
		return s.said(op, err)
	}
	return s.said(op, s.db.Set(meta(metaSwept), appendDays(nil, []Day{before}), pebble.Sync))
}

func (s *Pebble) dropDays(before Day) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	b := s.db.NewBatch()
	var err error
	for _, space := range []byte{spaceRows, spaceTotals, spaceCounts} {
		err = errors.Join(err, b.DeleteRange(appendDay(nil, space, 0), appendDay(nil, space, before), nil))
	}
	if err == nil {
		err = b.Commit(pebble.Sync)
	}
	return errors.Join(err, b.Close())
}

// sweepTurn is how many entries are swept while no block is taken.
const sweepTurn = 4096

// sweep takes the days before day from the entries of a space, and those away
// that have no other, a turn at a time.
func (s *Pebble) sweep(ctx context.Context, space byte, before Day) error {
	from := []byte{space}
	for from != nil {
		if err := ctx.Err(); err != nil {
			return err
		}
		var err error
		if from, err = s.sweepSome(from, space, before); err != nil {
			return err
		}
	}
	return nil
}

// sweepSome sweeps one turn and returns where to go on, nil at the end.
func (s *Pebble) sweepSome(from []byte, space byte, before Day) (next []byte, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.listed.forget()
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: from, UpperBound: []byte{space + 1}})
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, it.Close()) }()
	b := s.db.NewBatch()
	defer func() { err = errors.Join(err, b.Close()) }()
	for n := 0; ; n++ {
		if n == 0 && !it.First() || n > 0 && !it.Next() {
			break
		}
		if n == sweepTurn {
			next = bytes.Clone(it.Key())
			break
		}
		v, err := it.ValueAndErr()
		if err != nil {
			return nil, err
		}
		days, err := daysFrom(nil, v)
		if err != nil {
			return nil, err
		}
		switch at, _ := slices.BinarySearch(days, before); {
		case at == 0:
			continue
		case at == len(days):
			err = b.Delete(it.Key(), nil)
		default:
			err = b.Set(it.Key(), appendDays(nil, days[at:]), nil)
		}
		if err != nil {
			return nil, err
		}
	}
	return next, errors.Join(it.Error(), b.Commit(pebble.NoSync))
}

// Count implements Store.
func (s *Pebble) Count(ctx context.Context, today Day) error {
	const op = "sighting.Count"
	stats, err := s.Stats(ctx)
	if err != nil {
		return err
	}
	for _, d := range stats.Days {
		if d.Counted || d.Day >= today {
			continue
		}
		if err := s.countDay(ctx, d.Day); err != nil {
			return s.said(op, err)
		}
	}
	return nil
}

func (s *Pebble) countDay(ctx context.Context, d Day) error {
	v, err := s.get(appendDay(nil, spaceTotals, d)) // first: what comes meanwhile makes the count stale
	if err != nil || v == nil {
		return err
	}
	t, err := totalsFrom(v)
	if err != nil {
		return err
	}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: appendDay(nil, spaceRows, d), UpperBound: appendDay(nil, spaceRows, d+1)})
	if err != nil {
		return err
	}
	n := int64(0)
	for ok := it.First(); ok; ok = it.Next() {
		if n++; n%65536 == 0 && ctx.Err() != nil {
			return errors.Join(ctx.Err(), it.Close())
		}
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return err
	}
	return s.db.Set(appendDay(nil, spaceCounts, d), totals{queries: n, written: t.written}.append(nil), pebble.NoSync)
}

// Stats implements Store.
func (s *Pebble) Stats(ctx context.Context) (Stats, error) {
	const op = "sighting.Stats"
	out := Stats{Since: s.since, Bytes: int64(s.db.Metrics().DiskSpaceUsage())}
	if err := errors.Join(ctx.Err(), s.whole()); err != nil {
		return out, err
	}
	it, err := s.db.NewIter(&pebble.IterOptions{LowerBound: []byte{spaceTotals}, UpperBound: []byte{spaceTotals + 1}})
	if err != nil {
		return out, s.said(op, err)
	}
	for ok := it.First(); ok; ok = it.Next() {
		d, err := s.dayStats(it)
		if err != nil {
			return out, errors.Join(s.said(op, err), it.Close())
		}
		out.Days = append(out.Days, d)
	}
	return out, s.said(op, errors.Join(it.Error(), it.Close()))
}

func (s *Pebble) dayStats(it *pebble.Iterator) (DayStats, error) {
	v, err := it.ValueAndErr()
	if err != nil {
		return DayStats{}, err
	}
	t, err := totalsFrom(v)
	if err != nil || len(it.Key()) != 3 {
		return DayStats{}, errors.Join(err, errBroken)
	}
	d := DayStats{Day: Day(binary.BigEndian.Uint16(it.Key()[1:])), Queries: t.queries, Rows: t.written}
	if v, err = s.get(appendDay(nil, spaceCounts, d.Day)); err != nil {
		return d, err
	}
	if v != nil {
		c, err := totalsFrom(v)
		if err != nil {
			return d, err
		}
		if d.Counted = c.written == t.written; d.Counted {
			d.Rows = c.queries
		}
	}
	n, err := s.db.EstimateDiskUsage(appendDay(nil, spaceRows, d.Day), appendDay(nil, spaceRows, d.Day+1))
	d.Bytes = int64(n)
	return d, err
}

// Check implements Store: it reads every entry, whose blocks carry checksums.
func (s *Pebble) Check(ctx context.Context) error {
	const op = "sighting.Check"
	if err := s.whole(); err != nil {
		return err
	}
	it, err := s.db.NewIter(nil)
	if err != nil {
		return s.said(op, err)
	}
	n := 0
	for ok := it.First(); ok; ok = it.Next() {
		if n++; n%65536 == 0 && ctx.Err() != nil {
			return errors.Join(ctx.Err(), it.Close())
		}
		if err := checkEntry(it); err != nil {
			return errors.Join(s.said(op, err), it.Close())
		}
	}
	return s.said(op, errors.Join(it.Error(), it.Close()))
}

// checkEntry sees that an entry of the two large spaces reads as what it is.
func checkEntry(it *pebble.Iterator) error {
	k := it.Key()
	v, err := it.ValueAndErr()
	if err != nil {
		return err
	}
	switch {
	case k[0] == spaceNames && len(k) > 2:
		if _, _, err := cutValue(Kind(k[1]), k[2:]); err != nil {
			return err
		}
		_, err = daysFrom(nil, v)
	case k[0] == spaceRows && len(k) > 4:
		_, rest, cut := cutValue(Kind(k[3]), k[4:])
		if cut == nil {
			_, _, _, cut = cutWhose(rest)
		}
		_, err = sumFrom(v)
		err = errors.Join(cut, err)
	}
	return err
}

// Flush writes what is in memory to tables: before measurements and for tests
// of what lies on the disk.
func (s *Pebble) Flush() error { return s.said("sighting.Flush", s.db.Flush()) }
