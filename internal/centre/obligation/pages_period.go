// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type periodicPage struct {
	duties  []rulepack.Periodic
	on      []Enabled
	pack    *rulepack.Pack
	windows []rulepack.Campaign
	today   calendar.Date
	targets []ui.Option
	may     bool
}

// periodic handles GET /obligations/periodic.
func (p *Pages) periodic(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := periodicPage{pack: p.svc.rhythm.Law(), today: calendar.DateOf(p.svc.now())}
	var err error
	if v.duties, v.on, err = p.svc.Periodic(ctx); err != nil {
		return err
	}
	if v.windows, err = p.svc.rhythm.Campaigns(ctx); err != nil {
		return err
	}
	if v.targets, err = p.targets(ctx); err != nil {
		return err
	}
	_, _, err = p.svc.mayEnable(ctx, "obligation.periodic")
	v.may = err == nil
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "obligation.periodic"), Body: periodicView(v)})
}

// whoDecides names the roles that may decide on obligations, as the table of
// permissions has them.
func whoDecides(ctx context.Context) string {
	var out []string
	for _, role := range auth.Roles() {
		if strings.ContainsRune(auth.Cell(decide.Area, role), rune(decide.Act)) {
			out = append(out, i18n.T(ctx, "web.role."+string(role)))
		}
	}
	return strings.Join(out, ", ")
}

// targets are what a duty can be turned on for.
func (p *Pages) targets(ctx context.Context) ([]ui.Option, error) {
	out := []ui.Option{{Value: "kinds", Label: i18n.T(ctx, "obligation.target.kinds")}, {Value: "centre", Label: i18n.T(ctx, "obligation.target.centre")}}
	if p.near.Groups == nil {
		return out, nil
	}
	groups, err := p.near.Groups(ctx)
	return append(out, groups...), err
}

func (v periodicPage) target(value string) string {
	i := slices.IndexFunc(v.targets, func(o ui.Option) bool { return o.Value == value })
	if i < 0 {
		return value
	}
	return v.targets[i].Label
}

func (v periodicPage) heads(ctx context.Context) []ui.Head {
	var out []ui.Head
	for _, key := range []string{"what", "periodic.who", "periodic.every", "periodic.next", "basis", "periodic.on"} {
		out = append(out, ui.Head{Label: i18n.T(ctx, "obligation."+key)})
	}
	return out
}

func (v periodicPage) rows(ctx context.Context) []ui.Row {
	lang := i18n.Lang(ctx)
	var rows []ui.Row
	for _, d := range v.duties {
		var who []string
		for _, id := range d.Owes {
			k, _ := v.pack.Kind(id)
			who = append(who, k.Label.In(lang))
		}
		role, _ := v.pack.Addressee(d.Addressee)
		next := ui.Text(i18n.T(ctx, "obligation.periodic.none"))
		if x, ok := d.Next(v.today, v.windows); ok {
			next = ui.Multiline(i18n.T(ctx, "obligation.periodic.due", x.Label.In(lang), calendar.FormatDayEnd(x.Last, lang)))
		}
		rows = append(rows, ui.Row{ID: d.ID, Name: d.Label.In(lang), Cells: []templ.Component{ui.Text(d.Label.In(lang)),
			ui.Text(i18n.T(ctx, "obligation.periodic.owes", strings.Join(who, ", "), role.Label.In(lang))), ui.Text(i18n.T(ctx, "obligation.every."+string(d.Every))), next,
			basisCell(d), v.switches(ctx, d)}})
	}
	return rows
}

func (v periodicPage) switches(ctx context.Context, d rulepack.Periodic) templ.Component {
	var on []Enabled
	for _, e := range v.on {
		if e.Duty == d.ID {
			on = append(on, e)
		}
	}
	return switchesCell(v, d, on)
}

type enablePage struct {
	duty   rulepack.Periodic
	next   rulepack.Occurrence
	units  []string // names
	target string

	targets []ui.Option
	confirm ui.ConfirmProps
}

// askEnable handles GET /obligations/periodic/enable. Query: duty, target. It
// shows who would owe what before anything is turned on.
func (p *Pages) askEnable(w http.ResponseWriter, r *http.Request) error {
	ctx, q := r.Context(), r.URL.Query()
	v := enablePage{target: q.Get("target")}
	if v.target == "" {
		v.target = "kinds"
	}
	var ids []string
	var err error
	if v.duty, v.next, ids, err = p.svc.Preview(ctx, q.Get("duty"), v.target); err != nil {
		return err
	}
	names, err := p.units.Names(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		v.units = append(v.units, names[id])
	}
	slices.SortFunc(v.units, func(a, b string) int { return strings.Compare(i18n.Fold(a), i18n.Fold(b)) })
	if v.targets, err = p.targets(ctx); err != nil {
		return err
	}
	title := i18n.T(ctx, "obligation.periodic.enable")
	lang := i18n.Lang(ctx)
	due := i18n.T(ctx, "obligation.periodic.none")
	if v.next.Key != "" {
		due = i18n.T(ctx, "obligation.periodic.due", v.next.Label.In(lang), calendar.FormatDayEnd(v.next.Last, lang))
	}
	v.confirm = ui.ConfirmProps{Title: v.duty.Label.In(lang),
		Effect: i18n.T(ctx, "obligation.periodic.effect", i18n.Number(ctx, int64(len(ids))), periodicPage{targets: v.targets}.target(v.target), i18n.Number(ctx, int64(v.duty.OpenDays))),
		Points: []string{due, v.duty.Basis, strings.Join(v.units, ", ")}, Action: "/obligations/periodic/enable",
		Hidden: []ui.Hidden{{Name: "duty", Value: v.duty.ID}, {Name: "target", Value: v.target}},
		Submit: ui.Submit{Label: title}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: "/obligations/periodic"}}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: title, Body: enableView(v)})
}

// enable handles POST /obligations/periodic/enable. Form: duty, target.
func (p *Pages) enable(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.svc.Enable(ctx, r.PostFormValue("duty"), r.PostFormValue("target")); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "obligation.done.enabled"))
	return web.Redirect(w, r, "/obligations/periodic")
}

// disable handles POST /obligations/periodic/disable. Form: id.
func (p *Pages) disable(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := p.svc.Disable(ctx, r.PostFormValue("id")); err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "obligation.done.disabled"))
	return web.Redirect(w, r, "/obligations/periodic")
}
