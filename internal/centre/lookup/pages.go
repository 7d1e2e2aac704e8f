// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"slices"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// path is where the room is.
const path = "/events"

// Neighbours are what the screens ask of other rooms, each within the actor's
// scope: what is not in it is absent.
type Neighbours struct {
	UnitNames   func(ctx context.Context, ids []string) (map[string]string, error)
	Units       func(ctx context.Context) ([]ui.Option, error)
	SourceNames func(ctx context.Context, ids []string) (map[string]string, error)
	Sources     func(ctx context.Context) ([]ui.Option, error)
}

// Pages are the screens of the room.
type Pages struct {
	site *web.Site
	svc  *Service
	near Neighbours
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Neighbours) *Pages { return &Pages{site, svc, near} }

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + path, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + path + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + path + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
	}
}

// pageSize is how many rows a page shows.
const pageSize = 50

// page is what the one screen shows.
type page struct {
	r *http.Request
	typed
	q       Question
	state   State
	found   bool // the question was answered
	answer  Answer
	open    *lake.Row
	units   []ui.Option
	sources []ui.Option
	names   map[string]string // of units
	source  map[string]string
	problem *ui.AlertProps
}

// list handles GET /events: the form, filled in beforehand with what the address
// says, and once a reason is given the answer. Query: the form's fields, after,
// open.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := page{r: r, typed: typed{Values: r.URL.Query()}, state: Ready}
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if v.sources, err = p.near.Sources(ctx); err != nil {
		return err
	}
	status := http.StatusOK
	if p.svc.Store() == nil || !v.sent() {
		if v.state, err = p.svc.State(ctx); err != nil {
			return err
		}
		v.q, _ = v.question(p.svc.Now())
	} else if status, err = p.answer(ctx, &v); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "lookup.title"), Body: listView(v)})
}

// answer puts the question of v. What is wrong with it stays on the page.
func (p *Pages) answer(ctx context.Context, v *page) (status int, err error) {
	q, bad := v.question(p.svc.Now())
	if len(bad) > 0 {
		v.refuse(ctx, bad)
		maps.Copy(v.errs, web.Errors(ctx, q.Check()))
		return http.StatusUnprocessableEntity, nil
	}
	v.answer, err = p.svc.Look(ctx, q, lake.Page{After: v.Get(fieldAfter), Size: pageSize})
	if err := q.Check(); err == nil { // as it was understood
		v.q = q
	}
	if status, err = v.judge(ctx, err); err != nil || status != http.StatusOK {
		return status, err
	}
	v.found = true
	for i, row := range v.answer.Rows {
		if rowKey(row) == v.Get(fieldOpen) {
			v.open = &v.answer.Rows[i]
		}
	}
	v.names, v.source, err = p.called(ctx, v.answer.Rows, v.answer.Facets)
	return http.StatusOK, err
}

// refuse says what is wrong, by field.
func (v *page) refuse(ctx context.Context, bad map[string]string) {
	v.errs = map[string]string{}
	for field, key := range bad {
		v.errs[field] = i18n.T(ctx, key)
	}
}

// judge turns an error of an answer into what the page says of it, with the
// status of the page; other errors are returned.
func (v *page) judge(ctx context.Context, err error) (int, error) {
	switch {
	case err == nil:
		return http.StatusOK, nil
	case errors.Is(err, lake.ErrQuery):
		field, key := "value", "lookup.bad.query"
		if v.Get(fieldAfter) != "" {
			field = ""
		}
		if v.Get("expert") != "" {
			field, key = "expert", "lookup.bad.expert"
		}
		v.errs = map[string]string{field: i18n.T(ctx, key)}
		v.problem = &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "lookup.err.query"), Text: i18n.T(ctx, "lookup.err.query.text")}
		return http.StatusUnprocessableEntity, nil
	case errors.Is(err, lake.ErrTooSlow):
		v.problem = &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "lookup.err.slow"), Text: i18n.T(ctx, "lookup.err.slow.text")}
		return http.StatusUnprocessableEntity, nil
	case errors.Is(err, lake.ErrDiskFull):
		v.state = Full
		return http.StatusServiceUnavailable, nil
	case errors.Is(err, lake.ErrUnavailable):
		v.state = Asleep
		return http.StatusServiceUnavailable, nil
	}
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return http.StatusUnprocessableEntity, nil
	}
	return 0, err
}

// called are the names of the units and sources that rows and figures mention.
func (p *Pages) called(ctx context.Context, rows []lake.Row, facets []lake.Facet) (units, sources map[string]string, err error) {
	var unitIDs, sourceIDs []string
	for _, r := range rows {
		unitIDs, sourceIDs = append(unitIDs, r.Owner), append(sourceIDs, r.Source)
	}
	for _, f := range facets {
		if f.Field == lake.FieldSource {
			sourceIDs = append(sourceIDs, f.Value)
		}
	}
	slices.Sort(unitIDs)
	slices.Sort(sourceIDs)
	if units, err = p.near.UnitNames(ctx, slices.Compact(unitIDs)); err != nil {
		return nil, nil, err
	}
	sources, err = p.near.SourceNames(ctx, slices.Compact(sourceIDs))
	return units, sources, err
}

// export handles GET /events.csv and .xlsx: the first MaxExport rows that the
// question finds; the file says when there are more.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		q, _ := typed{Values: r.URL.Query()}.question(p.svc.Now())
		next, err := p.svc.Export(ctx, q)
		if err != nil {
			return err
		}
		heads := []string{"lookup.time", "lookup.unit", "lookup.source", "lookup.class", "lookup.client", "lookup.what", "lookup.raw", "lookup.fields", "lookup.block", "lookup.line"}
		for i, key := range heads {
			heads[i] = i18n.T(ctx, key)
		}
		return web.Export(w, r, format, web.Sheet{Name: "events", Limit: MaxExport, Heads: heads,
			Rows: web.Rows(next, func(rows []lake.Row) ([][]any, error) { return p.exportRows(ctx, rows) })})
	}
}

func (p *Pages) exportRows(ctx context.Context, rows []lake.Row) ([][]any, error) {
	units, sources, err := p.called(ctx, rows, nil)
	out := make([][]any, len(rows))
	for i, r := range rows {
		_, client := clientOf(r)
		out[i] = []any{timeText(r.Time), named(units, r.Owner), named(sources, r.Source), classText(ctx, string(r.Class)), client, whatText(r), r.Raw, fieldsText(r), r.Block, r.Line}
	}
	return out, err
}
