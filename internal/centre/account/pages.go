// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Choices are what the forms offer from other rooms; app gives them.
type Choices struct {
	Kinds func(ctx context.Context) []ui.Option          // kinds of unit a centre's own body may be
	Units func(ctx context.Context) ([]ui.Option, error) // units in the actor's scope
	Link  func(path string) string                       // the full address of a path, for printing
	// Welcome is where who founded the centre goes first; "" is the first page.
	Welcome string
}

// Pages are the room's screens.
type Pages struct {
	site    *web.Site
	svc     *Service
	choices Choices
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, c Choices) *Pages { return &Pages{site, svc, c} }

// MaxImport is the largest list of people taken, in bytes.
const MaxImport = 8 << 20

// Routes lists the screens.
func (p *Pages) Routes() []web.Route {
	return slices.Concat(p.signRoutes(), p.ownRoutes(), p.glassRoutes(), []web.Route{
		{Pattern: "GET /accounts", Need: readAccounts, Handle: p.list},
		{Pattern: "GET /accounts.csv", Need: readAccounts, Handle: p.export(web.CSV)},
		{Pattern: "GET /accounts.xlsx", Need: readAccounts, Handle: p.export(web.XLSX)},
		{Pattern: "GET /accounts/new", Need: readAccounts, Handle: p.invite},
		{Pattern: "POST /accounts/new", Need: readAccounts, Handle: p.invitePost},
		{Pattern: "GET /accounts/import", Need: readAccounts, Handle: p.importForm},
		{Pattern: "POST /accounts/import", Need: readAccounts, Body: MaxImport + 1<<20, Handle: p.importPost},
		{Pattern: "POST /accounts/import/apply", Need: readAccounts, Handle: p.importApply},
		{Pattern: "GET /accounts/import/template.csv", Need: readAccounts, Handle: p.template},
		{Pattern: "POST /accounts/slips", Need: readAccounts, Handle: p.slips},
		{Pattern: "GET /accounts/policies", Need: configure, Handle: p.policies},
		{Pattern: "POST /accounts/policies", Need: configure, Handle: p.policiesPost},
		{Pattern: "GET /accounts/{id}", Need: readAccounts, Handle: p.show},
		{Pattern: "GET /accounts/{id}/edit", Need: writeAccounts, Handle: p.edit},
		{Pattern: "POST /accounts/{id}/edit", Need: writeAccounts, Handle: p.editPost},
		{Pattern: "POST /accounts/{id}/link", Need: readAccounts, Handle: p.relink},
		{Pattern: "POST /accounts/{id}/disable", Need: writeAccounts, Handle: p.disable},
		{Pattern: "POST /accounts/{id}/roles", Need: readAccounts, Handle: p.give},
		{Pattern: "POST /accounts/{id}/roles/end", Need: readAccounts, Handle: p.withdraw},
		{Pattern: "POST /accounts/{id}/flags", Need: writeAccounts, Handle: p.flags},
		{Pattern: "GET /accounts/{id}/second-factor", Need: writeAccounts, Handle: p.reset},
		{Pattern: "POST /accounts/{id}/second-factor", Need: writeAccounts, Handle: p.resetPost},
		{Pattern: "POST /accounts/{id}/sessions/end", Need: writeAccounts, Handle: p.endSessions},
		{Pattern: "POST /accounts/{id}/sessions/{session}/end", Need: writeAccounts, Handle: p.endSessions},
	})
}

func mayInvite(ctx context.Context) bool {
	return auth.May(ctx, writeAccounts) || auth.May(ctx, invite)
}

// unitNames names the units in scope; one outside keeps no name.
func (p *Pages) unitNames(ctx context.Context) (map[string]string, error) {
	options, err := p.choices.Units(ctx)
	names := map[string]string{}
	for _, o := range options {
		names[o.Value] = strings.TrimSpace(o.Label)
	}
	return names, err
}

// say answers a POST: with a message on the page at path, or with err.
func (p *Pages) say(w http.ResponseWriter, r *http.Request, err error, path, key string, args ...any) error {
	if err != nil {
		return err
	}
	p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), key, args...))
	return web.Redirect(w, r, path)
}

func roleName(ctx context.Context, r auth.Role) string { return i18n.T(ctx, "web.role."+string(r)) }

func roleOptions(ctx context.Context, roles []auth.Role) []ui.Option {
	var out []ui.Option
	for _, r := range roles {
		out = append(out, ui.Option{Value: string(r), Label: roleName(ctx, r)})
	}
	return out
}

func personOptions(people []Person) []ui.Option {
	var out []ui.Option
	for _, p := range people {
		label := p.Name
		if p.Title != "" {
			label += ", " + p.Title
		}
		out = append(out, ui.Option{Value: string(p.ID), Label: label})
	}
	return out
}

func grantText(ctx context.Context, grants []auth.Grant, units map[string]string) string {
	var text strings.Builder
	for i, g := range grants {
		if i > 0 {
			text.WriteString("; ")
		}
		text.WriteString(roleName(ctx, g.Role))
		if name := units[g.Unit]; name != "" {
			text.WriteString(" (" + name + ")")
		}
	}
	return text.String()
}

// moment reads a date and time as browsers send it, Asia/Ho_Chi_Minh; empty is
// the zero time.
func moment(s string) (time.Time, bool) {
	if s == "" {
		return time.Time{}, true
	}
	for _, layout := range []string{"2006-01-02T15:04", "2006-01-02T15:04:05"} {
		if t, err := time.ParseInLocation(layout, s, i18n.Hanoi); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// term reads the fields from and until; bad names those that are no moment.
func term(r *http.Request) (t Term, bad map[string]string) {
	for field, at := range map[string]*time.Time{"from": &t.From, "until": &t.Until} {
		v, ok := moment(r.PostFormValue(field))
		if *at = v; !ok {
			bad = map[string]string{field: i18n.T(r.Context(), "account.bad.moment")}
		}
	}
	return t, bad
}

// termText is a term in words.
func termText(ctx context.Context, t Term) string {
	switch {
	case t.From.IsZero() && t.Until.IsZero():
		return i18n.T(ctx, "account.term.open")
	case t.Until.IsZero():
		return i18n.T(ctx, "account.term.from", i18n.Time(ctx, t.From))
	case t.From.IsZero():
		return i18n.T(ctx, "account.term.until", i18n.Time(ctx, t.Until))
	}
	return i18n.T(ctx, "account.term.both", i18n.Time(ctx, t.From), i18n.Time(ctx, t.Until))
}
