// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"errors"
	"maps"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/fault"
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
	Cases       Cases
	// Whose is the unit that an address of a log belonged to; no label when it is
	// nobody's that the actor may see.
	Whose func(ctx context.Context, owner string, addr netip.Addr, at time.Time) (ui.Link, error)
	// KeepIn is where a question is kept in a hunt; "" when the actor keeps none.
	KeepIn func(ctx context.Context, query string) string
	// Task is the page of a job.
	Task func(job string) string
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
		{Pattern: "POST " + path, Need: mayRead, Handle: p.ask},
		{Pattern: "GET " + path + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + path + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + valuePath, Need: mayRead, Handle: p.value},
		{Pattern: "POST " + evidencePath + "/rows", Need: mayRead, Handle: p.rows},
		{Pattern: "GET " + evidencePath, Need: mayRead, Handle: p.evidence},
		{Pattern: "POST " + evidencePath, Need: mayRead, Handle: p.keep},
		{Pattern: "GET " + takeoutPath, Need: mayRead, Handle: p.takeouts},
		{Pattern: "GET " + takeoutPath + "/new", Need: mayRead, Handle: p.newTakeout},
		{Pattern: "POST " + takeoutPath, Need: mayRead, Handle: p.takeOut},
		{Pattern: "GET " + takeoutPath + "/{takeout}/file", Need: mayRead, Handle: p.download},
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
	of      *lake.Row  // whose value a menu is of
	around  []lake.Row // beside open in its block
	given   Why        // the reason that holds; no id when none does
	reason  string     // as typed
	cases   bool       // the actor may put evidence into one
	keepIn  string
	units   []ui.Option
	sources []ui.Option
	names   map[string]string // of units
	source  map[string]string
	problem *ui.AlertProps
}

// list handles GET /events: the form, filled in beforehand with what the address
// says, and with the id of a reason the answer. Query: the form's fields, why,
// after, open, change (asks for another reason).
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v, err := p.blank(r, r.URL.Query())
	if err != nil {
		return err
	}
	status := http.StatusOK
	if p.svc.Store() == nil || !v.sent() {
		v.state, err = p.svc.State(ctx)
		v.q, _ = v.question(p.svc.Now())
	} else {
		status, err = p.answer(ctx, &v)
	}
	if err != nil {
		return err
	}
	return p.render(w, r, status, v)
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, v page) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "lookup.title"), Body: listView(v)})
}

// blank is the page before anything is found.
func (p *Pages) blank(r *http.Request, values url.Values) (page, error) {
	ctx := r.Context()
	v := page{r: r, typed: typed{Values: values}, state: Ready, cases: p.near.Cases != nil && p.near.Cases.May(ctx)}
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return v, err
	}
	if v.sources, err = p.near.Sources(ctx); err != nil {
		return v, err
	}
	if values.Get("change") == "" && r.Method == http.MethodGet {
		v.given, err = p.svc.Given(ctx, values.Get(fieldWhy))
		if fault.Is(err, fault.Invalid) {
			v.given, err = Why{}, nil
		}
	}
	values.Del("change")
	return v, err
}

// ask handles POST /events: keeps the reason and goes on to the answer. Form:
// the fields of the page and reason.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	reason := r.PostFormValue(fieldReason)
	values := typed{Values: r.PostForm}.copied()
	values.Del(fieldWhy)
	t := typed{Values: values}
	q, bad := t.question(p.svc.Now())
	q.Reason = reason
	err := q.Check()
	if len(bad) == 0 && err == nil {
		var why Why
		if why, err = p.svc.Give(ctx, reason); err == nil {
			return web.Redirect(w, r, t.with(fieldWhy, why.ID))
		}
	}
	if err != nil && !fault.Is(err, fault.Invalid) {
		return err
	}
	v, errBlank := p.blank(r, values)
	if errBlank != nil {
		return errBlank
	}
	v.q, v.reason = q, reason
	v.refuse(ctx, bad, err)
	return p.render(w, r, http.StatusUnprocessableEntity, v)
}

// answer puts the question of v. What is wrong with it stays on the page.
func (p *Pages) answer(ctx context.Context, v *page) (status int, err error) {
	q, bad := v.question(p.svc.Now())
	if len(bad) > 0 {
		v.refuse(ctx, bad, q.Check())
		delete(v.errs, fieldReason)
		return http.StatusUnprocessableEntity, nil
	}
	v.answer, err = p.svc.Look(ctx, q, lake.Page{After: v.Get(fieldAfter), Size: pageSize, Oldest: v.oldest()})
	if q.Reason = v.given.Reason; q.Check() == nil { // as it was understood
		v.q = q
	}
	if status, err = v.judge(ctx, err); err != nil || status != http.StatusOK {
		return status, err
	}
	v.found = true
	if p.near.KeepIn != nil {
		v.keepIn = p.near.KeepIn(ctx, v.fixedWith().Encode())
	}
	rows := v.answer.Rows
	if key, ok := readKey(v.Get(fieldOpen)); ok {
		if v.around, err = p.svc.Around(ctx, q, key); err != nil {
			return 0, err
		}
		for i, row := range v.around {
			if keyOf(row) == key {
				v.open = &v.around[i]
			}
		}
		rows = append(slices.Clip(rows), v.around...)
	}
	v.names, v.source, err = p.called(ctx, append(rows, v.answer.Table.places()...), v.answer.Facets)
	return http.StatusOK, err
}

// refuse says what is wrong, by field: bad are keys, err is that of Check.
func (v *page) refuse(ctx context.Context, bad map[string]string, err error) {
	v.errs = map[string]string{}
	maps.Copy(v.errs, web.Errors(ctx, err))
	for field, key := range bad {
		v.errs[field] = i18n.T(ctx, key)
	}
	v.point(ctx, err)
}

// point says at which place of an expert's query what is wrong.
func (v *page) point(ctx context.Context, err error) {
	var bad *lake.SyntaxError
	if !errors.As(err, &bad) {
		return
	}
	v.problem = &ui.AlertProps{Tone: ui.Warn, Title: i18n.T(ctx, "lookup.err.query"), Text: i18n.T(ctx, "lookup.err.query.text")}
	v.errs["expert"] = i18n.T(ctx, "lookup.bad.expert."+string(bad.Why), i18n.Number(ctx, int64(bad.Offset+1)), bad.Read)
}

// judge turns an error of an answer into what the page says of it, with the
// status of the page; other errors are returned.
func (v *page) judge(ctx context.Context, err error) (int, error) {
	switch {
	case err == nil:
		return http.StatusOK, nil
	case errors.Is(err, lake.ErrQuery) && !errors.As(err, new(*lake.SyntaxError)):
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
	if v.errs = web.Errors(ctx, err); v.errs == nil {
		return 0, err
	}
	v.point(ctx, err)
	if v.errs[fieldReason] != "" {
		v.given = Why{} // it holds no more, or was never the reader's
	}
	return http.StatusUnprocessableEntity, nil
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
// question finds, or its table; the file says when there are more.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		t := typed{Values: r.URL.Query()}
		q, _ := t.question(p.svc.Now())
		if e, err := lake.ReadExpert(q.Expert); err == nil && e.Pipes != "" {
			return p.exportTable(w, r, format, q)
		}
		next, err := p.svc.Export(ctx, q, t.oldest())
		if err != nil {
			return err
		}
		return web.Export(w, r, format, web.Sheet{Name: "events", Limit: MaxExport, Heads: exportHeads(ctx),
			Rows: web.Rows(next, func(rows []lake.Row) ([][]any, error) { return p.exportRows(ctx, rows) })})
	}
}

func exportHeads(ctx context.Context) []string {
	heads := []string{"lookup.time", "lookup.unit", "lookup.source", "lookup.class", "lookup.client", "lookup.what", "lookup.raw", "lookup.fields", "lookup.block", "lookup.line"}
	for i, key := range heads {
		heads[i] = i18n.T(ctx, key)
	}
	return heads
}

func (p *Pages) exportTable(w http.ResponseWriter, r *http.Request, format web.Format, q Question) error {
	t, err := p.svc.ExportTable(r.Context(), q)
	if err != nil {
		return err
	}
	limit := len(t.Rows)
	if t.Cut {
		t.Rows = append(t.Rows, make([]string, len(t.Columns))) // in its place the file says that it was cut
	}
	return web.Export(w, r, format, web.Sheet{Name: "events-table", Limit: limit, Heads: t.Columns, Rows: func(yield func([]any, error) bool) {
		for _, row := range t.Rows {
			line := make([]any, len(row))
			for i, value := range row {
				line[i] = value
			}
			if !yield(line, nil) {
				return
			}
		}
	}})
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
