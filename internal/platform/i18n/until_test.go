// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package i18n_test

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

func TestATermThatEndsWithADayShowsThatDay(t *testing.T) {
	t.Parallel()
	for want, at := range map[string]time.Time{
		"30/11/2026 24:00": time.Date(2026, 12, 1, 0, 0, 0, 0, i18n.Hanoi),
		"31/12/2026 24:00": time.Date(2026, 12, 31, 17, 0, 0, 0, time.UTC),
		"01/12/2026 00:01": time.Date(2026, 12, 1, 0, 1, 0, 0, i18n.Hanoi),
		"01/12/2026 17:30": time.Date(2026, 12, 1, 17, 30, 0, 0, i18n.Hanoi),
		"—":                {},
	} {
		if got := i18n.Until(t.Context(), at); got != want {
			t.Errorf("%s shows %q, want %q", at, got, want)
		}
	}
}
