// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// admit invites a person with a password and gives their context and account.
func (h *house) admit(t *testing.T, ctx context.Context, login, unit string, roles ...auth.Role) (context.Context, account.Account) {
	t.Helper()
	a := account.Account{Login: login, Name: "Người " + login, Home: unit}
	for _, r := range roles {
		a.Grants = append(a.Grants, auth.Grant{Role: r, Unit: unit})
	}
	_, secret, err := h.Invite(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	if a, err = h.SetPassword(t.Context(), secret, phrase); err != nil {
		t.Fatal(err)
	}
	return auth.With(t.Context(), a.Actor()), a
}

// may are the grants a session of a has now, "duty@a".
func (h *house) may(t *testing.T, a account.Account) string {
	t.Helper()
	actor, err := h.Actor(t.Context(), string(a.ID), a.Epoch)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, g := range actor.Grants {
		out = append(out, string(g.Role)+"@"+g.Unit)
	}
	slices.Sort(out)
	return strings.Join(out, " ")
}

func TestARoleGivesNothingOutsideItsTerm(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		_, a := h.admit(t, ctx, "an.nv", "a", auth.Viewer)
		from, until := t0.Add(time.Hour), t0.Add(2*time.Hour)
		if err := h.Give(ctx, a.ID, account.Held{Grant: auth.Grant{Role: auth.Duty, Unit: "a"}, Term: account.Term{From: from, Until: until}}); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			at   time.Time
			want string
		}{{from.Add(-time.Millisecond), "viewer@a"}, {from, "duty@a viewer@a"}, {until.Add(-time.Millisecond), "duty@a viewer@a"}, {until, "viewer@a"}} {
			if h.now = c.at; h.may(t, a) != c.want {
				t.Errorf("at %s: %q, want %q", c.at.Sub(t0), h.may(t, a), c.want)
			}
		}
		for reason, term := range map[string]account.Term{"account.bad.until_past": {Until: h.now}, "account.bad.until_before": {From: h.now.Add(2 * time.Hour), Until: h.now.Add(time.Hour)}} {
			err := h.Give(ctx, a.ID, account.Held{Grant: auth.Grant{Role: auth.Duty, Unit: "a"}, Term: term})
			if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["until"] != reason {
				t.Errorf("%s: %v", reason, err)
			}
		}
	})
}

func TestRolesAreGivenAndWithdrawnOneByOne(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		inA, a := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		give := func(ctx context.Context, id account.ID, role auth.Role, unit string) error {
			return h.Give(ctx, id, account.Held{Grant: auth.Grant{Role: role, Unit: unit}})
		}
		if err := give(ctx, a.ID, auth.Clerk, "b"); err != nil {
			t.Fatal(err)
		}
		if got := h.may(t, a); got != "clerk@b unit@a" {
			t.Errorf("two roles in two units: %q", got)
		}
		if err := give(ctx, me.ID, auth.Leader, "root"); !fault.Is(err, fault.Conflict) {
			t.Errorf("a role for oneself: %v, want Conflict", err)
		}
		if err := h.Withdraw(ctx, me.ID, auth.Grant{Role: auth.Administrator, Unit: "root"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("withdrawing one's own: %v, want Conflict", err)
		}
		_, deputy := h.admit(t, ctx, "binh.tt", "a", auth.UnitOfficer)
		if err := give(inA, deputy.ID, auth.UnitOfficer, "b"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a role in a foreign unit: %v, want Invalid", err)
		}
		if err := give(inA, deputy.ID, auth.Leader, "a"); !fault.Is(err, fault.Invalid) {
			t.Errorf("a role above one's own: %v, want Invalid", err)
		}
		if err := h.Withdraw(inA, a.ID, auth.Grant{Role: auth.Clerk, Unit: "b"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("one's own: %v, want Conflict", err)
		}
		if err := h.Withdraw(ctx, a.ID, auth.Grant{Role: auth.Clerk, Unit: "b"}); err != nil || h.may(t, a) != "unit@a" {
			t.Errorf("withdrawn: %v, %q", err, h.may(t, a))
		}
		if err := h.Withdraw(ctx, a.ID, auth.Grant{Role: auth.Clerk, Unit: "b"}); !fault.Is(err, fault.Conflict) {
			t.Errorf("withdrawn twice: %v, want Conflict", err)
		}
		rows, err := audit.Of(t.Context(), h.store, "account", string(a.ID), 10)
		if err != nil || len(rows) < 2 || rows[0].Action != "account.withdraw_role" || rows[1].Action != "account.give_role" {
			t.Errorf("history = %+v, %v", rows, err)
		}
	})
}

func (h *house) lend(t *testing.T, ctx context.Context, to account.ID, role auth.Role, unit string, from, until time.Time) (account.Delegation, error) {
	t.Helper()
	return h.Lend(ctx, account.Delegation{To: to, Grant: auth.Grant{Role: role, Unit: unit}, Term: account.Term{From: from, Until: until}, Reason: "nghỉ Tết Nguyên đán"})
}

func TestALentRoleEndsWithItsTerm(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		leader, _ := h.admit(t, ctx, "lanh.dao", "root", auth.Leader)
		_, an := h.admit(t, ctx, "an.nv", "a")
		from, until := t0.Add(time.Hour), t0.Add(3*time.Hour)
		d, err := h.lend(t, leader, an.ID, auth.Leader, "a", from, until)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct {
			at   time.Time
			want string
		}{{from.Add(-time.Millisecond), ""}, {from, "leader@a"}, {until.Add(-time.Millisecond), "leader@a"}, {until, ""}} {
			if h.now = c.at; h.may(t, an) != c.want {
				t.Errorf("at %s: %q, want %q", c.at.Sub(t0), h.may(t, an), c.want)
			}
		}
		if len(h.told) != 1 || h.told[0].Kind != "delegation" || h.told[0].to[0] != an.ID || h.told[0].Object != d.ID {
			t.Errorf("told %+v", h.told)
		}
	})
}

func TestWhatMayNotBeLent(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		inA, a := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		inA2, a2 := h.admit(t, ctx, "binh.tt", "a")
		_, b := h.admit(t, ctx, "chi.lt", "b")
		until := t0.AddDate(0, 0, 5)
		if _, err := h.lend(t, inA, a2.ID, auth.UnitOfficer, "a", time.Time{}, until); err != nil {
			t.Fatal(err)
		}
		for name, c := range map[string]struct {
			from  context.Context
			to    account.ID
			role  auth.Role
			unit  string
			until time.Time
			field string
		}{
			"a lent role":            {inA2, a.ID, auth.UnitOfficer, "a", until, "grant"},
			"a role not held":        {inA, a2.ID, auth.Leader, "a", until, "grant"},
			"a unit above":           {inA, a2.ID, auth.UnitOfficer, "root", until, "grant"},
			"a person out of scope":  {inA, b.ID, auth.UnitOfficer, "a", until, "person"},
			"oneself":                {inA, a.ID, auth.UnitOfficer, "a", until, "person"},
			"no end":                 {inA, a2.ID, auth.UnitOfficer, "a", time.Time{}, "until"},
			"an end that has passed": {inA, a2.ID, auth.UnitOfficer, "a", t0, "until"},
			"longer than a leave":    {inA, a2.ID, auth.UnitOfficer, "a", t0.AddDate(0, 6, 0), "until"},
		} {
			_, err := h.lend(t, c.from, c.to, c.role, c.unit, time.Time{}, c.until)
			if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[c.field] == "" {
				t.Errorf("%s: %v, want Invalid %s", name, err, c.field)
			}
		}
	})
}

func TestALentRoleEndsWithItsGiversOwn(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		own := auth.Grant{Role: auth.Leader, Unit: "root"}
		leader, giver := h.admit(t, ctx, "lanh.dao", "root", auth.Leader)
		_, an := h.admit(t, ctx, "an.nv", "a")
		lend := func() account.Delegation {
			d, err := h.lend(t, leader, an.ID, auth.Leader, "a", time.Time{}, h.now.AddDate(0, 0, 5))
			if err != nil {
				t.Fatal(err)
			}
			if h.may(t, an) != "leader@a" {
				t.Fatalf("lent: %q", h.may(t, an))
			}
			return d
		}
		lend()
		if err := h.Withdraw(ctx, giver.ID, own); err != nil || h.may(t, an) != "" {
			t.Errorf("the giver loses the role: %v, %q", err, h.may(t, an))
		}
		if err := h.Give(ctx, giver.ID, account.Held{Grant: own}); err != nil || h.may(t, an) != "" {
			t.Errorf("given again, the loan is back: %v, %q", err, h.may(t, an))
		}
		lend()
		g, err := h.Get(ctx, giver.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.SetDisabled(ctx, giver.ID, g.Version, true); err != nil || h.may(t, an) != "" {
			t.Errorf("the giver is disabled: %v, %q", err, h.may(t, an))
		}
		if err := h.SetDisabled(ctx, giver.ID, g.Version+1, false); err != nil || h.may(t, an) != "" {
			t.Errorf("let in again, the loan is back: %v, %q", err, h.may(t, an))
		}
		lend()
		short := account.Held{Grant: own, Term: account.Term{Until: h.now.Add(time.Hour)}}
		if err := h.Give(ctx, giver.ID, short); err != nil {
			t.Fatal(err)
		}
		if h.now = h.now.Add(time.Hour); h.may(t, an) != "" {
			t.Errorf("the giver's own term is over: %q", h.may(t, an))
		}
	})
}

func TestWhoEndsADelegation(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		leader, _ := h.admit(t, ctx, "lanh.dao", "root", auth.Leader)
		inA, an := h.admit(t, ctx, "an.nv", "a")
		inB, _ := h.admit(t, ctx, "chi.lt", "b", auth.Administrator)
		for name, who := range map[string]context.Context{"giver": leader, "receiver": inA, "administrator": ctx} {
			d, err := h.lend(t, leader, an.ID, auth.Leader, "a", time.Time{}, h.now.AddDate(0, 0, 5))
			if err != nil {
				t.Fatal(err)
			}
			if err := h.EndDelegation(inB, d.ID); !fault.Is(err, fault.NotFound) {
				t.Errorf("an administrator of another unit: %v, want NotFound", err)
			}
			if err := h.EndDelegation(who, d.ID); err != nil || h.may(t, an) != "" {
				t.Errorf("%s: %v, %q", name, err, h.may(t, an))
			}
			if err := h.EndDelegation(who, d.ID); !fault.Is(err, fault.Conflict) {
				t.Errorf("%s twice: %v, want Conflict", name, err)
			}
		}
	})
}
