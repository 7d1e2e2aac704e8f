// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// Rhythm is how often a hunt is owed, as the rule pack has it.
type Rhythm struct {
	Months int    // 0: nobody owes any
	Basis  string // where that is written
	Unsure bool   // somebody still has to look it up there
	Owner  string // the unit that owes it
	// OwnerName is its name.
	OwnerName string
}

// Standing is where the duty to hunt stands.
type Standing string

// The standings.
const (
	NotOwed Standing = ""
	Never   Standing = "never" // no hunt was ever concluded
	OnTime  Standing = "on_time"
	Soon    Standing = "soon" // due within soonDays
	Overdue Standing = "late"
)

const soonDays = 30

// Due is when the next hunt must be concluded: by the end of Day.
type Due struct {
	Rhythm
	Standing Standing
	Last     calendar.Date // of the last conclusion; zero when there was none
	Days     int           // since Last
	Day      calendar.Date
}

// DueAt counts when the next hunt is due, from the day on which the last one was
// concluded (zero: none was). A month has the days it has: what was concluded on
// 31 August is due, after six months, on the last of February.
func DueAt(every Rhythm, last, today calendar.Date) Due {
	d := Due{Rhythm: every, Last: last}
	switch {
	case every.Months <= 0:
		return d
	case last.IsZero():
		d.Standing = Never
		return d
	}
	first := time.Date(last.Year, time.Month(last.Month)+time.Month(every.Months), 1, 0, 0, 0, 0, time.UTC)
	day := min(last.Day, first.AddDate(0, 1, -1).Day())
	d.Day = calendar.Date{Year: first.Year(), Month: first.Month(), Day: day}
	d.Days = daysFrom(last, today)
	switch left := daysFrom(today, d.Day); {
	case left < 0:
		d.Standing = Overdue
	case left <= soonDays:
		d.Standing = Soon
	default:
		d.Standing = OnTime
	}
	return d
}

func daysFrom(a, b calendar.Date) int { return int(b.Start().Sub(a.Start()) / (24 * time.Hour)) }

// Due says where the duty to hunt stands: for who sees the unit that owes it.
// Hunts that other units lead do not meet it.
func (s *Service) Due(ctx context.Context) (Due, error) {
	const op = "hunt.Due"
	_, scope, err := auth.Need(auth.Wide(ctx), op, mayRead)
	if err != nil {
		return Due{}, err
	}
	if s.Often == nil {
		return Due{}, nil
	}
	every, err := s.Often(ctx)
	if err != nil || every.Months <= 0 {
		return Due{}, err
	}
	q := s.Records.Read()
	if sees, err := scope.Holds(ctx, q, every.Owner); err != nil || !sees {
		return Due{}, db.Error(op, err)
	}
	last, err := s.LastConcluded(ctx, q, every.Owner)
	if err != nil {
		return Due{}, err
	}
	var day calendar.Date
	if !last.IsZero() {
		day = calendar.DateOf(last)
	}
	return DueAt(every, day, calendar.DateOf(s.Now())), nil
}

// LastConcluded is when a hunt that a unit led was concluded last; zero when
// none was. It is for who counts duties and asks for no permission.
func (s *Service) LastConcluded(ctx context.Context, q bun.IDB, unit string) (time.Time, error) {
	var last db.Time
	err := q.NewSelect().Model((*recordRow)(nil)).ColumnExpr("MAX(hr.concluded_at)").Where("hr.owner_unit = ?", unit).Scan(ctx, &last)
	return last.Time, db.Error("hunt.LastConcluded", err)
}
