// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"context"
	"io/fs"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/secret"
	"github.com/vonggac/vonggac/internal/platform/setting"
	"github.com/vonggac/vonggac/internal/platform/web"
)

var t0 = time.Date(2026, 11, 21, 1, 0, 0, 0, time.UTC)

// house is one centre with two units, root over a and b, and a clock that the
// test moves.
type house struct {
	*account.Service
	now   time.Time
	store *db.DB
	told  []told
}

// told is one notice and whom it reached.
type told struct {
	to []account.ID
	account.Notice
}

var box = func() *secret.Box {
	b, err := secret.New(make([]byte, 32))
	if err != nil {
		panic(err)
	}
	return b
}()

func open(d *db.DB) *house {
	h := &house{now: t0, store: d}
	h.Service = account.New(account.Deps{Records: d, Now: func() time.Time { return h.now }, Found: found,
		Cost: account.Cost{Memory: 64, Passes: 1, Threads: 1}, Secrets: box,
		Root: func(context.Context) (string, error) { return "root", nil },
		Told: func(_ context.Context, _ *db.Tx, to []account.ID, n account.Notice) error {
			h.told = append(h.told, told{to, n})
			return nil
		}})
	return h
}

func found(ctx context.Context, tx *db.Tx, name, kind string) (string, error) {
	if name == "" {
		return "", fault.Bad("unit.Found", "body", "unit.bad.name")
	}
	for _, pair := range [][2]string{{"root", "root"}, {"root", "a"}, {"root", "b"}, {"a", "a"}, {"b", "b"}} {
		if _, err := tx.NewRaw("INSERT INTO unit_closure (ancestor, descendant) VALUES (?, ?)", pair[0], pair[1]).Exec(ctx); err != nil {
			return "", err
		}
	}
	return "root", nil
}

const phrase = "gác đêm giao thừa"

var first = account.First{Body: "Tỉnh Mẫu", Kind: "province", Name: "Lò Thị Mai", Login: "Mai.LT", Password: phrase}

// schema is what the room and those below it keep.
var schema = []fs.FS{auth.Migrations, audit.Migrations, setting.Migrations, web.Migrations, account.Migrations}

func each(t *testing.T, test func(*testing.T, *house)) {
	t.Parallel()
	dbtest.Each(t, schema, func(t *testing.T, d *db.DB) { test(t, open(d)) })
}

// begin sets the centre up and returns the first account's context.
func (h *house) begin(t *testing.T) (context.Context, account.Account) {
	t.Helper()
	secret, err := h.FirstLink(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	a, err := h.Start(t.Context(), secret, first)
	if err != nil {
		t.Fatal(err)
	}
	return auth.With(t.Context(), a.Actor()), a
}

func TestFirstLinkStartsOnceOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx := t.Context()
		old, err := h.FirstLink(ctx)
		if err != nil {
			t.Fatal(err)
		}
		secret, err := h.FirstLink(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.Start(ctx, old, first); !fault.Is(err, fault.NotFound) {
			t.Errorf("an earlier link gave %v, want NotFound", err)
		}
		if _, err := h.Start(ctx, secret, account.First{Body: "T", Name: "N", Login: "x!", Password: "short"}); !fault.Is(err, fault.Invalid) {
			t.Errorf("bad entries gave %v, want Invalid", err)
		} else if got := fault.Of(err).Fields; got["login"] == "" || got["password"] == "" {
			t.Errorf("fields named = %v, want login and password", got)
		}
		a, err := h.Start(ctx, secret, first)
		if err != nil || a.Login != "mai.lt" || len(a.Grants) != 2 {
			t.Fatalf("Start = %+v, %v", a, err)
		}
		if _, err := h.Start(ctx, secret, first); !fault.Is(err, fault.NotFound) {
			t.Errorf("second use gave %v, want NotFound", err)
		}
		if _, err := h.FirstLink(ctx); !fault.Is(err, fault.Conflict) {
			t.Errorf("first link of a founded centre gave %v, want Conflict", err)
		}
		rows, err := audit.Of(ctx, h.store, "account", string(a.ID), 10)
		if err != nil || len(rows) != 1 || rows[0].ActorName != first.Name {
			t.Errorf("audit = %+v, %v", rows, err)
		}
	})
}

func TestFirstLinkDiesAfterADay(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		secret, err := h.FirstLink(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		h.now = t0.Add(24*time.Hour + time.Second)
		if _, err := h.Opening(t.Context(), secret); !fault.Is(err, fault.NotFound) {
			t.Errorf("Opening after a day = %v, want NotFound", err)
		}
	})
}

func TestWrongPasswordsSlowTheGuesserOnly(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, a := h.begin(t)
		if _, err := h.SignIn(ctx, "nobody", phrase); !fault.Is(err, fault.Invalid) {
			t.Errorf("unknown login = %v, want Invalid", err)
		}
		for range 5 {
			if _, err := h.SignIn(ctx, a.Login, "wrong"); fault.Of(err).Msg != "account.bad.sign_in" {
				t.Fatalf("wrong password = %v", err)
			}
		}
		if _, err := h.SignIn(ctx, a.Login, phrase); fault.Of(err).Msg != "account.bad.wait" {
			t.Errorf("sixth try = %v, want to wait", err)
		}
		h.now = h.now.Add(31 * time.Second)
		got, err := h.SignIn(ctx, "MAI.lt ", phrase)
		if err != nil || got.Failures != 0 || !got.SignedInAt.Equal(h.now) {
			t.Errorf("after the wait = %+v, %v", got, err)
		}
	})
}

func TestNewPasswordEndsSessions(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, a := h.begin(t)
		if _, err := h.Actor(ctx, string(a.ID), a.Epoch); err != nil {
			t.Fatal(err)
		}
		secret, err := h.Recover(ctx, a.Login)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := h.SetPassword(ctx, secret, "một câu hoàn toàn khác"); err != nil {
			t.Fatal(err)
		}
		if _, err := h.Actor(ctx, string(a.ID), a.Epoch); !fault.Is(err, fault.SignedOut) {
			t.Errorf("old session = %v, want SignedOut", err)
		}
		if _, err := h.SignIn(ctx, a.Login, phrase); !fault.Is(err, fault.Invalid) {
			t.Errorf("old password = %v, want Invalid", err)
		}
		if _, err := h.SetPassword(ctx, secret, "lại một câu khác nữa"); !fault.Is(err, fault.NotFound) {
			t.Errorf("second use of the link = %v, want NotFound", err)
		}
	})
}

func (h *house) person(t *testing.T, ctx context.Context, login, unit string, role auth.Role) context.Context {
	t.Helper()
	a, _, err := h.Invite(ctx, account.Account{Login: login, Name: login, Home: unit, Grants: []auth.Grant{{Role: role, Unit: unit}}})
	if err != nil {
		t.Fatal(err)
	}
	return auth.With(t.Context(), a.Actor())
}

func TestPeopleOfOtherUnitsDoNotExist(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		inA := h.person(t, ctx, "officer.a", "a", auth.UnitOfficer)
		h.person(t, ctx, "officer.b", "b", auth.UnitOfficer)
		got, total, err := h.List(inA, account.Filter{})
		if err != nil || total != 1 || len(got) != 1 || got[0].Login != "officer.a" {
			t.Errorf("unit officer's list = %d of %d %+v, %v", len(got), total, got, err)
		}
		all, total, err := h.List(ctx, account.Filter{})
		if err != nil || total != 3 {
			t.Fatalf("centre's list = %d, %v", total, err)
		}
		for _, a := range all {
			_, err := h.Get(inA, a.ID)
			if in := a.Home == "a"; in != (err == nil) || !in && !fault.Is(err, fault.NotFound) {
				t.Errorf("unit officer gets %s: %v", a.Login, err)
			}
		}
		if _, _, err := h.Invite(inA, account.Account{Login: "spy", Name: "Spy", Home: "b", Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: "b"}}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("invitation into another unit = %v, want Invalid", err)
		}
		if _, _, err := h.Invite(inA, account.Account{Login: "boss", Name: "Boss", Home: "a", Grants: []auth.Grant{{Role: auth.Centre, Unit: "a"}}}); !fault.Is(err, fault.Invalid) {
			t.Errorf("invitation above one's role = %v, want Invalid", err)
		}
	})
}

func TestDisabledPeopleAreOut(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		inA := h.person(t, ctx, "officer.a", "a", auth.UnitOfficer)
		who, _ := auth.From(inA)
		a, err := h.Get(ctx, account.ID(who.ID))
		if err != nil {
			t.Fatal(err)
		}
		if err := h.SetDisabled(inA, a.ID, a.Version, true); !fault.Is(err, fault.Forbidden) {
			t.Errorf("unit officer disables: %v, want Forbidden", err)
		}
		if err := h.SetDisabled(ctx, me.ID, me.Version, true); !fault.Is(err, fault.Conflict) {
			t.Errorf("disabling oneself: %v, want Conflict", err)
		}
		if err := h.SetDisabled(ctx, a.ID, a.Version, true); err != nil {
			t.Fatal(err)
		}
		if err := h.SetDisabled(ctx, a.ID, a.Version, false); !fault.Is(err, fault.Conflict) {
			t.Errorf("stale version: %v, want Conflict", err)
		}
		if _, err := h.Actor(ctx, string(a.ID), a.Epoch); !fault.Is(err, fault.SignedOut) {
			t.Errorf("disabled actor: %v, want SignedOut", err)
		}
	})
}

func TestKeysDoOneThingUntilRevoked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		feed := auth.Permission{Area: auth.Settings, Act: auth.Write}
		k, secret, err := h.NewKey(ctx, "dns-1", "a", auth.Centre, feed)
		if err != nil {
			t.Fatal(err)
		}
		actor, err := h.KeyActor(ctx, secret)
		if err != nil {
			t.Fatal(err)
		}
		in := auth.With(t.Context(), actor)
		if _, scope, err := auth.Need(in, "t", feed); err != nil || strings.Join(scope.Roots(), ",") != "a" {
			t.Errorf("key's scope = %v, %v", scope, err)
		}
		if auth.May(in, auth.Permission{Area: auth.Findings, Act: auth.Read}) {
			t.Error("the key may read findings")
		}
		keys, err := h.Keys(ctx, feed, "a")
		if err != nil || len(keys) != 1 || keys[0].UsedAt.IsZero() {
			t.Errorf("keys = %+v, %v", keys, err)
		}
		if err := h.RevokeKey(ctx, k.ID, feed); err != nil {
			t.Fatal(err)
		}
		if _, err := h.KeyActor(ctx, secret); !fault.Is(err, fault.SignedOut) {
			t.Errorf("revoked key: %v, want SignedOut", err)
		}
	})
}

func TestInvitersNeverReachAboveThemselves(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, first := h.begin(t)
		leader, _ := auth.From(h.person(t, ctx, "leader.a", "a", auth.Leader))
		officer := h.person(t, ctx, "officer.a", "a", auth.UnitOfficer)
		centre := h.person(t, ctx, "centre.root", "root", auth.Centre)
		if _, _, err := h.Relink(officer, account.ID(leader.ID)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a unit officer gets a link for the unit's leader: %v", err)
		}
		if _, _, err := h.Relink(centre, account.ID(leader.ID)); err != nil {
			t.Errorf("a centre officer resets a leader's password: %v", err)
		}
		if _, _, err := h.Relink(centre, first.ID); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a centre officer gets a link for the administrator: %v", err)
		}
		duty := account.Account{Login: "duty.root", Name: "Duty", Home: "root", Grants: []auth.Grant{{Role: auth.Duty, Unit: "root"}}}
		if _, _, err := h.Invite(centre, duty); err != nil {
			t.Errorf("a centre officer invites a duty officer: %v", err)
		}
		admin := account.Account{Login: "admin2", Name: "Hai", Home: "root", Grants: []auth.Grant{{Role: auth.Administrator, Unit: "root"}}}
		if _, _, err := h.Invite(centre, admin); !fault.Is(err, fault.Invalid) {
			t.Errorf("a centre officer makes an administrator: %v", err)
		}
	})
}
