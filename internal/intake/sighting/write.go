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
	order []ref
	days  []dayTotals // in their order
	names []ref       // rows with a name that was not noted lately
	noted []noted     // the same

	key, value []byte
}

type dayTotals struct {
	day Day
	totals
}

// sink takes entries in the order of their keys.
type sink interface {
	Set(key, value []byte) error
	Merge(key, value []byte) error
}

// prepare finds what is to be written of blocks, which then stand in the order of
// their ids.
func (w *writing) prepare(blocks []*gathered) {
	slices.SortFunc(blocks, func(a, b *gathered) int { return strings.Compare(a.id, b.id) })
	w.days, w.names, w.noted = w.days[:0], w.names[:0], w.noted[:0]
	w.order = w.merge(blocks, w.order[:0])
	var last []byte
	for _, r := range w.order {
		g := w.blocks[r.block]
		k := &g.rows[r.row]
		w.total(k, r.same)
		if r.same {
			continue
		}
		name := g.name(r.row) // with the day
		if bytes.Equal(name, last) {
			continue
		}
		last = name
		if n := w.listed.of(name); !w.listed.has(n) {
			w.names, w.noted = append(w.names, r), append(w.noted, n)
		}
	}
	if len(w.days) > 1 { // a name may stand in several
		slices.SortFunc(w.names, func(a, b ref) int {
			return cmp.Or(bytes.Compare(w.nameKey(a), w.nameKey(b)), cmp.Compare(w.day(a), w.day(b)))
		})
	}
}

// total adds a row to its day. Rows come by day.
func (w *writing) total(k *kept, same bool) {
	if n := len(w.days); n == 0 || w.days[n-1].day != k.day {
		w.days = append(w.days, dayTotals{day: k.day})
	}
	t := &w.days[len(w.days)-1]
	t.queries += k.count
	if !same {
		t.written++
	}
}

func (w *writing) day(r ref) Day { return w.blocks[r.block].rows[r.row].day }

// nameKey is the key of the name of a row without its space.
func (w *writing) nameKey(r ref) []byte { return w.blocks[r.block].name(r.row)[beforeKind:] }

// to writes what prepare has found, in the order of the keys.
func (w *writing) to(s sink) error {
	for _, g := range w.blocks { // a mark is kept as long as the latest day of its block
		w.key, w.value = append(append(w.key[:0], spaceBlocks), g.id...), appendDays(w.value[:0], []Day{g.latest})
		if err := s.Set(w.key, w.value); err != nil {
			return err
		}
	}
	var days []Day
	for i := 0; i < len(w.names); {
		name := w.nameKey(w.names[i])
		days = days[:0]
		for ; i < len(w.names) && bytes.Equal(w.nameKey(w.names[i]), name); i++ {
			days = append(days, w.day(w.names[i]))
		}
		w.key, w.value = append(append(w.key[:0], spaceNames), name...), appendDays(w.value[:0], days)
		if err := s.Merge(w.key, w.value); err != nil {
			return err
		}
	}
	for _, t := range w.days {
		w.key, w.value = appendDay(w.key[:0], spaceTotals, t.day), t.append(w.value[:0])
		if err := s.Merge(w.key, w.value); err != nil {
			return err
		}
	}
	return w.rows(s)
}

// rows writes the rows, those of one key as one.
func (w *writing) rows(s sink) error {
	for i := 0; i < len(w.order); {
		r := w.order[i]
		g := w.blocks[r.block]
		total := g.rows[r.row].sum
		for i++; i < len(w.order) && w.order[i].same; i++ {
			total.add(w.blocks[w.order[i].block].rows[w.order[i].row].sum)
		}
		w.value = total.append(w.value[:0])
		if err := s.Merge(g.key(r.row), w.value); err != nil {
			return err
		}
	}
	return nil
}
