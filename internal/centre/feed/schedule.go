// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Schedule says when a feed is asked: each so often, or at times of the day in
// Việt Nam. One of the two is set.
type Schedule struct {
	Every time.Duration // Floor..Ceiling, whole minutes; zero: At says when
	At    []string      // "HH:MM", sorted, at most MaxTimes; empty: Every says when
}

// The bounds of a schedule. Public feeds ask their readers not to come more
// often; see the catalogue.
const (
	Floor    = 15 * time.Minute
	Ceiling  = 30 * 24 * time.Hour
	MaxTimes = 24
)

const clock = "15:04"

// ParseTimes reads times of the day parted by blanks, commas or semicolons;
// false when one is none, or there are none or more than MaxTimes.
func ParseTimes(text string) ([]string, bool) {
	var out []string
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return strings.ContainsRune(",; \t\r\n", r) }) {
		if len(word) == len("6:00") {
			word = "0" + word
		}
		t, err := time.Parse(clock, word)
		if err != nil {
			return nil, false
		}
		out = append(out, t.Format(clock))
	}
	slices.Sort(out)
	out = slices.Compact(out)
	return out, len(out) > 0 && len(out) <= MaxTimes
}

// check is the catalogue key of what is wrong with s and its form field; empty
// when nothing is.
func (s Schedule) check() (field, key string) {
	if len(s.At) > 0 {
		if again, ok := ParseTimes(strings.Join(s.At, " ")); !ok || s.Every != 0 || !slices.Equal(again, s.At) {
			return "times", "feed.bad.times"
		}
		return "", ""
	}
	if s.Every < Floor || s.Every > Ceiling || s.Every%time.Minute != 0 {
		return "every", "feed.bad.every"
	}
	return "", ""
}

// Next is the first moment after now at which s asks, UTC.
func (s Schedule) Next(now time.Time) time.Time {
	if len(s.At) == 0 {
		return now.Add(s.Every).UTC()
	}
	local := now.In(calendar.Zone())
	for day := range 3 {
		for _, at := range s.At {
			t, err := time.Parse(clock, at)
			if err != nil { // check refused it
				continue
			}
			next := time.Date(local.Year(), local.Month(), local.Day()+day, t.Hour(), t.Minute(), 0, 0, calendar.Zone())
			if next.After(now) {
				return next.UTC()
			}
		}
	}
	return now.Add(24 * time.Hour).UTC()
}

// Interval is the longest time between two askings by s.
func (s Schedule) Interval() time.Duration {
	if len(s.At) == 0 {
		return s.Every
	}
	var longest time.Duration
	at := s.Next(time.Date(2026, 1, 1, 0, 0, 0, 0, calendar.Zone()))
	for range s.At {
		next := s.Next(at)
		longest, at = max(longest, next.Sub(at)), next
	}
	return longest
}

// String is s as the records keep it: minutes, or times parted by blanks.
func (s Schedule) String() string {
	if len(s.At) > 0 {
		return strings.Join(s.At, " ")
	}
	return strconv.FormatInt(int64(s.Every/time.Minute), 10)
}

// parseSchedule reads what String wrote; anything else is the zero value.
func parseSchedule(text string) Schedule {
	if n, err := strconv.ParseInt(text, 10, 64); err == nil {
		return Schedule{Every: time.Duration(n) * time.Minute}
	}
	at, ok := ParseTimes(text)
	if !ok {
		return Schedule{}
	}
	return Schedule{At: at}
}

// slack is the most that is added by chance to a moment that is wait ahead, so
// that not every centre asks at the same second.
func slack(wait time.Duration) time.Duration { return min(wait/10, 10*time.Minute) }

const (
	firstWait   = 5 * time.Minute
	longestWait = 6 * time.Hour
)

// backoff is the pause after n failures in a row: 5 minutes, doubled each time,
// at most six hours or the schedule's interval, and not before the sender asks
// for (Retry-After), which is heard up to a day.
func backoff(n int64, interval, asked time.Duration) time.Duration {
	wait := longestWait
	if n < 8 {
		wait = min(firstWait<<max(0, n-1), longestWait)
	}
	return max(min(wait, max(interval, firstWait)), min(asked, 24*time.Hour))
}
