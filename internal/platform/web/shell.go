// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file holds what the frame around every page shows beside navigation:
// the scope in view, the bell, who is on duty, work that runs.

// Reach is which units an actor may look at, for the scope switch.
type Reach struct {
	Label string      // all of them together: "UBND tỉnh Mẫu"
	Units []ui.Option // one by one; only asked for by the page of the choice
	Many  bool        // there is something to choose
}

// frame fills the parts of the frame that p lacks.
func (s *Site) frame(r *http.Request, p *ui.Page, a auth.Actor) {
	ctx := r.Context()
	p.Search = s.cfg.Search
	if a.Elevated != "" {
		p.Raised, p.RaisedAt = i18n.T(ctx, "web.elevated", i18n.Time(ctx, a.ElevatedUntil)), BreakGlassPath+a.Elevated
	}
	if s.cfg.Help != nil {
		p.Help = s.cfg.Help(r.URL.Path)
	}
	if s.cfg.OnDuty != nil {
		p.OnDuty = s.cfg.OnDuty(ctx)
	}
	if s.cfg.Bell != nil {
		if count, href := s.cfg.Bell(ctx); href != "" {
			p.Bell = &ui.Bell{Count: count, Href: href}
		}
	}
	if s.cfg.Running != nil {
		if count, href := s.cfg.Running(ctx); count > 0 {
			p.Running = &ui.Running{Count: int(count), Href: href}
		}
	}
	s.scope(ctx, p, a)
}

func (s *Site) scope(ctx context.Context, p *ui.Page, a auth.Actor) {
	if s.cfg.Reach == nil {
		return
	}
	reach, err := s.cfg.Reach(ctx, a.Within, false)
	if err != nil {
		s.cfg.Log.Error("scope of the page", "err", err)
		return
	}
	if a.Within != "" || reach.Many {
		p.Scope, p.Within = reach.Label, a.Within != ""
		p.ScopeAt = ui.ScopePath + "?back=" + url.QueryEscape(p.Path)
	}
}

const keyWithin = "within" // account id, a space, unit id

// narrow lets a, the session's person, look only at the unit chosen in this
// session. It can only take away: the unit is intersected with the scope.
func (s *Site) narrow(ctx context.Context, a auth.Actor) auth.Actor {
	if account, unit, ok := strings.Cut(s.sessions.GetString(ctx, keyWithin), " "); ok && account == a.ID {
		a.Within = unit
	}
	return a
}

// chooseScope handles GET /settings/scope: the units that lists can be
// narrowed to.
func (s *Site) chooseScope(w http.ResponseWriter, r *http.Request) error {
	return s.renderScope(w, r, http.StatusOK, nil)
}

func (s *Site) renderScope(w http.ResponseWriter, r *http.Request, status int, errs map[string]string) error {
	ctx := r.Context()
	if s.cfg.Reach == nil {
		return fault.Missing("web.scope")
	}
	a, _ := auth.From(ctx)
	reach, err := s.cfg.Reach(auth.Wide(ctx), "", true)
	if err != nil {
		return err
	}
	view := ui.ScopeChoice(ui.ScopeProps{Units: reach.Units, Chosen: a.Within, Back: Back(r.FormValue("back")), Errors: errs})
	return s.Render(w, r, status, View{Title: i18n.T(ctx, "ui.scope.title"), Body: view})
}

// setScope handles POST /settings/scope. Form: unit (empty: all again), back.
// A unit outside the actor's scope is refused.
func (s *Site) setScope(w http.ResponseWriter, r *http.Request) error {
	ctx := r.Context()
	a, _ := auth.From(ctx)
	unit := r.PostFormValue("unit")
	if unit == "" {
		s.sessions.Remove(ctx, keyWithin)
		return Redirect(w, r, Back(r.PostFormValue("back")))
	}
	if s.cfg.Reach == nil {
		return fault.Missing("web.scope")
	}
	reach, err := s.cfg.Reach(auth.Wide(ctx), "", true)
	if err != nil {
		return err
	}
	for _, u := range reach.Units {
		if u.Value == unit {
			s.sessions.Put(ctx, keyWithin, a.ID+" "+unit)
			return Redirect(w, r, Back(r.PostFormValue("back")))
		}
	}
	return s.renderScope(w, r, http.StatusUnprocessableEntity, map[string]string{"unit": i18n.T(ctx, "web.scope.outside")})
}

// personLinks are the further entries of the person menu.
func (c Config) personLinks(ctx context.Context) []ui.Link {
	if c.Person == nil {
		return nil
	}
	return c.Person(ctx)
}

// ObservableMenu is the menu of a name or address: what the lists say of it and
// who connected to it, as far as the actor may ask, and what more the room
// offers.
func ObservableMenu(ctx context.Context, value string, more ui.ObservableActs) []ui.Action {
	if auth.May(ctx, auth.Permission{Area: auth.Indicators, Act: auth.Read}) {
		more.LookUp = "/indicators?q=" + url.QueryEscape(value)
	}
	if auth.May(ctx, auth.Permission{Area: auth.Findings, Act: auth.Read}) {
		more.Seen = "/findings?state=all&indicator=" + url.QueryEscape(value)
	}
	return more.Menu(ctx)
}
