// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Uptime is one source in one month: of the hours in which it should have
// spoken, those in which it did.
type Uptime struct {
	Source   Source
	Seen     int64
	Expected int64 // 0: nobody waited for it
	Unasked  int64
	Deaf     int64 // hours lost because this centre did not listen: not among Expected
	Lines    int64 // of the hours of the month
	Watched  bool  // it is waited for now
	// Ways are its ways in, each with the hours of receipt in which lines came by
	// it; Lines of these is 0.
	Ways []WayUptime
}

// WayUptime is one way in of a source in one month. Of a Way without ID came what
// collectors and files brought.
type WayUptime struct {
	Way Way
	Uptime
}

// Percent is the share of expected hours with data, in tenths of a percent,
// rounded down so that 100 % means all. ok is false when none was expected.
func (u Uptime) Percent() (tenths int64, ok bool) {
	if u.Expected == 0 {
		return 0, false
	}
	return u.Seen * 1000 / u.Expected, true
}

// MonthOf is the first day of the month of t in Vietnam.
func MonthOf(t time.Time) calendar.Date {
	d := calendar.DateOf(t)
	d.Day = 1
	return d
}

// nextMonth is the first day of the month after that of first.
func nextMonth(first calendar.Date) calendar.Date { return MonthOf(first.Start().AddDate(0, 1, 0)) }

// UptimePage gives one page of the sources in scope with their uptime in the
// month that begins on first, and how many there are in all. A month that is
// not over counts as far as it went.
func (s *Service) UptimePage(ctx context.Context, first calendar.Date, f Filter) ([]Uptime, int64, error) {
	const op = "source.UptimePage"
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, 0, err
	}
	f.now = s.Now()
	rows, total, err := list(ctx, s.Records.Read(), scope, f)
	if err != nil {
		return nil, 0, err
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = string(r.ID)
	}
	from, to := first.Start(), nextMonth(first).Start()
	strips, err := s.hours(ctx, ids, from, to)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	watched, err := s.watchedNow(ctx, ids)
	if err != nil {
		return nil, 0, err
	}
	ways, err := s.wayUptimes(ctx, ids, from, to)
	if err != nil {
		return nil, 0, err
	}
	out := make([]Uptime, len(rows))
	for i, r := range rows {
		st := strips[string(r.ID)]
		t := st.sum()
		out[i] = Uptime{Source: r.Source, Seen: t.seen, Expected: t.expected, Unasked: t.unasked, Deaf: t.deaf, Watched: watched[string(r.ID)],
			Ways: ways[string(r.ID)]}
		for _, n := range st.lines {
			out[i].Lines += n
		}
	}
	return out, total, nil
}

// Strip is the hours of a source in scope since a moment, for its heat strip.
func (s *Service) strip(ctx context.Context, id ID, from, to time.Time) (strip, error) {
	_, scope, err := auth.Need(ctx, "source.strip", mayRead)
	if err != nil {
		return strip{}, err
	}
	if _, err := get(ctx, s.Records.Read(), scope, id); err != nil {
		return strip{}, err
	}
	all, err := s.hours(ctx, []string{string(id)}, from, to)
	return all[string(id)], err
}

// watchedNow are the sources of ids that are waited for.
func (s *Service) watchedNow(ctx context.Context, ids []string) (map[string]bool, error) {
	out := map[string]bool{}
	if len(ids) == 0 {
		return out, nil
	}
	var open []string
	err := s.Records.Read().NewSelect().Model((*spanRow)(nil)).Column("source_id").Where("s.source_id IN (?)", bun.List(ids)).Where("s.to_at IS NULL").Scan(ctx, &open)
	for _, id := range open {
		out[id] = true
	}
	return out, db.Error("source.watchedNow", err)
}
