// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"time"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// hours is how busy a working day is at each full hour in Vietnam, the busiest
// being 1: offices work from 7:30 to 11:30 and from 13:30 to 17:00.
var hours = [25]float64{0.06, 0.05, 0.05, 0.05, 0.05, 0.07, 0.12, 0.45, 0.95, 1, 0.96, 0.8,
	0.35, 0.55, 0.95, 0.98, 0.9, 0.5, 0.2, 0.16, 0.14, 0.12, 0.09, 0.07, 0.06}

// weekend is what is left of a working day's part above the nightly floor.
const weekend = 0.2

// busy is how busy the province is at t, between hours' least and 1.
func busy(t time.Time) float64 {
	t = t.In(i18n.Hanoi)
	part := float64(t.Minute()*60+t.Second()) / 3600
	level := hours[t.Hour()]*(1-part) + hours[t.Hour()+1]*part
	if d := t.Weekday(); d == time.Saturday || d == time.Sunday {
		level = hours[2] + (level-hours[2])*weekend
	}
	return level
}

// inOffice reports whether a machine that people switch off is on at t.
func inOffice(t time.Time) bool {
	t = t.In(i18n.Hanoi)
	d, minute := t.Weekday(), t.Hour()*60+t.Minute()
	return d != time.Saturday && d != time.Sunday && minute >= 7*60+30 && minute < 17*60+15
}
