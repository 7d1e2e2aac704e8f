// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"cmp"
	"net/netip"
	"slices"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
)

// Expectation is one group of hits that the logs of a window must give: what
// was planted, counted without looking anything up.
type Expectation struct {
	Source    string     // id
	Client    netip.Addr // as the source's log says it
	Name      string     // asked for, normalised
	Indicator string     // normalised
	List      string     // name of the list
	Threat    string
	Count     int64     // queries, which are as many lines
	First     time.Time // UTC, to the resolution of the log
	Last      time.Time
}

// Expected lists the hits of all sources between from, inclusive, and to,
// exclusive, in order of source, client, name.
func (t *Traffic) Expected(from, to time.Time) []Expectation {
	type key struct {
		source, name, indicator string
		client                  netip.Addr
	}
	groups := map[key]*Expectation{}
	for i := range t.p.Sources {
		s := &t.p.Sources[i]
		for m := from.UTC().Truncate(time.Minute); m.Before(to); m = m.Add(time.Minute) {
			for _, q := range t.planted(s, m) {
				if q.at.Before(from) || !q.at.Before(to) {
					continue
				}
				k := key{s.ID, intel.Normalise(q.name), intel.Normalise(q.indicator), q.client}
				e := groups[k]
				if e == nil {
					e = &Expectation{Source: s.ID, Client: q.client, Name: k.name, Indicator: k.indicator, List: listOf(q.family),
						Threat: t.p.Family(q.family).Threat, First: q.at, Last: q.at}
					groups[k] = e
				}
				e.add(q.at)
			}
		}
	}
	list := make([]Expectation, 0, len(groups))
	for _, e := range groups {
		list = append(list, *e)
	}
	slices.SortFunc(list, compare)
	return list
}

func (e *Expectation) add(at time.Time) {
	e.Count++
	if at.Before(e.First) {
		e.First = at
	}
	if at.After(e.Last) {
		e.Last = at
	}
}

func compare(a, b Expectation) int {
	return cmp.Or(cmp.Compare(a.Source, b.Source), a.Client.Compare(b.Client), cmp.Compare(a.Name, b.Name), cmp.Compare(a.Indicator, b.Indicator))
}

// listOf is the list that names a family.
func listOf(family string) string {
	if family == fraudID {
		return fraudList
	}
	return malwareList
}
