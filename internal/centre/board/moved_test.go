// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board_test

import (
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/obligation"
)

// TestWhatWasCarriedOverIsNotMet: a duty that went over to a later directive is
// asked no more, counts as nothing that was done, and is still told of.
func TestWhatWasCarriedOverIsNotMet(t *testing.T) {
	sh := board.Sheet{ID: "d", Units: []board.UnitRow{{ID: "u0"}, {ID: "u1"}}, Columns: []board.Column{{ID: "c0", Kind: board.Duty, Duty: true, Units: []string{"u0", "u1"}, Moved: []string{"u0"}}}}
	gone, runs := owed(obligation.Cancelled, 5*24*time.Hour, 0), owed(obligation.Open, 5*24*time.Hour, 0)
	gone.UnitID, gone.ClockID, runs.UnitID, runs.ClockID = "u0", "c0", "u1", "c0"
	table := board.Fill(sh, nil, known, []obligation.Standing{gone, runs}, now)
	cell := table.Rows[0].Cells[0]
	if !cell.Moved || cell.Met || cell.State != board.Outside || table.Rows[1].Cells[0].Moved {
		t.Errorf("%+v", cell)
	}
	if n := table.Counts; n.Moved != 1 || n.Asked != 1 || n.Met != 0 || n.Pending != 1 {
		t.Errorf("%+v", n)
	}
}
