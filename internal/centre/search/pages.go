// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package search

import (
	"context"
	"net/http"
	"net/url"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

const (
	onPage  = 10 // hits of a group on the page
	inQuick = 5  // hits of a group in the palette
)

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service) *Pages { return &Pages{site, svc} }

// Routes are the addresses of the room. Anyone signed in may search: each
// source asks for its own permission.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + ui.SearchPath, Access: web.SignedIn, Handle: p.page},
		{Pattern: "GET " + ui.SuggestPath, Access: web.SignedIn, Handle: p.suggest},
	}
}

type resultPage struct {
	q      Query
	typed  string
	groups []Group
}

// page handles GET /search. Query: q. A case's code goes straight to the case.
func (p *Pages) page(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := resultPage{typed: r.URL.Query().Get("q")}
	v.q = Read(v.typed)
	href, err := p.svc.Straight(ctx, v.q)
	if err != nil {
		return err
	}
	if href != "" {
		return web.Redirect(w, r, href)
	}
	if v.groups, err = p.svc.Find(ctx, v.q, onPage); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: v.title(ctx), Body: resultView(v), Query: v.typed})
}

// suggest handles GET /search/suggest. Query: q. It answers the options of the
// palette alone.
func (p *Pages) suggest(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := resultPage{typed: r.URL.Query().Get("q")}
	v.q = Read(v.typed)
	var err error
	if v.groups, err = p.svc.Find(ctx, v.q, inQuick); err != nil {
		return err
	}
	return p.site.Fragment(w, r, http.StatusOK, optionsView(v))
}

func (v resultPage) title(ctx context.Context) string {
	if v.q.Text == "" {
		return i18n.T(ctx, "search.title")
	}
	return i18n.T(ctx, "search.title.for", v.q.Text)
}

// found counts what is shown or known to exist.
func (v resultPage) found() (n int64) {
	for _, g := range v.groups {
		n += max(g.Total, int64(len(g.Hits)))
	}
	return n
}

func (v resultPage) lead(ctx context.Context) string {
	if v.q.Text == "" {
		return i18n.T(ctx, "search.lead")
	}
	return i18n.T(ctx, "search.found", i18n.Number(ctx, v.found()), i18n.T(ctx, "search.kind."+v.q.Kind.name()))
}

func (k Kind) name() string {
	return [...]string{"words", "code", "address", "domain", "hash"}[k]
}

func (g Group) heading(ctx context.Context) string { return i18n.T(ctx, "search.group."+g.Key) }

func searchAt(typed string) string { return ui.SearchPath + "?q=" + url.QueryEscape(typed) }

func moreText(ctx context.Context, g Group) string {
	if g.Total < 0 {
		return i18n.T(ctx, "search.more")
	}
	return i18n.T(ctx, "search.more.count", i18n.Number(ctx, g.Total))
}
