// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package retention

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file shows what lines take by source and day.

type daysPage struct {
	r       *http.Request
	rows    []lake.Use
	total   int
	source  string
	next    string
	options []ui.Option
	names   names
}

// keyOf is the place of a row in the list.
func keyOf(u lake.Use) string { return u.Day.String() + " " + u.Source + " " + u.Owner }

// behind are the rows of a source, all when it is "", behind a place: the latest
// day comes first.
func behind(all []lake.Use, source, after string) (rows []lake.Use, total int) {
	from := 0
	var out []lake.Use
	for _, u := range all {
		if source != "" && u.Source != source {
			continue
		}
		if out = append(out, u); after != "" && passed(u, after) {
			from = len(out)
		}
	}
	return out[from:], len(out)
}

// passed reports whether u stands at or before a place.
func passed(u lake.Use, after string) bool {
	day, rest := after[:min(len(after), 10)], after[min(len(after), 10):]
	if u.Day.String() != day {
		return u.Day.String() > day
	}
	return keyOf(u)[10:] <= rest
}

// days handles GET /settings/retention/days. Query: source, after.
func (p *Pages) days(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.svc.Disk(ctx)
	if err != nil {
		return err
	}
	v := daysPage{r: r, source: r.URL.Query().Get("source")}
	v.rows, v.total = behind(d.Lines.Days, v.source, r.URL.Query().Get("after"))
	if len(v.rows) > onPage {
		v.rows = v.rows[:onPage]
		v.next = web.With(r, "after", keyOf(v.rows[onPage-1]))
	}
	if v.names, err = p.names(ctx, sourcesIn(v.rows)); err != nil {
		return err
	}
	if v.options, err = p.near.Sources(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "retention.days"), Body: daysView(v)})
}

func sourcesIn(rows []lake.Use) []string {
	var out []string
	for _, u := range rows {
		if u.Source != "" {
			out = append(out, u.Source)
		}
	}
	return out
}

var dayHeads = []string{"day", "source", "owner", "rows", "raw", "disk"}

func (v daysPage) list(ctx context.Context) ui.ListProps {
	l := ui.ListProps{ID: "days", Caption: i18n.T(ctx, "retention.days"), Total: int64(v.total), Next: v.next, Exports: web.Exports(v.r, Path+"/days"),
		Filtered: v.source != "", ClearAt: Path + "/days",
		Filters: ui.Filter(ui.FilterProps{Action: Path + "/days", Fields: []ui.FieldProps{{Kind: ui.KindSelect, Name: "source", Label: i18n.T(ctx, "retention.field.source"),
			Value: v.source, Blank: i18n.T(ctx, "retention.source.any"), Options: v.options}}}),
		Empty: ui.EmptyProps{Icon: ui.IconSource, Title: i18n.T(ctx, "retention.days.empty"), Text: i18n.T(ctx, "retention.days.empty.text")}}
	for i, key := range dayHeads {
		l.Heads = append(l.Heads, ui.Head{Label: i18n.T(ctx, "retention.field."+key), Numeric: i > 2})
	}
	if v.r.URL.Query().Has("after") {
		l.Prev = web.With(v.r, "after", "")
	}
	for _, u := range v.rows {
		name := v.names.source(ctx, u.Source)
		l.Rows = append(l.Rows, ui.Row{ID: keyOf(u), Name: name + " " + i18n.Date(ctx, u.Day.Start()), Cells: []templ.Component{ui.Date(u.Day.Start()), ui.Text(name),
			ui.Text(v.names.units[u.Owner]), ui.Number(u.Rows), ui.Text(i18n.Bytes(ctx, u.Raw)), ui.Text(i18n.Bytes(ctx, u.Disk))}})
	}
	return l
}

// exportDays handles GET /settings/retention/days.csv and .xlsx. Sizes are bytes.
func (p *Pages) exportDays(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		d, err := p.svc.Disk(ctx)
		if err != nil {
			return err
		}
		all, _ := behind(d.Lines.Days, r.URL.Query().Get("source"), "")
		n, err := p.names(ctx, sourcesIn(all))
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "days"}
		for _, key := range dayHeads {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "retention.export."+key))
		}
		sh.Rows = web.Rows(func(string) ([]lake.Use, string, error) { return all, "", nil }, func(list []lake.Use) ([][]any, error) {
			var out [][]any
			for _, u := range list {
				out = append(out, []any{u.Day.Start(), n.source(ctx, u.Source), n.units[u.Owner], u.Rows, u.Raw, u.Disk})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}
