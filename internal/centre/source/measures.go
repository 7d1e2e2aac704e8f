// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// This file is what the sources say of units: whether they are heard, how long
// they were, and how much of what should have been heard of a unit was. What was
// waited for once stays expected for expectedFor, so that closing a source, or no
// longer waiting for it, makes no figure better.

const (
	expectedFor = 30 * 24 * time.Hour
	leastReach  = 24 * time.Hour // in which a source that nobody waits for must have spoken
)

// Measures are the measures of the room. units are all that should be listened to:
// one without any source is unseen.
func (s *Service) Measures(units measure.Units) []measure.Measure {
	rows := func(unit string, _ measure.Window) string { return "/sources?unit=" + unit }
	own := func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
		known, err := ears(ctx, q, w.To)
		if err != nil {
			return nil, err
		}
		out := map[string]measure.Figure{}
		for _, e := range known {
			f := measure.Figure{Den: 1, Seen: 1, Expected: 1}
			if e.heard {
				f.Num = 1
			}
			out[e.owner] = out[e.owner].Add(f)
		}
		return expectAll(ctx, q, units, w.To, out, 1)
	}
	return []measure.Measure{
		{Key: "source.heard", Unit: measure.Share, Direction: measure.More, Target: "all_of_it", Area: auth.Settings, Rows: rows, Eval: own},
		{Key: "source.uptime", Unit: measure.Share, Direction: measure.More, Target: "all_of_it", Days: 30, Area: auth.Settings, Rows: rows, Eval: s.uptimeOf(units)},
		{Key: "source.coverage", Unit: measure.Share, Direction: measure.More, Target: "all_of_it", Declares: true, Area: auth.Settings, Rows: rows,
			Eval: func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
				out, err := seers(ctx, q, w.To)
				if err != nil {
					return nil, err
				}
				for unit, f := range out { // which sources are missing is known
					out[unit] = measure.Figure{Num: f.Seen, Den: f.Expected, Seen: f.Expected, Expected: f.Expected}
				}
				return expectAll(ctx, q, units, w.To, out, 1)
			}},
	}
}

// LogCoverage is how many of the sources that should see a unit, its own and those
// above that see the units below too, are heard at the end of the window. A unit
// that no source sees expects one.
func LogCoverage(units measure.Units) measure.Coverage {
	return func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
		out, err := seers(ctx, q, w.To)
		if err != nil {
			return nil, err
		}
		return expectAll(ctx, q, units, w.To, out, 1)
	}
}

// seers count the sources that see each unit, those heard as Seen.
func seers(ctx context.Context, q bun.IDB, at time.Time) (map[string]measure.Figure, error) {
	known, err := ears(ctx, q, at)
	if err != nil {
		return nil, err
	}
	var wide []string
	for _, e := range known {
		if e.below && !slices.Contains(wide, e.owner) {
			wide = append(wide, e.owner)
		}
	}
	under := map[string][]string{}
	if len(wide) > 0 {
		var pairs []struct {
			Ancestor   string `bun:"ancestor"`
			Descendant string `bun:"descendant"`
		}
		err := q.NewSelect().Table("unit_closure").Column("ancestor", "descendant").Where("ancestor IN (?)", bun.List(wide)).Scan(ctx, &pairs)
		if err != nil {
			return nil, db.Error("source.seers", err)
		}
		for _, p := range pairs {
			under[p.Ancestor] = append(under[p.Ancestor], p.Descendant)
		}
	}
	out := map[string]measure.Figure{}
	for _, e := range known {
		f := measure.Figure{Expected: 1}
		if e.heard {
			f.Seen = 1
		}
		sees := []string{e.owner}
		if e.below {
			sees = under[e.owner]
		}
		for _, unit := range sees {
			out[unit] = out[unit].Add(f)
		}
	}
	return out, nil
}

// expectAll leaves of a figure what is of units that stand, and lets each of them
// without one expect n that nobody sees.
func expectAll(ctx context.Context, q bun.IDB, units measure.Units, at time.Time, known map[string]measure.Figure, n int64) (map[string]measure.Figure, error) {
	all, err := units(ctx, q, at)
	out := make(map[string]measure.Figure, len(all))
	for _, unit := range all {
		if out[unit] = known[unit]; out[unit].Expected == 0 {
			out[unit] = measure.Figure{Expected: n}
		}
	}
	return out, err
}

// ear is a source that should be heard at a moment.
type ear struct {
	owner string
	below bool
	heard bool
}

// ears are the sources that should be heard at a moment: all that are open, and
// those closed less than expectedFor ago, which nobody hears.
func ears(ctx context.Context, q bun.IDB, at time.Time) ([]ear, error) {
	const op = "source.ears"
	var rows []struct {
		ID     string  `bun:"id"`
		Owner  string  `bun:"owner_unit"`
		Closed bool    `bun:"closed"`
		Last   db.Time `bun:"last"`
		Silent bool    `bun:"silent"`
	}
	err := q.NewSelect().TableExpr("source AS w").Column("w.id", "w.owner_unit", "w.closed").
		ColumnExpr("(SELECT h.hour FROM source_hour AS h WHERE h.source_id = w.id AND h.hour <= ? AND h.lines > h.rejected ORDER BY h.hour DESC LIMIT 1) AS last", db.At(at)).
		ColumnExpr("EXISTS (SELECT 1 FROM source_silence AS q WHERE q.source_id = w.id AND q.noted_at <= ? AND (q.ended_at IS NULL OR q.ended_at > ?)) AS silent", db.At(at), db.At(at)).
		Where("w.created_at <= ?", db.At(at)).Scan(ctx, &rows)
	if err != nil {
		return nil, db.Error(op, err)
	}
	var spans []spanRow
	err = q.NewSelect().Model(&spans).Where("s.from_at <= ?", db.At(at)).Where("s.to_at IS NULL OR s.to_at > ?", db.At(at.Add(-expectedFor))).
		OrderExpr("s.source_id, s.from_at").Scan(ctx)
	if err != nil {
		return nil, db.Error(op, err)
	}
	watched := map[string]spanRow{} // the latest
	for _, sp := range spans {
		watched[sp.Source] = sp
	}
	var out []ear
	for _, r := range rows {
		sp, waited := watched[r.ID]
		recent := !r.Last.IsZero() && r.Last.After(at.Add(-expectedFor))
		if r.Closed && !waited && !recent {
			continue
		}
		e := ear{owner: r.Owner}
		reach := leastReach
		if waited {
			e.owner, e.below = sp.Owner, sp.Below
			reach = max(reach, time.Duration(sp.Minutes)*time.Minute)
			if sp.Office {
				reach += officeReach
			}
		}
		e.heard = !r.Closed && !r.Silent && !r.Last.IsZero() && !r.Last.Add(time.Hour+reach).Before(at)
		out = append(out, e)
	}
	return out, nil
}

// uptimeOf counts the hours in which the sources of a unit spoke of those in which
// they should have. Hours in which this centre did not listen were not seen.
func (s *Service) uptimeOf(units measure.Units) func(context.Context, bun.IDB, measure.Window) (map[string]measure.Figure, error) {
	return func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
		var spans []spanRow
		err := q.NewSelect().Model(&spans).Where("s.from_at < ?", db.At(w.To)).Where("s.to_at IS NULL OR s.to_at > ?", db.At(w.From)).
			OrderExpr("s.source_id, s.from_at").Scan(ctx)
		if err != nil {
			return nil, db.Error("source.uptimeOf", err)
		}
		latest, ids := map[string]spanRow{}, []string{}
		for _, sp := range spans {
			if _, ok := latest[sp.Source]; !ok {
				ids = append(ids, sp.Source)
			}
			latest[sp.Source] = sp
		}
		hours, err := s.hoursIn(ctx, q, ids, w.From, w.To)
		if err != nil {
			return nil, err
		}
		out := map[string]measure.Figure{}
		for _, id := range ids {
			t, last := hours[id].sum(), latest[id]
			f := measure.Figure{Num: t.seen, Den: t.expected, Seen: t.expected, Expected: t.expected + t.deaf}
			if !last.To.IsZero() && last.To.Before(w.To) { // nobody waits any more: what it should have said is missing
				lost := int64(w.To.Sub(last.To.Time) / time.Hour)
				f.Den, f.Seen, f.Expected = f.Den+lost, f.Seen+lost, f.Expected+lost
			}
			out[last.Owner] = out[last.Owner].Add(f)
		}
		return expectAll(ctx, q, units, w.To, out, int64(w.To.Sub(w.From)/time.Hour))
	}
}

// HeardDays is, for each unit, how many days of the window anything of its sources
// was heard (Seen) of all its days (Expected).
func HeardDays(units measure.Units) measure.Coverage {
	return func(ctx context.Context, q bun.IDB, w measure.Window) (map[string]measure.Figure, error) {
		var rows []struct {
			Owner string `bun:"owner_unit"`
			N     int64  `bun:"n"`
		}
		err := q.NewSelect().TableExpr("source_hour AS h").ColumnExpr("h.owner_unit, COUNT(DISTINCT (h.hour + 25200000) / 86400000) AS n").
			Where("h.hour >= ?", db.At(w.From)).Where("h.hour < ?", db.At(w.To)).Where("h.lines > h.rejected").GroupExpr("h.owner_unit").Scan(ctx, &rows)
		if err != nil {
			return nil, db.Error("source.HeardDays", err)
		}
		days := int64(0)
		for d := calendar.DateOf(w.From); d.Start().Before(w.To); d = d.AddDays(1) {
			days++
		}
		out := map[string]measure.Figure{}
		for _, r := range rows {
			out[r.Owner] = measure.Figure{Seen: min(r.N, days), Expected: days}
		}
		return expectAll(ctx, q, units, w.To, out, days)
	}
}
