// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// exportPage is how many rows are read at a time for an export.
const exportPage = 1000

// export handles GET /sources.csv and .xlsx: every source that the list's
// filter matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, q := r.Context(), r.URL.Query()
		units, err := p.near.Units(ctx)
		if err != nil {
			return err
		}
		f := Filter{Search: q.Get("q"), Unit: q.Get("unit"), Life: Life(q.Get("state")), Limit: exportPage}
		sh := web.Sheet{Name: "sources"}
		for _, key := range []string{"name", "unit", "format", "last", "files", "lines", "hits", "state", "life", "hour", "lost", "note"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "source.field."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Listed, string, error) {
			f.After = after
			rows, _, err := p.svc.List(ctx, f)
			next := ""
			if len(rows) == exportPage {
				next = string(rows[exportPage-1].ID)
			}
			return rows, next, err
		}, func(rows []Listed) ([][]any, error) {
			var out [][]any
			for _, s := range rows {
				out = append(out, exportRow(ctx, s, web.Labels(units)([]string{s.Owner})))
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

func exportRow(ctx context.Context, s Listed, unit string) []any {
	return []any{s.Name, unit, chosenFormat(ctx, s.Format), s.LastAt.Time, s.Files, s.Lines, s.Hits, listedState(ctx, s).Text,
		lifeBadge(ctx, s.Life).Text, s.Hour, s.Lost, s.Note}
}
