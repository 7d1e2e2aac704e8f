// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Life is how a source that should send is doing.
type Life string

// The states of life. Late means that it speaks of what happened longer ago
// than its rhythm; Flapping that it falls silent and comes back again and
// again.
const (
	Living     Life = "living"
	Late       Life = "late"
	Silent     Life = "silent"
	Flapping   Life = "flapping"
	NeverHeard Life = "never_heard"
	NotWatched Life = "not_watched"
)

// Lives lists all states in the order pages offer them.
func Lives() []Life { return []Life{Silent, Flapping, Late, NeverHeard, Living, NotWatched} }

// A source that changes so often within so long flaps.
const (
	flapChanges = 4
	flapWithin  = 6 * time.Hour
)

// AlertKind is what people are told of a source.
type AlertKind string

// The kinds of alert.
const (
	AlertSilent   AlertKind = "silent"
	AlertBack     AlertKind = "back"
	AlertFlapping AlertKind = "flapping"
	AlertRate     AlertKind = "rate"
)

// Alert is one matter that people are told of.
type Alert struct {
	Kind   AlertKind
	Source Source
	At     time.Time // when it was noted
	Since  time.Time // of the last line before; for AlertRate the beginning of the hour
	Lines  int64     // AlertRate: in the hour
	Usual  int64     // AlertRate: in the same hour of other weeks, their median
}

type stateRow struct {
	bun.BaseModel `bun:"table:source_state,alias:st"`

	Source string  `bun:"source_id,pk"`
	State  Life    `bun:"state"`
	Since  db.Time `bun:"since"`
	Rate   string  `bun:"rate"`
	// Withheld says that people were not told of it: a collector explains it.
	Withheld bool `bun:"withheld"`
}

type silenceRow struct {
	bun.BaseModel `bun:"table:source_silence,alias:q"`

	Source  string  `bun:"source_id,pk"`
	From    db.Time `bun:"from_at,pk"` // the last line before
	NotedAt db.Time `bun:"noted_at"`
	To      db.Time `bun:"to_at"` // the first line after; none while it lasts
	EndedAt db.Time `bun:"ended_at"`
	// Explained says that it may be the silence of a collector, so that it says
	// nothing of the source.
	Explained bool `bun:"explained"`
}

// facts are what is known of one source when its state is judged.
type facts struct {
	source  Source
	rhythm  Rhythm
	open    []spanRow // the present watch: none or one
	last    time.Time // of its last line; zero when never heard
	event   time.Time
	state   stateRow
	silence *silenceRow // that lasts
	changes int         // within flapWithin
	// Lines would be known of that came between these: the centre listens since
	// the one, and has read all that was received up to the other.
	since, until time.Time
	explained    bool // a collector that is not heard of, or has not brought all, may hold its lines
	mute         bool // it should have spoken by now
}

// quiet reports that the source should have spoken by now, and since when it
// has not. A silence lasts until something comes, whatever else is known.
func (f *facts) quiet(s *Service) (since time.Time, quiet bool) {
	if f.silence != nil && !f.last.After(f.silence.From.Time) {
		return f.last, true
	}
	since = f.last
	for _, from := range []time.Time{f.open[0].Since.Time, f.since} { // nobody waited before, or listened
		if from.After(since) {
			since = from
		}
	}
	return f.last, !f.until.Before(f.rhythm.due(since, s.office()))
}

// changed counts a change of the source now, unless a collector explains it.
func (f *facts) changed(explained bool) {
	if !explained {
		f.changes++
	}
}

// late reports that what the source speaks of is older than its rhythm.
func (f *facts) late() bool {
	return !f.event.IsZero() && f.last.Sub(f.event) > time.Duration(f.rhythm.Minutes)*time.Minute+5*time.Minute
}

// Watch judges every source at now, notes what changed and tells people. It is
// asked each minute, by any number of processes.
func (s *Service) Watch(ctx context.Context) error {
	now := s.Now()
	all, err := s.facts(ctx, now)
	if err != nil {
		return err
	}
	since, until, err := s.heard(ctx, now)
	if err != nil {
		return err
	}
	for i := range all {
		all[i].since, all[i].until = since, until
		if err := s.judge(ctx, &all[i], now); err != nil {
			return err
		}
	}
	return s.watchRates(ctx, all, until)
}

// judge finds the state of one source and writes what changed.
func (s *Service) judge(ctx context.Context, f *facts, now time.Time) error {
	if !spanFits(f.source, f.rhythm, f.open) {
		return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			err := keepSpan(ctx, tx, f.source, f.rhythm, f.open, now)
			if err != nil || len(f.open) == 1 && f.standing() != NotWatched { // a rhythm that changed: judged next time
				return err
			}
			return s.enter(ctx, tx, f, f.standing(), now)
		})
	}
	if len(f.open) == 0 {
		return s.move(ctx, f, NotWatched, now, nil)
	}
	if f.last.IsZero() {
		return s.move(ctx, f, NeverHeard, now, nil)
	}
	since, quiet := f.quiet(s)
	f.mute = quiet
	var change func(ctx context.Context, tx *db.Tx) error
	switch {
	case quiet && f.silence == nil:
		f.changed(f.explained)
		change = func(ctx context.Context, tx *db.Tx) error {
			row := silenceRow{Source: string(f.source.ID), From: db.At(since), NotedAt: db.At(now), Explained: f.explained}
			_, err := tx.NewInsert().Model(&row).On("CONFLICT (source_id, from_at) DO UPDATE").Set("to_at = NULL").Set("ended_at = NULL").
				Set("explained = EXCLUDED.explained").Exec(ctx)
			return db.Error("source.judge", err)
		}
	case quiet && f.silence.Explained && !f.explained: // from here on it is its own
		f.changed(false)
		change = func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewUpdate().Model(f.silence).Set("explained = FALSE").WherePK().Exec(ctx)
			return db.Error("source.judge", err)
		}
	case !quiet && f.silence != nil:
		f.changed(f.silence.Explained)
		change = func(ctx context.Context, tx *db.Tx) error { return endSilence(ctx, tx, *f.silence, f.last, now) }
	}
	next := Living
	switch {
	case f.changes >= flapChanges:
		next = Flapping
	case quiet:
		next = Silent
	case f.late():
		next = Late
	}
	return s.move(ctx, f, next, now, change)
}

// standing is the state in which a watch that begins or ends leaves a source.
func (f *facts) standing() Life {
	switch {
	case f.source.Closed || f.rhythm.Minutes == 0:
		return NotWatched
	case f.last.IsZero():
		return NeverHeard
	case f.late():
		return Late
	}
	return Living
}

// endSilence notes when a source was heard again: with its first line after.
func endSilence(ctx context.Context, tx *db.Tx, row silenceRow, last, now time.Time) error {
	const op = "source.endSilence"
	var first db.Time
	err := tx.NewSelect().Model((*beatRow)(nil)).ColumnExpr("MIN(b.minute)").Where("b.source_id = ?", row.Source).
		Where("b.minute > ?", row.From).Scan(ctx, &first)
	if err != nil {
		return db.Error(op, err)
	}
	if first.IsZero() || first.After(last) {
		first = db.At(last)
	}
	row.To, row.EndedAt = first, db.At(now)
	_, err = tx.NewUpdate().Model(&row).Column("to_at", "ended_at").WherePK().Exec(ctx)
	return db.Error(op, err)
}

// move writes a change of what is known, or of the state, and tells of it.
func (s *Service) move(ctx context.Context, f *facts, next Life, now time.Time, change func(ctx context.Context, tx *db.Tx) error) error {
	overdue := f.state.State == next && f.state.Withheld && f.mute && !f.explained // nothing explains it any more
	if f.state.State == next && change == nil && !overdue {
		return nil
	}
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if change != nil {
			if err := change(ctx, tx); err != nil {
				return err
			}
		}
		if overdue {
			return s.release(ctx, tx, f, now)
		}
		if f.state.State == next {
			return nil
		}
		return s.enter(ctx, tx, f, next, now)
	})
}

// enter puts a source into a state, unless another process has.
func (s *Service) enter(ctx context.Context, tx *db.Tx, f *facts, next Life, now time.Time) error {
	const op = "source.enter"
	was := f.state.State
	if was == next {
		return nil
	}
	bad := next == Silent || next == Flapping
	held := bad && (f.explained || f.state.Withheld && !f.mute)
	row := stateRow{Source: string(f.source.ID), State: next, Since: db.At(now), Withheld: held}
	res, err := tx.NewInsert().Model(&row).On("CONFLICT (source_id) DO UPDATE").Set("state = EXCLUDED.state").Set("since = EXCLUDED.since").
		Set("withheld = EXCLUDED.withheld").Where("st.state = ?", was).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return db.Error(op, err)
	}
	kind, tell := worth(was, next)
	if !tell || held || !bad && f.state.Withheld || s.Told == nil { // of what nobody was told there is no end to tell
		return nil
	}
	return s.Told(ctx, tx, Alert{Kind: kind, Source: f.source, At: now, Since: f.last})
}

// release tells of a silence that was held back, unless another process has.
func (s *Service) release(ctx context.Context, tx *db.Tx, f *facts, now time.Time) error {
	const op = "source.release"
	res, err := tx.NewUpdate().Model((*stateRow)(nil)).Set("withheld = FALSE").Where("st.source_id = ?", string(f.source.ID)).
		Where("st.state = ?", f.state.State).Where("st.withheld").Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 || s.Told == nil {
		return db.Error(op, err)
	}
	kind, _ := worth(Living, f.state.State)
	return s.Told(ctx, tx, Alert{Kind: kind, Source: f.source, At: now, Since: f.last})
}

// worth says what people are told of a change: of each silence once, of its
// end, and of flapping instead of both.
func worth(was, next Life) (AlertKind, bool) {
	bad := was == Silent || was == Flapping
	switch {
	case next == Silent:
		return AlertSilent, true
	case next == Flapping:
		return AlertFlapping, true
	case bad && (next == Living || next == Late):
		return AlertBack, true
	}
	return "", false
}
