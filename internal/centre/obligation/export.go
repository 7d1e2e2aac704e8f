// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// exportPage is how many rows are read at a time for an export.
const exportPage = 1000

// export handles GET /obligations.csv and .xlsx: every row that the list's
// filter matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		_, f := filter(r)
		f.Limit = exportPage
		sh := web.Sheet{Name: "obligations"}
		for _, key := range []string{"what", "urgency", "unit", "person", "addressee", "subject", "t0", "due", "state", "met_at", "basis", "form"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "obligation."+key))
		}
		lang, now := i18n.Lang(ctx), p.svc.now()
		sh.Rows = web.Rows(func(after string) ([]Obligation, string, error) {
			f.After = after
			page, err := p.svc.List(ctx, f)
			return page.Rows, page.Next, err
		}, func(rows []Obligation) ([][]any, error) {
			names, err := p.names(ctx, rows)
			var out [][]any
			for _, o := range rows {
				out = append(out, []any{o.Title.In(lang), i18n.T(ctx, "obligation.urgency."+o.Urgency.Key()), names[o.UnitID], o.OwedName, o.Addressee.Name.In(lang), o.Subject.Label, o.T0,
					web.Until(o.DueAt), StateBadge(ctx, o, now).Text, o.Proof.At, o.Basis, o.FormID})
			}
			return out, err
		})
		return web.Export(w, r, format, sh)
	}
}

// exportBoard handles GET /obligations/board.csv and .xlsx.
func (p *Pages) exportBoard(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		rows, _, err := p.svc.Board(ctx, r.URL.Query().Get("kind"))
		if err != nil {
			return err
		}
		ids := make([]string, len(rows))
		for i, x := range rows {
			ids[i] = x.Unit
		}
		names, err := p.units.Names(ctx, ids)
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "obligations-board", Heads: []string{i18n.T(ctx, "obligation.unit")}}
		for _, c := range columns {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "obligation.board."+c))
		}
		sh.Heads = append(sh.Heads, i18n.T(ctx, "obligation.board.next"))
		sh.Rows = func(yield func([]any, error) bool) {
			for _, x := range rows {
				row := []any{names[x.Unit]}
				for _, c := range columns {
					row = append(row, x.figure(c))
				}
				if !yield(append(row, web.Until(x.NextDue)), nil) {
					return
				}
			}
		}
		return web.Export(w, r, format, sh)
	}
}
