// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package backup

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"

	store "github.com/vonggac/vonggac/internal/platform/backup"
)

// Pages are the room's screens, all for the administrator of the whole centre.
type Pages struct {
	site *web.Site
	svc  *Service
}

// NewPages makes the screens.
func NewPages(site *web.Site, svc *Service) *Pages { return &Pages{site, svc} }

const at = "/settings/backup"

// Routes lists the screens.
func (p *Pages) Routes() []web.Route {
	return []web.Route{
		{Pattern: "GET " + at, Need: mayConfigure, Handle: p.show},
		{Pattern: "GET " + at + "/state", Need: mayConfigure, Handle: p.state},
		{Pattern: "POST " + at + "/start", Need: mayConfigure, Handle: p.start},
		{Pattern: "POST " + at + "/drill", Need: mayConfigure, Handle: p.drill},
		{Pattern: "GET " + at + "/settings", Need: mayConfigure, Handle: p.settings},
		{Pattern: "POST " + at + "/settings", Need: mayConfigure, Handle: p.settingsPost},
		{Pattern: "POST " + at + "/jobs/{job}/cancel", Need: mayConfigure, Handle: p.cancel},
		{Pattern: "POST " + at + "/{name}/check", Need: mayConfigure, Handle: p.check},
		{Pattern: "GET " + at + "/{name}/manifest", Need: mayConfigure, Handle: p.manifest},
	}
}

// May reports whether the context's actor administers the whole centre: the
// navigation shows the room to nobody else.
func (s *Service) May(ctx context.Context) bool {
	_, scope, err := auth.Need(ctx, "backup.May", mayConfigure)
	return err == nil && s.whole(ctx, "backup.May", scope) == nil
}

const runsOnPage = 20

type page struct {
	Status Status
	Set    Settings
	List   []Backup
	Jobs   []jobs.Job
	Runs   []Run
	Now    time.Time
}

func (p *Pages) show(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	v := page{Now: p.svc.Now()}
	var err error
	if v.Runs, err = p.svc.Runs(ctx, runsOnPage); err != nil { // asks for permission
		return err
	}
	if v.Status, err = p.svc.Status(ctx); err != nil {
		return err
	}
	if v.Set, _, err = p.svc.Settings(ctx); err != nil {
		return err
	}
	if v.List, err = p.svc.List(ctx); err != nil && !fault.Is(err, fault.Unavailable) { // then the status says so
		return err
	}
	if v.Jobs, err = p.svc.Underway(ctx); err != nil {
		return err
	}
	return p.site.Render(w, r, http.StatusOK, web.View{Title: i18n.T(ctx, "backup.title"), Body: showView(v)})
}

// state answers the part of the page that follows the work.
func (p *Pages) state(w http.ResponseWriter, r *http.Request) error {
	list, err := p.svc.Underway(r.Context())
	if err != nil {
		return err
	}
	if len(list) == 0 {
		w.Header().Set("HX-Refresh", "true") // done: show the whole page
	}
	return p.site.Fragment(w, r, http.StatusOK, jobsView(list))
}

func (p *Pages) start(w http.ResponseWriter, r *http.Request) error {
	_, err := p.svc.Start(r.Context())
	return p.asked(w, r, "backup.flash.started", err)
}

func (p *Pages) drill(w http.ResponseWriter, r *http.Request) error {
	_, err := p.svc.Drill(r.Context())
	return p.asked(w, r, "backup.flash.drill", err)
}

func (p *Pages) check(w http.ResponseWriter, r *http.Request) error {
	_, err := p.svc.Check(r.Context(), r.PathValue("name"))
	return p.asked(w, r, "backup.flash.check", err)
}

func (p *Pages) cancel(w http.ResponseWriter, r *http.Request) error {
	return p.asked(w, r, "backup.flash.cancelled", p.svc.Cancel(r.Context(), r.PathValue("job")))
}

func (p *Pages) asked(w http.ResponseWriter, r *http.Request, key string, err error) error {
	if err != nil {
		return err
	}
	p.site.Flash(r.Context(), ui.OK, i18n.T(r.Context(), key))
	return web.Redirect(w, r, at)
}

// manifest handles GET /settings/backup/{name}/manifest: the file as it stands.
func (p *Pages) manifest(w http.ResponseWriter, r *http.Request) error {
	b, err := p.svc.Get(r.Context(), r.PathValue("name"))
	if err != nil {
		return err
	}
	if b.Err != nil {
		return b.Err
	}
	raw, err := b.Manifest.Encode()
	if err != nil {
		return err
	}
	w.Header().Set("Content-Type", "application/json")
	w.Header().Set("Content-Disposition", `attachment; filename="`+b.Name+`.json"`)
	_, err = w.Write(raw)
	return err
}

type formPage struct {
	On                                            bool
	Folder, Hour, Daily, Weekly, Monthly, RedDays string
	Version                                       int64
	Default                                       string
	Errors                                        map[string]string
}

func (v formPage) field(ctx context.Context, name, value, hint string) ui.FieldProps {
	f := ui.FieldProps{Kind: ui.KindNumber, Name: name, Label: i18n.T(ctx, "backup.field."+name), Value: value, Required: true, Min: "0", Error: v.Errors[name]}
	if hint != "" {
		f.Hint = i18n.T(ctx, hint)
	}
	return f
}

func (v formPage) errors() (list []ui.FieldError) {
	for _, name := range []string{"folder", "hour", "daily", "weekly", "monthly", "red_days"} {
		if text := v.Errors[name]; text != "" {
			list = append(list, ui.FieldError{Field: name, Text: text})
		}
	}
	return list
}

func (p *Pages) settings(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	if !p.svc.May(ctx) {
		return &fault.Error{Kind: fault.Forbidden, Op: "backup.settings", Msg: "backup.not_whole"}
	}
	in, version, err := p.svc.Settings(ctx)
	if err != nil {
		return err
	}
	n := strconv.Itoa
	return p.renderForm(w, r, http.StatusOK, formPage{On: !in.Off, Folder: in.Folder, Hour: n(in.Hour), Daily: n(in.Keep.Daily),
		Weekly: n(in.Keep.Weekly), Monthly: n(in.Keep.Monthly), RedDays: n(in.RedDays), Version: version})
}

func (p *Pages) renderForm(w http.ResponseWriter, r *http.Request, status int, v formPage) error {
	v.Default = p.svc.Default
	return p.site.Render(w, r, status, web.View{Title: i18n.T(r.Context(), "backup.settings.title"), Body: formView(v)})
}

// settingsPost handles POST /settings/backup/settings. Form: on, folder, hour,
// daily, weekly, monthly, red_days, version.
func (p *Pages) settingsPost(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	text := func(name string) string { return strings.TrimSpace(r.PostFormValue(name)) }
	v := formPage{On: text("on") != "", Folder: text("folder"), Hour: text("hour"), Daily: text("daily"), Weekly: text("weekly"),
		Monthly: text("monthly"), RedDays: text("red_days")}
	number := func(s string) int {
		n, err := strconv.Atoi(s)
		if err != nil {
			return -1 // refused with the bounds of its field
		}
		return n
	}
	v.Version = int64(number(text("version")))
	in := Settings{Off: !v.On, Folder: v.Folder, Hour: number(v.Hour), RedDays: number(v.RedDays),
		Keep: store.Keep{Daily: number(v.Daily), Weekly: number(v.Weekly), Monthly: number(v.Monthly)}}
	err := p.svc.Save(ctx, in, v.Version)
	if v.Errors = web.Errors(ctx, err); v.Errors != nil {
		return p.renderForm(w, r, http.StatusUnprocessableEntity, v)
	}
	return p.asked(w, r, "backup.flash.saved", err)
}
