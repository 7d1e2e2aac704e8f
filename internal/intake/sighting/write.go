// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"bytes"
	"cmp"
	"slices"
	"strings"
)

// writing is what several blocks write together. It keeps its room for the next
// time; one goroutine at a time has it.
type writing struct {
	listed *directory
	contest
	days    []dayTotals // in their order
	names   []fresh     // of those from unasked on it is not known yet
	unasked int

	key, value []byte
}

type dayTotals struct {
	day Day
	totals
}

// fresh is a name that was not noted lately for a day.
type fresh struct {
	noted
	key []byte // without the space
	day Day
}

// sink takes entries in the order of their keys.
type sink interface {
	Set(key, value []byte) error
	Merge(key, value []byte) error
}

// rows writes the rows of blocks in the order of their keys, those of one key as
// one, and finds what else is to be written.
func (w *writing) rows(blocks []*gathered, s sink) error {
	w.days, w.names, w.unasked = w.days[:0], w.names[:0], 0
	w.begin(blocks)
	var name []byte
	for n := w.first(); n.key != nil; {
		key, day, size, total := n.key, n.day(), n.name, n.sum
		for w.pass(); ; w.pass() {
			if n = w.first(); !bytes.Equal(n.key, key) {
				break
			}
			total.add(n.sum)
		}
		if own := key[:size]; !bytes.Equal(own, name) { // with its day
			name = own
			w.name(own, day)
		}
		w.total(day, total.count)
		w.value = total.append(w.value[:0])
		if err := s.Merge(key, w.value); err != nil {
			return err
		}
	}
	w.ask()
	return nil
}

// askAtOnce is how many names the directory is asked for together.
const askAtOnce = 64

func (w *writing) name(name []byte, day Day) {
	w.names = append(w.names, fresh{w.listed.of(name), name[beforeKind:], day})
	if len(w.names) == w.unasked+askAtOnce {
		w.ask()
	}
}

// ask leaves those of the last names that the directory lacks.
func (w *writing) ask() {
	last := w.names[w.unasked:]
	w.listed.fetch(last)
	for _, n := range last {
		if !w.listed.has(n.noted) {
			w.names[w.unasked] = n
			w.unasked++
		}
	}
	w.names = w.names[:w.unasked]
}

// total adds a row to its day. Rows come by day.
func (w *writing) total(day Day, queries int64) {
	n := len(w.days)
	if n == 0 || w.days[n-1].day != day {
		w.days, n = append(w.days, dayTotals{day: day}), n+1
	}
	w.days[n-1].queries += queries
	w.days[n-1].written++
}

// others writes what is not a row: the marks of blocks, the names that rows has
// found and the totals of the days.
func (w *writing) others(blocks []*gathered, s sink) error {
	slices.SortFunc(blocks, func(a, b *gathered) int { return strings.Compare(a.id, b.id) })
	for _, g := range blocks { // a mark is kept as long as the latest day of its block
		w.key, w.value = append(append(w.key[:0], spaceBlocks), g.id...), appendDays(w.value[:0], []Day{g.latest})
		if err := s.Set(w.key, w.value); err != nil {
			return err
		}
	}
	if err := w.directory(s); err != nil {
		return err
	}
	for _, t := range w.days {
		w.key, w.value = appendDay(w.key[:0], spaceTotals, t.day), t.append(w.value[:0])
		if err := s.Merge(w.key, w.value); err != nil {
			return err
		}
	}
	return nil
}

// directory writes the names.
func (w *writing) directory(s sink) error {
	if len(w.days) > 1 { // a name may stand in several
		slices.SortFunc(w.names, func(a, b fresh) int { return cmp.Or(bytes.Compare(a.key, b.key), cmp.Compare(a.day, b.day)) })
	}
	var days []Day
	for i := 0; i < len(w.names); {
		name := w.names[i].key
		for days = days[:0]; i < len(w.names) && bytes.Equal(w.names[i].key, name); i++ {
			days = append(days, w.names[i].day)
		}
		w.key, w.value = append(append(w.key[:0], spaceNames), name...), appendDays(w.value[:0], days)
		if err := s.Merge(w.key, w.value); err != nil {
			return err
		}
	}
	return nil
}

// done notes the names, which are on the disk now.
func (w *writing) done() {
	for i := range w.names {
		w.listed.add(w.names[i].noted)
	}
}
