// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type planPage struct {
	Plan
	ID    string
	Names map[string]string
}

// importForm handles GET /accounts/import: the upload, or the dry run of
// ?upload=ID.
func (p *Pages) importForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id := r.URL.Query().Get("upload")
	if id == "" {
		return p.renderImport(w, r, http.StatusOK, "")
	}
	plan, err := p.svc.PlannedImport(ctx, id)
	if err != nil {
		return err
	}
	names, err := p.unitNames(ctx)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.import.title"), Body: planView(planPage{plan, id, names})})
}

func (p *Pages) renderImport(w http.ResponseWriter, r *http.Request, status int, problem string) error {
	if !mayInvite(r.Context()) {
		return &fault.Error{Kind: fault.Forbidden, Op: "account.import"}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "account.import.title"), Body: importView(problem)})
}

// importPost handles POST /accounts/import. Form: file.
func (p *Pages) importPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !mayInvite(ctx) {
		return &fault.Error{Kind: fault.Forbidden, Op: "account.import"}
	}
	name, data, err := uploaded(r)
	var id string
	if err == nil {
		id, _, err = p.svc.PlanImport(ctx, name, data)
	}
	if fault.Is(err, fault.Invalid) {
		return p.renderImport(w, r, http.StatusUnprocessableEntity, web.Errors(ctx, err)["file"])
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, "/accounts/import?"+url.Values{"upload": {id}}.Encode())
}

func uploaded(r *http.Request) (name string, data []byte, err error) {
	f, head, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", nil, badFile("account.import.file_none")
	}
	if err != nil {
		return "", nil, err
	}
	data, err = io.ReadAll(f)
	return head.Filename, data, errors.Join(err, f.Close())
}

// importApply handles POST /accounts/import/apply. Form: upload, digest. It
// answers with the slips, once. When the accounts have changed since, the new
// dry run is shown.
func (p *Pages) importApply(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id := r.PostFormValue("upload")
	plan, slips, err := p.svc.ApplyImport(ctx, id, r.PostFormValue("digest"))
	if fault.Is(err, fault.Conflict) {
		p.site.Flash(ctx, ui.Warn, i18n.T(ctx, "account.import.changed"))
		return web.Redirect(w, r, "/accounts/import?"+url.Values{"upload": {id}}.Encode())
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "account.import.done", i18n.Number(ctx, int64(plan.Count(RowNew))), i18n.Number(ctx, int64(plan.Count(RowRejected)))))
	return p.renderSlips(w, r, slips)
}

// template handles GET /accounts/import/template.csv: the head alone, with one
// invented person.
func (p *Pages) template(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !mayInvite(ctx) {
		return &fault.Error{Kind: fault.Forbidden, Op: "account.import"}
	}
	return web.Export(w, r, web.CSV, web.Sheet{Name: "people-template", Heads: sheetHeads(ctx, "name", "title", "login", "phone", "email", "unit", "role"),
		Rows: func(func([]any, error) bool) {}})
}

const planShown = 300

func (v planPage) shown() []PlannedRow { return v.Rows[:min(len(v.Rows), planShown)] }

func (v planPage) report(ctx context.Context) ui.ImportReportProps {
	rep := ui.ImportReportProps{File: v.File, DryRun: true, Rows: int64(len(v.Rows) - v.Count(RowSkipped)), Added: int64(v.Count(RowNew)),
		Same: int64(v.Count(RowSame)), Rejected: int64(v.Count(RowRejected))}
	for i, c := range v.Cells {
		if i == planShown {
			rep.More = int64(len(v.Cells) - planShown)
			break
		}
		rep.Cells = append(rep.Cells, ui.CellError{Row: c.Row, Column: c.Heading, Value: c.Value, Error: i18n.T(ctx, c.Reason, c.Args...), Warn: c.Warn})
	}
	return rep
}

func rowBadge(ctx context.Context, s RowState) ui.BadgeProps {
	tone := map[RowState]ui.Tone{RowNew: ui.OK, RowSame: ui.Neutral, RowRejected: ui.Bad, RowSkipped: ui.NoData}[s]
	return ui.BadgeProps{Text: i18n.T(ctx, "account.import.state."+string(s)), Tone: tone}
}

func rolesText(ctx context.Context, grants []auth.Grant) string { return grantText(ctx, grants, nil) }
