// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/metrics"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// measure makes the figures of /metrics: totals over the whole centre, nothing
// of a person or a unit. Rooms that have more to show get a line here.
func (a *App) measure() {
	a.figures = metrics.New(a.opt.Log, a.opt.Now, a.opt.Version)
	m := a.figures
	m.Gauges("jobs", "Jobs by kind and state.", []string{"kind", "state"}, a.groups("SELECT kind, state, COUNT(*) FROM job GROUP BY kind, state"))
	m.Gauge("jobs_oldest_due_seconds", "How long the oldest job that is due has waited.", a.oldestJob)
	m.Gauges("findings", "Findings by state.", []string{"state"}, a.groups("SELECT state, COUNT(*) FROM finding GROUP BY state"))
	m.Gauges("infections", "Infections by state.", []string{"state"}, a.groups("SELECT state, COUNT(*) FROM infection GROUP BY state"))
	m.Gauges("incidents", "Incidents by state.", []string{"state"}, a.groups("SELECT state, COUNT(*) FROM incident GROUP BY state"))
	m.Gauges("obligations", "Obligations by state.", []string{"state"}, a.groups("SELECT state, COUNT(*) FROM obligation GROUP BY state"))
	m.Gauges("documents", "Papers in the register by direction and state.", []string{"dir", "state"}, a.groups("SELECT dir, state, COUNT(*) FROM document GROUP BY dir, state"))
	m.Gauges("documents_refused", "Files of papers that were refused since the beginning, by rule.", []string{"rule"}, a.groups("SELECT rule, SUM(n) FROM document_refused GROUP BY rule"))
	m.Gauges("received_files", "Log files received in the last 24 hours, by state.", []string{"state"},
		a.ofDay("SELECT state, COUNT(*) FROM source_file WHERE received_at >= ? GROUP BY state"))
	m.Gauges("received_bytes", "Bytes of the log files received in the last 24 hours.", nil,
		a.ofDay("SELECT COALESCE(SUM(size), 0) FROM source_file WHERE received_at >= ?"))
	m.Gauges("read_lines", "Lines read out of the files received in the last 24 hours.", nil,
		a.ofDay("SELECT COALESCE(SUM(lines), 0) FROM source_file WHERE received_at >= ?"))
	m.Gauges("rejected_lines", "Lines rejected in the files received in the last 24 hours, by reason.", []string{"reason"}, a.rejected)
	m.Gauge("backup_age_seconds", "Age of the newest good backup; -1 when there is none.", func(ctx context.Context) (float64, error) {
		s, err := a.Rooms.Backups.Status(ctx)
		if err != nil || s.Newest == nil {
			return -1, err
		}
		return s.Age.Seconds(), nil
	})
	m.Gauge("notices_waiting", "Letters that wait to be taken by the mail server.", func(ctx context.Context) (float64, error) {
		h, err := a.Rooms.Notices.Health(ctx)
		return float64(h.Waiting), err
	})
	m.Gauges("webhooks_failing", "Webhooks that are not answered or were given up.", nil,
		a.groups("SELECT COUNT(*) FROM webhook WHERE state = 'failed' OR state = 'on' AND failing_since IS NOT NULL"))
	m.Gauges("feeds", "Feeds of indicators by health.", []string{"health"}, a.feedsByHealth)
	m.Gauge("feeds_oldest_success_seconds", "How long ago the worst feed that is on had its content confirmed; 0 without feeds.", a.oldestFeed)
	m.Gauge("audit_unsealed_entries", "Entries of the audit trail that wait for their seal.", func(ctx context.Context) (float64, error) {
		n, _, err := a.Rooms.Trail.Sealer.Waiting(ctx)
		return float64(n), err
	})
	m.Gauge("indicators", "Indicators matched against.", func(context.Context) (float64, error) {
		held := a.Rooms.Indicators.Hold()
		defer held.Release()
		return float64(held.Index().Len()), nil
	})
	m.Gauges("duty_last_timestamp_seconds", "When background work last ended.", []string{"duty"}, a.duties(func(b beat) float64 {
		return float64(b.at.UnixMilli()) / 1000
	}))
	m.Gauges("duty_failing", "1 while the last turn of background work failed.", []string{"duty"}, a.duties(func(b beat) float64 {
		if b.err != nil {
			return 1
		}
		return 0
	}))
	a.watchMeasures()
	m.Gauges("db_connections", "Connections to the records by side and state.", []string{"side", "state"}, a.pools)
	m.Gauge("db_waits_seconds", "Time all writers together waited for the writing connection.", func(context.Context) (float64, error) {
		return a.Records.Stats()["write"].WaitDuration.Seconds(), nil
	})
	if file := a.Records.File(); file != "" {
		m.Gauge("sqlite_bytes", "Size of the SQLite file.", sizeOf(file))
		m.Gauge("sqlite_wal_bytes", "Size of the write-ahead log of SQLite.", sizeOf(file+"-wal"))
	}
}

// observe counts a request.
func (a *App) observe(s web.Seen) { a.figures.Request(s.Method, s.Route, s.Status, s.Took) }

// ask runs a query of text columns followed by one number.
func (a *App) ask(ctx context.Context, query string, args ...any) (figures []metrics.Figure, err error) {
	rows, err := a.Records.Read().QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	columns, err := rows.Columns()
	if err != nil {
		return nil, err
	}
	for rows.Next() {
		f := metrics.Figure{Of: make([]string, len(columns)-1)}
		into := make([]any, 0, len(columns))
		for i := range f.Of {
			into = append(into, &f.Of[i])
		}
		if err := rows.Scan(append(into, &f.Value)...); err != nil {
			return nil, err
		}
		figures = append(figures, f)
	}
	return figures, rows.Err()
}

func (a *App) groups(query string) func(context.Context) ([]metrics.Figure, error) {
	return func(ctx context.Context) ([]metrics.Figure, error) { return a.ask(ctx, query) }
}

// ofDay asks query about the 24 hours before now.
func (a *App) ofDay(query string) func(context.Context) ([]metrics.Figure, error) {
	return func(ctx context.Context) ([]metrics.Figure, error) {
		return a.ask(ctx, query, db.At(a.opt.Now().Add(-24*time.Hour)))
	}
}

func (a *App) oldestJob(ctx context.Context) (float64, error) {
	now := a.opt.Now()
	var due db.Time
	err := a.Records.Read().NewRaw("SELECT MIN(run_after) FROM job WHERE state = 'queued' AND run_after <= ?", db.At(now)).Scan(ctx, &due)
	if err != nil || due.IsZero() {
		return 0, err
	}
	return now.Sub(due.Time).Seconds(), nil
}

// rejected adds up what the files of the last day had rejected.
func (a *App) rejected(ctx context.Context) ([]metrics.Figure, error) {
	var accounts []string
	err := a.Records.Read().NewRaw("SELECT rejected FROM source_file WHERE received_at >= ? AND rejected <> '{}'",
		db.At(a.opt.Now().Add(-24*time.Hour))).Scan(ctx, &accounts)
	if err != nil {
		return nil, err
	}
	sum := map[string]int64{}
	for _, text := range accounts {
		var one map[string]int64
		if err := json.Unmarshal([]byte(text), &one); err != nil {
			return nil, fmt.Errorf("account of rejected lines: %w", err)
		}
		for reason, n := range one {
			sum[reason] += n
		}
	}
	var figures []metrics.Figure
	for reason, n := range sum {
		figures = append(figures, metrics.Figure{Of: []string{reason}, Value: float64(n)})
	}
	return figures, nil
}

func (a *App) duties(value func(beat) float64) func(context.Context) ([]metrics.Figure, error) {
	return func(context.Context) ([]metrics.Figure, error) {
		var figures []metrics.Figure
		for _, b := range a.behind.beats.list() {
			figures = append(figures, metrics.Figure{Of: []string{b.name}, Value: value(b)})
		}
		return figures, nil
	}
}

func (a *App) pools(context.Context) ([]metrics.Figure, error) {
	var figures []metrics.Figure
	for side, s := range a.Records.Stats() {
		figures = append(figures, metrics.Figure{Of: []string{side, "used"}, Value: float64(s.InUse)},
			metrics.Figure{Of: []string{side, "idle"}, Value: float64(s.Idle)})
	}
	return figures, nil
}

// sizeOf is the size of a file in bytes; an absent one has none.
func sizeOf(path string) func(context.Context) (float64, error) {
	return func(context.Context) (float64, error) {
		info, err := os.Stat(path)
		if errors.Is(err, fs.ErrNotExist) {
			return 0, nil
		}
		if err != nil {
			return 0, err
		}
		return float64(info.Size()), nil
	}
}
