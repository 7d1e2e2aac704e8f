// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/setup"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// loader puts data in for the first hour through the rooms' own use cases, the
// sample among it, and takes the sample out of use again.
type loader struct{ *App }

var _ setup.Loader = loader{}

// List implements setup.Loader: a list of names to block, called after its file.
func (l loader) List(ctx context.Context, name string, r io.Reader) error {
	called, _, _ := strings.Cut(name, ".") // it names the threat where the list itself names none
	return l.list(ctx, cmp.Or(strings.TrimSpace(called), name), name, r)
}

func (l loader) list(ctx context.Context, called, name string, r io.Reader) error {
	file, err := l.Rooms.Indicators.Store(ctx, name, r)
	if err != nil {
		return err
	}
	_, err = l.Rooms.Indicators.Create(ctx, indicator.List{Name: called, Kind: indicator.Block, TLP: indicator.Amber,
		Scope: indicator.WithSubdomains, Layout: indicator.Auto}, file)
	if err != nil {
		return err
	}
	return l.settle(ctx)
}

// armLimit is how long a new list is waited for: a log that follows it at once
// is then compared with it. A list that takes longer goes on by itself.
const armLimit = 20 * time.Second

// settle returns when no list waits to be loaded, or after armLimit.
func (l loader) settle(ctx context.Context) error {
	limit := time.NewTimer(armLimit)
	defer limit.Stop()
	tick := time.NewTicker(look)
	defer tick.Stop()
	for {
		s, err := l.Rooms.Indicators.Status(ctx)
		if err != nil || s.Waiting == 0 {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-limit.C:
			return nil
		case <-tick.C:
		}
	}
}

// Log implements setup.Loader: into a source of the centre's own body for what
// is uploaded by hand.
func (l loader) Log(ctx context.Context, name string, r io.Reader) error {
	return l.receive(ctx, i18n.T(ctx, "setup.own.source"), name, r)
}

// receive takes a file into the source called so, made where there is none.
func (l loader) receive(ctx context.Context, called, name string, r io.Reader) error {
	root, err := l.root(ctx)
	if err != nil {
		return err
	}
	have, _, err := l.Rooms.Sources.List(ctx, source.Filter{Search: called, Unit: root, Limit: 50})
	if err != nil {
		return err
	}
	var to source.Source
	for _, s := range have {
		if s.Name == called {
			to = s.Source
		}
	}
	switch {
	case to.ID == "":
		to, err = l.Rooms.Sources.Create(ctx, source.Source{Name: called, Owner: root})
	case to.Closed:
		to.Closed = false
		to, err = l.Rooms.Sources.Update(ctx, to)
	}
	if err != nil {
		return err
	}
	_, _, err = l.Rooms.Sources.Receive(ctx, to.ID, name, source.ByPage, r)
	return err
}

// Sample implements setup.Loader.
func (l loader) Sample(ctx context.Context, part setup.Part) error {
	name, content, err := setup.SampleFile(part, "", l.opt.Now())
	if err != nil {
		return err
	}
	switch part {
	case setup.PartUnits:
		return fictitious(l).ImportUnits(ctx, name, content)
	case setup.PartPeople:
		return l.people(ctx)
	case setup.PartList:
		list, _, err := l.find(ctx)
		if err != nil || list.ID == "" {
			if err != nil {
				return err
			}
			return l.list(ctx, i18n.T(ctx, "setup.sample.list_name"), name, bytes.NewReader(content))
		}
		if !list.Active {
			_, err = l.Rooms.Indicators.Switch(ctx, list.ID, list.Version, true, i18n.T(ctx, "setup.sample.reason"))
		}
		return err
	}
	return l.receive(ctx, i18n.T(ctx, "setup.sample.source_name"), name, bytes.NewReader(content))
}

// people invites the sample's people; the links that come with it are given to
// nobody.
func (l loader) people(ctx context.Context) error {
	people, err := setup.SamplePeople()
	if err != nil {
		return err
	}
	root, err := l.root(ctx)
	if err != nil {
		return err
	}
	units, err := fictitious(l).Units(ctx)
	if err != nil {
		return err
	}
	for _, p := range people {
		id, _, err := fictitious(l).accountOf(ctx, p.Login)
		if err == nil {
			err = l.disable(ctx, account.ID(id), false)
		}
		if !fault.Is(err, fault.NotFound) {
			if err != nil {
				return err
			}
			continue
		}
		home := root
		if p.UnitCode != "" {
			if home = units[p.UnitCode]; home == "" {
				continue // the sample's units were not loaded
			}
		}
		if _, _, err := l.Rooms.Accounts.Invite(ctx, account.Account{Login: p.Login, Name: p.Name, Title: p.Title, Phone: p.Phone,
			Email: p.Email, Home: home, Grants: []auth.Grant{{Role: auth.Role(p.Role), Unit: home}}}); err != nil {
			return err
		}
	}
	return nil
}

func (l loader) disable(ctx context.Context, id account.ID, shut bool) error {
	a, err := l.Rooms.Accounts.Get(ctx, id)
	if err != nil || a.Disabled == shut {
		return err
	}
	return l.Rooms.Accounts.SetDisabled(ctx, id, a.Version, shut)
}

// find looks for the sample's list and source by their names, in either
// language; zero where there is none.
func (l loader) find(ctx context.Context) (list indicator.Listed, src source.Source, err error) {
	named := func(key, name string) bool {
		return name == l.catalogue.Text(i18n.Vietnamese, key) || name == l.catalogue.Text(i18n.English, key)
	}
	page, err := l.Rooms.Indicators.List(ctx, indicator.Filter{Limit: 1000})
	if err != nil && !fault.Is(err, fault.Forbidden) {
		return list, src, err
	}
	for _, have := range page.Rows {
		if named("setup.sample.list_name", have.Name) {
			list = have
		}
	}
	sources, _, err := l.Rooms.Sources.List(ctx, source.Filter{Limit: 1000})
	for _, have := range sources {
		if named("setup.sample.source_name", have.Name) {
			src = have.Source
		}
	}
	return list, src, err
}

// Unload implements setup.Loader. Each part is taken out by itself, so that an
// interrupted one is finished by the next.
func (l loader) Unload(ctx context.Context) error {
	why := i18n.T(ctx, "setup.sample.reason")
	list, src, err := l.find(ctx)
	if err != nil {
		return err
	}
	if list.ID != "" && list.Active {
		if _, err := l.Rooms.Indicators.Switch(ctx, list.ID, list.Version, false, why); err != nil {
			return err
		}
	}
	if src.ID != "" && !src.Closed {
		src.Closed = true
		if _, err := l.Rooms.Sources.Update(ctx, src); err != nil {
			return err
		}
	}
	if err := l.dropInfections(ctx, src.ID, why); err != nil {
		return err
	}
	people, err := setup.SamplePeople()
	if err != nil {
		return err
	}
	for _, p := range people {
		id, _, err := fictitious(l).accountOf(ctx, p.Login)
		if err == nil {
			err = l.disable(ctx, account.ID(id), true)
		}
		if err != nil && !fault.Is(err, fault.NotFound) {
			return err
		}
	}
	return l.endUnits(ctx)
}

// sampleInfections are the infections that only the sample's source saw.
const sampleInfections = `SELECT DISTINCT i.id FROM infection i JOIN finding f ON f.owner_unit = i.owner_unit AND f.addr_key = i.addr_key AND f.threat = i.threat
	WHERE i.state IN ('suspected', 'confirmed', 'cleaning')
	AND EXISTS (SELECT 1 FROM finding_hit h WHERE h.finding_id = f.id AND h.source_id = ?)
	AND NOT EXISTS (SELECT 1 FROM finding_hit h WHERE h.finding_id = f.id AND h.source_id <> ?)`

func (l loader) dropInfections(ctx context.Context, src source.ID, why string) error {
	var ids []string
	if err := l.Records.Read().NewRaw(sampleInfections, string(src), string(src)).Scan(ctx, &ids); err != nil {
		return db.Error("app.dropInfections", err)
	}
	for _, id := range ids {
		seen, err := l.Rooms.Infections.Get(ctx, infection.ID(id))
		if err == nil {
			_, err = l.Rooms.Infections.MarkFalse(ctx, seen.ID, why, seen.Names, seen.Version)
		}
		if err != nil {
			return fmt.Errorf("infection %s: %w", id, err)
		}
	}
	return nil
}

func (l loader) endUnits(ctx context.Context) error {
	units, err := fictitious(l).Units(ctx)
	if err != nil {
		return err
	}
	for code, id := range units {
		if !strings.HasPrefix(code, setup.Mark) {
			continue
		}
		u, err := l.Rooms.Units.Get(ctx, unit.ID(id))
		if err != nil {
			return err
		}
		if !u.ValidTo.IsZero() {
			continue
		}
		if _, err := l.Rooms.Units.Abolish(ctx, u.ID, u.Version, unit.Abolition{From: calendar.DateOf(l.opt.Now())}); err != nil {
			return err
		}
	}
	return nil
}
