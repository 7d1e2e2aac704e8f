// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation_test

import (
	"testing"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestWhatRestsOnAPaperIsToldWithinScope(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b, ctx := newBench(t, d), as(t, "truc", auth.Duty, "tinh")
		for _, unit := range []string{"a", "b", "b"} {
			n := duty(unit, "i-"+unit, "24h", t0, 24)
			n.BasisDoc = "paper-1"
			b.open(ctx, n) // the third is the second again
		}
		n := duty("a", "i-2", "24h", t0, 24)
		n.BasisDoc = "paper-1"
		waived := b.open(ctx, n)
		if _, err := b.svc.Waive(as(t, "lanh-dao", auth.Leader, "tinh"), waived.ID, "đã có văn bản khác", waived.Version); err != nil {
			t.Fatal(err)
		}
		b.open(ctx, duty("a", "i-3", "24h", t0, 24))

		on, err := b.svc.ByPaper(ctx, "paper-1")
		if err != nil || on.Total != 3 || len(on.Resting) != 3 || on.Resting[2].ID != waived.ID {
			t.Fatalf("%+v, %v", on, err)
		}
		on, err = b.svc.ByPaper(as(t, "b", auth.UnitOfficer, "b"), "paper-1")
		if err != nil || on.Total != 1 || len(on.Resting) != 1 || on.Resting[0].UnitID != "b" {
			t.Errorf("beyond its scope: %+v, %v", on, err)
		}
		if on, err = b.svc.ByPaper(ctx, ""); err != nil || on.Total != 0 {
			t.Errorf("no paper has %d, %v", on.Total, err)
		}
		if _, err := b.svc.ByPaper(t.Context(), "paper-1"); !fault.Is(err, fault.SignedOut) {
			t.Errorf("nobody: %v", err)
		}
		p, err := b.svc.List(ctx, obligation.Filter{Document: "paper-1", Unit: "a"})
		if err != nil || p.Total != 2 {
			t.Errorf("%d, %v", p.Total, err)
		}
	})
}
