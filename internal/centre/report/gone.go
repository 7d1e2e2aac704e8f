// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file keeps the prints of a paper within reach when the rule pack or the
// form it was written by is there no more: what was printed needs neither.

// errFormGone says that the form of a paper is in no pack any more.
var errFormGone = errors.New("report: the form is gone")

// Kept is a paper of the actor's scope with its prints and sendings alone, whether
// or not its form is still known; fault.NotFound as Get.
func (s *Service) Kept(ctx context.Context, id ID) (File, error) {
	_, sight, err := sees(ctx, "report.Kept")
	if err != nil {
		return File{}, err
	}
	q := s.records.Read()
	p, err := get(ctx, q, "report.Kept", sight, id)
	if err != nil {
		return File{}, err
	}
	if p.Case.Kind == OfIncident { // seen by whoever sees the case
		if _, err := s.cases.Get(ctx, incident.ID(p.Case.ID)); err != nil {
			return File{}, err
		}
	}
	f := File{Paper: p}
	if f.Prints, err = prints(ctx, q, id); err != nil {
		return f, err
	}
	f.Sendings, err = sendings(ctx, q, id)
	return f, err
}

// gone shows a paper whose form is gone: what was printed of it.
func (p *Pages) gone(w http.ResponseWriter, r *http.Request, id ID) error {
	ctx := r.Context()
	f, err := p.svc.Kept(ctx, id)
	if err != nil {
		return err
	}
	if len(f.Prints) == 0 {
		return &fault.Error{Kind: fault.Conflict, Op: "report.gone", Msg: "report.gone.draft", Err: errFormGone}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: f.Frame.Subject, Body: goneView(f)})
}

// links are the files of a print.
func (f File) links(ctx context.Context, p Print) []ui.Link {
	var out []ui.Link
	for _, k := range []Kind{DOCX, PDF, XLSX, JSON} {
		if p.Hash(k) != "" {
			out = append(out, ui.Link{Label: i18n.T(ctx, "report.gone.file", p.Seq, string(k), i18n.Time(ctx, p.At)), Href: href(f.ID) + "/print/" + strconv.Itoa(p.Seq) + "." + string(k)})
		}
	}
	return out
}
