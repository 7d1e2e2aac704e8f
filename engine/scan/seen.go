// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"net/netip"
	"time"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/intel"
)

// Seen is one name that one client asked for on one day, or another observable
// that it touched, within one block, listed or not.
type Seen struct {
	Kind   intel.Type // of Name
	Client netip.Addr // zero when the log does not say; see Hit
	Name   string     // as intel.AppendValue writes it
	Count  int64      // queries
	First  time.Time
	Last   time.Time // UTC, of one day in Vietnam; zero when the log gave no time
}

// seenKey tells rows apart. The day is noDay without time.
type seenKey struct {
	kind   intel.Type
	client netip.Addr
	day    int64
	name   string
}

func (s *Seen) key() seenKey { return seenKey{s.Kind, s.Client, dayOf(s.First), s.Name} }

// vietnam is how far Asia/Ho_Chi_Minh is ahead of UTC, since 1975.
const vietnam = 7 * 60 * 60

const noDay = -1 << 62

// saw counts one query for its client, name and day.
func (b *builder) saw(r *format.Record, normal []byte) {
	kind, client, at := typeOf(r), r.Client(), r.Time()
	i, ok := b.rows[seenKey{kind, client, dayOf(at), string(normal)}]
	if !ok {
		i = b.row(Seen{Kind: kind, Client: client, Name: string(normal), First: at, Last: at})
	}
	b.Seen[i].add(Seen{Count: 1, First: at, Last: at})
}

// row adds a row that is not there yet and returns its index.
func (b *builder) row(s Seen) int {
	if b.rows == nil {
		b.rows = map[seenKey]int{}
	}
	b.rows[s.key()] = len(b.Seen)
	b.Seen = append(b.Seen, s)
	return len(b.Seen) - 1
}

// add adds the queries of o, a row of the same client, name and day.
func (s *Seen) add(o Seen) {
	s.Count += o.Count
	if o.First.Before(s.First) {
		s.First = o.First
	}
	if o.Last.After(s.Last) {
		s.Last = o.Last
	}
}

// dayOf numbers the days in Vietnam.
func dayOf(t time.Time) int64 {
	if t.IsZero() {
		return noDay
	}
	s := t.Unix() + vietnam
	return (s - ((s%86400)+86400)%86400) / 86400
}
