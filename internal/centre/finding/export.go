// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// exportPage is how many rows are read at a time for an export.
const exportPage = 1000

// Heads are the catalogue texts of keys, as the head line of an export.
func Heads(ctx context.Context, keys ...string) []string {
	heads := make([]string, len(keys))
	for i, key := range keys {
		heads[i] = i18n.T(ctx, key)
	}
	return heads
}

// export handles GET /findings.csv and .xlsx: every row that the list's filter
// matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		f := readFilter(r).Filter
		f.Limit = exportPage
		return web.Export(w, r, format, web.Sheet{Name: "findings", Heads: Heads(ctx, "finding.threat", "finding.name", "finding.type", "finding.role", "finding.client",
			"finding.subject", "finding.unit", "finding.queries", "finding.names", "finding.first", "finding.last", "finding.undated",
			"finding.lists", "finding.tlp", "finding.state", "finding.assignee", "finding.created", "finding.reason"),
			Rows: web.Rows(func(after string) ([]Seen, string, error) {
				f.After = after
				page, err := p.Service.List(ctx, f)
				return page.Rows, page.Next, err
			}, func(rows []Seen) ([][]any, error) { return p.exportRows(ctx, rows) })})
	}
}

func (p *Pages) exportRows(ctx context.Context, rows []Seen) ([][]any, error) {
	names, err := p.unitNames(ctx, rows)
	if err != nil {
		return nil, err
	}
	top, err := p.Service.TopNames(ctx, rows)
	if err != nil {
		return nil, err
	}
	var out [][]any
	for _, f := range rows {
		addr := ""
		if f.Addr.IsValid() {
			addr = f.Addr.String()
		}
		out = append(out, []any{f.Threat, top[f.ID].Name, TypeText(ctx, top[f.ID].Type), ActivityText(ctx, top[f.ID].Roles), addr, i18n.T(ctx, f.Subject().Key), names[f.UnitID], f.Queries, f.Names, f.FirstSeen,
			f.LastSeen, f.Undated, strings.Join(f.Lists, ", "), f.TLP, i18n.T(ctx, "finding.state."+string(f.State)), f.Assignee.Name,
			f.CreatedAt, f.Closed.Reason})
	}
	return out, nil
}

// exportHits handles GET /findings/{id}/hits.csv and .xlsx: all evidence of one
// finding.
func (p *Pages) exportHits(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := p.Service.Get(r.Context(), ID(r.PathValue("id")))
		if err != nil {
			return err
		}
		return WriteHits(w, r, format, p.Service, p.Places, []Seen{f})
	}
}

// WriteHits answers with all evidence of findings that the reader was shown.
func WriteHits(w http.ResponseWriter, r *http.Request, format web.Format, s *Service, places Places, of []Seen) error {
	ctx := r.Context()
	page := func(after string) ([]Hit, string, error) {
		done, err := strconv.Atoi(after)
		if err != nil {
			done = 0 // the first page
		}
		list, total, err := s.Hits(ctx, of, done, exportPage)
		if done += len(list); err != nil || len(list) == 0 || int64(done) >= total {
			return list, "", err
		}
		return list, strconv.Itoa(done), nil
	}
	return web.Export(w, r, format, web.Sheet{Name: "evidence", Heads: Heads(ctx, "finding.name", "finding.type", "finding.role", "finding.indicator", "finding.list",
		"finding.source", "finding.day", "finding.queries", "finding.lines", "finding.first", "finding.last", "finding.undated"),
		Rows: web.Rows(page, func(hits []Hit) ([][]any, error) {
			at, err := places.of(ctx, hits)
			var out [][]any
			for _, h := range hits {
				undated := ""
				if h.Undated {
					undated = i18n.T(ctx, "finding.undated.mark")
				}
				out = append(out, []any{h.Name, TypeText(ctx, h.Type), ActivityText(ctx, h.Roles), h.Indicator, h.List, at[Ref{h.SourceID, h.FileID}], i18n.Date(ctx, h.Day.Start()),
					h.Queries, h.Lines, h.First, h.Last, undated})
			}
			return out, err
		})})
}
