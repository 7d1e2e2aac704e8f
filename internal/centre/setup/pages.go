// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package setup

import (
	"cmp"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"slices"
	"strconv"
	"sync/atomic"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Link leads to a page of another room. The page is offered to those who hold
// Need.
type Link struct {
	Key  string // catalogue key of its name; Key + ".text" says what it is for
	Href string
	Icon ui.IconName
	Need auth.Permission
}

// Neighbours are the other rooms' pages, as far as the program has them.
type Neighbours struct {
	Settings []Link // settings of other rooms, in order
	// Import and Slips are where people come from a table and their one-time
	// links are printed; empty where the program has no such page.
	Import, Slips string
	Limit         int64 // most bytes of an uploaded log
	Guide         func(path string) string
}

// Pages are the room's screens.
type Pages struct {
	site *web.Site
	svc  *Service
	near Neighbours
	over atomic.Bool // all steps were done once since the start: the records are not asked again
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service, near Neighbours) *Pages {
	return &Pages{site: site, svc: svc, near: near}
}

// Routes lists the screens.
func (p *Pages) Routes() []web.Route {
	out := []web.Route{
		{Pattern: "GET /settings", Need: mayRead, Handle: p.index},
		{Pattern: "GET /settings/body", Need: mayRead, Handle: p.body},
		{Pattern: "POST /settings/body", Need: mayWrite, Handle: p.bodyPost},
		{Pattern: "GET /settings/rules", Need: mayReadRules, Handle: p.rules},
		{Pattern: "GET /setup", Need: mayWrite, Handle: p.overview},
		{Pattern: "GET /setup/log/state", Need: mayWrite, Handle: p.logState},
		{Pattern: "POST /setup/body", Need: mayWrite, Handle: p.stepBody},
		{Pattern: "POST /setup/pack", Need: mayWrite, Handle: p.stepPack},
		{Pattern: "POST /setup/skip", Need: mayWrite, Handle: p.skip},
		{Pattern: "POST /setup/sample", Need: mayWrite, Handle: p.sample},
		{Pattern: "GET /setup/sample/remove", Need: mayWrite, Handle: p.unload},
		{Pattern: "POST /setup/sample/remove", Need: mayWrite, Handle: p.unloadPost},
		{Pattern: "POST /setup/take", Need: mayWrite, Body: p.near.Limit + 1<<20, Packed: true, Handle: p.take},
	}
	if p.svc.Backups != nil {
		out = append(out, web.Route{Pattern: "POST /setup/backup", Need: mayWrite, Handle: p.backup})
	}
	for _, s := range steps {
		if s == StepBackup && p.svc.Backups == nil {
			continue
		}
		out = append(out, web.Route{Pattern: "GET /setup/" + string(s), Need: mayWrite, Handle: p.show(s)})
	}
	for _, part := range []Part{PartUnits, PartPeople, PartList, PartLog} {
		out = append(out, web.Route{Pattern: "GET /setup/sample/" + string(part), Need: mayWrite, Handle: p.download(part)})
	}
	return out
}

// steps are the pages of the first hour.
var steps = []Step{StepBody, StepPack, StepUnits, StepPeople, StepLog, StepBackup}

type stepPage struct {
	Progress
	State
	page *Pages
	body bodyForm
	note string            // of skipping, as typed
	errs map[string]string // by field
}

// overview handles GET /setup: all steps, and the next one to take.
func (p *Pages) overview(w http.ResponseWriter, r *http.Request) error {
	progress, err := p.svc.Progress(r.Context())
	if err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(r.Context(), "setup.title"), Body: overviewView(stepPage{Progress: progress, page: p})})
}

// show handles GET /setup/<step>.
func (p *Pages) show(step Step) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		return p.render(w, r, http.StatusOK, step, stepPage{})
	}
}

func (p *Pages) render(w http.ResponseWriter, r *http.Request, status int, step Step, v stepPage) error {
	ctx := r.Context()
	progress, err := p.svc.Progress(ctx)
	if err != nil {
		return err
	}
	var ok bool
	v.Progress, v.page = progress, p
	if v.State, ok = progress.Of(step); !ok {
		return fault.Missing("setup.show")
	}
	if step == StepBody && v.body.Roles == nil {
		if v.body, err = p.bodyForm(ctx); err != nil {
			return err
		}
		v.body.Action = "/setup/body"
	}
	return p.site.Render(w, r, status, web.View{Title: i18n.T(ctx, "setup.title") + ": " + i18n.T(ctx, "setup.step."+string(step)), Body: stepView(v)})
}

// onward leads to a step's page with a word of what was done.
func (p *Pages) onward(w http.ResponseWriter, r *http.Request, step Step, key string, args ...any) error {
	ctx := r.Context()
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, key, args...))
	return web.Redirect(w, r, "/setup/"+string(step))
}

// next leads to the step after one that was just done.
func (p *Pages) next(w http.ResponseWriter, r *http.Request, key string) error {
	ctx := r.Context()
	progress, err := p.svc.Progress(ctx)
	if err != nil {
		return err
	}
	p.site.Flash(ctx, ui.OK, i18n.T(ctx, key))
	if step := progress.Next(); step != "" {
		return web.Redirect(w, r, "/setup/"+string(step))
	}
	return web.Redirect(w, r, "/setup")
}

// stepBody handles POST /setup/body: the same form as the settings' own.
func (p *Pages) stepBody(w http.ResponseWriter, r *http.Request) error {
	form, err := p.saveBody(r)
	form.Action = "/setup/body"
	if form.Errors = web.Errors(r.Context(), err); form.Errors != nil {
		return p.render(w, r, http.StatusUnprocessableEntity, StepBody, stepPage{body: form})
	}
	if err != nil {
		return err
	}
	return p.next(w, r, "setup.flash.body")
}

// stepPack handles POST /setup/pack. Form: version of the pack that was shown.
func (p *Pages) stepPack(w http.ResponseWriter, r *http.Request) error {
	if err := p.svc.ConfirmPack(r.Context(), r.PostFormValue("version")); err != nil {
		return err
	}
	return p.next(w, r, "setup.flash.pack")
}

// skip handles POST /setup/skip. Form: step, note.
func (p *Pages) skip(w http.ResponseWriter, r *http.Request) error {
	ctx, step, note := r.Context(), Step(r.PostFormValue("step")), r.PostFormValue("note")
	err := p.svc.Skip(ctx, step, note)
	if errs := web.Errors(ctx, err); errs != nil {
		return p.render(w, r, http.StatusUnprocessableEntity, step, stepPage{note: note, errs: errs})
	}
	if err != nil {
		return err
	}
	return p.next(w, r, "setup.flash.skipped")
}

// stepOf is where a part of the sample belongs.
var stepOf = map[Part]Step{PartUnits: StepUnits, PartPeople: StepPeople, PartList: StepLog, PartLog: StepLog}

// sample handles POST /setup/sample. Form: part.
func (p *Pages) sample(w http.ResponseWriter, r *http.Request) error {
	part := Part(r.PostFormValue("part"))
	if err := p.svc.LoadSample(r.Context(), part); err != nil {
		return err
	}
	return p.onward(w, r, stepOf[part], "setup.flash.sample."+string(part))
}

// download handles GET /setup/sample/<part>: the sample as a file.
func (p *Pages) download(part Part) web.Handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		_, centre, err := p.svc.Root(r.Context())
		if err != nil {
			return err
		}
		name, content, err := SampleFile(part, centre, p.svc.Now())
		if err != nil {
			return err
		}
		w.Header().Set("Content-Disposition", mime.FormatMediaType("attachment", map[string]string{"filename": name}))
		w.Header().Set("Content-Type", "application/octet-stream")
		_, err = w.Write(content)
		return err
	}
}

// unload handles GET /setup/sample/remove: what taking the sample out does.
func (p *Pages) unload(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if _, err := p.svc.Progress(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "setup.unload"), Body: unloadView()})
}

func (p *Pages) unloadPost(w http.ResponseWriter, r *http.Request) error {
	if err := p.svc.UnloadSample(r.Context()); err != nil {
		return err
	}
	p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), "setup.flash.unloaded"))
	return web.Redirect(w, r, "/setup")
}

// take handles POST /setup/take, multipart: list, log; either may be absent.
func (p *Pages) take(w http.ResponseWriter, r *http.Request) error {
	ctx, taken := r.Context(), 0
	parts, err := r.MultipartReader()
	if err != nil {
		return fault.Bad("setup.take", "list", "setup.bad.file")
	}
	for err == nil {
		part, next := parts.NextPart()
		if errors.Is(next, io.EOF) {
			break
		}
		if next != nil {
			return next
		}
		if part.FileName() == "" {
			continue
		}
		taken++
		err = p.svc.Take(ctx, Part(part.FormName()), part.FileName(), part)
		if errs := web.Errors(ctx, err); errs != nil {
			return p.render(w, r, http.StatusUnprocessableEntity, StepLog, stepPage{errs: map[string]string{part.FormName(): firstOf(errs)}})
		}
	}
	if err != nil {
		return err
	}
	if taken == 0 {
		return p.render(w, r, http.StatusUnprocessableEntity, StepLog, stepPage{errs: map[string]string{"list": i18n.T(ctx, "setup.bad.file")}})
	}
	return p.onward(w, r, StepLog, "setup.flash.taken")
}

// firstOf is one of the reasons, the same at each call.
func firstOf(errs map[string]string) string {
	var all []string
	for _, text := range errs {
		all = append(all, text)
	}
	return slices.Min(all)
}

// logState handles GET /setup/log/state: how far the latest file is.
func (p *Pages) logState(w http.ResponseWriter, r *http.Request) error {
	progress, err := p.svc.Progress(r.Context())
	if err != nil {
		return err
	}
	return p.site.Fragment(w, r, http.StatusOK, ui.Job(logJob(r.Context(), progress)))
}

// backup handles POST /setup/backup. Form: do (folder, start, drill), folder.
func (p *Pages) backup(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	var err error
	key := "setup.flash.backup"
	switch r.PostFormValue("do") {
	case "folder":
		err, key = p.svc.SetFolder(ctx, r.PostFormValue("folder")), "setup.flash.folder"
	case "drill":
		err, key = p.svc.Drill(ctx), "setup.flash.drill"
	default:
		err = p.svc.StartBackup(ctx)
	}
	if errs := web.Errors(ctx, err); errs != nil {
		return p.render(w, r, http.StatusUnprocessableEntity, StepBackup, stepPage{note: r.PostFormValue("folder"), errs: errs})
	}
	if err != nil {
		return err
	}
	return p.onward(w, r, StepBackup, key)
}

// Steps are the first hour for another page, nil when it is over or not the
// reader's to do.
func (p *Pages) Steps(ctx context.Context) ([]ui.Step, error) {
	if p.over.Load() {
		return nil, nil
	}
	progress, err := p.svc.Progress(ctx)
	if fault.Is(err, fault.Forbidden) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if progress.Green() {
		p.over.Store(true)
		return nil, nil
	}
	return stepList(ctx, progress, ""), nil
}

// stepList is all steps, the next one marked; here has no link.
func stepList(ctx context.Context, p Progress, here Step) []ui.Step {
	var out []ui.Step
	next := p.Next()
	for _, s := range p.Steps {
		step := ui.Step{Label: i18n.T(ctx, "setup.step."+string(s.Step)), Href: "/setup/" + string(s.Step)}
		switch {
		case s.Done:
			step.State = ui.StepDone
		case s.Step == cmp.Or(here, next):
			step.State = ui.StepNow
		}
		if s.Skipped != nil {
			step.Note = i18n.T(ctx, "setup.skipped.short", s.Skipped.Note)
		}
		out = append(out, step)
	}
	return out
}

func version(n int64) ui.Hidden { return ui.Hidden{Name: "version", Value: strconv.FormatInt(n, 10)} }
