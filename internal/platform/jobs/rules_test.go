// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"errors"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Whatever happens in whatever order: a lease stands exactly while running, an
// end has its time, only Retry leaves an end, attempts stay within bounds, and
// work neither ended nor held falls due again.
func TestRulesHoldInAnyOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		now := time.Date(2026, 11, 21, 0, 0, 0, 0, time.UTC)
		j := Job{State: Queued, MaxAttempts: rapid.Int64Range(1, 4).Draw(t, "max")}
		for range rapid.IntRange(1, 40).Draw(t, "steps") {
			now = now.Add(time.Duration(rapid.IntRange(0, 900).Draw(t, "seconds")) * time.Second)
			before := j
			act := rapid.SampledFrom([]string{"take", "done", "error", "invalid", "release", "cancel", "retry"}).Draw(t, "act")
			step(t, &j, act, now)
			if before.State.Ended() && j.State != before.State && act != "retry" {
				t.Fatalf("%s led out of %s", act, before.State)
			}
			check(t, j)
			if !j.State.Ended() && !j.due(now.Add(longestWait), time.Minute) {
				t.Fatalf("not due within the longest wait: %+v", j)
			}
		}
	})
}

// step does act as the runner or a person would: a runner acts on what it
// holds or what is due.
func step(t *rapid.T, j *Job, act string, now time.Time) {
	switch act {
	case "take":
		if !j.due(now, time.Minute) {
			return
		}
		if took := j.take("r", now, time.Minute); took != (j.State == Running) {
			t.Fatalf("take = %v left %s", took, j.State)
		}
	case "cancel":
		if ended := j.State.Ended(); fault.Is(j.cancel(now), fault.Conflict) != ended {
			t.Fatal("cancel of an end must be a conflict, and of nothing else")
		}
	case "retry":
		again := j.State == Failed || j.State == Cancelled
		if fault.Is(j.retry(now), fault.Conflict) == again {
			t.Fatal("retry of all but failed and cancelled must be a conflict")
		}
	default:
		if j.State != Running {
			return
		}
		switch act {
		case "done":
			j.finish(nil, now)
		case "error":
			j.finish(errors.New("x"), now)
		case "invalid":
			j.finish(fault.Bad("x", "f", "r"), now)
			if j.State != Failed {
				t.Fatalf("invalid input left %s", j.State)
			}
		case "release":
			j.release(now)
		}
	}
}

func check(t *rapid.T, j Job) {
	switch {
	case (j.State == Running) != (j.LeaseOwner != "") || (j.State == Running) == j.LeaseUntil.IsZero():
		t.Fatalf("lease does not match the state: %+v", j)
	case j.State.Ended() == j.EndedAt.IsZero():
		t.Fatalf("end does not match the state: %+v", j)
	case j.Attempts < 0 || j.Attempts > j.MaxAttempts:
		t.Fatalf("attempts out of bounds: %+v", j)
	case j.State == Failed && j.Failure().Message == "":
		t.Fatalf("failed without a reason: %+v", j)
	}
}
