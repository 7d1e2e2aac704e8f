// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"io/fs"
	"net/http"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
	"github.com/vonggac/vonggac/rulepacks"
)

// Rooms are the use cases of every room; the command line and tests call the
// same ones as the pages.
type Rooms struct {
	Packs       *rulepack.Set
	Units       *unit.Service
	Accounts    *account.Service
	Sources     *source.Service
	Obligations *obligation.Service
}

// migrations are the schemas of all rooms.
func migrations() []fs.FS {
	return []fs.FS{auth.Migrations, web.Migrations, audit.Migrations, jobs.Migrations, unit.Migrations, account.Migrations,
		source.Migrations, obligation.Migrations}
}

// Messages are the texts of all rooms.
func Messages() []fs.FS {
	return []fs.FS{fault.Messages, web.Messages, ui.Messages, jobs.Messages, messages, unit.Messages, account.Messages,
		source.Messages, obligation.Messages}
}

// wire builds the rooms and the site. It reads as the table of contents of the
// running program: what each room is given, and who answers whose hook.
func (a *App) wire(ctx context.Context) error {
	now := a.opt.Now
	packs, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		return err
	}
	catalogue, err := i18n.Load(Messages()...)
	if err != nil {
		return err
	}
	r := &a.Rooms
	r.Packs = packs
	r.Units = unit.New(a.Records, a.pack().Kinds, now)
	r.Accounts = account.New(account.Deps{Records: a.Records, Now: now, Cost: a.opt.PasswordCost,
		Found: func(ctx context.Context, tx *db.Tx, name, kind string) (string, error) {
			u, err := r.Units.Found(ctx, tx, name, kind)
			return string(u.ID), renamed(err, map[string]string{"name": "body"})
		}})
	r.Sources = source.New(source.Deps{Records: a.Records, Files: a.Files, Queue: a.Queue, Now: now, Limit: a.opt.Config.Upload.Limit})
	r.Obligations = obligation.New(obligation.Deps{Records: a.Records, Now: now})
	a.runner = jobs.NewRunner(a.Queue, jobs.Options{Log: a.opt.Log, Name: "vonggac", Handlers: map[string]jobs.Handler{
		source.JobKind: r.Sources.Handler(func() scan.Options { return scan.Options{} }, a.sink),
	}})
	site := web.New(web.Config{Log: a.opt.Log, Catalogue: catalogue, Assets: a.Assets, Records: a.Records, Now: now,
		Actor: r.Accounts.Actor, Key: r.Accounts.KeyActor, Nav: a.nav, Lifetime: a.opt.Config.Session.Lifetime,
		Secure: a.opt.Config.TLS.Mode != config.Off, Proxies: a.opt.Config.Proxy.Trusted, Demo: a.opt.Demo, Version: a.opt.Version})
	a.handler = a.outer(site.Handler(a.routes(site)...))
	return nil
}

// sink hands one block to the rooms inside its transaction.
func (a *App) sink(ctx context.Context, tx *db.Tx, f source.File, b scan.Block) error { return nil }

func (a *App) routes(site *web.Site) []web.Route {
	r := &a.Rooms
	var all []web.Route
	add := func(routes []web.Route) { all = append(all, routes...) }
	add(account.NewPages(site, r.Accounts, account.Choices{Kinds: a.bodyKinds, Units: a.unitOptions, Link: a.link}).Routes())
	add(source.NewPages(site, r.Sources, source.Neighbours{Units: a.unitOptions, Keys: a.feedKeys, NewKey: a.newFeedKey,
		Revoke: a.revokeFeedKey, Armed: func() int { return 0 }, Link: a.link}).Routes())
	return all
}

// outer adds what is no page: health for machines that watch this one.
func (a *App) outer(site http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, r *http.Request) { web.WriteJSON(w, http.StatusOK, health{"ok"}) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := a.Records.Ping(r.Context()); err != nil {
			a.opt.Log.Error("not ready", "err", err)
			web.WriteJSON(w, http.StatusServiceUnavailable, health{"records unreachable"})
			return
		}
		web.WriteJSON(w, http.StatusOK, health{"ok"})
	})
	mux.Handle("/", site)
	return mux
}

type health struct {
	Status string `json:"status"`
}

// renamed gives the fields of a fault.Invalid the names another form has.
func renamed(err error, names map[string]string) error {
	if !fault.Is(err, fault.Invalid) {
		return err
	}
	e := *fault.Of(err)
	fields := map[string]string{}
	for field, reason := range e.Fields {
		if name, ok := names[field]; ok {
			field = name
		}
		fields[field] = reason
	}
	e.Fields = fields
	return &e
}
