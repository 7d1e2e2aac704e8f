// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rule

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

type row struct {
	bun.BaseModel `bun:"table:rule_override,alias:o"`

	ID              string  `bun:"id,pk"`
	Pack            string  `bun:"pack"`
	Target          string  `bun:"target"`
	Value           string  `bun:"value"`
	Was             string  `bun:"was"`
	From            string  `bun:"day_from"`
	To              string  `bun:"day_to"`
	Reason          string  `bun:"reason"`
	SourceKey       string  `bun:"source_key"`
	SourceMark      string  `bun:"source_mark"`
	SourceNote      string  `bun:"source_note"`
	EnteredBy       string  `bun:"entered_by"`
	EnteredName     string  `bun:"entered_name"`
	EnteredAt       db.Time `bun:"entered_at"`
	WithdrawnBy     string  `bun:"withdrawn_by"`
	WithdrawnName   string  `bun:"withdrawn_name"`
	WithdrawnAt     db.Time `bun:"withdrawn_at"`
	WithdrawnReason string  `bun:"withdrawn_reason"`
	Folded          string  `bun:"folded"`
	Version         int64   `bun:"version"`
}

func rowOf(o Override, label rulepack.Label) (row, error) {
	value, err := json.Marshal(o.Value)
	if err != nil {
		return row{}, err
	}
	was, err := json.Marshal(o.Was)
	if err != nil {
		return row{}, err
	}
	r := row{ID: string(o.ID), Pack: o.Pack, Target: o.Target, Value: string(value), Was: string(was), From: o.From.String(), Reason: o.Reason,
		SourceKey: o.Source.Key, SourceMark: string(o.Source.Mark), SourceNote: o.Source.Note, EnteredBy: o.By, EnteredName: o.ByName, EnteredAt: db.At(o.EnteredAt),
		WithdrawnBy: o.WithdrawnBy, WithdrawnName: o.WithdrawnName, WithdrawnAt: db.At(o.WithdrawnAt), WithdrawnReason: o.WithdrawnReason,
		Folded: i18n.Fold(o.Pack + " " + o.Target + " " + label.VI + " " + o.Reason + " " + o.Source.Key + " " + o.ByName), Version: o.Version}
	if !o.To.IsZero() {
		r.To = o.To.String()
	}
	return r, nil
}

func (r row) override() (Override, error) {
	o := Override{ID: ID(r.ID), Draft: Draft{Pack: r.Pack, Target: r.Target, Reason: r.Reason,
		Source: rulepack.Source{Key: r.SourceKey, Mark: rulepack.Mark(r.SourceMark), Note: r.SourceNote}}, By: r.EnteredBy, ByName: r.EnteredName, EnteredAt: r.EnteredAt.Time,
		WithdrawnBy: r.WithdrawnBy, WithdrawnName: r.WithdrawnName, WithdrawnAt: r.WithdrawnAt.Time, WithdrawnReason: r.WithdrawnReason, Version: r.Version}
	if err := json.Unmarshal([]byte(r.Value), &o.Value); err != nil {
		return o, fmt.Errorf("override %s: %w", r.ID, err)
	}
	if err := json.Unmarshal([]byte(r.Was), &o.Was); err != nil {
		return o, fmt.Errorf("override %s: %w", r.ID, err)
	}
	var err error
	if o.From, err = calendar.ParseDate(r.From); err == nil && r.To != "" {
		o.To, err = calendar.ParseDate(r.To)
	}
	return o, err
}

func get(ctx context.Context, q bun.IDB, op string, id ID) (Override, error) {
	var r row
	if err := q.NewSelect().Model(&r).Where("o.id = ?", string(id)).Scan(ctx); err != nil {
		return Override{}, db.Error(op, err)
	}
	return r.override()
}

// Filter narrows the list of overrides.
type Filter struct {
	Search string
	Pack   string
	Target string // of one value; of a period with any level behind it
	State  State  // on Day; "": all
	Day    calendar.Date
	After  string // id of the last one of the page before
	Limit  int    // 0: all
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	if f.Pack != "" {
		q = q.Where("o.pack = ?", f.Pack)
	}
	if f.Target != "" {
		targets := []string{f.Target}
		for level := '1'; level <= '5'; level++ {
			targets = append(targets, f.Target+"/"+string(level))
		}
		q = q.Where("o.target IN (?)", bun.List(targets))
	}
	day := f.Day.String()
	switch f.State {
	case Withdrawn:
		q = q.Where("o.withdrawn_by <> ''")
	case Coming:
		q = q.Where("o.withdrawn_by = '' AND o.day_from > ?", day)
	case Over:
		q = q.Where("o.withdrawn_by = '' AND o.day_to <> '' AND o.day_to < ?", day)
	case InForce:
		q = q.Where("o.withdrawn_by = '' AND o.day_from <= ? AND (o.day_to = '' OR o.day_to >= ?)", day, day)
	}
	return db.Search(q, "o.folded", f.Search)
}

func list(ctx context.Context, q bun.IDB, op string, f Filter) ([]Override, int64, error) {
	total, err := f.narrow(q.NewSelect().Model((*row)(nil))).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	var rows []row
	page := f.narrow(q.NewSelect().Model(&rows)).Order("o.id DESC")
	if f.Limit > 0 {
		page = page.Limit(int64(f.Limit))
	}
	if f.After != "" {
		page = page.Where("o.id < ?", f.After)
	}
	if err := page.Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	out := make([]Override, 0, len(rows))
	for _, r := range rows {
		o, err := r.override()
		if err != nil {
			return nil, 0, err
		}
		out = append(out, o)
	}
	return out, int64(total), nil
}

// save writes the withdrawal of o as the successor of version was.
func save(ctx context.Context, tx *db.Tx, op string, o *Override, was int64) error {
	o.Version = was + 1
	r, err := rowOf(*o, rulepack.Label{})
	if err != nil {
		return err
	}
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).
		Column("withdrawn_by", "withdrawn_name", "withdrawn_at", "withdrawn_reason", "version").Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}
