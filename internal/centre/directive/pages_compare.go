// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"net/http"
	"strconv"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type comparePage struct {
	f      Folder
	then   Folder
	others []Directive
	with   ID
	pairs  []Pair
	errs   map[string]string
}

// compare handles GET /directives/{directive}/compare. Query: with.
func (p *Pages) compare(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := comparePage{with: ID(r.URL.Query().Get("with"))}
	var err error
	if v.f, err = p.svc.Get(ctx, idOf(r)); err != nil {
		return err
	}
	if v.others, _, err = p.svc.List(ctx, Filter{Limit: 200}); err != nil {
		return err
	}
	status := http.StatusOK
	if v.with != "" {
		_, v.then, v.pairs, err = p.svc.Compare(ctx, v.f.ID, v.with)
		if v.errs = web.Errors(ctx, err); v.errs != nil {
			status = http.StatusUnprocessableEntity
		} else if err != nil {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "directive.compare"), Body: compareView(v)})
}

// takeOver handles POST /directives/{directive}/compare. Form: with.
func (p *Pages) takeOver(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := p.svc.TakeOver(ctx, idOf(r), ID(r.PostFormValue("with")))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.taken_over", i18n.Number(ctx, int64(n))))
	return web.Redirect(w, r, href(idOf(r))+"/read")
}

func (v comparePage) options() (out []ui.Option) {
	for _, d := range v.others {
		if d.ID != v.f.ID {
			out = append(out, ui.Option{Value: string(d.ID), Label: d.Code + " – " + d.Subject})
		}
	}
	return out
}

// tally counts the pairs of each change.
func (v comparePage) tally(ctx context.Context) []ui.BadgeProps {
	n := map[Change]int{}
	for _, p := range v.pairs {
		n[p.Change]++
	}
	var out []ui.BadgeProps
	for _, c := range []Change{Fresh, Reworded, Gone, Unchanged} {
		out = append(out, changeBadge(ctx, c, strconv.Itoa(n[c])+" "))
	}
	return out
}

func changeBadge(ctx context.Context, c Change, before string) ui.BadgeProps {
	tone := map[Change]ui.Tone{Unchanged: ui.OK, Reworded: ui.Warn, Fresh: ui.Info, Gone: ui.NoData}[c]
	return ui.BadgeProps{Text: before + i18n.T(ctx, "directive.change."+string(c)), Tone: tone}
}

func (p Pair) title(ctx context.Context) string {
	switch {
	case p.Now == nil:
		return i18n.T(ctx, "directive.compare.then", pathText(ctx, *p.Then)) + " " + p.Then.Short
	case p.Then == nil:
		return pathText(ctx, *p.Now) + ". " + p.Now.Short
	}
	return pathText(ctx, *p.Now) + ". " + p.Now.Short + " (" + i18n.T(ctx, "directive.compare.then", pathText(ctx, *p.Then)) + ")"
}

func (p Pair) words() []word {
	switch {
	case p.Now == nil:
		return []word{{p.Then.Text, -1}}
	case p.Then == nil:
		return []word{{p.Now.Text, 1}}
	}
	return differ(p.Then.Text, p.Now.Text)
}
