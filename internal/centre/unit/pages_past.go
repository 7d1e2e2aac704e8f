// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"net/http"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// pastRoutes are the screens of what units were.
func (p *Pages) pastRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /units/{id}/history", Need: mayRead, Handle: p.history},
		{Pattern: "GET /units/{id}/figures", Need: mayRead, Handle: p.figures},
		{Pattern: "GET /units/{id}/figures.csv", Need: mayRead, Handle: p.figuresExport(web.CSV)},
		{Pattern: "GET /units/{id}/figures.xlsx", Need: mayRead, Handle: p.figuresExport(web.XLSX)},
	}
}

type historyPage struct {
	Lineage
	Names    map[ID]string // of parents, in the scope
	MayWrite bool
}

func (p *Pages) history(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	l, err := p.svc.Lineage(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	v := historyPage{Lineage: l, MayWrite: auth.May(ctx, mayWrite)}
	var ids []ID
	for _, s := range l.Parents {
		ids = append(ids, ID(s.Value))
	}
	if v.Names, err = p.svc.Names(ctx, ids...); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "unit.history.title", l.Unit.Name), Body: historyView(v)})
}

func (p *Pages) figures(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	y, err := p.svc.Years(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "unit.figures.title", y.Unit.Name), Body: figuresView(y)})
}

func (p *Pages) figuresExport(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		y, err := p.svc.Years(ctx, ID(r.PathValue("id")))
		if err != nil {
			return err
		}
		head := []string{i18n.T(ctx, "unit.figures.way"), i18n.T(ctx, "unit.col.name"), i18n.T(ctx, "unit.col.valid_from"), i18n.T(ctx, "unit.col.valid_to")}
		for _, c := range y.columns(ctx) {
			head = append(head, c.Key+" "+c.Year)
		}
		rows := [][]string{head}
		for _, part := range y.parts() {
			for _, row := range part.Rows {
				rows = append(rows, append([]string{i18n.T(ctx, part.Key), row.Unit.Name, printed(row.Unit.ValidFrom), printed(row.Unit.ValidTo)}, row.cells()...))
			}
			rows = append(rows, append([]string{i18n.T(ctx, part.Key), i18n.T(ctx, "unit.figures.total"), "", ""}, FigureRow{Values: part.Total, Unseen: unseen(part.Rows, len(part.Total))}.cells()...))
		}
		return p.sendRows(w, r, "so-lieu", format, rows)
	}
}

// column is one figure of one year.
type column struct{ Key, Year string }

func (y Years) columns(ctx context.Context) []column {
	var out []column
	for _, key := range y.Keys {
		for _, year := range []int{y.Last, y.This} {
			out = append(out, column{i18n.T(ctx, key), strconv.Itoa(year)})
		}
	}
	return out
}

// way is one of the two tellings.
type way struct {
	Key, About string
	Rows       []FigureRow
	Total      []Pair
}

func (y Years) parts() []way {
	return []way{{"unit.figures.then", "unit.figures.then_text", y.AsThen, y.TotalThen}, {"unit.figures.now", "unit.figures.now_text", y.AsNow, y.TotalNow}}
}

// cells are the values of a row as figures, year by year.
func (r FigureRow) cells() []string {
	var out []string
	for i, v := range r.Values {
		out = append(out, sheetFigure(v.Last, r.Unseen[i].Last), sheetFigure(v.This, r.Unseen[i].This))
	}
	return out
}

// sheetFigure is a figure in a sheet: words instead of a zero that nobody saw.
func sheetFigure(n int64, unseen string) string {
	if n == 0 && unseen != "" {
		return unseen
	}
	return strconv.FormatInt(n, 10)
}

// life says when a unit was, "01/01/2020 – 30/06/2026".
func life(ctx context.Context, u Unit) string {
	return i18n.T(ctx, "unit.history.span", dayOr(ctx, u.ValidFrom), dayOr(ctx, u.ValidTo))
}

func (l Lineage) crumbs(ctx context.Context) []ui.Link { return recordCrumbs(ctx, l.Unit) }

// recordCrumbs lead from the list to a unit.
func recordCrumbs(ctx context.Context, u Unit) []ui.Link {
	return append(unitCrumbs(ctx), ui.Link{Label: u.Name, Href: pathOf(u.ID)})
}
