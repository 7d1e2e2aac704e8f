// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar_test

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"pgregory.net/rapid"
)

// Tết and Giỗ Tổ as officially kept in Vietnam. 1985 and 2007 differ from the
// calendar of UTC+8, 2030 too.
func TestFromLunarGivesTheDaysKeptInVietnam(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		year, month, day int
		want             string
	}{
		{1968, 1, 1, "1968-01-29"}, // kept a day before the calendar of UTC+8
		{1985, 1, 1, "1985-01-21"},
		{2007, 1, 1, "2007-02-17"},
		{2020, 1, 1, "2020-01-25"},
		{2023, 1, 1, "2023-01-22"}, {2023, 3, 10, "2023-04-29"}, // leap month 2 before it
		{2024, 1, 1, "2024-02-10"}, {2024, 3, 10, "2024-04-18"},
		{2025, 1, 1, "2025-01-29"}, {2025, 3, 10, "2025-04-07"},
		{2025, 12, 27, "2026-02-14"},
		{2026, 1, 1, "2026-02-17"}, {2026, 3, 10, "2026-04-26"},
		{2027, 1, 1, "2027-02-06"}, {2027, 3, 10, "2027-04-16"},
		{2028, 1, 1, "2028-01-26"},
		{2030, 1, 1, "2030-02-02"},
	} {
		got, err := calendar.FromLunar(c.year, c.month, c.day)
		if err != nil || got.String() != c.want {
			t.Errorf("lunar %d/%d/%d = %s, %v; want %s", c.day, c.month, c.year, got, err, c.want)
		}
	}
}

func TestFromLunarRefusesDaysThatDoNotExist(t *testing.T) {
	t.Parallel()
	for _, c := range [][3]int{{2026, 0, 1}, {2026, 13, 1}, {2026, 1, 0}, {2026, 1, 31}, {1700, 1, 1}, {2200, 1, 1}} {
		if got, err := calendar.FromLunar(c[0], c[1], c[2]); err == nil {
			t.Errorf("lunar %v = %s, want an error", c, got)
		}
	}
	// Every year has a month of 29 days.
	short := 0
	for month := 1; month <= 12; month++ {
		if _, err := calendar.FromLunar(2026, month, 30); err != nil {
			short++
		}
	}
	if short < 4 || short > 8 {
		t.Errorf("2026 has %d short months", short)
	}
}

func TestLunarMonthsFollowOneAnother(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		year := rapid.IntRange(1900, 2198).Draw(t, "year")
		month := rapid.IntRange(1, 12).Draw(t, "month")
		this, err := calendar.FromLunar(year, month, 1)
		if err != nil {
			t.Fatal(err)
		}
		ny, nm := year, month+1
		if nm == 13 {
			ny, nm = year+1, 1
		}
		next, err := calendar.FromLunar(ny, nm, 1)
		if err != nil {
			t.Fatal(err)
		}
		days := int(next.Start().Sub(this.Start()).Hours() / 24)
		if days != 29 && days != 30 && (days < 58 || days > 60) { // a leap month lies between
			t.Fatalf("month %d/%d has %d days", month, year, days)
		}
		if month == 1 && (this.Month < time.January || this.Month > time.February || this.Year != year) {
			t.Fatalf("Tết %d on %s", year, this)
		}
	})
}
