// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package edge

import (
	"context"
	"sync"
	"time"
)

// Hours is a stretch of each day with a bandwidth of its own.
type Hours struct {
	From, To time.Duration // since midnight; To before From goes over midnight
	Rate     int64         // bytes a second; 0: nothing is sent
}

func (h Hours) covers(at time.Duration) bool {
	if h.From <= h.To {
		return h.From <= at && at < h.To
	}
	return at >= h.From || at < h.To
}

// Pace holds what is sent to a bandwidth. It is safe for concurrent use.
type Pace struct {
	Rate  int64 // bytes a second; 0: without limit
	Hours []Hours
	Zone  *time.Location
	Now   func() time.Time
	// Sleep waits, false when ctx ended before.
	Sleep func(ctx context.Context, d time.Duration) bool

	mu   sync.Mutex
	free time.Time // when all that was taken is paid for
}

// rate is what holds at now; limited is false when nothing does.
func (p *Pace) rate(now time.Time) (bytes int64, limited bool) {
	y, m, d := now.In(p.Zone).Date()
	at := now.Sub(time.Date(y, m, d, 0, 0, 0, 0, p.Zone))
	for _, h := range p.Hours {
		if h.covers(at) {
			return h.Rate, true
		}
	}
	return p.Rate, p.Rate > 0
}

// Paused reports whether nothing may be sent now.
func (p *Pace) Paused() bool {
	rate, limited := p.rate(p.Now())
	return limited && rate == 0
}

// Take waits until n bytes may be sent. The error is that of ctx.
func (p *Pace) Take(ctx context.Context, n int) error {
	p.mu.Lock()
	now := p.Now()
	rate, limited := p.rate(now)
	if !limited {
		p.free = time.Time{}
		p.mu.Unlock()
		return ctx.Err()
	}
	if p.free.Before(now) {
		p.free = now
	}
	wait := p.free.Sub(now)
	p.free = p.free.Add(time.Duration(float64(n) / float64(max(rate, 1)) * float64(time.Second)))
	if rate == 0 { // begun before the hours without: it goes on slowly
		p.free = now.Add(time.Second)
	}
	p.mu.Unlock()
	if wait > 0 && !p.Sleep(ctx, wait) {
		return ctx.Err()
	}
	return ctx.Err()
}

// sleep is Sleep by the clock of the machine.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
