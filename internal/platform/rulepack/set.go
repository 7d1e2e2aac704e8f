// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Set is every pack and the calendar they count with. It may be shared: [Set.Amend]
// changes what it answers for everyone at once, and a pack it once gave out
// stays as it was.
type Set struct {
	packs  []*Pack // as written, by first day
	days   *calendar.Calendar
	common file
	now    atomic.Pointer[edition]
}

// Calendar returns the days of Vietnam, the same under every regime.
func (s *Set) Calendar() *calendar.Calendar { return s.days }

// At returns the pack in force on d as it reads on that day: one version of
// each value, overrides that hold on d applied. Days before the first regime
// get the first pack.
func (s *Set) At(d calendar.Date) *Pack { return s.now.Load().at(d) }

// Get returns the pack with the id as it reads today, or on its last day when
// it has ended and on its first when it has not begun, and false when there is
// none.
func (s *Set) Get(id string) (*Pack, bool) {
	p, ok := s.Written(id)
	if !ok {
		return nil, false
	}
	return s.now.Load().today(p), true
}

// Packs returns every pack as [Set.Get] does, the oldest regime first.
func (s *Set) Packs() []*Pack {
	var all []*Pack
	for _, p := range s.packs {
		all = append(all, s.now.Load().today(p))
	}
	return all
}

// Written returns the pack as its files write it, with every version of every
// value and no override, and false when there is none.
func (s *Set) Written(id string) (*Pack, bool) {
	return find(s.packs, id, func(p *Pack) string { return p.ID })
}

// checkRegimes says whether the packs follow one another day by day.
func (s *Set) checkRegimes() error {
	if len(s.packs) == 0 {
		return errors.New("rule packs: no folder holds a pack")
	}
	slices.SortFunc(s.packs, func(a, b *Pack) int { return a.From.Compare(b.From) })
	for i, p := range s.packs {
		last := i == len(s.packs)-1
		if last != p.To.IsZero() {
			return fmt.Errorf("%s: %s: only the newest pack, and it always, has no last day", p.at["pack/pack"], p.ID)
		}
		if !last && p.To.AddDays(1) != s.packs[i+1].From {
			return fmt.Errorf("%s: %s ends on %s but %s begins on %s: regimes follow one another day by day",
				s.packs[i+1].at["pack/pack"], p.ID, p.To, s.packs[i+1].ID, s.packs[i+1].From)
		}
	}
	return nil
}

// checkLinks says whether every text that took another's place is known to a
// pack of the set, and whether none took its own place by way of others.
func (s *Set) checkLinks(packs []*Pack) error {
	var errs []error
	for _, p := range packs {
		for _, i := range p.Instruments {
			for _, id := range i.ReplacedBy {
				known := slices.ContainsFunc(slices.Concat(s.packs, packs), func(q *Pack) bool { _, ok := q.Instrument(id); return ok })
				if !known {
					errs = append(errs, fmt.Errorf("%s: instrument %q is unknown", p.at["instruments/"+i.ID], id))
				}
			}
		}
	}
	return errors.Join(append(errs, circles(slices.Concat(s.packs, packs))...)...)
}

// circles are the texts that took their own place, each with the way it goes.
func circles(packs []*Pack) []error {
	after := map[string][]string{}
	for _, p := range packs {
		for _, i := range p.Instruments {
			after[i.ID] = append(after[i.ID], i.ReplacedBy...)
		}
	}
	var errs []error
	told := map[string]bool{}
	for _, p := range packs {
		for _, i := range p.Instruments {
			way := wayBack(after, i.ID)
			if way == nil || told[i.ID] {
				continue
			}
			for _, id := range way {
				told[id] = true
			}
			errs = append(errs, fmt.Errorf("%s: instrument %q is replaced by itself: %s", p.at["instruments/"+i.ID], i.ID, strings.Join(append(way, i.ID), " -> ")))
		}
	}
	return errs
}

// wayBack is a way from id over its successors that leads back to it, nil when
// there is none.
func wayBack(after map[string][]string, id string) []string {
	from := map[string]string{} // how each was reached
	ring := []string{id}
	for len(ring) > 0 {
		at := ring[0]
		ring = ring[1:]
		for _, next := range after[at] {
			if next == id {
				way := []string{at}
				for at != id {
					at = from[at]
					way = append(way, at)
				}
				slices.Reverse(way)
				return way
			}
			if _, seen := from[next]; !seen {
				from[next] = at
				ring = append(ring, next)
			}
		}
	}
	return nil
}

// cite tells every pack how the texts of the others are cited.
func (s *Set) cite() {
	all := map[string]string{}
	for _, p := range s.packs {
		for _, i := range p.Instruments {
			all[i.ID] = i.Citation
		}
	}
	for n, p := range s.packs {
		told := *p
		told.citations = all
		s.packs[n] = &told
	}
}

// With returns the set with the packs of one more tree, a folder a pack, read
// as strictly as the first. The oldest of them ends the newest regime of s the
// day before its own first day. A pack that is refused costs only itself and
// what follows it: the faults, one a pack, each of lines of file:line, come
// beside a set of all the others. It is called before [Set.Amend].
func (s *Set) With(tree fs.FS) (*Set, []error) {
	entries, err := fs.ReadDir(tree, ".")
	if err != nil {
		return s, []error{fmt.Errorf("rule packs: %w", err)}
	}
	var more []*Pack
	var faults []error
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") {
			continue
		}
		if !e.IsDir() {
			if strings.HasSuffix(e.Name(), ".yaml") {
				faults = append(faults, fmt.Errorf("%s:1: a pack is a folder; files beside the folders are not read", e.Name()))
			}
			continue
		}
		p, err := loadPack(tree, e.Name(), s.common)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		more = append(more, p)
	}
	slices.SortStableFunc(more, func(a, b *Pack) int { return a.From.Compare(b.From) })
	out := &Set{packs: slices.Clone(s.packs), days: s.days, common: s.common}
	for _, p := range more {
		if err := out.follow(p); err != nil {
			faults = append(faults, err)
		}
	}
	out.cite()
	out.now.Store(&edition{spans: out.spans(nil)})
	return out, faults
}

// follow puts p after the newest pack, which ends the day before.
func (s *Set) follow(p *Pack) error {
	at, last := p.at["pack/pack"], s.packs[len(s.packs)-1]
	if _, twice := s.Written(p.ID); twice {
		return fmt.Errorf("%s: a pack %q exists already; records keep its id, so give the new one its own", at, p.ID)
	}
	if p.From.Compare(last.From) <= 0 {
		return fmt.Errorf("%s: it begins on %s, but %s, the newest, begins on %s: a new regime follows the newest", at, p.From, last.ID, last.From)
	}
	if !p.To.IsZero() {
		return fmt.Errorf("%s: only the newest pack, and it always, has no last day", at)
	}
	if err := s.checkLinks([]*Pack{p}); err != nil {
		return err
	}
	ended := *last
	ended.To = p.From.AddDays(-1)
	s.packs = append(slices.Clone(s.packs[:len(s.packs)-1]), &ended, p)
	return nil
}

// edition is what a set answers: spans of days, each with one pack as it reads
// on those days.
type edition struct {
	spans []span // by first day
	clock func() time.Time
	all   []Override // ever entered
	past  sync.Map   // "id@version" -> *Pack that stood before, nil for none: found once
}

type span struct {
	from calendar.Date
	pack *Pack
}

func (e *edition) at(d calendar.Date) *Pack {
	i, found := slices.BinarySearchFunc(e.spans, d, func(s span, d calendar.Date) int { return s.from.Compare(d) })
	if !found {
		i = max(i-1, 0)
	}
	return e.spans[i].pack
}

// today returns p as it reads today. Without a clock it is the last reading.
func (e *edition) today(p *Pack) *Pack {
	var d calendar.Date
	if e.clock != nil {
		d = calendar.DateOf(e.clock())
		if d.Compare(p.From) < 0 {
			d = p.From
		}
	}
	if e.clock == nil || !p.To.IsZero() && d.Compare(p.To) > 0 {
		last := e.spans[0].pack
		for _, s := range e.spans {
			if s.pack.ID == p.ID {
				last = s.pack
			}
		}
		return last
	}
	return e.at(d)
}
