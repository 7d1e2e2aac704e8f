// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package workdays

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:calendar_decision,alias:d"`

	ID              string  `bun:"id,pk"`
	Kind            string  `bun:"kind"`
	Name            string  `bun:"name"`
	First           string  `bun:"day_first"`
	Last            string  `bun:"day_last"`
	Worked          string  `bun:"day_worked"`
	Occasion        string  `bun:"occasion"`
	Reason          string  `bun:"reason"`
	Reference       string  `bun:"reference"`
	State           string  `bun:"state"`
	MadeBy          string  `bun:"made_by"`
	MadeName        string  `bun:"made_name"`
	MadeAt          db.Time `bun:"made_at"`
	WithdrawnBy     string  `bun:"withdrawn_by"`
	WithdrawnName   string  `bun:"withdrawn_name"`
	WithdrawnReason string  `bun:"withdrawn_reason"`
	WithdrawnAt     db.Time `bun:"withdrawn_at"`
	Folded          string  `bun:"folded"`
	Version         int64   `bun:"version"`
}

func rowOf(d Decision) row {
	return row{ID: string(d.ID), Kind: string(d.Kind), Name: d.Name, First: d.First.String(), Last: d.Last.String(), Worked: d.Worked.String(), Occasion: d.Occasion,
		Reason: d.Reason, Reference: d.Reference, State: string(d.State), MadeBy: d.MadeBy, MadeName: d.MadeName, MadeAt: db.At(d.MadeAt),
		WithdrawnBy: d.WithdrawnBy, WithdrawnName: d.WithdrawnName, WithdrawnReason: d.WithdrawnReason, WithdrawnAt: db.At(d.WithdrawnAt),
		Folded: i18n.Fold(d.Name + " " + d.Reference + " " + d.Reason), Version: d.Version}
}

func (r row) decision() (Decision, error) {
	d := Decision{ID: ID(r.ID), State: State(r.State), MadeBy: r.MadeBy, MadeName: r.MadeName, MadeAt: r.MadeAt.Time, WithdrawnBy: r.WithdrawnBy,
		WithdrawnName: r.WithdrawnName, WithdrawnReason: r.WithdrawnReason, WithdrawnAt: r.WithdrawnAt.Time, Version: r.Version,
		Entry: Entry{Kind: Kind(r.Kind), Name: r.Name, Occasion: r.Occasion, Reason: r.Reason, Reference: r.Reference}}
	err := d.First.UnmarshalText([]byte(r.First))
	if err == nil {
		err = d.Last.UnmarshalText([]byte(r.Last))
	}
	if err == nil {
		err = d.Worked.UnmarshalText([]byte(r.Worked))
	}
	return d, err
}

func get(ctx context.Context, q bun.IDB, op string, id ID) (Decision, error) {
	var r row
	if err := q.NewSelect().Model(&r).Where("d.id = ?", string(id)).Scan(ctx); err != nil {
		return Decision{}, db.Error(op, err)
	}
	return r.decision()
}

// Filter narrows the list of decisions.
type Filter struct {
	Search string
	State  State // "": in force; Any: all
	Kind   Kind  // "": every kind
	Year   int   // of the first day; 0: every year
	After  string
	Limit  int
}

// Any is every state.
const Any State = "all"

func (f Filter) narrow(sel *bun.SelectQuery) *bun.SelectQuery {
	switch f.State {
	case Any:
	case "":
		sel = sel.Where("d.state = ?", string(InForce))
	default:
		sel = sel.Where("d.state = ?", string(f.State))
	}
	if f.Kind != "" {
		sel = sel.Where("d.kind = ?", string(f.Kind))
	}
	if f.Year > 0 {
		sel = sel.Where("d.day_first >= ? AND d.day_first < ?", newYear(f.Year), newYear(f.Year+1))
	}
	return db.Search(sel, "d.folded", f.Search)
}

func list(ctx context.Context, q bun.IDB, op string, f Filter) ([]Decision, int64, error) {
	total, err := f.narrow(q.NewSelect().Model((*row)(nil))).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	var rows []row
	page := f.narrow(q.NewSelect().Model(&rows)).Order("d.id DESC").Limit(int64(f.Limit))
	if f.After != "" {
		page = page.Where("d.id < ?", f.After)
	}
	if err := page.Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	out := make([]Decision, 0, len(rows))
	for _, r := range rows {
		d, err := r.decision()
		if err != nil {
			return nil, 0, err
		}
		out = append(out, d)
	}
	return out, int64(total), nil
}

// save writes d as the successor of version was.
func save(ctx context.Context, tx *db.Tx, op string, d *Decision, was int64) error {
	d.Version = was + 1
	r := rowOf(*d)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).
		Column("state", "withdrawn_by", "withdrawn_name", "withdrawn_reason", "withdrawn_at", "version").Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

// newYear is the first day of a year as rows hold days.
func newYear(year int) string { return calendar.Date{Year: year, Month: 1, Day: 1}.String() }
