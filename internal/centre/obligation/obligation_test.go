// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"context"
	"io/fs"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

var (
	hanoi = calendar.Zone()
	t0    = time.Date(2026, 11, 21, 3, 12, 0, 0, hanoi)

	sources = []fs.FS{auth.Migrations, audit.Migrations, obligation.Migrations}
)

// bench is a room over an empty database with two communes under a province, and
// a clock the test sets.
type bench struct {
	t   testing.TB
	db  *db.DB
	svc *obligation.Service
	now time.Time
}

func newBench(t testing.TB, d *db.DB) *bench {
	b := &bench{t: t, db: d, now: t0.Add(10 * time.Minute)}
	b.svc = obligation.New(obligation.Deps{Records: d, Now: func() time.Time { return b.now }})
	err := d.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES ('tinh','tinh'),('tinh','a'),('tinh','b'),('a','a'),('b','b')").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func as(t testing.TB, id string, role auth.Role, unit string) context.Context {
	return auth.With(t.Context(), auth.Actor{ID: id, Name: "Nguyễn " + id, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
}

func duty(unit, subject, clock string, start time.Time, hours int) obligation.Duty {
	return obligation.Duty{Kind: "incident.report", Title: rulepack.Label{VI: "Báo cáo " + clock, EN: "Report " + clock}, UnitID: unit,
		Addressee: obligation.Addressee{ID: "bca", Name: rulepack.Label{VI: "Bộ Công an", EN: "Ministry"}},
		Subject:   obligation.Subject{Kind: "incident", ID: subject, Label: "SC-2026-0001"}, PackID: "VN-TEST", PackHash: "abc", ClockID: clock,
		Basis: "Nghị định thử, Điều 1", RemindBefore: []int{4, 1},
		Explanation: calendar.Explanation{Start: start, Amount: calendar.Amount{N: hours, Unit: calendar.Hour},
			Due: start.Add(time.Duration(hours) * time.Hour)}}
}

func (b *bench) open(ctx context.Context, n obligation.Duty) obligation.Obligation {
	b.t.Helper()
	var o obligation.Obligation
	err := b.db.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		o, err = b.svc.Open(ctx, tx, n)
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return o
}

func (b *bench) recompute(ctx context.Context, n obligation.Duty) bool {
	b.t.Helper()
	var changed bool
	err := b.db.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) (err error) {
		_, changed, err = b.svc.Recompute(ctx, tx, n, "đổi mốc T0")
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return changed
}

func (b *bench) audits(action string) int64 {
	b.t.Helper()
	n, err := b.db.Read().NewSelect().Table("audit_entry").Where("action = ?", action).Count(b.t.Context())
	if err != nil {
		b.t.Fatal(err)
	}
	return n
}

func TestOpenTwiceOpensOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		first, second := b.open(ctx, duty("a", "i1", "24h", t0, 24)), b.open(ctx, duty("a", "i1", "24h", t0, 24))
		if first.ID != second.ID || b.audits("obligation.open") != 1 {
			t.Errorf("ids %s and %s, %d audit entries", first.ID, second.ID, b.audits("obligation.open"))
		}
		if got, want := first.DueAt, t0.Add(24*time.Hour); !got.Equal(want) {
			t.Errorf("due %v, want %v", got, want)
		}
		other := duty("a", "i1", "24h", t0, 24)
		other.Addressee.ID = "cat"
		if third := b.open(ctx, other); third.ID == first.ID {
			t.Error("each addressee is owed its own report")
		}
	})
}

func TestRecomputeIsIdempotentAndSparesWhatEnded(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		b.open(ctx, duty("a", "i1", "24h", t0, 24))
		moved := duty("a", "i1", "24h", t0.Add(-time.Hour), 24)
		if !b.recompute(ctx, moved) || b.recompute(ctx, moved) || b.recompute(ctx, moved) {
			t.Error("the first recompute changes, the same again must not")
		}
		if n := b.audits("obligation.recompute"); n != 1 {
			t.Errorf("%d audit entries, want 1", n)
		}
		list, err := b.svc.Of(ctx, "incident", "i1")
		if err != nil || len(list) != 1 || !list[0].DueAt.Equal(t0.Add(23*time.Hour)) {
			t.Fatalf("got %v, %v", list, err)
		}

		b.now = t0.Add(30 * time.Hour)
		late, err := b.svc.Meet(ctx, list[0].ID, obligation.Proof{At: b.now, How: "gửi công văn"}, list[0].Version)
		if err != nil || late.Clock(b.now) != obligation.MetLate {
			t.Fatalf("clock %d, %v", late.Clock(b.now), err)
		}
		if b.recompute(ctx, duty("a", "i1", "24h", t0.Add(20*time.Hour), 24)) {
			t.Error("a met obligation got a new term: late would become on time")
		}
		again, err := b.svc.Get(ctx, late.ID)
		if err != nil || again.Clock(b.now.AddDate(9, 0, 0)) != obligation.MetLate {
			t.Errorf("clock %d, %v", again.Clock(b.now), err)
		}
	})
}

// Whatever happens to a record, in any order, the row holds no lateness, a met
// one keeps the due time it was met under, and the due time follows the last
// recompute while open.
func TestAnyHistoryKeepsTheRules(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t, sources...)
	b, n := newBench(t, d), 0
	ctx := as(t, "lanh-dao", auth.Centre, "tinh")
	opener := as(t, "truc", auth.Duty, "tinh")
	rapid.Check(t, func(r *rapid.T) {
		n++
		subject := db.NewID()
		b.now = t0.Add(time.Minute)
		o := b.open(opener, duty("a", subject, "24h", t0, 24))
		want, ended := o.DueAt, false
		for range rapid.IntRange(1, 6).Draw(r, "steps") {
			b.now = b.now.Add(time.Duration(rapid.IntRange(0, 40).Draw(r, "hours")) * time.Hour)
			start := t0.Add(-time.Duration(rapid.IntRange(0, 50).Draw(r, "back")) * time.Minute)
			var err error
			switch rapid.IntRange(0, 3).Draw(r, "act") {
			case 0:
				earlier := start.Before(o.T0) // a later first moment gives no time by itself
				if b.recompute(opener, duty("a", subject, "24h", start, 24)) != (earlier && !ended) {
					r.Fatalf("recompute of ended=%v to %v from %v", ended, start, o.T0)
				}
				if !ended && earlier {
					want = start.Add(24 * time.Hour)
				}
			case 1:
				_, err = b.svc.Meet(ctx, o.ID, obligation.Proof{At: b.now, How: "gửi"}, o.Version)
				ended = ended || err == nil
			case 2:
				_, err = b.svc.Waive(ctx, o.ID, "lý do", o.Version)
				ended = ended || err == nil
			case 3:
				b.open(opener, duty("a", subject, "24h", start, 24))
			}
			if err != nil && !fault.Is(err, fault.Conflict) {
				r.Fatal(err)
			}
			if o, err = b.svc.Get(ctx, o.ID); err != nil {
				r.Fatal(err)
			}
			if !o.DueAt.Equal(want) || ended == (o.State == obligation.Open) {
				r.Fatalf("due %v want %v, state %s, ended %v", o.DueAt, want, o.State, ended)
			}
		}
	})
	if n == 0 {
		t.Fatal("nothing was checked")
	}
	var states []string
	if err := b.db.Read().NewSelect().Table("obligation").ColumnExpr("DISTINCT state").Scan(t.Context(), &states); err != nil {
		t.Fatal(err)
	}
	for _, s := range states {
		if !slices.Contains(obligation.States(), obligation.State(s)) {
			t.Errorf("state %q is stored", s)
		}
	}
}

func TestCancelledByRuleReopensButAPersonsWordStands(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		o := b.open(ctx, duty("a", "i1", "24h", t0, 24))
		err := d.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := b.svc.CancelIn(ctx, tx, o.ID, "mức độ không còn nghiêm trọng")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if again := b.open(ctx, duty("a", "i1", "24h", t0, 24)); again.ID != o.ID || again.State != obligation.Open {
			t.Errorf("%+v", again)
		}
		o, err = b.svc.Get(ctx, o.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.svc.Waive(as(t, "lanh-dao", auth.Leader, "tinh"), o.ID, "Bộ đã nhận qua điện thoại", o.Version); err != nil {
			t.Fatal(err)
		}
		if again := b.open(ctx, duty("a", "i1", "24h", t0, 24)); again.State != obligation.Waived {
			t.Errorf("a waiver was undone: %s", again.State)
		}
	})
}

func TestWhoMayMeetAndWaive(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		opener := as(t, "can-bo", auth.Centre, "tinh")
		n := duty("a", "i1", "24h", t0, 24)
		n.OwedBy = "truong-phong"
		o := b.open(opener, n)
		waive := func(ctx context.Context, reason string) error {
			_, err := b.svc.Waive(ctx, o.ID, reason, o.Version)
			return err
		}
		for name, c := range map[string]struct {
			err  error
			want fault.Kind
		}{
			"who opened it may not waive it":        {waive(opener, "x"), fault.Forbidden},
			"who owes it may not waive it":          {waive(as(t, "truong-phong", auth.Leader, "tinh"), "x"), fault.Forbidden},
			"a unit officer may not waive":          {waive(as(t, "xa", auth.UnitOfficer, "a"), "x"), fault.Forbidden},
			"a leader elsewhere does not see it":    {waive(as(t, "ld-b", auth.Leader, "b"), "x"), fault.NotFound},
			"a waiver needs a reason":               {waive(as(t, "ld", auth.Leader, "tinh"), "  "), fault.Invalid},
			"an administrator may not waive":        {waive(as(t, "qt", auth.Administrator, "tinh"), "x"), fault.Forbidden},
			"nobody waives without being signed in": {waive(t.Context(), "x"), fault.SignedOut},
			"a stale version is a conflict":         {func() error { _, err := b.svc.Waive(as(t, "ld", auth.Leader, "tinh"), o.ID, "x", 99); return err }(), fault.Conflict},
			"met before T0 is refused": {func() error {
				_, err := b.svc.Meet(as(t, "xa", auth.UnitOfficer, "a"), o.ID, obligation.Proof{At: t0.Add(-time.Minute), How: "x"}, 1)
				return err
			}(), fault.Invalid},
			"met in the future is refused": {func() error {
				_, err := b.svc.Meet(as(t, "xa", auth.UnitOfficer, "a"), o.ID, obligation.Proof{At: b.now.Add(time.Minute), How: "x"}, 1)
				return err
			}(), fault.Invalid},
			"met without saying how is refused": {func() error {
				_, err := b.svc.Meet(as(t, "xa", auth.UnitOfficer, "a"), o.ID, obligation.Proof{At: b.now}, 1)
				return err
			}(), fault.Invalid},
			"a foreign unit officer meets nothing": {func() error {
				_, err := b.svc.Meet(as(t, "xb", auth.UnitOfficer, "b"), o.ID, obligation.Proof{At: b.now, How: "x"}, 1)
				return err
			}(), fault.NotFound},
			"an inspector sees it but may not meet it": {func() error {
				_, err := b.svc.Meet(as(t, "tt", auth.Inspector, "tinh"), o.ID, obligation.Proof{At: b.now, How: "x"}, 1)
				return err
			}(), fault.Forbidden},
		} {
			if !fault.Is(c.err, c.want) {
				t.Errorf("%s: %v", name, c.err)
			}
		}
		if _, err := b.svc.Meet(as(t, "xa", auth.UnitOfficer, "a"), o.ID, obligation.Proof{At: b.now, How: "gửi thư điện tử"}, o.Version); err != nil {
			t.Errorf("the owing unit meets its own: %v", err)
		}
		if err := waive(as(t, "ld", auth.Leader, "tinh"), "x"); !fault.Is(err, fault.Conflict) {
			t.Errorf("met and then waived: %v", err)
		}
	})
}

func TestListsAndCountsHoldOnlyTheScope(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		for i, hours := range []int{72, 24, 3, 48} {
			b.open(ctx, duty("a", "i"+string(rune('1'+i)), "c", t0, hours))
		}
		foreign := b.open(ctx, duty("b", "i9", "c", t0, 1))
		b.now = t0.Add(21 * time.Hour) // the 3 h one is late, the 24 h one soon, b's late

		officer := as(t, "xa", auth.UnitOfficer, "a")
		if got, err := b.svc.Count(officer); err != nil || got != (obligation.Counts{Open: 4, Soon: 1, Late: 1}) {
			t.Errorf("count %+v, %v", got, err)
		}
		if got, err := b.svc.Count(ctx); err != nil || got != (obligation.Counts{Open: 5, Soon: 1, Late: 2}) {
			t.Errorf("province: count %+v, %v", got, err)
		}
		if _, err := b.svc.Get(officer, foreign.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("foreign obligation: %v", err)
		}
		if list, err := b.svc.Of(officer, "incident", "i9"); err != nil || len(list) != 0 {
			t.Errorf("foreign subject: %v, %v", list, err)
		}

		var dues []time.Duration
		f := obligation.Filter{Limit: 3}
		for {
			p, err := b.svc.List(officer, f)
			if err != nil || p.Total != 4 {
				t.Fatalf("total %d, %v", p.Total, err)
			}
			for _, o := range p.Rows {
				dues = append(dues, o.DueAt.Sub(t0)/time.Hour)
			}
			if f.After = p.Next; f.After == "" {
				break
			}
		}
		if len(dues) != 4 || dues[0] != 3 || dues[1] != 24 || dues[2] != 48 || dues[3] != 72 {
			t.Errorf("pages hold %v", dues)
		}
		for name, c := range map[string]struct {
			f    obligation.Filter
			want int64
		}{
			"late":             {obligation.Filter{Clock: obligation.Late}, 1},
			"soon":             {obligation.Filter{Clock: obligation.Soon}, 1},
			"other unit":       {obligation.Filter{Unit: "b"}, 0},
			"kind":             {obligation.Filter{Kind: "incident.report"}, 4},
			"other kind":       {obligation.Filter{Kind: "directive.task"}, 0},
			"accent-free word": {obligation.Filter{Query: "bo cong an"}, 4},
			"met":              {obligation.Filter{State: obligation.Met}, 0},
		} {
			if p, err := b.svc.List(officer, c.f); err != nil || p.Total != c.want || int64(len(p.Rows)) != c.want {
				t.Errorf("%s: %d rows, total %d, %v", name, len(p.Rows), p.Total, err)
			}
		}
		early, err := b.svc.Earliest(ctx, "incident", []string{"i1", "i9", "none"})
		if err != nil || len(early) != 2 || early["i9"].ID != foreign.ID {
			t.Errorf("earliest %v, %v", early, err)
		}
	})
}

func TestExplanationSurvivesTheStore(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		cal, err := calendar.New("v1", []calendar.Rule{{ID: "weekend", Kind: calendar.Weekly,
			Name: calendar.Name{VI: "nghỉ hằng tuần", EN: "weekend"}, Weekdays: []time.Weekday{time.Saturday, time.Sunday}}})
		if err != nil {
			t.Fatal(err)
		}
		n := duty("a", "i1", "5d", t0, 1)
		_, n.Explanation = cal.Due(t0, calendar.Amount{N: 1, Unit: calendar.Day}, calendar.Counting{})
		o := b.open(ctx, n)
		back, err := b.svc.Get(ctx, o.ID)
		if err != nil || back.Explanation.Text("vi") != n.Explanation.Text("vi") || len(back.Explanation.Skipped) != 1 {
			t.Errorf("%q, %v", back.Explanation.Text("vi"), err)
		}
	})
}
