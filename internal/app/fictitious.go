// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/app/demo"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// RunDemo fills a started centre that was opened as a demo with the fictitious
// province and keeps its logs flowing until ctx ends, as demo.Run says. It
// fails at once in a centre that was not opened as a demo.
func (a *App) RunDemo(ctx context.Context, opt demo.Options) error {
	if !a.opt.Demo {
		return errors.New("invented data goes into a demo alone, and this centre is not one")
	}
	if opt.Now == nil {
		opt.Now = a.opt.Now
	}
	if opt.Log == nil {
		opt.Log = a.opt.Log
	}
	province, err := demo.Sized(demo.DefaultSeed, cmp.Or(opt.Units, demo.LeastUnits))
	if err != nil {
		return err
	}
	return demo.Run(ctx, fictitious{a}, province, opt)
}

// fictitious is the centre as the demo uses it: every method is the use case
// that a person reaches through a page.
type fictitious struct{ *App }

var _ demo.Centre = fictitious{}

// Found implements demo.Register.
func (c fictitious) Found(ctx context.Context, body, kind string, first demo.Person) error {
	accounts := c.Rooms.Accounts
	if empty, err := accounts.Empty(ctx); err != nil || !empty {
		return err
	}
	secret, err := accounts.FirstLink(ctx)
	if err != nil {
		return err
	}
	_, err = accounts.Start(ctx, secret, account.First{Body: body, Kind: kind, Name: first.Name, Login: first.Login,
		Title: first.Title, Password: rand.Text()}) // kept nowhere: nobody signs in with it
	if err != nil {
		return err
	}
	return c.oweHunt(ctx) // as a real one does within its first minute
}

// accountOf finds whose login it is, before anybody acts.
func (c fictitious) accountOf(ctx context.Context, login string) (id string, epoch int64, err error) {
	err = c.Records.Read().NewSelect().Table("account").Column("id", "epoch").Where("login = ?", login).Scan(ctx, &id, &epoch)
	return id, epoch, db.Error("app.accountOf", err)
}

// As implements demo.Register.
func (c fictitious) As(ctx context.Context, login string) (context.Context, error) {
	id, epoch, err := c.accountOf(ctx, login)
	if err != nil {
		return nil, err
	}
	actor, err := c.Rooms.Accounts.Actor(ctx, id, epoch)
	return auth.With(i18n.With(ctx, c.catalogue, i18n.Vietnamese), actor), err
}

// Units implements demo.Register.
func (c fictitious) Units(ctx context.Context) (map[string]string, error) {
	ids := map[string]string{}
	for f := (unit.Filter{Limit: unit.MaxPage}); ; {
		page, err := c.Rooms.Units.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, u := range page.Units {
			if u.Code != "" {
				ids[u.Code] = string(u.ID)
			}
		}
		if f.After = page.Next; f.After == "" {
			return ids, nil
		}
	}
}

// ImportUnits implements demo.Register.
func (c fictitious) ImportUnits(ctx context.Context, name string, file []byte) error {
	id, plan, err := c.Rooms.Units.PlanImport(ctx, name, file)
	if err != nil {
		return err
	}
	for _, r := range plan.Cells {
		return fmt.Errorf("%s row %d, %s %q: %s", name, r.Row, r.Column, r.Value, r.Reason)
	}
	_, err = c.Rooms.Units.ApplyImport(ctx, id, plan.Digest)
	return err
}

// EndUnit implements demo.Register.
func (c fictitious) EndUnit(ctx context.Context, id string, from calendar.Date, successors []string) error {
	u, err := c.Rooms.Units.Get(ctx, unit.ID(id))
	if err != nil || !u.ValidTo.IsZero() {
		return err
	}
	end := unit.Abolition{From: from}
	for _, s := range successors {
		end.Successors = append(end.Successors, unit.ID(s))
	}
	_, err = c.Rooms.Units.Abolish(ctx, u.ID, u.Version, end)
	return err
}

// AddPerson implements demo.Register. The link that comes with the invitation
// is given to nobody.
func (c fictitious) AddPerson(ctx context.Context, p demo.Person) error {
	if _, _, err := c.accountOf(ctx, p.Login); !fault.Is(err, fault.NotFound) {
		return err
	}
	_, _, err := c.Rooms.Accounts.Invite(ctx, account.Account{Login: p.Login, Name: p.Name, Title: p.Title, Phone: p.Phone,
		Email: p.Email, Home: p.Unit, Grants: p.Grants})
	return err
}

// Link implements demo.Register.
func (c fictitious) Link(ctx context.Context, login string) (string, error) {
	id, _, err := c.accountOf(ctx, login)
	if err != nil {
		return "", err
	}
	person, err := c.Rooms.Accounts.Get(ctx, account.ID(id))
	if err != nil || person.HasPassword {
		return "", err
	}
	_, secret, err := c.Rooms.Accounts.Relink(ctx, person.ID)
	return c.link("/start?token=" + secret), err
}

// AddSource implements demo.Feed.
func (c fictitious) AddSource(ctx context.Context, s demo.Source, owner string) (string, error) {
	list, _, err := c.Rooms.Sources.List(ctx, source.Filter{Unit: owner, Limit: 1000})
	if err != nil {
		return "", err
	}
	for _, have := range list {
		if have.Name == s.Name {
			return string(have.ID), nil
		}
	}
	made, err := c.Rooms.Sources.Create(ctx, source.Source{Name: s.Name, Owner: owner, Format: s.Format, Note: s.Note})
	if err != nil {
		return "", err
	}
	root, err := c.root(ctx)
	if err != nil {
		return "", err
	}
	return string(made.ID), c.Rooms.Sources.SetRhythm(ctx, made.ID, source.Rhythm{Minutes: 60, Below: owner == root})
}

// AddList implements demo.Feed.
func (c fictitious) AddList(ctx context.Context, l demo.List) error {
	page, err := c.Rooms.Indicators.List(ctx, indicator.Filter{Limit: 1000})
	if err != nil {
		return err
	}
	for _, have := range page.Rows {
		if have.Name == l.Name {
			return nil
		}
	}
	file, err := c.Rooms.Indicators.Store(ctx, l.File, bytes.NewReader(l.Content))
	if err != nil {
		return err
	}
	_, err = c.Rooms.Indicators.Create(ctx, indicator.List{Name: l.Name, Kind: indicator.Kind(l.Kind.String()), Threat: l.Threat,
		TLP: indicator.TLP(l.TLP), Scope: indicator.WithSubdomains, Layout: indicator.Layout(l.Layout.String()), Note: l.Note}, file)
	return err
}

// Receive implements demo.Feed.
func (c fictitious) Receive(ctx context.Context, id, name string, content []byte) error {
	_, _, err := c.Rooms.Sources.Receive(ctx, source.ID(id), name, source.ByAPI, bytes.NewReader(content))
	return err
}

// Received implements demo.Feed.
func (c fictitious) Received(ctx context.Context, id string) ([]string, error) {
	files, _, err := c.Rooms.Sources.Files(ctx, source.ID(id), "", 50)
	names := make([]string, len(files))
	for i, f := range files {
		names[i] = f.Name
	}
	return names, err
}

// look is how often Settle looks.
const look = 50 * time.Millisecond

// Settle implements demo.Feed.
func (c fictitious) Settle(ctx context.Context) error {
	_, scope, err := auth.Need(ctx, "app.Settle", auth.Permission{Area: auth.Settings, Act: auth.Read})
	if err != nil {
		return err
	}
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		open, err := c.Queue.List(ctx, scope, jobs.Filter{States: []jobs.State{jobs.Queued, jobs.Running}, Limit: 1})
		if err != nil || len(open) == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-tick.C:
		}
	}
}

// Findings implements demo.Desk.
func (c fictitious) Findings(ctx context.Context) ([]demo.Finding, error) {
	page, err := c.Rooms.Findings.List(ctx, finding.Filter{State: finding.AnyOpen, Sort: finding.ByFirstSeen, Limit: 200})
	list := make([]demo.Finding, len(page.Rows))
	for i, f := range page.Rows {
		list[i] = demo.Finding{ID: string(f.ID), Client: f.Addr, Threat: f.Threat, New: f.State == finding.Waiting}
	}
	return list, err
}

// Acknowledge implements demo.Desk.
func (c fictitious) Acknowledge(ctx context.Context, id string) error {
	f, err := c.Rooms.Findings.Get(ctx, finding.ID(id))
	if err != nil {
		return err
	}
	_, err = c.Rooms.Findings.Acknowledge(ctx, f.ID, f.Version)
	return err
}

// Incidents implements demo.Desk.
func (c fictitious) Incidents(ctx context.Context) ([]string, error) {
	var titles []string
	for f := (incident.Filter{Limit: 1000}); ; {
		page, err := c.Rooms.Incidents.List(ctx, f)
		if err != nil {
			return nil, err
		}
		for _, i := range page.Rows {
			titles = append(titles, i.Title)
		}
		if f.After = page.Next; f.After == "" {
			return titles, nil
		}
	}
}

// OpenIncident implements demo.Desk.
func (c fictitious) OpenIncident(ctx context.Context, d demo.Case) error {
	i, err := c.Rooms.Incidents.OpenFrom(ctx, d.Seed)
	if err == nil && d.Severity != "" {
		_, err = c.Rooms.Incidents.Decide(ctx, i.ID, d.Severity, strings.TrimSpace(d.Reason), i.Version)
	}
	return err
}
