// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"testing"

	"github.com/vonggac/vonggac/bench/crowd"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// listsKeepTheirPlansAndCounts opens every list that grows with the province
// on a small copy of a large one: what a page says of its rows is the truth, and
// no query reads a large table from end to end. How long they take at full size
// is for make bench.
func listsKeepTheirPlansAndCounts(t *testing.T) {
	t.Parallel()
	for name, address := range map[string]func(*testing.T) string{"sqlite": func(*testing.T) string { return "" }, "postgres": postgresAddress} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c, err := crowd.Fill(t.Context(), openAt(t, address(t)), t0, crowd.Size{Units: 30, People: 8, Findings: 8000, Infections: 3000, Incidents: 100, Acts: 3000, Obligations: 4000, Documents: 3000})
			if err != nil {
				t.Fatal(err)
			}
			for _, v := range c.Visits() {
				a, err := c.Visit(t.Context(), v)
				if err == nil {
					err = c.Check(t.Context(), v, a)
				}
				if err == nil && c.Records.Engine() == db.SQLite { // PostgreSQL rightly reads small tables whole
					err = c.Plans(t.Context(), v)
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
}
