// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board_test

import (
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// TestTheWayBackKeepsHowTheBoardWasShown: from a board that was narrowed, ordered and
// turned to a cell and a requirement and back; nothing else of an address comes along.
func TestTheWayBackKeepsHowTheBoardWasShown(t *testing.T) {
	t.Parallel()
	h := furnish(t, dbtest.SQLite(t, sources...), invent(6, 120, 2))
	b := h.browse(t, auth.Centre, "root")
	const shown = "?kind=xa&amp;page=2&amp;q=Ban+Mau&amp;show=unmet&amp;sort=name"
	const asked = "?q=Ban+Mau&page=2&kind=xa&sort=name&show=unmet"
	page := b.get("/boards/d-1"+asked, 200)
	b.says(page, "/boards/d-1/columns/c1"+shown)
	_, after, found := strings.Cut(page, `<a href="/boards/d-1/cells/`)
	cell, _, _ := strings.Cut(after, `"`)
	if !found || !strings.HasSuffix(cell, shown) {
		t.Fatalf("a cell leads to %q", cell)
	}
	back := `"/boards/d-1` + shown + `"`
	b.says(b.get("/boards/d-1/cells/"+strings.ReplaceAll(cell, "&amp;", "&"), 200), `href=`+back, `data-back=`+back, "/boards/d-1/columns/")
	b.says(b.get("/boards/d-1/columns/c1"+asked, 200), `href=`+back, `data-back=`+back, shown+`"`)
	for _, bad := range []string{"?page=1", "?page=-3", "?page=//evil.example", "?back=https://evil.example", "?sort=https://evil.example&show=x", "?next=/settings"} {
		page := b.get("/boards/d-1/cells/u-1/c1"+bad, 200)
		if _, way, _ := strings.Cut(page, "data-back="); !strings.HasPrefix(way, `"/boards/d-1"`) {
			t.Errorf("%s leads back to %.60s", bad, way)
		}
	}
	if plain := b.get("/boards/d-1", 200); strings.Contains(plain, "/columns/c1?") {
		t.Error("a board as it is adds something to its links")
	}
}
