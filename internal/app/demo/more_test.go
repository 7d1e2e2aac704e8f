// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo_test

import (
	"testing"

	"github.com/vonggac/vonggac/internal/app/demo"
)

// TestLargerProvince holds that a larger province is the usual one and more, and
// that nothing in it stands twice.
func TestLargerProvince(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, demo.LeastUnits - 1, demo.MostUnits + 1} {
		if _, err := demo.Sized(demo.DefaultSeed, n); err == nil {
			t.Errorf("%d units were made", n)
		}
	}
	usual := demo.New(demo.DefaultSeed)
	for _, n := range []int{demo.LeastUnits, 150, demo.MostUnits} {
		p, err := demo.Sized(demo.DefaultSeed, n)
		if err != nil || p.Living() != n {
			t.Fatalf("%d units, %v; want %d", p.Living(), err, n)
		}
		seen := map[string]string{}
		for i, u := range p.Units {
			for _, what := range []string{u.Code, u.Name, u.ShortName, u.Hotline, u.Head.Email} {
				if seen[what] != "" && seen[what] != u.Code {
					t.Errorf("%d: %q of %s and %s", n, what, seen[what], u.Code)
				}
				seen[what] = u.Code
			}
			if i < len(usual.Units) && u.Name != usual.Units[i].Name {
				t.Errorf("%d: %s is %s", n, u.Code, u.Name)
			}
			for _, r := range u.Ranges {
				if !nobodys(r.Prefix.Addr()) || seen[r.Prefix.String()] != "" {
					t.Errorf("%d: %s of %s is of another", n, r.Prefix, u.Code)
				}
				seen[r.Prefix.String()] = u.Code
			}
		}
	}
}
