// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// typed is the form as typed: numbers stay texts, so that what cannot be read
// comes back as it was.
type typed struct {
	order        Order
	how          string // "every" or "at"
	every, unit  string // a number, and minutes or hours
	times, limit string
	id           ID // empty for a new feed
	version      int64
	kept         bool // a key is kept
	units, lists []ui.Option
	entry        Entry
	errs         map[string]string
	most         int64
	active       bool
}

func typedOf(f Feed) typed {
	v := typed{id: f.ID, version: f.Version, kept: f.HasKey, active: f.Active, limit: strconv.FormatInt(f.Limit, 10),
		order: Order{Name: f.Name, URL: f.URL, Shape: f.Shape, Unit: f.Unit, List: f.List, New: f.New, Auth: f.Auth, AuthName: f.AuthName, Schedule: f.Schedule}}
	v.spell(f.Schedule)
	return v
}

// spell puts a schedule into the fields of the form.
func (v *typed) spell(s Schedule) {
	v.how, v.unit, v.times = "every", "minutes", strings.Join(s.At, ", ")
	if len(s.At) > 0 {
		v.how = "at"
		return
	}
	n := s.Every / time.Minute
	if n%60 == 0 {
		n, v.unit = n/60, "hours"
	}
	v.every = strconv.FormatInt(int64(n), 10)
}

// schedule reads the fields of the form; what cannot be read is the zero value,
// which is refused.
func (v *typed) schedule() Schedule {
	if v.how == "at" {
		at, ok := ParseTimes(v.times)
		if !ok {
			return Schedule{At: []string{"-"}}
		}
		return Schedule{At: at}
	}
	n, err := strconv.ParseInt(strings.TrimSpace(v.every), 10, 64)
	if err != nil || n < 0 || n > int64(Ceiling/time.Minute) {
		return Schedule{}
	}
	if v.unit == "hours" {
		n *= 60
	}
	return Schedule{Every: time.Duration(n) * time.Minute}
}

// formOf reads the form of a request.
func formOf(r *http.Request) typed {
	v := typed{how: r.PostFormValue("how"), every: r.PostFormValue("every"), unit: r.PostFormValue("every_unit"), times: r.PostFormValue("times"),
		limit: r.PostFormValue("limit"), version: formVersion(r), id: ID(r.PathValue("id"))}
	limit, err := strconv.ParseInt(strings.TrimSpace(v.limit), 10, 64)
	if err != nil {
		limit = 0
	}
	v.order = Order{Name: r.PostFormValue("name"), URL: r.PostFormValue("url"), Shape: Shape(r.PostFormValue("shape")), Unit: r.PostFormValue("unit"), List: indicator.ID(r.PostFormValue("list")),
		New: indicator.List{Name: r.PostFormValue("list_name"), Kind: indicator.Kind(r.PostFormValue("list_kind")), TLP: indicator.TLP(r.PostFormValue("list_tlp")),
			Threat: r.PostFormValue("list_threat"), Scope: indicator.Scope(r.PostFormValue("list_scope")), Layout: indicator.Layout(r.PostFormValue("list_layout"))},
		Auth: AuthKind(r.PostFormValue("auth")), AuthName: r.PostFormValue("auth_name"), Secret: r.PostFormValue("secret"), Limit: limit,
		Entry: r.PostFormValue("entry"), Schedule: v.schedule()}
	v.entry, _ = inCatalogue(v.order.Entry)
	return v
}

// ask handles GET /feeds/new. Query: entry, of the catalogue.
func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	actor, _, err := needPerson(r.Context(), "feed.ask", mayWrite)
	if err != nil {
		return err
	}
	v := typed{limit: "20", order: Order{Unit: actor.Home, New: indicator.List{Kind: indicator.Block, TLP: indicator.Clear,
		Scope: indicator.WithSubdomains, Layout: indicator.Auto}}}
	v.spell(Schedule{Every: 6 * time.Hour})
	if e, known := inCatalogue(r.URL.Query().Get("entry")); known {
		v.entry, v.order.Entry = e, e.ID
		v.order.Name, v.order.URL, v.order.Auth, v.order.AuthName = e.Name, e.Address, e.Auth, e.AuthAt
		v.order.New.Name, v.order.New.Kind, v.order.New.Layout = e.Name, e.Kind, indicator.Layout(e.Layout)
		if e.Layout == string(MISPFolder) {
			v.order.Shape, v.order.New.Layout, v.limit = MISPFolder, indicator.MISP, strconv.FormatInt(p.svc.Most, 10)
		}
		v.spell(Schedule{Every: e.Every})
	}
	return p.renderForm(w, r, http.StatusOK, v)
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v typed) error {
	ctx := r.Context()
	v.most = p.svc.Most
	title := "feed.edit"
	if v.id == "" {
		title = "feed.new"
		if err := p.choose(ctx, &v); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, title), Body: formView(v)})
}

// choose lists the units and lists a new feed may be of.
func (p *Pages) choose(ctx context.Context, v *typed) error {
	var err error
	if v.units, err = p.choices.Units(ctx); err != nil || !auth.May(ctx, auth.Permission{Area: auth.Indicators, Act: auth.Read}) {
		return err
	}
	lists, err := p.svc.Lists.List(ctx, indicator.Filter{Limit: 1000})
	for _, l := range lists.Rows {
		mine := slices.ContainsFunc(v.units, func(o ui.Option) bool { return o.Value == l.Owner })
		if mine && !l.Builtin {
			v.lists = append(v.lists, ui.Option{Value: string(l.ID), Label: l.Name})
		}
	}
	return err
}

// create handles POST /feeds/new. Form: name, url, shape, how, every, every_unit,
// times, list, or unit with list_name, list_kind, list_tlp, list_threat,
// list_scope, list_layout; auth, auth_name, secret, limit, entry.
func (p *Pages) create(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := formOf(r)
	f, err := p.svc.Create(ctx, v.order)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	done := "feed.new.done"
	if f.URL == "" {
		done = "feed.new.done.drop"
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, done, f.Name))
	return web.Redirect(w, r, href(f.ID))
}

// askEdit handles GET /feeds/{id}/edit.
func (p *Pages) askEdit(w http.ResponseWriter, r *http.Request) error {
	f, err := p.svc.Get(r.Context(), ID(r.PathValue("id")))
	if err != nil {
		return err
	}
	return p.renderForm(w, r, http.StatusOK, typedOf(f))
}

// edit handles POST /feeds/{id}/edit. Form: as of a new feed, without unit and
// list, with version.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := formOf(r)
	was, err := p.svc.Get(ctx, v.id)
	if err != nil {
		return err
	}
	f, err := p.svc.Update(ctx, v.id, v.order, v.version)
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		v.kept, v.active = was.HasKey, was.Active
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	done := "feed.saved"
	if was.Active && !f.Active {
		done = "feed.saved.off"
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, done))
	return web.Redirect(w, r, href(f.ID))
}

func (v typed) action() string {
	if v.id == "" {
		return at + "/new"
	}
	return href(v.id) + "/edit"
}

func (v typed) title() string {
	if v.id == "" {
		return "feed.new"
	}
	return "feed.edit"
}

func (v typed) crumbs(ctx context.Context) []ui.Link {
	if v.id == "" {
		return crumbs(ctx)
	}
	return append(crumbs(ctx), ui.Link{Label: v.order.Name, Href: href(v.id)})
}

func (v typed) back() string {
	if v.id == "" {
		return at
	}
	return href(v.id)
}

func (v typed) fieldErrors() []ui.FieldError {
	return web.FieldErrors(v.errs, "name", "url", "shape", "auth", "auth_name", "secret", "how", "every", "times", "limit", "list", "unit", "list_name", "list_kind",
		"list_tlp", "list_scope", "list_layout", "list_threat")
}

// main are the fields of where the feed comes from.
func (v typed) main(ctx context.Context) []ui.FieldProps {
	return []ui.FieldProps{
		{Name: "name", Label: i18n.T(ctx, "feed.name"), Value: v.order.Name, Error: v.errs["name"], Required: true, MaxLength: maxName},
		{Kind: ui.KindURL, Name: "url", Label: i18n.T(ctx, "feed.url"), Hint: i18n.T(ctx, "feed.hint.url"), Value: v.order.URL, Error: v.errs["url"], MaxLength: 2000},
		{Kind: ui.KindSelect, Name: "shape", Label: i18n.T(ctx, "feed.shape"), Hint: i18n.T(ctx, "feed.hint.shape"), Value: string(v.order.Shape), Error: v.errs["shape"],
			Options: shapeOptions(ctx)},
		{Kind: ui.KindSelect, Name: "auth", Label: i18n.T(ctx, "feed.auth"), Value: string(v.order.Auth), Error: v.errs["auth"], Options: authOptions(ctx)},
		{Name: "auth_name", Label: i18n.T(ctx, "feed.auth_name"), Hint: i18n.T(ctx, "feed.hint.auth_name"), Value: v.order.AuthName, Error: v.errs["auth_name"],
			MaxLength: 100, Mono: true},
		{Kind: ui.KindPassword, Name: "secret", Label: i18n.T(ctx, "feed.secret"), Hint: v.secretHint(ctx), Error: v.errs["secret"], MaxLength: maxSecret,
			Autocomplete: "off"},
	}
}

func (v typed) secretHint(ctx context.Context) string {
	if v.kept {
		return i18n.T(ctx, "feed.hint.secret.kept")
	}
	return i18n.T(ctx, "feed.hint.secret")
}

func authOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range AuthKinds() {
		name := string(k)
		if k == AuthNone {
			name = "none"
		}
		out = append(out, ui.Option{Value: string(k), Label: i18n.T(ctx, "feed.auth."+name)})
	}
	return out
}

// when are the fields of the schedule.
func (v typed) when(ctx context.Context) []ui.FieldProps {
	return []ui.FieldProps{
		{Kind: ui.KindSelect, Name: "how", Label: i18n.T(ctx, "feed.how"), Value: v.how, Error: v.errs["how"], Options: []ui.Option{
			{Value: "every", Label: i18n.T(ctx, "feed.how.every")}, {Value: "at", Label: i18n.T(ctx, "feed.how.at")}}},
		{Kind: ui.KindNumber, Name: "every", Label: i18n.T(ctx, "feed.every"), Hint: i18n.T(ctx, "feed.hint.every"), Value: v.every, Error: v.errs["every"], Min: "1"},
		{Kind: ui.KindSelect, Name: "every_unit", Label: i18n.T(ctx, "feed.every_unit"), Value: v.unit, Options: []ui.Option{
			{Value: "minutes", Label: i18n.T(ctx, "feed.minutes")}, {Value: "hours", Label: i18n.T(ctx, "feed.hours")}}},
		{Name: "times", Label: i18n.T(ctx, "feed.times"), Hint: i18n.T(ctx, "feed.hint.times"), Value: v.times, Error: v.errs["times"], MaxLength: 300},
		{Kind: ui.KindNumber, Name: "limit", Label: i18n.T(ctx, "feed.limit"), Hint: i18n.T(ctx, "feed.hint.limit", v.most), Value: v.limit, Error: v.errs["limit"],
			Required: true, Min: "1"},
	}
}

// target are the fields of the list a new feed fills.
func (v typed) target(ctx context.Context) []ui.FieldProps {
	pick := func(name, label string, value string, options []ui.Option) ui.FieldProps {
		return ui.FieldProps{Kind: ui.KindSelect, Name: name, Label: i18n.T(ctx, label), Value: value, Error: v.errs[name], Options: options}
	}
	list := pick("list", "feed.list", string(v.order.List), v.lists)
	list.Blank, list.Hint = i18n.T(ctx, "feed.list.new"), i18n.T(ctx, "feed.hint.list")
	l := v.order.New
	named := ui.FieldProps{Name: "list_name", Label: i18n.T(ctx, "feed.list_name"), Hint: i18n.T(ctx, "feed.hint.list_name"), Value: l.Name, Error: v.errs["list_name"], MaxLength: 120}
	unit := pick("unit", "feed.unit", v.order.Unit, v.units)
	unit.Hint = i18n.T(ctx, "feed.hint.unit")
	threat := ui.FieldProps{Name: "list_threat", Label: i18n.T(ctx, "indicator.threat"), Hint: i18n.T(ctx, "indicator.threat.hint"), Value: l.Threat, Error: v.errs["list_threat"], MaxLength: 80}
	return []ui.FieldProps{list, named, unit, pick("list_kind", "indicator.kind", string(l.Kind), kindOptions(ctx)), pick("list_tlp", "indicator.tlp", string(l.TLP), tlpOptions()),
		pick("list_scope", "indicator.scope", string(l.Scope), scopeOptions(ctx)), pick("list_layout", "indicator.layout", string(l.Layout), layoutOptions(ctx)), threat}
}

func kindOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, k := range []indicator.Kind{indicator.Block, indicator.Allow} {
		out = append(out, ui.Option{Value: string(k), Label: i18n.T(ctx, "indicator.kind."+string(k))})
	}
	return out
}

func tlpOptions() []ui.Option {
	var out []ui.Option
	for _, t := range indicator.TLPs() {
		out = append(out, ui.Option{Value: string(t), Label: string(t)})
	}
	return out
}

func scopeOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, s := range []indicator.Scope{indicator.WithSubdomains, indicator.ExactOnly} {
		out = append(out, ui.Option{Value: string(s), Label: i18n.T(ctx, "indicator.scope."+string(s))})
	}
	return out
}

func layoutOptions(ctx context.Context) []ui.Option {
	var out []ui.Option
	for _, l := range indicator.Layouts() {
		out = append(out, ui.Option{Value: string(l), Label: i18n.T(ctx, "indicator.layout."+string(l))})
	}
	return out
}
