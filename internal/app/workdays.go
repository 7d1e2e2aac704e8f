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
	counted := "" // the calendar whose days all open terms are known to be counted with
	a.behind.every(time.Minute, "count open terms again", func(ctx context.Context) error {
		cal := a.Rooms.Packs.Calendar()
		version := cal.Version()
		if version == counted {
			return nil
		}
		moved, err := a.Rooms.Obligations.Recount(ctx, cal)
		if err == nil {
			counted = version
		}
		if moved > 0 {
			a.opt.Log.Info("open terms were counted again", "calendar", version, "moved", moved)
		}
		return err
	})
	return s
}

// daysChanged is told after days off were decided or withdrawn. Open terms are
// counted again within a minute.
func (a *App) daysChanged(context.Context) {
	a.opt.Log.Info("the calendar changed", "calendar", a.Rooms.Packs.Calendar().Version())
}
