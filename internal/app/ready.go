// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"cmp"
	"context"
	"slices"

	"github.com/vonggac/vonggac/internal/centre/home"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// items are a unit's checklist as the first page shows it.
func items(c unit.Checklist) []home.Item {
	out := make([]home.Item, 0, len(c))
	for _, i := range c {
		out = append(out, home.Item{Key: string(i.Key), State: home.ItemState(i.State), At: i.At, Href: i.Href})
	}
	return out
}

// todayReady sums the checklists of the units in scope that exist today,
// besides the centre's own body.
func (a *App) todayReady(ctx context.Context) (home.Ready, error) {
	out := home.Ready{List: "/units"}
	greens := map[string]int64{}
	var keys []string
	for f := (unit.Filter{On: calendar.DateOf(a.opt.Now()), Limit: unit.MaxPage}); ; {
		page, err := a.Rooms.Units.List(ctx, f)
		if err != nil {
			return out, err
		}
		units := make([]unit.Unit, len(page.Units))
		for i, u := range page.Units {
			units[i] = u.Unit
		}
		lists, err := a.Rooms.Units.Checklists(ctx, units)
		if err != nil {
			return out, err
		}
		for _, u := range page.Units {
			if u.ParentID == "" {
				continue
			}
			out.Units++
			waiting := home.ReadyUnit{Name: u.Label(), Href: "/units/" + string(u.ID)}
			keys = keys[:0]
			for _, item := range items(lists[u.ID]) {
				keys = append(keys, item.Key)
				if item.State == home.Told || item.State == home.Declared {
					greens[item.Key]++
				} else {
					waiting.Lacks = append(waiting.Lacks, item.Key)
				}
			}
			if waiting.Lacks == nil {
				out.Green++
			} else {
				out.Waiting = append(out.Waiting, waiting)
			}
		}
		if f.After = page.Next; f.After == "" {
			break
		}
	}
	for _, key := range keys {
		out.Items = append(out.Items, home.ReadyItem{Key: key, Green: greens[key]})
	}
	slices.SortStableFunc(out.Waiting, func(x, y home.ReadyUnit) int { return cmp.Compare(len(y.Lacks), len(x.Lacks)) })
	out.Waiting = out.Waiting[:min(len(out.Waiting), onToday)]
	return out, nil
}
