// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package binding

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type choicesPage struct {
	r     *http.Request
	svc   *Service
	f     Filter
	list  []Choice
	total int64
	next  string
	names map[string]string
	units []ui.Option
}

func choiceFilter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Search: q.Get("q"), Topic: q.Get("topic"), Unit: q.Get("unit"), After: q.Get("after"), Limit: onPage + 1}
}

func (p *Pages) names(ctx context.Context, list []Choice) (map[string]string, error) {
	var ids []string
	for _, c := range list {
		ids = append(ids, c.Unit)
	}
	return p.near.Names(ctx, ids)
}

// choices handles GET /bindings/choices. Query: q, topic, unit, after.
func (p *Pages) choices(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := choicesPage{r: r, svc: p.svc, f: choiceFilter(r)}
	var err error
	if v.list, v.total, err = p.svc.Choices(ctx, v.f); err != nil {
		return err
	}
	if len(v.list) > onPage {
		v.list = v.list[:onPage]
		v.next = web.With(r, "after", string(v.list[onPage-1].ID))
	}
	if v.names, err = p.names(ctx, v.list); err != nil {
		return err
	}
	if v.units, err = p.near.Units(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "binding.choices"), Body: choicesView(v)})
}

// exportChoices handles GET /bindings/choices.csv and .xlsx.
func (p *Pages) exportChoices(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), choiceFilter(r)
		f.Limit = 500
		sh := web.Sheet{Name: "binding-choices", Heads: heads(ctx, "said", "topics", "chosen", "paper", "unit", "uses", "last", "by")}
		sh.Rows = web.Rows(func(after string) ([]Choice, string, error) {
			f.After = after
			list, _, err := p.svc.Choices(ctx, f)
			next := ""
			if len(list) == f.Limit {
				next = string(list[len(list)-1].ID)
			}
			return list, next, err
		}, func(list []Choice) ([][]any, error) {
			names, err := p.names(ctx, list)
			var out [][]any
			for _, c := range list {
				out = append(out, []any{c.Said, strings.Join(p.svc.topicNames(ctx, c.Topics), ", "), strings.Join(p.svc.named(ctx, c.Bindings), "; "), c.Paper, names[c.Unit], c.Uses, c.LastAt, c.Name})
			}
			return out, err
		})
		return web.Export(w, r, format, sh)
	}
}

type choicePage struct {
	Choice
	svc  *Service
	unit string
	may  bool
	errs map[string]string
}

func idOf(r *http.Request) ID { return ID(r.PathValue("choice")) }

func (p *Pages) one(r *http.Request) (v choicePage, err error) {
	ctx := r.Context()
	if v.Choice, err = p.svc.Choice(ctx, idOf(r)); err != nil {
		return v, err
	}
	names, err := p.names(ctx, []Choice{v.Choice})
	v.svc, v.unit, v.may = p.svc, names[v.Unit], p.svc.MayWrite(ctx, v.Unit)
	return v, err
}

// choice handles GET /bindings/choices/{choice}.
func (p *Pages) choice(w http.ResponseWriter, r *http.Request) error {
	v, err := p.one(r)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "binding.choice"), Body: choiceView(v)})
}

func version(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return n
}

// amend handles POST /bindings/choices/{choice}. Form: version, binding1 to
// binding5.
func (p *Pages) amend(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var ids []string
	for i := range MaxBindings {
		ids = append(ids, r.PostFormValue(field(i)))
	}
	c, err := p.svc.Amend(ctx, idOf(r), version(r), ids)
	if errs := web.Errors(ctx, err); errs != nil {
		v, err := p.one(r)
		if err != nil {
			return err
		}
		v.Bindings, v.errs = ids, map[string]string{field(0): errs["binding"]}
		return p.site.Render(w, r, http.StatusUnprocessableEntity, web.View{Title: i18n.T(ctx, "binding.choice"), Body: choiceView(v)})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "binding.amended"))
	return web.Redirect(w, r, choiceAt(c.ID))
}

// askForget handles GET /bindings/choices/{choice}/remove.
func (p *Pages) askForget(w http.ResponseWriter, r *http.Request) error {
	v, err := p.one(r)
	if err != nil {
		return err
	}
	c := v.confirm(r.Context())
	return p.site.Render(w, r, http.StatusOK, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// forget handles POST /bindings/choices/{choice}/remove.
func (p *Pages) forget(w http.ResponseWriter, r *http.Request) error {
	if err := p.svc.Forget(r.Context(), idOf(r)); err != nil {
		return err
	}
	p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), "binding.forgotten"))
	return web.Redirect(w, r, choicesPath)
}

func choiceAt(id ID) string { return choicesPath + "/" + string(id) }

// field is the name of the i-th choice of a form.
func field(i int) string { return "binding" + strconv.Itoa(i+1) }
