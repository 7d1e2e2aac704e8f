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
func (a *App) items(id unit.ID, c unit.Checklist) []home.Item {
	at := "/units/" + string(id)
	var out []home.Item
	for _, item := range []struct {
		key, href string
		done      bool
	}{{"head", at + "/edit", c.Head}, {"contact", at + "/edit", c.Contact}, {"hotline", at + "/edit", c.Hotline}, {"addresses", at, c.Addresses}} {
		state := home.Missing
		if item.done {
			state = home.Told
		}
		out = append(out, home.Item{Key: item.key, State: state, Href: item.href})
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
		for _, u := range page.Units {
			if u.ParentID == "" {
				continue
			}
			out.Units++
			waiting := home.ReadyUnit{Name: u.Label(), Href: "/units/" + string(u.ID)}
			keys = keys[:0]
			for _, item := range a.items(u.ID, told(u)) {
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

// told is the checklist of a unit out of a list.
func told(u unit.Listed) unit.Checklist {
	c := u.SecurityContact
	return unit.Checklist{Head: u.Head.Name != "", Contact: c.Name != "" && (c.Phone != "" || c.Email != ""), Hotline: u.Hotline != "",
		Addresses: u.Ranges > 0}
}
