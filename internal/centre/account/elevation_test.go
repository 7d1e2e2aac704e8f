// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"context"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

const emergency = "máy chủ một cửa bị mã hoá lúc nửa đêm"

// flag lets the person of a break glass.
func (h *house) flag(t *testing.T, ctx context.Context, id account.ID, unit string) {
	t.Helper()
	a, err := h.Get(ctx, id)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.SetFlags(ctx, id, a.Version, account.Flags{BreakGlass: true, GlassUnit: unit}); err != nil {
		t.Fatal(err)
	}
}

func glass(role auth.Role, unit string, hours int, witness account.ID) account.Break {
	return account.Break{Grant: auth.Grant{Role: role, Unit: unit}, Hours: hours, Reason: emergency, Witness: witness}
}

func TestBreakGlassGivesARoleForHoursAndTellsTheSecondPerson(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		inA, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		if _, err := h.BreakGlass(inA, glass(auth.Duty, "a", 4, me.ID)); !fault.Is(err, fault.Forbidden) {
			t.Fatalf("without the flag: %v", err)
		}
		h.flag(t, ctx, an.ID, "")
		e, err := h.BreakGlass(inA, glass(auth.Duty, "a", 4, me.ID))
		if err != nil {
			t.Fatal(err)
		}
		if len(h.told) != 1 || h.told[0].Kind != "break_glass" || h.told[0].to[0] != me.ID || h.told[0].Reason != emergency {
			t.Errorf("told %+v", h.told)
		}
		if _, err := h.BreakGlass(inA, glass(auth.Centre, "a", 1, me.ID)); !fault.Is(err, fault.Conflict) {
			t.Errorf("a second one meanwhile: %v", err)
		}
		for _, c := range []struct {
			at   time.Time
			want string
			id   string
		}{{t0, "duty@a unit@a", e.ID}, {t0.Add(4*time.Hour - time.Millisecond), "duty@a unit@a", e.ID}, {t0.Add(4 * time.Hour), "unit@a", ""}} {
			h.now = c.at
			actor, err := h.Actor(ctx, string(an.ID), an.Epoch)
			if err != nil || actor.Elevated != c.id || h.may(t, an) != c.want {
				t.Errorf("after %s: elevated %q, %q, %v", c.at.Sub(t0), actor.Elevated, h.may(t, an), err)
			}
		}
		waiting, err := h.AwaitingMe(ctx)
		if err != nil || len(waiting) != 1 || waiting[0].ID != e.ID {
			t.Errorf("waits for the second person: %+v, %v", waiting, err)
		}
		if err := h.ConfirmSeen(inA, e.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("confirmed by the one who did it: %v", err)
		}
		if err := h.ConfirmSeen(ctx, e.ID); err != nil {
			t.Fatal(err)
		}
		if waiting, err = h.AwaitingMe(ctx); err != nil || len(waiting) != 0 {
			t.Errorf("still waits: %+v, %v", waiting, err)
		}
		rows, err := audit.Of(ctx, h.store, "elevation", e.ID, 10)
		if err != nil || len(rows) != 2 || rows[0].Action != "account.break_glass_seen" || rows[1].Action != "account.break_glass" {
			t.Errorf("trail %+v, %v", rows, err)
		}
	})
}

// TestActsUnderBreakGlassAreMarked looks for the mark in the trail, and for
// none on what the same person does before and after.
func TestActsUnderBreakGlassAreMarked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		_, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		h.flag(t, ctx, an.ID, "")
		change := func(phone string) {
			t.Helper()
			actor, err := h.Actor(t.Context(), string(an.ID), an.Epoch)
			if err != nil {
				t.Fatal(err)
			}
			in := auth.With(t.Context(), actor)
			now, err := h.Me(in)
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.EditMe(in, account.Account{Phone: phone, Version: now.Version}); err != nil {
				t.Fatal(err)
			}
		}
		actor, err := h.Actor(t.Context(), string(an.ID), an.Epoch)
		if err != nil {
			t.Fatal(err)
		}
		change("0213 000 001")
		e, err := h.BreakGlass(auth.With(t.Context(), actor), glass(auth.Duty, "a", 1, me.ID))
		if err != nil {
			t.Fatal(err)
		}
		change("0213 000 002")
		h.now = h.now.Add(time.Hour)
		change("0213 000 003")
		rows, err := audit.Of(ctx, h.store, "account", string(an.ID), 50)
		if err != nil {
			t.Fatal(err)
		}
		marked, plain := 0, 0
		for _, r := range rows {
			if r.ActorID != string(an.ID) || r.Action != "account.edit_own" {
				continue
			}
			if r.Elevated == e.ID {
				marked++
			} else if r.Elevated == "" {
				plain++
			}
		}
		if marked != 1 || plain != 2 {
			t.Errorf("%d acts marked, %d not, want 1 and 2", marked, plain)
		}
	})
}

func TestBreakGlassKeepsItsBounds(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		inA, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		_, clerk := h.admit(t, ctx, "van.thu", "a", auth.Clerk)
		_, elsewhere := h.admit(t, ctx, "lanh.b", "b", auth.Leader)
		h.flag(t, ctx, an.ID, "")
		for name, c := range map[string]struct {
			in    account.Break
			field string
		}{
			"a role not in the table":  {glass(auth.Administrator, "a", 1, me.ID), "role"},
			"another unit":             {glass(auth.Duty, "b", 1, me.ID), "unit"},
			"a unit above":             {glass(auth.Duty, "root", 1, me.ID), "unit"},
			"more hours than allowed":  {glass(auth.Duty, "a", 5, me.ID), "hours"},
			"no hours":                 {glass(auth.Duty, "a", 0, me.ID), "hours"},
			"oneself as second person": {glass(auth.Duty, "a", 1, an.ID), "witness"},
			"a clerk":                  {glass(auth.Duty, "a", 1, clerk.ID), "witness"},
			"a leader of another unit": {glass(auth.Duty, "a", 1, elsewhere.ID), "witness"},
		} {
			if _, err := h.BreakGlass(inA, c.in); fault.Of(err).Fields[c.field] == "" {
				t.Errorf("%s: %v, want Invalid %s", name, err, c.field)
			}
		}
		short := glass(auth.Duty, "a", 1, me.ID)
		short.Reason = "gấp"
		if _, err := h.BreakGlass(inA, short); fault.Of(err).Fields["reason"] == "" {
			t.Errorf("without reason: %v", err)
		}
		if h.may(t, an) != "unit@a" || len(h.told) != 0 {
			t.Errorf("something was given: %q, told %v", h.may(t, an), h.told)
		}
	})
}

func TestBreakGlassEndsEarly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		inA, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		inB, _ := h.admit(t, ctx, "chi.lt", "b", auth.Administrator)
		h.flag(t, ctx, an.ID, "")
		for name, who := range map[string]context.Context{"the person": inA, "the second person": ctx} {
			e, err := h.BreakGlass(inA, glass(auth.Centre, "a", 2, me.ID))
			if err != nil {
				t.Fatal(err)
			}
			if _, err := h.Elevation(inB, e.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("seen from another unit: %v", err)
			}
			if err := h.EndGlass(inB, e.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("ended from another unit: %v", err)
			}
			if err := h.EndGlass(who, e.ID); err != nil || h.may(t, an) != "unit@a" {
				t.Errorf("by %s: %v, %q", name, err, h.may(t, an))
			}
			if err := h.EndGlass(who, e.ID); !fault.Is(err, fault.Conflict) {
				t.Errorf("by %s twice: %v", name, err)
			}
		}
		if _, err := h.BreakGlass(inA, glass(auth.Centre, "a", 2, me.ID)); err != nil {
			t.Fatal(err)
		}
		a, err := h.Get(ctx, an.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.SetFlags(ctx, an.ID, a.Version, account.Flags{}); err != nil || h.may(t, an) != "unit@a" {
			t.Errorf("the flag is taken away: %v, %q", err, h.may(t, an))
		}
		list, total, err := h.Elevations(ctx, "", 50)
		if err != nil || total != 3 || len(list) != 3 {
			t.Errorf("the list for those who check: %d of %d, %v", len(list), total, err)
		}
		if _, total, err := h.Elevations(inB, "", 50); err != nil || total != 0 {
			t.Errorf("the list of another unit: %d, %v", total, err)
		}
	})
}

func TestNobodyChangesTheirOwnFlags(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		if err := h.SetFlags(ctx, me.ID, me.Version, account.Flags{BreakGlass: true}); !fault.Is(err, fault.Conflict) {
			t.Errorf("one's own flags: %v, want Conflict", err)
		}
		_, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		a, err := h.Get(ctx, an.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.SetFlags(ctx, an.ID, a.Version, account.Flags{PersonalData: true}); err != nil {
			t.Fatal(err)
		}
		if actor, err := h.Actor(ctx, string(an.ID), an.Epoch); err != nil || !actor.PersonalData {
			t.Errorf("the flag does not reach the actor: %+v, %v", actor, err)
		}
	})
}

func TestBreakGlassHandsOutNothingThatLastsLonger(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		inA, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		_, binh := h.admit(t, ctx, "binh.tt", "a", auth.UnitOfficer)
		h.flag(t, ctx, an.ID, "")
		if _, err := h.BreakGlass(inA, glass(auth.Centre, "a", 2, me.ID)); err != nil {
			t.Fatal(err)
		}
		actor, err := h.Actor(ctx, string(an.ID), an.Epoch)
		if err != nil {
			t.Fatal(err)
		}
		under := auth.With(ctx, actor)
		if _, _, err := h.Invite(under, account.Account{Login: "moi", Name: "Mới", Home: "a"}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("inviting: %v", err)
		}
		if err := h.Give(under, binh.ID, account.Held{Grant: auth.Grant{Role: auth.Duty, Unit: "a"}}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("giving a role: %v", err)
		}
		if _, err := h.lend(t, under, binh.ID, auth.Centre, "a", time.Time{}, h.now.AddDate(0, 0, 1)); !fault.Is(err, fault.Invalid) {
			t.Errorf("lending the role: %v", err)
		}
	})
}
