// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// The minutes of a breach say of it what the case says of the breach, which has a
// first moment of its own, and leave out what nobody has answered.
func TestTheMinutesOfABreachAreFilledFromIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	d := example("a")
	known := d.DetectedAt.Add(5 * time.Hour)
	b.now = known.Add(time.Hour)
	d.Breach = incident.Breach{KnownAt: known, MayHarm: incident.Yes, LocationOrBiometric: incident.No}
	f := b.draft(b.open(d), "F10b")
	if got := f.Values["detected_at"].At; !got.Equal(known) {
		t.Errorf("found at %v, want %v, when the breach became known", got, known)
	}
	if got := f.Values["harm"].Yes; got == nil || !*got {
		t.Errorf("it may do harm: %v", got)
	}
	if got := f.Values["location_or_biometric"].Yes; got == nil || *got {
		t.Errorf("location or biometric data: %v", got)
	}
	if got, want := f.Values["notice_due"].At, known.Add(72*time.Hour); !got.Equal(want) {
		t.Errorf("the notice is due at %v, want %v", got, want)
	}

	d.Breach = incident.Breach{}
	f = b.draft(b.open(d), "F10b")
	for _, key := range []string{"harm", "location_or_biometric"} {
		if v, ok := f.Values[key]; ok {
			t.Errorf("%s says %+v, and nobody was asked", key, v)
		}
	}
	if got := f.Values["detected_at"].At; !got.Equal(d.DetectedAt) {
		t.Errorf("found at %v, want %v, with the incident", got, d.DetectedAt)
	}
}
