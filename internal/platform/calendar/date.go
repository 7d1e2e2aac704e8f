// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar

import (
	"fmt"
	"time"
)

// Date is a civil day in Vietnam. The zero value means no day. Dates are
// comparable and may be map keys. In text, JSON and YAML a date is YYYY-MM-DD
// and the zero value is empty.
type Date struct {
	Year  int
	Month time.Month
	Day   int
}

// DateOf returns the day in Vietnam on which t falls.
func DateOf(t time.Time) Date {
	y, m, d := t.In(zone).Date()
	return Date{y, m, d}
}

// DateError says that a text is not a date. Text is what was read.
type DateError struct{ Text string }

func (e *DateError) Error() string {
	return fmt.Sprintf("%q is not a date of the form YYYY-MM-DD", e.Text)
}

// ParseDate reads YYYY-MM-DD and fails with a [*DateError] on anything else,
// days that do not exist included.
func ParseDate(s string) (Date, error) {
	t, err := time.ParseInLocation(time.DateOnly, s, zone)
	if err != nil {
		return Date{}, &DateError{s}
	}
	return DateOf(t), nil
}

// IsZero reports whether d means no day.
func (d Date) IsZero() bool { return d == Date{} }

// Start returns 00:00 of d in Vietnam.
func (d Date) Start() time.Time {
	return time.Date(d.Year, d.Month, d.Day, 0, 0, 0, 0, zone)
}

// End returns 24:00 of d, which is 00:00 of the day after.
func (d Date) End() time.Time { return d.AddDays(1).Start() }

// AddDays returns the day n days after d, or before it when n is negative.
func (d Date) AddDays(n int) Date {
	return DateOf(time.Date(d.Year, d.Month, d.Day+n, 0, 0, 0, 0, zone))
}

// AddMonths returns the day of the same number n months after d, or the last
// day of that month where it has no such day.
func (d Date) AddMonths(n int) Date {
	first := DateOf(time.Date(d.Year, d.Month+time.Month(n), 1, 0, 0, 0, 0, zone))
	last := DateOf(time.Date(first.Year, first.Month+1, 0, 0, 0, 0, 0, zone))
	return Date{first.Year, first.Month, min(d.Day, last.Day)}
}

// Weekday returns the day of the week of d.
func (d Date) Weekday() time.Weekday { return d.Start().Weekday() }

// Compare returns -1 when d is before o, +1 when after, 0 when the same day.
func (d Date) Compare(o Date) int { return d.Start().Compare(o.Start()) }

// String returns d as YYYY-MM-DD, or the empty string for the zero value.
func (d Date) String() string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%04d-%02d-%02d", d.Year, int(d.Month), d.Day)
}

// MarshalText writes d as [Date.String] does.
func (d Date) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads what [Date.MarshalText] wrote, and fails as [ParseDate]
// does.
func (d *Date) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*d = Date{}
		return nil
	}
	p, err := ParseDate(string(text))
	if err != nil {
		return err
	}
	*d = p
	return nil
}

// exists reports whether the month and day occur in some year.
func exists(month, day int) bool {
	t := time.Date(2000, time.Month(month), day, 0, 0, 0, 0, zone) // a leap year
	return month >= 1 && month <= 12 && int(t.Month()) == month && t.Day() == day
}
