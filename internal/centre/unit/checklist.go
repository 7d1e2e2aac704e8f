// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"context"
	"time"

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
	const op = "unit.Checklist"
	u, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	q := s.db.Read()
	counts, err := countRanges(ctx, q, []ID{id}, s.today())
	if err != nil {
		return nil, db.Error(op, err)
	}
	told, err := toldOf(ctx, q, []ID{id})
	if err != nil {
		return nil, db.Error(op, err)
	}
	since, err := s.FreshSince(ctx)
	if err != nil {
		return nil, db.Error(op, err)
	}
	machines, err := s.Declarations(ctx, id)
	if err != nil {
		return nil, err
	}
	files, err := s.HandedIn(ctx, id)
	if err != nil {
		return nil, err
	}
	facts, hand := pathOf(id)+"/propose", pathOf(id)+"/handed"
	if auth.May(ctx, mayWrite) {
		facts = pathOf(id) + "/edit"
	} else if !auth.May(ctx, mayPropose) {
		facts, hand = "", ""
	}
	reach := func(c Contact) bool { return c.Name != "" && (c.Phone != "" || c.Email != "") }
	fact := func(key CheckKey, f Fact, ok bool) Check {
		c := Check{Key: key, At: told[id][f].VerifiedAt, Href: facts}
		switch {
		case !ok:
		case c.At.Before(since):
			c.State = CheckStale
		default:
			c.State = CheckDone
		}
		return c
	}
	out := Checklist{fact(CheckHead, FactHead, u.Head.Name != ""), fact(CheckContact, FactContact, reach(u.SecurityContact)),
		fact(CheckHotline, FactHotline, u.Hotline != ""), {Key: CheckAddresses, Href: facts}, {Key: CheckMachines, Href: hand}, {Key: CheckAVExport, Href: hand}}
	if counts[id] > 0 {
		out[3].State = CheckDone
	}
	if len(machines) > 0 {
		out[4].State, out[4].At = CheckDeclared, machines[0].Day.Start()
	}
	if len(files) > 0 {
		out[5].State, out[5].At = CheckDeclared, files[0].At
	}
	return out, nil
}
