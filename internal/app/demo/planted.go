// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
)

// planted is what a source hears in one minute from infected machines, and from
// people who follow a link of a fraud.
func (t *Traffic) planted(s *Source, start time.Time) []query {
	var list []query
	end := start.Add(time.Minute)
	for i := range t.p.Infections {
		x := &t.p.Infections[i]
		for _, h := range t.p.hops(x.Machine, x.Proxied) {
			if h.source == s.ID {
				list = append(list, t.beacons(i, x, h, start, end)...)
			}
		}
	}
	for slot := clickSlot(start) - 1; slot <= clickSlot(end); slot++ {
		list = append(list, t.clicks(s, slot, start, end)...)
	}
	for i := range list {
		list[i].at = list[i].at.Truncate(s.resolution)
	}
	return list
}

// beacons are the questions of infection i that hop h hears from start to end.
// The k-th falls near k periods after 1970.
func (t *Traffic) beacons(i int, x *Infection, h hop, start, end time.Time) []query {
	var list []query
	first := start.Add(-h.delay-x.Jitter).UnixNano()/int64(x.Period) - 1
	for k := first; ; k++ {
		r := t.p.random(fmt.Sprintf("beacon %d", i), int(k))
		at := time.Unix(0, k*int64(x.Period)).UTC().Add(time.Duration(r.Int64N(2*int64(x.Jitter)+1)) - x.Jitter).Add(offset(i, x))
		heard := at.Add(h.delay)
		if !heard.Before(end) { // jitter keeps the order: it is under half a period
			return list
		}
		if heard.Before(start) || x.Office && !inOffice(at) {
			continue
		}
		f := t.p.Family(x.Family)
		listed := pick(r, f.Live)
		name, kind := x.Style.write(r, intel.Normalise(listed))
		list = append(list, query{at: heard, client: h.client, name: name, kind: kind, indicator: listed, family: f.ID})
	}
}

// offset keeps machines of one family out of step.
func offset(i int, x *Infection) time.Duration {
	return time.Duration(mix(uint64(i)) % uint64(x.Period))
}

// write is name as a machine of the style asks for it, and the record type.
func (s Style) write(r *rand.Rand, name string) (asked, kind string) {
	switch s {
	case WWW:
		if r.IntN(2) == 0 {
			return "www." + name, "A"
		}
	case MixedCase:
		return strings.Map(func(c rune) rune {
			if c >= 'a' && c <= 'z' && r.IntN(2) == 0 {
				return c - 'a' + 'A'
			}
			return c
		}, name), "A"
	case Deep:
		return fmt.Sprintf("%08x.%08x.%s", r.Uint32(), r.Uint32(), name), "TXT"
	}
	return name, "A"
}

// clickEvery is how often chance decides whether somebody follows a link to a
// fraud.
const clickEvery = 10 * time.Minute

func clickSlot(t time.Time) int64 { return t.UnixNano() / int64(clickEvery) }

// clicks are the questions that a source hears from start to end because of
// the link followed in a slot, if one is: once or twice more within the minute.
func (t *Traffic) clicks(s *Source, slot int64, start, end time.Time) []query {
	r := t.p.random("click", int(slot))
	at := time.Unix(0, slot*int64(clickEvery)).UTC().Add(time.Duration(r.Int64N(int64(clickEvery))))
	if r.Float64() > 0.02+0.1*busy(at) { // some eight a day
		return nil
	}
	m := pick(r, t.p.Machines)
	f := t.p.Family(fraudID)
	listed := pick(r, f.Names)
	var list []query
	for n := range 1 + r.IntN(3) {
		asked := at.Add(time.Duration(n) * 7 * time.Second)
		for _, h := range t.p.hops(m, false) {
			heard := asked.Add(h.delay)
			if h.source == s.ID && !heard.Before(start) && heard.Before(end) {
				list = append(list, query{at: heard, client: h.client, name: []string{"", "www.", "dang-nhap."}[n] + listed, kind: "A",
					indicator: listed, family: f.ID})
			}
		}
	}
	return list
}
