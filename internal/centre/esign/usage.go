// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package esign

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/a-h/templ"
	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Usage is what a unit's certificates come to.
type Usage struct {
	Unit     string
	Held     int64 // certificates that stand
	Idle     int64 // of Held, not seen in use for idleDays, or ever
	Soon     int64 // of Held, that end within soonDays
	Ended    int64
	LastUsed time.Time // zero: no use was seen
}

// Usages is what each unit in the actor's scope holds and does not use. Units
// without a certificate in the register are left out: of them nothing is known.
func (s *Service) Usages(ctx context.Context) (map[string]Usage, error) {
	const op = "esign.Usages"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	return usages(ctx, s.Records.Read(), scope, s.now())
}

func usages(ctx context.Context, q bun.IDB, scope auth.Scope, now time.Time) (map[string]Usage, error) {
	var rows []struct {
		Owner    string  `bun:"owner_unit"`
		Held     int64   `bun:"held"`
		Idle     int64   `bun:"idle"`
		Soon     int64   `bun:"soon"`
		Ended    int64   `bun:"ended"`
		LastUsed db.Time `bun:"seen"`
	}
	at, idle, soon := db.At(now), db.At(now.AddDate(0, 0, -idleDays)), db.At(now.AddDate(0, 0, soonDays))
	const stands = "(ec.valid_until IS NULL OR ec.valid_until >= ?)"
	err := scope.Filter(q.NewSelect().Model((*certRow)(nil)), "ec.owner_unit").ColumnExpr("ec.owner_unit").
		ColumnExpr("COUNT(CASE WHEN "+stands+" THEN 1 END) AS held", at).
		ColumnExpr("COUNT(CASE WHEN "+stands+" AND (ec.last_used IS NULL OR ec.last_used < ?) THEN 1 END) AS idle", at, idle).
		ColumnExpr("COUNT(CASE WHEN ec.valid_until >= ? AND ec.valid_until < ? THEN 1 END) AS soon", at, soon).
		ColumnExpr("COUNT(CASE WHEN ec.valid_until < ? THEN 1 END) AS ended", at).
		ColumnExpr("MAX(ec.last_used) AS seen").GroupExpr("ec.owner_unit").Scan(ctx, &rows)
	out := map[string]Usage{}
	for _, r := range rows {
		out[r.Owner] = Usage{Unit: r.Owner, Held: r.Held, Idle: r.Idle, Soon: r.Soon, Ended: r.Ended, LastUsed: r.LastUsed.Time}
	}
	return out, db.Error("esign.usages", err)
}

const unitsPath = Path + "/units"

type usagePage struct {
	r     *http.Request
	rows  []usageRow
	known int
}

type usageRow struct {
	Usage
	name  string
	known bool // the register has a certificate of it
}

// readUsage lists all units, those that hold most and use least above.
func (p *Pages) readUsage(r *http.Request) (v usagePage, err error) {
	ctx := r.Context()
	v.r = r
	known, err := p.svc.Usages(ctx)
	if err != nil {
		return v, err
	}
	units, err := p.near.Units(ctx)
	for _, u := range units {
		use, has := known[u.Value]
		use.Unit = u.Value
		if has {
			v.known++
		}
		v.rows = append(v.rows, usageRow{use, trimmed(u.Label), has})
	}
	slices.SortStableFunc(v.rows, func(a, b usageRow) int { return int(b.Idle - a.Idle) })
	return v, err
}

// usage handles GET /signatures/units.
func (p *Pages) usage(w http.ResponseWriter, r *http.Request) error {
	v, err := p.readUsage(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "esign.units"), Body: usageView(v)})
}

// exportUsage handles GET /signatures/units.csv and .xlsx. Of units without a
// certificate in the register the cells are empty: nothing is known.
func (p *Pages) exportUsage(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		v, err := p.readUsage(r)
		if err != nil {
			return err
		}
		return web.Export(w, r, format, web.Sheet{Name: "certificates-by-unit", Heads: heads(r.Context(), "unit", "held", "idle", "soon", "ended", "used"),
			Rows: func(yield func([]any, error) bool) {
				for _, u := range v.rows {
					row := []any{u.name, "", "", "", "", ""}
					if u.known {
						row = []any{u.name, u.Held, u.Idle, u.Soon, u.Ended, u.LastUsed}
					}
					if !yield(row, nil) {
						return
					}
				}
			}})
	}
}

func (v usagePage) list(ctx context.Context) ui.ListProps {
	numeric := func(key string) ui.Head {
		return ui.Head{Label: i18n.T(ctx, "esign.field."+key), Numeric: true}
	}
	l := ui.ListProps{Caption: i18n.T(ctx, "esign.units"), Total: int64(v.known), Exports: web.Exports(v.r, unitsPath),
		Heads: []ui.Head{{Label: i18n.T(ctx, "esign.field.unit")}, numeric("held"), numeric("idle"), numeric("soon"), numeric("ended"), {Label: i18n.T(ctx, "esign.field.used")}}}
	for _, u := range v.rows {
		if !u.known {
			continue
		}
		used := ui.Text(i18n.T(ctx, "esign.never"))
		if !u.LastUsed.IsZero() {
			used = ui.Date(u.LastUsed)
		}
		l.Rows = append(l.Rows, ui.Row{ID: u.Unit, Name: u.name, Cells: []templ.Component{ui.Unit(ui.UnitProps{Name: u.name, Href: "/units/" + u.Unit}),
			counting(u.Held, "", u.Unit), counting(u.Idle, Idle, u.Unit), counting(u.Soon, Soon, u.Unit), counting(u.Ended, Ended, u.Unit), used}})
	}
	return l
}

// unknown names the units of which the register has no certificate.
func (v usagePage) unknown() (names []string) {
	for _, u := range v.rows {
		if !u.known {
			names = append(names, u.name)
		}
	}
	return names
}
