// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package netflow

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"time"
)

// queue is the data that wait for their template.
type queue struct {
	sets map[templateKey][]waiting
	held int                // bytes
	each map[netip.Addr]int // of an exporter
}

// waiting is a set whose template has not come.
type waiting struct {
	key   templateKey
	when  moment
	data  []byte
	at    time.Time // it came
	order int       // of its datagram
}

// keeping is what a set takes besides its data; sets of a byte are many.
const keeping = 160

func (w waiting) size() int { return len(w.data) + keeping }

// add lets w wait with a copy of its data, false when too much waits.
func (q *queue) add(w waiting, most int) bool {
	if q.held+w.size() > most || q.each[w.key.from]+w.size() > most/8 {
		return false
	}
	if q.sets == nil {
		q.sets, q.each = map[templateKey][]waiting{}, map[netip.Addr]int{}
	}
	w.data = bytes.Clone(w.data)
	q.sets[w.key] = append(q.sets[w.key], w)
	q.held += w.size()
	q.each[w.key.from] += w.size()
	return true
}

// take gives what waits for a template, in order.
func (q *queue) take(key templateKey) []waiting {
	list := q.sets[key]
	delete(q.sets, key)
	for _, w := range list {
		q.gone(w)
	}
	return list
}

func (q *queue) gone(w waiting) {
	q.held -= w.size()
	if q.each[w.key.from] -= w.size(); q.each[w.key.from] == 0 {
		delete(q.each, w.key.from)
	}
}

// before takes out what came before a time, in order; the zero time is all.
func (q *queue) before(at time.Time) []waiting {
	var out []waiting
	for key, list := range q.sets {
		n := 0
		for n < len(list) && (at.IsZero() || list[n].at.Before(at)) {
			q.gone(list[n])
			n++
		}
		out = append(out, list[:n]...)
		if n == len(list) {
			delete(q.sets, key)
		} else if n > 0 {
			q.sets[key] = slices.Clone(list[n:])
		}
	}
	slices.SortFunc(out, func(a, b waiting) int { return cmp.Or(cmp.Compare(a.order, b.order), cmp.Compare(a.key.id, b.key.id)) })
	return out
}
