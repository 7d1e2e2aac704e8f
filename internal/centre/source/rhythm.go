// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Rhythm is how often a source is expected to speak: at least one line every
// so many minutes.
type Rhythm struct {
	Minutes int64 // 0: nobody waits for it
	Office  bool  // only time in office hours counts
	Below   bool  // it also sees the machines of the units below its owner
	Chosen  bool  // by a person; else by its format
	Version int64 // 0 while nobody chose
}

// mostMinutes is the slowest rhythm: a week.
const mostMinutes = 7 * 24 * 60

// usual is the rhythm of a source for which nobody chose one: a resolver is
// asked all the time, other senders now and then, and for a person who uploads
// files nobody waits.
func usual(format string, ways bool) Rhythm {
	switch {
	case !ways:
		return Rhythm{}
	case resolver(format):
		return Rhythm{Minutes: 15}
	}
	return Rhythm{Minutes: 60}
}

// resolver reports that logs of the format hold look-ups and nothing else.
func resolver(name string) bool {
	f, ok := format.LookupLog(name)
	return ok && f.DNS.New != nil && f.Activity.New == nil
}

// due is when the silence of a source begins whose last line came at last.
func (r Rhythm) due(last time.Time, at office) time.Time {
	left := time.Duration(r.Minutes) * time.Minute
	if !r.Office {
		return last.Add(left)
	}
	day := calendar.DateOf(last)
	for range 400 { // no calendar rests that long
		if from, to, open := at.open(day); open {
			if from.Before(last) {
				from = last
			}
			if open := to.Sub(from); open >= left {
				return from.Add(left)
			} else if open > 0 {
				left -= open
			}
		}
		day = day.AddDays(1)
	}
	return last.Add(time.Duration(r.Minutes) * time.Minute)
}

// expects reports whether the source should have spoken in the hour that begins
// at hour.
func (r Rhythm) expects(hour time.Time, at office) bool {
	if !r.Office {
		return true
	}
	from, to, open := at.open(calendar.DateOf(hour))
	return open && !hour.Add(30*time.Minute).Before(from) && hour.Before(to)
}

type rhythmRow struct {
	bun.BaseModel `bun:"table:source_rhythm,alias:r"`

	Source  string `bun:"source_id,pk"`
	Minutes int64  `bun:"minutes"`
	Office  bool   `bun:"office"`
	Below   bool   `bun:"below"`
	Version int64  `bun:"version"`
}

func (r rhythmRow) rhythm() Rhythm {
	return Rhythm{Minutes: r.Minutes, Office: r.Office, Below: r.Below, Chosen: true, Version: r.Version}
}

// spanRow is a time during which a source was watched in one way; the one with
// no end lasts. Figures of the past go by it, not by what is chosen today.
type spanRow struct {
	bun.BaseModel `bun:"table:source_span,alias:s"`

	Source  string  `bun:"source_id,pk"`
	From    db.Time `bun:"from_at,pk"`
	To      db.Time `bun:"to_at"`
	Since   db.Time `bun:"since"` // of the watch, however its rhythm changed
	Owner   string  `bun:"owner_unit"`
	Minutes int64   `bun:"minutes"`
	Office  bool    `bun:"office"`
	Below   bool    `bun:"below"`
}

func (s spanRow) rhythm() Rhythm {
	return Rhythm{Minutes: s.Minutes, Office: s.Office, Below: s.Below}
}

// Rhythm is the rhythm of a source in scope.
func (s *Service) Rhythm(ctx context.Context, id ID) (Rhythm, error) {
	_, scope, err := auth.Need(ctx, "source.Rhythm", mayRead)
	if err != nil {
		return Rhythm{}, err
	}
	src, err := get(ctx, s.Records.Read(), scope, id)
	if err != nil {
		return Rhythm{}, err
	}
	return s.rhythmOf(ctx, s.Records.Read(), src)
}

func (s *Service) rhythmOf(ctx context.Context, q bun.IDB, src Source) (Rhythm, error) {
	const op = "source.rhythmOf"
	var rows []rhythmRow
	if err := q.NewSelect().Model(&rows).Where("r.source_id = ?", string(src.ID)).Scan(ctx); err != nil {
		return Rhythm{}, db.Error(op, err)
	}
	if len(rows) == 1 {
		return rows[0].rhythm(), nil
	}
	ways, err := q.NewSelect().Model((*wayRow)(nil)).Where("w.source_id = ?", string(src.ID)).Where("NOT w.closed").Exists(ctx)
	if err != nil || ways {
		return usual(src.Format, ways), db.Error(op, err)
	}
	through, err := s.through(ctx)
	return usual(src.Format, len(through[src.ID]) > 0), err
}

// SetRhythm keeps how often a source is expected to speak; Minutes 0 ends the
// watch. It holds from now on: what was expected before stays as it was.
func (s *Service) SetRhythm(ctx context.Context, id ID, r Rhythm) error {
	const op = "source.SetRhythm"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	if r.Minutes < 0 || r.Minutes > mostMinutes {
		return fault.Bad(op, "minutes", "source.rhythm.bad.minutes")
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		src, err := get(ctx, tx, scope, id)
		if err != nil {
			return err
		}
		var was []rhythmRow
		if err := tx.NewSelect().Model(&was).Where("r.source_id = ?", string(id)).Scan(ctx); err != nil {
			return db.Error(op, err)
		}
		version := int64(0)
		if len(was) == 1 {
			version = was[0].Version
		}
		if version != r.Version {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		row := rhythmRow{Source: string(id), Minutes: r.Minutes, Office: r.Office, Below: r.Below, Version: version + 1}
		_, err = tx.NewInsert().Model(&row).On("CONFLICT (source_id) DO UPDATE").Set("minutes = EXCLUDED.minutes").
			Set("office = EXCLUDED.office").Set("below = EXCLUDED.below").Set("version = EXCLUDED.version").Exec(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		var open []spanRow
		if err := tx.NewSelect().Model(&open).Where("s.source_id = ?", string(id)).Where("s.to_at IS NULL").Scan(ctx); err != nil {
			return db.Error(op, err)
		}
		if err := s.keepWatch(ctx, tx, src, row.rhythm(), open); err != nil {
			return err
		}
		return s.note(ctx, tx, "source.rhythm", src, map[string]any{"minutes": r.Minutes, "office": r.Office, "below": r.Below})
	})
}

// keepWatch is keepSpan with the state that a watch which begins or ends leaves
// a source in, so that pages need not wait for the next turn of Watch.
func (s *Service) keepWatch(ctx context.Context, tx *db.Tx, src Source, r Rhythm, open []spanRow) error {
	const op = "source.keepWatch"
	now := s.Now()
	if err := keepSpan(ctx, tx, src, r, open, now); err != nil {
		return err
	}
	f := facts{source: src, rhythm: r, open: open, state: stateRow{State: NotWatched}}
	var states []stateRow
	if err := tx.NewSelect().Model(&states).Where("st.source_id = ?", string(src.ID)).Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	if len(states) == 1 {
		f.state = states[0]
	}
	var pulses []pulseRow
	if err := tx.NewSelect().Model(&pulses).Where("p.source_id = ?", string(src.ID)).Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	if len(pulses) == 1 {
		f.last, f.event = pulses[0].Last.Time, pulses[0].Event.Time
	}
	next := f.standing()
	if len(open) == 1 && next != NotWatched { // goes on otherwise: judged in its turn
		return nil
	}
	return s.enter(ctx, tx, &f, next, now)
}

// keepSpan ends the open span of a source and begins another when it is to be
// watched otherwise than it is.
func keepSpan(ctx context.Context, tx *db.Tx, src Source, r Rhythm, open []spanRow, now time.Time) error {
	const op = "source.keepSpan"
	if spanFits(src, r, open) {
		return nil
	}
	_, err := tx.NewUpdate().Model((*spanRow)(nil)).Set("to_at = ?", db.At(now)).Where("source_id = ?", string(src.ID)).
		Where("to_at IS NULL").Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if src.Closed || r.Minutes == 0 { // nobody waits any more
		_, err := tx.NewUpdate().Model((*silenceRow)(nil)).Set("to_at = ?", db.At(now)).Set("ended_at = ?", db.At(now)).
			Where("source_id = ?", string(src.ID)).Where("ended_at IS NULL").Exec(ctx)
		return db.Error(op, err)
	}
	row := spanRow{Source: string(src.ID), From: db.At(now), Since: db.At(now), Owner: src.Owner, Minutes: r.Minutes, Office: r.Office, Below: r.Below}
	if len(open) == 1 {
		row.Since = open[0].Since
	}
	_, err = tx.NewInsert().Model(&row).On("CONFLICT (source_id, from_at) DO UPDATE").Set("to_at = NULL").Set("minutes = EXCLUDED.minutes").
		Set("office = EXCLUDED.office").Set("below = EXCLUDED.below").Exec(ctx)
	return db.Error(op, err)
}

// spanFits reports that a source is watched as it is to be.
func spanFits(src Source, r Rhythm, open []spanRow) bool {
	if src.Closed || r.Minutes == 0 {
		return len(open) == 0
	}
	o := Rhythm{Minutes: r.Minutes, Office: r.Office, Below: r.Below}
	return len(open) == 1 && open[0].rhythm() == o
}

// fewDays is the least number of days a suggestion rests on.
const fewDays = 7

// Suggest is the rhythm that the last three weeks of a source in scope would
// bear without alarm on nine days of ten, in minutes; 0 when it was not heard on
// enough days to say.
func (s *Service) Suggest(ctx context.Context, id ID) (int64, error) {
	const op = "source.Suggest"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return 0, err
	}
	if _, err := get(ctx, s.Records.Read(), scope, id); err != nil {
		return 0, err
	}
	var rows []dayRow
	err = s.Records.Read().NewSelect().Model(&rows).Where("d.source_id = ?", string(id)).
		Where("d.day >= ?", dayOf(s.Now().AddDate(0, 0, -21))).Scan(ctx)
	if err != nil || len(rows) < fewDays {
		return 0, db.Error(op, err)
	}
	slices.SortFunc(rows, func(a, b dayRow) int { return cmp.Compare(a.Longest, b.Longest) })
	longest := time.Duration(rows[(len(rows)-1)*9/10].Longest) * time.Millisecond
	return roundUp(int64((longest + longest/2) / time.Minute)), nil
}

// steps are the rhythms that pages offer, in minutes.
var steps = []int64{5, 10, 15, 30, 60, 120, 240, 480, 720, 1440, 2880, mostMinutes}

func roundUp(minutes int64) int64 {
	for _, step := range steps {
		if minutes <= step {
			return step
		}
	}
	return mostMinutes
}
