// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"fmt"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// office says when offices work: the days by the calendar, the hours by the
// rule pack.
type office struct {
	days  *calendar.Calendar
	hours func(day calendar.Date) (from, to time.Duration, ok bool)
}

func (s *Service) office() office { return office{s.Calendar, s.Hours} }

// open is when the offices of a day open and close; ok is false on a day that is
// off.
func (o office) open(day calendar.Date) (from, to time.Time, ok bool) {
	if !o.days.IsWorkingDay(day) {
		return from, to, false
	}
	if o.hours != nil {
		if opens, closes, ok := o.hours(day); ok {
			return day.Start().Add(opens), day.Start().Add(closes), true
		}
	}
	return day.Start(), day.End(), true
}

// OfficeHours are the hours of an office on a day, "07:30" and "17:00"; ok is
// false where the rule pack says none.
func (s *Service) OfficeHours(day calendar.Date) (from, to string, ok bool) {
	if s.Hours == nil {
		return "", "", false
	}
	opens, closes, ok := s.Hours(day)
	clock := func(d time.Duration) string {
		return fmt.Sprintf("%02d:%02d", int(d/time.Hour), int(d%time.Hour/time.Minute))
	}
	return clock(opens), clock(closes), ok
}
