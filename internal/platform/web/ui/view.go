// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package ui

import (
	"context"
	"net/url"
)

// SavedView is one saved way of looking at a list: a name for a query.
type SavedView struct {
	ID     string
	Name   string
	Query  string // canonical, without "?"
	Shared string // name of the unit it is shared with; empty when private
	First  bool   // opens when the list is opened without a query
}

// Views are the saved views of the list that a page shows.
type Views struct {
	Path  string // of the list
	Query string // of this page, canonical
	Items []SavedView
}

type viewsKey struct{}

// WithViews returns a context in which the first list of the page that has
// filters offers saved views. load is called at most once, and only by such a
// list; false means that the page has none. The web package calls it.
func WithViews(ctx context.Context, load func(ctx context.Context) (Views, bool)) context.Context {
	return context.WithValue(ctx, viewsKey{}, &viewsOnce{load: load})
}

// viewsOnce belongs to one page, which is rendered by one goroutine.
type viewsOnce struct {
	load  func(ctx context.Context) (Views, bool)
	done  bool
	views Views
	ok    bool
	shown bool
}

func viewsOf(ctx context.Context) *viewsOnce {
	v, ok := ctx.Value(viewsKey{}).(*viewsOnce)
	if !ok {
		return nil
	}
	if !v.done {
		v.done = true
		v.views, v.ok = v.load(ctx)
	}
	if !v.ok {
		return nil
	}
	return v
}

// take gives the views to the first list that asks.
func (l ListProps) takeViews(ctx context.Context) (Views, bool) {
	if l.Filters == nil || l.ID != "" {
		return Views{}, false
	}
	v := viewsOf(ctx)
	if v == nil || v.shown {
		return Views{}, false
	}
	v.shown = true
	return v.views, true
}

// clearAt is the address of the list without filters. Where a view opens
// first, it says that none is wanted.
func clearAt(ctx context.Context, href string) string {
	v := viewsOf(ctx)
	if v == nil || href != v.views.Path {
		return href
	}
	for _, item := range v.views.Items {
		if item.First {
			return v.views.all()
		}
	}
	return href
}

// NoView is the query value that opens a list without any saved view.
const NoView = "none"

func (v Views) all() string { return v.Path + "?view=" + NoView }

func (v Views) at(item SavedView) string {
	if item.Query == "" {
		return v.all()
	}
	return v.Path + "?" + item.Query
}

func (v Views) saveAt() string {
	return ViewsPath + "/new?" + url.Values{"path": {v.Path}, "query": {v.Query}}.Encode()
}

func (v Views) manageAt() string { return ViewsPath + "?" + url.Values{"path": {v.Path}}.Encode() }

// known reports whether this page is one of the saved views.
func (v Views) known() bool {
	for _, item := range v.Items {
		if item.Query == v.Query {
			return true
		}
	}
	return false
}
