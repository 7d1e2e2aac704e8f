// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// bookPage is how a unit numbers this year.
type bookPage struct {
	rule   Rule
	series []Series
	remind Reminders
	units  []ui.Option
	codes  Codes
	typed  map[string]string
	errs   map[string]string
}

// books handles GET /documents/books. Query: unit.
func (p *Pages) books(w http.ResponseWriter, r *http.Request) error {
	return p.renderBook(w, r, http.StatusOK, r.URL.Query().Get("unit"), bookPage{})
}

func (p *Pages) renderBook(w http.ResponseWriter, r *http.Request, status int, unit string, v bookPage) error {
	ctx := r.Context()
	v.codes = p.svc.Codes(ctx)
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	if unit == "" && len(v.units) > 0 {
		unit = v.units[0].Value
	}
	if v.rule, v.series, err = p.svc.Book(ctx, unit); err != nil {
		return err
	}
	if v.remind, err = p.svc.RemindersOf(ctx, v.rule.Unit); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "document.book"), Body: bookView(v)})
}

// setReminders handles POST /documents/receipts. Form: unit, version, days.
func (p *Pages) setReminders(w http.ResponseWriter, r *http.Request) error {
	ctx, unit := r.Context(), r.PostFormValue("unit")
	v := bookPage{typed: map[string]string{"days": r.PostFormValue("days")}}
	version, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return &fault.Error{Kind: fault.Conflict, Op: "document.reminders", Err: err}
	}
	days, err := ReadReminders(v.typed["days"])
	if err == nil {
		err = p.svc.SetReminders(ctx, unit, Reminders{Days: days, Version: version})
	}
	if v.errs = web.Errors(ctx, err); v.errs != nil && v.errs["unit"] == "" {
		return p.renderBook(w, r, http.StatusUnprocessableEntity, unit, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "document.done.reminders"))
	return web.Redirect(w, r, Path+"/books?unit="+url.QueryEscape(unit))
}

// setBook handles POST /documents/books. Form: unit, version, mode, arrivals,
// used (of the one series), used_in.
func (p *Pages) setBook(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	rule := Rule{Unit: r.PostFormValue("unit"), Mode: Mode(r.PostFormValue("mode")), Arrivals: r.PostFormValue("arrivals") != ""}
	v := bookPage{typed: map[string]string{"mode": string(rule.Mode), "used": r.PostFormValue("used"), "used_in": r.PostFormValue("used_in")}}
	var err error
	if rule.Version, err = strconv.ParseInt(r.PostFormValue("version"), 10, 64); err != nil {
		return &fault.Error{Kind: fault.Conflict, Op: "document.book", Err: err}
	}
	used := map[string]int64{}
	for field, name := range map[string]string{"used": allKinds, "used_in": arrivals} {
		text := strings.TrimSpace(v.typed[field])
		if text == "" || name == allKinds && rule.Mode != OneBook || name == arrivals && !rule.Arrivals {
			continue
		}
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			v.errs = map[string]string{field: i18n.T(ctx, "document.bad.number")}
		}
		used[name] = n
	}
	if v.errs == nil {
		_, err = p.svc.SetRule(ctx, rule, used)
		v.errs = web.Errors(ctx, err)
	}
	if v.errs != nil {
		return p.renderBook(w, r, http.StatusUnprocessableEntity, rule.Unit, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "document.done.book"))
	return web.Redirect(w, r, Path+"/books?unit="+rule.Unit)
}

// importPage is the step that reads a file.
type importPage struct {
	units []ui.Option
	typed map[string]string
	errs  map[string]string
}

// askImport handles GET /document-imports.
func (p *Pages) askImport(w http.ResponseWriter, r *http.Request) error {
	return p.renderImport(w, r, http.StatusOK, importPage{})
}

func (p *Pages) renderImport(w http.ResponseWriter, r *http.Request, status int, v importPage) error {
	ctx := r.Context()
	var err error
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "document.import"), Body: importView(v)})
}

// readImport handles POST /document-imports: multipart with unit, dir, file.
func (p *Pages) readImport(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := importPage{typed: map[string]string{}}
	in, err := p.readTable(r, v.typed)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderImport(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, ImportPath+"/"+in.ID)
}

func (p *Pages) readTable(r *http.Request, typed map[string]string) (Import, error) {
	missing := fault.Bad("document.import_read", "file", "paperfile.bad.empty")
	parts, err := r.MultipartReader()
	if err != nil {
		return Import{}, missing
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return Import{}, missing
		}
		if err != nil {
			return Import{}, err
		}
		name, err := web.PartName(part)
		if err != nil {
			return Import{}, err
		}
		if part.FormName() != "file" {
			if typed[part.FormName()], err = web.PartText(part, 200); err != nil {
				return Import{}, err
			}
			continue
		}
		data, err := io.ReadAll(io.LimitReader(part, MaxImport+1))
		if err != nil {
			return Import{}, err
		}
		if len(data) > MaxImport {
			return Import{}, &fault.Error{Kind: fault.TooLarge, Op: "document.import_read", Msg: "fault.too_large_of", Args: []any{i18n.Bytes(r.Context(), MaxImport)}}
		}
		if name == "" || len(data) == 0 {
			return Import{}, missing
		}
		return p.svc.ReadImport(r.Context(), typed["unit"], Dir(typed["dir"]), name, data)
	}
}

// previewPage is the step before rows are taken over.
type previewPage struct {
	in    Import
	m     Mapping
	lines []Line
	codes Codes
	errs  map[string]string
}

// mapping reads where each field stands; the guess where none was chosen yet.
func mapping(r *http.Request, in Import) Mapping {
	chosen := r.PostForm
	if r.Method == http.MethodGet {
		chosen = r.URL.Query()
	}
	m := Mapping{}
	any := false
	for _, f := range Fields() {
		list, ok := chosen["col."+string(f)]
		if !ok {
			continue
		}
		any = true
		if n, err := strconv.Atoi(list[0]); err == nil && n >= 0 && n < importCols {
			m[f] = n
		}
	}
	if !any {
		return in.Guess()
	}
	return m
}

// preview handles GET /document-imports/{import}. Query: col.<field>.
func (p *Pages) preview(w http.ResponseWriter, r *http.Request) error {
	return p.renderPreview(w, r, http.StatusOK, nil)
}

func (p *Pages) renderPreview(w http.ResponseWriter, r *http.Request, status int, errs map[string]string) error {
	ctx := r.Context()
	v := previewPage{errs: errs, codes: p.svc.Codes(ctx)}
	var err error
	if v.in, err = p.svc.WaitingImport(ctx, r.PathValue("import")); err != nil {
		return err
	}
	v.m = mapping(r, v.in)
	if v.lines, err = p.svc.Lines(ctx, v.in, v.m); err != nil {
		return err
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "document.import.preview"), Body: previewView(v)})
}

// takeImport handles POST /document-imports/{import}. Form: col.<field>.
func (p *Pages) takeImport(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	in, err := p.svc.WaitingImport(ctx, r.PathValue("import"))
	if err != nil {
		return err
	}
	added, left, err := p.svc.TakeImport(ctx, in.ID, mapping(r, in))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderPreview(w, r, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "document.done.imported", i18n.Number(ctx, int64(added)), i18n.Number(ctx, int64(left))))
	return web.Redirect(w, r, Path+"?dir="+string(in.Dir))
}

func unitName(ctx context.Context, units []ui.Option, id string) string {
	for _, u := range units {
		if u.Value == id {
			return strings.TrimSpace(u.Label)
		}
	}
	return i18n.T(ctx, "document.unit.all")
}
