// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// noted counts the acts of one name in the history of an account.
func (h *house) noted(t *testing.T, id account.ID, action string) int {
	t.Helper()
	rows, err := audit.Of(t.Context(), h.store, "account", string(id), 500)
	if err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, r := range rows {
		if r.Action == action {
			n++
		}
	}
	return n
}

// atOnce does what does not wait for each other.
func atOnce(times int, do func(n int)) {
	var all sync.WaitGroup
	for n := range times {
		all.Go(func() { do(n) })
	}
	all.Wait()
}

func TestCodesSentAtOnceAreNoMoreTries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		a, _, _ := h.enrol(t, ctx)
		h.now = h.now.Add(5 * time.Minute)
		var mu sync.Mutex
		refused := 0
		atOnce(40, func(n int) {
			typed := "not it"
			if n%2 == 0 {
				typed = "0000-0000-0000-0000" // as long as a recovery code
			}
			_, err := h.SecondStep(ctx, a.ID, a.Epoch, typed)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				t.Error("a wrong code was taken")
			}
			if fault.Of(err).Msg == "account.bad.code" {
				refused++
			}
		})
		if n := h.noted(t, a.ID, "account.second_failed"); n != refused || n > 5 {
			t.Errorf("%d codes were looked at and %d counted, want at most 5", refused, n)
		}
	})
}

func TestPasswordsSaidAgainAtOnceAreNoMoreTries(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, a := h.begin(t)
		atOnce(40, func(int) {
			if _, err := h.ChangePassword(ctx, "not the old one", "gác đêm giao thừa 2"); err == nil {
				t.Error("a wrong password was taken")
			}
		})
		// Four are looked at at the same time, whatever else waits.
		if n := h.noted(t, a.ID, "account.password_refused"); n < 5 || n > 5+3 {
			t.Errorf("%d wrong passwords were looked at, want at most 8", n)
		}
	})
}

func TestWhoIsMoreElsewhereGivesNoMoreHere(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		// A centre officer and inspector of unit b, but a unit officer in a.
		_, both := h.admit(t, ctx, "an.nv", "b", auth.Centre, auth.Inspector)
		if err := h.Give(ctx, both.ID, account.Held{Grant: auth.Grant{Role: auth.UnitOfficer, Unit: "a"}}); err != nil {
			t.Fatal(err)
		}
		actor, err := h.Actor(ctx, string(both.ID), both.Epoch)
		if err != nil {
			t.Fatal(err)
		}
		who := auth.With(ctx, actor)
		_, mate := h.admit(t, ctx, "binh.tt", "a", auth.UnitOfficer)
		_, leader := h.admit(t, ctx, "chi.lt", "a", auth.Leader)
		for _, role := range []auth.Role{auth.Centre, auth.Inspector, auth.Leader} {
			g := auth.Grant{Role: role, Unit: "a"}
			if err := h.Give(who, mate.ID, account.Held{Grant: g}); !fault.Is(err, fault.Invalid) {
				t.Errorf("gives %s in a, where they are a unit officer: %v", role, err)
			}
			if _, _, err := h.Invite(who, account.Account{Login: "moi." + string(role), Name: "Mới", Home: "a", Grants: []auth.Grant{g}}); !fault.Is(err, fault.Invalid) {
				t.Errorf("invites as %s in a: %v", role, err)
			}
		}
		if _, _, err := h.Relink(who, leader.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("gets a link for the leader of a: %v", err)
		}
		if _, _, err := h.Relink(who, mate.ID); err != nil {
			t.Errorf("gets no link for a unit officer of a: %v", err)
		}
		_, _, err = h.Invite(who, account.Account{Login: "moi.b", Name: "Mới", Home: "b", Grants: []auth.Grant{{Role: auth.Leader, Unit: "b"}}})
		if err != nil {
			t.Errorf("invites nobody in b, where they are of the centre: %v", err)
		}
	})
}

func TestFlagsAreMoreThanAnInviterReaches(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		inA, _ := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		ofA, _ := h.admit(t, ctx, "quan.tri", "a", auth.Administrator)
		_, glassy := h.admit(t, ctx, "binh.tt", "a", auth.UnitOfficer)
		_, personal := h.admit(t, ctx, "chi.lt", "a", auth.UnitOfficer)
		h.flag(t, ctx, glassy.ID, "root")
		now, err := h.Get(ctx, personal.ID)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.SetFlags(ctx, personal.ID, now.Version, account.Flags{PersonalData: true}); err != nil {
			t.Fatal(err)
		}
		for _, id := range []account.ID{glassy.ID, personal.ID} {
			if _, _, err := h.Relink(inA, id); !fault.Is(err, fault.Forbidden) {
				t.Errorf("a unit officer gets a link for a person who may more by a flag: %v", err)
			}
		}
		if _, _, err := h.Relink(ofA, glassy.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the administrator of a gets a link for a person who may break glass over the whole: %v", err)
		}
		if _, _, err := h.Relink(ofA, personal.ID); err != nil {
			t.Errorf("the administrator of a: %v", err)
		}
		// A flag holds wherever the roles do: it is not for the administrator of a part.
		_, wide := h.admit(t, ctx, "dung.pv", "a", auth.UnitOfficer)
		if err := h.Give(ctx, wide.ID, account.Held{Grant: auth.Grant{Role: auth.Centre, Unit: "root"}}); err != nil {
			t.Fatal(err)
		}
		if now, err = h.Get(ctx, wide.ID); err != nil {
			t.Fatal(err)
		}
		if err := h.SetFlags(ofA, wide.ID, now.Version, account.Flags{PersonalData: true}); !fault.Is(err, fault.Forbidden) {
			t.Errorf("the administrator of a flags an officer of the centre: %v", err)
		}
	})
}

func TestBreakGlassMakesAndRenewsNoKey(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		k, _, err := h.MakeKey(ctx, order("a", auth.Permission{Area: auth.Units, Act: auth.Read}))
		if err != nil {
			t.Fatal(err)
		}
		inA, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		h.flag(t, ctx, an.ID, "")
		if _, err := h.BreakGlass(inA, glass(auth.Centre, "a", 2, me.ID)); err != nil {
			t.Fatal(err)
		}
		actor, err := h.Actor(ctx, string(an.ID), an.Epoch)
		if err != nil {
			t.Fatal(err)
		}
		under := auth.With(ctx, actor)
		if _, _, err := h.MakeKey(under, order("a", auth.Permission{Area: auth.Units, Act: auth.Read})); fault.Of(err).Msg != "account.bad.glass_give" {
			t.Errorf("making a key: %v", err)
		}
		if _, _, err := h.RenewKey(under, k.ID, k.Version, 0); fault.Of(err).Msg != "account.bad.glass_give" {
			t.Errorf("renewing a key: %v", err)
		}
		if err := h.EndKey(under, k.ID, k.Version, "lộ mã"); err != nil {
			t.Errorf("revoking a key, which gives nothing: %v", err)
		}
	})
}

func TestWhoReadsAnAccountElsewhereDoesNotKeepIt(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		_, inA := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		_, inB := h.admit(t, ctx, "binh.tt", "b", auth.UnitOfficer)
		_, both := h.admit(t, ctx, "chi.lt", "a", auth.Administrator)
		actor := both.Actor()
		actor.Grants = append(actor.Grants, auth.Grant{Role: auth.Leader, Unit: "root"})
		for a, want := range map[*account.Account]bool{&inA: true, &inB: false, &me: false, &both: false} {
			if got, err := h.Keeps(auth.With(ctx, actor), *a); err != nil || got != want {
				t.Errorf("keeps the account of %s: %v, %v; want %v", a.Login, got, err, want)
			}
		}
	})
}
