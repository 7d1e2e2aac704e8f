// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sighting

import (
	"math"
	"time"
)

// In a rush it pays to wait for rows enough for a table, as long as more come.
const (
	patience = 250 * time.Millisecond // with those that came first
	lull     = 30 * time.Millisecond  // since the last came
)

// pace knows how many rows came lately, and tells how long a go waits for more.
// One goroutine at a time has it.
type pace struct {
	recent float64   // rows; half of them are forgotten each second
	at     time.Time // of recent
	began  time.Time // to wait; zero while nobody does
}

// gone notes a go of so many rows.
func (p *pace) gone(rows int) {
	p.recent, p.at, p.began = p.left()+float64(rows), time.Now(), time.Time{}
}

// left is what is left of recent.
func (p *pace) left() float64 { return p.recent * math.Exp2(-time.Since(p.at).Seconds()) }

// wait is how long another block is waited for; 0 where those to be expected
// would not make a table.
func (p *pace) wait() time.Duration {
	if p.left()*patience.Seconds() < tableFrom {
		return 0
	}
	if p.began.IsZero() {
		p.began = time.Now()
	}
	return min(lull, patience-time.Since(p.began))
}
