// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file tells every figure that rests on logs what was seen of them: no
// data is not no problem.

// coverageLeast is the least coverage of a figure in percent: the pack's.
func (a *App) coverageLeast() int64 {
	t, ok := a.pack().Threshold("measure_coverage")
	if !ok {
		return 80
	}
	return int64(t.Value)
}

// clockSkew is how much the clock of a sender may differ before people are
// warned: the pack's.
func (a *App) clockSkew() time.Duration {
	t, ok := a.pack().Threshold("clock_skew")
	if !ok {
		return 5 * time.Minute
	}
	return time.Duration(t.Value) * time.Minute
}

// officeHours are those of a day, by the pack of that day.
func (a *App) officeHours(day calendar.Date) (from, to time.Duration, ok bool) {
	pack := a.Rooms.Packs.At(day)
	if pack == nil {
		return 0, 0, false
	}
	opens, okFrom := pack.Threshold("office_opens")
	closes, okTo := pack.Threshold("office_closes")
	from, to = time.Duration(opens.Value)*time.Minute, time.Duration(closes.Value)*time.Minute
	return from, to, okFrom && okTo && opens.Unit == "minutes" && closes.Unit == "minutes" && from < to && to <= 24*time.Hour
}

// unseen says, beside or instead of the figure n, how little was seen, in the
// reader's words; "" when enough was. What was found without a unit's own
// sources was found by others': there may be more.
func (a *App) unseen(ctx context.Context, n int64, c source.Cover) string {
	switch v := c.Verdict(a.coverageLeast()); v {
	case source.NoSource, source.NoData:
		if n > 0 {
			return i18n.T(ctx, "app.coverage.more."+string(v))
		}
		return i18n.T(ctx, "app.coverage."+string(v))
	case source.Partly:
		return i18n.T(ctx, "app.coverage.partly", i18n.Number(ctx, c.Seen), i18n.Number(ctx, c.Expected))
	}
	return ""
}

// measured is a figure with what was seen of the logs that it rests on. What
// was found stays found; a zero stands only where enough was seen.
func (a *App) measured(ctx context.Context, n int64, c source.Cover) ui.MeasureProps {
	m := ui.MeasureProps{Value: i18n.Number(ctx, n), Grade: ui.Measured, Seen: c.Seen, Expected: c.Expected}
	for _, s := range c.Missing {
		m.Missing = append(m.Missing, i18n.T(ctx, "app.coverage.missing", s.Name, i18n.Number(ctx, s.Hours)))
	}
	v := c.Verdict(a.coverageLeast())
	switch {
	case v == source.Unwatched:
		m.Note = i18n.T(ctx, "app.coverage.unwatched")
	case v != source.Enough && n > 0:
		m.Note = a.unseen(ctx, n, c)
	case v == source.Partly:
		m.Grade, m.Note = ui.Insufficient, i18n.T(ctx, "app.coverage.hours")
	case v == source.NoSource:
		m.Grade, m.Note = ui.NotSeen, i18n.T(ctx, "app.coverage.none_yet")
	case v == source.NoData:
		m.Grade = ui.NotSeen
	}
	return m
}

// seenOfDay judges figures of all the actor's units by the last 24 hours.
func (a *App) seenOfDay(ctx context.Context) (func(n int64) ui.MeasureProps, error) {
	now := a.opt.Now()
	c, err := a.Rooms.Sources.CoveredScope(ctx, now.Add(-24*time.Hour), now)
	return func(n int64) ui.MeasureProps { return a.measured(ctx, n, c) }, err
}

// loggedOf are the infections first seen in a unit in the last day, week and
// month; nothing for who may not read them.
func (a *App) loggedOf(ctx context.Context, id unit.ID) ([]ui.Tile, error) {
	now := a.opt.Now()
	var out []ui.Tile
	for _, span := range []struct {
		key  string
		days int
	}{{"app.coverage.day", 1}, {"app.coverage.week", 7}, {"app.coverage.month", 30}} {
		from := now.AddDate(0, 0, -span.days)
		n, err := a.Rooms.Infections.PerUnit(ctx, []string{string(id)}, from, now)
		if fault.Is(err, fault.Forbidden) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		c, err := a.Rooms.Sources.Covered(ctx, string(id), from, now)
		if fault.Is(err, fault.NotFound) { // a unit the actor sees, but not its logs
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		out = append(out, ui.Tile{Label: i18n.T(ctx, span.key), Measure: a.measured(ctx, n[string(id)], c)})
	}
	return out, nil
}

// coversIn are the coverages of units in a span of time, as far as it is over.
// Units whose logs the actor may not look at are absent.
func (a *App) coversIn(ctx context.Context, ids []unit.ID, from, to time.Time) (map[unit.ID]source.Cover, error) {
	out := map[unit.ID]source.Cover{}
	if now := a.opt.Now(); to.After(now) {
		to = now
	}
	for _, id := range ids {
		c, err := a.Rooms.Sources.Covered(ctx, string(id), from, to)
		if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		out[id] = c
	}
	return out, nil
}
