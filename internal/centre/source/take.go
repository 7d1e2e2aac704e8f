// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"cmp"
	"context"
	"iter"
	"slices"
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
	const op = "source.Known"
	rows, err := db.Select[row](ctx, s.Records, "WHERE id = ?", string(id))
	if err == nil && len(rows) == 0 {
		err = &fault.Error{Kind: fault.NotFound, Op: op}
	}
	if err != nil {
		return Source{}, db.Error(op, err)
	}
	return rows[0].source(), nil
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

// Taking is a block that was read.
type Taking struct {
	Incoming
	Said scan.Block
}

// Takes takes what blocks hit into the rooms, inside the transaction that marks
// them. They are all of one source and owner.
type Takes func(ctx context.Context, tx *db.Tx, blocks []Taking) error

// Take takes what blocks say into the records: their marks, what sink makes of
// them, and their accounts, in one transaction. A block that was taken before
// changes nothing. A block that hit nothing is nobody's act: its mark and its
// account are all there is to say.
func (s *Service) Take(ctx context.Context, blocks []Taking, sink Takes) error {
	const op = "source.Take"
	// The key of the mark refuses a second one; looking first spares the work.
	fresh, err := s.fresh(ctx, blocks)
	if err != nil {
		return db.Error(op, err)
	}
	if len(fresh) > 0 {
		if err := s.takeFresh(ctx, op, fresh, sink); err != nil {
			return err
		}
	}
	s.knownAgain(blocks, fresh)
	return nil
}

// takeFresh is Take of blocks that were not taken, as far as is known.
func (s *Service) takeFresh(ctx context.Context, op string, fresh []Taking, sink Takes) error {
	write := s.Records.Housekeep
	if slices.ContainsFunc(fresh, func(b Taking) bool { return len(b.Said.Hits) > 0 }) {
		write = s.Records.Write
	}
	return write(ctx, func(ctx context.Context, tx *db.Tx) error {
		marks := make([]takenRow, 0, len(fresh))
		for _, b := range fresh {
			marks = append(marks, takenRow{Block: b.ID, Source: string(b.Source), At: db.At(s.Now())})
		}
		if err := db.Put(ctx, tx, "", marks...); err != nil {
			return db.Error(op, err)
		}
		for some := range together(fresh) {
			if err := s.sink(ctx, tx, some, sink); err != nil {
				return err
			}
		}
		for _, c := range summed(fresh) {
			if err := s.CountBlock(ctx, tx, c); err != nil {
				return err
			}
		}
		return nil
	})
}

// fresh are the blocks that were not taken, each once, by source and receipt.
func (s *Service) fresh(ctx context.Context, blocks []Taking) ([]Taking, error) {
	if len(blocks) == 0 {
		return nil, nil
	}
	var known []string
	ids := make(db.In, 0, len(blocks))
	for _, b := range blocks {
		ids = append(ids, b.ID)
	}
	if err := s.Records.Fetch(ctx, &known, "SELECT block_id FROM source_taken WHERE block_id IN (?)", ids); err != nil {
		return nil, err
	}
	out := slices.Clone(blocks)
	slices.SortFunc(out, func(a, b Taking) int {
		return cmp.Or(cmp.Compare(a.Source, b.Source), cmp.Compare(a.Owner, b.Owner), cmp.Compare(a.Way, b.Way), a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.ID, b.ID))
	})
	out = slices.CompactFunc(out, func(a, b Taking) bool { return a.ID == b.ID })
	return slices.DeleteFunc(out, func(b Taking) bool { return slices.Contains(known, b.ID) }), nil
}

// together gives runs of those blocks that hit something, which stand by source
// and receipt: what follows from a run is the same as from its blocks one after
// the other, for all its events are of one day.
func together(blocks []Taking) iter.Seq[[]Taking] {
	hit := slices.DeleteFunc(slices.Clone(blocks), func(b Taking) bool { return len(b.Said.Hits) == 0 })
	return func(yield func([]Taking) bool) {
		for len(hit) > 0 {
			n := 1
			for n < len(hit) && hit[0].sameDay(hit[n]) {
				n++
			}
			if !yield(hit[:n]) {
				return
			}
			hit = hit[n:]
		}
	}
}

// sameDay reports whether all events of both blocks, which are of one source,
// fell on one day in Vietnam.
func (b Taking) sameDay(o Taking) bool {
	day := dayOf(b.Said.First)
	undated := func(t Taking) bool {
		return slices.ContainsFunc(t.Said.Hits, func(h scan.Hit) bool { return h.First.IsZero() })
	}
	return b.Source == o.Source && b.Owner == o.Owner && !undated(b) && !undated(o) && dayOf(b.Said.Last) == day && dayOf(o.Said.First) == day && dayOf(o.Said.Last) == day
}

// sink takes what blocks hit into the rooms, with an entry of who did it: nobody
// but the source.
func (s *Service) sink(ctx context.Context, tx *db.Tx, blocks []Taking, sink Takes) error {
	if err := sink(ctx, tx, blocks); err != nil {
		return err
	}
	var lines, hits int64
	ids := make([]string, 0, len(blocks))
	for _, b := range blocks {
		lines, hits, ids = lines+b.Said.Lines, hits+b.Said.Counts.Hits, append(ids, b.ID)
	}
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "source.take", Kind: "source", Object: string(blocks[0].Source), Unit: blocks[0].Owner,
		Detail: map[string]any{"blocks": ids, "lines": lines, "hits": hits}})
}

// summed are the accounts of the blocks, which stand by source and receipt: one
// of all that a way brought within one minute.
func summed(blocks []Taking) (out []Counted) {
	for _, b := range blocks {
		c := b.counted(b.Said)
		if n := len(out) - 1; n >= 0 && out[n].joins(c) {
			out[n].join(c)
		} else {
			out = append(out, c)
		}
	}
	return out
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
