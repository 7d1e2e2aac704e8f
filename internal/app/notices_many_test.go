// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/board"
	"github.com/vonggac/vonggac/internal/centre/directive"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// TestWhatManyOweIsToldOnceToWhoeverIsAboveThem lets the term of one demand pass
// at three communes: the centre hears of it once, with how many, each commune of
// its own.
func TestWhatManyOweIsToldOnceToWhoeverIsAboveThem(t *testing.T) {
	t.Parallel()
	now := t0.Add(2 * 24 * time.Hour) // a Monday
	h := open(t, t.TempDir(), func() time.Time { return now })
	h.shut(t)
	ctx := h.found(t)
	var communes []string
	for _, name := range []string{"An", "Bình", "Cư"} {
		communes = append(communes, string(must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã " + name, Kind: "xa", ParentID: unit.ID(h.root)}))(t).ID))
	}
	person := func(login string, role auth.Role, home string) context.Context {
		a, _, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: login, Name: "Người " + login, Home: home, Grants: []auth.Grant{{Role: role, Unit: home}}})
		if err != nil {
			t.Fatal(err)
		}
		return auth.With(t.Context(), a.Actor())
	}
	centre, officer := person("trung.tam", auth.Centre, h.root), person("canbo.an", auth.UnitOfficer, communes[0])
	r := h.Rooms.Directives
	d := must(r.TakeIn(ctx, directive.Arrival{Unit: h.root, Paste: "ỦY BAN NHÂN DÂN\n\nSố: 8/UBND-MAU\n\nKính gửi: Các đơn vị.\n\nYêu cầu các đơn vị thực hiện:\n\n1. Rà soát mã độc.\n"}))(t)
	must(r.Tick(ctx, d.ID, -1))(t)
	f := must(r.Get(ctx, d.ID))(t)
	it := f.Leaves()[0]
	must(r.Decide(ctx, d.ID, it.ID, it.Version, directive.Decision{State: directive.Agreed, Edit: true, Short: "Rà soát mã độc", Actors: []string{"all"}, Owed: true}))(t)
	f = must(r.Get(ctx, d.ID))(t)
	head := f.Head
	head.Subject = "Rà soát"
	f.Directive = must(r.EditHead(ctx, d.ID, head, f.DocumentID, f.Version))(t)
	must(r.Confirm(ctx, d.ID, f.Version))(t)
	must(r.Issue(ctx, d.ID, directive.Sending{To: []string{"all"}, Last: calendar.DateOf(now).AddDays(3)}, 0))(t)
	for range 12 { // days
		now = now.Add(24 * time.Hour)
		must(0, h.Attend(t.Context()))(t)
	}
	of := func(ctx context.Context, kind string) (out []notice.Item) {
		for _, i := range must(h.Rooms.Notices.List(ctx, notice.Filter{}))(t).Rows {
			if i.Kind == kind {
				out = append(out, i)
			}
		}
		return out
	}
	var all int64
	for _, kind := range []string{"obligation.late", "obligation.escalated"} {
		list := of(centre, kind)
		for _, i := range list {
			all += i.Times
			// Of An the centre hears by some steps alone: An has somebody of its own.
			if kind == "obligation.late" && i.Times < int64(len(communes)-1) || i.Href != board.Path+"/"+string(d.ID) || i.Unit != h.root {
				t.Errorf("%s of %s is told %d times, leading to %s", i.Kind, i.Unit, i.Times, i.Href)
			}
		}
	}
	if all < int64(len(communes)) {
		t.Errorf("the centre was told of %d late duties", all)
	}
	own := of(officer, "obligation.late")
	if len(own) == 0 {
		t.Error("the commune was told nothing")
	}
	for _, i := range own {
		if i.Unit != communes[0] || i.Href == board.Path+"/"+string(d.ID) {
			t.Errorf("the commune was told of %s, leading to %s", i.Unit, i.Href)
		}
	}
}
