// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"encoding/binary"
	"io"
	"slices"
	"sync"

	"github.com/cockroachdb/pebble/v2"
)

// merger adds up what is written under one key: rows, the days of a value, the
// totals of a day. Its name is at rest in the store.
var merger = &pebble.Merger{Name: "vonggac.sighting.1", Merge: func(key, value []byte) (pebble.ValueMerger, error) {
	if len(key) > 0 && key[0] == spaceNames {
		m := &daysMerger{}
		return m, m.MergeNewer(value)
	}
	if len(key) > 0 && key[0] == spaceTotals {
		m := &totalsMerger{}
		return m, m.MergeNewer(value)
	}
	m := sums.Get().(*sumMerger)
	var err error
	m.sum, err = sumFrom(value)
	return m, err
}}

// sums are used again: a compaction needs one for each row.
var sums = sync.Pool{New: func() any { return new(sumMerger) }}

type sumMerger struct {
	sum
	value [3 * binary.MaxVarintLen64]byte
}

// MergeNewer implements pebble.ValueMerger; adding knows no order.
func (m *sumMerger) MergeNewer(value []byte) error {
	s, err := sumFrom(value)
	m.add(s)
	return err
}

// MergeOlder implements pebble.ValueMerger.
func (m *sumMerger) MergeOlder(value []byte) error { return m.MergeNewer(value) }

// Finish implements pebble.ValueMerger.
func (m *sumMerger) Finish(bool) ([]byte, io.Closer, error) { return m.sum.append(m.value[:0]), m, nil }

// Close gives m back: what Finish has returned is no longer needed.
func (m *sumMerger) Close() error {
	sums.Put(m)
	return nil
}

type daysMerger struct{ days []Day }

// MergeNewer implements pebble.ValueMerger; a union knows no order.
func (m *daysMerger) MergeNewer(value []byte) (err error) {
	m.days, err = daysFrom(m.days, value)
	return err
}

// MergeOlder implements pebble.ValueMerger.
func (m *daysMerger) MergeOlder(value []byte) error { return m.MergeNewer(value) }

// Finish implements pebble.ValueMerger.
func (m *daysMerger) Finish(bool) ([]byte, io.Closer, error) {
	slices.Sort(m.days)
	return appendDays(nil, slices.Compact(m.days)), nil, nil
}

// totals is what was written on a day: queries, and rows that may be one.
type totals struct{ queries, written int64 }

func (t totals) append(dst []byte) []byte {
	return sum{count: t.queries, first: t.written, last: t.written}.append(dst)
}

func totalsFrom(b []byte) (totals, error) {
	s, err := sumFrom(b)
	return totals{s.count, s.first}, err
}

type totalsMerger struct{ totals }

// MergeNewer implements pebble.ValueMerger; adding knows no order.
func (m *totalsMerger) MergeNewer(value []byte) error {
	t, err := totalsFrom(value)
	m.queries, m.written = m.queries+t.queries, m.written+t.written
	return err
}

// MergeOlder implements pebble.ValueMerger.
func (m *totalsMerger) MergeOlder(value []byte) error { return m.MergeNewer(value) }

// Finish implements pebble.ValueMerger.
func (m *totalsMerger) Finish(bool) ([]byte, io.Closer, error) { return m.totals.append(nil), nil, nil }
