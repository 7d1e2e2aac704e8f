// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package rollup folds many events into few rows: who asked for which name on
// which day, how often, first and last, and what the lists said. Rows are told
// apart by their exact bytes, never by a hash alone.
//
// Memory stays within a bound however many rows there are: a full table goes to
// a sorted run in a temporary folder, and the runs are merged on the way out.
// Start at Table; Spill is the adding-up below it, for other keys.
package rollup

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"io"
	"net/netip"
	"strconv"
	"time"
)

// Verdict is what the lists said about a name. The zero value is None.
type Verdict uint8

const (
	None    Verdict = iota // on no list; says nothing about the name
	Allowed                // on an allow list, and no block entry is more specific
	Hit                    // on a block list
)

// String returns "none", "allowed" or "hit".
func (v Verdict) String() string { return [...]string{"none", "allowed", "hit"}[v] }

// Row is one client asking for one name on one day.
type Row struct {
	Day     string // "2026-11-21" in the table's zone; "" when no event had a time
	Client  string // address; "" when unknown
	Name    string // normalised
	Count   int64  // queries
	First   time.Time
	Last    time.Time // UTC; zero when unknown
	Verdict Verdict
}

// Table gathers rows. It is not safe for concurrent use.
type Table struct {
	zone  *time.Location
	spill *Spill
	key   []byte
	day   day
}

// New returns an empty Table whose days are those of zone; nil means
// Asia/Ho_Chi_Minh. Runs go to a new folder in dir, the system's temporary
// folder when empty, once rows take more than about limit bytes; 0 means 32 MiB.
// The caller closes the Table.
func New(zone *time.Location, dir string, limit int) *Table {
	if zone == nil {
		zone = Vietnam()
	}
	return &Table{zone: zone, spill: NewSpill(dir, limit)}
}

// Vietnam is the zone of days and of lines that name none: Asia/Ho_Chi_Minh,
// or its fixed seven hours where the system has no zone data.
func Vietnam() *time.Location {
	zone, err := time.LoadLocation("Asia/Ho_Chi_Minh")
	if err != nil {
		return time.FixedZone("Asia/Ho_Chi_Minh", 7*60*60)
	}
	return zone
}

// Add counts one query for name, which is normalised, at t (zero when
// unknown). Its error is about writing a run.
func (t *Table) Add(at time.Time, client netip.Addr, name []byte, v Verdict) error {
	k := t.key[:0]
	if !at.IsZero() {
		k = append(k, t.day.of(at, t.zone)...)
	}
	k = append(k, 0)
	if client.IsValid() {
		k = client.AppendTo(k)
	}
	k = append(k, 0)
	k = append(k, name...)
	k = append(k, byte(v))
	t.key = k
	return t.spill.Add(k, At(at))
}

// Each calls fn for every row in order of day, client and name, as bytes, and
// stops at its error. Nothing may be added afterwards.
func (t *Table) Each(fn func(Row) error) error {
	return t.spill.Each(func(key []byte, s Sum) error {
		d, rest, ok := bytes.Cut(key, []byte{0})
		client, rest, ok2 := bytes.Cut(rest, []byte{0})
		if !ok || !ok2 || len(rest) == 0 {
			return fmt.Errorf("roll-up run holds a broken key of %d bytes", len(key))
		}
		name, v := rest[:len(rest)-1], Verdict(rest[len(rest)-1])
		return fn(Row{Day: string(d), Client: string(client), Name: string(name), Count: s.Count,
			First: s.First(), Last: s.Last(), Verdict: v})
	})
}

// Head is the first line of the CSV form.
var Head = []string{"day", "client", "name", "count", "first", "last", "verdict"}

// WriteCSV writes the head line and every row to w (RFC 4180), sorted by day,
// client and name. Times are RFC 3339 in UTC, empty when unknown.
func (t *Table) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write(Head); err != nil {
		return err
	}
	err := t.Each(func(r Row) error {
		return out.Write([]string{r.Day, r.Client, r.Name, strconv.FormatInt(r.Count, 10), Stamp(r.First), Stamp(r.Last), r.Verdict.String()})
	})
	if err != nil {
		return err
	}
	out.Flush()
	return out.Error()
}

// Close removes the runs.
func (t *Table) Close() error { return t.spill.Close() }

// Stamp writes t as RFC 3339 in UTC with the digits of a second it has, or ""
// for the zero time.
func Stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// day remembers the last day written, since lines follow in time.
type day struct {
	from, to int64 // Unix seconds of the quarter of an hour it holds for
	text     []byte
}

// of returns the day of at in zone. Zones shift on whole quarters of an hour at
// finest (IANA tz since 1972), so an answer holds for its quarter.
func (d *day) of(at time.Time, zone *time.Location) []byte {
	const quarter = 15 * 60
	s := at.Unix()
	if s < d.from || s >= d.to {
		d.text = at.In(zone).AppendFormat(d.text[:0], time.DateOnly)
		d.from = s - ((s%quarter)+quarter)%quarter
		d.to = d.from + quarter
	}
	return d.text
}
