// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// readPage is the text beside what is proposed.
type readPage struct {
	p       *Pages
	f       Folder
	reading Reading
	edit    ItemID // the item that is being changed
	errs    map[string]string
	typed   url.Values
	bodies  []Body
	cites   []citing
	asked   ItemID // the item whose name was to be told

	from, to int64 // the items that can be decided on here
}

// citing is an instrument that the text cites, with what is known of it.
type citing struct {
	Basis
	Known Paper
}

// read handles GET /directives/{directive}/read. Query: edit, the item that is
// changed in its place; at, the number of an item that is decided on.
func (p *Pages) read(w http.ResponseWriter, r *http.Request) error {
	return p.renderRead(w, r, http.StatusOK, readPage{edit: ItemID(r.URL.Query().Get("edit"))})
}

func (p *Pages) renderRead(w http.ResponseWriter, r *http.Request, status int, v readPage) error {
	ctx := r.Context()
	v.p = p
	var err error
	if v.f, err = p.svc.Get(ctx, idOf(r)); err != nil {
		return err
	}
	at, err := strconv.ParseInt(r.URL.Query().Get("at"), 10, 64)
	if err != nil {
		at = -1 // none: the first that is open
	}
	for _, it := range v.f.Items {
		if it.ID == v.edit || it.ID == v.asked {
			at = it.Seq
		}
	}
	v.from, v.to = v.f.stretch(at)
	if v.reading, err = p.svc.Reading(ctx, v.f.Directive); err != nil {
		return err
	}
	if v.edit != "" || slices.ContainsFunc(v.f.Items, func(it Item) bool { return len(it.Unknown) > 0 && v.live(it) }) {
		if v.bodies, err = p.svc.bodies(ctx); err != nil {
			return err
		}
	}
	for _, b := range v.reading.Basis {
		c := citing{Basis: b}
		if p.svc.Papers != nil {
			if c.Known, err = p.svc.Papers.Known(ctx, b.Number); err != nil && !fault.Is(err, fault.Forbidden) {
				return err
			}
		}
		v.cites = append(v.cites, c)
	}
	return p.site.Render(w, r, status, web.View{Title: v.f.Code + " – " + i18n.T(ctx, "directive.read"), Body: readView(v)})
}

// next is where the reader goes on: the first item nobody decided on behind one.
func (p *Pages) next(r *http.Request, behind int64) (string, error) {
	f, err := p.svc.Get(r.Context(), idOf(r))
	if err != nil {
		return "", err
	}
	left := slices.DeleteFunc(f.Leaves(), func(it Item) bool { return it.State != Proposed })
	for _, it := range left {
		if it.Seq > behind {
			return f.readAt(it), nil
		}
	}
	if len(left) > 0 {
		return f.readAt(left[0]), nil
	}
	return href(f.ID) + "/read#confirm", nil
}

// back is the page of the text where the item stands.
func (p *Pages) back(r *http.Request, item ItemID) (string, error) {
	f, err := p.svc.Get(r.Context(), idOf(r))
	if err != nil {
		return "", err
	}
	if n := slices.IndexFunc(f.Items, func(it Item) bool { return it.ID == item }); n >= 0 {
		return f.readAt(f.Items[n]), nil
	}
	return href(f.ID) + "/read", nil
}

// anchor names an item on the page; the part of the text has "t" before.
func anchor(path string) string { return "i-" + strings.ReplaceAll(path, ".", "_") }

// decide handles POST /directives/{directive}/items/{item}. Form: version, state
// (confirmed, not_ours, proposed), and with edit=1 the fields short, actor (up to
// three), sort, first, last, hour, n, unit, recurrence, day, binding (up to two), target.<measure>,
// evidence, owed.
func (p *Pages) decide(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "directive.decide", Err: err}
	}
	c := Decision{State: ItemState(r.PostFormValue("state")), Edit: r.PostFormValue("edit") != ""}
	item := ItemID(r.PathValue("item"))
	var err error
	if c.Edit {
		err = c.fill(r.PostForm)
	}
	var it Item
	if err == nil {
		it, err = p.svc.Decide(ctx, idOf(r), item, version(r), c)
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderRead(w, r, http.StatusUnprocessableEntity, readPage{edit: item, errs: errs, typed: r.PostForm})
	}
	if err != nil {
		return err
	}
	at := ""
	if it.State == Proposed {
		at, err = p.back(r, it.ID)
	} else {
		at, err = p.next(r, it.Seq)
	}
	if err != nil {
		return err
	}
	return web.Redirect(w, r, at)
}

func (v readPage) errorOf(it Item, field string) string {
	if v.asked == it.ID {
		return v.errs[field]
	}
	return ""
}

// mean handles POST /directives/{directive}/items/{item}/actor. Form: version,
// name, body (a key of an addressee, or all), remember.
func (p *Pages) mean(w http.ResponseWriter, r *http.Request) error {
	ctx, item := r.Context(), ItemID(r.PathValue("item"))
	n, err := p.svc.Mean(ctx, idOf(r), item, r.PostFormValue("name"), r.PostFormValue("body"), r.PostFormValue("remember") != "", version(r))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderRead(w, r, http.StatusUnprocessableEntity, readPage{asked: item, errs: errs})
	}
	if err != nil {
		return err
	}
	at, err := p.back(r, item)
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.meant", i18n.Number(ctx, int64(n))))
	return web.Redirect(w, r, at)
}

// fill reads what was typed.
func (c *Decision) fill(form url.Values) error {
	const op = "directive.decide"
	c.Short, c.Evidence, c.Owed = form.Get("short"), form.Get("evidence"), form.Get("owed") != ""
	given := func(key string) (out []string) {
		for _, v := range form[key] {
			if v != "" && !slices.Contains(out, v) {
				out = append(out, v)
			}
		}
		return out
	}
	c.Actors, c.Bindings = given("actor"), given("binding")
	c.Due = Term{Sort: Sort(form.Get("sort")), Trigger: form.Get("trigger"), Hour: strings.TrimSpace(form.Get("hour"))}
	switch c.Due.Sort {
	case Until:
		c.Due.Last = day(form.Get("last"))
	case Within:
		n, err := strconv.Atoi(strings.TrimSpace(form.Get("n")))
		if err != nil {
			return fault.Bad(op, "n", "directive.bad.amount")
		}
		c.Due.Amount = calendar.Amount{N: n, Unit: calendar.Unit(form.Get("unit"))}
	case Every, Always:
		c.Due.Recurrence, c.Due.First, c.Due.Last = form.Get("recurrence"), day(form.Get("first")), day(form.Get("last"))
		if text := strings.TrimSpace(form.Get("day")); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return fault.Bad(op, "day", "directive.bad.day")
			}
			c.Due.Day = n
		}
	}
	c.Targets = map[string]float64{}
	for key, v := range form {
		measure, ok := strings.CutPrefix(key, "target.")
		if !ok || strings.TrimSpace(v[0]) == "" {
			continue
		}
		n, err := strconv.ParseFloat(strings.ReplaceAll(strings.TrimSpace(v[0]), ",", "."), 64)
		if err != nil || n < 0 || n > 1e9 {
			return fault.Bad(op, key, "directive.bad.target")
		}
		c.Targets[measure] = n
	}
	return nil
}

// day reads a day; what is none is the zero one, which the rules refuse.
func day(text string) calendar.Date {
	d, err := calendar.ParseDate(text)
	if err != nil {
		return calendar.Date{}
	}
	return d
}

// sure handles POST /directives/{directive}/sure.
func (p *Pages) sure(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := p.svc.DecideSure(ctx, idOf(r))
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.sure", i18n.Number(ctx, int64(n))))
	at, err := p.next(r, 0)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, at)
}

// tick handles POST /directives/{directive}/warnings. Form: n, from 0; "all".
func (p *Pages) tick(w http.ResponseWriter, r *http.Request) error {
	n := -1
	if text := r.PostFormValue("n"); text != "all" {
		var err error
		if n, err = strconv.Atoi(text); err != nil || n < 0 {
			return fault.Missing("directive.tick")
		}
	}
	d, err := p.svc.Tick(r.Context(), idOf(r), n)
	if err != nil {
		return err
	}
	return web.Redirect(w, r, href(d.ID)+"/read")
}

// confirm handles POST /directives/{directive}/confirm. Form: version.
func (p *Pages) confirm(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	d, err := p.svc.Confirm(ctx, idOf(r), version(r))
	if fault.Is(err, fault.Invalid) { // the head lacks something: there it is mended
		return web.Redirect(w, r, href(idOf(r))+"/head")
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.confirmed", d.Code))
	return web.Redirect(w, r, href(d.ID)+"/issue")
}

type headPage struct {
	d      Directive
	in     Head
	doc    string
	papers []Paper
	errs   map[string]string
}

// askHead handles GET /directives/{directive}/head.
func (p *Pages) askHead(w http.ResponseWriter, r *http.Request) error {
	f, err := p.mine(r)
	if err != nil {
		return err
	}
	return p.renderHead(w, r, http.StatusOK, headPage{d: f.Directive, in: f.Head, doc: f.DocumentID})
}

// mine is the directive, for who may decide on it.
func (p *Pages) mine(r *http.Request) (Folder, error) {
	f, err := p.svc.Get(r.Context(), idOf(r))
	if err == nil && !f.May {
		err = &fault.Error{Kind: fault.Forbidden, Op: "directive.mine"}
	}
	return f, err
}

func (p *Pages) renderHead(w http.ResponseWriter, r *http.Request, status int, v headPage) error {
	ctx := r.Context()
	if p.svc.Papers != nil {
		var err error
		if v.papers, err = p.svc.Papers.Find(ctx, "", 50); err != nil && !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "directive.head"), Body: headView(v)})
}

// head handles POST /directives/{directive}/head. Form: version, number, date,
// issuer, subject, urgency, signer, document.
func (p *Pages) head(w http.ResponseWriter, r *http.Request) error {
	ctx, text := r.Context(), r.PostFormValue
	f, err := p.mine(r)
	if err != nil {
		return err
	}
	v := headPage{d: f.Directive, doc: text("document"), in: Head{Number: text("number"), Date: strings.TrimSpace(text("date")), Issuer: text("issuer"), Subject: text("subject"), Urgency: text("urgency"), Signer: text("signer")}}
	_, err = p.svc.EditHead(ctx, f.ID, v.in, v.doc, version(r))
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderHead(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.head"))
	return web.Redirect(w, r, href(f.ID)+"/read")
}
