// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package retention

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:legal_hold,alias:h"`

	ID          string  `bun:"id,pk"`
	Name        string  `bun:"name"`
	Source      string  `bun:"source_id"`
	Unit        string  `bun:"unit_id"`
	From        string  `bun:"day_from"`
	To          string  `bun:"day_to"`
	Reason      string  `bun:"reason"`
	Reference   string  `bun:"reference"`
	State       string  `bun:"state"`
	PlacedBy    string  `bun:"placed_by"`
	PlacedName  string  `bun:"placed_name"`
	PlacedAt    db.Time `bun:"placed_at"`
	AskedBy     string  `bun:"asked_by"`
	AskedName   string  `bun:"asked_name"`
	AskedReason string  `bun:"asked_reason"`
	AskedAt     db.Time `bun:"asked_at"`
	LiftedBy    string  `bun:"lifted_by"`
	LiftedName  string  `bun:"lifted_name"`
	LiftedAt    db.Time `bun:"lifted_at"`
	Folded      string  `bun:"folded"`
	Version     int64   `bun:"version"`
}

func rowOf(h Hold) row {
	return row{ID: string(h.ID), Name: h.Name, Source: h.Source, Unit: h.Unit, From: h.From.String(), To: h.To.String(), Reason: h.Reason, Reference: h.Reference,
		State: string(h.State), PlacedBy: h.PlacedBy, PlacedName: h.PlacedName, PlacedAt: db.At(h.PlacedAt), AskedBy: h.AskedBy, AskedName: h.AskedName,
		AskedReason: h.AskedReason, AskedAt: db.At(h.AskedAt), LiftedBy: h.LiftedBy, LiftedName: h.LiftedName, LiftedAt: db.At(h.LiftedAt),
		Folded: i18n.Fold(h.Name + " " + h.Reference + " " + h.Reason), Version: h.Version}
}

func (r row) hold() (Hold, error) {
	h := Hold{ID: ID(r.ID), State: State(r.State), PlacedBy: r.PlacedBy, PlacedName: r.PlacedName, PlacedAt: r.PlacedAt.Time, AskedBy: r.AskedBy,
		AskedName: r.AskedName, AskedReason: r.AskedReason, AskedAt: r.AskedAt.Time, LiftedBy: r.LiftedBy, LiftedName: r.LiftedName, LiftedAt: r.LiftedAt.Time,
		Version: r.Version, Order: Order{Name: r.Name, Source: r.Source, Unit: r.Unit, Reason: r.Reason, Reference: r.Reference}}
	var err error
	if h.From, err = calendar.ParseDate(r.From); err == nil {
		h.To, err = calendar.ParseDate(r.To)
	}
	return h, err
}

func get(ctx context.Context, q bun.IDB, op string, id ID) (Hold, error) {
	var r row
	if err := q.NewSelect().Model(&r).Where("h.id = ?", string(id)).Scan(ctx); err != nil {
		return Hold{}, db.Error(op, err)
	}
	return r.hold()
}

// Filter narrows the list of holds.
type Filter struct {
	Search string
	State  State  // "": those that are not lifted; Any: all
	After  string // id of the last one of the page before
	Limit  int
}

// Any is every state.
const Any State = "all"

func list(ctx context.Context, q bun.IDB, op string, f Filter) ([]Hold, int64, error) {
	narrow := func(sel *bun.SelectQuery) *bun.SelectQuery {
		switch f.State {
		case Any:
		case "":
			sel = sel.Where("h.state <> ?", string(Lifted))
		default:
			sel = sel.Where("h.state = ?", string(f.State))
		}
		return db.Search(sel, "h.folded", f.Search)
	}
	total, err := narrow(q.NewSelect().Model((*row)(nil))).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	var rows []row
	page := narrow(q.NewSelect().Model(&rows)).Order("h.id DESC").Limit(int64(f.Limit))
	if f.After != "" {
		page = page.Where("h.id < ?", f.After)
	}
	if err := page.Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	out := make([]Hold, 0, len(rows))
	for _, r := range rows {
		h, err := r.hold()
		if err != nil {
			return nil, 0, err
		}
		out = append(out, h)
	}
	return out, int64(total), nil
}

// save writes h as the successor of version was.
func save(ctx context.Context, tx *db.Tx, op string, h *Hold, was int64) error {
	h.Version = was + 1
	r := rowOf(*h)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).Column("state", "asked_by", "asked_name", "asked_reason", "asked_at",
		"lifted_by", "lifted_name", "lifted_at", "version").Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}
