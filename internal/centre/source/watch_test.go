// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// days is the calendar of the product.
func days(t *testing.T) *calendar.Calendar {
	t.Helper()
	packs, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	return packs.Calendar()
}

// hours are those of the product's rule packs.
func hours(t *testing.T) func(calendar.Date) (from, to time.Duration, ok bool) {
	t.Helper()
	packs, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	return func(day calendar.Date) (from, to time.Duration, ok bool) {
		pack := packs.At(day)
		opens, okFrom := pack.Threshold("office_opens")
		closes, okTo := pack.Threshold("office_closes")
		return time.Duration(opens.Value) * time.Minute, time.Duration(closes.Value) * time.Minute, okFrom && okTo
	}
}

// TestOfficeHoursAreTheRulePacks moves the hours, and takes them away.
func TestOfficeHoursAreTheRulePacks(t *testing.T) {
	each(t, func(h *house) {
		day := calendar.Date{Year: 2026, Month: time.November, Day: 25} // a Wednesday that is worked
		if from, to, ok := h.OfficeHours(day); from != "07:30" || to != "17:00" || !ok {
			h.t.Errorf("the pack says %s to %s, %v", from, to, ok)
		}
		h.now = day.Start().Add(6 * time.Hour)
		s := h.watched("a", source.Rhythm{Minutes: 30, Office: true})
		h.line(s, h.now, 1)
		h.Hours = func(calendar.Date) (from, to time.Duration, ok bool) { return 10 * time.Hour, 16 * time.Hour, true }
		for at := h.now; at.Before(day.Start().Add(10*time.Hour + 30*time.Minute)); at = at.Add(5 * time.Minute) {
			h.tick(at)
		}
		if got := h.alerts(); got != "" {
			h.t.Errorf("before the hours of this pack were over, told %q", got)
		}
		h.tick(day.Start().Add(10*time.Hour + 30*time.Minute))
		if got := h.alerts(); !strings.HasPrefix(got, "silent") {
			h.t.Errorf("half an hour after they began, told %q", got)
		}
		h.Hours = nil
		if _, _, ok := h.OfficeHours(day); ok {
			h.t.Error("hours without a pack")
		}
	})
}

// line brings lines at a moment that are about it.
func (h *house) line(s source.Source, at time.Time, n int64) {
	h.t.Helper()
	h.count(source.Counted{Source: s.ID, Owner: s.Owner, Way: "w", Received: at, Bytes: n * 100, Lines: n, Parsed: n, Latest: at,
		Hours: map[time.Time]int64{at: n}})
}

// tick runs the watch at a moment.
func (h *house) tick(at time.Time) {
	h.t.Helper()
	h.now = at
	if err := h.Watch(h.t.Context()); err != nil {
		h.t.Fatal(err)
	}
}

// run lets minutes pass, with a line in each for which speaks says so.
func (h *house) run(s source.Source, from, to time.Time, speaks func(at time.Time) bool) {
	h.t.Helper()
	for at := from; !at.After(to); at = at.Add(time.Minute) {
		if speaks(at) {
			h.line(s, at, 1)
		}
		h.tick(at)
	}
}

// alerts are the alerts told since it was last asked, as "kind hh:mm" in Hanoi.
func (h *house) alerts() string {
	var out []string
	for _, a := range h.told {
		out = append(out, string(a.Kind)+" "+a.At.In(calendar.Zone()).Format("15:04"))
	}
	h.told = nil
	return strings.Join(out, ", ")
}

func (h *house) watched(unit string, r source.Rhythm) source.Source {
	h.t.Helper()
	s := h.source(unit)
	if err := h.SetRhythm(h.as(auth.Centre, "root"), s.ID, r); err != nil {
		h.t.Fatal(err)
	}
	return s
}

func hanoi(day, hour, minute int) time.Time {
	return time.Date(2026, time.November, day, hour, minute, 0, 0, calendar.Zone())
}

func always(time.Time) bool { return true }

func never(time.Time) bool { return false }

func TestAFirewallThatStopsAtTwoIsToldWithinItsRhythmAndAMinute(t *testing.T) {
	each(t, func(h *house) {
		h.now = hanoi(21, 21, 0)
		s := h.watched("a", source.Rhythm{Minutes: 15})
		h.run(s, hanoi(22, 1, 30), hanoi(22, 2, 0), always)
		if got := h.alerts(); got != "" {
			h.t.Fatalf("told while it spoke: %s", got)
		}
		h.run(s, hanoi(22, 2, 1), hanoi(22, 6, 0), never)
		if got := h.alerts(); got != "silent 02:15" {
			h.t.Errorf("told %q, want the silence once, by 02:16", got)
		}
		h.run(s, hanoi(22, 6, 1), hanoi(22, 6, 30), always)
		if got := h.alerts(); got != "back 06:01" {
			h.t.Errorf("told %q, want that it is back, once", got)
		}
		gaps, err := h.Gaps(h.as(auth.Duty, "a"), s.ID)
		if err != nil || len(gaps) != 1 || !gaps[0].From.Equal(hanoi(22, 2, 0)) || !gaps[0].To.Equal(hanoi(22, 6, 1)) {
			h.t.Errorf("gaps: %v, %v", gaps, err)
		}
		h.now = hanoi(22, 7, 0)
		night, err := h.Covered(h.as(auth.Duty, "a"), "a", hanoi(22, 3, 0), hanoi(22, 6, 0))
		if err != nil || night.Seen != 0 || night.Expected != 3 || night.Verdict(80) != source.NoData {
			h.t.Errorf("the night: %+v, %v", night, err)
		}
		whole, err := h.Covered(h.as(auth.Duty, "a"), "a", hanoi(22, 1, 0), hanoi(22, 7, 0))
		if err != nil || whole.Seen != 3 || whole.Expected != 6 || whole.Verdict(80) != source.Partly || len(whole.Missing) != 1 || whole.Missing[0].Hours != 3 {
			h.t.Errorf("the whole night: %+v, %v", whole, err)
		}
	})
}

func TestASourceThatFlapsIsToldOnceAsFlapping(t *testing.T) {
	each(t, func(h *house) {
		h.now = hanoi(21, 21, 0)
		s := h.watched("a", source.Rhythm{Minutes: 5})
		// 10 minutes of lines, 10 of silence, for three hours.
		h.run(s, hanoi(22, 8, 0), hanoi(22, 11, 0), func(at time.Time) bool { return at.Minute()/10%2 == 0 })
		if got := h.alerts(); got != "silent 08:14, back 08:20, silent 08:34, flapping 08:40" {
			h.t.Errorf("told %q", got)
		}
		h.run(s, hanoi(22, 11, 1), hanoi(22, 17, 10), always)
		if got := h.alerts(); !strings.HasPrefix(got, "back 1") || strings.Contains(got, ",") {
			h.t.Errorf("after it settled, told %q; want that it is back, once", got)
		}
	})
}

func TestOfficeHoursLeaveOutNightsWeekendsAndTet(t *testing.T) {
	each(t, func(h *house) {
		// Tết 2027: the last working day before is 4 February, the next 11 or later.
		last := time.Date(2027, time.February, 3, 16, 50, 0, 0, calendar.Zone())
		h.now = last.Add(-24 * time.Hour)
		s := h.watched("a", source.Rhythm{Minutes: 30, Office: true})
		h.line(s, last, 1)
		cal := days(h.t)
		next := cal.NextWorkingDay(calendar.DateOf(last))
		h.tick(last.Add(time.Minute))
		for at := last; at.Before(next.Start().Add(7*time.Hour + 49*time.Minute)); at = at.Add(7 * time.Minute) {
			h.tick(at)
		}
		if got := h.alerts(); got != "" {
			h.t.Fatalf("told %q out of office hours", got)
		}
		h.tick(next.Start().Add(7*time.Hour + 50*time.Minute)) // 10 minutes on the day before and 20 today
		if got := h.alerts(); got != "silent 07:50" {
			h.t.Errorf("told %q", got)
		}
		tet := time.Date(2027, time.February, 6, 0, 0, 0, 0, calendar.Zone()) // first day of the first month
		h.line(s, tet.Add(-34*time.Hour), 1)
		h.tick(tet.Add(-34 * time.Hour))
		h.alerts()
		for at := tet.Add(-10 * time.Hour); at.Before(tet.Add(72 * time.Hour)); at = at.Add(time.Hour) {
			if cal.IsWorkingDay(calendar.DateOf(at)) {
				h.t.Fatalf("%s is worked: the test means Tết", at)
			}
			h.tick(at)
		}
		if got := h.alerts(); got != "" && !strings.HasPrefix(got, "silent") || strings.Contains(got, ",") {
			h.t.Errorf("told %q over Tết", got)
		}
		h.now = tet.Add(72 * time.Hour)
		c, err := h.Covered(h.as(auth.Duty, "a"), "a", tet, tet.Add(72*time.Hour))
		if err != nil || c.Expected != 0 {
			h.t.Errorf("hours of Tết were expected: %+v, %v", c, err)
		}
	})
}

func TestTheZoneHasNoSummerTimeSoEveryDayHasItsHours(t *testing.T) {
	each(t, func(h *house) {
		for unit, month := range map[string]time.Month{"a": time.March, "b": time.October} { // when others change their clocks
			start := time.Date(2027, month, 28, 0, 0, 0, 0, calendar.Zone())
			h.now = start.Add(-48 * time.Hour)
			h.watched(unit, source.Rhythm{Minutes: 60})
			h.now = start.Add(25 * time.Hour)
			c, err := h.Covered(h.as(auth.Duty, "root"), unit, start, start.Add(24*time.Hour))
			if err != nil || c.Expected != 24 {
				h.t.Errorf("%s: %+v, %v; want 24 expected hours", month, c, err)
			}
		}
	})
}

func TestNobodyWaitsForUploadsByHand(t *testing.T) {
	each(t, func(h *house) {
		s := h.source("a")
		h.line(s, t0, 5)
		h.tick(t0.Add(100 * time.Hour))
		if got := h.alerts(); got != "" {
			h.t.Errorf("told %q", got)
		}
		c, err := h.Covered(h.as(auth.Duty, "a"), "a", t0, t0.Add(5*time.Hour))
		if err != nil || c.Verdict(80) != source.Unwatched || c.Unasked != 1 {
			h.t.Errorf("%+v, %v", c, err)
		}
		none, err := h.Covered(h.as(auth.Duty, "b"), "b", t0, t0.Add(5*time.Hour))
		if err != nil || none.Verdict(80) != source.NoSource {
			h.t.Errorf("a unit without source: %+v, %v", none, err)
		}
	})
}

func TestASourceWithAWayInIsWatchedByItsFormat(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.as(auth.Centre, "root")
		s, err := h.Create(ctx, source.Source{Name: "dns", Owner: "a", Format: "bind9"})
		if err != nil {
			h.t.Fatal(err)
		}
		h.way(s, source.Way{Kind: source.SyslogUDP, Network: "10.1.1.1"})
		if r, err := h.Rhythm(ctx, s.ID); err != nil || r.Minutes != 15 || r.Chosen {
			h.t.Errorf("rhythm %+v, %v", r, err)
		}
		h.tick(t0)
		if got := h.life(s); got != source.NeverHeard {
			h.t.Errorf("state %q", got)
		}
		h.line(s, t0.Add(time.Minute), 1)
		h.tick(t0.Add(2 * time.Minute))
		if got := h.life(s); got != source.Living {
			h.t.Errorf("state %q", got)
		}
		h.count(source.Counted{Source: s.ID, Owner: "a", Received: t0.Add(3 * time.Minute), Lines: 1, Parsed: 1, Latest: t0.Add(-time.Hour),
			Hours: map[time.Time]int64{t0.Add(-time.Hour): 1}})
		h.tick(t0.Add(3 * time.Minute))
		if got := h.life(s); got != source.Late {
			h.t.Errorf("state %q of a source that speaks of an hour ago", got)
		}
		h.tick(t0.Add(30 * time.Minute))
		if got := h.alerts(); !strings.HasPrefix(got, "silent") {
			h.t.Errorf("told %q", got)
		}
	})
}

func (h *house) life(s source.Source) source.Life {
	h.t.Helper()
	l, err := h.Live(h.as(auth.Duty, "root"), s.ID)
	if err != nil {
		h.t.Fatal(err)
	}
	return l.State
}

func TestTheHistoryOfTheWatchOutlivesItsChoice(t *testing.T) {
	each(t, func(h *house) {
		ctx := h.as(auth.Centre, "root")
		h.now = t0.Add(-time.Hour)
		s := h.watched("a", source.Rhythm{Minutes: 60})
		h.now = t0.Add(10 * time.Hour)
		before, err := h.Covered(ctx, "a", t0, h.now)
		if err != nil || before.Expected != 10 {
			h.t.Fatalf("%+v, %v", before, err)
		}
		if err := h.SetRhythm(ctx, s.ID, source.Rhythm{Minutes: 0, Version: 1}); err != nil {
			h.t.Fatal(err)
		}
		h.now = t0.Add(20 * time.Hour)
		after, err := h.Covered(ctx, "a", t0, h.now)
		if err != nil || after.Expected != before.Expected || after.Verdict(80) != source.NoData {
			h.t.Errorf("ending the watch made the past better: %+v, %v", after, err)
		}
		if err := h.SetRhythm(ctx, s.ID, source.Rhythm{Minutes: 5, Version: 1}); !fault.Is(err, fault.Conflict) {
			h.t.Errorf("an outdated version: %v", err)
		}
	})
}

func TestARateThatBreaksItsWeeklyPatternIsToldOnce(t *testing.T) {
	each(t, func(h *house) {
		hour := hanoi(20, 9, 0)
		h.now = hour.AddDate(0, 0, -29)
		s := h.watched("a", source.Rhythm{Minutes: 60})
		for week, n := range []int64{100, 120, 80} {
			h.line(s, hour.AddDate(0, 0, -7*(week+1)), n)
		}
		h.line(s, hour, 15)
		h.line(s, hour.Add(time.Hour), 1)
		h.tick(hour.Add(65 * time.Minute))
		if got := h.alerts(); got != "" {
			h.t.Fatalf("told %q before the hour had settled", got)
		}
		h.tick(hour.Add(70 * time.Minute))
		h.tick(hour.Add(71 * time.Minute))
		if len(h.told) != 1 || h.told[0].Kind != source.AlertRate || h.told[0].Lines != 15 || h.told[0].Usual != 100 || !h.told[0].Since.Equal(hour) {
			h.t.Errorf("told %+v", h.told)
		}
	})
}

func TestASourceAboveThatSeesTheUnitsBelowCountsForThem(t *testing.T) {
	each(t, func(h *house) {
		h.now = t0.Add(-time.Hour)
		s := h.watched("root", source.Rhythm{Minutes: 60, Below: true})
		h.line(s, t0, 1)
		h.now = t0.Add(2 * time.Hour)
		c, err := h.Covered(h.as(auth.Duty, "a"), "a", t0, h.now)
		if err != nil || c.Seen != 1 || c.Expected != 2 || c.Sources != 1 || len(c.Missing) != 0 {
			h.t.Errorf("%+v, %v; want its hours and not its name", c, err)
		}
		if _, err := h.Covered(h.as(auth.Duty, "a"), "b", t0, h.now); !fault.Is(err, fault.NotFound) {
			h.t.Errorf("another unit's coverage: %v", err)
		}
	})
}

func TestASuggestionNeedsAWeekOfDays(t *testing.T) {
	each(t, func(h *house) {
		s, ctx := h.source("a"), h.as(auth.Duty, "a")
		for day := range 10 {
			at := t0.AddDate(0, 0, day)
			h.line(s, at, 1)
			h.line(s, at.Add(24*time.Hour-30*time.Minute), 1)
		}
		h.now = t0.AddDate(0, 0, 10)
		if got, err := h.Suggest(ctx, s.ID); err != nil || got != 2880 {
			h.t.Errorf("suggested %d, %v; want two days for gaps of a day", got, err)
		}
		other := h.source("b")
		if got, err := h.Suggest(h.as(auth.Duty, "b"), other.ID); err != nil || got != 0 {
			h.t.Errorf("suggested %d, %v, without data", got, err)
		}
	})
}

// Two processes that look at the same minute tell once.
func TestTwoWatchersTellOnce(t *testing.T) {
	each(t, func(h *house) {
		h.now = t0
		s := h.watched("a", source.Rhythm{Minutes: 5})
		h.line(s, t0, 1)
		h.tick(t0.Add(time.Minute))
		twin := source.New(h.Deps)
		h.now = t0.Add(10 * time.Minute)
		for _, err := range []error{h.Watch(h.t.Context()), twin.Watch(h.t.Context())} {
			if err != nil {
				h.t.Fatal(err)
			}
		}
		if got := h.alerts(); strings.Count(got, "silent") != 1 {
			h.t.Errorf("told %q", got)
		}
	})
}
