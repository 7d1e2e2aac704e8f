// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident_test

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

func TestCasesOpenedAndClosedSinceAMoment(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		b.open(b.truc(), "a")
		b.open(b.truc(), "b")
		for _, c := range []struct {
			who    string
			unit   string
			since  time.Duration // before now
			opened int64
		}{{"truc", "tinh", time.Hour, 2}, {"truc", "a", time.Hour, 1}, {"truc", "tinh", -time.Hour, 0}} {
			opened, closed, err := b.svc.Since(as(t, c.who, auth.Duty, c.unit), b.now.Add(-c.since))
			if err != nil || opened != c.opened || closed != 0 {
				t.Errorf("%+v: %d opened, %d closed, %v", c, opened, closed, err)
			}
		}
	})
}
