// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/auth"
)

var navLink = regexp.MustCompile(`<a href="([^"]+)"( aria-current="page")?>`)

// TestEachRoleSeesWhatItUses asks the navigation of some roles: what they use
// stands open, all else they may open stands behind one entry, and the page they
// are on is never folded away.
func TestEachRoleSeesWhatItUses(t *testing.T) {
	t.Parallel()
	w := openScopes(t, "")
	w.settle(t, w.own, "alpha", "10.1", "198.51.100.0/24")
	at := func(v *visitor, path string) (shown, folded []string, here string) {
		t.Helper()
		body := v.get(t, path).Body.String()
		_, nav, _ := strings.Cut(body, `<nav class="vg-nav"`)
		nav, _, _ = strings.Cut(nav, "</nav>")
		open, more, _ := strings.Cut(nav, `<details class="vg-navmore">`)
		for _, m := range navLink.FindAllStringSubmatch(open, -1) {
			shown = append(shown, m[1])
			if m[2] != "" {
				here = m[1]
			}
		}
		for _, m := range navLink.FindAllStringSubmatch(more, -1) {
			folded = append(folded, m[1])
			if m[2] != "" {
				t.Errorf("%s: %s is folded away", path, m[1])
			}
		}
		return shown, folded, here
	}
	unit := w.admit(t, auth.UnitOfficer)
	shown, folded, _ := at(unit, "/")
	if want := []string{"/", "/obligations", "/infections", "/incidents", "/directives", "/papers", "/units"}; !slices.Equal(shown, want) {
		t.Errorf("a unit's officer sees %v, want %v", shown, want)
	}
	if len(folded) == 0 {
		t.Fatal("nothing is folded")
	}
	for _, path := range folded {
		if code := unit.get(t, path).Code; code != http.StatusOK {
			t.Errorf("%s: %d", path, code)
		}
		if now, _, here := at(unit, path); here != path || len(now) != len(shown)+1 {
			t.Errorf("at %s the navigation is at %q, of %v", path, here, now)
		}
	}
	for _, role := range []auth.Role{auth.Leader, auth.Centre, auth.Duty, auth.Inspector, auth.Clerk} {
		shown, folded, _ := at(w.admit(t, role), "/")
		if len(shown) < 5 || len(shown) > 15 || slices.ContainsFunc(folded, func(path string) bool { return slices.Contains(shown, path) }) {
			t.Errorf("%s: shown %v, folded %v", role, shown, folded)
		}
	}
}
