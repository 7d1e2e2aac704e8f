// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

//go:build !race

package app_test

import "testing"

// TestWalks goes over all routes, pages and forms there are, whatever rooms come
// later. It runs without the race detector, which makes SQLite, which is Go, ten
// times slower; tools/test.sh runs it beside the rest, which has the detector.
func TestWalks(t *testing.T) {
	t.Parallel()
	t.Run("a unit sees nothing of another", aUnitSeesNothingOfAnother)
	t.Run("a key sees nothing of another unit", aKeySeesNothingOfAnotherUnit)
	t.Run("every page in a browser", everyPageInABrowser)
	t.Run("every page without script", everyPageWorksWithoutScript)
	t.Run("nothing typed becomes markup", nothingTypedBecomesMarkup)
	t.Run("nothing typed runs", nothingTypedRunsInABrowser)
	t.Run("no cell becomes a formula", noCellBecomesAFormula)
	t.Run("two tabs keep the first", twoTabsKeepTheFirst)
	t.Run("odd input is answered", oddInputIsAnswered)
	t.Run("lists keep their plans and counts", listsKeepTheirPlansAndCounts)
}
