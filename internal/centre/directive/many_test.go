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
		if j, opening, err := h.Opening(mai, d.ID); err != nil || !opening || j.ID != plan.Job {
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
		if _, before := stands(); before == 0 || before == demands*bodies || before%bodies != 0 {
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
		if want := demands * (bodies - 1); tasks != want {
			t.Errorf("%d tasks of %d units, want %d", tasks, units, want)
		}
		_, owed, err := h.OfUnit(mai, d.ID, unitName(9))
		if err != nil || len(owed) != demands || !owed[3].Clock.T0.Equal(t0) {
			t.Errorf("%d owed since %s, %v", len(owed), owed[3].Clock.T0, err)
		}
		if len(told) != 1 || told[0].Kind != "directive.issued" {
			t.Errorf("told %+v", told)
		}
		if again, err := h.Issue(mai, d.ID, everyone(), 0); err != nil || again.New != demands {
			t.Errorf("issued again: %d new, %v", again.New, err)
		}
	})
}
