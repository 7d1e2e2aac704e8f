// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestOnlyARushIsWaitedFor: few rows go at once; when many come a go waits for
// more, but not long for the next and not for ever for all, and once the rush is
// over nobody waits.
func TestOnlyARushIsWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var p pace
		for range 50 {
			if d := p.wait(); d != 0 {
				t.Fatalf("waits %v although few rows come", d)
			}
			p.gone(1000)
			time.Sleep(time.Second)
		}
		for range 5 {
			p.gone(tableFrom)
		}
		began := time.Now()
		for d := p.wait(); d > 0; d = p.wait() {
			if d > lull {
				t.Fatalf("waits %v for the next block", d)
			}
			time.Sleep(min(d, 20*time.Millisecond)) // another has come
		}
		if d := time.Since(began); d != patience {
			t.Errorf("waits %v in all, want %v", d, patience)
		}
		p.gone(tableFrom)
		if d := p.wait(); d != lull {
			t.Errorf("in the rush the next go waits %v, want %v", d, lull)
		}
		time.Sleep(3 * time.Second)
		if d := p.wait(); d != 0 {
			t.Errorf("after the rush it waits %v", d)
		}
	})
}
