// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// laws are the real packs.
func laws(t testing.TB) *rulepack.Set {
	t.Helper()
	set, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// told is one reminder that reached somebody.
type told struct {
	id   obligation.ID
	step string
}

// reminded makes the bench remind by the pack of 2026 and notes whom.
func (b *bench) reminded() *[]told {
	var out []told
	set := laws(b.t)
	pack, _ := set.Get("VN-ANM-2026")
	b.svc = obligation.New(obligation.Deps{Records: b.db, Now: func() time.Time { return b.now }, Days: set.Calendar(),
		Ladder: func(u obligation.Urgency) []rulepack.ReminderStep { return pack.Ladder(u.Key()) },
		Tell: func(_ context.Context, _ *db.Tx, o obligation.Obligation, r obligation.Reminder) (int64, error) {
			out = append(out, told{o.ID, r.Step})
			return int64(len(r.To)), nil
		}})
	return &out
}

func (b *bench) beat() {
	b.t.Helper()
	if err := b.svc.Remind(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

func fixed(unit, subject string, u obligation.Urgency, last calendar.Date) obligation.Duty {
	n := duty(unit, subject, "ngay", t0, 1)
	n.RemindBefore, n.Urgency = nil, u
	n.Explanation = obligation.FixedTerm(nil, t0, last, "Điều 35")
	return n
}

func TestTheMoreUrgentStandsFirstAmongThoseOfADay(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		late := calendar.Date{Year: 2026, Month: 12, Day: 1}
		for n, o := range []struct {
			subject string
			u       obligation.Urgency
			last    calendar.Date
		}{{"sau", obligation.MostUrgent, late.AddDays(1)}, {"thuong", obligation.Ordinary, late}, {"hoa-toc", obligation.MostUrgent, late}, {"khan", obligation.Urgent, late}} {
			b.open(ctx, fixed([]string{"a", "b"}[n%2], o.subject, o.u, o.last))
		}
		for _, limit := range []int{0, 1, 3} {
			var got []string
			for f := (obligation.Filter{State: obligation.Open, Limit: limit}); ; {
				p, err := b.svc.List(ctx, f)
				if err != nil || p.Total != 4 {
					t.Fatalf("%d, %v", p.Total, err)
				}
				for _, o := range p.Rows {
					got = append(got, o.Subject.ID)
				}
				if f.After = p.Next; f.After == "" {
					break
				}
			}
			if want := []string{"hoa-toc", "khan", "thuong", "sau"}; !slices.Equal(got, want) {
				t.Errorf("pages of %d: %v, want %v", limit, got, want)
			}
		}
		p, err := b.svc.List(ctx, obligation.Filter{Urgency: "most_urgent", Latest: true})
		if err != nil || len(p.Rows) != 2 || p.Rows[0].Subject.ID != "sau" {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func TestALaterStartGivesNoTimeUnlessSomebodyDecides(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, duty1 := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		head := as(t, "lanh-dao", auth.Leader, "tinh")
		o := b.open(duty1, duty("a", "i1", "24h", t0, 24))
		if b.recompute(duty1, duty("a", "i1", "24h", t0.Add(-time.Hour), 24)) != true {
			t.Fatal("an earlier start moves the term")
		}
		for range 2 {
			if b.recompute(duty1, duty("a", "i1", "24h", t0.Add(2*time.Hour), 24)) {
				t.Fatal("a later start moved the term")
			}
		}
		o, err := b.svc.Get(duty1, o.ID)
		if err != nil || o.Claim == 0 || !o.DueAt.Equal(t0.Add(23*time.Hour)) || !o.FirstT0.Equal(t0) {
			t.Fatalf("%+v, %v", o, err)
		}
		if _, err := b.svc.Grant(duty1, o.ID, "x", o.Version); !fault.Is(err, fault.Forbidden) && !fault.Is(err, fault.Conflict) {
			t.Errorf("whoever asked decided: %v", err)
		}
		if _, err := b.svc.Grant(head, o.ID, "", o.Version); !fault.Is(err, fault.Invalid) {
			t.Errorf("granted without a reason: %v", err)
		}
		o, err = b.svc.Refuse(head, o.ID, "biên bản ghi 03:12", o.Version)
		if err != nil || o.Claim != 0 || !o.DueAt.Equal(t0.Add(23*time.Hour)) {
			t.Fatalf("%+v, %v", o, err)
		}
		b.recompute(duty1, duty("a", "i1", "24h", t0.Add(3*time.Hour), 24))
		if o, err = b.svc.Get(duty1, o.ID); err != nil || o.Claim == 0 {
			t.Fatalf("%+v, %v", o, err)
		}
		o, err = b.svc.Grant(head, o.ID, "đồng hồ máy sai", o.Version)
		if err != nil || !o.DueAt.Equal(t0.Add(27*time.Hour)) || o.Claim != 0 {
			t.Fatalf("%+v, %v", o, err)
		}
		terms, err := b.svc.Terms(head, o.ID)
		var causes []obligation.TermCause
		for _, x := range terms {
			causes = append(causes, x.Cause)
		}
		want := []obligation.TermCause{obligation.TermOpened, obligation.TermRecomputed, obligation.TermClaimed, obligation.TermRefused, obligation.TermClaimed, obligation.TermGranted}
		if err != nil || !slices.Equal(causes, want) || terms[5].By == "" || terms[5].Reason == "" || !terms[0].DueAt.Equal(t0.Add(24*time.Hour)) {
			t.Errorf("%v, %v", causes, err)
		}
	})
}

func TestAnExtensionHoldsAgainstTheRule(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, duty1, head := newBench(t, d), as(t, "truc", auth.Duty, "tinh"), as(t, "lanh-dao", auth.Leader, "tinh")
		o := b.open(duty1, duty("a", "i1", "24h", t0, 24))
		last := calendar.DateOf(t0).AddDays(5)
		for field, x := range map[string]struct {
			last   calendar.Date
			reason string
		}{"last": {calendar.DateOf(t0).AddDays(-3), "x"}, "reason": {last, ""}} {
			if _, err := b.svc.Extend(head, o.ID, x.last, x.reason, o.Version); fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		if _, err := b.svc.Extend(as(t, "truc", auth.Centre, "tinh"), o.ID, last, "x", o.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("whoever opened it extended it: %v", err)
		}
		o, err := b.svc.Extend(head, o.ID, last, "chờ kết quả giám định", o.Version)
		if err != nil || !o.DueAt.Equal(last.End()) {
			t.Fatalf("%+v, %v", o, err)
		}
		if b.recompute(duty1, duty("a", "i1", "24h", t0.Add(-time.Hour), 24)); true {
			if o, err = b.svc.Get(head, o.ID); err != nil || !o.DueAt.Equal(last.End()) || !o.Explanation.Due.Equal(t0.Add(23*time.Hour)) {
				t.Errorf("%v, %v, %v", o.DueAt, o.Explanation.Due, err)
			}
		}
	})
}

// The ladder of 2026 for an ordinary duty: a week and a day before, at the end,
// and 1, 3 and 7 days after.
func TestEachStepRemindsOnceAndAMissedNightGivesTheLatest(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		got := b.reminded()
		last := calendar.Date{Year: 2026, Month: 12, Day: 20}
		o := b.open(ctx, fixed("a", "x", obligation.Ordinary, last))
		end := last.End()
		at := func(hours int, want ...string) {
			t.Helper()
			b.now = end.Add(time.Duration(hours) * time.Hour)
			*got = nil
			b.beat()
			b.beat()
			var steps []string
			for _, x := range *got {
				steps = append(steps, x.step)
			}
			if !slices.Equal(steps, want) {
				t.Errorf("at %d h: %v, want %v", hours, steps, want)
			}
		}
		at(-169)
		at(-168, "-168")
		at(-100)
		at(30, "24") // the machine was off: -24 and 0 are not told any more
		at(71)
		at(72, "72")
		list, err := b.svc.Reminders(ctx, o.ID)
		if err != nil || len(list) != 3 || list[1].People != 2 || !list[1].PlannedAt.Equal(end.Add(24*time.Hour)) || !list[1].SentAt.Equal(end.Add(30*time.Hour)) {
			t.Fatalf("%+v, %v", list, err)
		}
		if err := b.svc.RemindNow(ctx, o.ID); err != nil || len(*got) != 2 {
			t.Errorf("%v, %v", *got, err)
		}
		if _, err := b.svc.Meet(ctx, o.ID, obligation.Proof{At: b.now, How: "gửi"}, o.Version); err != nil {
			t.Fatal(err)
		}
		at(400)
	})
}

func TestTheUrgentAreRemindedFaster(t *testing.T) {
	t.Parallel()
	b, ctx := newBench(t, dbtest.SQLite(t, sources...)), as(t, "truc", auth.Duty, "tinh")
	b.reminded()
	last := calendar.Date{Year: 2026, Month: 12, Day: 20}
	steps, loud := 0, 0
	for _, u := range []obligation.Urgency{obligation.Ordinary, obligation.Urgent, obligation.VeryUrgent, obligation.MostUrgent} {
		o := b.open(ctx, fixed("a", u.Key(), u, last))
		n, l := 0, 0
		for _, r := range o.Ahead(b.now) {
			if !r.PlannedAt.Before(last.End().Add(-72*time.Hour)) && !r.PlannedAt.After(last.End().Add(24*time.Hour)) {
				n++
			}
			if r.Loud {
				l++
			}
		}
		if n < steps || l <= loud && u != obligation.Ordinary && l < 5 {
			t.Errorf("%s: %d steps around the end, %d loud; the mark below has %d and %d", u.Key(), n, l, steps, loud)
		}
		steps, loud = n, l
	}
}

func TestGivingATask(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "cb", auth.Centre, "tinh")
		b.reminded()
		good := obligation.Task{Title: "Rà soát máy chủ", Units: []string{"b", "a", "a"}, Addressee: "Sở KH&CN", Basis: "Công văn 1556/UBND-KGVX", Clause: "mục 3",
			Urgency: obligation.MostUrgent, Amount: calendar.Amount{N: 3, Unit: calendar.WorkingDay}}
		for field, spoil := range map[string]func(*obligation.Task){
			"title": func(x *obligation.Task) { x.Title = " " }, "basis": func(x *obligation.Task) { x.Basis = "" }, "units": func(x *obligation.Task) { x.Units = nil },
			"amount": func(x *obligation.Task) { x.Amount.N = 0 }, "last": func(x *obligation.Task) { x.Last = calendar.DateOf(t0).AddDays(-1) },
		} {
			bad := good
			spoil(&bad)
			if _, err := b.svc.Give(ctx, bad); fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		if _, err := b.svc.Give(as(t, "xa", auth.UnitOfficer, "a"), good); fault.Of(err).Fields["units"] == "" {
			t.Errorf("a unit gave a task to another: %v", err)
		}
		list, err := b.svc.Give(ctx, good)
		if err != nil || len(list) != 2 || list[0].Subject != list[1].Subject || list[0].Basis != "Công văn 1556/UBND-KGVX, mục 3" {
			t.Fatalf("%+v, %v", list, err)
		}
		// Saturday 21/11 + 3 working days: Monday 23, Wednesday 25 (the 24th is off), Thursday 26.
		if want := (calendar.Date{Year: 2026, Month: 11, Day: 26}).End(); !list[0].DueAt.Equal(want) {
			t.Errorf("due %v, want %v", list[0].DueAt, want)
		}
		o, err := b.svc.Assign(ctx, list[0].ID, obligation.Person{ID: "lan", Name: "Lan"}, "chuyên trách", list[0].Version)
		if err != nil || o.OwedBy != "lan" {
			t.Fatalf("%+v, %v", o, err)
		}
		p, err := b.svc.List(ctx, obligation.Filter{Person: "lan"})
		if err != nil || len(p.Rows) != 1 || p.Total != 1 {
			t.Errorf("%+v, %v", p, err)
		}
		for _, e := range []obligation.Evidence{{Kind: obligation.ByDocument, Ref: "12/BC-UBND"}, {Kind: obligation.ByMeasure, Ref: "98/100 máy", Note: "đo ngày 22/11"}} {
			if _, err := b.svc.Prove(ctx, o.ID, e); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := b.svc.Prove(ctx, o.ID, obligation.Evidence{Kind: "other", Ref: "x"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("%v", err)
		}
		if ev, err := b.svc.EvidenceOf(ctx, o.ID); err != nil || len(ev) != 2 || ev[1].By == "" {
			t.Errorf("%+v, %v", ev, err)
		}
	})
}

func TestBoardAndDaysCountWhatTheReaderSees(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "cb", auth.Centre, "tinh")
		for n, unit := range []string{"a", "a", "b"} {
			b.open(ctx, duty(unit, string(rune('i'+n)), "24h", t0.Add(time.Duration(n)*24*time.Hour), 24))
		}
		b.now = t0.Add(25 * time.Hour)
		p, err := b.svc.List(ctx, obligation.Filter{Clock: obligation.Late})
		if err != nil || p.Total != 1 {
			t.Fatalf("%+v, %v", p, err)
		}
		if _, err := b.svc.Meet(ctx, p.Rows[0].ID, obligation.Proof{At: b.now, How: "gửi"}, 1); err != nil {
			t.Fatal(err)
		}
		b.now = t0.Add(49 * time.Hour)
		rows, month, err := b.svc.Board(ctx, "")
		if err != nil || len(rows) != 2 || rows[0].Unit != "a" || rows[0].Late != 1 || rows[0].MetLate != 1 || rows[1].OnTime+rows[1].Soon != 1 {
			t.Errorf("%+v, %v", rows, err)
		}
		if month.In(i18n.Hanoi).Day() != 1 {
			t.Errorf("month begins %v", month)
		}
		own, _, err := b.svc.Board(as(t, "xa", auth.UnitOfficer, "b"), "")
		if err != nil || len(own) != 1 || own[0].Unit != "b" {
			t.Errorf("%+v, %v", own, err)
		}
		days, err := b.svc.Days(ctx, t0.AddDate(0, 0, -1), t0.AddDate(0, 1, 0), "", "")
		if err != nil || days["2026-11-22"].Done != 1 || days["2026-11-23"].Late != 1 || days["2026-11-24"].Open != 1 {
			t.Errorf("%+v, %v", days, err)
		}
		c, err := b.svc.Count(ctx)
		if err != nil || c.Open != 2 || c.Late != 1 {
			t.Errorf("%+v, %v", c, err)
		}
	})
}
