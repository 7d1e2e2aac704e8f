// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"

	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/peers"
)

// This file makes one centre of several processes: what each of them runs, who
// does the duties, and how the pages know what the others receive.
//
// What other processes change is seen: how lines are read, lists and settings at
// once, since each block asks the records; who may send as which source within
// ten seconds; the figures of listeners within ten seconds.

// heard is what a process says of itself.
type heard struct {
	Host      string
	Listeners []listener.ListenerFigures
	Poisoned  int64
}

// ErrOldRecords says that a process which does not keep the records finds them
// older or newer than itself.
var ErrOldRecords = errors.New("the records are not at this version yet: start a process with the role web first, it brings them up to date")

// schema brings the records up to date, or, where another process does so, looks
// whether it has.
func (a *App) schema(ctx context.Context) error {
	if a.opt.Config.Run.Has(config.Web) {
		if err := a.guardSchema(ctx); err != nil {
			return err
		}
		_, err := a.Records.Migrate(ctx, migrations()...)
		return err
	}
	schema, err := a.Records.Schema(ctx, migrations()...)
	if err == nil && len(schema.Missing) > 0 {
		err = ErrOldRecords
	}
	return err
}

// joinPeers makes this process known to the others, where there are any.
func (a *App) joinPeers() {
	run := a.opt.Config.Run
	if run.All() || a.inspected {
		return
	}
	host, err := os.Hostname()
	if err != nil {
		host = "?"
	}
	a.peers = peers.New(a.Records, a.opt.Now, peers.Peer{Roles: run.String(), Host: host, Version: a.opt.Version})
	a.behind.lease, a.behind.only = a.peers.Lease, !run.Has(config.Web)
	a.behind.here(peers.Beat, "tell other processes", a.tellPeers)
}

// tellPeers says what this process does and hears what the others do.
func (a *App) tellPeers(ctx context.Context) error {
	own := heard{Listeners: a.ownDoors()}
	if in := a.intake.Load(); in != nil {
		own.Poisoned = in.worker.Poisoned()
	}
	if err := a.peers.Say(ctx, own); err != nil {
		return err
	}
	list, err := a.peers.Others(ctx)
	if err != nil {
		return err
	}
	var all []heard
	for _, p := range list {
		var h heard
		if err := json.Unmarshal(p.Report, &h); err != nil {
			return fmt.Errorf("what process %s on %s says of itself: %w", p.ID, p.Host, err)
		}
		h.Host = p.Host
		for i := range h.Listeners {
			l := &h.Listeners[i]
			if host, port, err := net.SplitHostPort(l.Address); err == nil && (host == "" || net.ParseIP(host).IsUnspecified()) {
				l.Address = net.JoinHostPort(p.Host, port)
			}
			l.Name = l.Name + "@" + p.Host
		}
		all = append(all, h)
	}
	a.heard.Store(&all)
	return nil
}

// others is what other processes said last.
func (a *App) others() []heard {
	if h := a.heard.Load(); h != nil {
		return *h
	}
	return nil
}

// leavePeers takes this process off the list.
func (a *App) leavePeers(ctx context.Context) error {
	if a.peers == nil {
		return nil
	}
	return a.peers.Leave(ctx)
}

// shown is what this process serves: the site, or its health alone.
func (a *App) shown() http.Handler {
	if a.opt.Config.Run.Has(config.Web) {
		return a.handler
	}
	return a.outer(http.NotFoundHandler())
}
