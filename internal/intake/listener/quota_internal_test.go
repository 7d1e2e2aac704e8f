// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package listener

import (
	"testing"
	"time"
)

// TestAClockThatIsSetBackDoesNotShutASenderOut spends a quota, sets the clock
// back an hour, and waits no longer than the quota asks for.
func TestAClockThatIsSetBackDoesNotShutASenderOut(t *testing.T) {
	t.Parallel()
	q, now := Quota{Lines: 10}, time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)
	var b bucket
	b.take(q, 10*Burst+5, 0, now)
	if w := b.wait(q, now); w < 500*time.Millisecond || w > time.Second {
		t.Fatalf("has to wait %v for half a second's worth", w)
	}
	now = now.Add(-time.Hour)
	if w := b.wait(q, now); w > time.Second {
		t.Fatalf("has to wait %v after the clock was set back", w)
	}
	if w := b.wait(q, now.Add(time.Second)); w != 0 {
		t.Fatalf("has to wait %v a second later", w)
	}
}
