// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar_test

import (
	"bufio"
	"fmt"
	"os"
	"slices"
	"strings"
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

// Every Tết from 1900 to 2100 against the published table (testdata/tet.txt says
// whose).
//
// The calculation is at UTC+7 throughout. So it gives the days kept in the whole
// country since 1976 and in the North since 1968 (Quyết định 121/CP of 08/08/1967
// put the North's calendar on UTC+7 from that Tết on; this history is from memory). Before, calendars printed
// in Vietnam followed the meridians of Peking or, after 1943, UTC+8 for long
// spells, and zones changed more than once and by region; the South kept UTC+8
// until 1975 (Tết of 1968 fell there on 30/01). In four years before 1968 the
// published day is therefore one later than UTC+7 gives. No record of this product
// reaches back so far; the four are named here, not bent in the calculation.
func TestTetOfTwoCenturies(t *testing.T) {
	t.Parallel()
	f, err := os.Open("testdata/tet.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	otherMeridian := []int{1903, 1925, 1935, 1965}
	apart := []int{1925, 1968, 1969, 1985, 2007, 2030, 2053} // Vietnam and China a day or a month apart
	var differ []int
	years := 0
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var year int
		var kept, china string
		if _, err := fmt.Sscan(lines.Text(), &year, &kept, &china); err != nil || year != 1900+years {
			t.Fatalf("line %q: %v", lines.Text(), err)
		}
		years++
		want := day(fmt.Sprintf("%d-%s", year, kept))
		if slices.Contains(otherMeridian, year) {
			want = want.AddDays(-1)
		}
		if got, err := calendar.FromLunar(year, 1, 1); err != nil || got != want {
			t.Errorf("Tết %d: %s, %v; want %s", year, got, err, want)
		}
		if kept != china {
			differ = append(differ, year)
		}
	}
	if years != 201 || !slices.Equal(differ, apart) {
		t.Errorf("%d years; Vietnam and UTC+8 differ in %v, want %v", years, differ, apart)
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
