// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Counted is what one block brought: Lines = Parsed + the sums of Skipped and
// Rejected.
type Counted struct {
	Source   ID
	Owner    string    // its owner unit at receipt
	Way      WayID     // "" for files
	Received time.Time // of the first line
	Bytes    int64
	Lines    int64
	Parsed   int64
	Hits     int64
	Skipped  map[format.Reason]int64
	Rejected map[format.Reason]int64
	Samples  []scan.Sample // of rejected lines
	Latest   time.Time     // of its events; zero when none has a time
	// Hours are the lines with a time by the hour that they are about, each key
	// any instant in it. What is left of Lines counts in the hour of Received, or
	// without Way in the last of these.
	// nil says that the hours are not known: then the block counts in none, and
	// its lines are told as without place.
	Hours map[time.Time]int64
	Lags  []scan.Lag    // of lines that came over the network: how long before their receipt they are dated
	Kept  time.Duration // how long lines are searched; 0: not known
	// Until is the receipt of the last of several blocks counted together, and Gap
	// the longest time between two of them; zero of one block.
	Until time.Time
	Gap   time.Duration
}

// joins reports whether o, which was received no earlier than c, can be counted
// together with it as if one after the other: it came the same way within the
// same minute and is about the same hours.
func (c *Counted) joins(o Counted) bool {
	return c.Source == o.Source && c.Owner == o.Owner && c.Way == o.Way && c.Lines > 0 && o.Lines > 0 &&
		!o.Received.Before(c.last()) && c.Received.Truncate(time.Minute).Equal(o.Received.Truncate(time.Minute)) &&
		(c.Hours == nil) == (o.Hours == nil) && maps.EqualFunc(c.Hours, o.Hours, func(int64, int64) bool { return true })
}

// last is the receipt of the last block.
func (c *Counted) last() time.Time {
	if c.Until.IsZero() {
		return c.Received
	}
	return c.Until
}

// join adds o to c, which it joins.
func (c *Counted) join(o Counted) {
	c.Gap = max(c.Gap, o.Received.Sub(c.last()))
	c.Until = o.Received
	c.Bytes, c.Lines, c.Parsed, c.Hits = c.Bytes+o.Bytes, c.Lines+o.Lines, c.Parsed+o.Parsed, c.Hits+o.Hits
	c.Skipped, c.Rejected, c.Hours = plus(c.Skipped, o.Skipped), plus(c.Rejected, o.Rejected), plus(c.Hours, o.Hours)
	c.Lags = append(slices.Clone(c.Lags), o.Lags...)
	c.Samples = append(slices.Clone(o.Samples), c.Samples...) // the latest first, as addPulse has them
	if !o.Latest.IsZero() {
		c.Latest = o.Latest
	}
}

// plus is the sum of two counts; nil of none.
func plus[K comparable](a, b map[K]int64) map[K]int64 {
	if len(b) == 0 {
		return a
	}
	out := maps.Clone(a)
	if out == nil {
		out = map[K]int64{}
	}
	for k, n := range b {
		out[k] += n
	}
	return out
}

type hourRow struct {
	bun.BaseModel `bun:"table:source_hour,alias:h"`

	Source   string  `bun:"source_id,pk"`
	Hour     db.Time `bun:"hour,pk"`
	Owner    string  `bun:"owner_unit"`
	Lines    int64   `bun:"lines"`
	Parsed   int64   `bun:"parsed"`
	Skipped  int64   `bun:"skipped"`
	Rejected int64   `bun:"rejected"`
	Hits     int64   `bun:"hits"`
	Bytes    int64   `bun:"bytes"`
	Received db.Time `bun:"received_last"`
}

type beatRow struct {
	bun.BaseModel `bun:"table:source_beat,alias:b"`

	Source string  `bun:"source_id,pk"`
	Minute db.Time `bun:"minute,pk"`
	Way    string  `bun:"way_id,pk"`
	Lines  int64   `bun:"lines"`
	Bytes  int64   `bun:"bytes"`
}

type dayRow struct {
	bun.BaseModel `bun:"table:source_day,alias:d"`

	Source  string  `bun:"source_id,pk"`
	Day     db.Time `bun:"day,pk"`
	Longest int64   `bun:"longest"` // milliseconds between two receipts
}

type lossRow struct {
	bun.BaseModel `bun:"table:source_loss,alias:l"`

	Source string  `bun:"source_id,pk"`
	Day    db.Time `bun:"day,pk"`
	What   string  `bun:"what,pk"`
	Reason string  `bun:"reason,pk"`
	N      int64   `bun:"n"`
}

// What a loss is of: lines that were received and not read, lines whose hour is
// not known, and what a listener refused or dropped before it was received.
const (
	lossRejected = "rejected"
	lossUnplaced = "unplaced"
	lossRefused  = "refused"
	lossDropped  = "dropped"
	lossOdd      = "odd" // taken all the same
	// lossAgain is no loss: blocks, not lines, that came again and were known.
	lossAgain = "again"
)

type pulseRow struct {
	bun.BaseModel `bun:"table:source_pulse,alias:p"`

	Source  string  `bun:"source_id,pk"`
	Last    db.Time `bun:"last_at"`    // receipt of the latest line
	Event   db.Time `bun:"last_event"` // latest event of the latest block that had one
	Samples string  `bun:"samples"`
}

// CountBlock adds one block to the account of its source. It sums up: that a
// block is counted once is for the caller, whose marker of the block lies in
// the same transaction.
func (s *Service) CountBlock(ctx context.Context, tx *db.Tx, c Counted) error {
	if c.Lines == 0 && c.Bytes == 0 {
		return nil
	}
	if err := c.addHours(ctx, tx); err != nil {
		return err
	}
	if err := c.addBeat(ctx, tx); err != nil {
		return err
	}
	if err := c.addClock(ctx, tx); err != nil {
		return err
	}
	lost := c.dated()
	day := dayOf(c.Received)
	for why, n := range c.Rejected {
		lost = append(lost, lossRow{Source: string(c.Source), Day: day, What: lossRejected, Reason: string(why), N: n})
	}
	if c.Hours == nil && c.Lines > 0 {
		lost = append(lost, lossRow{Source: string(c.Source), Day: day, What: lossUnplaced, N: c.Lines})
	}
	if err := addLosses(ctx, tx, lost); err != nil {
		return err
	}
	return c.addPulse(ctx, tx)
}

// dayOf is the beginning of the day of t in Vietnam.
func dayOf(t time.Time) db.Time { return db.At(calendar.DateOf(t).Start()) }

// addHours adds the lines to the hours that they are about. Skipped and rejected
// lines have no time, so they count with the rest, as do the bytes; hits count
// with the lines when all are about one hour, else with the rest.
func (c *Counted) addHours(ctx context.Context, tx *db.Tx) error {
	if c.Hours == nil {
		return nil
	}
	at := c.rest()
	by := map[time.Time]*hourRow{}
	row := func(hour time.Time) *hourRow {
		hour = hour.UTC().Truncate(time.Hour)
		if by[hour] == nil {
			by[hour] = &hourRow{Source: string(c.Source), Hour: db.At(hour), Owner: c.Owner, Received: db.At(c.last())}
		}
		return by[hour]
	}
	placed := int64(0)
	for hour, n := range c.Hours {
		if !c.believed(hour) {
			continue
		}
		r := row(hour)
		r.Lines += n
		r.Parsed += n
		placed += n
	}
	hits := at
	if len(by) == 1 {
		for hour := range by {
			hits = hour
		}
	}
	if c.Hits > 0 {
		row(hits).Hits = c.Hits
	}
	r := row(at)
	r.Lines += max(c.Lines-placed, 0)
	r.Parsed += max(c.Parsed-placed, 0)
	r.Skipped, r.Rejected, r.Bytes = scan.Total(c.Skipped), scan.Total(c.Rejected), c.Bytes
	rows := make([]hourRow, 0, len(by))
	for _, hour := range slices.SortedFunc(maps.Keys(by), time.Time.Compare) {
		rows = append(rows, *by[hour])
	}
	return db.Error("source.addHours", db.Put(ctx, tx, `ON CONFLICT (source_id, hour) DO UPDATE SET lines = h.lines + EXCLUDED.lines,
		parsed = h.parsed + EXCLUDED.parsed, skipped = h.skipped + EXCLUDED.skipped, rejected = h.rejected + EXCLUDED.rejected,
		hits = h.hits + EXCLUDED.hits, bytes = h.bytes + EXCLUDED.bytes, received_last = EXCLUDED.received_last`, rows...))
}

// rest is the hour in which lines without a time count: that of the receipt, and
// of a file, which may be of any day, the last of those that do have one.
func (c *Counted) rest() time.Time {
	at := c.Received
	if c.Way == "" && len(c.Hours) > 0 {
		at = slices.MaxFunc(slices.Collect(maps.Keys(c.Hours)), time.Time.Compare)
	}
	return at.UTC().Truncate(time.Hour)
}

func (c *Counted) addBeat(ctx context.Context, tx *db.Tx) error {
	r := beatRow{Source: string(c.Source), Minute: db.At(c.Received.Truncate(time.Minute)), Way: string(c.Way), Lines: c.Lines, Bytes: c.Bytes}
	return db.Error("source.addBeat", db.Put(ctx, tx,
		"ON CONFLICT (source_id, minute, way_id) DO UPDATE SET lines = b.lines + EXCLUDED.lines, bytes = b.bytes + EXCLUDED.bytes", r))
}

func addLosses(ctx context.Context, tx *db.Tx, rows []lossRow) error {
	slices.SortFunc(rows, compareLoss) // rows are locked in one order
	return db.Error("source.addLosses", db.Put(ctx, tx, "ON CONFLICT (source_id, day, what, reason) DO UPDATE SET n = l.n + EXCLUDED.n", rows...))
}

// mostSamples are kept of a source, and no more than sameSamples of one reason.
const (
	mostSamples = 24
	sameSamples = 3
)

// Refusal is a line that was not read, or not taken, to show to people.
type Refusal struct {
	At     time.Time `json:"at"`
	Reason string    `json:"reason"`
	Text   string    `json:"text"`
}

// addPulse notes that the source was heard, after how long.
func (c *Counted) addPulse(ctx context.Context, tx *db.Tx) error {
	const op = "source.addPulse"
	was, err := db.Select[pulseRow](ctx, tx, "WHERE p.source_id = ?", string(c.Source))
	if err != nil {
		return db.Error(op, err)
	}
	now := pulseRow{Source: string(c.Source), Last: db.At(c.last()), Samples: "[]"}
	now.Event = db.At(c.Latest)
	gap := c.Gap
	if len(was) == 1 {
		now.Samples = was[0].Samples
		gap = max(gap, c.Received.Sub(was[0].Last.Time))
		if was[0].Last.After(now.Last.Time) {
			now.Last = was[0].Last
		}
		if now.Event.IsZero() {
			now.Event = was[0].Event
		}
	}
	if gap > 0 {
		if err := c.addGap(ctx, tx, gap); err != nil {
			return err
		}
	}
	if len(c.Samples) > 0 {
		samples, err := c.sampled(now.Samples)
		if err != nil {
			return err
		}
		now.Samples = samples
	}
	return db.Error(op, db.Put(ctx, tx,
		"ON CONFLICT (source_id) DO UPDATE SET last_at = EXCLUDED.last_at, last_event = EXCLUDED.last_event, samples = EXCLUDED.samples", now))
}

// sampled is the stored samples with those of c in front.
func (c *Counted) sampled(stored string) (string, error) {
	var old []Refusal
	if err := json.Unmarshal([]byte(stored), &old); err != nil {
		return "", fmt.Errorf("samples of source %s: %w", c.Source, err)
	}
	var all []Refusal
	for _, s := range c.Samples {
		all = append(all, Refusal{At: c.Received, Reason: string(s.Reason), Text: cutText(s.Text)})
	}
	return asJSON(fewSamples(append(all, old...)))
}

// fewSamples keeps the first few of each reason.
func fewSamples(all []Refusal) []Refusal {
	of, out := map[string]int{}, []Refusal{}
	for _, s := range all {
		if of[s.Reason]++; of[s.Reason] <= sameSamples && len(out) < mostSamples {
			out = append(out, s)
		}
	}
	return out
}

// cutText is the beginning of a line, as text that can be stored.
func cutText(s string) string {
	const most = 200
	if len(s) > most {
		s = s[:most]
		for !utf8.ValidString(s) && len(s) > most-utf8.UTFMax {
			s = s[:len(s)-1]
		}
	}
	return s
}

func asJSON(v any) (string, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return "", fmt.Errorf("store %T: %w", v, err)
	}
	return string(raw), nil
}

// addGap remembers the longest silence of a day.
func (c *Counted) addGap(ctx context.Context, tx *db.Tx, gap time.Duration) error {
	r := dayRow{Source: string(c.Source), Day: dayOf(c.Received), Longest: gap.Milliseconds()}
	return db.Error("source.addGap", db.Put(ctx, tx, `ON CONFLICT (source_id, day) DO UPDATE
		SET longest = CASE WHEN EXCLUDED.longest > d.longest THEN EXCLUDED.longest ELSE d.longest END`, r))
}

// ofFile is what a block of a file counts.
func ofFile(f File, b scan.Block) Counted {
	return Counted{Source: f.Source, Owner: f.Owner, Received: f.ReceivedAt, Bytes: b.Length, Lines: b.Lines, Parsed: b.Parsed,
		Hits: b.Counts.Hits, Skipped: b.Skipped, Rejected: b.Rejected, Samples: b.Samples, Latest: b.Last,
		Hours: HoursOf(b)}
}

// HoursOf are the hours that the lines of b are about, for Counted: as the scan
// counted them, else that of its events when they lie in one. nil when they are
// not known.
func HoursOf(b scan.Block) map[time.Time]int64 {
	out := map[time.Time]int64{}
	for _, h := range b.Hours {
		out[h.Start] += h.Lines
	}
	first, last := b.First.UTC().Truncate(time.Hour), b.Last.UTC().Truncate(time.Hour)
	switch {
	case len(out) > 0 || b.First.IsZero():
		return out
	case first.Equal(last):
		return map[time.Time]int64{first: b.Parsed}
	}
	return nil
}
