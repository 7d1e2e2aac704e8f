// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// This file answers what the units room asks of the others: what a merger
// touches, what happened in a year, who holds a role.

// joinUnits gives the units room its neighbours and its duty on the day of a
// planned change.
func (a *App) joinUnits() {
	a.Rooms.Units.Join(unit.Neighbours{Touched: a.touched, Built: a.built, Figures: a.unitFigures, Logged: a.loggedOf, People: a.peopleOf,
		MovePerson: a.movePerson, Files: a.Files})
	a.behind.every(time.Minute, "units", a.Rooms.Units.ReformsDue)
}

func texts(ids []unit.ID) []string {
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// movePerson gives a person the role they have in one unit in another instead,
// for the same term.
func (a *App) movePerson(ctx context.Context, person, role string, from, to unit.ID) error {
	id := account.ID(person)
	held, err := a.Rooms.Accounts.Held(ctx, id)
	if err != nil {
		return err
	}
	was := auth.Grant{Role: auth.Role(role), Unit: string(from)}
	at := slices.IndexFunc(held, func(h account.Held) bool { return h.Grant == was })
	if at < 0 {
		return fault.Missing("app.movePerson")
	}
	h := held[at]
	h.Unit = string(to)
	if err := a.Rooms.Accounts.Give(ctx, id, h); err != nil {
		return err
	}
	return a.Rooms.Accounts.Withdraw(ctx, id, was)
}

// touched counts what stands in the names of units, as far as the actor may
// see it; what they may not see at all is left out.
func (a *App) touched(ctx context.Context, ids []unit.ID) ([]unit.Touched, error) {
	counts := []struct {
		key, href string
		of        func(id string) (int64, error)
	}{
		{"app.touched.sources", "/sources", func(id string) (int64, error) {
			_, n, err := a.Rooms.Sources.List(ctx, source.Filter{Unit: id, Limit: 1})
			return n, err
		}},
		{"app.touched.people", "/accounts", func(id string) (int64, error) {
			list, err := a.peopleOf(ctx, unit.ID(id))
			return int64(len(list)), err
		}},
		{"app.touched.obligations", "/obligations", func(id string) (int64, error) {
			p, err := a.Rooms.Obligations.List(ctx, obligation.Filter{Unit: id, State: obligation.Open, Limit: 1})
			return p.Total, err
		}},
		{"app.touched.incidents", "/incidents", func(id string) (int64, error) {
			p, err := a.Rooms.Incidents.List(ctx, incident.Filter{Unit: id, State: incident.Open, Limit: 1})
			return p.Total, err
		}},
		{"app.touched.findings", "/findings", func(id string) (int64, error) {
			p, err := a.Rooms.Findings.List(ctx, finding.Filter{Unit: id, State: finding.AnyOpen, Limit: 1})
			return p.Total, err
		}},
		{"app.touched.infections", "/infections", func(id string) (int64, error) {
			p, err := a.Rooms.Infections.List(ctx, infection.Filter{Unit: id, State: infection.AnyActive, Limit: 1})
			return p.Total, err
		}},
	}
	var out []unit.Touched
	for _, c := range counts {
		t := unit.Touched{Key: c.key}
		var err error
		for _, id := range texts(ids) {
			var n int64
			n, err = c.of(id)
			if t.N += n; err != nil {
				break
			}
		}
		if fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if len(ids) == 1 && c.key != "app.touched.people" && c.key != "app.touched.sources" {
			t.Href = c.href + "?unit=" + string(ids[0])
		}
		out = append(out, t)
	}
	return out, nil
}

// built reports whether any room's record names one of the units. It asks as
// the whole centre: the answer is yes or no, and no count leaves it.
func (a *App) built(ctx context.Context, ids []unit.ID) (bool, error) {
	root, err := a.wholeCentre(ctx)
	if err != nil {
		return false, err
	}
	for _, id := range texts(ids) {
		_, sources, err1 := a.Rooms.Sources.List(root, source.Filter{Unit: id, Limit: 1})
		duties, err2 := a.Rooms.Obligations.List(root, obligation.Filter{Unit: id, Limit: 1})
		cases, err3 := a.Rooms.Incidents.List(root, incident.Filter{Unit: id, Limit: 1})
		people, err4 := a.peopleOf(root, unit.ID(id))
		if err := errors.Join(err1, err2, err3, err4); err != nil {
			return false, err
		}
		if sources+duties.Total+cases.Total > 0 || len(people) > 0 {
			return true, nil
		}
	}
	return false, nil
}

// wholeCentre is a context in which the program itself reads all rooms.
func (a *App) wholeCentre(ctx context.Context) (context.Context, error) {
	root, err := a.Rooms.Units.Root(ctx)
	return auth.With(ctx, auth.Actor{ID: "system", Name: "system", Grants: []auth.Grant{{Role: auth.Centre, Unit: string(root)}}}), err
}

// unitFigures are the rooms' figures of units in a span of time. A room that
// the actor may not read tells none.
func (a *App) unitFigures(ctx context.Context, ids []unit.ID, from, to time.Time) ([]unit.Figure, error) {
	covers, err := a.coversIn(ctx, ids, from, to)
	if err != nil {
		return nil, err
	}
	var out []unit.Figure
	for _, room := range []struct {
		key string
		of  func(context.Context, []string, time.Time, time.Time) (map[string]int64, error)
	}{
		{"app.figure.findings", a.Rooms.Findings.PerUnit}, {"app.figure.infections", a.Rooms.Infections.PerUnit},
		{"app.figure.incidents", a.Rooms.Incidents.PerUnit}, {"app.figure.obligations", a.Rooms.Obligations.PerUnit},
	} {
		counts, err := room.of(ctx, texts(ids), from, to)
		if fault.Is(err, fault.Forbidden) {
			continue
		}
		if err != nil {
			return nil, err
		}
		for _, id := range ids {
			f := unit.Figure{Key: room.key, Unit: id, N: counts[string(id)]}
			if c, known := covers[id]; known && (room.key == "app.figure.findings" || room.key == "app.figure.infections") { // they rest on logs
				f.Unseen = a.unseen(ctx, f.N, c)
			}
			out = append(out, f)
		}
	}
	return out, nil
}

// peopleOf lists who holds a role in a unit, or belongs to it without one, as
// far as the actor may see accounts.
func (a *App) peopleOf(ctx context.Context, id unit.ID) ([]unit.Person, error) {
	var out []unit.Person
	for f := (account.Filter{Limit: 500}); ; {
		list, _, err := a.Rooms.Accounts.List(ctx, f)
		if fault.Is(err, fault.Forbidden) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		for _, who := range list {
			for _, g := range who.Grants {
				if g.Unit == string(id) && !slices.ContainsFunc(out, func(p unit.Person) bool { return p.ID == string(who.ID) && p.Role == string(g.Role) }) {
					out = append(out, unit.Person{ID: string(who.ID), Name: who.Name, Role: string(g.Role), Href: "/accounts/" + string(who.ID)})
				}
			}
		}
		if len(list) < f.Limit {
			return out, nil
		}
		f.After = list[len(list)-1].ID
	}
}
