// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// asked is the request a browser makes of a link: without its fragment.
func asked(link string) *http.Request {
	path, _, _ := strings.Cut(link, "#")
	return httptest.NewRequest(http.MethodGet, path, nil)
}

// TestEachBodyStandsOnOnePage turns the pages of the list of bodies forward and
// back again.
func TestEachBodyStandsOnOnePage(t *testing.T) {
	for _, all := range []int{0, 1, bodiesShown, bodiesShown + 1, 149, 3 * bodiesShown} {
		v := showPage{f: Folder{Directive: Directive{ID: "d1"}}, names: map[string]string{}}
		var want []string
		for n := range all {
			unit := fmt.Sprintf("u%03d", n)
			v.standings, want = append(v.standings, Standing{Unit: unit}), append(want, unit)
		}
		var got, back []string
		var l ui.ListProps
		for turns := 0; ; turns++ {
			l = v.units(t.Context())
			for _, row := range l.Rows {
				got = append(got, row.ID)
			}
			if l.Total != int64(all) || turns > all {
				t.Fatalf("%d bodies: total %d after %d pages", all, l.Total, turns)
			}
			if l.Next == "" {
				break
			}
			v.from = beginning(asked(l.Next))
		}
		for {
			l = v.units(t.Context())
			for n := len(l.Rows) - 1; n >= 0; n-- {
				back = append(back, l.Rows[n].ID)
			}
			if l.Prev == "" {
				break
			}
			v.from = beginning(asked(l.Prev))
		}
		slices.Reverse(back)
		if !slices.Equal(got, want) || !slices.Equal(back, want) {
			t.Errorf("%d bodies: %d forward, %d back", all, len(got), len(back))
		}
	}
	for _, odd := range []string{"-3", "149", "9999999999999999999999", "x", "1e3"} {
		v := showPage{standings: make([]Standing, 149), from: beginning(asked("/directives/d1?units=" + odd))}
		if l := v.units(t.Context()); len(l.Rows) != bodiesShown || l.Prev != "" {
			t.Errorf("?units=%s: %d rows, back to %q", odd, len(l.Rows), l.Prev)
		}
	}
}
