// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestAFreshCentreHasNoDefaultCredential: no account, no key, no link, and no
// usual pair gets in.
func TestAFreshCentreHasNoDefaultCredential(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		for _, table := range []string{"account", "account_key", "account_link", "account_role", "account_recovery", "web_session"} {
			n, err := h.store.Read().NewSelect().Table(table).Count(ctx)
			if err != nil || n != 0 {
				t.Errorf("%s: %d rows, %v", table, n, err)
			}
		}
		pairs := func(when string) {
			for _, login := range []string{"admin", "administrator", "root", "quantri", "vonggac", "test", "guest", "user", ""} {
				for _, password := range []string{"", "admin", "admin123", "password", "123456", "12345678", "vonggac", "changeme", "root", login} {
					if _, err := h.SignIn(ctx, login, password); !fault.Is(err, fault.Invalid) {
						t.Errorf("%s, %q / %q: %v", when, login, password, err)
					}
				}
			}
			for _, key := range []string{"", "admin", "vonggac", "key"} {
				if _, err := h.KeyActor(ctx, key); !fault.Is(err, fault.SignedOut) {
					t.Errorf("%s, key %q: %v", when, key, err)
				}
			}
			for _, secret := range []string{"", ":", "admin:", "admin:0000000000000000"} {
				if _, err := h.Opening(ctx, secret); !fault.Is(err, fault.NotFound) {
					t.Errorf("%s, link %q: %v", when, secret, err)
				}
			}
		}
		pairs("empty")
		me, _ := h.begin(t)
		if _, _, err := h.Invite(me, account.Account{Login: "admin", Name: "Chưa đặt", Home: "a"}); err != nil {
			t.Fatal(err)
		}
		pairs("with an account that has no password yet")
	})
}

func TestEditKeepsWhatAnotherWrote(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		inA, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		a, err := h.Get(ctx, an.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.SignIn(ctx, an.Login, phrase); err != nil { // spoils no form that is open
			t.Fatal(err)
		}
		own := a
		own.Phone, own.Language = "0203 000 0001", "en"
		if _, err := h.EditMe(inA, own); err != nil {
			t.Fatal(err)
		}
		a.Name = "Nguyễn Văn An"
		if _, err := h.Edit(ctx, a); !fault.Is(err, fault.Conflict) {
			t.Errorf("from a stale page: %v, want Conflict", err)
		}
		a.Version++
		got, err := h.Edit(ctx, a)
		if err != nil || got.Name != "Nguyễn Văn An" || got.Login != "an.nv" {
			t.Errorf("%+v, %v", got, err)
		}
		if _, err := h.Edit(inA, got); !fault.Is(err, fault.Forbidden) {
			t.Errorf("by who may not write: %v", err)
		}
		got.Home = "nowhere"
		if _, err := h.Edit(ctx, got); fault.Of(err).Fields["unit"] == "" {
			t.Errorf("into a unit out of scope: %v", err)
		}
	})
}

func TestOwnPasswordNeedsTheOldOne(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, a := h.begin(t)
		if _, err := h.ChangePassword(ctx, "sai rồi nhé bạn", "một câu hoàn toàn khác"); fault.Of(err).Fields["old"] == "" {
			t.Errorf("a wrong old one: %v", err)
		}
		got, err := h.ChangePassword(ctx, phrase, "một câu hoàn toàn khác")
		if err != nil || got.Epoch != a.Epoch+1 {
			t.Fatalf("%+v, %v", got, err)
		}
		if _, err := h.Actor(ctx, string(a.ID), a.Epoch); !fault.Is(err, fault.SignedOut) {
			t.Errorf("an older session: %v", err)
		}
		for range 5 {
			if _, err := h.ChangePassword(ctx, "sai rồi nhé bạn", "lại câu khác nữa đây"); err == nil {
				t.Fatal("a wrong old one was taken")
			}
		}
		if _, err := h.ChangePassword(ctx, "một câu hoàn toàn khác", "lại câu khác nữa đây"); fault.Of(err).Msg != "account.bad.wait" {
			t.Errorf("guessing the old one is not slowed: %v", err)
		}
	})
}

func TestASlipsCodeOpensAsItsLink(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		slip, err := h.NewPerson(ctx, account.Account{Name: "Nguyễn Văn An", Home: "a", Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: "a"}}})
		if err != nil || slip.Account.Login != "an.nv" {
			t.Fatalf("%+v, %v", slip, err)
		}
		typed := account.TypedSecret(" AN.nv", strings.ToLower(strings.ReplaceAll(slip.Code, "-", " ")))
		if a, err := h.Opening(ctx, typed); err != nil || a.ID != slip.Account.ID {
			t.Errorf("as people type it: %+v, %v", a, err)
		}
		for range 5 {
			if _, err := h.Opening(ctx, account.TypedSecret("an.nv", "0000-0000-0000-0000")); !fault.Is(err, fault.NotFound) {
				t.Fatalf("a wrong code: %v", err)
			}
		}
		if _, err := h.Opening(ctx, typed); fault.Of(err).Msg != "account.bad.wait" {
			t.Errorf("guessing is not slowed: %v", err)
		}
		h.now = h.now.Add(time.Minute)
		if _, err := h.SetPassword(ctx, typed, phrase); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Opening(ctx, slip.Secret); !fault.Is(err, fault.NotFound) {
			t.Errorf("the link after the code was used: %v", err)
		}
	})
}

// TestNoFilterLetsAForeignAccountThrough asks the list with filters of all
// sorts from one unit: rows, places and totals are those of that unit alone.
func TestNoFilterLetsAForeignAccountThrough(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		inA, an := h.admit(t, ctx, "an.nv", "a", auth.UnitOfficer)
		_, binh := h.admit(t, ctx, "binh.tt", "a", auth.Clerk)
		var foreign []account.ID
		for _, login := range []string{"aa.zz", "mm.zz", "zz.zz"} {
			_, b := h.admit(t, ctx, login, "b", auth.UnitOfficer)
			foreign = append(foreign, b.ID)
		}
		own := []account.ID{an.ID, binh.ID}
		states := []account.State{"", account.Active, account.Invited, account.Locked, account.Disabled, "x"}
		rapid.Check(t, func(rt *rapid.T) {
			f := account.Filter{Search: rapid.SampledFrom([]string{"", "", "an", "zz", "Người", "%", "_", "'"}).Draw(rt, "q"),
				Role:  rapid.SampledFrom([]auth.Role{"", "", auth.UnitOfficer, auth.Administrator, "x"}).Draw(rt, "role"),
				Unit:  rapid.SampledFrom([]string{"", "", "a", "b", "root", "x"}).Draw(rt, "unit"),
				State: rapid.SampledFrom(states).Draw(rt, "state"),
				Sort:  rapid.SampledFrom([]string{"", "name", "-name", "seen", "-seen", "x"}).Draw(rt, "sort"),
				After: rapid.SampledFrom(append([]account.ID{"", "", "x", an.ID, binh.ID, me.ID}, foreign...)).Draw(rt, "after")}
			list, total, err := h.List(inA, f)
			if err != nil {
				rt.Fatal(err)
			}
			if total > 2 || f.Unit != "" && f.Unit != "a" && total > 0 {
				rt.Errorf("%+v: %d in all", f, total)
			}
			for _, a := range list {
				if !slices.Contains(own, a.ID) {
					rt.Errorf("%+v shows %s", f, a.Login)
				}
			}
			if f.After != "" && !slices.Contains(own, f.After) && len(list) > 0 {
				rt.Errorf("%+v: a place beyond the scope shows an order", f)
			}
		})
	})
}

func TestPagesOfTheListMeetAndDoNotOverlap(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		for _, login := range []string{"an.nv", "binh.tt", "chi.lt", "dung.pv", "em.ht"} {
			h.admit(t, ctx, login, "a", auth.UnitOfficer)
			h.now = h.now.Add(time.Minute)
		}
		for _, sort := range []string{"name", "-name", "seen", "-seen"} {
			var seen []account.ID
			for f := (account.Filter{Sort: sort, Limit: 2}); ; {
				list, total, err := h.List(ctx, f)
				if err != nil || total != 6 {
					t.Fatalf("%s: %d in all, %v", sort, total, err)
				}
				for _, a := range list {
					seen = append(seen, a.ID)
				}
				if len(list) < f.Limit {
					break
				}
				f.After = list[len(list)-1].ID
			}
			once := slices.Compact(slices.Sorted(slices.Values(seen)))
			if len(seen) != 6 || len(once) != 6 {
				t.Errorf("%s: %d rows, %d of them different, want 6", sort, len(seen), len(once))
			}
		}
	})
}
