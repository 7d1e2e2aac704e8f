// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package guide

import (
	"context"
	"net/http"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	book *Book
}

// NewPages makes the screens.
func NewPages(site *web.Site, book *Book) *Pages { return &Pages{site, book} }

// Routes lists the screens: the contents, each page, each picture.
func (p *Pages) Routes() []web.Route {
	out := []web.Route{{Pattern: "GET /guide", Access: web.SignedIn, Handle: p.contents}}
	for i, slug := range order {
		out = append(out, web.Route{Pattern: "GET /guide/" + slug, Access: web.SignedIn, Handle: p.page(i)})
	}
	for name, content := range p.book.images {
		out = append(out, web.Route{Pattern: "GET /guide/images/" + name, Access: web.SignedIn, Handle: picture(content)})
	}
	return out
}

type contentsPage struct {
	pages []Page
	query string
	found []Found
}

// contents handles GET /guide. Query: q, words of titles.
func (p *Pages) contents(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := contentsPage{pages: p.book.In(i18n.Lang(ctx)), query: r.URL.Query().Get("q")}
	v.found = p.book.Find(i18n.Lang(ctx), v.query)
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "guide.title"), Body: contentsView(v)})
}

type onePage struct {
	Page
	prev, next *Page
}

func (p *Pages) page(i int) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		pages := p.book.In(i18n.Lang(r.Context()))
		v := onePage{Page: pages[i]}
		if i > 0 {
			v.prev = &pages[i-1]
		}
		if i+1 < len(pages) {
			v.next = &pages[i+1]
		}
		return p.site.Render(w, r, http.StatusOK, web.View{Title: v.Title, Body: pageView(v)})
	}
}

// picture answers one picture. It is kept by the browser for an hour: a new
// release may bring a new one under the same name.
func picture(content []byte) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		w.Header().Set("Content-Type", "image/webp")
		w.Header().Set("Cache-Control", "private, max-age=3600")
		_, err := w.Write(content)
		return err
	}
}

func sections(ctx context.Context, p Page) []ui.Link {
	var out []ui.Link
	for _, s := range p.Sections {
		out = append(out, ui.Link{Label: s.Title, Href: "#" + s.ID})
	}
	return out
}
