// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package app is the only place that sees everything: it opens the stores,
// builds the rooms, lets each answer the others' hooks, and runs them. Start
// at Open; wiring.go is the table of contents of the running program.
package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/vonggac/vonggac/assets"
	"github.com/vonggac/vonggac/internal/centre/account"
	guideroom "github.com/vonggac/vonggac/internal/centre/guide"
	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/intake/worker"
	"github.com/vonggac/vonggac/internal/platform/blob"
	"github.com/vonggac/vonggac/internal/platform/certificate"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/metrics"
	"github.com/vonggac/vonggac/internal/platform/peers"
	"github.com/vonggac/vonggac/internal/platform/secret"
	"github.com/vonggac/vonggac/internal/platform/web"
)

// Options are what a centre is opened with. Now nil is the system clock.
type Options struct {
	Config  *config.Config
	Log     *slog.Logger
	Now     func() time.Time
	Version string
	Demo    bool // the data is fictitious: pages say so
	// PasswordCost is the work of a password check; zero is the standard one.
	PasswordCost account.Cost
	// BlockSize is how many bytes of a log's text go into one transaction; zero
	// is scan.DefaultBlockSize.
	BlockSize int64
	// LakeCommand is the program with its arguments that runs the engine of
	// searches in received lines; empty: none is run.
	LakeCommand []string
	// Reading, when set, is given the joints between the worker and the rooms and
	// returns those to use: tests end the process between two of them.
	Reading func(worker.Deps) worker.Deps
	// Lease is how long a block stays with a worker that is not heard of, Beat how
	// often what cannot be searched is looked after; zero is the standard.
	Lease, Beat time.Duration
	// KeyBurst is how many requests a key of the API may make at once; zero is
	// the standard.
	KeyBurst int
}

func (o Options) complete() Options {
	if o.Now == nil {
		o.Now = time.Now
	}
	return o
}

// App is one running centre.
type App struct {
	opt     Options
	Records *db.DB
	Files   *blob.Store
	// Sightings is the memory of everything seen; one that says why not when it
	// could not be opened.
	Sightings sighting.Store
	Assets    *assets.Set
	Queue     *jobs.Queue
	Secrets   *secret.Box
	Rooms     Rooms

	runner  *jobs.Runner
	keeper  *jobs.Runner // backups and drills, beside the reading of logs
	fetcher *jobs.Runner // of feeds: a slow sender holds up no reading
	behind  background
	figures *metrics.Registry
	handler http.Handler
	table   []web.Route // all pages and the API
	server  *http.Server
	served  chan error
	CA      []byte // PEM of the own certificate authority; nil without
	lock    *folderLock
	book    *guideroom.Book // the guide inside the product
	examined
	intake  atomic.Pointer[intake]  // nil while nothing is received
	keeping atomic.Pointer[keeping] // nil unless started
	peers   *peers.Peers            // nil where this process is the whole centre
	heard   atomic.Pointer[[]heard] // what other processes said last
	remade  sync.Map                // ids of blocks in hand that an earlier try had remembered

	catalogue *i18n.Catalogue
	commands  map[string]Command
	control   *control
}

// Open opens the stores under the configured folder, brings the schema up to
// date and builds the rooms. Nothing runs before Start. With the default
// stores one process owns a folder: a second one fails.
func Open(ctx context.Context, opt Options) (*App, error) {
	opt = opt.complete()
	cfg := opt.Config
	if err := os.MkdirAll(cfg.Data, 0o700); err != nil {
		return nil, fmt.Errorf("make data folder: %w", err)
	}
	a := &App{opt: opt, served: make(chan error, 1)}
	err := a.open(ctx)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	return a, nil
}

func (a *App) open(ctx context.Context) (err error) {
	cfg := a.opt.Config
	if a.lock, err = lockFolder(cfg.Data); err != nil {
		return err
	}
	if err := errors.Join(checkRestored(cfg.Data), a.markFolder()); err != nil {
		return err
	}
	if a.Records, err = db.Open(ctx, cfg.Records.Address.Reveal()); err != nil {
		return err
	}
	if a.Files, err = blob.Open(cmp.Or(cfg.Folder, filepath.Join(cfg.Data, "files")), a.opt.Now()); err != nil {
		return err
	}
	if err := a.schema(ctx); err != nil {
		return err
	}
	if a.Assets, err = assets.Load(); err != nil {
		return err
	}
	if a.Secrets, err = secret.Open(cfg.Data); err != nil {
		return err
	}
	a.Queue = jobs.New(a.Records, a.opt.Now)
	a.behind.log, a.behind.now = a.opt.Log, a.opt.Now
	a.joinPeers()
	a.measure()
	if err := a.wire(ctx); err != nil {
		return err
	}
	if !cfg.Run.Has(config.Web) {
		return nil
	}
	return errors.Join(a.Rooms.Findings.StampMissing(ctx), a.Rooms.Infections.StampMissing(ctx))
}

// Handler serves the whole site; tests use it without a listener.
func (a *App) Handler() http.Handler { return a.handler }

// Start begins background work and serves pages until Stop. It returns once
// the listener stands; address is where.
func (a *App) Start(ctx context.Context) (address string, err error) {
	cfg := a.opt.Config
	ln, err := (&net.ListenConfig{}).Listen(ctx, "tcp", cfg.Listen)
	if err != nil {
		return "", fmt.Errorf("listen on %s: %w (is another program there? choose another address with --listen)", cfg.Listen, err)
	}
	a.server = &http.Server{Handler: a.shown(), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute,
		ErrorLog: slog.NewLogLogger(a.opt.Log.Handler(), slog.LevelInfo)}
	a.server.RegisterOnShutdown(a.Rooms.Webhooks.Stop)
	if cfg.TLS.Mode != config.Off {
		if a.server.TLSConfig, a.CA, err = a.certificates(); err != nil {
			return "", errors.Join(err, ln.Close())
		}
	}
	if err := a.listenControl(ctx); err != nil {
		return "", errors.Join(err, ln.Close())
	}
	if cfg.Run.Has(config.Web) || cfg.Run.Has(config.Worker) {
		if err := a.startKeeping(); err != nil {
			return "", errors.Join(err, ln.Close())
		}
	}
	if err := a.startIntake(ctx); err != nil {
		return "", errors.Join(err, ln.Close())
	}
	if cfg.Run.Has(config.Web) {
		a.runner.Start()
		a.keeper.Start()
		a.fetcher.Start()
	}
	a.behind.start()
	go func() {
		if a.server.TLSConfig != nil {
			a.served <- a.server.ServeTLS(ln, "", "")
		} else {
			a.served <- a.server.Serve(ln)
		}
	}()
	return ln.Addr().String(), nil
}

// Wait returns when serving ends by itself, with the reason, or when ctx ends,
// with nil.
func (a *App) Wait(ctx context.Context) error {
	select {
	case err := <-a.served:
		return err
	case <-ctx.Done():
		return nil
	}
}

// Stop takes no more requests or jobs, waits for those in hand as long as ctx
// allows, and closes the stores.
func (a *App) Stop(ctx context.Context) error {
	var errs []error
	if a.control != nil {
		errs = append(errs, a.control.stop())
	}
	if a.server != nil {
		errs = append(errs, a.stopIntake(ctx), a.keepFigures(ctx), a.server.Shutdown(ctx)) // what was counted since the last minute is kept
		errs = append(errs, a.runner.Stop(ctx), a.keeper.Stop(ctx), a.fetcher.Stop(ctx), a.behind.stop(ctx), a.stopKeeping(), a.leavePeers(ctx))
	}
	return errors.Join(append(errs, a.Close())...)
}

// Close closes the stores of an App that was opened.
func (a *App) Close() error {
	var errs []error
	if a.Sightings != nil {
		errs = append(errs, a.Sightings.Close())
	}
	if a.Files != nil {
		errs = append(errs, a.Files.Close())
	}
	if a.Records != nil {
		errs = append(errs, a.Records.Close())
	}
	if a.lock != nil {
		errs = append(errs, a.lock.release())
	}
	return errors.Join(errs...)
}

// secure reports whether pages are reached by HTTPS: here, or at a proxy before.
func (a *App) secure() bool {
	return a.opt.Config.TLS.Mode != config.Off || strings.HasPrefix(a.opt.Config.URL, "https://")
}

// certificates are the configured ones, or those of the own authority with its
// certificate for people to install.
func (a *App) certificates() (*tls.Config, []byte, error) {
	cfg := a.opt.Config
	if cfg.TLS.Mode == config.Files {
		c, err := certificate.Files(cfg.TLS.Cert, cfg.TLS.Key, a.opt.Now())
		return c, nil, err
	}
	host, err := os.Hostname()
	if err != nil {
		return nil, nil, fmt.Errorf("name of this machine: %w", err)
	}
	return certificate.Own(filepath.Join(cfg.Data, "tls"), certificate.Names(cfg.Listen, cfg.URL, host), a.opt.Now)
}

// Attend does what background work finds due now: for the command line and
// tests, without Start.
func (a *App) Attend(ctx context.Context) error { return a.behind.once(ctx) }

// Work does the jobs that wait, one after the other, and returns how many: for
// the command line and tests, without Start.
func (a *App) Work(ctx context.Context) (int, error) {
	for n := 0; ; n++ {
		ran, err := a.runner.RunOnce(ctx)
		if err == nil && !ran {
			ran, err = a.keeper.RunOnce(ctx)
		}
		if err == nil && !ran {
			ran, err = a.fetcher.RunOnce(ctx)
		}
		if err != nil || !ran {
			return n, err
		}
	}
}
