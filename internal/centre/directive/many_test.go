// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// long is a text of n demands.
func long(n int) string {
	var demands strings.Builder
	for i := range n {
		fmt.Fprintf(&demands, "%d. Rà quét mã độc trên nhóm máy tính số %d, hoàn thành trước ngày 20 tháng 12 năm 2026.\n\n", i+1, i+1)
	}
	head, rest, _ := strings.Cut(paper, "1. Rà quét")
	_, foot, _ := strings.Cut(rest, "cho cán bộ.\n\n")
	return head + demands.String() + foot
}

// TestALongDirectiveIsIssuedByAJob: the request only settles what is to be opened;
// the job that opens it may break off anywhere and goes on without a double, and
// what a person took back in between stays so.
func TestALongDirectiveIsIssuedByAJob(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		h.Queue = jobs.New(h.db, func() time.Time { return h.now })
		h.AtOnce = 400
		const demands = 4
		d := h.settled(t, mai, long(demands))
		begun := time.Now()
		plan, err := h.Issue(mai, d.ID, everyone(), 0)
		if err != nil || plan.New != demands*bodies || plan.Job == "" {
			t.Fatalf("%+v, %v", plan.New, err)
		}
		t.Logf("%d tasks asked for in %v", plan.New, time.Since(begun).Round(time.Millisecond))
		if _, err := h.Issue(mai, d.ID, everyone(), 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("issued while tasks are being opened: %v", err)
		}
		if j, opening, err := h.Opening(mai, d.ID); err != nil || !opening || j.ID != plan.Job || directive.Carries(j) {
			t.Errorf("%+v %v, %v", j, opening, err)
		}
		stands := func() (units, tasks int) {
			t.Helper()
			list, err := h.Standings(mai, d.ID)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range list {
				tasks += c.Total()
			}
			return len(list), tasks
		}
		if n, err := h.Withdraw(mai, d.ID, "", unitName(5), "sai nơi nhận"); err != nil || n != 0 { // before anything was opened
			t.Fatalf("%d withdrawn, %v", n, err)
		}
		if _, err := h.Withdraw(mai, d.ID, "", unitName(5), "sai nơi nhận"); !fault.Is(err, fault.NotFound) {
			t.Errorf("withdrawn twice: %v", err)
		}
		const asked = bodies - 1
		h.now = h.now.Add(5 * time.Minute) // the terms run from the moment of issue all the same
		looks := 0
		half := jobs.NewRunner(h.Queue, jobs.Options{Handlers: map[string]jobs.Handler{directive.JobKind: func(ctx context.Context, j jobs.Job, p *jobs.Progress) error {
			ctx, run := context.WithCancel(ctx)
			h.tick = func() {
				if looks++; looks == 900 { // in the midst of the second demand
					run()
				}
			}
			return h.Handler()(ctx, j, p)
		}}})
		if _, err := half.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.tick = nil
		if _, before := stands(); before == 0 || before == demands*asked || before%asked != 0 {
			t.Fatalf("%d tasks when it broke off after %d looks", before, looks)
		}
		if _, err := h.Withdraw(mai, d.ID, "", unitName(3), "sai nơi nhận"); err != nil {
			t.Fatal(err)
		}
		var told []directive.Told
		h.Tell = func(_ context.Context, _ *db.Tx, x directive.Told) error { told = append(told, x); return nil }
		whole := jobs.NewRunner(h.Queue, jobs.Options{Handlers: map[string]jobs.Handler{directive.JobKind: h.Handler()}})
		for n := 0; ; n++ {
			h.now = h.now.Add(time.Hour) // an attempt that failed waits
			if ran, err := whole.RunOnce(t.Context()); err != nil {
				t.Fatal(err)
			} else if !ran {
				break
			}
		}
		units, tasks := stands()
		if want := demands * (asked - 1); tasks != want {
			t.Errorf("%d tasks of %d units, want %d", tasks, units, want)
		}
		_, owed, err := h.OfUnit(mai, d.ID, unitName(9))
		if err != nil || len(owed) != demands || !owed[3].Clock.T0.Equal(t0) {
			t.Errorf("%d owed since %s, %v", len(owed), owed[3].Clock.T0, err)
		}
		if len(told) != 1 || told[0].Kind != "directive.issued" {
			t.Errorf("told %+v", told)
		}
		if again, err := h.Issue(mai, d.ID, everyone(), 0); err != nil || again.New != 2*demands {
			t.Errorf("issued again: %d new, %v", again.New, err)
		}
	})
}

// broken runs the job of what is asked for until it looked at the time so often,
// as a process that is stopped does.
func (h *house) broken(t *testing.T, looks int) {
	t.Helper()
	runner := jobs.NewRunner(h.Queue, jobs.Options{Handlers: map[string]jobs.Handler{directive.JobKind: func(ctx context.Context, j jobs.Job, p *jobs.Progress) error {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		h.tick = func() {
			if looks--; looks == 0 {
				stop()
			}
		}
		return h.Handler()(ctx, j, p)
	}}})
	if _, err := runner.RunOnce(t.Context()); err != nil {
		t.Fatal(err)
	}
	h.tick = nil
}

// rest runs all that waits, to its end, and returns what was told.
func (h *house) rest(t *testing.T) []directive.Told {
	t.Helper()
	h.told = nil
	whole := jobs.NewRunner(h.Queue, jobs.Options{Handlers: map[string]jobs.Handler{directive.JobKind: h.Handler()}})
	for {
		h.now = h.now.Add(time.Hour) // an attempt that failed waits
		if ran, err := whole.RunOnce(t.Context()); err != nil {
			t.Fatal(err)
		} else if !ran {
			return h.told
		}
	}
}

func (h *house) tasks(t *testing.T, ctx context.Context, id directive.ID) map[directive.TaskState]int {
	t.Helper()
	list, err := h.Tasks(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	out := map[directive.TaskState]int{}
	for _, x := range list {
		out[x.State]++
	}
	return out
}

// TestADirectiveClosedWhileItIsIssuedGetsNoMore: what is there stays owed, nothing
// is added, and nobody is told of a directive that has ended.
func TestADirectiveClosedWhileItIsIssuedGetsNoMore(t *testing.T) {
	for name, looks := range map[string]int{"before it began": 0, "in the midst": 900} {
		t.Run(name, func(t *testing.T) {
			each(t, func(t *testing.T, h *house) {
				mai := as(t, "mai", auth.Centre, "root")
				h.Queue, h.AtOnce = jobs.New(h.db, func() time.Time { return h.now }), 400
				d := h.settled(t, mai, long(4))
				if _, err := h.Issue(mai, d.ID, everyone(), 0); err != nil {
					t.Fatal(err)
				}
				if looks > 0 {
					h.broken(t, looks)
				}
				before := h.tasks(t, mai, d.ID)[directive.Owing]
				if looks > 0 && (before == 0 || before == 4*bodies) || looks == 0 && before != 0 {
					t.Fatalf("%d tasks when it was closed", before)
				}
				if _, err := h.Close(mai, d.ID, "có văn bản thay thế", 0); err != nil {
					t.Fatal(err)
				}
				if told := h.rest(t); len(told) != 0 {
					t.Errorf("told of a directive that has ended: %+v", told)
				}
				if after := h.tasks(t, mai, d.ID)[directive.Owing]; after != before {
					t.Errorf("%d tasks when it was closed, %d after", before, after)
				}
				if j, opening, err := h.Opening(mai, d.ID); err != nil || opening {
					t.Errorf("still at work: %+v, %v", j, err)
				}
				if _, err := h.Issue(mai, d.ID, everyone(), 0); !fault.Is(err, fault.Conflict) {
					t.Errorf("issued again after it was closed: %v", err)
				}
			})
		})
	}
}

// TestMuchThatIsLeftIsCarriedOverByAJob: the request settles what becomes of it; the
// job may break off anywhere and goes on without a double, and what was answered or
// taken back in between is left as it is.
func TestMuchThatIsLeftIsCarriedOverByAJob(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai, unit := as(t, "mai", auth.Centre, "root"), as(t, "nam", auth.UnitOfficer, unitName(149))
		old := h.settled(t, mai, long(4))
		if _, err := h.Issue(mai, old.ID, everyone(), 0); err != nil {
			t.Fatal(err)
		}
		now := h.settled(t, mai, later)
		if _, err := h.Issue(mai, now.ID, to(0), 0); err != nil {
			t.Fatal(err)
		}
		left, err := h.Unfinished(mai, now.ID, old.ID)
		if err != nil || len(left.List) != 4 {
			t.Fatalf("%d left, %v", len(left.List), err)
		}
		into := left.Now.Leaves()[0].ID
		c := directive.Carrying{From: old.ID, Relation: directive.Replaces, Seen: left.Seen, Reason: "trùng kế hoạch", Last: everyone().Last, Fates: map[directive.ItemID]directive.Chosen{
			left.List[0].Of.ID: {Fate: directive.CarryInto, Into: into}, left.List[1].Of.ID: {Fate: directive.CarryOwn}, left.List[2].Of.ID: {Fate: directive.EndIt}}}
		h.Queue, h.AtOnce = jobs.New(h.db, func() time.Time { return h.now }), 400
		done, err := h.Carry(mai, now.ID, c)
		if err != nil || done.Job == "" || done.Moved != 2*bodies || done.Ended != bodies || done.Stayed != bodies || done.Added != 1 {
			t.Fatalf("%+v, %v", done, err)
		}
		if j, opening, err := h.Opening(mai, now.ID); err != nil || !opening || j.ID != done.Job || !directive.Carries(j) {
			t.Errorf("%s %v, %v", j.ID, opening, err)
		}
		if got := h.tasks(t, mai, old.ID); got[directive.Owing] != 4*bodies {
			t.Errorf("the request moved some itself: %v", got)
		}
		if _, err := h.Carry(mai, now.ID, c); !fault.Is(err, fault.Conflict) {
			t.Errorf("carried again while it is under way: %v", err)
		}
		h.broken(t, 900)
		if got := h.tasks(t, mai, old.ID)[directive.Moved]; got == 0 || got == 2*bodies {
			t.Fatalf("%d moved when it broke off", got)
		}
		_, owed, err := h.OfUnit(unit, old.ID, unitName(149))
		if err != nil || owed[1].State != directive.Owing {
			t.Fatalf("%+v, %v", owed, err)
		}
		if _, err := h.Answer(unit, old.ID, owed[1].ID, "Đã rà quét", owed[1].Version); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Withdraw(mai, now.ID, "", unitName(7), "sai nơi nhận"); err != nil {
			t.Fatal(err)
		}
		told := h.rest(t)
		if j, opening, err := h.Opening(mai, now.ID); err != nil || opening {
			t.Errorf("not at its end: %s %s, %v", j.State, j.Error, err)
		}
		if len(told) != 1 || told[0].Kind != "directive.carried" || len(told[0].Units) != bodies {
			t.Errorf("told %d times of %v units", len(told), told)
		}
		if got := h.tasks(t, mai, old.ID); got[directive.Moved] != 2*bodies-2 || got[directive.Sent] != 1 || got[directive.Owing] != bodies+1 {
			t.Errorf("the old ones: %v", got)
		}
		if got := h.tasks(t, mai, now.ID); got[directive.Owing] != 2*bodies-2 {
			t.Errorf("the new ones: %v", got)
		}
		_, after, err := h.OfUnit(mai, now.ID, unitName(9))
		if err != nil || len(after) != 2 || !after[1].Clock.T0.Equal(t0) {
			t.Errorf("%+v, %v", after, err)
		}
	})
}

// TestWhatIsLeftStaysWhenTheLaterOneIsClosed: what the job did not reach is still
// owed where it was, and nobody is told.
func TestWhatIsLeftStaysWhenTheLaterOneIsClosed(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		mai := as(t, "mai", auth.Centre, "root")
		old := h.settled(t, mai, long(2))
		if _, err := h.Issue(mai, old.ID, everyone(), 0); err != nil {
			t.Fatal(err)
		}
		now := h.settled(t, mai, later)
		if _, err := h.Issue(mai, now.ID, to(0), 0); err != nil {
			t.Fatal(err)
		}
		left, err := h.Unfinished(mai, now.ID, old.ID)
		if err != nil {
			t.Fatal(err)
		}
		h.Queue, h.AtOnce = jobs.New(h.db, func() time.Time { return h.now }), 100
		into := directive.Chosen{Fate: directive.CarryInto, Into: left.Now.Leaves()[0].ID}
		if done, err := h.Carry(mai, now.ID, directive.Carrying{From: old.ID, Relation: directive.Follows, Fates: map[directive.ItemID]directive.Chosen{left.List[0].Of.ID: into, left.List[1].Of.ID: into}}); err != nil || done.Job == "" {
			t.Fatalf("%+v, %v", done, err)
		}
		if _, err := h.Close(mai, now.ID, "ban hành nhầm", 0); err != nil {
			t.Fatal(err)
		}
		if told := h.rest(t); len(told) != 0 {
			t.Errorf("told %+v", told)
		}
		if j, opening, err := h.Opening(mai, now.ID); err != nil || opening {
			t.Errorf("not at its end: %s %s, %v", j.State, j.Error, err)
		}
		if got := h.tasks(t, mai, old.ID); got[directive.Owing] != 2*bodies {
			t.Errorf("what nobody carried over is lost: %v", got)
		}
	})
}
