// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/platform/config"
)

// What keeps received lines, in the data folder.
const (
	archiveFolder = "archive" // hourly files, the record of truth
	lakeFolder    = "lake"    // of the engine of searches, made again from the archive
)

// keeping keeps received lines and has them searched, from Start to Stop.
type keeping struct {
	archive *lake.Archive
	client  *lake.Client // nil: nothing is searched
	keeper  *lake.Keeper
}

// keepLines opens the archive, and the engine of searches where there is to be
// one. The engine need not answer: lines are kept all the same.
func (a *App) keepLines() (*keeping, error) {
	cfg := a.opt.Config
	archive, err := lake.OpenArchive(filepath.Join(cfg.Data, archiveFolder), a.opt.Log)
	if err != nil {
		return nil, fmt.Errorf("open the archive of received lines: %w", err)
	}
	k := &keeping{archive: archive}
	var store lake.Store
	if cfg.Lake.Engine == config.EngineOn && (cfg.Lake.Address != "" || len(a.opt.LakeCommand) > 0) {
		opt := lake.Options{RetentionDays: cfg.Lake.Days, Log: a.opt.Log, Now: a.opt.Now, Address: cfg.Lake.Address, Token: cfg.Lake.Token.Reveal(),
			Restarted: func() { k.keeper.Lost() }}
		if opt.Address == "" {
			opt.Dir, opt.Command = filepath.Join(cfg.Data, lakeFolder, "engine"), a.opt.LakeCommand
		}
		if k.client, err = lake.Open(opt); err != nil {
			return nil, errors.Join(fmt.Errorf("open the engine of searches: %w", err), archive.Close())
		}
		store = k.client
	}
	k.keeper = lake.NewKeeper(archive, store, lake.KeeperOptions{State: filepath.Join(cfg.Data, lakeFolder, "settled"), Now: a.opt.Now, Log: a.opt.Log})
	k.keeper.Start()
	return k, nil
}

// close ends the telling, then the engine, then the archive.
func (k *keeping) close() error {
	var errs []error
	k.keeper.Stop()
	if k.client != nil {
		errs = append(errs, k.client.Close())
	}
	return errors.Join(append(errs, k.archive.Close())...)
}

// keepBlock keeps the lines of a block.
func (a *App) keepBlock(k *keeping) func(ctx context.Context, b stream.Block, rows []lake.Row) error {
	return func(ctx context.Context, b stream.Block, rows []lake.Row) error {
		put := k.keeper.Put
		if _, again := a.again.LoadAndDelete(b.ID); again {
			put = k.keeper.Again
		}
		return put(ctx, lake.Brought{Block: b.ID, Received: b.Received, Rows: rows})
	}
}

// lakeStore is where lines are searched; nil while nobody keeps them so.
func (a *App) lakeStore() lake.Store {
	if in := a.intake.Load(); in != nil && in.keeping.client != nil {
		return in.keeping.client
	}
	return nil
}

// sealHours makes files of the hours that are over.
func (a *App) sealHours(ctx context.Context) error {
	in := a.intake.Load()
	if in == nil {
		return nil
	}
	_, err := in.keeping.archive.Seal(ctx, a.opt.Now())
	return err
}

// dropLines removes from the archive what is older than what is kept; the engine
// does so by itself.
func (a *App) dropLines(context.Context) error {
	in := a.intake.Load()
	if in == nil {
		return nil
	}
	n, err := in.keeping.archive.Drop(a.opt.Now().Add(-time.Duration(a.opt.Config.Lake.Days) * 24 * time.Hour))
	if n > 0 {
		a.opt.Log.Info("received lines that are no longer kept were removed", "files", n)
	}
	return err
}
