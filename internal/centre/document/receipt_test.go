// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package document_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/document"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestMissingReceiptsAreToldOnceEachStep sends a paper to three bodies, of which
// one confirms and one does later.
func TestMissingReceiptsAreToldOnceEachStep(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		var told []string
		var failing error
		g.Unreceipted = func(_ context.Context, _ *db.Tx, u document.Unreceipted) error {
			if failing == nil {
				told = append(told, fmt.Sprintf("%s %s %d after %d", u.Document.Code(), u.SenderID, u.N, u.Days))
			}
			return failing
		}
		h := g.letter()
		h.Number, h.Date = "45", day0
		p, err := g.Record(g.clerk(), h, "", "")
		if err == nil {
			p, err = g.Send(g.clerk(), p.ID, "Sở A\nSở B\nSở C", "paper", g.now)
		}
		if err != nil {
			t.Fatal(err)
		}
		f, err := g.Get(g.clerk(), p.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := g.Confirm(g.clerk(), p.ID, f.Dispatches[0].ID, g.now, "phiếu 1"); err != nil {
			t.Fatal(err)
		}
		turn := func(days int, want string) {
			t.Helper()
			g.now = t0.Add(time.Duration(days) * 24 * time.Hour)
			for range 2 { // asked again nothing more is told
				if err := g.TellUnreceipted(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			if got := fmt.Sprint(told); got != want {
				t.Errorf("after %d days: %s, want %s", days, got, want)
			}
			told = nil
		}
		turn(1, "[]")
		failing = errors.New("not now")
		g.now = t0.Add(50 * time.Hour)
		if err := g.TellUnreceipted(t.Context()); !errors.Is(err, failing) {
			t.Errorf("nobody could be told: %v", err)
		}
		failing = nil
		turn(3, "[45/UBND-KGVX p-clerk 2 after 2]")
		turn(4, "[]")
		if _, err := g.Confirm(g.clerk(), p.ID, f.Dispatches[1].ID, g.now, "phiếu 2"); err != nil {
			t.Fatal(err)
		}
		turn(11, "[45/UBND-KGVX p-clerk 1 after 10]") // the centre was away: of the latest step alone
		turn(60, "[]")
		f, err = g.Get(g.clerk(), p.ID)
		if err != nil || !f.Dispatches[2].Waits(g.now) || f.Dispatches[1].Waits(g.now) {
			t.Errorf("%+v, %v", f.Dispatches, err)
		}
		page, err := g.List(g.officer(), document.Filter{Open: true})
		if err != nil || page.Total != 1 {
			t.Errorf("not receipted: %d, %v", page.Total, err)
		}
	})
}

// TestAUnitSetsItsReminders sets steps, and none.
func TestAUnitSetsItsReminders(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, schemas, func(t *testing.T, d *db.DB) {
		g := lay(t, d)
		n := 0
		g.Unreceipted = func(context.Context, *db.Tx, document.Unreceipted) error { n++; return nil }
		for text, ok := range map[string]bool{"": true, "3": true, " 7 ; 1, 3": true, "0": false, "91": false, "x": false, "1 2 3 4 5 6 7": false, "-1": false} {
			if _, err := document.ReadReminders(text); (err == nil) != ok {
				t.Errorf("%q: %v", text, err)
			}
		}
		was, err := g.RemindersOf(g.clerk(), g.root)
		if err != nil || fmt.Sprint(was.Days) != "[2 5 10]" || was.Version != 0 {
			t.Fatal(was, err)
		}
		h := g.letter()
		h.Number, h.Date = "45", day0
		p, err := g.Record(g.clerk(), h, "", "")
		if err == nil {
			_, err = g.Send(g.clerk(), p.ID, "Sở A", "paper", g.now)
		}
		if err != nil {
			t.Fatal(err)
		}
		if err := g.SetReminders(g.clerk(), g.root, document.Reminders{Days: []int{4}}); err != nil {
			t.Fatal(err)
		}
		if err := g.SetReminders(g.clerk(), g.root, document.Reminders{Days: []int{3}}); !fault.Is(err, fault.Conflict) {
			t.Errorf("over a newer one: %v", err)
		}
		if err := g.SetReminders(g.officer(), g.root, document.Reminders{Version: 1}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by who may not send: %v", err)
		}
		for days, want := range []int{0, 0, 0, 0, 1, 1} {
			g.now = t0.Add(time.Duration(days) * 24 * time.Hour)
			if err := g.TellUnreceipted(t.Context()); err != nil || n != want {
				t.Errorf("after %d days told %d times, %v", days, n, err)
			}
		}
		if err := g.SetReminders(g.clerk(), g.root, document.Reminders{Days: []int{}, Version: 1}); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Send(g.clerk(), p.ID, "Sở B", "paper", g.now); err != nil {
			t.Fatal(err)
		}
		g.now = g.now.Add(90 * 24 * time.Hour)
		if err := g.TellUnreceipted(t.Context()); err != nil || n != 1 {
			t.Errorf("with no steps told %d times, %v", n, err)
		}
	})
}
