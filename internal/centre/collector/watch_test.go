// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package collector_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/collector"
	"github.com/vonggac/vonggac/internal/intake/edge"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// said is one turn of Watch: what people were told of by it.
func (d *desk) said(t *testing.T) []string {
	t.Helper()
	d.told = nil
	if err := d.Watch(t.Context()); err != nil {
		t.Fatal(err)
	}
	slices.Sort(d.told)
	return d.told
}

func (d *desk) later(by time.Duration) { d.shift.Add(int64(by)) }

// reports is a report of the collector, as change makes it.
func (s *site) reports(change func(h *edge.Hello)) {
	s.t.Helper()
	h := edge.Hello{Version: "test", Now: s.d.now(), Started: s.c.CreatedAt, Oldest: 1, Next: 1, Wanted: 1, Limit: 1000}
	change(&h)
	if _, err := s.d.Hello(s.t.Context(), *s.now(), h); err != nil {
		s.t.Fatal(err)
	}
}

// TestEachTroubleOfACollectorIsToldOnceAndItsEndOfSilence follows a collector
// through a night.
func TestEachTroubleOfACollectorIsToldOnceAndItsEndOfSilence(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s := settle(t, d, d.at)
		ctx := as(t, auth.Centre, "root")
		expect := func(when string, state collector.State, want ...string) {
			t.Helper()
			if got := d.said(t); !slices.Equal(got, want) {
				t.Errorf("%s: told %q, want %q", when, got, want)
			}
			if got := d.said(t); len(got) > 0 {
				t.Errorf("%s: told again of %q", when, got)
			}
			if got := s.now().State(d.now()); got != state {
				t.Errorf("%s: it is %s, want %s", when, got, state)
			}
			rows, n, err := d.List(ctx, collector.Filter{State: state})
			if err != nil || n != 1 || len(rows) != 1 {
				t.Errorf("%s: %d collectors are listed as %s, %v", when, n, state, err)
			}
		}
		s.reports(func(*edge.Hello) {})
		expect("at first", collector.Fine)
		d.later(4 * time.Minute)
		expect("within its rhythm", collector.Fine)
		d.later(2 * time.Minute)
		expect("after its rhythm", collector.Silent, "silent 1")
		s.reports(func(h *edge.Hello) { h.Next, h.Backlog = 5, 850 })
		expect("with most of its spool full", collector.Near, "back 1", "near 1")
		s.reports(func(h *edge.Hello) { h.Next, h.Backlog, h.FullSince, h.Refused = 6, 1000, d.now(), 3 })
		expect("without room", collector.Full, "full 1")
		s.reports(func(h *edge.Hello) { h.Next, h.Now = 6, d.now().Add(time.Hour) })
		expect("with a clock an hour ahead", collector.Fine, "clock 1")
		s.reports(func(h *edge.Hello) { h.Next = 6 })
		expect("all right again", collector.Fine)
		s.reports(func(h *edge.Hello) { h.Next, h.Diverged = 6, true })
		expect("on a copy", collector.Copied, "copied 1")
		s.reports(func(h *edge.Hello) { h.Next = 6 })
		d.later(2 * 365 * 24 * time.Hour)
		expect("when its certificate has ended", collector.Silent, "certificate 1", "silent 1")
		if _, err := d.Revoke(ctx, s.c.ID, "thay máy", s.now().Version); err != nil {
			t.Fatal(err)
		}
		expect("revoked", collector.Revoked)
	})
}

// TestBlocksThatAreGoneAreToldAndMoreOfThemAgain loses blocks in a damaged spool.
func TestBlocksThatAreGoneAreToldAndMoreOfThemAgain(t *testing.T) {
	d := one(t)
	s := settle(t, d, d.at)
	err := d.records.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewRaw("UPDATE collector SET first_number = 1, have = '1-2 8'").Exec(ctx)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct{ lost, want string }{{"", ""}, {"3-4", "lost 1"}, {"3-4", ""}, {"3-5", "lost 1"}} {
		s.reports(func(h *edge.Hello) { h.Next, h.Lost = 9, step.lost })
		got := d.said(t)
		if step.want == "" && len(got) > 0 || step.want != "" && !slices.Equal(got, []string{step.want}) {
			t.Errorf("lost %q: told %q, want %q", step.lost, got, step.want)
		}
	}
}

// TestNobodyIsCalledSilentWhileTheCentreCouldNotHear starts the centre anew after
// a night in which it was off.
func TestNobodyIsCalledSilentWhileTheCentreCouldNotHear(t *testing.T) {
	d := one(t)
	s := settle(t, d, d.at)
	s.reports(func(*edge.Hello) {})
	d.later(8 * time.Hour)
	d.listens = d.now().Add(-time.Minute)
	if got := d.said(t); len(got) > 0 {
		t.Errorf("told %q a minute after the centre began to listen", got)
	}
	d.later(5 * time.Minute)
	if got := d.said(t); !slices.Equal(got, []string{"silent 1"}) {
		t.Errorf("told %q when the centre has listened for its rhythm", got)
	}
}

// TestACollectorThatIsCarriedByHandMayBeSilentForAsLongAsWasSaid has a rhythm of
// a week.
func TestACollectorThatIsCarriedByHandMayBeSilentForAsLongAsWasSaid(t *testing.T) {
	d := one(t)
	s := settle(t, d, d.at)
	ctx := as(t, auth.Centre, "root")
	if _, err := d.Change(ctx, s.c.ID, s.c.Name, "", 9, s.now().Version); err == nil {
		t.Error("a rhythm of nine minutes, which nobody offered, was taken")
	}
	if _, err := d.Change(ctx, s.c.ID, s.c.Name, "", 7*1440, s.now().Version); err != nil {
		t.Fatal(err)
	}
	s.reports(func(*edge.Hello) {})
	d.later(6 * 24 * time.Hour)
	if got := d.said(t); len(got) > 0 || s.now().State(d.now()) != collector.Fine {
		t.Errorf("told %q after six days of seven", got)
	}
	d.later(25 * time.Hour)
	if got := d.said(t); !slices.Equal(got, []string{"silent 1"}) {
		t.Errorf("told %q after more than seven days", got)
	}
}

// TestWhatStandsBetweenASourceAndTheCentreIsKnown asks for the passages of a
// source while its collector is heard of, has a backlog, and is not heard of.
func TestWhatStandsBetweenASourceAndTheCentreIsKnown(t *testing.T) {
	each(t, func(t *testing.T, d *desk) {
		s := settle(t, d, d.at)
		ways, _, err := d.Ways(as(t, auth.Centre, "root"), s.c.ID)
		if err != nil {
			t.Fatal(err)
		}
		passage := func() collector.Passage {
			t.Helper()
			all, err := d.Passages(t.Context())
			if err != nil || len(all["src-a"]) != 1 || len(all) != 1 {
				t.Fatalf("passages %+v, %v", all, err)
			}
			return all["src-a"][0]
		}
		s.reports(func(*edge.Hello) {})
		if p := passage(); p.Unheard || !p.Waits.IsZero() {
			t.Errorf("of a healthy one: %+v", p)
		}
		last := d.now().Add(-time.Minute).UTC().Truncate(time.Second)
		s.reports(func(h *edge.Hello) {
			h.Now, h.Next = h.Now.Add(time.Hour), 3
			h.Ways = []edge.WayFigures{{Way: string(ways[0].ID), Lines: 4, Last: last.Add(time.Hour)}}
		})
		if p := passage(); p.Unheard || p.Waits.Sub(last).Abs() > time.Second {
			t.Errorf("of one with a backlog and a clock that is ahead: %+v, want %s", p, last)
		}
		d.later(2 * time.Minute)
		if p := passage(); !p.Unheard {
			t.Errorf("of one that is not heard of: %+v", p)
		}
		if _, err := d.Revoke(as(t, auth.Centre, "root"), s.c.ID, "thay máy", s.now().Version); err != nil {
			t.Fatal(err)
		}
		if p := passage(); p.Unheard || !p.Waits.IsZero() {
			t.Errorf("a revoked one explains a silence: %+v", p)
		}
	})
}
