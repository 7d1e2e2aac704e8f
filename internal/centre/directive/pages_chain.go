// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// mostFound is how many papers and directives a search shows.
const mostFound = 8

type restPage struct {
	f        Folder
	q        string
	searched bool
	up       []Ground
	cited    []Candidate
	found    []Candidate
	errs     map[string]string
}

// askRest handles GET /directives/{directive}/rest. Query: q, words of what it
// rests on.
func (p *Pages) askRest(w http.ResponseWriter, r *http.Request) error {
	return p.renderRest(w, r, http.StatusOK, restPage{q: r.URL.Query().Get("q")})
}

func (p *Pages) renderRest(w http.ResponseWriter, r *http.Request, status int, v restPage) error {
	ctx := r.Context()
	var err error
	if v.f, err = p.mine(r); err != nil {
		return err
	}
	if v.f.State == Dropped {
		return &fault.Error{Kind: fault.Conflict, Op: "directive.rest", Msg: "directive.conflict.dropped"}
	}
	if v.up, _, err = p.svc.Chain(ctx, v.f.Directive); err != nil {
		return err
	}
	if v.cited, err = p.svc.Cited(ctx, v.f.Directive); err != nil {
		return err
	}
	if v.found, err = p.svc.Search(ctx, v.f.Directive, v.q, mostFound); err != nil {
		return err
	}
	v.searched = strings.TrimSpace(v.q) != ""
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "directive.rest"), Body: restView(v)})
}

// rest handles POST /directives/{directive}/rest. Form: version, and one of
// parent and document; neither takes the ground away.
func (p *Pages) rest(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.svc.Rest(ctx, idOf(r), ID(r.PostFormValue("parent")), r.PostFormValue("document"), version(r))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderRest(w, r, http.StatusUnprocessableEntity, restPage{errs: errs})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.rest"))
	return web.Redirect(w, r, href(d.ID)+"#chain")
}

func (v restPage) problem() string {
	for _, text := range v.errs {
		return text
	}
	return ""
}

func (v restPage) list(ctx context.Context, id, caption string, list []Candidate) ui.ListProps {
	l := ui.ListProps{ID: id, Caption: caption, Total: int64(len(list)), Heads: []ui.Head{{Label: i18n.T(ctx, "directive.rest.paper")}, {Label: i18n.T(ctx, "directive.field.subject")},
		{Label: i18n.T(ctx, "directive.cited.why")}, {Label: i18n.T(ctx, "directive.rest.choose"), Hide: true}},
		Empty: ui.EmptyProps{Icon: ui.IconSearch, Title: i18n.T(ctx, "directive.rest.none"), Text: i18n.T(ctx, "directive.rest.none.text")}}
	for _, c := range list {
		choose := ui.Action{Label: i18n.T(ctx, "directive.rest.choose"), Href: href(v.f.ID) + "/rest", Post: true, Hidden: []ui.Hidden{versionField(v.f.Version)}}
		row := ui.Row{}
		if d := c.Directive; d != nil {
			choose.Hidden = append(choose.Hidden, ui.Hidden{Name: "parent", Value: string(d.ID)})
			row = ui.Row{ID: string(d.ID), Name: d.Code, Href: href(d.ID), Cells: []templ.Component{ui.Text(d.Code + " – " + d.Cite()), ui.Text(titleOf(ctx, *d))}}
		} else {
			choose.Hidden = append(choose.Hidden, ui.Hidden{Name: "document", Value: c.Paper.ID})
			row = ui.Row{ID: c.Paper.ID, Name: c.Paper.Cite, Href: c.Paper.Href, Cells: []templ.Component{ui.Text(c.Paper.Cite), ui.Text(c.Paper.Subject)}}
		}
		row.Cells = append(row.Cells, ui.Text(whyOf(ctx, c)), ui.ActionLink(choose))
		l.Rows = append(l.Rows, row)
	}
	return l
}

// link is a step of the chain.
func (g Ground) link(names map[string]string) ui.Link {
	if g.Directive == nil {
		return ui.Link{Label: g.Paper.Cite, Href: g.Paper.Href}
	}
	said := g.Directive.Code + " – " + g.Directive.Cite()
	if name := names[g.Directive.UnitID]; name != "" {
		said += " (" + name + ")"
	}
	return ui.Link{Label: said, Href: href(g.Directive.ID)}
}

// away says on which side of a directive a step stands, and how far.
func (g Ground) away(ctx context.Context, key string) string {
	return i18n.T(ctx, "directive.chain."+key, i18n.Number(ctx, int64(g.Steps)))
}

func (v showPage) relations(ctx context.Context) (out []ui.Fact) {
	for _, e := range v.before {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.relation."+string(e.Relation)), Value: ui.Anchor(ui.Link{Label: e.Code + " – " + e.Cite(), Href: href(e.ID)})})
	}
	for _, e := range v.after {
		out = append(out, ui.Fact{Label: i18n.T(ctx, "directive.relation.by."+string(e.Relation)), Value: ui.Anchor(ui.Link{Label: e.Code + " – " + e.Cite(), Href: href(e.ID)})})
	}
	return out
}
