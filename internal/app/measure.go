// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/metrics"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file gives the room of measures what the other rooms know. A room registers
// its measures with a line here.

// measures builds the room, with the measures of all rooms, and counts them.
func (a *App) measures() *measure.Service {
	s := measure.New(measure.Deps{Records: a.Records, Now: a.opt.Now, Log: a.opt.Log, Root: a.root, Law: func() *rulepack.Pack { return a.pack() }})
	logs, heard := source.LogCoverage(standingUnits), source.HeardDays(standingUnits)
	s.Register(a.baseMeasures()...)
	s.Register(a.paperMeasures()...)
	s.Register(a.Rooms.Sources.Measures(standingUnits)...)
	s.Register(finding.Measures(finding.MeasureDeps{Logs: logs, Triage: a.span("finding_triage")})...)
	s.Register(infection.Measures(infection.MeasureDeps{Logs: logs, Heard: heard, Clean: a.span("infection_clean")})...)
	s.Register(incident.Measures(logs)...)
	s.Register(esign.Measures(standingUnits)...)
	s.Register(hunt.Measures(standingUnits)...)
	a.behind.every(tendMeasures, "count measures", func(ctx context.Context) error { return s.Tend(ctx, a.opt.Now()) })
	return s
}

// tendMeasures is how often the room looks what is due to be counted.
const tendMeasures = 30 * time.Second

// standingUnits are the units that stand at a moment.
func standingUnits(ctx context.Context, q bun.IDB, at time.Time) ([]string, error) {
	var ids []string
	err := q.NewSelect().Table("unit").Column("id").Where("valid_from <= ?", db.At(at)).Where("valid_until > ?", db.At(at)).Scan(ctx, &ids)
	return ids, db.Error("app.standingUnits", err)
}

// span is a threshold of the pack of today as a time; zero while there is none, so
// that nothing is in time by a law that does not say when.
func (a *App) span(id string) func() time.Duration {
	return func() time.Duration {
		pack := a.pack()
		if pack == nil {
			return 0
		}
		t, ok := pack.Threshold(id)
		if !ok {
			return 0
		}
		return time.Duration(t.Value) * map[string]time.Duration{"minutes": time.Minute, "hours": time.Hour, "days": 24 * time.Hour,
			"months": 30 * 24 * time.Hour, "years": 365 * 24 * time.Hour}[t.Unit]
	}
}

// measureFigures are the sums of measures over the whole centre, for /metrics.
func (a *App) measureFigures(part func(measure.Total) (float64, bool)) func(context.Context) ([]metrics.Figure, error) {
	return func(ctx context.Context) ([]metrics.Figure, error) {
		list, err := a.Rooms.Measures.Totals(ctx)
		var out []metrics.Figure
		for _, t := range list {
			if v, ok := part(t); ok {
				out = append(out, metrics.Figure{Of: []string{t.Key}, Value: v})
			}
		}
		return out, err
	}
}

// watchMeasures adds the measures to /metrics. What was not enough seen has no
// value there.
func (a *App) watchMeasures() {
	m := a.figures
	m.Gauges("measure_value", "Value of a measure over all units: percent, things or hours; absent below its coverage.", []string{"measure"},
		a.measureFigures(func(t measure.Total) (float64, bool) { return t.Value, t.Known }))
	m.Gauges("measure_seen", "What was seen of what a measure expects, over all units.", []string{"measure"},
		a.measureFigures(func(t measure.Total) (float64, bool) { return float64(t.Seen), true }))
	m.Gauges("measure_expected", "What a measure expects to be seen, over all units.", []string{"measure"},
		a.measureFigures(func(t measure.Total) (float64, bool) { return float64(t.Expected), true }))
	m.Gauge("measures_failing", "Measures whose last counting failed.", func(ctx context.Context) (float64, error) {
		n, err := a.Records.Read().NewSelect().Table("measure_state").Where("problem <> ''").Count(ctx)
		return float64(n), err
	})
}
