// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
)

// Options say how the demo runs. The zero value is usable.
type Options struct {
	Units   int                // living units, LeastUnits to MostUnits; 0: LeastUnits
	Now     func() time.Time   // nil: the system's clock
	Every   time.Duration      // between files of a source; 0: 10 s
	History time.Duration      // brought in at the first start, and at most after a pause; 0: 24 h
	Ready   func([]Invitation) // told once, as soon as people can sign in; nil: nobody
	Seeded  func()             // told once, when history has been read and logs begin to flow; nil: nobody
	Log     *slog.Logger       // nil: silent
}

// Invitation is a person to try the product as. Address is a one-time link, or
// empty when they have chosen a password on an earlier day.
type Invitation struct {
	Person  Person
	Address string
}

// Run brings the province into the centre and keeps its logs flowing until ctx
// ends; it returns nil then. On a centre that has been run before it adds only
// what is missing and goes on where the logs ended. It fails when the centre
// refuses something at the start; while logs flow it notes what goes wrong and
// tries again.
func Run(ctx context.Context, c Centre, p *Province, opt Options) error {
	if opt.Now == nil {
		opt.Now = time.Now
	}
	if opt.Every <= 0 {
		opt.Every = 10 * time.Second
	}
	if opt.History <= 0 {
		opt.History = 24 * time.Hour
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	r := &runner{Options: opt, c: c, p: p}
	err := r.seed(ctx)
	if err == nil {
		if r.Seeded != nil {
			r.Seeded()
		}
		err = r.flow(ctx)
	}
	if ctx.Err() != nil { // stores tell of it in words of their own
		return nil
	}
	return err
}

// runner is one Run under way.
type runner struct {
	Options
	c     Centre
	p     *Province
	units map[string]string // code -> id
	feeds []*feed
}

// as runs fn as the person of login.
func (r *runner) as(ctx context.Context, login string, fn func(context.Context) error) error {
	ctx, err := r.c.As(ctx, login)
	if err != nil {
		return fmt.Errorf("act as %s: %w", login, err)
	}
	return fn(ctx)
}

// seed brings in everything that stands before logs flow, in the order in
// which an office would.
func (r *runner) seed(ctx context.Context) error {
	root := r.p.Units[0]
	if err := r.c.Found(ctx, root.Name, root.Kind, r.p.Person(founder)); err != nil {
		return fmt.Errorf("found the centre: %w", err)
	}
	for _, step := range []struct {
		login string
		fn    func(context.Context) error
	}{
		{founder, r.enterUnits},
		{founder, r.invite},
		{founder, r.office},
		{CentreOfficer, r.openFeeds},
		{CentreOfficer, r.catchUp},
		{DutyOfficer, r.openCases},
		{DutyOfficer, r.acknowledge},
	} {
		if err := r.as(ctx, step.login, step.fn); err != nil {
			return err
		}
	}
	return nil
}

// enterUnits imports the list of units where one of them is missing, and ends
// those of history.
func (r *runner) enterUnits(ctx context.Context) error {
	have, err := r.c.Units(ctx)
	if err != nil {
		return fmt.Errorf("look for units: %w", err)
	}
	missing := func(u Unit) bool { return have[u.Code] == "" }
	if slices.ContainsFunc(r.p.Units, missing) {
		file, err := r.p.unitsXLSX(false)
		if err != nil {
			return err
		}
		if err := r.c.ImportUnits(ctx, "don-vi-vong-giang.xlsx", file); err != nil {
			return fmt.Errorf("import units: %w", err)
		}
		if have, err = r.c.Units(ctx); err != nil {
			return fmt.Errorf("look for units: %w", err)
		}
	}
	r.units = have
	for _, u := range slices.Backward(r.p.Units) { // what lies under an ended unit ends first
		if u.To.IsZero() {
			continue
		}
		var heirs []string
		for _, code := range u.Successors {
			heirs = append(heirs, have[code])
		}
		if err := r.c.EndUnit(ctx, have[u.Code], u.To.AddDays(1), heirs); err != nil {
			return fmt.Errorf("end %s: %w", u.ShortName, err)
		}
	}
	return nil
}

// invite makes the accounts and tells Ready of those to begin with.
func (r *runner) invite(ctx context.Context) error {
	for _, person := range r.p.People {
		person.Unit = r.units[person.Unit]
		person.Grants = slices.Clone(person.Grants)
		for i, g := range person.Grants {
			person.Grants[i] = auth.Grant{Role: g.Role, Unit: r.units[g.Unit]}
		}
		if err := r.c.AddPerson(ctx, person); err != nil {
			return fmt.Errorf("invite %s: %w", person.Login, err)
		}
	}
	var list []Invitation
	for _, login := range invited {
		address, err := r.c.Link(ctx, login)
		if err != nil {
			return fmt.Errorf("link for %s: %w", login, err)
		}
		list = append(list, Invitation{r.p.Person(login), address})
	}
	if r.Ready != nil {
		r.Ready(list)
	}
	return nil
}

// openCases opens the two incidents, unless they were opened before.
func (r *runner) openCases(ctx context.Context) error {
	titles, err := r.c.Incidents(ctx)
	if err != nil {
		return fmt.Errorf("look for incidents: %w", err)
	}
	found, err := r.c.Findings(ctx)
	if err != nil {
		return fmt.Errorf("look for findings: %w", err)
	}
	for _, c := range r.p.Cases(r.Now()) {
		if slices.Contains(titles, c.Title) {
			continue
		}
		for _, f := range found {
			if f.Client == c.Machines[0].Addr && f.Threat == c.threat {
				c.FindingIDs = append(c.FindingIDs, f.ID)
			}
		}
		c.UnitID = r.units[c.UnitID]
		if err := r.c.OpenIncident(ctx, c); err != nil {
			return fmt.Errorf("open incident %q: %w", c.Title, err)
		}
	}
	return nil
}

// takenOn is how many findings the duty officer has acknowledged when the
// newcomer first looks.
const takenOn = 4

// acknowledge takes the oldest findings on, unless somebody has begun to.
func (r *runner) acknowledge(ctx context.Context) error {
	found, err := r.c.Findings(ctx)
	if err != nil {
		return fmt.Errorf("look for findings: %w", err)
	}
	if slices.ContainsFunc(found, func(f Finding) bool { return !f.New }) {
		return nil
	}
	for _, f := range found[:min(takenOn, len(found))] {
		if err := r.c.Acknowledge(ctx, f.ID); err != nil {
			return fmt.Errorf("acknowledge finding %s: %w", f.ID, err)
		}
	}
	return nil
}
