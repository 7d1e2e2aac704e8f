// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Views keeps the saved views of lists. Both methods answer for the actor of
// ctx alone and are safe for concurrent use.
type Views interface {
	// Of lists the views of the list at path, the actor's own first. It fails
	// with fault.NotFound or fault.Forbidden where the actor can keep none.
	Of(ctx context.Context, path string) ([]ui.SavedView, error)
	// First is the query of the view that opens first at path; empty when
	// none does.
	First(ctx context.Context, path string) (query string, err error)
}

// passing are query values that say where in a list the reader is and why they
// look now, not how they look at it.
var passing = []string{"after", "before", "view", "page", "open", "reason", "why"}

// Canonical is the query of a list as a saved view keeps it: names and values
// sorted, without empty values and without the place in the list. Two
// addresses that show the same list give the same text.
func Canonical(q url.Values) string {
	kept := url.Values{}
	for name, values := range q {
		for _, v := range values {
			if v != "" {
				kept.Add(name, v)
			}
		}
	}
	for _, name := range passing {
		kept.Del(name)
	}
	return kept.Encode()
}

// withViews offers the saved views of the request's list to the page.
func (s *Site) withViews(ctx context.Context, r *http.Request) context.Context {
	if _, ok := auth.From(ctx); !ok || s.cfg.Views == nil || r.Method != http.MethodGet {
		return ctx
	}
	return ui.WithViews(ctx, func(ctx context.Context) (ui.Views, bool) {
		v := ui.Views{Path: r.URL.Path, Query: Canonical(r.URL.Query())}
		var err error
		v.Items, err = s.cfg.Views.Of(ctx, v.Path)
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			s.cfg.Log.Error("saved views", "path", v.Path, "err", err)
		}
		return v, err == nil
	})
}

// openFirst is where a list opened without a query leads when the person has
// chosen a view that opens first; empty otherwise.
func (s *Site) openFirst(r *http.Request, rt Route) string {
	path, get := strings.CutPrefix(rt.Pattern, "GET ")
	if s.cfg.Views == nil || !get || rt.API || rt.Access != Granted || r.URL.RawQuery != "" || strings.ContainsAny(path, "{.") {
		return ""
	}
	query, err := s.cfg.Views.First(r.Context(), path)
	if err != nil {
		s.cfg.Log.Error("first view", "path", path, "err", err)
		return ""
	}
	if query == "" {
		return ""
	}
	return path + "?" + query
}
