// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// A paper that was made for one duty is offered to meet that one and no other: the
// report of October does not meet November's.
func TestAPaperMeetsTheDutyItWasMadeFor(t *testing.T) {
	t.Parallel()
	october := Paper{FormID: "F13", From: calendar.Date{Year: 2026, Month: 10, Day: 1}, To: calendar.Date{Year: 2026, Month: 10, Day: 31}}
	november := obligation.Obligation{ID: "november", FormID: "F13", DueAt: time.Date(2026, 11, 30, 17, 0, 0, 0, time.UTC)}
	f := File{Paper: october, owed: []obligation.Obligation{november}}
	if !f.due(november) {
		t.Error("a paper made for nothing in particular meets what is due next")
	}
	for tied, want := range map[string]bool{"": false, "october": false, "november": true} {
		f.tied = &tied
		if f.due(november) != want {
			t.Errorf("made for %q: %v", tied, !want)
		}
	}
}
