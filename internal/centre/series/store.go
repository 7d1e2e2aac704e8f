// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

type row struct {
	bun.BaseModel `bun:"table:series_plan,alias:s"`

	ID         string  `bun:"id,pk"`
	Title      string  `bun:"title"`
	Form       string  `bun:"form_id"`
	Pack       string  `bun:"pack_id"`
	Duty       string  `bun:"duty_id"`
	Unit       string  `bun:"unit_id"`
	Every      string  `bun:"every"`
	Occasion   string  `bun:"occasion"`
	DueDays    int     `bun:"due_days"`
	Lead       int     `bun:"lead_days"`
	Writer     string  `bun:"writer_id"`
	WriterName string  `bun:"writer_name"`
	To         string  `bun:"recipients"` // JSON
	Directive  string  `bun:"directive_id"`
	State      string  `bun:"state"`
	Since      string  `bun:"since"`
	Problem    string  `bun:"problem"`
	ProblemAt  db.Time `bun:"problem_at"`
	CreatedAt  db.Time `bun:"created_at"`
	CreatedBy  string  `bun:"created_by"`
	UpdatedAt  db.Time `bun:"updated_at"`
	UpdatedBy  string  `bun:"updated_by"`
	Version    int64   `bun:"version"`
	Search     string  `bun:"search"`

	WasUnit    string  `bun:"was_unit"`
	WasName    string  `bun:"was_name"`
	FollowedAt db.Time `bun:"followed_at"`
	TakenBy    string  `bun:"taken_by"`
}

func rowOf(s Series) (row, error) {
	to, err := json.Marshal(s.To)
	return row{ID: string(s.ID), Title: s.Title, Form: s.Form, Pack: s.Pack, Duty: s.Duty, Unit: s.Unit, Every: string(s.Every), Occasion: s.Occasion, DueDays: s.DueDays,
		Lead: s.Lead, Writer: s.Writer, WriterName: s.WriterName, To: string(to), Directive: s.Directive, State: string(s.State), Since: s.Since.String(), Problem: s.Problem,
		ProblemAt: db.At(s.ProblemAt), CreatedAt: db.At(s.CreatedAt), CreatedBy: s.CreatedBy, UpdatedAt: db.At(s.UpdatedAt), UpdatedBy: s.UpdatedBy, Version: s.Version,
		Search:  i18n.Fold(s.Title + " " + s.Form + " " + s.WriterName),
		WasUnit: s.WasUnit, WasName: s.WasName, FollowedAt: db.At(s.FollowedAt), TakenBy: string(s.TakenBy)}, err
}

func (r row) series() (Series, error) {
	s := Series{ID: ID(r.ID), WriterName: r.WriterName, State: State(r.State), Problem: r.Problem, ProblemAt: r.ProblemAt.Time, CreatedAt: r.CreatedAt.Time,
		CreatedBy: r.CreatedBy, UpdatedAt: r.UpdatedAt.Time, UpdatedBy: r.UpdatedBy, Version: r.Version, Plan: Plan{Title: r.Title, Form: r.Form, Pack: r.Pack, Duty: r.Duty,
			Unit: r.Unit, Every: rulepack.Every(r.Every), Occasion: r.Occasion, DueDays: r.DueDays, Lead: r.Lead, Writer: r.Writer, Directive: r.Directive},
		WasUnit: r.WasUnit, WasName: r.WasName, FollowedAt: r.FollowedAt.Time, TakenBy: ID(r.TakenBy)}
	err := errors.Join(s.Since.UnmarshalText([]byte(r.Since)), json.Unmarshal([]byte(r.To), &s.To))
	if err != nil {
		return s, fmt.Errorf("definition %s: %w", r.ID, err)
	}
	return s, nil
}

func get(ctx context.Context, q bun.IDB, op string, scope auth.Scope, id ID) (Series, error) {
	var r row
	if err := scope.Filter(q.NewSelect().Model(&r).Where("s.id = ?", string(id)), "s.unit_id").Scan(ctx); err != nil {
		return Series{}, db.Error(op, err)
	}
	return r.series()
}

// save writes s, whose version is one above the row's.
func save(ctx context.Context, tx *db.Tx, op string, s Series) error {
	r, err := rowOf(s)
	if err != nil {
		return err
	}
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", s.Version-1).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

// Sorts of the list.
const (
	ByTitle  = "title"
	ByOldest = "oldest"
)

// Filter narrows a list. The zero value asks for the first page of everything in
// scope, the newest first.
type Filter struct {
	Query string
	State State          // empty: all
	Form  string         // empty: all
	Unit  string         // exactly this unit; empty: all
	Every rulepack.Every // empty: all
	Sort  string         // ByTitle, ByOldest; empty: newest first
	After string         // Page.Next of the page before
	Limit int            // rows a page, 1..1000; 0 is 50
}

// Page is one page of a list.
type Page struct {
	Rows  []Series
	Total int64  // rows that match, in scope
	Next  string // Filter.After of the next page; empty on the last
}

func (f Filter) narrow(q *bun.SelectQuery) *bun.SelectQuery {
	for column, v := range map[string]string{"s.state": string(f.State), "s.form_id": f.Form, "s.unit_id": f.Unit, "s.every": string(f.Every)} {
		if v != "" {
			q = q.Where(column+" = ?", v)
		}
	}
	return db.Search(q, "s.search", f.Query)
}

// page orders q and starts it behind f.After.
func (f Filter) page(q *bun.SelectQuery) *bun.SelectQuery {
	switch {
	case f.Sort == ByTitle && f.After != "":
		q = q.Where("EXISTS (SELECT 1 FROM series_plan AS b WHERE b.id = ? AND (s.search > b.search OR (s.search = b.search AND s.id > b.id)))", f.After)
	case f.Sort == ByOldest && f.After != "":
		q = q.Where("s.id > ?", f.After)
	case f.After != "":
		q = q.Where("s.id < ?", f.After)
	}
	switch f.Sort {
	case ByTitle:
		return q.OrderExpr("s.search, s.id")
	case ByOldest:
		return q.OrderExpr("s.id")
	}
	return q.OrderExpr("s.id DESC")
}

func list(ctx context.Context, q bun.IDB, op string, scope auth.Scope, f Filter) (Page, error) {
	total, err := f.narrow(scope.Filter(q.NewSelect().Model((*row)(nil)), "s.unit_id")).Count(ctx)
	if err != nil {
		return Page{}, db.Error(op, err)
	}
	if f.Limit < 1 || f.Limit > 1000 {
		f.Limit = 50
	}
	var rows []row
	if err := f.page(f.narrow(scope.Filter(q.NewSelect().Model(&rows), "s.unit_id"))).Limit(int64(f.Limit) + 1).Scan(ctx); err != nil {
		return Page{}, db.Error(op, err)
	}
	p := Page{Total: int64(total)}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		p.Next = rows[f.Limit-1].ID
	}
	for _, r := range rows {
		s, err := r.series()
		if err != nil {
			return p, err
		}
		p.Rows = append(p.Rows, s)
	}
	return p, nil
}

type runRow struct {
	bun.BaseModel `bun:"table:series_run,alias:r"`

	ID         string  `bun:"id,pk"`
	Series     string  `bun:"series_id"`
	Key        string  `bun:"period_key"`
	LabelVI    string  `bun:"label_vi"`
	LabelEN    string  `bun:"label_en"`
	From       string  `bun:"day_from"`
	To         string  `bun:"day_to"`
	Begins     string  `bun:"begins_on"`
	Last       string  `bun:"due_on"`
	State      string  `bun:"state"`
	Paper      string  `bun:"paper_id"`
	Obligation string  `bun:"obligation_id"`
	Problem    string  `bun:"problem"`
	TriedAt    db.Time `bun:"tried_at"`
	MadeBy     string  `bun:"made_by"`
	Version    int64   `bun:"version"`
}

// take sets the days of the period.
func (r *runRow) take(p Period) {
	r.Key, r.LabelVI, r.LabelEN, r.From, r.To, r.Begins, r.Last = p.Key, p.Label.VI, p.Label.EN, p.From.String(), p.To.String(), p.Begins.String(), p.Last.String()
}

func (r runRow) run() (Run, error) {
	out := Run{State: RunState(r.State), Paper: r.Paper, Obligation: r.Obligation, Problem: r.Problem, TriedAt: r.TriedAt.Time, By: r.MadeBy, stored: r,
		Period: Period{Key: r.Key, Label: rulepack.Label{VI: r.LabelVI, EN: r.LabelEN}}}
	for text, into := range map[*string]*calendar.Date{&r.From: &out.From, &r.To: &out.To, &r.Begins: &out.Begins, &r.Last: &out.Last} {
		if err := into.UnmarshalText([]byte(*text)); err != nil {
			return out, fmt.Errorf("period %s of definition %s: %w", r.Key, r.Series, err)
		}
	}
	return out, nil
}

// runs lists what was done or failed for periods of definitions that the caller
// has loaded in the actor's scope.
func runs(ctx context.Context, q bun.IDB, ids ...string) ([]Run, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []runRow
	if err := q.NewSelect().Model(&rows).Where("r.series_id IN (?)", bun.List(ids)).OrderExpr("r.due_on, r.period_key").Scan(ctx); err != nil {
		return nil, db.Error("series.runs", err)
	}
	out := make([]Run, 0, len(rows))
	for _, r := range rows {
		x, err := r.run()
		if err != nil {
			return nil, err
		}
		out = append(out, x)
	}
	return out, nil
}

// Tied names the duty that a paper was made for, empty for none; false for a paper
// that came of no definition. It is for the room of papers, which has asked who
// may see the paper.
func (s *Service) Tied(ctx context.Context, paper string) (duty string, tied bool, err error) {
	var ids []string
	err = s.Records.Read().NewSelect().Model((*runRow)(nil)).Column("obligation_id").Where("r.paper_id = ?", paper).Limit(1).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return "", false, db.Error("series.Tied", err)
	}
	return ids[0], true, nil
}

// keep writes r over the version it was read with and reports whether it was
// still there.
func keep(ctx context.Context, tx *db.Tx, r *runRow) (bool, error) {
	was := r.Version
	r.Version++
	res, err := tx.NewUpdate().Model(r).WherePK().Where("version = ?", was).Exec(ctx)
	if err != nil {
		return false, db.Error("series.keep", err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}
