// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/engine/intel/exchange"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// eventRow is one event of a MISP feed: what the manifest names, and what of it
// is in hand.
type eventRow struct {
	bun.BaseModel `bun:"table:feed_event,alias:e"`

	Feed    string `bun:"feed_id,pk"`
	UUID    string `bun:"uuid,pk"`
	Info    string `bun:"info"`
	Named   int64  `bun:"named"` // Unix seconds of the latest change, as the manifest says; 0 when it does not
	Held    int64  `bun:"held"`  // that of the content in hand
	ETag    string `bun:"etag"`
	SHA256  string `bun:"sha256"` // of the content in hand; empty when there is none
	Size    int64  `bun:"size"`
	Listed  string `bun:"listed"` // hash of the content that is in the list
	State   string `bun:"state"`
	Why     string `bun:"why"`
	WhyArgs string `bun:"why_args"`
}

// wanted reports whether r is to be asked for.
func (r eventRow) wanted() bool {
	return r.State != string(EventGone) && (r.SHA256 == "" || r.Named == 0 || r.Named != r.Held || r.State != string(EventGood))
}

// events are those of a feed, by their numbers.
func (s *Service) events(ctx context.Context, q bun.IDB, feed string) ([]eventRow, error) {
	var rows []eventRow
	err := q.NewSelect().Model(&rows).Where("e.feed_id = ?", feed).Order("e.uuid").Scan(ctx)
	return rows, db.Error("feed.events", err)
}

// fenced is a transaction of the work of a run; fence is nil where no job does it.
func (s *Service) fenced(ctx context.Context, fence func(context.Context, *db.Tx) error, fn func(context.Context, *db.Tx) error) error {
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if fence != nil {
			if err := fence(ctx, tx); err != nil {
				return err
			}
		}
		return fn(ctx, tx)
	})
}

// named writes what a manifest names and gives all events of the feed: those it
// names no more are gone.
func (s *Service) named(ctx context.Context, fence func(context.Context, *db.Tx) error, f row, list []exchange.FeedEvent) ([]eventRow, error) {
	err := s.fenced(ctx, fence, func(ctx context.Context, tx *db.Tx) error {
		have, err := s.events(ctx, tx, f.ID)
		if err != nil {
			return err
		}
		known := make(map[string]eventRow, len(have))
		for _, r := range have {
			known[r.UUID] = r
		}
		var fresh []eventRow
		for _, e := range list {
			was, there := known[e.UUID]
			delete(known, e.UUID)
			now := was
			now.Info, now.Named = showInfo(e), 0
			if !e.Modified.IsZero() {
				now.Named = e.Modified.Unix()
			}
			switch {
			case !there:
				now.Feed, now.UUID, now.State, now.WhyArgs = f.ID, e.UUID, string(EventWaiting), "[]"
				fresh = append(fresh, now)
				continue
			case was.State == string(EventGone):
				now.State = string(EventWaiting)
			}
			if now != was {
				if err := saveEvent(ctx, tx, now); err != nil {
					return err
				}
			}
		}
		for _, r := range known {
			if r.State != string(EventGone) {
				r.State, r.Why, r.WhyArgs = string(EventGone), "", "[]"
				if err := saveEvent(ctx, tx, r); err != nil {
					return err
				}
			}
		}
		return addEvents(ctx, tx, fresh)
	})
	if err != nil {
		return nil, err
	}
	return s.events(ctx, s.Records.Read(), f.ID)
}

func addEvents(ctx context.Context, tx *db.Tx, rows []eventRow) error {
	const most = 500 // rows a statement
	for len(rows) > 0 {
		n := min(len(rows), most)
		part := rows[:n]
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return db.Error("feed.addEvents", err)
		}
		rows = rows[n:]
	}
	return nil
}

func saveEvent(ctx context.Context, tx *db.Tx, r eventRow) error {
	_, err := tx.NewUpdate().Model(&r).WherePK().Exec(ctx)
	return db.Error("feed.saveEvent", err)
}

// listed notes that the list is made of what is in hand, and forgets the events
// that are gone.
func (s *Service) listed(ctx context.Context, fence func(context.Context, *db.Tx) error, f row) error {
	const op = "feed.listed"
	return s.fenced(ctx, fence, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewDelete().Model((*eventRow)(nil)).Where("feed_id = ?", f.ID).Where("state = ?", string(EventGone)).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		_, err := tx.NewUpdate().Model((*eventRow)(nil)).Set("listed = sha256").Where("feed_id = ?", f.ID).Where("listed <> sha256").Exec(ctx)
		return db.Error(op, err)
	})
}

// Holding is how many events of a MISP feed are in hand, and how many of those
// it names are not or not as they are now.
type Holding struct{ Good, Waiting, Missing, Refused int64 }

// Holding counts the events of a feed in scope; the zero value for one that is
// no MISP feed or has brought none.
func (s *Service) Holding(ctx context.Context, id ID) (Holding, error) {
	var h Holding
	if _, err := s.Get(ctx, id); err != nil {
		return h, err
	}
	var counts []struct {
		State string `bun:"state"`
		N     int64  `bun:"n"`
	}
	err := s.Records.Read().NewSelect().TableExpr("feed_event AS e").Column("e.state").ColumnExpr("COUNT(*) AS n").Where("e.feed_id = ?", string(id)).
		Group("e.state").Scan(ctx, &counts)
	for _, c := range counts {
		switch EventState(c.State) {
		case EventGood:
			h.Good = c.N
		case EventWaiting:
			h.Waiting = c.N
		case EventMissing:
			h.Missing = c.N
		case EventRefused:
			h.Refused = c.N
		case EventGone: // until the list is made anew
		}
	}
	return h, db.Error("feed.Holding", err)
}
