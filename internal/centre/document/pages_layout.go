// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

const layoutPath = Path + "/layout"

// layoutPage is the layout of a paper's file, or of one somebody brought.
type layoutPage struct {
	of    Document // zero for a file that was brought
	name  string
	found *lint.Report
	errs  map[string]string
}

// askLayout handles GET /documents/layout.
func (p *Pages) askLayout(w http.ResponseWriter, r *http.Request) error {
	return p.renderLayout(w, r, http.StatusOK, layoutPage{})
}

// checkLayout handles POST /documents/layout. Form: file.
func (p *Pages) checkLayout(w http.ResponseWriter, r *http.Request) error {
	v := layoutPage{}
	err := fault.Bad("document.layout", "file", "paperfile.bad.empty")
	if parts, bad := r.MultipartReader(); bad == nil {
		for {
			part, end := parts.NextPart()
			if errors.Is(end, io.EOF) {
				break
			}
			if end != nil {
				return end
			}
			if part.FormName() != "file" {
				continue
			}
			if v.name, err = web.PartName(part); err != nil || v.name == "" {
				err = cmpErr(err, fault.Bad("document.layout", "file", "paperfile.bad.empty"))
				break
			}
			var found lint.Report
			if found, err = p.svc.Layout(r.Context(), v.name, part); err == nil {
				v.found = &found
			}
			break
		}
	}
	if v.errs = web.Errors(r.Context(), err); v.errs != nil {
		return p.renderLayout(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return p.renderLayout(w, r, http.StatusOK, v)
}

// layout handles GET /documents/{document}/files/{file}/layout.
func (p *Pages) layout(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	folder, err := p.svc.Get(ctx, idOf(r))
	if err != nil {
		return err
	}
	f, found, err := p.svc.LayoutOf(ctx, idOf(r), r.PathValue("file"))
	v := layoutPage{of: folder.Document, name: f.Name}
	if v.errs = web.Errors(ctx, err); v.errs == nil {
		if err != nil {
			return err
		}
		v.found = &found
	}
	return p.renderLayout(w, r, http.StatusOK, v)
}

func (p *Pages) renderLayout(w http.ResponseWriter, r *http.Request, status int, v layoutPage) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "document.layout"), Body: layoutView(v)})
}

// checksLayout reports whether the layout of a file can be asked for.
func checksLayout(f File) bool { return f.Kind == paperfile.DOCX || f.Kind == paperfile.PDF }

func (v layoutPage) crumbs(ctx context.Context) []ui.Link {
	out := []ui.Link{{Label: i18n.T(ctx, "document.title"), Href: Path}}
	if v.of.ID != "" {
		out = append(out, ui.Link{Label: cmp.Or(v.of.Code(), v.of.Subject), Href: href(v.of.ID)})
	}
	return out
}

// verdict says how many findings of each severity there are.
func (v layoutPage) verdict(ctx context.Context) ui.AlertProps {
	f := v.found
	out := ui.AlertProps{Tone: ui.OK, Title: i18n.T(ctx, "document.layout.good"),
		Text: i18n.T(ctx, "lint.summary", f.Checked, f.Rules, f.Count(lint.Error), f.Count(lint.Warning), f.Count(lint.Unchecked))}
	switch {
	case f.Checked == 0:
		out.Tone, out.Title = ui.Warn, i18n.T(ctx, "document.layout.blind")
	case f.Count(lint.Error) > 0:
		out.Tone, out.Title = ui.Bad, i18n.T(ctx, "document.layout.bad")
	case f.Count(lint.Warning) > 0:
		out.Tone, out.Title = ui.Warn, i18n.T(ctx, "document.layout.doubt")
	}
	return out
}

// list has the gravest findings first, each kind in the order of the paper.
func (v layoutPage) list(ctx context.Context) ui.ListProps {
	grave := []lint.Severity{lint.Error, lint.Warning, lint.Unchecked}
	all := slices.Clone(v.found.Findings)
	slices.SortStableFunc(all, func(a, b lint.Finding) int {
		return cmp.Compare(slices.Index(grave, a.Severity), slices.Index(grave, b.Severity))
	})
	l := ui.ListProps{ID: "layout", Caption: i18n.T(ctx, "document.layout"), Total: int64(len(all)),
		Heads: []ui.Head{{Label: i18n.T(ctx, "document.layout.severity")}, {Label: i18n.T(ctx, "document.layout.asked")},
			{Label: i18n.T(ctx, "document.layout.found")}, {Label: i18n.T(ctx, "document.layout.where")}},
		Empty: ui.EmptyProps{Icon: ui.IconCheck, Title: i18n.T(ctx, "document.layout.none"), Text: i18n.T(ctx, "document.layout.none.text")}}
	tones := map[lint.Severity]ui.Tone{lint.Error: ui.Bad, lint.Warning: ui.Warn, lint.Unchecked: ui.Neutral}
	for _, f := range all {
		l.Rows = append(l.Rows, ui.Row{Cells: []templ.Component{ui.Badge(ui.BadgeProps{Text: i18n.T(ctx, f.Severity.Key()), Tone: tones[f.Severity]}),
			askedCell(f), ui.Text(cmp.Or(f.Found, "—")), ui.Text(place(ctx, f))}})
	}
	return l
}

// place says where in a paper a finding stands.
func place(ctx context.Context, f lint.Finding) string {
	switch {
	case f.Page > 0 && f.Para > 0:
		return i18n.T(ctx, "lint.at.both", f.Page, f.Para)
	case f.Page > 0:
		return i18n.T(ctx, "lint.at.page", f.Page)
	case f.Para > 0:
		return i18n.T(ctx, "lint.at.paragraph", f.Para)
	}
	return i18n.T(ctx, "lint.at.whole")
}
