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
// time; one goroutine at a time has it, but for its parts.
type writing struct {
	listed *directory
	parts  []*part // those of the last time were the first of them
	days   []dayTotals
	names  []fresh
	cuts   [][]byte

	key, value []byte
}

// part is the writing of the rows whose keys lie between two. Parts of one writing
// are written side by side: no name of a day stands in two.
type part struct {
	listed *directory
	contest
	days    []dayTotals // in their order
	names   []fresh     // of those from unasked on it is not known yet
	unasked int
	value   []byte
	near    uint64 // of no meaning: see directory.fetch
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

// divide makes n parts of the rows of blocks, fewer when there are few names. Each
// has rows.
func (w *writing) divide(blocks []*gathered, n int) []*part {
	longest := blocks[0]
	for _, g := range blocks {
		if len(g.rows) > len(longest.rows) {
			longest = g
		}
	}
	w.cuts = append(w.cuts[:0], nil)
	for i := 1; i < n; i++ {
		cut := longest.name(i * len(longest.rows) / n)
		before := w.cuts[len(w.cuts)-1]
		if len(w.cuts) == 1 && len(longest.rows) > 0 {
			before = longest.name(0)
		}
		if bytes.Compare(cut, before) > 0 {
			w.cuts = append(w.cuts, cut)
		}
	}
	for len(w.parts) < len(w.cuts) {
		w.parts = append(w.parts, &part{listed: w.listed})
	}
	parts := w.parts[:len(w.cuts)]
	w.cuts = append(w.cuts, nil)
	for i, p := range parts {
		p.begin(blocks, w.cuts[i], w.cuts[i+1])
	}
	return parts
}

// write writes the rows of p in the order of their keys, those of one key as one,
// and finds what else is to be written.
func (p *part) write(s sink) error {
	p.days, p.names, p.unasked = p.days[:0], p.names[:0], 0
	var name []byte
	for n := p.first(); n.key != nil; {
		key, day, size, total := n.key, n.day(), n.name, n.sum
		for p.pass(); ; p.pass() {
			if n = p.first(); !bytes.Equal(n.key, key) {
				break
			}
			total.add(n.sum)
		}
		if own := key[:size]; !bytes.Equal(own, name) { // with its day
			name = own
			p.name(own, day)
		}
		p.days = addDay(p.days, dayTotals{day, totals{queries: total.count, written: 1}})
		p.value = total.append(p.value[:0])
		if err := s.Merge(key, p.value); err != nil {
			return err
		}
	}
	p.ask()
	return nil
}

// askAtOnce is how many names the directory is asked for together.
const askAtOnce = 64

func (p *part) name(name []byte, day Day) {
	p.names = append(p.names, fresh{p.listed.of(name), name[beforeKind:], day})
	if len(p.names) == p.unasked+askAtOnce {
		p.ask()
	}
}

// ask leaves those of the last names that the directory lacks.
func (p *part) ask() {
	last := p.names[p.unasked:]
	p.near = p.listed.fetch(last)
	for _, n := range last {
		if !p.listed.has(n.noted) {
			p.names[p.unasked] = n
			p.unasked++
		}
	}
	p.names = p.names[:p.unasked]
}

// addDay adds what is of a day. Days come in their order.
func addDay(days []dayTotals, t dayTotals) []dayTotals {
	n := len(days)
	if n == 0 || days[n-1].day != t.day {
		return append(days, t)
	}
	days[n-1].queries += t.queries
	days[n-1].written += t.written
	return days
}

// join takes together what parts have found beside their rows.
func (w *writing) join(parts []*part) {
	w.days, w.names = w.days[:0], w.names[:0]
	for _, p := range parts {
		w.names = append(w.names, p.names...)
		for _, t := range p.days {
			w.days = addDay(w.days, t)
		}
	}
}

// others writes what is not a row: the marks of blocks, the names that parts have
// found and the totals of the days.
func (w *writing) others(blocks []*gathered, parts []*part, s sink) error {
	w.join(parts)
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
