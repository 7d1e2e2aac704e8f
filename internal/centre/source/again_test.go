// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source_test

import (
	"context"
	"fmt"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// TestBlocksThatComeAgainAreTold counts what senders sent again and what was
// taken before, over several days of keeping.
func TestBlocksThatComeAgainAreTold(t *testing.T) {
	each(t, func(h *house) {
		s, other := h.source("a"), h.source("b")
		nothing := func(context.Context, *db.Tx, []source.Taking) error { return nil }
		blocks := taken(s)
		for range 3 {
			if err := h.Take(h.t.Context(), blocks, nothing); err != nil {
				h.t.Fatal(err)
			}
		}
		if err := h.Take(h.t.Context(), append(taken(other), blocks[0]), nothing); err != nil {
			h.t.Fatal(err)
		}
		h.CameAgain(s.ID, source.AgainSent)
		h.CameAgain("gone", source.AgainSent)
		keep := func() {
			h.t.Helper()
			if err := h.KeepAgain(h.t.Context()); err != nil {
				h.t.Fatal(err)
			}
		}
		keep()
		keep() // nothing is new
		h.now = h.now.AddDate(0, 0, 1)
		h.CameAgain(s.ID, source.AgainSent)
		keep()
		live, err := h.Live(h.as(auth.Centre, "root"), s.ID)
		got := map[string]int64{}
		for _, l := range live.Losses {
			if l.What == "again" {
				got[l.Reason] = l.N
			}
		}
		if want := fmt.Sprint(map[string]int64{source.AgainRead: 2*12 + 1, source.AgainSent: 2}); err != nil || fmt.Sprint(got) != want {
			h.t.Errorf("came again %v, want %v: %v", got, want, err)
		}
		if n := h.rows("SELECT COUNT(*) AS n FROM source_loss WHERE what = 'again' AND source_id <> '" + string(s.ID) + "'"); fmt.Sprint(n) != "[map[n:0]]" {
			h.t.Errorf("others are told to have come again: %v", n)
		}
		list, _, err := h.List(h.as(auth.Centre, "root"), source.Filter{})
		if err != nil || len(list) != 2 || list[0].Lost != list[1].Lost {
			h.t.Errorf("what came again counts as lost: %+v, %v", list, err)
		}
	})
}

// TestBlocksThatCannotBeCountedAreCountedTheNextTime keeps what came again while
// the records do not answer.
func TestBlocksThatCannotBeCountedAreCountedTheNextTime(t *testing.T) {
	each(t, func(h *house) {
		s := h.source("a")
		h.CameAgain(s.ID, source.AgainSent)
		cut, cancel := context.WithCancel(h.t.Context())
		cancel()
		if err := h.KeepAgain(cut); err == nil {
			h.t.Error("kept by nobody")
		}
		if err := h.KeepAgain(h.t.Context()); err != nil {
			h.t.Fatal(err)
		}
		if n := h.rows("SELECT n FROM source_loss WHERE what = 'again'"); fmt.Sprint(n) != "[map[n:1]]" {
			h.t.Errorf("counted %v", n)
		}
	})
}
