// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package workdays_test

import (
	"context"
	"errors"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/workdays"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

type room struct {
	*workdays.Service
	records *db.DB
	told    int
}

// each runs test on both engines, with unit a below root and the real days.
func each(t *testing.T, test func(t *testing.T, r *room)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{auth.Migrations, audit.Migrations, workdays.Migrations}, func(t *testing.T, d *db.DB) {
		err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			for _, p := range [][2]string{{"root", "root"}, {"root", "a"}, {"a", "a"}} {
				if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", p[0], p[1]).Exec(ctx); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		test(t, open(t, d))
	})
}

// open is one process on the records.
func open(t *testing.T, d *db.DB) *room {
	t.Helper()
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	r := &room{records: d}
	r.Service = workdays.New(workdays.Deps{Records: d, Now: func() time.Time { return t0 }, Root: func(context.Context) (string, error) { return "root", nil },
		Calendar: laws.Calendar(), Hours: func(calendar.Date) (time.Duration, time.Duration, bool) { return 0, 0, false },
		Changed: func(context.Context) { r.told++ }})
	return r
}

func as(t *testing.T, role auth.Role, unit string) context.Context {
	t.Helper()
	return auth.With(t.Context(), auth.Actor{ID: "mai", Name: "Mai", Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func day(t *testing.T, s string) calendar.Date {
	t.Helper()
	d, err := calendar.ParseDate(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

func entry(t *testing.T, kind workdays.Kind, first, last string) workdays.Entry {
	t.Helper()
	e := workdays.Entry{Kind: kind, Name: " Nghỉ  bù ", First: day(t, first), Reason: "theo thông báo", Reference: "Thông báo 1/TB-BNV"}
	if last != "" {
		e.Last = day(t, last)
	}
	return e
}

var threeDays = calendar.Amount{N: 3, Unit: calendar.Day}

func due(r *room) calendar.Date {
	at, _ := r.Calendar.Due(t0, threeDays, calendar.Counting{})
	return calendar.DateOf(at.Add(-time.Second))
}

// A decision holds for the next term counted, tells who wants to know, and is
// withdrawn with a reason; both acts stand in the audit trail.
func TestADecisionHoldsAtOnceUntilItIsWithdrawn(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		centre := as(t, auth.Centre, "root")
		if got := due(r); got != day(t, "2026-11-25") {
			t.Fatalf("before: %s", got)
		}
		d, err := r.Decide(centre, entry(t, workdays.Off, "2026-11-25", "2026-11-26"))
		if err != nil || d.Name != "Nghỉ bù" || d.State != workdays.InForce || d.MadeName != "Mai" {
			t.Fatalf("%+v, %v", d, err)
		}
		if got := due(r); got != day(t, "2026-11-27") || r.told != 1 {
			t.Errorf("with the decision: %s, told %d times", got, r.told)
		}
		version := r.Calendar.Version()
		if err := r.Apply(t.Context()); err != nil || r.told != 1 || r.Calendar.Version() != version {
			t.Errorf("read again without a change: %v, told %d times", err, r.told)
		}
		other := open(t, r.records) // another process, or this one after a restart
		if err := other.Apply(t.Context()); err != nil || due(other) != day(t, "2026-11-27") || other.Calendar.Version() != version {
			t.Errorf("another process: %v, %s, %s", err, due(other), other.Calendar.Version())
		}
		if _, err := r.Withdraw(centre, d.ID, d.Version, " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("withdrawn without a reason: %v", err)
		}
		gone, err := r.Withdraw(centre, d.ID, d.Version, "nhập nhầm")
		if err != nil || gone.State != workdays.Withdrawn || gone.WithdrawnReason != "nhập nhầm" || r.told != 2 {
			t.Fatalf("%+v, %v, told %d times", gone, err, r.told)
		}
		if got := due(r); got != day(t, "2026-11-25") {
			t.Errorf("after: %s", got)
		}
		for _, version := range []int64{d.Version, gone.Version} {
			if _, err := r.Withdraw(centre, d.ID, version, "lần nữa"); !fault.Is(err, fault.Conflict) {
				t.Errorf("withdrawn twice: %v", err)
			}
		}
		rows, err := audit.Of(t.Context(), r.records, "calendar_decision", string(d.ID), 10)
		if err != nil || len(rows) != 2 || rows[0].Action != "calendar.withdraw" || rows[1].Action != "calendar.decide" || !strings.Contains(rows[1].Detail, "theo thông báo") {
			t.Errorf("%+v, %v", rows, err)
		}
	})
}

// The official notice takes the place of the provisional days.
func TestANoticeDecidesTheYear(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		centre := as(t, auth.Centre, "root")
		before, err := r.Of(centre, 2027)
		if err != nil || strings.Join(before.Open, " ") != "national-day-second tet" {
			t.Fatalf("%v, %v", before.Open, err)
		}
		e := entry(t, workdays.Off, "2027-02-04", "2027-02-08")
		e.Occasion = "tet"
		if _, err := r.Decide(centre, e); err != nil {
			t.Fatal(err)
		}
		after, err := r.Of(centre, 2027)
		if err != nil || strings.Join(after.Open, " ") != "national-day-second" {
			t.Fatalf("%v, %v", after.Open, err)
		}
		var off []string
		for _, d := range after.Days {
			if d.Date.Month == time.February {
				off = append(off, d.Date.String()[8:])
			}
			if d.Off.Provisional {
				t.Errorf("%s is still provisional", d.Date)
			}
		}
		// Thursday 04 to Monday 08, and two days in lieu of the weekend 06, 07.
		if got := strings.Join(off, " "); got != "04 05 06 07 08 09 10" {
			t.Errorf("off in February: %s", got)
		}
		if _, err := r.Decide(centre, e); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["occasion"] == "" {
			t.Errorf("a second notice of the year: %v", err)
		}
	})
}

// Every day worked in exchange that the program knows says for which day, and on
// what basis.
func TestDaysWorkedInExchangeHaveABasis(t *testing.T) {
	t.Parallel()
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	svc := workdays.New(workdays.Deps{Calendar: laws.Calendar()})
	worked := 0
	for year := 2015; year < 2028; year++ {
		y, err := svc.Of(as(t, auth.Centre, "root"), year)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range y.Days {
			if !d.Worked {
				continue
			}
			worked++
			if off, is := laws.Calendar().Off(d.For); !is || off.Rule != d.Off.Rule || d.Off.Source == "" || d.Mark == "" {
				t.Errorf("%s is worked for %s (off: %t) by %+v, known as %q", d.Date, d.For, is, d.Off, d.Mark)
			}
		}
	}
	if worked == 0 {
		t.Error("the calendar has no day worked in exchange")
	}
}

func TestSwapsAndWindows(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		centre := as(t, auth.Centre, "root")
		swap := entry(t, workdays.Swap, "2026-11-23", "")
		swap.Worked = day(t, "2026-11-28")
		if _, err := r.Decide(centre, swap); err != nil {
			t.Fatal(err)
		}
		window := entry(t, workdays.Window, "2026-12-01", "2026-12-10")
		if _, err := r.Decide(centre, window); err != nil {
			t.Fatal(err)
		}
		y, err := r.Of(centre, 2026)
		if err != nil {
			t.Fatal(err)
		}
		var days []string
		for _, d := range y.Days {
			if d.Date.Month == time.November {
				days = append(days, d.Date.String()[8:])
				if d.Worked != (d.Date.Day == 28) {
					t.Errorf("%s: worked %v", d.Date, d.Worked)
				}
				if d.Worked && (d.For != day(t, "2026-11-23") || d.Off.Source != "Thông báo 1/TB-BNV" || d.Off.Name.VI != "Nghỉ bù") {
					t.Errorf("%s is worked for %s, by %+v", d.Date, d.For, d.Off)
				}
			}
		}
		if strings.Join(days, " ") != "23 24 28" {
			t.Errorf("days of November: %v", days)
		}
		found := false
		for _, w := range y.Windows {
			found = found || (w.First == day(t, "2026-12-01") && w.Last == day(t, "2026-12-10") && w.Source == "Thông báo 1/TB-BNV")
		}
		if !found {
			t.Errorf("windows %+v", y.Windows)
		}
		for kind, want := range map[workdays.Kind]int64{workdays.Swap: 1, workdays.Window: 1, workdays.Off: 0, "": 2} {
			if _, n, err := r.List(centre, workdays.Filter{Kind: kind, Year: 2026, Limit: 10}); err != nil || n != want {
				t.Errorf("%q: %d, %v", kind, n, err)
			}
		}
		if list, n, err := r.List(centre, workdays.Filter{Search: "thong bao 1", State: workdays.Any, Limit: 1}); err != nil || n != 2 || len(list) != 1 || list[0].Kind != workdays.Window {
			t.Errorf("searched: %+v, %d, %v", list, n, err)
		}
	})
}

func TestDecideRefusesWhatDoesNotFit(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		centre := as(t, auth.Centre, "root")
		for outcome, c := range map[string]struct {
			field string
			edit  func(e *workdays.Entry)
		}{
			"no name":                 {"name", func(e *workdays.Entry) { e.Name = " " }},
			"no reason":               {"reason", func(e *workdays.Entry) { e.Reason = "" }},
			"a paper without end":     {"reference", func(e *workdays.Entry) { e.Reference = strings.Repeat("x", 201) }},
			"no day":                  {"first", func(e *workdays.Entry) { e.First = calendar.Date{} }},
			"a day of long ago":       {"first", func(e *workdays.Entry) { e.First, e.Last = day(t, "1999-12-31"), calendar.Date{} }},
			"days back to front":      {"last", func(e *workdays.Entry) { e.Last = day(t, "2026-12-01") }},
			"a month and more":        {"last", func(e *workdays.Entry) { e.Last = day(t, "2027-02-01") }},
			"days that are off":       {"first", func(e *workdays.Entry) { e.First, e.Last = day(t, "2026-12-05"), day(t, "2026-12-06") }},
			"an unknown occasion":     {"occasion", func(e *workdays.Entry) { e.Occasion = "easter" }},
			"a year with its notice":  {"occasion", func(e *workdays.Entry) { e.Occasion = "tet" }},
			"a notice over two years": {"last", func(e *workdays.Entry) { e.Occasion, e.Last = "national-day-second", day(t, "2027-01-05") }},
			"an unknown kind":         {"kind", func(e *workdays.Entry) { e.Kind = "party" }},
			"a swap of a rest day": {"first", func(e *workdays.Entry) {
				e.Kind, e.First, e.Worked = workdays.Swap, day(t, "2026-12-19"), day(t, "2026-12-20")
			}},
			"a swap for a workday": {"worked", func(e *workdays.Entry) { e.Kind, e.Worked = workdays.Swap, day(t, "2026-12-22") }},
			"a swap for a holiday": {"worked", func(e *workdays.Entry) { e.Kind, e.Worked = workdays.Swap, day(t, "2026-11-24") }},
			"a swap for nothing":   {"worked", func(e *workdays.Entry) { e.Kind = workdays.Swap }},
			"a window of a year":   {"last", func(e *workdays.Entry) { e.Kind, e.Last = workdays.Window, day(t, "2027-12-21") }},
		} {
			e := entry(t, workdays.Off, "2026-12-21", "2026-12-22")
			c.edit(&e)
			_, err := r.Decide(centre, e)
			if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[c.field] == "" {
				t.Errorf("%s: %v, fields %v", outcome, err, fault.Of(err).Fields)
			}
		}
		if _, n, err := r.List(centre, workdays.Filter{State: workdays.Any, Limit: 1}); err != nil || n != 0 || r.told != 0 {
			t.Errorf("%d were stored, %v, told %d times", n, err, r.told)
		}
	})
}

func TestWhoMayDecide(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		e := entry(t, workdays.Off, "2026-12-21", "")
		for name, who := range map[string]context.Context{"a viewer": as(t, auth.Viewer, "root"), "an administrator": as(t, auth.Administrator, "root"),
			"an officer of one unit": as(t, auth.Centre, "a")} {
			if _, err := r.Decide(who, e); !fault.Is(err, fault.Forbidden) {
				t.Errorf("%s decides: %v", name, err)
			}
			if _, err := r.Of(who, 2026); err != nil || r.MayDecide(who) {
				t.Errorf("%s reads: %v", name, err)
			}
		}
		if _, err := r.Of(t.Context(), 2026); err == nil {
			t.Error("somebody not signed in reads")
		}
		if _, err := r.Get(as(t, auth.Viewer, "a"), "none"); !fault.Is(err, fault.NotFound) {
			t.Errorf("a decision that is not there: %v", err)
		}
	})
}

// A decision whose row cannot be written leaves the days as they were.
func TestAFailedWriteChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, r *room) {
		ctx, cancel := context.WithCancelCause(as(t, auth.Centre, "root"))
		cancel(errors.New("gone"))
		was := r.Calendar.Version()
		if _, err := r.Decide(ctx, entry(t, workdays.Off, "2026-12-21", "")); err == nil || r.Calendar.Version() != was || r.told != 0 {
			t.Errorf("%v, %s, told %d times", err, r.Calendar.Version(), r.told)
		}
	})
}
