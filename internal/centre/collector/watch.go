// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

// Trouble is a matter with a collector that people are told of.
type Trouble string

// The troubles. Back is none: it tells that a silence ended.
const (
	TroubleSilent Trouble = "silent"      // not heard of within its rhythm
	TroubleCopied Trouble = "copied"      // its folder is a copy of an older state
	TroubleFull   Trouble = "full"        // its spool has no room
	TroubleNear   Trouble = "near"        // its spool soon has none
	TroubleLost   Trouble = "lost"        // it no longer has blocks that never came
	TroubleClock  Trouble = "clock"       // its clock differs
	TroubleCert   Trouble = "certificate" // its certificate ends and is not renewed
	Back          Trouble = "back"
)

const (
	// nearly is the share of the limit, in percent, at which a spool counts as
	// nearly full.
	nearly = 80
	// ending is how long before its end a certificate that was not renewed is
	// told of. It renews itself half a year before, whenever there is a link.
	ending = 30 * 24 * time.Hour
	// behind is how much later blocks may come than they were received.
	behind = 15 * time.Minute
	// reports is how long a collector with a link is never silent: it reports
	// every 30 s.
	reports = 90 * time.Second
)

// Alert is one matter that people are told of.
type Alert struct {
	Kind      Trouble
	Collector Collector
	At        time.Time // when it was noted
	Sources   int64     // that come through it
}

// Heard is when the collector was last heard of, by the network or on a stick;
// zero when never.
func (c *Collector) Heard() time.Time {
	if c.TakenAt.After(c.SeenAt) {
		return c.TakenAt
	}
	return c.SeenAt
}

// nearlyFull reports that what the centre has not got takes most of the spool.
func (c *Collector) nearlyFull() bool {
	return c.Said.Limit > 0 && c.Said.Backlog >= c.Said.Limit/100*nearly
}

// waits reports that blocks lie there which may be sent now.
func (c *Collector) waits() bool { return c.Backlog() > 0 && !c.Said.Paused }

// slow reports that what comes was received long before.
func (c *Collector) slow(now time.Time) bool {
	return c.waits() && !c.Reached.IsZero() && now.Sub(c.Reached) > behind
}

// troubles are all that c has at now, each with an amount whose growth is told
// anew. Whom nobody expects to hear of has none.
func (c *Collector) troubles(now time.Time) map[Trouble]int64 {
	out := map[Trouble]int64{}
	if !c.RevokedAt.IsZero() || c.EnrolledAt.IsZero() {
		return out
	}
	add := func(t Trouble, is bool, amount int64) {
		if is {
			out[t] = amount
		}
	}
	full := !c.Said.FullSince.IsZero()
	add(TroubleSilent, c.silent(now), 0)
	add(TroubleCopied, c.Said.Diverged, 0)
	add(TroubleFull, full, 0)
	add(TroubleNear, !full && c.nearlyFull(), 0)
	gone := int64(c.Gone().Count())
	add(TroubleLost, gone > 0, gone)
	add(TroubleClock, c.Skew > skewed || c.Skew < -skewed, 0)
	add(TroubleCert, c.CertEnds.Sub(now) < ending, 0)
	return out
}

type troubleRow struct {
	bun.BaseModel `bun:"table:collector_trouble,alias:t"`

	Collector string  `bun:"collector_id,pk"`
	Kind      Trouble `bun:"kind,pk"`
	Since     db.Time `bun:"since"`
	Amount    int64   `bun:"amount"`
}

// Watch judges every collector at now, notes what changed and tells people of
// each trouble once. It is asked each minute.
func (s *Service) Watch(ctx context.Context) error {
	const op = "collector.Watch"
	now := s.Now()
	since, err := s.Listens(ctx)
	if err != nil {
		return err
	}
	var rows []row
	var noted []troubleRow
	if err := s.Records.Read().NewSelect().Model(&rows).Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	if err := s.Records.Read().NewSelect().Model(&noted).Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	was := map[string]map[Trouble]int64{}
	for _, t := range noted {
		if was[t.Collector] == nil {
			was[t.Collector] = map[Trouble]int64{}
		}
		was[t.Collector][t.Kind] = t.Amount
	}
	for _, r := range rows {
		c, err := r.collector()
		if err != nil {
			return err
		}
		if err := s.judge(ctx, c, was[r.ID], now, since); err != nil {
			return err
		}
	}
	return nil
}

// judge writes what changed of one collector and tells of it. since is when the
// centre began to listen: what nobody could hear is nobody's silence.
func (s *Service) judge(ctx context.Context, c Collector, was map[Trouble]int64, now, since time.Time) error {
	is := c.troubles(now)
	_, told := was[TroubleSilent]
	if _, silent := is[TroubleSilent]; silent && !told && (since.IsZero() || now.Sub(since) <= c.rhythm()) {
		delete(is, TroubleSilent)
	}
	var tell []Trouble
	change := false
	for t, amount := range is {
		before, had := was[t]
		if !had || amount > before {
			tell = append(tell, t)
		}
		change = change || !had || amount != before
	}
	for t := range was {
		if _, still := is[t]; !still {
			change = true
			if t == TroubleSilent && c.RevokedAt.IsZero() {
				tell = append(tell, Back)
			}
		}
	}
	if !change {
		return nil
	}
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error { return s.noted(ctx, tx, c, is, tell, now) })
}

// noted replaces what is known of a collector's troubles, and tells.
func (s *Service) noted(ctx context.Context, tx *db.Tx, c Collector, is map[Trouble]int64, tell []Trouble, now time.Time) error {
	const op = "collector.noted"
	var kept []Trouble
	for t, amount := range is {
		r := troubleRow{Collector: string(c.ID), Kind: t, Since: db.At(now), Amount: amount}
		if _, err := tx.NewInsert().Model(&r).On("CONFLICT (collector_id, kind) DO UPDATE").Set("amount = EXCLUDED.amount").Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		kept = append(kept, t)
	}
	over := tx.NewDelete().Model((*troubleRow)(nil)).Where("collector_id = ?", string(c.ID))
	if len(kept) > 0 {
		over = over.Where("kind NOT IN (?)", bun.List(kept))
	}
	if _, err := over.Exec(ctx); err != nil {
		return db.Error(op, err)
	}
	if len(tell) == 0 || s.Told == nil {
		return nil
	}
	var sources int64
	err := tx.NewSelect().Model((*wayRow)(nil)).ColumnExpr("COUNT(DISTINCT w.source_id)").Where("w.collector_id = ?", string(c.ID)).
		Where("NOT w.closed").Scan(ctx, &sources)
	if err != nil {
		return db.Error(op, err)
	}
	for _, t := range tell {
		if err := s.Told(ctx, tx, Alert{Kind: t, Collector: c, At: now, Sources: sources}); err != nil {
			return err
		}
	}
	return nil
}

// Passage is a collector that lines of a source come through.
type Passage struct {
	Collector ID
	Name      string
	Source    string
	// Unheard says that nobody can tell now whether the source sends.
	Unheard bool
	Seen    time.Time // when the collector was last heard of
	// Waits is when the latest line of the source was received there, while the
	// collector has blocks that have not come; zero when it has none.
	Waits time.Time
}

// Passages are all collectors that lines of sources come through by ways that
// are on, by source, whoever asks. One that was revoked explains no silence:
// people know that nothing comes of it.
func (s *Service) Passages(ctx context.Context) (map[string][]Passage, error) {
	const op = "collector.Passages"
	var ways []wayRow
	var rows []row
	if err := s.Records.Read().NewSelect().Model(&ways).Where("NOT w.closed").OrderExpr("w.id").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	out := map[string][]Passage{}
	if len(ways) == 0 {
		return out, nil
	}
	if err := s.Records.Read().NewSelect().Model(&rows).Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	now, by := s.Now(), map[string]Collector{}
	for _, r := range rows {
		c, err := r.collector()
		if err != nil {
			return nil, err
		}
		by[r.ID] = c
	}
	for _, w := range ways {
		c := by[w.Collector]
		out[w.Source] = append(out[w.Source], c.passage(w, now))
	}
	return out, nil
}

func (c *Collector) passage(w wayRow, now time.Time) Passage {
	p := Passage{Collector: c.ID, Name: c.Name, Source: w.Source, Seen: c.Heard()}
	if !c.RevokedAt.IsZero() || c.EnrolledAt.IsZero() {
		return p
	}
	p.Unheard = c.Said.Diverged || now.Sub(p.Seen) > min(reports, c.rhythm())
	if c.Backlog() == 0 {
		return p
	}
	for _, f := range c.Said.Ways {
		if f.Way == w.ID && !f.Last.IsZero() {
			p.Waits = f.Last.Add(-c.Skew)
		}
	}
	return p
}
