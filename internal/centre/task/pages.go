// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package task

import (
	"context"
	"net/http"

	"github.com/a-h/templ"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Path is where the list of running work stands.
const Path = "/tasks"

const (
	onPage     = 50
	exportPage = 1000
)

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service) *Pages { return &Pages{site, svc} }

// Routes are the addresses of the room. Anyone signed in may ask: each kind of
// work has its own permission.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + Path, Access: web.SignedIn, Handle: p.list},
		{Pattern: "GET " + Path + ".csv", Access: web.SignedIn, Handle: p.export(web.CSV)},
		{Pattern: "GET " + Path + ".xlsx", Access: web.SignedIn, Handle: p.export(web.XLSX)},
		{Pattern: "GET " + Path + "/{id}", Access: web.SignedIn, Handle: p.show},
		{Pattern: "GET " + Path + "/{id}/state", Access: web.SignedIn, Handle: p.state},
		{Pattern: "GET " + Path + "/{id}/cancel", Access: web.SignedIn, Handle: p.askCancel},
		{Pattern: "POST " + Path + "/{id}/cancel", Access: web.SignedIn, Handle: p.cancel},
		{Pattern: "POST " + Path + "/{id}/retry", Access: web.SignedIn, Handle: p.retry},
	}
}

type listPage struct {
	r     *http.Request
	f     Filter
	state string
	kinds []Kind
	tasks []Task
	total int64
	next  string
}

// states are the choices of the list's state, the default first.
var states = []string{"all", "active", string(jobs.Queued), string(jobs.Running), string(jobs.Done), string(jobs.Failed), string(jobs.Cancelled)}

func filter(r *http.Request) (state string, f Filter) {
	q := r.URL.Query()
	f = Filter{Kind: q.Get("kind"), Mine: q.Get("mine") != "", Before: q.Get("before"), Limit: onPage + 1}
	state = states[0]
	for _, s := range states {
		if s == q.Get("state") {
			state = s
		}
	}
	switch state {
	case "all":
	case "active":
		f.Active = true
	default:
		f.State = jobs.State(state)
	}
	return state, f
}

// list handles GET /tasks. Query: state, kind, mine, before.
func (p *Pages) list(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := listPage{r: r, kinds: p.svc.Kinds}
	v.state, v.f = filter(r)
	var err error
	if v.tasks, v.total, err = p.svc.List(ctx, v.f); err != nil {
		return err
	}
	if len(v.tasks) > onPage {
		v.tasks = v.tasks[:onPage]
		v.next = web.With(r, "before", v.tasks[onPage-1].ID)
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "task.title"), Body: listView(v)})
}

func (v listPage) fields(ctx context.Context) []ui.FieldProps {
	state := ui.FieldProps{Kind: ui.KindSelect, Name: "state", Label: i18n.T(ctx, "task.state"), Value: v.state}
	for _, s := range states {
		state.Options = append(state.Options, ui.Option{Value: s, Label: i18n.T(ctx, "task.state."+s)})
	}
	kind := ui.FieldProps{Kind: ui.KindSelect, Name: "kind", Label: i18n.T(ctx, "task.kind"), Value: v.f.Kind, Blank: i18n.T(ctx, "task.kind.any")}
	for _, k := range v.kinds {
		kind.Options = append(kind.Options, ui.Option{Value: k.Name, Label: i18n.T(ctx, "task.kind."+k.Name)})
	}
	return []ui.FieldProps{state, kind, {Kind: ui.KindCheckbox, Name: "mine", Label: i18n.T(ctx, "task.mine"), Checked: v.f.Mine}}
}

func (v listPage) rows(ctx context.Context) []ui.Row {
	var out []ui.Row
	for _, t := range v.tasks {
		badge := stateBadge(ctx, t.State)
		out = append(out, ui.Row{ID: t.ID, Name: t.Title, Href: Path + "/" + t.ID, Tone: badge.Tone, Cells: []templ.Component{
			ui.Text(t.Title), ui.Badge(badge), ui.Text(t.progress(ctx)), ui.Time(t.CreatedAt.Time), ui.Text(t.who(ctx)), ui.Text(t.note(ctx))}})
	}
	return out
}

func (v listPage) first() string {
	if v.f.Before == "" {
		return ""
	}
	return web.With(v.r, "before", "")
}

func stateBadge(ctx context.Context, s jobs.State) ui.BadgeProps {
	b := ui.BadgeProps{Text: i18n.T(ctx, "task.state."+string(s))}
	switch s {
	case jobs.Running:
		b.Tone, b.Icon = ui.Info, ui.IconRunning
	case jobs.Queued:
		b.Icon = ui.IconClock
	case jobs.Done:
		b.Tone = ui.OK
	case jobs.Failed:
		b.Tone = ui.Bad
	case jobs.Cancelled:
		b.Tone = ui.NoData
	}
	return b
}

// progress is how far a task is, in parts of a hundred; unknown is said.
func (t Task) progress(ctx context.Context) string {
	switch {
	case t.State == jobs.Done:
		return i18n.T(ctx, "task.percent", 100)
	case t.Total <= 0:
		return i18n.T(ctx, "task.unknown")
	}
	return i18n.T(ctx, "task.percent", min(99, 100*t.Done/t.Total))
}

func (t Task) who(ctx context.Context) string {
	if t.By == "" {
		return i18n.T(ctx, "task.by.system")
	}
	return t.By
}

// note says what goes on, or why the last attempt failed.
func (t Task) note(ctx context.Context) string {
	if f := t.Failure(); f.Message != "" {
		args := make([]any, len(f.Args))
		for i, a := range f.Args {
			args[i] = a
		}
		return i18n.T(ctx, f.Message, args...)
	}
	if t.Note == "" || t.State.Ended() {
		return ""
	}
	return i18n.T(ctx, t.Note)
}

// export handles GET /tasks.csv and .xlsx.
func (p *Pages) export(format web.Format) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx := r.Context()
		_, f := filter(r)
		f.Limit = exportPage
		sh := web.Sheet{Name: "tasks"}
		for _, key := range []string{"task.what", "task.state", "task.progress", "task.created", "task.started", "task.ended", "task.by", "task.note"} {
			sh.Heads = append(sh.Heads, i18n.T(ctx, key))
		}
		sh.Rows = web.Rows(func(after string) ([]Task, string, error) {
			f.Before = after
			rows, _, err := p.svc.List(ctx, f)
			if len(rows) == exportPage {
				return rows, rows[exportPage-1].ID, err
			}
			return rows, "", err
		}, func(rows []Task) ([][]any, error) {
			var out [][]any
			for _, t := range rows {
				out = append(out, []any{t.Title, stateBadge(ctx, t.State).Text, t.progress(ctx), t.CreatedAt.Time, t.StartedAt.Time, t.EndedAt.Time,
					t.who(ctx), t.note(ctx)})
			}
			return out, nil
		})
		return web.Export(w, r, format, sh)
	}
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	t, err := p.svc.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: t.Title, Body: showView(t)})
}

// state handles GET /tasks/{id}/state: the part of the page that follows the
// work.
func (p *Pages) state(w http.ResponseWriter, r *http.Request) error {
	t, err := p.svc.Get(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	if t.State.Ended() {
		w.Header().Set("HX-Refresh", "true") // the rest of the page changes too
	}
	return p.site.Fragment(w, r, http.StatusOK, ui.Job(t.job(r.Context())))
}

func (t Task) job(ctx context.Context) ui.JobProps {
	j := ui.JobProps{ID: "work", Title: t.Title, Note: t.note(ctx), Poll: Path + "/" + t.ID + "/state"}
	switch t.State {
	case jobs.Running:
		j.State = ui.JobRunning
	case jobs.Done:
		j.State = ui.JobDone
	case jobs.Failed, jobs.Cancelled:
		j.State = ui.JobFailed
	}
	if t.Total > 0 {
		j.Progress = ui.ProgressProps{Label: t.Title, Done: t.Done, Total: t.Total, Text: t.progress(ctx)}
	}
	return j
}

func (t Task) facts(ctx context.Context) []ui.Fact {
	return []ui.Fact{{Label: i18n.T(ctx, "task.created"), Value: ui.Time(t.CreatedAt.Time)}, {Label: i18n.T(ctx, "task.by"), Value: ui.Text(t.who(ctx))},
		{Label: i18n.T(ctx, "task.started"), Value: ui.Time(t.StartedAt.Time)}, {Label: i18n.T(ctx, "task.ended"), Value: ui.Time(t.EndedAt.Time)},
		{Label: i18n.T(ctx, "task.attempts"), Value: ui.Text(i18n.T(ctx, "task.attempts.of", t.Attempts, t.MaxAttempts))}}
}

func (t Task) actions(ctx context.Context) []ui.Action {
	var out []ui.Action
	if t.Href != "" {
		out = append(out, ui.Action{Label: i18n.T(ctx, "task.record"), Href: t.Href, Icon: ui.IconLink})
	}
	switch {
	case !t.May:
	case !t.State.Ended():
		out = append(out, ui.Action{Label: i18n.T(ctx, "task.cancel"), Href: Path + "/" + t.ID + "/cancel", Icon: ui.IconDismiss, Danger: true})
	case t.State != jobs.Done:
		out = append(out, ui.Action{Label: i18n.T(ctx, "task.retry"), Href: Path + "/" + t.ID + "/retry", Icon: ui.IconRefresh, Post: true, Primary: true})
	}
	return out
}

// askCancel handles GET /tasks/{id}/cancel.
func (p *Pages) askCancel(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	t, err := p.svc.Get(ctx, r.PathValue("id"))
	if err != nil {
		return err
	}
	title := i18n.T(ctx, "task.cancel.title", t.Title)
	return p.site.Render(w, r, http.StatusOK, web.View{Title: title, Body: ui.Confirm(ui.ConfirmProps{Title: title, Effect: i18n.T(ctx, "task.cancel.effect"),
		Action: Path + "/" + t.ID + "/cancel", Submit: ui.Submit{Label: i18n.T(ctx, "task.cancel")}, Danger: true,
		Cancel: ui.Link{Label: i18n.T(ctx, "task.cancel.not"), Href: Path + "/" + t.ID}})})
}

func (p *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, "task.done.cancelled", p.svc.Cancel)
}

// retry handles POST /tasks/{id}/retry. Form: back, a path to return to.
func (p *Pages) retry(w http.ResponseWriter, r *http.Request) error {
	return p.decide(w, r, "task.done.retried", p.svc.Retry)
}

func (p *Pages) decide(w http.ResponseWriter, r *http.Request, done string, do func(context.Context, string) error) error {
	id := r.PathValue("id")
	if err := do(r.Context(), id); err != nil {
		return err
	}
	p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), done))
	if back := r.PostFormValue("back"); back != "" {
		return web.Redirect(w, r, web.Back(back))
	}
	return web.Redirect(w, r, Path+"/"+id)
}
