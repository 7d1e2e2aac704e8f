// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/vonggac/vonggac/internal/centre/retention"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/intake/lake"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// heldFolder holds copies of lines under legal hold, in the data folder; backups
// keep it.
const heldFolder = "held"

func (a *App) heldIn() string { return filepath.Join(a.opt.Config.Data, heldFolder) }

// retention builds the room of how long lines are kept.
func (a *App) retention() *retention.Service {
	return retention.New(retention.Deps{Records: a.Records, Now: a.opt.Now, Root: a.root, Days: a.opt.Config.Lake.Days, Known: a.knownPlaces,
		Usage: func() (lake.Usage, error) {
			k := a.keeping.Load()
			if k == nil {
				return lake.Usage{}, &fault.Error{Kind: fault.Unavailable, Op: "app.usage"}
			}
			return k.archive.Usage()
		},
		Engine: a.engineDisk,
		Held:   func(id string) ([]lake.HeldCopy, error) { return lake.HeldFiles(a.heldIn(), id) }, Open: a.openHeld})
}

// openHeld opens a file that a hold keeps.
func (a *App) openHeld(id, file string) (io.ReadCloser, error) {
	root, err := os.OpenRoot(a.heldIn())
	if err != nil {
		return nil, err
	}
	f, err := root.Open(filepath.Join(id, file))
	return f, errors.Join(err, root.Close())
}

// knownPlaces fails with fault.NotFound for a source or a unit that is not there.
func (a *App) knownPlaces(ctx context.Context, src, unitID string) error {
	if src != "" {
		if _, err := a.Rooms.Sources.Known(ctx, source.ID(src)); err != nil {
			return err
		}
	}
	if unitID != "" {
		_, err := a.Rooms.Units.Get(ctx, unit.ID(unitID))
		return err
	}
	return nil
}

// engineDisk is what the engine of searches takes in the data folder; -1 when it
// is elsewhere.
func (a *App) engineDisk() (n int64, err error) {
	if a.opt.Config.Lake.Address != "" {
		return -1, nil
	}
	err = filepath.WalkDir(filepath.Join(a.opt.Config.Data, lakeFolder, "engine"), func(_ string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			var info fs.FileInfo
			if info, err = d.Info(); err == nil {
				n += info.Size()
			}
		}
		if errors.Is(err, fs.ErrNotExist) { // it merges its files all the time
			err = nil
		}
		return err
	})
	return n, err
}

// retentionNeighbours are what its pages show of other rooms.
func (a *App) retentionNeighbours() retention.Neighbours {
	return retention.Neighbours{Units: a.unitOptions, SourceNames: a.sourceNames, Sources: func(ctx context.Context) ([]ui.Option, error) {
		list, _, err := a.Rooms.Sources.List(ctx, source.Filter{Limit: 500})
		var out []ui.Option
		for _, s := range list {
			out = append(out, ui.Option{Value: string(s.ID), Label: s.Name})
		}
		return out, err
	}}
}

// dropLines removes from the archive what is older than what is kept, with what
// is under legal hold copied before, and what lifted holds kept. The engine
// removes by itself.
func (a *App) dropLines(ctx context.Context) error {
	k := a.keeping.Load()
	if k == nil {
		return nil
	}
	gone, err := a.Rooms.Retention.Gone(ctx)
	if err != nil {
		return err
	}
	for _, h := range gone {
		err = errors.Join(err, lake.ReleaseHeld(a.heldIn(), string(h.ID)))
	}
	holds, failed := a.holds(ctx)
	if failed != nil { // then nothing is removed
		return errors.Join(err, failed)
	}
	n, failed := k.archive.Drop(ctx, a.opt.Now().Add(-time.Duration(a.opt.Config.Lake.Days)*24*time.Hour), a.heldIn(), holds)
	if n > 0 {
		a.opt.Log.Info("received lines that are no longer kept were removed", "files", n, "holds", len(holds))
	}
	return errors.Join(err, failed)
}

// holds are the legal holds in force, as the archive knows lines: by source and
// by owner units.
func (a *App) holds(ctx context.Context) ([]lake.Hold, error) {
	list, err := a.Rooms.Retention.Standing(ctx)
	if err != nil {
		return nil, err
	}
	out := make([]lake.Hold, 0, len(list))
	for _, h := range list {
		one := lake.Hold{ID: string(h.ID), Selection: lake.Selection{From: h.From.Start(), To: h.To.End(), Source: h.Source}}
		if h.Unit != "" {
			err := a.Records.Read().NewSelect().Table("unit_closure").ColumnExpr("DISTINCT descendant").Where("ancestor = ?", h.Unit).Scan(ctx, &one.Owners)
			if err != nil {
				return nil, db.Error("app.holds", err)
			}
			one.Owners = append(one.Owners, h.Unit)
		}
		out = append(out, one)
	}
	return out, nil
}
