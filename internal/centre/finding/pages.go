// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Units is what the pages ask of the unit room. Both methods answer within the
// actor's scope and are safe for concurrent use.
type Units interface {
	// Names maps unit ids to short names; ids out of scope are absent.
	Names(ctx context.Context, ids []string) (map[string]string, error)
	// Options lists the units in scope by name: value is the id.
	Options(ctx context.Context) ([]ui.Option, error)
}

// Ref is a file of a source.
type Ref struct{ SourceID, FileID string }

// Places names files for the reader: "Máy phân giải tỉnh · dns-21.log" with the
// address of its page. Those the reader may not see are absent. Nil names none.
type Places func(ctx context.Context, refs []Ref) (map[Ref]ui.Link, error)

// Record is a finding with its evidence, as another room takes it over: the
// most asked names and the latest hits, both cut at a thousand.
type Record struct {
	Seen
	Names []Name
	Hits  []Hit
}

// PagesDeps are what the pages are built from. Site, Service and Units are
// required.
type PagesDeps struct {
	Site    *web.Site
	Service *Service
	Units   Units
	Places  Places
	// OpenIncident opens an incident from a finding and returns the path of
	// its page; it calls Service.MarkHandled in its transaction. Nil hides the
	// button. Pages offer it to whoever may write incidents.
	OpenIncident func(ctx context.Context, f Record) (path string, err error)
}

// Pages are the screens of the room.
type Pages struct{ PagesDeps }

// NewPages makes the screens.
func NewPages(d PagesDeps) *Pages { return &Pages{d} }

var openIncidents = auth.Permission{Area: auth.Incidents, Act: auth.Write}

// Routes are the addresses of the room.
func (p *Pages) Routes() []web.Route {
	routes := []web.Route{
		{Pattern: "GET /findings", Need: mayRead, Handle: p.list},
		{Pattern: "GET /findings.csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET /findings.xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "POST /findings/bulk", Need: mayWrite, Handle: p.bulk},
		{Pattern: "GET /findings/{id}", Need: mayRead, Handle: p.show},
		{Pattern: "GET /findings/{id}/hits.csv", Need: mayRead, Handle: p.exportHits(web.CSV)},
		{Pattern: "GET /findings/{id}/hits.xlsx", Need: mayRead, Handle: p.exportHits(web.XLSX)},
		{Pattern: "POST /findings/{id}/acknowledge", Need: mayWrite, Handle: p.act("acknowledged", p.Service.Acknowledge)},
		{Pattern: "POST /findings/{id}/reopen", Need: mayWrite, Handle: p.act("reopened", p.Service.Reopen)},
		{Pattern: "POST /findings/{id}/assign", Need: mayWrite, Handle: p.assign},
		{Pattern: "GET /findings/{id}/dismiss", Need: mayDecide, Handle: p.askDismiss},
		{Pattern: "POST /findings/{id}/dismiss", Need: mayDecide, Handle: p.dismiss},
	}
	if p.OpenIncident != nil {
		routes = append(routes, web.Route{Pattern: "POST /findings/{id}/incident", Need: openIncidents, Handle: p.incident})
	}
	return routes
}

// act handles the posts that need no words: form field version.
func (p *Pages) act(done string, fn func(context.Context, ID, int64) (Seen, error)) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		f, err := fn(r.Context(), ID(r.PathValue("id")), formNumber(r, "version"))
		if err != nil {
			return err
		}
		p.Site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), "finding.done."+done))
		return web.Redirect(w, r, href(f.ID))
	}
}

// assign handles POST /findings/{id}/assign. Form: person, version.
func (p *Pages) assign(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.Service.Assign(ctx, ID(r.PathValue("id")), r.PostFormValue("person"), formNumber(r, "version"))
	if fault.Is(err, fault.Invalid) {
		return p.render(w, r, http.StatusUnprocessableEntity, web.Errors(ctx, err))
	}
	if err != nil {
		return err
	}
	key := "finding.done.assigned"
	if f.Assignee.ID == "" {
		key = "finding.done.unassigned"
	}
	p.Site.Flash(ctx, ui.OK, i18n.T(ctx, key, f.Assignee.Name))
	return web.Redirect(w, r, href(f.ID))
}

// incident handles POST /findings/{id}/incident.
func (p *Pages) incident(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.Service.Get(ctx, ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	if f.Incident != "" { // a second press of the button
		return web.Redirect(w, r, incidentHref(f.Incident))
	}
	if !f.State.Open() {
		return wrongState("finding.incident")
	}
	rec := Record{Seen: f}
	if rec.Names, _, err = p.Service.Names(ctx, []Seen{f}, 1000); err != nil {
		return err
	}
	if rec.Hits, _, err = p.Service.Hits(ctx, []Seen{f}, 0, 1000); err != nil {
		return err
	}
	path, err := p.OpenIncident(ctx, rec)
	if err != nil {
		return err
	}
	p.Site.Flash(ctx, ui.OK, i18n.T(ctx, "finding.done.incident"))
	return web.Redirect(w, r, path)
}

func (p *Pages) unitNames(ctx context.Context, rows []Seen) (map[string]string, error) {
	var list []string
	for _, f := range rows {
		list = append(list, f.UnitID, f.Owner)
	}
	slices.Sort(list)
	list = slices.DeleteFunc(slices.Compact(list), func(id string) bool { return id == "" })
	return p.Units.Names(ctx, list)
}

// links names the files that hits come from.
func (p Places) links(ctx context.Context, hits []Hit) (map[Ref]ui.Link, error) {
	if p == nil || len(hits) == 0 {
		return nil, nil
	}
	seen := map[Ref]bool{}
	var refs []Ref
	for _, h := range hits {
		if ref := (Ref{h.SourceID, h.FileID}); !seen[ref] {
			seen[ref] = true
			refs = append(refs, ref)
		}
	}
	return p(ctx, refs)
}

func (p Places) of(ctx context.Context, hits []Hit) (map[Ref]string, error) {
	links, err := p.links(ctx, hits)
	out := map[Ref]string{}
	for ref, l := range links {
		out[ref] = l.Label
	}
	return out, err
}

func href(id ID) string { return "/findings/" + string(id) }

func incidentHref(id string) string { return "/incidents/" + id }

// formNumber reads a whole number of the form; what is none is one no record
// has, and so a conflict.
func formNumber(r *http.Request, name string) int64 {
	n, err := strconv.ParseInt(r.PostFormValue(name), 10, 64)
	if err != nil {
		return -1
	}
	return n
}

func (p *Pages) now() time.Time { return p.Service.Now() }
