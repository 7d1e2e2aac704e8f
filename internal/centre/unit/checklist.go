// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// CheckKey names one thing a unit must have told the centre.
type CheckKey string

// The things, in the order a unit is asked for them; see screens.md, the unit
// officer's day.
const (
	CheckHead      CheckKey = "head"
	CheckContact   CheckKey = "contact"
	CheckHotline   CheckKey = "hotline"
	CheckAddresses CheckKey = "addresses" // on the network
	CheckMachines  CheckKey = "machines"  // how many it says it has
	CheckAVExport  CheckKey = "av_export" // a file of its antivirus console
)

// CheckState is how one thing stands. The zero value is missing.
type CheckState string

// The states.
const (
	CheckMissing  CheckState = ""
	CheckDone     CheckState = "done"
	CheckStale    CheckState = "stale"    // told, and not checked for too long
	CheckDeclared CheckState = "declared" // the unit says so, nobody has measured or read it
)

// Check is one thing of a unit's checklist.
type Check struct {
	Key   CheckKey
	State CheckState
	At    time.Time // when it was last told or checked; zero when never
	Href  string    // where the actor tells it; empty when they may not
}

// Checklist is what a unit must have told the centre before the centre can
// help it, in a settled order.
type Checklist []Check

// Missing counts what is still absent.
func (c Checklist) Missing() int {
	n := 0
	for _, i := range c {
		if i.State == CheckMissing {
			n++
		}
	}
	return n
}

// Has reports whether the thing was told in any way.
func (c Checklist) Has(key CheckKey) bool {
	for _, i := range c {
		if i.Key == key {
			return i.State != CheckMissing
		}
	}
	return false
}

// Checklist says what the unit has told the centre and what is still absent.
func (s *Service) Checklist(ctx context.Context, id ID) (Checklist, error) {
	u, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	lists, err := s.Checklists(ctx, []Unit{u})
	return lists[id], err
}

// Checklists are the checklists of units that the actor was shown.
func (s *Service) Checklists(ctx context.Context, units []Unit) (map[ID]Checklist, error) {
	const op = "unit.Checklists"
	if _, _, err := auth.Need(ctx, op, mayRead); err != nil || len(units) == 0 {
		return nil, err
	}
	ids := make([]ID, len(units))
	for i, u := range units {
		ids[i] = u.ID
	}
	q := s.db.Read()
	counts, err := countRanges(ctx, q, ids, s.today())
	if err != nil {
		return nil, db.Error(op, err)
	}
	told, err := toldOf(ctx, q, ids)
	if err != nil {
		return nil, db.Error(op, err)
	}
	since, err := s.FreshSince(ctx)
	if err != nil {
		return nil, db.Error(op, err)
	}
	machines, err := latest(ctx, q, "unit_declared", ids)
	if err != nil {
		return nil, db.Error(op, err)
	}
	files, err := latest(ctx, q, "unit_file", ids)
	if err != nil {
		return nil, db.Error(op, err)
	}
	out := make(map[ID]Checklist, len(units))
	for _, u := range units {
		out[u.ID] = u.checklist(ctx, told[u.ID], since, counts[u.ID] > 0, machines[u.ID], files[u.ID])
	}
	return out, nil
}

// latest is when each unit last told something that table keeps.
func latest(ctx context.Context, q bun.IDB, table string, ids []ID) (map[ID]time.Time, error) {
	var rows []struct {
		UnitID ID
		At     db.Time
	}
	err := q.NewSelect().Table(table).ColumnExpr("unit_id, MAX(at) AS at").Where("unit_id IN (?)", bun.List(ids)).GroupExpr("unit_id").Scan(ctx, &rows)
	out := map[ID]time.Time{}
	for _, r := range rows {
		out[r.UnitID] = r.At.Time
	}
	return out, err
}

func (u Unit) checklist(ctx context.Context, told map[Fact]Told, since time.Time, addresses bool, machines, file time.Time) Checklist {
	facts, hand := pathOf(u.ID)+"/propose", pathOf(u.ID)+"/handed"
	if auth.May(ctx, mayWrite) {
		facts = pathOf(u.ID) + "/edit"
	} else if !auth.May(ctx, mayPropose) {
		facts, hand = "", ""
	}
	fact := func(key CheckKey, f Fact, ok bool) Check {
		c := Check{Key: key, At: told[f].VerifiedAt, Href: facts}
		switch {
		case !ok:
		case c.At.Before(since):
			c.State = CheckStale
		default:
			c.State = CheckDone
		}
		return c
	}
	declared := func(key CheckKey, at time.Time) Check {
		c := Check{Key: key, At: at, Href: hand}
		if !at.IsZero() {
			c.State = CheckDeclared
		}
		return c
	}
	reach := u.SecurityContact.Name != "" && (u.SecurityContact.Phone != "" || u.SecurityContact.Email != "")
	plan := Check{Key: CheckAddresses, Href: facts}
	if addresses {
		plan.State = CheckDone
	}
	return Checklist{fact(CheckHead, FactHead, u.Head.Name != ""), fact(CheckContact, FactContact, reach), fact(CheckHotline, FactHotline, u.Hotline != ""),
		plan, declared(CheckMachines, machines), declared(CheckAVExport, file)}
}
