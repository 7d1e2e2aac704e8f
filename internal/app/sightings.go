// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/hunt"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// sightingsFolder holds the memory of everything seen, in the data folder.
const sightingsFolder = "sightings"

// openSightings opens the memory of everything seen: beside the records in
// PostgreSQL, else in the data folder. One that cannot be opened does not keep
// the centre from starting: logs wait until it is mended, and pages say so.
func (a *App) openSightings(ctx context.Context) {
	if a.inspected { // nothing is read or looked up: the checks open it themselves
		a.Sightings = sighting.NewAbsent(errors.New("the centre is only being examined"))
		return
	}
	var err error
	if a.Records.Engine() == db.Postgres {
		var s *sighting.Postgres
		if s, err = sighting.OpenPostgres(ctx, a.opt.Config.Records.Address.Reveal(), a.opt.Now()); err == nil {
			a.Sightings = s
			return
		}
	} else {
		var s *sighting.Pebble
		if s, err = sighting.OpenPebble(filepath.Join(a.opt.Config.Data, sightingsFolder), a.opt.Log, a.opt.Now()); err == nil {
			a.Sightings = s
			return
		}
	}
	a.opt.Log.Error("the memory of sightings is not open", "err", err)
	a.Sightings = sighting.NewAbsent(err)
}

// hunts builds the room that looks back.
func (a *App) hunts() *hunt.Service {
	a.openSightings(context.Background())
	r := &a.Rooms
	s := hunt.New(hunt.Deps{Records: a.Records, Queue: a.Queue, Memory: a.Sightings, Now: a.opt.Now, Log: a.opt.Log, Days: a.opt.Config.Sightings.Days, Several: !a.opt.Config.Run.All(),
		Record: a.recordPast, Often: a.huntOwed, Concluded: a.huntConcluded,
		Lists: hunt.Lists{
			Generation: r.Indicators.Generation,
			Current: func(ctx context.Context) (*intel.Index, func(), error) {
				held, err := r.Indicators.Current(ctx)
				return held.Index(), held.Release, err
			},
			InForce: func(ctx context.Context) ([]hunt.List, error) {
				lists, err := r.Indicators.Blocks(ctx)
				var out []hunt.List
				for _, l := range lists {
					out = append(out, hunt.List{ID: string(l.ID), Name: l.Name, Owner: l.Owner, Seq: l.Seq})
				}
				return out, err
			},
			Content: func(ctx context.Context, l hunt.List, seq int64) (*intel.Index, error) {
				return r.Indicators.Content(ctx, indicator.ID(l.ID), seq)
			},
		}})
	a.behind.every(time.Hour, "sightings", s.Tidy)
	a.command("hunt", a.huntCommand)
	return s
}

// reading says how a file is read that is begun now: against the index in
// force, its blocks remembered as long as that is the one.
func (a *App) reading(ctx context.Context) (source.Reading, error) {
	held, err := a.Rooms.Indicators.Current(ctx)
	generation := held.Generation()
	return source.Reading{Options: scan.Options{Index: held.Index(), Now: a.opt.Now(), BlockSize: a.opt.BlockSize, Seen: true}, Done: held.Release,
		Memory: func(ctx context.Context, f source.File, b scan.Block) (func(), error) {
			done, err := a.remember(ctx, ofFile(f, b), b, generation)
			if errors.Is(err, hunt.ErrOutdated) {
				return nil, source.ErrOutdated
			}
			return done, err
		}}, err
}

// origin is where a block comes from: a place in a file that was received, or
// the stream.
type origin struct {
	block      string // id for ever
	file       string // "" of the stream
	source     string
	owner      string
	receivedAt time.Time
}

// ofFile names a block of a file: the file is its bytes in one source.
func ofFile(f source.File, b scan.Block) origin {
	return origin{fmt.Sprintf("file/%s/%d", f.ID, b.Offset), string(f.ID), string(f.Source), f.Owner, f.ReceivedAt}
}

// remember puts what a block says into the memory of everything seen, and notes
// until done whether an earlier try had done so.
func (a *App) remember(ctx context.Context, from origin, b scan.Block, generation int64) (func(), error) {
	known, done, err := a.Rooms.Hunts.Remember(ctx, hunt.Block{ID: from.block, Owner: from.owner, Source: from.source, ReceivedAt: from.receivedAt,
		Seen: b.Seen, Generation: generation})
	if err != nil || !known {
		return done, err
	}
	a.remade.Store(from.block, true)
	return func() { a.remade.Delete(from.block); done() }, nil
}

// uncounted are all hits, but for those of a block that an earlier try had
// remembered before it died, which a looking back may have counted since.
func (a *App) uncounted(ctx context.Context, tx *db.Tx, from origin, hits []scan.Hit) ([]scan.Hit, error) {
	if _, again := a.remade.Load(from.block); !again {
		return hits, nil
	}
	held, err := a.Rooms.Hunts.Held(ctx, from.owner, from.source, hits)
	if err != nil {
		return nil, err
	}
	return a.Rooms.Findings.Uncounted(ctx, tx, from.owner, from.source, hits, held)
}

// recordPast takes what was found by looking back through the rooms, as sink
// does with what a block found.
func (a *App) recordPast(ctx context.Context, tx *db.Tx, b *hunt.Batch) (hunt.Added, error) {
	now := a.opt.Now()
	touched, queries, err := a.Rooms.Findings.RecordPast(ctx, tx, now, b.Owner, b.Source, b.Hits)
	if err != nil {
		return hunt.Added{}, err
	}
	added := hunt.Added{Queries: queries}
	var fresh []finding.ID
	for _, t := range touched {
		if t.Opened {
			fresh = append(fresh, t.ID)
		}
	}
	added.Findings = int64(len(fresh))
	return added, errors.Join(a.noteFound(ctx, tx, touched), a.tellPast(ctx, tx, b, fresh), a.Rooms.Infections.Record(ctx, tx, now, touched...))
}

// tellPast tells of the findings that a looking back opened, by unit.
func (a *App) tellPast(ctx context.Context, tx *db.Tx, b *hunt.Batch, fresh []finding.ID) error {
	if len(fresh) == 0 {
		return nil
	}
	units, err := a.Rooms.Findings.UnitsIn(ctx, tx, fresh...)
	if err != nil {
		return err
	}
	for unit, n := range units {
		err := a.Rooms.Notices.Post(ctx, tx, notice.Notice{Kind: "finding.new", Unit: unit, Object: unit, Href: "/findings", Times: n,
			Dedupe: fmt.Sprintf("finding.new/%s/%s/%s", b.Mark, b.Source, unit)})
		if err != nil {
			return err
		}
	}
	return nil
}
