// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"errors"
	"io"
	"net/http"
	"net/url"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type importPage struct {
	Error string // why the file was not taken
}

type planPage struct {
	Plan
	ID   string
	From string // firstHour when the upload came from there
}

// firstHour is the value of the field "from" of a file sent from the first
// hour; its import leads back to firstHourPath.
const (
	firstHour     = "setup"
	firstHourPath = "/setup/units"
)

// importForm handles GET /units/import: the upload, or the dry run of
// ?upload=ID, with from=setup of a file sent from the first hour.
func (p *Pages) importForm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id := r.URL.Query().Get("upload")
	if id == "" {
		return p.renderImport(w, r, http.StatusOK, importPage{})
	}
	plan, err := p.svc.PlannedImport(ctx, id)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "unit.import.title"), Body: planView(planPage{plan, id, r.URL.Query().Get("from")})})
}

func (p *Pages) renderImport(w http.ResponseWriter, r *http.Request, status int, v importPage) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "unit.import.title"), Body: importView(v)})
}

// importPost handles POST /units/import. Form: file.
func (p *Pages) importPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	name, data, err := uploaded(r)
	var id string
	if err == nil {
		id, _, err = p.svc.PlanImport(ctx, name, data)
	}
	if fault.Is(err, fault.Invalid) {
		return p.renderImport(w, r, http.StatusUnprocessableEntity, importPage{Error: web.Errors(ctx, err)["file"]})
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, dryRun(id, r.PostFormValue("from")))
}

// dryRun is the address of the dry run of an upload.
func dryRun(id, from string) string {
	at := url.Values{"upload": {id}}
	if from == firstHour {
		at.Set("from", from)
	}
	return "/units/import?" + at.Encode()
}

func uploaded(r *http.Request) (name string, data []byte, err error) {
	f, head, err := r.FormFile("file")
	if errors.Is(err, http.ErrMissingFile) || errors.Is(err, http.ErrNotMultipart) {
		return "", nil, fault.Bad("unit.form", "file", "unit.err.file_required")
	}
	if err != nil {
		return "", nil, err
	}
	data, err = io.ReadAll(f)
	return head.Filename, data, errors.Join(err, f.Close())
}

// importApply handles POST /units/import/apply. Form: upload, digest, from. When the
// units have changed since, the new dry run is shown.
func (p *Pages) importApply(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	id := r.PostFormValue("upload")
	plan, err := p.svc.ApplyImport(ctx, id, r.PostFormValue("digest"))
	if fault.Is(err, fault.Conflict) {
		p.site.Flash(ctx, ui.Warn, i18n.T(ctx, "unit.err.plan_changed"))
		return web.Redirect(w, r, dryRun(id, r.PostFormValue("from")))
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.import.done", i18n.Number(ctx, int64(plan.Count(RowNew))),
		i18n.Number(ctx, int64(plan.Count(RowChanged))), i18n.Number(ctx, int64(plan.Count(RowRejected)))))
	if r.PostFormValue("from") == firstHour {
		return web.Redirect(w, r, firstHourPath)
	}
	return web.Redirect(w, r, "/units")
}
