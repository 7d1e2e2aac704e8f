// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"
)

// entering begins to enter and says whether it has.
func entering(ctx context.Context, g *gate, alone bool) (in chan func()) {
	in = make(chan func(), 1)
	go func() {
		if leave, err := g.enter(ctx, alone); err == nil {
			in <- leave
		}
		close(in)
	}()
	synctest.Wait()
	return in
}

// inside reports that the turn has come, and gives its end.
func inside(t *testing.T, in chan func(), want bool) (leave func()) {
	t.Helper()
	synctest.Wait()
	select {
	case leave = <-in:
	default:
	}
	if (leave != nil) != want {
		t.Fatalf("inside: %v, want %v", leave != nil, want)
	}
	return leave
}

func TestASuspectIsBegunAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{wait: time.Minute, most: time.Hour}
		one := inside(t, entering(t.Context(), g, false), true)
		two := inside(t, entering(t.Context(), g, false), true)
		first := entering(t.Context(), g, true)
		second := entering(t.Context(), g, true)
		usual := entering(t.Context(), g, false)
		one()
		inside(t, first, false)
		two()
		synctest.Wait()
		if len(first)+len(second) != 1 || len(usual) != 0 {
			t.Fatalf("%d and %d suspects and %d others are under way", len(first), len(second), len(usual))
		}
		if len(first) == 0 {
			first, second = second, first
		}
		leave := inside(t, first, true)
		leave()
		inside(t, usual, false) // the other suspect goes first
		inside(t, second, true)()
		inside(t, usual, true)()
		if g.under+g.lone != 0 || g.taken {
			t.Errorf("somebody is left: %d, %d, %v", g.under, g.lone, g.taken)
		}
	})
}

func TestASuspectThatHangsOrWaitsForOneHoldsUpOthersForAWhileOnly(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{wait: time.Minute, most: time.Hour}
		hangs := inside(t, entering(t.Context(), g, false), true)
		began := time.Now()
		alone := entering(t.Context(), g, true)
		usual := entering(t.Context(), g, false)
		leave := <-alone
		if d := time.Since(began); d != time.Minute {
			t.Errorf("it was begun beside another after %v", d)
		}
		inside(t, usual, false)
		other := <-usual
		if d := time.Since(began); d != time.Hour+time.Minute {
			t.Errorf("others were begun after %v", d)
		}
		again := entering(t.Context(), g, true) // a suspect that is not alone any more counts as one of the others
		leave()
		other()
		inside(t, again, false)
		hangs()
		inside(t, again, true)()
		if g.under+g.lone != 0 || g.taken {
			t.Errorf("somebody is left: %d, %d, %v", g.under, g.lone, g.taken)
		}
	})
}

func TestTheEndOfAShiftEndsTheWaitForATurn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		g := &gate{wait: time.Minute, most: time.Hour}
		leave := inside(t, entering(t.Context(), g, true), true)
		ctx, cancel := context.WithCancel(t.Context())
		suspect, usual := entering(ctx, g, true), entering(ctx, g, false)
		cancel()
		for _, in := range []chan func(){suspect, usual} {
			if _, ok := <-in; ok {
				t.Error("its turn came")
			}
		}
		if _, err := g.enter(ctx, false); !errors.Is(err, context.Canceled) {
			t.Errorf("error %v", err)
		}
		leave()
		inside(t, entering(t.Context(), g, false), true)()
		if g.under+g.lone != 0 || g.taken {
			t.Errorf("somebody is left: %d, %d, %v", g.under, g.lone, g.taken)
		}
	})
}
