// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// answer ends a form of a tab: back to the tab, or the tab again with what was
// typed and the reasons.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request, tab string, typed map[string]string, err error, done string) error {
	ctx := r.Context()
	if fault.Is(err, fault.Invalid) {
		return p.renderShow(w, r, http.StatusUnprocessableEntity, tab, typed, web.Errors(ctx, err))
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, done)
	if tab == tabCourse {
		return web.Redirect(w, r, href(idOf(r)))
	}
	return web.Redirect(w, r, href(idOf(r))+"?tab="+tab)
}

func typedOf(r *http.Request, names ...string) map[string]string {
	out := map[string]string{}
	for _, n := range names {
		out[n] = r.PostFormValue(n)
	}
	return out
}

// note handles POST /incidents/{id}/notes. Form: text, at (empty is now).
func (p *Pages) note(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := typedOf(r, "text", "at")
	at, err := time.ParseInLocation(localTime, typed["at"], i18n.Hanoi)
	if err != nil && typed["at"] != "" {
		err = fault.Bad("incident.note", "at", "incident.err.moment")
	} else {
		err = p.svc.AddNote(ctx, idOf(r), at, typed["text"])
	}
	return p.answer(w, r, tabCourse, typed, err, i18n.T(ctx, "incident.done.note"))
}

// observe handles POST /incidents/{id}/observables. Form: value (one a line),
// verdict, source.
func (p *Pages) observe(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := typedOf(r, "value", "verdict", "source")
	n, err := p.svc.AddObservables(ctx, idOf(r), typed["value"], Verdict(typed["verdict"]), typed["source"])
	return p.answer(w, r, tabObservables, typed, err, i18n.T(ctx, "incident.done.observables", n))
}

// machine handles POST /incidents/{id}/machines. Form: name, addr, addr_kind,
// note.
func (p *Pages) machine(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := typedOf(r, "name", "addr", "addr_kind", "note")
	err := p.svc.AddMachine(ctx, idOf(r), typed["name"], typed["addr"], typed["addr_kind"], typed["note"])
	return p.answer(w, r, tabMachines, typed, err, i18n.T(ctx, "incident.done.machine"))
}

// upload handles POST /incidents/{id}/evidence: multipart, note before file,
// read as it comes in.
func (p *Pages) upload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	typed := map[string]string{}
	e, err := p.receive(r, typed)
	return p.answer(w, r, tabEvidence, typed, err, i18n.T(ctx, "incident.done.evidence", e.Name, e.SHA256))
}

func (p *Pages) receive(r *http.Request, typed map[string]string) (Evidence, error) {
	missing := fault.Bad("incident.upload", "file", "incident.err.file_empty")
	parts, err := r.MultipartReader()
	if err != nil {
		return Evidence{}, missing
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return Evidence{}, missing
		}
		if err != nil {
			return Evidence{}, err
		}
		switch part.FormName() {
		case "note":
			if typed["note"], err = web.PartText(part, 8*maxLine); err != nil {
				return Evidence{}, err
			}
		case "file":
			name, err := web.PartName(part)
			if err != nil {
				return Evidence{}, err
			}
			return p.svc.AddEvidence(r.Context(), idOf(r), name, typed["note"], part)
		}
	}
}

// download handles GET /incidents/{id}/evidence/{evidence}. The bytes are sent
// as a file of no type, never shown in the page: evidence may be malware.
func (p *Pages) download(w http.ResponseWriter, r *http.Request) error {
	e, file, err := p.svc.OpenEvidence(r.Context(), idOf(r), r.PathValue("evidence"))
	if err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/octet-stream")
	h.Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": e.Name}))
	h.Set("Content-Length", strconv.FormatInt(e.Size, 10))
	h.Set("X-Content-SHA256", e.SHA256)
	_, err = io.Copy(w, file)
	return errors.Join(err, file.Close())
}
