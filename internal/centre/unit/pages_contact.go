// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// contactRoutes are the screens of the directory and of what units hand in.
func (p *Pages) contactRoutes() []web.Route {
	return []web.Route{
		{Pattern: "GET /contacts", Need: mayRead, Handle: p.contacts},
		{Pattern: "GET /contacts/export.csv", Need: mayRead, Handle: p.contactsExport(web.CSV)},
		{Pattern: "GET /contacts/export.xlsx", Need: mayRead, Handle: p.contactsExport(web.XLSX)},
		{Pattern: "GET /contacts/print", Need: mayRead, Handle: p.contactsPrint},
		{Pattern: "POST /contacts/{id}/verify", Need: mayRead, Handle: p.verify},
		{Pattern: "GET /units/{id}/handed", Need: mayRead, Handle: p.handed},
		{Pattern: "POST /units/{id}/machines", Need: mayRead, Handle: p.declare},
		{Pattern: "POST /units/{id}/files", Need: mayRead, Body: MaxHanded + 1<<20, Handle: p.handIn},
		{Pattern: "GET /units/{id}/files/{handed}", Need: mayRead, Handle: p.handedFile},
	}
}

func (p *Pages) contactFilter(r *http.Request) Filter {
	f := p.filterOf(r)
	f.Parent, f.On, f.Ended = "", p.svc.today(), false
	if reach := Reach(r.URL.Query().Get("state")); slices.Contains([]Reach{ReachMissing, ReachStale, ReachFresh}, reach) {
		f.Reach = reach
	}
	return f
}

type contactsPage struct {
	DirectoryPage
	Filter    Filter
	Gaps      []Gap
	Kinds     kinds
	MayVerify bool
	Next      string
	Prev      string
	Query     string
}

func (p *Pages) contacts(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := contactsPage{Filter: p.contactFilter(r), Kinds: p.svc.kinds, MayVerify: auth.May(ctx, mayWrite) || auth.May(ctx, mayPropose)}
	var err error
	if v.DirectoryPage, err = p.svc.Directory(ctx, v.Filter); err != nil {
		return err
	}
	if v.Gaps, err = p.svc.Gaps(ctx); err != nil {
		return err
	}
	if v.DirectoryPage.Next != "" {
		v.Next = web.With(r, "after", v.DirectoryPage.Next)
	}
	if v.DirectoryPage.Prev != "" {
		v.Prev = web.With(r, "after", v.DirectoryPage.Prev)
	}
	q := r.URL.Query()
	q.Del("after")
	v.Query = q.Encode()
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "unit.contacts.title"), Body: contactsView(v)})
}

// directory reads the whole directory that matches f.
func (p *Pages) directory(ctx context.Context, f Filter) (list []Entry, since time.Time, err error) {
	f.Limit, f.After = MaxPage, ""
	for {
		page, err := p.svc.Directory(ctx, f)
		if err != nil {
			return nil, since, err
		}
		list, since = append(list, page.Entries...), page.Since
		if f.After = page.Next; f.After == "" {
			return list, since, nil
		}
	}
}

func (p *Pages) contactsExport(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		list, _, err := p.directory(ctx, p.contactFilter(r))
		if err != nil {
			return err
		}
		head := []string{i18n.T(ctx, "unit.col.name"), i18n.T(ctx, "unit.col.kind")}
		for _, field := range []string{"head_name", "head_title", "head_phone", "head_email", "contact_name", "contact_title", "contact_phone", "contact_email", "hotline", "address"} {
			head = append(head, i18n.T(ctx, "unit.col."+field))
		}
		for _, f := range Facts() {
			head = append(head, i18n.T(ctx, "unit.contacts.source_of", i18n.T(ctx, "unit.fact."+string(f))), i18n.T(ctx, "unit.contacts.checked_of", i18n.T(ctx, "unit.fact."+string(f))))
		}
		rows := [][]string{head}
		for _, e := range list {
			row := []string{e.Name, p.svc.kindLabel(ctx, e.Kind), e.Head.Name, e.Head.Title, e.Head.Phone, e.Head.Email, e.SecurityContact.Name,
				e.SecurityContact.Title, e.SecurityContact.Phone, e.SecurityContact.Email, e.Hotline, e.Address}
			for _, f := range Facts() {
				row = append(row, sourceText(ctx, e.Unit, f, e.Told), checkedText(ctx, e.Told[f]))
			}
			rows = append(rows, row)
		}
		return p.sendRows(w, r, "danh-ba", format, rows)
	}
}

type phonePage struct {
	Groups []phoneGroup
	At     time.Time
}

type phoneGroup struct {
	Kind    string
	Entries []Entry
}

// contactsPrint handles GET /contacts/print: all of them on paper, by kind.
func (p *Pages) contactsPrint(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	list, _, err := p.directory(ctx, p.contactFilter(r))
	if err != nil {
		return err
	}
	v := phonePage{At: p.svc.now()}
	for _, k := range p.svc.kinds {
		g := phoneGroup{Kind: k.Label.In(i18n.Lang(ctx))}
		for _, e := range list {
			if e.Kind == k.ID {
				g.Entries = append(g.Entries, e)
			}
		}
		if g.Entries != nil {
			v.Groups = append(v.Groups, g)
		}
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "unit.contacts.print_title"), Body: phoneView(v)})
}

// verify handles POST /contacts/{id}/verify. Form: reference, back.
func (p *Pages) verify(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	if err := p.svc.Verify(ctx, id, cut(i18n.NFC(r.PostFormValue("reference")), 200)); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.told.flash"))
	if r.PostFormValue("back") == "unit" {
		return web.Redirect(w, r, pathOf(id)+"#told")
	}
	return web.Redirect(w, r, "/contacts")
}

type handedPage struct {
	Unit     Unit
	Declared []Declared
	Files    []Handed
	MayTell  bool
	Typed    url.Values
	Errors   map[string]string
	Today    calendar.Date
}

func (p *Pages) handed(w http.ResponseWriter, r *http.Request) error {
	return p.renderHanded(w, r, http.StatusOK, handedPage{})
}

func (p *Pages) renderHanded(w http.ResponseWriter, r *http.Request, status int, v handedPage) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	var err error
	if v.Unit, err = p.svc.Get(ctx, id); err != nil {
		return err
	}
	if v.Declared, err = p.svc.Declarations(ctx, id); err != nil {
		return err
	}
	if v.Files, err = p.svc.HandedIn(ctx, id); err != nil {
		return err
	}
	v.Today, v.MayTell = p.svc.today(), p.svc.own(ctx, "unit.handed", id) == nil
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "unit.handed.title"), Body: handedView(v)})
}

// declare handles POST /units/{id}/machines. Form: machines, day, source.
func (p *Pages) declare(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	n, err := strconv.ParseInt(r.PostFormValue("machines"), 10, 64)
	if err != nil {
		n = -1
	}
	day, ok := ParseDay(r.PostFormValue("day"))
	if ok {
		err = p.svc.DeclareMachines(ctx, id, Declared{Machines: n, Day: day, Source: r.PostFormValue("source")})
	} else if err = p.svc.own(ctx, "unit.form", id); err == nil {
		err = fault.Bad("unit.form", "day", "unit.err.day")
	}
	if fault.Is(err, fault.Invalid) {
		return p.renderHanded(w, r, http.StatusUnprocessableEntity, handedPage{Typed: r.PostForm, Errors: web.Errors(ctx, err)})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "unit.handed.flash_machines"))
	return web.Redirect(w, r, pathOf(id)+"/handed")
}

// handIn handles POST /units/{id}/files. Form: file.
func (p *Pages) handIn(w http.ResponseWriter, r *http.Request) error {
	ctx, id := r.Context(), ID(r.PathValue("id"))
	if err := p.svc.own(ctx, "unit.form", id); err != nil {
		return err
	}
	f, head, err := r.FormFile("file")
	if err != nil {
		return p.renderHanded(w, r, http.StatusUnprocessableEntity, handedPage{Errors: map[string]string{"file": i18n.T(ctx, "unit.err.file_required")}})
	}
	_, again, err := p.svc.HandIn(ctx, id, head.Filename, f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if fault.Is(err, fault.Invalid) {
		return p.renderHanded(w, r, http.StatusUnprocessableEntity, handedPage{Errors: web.Errors(ctx, err)})
	}
	if err != nil {
		return err
	}
	key := "unit.handed.flash_file"
	if again {
		key = "unit.handed.flash_again"
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, key))
	return web.Redirect(w, r, pathOf(id)+"/handed")
}

func (p *Pages) handedFile(w http.ResponseWriter, r *http.Request) error {
	h, f, err := p.svc.OpenHanded(r.Context(), ID(r.PathValue("id")), r.PathValue("handed"))
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Content-Disposition", "attachment; filename*=UTF-8''"+url.PathEscape(h.Name))
	http.ServeContent(w, r, "", h.At, f)
	return f.Close()
}

// sourceText says where a fact of u comes from.
func sourceText(ctx context.Context, u Unit, f Fact, told map[Fact]Told) string {
	t, known := told[f]
	switch {
	case f.value(u) == "":
		return i18n.T(ctx, "unit.contacts.none")
	case !known:
		return i18n.T(ctx, "unit.origin.unknown")
	}
	key := "unit.origin.hand"
	if t.Source != FromHand {
		key = "unit.origin." + string(t.Source)
	}
	return i18n.T(ctx, key, t.By, t.Reference)
}

// checkedText says when somebody last made sure of a fact.
func checkedText(ctx context.Context, t Told) string {
	if t.VerifiedAt.IsZero() {
		return i18n.T(ctx, "unit.contacts.never")
	}
	return fmt.Sprintf("%s · %s", i18n.Date(ctx, t.VerifiedAt), t.VerifiedBy)
}

func (v contactsPage) filters(ctx context.Context) []ui.FieldProps {
	var states []ui.Option
	for _, r := range []Reach{ReachStale, ReachMissing, ReachFresh} {
		states = append(states, ui.Option{Value: string(r), Label: i18n.T(ctx, "unit.contacts."+string(r))})
	}
	return []ui.FieldProps{{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "unit.list.search"), Value: v.Filter.Text},
		{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "unit.col.kind"), Value: v.Filter.Kind, Blank: i18n.T(ctx, "unit.list.any_kind"), Options: v.Kinds.options(ctx)},
		{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "unit.col.state"), Value: string(v.Filter.Reach), Blank: i18n.T(ctx, "unit.contacts.any"), Options: states}}
}

func (v contactsPage) heads(ctx context.Context) []ui.Head {
	out := []ui.Head{{Label: i18n.T(ctx, "unit.col.name")}}
	for _, f := range Facts() {
		out = append(out, ui.Head{Label: i18n.T(ctx, "unit.fact."+string(f))})
	}
	return append(out, ui.Head{Label: i18n.T(ctx, "unit.contacts.source")})
}

func (v contactsPage) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, e := range v.Entries {
		cells := []templ.Component{ui.Text(e.Name)}
		for _, f := range Facts() {
			cells = append(cells, factCell(e, f, v.Since))
		}
		cells = append(cells, toldCell(e, v.MayVerify))
		out = append(out, ui.Row{ID: string(e.ID), Name: e.Name, Href: pathOf(e.ID), Cells: cells})
	}
	return out
}

// oldest says where the fact that was checked longest ago comes from, and when
// that was: the line's own age.
func (e Entry) oldest(ctx context.Context) string {
	var worst Fact
	for _, f := range Facts() {
		if f.value(e.Unit) != "" && (worst == "" || e.Told[f].VerifiedAt.Before(e.Told[worst].VerifiedAt)) {
			worst = f
		}
	}
	if worst == "" {
		return i18n.T(ctx, "unit.contacts.none")
	}
	return i18n.T(ctx, "unit.told.line", sourceText(ctx, e.Unit, worst, e.Told), checkedText(ctx, e.Told[worst]))
}

// sources says of each fact where it comes from and when it was checked.
func (v showPage) sources(ctx context.Context) []ui.Fact {
	var out []ui.Fact
	for _, f := range Facts() {
		text := sourceText(ctx, v.Unit, f, v.Told)
		if f.value(v.Unit) != "" {
			text = i18n.T(ctx, "unit.told.line", text, checkedText(ctx, v.Told[f]))
		}
		out = append(out, ui.Fact{Label: i18n.T(ctx, "unit.fact."+string(f)), Value: ui.Text(text)})
	}
	return out
}
