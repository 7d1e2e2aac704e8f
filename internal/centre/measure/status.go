// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Status is how the counting of a measure stands.
type Status struct {
	Counted  time.Time // zero: never
	Took     time.Duration
	Failed   time.Time // of the last turn; zero when it went well
	Problem  string    // why; only for who may have days counted anew
	Measured int       // units of the actor's scope, by grade; those outside are not counted
	Declared int
	Partial  int
	Unseen   int
}

// Statuses are the states of measures (none stands for all) by key, over the
// units of the actor's scope.
func (s *Service) Statuses(ctx context.Context, keys []string) (map[string]Status, error) {
	list, err := s.Readings(ctx, keys, nil)
	if err != nil {
		return nil, err
	}
	return s.statuses(ctx, list, s.known(keys))
}

func (s *Service) statuses(ctx context.Context, list []Reading, keys []string) (map[string]Status, error) {
	states, err := statesOf(ctx, s.Records, keys)
	if err != nil {
		return nil, err
	}
	why := s.MayRecount(ctx)
	out := make(map[string]Status, len(keys))
	for _, key := range keys {
		st := states[key]
		one := Status{Counted: st.Counted.Time, Took: time.Duration(st.Millis) * time.Millisecond, Failed: st.Failed.Time}
		if why {
			one.Problem = st.Problem
		}
		out[key] = one
	}
	for _, r := range list {
		st := out[r.Key]
		switch r.Grade {
		case Measured:
			st.Measured++
		case Declared:
			st.Declared++
		case Partial:
			st.Partial++
		case Unseen:
			st.Unseen++
		}
		out[r.Key] = st
	}
	return out, nil
}

// Provenance is where a figure of a day comes from.
type Provenance struct {
	Run    Run
	Window Window
	Past   []Past // what the figure was before it was counted anew, the newest first
}

// Past is a figure that was replaced.
type Past struct {
	Figure
	Run string
	At  time.Time // when it was replaced
	By  string
}

// Origin says where the figure of a unit on a day comes from. Days that were not
// counted are fault.NotFound, as are units out of scope.
func (s *Service) Origin(ctx context.Context, key, unit string, day calendar.Date) (Provenance, error) {
	const op = "measure.Origin"
	if _, _, err := s.seen(ctx, op, key, unit); err != nil {
		return Provenance{}, err
	}
	q := s.Records.Read()
	var d dayRow
	if err := q.NewSelect().Model(&d).Where("d.measure = ?", key).Where("d.day = ?", day.String()).Scan(ctx); err != nil {
		return Provenance{}, db.Error(op, err)
	}
	var n runRow
	if err := q.NewSelect().Model(&n).Where("n.id = ?", d.Run).Scan(ctx); err != nil {
		return Provenance{}, db.Error(op, err)
	}
	var past []pastRow
	err := q.NewSelect().Model(&past).Where("p.measure = ?", key).Where("p.day = ?", day.String()).Where("p.unit_id = ?", unit).OrderExpr("p.id DESC").Limit(100).Scan(ctx)
	out := Provenance{Window: Window{d.From.Time, d.To.Time}, Run: Run{ID: n.ID, Started: n.Started.Time, Took: time.Duration(n.Millis) * time.Millisecond,
		Pack: n.Pack, Hash: n.Hash, By: n.By, Measures: int(n.Measures)}}
	for _, p := range past {
		out.Past = append(out.Past, Past{Figure: Figure{p.Num, p.Den, p.Seen, p.Expected}, Run: p.Run, At: p.At.Time, By: p.By})
	}
	return out, db.Error(op, err)
}

// Below reports whether units in the actor's scope lie below unit.
func (s *Service) Below(ctx context.Context, unit string) (bool, error) {
	const op = "measure.Below"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return false, err
	}
	var one []string
	err = scope.Filter(s.Records.Read().NewSelect().TableExpr("unit_closure AS k").Column("k.descendant").Where("k.ancestor = ?", unit).
		Where("k.descendant <> ?", unit), "k.descendant").Limit(1).Scan(ctx, &one)
	return len(one) > 0, db.Error(op, err)
}
