// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// A holiday decided after a term began moves the open terms in days that it
// falls into, keeps the old term in the history, and moves nothing else.
func TestAHolidayDecidedLaterMovesOpenTermsInDays(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		cal, err := calendar.New("days-1", []calendar.Rule{{ID: "weekend", Kind: calendar.Weekly, Name: calendar.Name{VI: "nghỉ", EN: "rest"},
			Weekdays: []time.Weekday{time.Saturday, time.Sunday}, Source: "test"}})
		if err != nil {
			t.Fatal(err)
		}
		counted := func(subject string, a calendar.Amount) obligation.Obligation {
			n := duty("a", subject, "clock", t0, 1)
			_, n.Explanation = cal.Due(t0, a, calendar.Counting{})
			return b.open(t.Context(), n)
		}
		days := counted("s1", calendar.Amount{N: 3, Unit: calendar.WorkingDay}) // Sat 21/11: Mon, Tue, Wed 25/11
		hours := counted("s2", calendar.Amount{N: 96, Unit: calendar.Hour})
		done := counted("s3", calendar.Amount{N: 3, Unit: calendar.WorkingDay})
		ctx := as(t, "chi", auth.Centre, "tinh")
		if _, err := b.svc.Meet(ctx, done.ID, obligation.Proof{At: b.now, How: "đã gửi"}, done.Version); err != nil {
			t.Fatal(err)
		}
		if moved, err := b.svc.Recount(t.Context(), cal); err != nil || moved != 0 {
			t.Fatalf("the same calendar moved %d: %v", moved, err)
		}
		holiday := calendar.Rule{ID: "extra", Kind: calendar.Listed, Name: calendar.Name{VI: "nghỉ thêm", EN: "extra"},
			Dates: []calendar.Date{{Year: 2026, Month: time.November, Day: 24}}, Source: "test"}
		if err := cal.Amend("extra", []calendar.Rule{holiday}, nil); err != nil {
			t.Fatal(err)
		}
		if moved, err := b.svc.Recount(t.Context(), cal); err != nil || moved != 1 {
			t.Fatalf("moved %d: %v", moved, err)
		}
		if moved, err := b.svc.Recount(t.Context(), cal); err != nil || moved != 0 {
			t.Fatalf("a second count moved %d: %v", moved, err)
		}
		for _, k := range []struct {
			o    obligation.Obligation
			want time.Time
		}{{days, time.Date(2026, 11, 27, 0, 0, 0, 0, hanoi)}, {hours, hours.DueAt}, {done, done.DueAt}} {
			if got, err := b.svc.Get(ctx, k.o.ID); err != nil || !got.DueAt.Equal(k.want) {
				t.Errorf("%s is due %s, want %s: %v", k.o.Subject.ID, got.DueAt, k.want, err)
			}
		}
		terms, err := b.svc.Terms(ctx, days.ID)
		if err != nil || len(terms) != 2 {
			t.Fatalf("%d terms: %v", len(terms), err)
		}
		var causes []obligation.TermCause
		for _, k := range terms {
			causes = append(causes, k.Cause)
			if k.Cause == obligation.TermRecomputed && k.Reason == "" || k.Cause == obligation.TermOpened && !k.DueAt.Equal(days.DueAt) {
				t.Errorf("term %+v", k)
			}
		}
		if causes[0] == causes[1] {
			t.Errorf("causes %v", causes)
		}
	})
}
