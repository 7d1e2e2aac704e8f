// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/outgoing"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Choices are what the pages need from other rooms; app gives them.
type Choices struct {
	Units func(ctx context.Context) ([]ui.Option, error) // units in the actor's scope
}

// Pages are the room's screens.
type Pages struct {
	site    *web.Site
	svc     *Service
	choices Choices
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, c Choices) *Pages { return &Pages{site, svc, c} }

const at = "/settings/webhooks"

// Routes lists the screens.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + at, Need: mayRead, Handle: p.list},
		{Pattern: "GET " + at + ".csv", Need: mayRead, Handle: p.export(web.CSV)},
		{Pattern: "GET " + at + ".xlsx", Need: mayRead, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + at + "/new", Need: mayWrite, Handle: p.ask},
		{Pattern: "POST " + at + "/new", Need: mayWrite, Handle: p.create},
		{Pattern: "GET " + at + "/networks", Need: mayConfigure, Handle: p.askNetworks},
		{Pattern: "POST " + at + "/networks", Need: mayConfigure, Handle: p.networks},
		{Pattern: "GET " + at + "/{webhook}", Need: mayRead, Handle: p.show},
		{Pattern: "GET " + at + "/{webhook}/edit", Need: mayWrite, Handle: p.askEdit},
		{Pattern: "POST " + at + "/{webhook}/edit", Need: mayWrite, Handle: p.edit},
		{Pattern: "POST " + at + "/{webhook}/ping", Need: mayWrite, Handle: p.ping},
		{Pattern: "GET " + at + "/{webhook}/renew", Need: mayWrite, Handle: p.askRenew},
		{Pattern: "POST " + at + "/{webhook}/renew", Need: mayWrite, Handle: p.renew},
		{Pattern: "GET " + at + "/{webhook}/off", Need: mayWrite, Handle: p.askOff},
		{Pattern: "POST " + at + "/{webhook}/off", Need: mayWrite, Handle: p.off},
		{Pattern: "POST " + at + "/{webhook}/on", Need: mayWrite, Handle: p.on},
		{Pattern: "POST " + at + "/{webhook}/sent/{delivery}/again", Need: mayWrite, Handle: p.again},
	}
}

type listPage struct {
	Hooks  []Hook
	Total  int64
	Filter Filter
	Units  map[string]string
	Next   string
	MayAdd bool
	MaySet bool

	Exports []ui.Link
}

func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Search: q.Get("q"), State: State(q.Get("state")), After: q.Get("after"), Limit: 50}
}

func (p *Pages) unitNames(ctx context.Context) (map[string]string, error) {
	options, err := p.choices.Units(ctx)
	names := map[string]string{}
	for _, o := range options {
		names[o.Value] = strings.TrimSpace(o.Label)
	}
	return names, err
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{Filter: filter(r), MayAdd: auth.May(ctx, mayWrite), MaySet: auth.May(ctx, mayConfigure), Exports: web.Exports(r, at)}
	var err error
	if v.Hooks, v.Total, err = p.svc.List(ctx, v.Filter); err != nil {
		return err
	}
	if v.Units, err = p.unitNames(ctx); err != nil {
		return err
	}
	if len(v.Hooks) == v.Filter.Limit {
		v.Next = web.With(r, "after", string(v.Hooks[len(v.Hooks)-1].ID))
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "webhook.title"), Body: listView(v)})
}

// export handles GET /settings/webhooks.csv and .xlsx: every webhook that the
// list's filter matches, none of them with its secret.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 500
		units, err := p.unitNames(ctx)
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "webhooks"}
		for _, key := range []string{"name", "url", "unit", "kinds", "sent", "state"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "webhook.field."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Hook, string, error) {
			f.After = after
			list, _, err := p.svc.List(ctx, f)
			next := ""
			if len(list) == f.Limit {
				next = string(list[len(list)-1].ID)
			}
			return list, next, err
		}, func(list []Hook) ([][]any, error) {
			var out [][]any
			for _, h := range list {
				out = append(out, []any{h.Name, h.URL, units[h.Unit], kindNames(ctx, h.Kinds), h.Sent, badge(ctx, h).Text})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

type formPage struct {
	In      Order
	ID      ID // empty for a new one
	Version int64
	Units   []ui.Option
	May     []string // kinds the actor may follow
	Errors  map[string]string
}

func (v formPage) action() string {
	if v.ID == "" {
		return at + "/new"
	}
	return at + "/" + string(v.ID) + "/edit"
}

func (p *Pages) ask(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	return p.renderForm(w, r, http.StatusOK, formPage{In: Order{Unit: actor.Home}})
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	ctx := r.Context()
	units, err := p.choices.Units(ctx)
	if err != nil {
		return err
	}
	v.Units = units
	for _, kind := range Kinds() {
		if auth.May(ctx, needs[kind]) {
			v.May = append(v.May, kind)
		}
	}
	title := "webhook.new"
	if v.ID != "" {
		title = "webhook.edit"
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, title), Body: formView(v)})
}

func formOrder(r *http.Request) Order {
	o := Order{Name: r.PostFormValue("name"), URL: r.PostFormValue("url"), Unit: r.PostFormValue("unit")}
	o.Kinds = slices.Clone(r.PostForm["kind"])
	return o
}

func formVersion(r *http.Request) int64 {
	n, err := strconv.ParseInt(r.PostFormValue("version"), 10, 64)
	if err != nil {
		return -1 // no record has it: a conflict
	}
	return n
}

// create handles POST /settings/webhooks/new. Form: name, url, unit, kind (any
// number). The signing secret is on the answered page, once.
func (p *Pages) create(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := formPage{}
	r.PostFormValue("name") // parses the form
	v.In = formOrder(r)
	h, secret, err := p.svc.Create(ctx, v.In)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return p.tell(w, r, h, secret)
}

func (p *Pages) tell(w http.ResponseWriter, r *http.Request, h Hook, secret string) error {
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "webhook.secret"), Body: secretView(h, secret)})
}

func (p *Pages) askEdit(w http.ResponseWriter, r *http.Request) error {
	h, _, err := p.svc.Get(r.Context(), ID(r.PathValue("webhook")))
	if err != nil {
		return err
	}
	return p.renderForm(w, r, http.StatusOK, formPage{ID: h.ID, Version: h.Version, In: Order{Name: h.Name, URL: h.URL, Unit: h.Unit, Kinds: h.Kinds}})
}

// edit handles POST /settings/webhooks/{webhook}/edit. Form: name, url, kind,
// version.
func (p *Pages) edit(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := formPage{ID: ID(r.PathValue("webhook")), Version: formVersion(r)}
	v.In = formOrder(r)
	_, err := p.svc.Update(ctx, v.ID, v.In, v.Version)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		h, _, err := p.svc.Get(ctx, v.ID)
		if err != nil {
			return err
		}
		v.In.Unit = h.Unit
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "webhook.saved"))
	return web.Redirect(w, r, at+"/"+string(v.ID))
}

type showPage struct {
	Hook Hook
	Unit string
	Log  []Delivery
	May  bool
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	h, log, err := p.svc.Get(ctx, ID(r.PathValue("webhook")))
	if err != nil {
		return err
	}
	names, err := p.unitNames(ctx)
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: h.Name, Body: showView(showPage{h, names[h.Unit], log, auth.May(ctx, mayWrite)})})
}

// ping handles POST /settings/webhooks/{webhook}/ping.
func (p *Pages) ping(w http.ResponseWriter, r *http.Request) error {
	d, err := p.svc.Ping(r.Context(), ID(r.PathValue("webhook")))
	return p.sent(w, r, d, err)
}

// again handles POST /settings/webhooks/{webhook}/sent/{delivery}/again.
func (p *Pages) again(w http.ResponseWriter, r *http.Request) error {
	d, err := p.svc.Again(r.Context(), ID(r.PathValue("webhook")), r.PathValue("delivery"))
	return p.sent(w, r, d, err)
}

func (p *Pages) sent(w http.ResponseWriter, r *http.Request, d Delivery, err error) error {
	if err != nil {
		return err
	}
	ctx := r.Context()
	if d.State == Delivered {
		p.site.Flash(ctx, ui.OK, i18n.T(ctx, "webhook.sent.ok", d.Status))
	} else {
		p.site.Flash(ctx, ui.Bad, i18n.T(ctx, "webhook.sent.bad", answerText(ctx, d)))
	}
	return web.Redirect(w, r, at+"/"+r.PathValue("webhook"))
}

func (p *Pages) askRenew(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	h, _, err := p.svc.Get(ctx, ID(r.PathValue("webhook")))
	if err != nil {
		return err
	}
	c := ui.ConfirmProps{Title: i18n.T(ctx, "webhook.renew"), Effect: i18n.T(ctx, "webhook.renew.effect", h.Name), Action: at + "/" + string(h.ID) + "/renew",
		Hidden: version(h), Record: ui.Record{Kind: "webhook", ID: string(h.ID)}, Submit: ui.Submit{Label: i18n.T(ctx, "webhook.renew.submit")}, Cancel: back(ctx, h)}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// renew handles POST /settings/webhooks/{webhook}/renew. Form: version.
func (p *Pages) renew(w http.ResponseWriter, r *http.Request) error {
	h, secret, err := p.svc.Renew(r.Context(), ID(r.PathValue("webhook")), formVersion(r))
	if err != nil {
		return err
	}
	return p.tell(w, r, h, secret)
}

func (p *Pages) askOff(w http.ResponseWriter, r *http.Request) error {
	return p.renderOff(w, r, http.StatusOK, "", nil)
}

func (p *Pages) renderOff(w http.ResponseWriter, r *http.Request, status int, reason string, errs map[string]string) error {
	ctx := r.Context()
	h, _, err := p.svc.Get(ctx, ID(r.PathValue("webhook")))
	if err != nil {
		return err
	}
	c := ui.ConfirmProps{Title: i18n.T(ctx, "webhook.off"), Effect: i18n.T(ctx, "webhook.off.effect", h.Name), Danger: true,
		Action: at + "/" + string(h.ID) + "/off", Hidden: version(h), Record: ui.Record{Kind: "webhook", ID: string(h.ID)}, Errors: web.FieldErrors(errs),
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "webhook.reason"), Value: reason, Error: errs["reason"],
			Required: true, MaxLength: maxReason}},
		Submit: ui.Submit{Label: i18n.T(ctx, "webhook.off.submit")}, Cancel: back(ctx, h)}
	return p.site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// off handles POST /settings/webhooks/{webhook}/off. Form: reason, version.
func (p *Pages) off(w http.ResponseWriter, r *http.Request) error {
	ctx, reason := r.Context(), r.PostFormValue("reason")
	h, err := p.svc.Switch(ctx, ID(r.PathValue("webhook")), formVersion(r), false, reason)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderOff(w, r, http.StatusUnprocessableEntity, reason, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "webhook.off.done"))
	return web.Redirect(w, r, at+"/"+string(h.ID))
}

// on handles POST /settings/webhooks/{webhook}/on. Form: version.
func (p *Pages) on(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	h, err := p.svc.Switch(ctx, ID(r.PathValue("webhook")), formVersion(r), true, "")
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "webhook.on.done"))
	return web.Redirect(w, r, at+"/"+string(h.ID))
}

type networksPage struct {
	Text    string
	Version int64
	Error   string
}

func (p *Pages) askNetworks(w http.ResponseWriter, r *http.Request) error {
	list, version, err := p.svc.Allowed(r.Context())
	if err != nil {
		return err
	}
	words := make([]string, len(list))
	for i, n := range list {
		words[i] = n.String()
	}
	return p.renderNetworks(w, r, http.StatusOK, networksPage{Text: strings.Join(words, "\n"), Version: version})
}

func (p *Pages) renderNetworks(w http.ResponseWriter, r *http.Request, status int, v networksPage) error {
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "webhook.networks"), Body: networksView(v)})
}

// networks handles POST /settings/webhooks/networks. Form: networks, version.
func (p *Pages) networks(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := networksPage{Text: r.PostFormValue("networks"), Version: formVersion(r)}
	list, ok := outgoing.ParseNetworks(v.Text)
	if !ok {
		v.Error = i18n.T(ctx, "webhook.bad.networks")
		return p.renderNetworks(w, r, http.StatusUnprocessableEntity, v)
	}
	if err := p.svc.Allow(ctx, list, v.Version); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "webhook.saved"))
	return web.Redirect(w, r, at)
}

func version(h Hook) []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(h.Version, 10)}}
}

func back(ctx context.Context, h Hook) ui.Link {
	return ui.Link{Label: i18n.T(ctx, "web.back"), Href: at + "/" + string(h.ID)}
}

// answerText is what came of the latest attempt, in words.
func answerText(ctx context.Context, d Delivery) string {
	switch {
	case d.Error != "":
		return i18n.T(ctx, d.Error)
	case d.Status > 0:
		return strconv.Itoa(d.Status) + " " + http.StatusText(d.Status)
	}
	return i18n.T(ctx, "webhook.none")
}

func took(ctx context.Context, d Delivery) string {
	if d.LastAt.IsZero() {
		return ""
	}
	return i18n.T(ctx, "webhook.ms", i18n.Number(ctx, int64(d.Took/time.Millisecond)))
}

// reasonText is why a subscription is off: a person's words, or the product's.
func reasonText(ctx context.Context, h Hook) string {
	if h.State == Failed {
		return i18n.T(ctx, h.Reason)
	}
	return h.Reason
}

func badge(ctx context.Context, h Hook) ui.BadgeProps {
	switch {
	case h.State == Failed:
		return ui.BadgeProps{Text: i18n.T(ctx, "webhook.state.failed"), Tone: ui.Bad}
	case h.State == Off:
		return ui.BadgeProps{Text: i18n.T(ctx, "webhook.state.off"), Tone: ui.NoData}
	case !h.FailingSince.IsZero():
		return ui.BadgeProps{Text: i18n.T(ctx, "webhook.state.failing"), Tone: ui.Warn}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "webhook.state.on"), Tone: ui.OK}
}

func deliveryBadge(ctx context.Context, d Delivery) ui.BadgeProps {
	tone := map[DeliveryState]ui.Tone{Waiting: ui.Info, Delivered: ui.OK, Refused: ui.Bad}[d.State]
	if d.State == Waiting && d.Attempts > 0 {
		tone = ui.Warn
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "webhook.delivery."+string(d.State)), Tone: tone}
}

func kindNames(ctx context.Context, kinds []string) string {
	words := make([]string, len(kinds))
	for i, kind := range kinds {
		words[i] = i18n.T(ctx, "webhook.kind."+kind)
	}
	return strings.Join(words, ", ")
}
