// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// Traffic gives the logs of a province. What happens at a moment depends on
// the seed and that moment alone: the logs of two windows that meet are, one
// after the other, the log of both. Safe for concurrent use.
type Traffic struct {
	p       *Province
	clients map[string][]netip.Addr // by source: who asks, as often as it has machines behind
	weights []float64               // of Benign, summed up
}

// NewTraffic prepares the logs of p.
func NewTraffic(p *Province) *Traffic {
	t := &Traffic{p: p, clients: map[string][]netip.Addr{}}
	for i, m := range p.Machines {
		for _, h := range p.hops(m, false) {
			if h.delay > 0 && i%3 > 0 { // two of three forwarded questions are answered from the cache
				continue
			}
			t.clients[h.source] = append(t.clients[h.source], h.client)
		}
		if i%40 == 0 {
			t.clients[central] = append(t.clients[central], proxyAddress)
		}
	}
	sum := 0.0
	for i := range p.Benign {
		sum += 1 / float64(i+3) // roughly as Zipf found words to be wanted
		t.weights = append(t.weights, sum)
	}
	return t
}

// query is one question a source writes down. Indicator is empty unless the
// name was planted to hit.
type query struct {
	at        time.Time
	client    netip.Addr
	name      string // as asked, without root dot
	kind      string
	indicator string // as listed
	family    string
}

// Log is what a source writes between from, inclusive, and to, exclusive; empty
// when nobody asks anything. A source the province does not have panics.
func (t *Traffic) Log(source string, from, to time.Time) []byte {
	s := t.p.Source(source)
	write := writers[s.Format]
	var b bytes.Buffer
	for q := range t.between(s, from, to) {
		write(&b, s, q)
	}
	return b.Bytes()
}

// between yields the questions of a source in order of time.
func (t *Traffic) between(s *Source, from, to time.Time) func(func(query) bool) {
	return func(yield func(query) bool) {
		for m := from.UTC().Truncate(time.Minute); m.Before(to); m = m.Add(time.Minute) {
			for _, q := range t.minute(s, m) {
				if !q.at.Before(from) && q.at.Before(to) && !yield(q) {
					return
				}
			}
		}
	}
}

// minute is everything a source hears in the minute that begins at start.
func (t *Traffic) minute(s *Source, start time.Time) []query {
	list := t.planted(s, start)
	list = append(list, t.ordinary(s, start)...)
	slices.SortStableFunc(list, func(a, b query) int { return a.at.Compare(b.at) })
	return list
}

// reversed is the special-use zone of 10.0.0.0/8 (RFC 6761 §6.1).
const reversed = "10.in-addr.arpa"

// ordinary is what clean use asks for, look-alikes of listed names among it.
func (t *Traffic) ordinary(s *Source, start time.Time) []query {
	r := t.p.random("traffic "+s.ID, int(start.Unix()/60))
	clients := t.clients[s.ID]
	want := float64(len(clients)) * s.rate * busy(start) * (0.7 + 0.6*r.Float64())
	n := int(want)
	if r.Float64() < want-float64(n) {
		n++
	}
	list := make([]query, 0, n)
	for range n {
		q := query{at: start.Add(time.Duration(r.Int64N(int64(time.Minute)))).Truncate(s.resolution), client: pick(r, clients), kind: "A"}
		switch roll := r.IntN(1000); {
		case roll < 4:
			q.name = pick(r, t.p.LookAlikes)
		case roll < 20:
			q.name, q.kind = "53.1.10."+reversed, "PTR"
		default:
			q.name = t.benign(r.Float64())
			q.kind = []string{"A", "A", "A", "AAAA", "HTTPS"}[r.IntN(5)]
		}
		list = append(list, q)
	}
	return list
}

// benign chooses an ordinary name by x in [0,1).
func (t *Traffic) benign(x float64) string {
	last := len(t.weights) - 1
	i, _ := slices.BinarySearchFunc(t.weights, x*t.weights[last], cmp.Compare[float64])
	return t.p.Benign[min(i, last)]
}
