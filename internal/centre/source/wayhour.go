// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// This file says in which hours lines came by each way in: from the minutes
// while they are kept, and from then on by itself.

type wayHourRow struct {
	bun.BaseModel `bun:"table:source_way_hour,alias:wh"`

	Source string  `bun:"source_id,pk"`
	Way    string  `bun:"way_id,pk"`
	Hour   db.Time `bun:"hour,pk"`
}

const hourOfBeat = "b.minute - b.minute % 3600000"

// keepWayHours keeps the hours of the minutes since an hour before the latest kept:
// minutes are those of receipt, so that none is added to an hour long past. An hour
// ahead of now is of a clock that has jumped and tells nothing of those before it.
func keepWayHours(ctx context.Context, tx *db.Tx, now time.Time) error {
	var last db.Time
	if err := tx.NewRaw("SELECT MAX(wh.hour) FROM source_way_hour AS wh WHERE wh.hour <= ?", db.At(now)).Scan(ctx, &last); err != nil {
		return db.Error("source.keepWayHours", err)
	}
	if !last.IsZero() {
		last = db.At(last.Add(-time.Hour))
	}
	_, err := tx.NewRaw("INSERT INTO source_way_hour (source_id, way_id, hour) SELECT DISTINCT b.source_id, b.way_id, "+hourOfBeat+
		" FROM source_beat AS b WHERE b.minute >= ? AND b.lines > 0 ON CONFLICT (source_id, way_id, hour) DO NOTHING", last.UnixMilli()).Exec(ctx)
	return db.Error("source.keepWayHours", err)
}

// wayHours are the hours from..to in which lines came, by source and way.
func wayHours(ctx context.Context, q bun.IDB, ids []string, from, to time.Time) (map[string]map[string]map[int64]int64, error) {
	var rows []wayHourRow
	err := q.NewRaw("SELECT wh.source_id, wh.way_id, wh.hour FROM source_way_hour AS wh WHERE wh.source_id IN (?) AND wh.hour >= ? AND wh.hour < ?"+
		" UNION SELECT b.source_id, b.way_id, "+hourOfBeat+" AS hour FROM source_beat AS b WHERE b.source_id IN (?) AND b.minute >= ? AND b.minute < ? AND b.lines > 0",
		bun.List(ids), db.At(from), db.At(to), bun.List(ids), db.At(from), db.At(to)).Scan(ctx, &rows)
	out := map[string]map[string]map[int64]int64{}
	for _, r := range rows {
		if out[r.Source] == nil {
			out[r.Source] = map[string]map[int64]int64{}
		}
		if out[r.Source][r.Way] == nil {
			out[r.Source][r.Way] = map[int64]int64{}
		}
		out[r.Source][r.Way][r.Hour.Unix()/3600] = 1
	}
	return out, db.Error("source.wayHours", err)
}

// wayHoursSince is the first whole hour of which all ways are known; zero while
// none is.
func wayHoursSince(ctx context.Context, q bun.IDB) (time.Time, error) {
	var first db.Time
	err := q.NewRaw("SELECT MIN(at) FROM (SELECT MIN(wh.hour) AS at FROM source_way_hour AS wh UNION ALL SELECT MIN(b.minute) AS at FROM source_beat AS b) AS f").Scan(ctx, &first)
	if err != nil || first.IsZero() {
		return time.Time{}, db.Error("source.wayHoursSince", err)
	}
	return first.UTC().Truncate(time.Hour).Add(time.Hour), nil
}

// wayUptimes are the ways in of sources over from..to. A way is waited for as
// its source is, from its making on, and when it is off until it was last heard.
func (s *Service) wayUptimes(ctx context.Context, ids []string, from, to time.Time) (map[string][]WayUptime, error) {
	q, now := s.Records.Read(), s.Now()
	if to.After(now.Add(time.Hour)) {
		to = now.Add(time.Hour)
	}
	out := map[string][]WayUptime{}
	if !from.Before(to) || len(ids) == 0 {
		return out, nil
	}
	known, err := wayHoursSince(ctx, q)
	if err != nil {
		return nil, err
	}
	deaf, err := deafTimes(ctx, q, from, to)
	if err != nil {
		return nil, err
	}
	for part := range slices.Chunk(ids, 500) {
		spans, reach, err := spansOf(ctx, q, part, from, to)
		if err != nil {
			return nil, err
		}
		heard, err := wayHours(ctx, q, part, from.Add(-reach), to)
		if err != nil {
			return nil, err
		}
		var rows []wayRow
		if err := q.NewSelect().Model(&rows).Where("w.source_id IN (?)", bun.List(part)).OrderExpr("w.source_id, w.id").Scan(ctx); err != nil {
			return nil, db.Error("source.wayUptimes", err)
		}
		ways := map[string][]Way{}
		for _, r := range rows {
			ways[r.Source] = append(ways[r.Source], r.way())
		}
		for id, list := range ways {
			if len(heard[id][""]) > 0 {
				list = append(list, Way{Source: ID(id)})
			}
			for _, w := range list {
				at := heard[id][string(w.ID)]
				waited := w.waited(spans[id], at, known)
				t := mark(waited, at, deaf, from, to, now, s.office()).sum()
				out[id] = append(out[id], WayUptime{w, Uptime{Seen: t.seen, Expected: t.expected, Unasked: t.unasked, Deaf: t.deaf,
					Watched: slices.ContainsFunc(waited, func(sp spanRow) bool { return sp.To.IsZero() })}})
			}
		}
	}
	return out, nil
}

// waited are the times in which lines were waited for by w, of those of its
// source.
func (w Way) waited(spans []spanRow, heard map[int64]int64, known time.Time) (out []spanRow) {
	if known.IsZero() {
		return nil
	}
	since, until := known, time.Time{}
	if w.CreatedAt.After(since) {
		since = w.CreatedAt
	}
	if w.Off {
		for at := range heard {
			if end := time.Unix((at+1)*3600, 0); end.After(until) {
				until = end
			}
		}
	}
	for _, sp := range spans {
		if sp.Since.Before(since) {
			sp.Since = db.At(since)
		}
		if w.Off && (sp.To.IsZero() || sp.To.After(until)) {
			sp.To = db.At(until)
			if until.IsZero() { // never heard: never waited for
				continue
			}
		}
		out = append(out, sp)
	}
	return out
}
