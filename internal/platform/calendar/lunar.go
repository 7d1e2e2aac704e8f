// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package calendar

import (
	"fmt"
	"math"
	"time"
)

// The Vietnamese lunar calendar after the method Hồ Ngọc Đức describes in
// "Thuật toán tính âm lịch": months begin on the day of the new moon at UTC+7,
// month 11 holds the winter solstice, and in a year of thirteen months the
// first one without a major solar term is the leap month. The astronomy is
// J. Meeus, Astronomical Formulae for Calculators (1979) ch. 32 for the new
// moon and Astronomical Algorithms (1998) ch. 25 for the sun. Good to a few
// minutes between 1800 and 2199; a new moon within minutes of midnight could
// be a day off.

const (
	synodicMonth = 29.530588853      // mean days from new moon to new moon
	firstNewMoon = 2415021.076998695 // Julian day of the first one of 1900
	zoneDays     = 7.0 / 24.0
)

// FromLunar returns the day of the Vietnamese lunar calendar: day (1..30) of
// month (1..12) of the lunar year that begins at Tết of the given solar year
// (1800..2199). Leap months are not reachable, since no public holiday falls in
// one. It fails when the month has only 29 days and day is 30, and on values
// out of range.
func FromLunar(year, month, day int) (Date, error) {
	if year < 1800 || year > 2199 || month < 1 || month > 12 || day < 1 || day > 30 {
		return Date{}, fmt.Errorf("lunar date %d/%d/%d is out of range", day, month, year)
	}
	winter := year // the solar year whose month 11 opens the twelve or thirteen months
	if month < 11 {
		winter--
	}
	from, to := monthEleven(winter), monthEleven(winter+1)
	k := int(math.Floor(0.5 + (float64(from)-firstNewMoon)/synodicMonth))
	steps := (month + 1) % 12 // months after month 11
	if to-from > 365 && steps >= leapSteps(k) {
		steps++
	}
	start := newMoonDay(k + steps)
	if day == 30 && newMoonDay(k+steps+1)-start < 30 {
		return Date{}, fmt.Errorf("lunar month %d/%d has 29 days", month, year)
	}
	return fromJulianDay(start + day - 1), nil
}

// leapSteps returns how many months after month 11, whose new moon is k, the
// leap month stands: the first month that ends in the same solar term it began
// in.
func leapSteps(k int) int {
	for i := 1; i < 13; i++ {
		if solarTerm(newMoonDay(k+i)) == solarTerm(newMoonDay(k+i+1)) {
			return i
		}
	}
	return 13
}

// monthEleven returns the Julian day number on which lunar month 11 of the
// solar year begins: the last new moon not after the winter solstice.
func monthEleven(year int) int {
	k := int(math.Floor((float64(julianDay(year, 12, 31)) - 2415021) / synodicMonth))
	start := newMoonDay(k)
	if solarTerm(start) >= 9 { // the sun is past 270 degrees
		start = newMoonDay(k - 1)
	}
	return start
}

// newMoonDay returns the Julian day number of the day in Vietnam that holds
// the k-th new moon after that of 1 January 1900.
func newMoonDay(k int) int { return int(math.Floor(newMoon(float64(k)) + 0.5 + zoneDays)) }

// newMoon returns the Julian date (UT) of the k-th new moon.
func newMoon(k float64) float64 {
	t := k / 1236.85 // Julian centuries from 1900 January 0.5
	t2, t3 := t*t, t*t*t
	mean := 2415020.75933 + 29.53058868*k + 0.0001178*t2 - 0.000000155*t3 + 0.00033*sin(166.56+132.87*t-0.009173*t2)
	sun := 359.2242 + 29.10535608*k - 0.0000333*t2 - 0.00000347*t3
	moon := 306.0253 + 385.81691806*k + 0.0107306*t2 + 0.00001236*t3
	node := 21.2964 + 390.67050646*k - 0.0016528*t2 - 0.00000239*t3
	c := (0.1734-0.000393*t)*sin(sun) + 0.0021*sin(2*sun) -
		0.4068*sin(moon) + 0.0161*sin(2*moon) - 0.0004*sin(3*moon) +
		0.0104*sin(2*node) - 0.0051*sin(sun+moon) - 0.0074*sin(sun-moon) +
		0.0004*sin(2*node+sun) - 0.0004*sin(2*node-sun) - 0.0006*sin(2*node+moon) +
		0.0010*sin(2*node-moon) + 0.0005*sin(2*moon+sun)
	lag := -0.000278 + 0.000265*t + 0.000262*t2 // dynamical less universal time, days
	if t < -11 {
		lag = 0.001 + 0.000839*t + 0.0002261*t2 - 0.00000845*t3 - 0.000000081*t*t3
	}
	return mean + c - lag
}

// solarTerm returns the twelfth of the ecliptic (0 from the March equinox, 9
// from the winter solstice) in which the sun stands when the day begins in
// Vietnam.
func solarTerm(day int) int {
	t := (float64(day) - 0.5 - zoneDays - 2451545.0) / 36525 // centuries from J2000
	t2 := t * t
	m := 357.52910 + 35999.05030*t - 0.0001559*t2 - 0.00000048*t*t2
	l := 280.46645 + 36000.76983*t + 0.0003032*t2
	l += (1.914600-0.004817*t-0.000014*t2)*sin(m) + (0.019993-0.000101*t)*sin(2*m) + 0.000290*sin(3*m)
	return int(math.Floor((l-360*math.Floor(l/360))/30)) % 12
}

func sin(degrees float64) float64 { return math.Sin(degrees * math.Pi / 180) }

// julianDay returns the Julian day number of a Gregorian day.
func julianDay(y, m, d int) int {
	return int(time.Date(y, time.Month(m), d, 0, 0, 0, 0, time.UTC).Unix()/86400) + 2440588
}

func fromJulianDay(n int) Date {
	y, m, d := time.Unix(int64(n-2440588)*86400, 0).UTC().Date()
	return Date{y, m, d}
}
