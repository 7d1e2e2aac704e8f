// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/intake/stream"
	"github.com/vonggac/vonggac/internal/intake/worker"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// streamFolder holds received lines that wait to be read, in the data folder.
const streamFolder = "stream"

// intake is what receives lines and reads them, from Start to Stop.
type intake struct {
	stream   *stream.Stream
	listener *listener.Server // nil while nothing is received any more
	worker   *worker.Worker
	edge     *edgeDoor // of collectors

	cancel context.CancelFunc
	done   sync.WaitGroup
	failed [2]error // of Consume, by task; read after done
}

// startIntake opens the stream, reads what waits in it, and listens as the
// configuration says. Where nothing is to be received and nothing waits,
// nothing runs.
func (a *App) startIntake(ctx context.Context) error {
	cfg := a.opt.Config
	dir := filepath.Join(cfg.Data, streamFolder)
	if _, err := os.Stat(dir); errors.Is(err, fs.ErrNotExist) && !cfg.Intake.On() && cfg.Stream.Address == "" {
		return nil
	}
	s, err := stream.Open(ctx, stream.Options{Dir: dir, Address: cfg.Stream.Address, Credentials: cfg.Stream.Credentials, Log: a.opt.Log, Now: a.opt.Now,
		Reserve: uint64(cfg.Stream.Reserve), Lease: a.opt.Lease,
		Known: func(id string) { a.Rooms.Sources.CameAgain(source.ID(id), source.AgainSent) }})
	if err != nil {
		return fmt.Errorf("open the stream of received lines: %w", err)
	}
	in := &intake{stream: s}
	how := a.readingBlocks()
	if k := a.keeping.Load(); k != nil {
		how.Archive = a.keepBlock(k)
	}
	how.Pressed = func() bool {
		in := a.intake.Load()
		return in != nil && in.listener != nil && in.listener.Pressed()
	}
	if a.opt.Reading != nil {
		how = a.opt.Reading(how)
	}
	in.worker = worker.New(how)
	if cfg.Run.Has(config.Listener) {
		if in.listener, err = a.listen(ctx, s); err != nil {
			return errors.Join(err, s.Close())
		}
		if in.edge, err = a.listenEdge(ctx); err != nil {
			return errors.Join(err, in.listener.Stop(ctx), s.Close())
		}
		if err := a.noteListening(ctx, in); err != nil {
			return errors.Join(err, in.edge.stop(ctx), in.listener.Stop(ctx), s.Close())
		}
	}
	a.intake.Store(in)
	var working context.Context
	working, in.cancel = context.WithCancel(context.Background())
	if !cfg.Run.Has(config.Worker) {
		return nil
	}
	for task, do := range map[stream.Task]stream.Handle{stream.Reading: in.worker.Take, stream.Keeping: in.worker.Keep} {
		in.done.Go(func() { in.failed[task] = s.Consume(working, task, worker.InHand(task), do) })
	}
	return nil
}

// stopIntake ends what is received and read, and waits for what is in hand as
// long as ctx allows. What was accepted and not read waits for the next start.
func (a *App) stopIntake(ctx context.Context) error {
	in := a.intake.Load()
	if in == nil {
		return nil
	}
	var err error
	if in.listener != nil { // first, so that what it has read is stored
		err = in.listener.Stop(ctx)
	}
	err = errors.Join(err, in.edge.stop(ctx))
	in.cancel()
	done := make(chan struct{})
	go func() { in.done.Wait(); close(done) }()
	select {
	case <-done:
		return errors.Join(err, in.failed[stream.Reading], in.failed[stream.Keeping], in.stream.Close())
	case <-ctx.Done():
		return errors.Join(err, fmt.Errorf("received lines are still being read: %w", ctx.Err()), in.stream.Close())
	}
}

// readingBlocks joins the worker to the rooms.
func (a *App) readingBlocks() worker.Deps {
	return worker.Deps{Now: a.opt.Now, Log: a.opt.Log, Source: a.howToRead, Lists: a.listsToRead,
		Remember: func(ctx context.Context, b stream.Block, said scan.Block, generation int64) (func(), error) {
			done, err := a.remember(ctx, ofStream(b), said, generation)
			if errors.Is(err, hunt.ErrOutdated) {
				return nil, worker.ErrOutdated
			}
			return done, err
		},
		Commit: func(ctx context.Context, blocks []worker.Read) error {
			kept := time.Duration(a.opt.Config.Lake.Days) * 24 * time.Hour
			taking := make([]source.Taking, 0, len(blocks))
			for _, b := range blocks {
				taking = append(taking, source.Taking{Said: b.Said, Incoming: source.Incoming{ID: b.ID, Source: source.ID(b.Source), Owner: b.Owner, Way: b.Way,
					ReceivedAt: b.Received, Bytes: int64(len(b.Body)), Kept: kept}})
			}
			return a.Rooms.Sources.Take(ctx, taking, a.sinkTaken)
		}}
}

// sinkTaken takes blocks of one source through the rooms. Those that an earlier
// try had remembered go alone: what of them counts depends on what is recorded.
func (a *App) sinkTaken(ctx context.Context, tx *db.Tx, blocks []source.Taking) error {
	var hits []scan.Hit
	var from origin
	for _, b := range blocks {
		in := origin{block: b.ID, source: string(b.Source), owner: b.Owner, receivedAt: b.ReceivedAt}
		if _, again := a.remade.Load(b.ID); again {
			if err := a.sink(ctx, tx, in, b.Said.Hits); err != nil {
				return err
			}
			continue
		}
		if hits = append(hits, b.Said.Hits...); from.block == "" {
			from = in
		}
	}
	if from.block == "" {
		return nil
	}
	return a.sink(ctx, tx, from, hits)
}

func ofStream(b stream.Block) origin {
	return origin{block: b.ID, source: b.Source, owner: b.Owner, receivedAt: b.Received}
}

// howToRead says how lines of a source are read, as it is set now.
func (a *App) howToRead(ctx context.Context, id string) (worker.Source, error) {
	l, zone, err := a.Rooms.Sources.HowToRead(ctx, source.ID(id))
	if fault.Is(err, fault.NotFound) {
		err = fmt.Errorf("%w: %w", worker.ErrUnknown, err)
	}
	return worker.Source{Log: l, Zone: zone}, err
}

func (a *App) listsToRead(ctx context.Context) (worker.Lists, error) {
	held, err := a.Rooms.Indicators.Current(ctx)
	if err != nil {
		held.Release()
		return worker.Lists{}, err
	}
	return worker.Lists{Index: held.Index(), Generation: held.Generation(), Release: held.Release}, nil
}

// tendIntake adds the duties of receiving.
func (a *App) tendIntake() {
	a.lakeCommands()
	a.behind.every(time.Hour, "forget blocks", a.Rooms.Sources.ForgetBlocks)
	a.behind.here(5*time.Minute, "close the hours of the archive", a.sealHours)
	a.behind.here(time.Hour, "remove lines no longer kept", a.dropLines)
	a.behind.here(time.Minute, "keep the figures of listeners", a.keepFigures)
	a.measureFlow()
	a.command("flow", a.flowCommand)
}
