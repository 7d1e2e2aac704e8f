// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// rhythm is what duties that come again ask of the units and the calendar.
func (a *App) rhythm() obligation.Rhythm {
	return obligation.Rhythm{Law: a.pack, Campaigns: a.campaigns, Members: a.dutyMembers, Gone: a.goneUnits, Root: a.root}
}

// dutyNeighbours are what the pages of the room ask of others.
func (a *App) dutyNeighbours() obligation.Neighbours {
	return obligation.Neighbours{Workers: a.workers, Link: a.link,
		Groups: func(ctx context.Context) ([]ui.Option, error) {
			if !auth.May(ctx, auth.Permission{Area: auth.Units, Act: auth.Read}) {
				return nil, nil
			}
			list, err := a.Rooms.Units.Groups(ctx, "", false)
			var out []ui.Option
			for _, g := range list {
				out = append(out, ui.Option{Value: groupTarget + string(g.ID), Label: g.Name})
			}
			return out, err
		},
		Members: func(ctx context.Context, target string) ([]string, error) {
			return a.groupMembers(ctx, target, calendar.DateOf(a.opt.Now()))
		}}
}

// groupTarget stands before the id of an addressee group in the target of a
// duty.
const groupTarget = "group:"

// dutyMembers are the units of a target on a day, asked as the program itself.
func (a *App) dutyMembers(ctx context.Context, target string, kinds []string, day calendar.Date) ([]string, error) {
	root, err := a.wholeCentre(ctx)
	if err != nil {
		return nil, err
	}
	if target == "centre" {
		id, err := a.root(ctx)
		return []string{id}, err
	}
	if target != "kinds" {
		return a.groupMembers(root, target, day)
	}
	nodes, err := a.Rooms.Units.Tree(root, day)
	var out []string
	for _, n := range nodes {
		if slices.Contains(kinds, n.Kind) {
			out = append(out, string(n.ID))
		}
	}
	return out, err
}

func (a *App) groupMembers(ctx context.Context, target string, day calendar.Date) ([]string, error) {
	id, ok := strings.CutPrefix(target, groupTarget)
	if !ok {
		return nil, fault.Missing("app.groupMembers")
	}
	list, err := a.Rooms.Units.Resolve(ctx, unit.GroupID(id), day)
	out := make([]string, len(list))
	for i, m := range list {
		out[i] = string(m.Unit.ID)
	}
	return out, err
}

// goneUnits are the units that exist no more on a day, with those that exist in
// their place then.
func (a *App) goneUnits(ctx context.Context, day calendar.Date) (map[string][]obligation.Successor, error) {
	const op = "app.goneUnits"
	q := a.Records.Read()
	var ended []string
	if err := q.NewSelect().Table("unit").Column("id").Where("valid_until <= ?", day.Start().UnixMilli()).Scan(ctx, &ended); err != nil || len(ended) == 0 {
		return nil, db.Error(op, err)
	}
	var links []struct{ UnitID, SuccessorID string }
	if err := q.NewSelect().Table("unit_successor").Column("unit_id", "successor_id").OrderExpr("unit_id, successor_id").Scan(ctx, &links); err != nil {
		return nil, db.Error(op, err)
	}
	next := map[string][]string{}
	for _, l := range links {
		next[l.UnitID] = append(next[l.UnitID], l.SuccessorID)
	}
	gone := make(map[string]bool, len(ended))
	for _, id := range ended {
		gone[id] = true
	}
	out, all := make(map[string][]obligation.Successor, len(ended)), []string(nil)
	for _, id := range ended {
		seen := map[string]bool{id: true}
		var living []string
		for ring := next[id]; len(ring) > 0; {
			at := ring[0]
			if ring = ring[1:]; seen[at] {
				continue
			}
			if seen[at] = true; gone[at] {
				ring = append(ring, next[at]...)
			} else {
				living = append(living, at)
			}
		}
		out[id] = nil
		for _, at := range living {
			out[id] = append(out[id], obligation.Successor{ID: at})
		}
		all = append(all, living...)
	}
	names, err := a.unitLabels(ctx, q, all)
	for _, after := range out {
		for n := range after {
			after[n].Name = names[after[n].ID]
		}
	}
	return out, err
}

// campaigns are the windows of raised watch from half a year back to a year
// ahead, as the calendar has them. A window keeps its id when a yearly decision
// moves its days.
func (a *App) campaigns(context.Context) ([]rulepack.Campaign, error) {
	cal, today := a.Rooms.Packs.Calendar(), calendar.DateOf(a.opt.Now())
	first, last := today.AddDays(-183), today.AddDays(400)
	seen := map[string]calendar.Date{}
	var out []rulepack.Campaign
	for year := first.Year; year <= last.Year; year++ {
		for _, w := range cal.Windows(year) {
			if w.Last.Compare(first) < 0 || w.First.Compare(last) > 0 {
				continue
			}
			id := w.Campaign + "-" + strconv.Itoa(w.Last.Year)
			if had, again := seen[id]; again && had == w.First { // a window over New Year touches both years
				continue
			} else if again {
				id += w.Last.Month.String()
			}
			seen[id] = w.First
			label := rulepack.Label(w.Name)
			out = append(out, rulepack.Campaign{ID: id, Label: rulepack.Label{VI: label.VI + " " + strconv.Itoa(w.Last.Year), EN: label.EN + " " + strconv.Itoa(w.Last.Year)},
				From: w.First, To: w.Last})
		}
	}
	return out, nil
}

// reader is who an account is now, for a calendar feed of theirs.
func (a *App) reader(ctx context.Context, id string) (auth.Actor, error) {
	var epochs []int64
	err := a.Records.Read().NewSelect().Table("account").Column("epoch").Where("id = ?", id).Scan(ctx, &epochs)
	if err != nil || len(epochs) == 0 {
		if err == nil {
			err = &fault.Error{Kind: fault.SignedOut, Op: "app.reader"}
		}
		return auth.Actor{}, db.Error("app.reader", err)
	}
	return a.Rooms.Accounts.Actor(ctx, id, epochs[0])
}
