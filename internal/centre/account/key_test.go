// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account_test

import (
	"context"
	"net/netip"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

var (
	readFindings = auth.Permission{Area: auth.Findings, Act: auth.Read}
	readUnits    = auth.Permission{Area: auth.Units, Act: auth.Read}
	readAudit    = auth.Permission{Area: auth.AuditTrail, Act: auth.Read}
)

func order(unit string, allows ...auth.Permission) account.KeyOrder {
	return account.KeyOrder{Name: "siem", Owner: "Tổ trực", Unit: unit, Allows: allows, Days: 30}
}

// reach are the units in which a may do p.
func reach(a auth.Actor, p auth.Permission) []string { return auth.ScopeOf(a, p).Roots() }

func TestAKeyDoesWhatItWasMadeFor(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		k, secret, err := h.MakeKey(ctx, order("a", readFindings, readUnits, readFindings))
		if err != nil || !strings.HasPrefix(secret, "vg_") || !strings.HasPrefix(secret, k.Prefix) || len(k.Prefix) != 9 || len(secret) < 40 {
			t.Fatalf("made %+v, %v", k, err)
		}
		a, err := h.KeyActor(t.Context(), secret)
		if err != nil || a.ID != k.ID || !slices.Equal(reach(a, readFindings), []string{"a"}) || !slices.Equal(reach(a, readUnits), []string{"a"}) {
			t.Fatalf("acts as %+v, %v", a, err)
		}
		if len(reach(a, auth.Permission{Area: auth.Units, Act: auth.Write})) != 0 {
			t.Error("it may do more than it was made for")
		}
		if _, _, err := h.MakeKey(auth.With(t.Context(), a), order("a", readUnits)); !fault.Is(err, fault.Forbidden) {
			t.Errorf("a key makes a key: %v", err)
		}
		h.now = t0.AddDate(0, 0, 30)
		if _, err := h.KeyActor(t.Context(), secret); !fault.Is(err, fault.SignedOut) {
			t.Errorf("after its term: %v", err)
		}
	})
}

func TestAKeyIsNeverAboveItsMaker(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		made, link, err := h.Invite(ctx, account.Account{Login: "quan.tri", Name: "Quản trị xã", Home: "a",
			Grants: []auth.Grant{{Role: auth.Administrator, Unit: "a"}}})
		if err != nil {
			t.Fatal(err)
		}
		if made, err = h.SetPassword(t.Context(), link, phrase); err != nil {
			t.Fatal(err)
		}
		admin := auth.With(t.Context(), made.Actor())
		for field, o := range map[string]account.KeyOrder{"allow": order("a", readFindings), "unit": order("b", readUnits)} {
			if _, _, err := h.MakeKey(admin, o); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
		k, secret, err := h.MakeKey(admin, order("a", readUnits, readAudit))
		if err != nil {
			t.Fatal(err)
		}
		if lacks, err := h.Lacks(ctx, k); err != nil || lacks != nil {
			t.Errorf("lacks %v, %v", lacks, err)
		}
		if err := h.SetDisabled(ctx, made.ID, made.Version, true); err != nil {
			t.Fatal(err)
		}
		if _, err := h.KeyActor(t.Context(), secret); !fault.Is(err, fault.SignedOut) {
			t.Errorf("after its maker's account was shut: %v", err)
		}
		if lacks, err := h.Lacks(ctx, k); err != nil || len(lacks) != 2 {
			t.Errorf("lacks %v, %v", lacks, err)
		}
		_, fresh, err := h.RenewKey(ctx, k.ID, k.Version, 0)
		if err != nil {
			t.Fatal(err)
		}
		if a, err := h.KeyActor(t.Context(), fresh); err != nil || !slices.Equal(reach(a, readUnits), []string{"a"}) {
			t.Errorf("taken over it acts as %+v, %v", a, err)
		}
	})
}

func TestASourcesKeyOutlivesItsMaker(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, me := h.begin(t)
		feed := auth.Permission{Area: auth.Settings, Act: auth.Write}
		_, secret, err := h.NewKey(ctx, "dns", "a", auth.Centre, feed)
		if err != nil {
			t.Fatal(err)
		}
		system := auth.With(t.Context(), auth.Actor{ID: "other", Grants: []auth.Grant{{Role: auth.Administrator, Unit: "root"}}})
		now, err := h.Me(ctx)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.SetDisabled(system, me.ID, now.Version, true); err != nil {
			t.Fatal(err)
		}
		if a, err := h.KeyActor(t.Context(), secret); err != nil || !slices.Equal(reach(a, feed), []string{"a"}) {
			t.Errorf("acts as %+v, %v", a, err)
		}
	})
}

func TestRenewingAndRevoking(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		k, old, err := h.MakeKey(ctx, order("a", readUnits))
		if err != nil {
			t.Fatal(err)
		}
		k, fresh, err := h.RenewKey(ctx, k.ID, k.Version, 2)
		if err != nil {
			t.Fatal(err)
		}
		works := func(secret string) bool { _, err := h.KeyActor(t.Context(), secret); return err == nil }
		if !works(old) || !works(fresh) {
			t.Error("within the grace both secrets are taken")
		}
		h.now = t0.Add(2 * time.Hour)
		if works(old) || !works(fresh) {
			t.Error("after the grace the new secret alone is taken")
		}
		if err := h.EndKey(ctx, k.ID, k.Version, " "); !fault.Is(err, fault.Invalid) {
			t.Errorf("without reason: %v", err)
		}
		if err := h.EndKey(ctx, k.ID, k.Version-1, "lộ mã"); !fault.Is(err, fault.Conflict) {
			t.Errorf("an old version: %v", err)
		}
		if err := h.EndKey(ctx, k.ID, k.Version, "lộ mã"); err != nil || works(fresh) {
			t.Errorf("after revoking: %v", err)
		}
		if _, _, err := h.RenewKey(ctx, k.ID, k.Version+1, 0); !fault.Is(err, fault.Conflict) {
			t.Errorf("a revoked key is renewed: %v", err)
		}
		shown, err := h.GetKey(ctx, k.ID)
		if err != nil || shown.State(h.now) != account.KeyRevoked || shown.Reason != "lộ mã" {
			t.Errorf("shown %+v, %v", shown, err)
		}
	})
}

func TestAKeyBoundToAddresses(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		o := order("a", readUnits)
		o.Networks = "10.1.0.0/16, 2001:db8::/48\n192.0.2.7"
		_, secret, err := h.MakeKey(ctx, o)
		if err != nil {
			t.Fatal(err)
		}
		for from, good := range map[string]bool{"10.1.2.3": true, "::ffff:10.1.2.3": true, "2001:db8::1": true, "192.0.2.7": true, "10.2.0.1": false, "192.0.2.8": false} {
			_, err := h.KeyActor(account.FromAddress(t.Context(), netip.MustParseAddr(from)), secret)
			if good != (err == nil) || !good && !fault.Is(err, fault.Forbidden) {
				t.Errorf("from %s: %v", from, err)
			}
		}
		if _, err := h.KeyActor(t.Context(), secret); !fault.Is(err, fault.Forbidden) {
			t.Errorf("from nowhere: %v", err)
		}
	})
}

func TestAnotherUnitsKeysAreHidden(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		k, _, err := h.MakeKey(ctx, order("a", readUnits))
		if err != nil {
			t.Fatal(err)
		}
		other := auth.With(t.Context(), auth.Actor{ID: "q", Grants: []auth.Grant{{Role: auth.Administrator, Unit: "b"}}})
		if list, total, err := h.AllKeys(other, account.KeyFilter{}); err != nil || total != 0 || len(list) != 0 {
			t.Errorf("lists %d of another unit: %v", total, err)
		}
		_, errGet := h.GetKey(other, k.ID)
		_, _, errRenew := h.RenewKey(other, k.ID, k.Version, 0)
		for _, err := range []error{errGet, errRenew, h.EndKey(other, k.ID, k.Version, "x")} {
			if !fault.Is(err, fault.NotFound) {
				t.Errorf("another unit's key: %v", err)
			}
		}
		if list, total, err := h.AllKeys(ctx, account.KeyFilter{State: account.KeyValid, Search: "to truc"}); err != nil || total != 1 || len(list) != 1 {
			t.Errorf("found %d, %v", total, err)
		}
	})
}

func TestWhatCannotBeMade(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		for field, change := range map[string]func(*account.KeyOrder){
			"name": func(o *account.KeyOrder) { o.Name = " " }, "allow": func(o *account.KeyOrder) { o.Allows = nil },
			"days": func(o *account.KeyOrder) { o.Days = 367 }, "networks": func(o *account.KeyOrder) { o.Networks = "10.1.2.3/33" },
			"unit": func(o *account.KeyOrder) { o.Unit = "" }, "owner": func(o *account.KeyOrder) { o.Owner = strings.Repeat("x", 201) },
		} {
			o := order("a", readUnits)
			change(&o)
			if _, _, err := h.MakeKey(ctx, o); !fault.Is(err, fault.Invalid) || fault.Of(err).Fields[field] == "" {
				t.Errorf("%s: %v", field, err)
			}
		}
	})
}

// TestASourcesKeyIsListedAndRevoked: the keys of a source, as its page shows
// them.
func TestASourcesKeyIsListedAndRevoked(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		ctx, _ := h.begin(t)
		feed := auth.Permission{Area: auth.Settings, Act: auth.Write}
		_, secret, err := h.NewKey(ctx, "dns", "a", auth.Centre, feed)
		if err != nil {
			t.Fatal(err)
		}
		keys, err := h.Keys(ctx, feed, "a")
		if err != nil || len(keys) != 1 || !keys[0].ExpiresAt.IsZero() {
			t.Fatalf("%+v, %v", keys, err)
		}
		if err := h.RevokeKey(ctx, keys[0].ID, feed); err != nil {
			t.Fatal(err)
		}
		if _, err := h.KeyActor(context.Background(), secret); !fault.Is(err, fault.SignedOut) {
			t.Errorf("after revoking: %v", err)
		}
	})
}

// FuzzParseNetworks: what is taken reads back as the same networks.
func FuzzParseNetworks(f *testing.F) {
	for _, seed := range []string{"", "10.1.2.3", "10.1.0.0/16 2001:db8::/48", "::ffff:10.1.2.3/100", "fe80::1%eth0", "0.0.0.0/0,::/0", "10.1.2.3/33"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		list, ok := account.ParseNetworks(text)
		if !ok {
			return
		}
		var words []string
		for _, p := range list {
			if p != p.Masked() || p.Addr().Is4In6() {
				t.Errorf("%q gave %s", text, p)
			}
			words = append(words, p.String())
		}
		if again, ok := account.ParseNetworks(strings.Join(words, " ")); !ok || !slices.Equal(again, list) {
			t.Errorf("%q gave %v, read back %v", text, list, again)
		}
	})
}
