// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/centre/workdays"
)

// workdays builds the room of the calendar. Every room counts with the calendar
// it amends. What another process decided is read every half minute.
func (a *App) workdays() *workdays.Service {
	s := workdays.New(workdays.Deps{Records: a.Records, Now: a.opt.Now, Root: a.root, Calendar: a.Rooms.Packs.Calendar(), Hours: a.officeHours,
		Changed: a.daysChanged})
	a.behind.here(30*time.Second, "read the calendar", s.Apply)
	return s
}

// daysChanged is told after days off were decided or withdrawn: open terms are
// then to be counted again.
func (a *App) daysChanged(context.Context) {
	a.opt.Log.Info("the calendar changed", "calendar", a.Rooms.Packs.Calendar().Version())
}
