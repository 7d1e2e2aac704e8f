// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package sighting remembers who asked for what or was in touch with what: one
// row a day, client and observable, with how often, first and last. It answers "who has ever
// contacted this?" for any number of indicators at once, and so lets an
// indicator that comes today be looked for in all days that are kept.
//
// Rows come by block and each block counts once, however often it is brought
// (Store.Put). Stores know no permission: a row carries the owner unit of its
// source, and whoever shows rows narrows them to the reader's units.
//
// There are two stores behind one interface and one suite: Pebble in the data
// folder (OpenPebble) and PostgreSQL, partitioned by month (OpenPostgres). See
// DESIGN.md for the keys and what was measured.
package sighting

import (
	"context"
	"embed"
	"iter"
	"net/netip"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Messages are the sentences of the package's errors.
//
//go:embed messages.yaml
var Messages embed.FS

// Kind is what sort of observable a row is about. It is at rest in stores:
// grow it at the end.
type Kind uint8

// The kinds. Values are written as intel.AppendValue writes them.
const (
	Domain  Kind = iota + 1 // a domain name
	Address                 // an IPv4 or IPv6 address that the client contacted
	URL
	Hash // of a file, hexadecimal
	Email
	JA3
	JA4
	Endpoint // an address and a port that the client contacted
	Caller   // an address that made contact with the client
)

// Day is a civil day in Vietnam, counted from 1970-01-01; the zero value means
// none. Days before 1970-01-02 and after 2149-06-06 do not exist here.
type Day uint16

// Vietnam has kept ahead seconds ahead of UTC since before steady (1976-01-01).
const (
	ahead  = 7 * 60 * 60
	steady = 6 * 365 * 24 * 60 * 60
)

// DayOf is the day in Vietnam on which t falls, 0 outside what a Day can say.
func DayOf(t time.Time) Day {
	if t.IsZero() {
		return 0
	}
	if sec := t.Unix(); sec >= steady && sec < 1<<32 {
		return Day((sec + ahead) / (24 * 60 * 60))
	}
	return DayOn(calendar.DateOf(t))
}

// DayOn is the Day of a date, 0 outside what a Day can say.
func DayOn(d calendar.Date) Day {
	if d.IsZero() {
		return 0
	}
	n := time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, time.UTC).Unix() / (24 * 60 * 60)
	if n < 1 || n >= int64(LastDay) {
		return 0
	}
	return Day(n)
}

// LastDay is later than every other Day: an open end.
const LastDay Day = 1<<16 - 1

// Date is d as a date; the zero Date for the zero Day.
func (d Day) Date() calendar.Date {
	if d == 0 {
		return calendar.Date{}
	}
	t := time.Unix(int64(d)*24*60*60, 0).UTC()
	return calendar.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
}

// Key says which row: everything but what is counted.
type Key struct {
	Kind   Kind
	Value  string // normalised, 1 to MaxValue bytes
	Day    Day
	Owner  string // owner unit of the source, stamped at receipt; rules who may read the row
	Source string // id of the source
	Client netip.Addr
	// Undated says that the log gave no time: Day, First and Last are those of
	// the receipt.
	Undated bool
}

// Row is one client asking for one observable on one day. Times are UTC to the
// millisecond.
type Row struct {
	Key
	Count int64
	First time.Time
	Last  time.Time
}

// MaxValue is the longest value remembered, in bytes: more than any domain
// name (253), less than what an index of PostgreSQL takes.
const MaxValue = 1024

// Block is what one block of a log rolled up to. ID is unique to the block for
// ever. A key may stand several times: its rows are added up. Rows is gone through
// once, before Put returns.
type Block struct {
	ID   string
	Rows iter.Seq[Row]
}

// Taken is what became of a block. Left is how many rows were not remembered
// because their value is empty or longer than MaxValue, or their day is none.
type Taken struct {
	Known bool // the block had been taken before: nothing was done
	Left  int64
}

// Ask is one observable to look for.
type Ask struct {
	Kind  Kind
	Value string // normalised
	// Below asks also for what lies below: the names below a domain, the pages
	// in the folder that a URL is, or it with any query, the addresses in a network
	// of whole octets ("192.0.2.0/24"; for Address and Caller alone).
	Below bool
}

// Span is the days from From to To, both included; zeros leave a side open.
type Span struct{ From, To Day }

func (s Span) closed() Span {
	if s.To == 0 {
		s.To = LastDay
	}
	return s
}

// Holds reports whether d lies in s.
func (s Span) Holds(d Day) bool { s = s.closed(); return d != 0 && s.From <= d && d <= s.To }

// Limits bound one Hunt; a zero sets no bound.
type Limits struct {
	Names int // values found
	Rows  int // rows handed out
}

// Account says what a Hunt did. Cut means that a limit was reached and more
// may be there.
type Account struct {
	Asked int
	Names int
	Rows  int
	Cut   bool
}

// DayStats is what is kept of one day. Rows is exact when Counted, else at
// most that many. Bytes is an estimate.
type DayStats struct {
	Day     Day
	Queries int64
	Rows    int64
	Counted bool
	Bytes   int64
}

// Stats is what a store holds, the days in order. Since is when it was made:
// what was read before is not in it.
type Stats struct {
	Since time.Time
	Days  []DayStats
	Bytes int64 // of everything on the disk
}

// Rows is the sum of the days, and whether it is exact.
func (s Stats) Rows() (n int64, exact bool) {
	exact = true
	for _, d := range s.Days {
		n, exact = n+d.Rows, exact && d.Counted
	}
	return n, exact
}

// Store keeps rows. It is safe for concurrent use; close it once. A store that
// finds its own data damaged says so (see Damaged), kind fault.Unavailable,
// and neither guesses nor leaves out.
type Store interface {
	// Put adds the rows of b and notes that b was taken, at once and durably: a
	// process that dies anywhere has taken all of b or nothing.
	Put(ctx context.Context, b Block) (Taken, error)
	// Hunt hands fn the rows of each of asks within span: ask by ask in the
	// order of asks, each by value, day, source and client. The order of asks is
	// best the one of SortAsks: the store is then read forward. fn's error ends
	// the hunt and is returned.
	Hunt(ctx context.Context, asks []Ask, span Span, lim Limits, fn func(ask int, r Row) error) (Account, error)
	// Drop forgets the days before day. It may be asked at any time.
	Drop(ctx context.Context, before Day) error
	// Count counts the rows of the days before today that were not counted since
	// they last changed; Stats then knows them.
	Count(ctx context.Context, today Day) error
	// Stats says what is kept.
	Stats(ctx context.Context) (Stats, error)
	// Check reads everything and fails (see Damaged) where something is not
	// what was written.
	Check(ctx context.Context) error
	// Close lets go of the store.
	Close() error
}

// Damaged reports whether err says that a store's own data is damaged.
func Damaged(err error) bool { return err != nil && fault.Of(err).Msg == msgDamaged }

const (
	msgDamaged = "sighting.err.damaged"
	msgFailed  = "sighting.err.failed"
)

func ruined(op string, err error) error {
	return &fault.Error{Kind: fault.Unavailable, Op: op, Msg: msgDamaged, Err: err}
}
