// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// clash shows the paper again with what was typed and, of each field that
// differs, both texts: f is the paper as it stands.
func (p *Pages) clash(w http.ResponseWriter, r *http.Request, f File, e Edit) error {
	ctx := r.Context()
	c, err := p.site.Conflict(ctx, r, "paper", string(f.ID), paperPage{svc: p.svc, f: f, now: p.svc.now()}.asNow(ctx, r))
	if err != nil {
		return err
	}
	return p.render(w, r, http.StatusConflict, func(v *paperPage) { v.typed, v.clash = e, c })
}

// asNow are the fields of the form, in its order, as the paper has them: those
// that r sent.
func (v paperPage) asNow(ctx context.Context, r *http.Request) []web.Now {
	head, foot := v.frameFields(ctx)
	group := map[string]string{}
	fields := head
	for _, f := range v.f.Form.Fields() {
		if !inBody(f) || !r.PostForm.Has(wasName(f.Key)) {
			continue
		}
		in := v.input(ctx, f)
		if len(in.Codes) == 0 {
			fields = append(fields, in.Props)
			continue
		}
		group[in.Props.Name] = in.Props.Label
		for _, c := range in.Codes {
			fields = append(fields, c.Box)
		}
		for _, c := range in.Codes {
			if c.Note != nil {
				fields = append(fields, *c.Note)
			}
		}
	}
	fields = append(fields, foot...)
	for i := range fields {
		if fields[i].Kind == ui.KindRadio && fields[i].Value == "" {
			fields[i].Options = nil // nothing answered reads as nothing
		}
	}
	return web.FromFields(ctx, group, fields...)
}

// sectionCard folds a section in which nothing is left to correct and nothing
// was changed by hand, so that the form shows first what still needs a person.
func (v paperPage) sectionCard(ctx context.Context, s rulepack.Section) ui.CardProps {
	c := ui.CardProps{Title: s.No + ". " + s.Title, Fold: true, Note: i18n.T(ctx, "report.section.fine")}
	for _, f := range s.Fields {
		if v.problem(ctx, f.Key) != "" {
			c.Open, c.Note = true, i18n.T(ctx, "report.section.todo")
		}
		c.Open = c.Open || v.f.ByHand(f.Key)
	}
	if c.Open = c.Open || v.clash != nil; c.Open && c.Note == i18n.T(ctx, "report.section.fine") {
		c.Note = ""
	}
	return c
}
