// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"strconv"
	"testing"
)

// TestEveryRowStandsOnOnePage turns the pages of boards of many sizes: each row is
// on exactly one, none holds more than it may, and what is asked for amiss is a
// page all the same.
func TestEveryRowStandsOnOnePage(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, perPage - 1, perPage, perPage + 1, 2 * perPage, 3*perPage - 1, 3*perPage + 1, 1000} {
		next, of := 0, pageOf("", n).Of
		for no := 1; no <= of; no++ {
			p := pageOf(strconv.Itoa(no), n)
			if p.No != no || p.Of != of || p.All || p.From != next || p.To < p.From || p.To-p.From > perPage {
				t.Errorf("page %d of %d rows: %+v", no, n, p)
			}
			next = p.To
		}
		if next != n {
			t.Errorf("%d of %d rows stand on a page", next, n)
		}
		if p := pageOf(whole, n); p.From != 0 || p.To != n || p.All != (n > perPage) {
			t.Errorf("all of %d rows: %+v", n, p)
		}
		for asked, want := range map[string]int{"": 1, "0": 1, "-3": 1, "x": 1, "1e3": 1, "99999": of, "99999999999999999999": 1} {
			if p := pageOf(asked, n); p.No != want {
				t.Errorf("page %q of %d rows is %d, want %d", asked, n, p.No, want)
			}
		}
	}
}
