// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"errors"
	"net/netip"
	"time"

	"github.com/vonggac/vonggac/engine/scan"
	"github.com/vonggac/vonggac/internal/intake/sighting"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Block is what one block of a log says, as Remember takes it.
type Block struct {
	ID         string // unique to the block for ever
	Owner      string // owner unit of the source
	Source     string
	ReceivedAt time.Time // dates what has no time in the log
	Seen       []scan.Seen
	Generation int64 // of the lists it was read against
}

// ErrOutdated means that the lists have changed since a block was read: it is
// to be read again, for the looking back may have passed it by.
var ErrOutdated = errors.New("the lists have changed since the block was read")

// Remember puts what b rolled up to into the memory, durably, before the
// caller's transaction marks the block done. The caller calls done once that
// has ended, however it ended: until then no looking back counts what the
// transaction is about to count. known says that an earlier try had put the
// block and died before its transaction: a looking back may have counted it
// since, so that the caller records only what is missing. It fails with
// [ErrOutdated] when b was read against other lists than those of now.
func (s *Service) Remember(ctx context.Context, b Block) (known bool, done func(), err error) {
	release, err := s.share(ctx)
	if err != nil {
		return false, nil, err
	}
	gen, err := s.Lists.Generation(ctx)
	if err == nil && gen != b.Generation {
		err = ErrOutdated
	}
	var taken sighting.Taken
	if err == nil {
		taken, err = s.Memory.Put(ctx, sighting.Block{ID: b.ID, Rows: b.rows})
	}
	if err != nil {
		release()
		return false, nil, err
	}
	if taken.Left > 0 {
		s.Log.Warn("names too long to remember were left out of the memory", "block", b.ID, "rows", taken.Left)
	}
	return taken.Known, release, nil
}

// rows are what b says as the memory keeps it.
func (b Block) rows(yield func(sighting.Row) bool) {
	r := sighting.Row{Key: sighting.Key{Owner: b.Owner, Source: b.Source}}
	received, day := b.ReceivedAt.UTC().Truncate(time.Millisecond), sighting.DayOf(b.ReceivedAt)
	for i := range b.Seen {
		n := &b.Seen[i]
		if i == 0 || n.Kind != b.Seen[i-1].Kind || n.Caller != b.Seen[i-1].Caller {
			r.Kind = kindOf(n.Kind, n.Caller)
		}
		r.Value, r.Client, r.Count = n.Name, n.Client.Unmap().WithZone(""), n.Count
		if r.Undated = n.First.IsZero(); r.Undated {
			r.First, r.Last, r.Day = received, received, day
		} else {
			r.First, r.Last, r.Day = n.First, n.Last, sighting.DayOf(n.First)
		}
		if !yield(r) {
			return
		}
	}
}

// horizon is the first day that is kept at now.
func (s *Service) horizon() sighting.Day {
	return sighting.DayOf(s.Now().AddDate(0, 0, 1-s.Days))
}

// Tidy forgets the days that are no longer kept, with what hunts had found in
// them, and counts the rows of the others. It may be asked at any time.
func (s *Service) Tidy(ctx context.Context) error {
	first := s.horizon()
	if err := s.Memory.Drop(ctx, first); err != nil {
		return err
	}
	err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewDelete().Model((*seenRow)(nil)).Where("last_seen < ?", db.At(first.Date().Start())).Exec(ctx)
		return err
	})
	if err != nil {
		return db.Error("hunt.Tidy", err)
	}
	return s.Memory.Count(ctx, sighting.DayOf(s.Now()))
}

// Held is how many queries the memory holds of what a block of source hit, by
// client, name and whether the log gave a time: for a block that Remember calls
// known.
func (s *Service) Held(ctx context.Context, owner, source string, hits []scan.Hit) (func(client netip.Addr, name string, undated bool) int64, error) {
	type key struct {
		client  netip.Addr
		name    string
		undated bool
	}
	have, names := map[key]int64{}, map[string]bool{}
	var asks []sighting.Ask
	for _, h := range hits {
		if !names[h.Name] {
			names[h.Name] = true
			asks = append(asks, asksFor(h.Kind, h.Name)...)
		}
	}
	sighting.SortAsks(asks)
	_, err := s.Memory.Hunt(ctx, asks, sighting.Span{}, sighting.Limits{}, func(_ int, r sighting.Row) error {
		if r.Owner == owner && r.Source == source {
			have[key{r.Client, r.Value, r.Undated}] += r.Count
		}
		return nil
	})
	return func(client netip.Addr, name string, undated bool) int64 {
		return have[key{client.Unmap().WithZone(""), name, undated}]
	}, err
}
