// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/auth"
)

// TestTheListOfDirectivesSaysHowFarEachIs looks at the list of those that keep a
// directive and of those who owe on it: an answer nobody has looked at is not done.
func TestTheListOfDirectivesSaysHowFarEachIs(t *testing.T) {
	t.Parallel()
	w := openScopes(t, "")
	w.settle(t, w.own, "alpha", "10.1", "198.51.100.0/24")
	for _, role := range []auth.Role{auth.Centre, auth.UnitOfficer} {
		v := w.admit(t, role)
		page := v.get(t, "/directives").Body.String()
		for _, want := range []string{"0/3 việc xong", "còn hạn", "Hạn gần nhất", `href="/directives?sort=late"`, "lời khai không kèm minh chứng không tính là xong"} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: the list does not say %q", role, want)
			}
		}
		sorted := v.get(t, "/directives?sort=late&from=50")
		if sorted.Code != http.StatusOK || !strings.Contains(sorted.Body.String(), "sort=late") {
			t.Errorf("%s: sorted it is %d", role, sorted.Code)
		}
		if first := v.get(t, "/directives?sort=late").Body.String(); !strings.Contains(first, `aria-sort="descending"`) {
			t.Errorf("%s: the head does not say that it is sorted", role)
		}
		if csv := v.get(t, "/directives.csv?sort=late").Body.String(); !strings.Contains(csv, "Xong, chỉ khai") || !strings.Contains(csv, ";3;0;0;0;") {
			t.Errorf("%s: the file is\n%s", role, csv)
		}
	}
}
