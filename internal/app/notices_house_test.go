// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/task"
	"github.com/vonggac/vonggac/internal/centre/trail"
	"github.com/vonggac/vonggac/internal/centre/webhook"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/health"
)

// TestTheHouseTellsOfItself brings about what happens to rights, backups, the
// trail and a webhook, and looks at who is told and how often.
func TestTheHouseTellsOfItself(t *testing.T) {
	t.Parallel()
	now := t0
	dir := t.TempDir()
	h := open(t, dir, func() time.Time { return now })
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	chief := must(h.Rooms.Accounts.Me(ctx))(t)
	a, secret, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: "an.nv", Name: "Nguyễn Văn An", Home: h.root, Email: "an@mau.example",
		Grants: []auth.Grant{{Role: auth.Viewer, Unit: h.root}}})
	if err != nil {
		t.Fatal(err)
	}
	a = must(h.Rooms.Accounts.SetPassword(t.Context(), secret, phrase))(t)
	if err := h.Rooms.Accounts.SetFlags(ctx, a.ID, a.Version, account.Flags{BreakGlass: true}); err != nil {
		t.Fatal(err)
	}
	self := auth.With(t.Context(), a.Actor())
	e := must(h.Rooms.Accounts.BreakGlass(self, account.Break{Grant: auth.Grant{Role: auth.Duty, Unit: h.root}, Hours: 1,
		Reason: "mất điện trung tâm", Witness: chief.ID}))(t)
	raised := must(h.Rooms.Accounts.Actor(t.Context(), string(a.ID), a.Epoch))(t)
	me := must(h.Rooms.Accounts.Me(self))(t)
	must(h.Rooms.Accounts.EditMe(auth.With(t.Context(), raised), account.Account{Phone: "0213 000 001", Version: me.Version}))(t)
	if page := must(h.Rooms.Trail.List(ctx, trail.Filter{Elevated: true}))(t); page.Total != 1 || page.Rows[0].Elevated != e.ID ||
		page.Rows[0].Action != "account.edit_own" {
		t.Errorf("the trail under break-glass: %+v", page)
	}
	if err := h.Rooms.Accounts.EndGlass(ctx, e.ID); err != nil {
		t.Fatal(err)
	}
	loan := must(h.Rooms.Accounts.Lend(ctx, account.Delegation{To: a.ID, Grant: auth.Grant{Role: auth.Centre, Unit: h.root},
		Term: account.Term{Until: now.AddDate(0, 0, 3)}, Reason: "nghỉ phép ba ngày"}))(t)
	if err := h.Rooms.Accounts.EndDelegation(ctx, loan.ID); err != nil {
		t.Fatal(err)
	}
	for kind, who := range map[string]map[bool]int64{"break_glass": {true: 1}, "break_glass_ended": {false: 1}, "delegation": {false: 1},
		"delegation_ended": {false: 1}} {
		if mine, his := h.told(t, ctx)[kind], h.told(t, self)[kind]; mine != who[true] || his != who[false] {
			t.Errorf("%s: the centre was told %d times, the person %d, want %v", kind, mine, his, who)
		}
	}

	attend := func() {
		t.Helper()
		if err := h.Attend(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.work(t)
	}
	blocked := filepath.Join(dir, "backups")
	if err := os.WriteFile(blocked, []byte("no folder"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := h.Rooms.Backups.Take(t.Context(), "asked", "", quietly); err == nil {
		t.Fatal("a backup was made into a file")
	}
	if n := h.told(t, ctx)["backup.failed"]; n != 1 {
		t.Errorf("told %d times of a backup that failed", n)
	}
	now = now.AddDate(0, 0, 10)
	for range 3 {
		attend()
	}
	if n := h.told(t, ctx)["backup.stale"]; n != 1 {
		t.Errorf("told %d times on one day that no backup is recent", n)
	}
	now = now.AddDate(0, 0, 1)
	attend()
	if n := h.told(t, ctx)["backup.stale"]; n != 2 {
		t.Errorf("told %d times in two days that no backup is recent", n)
	}
	if n := h.told(t, ctx)["audit.broken"]; n != 0 {
		t.Errorf("told %d times that a sound trail is broken", n)
	}
	if _, err := h.Records.Read().NewRaw("UPDATE audit_entry SET actor_name = 'Ai Đó' WHERE id = (SELECT MIN(id) FROM audit_entry)").Exec(t.Context()); err != nil {
		t.Fatal(err)
	}
	job := must(h.Rooms.Trail.Ask(ctx))(t)
	for _, who := range []struct {
		within string
		sees   bool
	}{{"", true}, {"elsewhere", false}} { // narrowed to units without such work, there is none and no error
		reader, _ := auth.From(ctx)
		reader.Within = who.within
		list, _, err := h.Rooms.Tasks.List(auth.With(t.Context(), reader), task.Filter{})
		if seen := slices.ContainsFunc(list, func(k task.Task) bool { return k.ID == job.ID && k.Title != "" && k.Href == "/audit/check" }); err != nil || seen != who.sees {
			t.Errorf("the check among the work, within %q: %t, %v", who.within, seen, err)
		}
	}
	h.work(t)
	if n := h.told(t, ctx)["audit.broken"]; n != 1 {
		t.Errorf("told %d times that the trail is broken", n)
	}
}

// TestAWebhookGivenUpIsTold has a receiver say that it is gone.
func TestAWebhookGivenUpIsTold(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	gone := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.WriteHeader(http.StatusGone) }))
	t.Cleanup(gone.Close)
	if err := h.Rooms.Webhooks.Allow(ctx, []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, 0); err != nil {
		t.Fatal(err)
	}
	_, _, err := h.Rooms.Webhooks.Create(ctx, webhook.Order{Name: "SOC", URL: gone.URL, Unit: h.root, Kinds: webhook.Kinds()})
	if err != nil {
		t.Fatal(err)
	}
	h.source(t, ctx, "DNS", "")
	for range 3 {
		if err := h.Attend(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if n := h.told(t, ctx)["webhook.failed"]; n != 1 {
		t.Errorf("told %d times of a webhook that was given up", n)
	}
	for _, r := range h.Examine(t.Context(), app.Exam{Quick: true}) {
		if want := map[string]health.State{"webhooks": health.Warning, "notices": health.OK}[r.Name]; (r.Name == "webhooks" || r.Name == "notices") && r.State != want {
			t.Errorf("the doctor on %s: %+v", r.Name, r)
		}
	}
}
