// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package peers_test

import (
	"context"
	"io/fs"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/peers"
)

// TestOneProcessHasADutyAtATime follows two processes through a lease that runs
// out, one that is given back, and a clock that was wrong.
func TestOneProcessHasADutyAtATime(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{peers.Migrations}, func(t *testing.T, d *db.DB) {
		at := time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
		now := func() time.Time { return at }
		a, b := peers.New(d, now, peers.Peer{Host: "a"}), peers.New(d, now, peers.Peer{Host: "b"})
		has := func(p *peers.Peers, want bool) {
			t.Helper()
			if got, err := p.Lease(t.Context(), "seal", time.Second); err != nil || got != want {
				t.Fatalf("at %v the lease is %v, %v", at, got, err)
			}
		}
		has(a, true)
		has(b, false)
		for range 5 { // as long as it works it keeps it
			at = at.Add(20 * time.Second)
			has(a, true)
			has(b, false)
		}
		at = at.Add(peers.Slack + time.Second) // a was killed
		has(b, true)
		has(a, false)
		if err := b.Leave(t.Context()); err != nil {
			t.Fatal(err)
		}
		has(a, true)
		at = at.Add(-24 * time.Hour) // the clock had been a day ahead
		has(b, true)
		has(a, false)
	})
}

// TestMostOneOfManyTakesADuty has ten processes ask at once.
func TestMostOneOfManyTakesADuty(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{peers.Migrations}, func(t *testing.T, d *db.DB) {
		var got atomic.Int32
		var all sync.WaitGroup
		for range 10 {
			p := peers.New(d, time.Now, peers.Peer{})
			all.Go(func() {
				ok, err := p.Lease(context.WithoutCancel(t.Context()), "fold", time.Minute)
				if err != nil {
					t.Error(err)
				}
				if ok {
					got.Add(1)
				}
			})
		}
		all.Wait()
		if got.Load() != 1 {
			t.Errorf("%d processes have the duty", got.Load())
		}
	})
}

// TestWhoIsThereIsKnown: with what each says of itself, until it is silent.
func TestWhoIsThereIsKnown(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{peers.Migrations}, func(t *testing.T, d *db.DB) {
		at := time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)
		now := func() time.Time { return at }
		a, b := peers.New(d, now, peers.Peer{Host: "a", Roles: "web"}), peers.New(d, now, peers.Peer{Host: "b", Roles: "worker"})
		for range 2 {
			if err := b.Say(t.Context(), map[string]int{"lines": 7}); err != nil {
				t.Fatal(err)
			}
		}
		others, err := a.Others(t.Context())
		if err != nil || len(others) != 1 || others[0].Host != "b" || others[0].Roles != "worker" || string(others[0].Report) != `{"lines":7}` {
			t.Errorf("others %+v, %v", others, err)
		}
		at = at.Add(time.Minute)
		if others, err = a.Others(t.Context()); err != nil || len(others) != 0 {
			t.Errorf("a process that is silent: %+v, %v", others, err)
		}
	})
}
