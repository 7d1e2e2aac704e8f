// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding_test

import (
	"testing"
	"time"
)

func TestWhatWasMadeSinceAndOfItWhatHappenedBefore(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.now = time.Now().UTC().Truncate(time.Second) // keys are made of the wall clock
		since := h.now.Add(-24 * time.Hour)
		if m, err := h.MadeSince(h.officer(), since, 10); err != nil || m.Total != 0 || m.PastTotal != 0 || m.Past != nil {
			t.Fatalf("before anything was made: %+v, %v", m, err)
		}
		h.record(h.a, hit(emotet, "10.1.0.5", "a.evil.example", 1, h.now.Add(-time.Hour)), // today
			hit(emotet, "10.1.0.6", "a.evil.example", 1, h.now.Add(-300*time.Hour)),                                                                        // only before
			hit(emotet, "10.1.0.7", "a.evil.example", 1, h.now.Add(-300*time.Hour)), hit(emotet, "10.1.0.7", "a.evil.example", 1, h.now.Add(-2*time.Hour))) // both
		m, err := h.MadeSince(h.officer(), since, 10)
		if err != nil || m.Total != 3 || m.PastTotal != 1 || len(m.Past) != 1 || m.Past[0].Addr.String() != "10.1.0.6" {
			t.Errorf("%+v, %v", m, err)
		}
		if m, err = h.MadeSince(h.officer(), h.now.Add(time.Hour), 10); err != nil || m.Total != 0 || m.PastTotal != 0 {
			t.Errorf("an hour from now: %+v, %v", m, err)
		}
	})
}
