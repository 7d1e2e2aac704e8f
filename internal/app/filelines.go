// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"

	"github.com/vonggac/vonggac/engine/scan/unpack"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/lake"
)

// keepFile keeps the lines of a file that was read, as those that come by the
// network are. While nothing runs nothing is kept; a rebuild brings it.
func (a *App) keepFile(ctx context.Context, f source.File, how source.Reader) error {
	k := a.keeping.Load()
	if k == nil {
		return nil
	}
	return a.linesOf(ctx, f, how, nil, func(b lake.Brought) error { return k.keeper.Put(ctx, b) })
}

// keepFiles keeps what is missing of the lines of all files that were read; of
// files that are no longer there nothing can be brought.
func (a *App) keepFiles(ctx context.Context, archive *lake.Archive, put func(context.Context, lake.Brought) error) error {
	return a.Rooms.Sources.EachFile(ctx, func(f source.File, how source.Reader) error {
		known := func(block string) (bool, error) { return archive.Has(block, f.ReceivedAt) }
		return a.linesOf(ctx, f, how, known, func(b lake.Brought) error { return put(ctx, b) })
	})
}

// linesOf gives the lines of a file in blocks. What its sender spoilt is given as
// far as it can be read, which is as far as it was taken.
func (a *App) linesOf(ctx context.Context, f source.File, how source.Reader, known func(string) (bool, error), put func(lake.Brought) error) error {
	in, err := a.Files.Open(ctx, f.SHA256)
	if err != nil {
		return err
	}
	defer in.Close()
	text, err := unpack.New(in, unpack.Limits{})
	if err != nil {
		return nil // the account of the file says so
	}
	defer text.Close()
	log := lake.Log{ID: "file/" + string(f.ID), Source: string(f.Source), Owner: f.Owner, Received: f.ReceivedAt, Read: how.Log, Zone: how.Zone}
	err = log.Blocks(text, known, func(b lake.Brought) error {
		if err := ctx.Err(); err != nil {
			return err
		}
		return put(b)
	})
	if spoilt := (*lake.TextError)(nil); errors.As(err, &spoilt) {
		return nil // as above
	}
	return err
}
