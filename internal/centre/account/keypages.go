// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"net/http"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// KeyChoices are what the pages of keys need from other rooms; app gives them.
type KeyChoices struct {
	Units func(ctx context.Context) ([]ui.Option, error) // units in the actor's scope
	// Uses are the permissions that operations of the API ask for.
	Uses func() []auth.Permission
	Link func(path string) string // the full address of a path
}

// KeyPages are the screens of keys.
type KeyPages struct {
	site    *web.Site
	svc     *Service
	choices KeyChoices
}

// NewKeyPages makes the screens.
func NewKeyPages(site *web.Site, svc *Service, c KeyChoices) *KeyPages {
	return &KeyPages{site, svc, c}
}

// Routes lists the screens.
func (p *KeyPages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET /keys", Need: readKeys, Handle: p.list},
		{Pattern: "GET /keys.csv", Need: readKeys, Handle: p.export(web.CSV)},
		{Pattern: "GET /keys.xlsx", Need: readKeys, Handle: p.export(web.XLSX)},
		{Pattern: "GET /keys/new", Need: writeKeys, Handle: p.ask},
		{Pattern: "POST /keys/new", Need: writeKeys, Handle: p.make},
		{Pattern: "GET /keys/{key}", Need: readKeys, Handle: p.show},
		{Pattern: "GET /keys/{key}/renew", Need: writeKeys, Handle: p.askRenew},
		{Pattern: "POST /keys/{key}/renew", Need: writeKeys, Handle: p.renew},
		{Pattern: "GET /keys/{key}/revoke", Need: writeKeys, Handle: p.askRevoke},
		{Pattern: "POST /keys/{key}/revoke", Need: writeKeys, Handle: p.revoke},
	}
}

// shownKey is a key with what a page says of it.
type shownKey struct {
	Key
	State KeyState
	Unit  string // label
	Maker string
	Lacks []auth.Permission
}

func (p *KeyPages) shown(ctx context.Context, k Key, units []ui.Option) (shownKey, error) {
	v := shownKey{Key: k, State: k.State(p.svc.Now())}
	for _, o := range units {
		if o.Value == k.Unit {
			v.Unit = strings.TrimSpace(o.Label)
		}
	}
	var err error
	if v.State == KeyValid {
		v.Lacks, err = p.svc.Lacks(ctx, k)
	}
	return v, err
}

type keyListPage struct {
	Keys   []shownKey
	Total  int64
	Filter KeyFilter
	Next   string
	MayAdd bool

	Exports []ui.Link
}

func keyFilter(r *http.Request) KeyFilter {
	q := r.URL.Query()
	return KeyFilter{Search: q.Get("q"), State: KeyState(q.Get("state")), After: q.Get("after"), Limit: 50}
}

func (p *KeyPages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := keyListPage{Filter: keyFilter(r), MayAdd: auth.May(ctx, writeKeys), Exports: web.Exports(r, "/keys")}
	keys, total, err := p.svc.AllKeys(ctx, v.Filter)
	if err != nil {
		return err
	}
	units, err := p.choices.Units(ctx)
	if err != nil {
		return err
	}
	v.Total = total
	for _, k := range keys {
		shown, err := p.shown(ctx, k, units)
		if err != nil {
			return err
		}
		v.Keys = append(v.Keys, shown)
	}
	if len(keys) == v.Filter.Limit {
		v.Next = web.With(r, "after", keys[len(keys)-1].ID)
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.keys.title"), Body: keyListView(v)})
}

// export handles GET /keys.csv and .xlsx: every key that the list's filter
// matches, none of them with its secret.
func (p *KeyPages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), keyFilter(r)
		f.Limit = 500
		units, err := p.choices.Units(ctx)
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "keys"}
		for _, key := range []string{"keys.name", "keys.owner", "keys.prefix", "field.unit", "keys.allows", "keys.networks", "keys.used", "keys.expires", "field.state"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, "account."+key))
		}
		sh.Rows = web.Rows(func(after string) ([]Key, string, error) {
			f.After = after
			list, _, err := p.svc.AllKeys(ctx, f)
			next := ""
			if len(list) == f.Limit {
				next = list[len(list)-1].ID
			}
			return list, next, err
		}, func(list []Key) ([][]any, error) {
			var out [][]any
			for _, k := range list {
				v, err := p.shown(ctx, k, units)
				if err != nil {
					return nil, err
				}
				out = append(out, []any{k.Name, k.Owner, k.Prefix, v.Unit, permissionLabels(ctx, k.Allows), networksText(k.Networks), k.UsedAt, k.ExpiresAt,
					keyBadge(ctx, v).Text})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

type keyFormPage struct {
	In     KeyOrder
	Units  []ui.Option
	May    []auth.Permission // what the actor may give
	Errors map[string]string
}

func (p *KeyPages) ask(w http.ResponseWriter, r *http.Request) error {
	actor, _ := auth.From(r.Context())
	return p.renderForm(w, r, http.StatusOK, keyFormPage{In: KeyOrder{Days: 90, Unit: actor.Home}})
}

func (p *KeyPages) renderForm(w http.ResponseWriter, r *http.Request, status int, v keyFormPage) error {
	ctx := r.Context()
	units, err := p.choices.Units(ctx)
	if err != nil {
		return err
	}
	v.Units = units
	for _, use := range p.choices.Uses() {
		if auth.May(ctx, use) {
			v.May = append(v.May, use)
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "account.keys.new"), Body: keyFormView(v)})
}

// make handles POST /keys/new. Form: name, owner, unit, allow (any number of
// "area:act"), days, networks. The secret is on the answered page, once.
func (p *KeyPages) make(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := keyFormPage{In: KeyOrder{Name: r.PostFormValue("name"), Owner: r.PostFormValue("owner"), Unit: r.PostFormValue("unit"),
		Days: formInt(r.PostFormValue("days")), Networks: r.PostFormValue("networks")}}
	for _, text := range r.PostForm["allow"] {
		if use, ok := ParsePermission(text); ok {
			v.In.Allows = append(v.In.Allows, use)
		}
	}
	k, secret, err := p.svc.MakeKey(ctx, v.In)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	return p.tell(w, r, k, secret)
}

type keySecretPage struct {
	Key    Key
	Secret string
	At     string // address of the API
}

// tell shows a secret; it is not stored and cannot be shown again.
func (p *KeyPages) tell(w http.ResponseWriter, r *http.Request, k Key, secret string) error {
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "account.keys.secret"),
		Body: keySecretView(keySecretPage{k, secret, p.choices.Link("/api/v1")})})
}

type keyShowPage struct {
	shownKey
	May bool
}

func (p *KeyPages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	k, err := p.svc.GetKey(ctx, r.PathValue("key"))
	if err != nil {
		return err
	}
	units, err := p.choices.Units(ctx)
	if err != nil {
		return err
	}
	shown, err := p.shown(ctx, k, units)
	if err != nil {
		return err
	}
	if shown.Maker, err = p.svc.nameOf(ctx, k.CreatedBy); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: k.Name, Body: keyShowView(keyShowPage{shown, auth.May(ctx, writeKeys)})})
}

// nameOf is the name of an account in the actor's scope, empty of any other.
func (s *Service) nameOf(ctx context.Context, id string) (string, error) {
	a, err := s.Get(ctx, ID(id))
	if fault.Is(err, fault.NotFound) || fault.Is(err, fault.Forbidden) {
		return "", nil
	}
	return a.Name, err
}

func (p *KeyPages) askRenew(w http.ResponseWriter, r *http.Request) error {
	return p.renderRenew(w, r, http.StatusOK, "24", nil)
}

func (p *KeyPages) renderRenew(w http.ResponseWriter, r *http.Request, status int, grace string, errs map[string]string) error {
	ctx := r.Context()
	k, err := p.svc.GetKey(ctx, r.PathValue("key"))
	if err != nil {
		return err
	}
	c := ui.ConfirmProps{Title: i18n.T(ctx, "account.keys.renew"), Effect: i18n.T(ctx, "account.keys.renew.effect", k.Name),
		Points: []string{i18n.T(ctx, "account.keys.renew.point")}, Action: "/keys/" + k.ID + "/renew", Hidden: keyVersion(k), Record: ui.Record{Kind: "key", ID: k.ID},
		Fields: []ui.FieldProps{{Kind: ui.KindNumber, Name: "grace", Label: i18n.T(ctx, "account.keys.grace"), Hint: i18n.T(ctx, "account.keys.grace.hint"),
			Value: grace, Error: errs["grace"], Required: true, Min: "0", Max: strconv.Itoa(maxGrace)}},
		Errors: web.FieldErrors(errs), Submit: ui.Submit{Label: i18n.T(ctx, "account.keys.renew.submit")},
		Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: "/keys/" + k.ID}}
	return p.site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// renew handles POST /keys/{key}/renew. Form: grace (hours), version.
func (p *KeyPages) renew(w http.ResponseWriter, r *http.Request) error {
	ctx, grace := r.Context(), r.PostFormValue("grace")
	k, secret, err := p.svc.RenewKey(ctx, r.PathValue("key"), int64(formInt(r.PostFormValue("version"))), formInt(grace))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderRenew(w, r, http.StatusUnprocessableEntity, grace, errs)
	}
	if err != nil {
		return err
	}
	return p.tell(w, r, k, secret)
}

func (p *KeyPages) askRevoke(w http.ResponseWriter, r *http.Request) error {
	return p.renderRevoke(w, r, http.StatusOK, "", nil)
}

func (p *KeyPages) renderRevoke(w http.ResponseWriter, r *http.Request, status int, reason string, errs map[string]string) error {
	ctx := r.Context()
	k, err := p.svc.GetKey(ctx, r.PathValue("key"))
	if err != nil {
		return err
	}
	c := ui.ConfirmProps{Title: i18n.T(ctx, "account.keys.revoke"), Effect: i18n.T(ctx, "account.keys.revoke.effect", k.Name), Danger: true,
		Action: "/keys/" + k.ID + "/revoke", Hidden: keyVersion(k), Record: ui.Record{Kind: "key", ID: k.ID}, Errors: web.FieldErrors(errs),
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "account.keys.reason"), Value: reason,
			Error: errs["reason"], Required: true, MaxLength: maxKeyReason}},
		Submit: ui.Submit{Label: i18n.T(ctx, "account.keys.revoke.submit")}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: "/keys/" + k.ID}}
	return p.site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// revoke handles POST /keys/{key}/revoke. Form: reason, version.
func (p *KeyPages) revoke(w http.ResponseWriter, r *http.Request) error {
	ctx, id, reason := r.Context(), r.PathValue("key"), r.PostFormValue("reason")
	err := p.svc.EndKey(ctx, id, int64(formInt(r.PostFormValue("version"))), reason)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderRevoke(w, r, http.StatusUnprocessableEntity, reason, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "account.keys.revoked"))
	return web.Redirect(w, r, "/keys/"+id)
}

func keyVersion(k Key) []ui.Hidden {
	return []ui.Hidden{{Name: "version", Value: strconv.FormatInt(k.Version, 10)}}
}

// permissionLabel is "Findings: read", in the reader's language.
func permissionLabel(ctx context.Context, p auth.Permission) string {
	return i18n.T(ctx, "account.keys.area."+string(p.Area)) + ": " + i18n.T(ctx, "account.keys.act."+string(rune(p.Act)))
}

func permissionLabels(ctx context.Context, list []auth.Permission) string {
	words := make([]string, len(list))
	for i, p := range list {
		words[i] = permissionLabel(ctx, p)
	}
	return strings.Join(words, "; ")
}

func keyBadge(ctx context.Context, v shownKey) ui.BadgeProps {
	switch {
	case v.State == KeyRevoked:
		return ui.BadgeProps{Text: i18n.T(ctx, "account.keys.state.revoked"), Tone: ui.NoData}
	case v.State == KeyExpired:
		return ui.BadgeProps{Text: i18n.T(ctx, "account.keys.state.expired"), Tone: ui.NoData}
	case len(v.Lacks) > 0:
		return ui.BadgeProps{Text: i18n.T(ctx, "account.keys.state.lacks"), Tone: ui.Warn}
	}
	return ui.BadgeProps{Text: i18n.T(ctx, "account.keys.state.valid"), Tone: ui.OK}
}
