// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

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

// startKeeping begins to keep lines. The engine need not answer: lines are kept
// all the same.
func (a *App) startKeeping() error {
	k := &keeping{}
	var err error
	if k.archive, k.client, err = a.openLake(func() { k.keeper.Lost() }); err != nil {
		return err
	}
	var store lake.Store
	if k.client != nil {
		store = k.client
	}
	k.keeper = lake.NewKeeper(k.archive, store, lake.KeeperOptions{State: filepath.Join(a.opt.Config.Data, lakeFolder, "settled"), Now: a.opt.Now, Log: a.opt.Log, Beat: a.opt.Beat})
	k.keeper.Start()
	a.keeping.Store(k)
	return nil
}

// openLake opens the archive, and the engine of searches where there is to be
// one; else the client is nil.
func (a *App) openLake(restarted func()) (*lake.Archive, *lake.Client, error) {
	cfg := a.opt.Config
	archive, err := lake.OpenArchive(filepath.Join(cfg.Data, archiveFolder), a.opt.Log)
	if err != nil {
		return nil, nil, fmt.Errorf("open the archive of received lines: %w", err)
	}
	if cfg.Lake.Engine != config.EngineOn || cfg.Lake.Address == "" && len(a.opt.LakeCommand) == 0 {
		return archive, nil, nil
	}
	opt := lake.Options{RetentionDays: cfg.Lake.Days, Log: a.opt.Log, Now: a.opt.Now, Address: cfg.Lake.Address, Token: cfg.Lake.Token.Reveal(), Restarted: restarted}
	if opt.Address == "" {
		opt.Dir, opt.Command = filepath.Join(cfg.Data, lakeFolder, "engine"), a.opt.LakeCommand
	}
	client, err := lake.Open(opt)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open the engine of searches: %w", err), archive.Close())
	}
	return archive, client, nil
}

// stopKeeping ends the telling of what is kept.
func (a *App) stopKeeping() error {
	k := a.keeping.Swap(nil)
	if k == nil {
		return nil
	}
	return k.close()
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
func (a *App) keepBlock(k *keeping) func(ctx context.Context, b stream.Block, rows []lake.Row, again bool) error {
	return func(ctx context.Context, b stream.Block, rows []lake.Row, again bool) error {
		put := k.keeper.Put
		if again { // whoever had it before may have brought it to the engine of searches
			put = k.keeper.Again
		}
		return put(ctx, lake.Brought{Block: b.ID, Received: b.Received, Rows: rows})
	}
}

// lakeStore is where lines are searched; nil while nobody keeps them so.
func (a *App) lakeStore() lake.Store {
	if k := a.keeping.Load(); k != nil && k.client != nil {
		return k.client
	}
	return nil
}

// sealHours makes files of the hours that are over.
func (a *App) sealHours(ctx context.Context) error {
	k := a.keeping.Load()
	if k == nil {
		return nil
	}
	_, err := k.archive.Seal(ctx, a.opt.Now())
	return err
}
