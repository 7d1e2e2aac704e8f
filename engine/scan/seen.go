// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package scan

import (
	"net/netip"
	"time"

	"github.com/vonggac/vonggac/engine/event"
)

// Seen is one name that one client asked for on one day, within one block,
// listed or not.
type Seen struct {
	Client netip.Addr // zero when the log does not say
	Name   string     // normalised
	Count  int64      // queries
	First  time.Time
	Last   time.Time // UTC, of one day in Vietnam; zero when the log gave no time
}

// seenKey tells rows apart. The day is noDay without time.
type seenKey struct {
	client netip.Addr
	day    int64
	name   string
}

// vietnam is how far Asia/Ho_Chi_Minh is ahead of UTC, since 1975.
const vietnam = 7 * 60 * 60

const noDay = -1 << 62

// seeName counts one event for its client, name and day.
func (b *builder) seeName(e *event.DNS, normal []byte) {
	if b.rows == nil {
		b.rows = map[seenKey]int{}
	}
	day := int64(noDay)
	if !e.Time.IsZero() {
		s := e.Time.Unix() + vietnam
		day = (s - ((s%86400)+86400)%86400) / 86400
	}
	i, ok := b.rows[seenKey{e.Client, day, string(normal)}]
	if !ok {
		i = len(b.Seen)
		name := string(normal)
		b.rows[seenKey{e.Client, day, name}] = i
		b.Seen = append(b.Seen, Seen{Client: e.Client, Name: name, First: e.Time, Last: e.Time})
	}
	r := &b.Seen[i]
	r.Count++
	if e.Time.Before(r.First) {
		r.First = e.Time
	}
	if e.Time.After(r.Last) {
		r.Last = e.Time
	}
}
