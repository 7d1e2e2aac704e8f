// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// boardUnits are the units in the actor's scope as boards and answers show them on
// a day. Those that had ended by then are read once somebody asks for one.
type boardUnits struct {
	a      *App
	on     calendar.Date
	paper  bool // they are named as papers do: in full, one that ended with who stands in its place
	living map[string]board.UnitRow
	gone   map[string]board.UnitRow // nil until read
}

// heirs are the units that ended by today with the one unit in the place of each;
// those with none or several are left out.
func (a *App) heirs(ctx context.Context) (map[string]string, error) {
	gone, err := a.goneUnits(ctx, calendar.DateOf(a.opt.Now()))
	out := map[string]string{}
	for id, after := range gone {
		if len(after) == 1 {
			out[id] = after[0].ID
		}
	}
	return out, err
}

// inPlace is the one unit that stands in the place of one that ended by today; the
// unit itself where it exists, or where nobody or several do.
func (a *App) inPlace(ctx context.Context, q bun.IDB, id string) (string, error) {
	today := calendar.DateOf(a.opt.Now())
	ended, err := q.NewSelect().Table("unit").Where("id = ?", id).Where("valid_until <= ?", today.Start().UnixMilli()).Exists(ctx)
	if err != nil || !ended {
		return id, db.Error("app.inPlace", err)
	}
	gone, err := a.goneUnits(ctx, today)
	if err == nil && len(gone[id]) == 1 {
		id = gone[id][0].ID
	}
	return id, err
}

// boardUnits reads the units of a day, today's when it is zero; paper says how they
// are named.
func (a *App) boardUnits(ctx context.Context, on calendar.Date, paper bool) (*boardUnits, error) {
	if on.IsZero() {
		on = calendar.DateOf(a.opt.Now())
	}
	nodes, err := a.Rooms.Units.Tree(ctx, on)
	u := &boardUnits{a: a, on: on, paper: paper, living: make(map[string]board.UnitRow, len(nodes))}
	for _, n := range nodes {
		row := a.boardRow(ctx, n.Unit)
		if paper {
			row.Name = n.Name
		}
		u.living[row.ID] = row
	}
	return u, err
}

// of are the rows of some units, in their order, and behind them of those that
// stand in the place of one that ended and are not among them.
func (u *boardUnits) of(ctx context.Context, ids []string) ([]board.UnitRow, error) {
	out := make([]board.UnitRow, 0, len(ids))
	in := make(map[string]bool, len(ids))
	for _, id := range ids {
		row, ok := u.living[id]
		if !ok {
			gone, err := u.ended(ctx)
			if err != nil {
				return nil, err
			}
			if row, ok = gone[id]; !ok {
				continue
			}
		}
		in[id] = true
		out = append(out, row)
	}
	for _, row := range out[:len(out):len(out)] {
		if !row.Gone() || row.Unseen || len(row.After) != 1 {
			continue
		}
		if heir, ok := u.living[row.After[0].ID]; ok && !in[heir.ID] {
			in[heir.ID], heir.Joined = true, true
			out = append(out, heir)
		}
	}
	return out, nil
}

// ended are the units in scope that had ended, with who stood in their place.
func (u *boardUnits) ended(ctx context.Context) (map[string]board.UnitRow, error) {
	if u.gone != nil {
		return u.gone, nil
	}
	const op = "app.boardUnits.ended"
	heirs, err := u.a.goneUnits(ctx, u.on)
	if err != nil {
		return nil, err
	}
	u.gone = map[string]board.UnitRow{}
	if len(heirs) == 0 {
		return u.gone, nil
	}
	mayRead := auth.Permission{Area: auth.Directives, Act: auth.Read}
	actor, _ := auth.From(ctx)
	var list []struct {
		ID, Name, ShortName, Kind string
		ValidUntil                int64
	}
	sel := u.a.Records.Read().NewSelect().TableExpr("unit AS u").ColumnExpr("u.id, u.name, u.short_name, u.kind, u.valid_until").Where("u.valid_until <= ?", u.on.Start().UnixMilli())
	if err := auth.ScopeOf(actor, mayRead).Filter(sel, "u.id").Scan(ctx, &list); err != nil {
		return nil, db.Error(op, err)
	}
	var after []string
	for _, x := range list {
		for _, h := range heirs[x.ID] {
			after = append(after, h.ID)
		}
	}
	seen := map[string]bool{}
	if len(after) > 0 { // whether the reader sees them at all, not only on the page of one unit
		var ids []string
		whole, _ := auth.From(auth.Wide(ctx))
		sel := u.a.Records.Read().NewSelect().TableExpr("unit AS u").Column("u.id").Where("u.id IN (?)", bun.List(after))
		if err := auth.ScopeOf(whole, mayRead).Filter(sel, "u.id").Scan(ctx, &ids); err != nil {
			return nil, db.Error(op, err)
		}
		for _, id := range ids {
			seen[id] = true
		}
	}
	for _, x := range list {
		row := u.a.boardRow(ctx, unit.Unit{ID: unit.ID(x.ID), Name: x.Name, ShortName: x.ShortName, Kind: x.Kind})
		row.Ended = time.UnixMilli(x.ValidUntil)
		for _, h := range heirs[x.ID] {
			if seen[h.ID] {
				row.After = append(row.After, board.Heir{ID: h.ID, Name: h.Name})
			} else {
				row.Unseen = true
			}
		}
		slices.SortFunc(row.After, func(a, b board.Heir) int {
			return cmp.Or(cmp.Compare(i18n.Fold(a.Name), i18n.Fold(b.Name)), cmp.Compare(a.ID, b.ID))
		})
		if u.paper {
			row.Name = u.a.printed("app.unit.ended", x.Name)
			if names := row.Heirs(); names != "" {
				row.Name = u.a.printed("app.unit.successor", x.Name, names)
			}
		}
		u.gone[x.ID] = row
	}
	return u.gone, nil
}
