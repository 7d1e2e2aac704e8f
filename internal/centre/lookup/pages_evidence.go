// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"io"
	"net/http"
	"net/url"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

const (
	evidencePath = path + "/evidence"
	valuePath    = path + "/value"
	takeoutPath  = path + "/takeouts"
	fieldRow     = "row"
	newCase      = "new"
)

// Lead is what a new case knows from events.
type Lead struct {
	Title, Unit string
	Values      []string // seen in the lines: observables nobody has judged
}

// Cases is what the pages ask of the incident room, each for the actor.
type Cases interface {
	// May reports whether the actor may put evidence into any case.
	May(ctx context.Context) bool
	// Open are the cases still open.
	Open(ctx context.Context) ([]ui.Option, error)
	// Begin opens a case. Errors: fault.Invalid (title, case_unit).
	Begin(ctx context.Context, l Lead) (id string, err error)
	// Keep puts a file into a case and gives its SHA-256.
	Keep(ctx context.Context, id, name, note string, r io.Reader) (sum string, err error)
	// Of are the cases that name a value.
	Of(ctx context.Context, value string) ([]ui.Link, error)
	// Path is the page of a case's evidence.
	Path(id string) string
}

// evidencePage is the step between a result and a case.
type evidencePage struct {
	t                             typed
	keys                          []string // of rows; none is the whole result
	why                           Why
	into, title, unit, note, form string
	cases, units                  []ui.Option
	errs                          map[string]string
	found                         int64
}

// rows handles POST /events/evidence/rows: the rows ticked in a list. Form: id
// (one for each row), the fields of the page.
func (p *Pages) rows(w http.ResponseWriter, r *http.Request) error {
	_ = r.PostFormValue("id") // reads the form
	ids := r.PostForm["id"]
	values := typed{Values: r.PostForm}.copied()
	values.Del("id")
	if len(ids) == 0 {
		p.site.Flash(r.Context(), ui.Warn, i18n.T(r.Context(), "lookup.evidence.none"))
		return web.Redirect(w, r, path+"?"+values.Encode())
	}
	for _, id := range ids {
		if key, err := url.QueryUnescape(id); err == nil {
			values.Add(fieldRow, key)
		}
	}
	return web.Redirect(w, r, evidencePath+"?"+values.Encode())
}

// evidence handles GET /events/evidence. Query: the fields of the page, why, row
// (one for each; none is the whole result).
func (p *Pages) evidence(w http.ResponseWriter, r *http.Request) error {
	return p.renderEvidence(w, r, http.StatusOK, evidencePage{t: typed{Values: r.URL.Query()}, form: string(Lines)})
}

func (p *Pages) renderEvidence(w http.ResponseWriter, r *http.Request, status int, v evidencePage) error {
	ctx := r.Context()
	if p.near.Cases == nil || !p.near.Cases.May(ctx) {
		return &fault.Error{Kind: fault.Forbidden, Op: "lookup.evidence"}
	}
	v.keys = v.t.Values[fieldRow]
	q, _ := v.t.question(p.svc.Now())
	var err error
	if v.why, err = p.svc.Given(ctx, q.Why); fault.Is(err, fault.Invalid) {
		return web.Redirect(w, r, v.t.with(fieldRow, "", fieldWhy, "")) // the page asks again
	}
	if err != nil {
		return err
	}
	if v.found = int64(len(v.keys)); v.found == 0 {
		if v.found, err = p.svc.Found(ctx, q); err != nil {
			return err
		}
	}
	if v.cases, err = p.near.Cases.Open(ctx); err != nil {
		return err
	}
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "lookup.evidence.title"), Body: evidenceView(v)})
}

// keep handles POST /events/evidence. Form: the fields of the page, why, row,
// incident ("new" or an id), title, case_unit, note, form.
func (p *Pages) keep(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if p.near.Cases == nil || !p.near.Cases.May(ctx) {
		return &fault.Error{Kind: fault.Forbidden, Op: "lookup.evidence"}
	}
	v := evidencePage{into: r.PostFormValue("incident"), title: r.PostFormValue("title"), unit: r.PostFormValue("case_unit"), note: r.PostFormValue("note"), form: r.PostFormValue("form")}
	values := typed{Values: r.PostForm}.copied()
	for _, name := range []string{"incident", "title", "case_unit", "note", "form"} {
		values.Del(name)
	}
	v.t = typed{Values: values}
	id, sum, piece, err := p.put(ctx, v)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderEvidence(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "lookup.evidence.done", i18n.Number(ctx, piece.Rows), i18n.Number(ctx, piece.Found), piece.Name, sum))
	return web.Redirect(w, r, p.near.Cases.Path(id))
}

func (p *Pages) put(ctx context.Context, v evidencePage) (id, sum string, piece Piece, err error) {
	const op = "lookup.evidence"
	q, _ := v.t.question(p.svc.Now())
	form := Form(v.form)
	if form != Parquet {
		form = Lines
	}
	var keys []Key
	for _, s := range v.t.Values[fieldRow] {
		key, ok := readKey(s)
		if !ok {
			return "", "", piece, fault.Bad(op, "rows", "lookup.bad.gone")
		}
		keys = append(keys, key)
	}
	if len(keys) > pageSize {
		return "", "", piece, fault.Bad(op, "rows", "lookup.bad.exact")
	}
	if id = v.into; id == "" {
		return "", "", piece, fault.Bad(op, "incident", "lookup.bad.incident")
	}
	if id == newCase {
		rows, err := p.svc.Picked(ctx, q, keys)
		if err != nil {
			return "", "", piece, err
		}
		if id, err = p.near.Cases.Begin(ctx, Lead{v.title, v.unit, valuesOf(rows)}); err != nil {
			return "", "", piece, err
		}
	}
	piece, err = p.svc.Evidence(ctx, q, keys, form, id, func(ctx context.Context, name string, r io.Reader) (err error) {
		sum, err = p.near.Cases.Keep(ctx, id, name, v.noteText(ctx), r)
		return err
	})
	return id, sum, piece, err
}

// noteText is what the case says beside the file.
func (v evidencePage) noteText(ctx context.Context) string {
	if v.note != "" {
		return v.note
	}
	return i18n.T(ctx, "lookup.evidence.note")
}

// maxValues is how many values a new case takes over.
const maxValues = 20

// valuesOf are the values that say most about rows, each once.
func valuesOf(rows []lake.Row) (out []string) {
	seen := map[string]bool{}
	for _, r := range rows {
		if field, value := whatOf(r); observable(field) && !seen[value] && len(out) < maxValues {
			seen[value] = true
			out = append(out, value)
		}
	}
	return out
}

// fields are those of the step, as typed.
func (v evidencePage) fields(ctx context.Context) []ui.FieldProps {
	list := []ui.FieldProps{
		{Kind: ui.KindSelect, Name: "incident", Label: i18n.T(ctx, "lookup.evidence.into"), Value: v.into, Error: v.errs["incident"], Required: true, Blank: i18n.T(ctx, "lookup.evidence.choose"),
			Options: append([]ui.Option{{Value: newCase, Label: i18n.T(ctx, "lookup.evidence.new")}}, v.cases...)},
		{Name: "title", Label: i18n.T(ctx, "lookup.evidence.case_title"), Hint: i18n.T(ctx, "lookup.evidence.case_title.hint"), Value: v.title, Error: v.errs["title"], MaxLength: 200},
		{Kind: ui.KindSelect, Name: "case_unit", Label: i18n.T(ctx, "lookup.evidence.case_unit"), Value: v.unit, Error: v.errs["case_unit"], Options: v.units, Blank: i18n.T(ctx, "lookup.evidence.choose")},
		{Name: "note", Label: i18n.T(ctx, "lookup.evidence.about"), Hint: i18n.T(ctx, "lookup.evidence.about.hint"), Value: v.note, Error: v.errs["note"], MaxLength: 200},
		{Kind: ui.KindRadio, Name: "form", Label: i18n.T(ctx, "lookup.form"), Value: v.form, Options: []ui.Option{
			{Value: string(Lines), Label: "JSONL", Hint: i18n.T(ctx, "lookup.form.jsonl")}, {Value: string(Parquet), Label: "Parquet", Hint: i18n.T(ctx, "lookup.form.parquet")}}},
	}
	return list
}

// effect says what will happen.
func (v evidencePage) effect(ctx context.Context) string {
	n := i18n.Number(ctx, v.found)
	switch {
	case len(v.keys) > 0:
		return i18n.T(ctx, "lookup.evidence.effect.rows", n)
	case v.found > MaxExport:
		return i18n.T(ctx, "lookup.evidence.effect.cut", n, i18n.Number(ctx, MaxExport))
	}
	return i18n.T(ctx, "lookup.evidence.effect.all", n)
}
