// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// groupRoutes are the screens of addressee groups and of the tags their rules
// ask for.
func (p *Pages) groupRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /groups", Need: mayRead, Handle: p.groups},
		{Pattern: "GET /groups/new", Need: mayWrite, Handle: p.groupNew},
		{Pattern: "POST /groups/new", Need: mayWrite, Handle: p.groupSave},
		{Pattern: "GET /groups/{group}", Need: mayRead, Handle: p.group},
		{Pattern: "GET /groups/{group}/members.csv", Need: mayRead, Handle: p.groupExport(web.CSV)},
		{Pattern: "GET /groups/{group}/members.xlsx", Need: mayRead, Handle: p.groupExport(web.XLSX)},
		{Pattern: "GET /groups/{group}/edit", Need: mayWrite, Handle: p.groupEdit},
		{Pattern: "POST /groups/{group}/edit", Need: mayWrite, Handle: p.groupSave},
		{Pattern: "POST /units/{id}/tags", Need: mayWrite, Handle: p.setTags},
	}
}

func pathOfGroup(id GroupID) string { return "/groups/" + string(id) }

type groupsPage struct {
	Groups   []Group
	Counts   map[GroupID]int
	Text     string
	All      bool
	Kinds    kinds
	MayWrite bool
}

func (p *Pages) groups(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	v := groupsPage{Text: q.Get("q"), All: q.Get("show") == "all", Kinds: p.svc.kinds, MayWrite: auth.May(ctx, mayWrite), Counts: map[GroupID]int{}}
	var err error
	if v.Groups, err = p.svc.Groups(ctx, v.Text, v.All); err != nil {
		return err
	}
	for _, g := range v.Groups {
		list, err := p.svc.resolve(ctx, g, p.svc.today())
		if err != nil {
			return err
		}
		v.Counts[g.ID] = len(list)
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "unit.group.title"), Body: groupsView(v)})
}

type groupPage struct {
	Group
	On       calendar.Date
	Members  []Member
	Names    map[ID]string
	Kinds    kinds
	MayWrite bool
}

// groupOn reads the day a group is asked at, today when none.
func (p *Pages) groupOn(r *http.Request) calendar.Date {
	if d, ok := ParseDay(r.URL.Query().Get("on")); ok && !d.IsZero() {
		return d
	}
	return p.svc.today()
}

// group handles GET /groups/{group}?on=…: who is in it, and why.
func (p *Pages) group(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	g, err := p.svc.GetGroup(ctx, GroupID(r.PathValue("group")))
	if err != nil {
		return err
	}
	v := groupPage{Group: g, On: p.groupOn(r), Kinds: p.svc.kinds, MayWrite: auth.May(ctx, mayWrite)}
	if v.Members, err = p.svc.Resolve(ctx, g.ID, v.On); err != nil {
		return err
	}
	ids := append(slices.Clone(g.Outside), g.Parent)
	for _, m := range v.Members {
		ids = append(ids, m.For)
	}
	if v.Names, err = p.svc.Names(ctx, ids...); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: g.Name, Body: groupView(v)})
}

func (p *Pages) groupExport(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		g, err := p.svc.GetGroup(ctx, GroupID(r.PathValue("group")))
		if err != nil {
			return err
		}
		on := p.groupOn(r)
		list, err := p.svc.Resolve(ctx, g.ID, on)
		if err != nil {
			return err
		}
		v := groupPage{Group: g, On: on, Names: map[ID]string{}}
		rows := [][]string{{i18n.T(ctx, "unit.col.name"), i18n.T(ctx, "unit.col.kind"), i18n.T(ctx, "unit.col.code"), i18n.T(ctx, "unit.group.why")}}
		for _, m := range list {
			rows = append(rows, []string{m.Unit.Name, p.svc.kindLabel(ctx, m.Unit.Kind), m.Unit.Code, v.why(ctx, m)})
		}
		return p.sendRows(w, r, "nhom", format, rows)
	}
}

type groupForm struct {
	ID      GroupID
	Version int64
	Typed   url.Values
	Kinds   kinds
	Tree    []ui.Option
	Errors  map[string]string
	Problem string
}

// groupNew handles GET /groups/new?name=…&kinds=…, as the samples lead to it.
func (p *Pages) groupNew(w http.ResponseWriter, r *http.Request) error {
	return p.renderGroupForm(w, r, http.StatusOK, groupForm{Typed: r.URL.Query()})
}

func (p *Pages) groupEdit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	g, err := p.svc.GetGroup(ctx, GroupID(r.PathValue("group")))
	if err != nil {
		return err
	}
	v := groupForm{ID: g.ID, Version: g.Version, Typed: url.Values{"name": {g.Name}, "note": {g.Note}, "kinds": g.Kinds, "parent": {string(g.Parent)}, "tag": {g.Tag}}}
	if g.Retired {
		v.Typed.Set("retired", "1")
	}
	for field, ids := range map[string][]ID{"members": g.Members, "outside": g.Outside} {
		var texts []string
		for _, id := range ids {
			u, err := p.svc.Get(ctx, id)
			if err != nil {
				return err
			}
			texts = append(texts, callable(u))
		}
		v.Typed.Set(field, lines(texts))
	}
	return p.renderGroupForm(w, r, http.StatusOK, v)
}

func (p *Pages) renderGroupForm(w http.ResponseWriter, r *http.Request, status int, v groupForm) error {
	ctx := r.Context()
	tree, err := p.svc.Tree(ctx, calendar.Date{})
	if err != nil {
		return err
	}
	v.Kinds, v.Tree = p.svc.kinds, treeOptions(tree)
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "unit.group.form"), Body: groupFormView(v)})
}

// groupSave handles POST /groups/new and POST /groups/{group}/edit. Form: name,
// note, kinds (several), parent, tag, members, outside, retired, version.
func (p *Pages) groupSave(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return err
	}
	g := Group{ID: GroupID(r.PathValue("group")), Name: r.PostFormValue("name"), Note: r.PostFormValue("note"), Kinds: r.PostForm["kinds"],
		Parent: ID(r.PostFormValue("parent")), Tag: r.PostFormValue("tag"), Retired: r.PostFormValue("retired") != "", Version: version(r)}
	if g.ID != "" {
		if _, err := p.svc.GetGroup(ctx, g.ID); err != nil {
			return err
		}
	}
	bad := map[string]string{}
	for field, to := range map[string]*[]ID{"members": &g.Members, "outside": &g.Outside} {
		for line := range strings.SplitSeq(r.PostFormValue(field), "\n") {
			if strings.TrimSpace(line) == "" {
				continue
			}
			list, err := p.svc.Lookup(ctx, line)
			if err != nil {
				return err
			}
			if len(list) != 1 {
				bad[field] = "unit.err.reform_unit"
				continue
			}
			*to = append(*to, list[0])
		}
	}
	var err error = &fault.Error{Kind: fault.Invalid, Op: "unit.form", Fields: bad}
	if len(bad) == 0 {
		g, err = p.svc.SaveGroup(ctx, g)
	}
	v := groupForm{ID: GroupID(r.PathValue("group")), Version: version(r), Typed: r.PostForm}
	switch {
	case fault.Is(err, fault.Invalid):
		v.Errors = web.Errors(ctx, err)
		v.Problem = v.Errors[""]
		return p.renderGroupForm(w, r, http.StatusUnprocessableEntity, v)
	case err != nil:
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.flash.saved", g.Name))
	return web.Redirect(w, r, pathOfGroup(g.ID))
}

// setTags handles POST /units/{id}/tags. Form: tags, one a line.
func (p *Pages) setTags(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	if err := p.svc.SetTags(ctx, id, pieces(r.PostFormValue("tags"))); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.tags.flash"))
	return web.Redirect(w, r, pathOf(id)+"#tags")
}

// samples are groups that papers of provinces address, by the kinds of unit
// they take.
var samples = []struct{ key, kinds string }{
	{"unit.group.sample.provincial", "so ban nganh co_quan_tinh"},
	{"unit.group.sample.communes", "xa phuong dac_khu"},
	{"unit.group.sample.telecom", "dn_vien_thong"},
}

func sampleLinks(ctx context.Context) []ui.Link {
	var out []ui.Link
	for _, s := range samples {
		name := i18n.T(ctx, s.key)
		out = append(out, ui.Link{Label: name, Href: "/groups/new?" + url.Values{"name": {name}, "kinds": strings.Fields(s.kinds)}.Encode()})
	}
	return out
}

func (v groupsPage) heads(ctx context.Context) []ui.Head {
	return []ui.Head{{Label: i18n.T(ctx, "unit.group.name")}, {Label: i18n.T(ctx, "unit.group.rule")}, {Label: i18n.T(ctx, "unit.group.today"), Numeric: true}, {Label: i18n.T(ctx, "unit.col.note")}}
}

func (v groupsPage) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, g := range v.Groups {
		out = append(out, ui.Row{ID: string(g.ID), Name: g.Name, Href: pathOfGroup(g.ID), Cells: []templ.Component{ui.Text(g.Name),
			optional(v.Kinds.rule(ctx, g, "")), ui.Number(int64(v.Counts[g.ID])), optional(g.Note)}})
	}
	return out
}

func (v groupsPage) filters(ctx context.Context) []ui.FieldProps {
	show := ""
	if v.All {
		show = "all"
	}
	return []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "unit.group.search"), Value: v.Text},
		{Kind: ui.KindSelect, Name: "show", Label: i18n.T(ctx, "unit.list.which"), Value: show, Blank: i18n.T(ctx, "unit.group.offered"),
			Options: []ui.Option{{Value: "all", Label: i18n.T(ctx, "unit.group.all")}}}}
}

// rule says a group's rule in words. under is the name of its parent.
func (k kinds) rule(ctx context.Context, g Group, under string) string {
	var parts []string
	var labels []string
	for _, id := range g.Kinds {
		labels = append(labels, k.label(ctx, id))
	}
	if len(labels) > 0 {
		parts = append(parts, i18n.T(ctx, "unit.group.of_kind", strings.Join(labels, ", ")))
	}
	if g.Tag != "" {
		parts = append(parts, i18n.T(ctx, "unit.group.of_tag", g.Tag))
	}
	if under != "" {
		parts = append(parts, i18n.T(ctx, "unit.group.of_parent", under))
	}
	if len(g.Members) > 0 {
		parts = append(parts, i18n.T(ctx, "unit.group.of_named", i18n.Number(ctx, int64(len(g.Members)))))
	}
	if len(g.Outside) > 0 {
		parts = append(parts, i18n.T(ctx, "unit.group.but", i18n.Number(ctx, int64(len(g.Outside)))))
	}
	return strings.Join(parts, " · ")
}

func (v groupPage) why(ctx context.Context, m Member) string {
	return i18n.T(ctx, "unit.group.why."+string(m.Why), v.Names[m.For])
}

func (v groupPage) heads(ctx context.Context) []ui.Head {
	return []ui.Head{{Label: i18n.T(ctx, "unit.col.name")}, {Label: i18n.T(ctx, "unit.col.kind")}, {Label: i18n.T(ctx, "unit.group.why")}}
}

func (v groupPage) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, m := range v.Members {
		out = append(out, ui.Row{ID: string(m.Unit.ID), Name: m.Unit.Name, Href: pathOf(m.Unit.ID), Cells: []templ.Component{ui.Text(m.Unit.Name),
			ui.Text(v.Kinds.label(ctx, m.Unit.Kind)), ui.Text(v.why(ctx, m))}})
	}
	return out
}

func (v groupPage) exports() []ui.Link {
	q := "?on=" + v.On.String()
	return []ui.Link{{Label: "CSV", Href: pathOfGroup(v.ID) + "/members.csv" + q}, {Label: "XLSX", Href: pathOfGroup(v.ID) + "/members.xlsx" + q}}
}

func (v groupPage) actions(ctx context.Context) []ui.Action {
	if !v.MayWrite {
		return nil
	}
	return []ui.Action{{Label: i18n.T(ctx, "unit.group.edit"), Href: pathOfGroup(v.ID) + "/edit", Primary: true}}
}

func (v groupForm) action() string {
	if v.ID == "" {
		return "/groups/new"
	}
	return pathOfGroup(v.ID) + "/edit"
}

func (v groupForm) hidden() []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(v.Version, 10)}}
}

func (v groupForm) fields(ctx context.Context) []ui.FieldProps {
	var out []ui.FieldProps
	for _, name := range []string{"parent", "tag", "members", "outside", "note", "retired"} {
		f := ui.FieldProps{Name: name, Label: i18n.T(ctx, "unit.group.field."+name), Value: v.Typed.Get(name), Error: v.Errors[name]}
		switch name {
		case "parent":
			f.Kind, f.Options, f.Blank = ui.KindSelect, v.Tree, i18n.T(ctx, "unit.list.any_parent")
		case "members", "outside":
			f.Kind, f.Hint = ui.KindTextarea, i18n.T(ctx, "unit.reform.hint_units")
		case "note":
			f.Kind, f.Rows = ui.KindTextarea, 2
		case "retired":
			f.Kind, f.Checked, f.Value = ui.KindCheckbox, v.Typed.Get(name) != "", ""
		}
		out = append(out, f)
	}
	return out
}

// kindBoxes are the checkboxes of the kinds a group takes.
func (v groupForm) kindBoxes(ctx context.Context) []ui.FieldProps {
	var out []ui.FieldProps
	for _, k := range v.Kinds {
		out = append(out, ui.FieldProps{Kind: ui.KindCheckbox, Name: "kinds", ID: "f-kind-" + k.ID, Group: i18n.T(ctx, "unit.group.field.kinds"), Label: k.Label.In(i18n.Lang(ctx)), Value: k.ID,
			Checked: slices.Contains(v.Typed["kinds"], k.ID)})
	}
	return out
}
