// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/docs/guide"
	"github.com/vonggac/vonggac/internal/centre/backup"
	guideroom "github.com/vonggac/vonggac/internal/centre/guide"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/setup"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// This file wires the first hour, the settings and the guide.

// settings makes the room of the first hour and the settings.
func (a *App) settings() *setup.Service {
	return setup.New(setup.Deps{Records: a.Records, Now: a.opt.Now, Packs: a.Rooms.Packs, Root: a.rootNamed,
		Facts: a.firstHourFacts, Load: loader{a}, Backups: firstBackups{a.Rooms.Backups}})
}

// firstBackups is the backup room as the first hour uses it.
type firstBackups struct{ *backup.Service }

// Status implements setup.Backups.
func (b firstBackups) Status(ctx context.Context) (setup.Backup, error) {
	st, err := b.Service.Status(ctx)
	if err != nil {
		return setup.Backup{}, err
	}
	out := setup.Backup{Red: st.Red, SameDisk: st.SameDisk}
	if !st.Default {
		out.Folder = st.Folder
	}
	if st.Newest != nil {
		out.Newest = st.Newest.Manifest.MadeAt
	}
	if st.LastDrill != nil {
		out.DrillAt, out.DrillOK = st.LastDrill.EndedAt.Time, st.LastDrill.Good
	}
	out.Busy, err = b.Busy(ctx)
	return out, err
}

// SetFolder implements setup.Backups.
func (b firstBackups) SetFolder(ctx context.Context, folder string) error {
	in, version, err := b.Settings(ctx)
	if err != nil {
		return err
	}
	in.Folder = folder
	return b.Save(ctx, in, version)
}

// Start implements setup.Backups.
func (b firstBackups) Start(ctx context.Context) error {
	_, err := b.Service.Start(ctx)
	return err
}

// Drill implements setup.Backups.
func (b firstBackups) Drill(ctx context.Context) error {
	_, err := b.Service.Drill(ctx)
	return err
}

// otherSettings are settings pages of other rooms; those the program does not
// have are left out.
var otherSettings = []setup.Link{
	{Key: "app.settings." + "mail", Href: "/settings/mail", Icon: ui.IconSend, Need: auth.Permission{Area: auth.Settings, Act: auth.Configure}},
	{Key: "app.settings." + "intake", Href: "/settings/intake", Icon: ui.IconShare, Need: auth.Permission{Area: auth.Settings, Act: auth.Read}},
	{Key: "app.settings." + "retention", Href: "/settings/retention", Icon: ui.IconHistory, Need: auth.Permission{Area: auth.Settings, Act: auth.Read}},
	{Key: "app.settings." + "templates", Href: "/settings/templates", Icon: ui.IconDocument, Need: auth.Permission{Area: auth.RulePacks, Act: auth.Read}},
	{Key: "app.settings." + "authorities", Href: "/settings/authorities", Icon: ui.IconKey, Need: auth.Permission{Area: auth.Settings, Act: auth.Read}},
	{Key: "app.settings." + "collectors", Href: "/collectors", Icon: ui.IconUpload, Need: auth.Permission{Area: auth.Settings, Act: auth.Read}},
	{Key: "app.settings." + "backup", Href: "/settings/backup", Icon: ui.IconHistory, Need: auth.Permission{Area: auth.Settings, Act: auth.Configure}},
	{Key: "app.settings." + "health", Href: "/settings/health", Icon: ui.IconCheck, Need: auth.Permission{Area: auth.Settings, Act: auth.Configure}},
	{Key: "app.settings." + "webhooks", Href: "/settings/webhooks", Icon: ui.IconShare, Need: auth.Permission{Area: auth.Settings, Act: auth.Configure}},
	{Key: "app.settings." + "keys", Href: "/keys", Icon: ui.IconKey, Need: auth.Permission{Area: auth.Settings, Act: auth.Configure}},
	{Key: "app.settings." + "break_glass", Href: "/break-glass", Icon: ui.IconKey, Need: auth.Permission{Area: auth.AuditTrail, Act: auth.Configure}},
	{Key: "app.settings." + "audit", Href: "/audit", Icon: ui.IconEvidence, Need: auth.Permission{Area: auth.AuditTrail, Act: auth.Read}},
}

// has says which pages a table of routes holds.
func has(routes []web.Route) func(path string) bool {
	return func(path string) bool {
		return slices.ContainsFunc(routes, func(rt web.Route) bool { return rt.Pattern == "GET "+path })
	}
}

// setupPages are the screens of the first hour and the settings, beside those
// of the rooms that stand in the table already.
func (a *App) setupPages(site *web.Site, others []web.Route) *setup.Pages {
	page := has(others)
	near := setup.Neighbours{Limit: a.opt.Config.Upload.Limit, Guide: guideroom.For}
	for _, l := range otherSettings {
		if page(l.Href) {
			near.Settings = append(near.Settings, l)
		}
	}
	if page("/accounts/import") {
		near.Import = "/accounts/import"
	}
	if page("/accounts/slips") {
		near.Slips = "/accounts/slips"
	}
	return setup.NewPages(site, a.Rooms.Setup, near)
}

// guidePages are the guide inside the product. A guide that cannot be read is a
// bug and ends the start.
func (a *App) guidePages(site *web.Site) *guideroom.Pages {
	book, err := guideroom.Read(guide.FS)
	if err != nil {
		panic(err)
	}
	a.book = book
	return guideroom.NewPages(site, book)
}

func (a *App) rootNamed(ctx context.Context) (id, name string, err error) {
	var rows []struct{ ID, Name string }
	err = a.Records.Read().NewSelect().Table("unit").Column("id", "name").Where("parent_id = ''").Scan(ctx, &rows)
	if err != nil || len(rows) == 0 {
		return "", "", db.Error("app.rootNamed", err)
	}
	return rows[0].ID, rows[0].Name, nil
}

// house is what papers of a unit say of their body: those of the centre's own
// by its setting, those of others by their unit; whom a role means is the
// setting's for all.
func (a *App) house(ctx context.Context, id string) (report.House, error) {
	body, version, err := a.Rooms.Setup.Body(ctx)
	if err != nil {
		return report.House{}, err
	}
	h := report.House{Recipients: body.Recipients}
	root, err := a.root(ctx)
	if err != nil || id != root || version == 0 {
		return h, err
	}
	h.Issuer, h.Parent, h.Place, h.Title = body.Name, body.Superior, body.Place, body.Signer
	return h, nil
}

// ownCard is the card of the centre's own body: what its settings say where
// they say something.
func (a *App) ownCard(ctx context.Context, card incident.UnitCard) (incident.UnitCard, error) {
	body, version, err := a.Rooms.Setup.Body(ctx)
	if err != nil || version == 0 {
		return card, err
	}
	card.Name, card.Parent = cmp.Or(body.Name, card.Name), body.Superior
	card.Address, card.Phone, card.Email = cmp.Or(body.Address, card.Address), cmp.Or(body.Phone, card.Phone), cmp.Or(body.Email, card.Email)
	return card, nil
}

// firstHourFacts counts what the first hour's steps go by. The caller has asked
// whether the actor may see the whole centre.
func (a *App) firstHourFacts(ctx context.Context) (setup.Facts, error) {
	var f setup.Facts
	now := a.opt.Now().UnixMilli()
	q := a.Records.Read()
	err := q.NewRaw(`SELECT
		(SELECT count(*) FROM unit WHERE parent_id <> '' AND valid_from <= ? AND valid_until > ?),
		(SELECT count(*) FROM unit u WHERE parent_id <> '' AND valid_from <= ? AND valid_until > ? AND EXISTS
			(SELECT 1 FROM unit_range r WHERE r.unit_id = u.id AND r.valid_from <= ? AND r.valid_until > ?)),
		(SELECT count(*) FROM unit WHERE code LIKE ? AND valid_until > ?),
		(SELECT count(*) FROM account WHERE password <> '' AND NOT disabled),
		(SELECT count(*) FROM account WHERE password = '' AND NOT disabled),
		(SELECT count(*) FROM account WHERE login LIKE ? AND NOT disabled),
		(SELECT count(*) FROM source_file),
		(SELECT count(*) FROM source_file WHERE state = ? AND lines > 0)`,
		now, now, now, now, now, now, setup.Mark+"%", now, strings.ToLower(setup.Mark)+"%", string(source.Done)).
		Scan(ctx, &f.Units, &f.Addressed, count{&f.Sample.Units}, &f.People, &f.Invited, count{&f.Sample.People}, &f.Files, &f.Read)
	if err != nil {
		return f, db.Error("app.firstHourFacts", err)
	}
	f.People = max(0, f.People-1) // who founded the centre
	if f.Indicators, err = a.armed(ctx); err != nil {
		return f, err
	}
	if err := a.latestFile(ctx, &f); err != nil {
		return f, err
	}
	if err := a.firstInfection(ctx, &f); err != nil {
		return f, err
	}
	list, src, err := loader{a}.find(ctx)
	f.Sample.List, f.Sample.Log = list.Active, src.ID != "" && !src.Closed
	return f, err
}

// count reads a number as whether there is any.
type count struct{ any *bool }

// Scan implements sql.Scanner.
func (c count) Scan(v any) error {
	n, _ := v.(int64)
	*c.any = n > 0
	return nil
}

func (a *App) latestFile(ctx context.Context, f *setup.Facts) error {
	var ids []string
	err := a.Records.Read().NewSelect().Table("source_file").Column("id").Order("received_at DESC", "id DESC").Limit(1).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return db.Error("app.latestFile", err)
	}
	file, err := a.Rooms.Sources.File(ctx, source.FileID(ids[0]))
	if err != nil {
		return err
	}
	f.File = &setup.File{Name: file.Name, Href: "/files/" + ids[0], Lines: file.Account.Lines, Hits: file.Account.Hits, Done: file.State == source.Done}
	if file.Problem != "" {
		f.File.Problem = i18n.T(ctx, file.Problem, i18n.Number(ctx, file.Line))
	}
	return nil
}

// firstInfection is the latest one on a machine that is a unit's and no false
// alarm; whoever may not read infections has none to see.
func (a *App) firstInfection(ctx context.Context, f *setup.Facts) error {
	page, err := a.Rooms.Infections.List(ctx, infection.Filter{State: infection.AnyActive, Kind: string(unit.Machine), Limit: 50})
	if err == nil && page.Total == 0 { // those dealt with count as well, and are more to look through
		page, err = a.Rooms.Infections.List(ctx, infection.Filter{Kind: string(unit.Machine), Limit: 50})
	}
	if err != nil {
		if fault.Is(err, fault.Forbidden) {
			return nil
		}
		return err
	}
	f.Infected = page.Total
	for _, i := range page.Rows {
		if i.UnitID == "" || i.State == infection.FalsePositive {
			continue
		}
		names, err := a.names(ctx, []string{i.UnitID})
		if err != nil {
			return err
		}
		f.Infection = &setup.Infection{Title: i18n.T(ctx, "app.case.title", i.Threat, i.Addr.String()), Href: "/infections/" + string(i.ID),
			Unit: names[i.UnitID]}
		return nil
	}
	return nil
}
