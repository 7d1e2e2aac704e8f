// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// This file counts what comes again. A turn is a stretch of the calendar, not a
// length from the day of issue: "hằng tháng" is each month of the year.

// Recurrences lists how often duties may come again (ISO 8601-1:2019 §5.5.2).
func Recurrences() []string {
	return []string{"P1D", "P1W", "P2W", "P1M", "P2M", "P3M", "P4M", "P6M", "P1Y", "P2Y", "P3Y", "P5Y"}
}

// turn is one of the stretches that a duty comes again in.
type turn struct {
	key         string // "2026-11-23", "2026-W48", "2026-11", "2026-Q4", "2026-H2", "2026", "2026-2027"
	first, last calendar.Date
}

// monday is the first day from which fortnights are counted.
var monday = calendar.Date{Year: 1970, Month: time.January, Day: 5}

// turnOf is the turn of recurrence in which day lies; false for one that is none
// of Recurrences. Turns of several years are counted from the year anchor.
func turnOf(recurrence string, day calendar.Date, anchor int) (turn, bool) {
	if !slices.Contains(Recurrences(), recurrence) {
		return turn{}, false
	}
	n, unit := int(recurrence[1]-'0'), recurrence[2]
	switch unit {
	case 'D':
		return turn{day.String(), day, day}, true
	case 'W':
		days := int(day.Start().Sub(monday.Start()) / (24 * time.Hour)) // Vietnam has no summer time
		first := day.AddDays(-(((days % (7 * n)) + 7*n) % (7 * n)))
		year, week := first.AddDays(3).Start().ISOWeek() // the Thursday is always in the ISO year
		return turn{strconv.Itoa(year) + "-W" + two(week), first, first.AddDays(7*n - 1)}, true
	case 'M':
		at := (int(day.Month) - 1) / n
		first := calendar.Date{Year: day.Year, Month: time.Month(at*n + 1), Day: 1}
		t := turn{first: first, last: first.AddMonths(n).AddDays(-1)}
		switch n {
		case 1:
			t.key = strconv.Itoa(day.Year) + "-" + two(at+1)
		case 3:
			t.key = strconv.Itoa(day.Year) + "-Q" + strconv.Itoa(at+1)
		case 6:
			t.key = strconv.Itoa(day.Year) + "-H" + strconv.Itoa(at+1)
		default:
			t.key = strconv.Itoa(day.Year) + "-" + two(int(first.Month)) + "+" + strconv.Itoa(n)
		}
		return t, true
	}
	from := day.Year - (((day.Year-anchor)%n)+n)%n
	t := turn{strconv.Itoa(from), calendar.Date{Year: from, Month: time.January, Day: 1}, calendar.Date{Year: from + n - 1, Month: time.December, Day: 31}}
	if n > 1 {
		t.key += "-" + strconv.Itoa(from+n-1)
	}
	return t, true
}

// anchor is the year from which turns of several years are counted: that of the
// paper, else that of today.
func (d Directive) anchor(today calendar.Date) int {
	if len(d.Date) >= 4 {
		if year, err := strconv.Atoi(d.Date[:4]); err == nil {
			return year
		}
	}
	return today.Year
}

var clockTime = regexp.MustCompile(`^([01]?\d|2[0-3]):([0-5]\d)$`)

// at is the hour of a day, its end without one.
func at(day calendar.Date, hour string) time.Time {
	m := clockTime.FindStringSubmatch(hour)
	if m == nil {
		return day.End()
	}
	hours, _ := strconv.Atoi(m[1])
	minutes, _ := strconv.Atoi(m[2])
	return day.Start().Add(time.Duration(hours)*time.Hour + time.Duration(minutes)*time.Minute)
}

// due is the last day of a turn under t: its end, or the day of its last month
// that the text names, and never behind the day on which it stops coming again.
func (t Term) due(u turn) calendar.Date {
	last := u.last
	if t.Day > 0 && u.first.AddDays(27).Compare(u.last) <= 0 { // a turn of a month or more
		month := calendar.Date{Year: u.last.Year, Month: u.last.Month, Day: 1}
		if day := month.AddDays(t.Day - 1); day.Month == month.Month {
			last = day
		}
	}
	if !t.Last.IsZero() && last.Compare(t.Last) > 0 {
		last = t.Last
	}
	return last
}

// begin is the turn that a duty which is issued now begins with: the first that
// can still be kept. Where it stopped coming again, it is the last one.
func (t Term) begin(today calendar.Date, now time.Time, anchor int) (turn, bool) {
	day := today
	if !t.First.IsZero() && day.Compare(t.First) < 0 {
		day = t.First
	}
	if !t.Last.IsZero() && day.Compare(t.Last) > 0 {
		day = t.Last
	}
	u, ok := turnOf(t.Recurrence, day, anchor)
	if !ok {
		return u, false
	}
	if next := u.last.AddDays(1); !at(t.due(u), t.Hour).After(now) && (t.Last.IsZero() || next.Compare(t.Last) <= 0) {
		return turnOf(t.Recurrence, next, anchor)
	}
	return u, true
}

// mostMissed bounds how many turns are opened at once that nobody opened in time,
// such as after a long standstill.
const mostMissed = 60

// since lists the turns behind the one of that key, up to today, the oldest first.
// What was missed is opened all the same: it is late, not lost.
func (t Term) since(key string, today calendar.Date, anchor int) []turn {
	var out []turn
	day := today
	if !t.Last.IsZero() && day.Compare(t.Last) > 0 {
		day = t.Last
	}
	for len(out) < mostMissed {
		u, ok := turnOf(t.Recurrence, day, anchor)
		if !ok || u.key <= key {
			break
		}
		if !t.First.IsZero() && u.last.Compare(t.First) < 0 {
			break
		}
		out = append(out, u)
		day = u.first.AddDays(-1)
	}
	slices.Reverse(out)
	return out
}

// inWindow keeps what comes every day within the campaign that the text is about,
// "hằng ngày trong dịp Tết": from its first day to its last. What comes every day
// without an end is for a person to look at.
func (s *Service) inWindow(it *Item, r Reading) {
	if it.Due.Sort != Every || it.Due.Recurrence != "P1D" || s.Days == nil {
		return
	}
	for _, about := range r.Windows {
		if about.Day.IsZero() {
			continue
		}
		for _, w := range slices.Concat(s.Days.Windows(about.Day.Year), s.Days.Windows(about.Day.Year-1)) {
			if w.First.Compare(about.Day) <= 0 && about.Day.Compare(w.Last) <= 0 {
				it.Due.First, it.Due.Last = w.First, w.Last
				it.why("due.window", about.Text, w.First.String(), w.Last.String())
				return
			}
		}
	}
	it.Sure = false
	it.why("due.endless")
}

// alwaysRule is by what words a requirement without a term holds at all times, and
// how often it is then proposed to be confirmed.
type alwaysRule struct {
	Words []string `yaml:"words"`
	Every string   `yaml:"every"`
}

// atAllTimes proposes that what is owed without a term holds at all times, where
// its words say so or nothing but the closing sentence asks it.
func (x *Lexicon) atAllTimes(it *Item) {
	if !it.Leaf || !it.Owed || it.Due.Sort != "" || it.Due.Text != "" || x.always.Every == "" {
		return
	}
	low := fold(it.Text)
	n := slices.IndexFunc(x.always.Words, func(w string) bool {
		for i := strings.Index(low, w); i >= 0; {
			before, _ := utf8.DecodeLastRuneInString(low[:i])
			if after, _ := utf8.DecodeRuneInString(low[i+len(w):]); !inWord(before) && !inWord(after) {
				return true
			}
			next := strings.Index(low[i+1:], w)
			if next < 0 {
				return false
			}
			i += 1 + next
		}
		return false
	})
	switch {
	case it.Path == closingPath:
		it.why("due.closing")
	case n >= 0:
		it.why("due.always", x.always.Words[n])
	default:
		return
	}
	it.Due, it.Sure = Term{Sort: Always, Recurrence: x.always.Every}, false
}
