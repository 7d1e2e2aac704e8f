// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// facts gathers what is known of every source at now.
func (s *Service) facts(ctx context.Context, now time.Time) ([]facts, error) {
	const op = "source.facts"
	q := s.Records.Read()
	var sources []row
	if err := q.NewSelect().Model(&sources).OrderExpr("row.id").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	var rhythms []rhythmRow
	var pulses []pulseRow
	var spans []spanRow
	var states []stateRow
	var silences []silenceRow
	var ways []wayRow
	since := db.At(now.Add(-flapWithin))
	for _, err := range []error{
		q.NewSelect().Model(&rhythms).Scan(ctx),
		q.NewSelect().Model(&pulses).Column("source_id", "last_at", "last_event").Scan(ctx),
		q.NewSelect().Model(&spans).Where("s.to_at IS NULL").Scan(ctx),
		q.NewSelect().Model(&states).Scan(ctx),
		q.NewSelect().Model(&silences).Where("q.ended_at IS NULL OR q.ended_at > ? OR q.noted_at > ?", since, since).Scan(ctx),
		q.NewSelect().Model(&ways).Column("source_id").Where("NOT w.closed").Scan(ctx),
	} {
		if err != nil {
			return nil, db.Error(op, err)
		}
	}
	through, err := s.through(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]facts, len(sources))
	at := make(map[string]*facts, len(sources))
	for i, r := range sources {
		out[i] = facts{source: r.source(), state: stateRow{State: NotWatched}}
		at[r.ID] = &out[i]
	}
	inUse := map[string]bool{}
	for _, w := range ways {
		inUse[w.Source] = true
	}
	for id, f := range at {
		f.rhythm = usual(f.source.Format, inUse[id] || len(through[ID(id)]) > 0)
	}
	of := func(id string) *facts {
		if f := at[id]; f != nil {
			return f
		}
		return &facts{} // of a source made a moment ago: its turn comes
	}
	for _, r := range rhythms {
		of(r.Source).rhythm = r.rhythm()
	}
	for _, p := range pulses {
		f := of(p.Source)
		f.last, f.event = p.Last.Time, p.Event.Time
	}
	for _, sp := range spans {
		f := of(sp.Source)
		f.open = append(f.open, sp)
	}
	for _, st := range states {
		of(st.Source).state = st
	}
	for _, q := range silences {
		of(q.Source).count(q, since.Time)
	}
	for id, f := range at {
		f.explained = !inUse[id] && explains(through[ID(id)], func(last time.Time) bool { return now.Before(f.rhythm.due(last, s.office())) })
	}
	return out, nil
}

// count adds a silence to the changes of the last hours. One that a collector
// explains says nothing of how steady the source is.
func (f *facts) count(q silenceRow, since time.Time) {
	if q.NotedAt.After(since) {
		f.changed(q.Explained)
	}
	if q.EndedAt.After(since) {
		f.changed(q.Explained)
	}
	if q.EndedAt.IsZero() {
		f.silence = &q
	}
}

// keepBeats is how long the minutes are kept in which a source spoke.
const keepBeats = 26 * time.Hour

// Forget drops the minutes that no page shows any more. The hours stay, those of
// each way among them.
func (s *Service) Forget(ctx context.Context) error {
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := keepWayHours(ctx, tx, s.Now()); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*beatRow)(nil)).Where("minute < ?", db.At(s.Now().Add(-keepBeats))).Exec(ctx)
		if err != nil {
			return db.Error("source.Forget", err)
		}
		_, err = tx.NewDelete().Model((*clockRow)(nil)).Where("hour < ?", db.At(s.Now().Add(-keepClocks))).Exec(ctx)
		return db.Error("source.Forget", err)
	})
}
