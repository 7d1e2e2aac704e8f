// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// doFind is the value of the button "do" that searches the register.
const doFind = "find"

// evidence handles POST /directives/{directive}/tasks/{task}/evidence: multipart,
// the fields q, document and do before file. do=find searches the register by q
// and changes nothing.
func (p *Pages) evidence(w http.ResponseWriter, r *http.Request) error {
	ctx, task := r.Context(), r.PathValue("task")
	t, err := p.svc.TaskOf(ctx, idOf(r), task)
	if err != nil {
		return err
	}
	form, name, data, err := p.attached(r)
	if err != nil {
		return err
	}
	unit, err := p.body(ctx, t, form.Get("of"))
	if err != nil {
		return err
	}
	v := unitPage{unit: unit, proof: task, typed: form}
	document := form.Get("document")
	switch {
	case form.Get("do") == doFind:
		v.found, v.searched = nil, true
		if p.svc.Papers != nil {
			if v.found, err = p.svc.Papers.Find(ctx, form.Get("q"), mostFound); err != nil && !fault.Is(err, fault.Forbidden) {
				return err
			}
		}
		return p.renderUnit(w, r, http.StatusOK, v)
	case document != "":
		err = p.svc.ProveBy(ctx, idOf(r), task, document)
	default:
		_, err = p.svc.Attach(ctx, idOf(r), task, name, data)
	}
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderUnit(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.proved"))
	return web.Redirect(w, r, unitHref(t.Directive, unit)+"#t-"+task)
}

// attached reads the form of evidence.
func (p *Pages) attached(r *http.Request) (form url.Values, name string, data []byte, err error) {
	form = url.Values{}
	parts, err := r.MultipartReader()
	if err != nil {
		return form, "", nil, fault.Bad("directive.evidence", "file", "directive.bad.file")
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, name, data, nil
		}
		if err != nil {
			return form, "", nil, err
		}
		switch field := part.FormName(); field {
		case "q", "document", "do", "of":
			text, err := web.PartText(part, 300)
			if err != nil {
				return form, "", nil, err
			}
			form.Set(field, text)
		case "file":
			if name, err = web.PartName(part); err != nil {
				return form, "", nil, err
			}
			if name == "" {
				continue
			}
			if data, err = io.ReadAll(io.LimitReader(part, p.svc.Limit+1)); err != nil {
				return form, "", nil, err
			}
		}
	}
}

// file handles GET /directives/{directive}/files/{file}.
func (p *Pages) file(w http.ResponseWriter, r *http.Request) error {
	f, in, err := p.svc.OpenFile(r.Context(), idOf(r), r.PathValue("file"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": f.Name}))
	h.Set("Content-Length", strconv.FormatInt(f.Size, 10))
	h.Set("X-Content-SHA256", f.SHA256)
	_, err = io.Copy(w, in)
	return errors.Join(err, in.Close())
}

func fileHref(f File) string { return href(f.Directive) + "/files/" + f.ID }

// proofFields are the fields by which evidence is added to a task.
func (v unitPage) proofFields(ctx context.Context, o Owed) []ui.FieldProps {
	here := v.proof == o.ID
	value := func(name string) string {
		if here && v.typed != nil {
			return v.typed.Get(name)
		}
		return ""
	}
	fault := func(name string) string {
		if here {
			return v.errs[name]
		}
		return ""
	}
	out := []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", ID: "eq-" + o.ID, Label: i18n.T(ctx, "directive.proof.find"), Value: value("q")}}
	if here && v.searched {
		f := ui.FieldProps{Kind: ui.KindRadio, Name: "document", ID: "ed-" + o.ID, Autofocus: true, Label: i18n.T(ctx, "directive.proof.found", i18n.Number(ctx, int64(len(v.found)))), Value: value("document"), Error: fault("document") + fault("ref"),
			Options: []ui.Option{{Label: i18n.T(ctx, "directive.proof.none")}}}
		if len(v.found) == 1 && strings.TrimSpace(value("q")) != "" {
			f.Value = v.found[0].ID
		}
		for _, p := range v.found {
			f.Options = append(f.Options, ui.Option{Value: p.ID, Label: p.Cite, Hint: " " + p.Subject})
		}
		out = append(out, f)
	}
	return append(out, ui.FieldProps{Kind: ui.KindFile, Name: "file", ID: "ef-" + o.ID, Label: i18n.T(ctx, "directive.proof.upload"), Error: fault("file")})
}
