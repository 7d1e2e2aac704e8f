// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Deaf is a time in which the centre itself did not listen: what nobody heard
// then is not the silence of a source.
type Deaf struct{ From, To time.Time }

type deafRow struct {
	bun.BaseModel `bun:"table:source_deaf,alias:deaf"`

	From db.Time `bun:"from_at,pk"`
	To   db.Time `bun:"to_at"`
}

// listeningRow is the one row that says since when the centre listens, and when
// it last did.
type listeningRow struct {
	bun.BaseModel `bun:"table:source_listening,alias:li"`

	ID    string  `bun:"id,pk"`
	Since db.Time `bun:"since_at"`
	Last  db.Time `bun:"last_at"`
}

const thisCentre = "centre"

// deafAfter is how long no process may have said that it listens before the
// centre counts as deaf: a duty of each minute that was late is none.
const deafAfter = 3 * time.Minute

// deafMost is how long the centre may be deaf before its sources are called
// silent all the same: it has given up listening.
const deafMost = 24 * time.Hour

// behindAfter is how long a line may wait to be read before silence is judged by
// what is read instead of by the clock.
const behindAfter = time.Minute

// Listening notes that this centre listens now. Any process with listeners says
// so each minute; when none did for a while, that time is noted as deaf.
func (s *Service) Listening(ctx context.Context) error {
	const op = "source.Listening"
	now := s.Now()
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		was, err := listening(ctx, tx)
		if err != nil {
			return err
		}
		row := listeningRow{ID: thisCentre, Since: was.Since, Last: db.At(now)}
		if was.Last.IsZero() || now.Sub(was.Last.Time) > deafAfter {
			row.Since = db.At(now)
		}
		if _, err := tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Set("since_at = EXCLUDED.since_at").
			Set("last_at = EXCLUDED.last_at").Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if was.Last.IsZero() || now.Sub(was.Last.Time) <= deafAfter {
			return nil
		}
		gap := deafRow{From: was.Last, To: row.Since}
		if _, err := tx.NewInsert().Model(&gap).On("CONFLICT (from_at) DO UPDATE").Set("to_at = EXCLUDED.to_at").Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if s.ToldDeaf == nil {
			return nil
		}
		return s.ToldDeaf(ctx, tx, Deaf{was.Last.Time, now})
	})
}

// listening is the row as it stands; the zero row when nothing ever listened.
func listening(ctx context.Context, q bun.IDB) (listeningRow, error) {
	var rows []listeningRow
	if err := q.NewSelect().Model(&rows).Where("li.id = ?", thisCentre).Scan(ctx); err != nil || len(rows) == 0 {
		return listeningRow{}, db.Error("source.listening", err)
	}
	return rows[0], nil
}

// ListeningSince is since when the centre listens without a break; zero when it
// never did, or has stopped.
func (s *Service) ListeningSince(ctx context.Context) (time.Time, error) {
	row, err := listening(ctx, s.Records.Read())
	if err != nil || s.Now().Sub(row.Last.Time) > deafAfter {
		return time.Time{}, err
	}
	return row.Since.Time, nil
}

// heard says between which moments the centre would know of lines: since it
// listens without a break, and as far as it has read what it received.
func (s *Service) heard(ctx context.Context, now time.Time) (since, until time.Time, err error) {
	row, err := listening(ctx, s.Records.Read())
	if err != nil {
		return time.Time{}, now, err
	}
	until = now
	if quiet := now.Sub(row.Last.Time); !row.Last.IsZero() && quiet > deafAfter && quiet < deafMost {
		until = row.Last.Time
	}
	if s.Oldest != nil {
		oldest, err := s.Oldest(ctx)
		if err != nil {
			return time.Time{}, now, err
		}
		if !oldest.IsZero() && now.Sub(oldest) > behindAfter && oldest.Before(until) {
			until = oldest
		}
	}
	return row.Since.Time, until, nil
}

// DeafTimes are the times in from..to in which the centre did not listen, the
// latest first. It answers whoever reads sources: all of them heard nothing then.
func (s *Service) DeafTimes(ctx context.Context, from, to time.Time) ([]Deaf, error) {
	if _, _, err := auth.Need(ctx, "source.DeafTimes", mayRead); err != nil {
		return nil, err
	}
	return deafTimes(ctx, s.Records.Read(), from, to)
}

func deafTimes(ctx context.Context, q bun.IDB, from, to time.Time) ([]Deaf, error) {
	var rows []deafRow
	if err := q.NewSelect().Model(&rows).Where("deaf.to_at > ?", db.At(from)).Where("deaf.from_at < ?", db.At(to)).
		OrderExpr("deaf.from_at DESC").Scan(ctx); err != nil {
		return nil, db.Error("source.deafTimes", err)
	}
	out := make([]Deaf, len(rows))
	for i, r := range rows {
		out[i] = Deaf{r.From.Time, r.To.Time}
	}
	return out, nil
}

// deafIn reports that the centre did not listen for half of the hour or more.
func deafIn(times []Deaf, hour time.Time) bool {
	end, sum := hour.Add(time.Hour), time.Duration(0)
	for _, d := range times {
		from, to := d.From, d.To
		if from.Before(hour) {
			from = hour
		}
		if to.After(end) {
			to = end
		}
		sum += max(to.Sub(from), 0)
	}
	return sum >= 30*time.Minute
}
