// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"slices"
	"sync"
	"time"
)

// beat is when a duty last came to its end in this process, and how.
type beat struct {
	name  string
	every time.Duration
	at    time.Time
	err   error
}

// beats are the last beats of all duties. The zero value is ready.
type beats struct {
	mu   sync.Mutex
	last map[string]beat
}

func (b *beats) note(d duty, at time.Time, err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.last == nil {
		b.last = map[string]beat{}
	}
	b.last[d.name] = beat{d.name, d.every, at, err}
}

// list is every beat by name; a duty that never ended once has none.
func (b *beats) list() []beat {
	b.mu.Lock()
	defer b.mu.Unlock()
	var all []beat
	for _, one := range b.last {
		all = append(all, one)
	}
	slices.SortFunc(all, func(x, y beat) int { return cmp.Compare(x.name, y.name) })
	return all
}
