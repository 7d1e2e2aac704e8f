// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// province is what the room asks of units: who exists, and who came after whom.
type province struct {
	members []string
	gone    map[string][]obligation.Successor
	windows []rulepack.Campaign
}

func (b *bench) periodic(p *province) {
	set := laws(b.t)
	pack, _ := set.Get("VN-ANM-2026")
	b.svc = obligation.New(obligation.Deps{Records: b.db, Now: func() time.Time { return b.now }, Days: set.Calendar(),
		Ladder: func(u obligation.Urgency) []rulepack.ReminderStep { return pack.Ladder(u.Key()) },
		Actor: func(context.Context, string) (auth.Actor, error) {
			return auth.Actor{ID: "ld", Name: "Lãnh đạo", Grants: []auth.Grant{{Role: auth.Centre, Unit: "tinh"}}}, nil
		},
		Rhythm: obligation.Rhythm{Law: func() *rulepack.Pack { return pack },
			Campaigns: func(context.Context) ([]rulepack.Campaign, error) { return p.windows, nil },
			Members: func(_ context.Context, target string, _ []string, _ calendar.Date) ([]string, error) {
				if target != "kinds" {
					return nil, fault.Missing("members")
				}
				return p.members, nil
			},
			Gone: func(context.Context, calendar.Date) (map[string][]obligation.Successor, error) { return p.gone, nil },
			Root: func(context.Context) (string, error) { return "tinh", nil }}})
}

func TestDutiesThatComeAgainOpenOnceForEachUnit(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "cb", auth.Centre, "tinh")
		p := &province{members: []string{"a", "b"}}
		b.periodic(p)
		b.now = time.Date(2026, 11, 10, 9, 0, 0, 0, hanoi)
		open := func(want ...string) []obligation.Obligation {
			t.Helper()
			for range 2 {
				if err := b.svc.OpenPeriods(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			page, err := b.svc.List(ctx, obligation.Filter{State: obligation.Open, Limit: 100})
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, o := range page.Rows {
				got = append(got, o.Subject.ID+" "+o.UnitID)
			}
			slices.Sort(got)
			if !slices.Equal(got, want) {
				t.Fatalf("%v\nwant %v", got, want)
			}
			return page.Rows
		}
		open()
		if err := b.svc.Enable(as(t, "xa", auth.UnitOfficer, "a"), "bao-cao-nam-van-hanh", "kinds"); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit turned a duty on: %v", err)
		}
		if err := b.svc.Enable(ctx, "bao-cao-nam-van-hanh", "group:x"); fault.Of(err).Fields["target"] == "" {
			t.Errorf("a group that is not there: %v", err)
		}
		if err := b.svc.Enable(ctx, "khong-co", "kinds"); !fault.Is(err, fault.NotFound) {
			t.Errorf("an unknown duty: %v", err)
		}
		_, next, units, err := b.svc.Preview(ctx, "bao-cao-nam-van-hanh", "kinds")
		if err != nil || len(units) != 2 || next.Label.VI != "15/12/2025–14/12/2026" || next.Last.String() != "2026-12-19" {
			t.Fatalf("%+v %v %v", next, units, err)
		}
		for range 2 {
			if err := b.svc.Enable(ctx, "bao-cao-nam-van-hanh", "kinds"); err != nil {
				t.Fatal(err)
			}
		}
		rows := open("bao-cao-nam-van-hanh@2026 a", "bao-cao-nam-van-hanh@2026 b")
		if o := rows[0]; !o.DueAt.Equal(time.Date(2026, 12, 20, 0, 0, 0, 0, hanoi)) || o.FormID != "F12" || o.Subject.Label != "15/12/2025–14/12/2026" || o.PackID != "VN-ANM-2026" {
			t.Errorf("%+v", o)
		}
		// 19/12/2026 is a Saturday: people are reminded by the Friday.
		if by := rows[0].Explanation.RemindBy(); !by.Equal(time.Date(2026, 12, 19, 0, 0, 0, 0, hanoi)) {
			t.Errorf("remind by %v", by)
		}
		if _, err := b.svc.Meet(ctx, rows[0].ID, obligation.Proof{At: b.now, How: "gửi"}, 1); err != nil {
			t.Fatal(err)
		}
		open(rows[1].Subject.ID + " " + rows[1].UnitID) // what is met does not open again
		b.now = time.Date(2027, 11, 10, 9, 0, 0, 0, hanoi)
		open("bao-cao-nam-van-hanh@2026 "+rows[1].UnitID, "bao-cao-nam-van-hanh@2027 a", "bao-cao-nam-van-hanh@2027 b")
		_, on, err := b.svc.Periodic(ctx)
		if err != nil || len(on) != 1 {
			t.Fatalf("%+v, %v", on, err)
		}
		if err := b.svc.Disable(ctx, on[0].ID); err != nil {
			t.Fatal(err)
		}
		b.now = time.Date(2028, 11, 10, 9, 0, 0, 0, hanoi)
		open("bao-cao-nam-van-hanh@2026 "+rows[1].UnitID, "bao-cao-nam-van-hanh@2027 a", "bao-cao-nam-van-hanh@2027 b")
	})
}

func TestWhatAnEndedUnitOwesGoesOn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "cb", auth.Centre, "tinh")
		p := &province{members: []string{"a", "b"}}
		b.periodic(p)
		b.now = time.Date(2026, 11, 10, 9, 0, 0, 0, hanoi)
		if err := b.svc.Enable(ctx, "bao-cao-nam-van-hanh", "kinds"); err != nil {
			t.Fatal(err)
		}
		if err := b.svc.OpenPeriods(t.Context()); err != nil {
			t.Fatal(err)
		}
		task, err := b.svc.Give(ctx, obligation.Task{Title: "Rà soát", Units: []string{"a"}, Addressee: "Sở", Basis: "CV 1", Last: calendar.Date{Year: 2026, Month: 12, Day: 1}})
		if err != nil {
			t.Fatal(err)
		}
		p.members, p.gone = []string{"b"}, map[string][]obligation.Successor{"a": {{ID: "b", Name: "UBND xã B"}}}
		for range 2 {
			if err := b.svc.OpenPeriods(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		page, err := b.svc.List(ctx, obligation.Filter{State: obligation.Open})
		if err != nil || page.Total != 2 {
			t.Fatalf("%d, %v", page.Total, err)
		}
		for _, o := range page.Rows {
			if o.UnitID != "b" {
				t.Errorf("%s is still owed by %s", o.Title.VI, o.UnitID)
			}
		}
		if o, err := b.svc.Get(ctx, task[0].ID); err != nil || o.UnitID != "b" || o.State != obligation.Open {
			t.Errorf("%+v, %v", o, err)
		}
	})
}

func TestADutyPlanComesBeforeEachWindow(t *testing.T) {
	t.Parallel()
	b, ctx := newBench(t, dbtest.SQLite(t, sources...)), as(t, "cb", auth.Centre, "tinh")
	p := &province{members: []string{"a"}, windows: []rulepack.Campaign{{ID: "tet-2027", Label: rulepack.Label{VI: "Tết Đinh Mùi 2027", EN: "Tết 2027"},
		From: calendar.Date{Year: 2027, Month: 2, Day: 1}, To: calendar.Date{Year: 2027, Month: 2, Day: 14}}}}
	b.periodic(p)
	b.now = time.Date(2027, 1, 12, 9, 0, 0, 0, hanoi)
	for _, id := range []string{"truc-cao-diem-ke-hoach", "truc-cao-diem-ket-qua"} {
		if err := b.svc.Enable(ctx, id, "kinds"); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.svc.OpenPeriods(t.Context()); err != nil {
		t.Fatal(err)
	}
	page, err := b.svc.List(ctx, obligation.Filter{State: obligation.Open})
	if err != nil || page.Total != 1 || page.Rows[0].Subject.Label != "Tết Đinh Mùi 2027" || !page.Rows[0].DueAt.Equal(time.Date(2027, 1, 30, 0, 0, 0, 0, hanoi)) {
		t.Errorf("%+v, %v", page.Rows, err)
	}
}

// TestDutiesGoOverOnce has two runs at once bring what a unit left open to the one
// in its place: each duty goes over once, and none is taken from the heir again.
func TestDutiesGoOverOnce(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "cb", auth.Centre, "tinh")
		p := &province{gone: map[string][]obligation.Successor{"a": {{ID: "b", Name: "Xã B"}}}}
		b.periodic(p)
		const tasks = 60
		for n := range tasks {
			task := duty("a", fmt.Sprintf("s%d", n), "hand@a", t0, 24)
			task.Kind = obligation.TaskKind
			b.open(ctx, task)
		}
		var runs sync.WaitGroup
		errs := make([]error, 4)
		for n := range errs {
			runs.Go(func() { errs[n] = b.svc.OpenPeriods(t.Context()) })
		}
		runs.Wait()
		if err := errors.Join(errs...); err != nil {
			t.Fatal(err)
		}
		page, err := b.svc.List(ctx, obligation.Filter{State: obligation.Open, Unit: "b", Limit: 100})
		if err != nil || page.Total != tasks {
			t.Errorf("%d of %d went over, %v", page.Total, tasks, err)
		}
	})
}
