// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// This file tells what periodic papers ask of the period itself, and of machines
// that were cleaned in it.

func (a *App) periodFigures() map[string]report.Figure {
	return map[string]report.Figure{
		"period.campaign": func(_ context.Context, _ string, from, to calendar.Date) (any, error) {
			for _, w := range a.Rooms.Packs.Calendar().Windows(to.Year) {
				if w.First == from && w.Last == to {
					return w.Name.VI, nil
				}
			}
			return nil, nil
		},
		"period.hours": func(_ context.Context, _ string, from, to calendar.Date) (any, error) {
			return int64(to.End().Sub(from.Start()) / time.Hour), nil
		},
		"figure.machines_cleaned": a.figureOf(auth.Findings, func(ctx context.Context, units []string, from, to calendar.Date) (any, error) {
			list, err := a.cleanedIn(ctx, units, from, to)
			return some(int64(len(machines(list)))), err
		}),
	}
}

// cleanedIn lists the infections of single machines of units that were cleaned in
// from..to, whenever they were seen.
func (a *App) cleanedIn(ctx context.Context, units []string, from, to calendar.Date) ([]infection.Seen, error) {
	return a.infections(ctx, units, time.Time{}, func(s infection.Seen) bool {
		return !s.CleanedAt.Before(from.Start()) && s.CleanedAt.Before(to.End())
	})
}

// cellTime is a moment as cells of papers hold it.
const cellTime = "2006-01-02T15:04"

// silences are the rows of a table of links for one source: its missing hours,
// and under it the silences that touch from..to, the earliest first, for whoever
// may read them. One that lasts has no end.
func (a *App) silences(ctx context.Context, m source.Missed, hours string, from, to calendar.Date) ([][]string, error) {
	rows := [][]string{{m.Name, hours, "", ""}}
	if !auth.May(ctx, auth.Permission{Area: auth.Settings, Act: auth.Read}) {
		return rows, nil
	}
	gaps, err := a.Rooms.Sources.Gaps(ctx, m.ID)
	if err != nil {
		return nil, err
	}
	for _, g := range slices.Backward(gaps) {
		if !g.From.Before(to.End()) || !g.To.IsZero() && !g.To.After(from.Start()) {
			continue
		}
		row := []string{m.Name, "", g.From.In(i18n.Hanoi).Format(cellTime), ""}
		if !g.To.IsZero() {
			row[3] = g.To.In(i18n.Hanoi).Format(cellTime)
		}
		rows = append(rows, row)
	}
	return rows, nil
}
