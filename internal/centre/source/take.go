// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/engine/format"
	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Incoming is a block of lines that came over the network, as the stream has
// kept it.
type Incoming struct {
	ID         string // of the block, for ever
	Source     ID
	Owner      string // the source's owner unit at receipt
	Way        string // way in; "" for none
	ReceivedAt time.Time
	Bytes      int64
	Kept       time.Duration // how long lines are searched
}

// takenRow marks a block as taken.
type takenRow struct {
	bun.BaseModel `bun:"table:source_taken"`

	Block  string  `bun:"block_id,pk"`
	Source string  `bun:"source_id"`
	At     db.Time `bun:"taken_at"`
}

// keepTaken is how long marks are kept: the stream hands out no block that was
// given back as done longer ago.
const keepTaken = 48 * time.Hour

// Known is the source with this id, whoever asks: for the reading of lines, not
// for people. It fails with fault.NotFound.
func (s *Service) Known(ctx context.Context, id ID) (Source, error) {
	var r row
	if err := s.Records.Read().NewSelect().Model(&r).Where("id = ?", string(id)).Scan(ctx); err != nil {
		return Source{}, db.Error("source.Known", err)
	}
	return r.source(), nil
}

// HowToRead says how lines that come now are read: as what, the zero Log where
// that is to be found out, and in which zone. It fails with fault.NotFound when
// there is no such source, or it has not got the mapping file it is read by.
func (s *Service) HowToRead(ctx context.Context, id ID) (format.Log, *time.Location, error) {
	const op = "source.HowToRead"
	src, err := s.Known(ctx, id)
	if err != nil {
		return format.Log{}, nil, err
	}
	zone, err := src.Location()
	if err != nil || src.Format != ByMapping {
		l, _ := format.LookupLog(src.Format)
		return l, zone, err
	}
	m, err := latestMapping(ctx, s.Records.Read(), id)
	if err == nil && m.Seq == 0 {
		err = &fault.Error{Kind: fault.NotFound, Op: op}
	}
	if err != nil {
		return format.Log{}, nil, err
	}
	known, err := readMapping(op, m.Body)
	return format.Log{Name: ByMapping, Title: known.Title, Activity: known}, zone, err
}

// Take takes what a block says into the records: its mark, what sink makes of
// it, and its account, in one transaction. A block that was taken before
// changes nothing. A block that hit nothing is nobody's act: its mark and its
// account are all there is to say.
func (s *Service) Take(ctx context.Context, in Incoming, b scan.Block, sink func(ctx context.Context, tx *db.Tx) error) error {
	const op = "source.Take"
	write := s.Records.Housekeep
	if len(b.Hits) > 0 {
		write = s.Records.Write
	}
	// The key of the mark refuses a second one; looking first spares the work.
	known, err := s.Records.Read().NewSelect().Model((*takenRow)(nil)).Where("block_id = ?", in.ID).Exists(ctx)
	if err != nil || known {
		return db.Error(op, err)
	}
	return write(ctx, func(ctx context.Context, tx *db.Tx) error {
		m := takenRow{Block: in.ID, Source: string(in.Source), At: db.At(s.Now())}
		if _, err := tx.NewInsert().Model(&m).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if err := sink(ctx, tx); err != nil {
			return err
		}
		if err := s.CountBlock(ctx, tx, in.counted(b)); err != nil {
			return err
		}
		if len(b.Hits) == 0 {
			return nil
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "source.take", Kind: "source", Object: string(in.Source), Unit: in.Owner,
			Detail: map[string]any{"block": in.ID, "lines": b.Lines, "hits": b.Counts.Hits}})
	})
}

// counted is what the block counts.
func (in Incoming) counted(b scan.Block) Counted {
	return Counted{Source: in.Source, Owner: in.Owner, Way: WayID(in.Way), Received: in.ReceivedAt, Bytes: in.Bytes, Lines: b.Lines, Parsed: b.Parsed,
		Hits: b.Counts.Hits, Skipped: b.Skipped, Rejected: b.Rejected, Samples: b.Samples, Latest: b.Last, Hours: HoursOf(b),
		Lags: in.lagsOf(b), Kept: in.Kept}
}

// ForgetBlocks drops the marks of blocks that cannot come again.
func (s *Service) ForgetBlocks(ctx context.Context) error {
	err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewDelete().Model((*takenRow)(nil)).Where("taken_at < ?", db.At(s.Now().Add(-keepTaken))).Exec(ctx)
		return err
	})
	return db.Error("source.ForgetBlocks", err)
}
