// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"strings"
	"testing"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// tellOf adds what the units room keeps of a unit besides itself: a change that
// is drafted, a proposal, a group of its own, a number and a file.
func (w *scopes) tellOf(t *testing.T, g goods, u unit.Unit, word string) {
	t.Helper()
	as := func(role auth.Role) context.Context {
		return auth.With(t.Context(), auth.Actor{ID: "p-" + word, Name: "Người " + word, Home: string(u.ID),
			Grants: []auth.Grant{{Role: role, Unit: string(u.ID)}}})
	}
	units, officer, centre := w.Rooms.Units, as(auth.UnitOfficer), as(auth.Centre)
	r := must(units.SaveReform(centre, unit.Reform{Kind: unit.Rename, From: calendar.DateOf(t0).AddDays(9), Basis: "NQ " + word,
		Spec: unit.Spec{Units: []unit.ID{u.ID}, Parts: []unit.Part{{Name: "UBND phường " + word}}}}))(t)
	p := must(units.Propose(officer, u.ID, map[string]string{"hotline": "0200 000 0077"}, "vì "+word))(t)
	group := must(units.SaveGroup(centre, unit.Group{Name: "Nhóm " + word, Members: []unit.ID{u.ID}}))(t)
	if err := units.DeclareMachines(officer, u.ID, unit.Declared{Machines: 7, Day: calendar.DateOf(t0), Source: "kiểm kê " + word}); err != nil {
		t.Fatal(err)
	}
	f, _, err := units.HandIn(officer, u.ID, word+".av.csv", strings.NewReader("virus of "+word))
	if err != nil {
		t.Fatal(err)
	}
	g.add("reform", string(r.ID))
	g.add("proposal", string(p.ID))
	g.add("group", string(group.ID))
	g.add("handed", f.ID)
}
