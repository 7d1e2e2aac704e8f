// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"bytes"
	"cmp"
	"context"
	"net/http"
	"net/url"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service) *Pages { return &Pages{site, svc} }

// Routes lists the screens.
func (p *Pages) Routes() []web.Route {
	return slices.Concat(p.unitRoutes(), p.pastRoutes(), p.reformRoutes(), p.contactRoutes(), p.proposalRoutes(), p.groupRoutes())
}

func (p *Pages) unitRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /units", Need: mayRead, Handle: p.list},
		{Pattern: "GET /units/export.csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET /units/export.xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET /units/template.xlsx", Need: mayWrite, Handle: p.template},
		{Pattern: "GET /units/import", Need: mayWrite, Handle: p.importForm},
		{Pattern: "POST /units/import", Need: mayWrite, Body: MaxFile + 1<<20, Handle: p.importPost},
		{Pattern: "POST /units/import/apply", Need: mayWrite, Handle: p.importApply},
		{Pattern: "GET /units/new", Need: mayWrite, Handle: p.add},
		{Pattern: "POST /units/new", Need: mayWrite, Handle: p.addPost},
		{Pattern: "GET /units/{id}", Need: mayRead, Handle: p.show},
		{Pattern: "GET /units/{id}/edit", Need: mayWrite, Handle: p.edit},
		{Pattern: "POST /units/{id}/edit", Need: mayWrite, Handle: p.editPost},
		{Pattern: "POST /units/{id}/ranges", Need: mayWrite, Handle: p.addRange},
		{Pattern: "POST /units/{id}/ranges/{range}/end", Need: mayWrite, Handle: p.endRange},
		{Pattern: "POST /units/{id}/ranges/{range}/remove", Need: mayWrite, Handle: p.removeRange},
	}
}

func pathOf(id ID) string { return "/units/" + string(id) }

// filterOf reads the list's query: q, kind, show (all), parent, sort, desc,
// after.
func (p *Pages) filterOf(r *http.Request) Filter {
	q := r.URL.Query()
	f := Filter{Text: q.Get("q"), Kind: q.Get("kind"), Parent: ID(q.Get("parent")), Sort: Sort(q.Get("sort")),
		Desc: q.Get("desc") != "", After: q.Get("after")}
	if q.Get("show") != "all" {
		f.On = p.svc.today()
		f.Ended = q.Get("show") == "ended"
	}
	return f
}

type listPage struct {
	Page
	Filter   Filter
	Kinds    kinds
	Parents  []ui.Option // units that have others under them
	Today    calendar.Date
	MayWrite bool
	Next     string
	Prev     string
	Query    string // of the filter, for exports
	Sorts    map[Sort]string
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{Filter: p.filterOf(r), Kinds: p.svc.kinds, Today: p.svc.today(), MayWrite: auth.May(ctx, mayWrite), Sorts: map[Sort]string{}}
	var err error
	if v.Page, err = p.svc.List(ctx, v.Filter); err != nil {
		return err
	}
	if v.Parents, err = p.parents(ctx); err != nil {
		return err
	}
	if v.Page.Next != "" {
		v.Next = web.With(r, "after", v.Page.Next)
	}
	if v.Page.Prev != "" {
		v.Prev = web.With(r, "after", v.Page.Prev)
	}
	for _, s := range []Sort{ByName, ByKind, ByCode} {
		desc := ""
		if cmp.Or(v.Filter.Sort, ByName) == s && !v.Filter.Desc {
			desc = "1"
		}
		v.Sorts[s] = web.With(r, "sort", string(s), "desc", desc, "after", "")
	}
	q := r.URL.Query()
	q.Del("after")
	v.Query = q.Encode()
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "unit.list.title"), Body: listView(v)})
}

// parents offers the units that have others under them.
func (p *Pages) parents(ctx context.Context) ([]ui.Option, error) {
	tree, err := p.svc.Tree(ctx, calendar.Date{})
	if err != nil {
		return nil, err
	}
	above := map[ID]bool{}
	for _, n := range tree {
		above[n.ParentID] = true
	}
	return treeOptions(slices.DeleteFunc(tree, func(n Node) bool { return !above[n.ID] })), nil
}

// export answers the listed units as a file.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		rows, err := p.svc.Export(r.Context(), p.filterOf(r))
		if err != nil {
			return err
		}
		return p.sendRows(w, r, "don-vi", format, rows)
	}
}

// template answers the file to fill in. It is built whole first, so that a
// failure is a page and no cut file.
func (p *Pages) template(w http.ResponseWriter, r *http.Request) error {
	var buf bytes.Buffer
	if err := p.svc.Template(r.Context(), &buf); err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
	w.Header().Set("Content-Disposition", `attachment; filename="mau-don-vi.xlsx"`)
	_, err := buf.WriteTo(w)
	return err
}

// read takes the fields of a unit's form into u; days that are none are told
// by field.
func (u *Unit) read(form url.Values) map[string]string {
	for _, t := range u.texts() {
		*t.value = form.Get(t.field)
	}
	u.ParentID = ID(form.Get(colParent))
	u.Aliases = pieces(form.Get(colAliases))
	bad := map[string]string{}
	for field, d := range map[string]*calendar.Date{colFrom: &u.ValidFrom, colTo: &u.ValidTo} {
		var ok bool
		if *d, ok = ParseDay(form.Get(field)); !ok {
			bad[field] = "unit.err.day"
		}
	}
	return bad
}

type formPage struct {
	Unit    Unit
	Typed   url.Values // what was typed; nil at first
	New     bool
	Kinds   kinds
	Parents []ui.Option
	Errors  map[string]string
	Problem string
}

// value is what a field shows: what was typed, else what is stored.
func (v formPage) value(field string) string {
	if v.Typed != nil {
		return v.Typed.Get(field)
	}
	switch field {
	case colParent:
		return string(v.Unit.ParentID)
	case colAliases:
		return lines(v.Unit.Aliases)
	case colFrom:
		return v.Unit.ValidFrom.String()
	case colTo:
		return v.Unit.ValidTo.String()
	}
	return *v.Unit.text(field)
}

func (p *Pages) add(w http.ResponseWriter, r *http.Request) error {
	return p.renderForm(w, r, http.StatusOK, formPage{New: true, Unit: Unit{ParentID: ID(r.URL.Query().Get("parent"))}})
}

func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	u, err := p.svc.Get(r.Context(), ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return p.renderForm(w, r, http.StatusOK, formPage{Unit: u})
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	tree, err := p.svc.Tree(ctx, calendar.Date{})
	if err != nil {
		return err
	}
	v.Kinds, v.Parents = p.svc.kinds, treeOptions(tree)
	title := "unit.edit.title"
	if v.New {
		title = "unit.new.title"
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, title), Body: formView(v)})
}

func (p *Pages) addPost(w http.ResponseWriter, r *http.Request) error {
	return p.save(w, r, formPage{New: true}, p.svc.Create)
}

func (p *Pages) editPost(w http.ResponseWriter, r *http.Request) error {
	return p.save(w, r, formPage{Unit: Unit{ID: ID(r.PathValue("id"))}}, p.svc.Update)
}

// save runs the use case on the form, and shows the form again with what was
// typed when it refuses.
func (p *Pages) save(w http.ResponseWriter, r *http.Request, v formPage, do saver) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return err
	}
	v.Typed, v.Unit.Version = r.PostForm, version(r)
	if bad := v.Unit.read(r.PostForm); len(bad) > 0 {
		v.Errors = web.Errors(ctx, &fault.Error{Kind: fault.Invalid, Op: "unit.form", Fields: bad})
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	u, err := do(ctx, v.Unit)
	switch {
	case fault.Is(err, fault.Invalid):
		v.Errors = web.Errors(ctx, err)
		v.Problem = v.Errors[""]
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	case err != nil:
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.flash.saved", u.Name))
	return web.Redirect(w, r, pathOf(u.ID))
}
