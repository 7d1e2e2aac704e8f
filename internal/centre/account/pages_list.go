// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"net/http"
	"time"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type listPage struct {
	r        *http.Request
	f        Filter
	Accounts []Account
	Total    int64
	Units    []ui.Option
	Names    map[string]string
	Next     string
	MayAdd   bool
	now      time.Time
}

// filter reads the list's query: q, role, unit, state, sort, after.
func filter(r *http.Request) Filter {
	q := r.URL.Query()
	return Filter{Search: q.Get("q"), Role: auth.Role(q.Get("role")), Unit: q.Get("unit"), State: State(q.Get("state")),
		Sort: q.Get("sort"), After: ID(q.Get("after")), Limit: 50}
}

func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, f: filter(r), MayAdd: mayInvite(ctx), now: p.svc.Now()}
	var err error
	if v.Accounts, v.Total, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if v.Units, err = p.choices.Units(ctx); err != nil {
		return err
	}
	if v.Names, err = p.unitNames(ctx); err != nil {
		return err
	}
	if len(v.Accounts) == v.f.Limit {
		v.Next = web.With(r, "after", string(v.Accounts[len(v.Accounts)-1].ID))
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "account.list.title"), Body: listView(v)})
}

func (v listPage) filtered() bool {
	return v.f.Search != "" || v.f.Role != "" || v.f.Unit != "" || v.f.State != ""
}

func (v listPage) fields(ctx context.Context) []ui.FieldProps {
	any := i18n.T(ctx, "account.filter.any")
	state := ui.FieldProps{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "account.field.state"), Value: string(v.f.State), Blank: any}
	for _, s := range []State{Active, Invited, Locked, Disabled} {
		state.Options = append(state.Options, ui.Option{Value: string(s), Label: i18n.T(ctx, "account.state."+string(s))})
	}
	return []ui.FieldProps{
		{Kind: ui.KindSearch, Name: "q", Label: i18n.T(ctx, "account.field.search"), Value: v.f.Search},
		{Kind: ui.KindSelect, Name: "role", Label: i18n.T(ctx, "account.field.role"), Value: string(v.f.Role), Blank: any, Options: roleOptions(ctx, auth.Roles())},
		{Kind: ui.KindSelect, Name: "unit", Label: i18n.T(ctx, "account.field.unit"), Value: v.f.Unit, Blank: any, Options: v.Units},
		state,
	}
}

func (v listPage) hidden() []ui.Hidden {
	if v.f.Sort == "" {
		return nil
	}
	return []ui.Hidden{{Name: "sort", Value: v.f.Sort}}
}

// head is a column that sorts by name, up first.
func (v listPage) head(ctx context.Context, key, by string) ui.Head {
	h := ui.Head{Label: i18n.T(ctx, key), Sort: web.With(v.r, "sort", by, "after", "")}
	switch {
	case v.f.Sort == by, v.f.Sort == "" && by == "name":
		h.Sorted, h.Sort = ui.SortAscending, web.With(v.r, "sort", "-"+by, "after", "")
	case v.f.Sort == "-"+by:
		h.Sorted = ui.SortDescending
	}
	return h
}

func (v listPage) heads(ctx context.Context) []ui.Head {
	return []ui.Head{v.head(ctx, "account.field.name", "name"), {Label: i18n.T(ctx, "account.field.login")}, {Label: i18n.T(ctx, "account.field.unit")},
		{Label: i18n.T(ctx, "account.field.role")}, {Label: i18n.T(ctx, "account.field.state")}, v.head(ctx, "account.field.signed_in", "seen")}
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, a := range v.Accounts {
		out = append(out, ui.Row{ID: string(a.ID), Name: a.Name, Href: "/accounts/" + string(a.ID), Cells: []templ.Component{
			ui.Text(a.Name), ui.Code(a.Login), ui.Text(v.Names[a.Home]), ui.Text(grantText(ctx, a.Grants, v.Names)), ui.Badge(stateBadge(ctx, a, v.now)),
			ui.Time(a.SignedInAt)}})
	}
	return out
}

func (v listPage) actions(ctx context.Context) []ui.Action {
	var out []ui.Action
	if auth.May(ctx, configure) {
		out = append(out, ui.Action{Label: i18n.T(ctx, "account.policies.title"), Href: "/accounts/policies", Icon: ui.IconSettings})
	}
	if v.MayAdd {
		out = append(out, ui.Action{Label: i18n.T(ctx, "account.import.title"), Href: "/accounts/import", Icon: ui.IconUpload},
			ui.Action{Label: i18n.T(ctx, "account.invite.title"), Href: "/accounts/new", Icon: ui.IconAdd, Primary: true})
	}
	return out
}

// bulk prints slips for several people at once.
func (v listPage) bulk(ctx context.Context) *ui.Bulk {
	if !v.MayAdd {
		return nil
	}
	return &ui.Bulk{Action: "/accounts/slips", Buttons: []ui.Submit{{Label: i18n.T(ctx, "account.action.slips"), Icon: ui.IconPrint}}}
}

func (v listPage) exports(ctx context.Context) []ui.Link {
	return web.Exports(v.r, "/accounts")
}

func stateBadge(ctx context.Context, a Account, now time.Time) ui.BadgeProps {
	s := a.State(now)
	tone := map[State]ui.Tone{Disabled: ui.NoData, Invited: ui.Info, Locked: ui.Warn, Active: ui.OK}[s]
	b := ui.BadgeProps{Text: i18n.T(ctx, "account.state."+string(s)), Tone: tone}
	if s == Disabled {
		b.Icon = ui.IconLock
	}
	return b
}

// export handles GET /accounts.csv and .xlsx: every account that the list's
// filter matches.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, f := r.Context(), filter(r)
		f.Limit = 1000
		names, err := p.unitNames(ctx)
		if err != nil {
			return err
		}
		sh := web.Sheet{Name: "accounts", Heads: sheetHeads(ctx, "name", "title", "login", "phone", "email", "unit", "role", "state", "signed_in", "second")}
		sh.Rows = web.Rows(func(after string) ([]Account, string, error) {
			f.After = ID(after)
			list, _, err := p.svc.List(ctx, f)
			next := ""
			if len(list) == f.Limit {
				next = string(list[len(list)-1].ID)
			}
			return list, next, err
		}, func(list []Account) ([][]any, error) {
			var out [][]any
			for _, a := range list {
				out = append(out, []any{a.Name, a.Title, a.Login, a.Phone, a.Email, names[a.Home], grantText(ctx, a.Grants, names),
					stateBadge(ctx, a, p.svc.Now()).Text, a.SignedInAt, a.SecondAt})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

// sheetHeads are the fields' names as the head of a file.
func sheetHeads(ctx context.Context, fields ...string) []string {
	for i, f := range fields {
		fields[i] = i18n.T(ctx, "account.field."+f)
	}
	return fields
}
