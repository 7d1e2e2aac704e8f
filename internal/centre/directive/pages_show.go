// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

type showPage struct {
	f         Folder
	standings []Standing
	from      int // the first of standings on this page
	names     map[string]string
	paper     Paper
	mine      bool // it was issued to the reader's own body
	home      string
	more      []ui.Action
	up, down  []Ground
	before    []Earlier
	after     []Earlier
	drafted   Paper
	opening   *jobs.Job
	reach     []Reach
	questions []Question
	question  string // whose reply was refused
	errs      map[string]string
	typed     url.Values
}

// show handles GET /directives/{directive}.
func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	return p.renderShow(w, r, http.StatusOK, showPage{})
}

func (p *Pages) renderShow(w http.ResponseWriter, r *http.Request, status int, v showPage) error {
	ctx := r.Context()
	var err error
	if v.f, err = p.svc.Get(ctx, idOf(r)); err != nil {
		return err
	}
	if v.standings, err = p.svc.Standings(ctx, v.f.ID); err != nil {
		return err
	}
	v.from = beginning(r)
	actor, _ := auth.From(ctx)
	v.home = actor.Home
	ids := []string{v.f.UnitID}
	for _, s := range v.standings {
		ids = append(ids, s.Unit)
		v.mine = v.mine || s.Unit == v.home
	}
	if p.svc.Heirs != nil && !v.mine {
		heirs, err := p.svc.Heirs(ctx)
		if err != nil {
			return err
		}
		v.mine = slices.ContainsFunc(v.standings, func(s Standing) bool { return heirs[s.Unit] == v.home })
	}
	if v.questions, err = p.svc.Questions(ctx, v.f.ID); err != nil {
		return err
	}
	for _, q := range v.questions {
		ids = append(ids, q.Unit)
	}
	if v.up, v.down, err = p.svc.Chain(ctx, v.f.Directive); err != nil {
		return err
	}
	for _, g := range slices.Concat(v.up, v.down) {
		if g.Directive != nil {
			ids = append(ids, g.Directive.UnitID)
		}
	}
	if v.before, v.after, err = p.svc.Earliers(ctx, v.f.ID); err != nil {
		return err
	}
	if v.names, err = p.near.Names(ctx, ids); err != nil {
		return err
	}
	if v.f.DocumentID != "" && p.svc.Papers != nil {
		if v.paper, err = p.svc.Papers.Paper(ctx, v.f.DocumentID); err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			return err
		}
	}
	if v.f.DraftID != "" && p.svc.Papers != nil {
		v.drafted = p.svc.Papers.At(v.f.DraftID)
	}
	if len(v.standings) > 0 {
		if v.reach, err = p.svc.Reaches(ctx, v.f.ID); err != nil {
			return err
		}
	}
	if j, opening, err := p.svc.Opening(ctx, v.f.ID); err != nil {
		return err
	} else if opening {
		v.opening = &j
	}
	if p.near.More != nil {
		v.more = p.near.More(ctx, v.f.Directive)
	}
	return p.site.Render(w, r, status, web.View{Title: v.f.Code, Body: showView(v)})
}

// atWork says what the job on it does, of so many.
func (v showPage) atWork() string {
	if Carries(*v.opening) {
		return "directive.job.moving"
	}
	return "directive.job.running"
}

type issuePage struct {
	f      Folder
	bodies []Body
	to     Sending
	last   string // as typed
	plan   *Plan
	names  map[string]string
	errs   map[string]string
}

func sending(q url.Values) Sending {
	to := Sending{Last: day(q.Get("last"))}
	for _, k := range q["to"] {
		if k != "" {
			to.To = append(to.To, k)
		}
	}
	return to
}

// askIssue handles GET /directives/{directive}/issue. Query: to (keys of groups
// and units), last; with them it shows what issuing would mean.
func (p *Pages) askIssue(w http.ResponseWriter, r *http.Request) error {
	f, err := p.mine(r)
	if err != nil {
		return err
	}
	q := r.URL.Query()
	v := issuePage{f: f, to: sending(q), last: q.Get("last")}
	if len(v.to.To) > 0 {
		plan, err := p.svc.Plan(r.Context(), f.ID, v.to)
		if v.errs = web.Errors(r.Context(), err); v.errs == nil {
			if err != nil {
				return err
			}
			v.plan = &plan
		}
	}
	status := http.StatusOK
	if v.errs != nil {
		status = http.StatusUnprocessableEntity
	}
	return p.renderIssue(w, r, status, v)
}

func (p *Pages) renderIssue(w http.ResponseWriter, r *http.Request, status int, v issuePage) error {
	ctx := r.Context()
	if v.f.State != Confirmed && v.f.State != Issued {
		return &fault.Error{Kind: fault.Conflict, Op: "directive.issue", Msg: "directive.conflict." + string(v.f.State)}
	}
	var err error
	if v.bodies, err = p.svc.bodies(ctx); err != nil {
		return err
	}
	if v.plan != nil {
		if v.names, err = p.near.Names(ctx, v.plan.Units); err != nil {
			return err
		}
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "directive.issue"), Body: issueView(v)})
}

// issue handles POST /directives/{directive}/issue. Form: version, to, last.
func (p *Pages) issue(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if err := r.ParseForm(); err != nil {
		return &fault.Error{Kind: fault.Invalid, Op: "directive.issue", Err: err}
	}
	f, err := p.mine(r)
	if err != nil {
		return err
	}
	v := issuePage{f: f, to: sending(r.PostForm), last: r.PostFormValue("last")}
	plan, err := p.svc.Issue(ctx, f.ID, v.to, version(r))
	if v.errs = web.Errors(ctx, err); v.errs != nil {
		return p.renderIssue(w, r, http.StatusUnprocessableEntity, v)
	}
	if err != nil {
		return err
	}
	if plan.Job != "" {
		p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.opening", i18n.Number(ctx, int64(len(plan.Units))), i18n.Number(ctx, int64(plan.New))))
		return web.Redirect(w, r, "/tasks/"+plan.Job)
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done.issued", i18n.Number(ctx, int64(len(plan.Units))), i18n.Number(ctx, int64(plan.New))))
	return web.Redirect(w, r, href(f.ID))
}

// askWithdraw handles GET /directives/{directive}/withdraw. Query: unit, item.
func (p *Pages) askWithdraw(w http.ResponseWriter, r *http.Request) error {
	return p.sureWithdraw(w, r, http.StatusOK, r.URL.Query(), nil)
}

func (p *Pages) sureWithdraw(w http.ResponseWriter, r *http.Request, status int, q url.Values, errs map[string]string) error {
	ctx := r.Context()
	f, err := p.mine(r)
	if err != nil {
		return err
	}
	names, err := p.near.Names(ctx, []string{q.Get("unit")})
	if err != nil {
		return err
	}
	c := ui.ConfirmProps{Title: i18n.T(ctx, "directive.withdraw"), Effect: i18n.T(ctx, "directive.withdraw.effect"), Action: href(f.ID) + "/withdraw", Danger: true,
		Hidden: []ui.Hidden{{Name: "unit", Value: q.Get("unit")}, {Name: "item", Value: q.Get("item")}}, Record: ui.Record{Kind: "directive", ID: string(f.ID)},
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "directive.field.reason"), Required: true, MaxLength: mostReason, Value: q.Get("reason"), Error: errs["reason"]}},
		Submit: ui.Submit{Label: i18n.T(ctx, "directive.withdraw")}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: href(f.ID)}, Errors: web.FieldErrors(errs)}
	for _, it := range f.Items {
		if string(it.ID) == q.Get("item") {
			c.Points = append(c.Points, pathText(ctx, it)+". "+it.Short)
		}
	}
	if name := names[q.Get("unit")]; name != "" {
		c.Points = append(c.Points, name)
	}
	return p.site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// withdraw handles POST /directives/{directive}/withdraw. Form: unit, item, reason.
func (p *Pages) withdraw(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	n, err := p.svc.Withdraw(ctx, idOf(r), ItemID(r.PostFormValue("item")), r.PostFormValue("unit"), r.PostFormValue("reason"))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.sureWithdraw(w, r, http.StatusUnprocessableEntity, r.PostForm, errs)
	}
	if err != nil {
		return err
	}
	said := i18n.T(ctx, "directive.done.withdrawn", i18n.Number(ctx, int64(n)))
	if n == 0 {
		said = i18n.T(ctx, "directive.done.released")
	}
	p.site.Flash(ctx, ui.OK, said)
	return web.Redirect(w, r, href(idOf(r)))
}

// askEnd handles GET /directives/{directive}/end.
func (p *Pages) askEnd(w http.ResponseWriter, r *http.Request) error {
	return p.sureEnd(w, r, http.StatusOK, nil)
}

func (p *Pages) sureEnd(w http.ResponseWriter, r *http.Request, status int, errs map[string]string) error {
	ctx := r.Context()
	f, err := p.mine(r)
	if err != nil {
		return err
	}
	if f.State == Ended || f.State == Dropped {
		return &fault.Error{Kind: fault.Conflict, Op: "directive.end", Msg: "directive.conflict." + string(f.State)}
	}
	do, effect := i18n.T(ctx, "directive.drop"), i18n.T(ctx, "directive.drop.effect")
	if f.State == Issued {
		do, effect = i18n.T(ctx, "directive.close"), i18n.T(ctx, "directive.close.effect")
	}
	c := ui.ConfirmProps{Title: do, Effect: effect, Action: href(f.ID) + "/end", Danger: true, Hidden: []ui.Hidden{versionField(f.Version)},
		Record: ui.Record{Kind: "directive", ID: string(f.ID)}, Errors: web.FieldErrors(errs),
		Fields: []ui.FieldProps{{Kind: ui.KindTextarea, Name: "reason", Label: i18n.T(ctx, "directive.field.reason"), Required: true, MaxLength: mostReason, Value: r.PostFormValue("reason"), Error: errs["reason"]}},
		Submit: ui.Submit{Label: do}, Cancel: ui.Link{Label: i18n.T(ctx, "web.back"), Href: href(f.ID)}}
	return p.site.Render(w, r, status, web.View{Title: c.Title, Body: ui.Confirm(c)})
}

// end handles POST /directives/{directive}/end. Form: version, reason.
func (p *Pages) end(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	f, err := p.mine(r)
	if err != nil {
		return err
	}
	do := p.svc.Drop
	if f.State == Issued {
		do = p.svc.Close
	}
	d, err := do(ctx, f.ID, r.PostFormValue("reason"), version(r))
	if errs := web.Errors(ctx, err); errs != nil {
		return p.sureEnd(w, r, http.StatusUnprocessableEntity, errs)
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, "directive.done."+string(d.State), d.Code))
	return web.Redirect(w, r, href(d.ID))
}

type unitPage struct {
	f     Folder
	unit  string
	name  string
	names map[string]string // of it and of those before it whose part it took over
	owed  []Owed
	may   bool // the reader answers for the body
	task  string
	errs  map[string]string
	typed url.Values

	questions []Question
	to, from  map[string][]Move // of tasks, by id
	now       time.Time
	reach     Reach
	files     map[string][]File // by task
	proof     string            // task whose form of evidence was sent
	found     []Paper
	searched  bool
	more      []ui.Action
}

// unit handles GET /directives/{directive}/units/{unit}.
func (p *Pages) unit(w http.ResponseWriter, r *http.Request) error {
	return p.renderUnit(w, r, http.StatusOK, unitPage{unit: r.PathValue("unit")})
}

func (p *Pages) renderUnit(w http.ResponseWriter, r *http.Request, status int, v unitPage) error {
	ctx := r.Context()
	var err error
	if v.f, v.owed, err = p.svc.OfUnit(ctx, idOf(r), v.unit); err != nil {
		return err
	}
	if v.may, err = p.svc.Answers(ctx, v.unit); err != nil {
		return err
	}
	units := []string{v.unit}
	for _, o := range v.owed {
		units = append(units, o.Unit)
	}
	if v.names, err = p.near.Names(ctx, units); err != nil {
		return err
	}
	v.name, v.now = v.names[v.unit], p.svc.now()
	if v.files, err = p.svc.FilesOf(ctx, v.f.ID, units...); err != nil {
		return err
	}
	reaches, err := p.svc.Reaches(ctx, v.f.ID)
	if err != nil {
		return err
	}
	for _, x := range reaches {
		if x.Unit == v.unit {
			v.reach = x
		}
	}
	tasks := make([]Task, len(v.owed))
	for n, o := range v.owed {
		v.owed[n].Of.Evidence = p.svc.Wanted(ctx, o.Of.Evidence, o.Of.Bindings)
		tasks[n] = o.Task
	}
	if v.to, v.from, err = p.svc.moves(ctx, tasks); err != nil {
		return err
	}
	if v.questions, err = p.svc.Questions(ctx, v.f.ID); err != nil {
		return err
	}
	if p.near.More != nil {
		v.more = p.near.More(ctx, v.f.Directive)
	}
	return p.site.Render(w, r, status, web.View{Title: v.f.Code + " – " + v.name, Body: unitView(v)})
}

// Answers reports whether the actor answers for a body.
func (s *Service) Answers(ctx context.Context, unit string) (bool, error) {
	_, scope, err := auth.Need(ctx, "directive.Answers", mayWrite)
	if fault.Is(err, fault.Forbidden) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return scope.Holds(ctx, s.Records.Read(), unit)
}

// answer handles POST /directives/{directive}/tasks/{task}/answer. Form: version,
// text.
func (p *Pages) answer(w http.ResponseWriter, r *http.Request) error {
	ctx, task := r.Context(), r.PathValue("task")
	t, err := p.svc.TaskOf(ctx, idOf(r), task)
	if err != nil {
		return err
	}
	sent, err := p.svc.Answer(ctx, idOf(r), task, r.PostFormValue("text"), version(r))
	return p.judged(w, r, t, sent, err, "directive.done.sent")
}

// judged answers an act on a task, on the page that the form stood on.
func (p *Pages) judged(w http.ResponseWriter, r *http.Request, t, now Task, err error, done string) error {
	ctx := r.Context()
	unit, unknown := p.body(ctx, t, r.PostFormValue("of"))
	if unknown != nil {
		return unknown
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.renderUnit(w, r, http.StatusUnprocessableEntity, unitPage{unit: unit, task: t.ID, errs: errs, typed: r.PostForm})
	}
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, done))
	return web.Redirect(w, r, unitHref(t.Directive, unit)+"#t-"+now.ID)
}

// body is whose page shows a task: of, where that stands in the place of the body
// that was asked, else that one.
func (p *Pages) body(ctx context.Context, t Task, of string) (string, error) {
	if of == "" || of == t.Unit || p.svc.Heirs == nil {
		return t.Unit, nil
	}
	heirs, err := p.svc.Heirs(ctx)
	if heirs[t.Unit] != of {
		of = t.Unit
	}
	return of, err
}

// accept handles POST /directives/{directive}/tasks/{task}/accept. Form: version.
func (p *Pages) accept(w http.ResponseWriter, r *http.Request) error {
	t, err := p.svc.Accept(r.Context(), idOf(r), r.PathValue("task"), version(r))
	return p.judged(w, r, t, t, err, "directive.done.accepted")
}

// giveBack handles POST /directives/{directive}/tasks/{task}/return. Form:
// version, reason.
func (p *Pages) giveBack(w http.ResponseWriter, r *http.Request) error {
	t, err := p.svc.TaskOf(r.Context(), idOf(r), r.PathValue("task"))
	if err != nil {
		return err
	}
	now, err := p.svc.Return(r.Context(), idOf(r), t.ID, r.PostFormValue("reason"), version(r))
	return p.judged(w, r, t, now, err, "directive.done.returned")
}
