// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/centre/lookup"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/task"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// lookup builds the room that searches events.
func (a *App) lookup() *lookup.Service {
	s := lookup.New(lookup.Deps{Records: a.Records, Now: a.opt.Now, Store: a.lakeStore, Units: a.unitsIn, Queue: a.Queue, Files: a.takeouts(), Called: a.rowNames})
	a.behind.every(time.Hour, "forget files of events taken out", s.Tidy)
	return s
}

// unitsIn are the units that lie in a scope; all says that it is the whole
// centre.
func (a *App) unitsIn(ctx context.Context, scope auth.Scope) (ids []string, all bool, err error) {
	root, err := a.Rooms.Units.Root(ctx)
	if err != nil {
		return nil, false, err
	}
	if all, err = scope.Holds(ctx, a.Records.Read(), string(root)); err != nil || all {
		return nil, all, db.Error("app.unitsIn", err)
	}
	q := scope.Filter(a.Records.Read().NewSelect().Table("unit_closure").ColumnExpr("DISTINCT descendant"), "descendant")
	return ids, false, db.Error("app.unitsIn", q.Scan(ctx, &ids))
}

// lookupNeighbours are what the pages of events show of other rooms. Whoever
// may search events need not be one who may see sources.
func (a *App) lookupNeighbours() lookup.Neighbours {
	return lookup.Neighbours{Units: a.unitOptions, UnitNames: unitNames{a}.Names, Cases: eventCases{a}, Whose: a.whose, KeepIn: keepInHunt,
		Task:        func(job string) string { return task.Path + "/" + job },
		SourceNames: a.lookedUpSources,
		Sources: func(ctx context.Context) ([]ui.Option, error) {
			_, scope, err := auth.Need(ctx, "app.lookupSources", auth.Permission{Area: auth.RawLogs, Act: auth.Read})
			if err != nil {
				return nil, seen(err)
			}
			list, err := a.Rooms.Sources.Owned(ctx, scope)
			var out []ui.Option
			for _, s := range list {
				out = append(out, ui.Option{Value: string(s.ID), Label: s.Name})
			}
			return out, err
		}}
}

// lookedUpSources are the names of sources whose events the actor was shown: of
// those in the actor's own units alone.
func (a *App) lookedUpSources(ctx context.Context, ids []string) (map[string]string, error) {
	_, scope, err := auth.Need(ctx, "app.lookedUpSources", auth.Permission{Area: auth.RawLogs, Act: auth.Read})
	if err != nil {
		return nil, err
	}
	out := map[string]string{}
	for _, id := range ids {
		s, err := a.Rooms.Sources.Known(ctx, source.ID(id))
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return nil, err
		}
		in, err := scope.Holds(ctx, a.Records.Read(), s.Owner)
		if err != nil {
			return nil, db.Error("app.lookedUpSources", err)
		}
		if in {
			out[id] = s.Name
		}
	}
	return out, nil
}
