// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// exportPage is how many rows are read at a time for an export.
const exportPage = 1000

var exportHeads = []string{"code", "name", "unit", "severity", "phase", "state", "detected_at", "clock", "tlp"}

// export handles GET /incidents.csv and .xlsx: every row that the list's filter
// matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		_, f := filter(r)
		f.Limit = exportPage
		sh := web.Sheet{Name: "incidents"}
		for _, key := range exportHeads {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "incident."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Incident, string, error) {
			f.After = after
			page, err := p.svc.List(ctx, f)
			return page.Rows, page.Next, err
		}, func(rows []Incident) ([][]any, error) {
			names, next, err := p.around(ctx, rows)
			var out [][]any
			for _, i := range rows {
				out = append(out, []any{i.Code, i.Title, names[i.UnitID], p.severityBadge(ctx, i).Text, i18n.T(ctx, "incident.phase."+string(i.Phase)),
					i18n.T(ctx, "incident.state."+string(i.State)), i.DetectedAt, web.Until(next[string(i.ID)].DueAt), i.TLP})
			}
			return out, err
		})
		return web.Export(w, r, format, sh)
	}
}
