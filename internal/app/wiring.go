// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"slices"
	"time"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/backup"
	"github.com/vonggac/vonggac/internal/centre/binding"
	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/centre/esign"
	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/finding"
	guideroom "github.com/vonggac/vonggac/internal/centre/guide"
	"github.com/vonggac/vonggac/internal/centre/home"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/infection"
	"github.com/vonggac/vonggac/internal/centre/lookup"
	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/reception"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/retention"
	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/centre/search"
	"github.com/vonggac/vonggac/internal/centre/series"
	"github.com/vonggac/vonggac/internal/centre/setup"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/task"
	templates "github.com/vonggac/vonggac/internal/centre/template"
	"github.com/vonggac/vonggac/internal/centre/trail"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/centre/view"
	"github.com/vonggac/vonggac/internal/centre/webhook"
	"github.com/vonggac/vonggac/internal/centre/workdays"
	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/notify"
	"github.com/vonggac/vonggac/internal/platform/officedoc/lint"
	"github.com/vonggac/vonggac/internal/platform/officedoc/template"
	"github.com/vonggac/vonggac/internal/platform/paperfile"
	"github.com/vonggac/vonggac/internal/platform/peers"
	"github.com/vonggac/vonggac/internal/platform/rest"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/setting"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"

	store "github.com/vonggac/vonggac/internal/platform/backup"
)

// Rooms are the use cases of every room; the command line and tests call the
// same ones as the pages.
type Rooms struct {
	Packs       *rulepack.Set
	Rules       *rule.Service
	Units       *unit.Service
	Accounts    *account.Service
	Sources     *source.Service
	Indicators  *indicator.Service
	Feeds       *feed.Service
	Findings    *finding.Service
	Hunts       *hunt.Service
	Lookup      *lookup.Service
	Infections  *infection.Service
	Obligations *obligation.Service
	Incidents   *incident.Service
	Reports     *report.Service
	Documents   *document.Service
	Reception   *reception.Service
	Retention   *retention.Service
	Collectors  *collector.Service
	Signatures  *esign.Service
	Trail       *trail.Service
	Webhooks    *webhook.Service
	Backups     *backup.Service
	Notices     *notice.Service
	Setup       *setup.Service
	Views       *view.Service
	Tasks       *task.Service
	Workdays    *workdays.Service
	Templates   *templates.Service
	Measures    *measure.Service
	Bindings    *binding.Service
	Directives  *directive.Service
	Boards      *board.Service
	Series      *series.Service
}

// migrations are the schemas of all rooms, one a line.
func migrations() []fs.FS {
	return []fs.FS{
		auth.Migrations,
		web.Migrations,
		audit.Migrations,
		jobs.Migrations,
		peers.Migrations,
		setting.Migrations,
		notify.Migrations,
		unit.Migrations,
		account.Migrations,
		source.Migrations,
		indicator.Migrations,
		finding.Migrations,
		hunt.Migrations,
		lookup.Migrations,
		infection.Migrations,
		obligation.Migrations,
		incident.Migrations,
		report.Migrations,
		document.Migrations,
		backup.Migrations,
		notice.Migrations,
		view.Migrations,
		webhook.Migrations,
		feed.Migrations,
		retention.Migrations,
		rule.Migrations,
		collector.Migrations,
		workdays.Migrations,
		esign.Migrations,
		templates.Migrations,
		measure.Migrations,
		binding.Migrations,
		directive.Migrations,
		board.Migrations,
		series.Migrations,
	}
}

// Messages are the texts of all rooms, one a line.
func Messages() []fs.FS {
	return []fs.FS{
		fault.Messages,
		web.Messages,
		ui.Messages,
		jobs.Messages,
		health.Messages,
		messages,
		notify.Messages,
		lint.Messages,
		template.Messages,
		unit.Messages,
		account.Messages,
		source.Messages,
		indicator.Messages,
		finding.Messages,
		hunt.Messages,
		lookup.Messages,
		sighting.Messages,
		infection.Messages,
		obligation.Messages,
		incident.Messages,
		report.Messages,
		document.Messages,
		directive.Messages,
		paperfile.Messages,
		home.Messages,
		trail.Messages,
		store.Messages,
		backup.Messages,
		notice.Messages,
		setup.Messages,
		guideroom.Messages,
		search.Messages,
		view.Messages,
		task.Messages,
		rest.Messages,
		webhook.Messages,
		feed.Messages,
		stream.Messages,
		reception.Messages,
		retention.Messages,
		rule.Messages,
		collector.Messages,
		workdays.Messages,
		esign.Messages,
		templates.Messages,
		measure.Messages,
		binding.Messages,
		board.Messages,
		series.Messages,
	}
}

// wire builds the rooms and the site. It reads as the table of contents of the
// running program: what each room is given, and who answers whose hook.
func (a *App) wire(ctx context.Context) error {
	now := a.opt.Now
	packs, faults, err := a.loadLaws()
	if err != nil {
		return err
	}
	catalogue, err := i18n.Load(Messages()...)
	if err != nil {
		return err
	}
	a.catalogue = catalogue
	r := &a.Rooms
	r.Packs = packs
	if r.Rules, err = a.rules(ctx, faults); err != nil {
		return err
	}
	r.Notices = a.notices(catalogue)
	r.Units = unit.New(a.Records, a.pack().Kinds, now)
	r.Accounts = account.New(account.Deps{Records: a.Records, Now: now, Cost: a.opt.PasswordCost, Secrets: a.Secrets, Root: a.root,
		Sheet: unit.Tables, UnitNamed: a.unitNamed,
		Found: func(ctx context.Context, tx *db.Tx, name, kind string) (string, error) {
			u, err := r.Units.Found(ctx, tx, name, kind)
			return string(u.ID), renamed(err, map[string]string{"name": "body"})
		}, Invited: a.tellInvited, Told: a.tellPeople})
	r.Sources = source.New(source.Deps{Records: a.Records, Files: a.Files, Queue: a.Queue, Now: now, Limit: a.opt.Config.Upload.Limit,
		Unread: a.tellUnread, Calendar: packs.Calendar(), Hours: a.officeHours, Told: a.tellSource, Least: a.coverageLeast, Skew: a.clockSkew,
		Oldest: a.unread, ToldDeaf: a.tellDeaf, Keep: a.keepFile, Through: a.through})
	a.watchSources()
	a.tendIntake()
	r.Reception = a.reception()
	r.Retention = a.retention()
	r.Workdays = a.workdays()
	r.Signatures = a.signatures()
	if r.Collectors, err = a.collectors(); err != nil {
		return err
	}
	r.Indicators = indicator.New(indicator.Deps{Records: a.Records, Files: a.Files, Queue: a.Queue, Now: now, Root: a.root, Log: a.opt.Log, Folder: a.indexIn(),
		Refused: a.tellRefused,
		Changed: func(ctx context.Context, tx *db.Tx, generation int64, unit string) error {
			return r.Hunts.Changed(ctx, tx, generation, unit)
		}})
	r.Hunts = a.hunts()
	r.Lookup = a.lookup()
	r.Findings = finding.New(finding.Deps{Records: a.Records, Now: now, People: a.people,
		Moved: func(ctx context.Context, tx *db.Tx, f finding.Finding) error {
			return r.Infections.FindingMoved(ctx, tx, f)
		}})
	r.Infections = infection.New(infection.Deps{Records: a.Records, Findings: r.Findings, Now: now})
	a.behind.every(time.Minute, "fold the tally of infections", r.Infections.Fold)
	r.Units.OnReplanned(func(ctx context.Context, tx *db.Tx, spans []unit.Stretch) error {
		return errors.Join(r.Findings.Restamp(ctx, tx, spans), r.Infections.Restamp(ctx, tx, spans), r.Hunts.Restamp(ctx, tx, spans))
	})
	r.Obligations = a.obligations()
	a.behind.every(time.Minute, "owe the next hunt", a.oweHunt)
	r.Incidents = incident.New(incident.Deps{Records: a.Records, Now: now, Laws: packs, Obligations: r.Obligations, Units: cards{a}, Files: a.Files})
	r.Incidents.OnOpened(a.incidentOpened)
	r.Incidents.OnOpened(a.tellOpened)
	r.Incidents.OnDecided(a.tellSeverity)
	r.Incidents.OnClosed(func(ctx context.Context, tx *db.Tx, i incident.Incident) error {
		return r.Findings.ReleaseIn(ctx, tx, string(i.ID))
	})
	r.Templates = a.templates()
	r.Measures = a.measures()
	if r.Bindings, err = a.bindings(); err != nil {
		return err
	}
	r.Reports = report.New(report.Deps{Records: a.Records, Now: now, Laws: packs, Obligations: r.Obligations, Cases: r.Incidents,
		Files: a.Files, Heads: a.headOf, Houses: a.house, Cards: cards{a}.Card, Figures: a.paperFigures(), Noted: a.paperNoted, Layouts: r.Templates, Register: paperRegister{a}, Tied: a.tiedPaper, Directives: replies{a}})
	r.Documents = a.documents()
	if r.Directives, err = a.directives(); err != nil {
		return err
	}
	r.Boards = a.boards()
	r.Series = a.series()
	a.behind.every(6*time.Hour, "let the database count its tables", a.Records.Analyze)
	if r.Trail, err = a.trail(); err != nil {
		return err
	}
	r.Webhooks = a.webhooks()
	r.Feeds = a.feeds(catalogue)
	if r.Backups, err = a.backups(); err != nil {
		return err
	}
	a.keepBackups()
	a.joinUnits()
	r.Setup = a.settings()
	lists, err := r.Indicators.Current(ctx)
	lists.Release()
	if fault.Is(err, fault.Unavailable) {
		a.opt.Log.Error("indicators not loaded", "err", err) // their page says which list, files wait until it is mended
	} else if err != nil {
		return err
	}
	a.behind.every(time.Hour, "key", a.sealCanary)
	a.runner = jobs.NewRunner(a.Queue, jobs.Options{Log: a.opt.Log, Name: "vonggac", Handlers: map[string]jobs.Handler{
		source.JobKind:    r.Sources.Handler(a.reading, a.sinkFile),
		indicator.JobKind: r.Indicators.Handler(),
		hunt.JobKind:      r.Hunts.Handler(),
		lookup.JobKind:    r.Lookup.Handler(),
		trail.JobKind:     r.Trail.Handler(),
		directive.JobKind: r.Directives.Handler(),
	}})
	a.keeper = jobs.NewRunner(a.Queue, jobs.Options{Log: a.opt.Log, Name: "vonggac", Workers: 1, Handlers: r.Backups.Handlers()})
	a.fetcher = a.fetching()
	r.Views = view.New(view.Deps{Records: a.Records, Now: now, Area: a.areaOf, Names: unitNames{a}.Names})
	r.Tasks = task.New(task.Deps{Queue: a.Queue, Kinds: a.work(), People: a.peopleNames})
	site := web.New(web.Config{
		Log: a.opt.Log, Catalogue: catalogue, Assets: a.Assets, Records: a.Records, Now: now,
		Actor: r.Accounts.Actor, Key: r.Accounts.KeyActor,
		Nav:      a.nav,
		Language: r.Setup.Language,
		Search:   true, Bell: r.Notices.Bell, Reach: a.reach, Views: r.Views, Running: a.running, Person: a.personLinks, Help: guideroom.For,
		Lifetime: a.opt.Config.Session.Lifetime, Idle: a.opt.Config.Session.Idle,
		Secure: a.secure(), Proxies: a.opt.Config.Proxy.Trusted,
		Demo: a.opt.Demo, Version: a.opt.Version,
		Observe: a.observe,
	})
	if err := site.Trust(a.opt.Config.URL); err != nil {
		return err
	}
	a.table = a.routes(site, catalogue)
	a.handler = a.outer(a.called(site, site.Handler(newThrottle(now, a.opt.KeyBurst).over(a.table)...)))
	return nil
}

// sinkFile takes one block of a file through the rooms.
func (a *App) sinkFile(ctx context.Context, tx *db.Tx, f source.File, b scan.Block) error {
	return a.sink(ctx, tx, ofFile(f, b), b.Hits)
}

// sink takes hits through the rooms, inside the transaction that marks their
// blocks done: hits become findings, findings infections. from names the first
// of the blocks.
func (a *App) sink(ctx context.Context, tx *db.Tx, from origin, hits []scan.Hit) error {
	now := a.opt.Now()
	hits, err := a.uncounted(ctx, tx, from, hits)
	if err != nil {
		return err
	}
	touched, err := a.Rooms.Findings.Record(ctx, tx, now, finding.Batch{SourceID: from.source, FileID: from.file,
		Owner: from.owner, ReceivedAt: from.receivedAt, Hits: hits})
	if err != nil {
		return err
	}
	if err := errors.Join(a.noteFound(ctx, tx, touched), a.tellFound(ctx, tx, from, touched)); err != nil {
		return err
	}
	return a.Rooms.Infections.Record(ctx, tx, now, touched...)
}

// Routes is the route table of all rooms: what a walk over every page and form
// has to ask for. Health, assets and the site's own settings stand beside it.
func (a *App) Routes() []web.Route { return slices.Clone(a.table) }

func (a *App) routes(site *web.Site, catalogue *i18n.Catalogue) []web.Route {
	r, names := &a.Rooms, unitNames{a}
	var all []web.Route
	add := func(routes []web.Route) { all = append(all, routes...) }
	add(unit.NewPages(site, r.Units).Routes())
	add(account.NewPages(site, r.Accounts, account.Choices{Kinds: a.bodyKinds, Units: a.unitOptions, Link: a.link, Welcome: "/setup"}).Routes())
	add(source.NewPages(site, r.Sources, source.Neighbours{Units: a.unitOptions, Keys: a.feedKeys, NewKey: a.newFeedKey,
		Revoke: a.revokeFeedKey, Armed: a.armed, Link: a.link, Root: a.root, Receive: a.receiveAt, Strangers: a.strangers, Explained: a.explained, Reception: a.receptionOf, Task: func(job string) string { return task.Path + "/" + job }}).Routes())
	add(feed.NewPages(site, r.Feeds, feed.Choices{Units: a.unitOptions, Names: names.Names, Assets: a.Assets}).Routes())
	add(indicator.NewPages(site, r.Indicators, indicator.Choices{Units: a.unitOptions, Names: names.Names, Assets: a.Assets,
		Sightings: a.seenOf, Findings: a.mentionsOf}).Routes())
	add(finding.NewPages(finding.PagesDeps{Site: site, Service: r.Findings, Units: names, Places: a.places,
		OpenIncident: a.openFromFinding}).Routes())
	add(infection.NewPages(infection.PagesDeps{Site: site, Service: r.Infections, Units: names, Places: a.places,
		OpenIncident: a.openFromInfection, Seen: a.seenOfDay}).Routes())
	add(hunt.NewPages(site, r.Hunts, names).Routes())
	add(hunt.NewRecordPages(site, r.Hunts, a.huntNeighbours()).Routes())
	add(lookup.NewPages(site, r.Lookup, a.lookupNeighbours()).Routes())
	add(obligation.NewPages(site, r.Obligations, names, dutyPages, a.dutyNeighbours()).Routes())
	add(backup.NewPages(site, r.Backups).Routes())
	papers := report.NewPages(site, r.Reports, names)
	add(papers.Routes())
	add(incident.NewPages(site, r.Incidents, names, papers.Of).Routes())
	add(document.NewPages(site, r.Documents, a.documentNeighbours()).Routes())
	add(directive.NewPages(site, r.Directives, a.directiveNeighbours()).Routes())
	add(board.NewPages(site, r.Boards).Routes())
	add(series.NewPages(site, r.Series, a.seriesNeighbours()).Routes())
	add(trail.NewPages(site, r.Trail, trail.Neighbours{Units: a.unitOptions, Names: names.Names, People: a.people, Paths: recordPaths,
		Texts: catalogue}).Routes())
	add(a.apiRoutes(site))
	add(healthPages{site, a}.routes())
	add(collector.NewPages(site, r.Collectors, collector.Choices{Units: a.unitOptions, Sources: a.sourceOptions, Limit: a.opt.Config.Upload.Limit}).Routes())
	add(notice.NewPages(notice.PagesDeps{Site: site, Service: r.Notices}).Routes())
	add(a.signaturePages(site).Routes())
	add(reception.NewPages(site, r.Reception).Routes())
	add(retention.NewPages(site, r.Retention, a.retentionNeighbours()).Routes())
	add(measure.NewPages(site, r.Measures, measure.Neighbours{Names: names.Names}).Routes())
	add(workdays.NewPages(site, r.Workdays).Routes())
	add(rule.NewPages(site, r.Rules).Routes())
	add(a.templatePages(site).Routes())
	add(a.bindingPages(site).Routes())
	first := a.setupPages(site, all)
	add(first.Routes())
	add(a.guidePages(site).Routes())
	add(home.NewPages(site, a.today(first.Steps)).Routes())
	add(task.NewPages(site, r.Tasks).Routes())
	add(view.NewPages(site, r.Views, view.Choices{Units: a.unitOptions, Title: a.titleOf}).Routes())
	add(search.NewPages(site, search.New(a.searchSources()...)).Routes())
	return all
}

// outer adds what is no page: health for machines that watch this one.
func (a *App) outer(site http.Handler) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /livez", func(w http.ResponseWriter, r *http.Request) { web.WriteJSON(w, http.StatusOK, status{"ok"}) })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		if err := a.Records.Ping(r.Context()); err != nil {
			a.opt.Log.Error("not ready", "err", err)
			web.WriteJSON(w, http.StatusServiceUnavailable, status{"records unreachable"})
			return
		}
		web.WriteJSON(w, http.StatusOK, status{"ok"})
	})
	mux.Handle("GET /metrics", a.figures.Handler(a.opt.Config.Metrics.Token.Reveal(), a.opt.Config.Proxy.Here()))
	mux.Handle("/", site)
	return mux
}

type status struct {
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
