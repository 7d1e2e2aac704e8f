// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/intake/listener"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

var marksOf = regexp.MustCompile(`<[^>]*>|\s+`)

// words are what a page says, without its marks.
func words(t *testing.T, v *visitor, path string) string {
	t.Helper()
	res := v.get(t, path)
	if res.Code != http.StatusOK {
		t.Fatalf("GET %s: %d", path, res.Code)
	}
	text := html.UnescapeString(marksOf.ReplaceAllString(res.Body.String(), " "))
	return strings.Join(strings.Fields(text), " ")
}

// TestAFirewallThatStopsAtTwoIsOnTheDutyOfficersScreen: within its rhythm and a
// minute, and the figure of that night is no zero.
func TestAFirewallThatStopsAtTwoIsOnTheDutyOfficersScreen(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) // 19:00 in Hanoi
	h := open(t, t.TempDir(), func() time.Time { return now })
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	u := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Alpha", Code: "alpha", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	bare := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Bravo", Code: "bravo", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	_, secret, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: "truc", Name: "Nông Văn Trực", Home: h.root,
		Grants: []auth.Grant{{Role: auth.Duty, Unit: h.root}}})
	if err != nil {
		t.Fatal(err)
	}
	must(h.Rooms.Accounts.SetPassword(t.Context(), secret, phrase))(t)
	_, secret, err = h.Rooms.Accounts.Invite(ctx, account.Account{Login: "xa.alpha", Name: "Lò Văn Xã", Home: string(u.ID),
		Grants: []auth.Grant{{Role: auth.UnitOfficer, Unit: string(u.ID)}}})
	if err != nil {
		t.Fatal(err)
	}
	must(h.Rooms.Accounts.SetPassword(t.Context(), secret, phrase))(t)
	v := &visitor{handler: h.Handler()}
	fw := must(h.Rooms.Sources.Create(ctx, source.Source{Name: "Tường lửa Alpha", Owner: string(u.ID), Format: "fortigate"}))(t)
	if err := h.Rooms.Sources.SetRhythm(ctx, fw.ID, source.Rhythm{Minutes: 15}); err != nil {
		t.Fatal(err)
	}
	way, _, err := h.Rooms.Sources.AddWay(ctx, source.Way{Source: fw.ID, Kind: source.SyslogUDP, Network: "10.1.1.1"})
	if err != nil {
		t.Fatal(err)
	}
	stop := time.Date(2026, 11, 21, 19, 0, 0, 0, time.UTC) // 02:00
	for ; !now.After(stop); now = now.Add(10 * time.Minute) {
		must(0, h.Records.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) error {
			return h.Rooms.Sources.CountBlock(ctx, tx, source.Counted{Source: fw.ID, Owner: string(u.ID), Way: way.ID, Received: now, Bytes: 100, Lines: 1, Parsed: 1,
				Latest: now, Hours: map[time.Time]int64{now: 1}})
		}))(t)
		must(0, h.Rooms.Sources.Watch(t.Context()))(t)
	}
	now = stop.Add(14 * time.Minute)
	v.signIn(t, "truc")
	must(0, h.Rooms.Sources.Watch(t.Context()))(t)
	if got := words(t, v, "/notices"); strings.Contains(got, "Tường lửa Alpha") {
		t.Errorf("told before its rhythm was over: %.300s", got)
	}
	now = stop.Add(16 * time.Minute)
	must(0, h.Rooms.Sources.Watch(t.Context()))(t)
	if got := words(t, v, "/notices"); !strings.Contains(got, "Nguồn Tường lửa Alpha không gửi gì từ") {
		t.Errorf("the duty officer is not told within the rhythm and a minute: %.800s", got)
	}
	if got := words(t, v, "/sources?state=silent"); !strings.Contains(got, "Tường lửa Alpha") {
		t.Error("not among the silent sources")
	}
	if got := words(t, v, "/"); !strings.Contains(got, "Nguồn im") || !strings.Contains(got, "Tường lửa Alpha") {
		t.Errorf("not on the duty officer's page of today: %.800s", got)
	}
	if got := words(t, v, "/notices"); strings.Contains(got, "của đơn vị không gửi gì") {
		t.Error("the duty officer is told twice")
	}
	v.signIn(t, "xa.alpha")
	if got := words(t, v, "/notices"); !strings.Contains(got, "Nguồn Tường lửa Alpha của đơn vị không gửi gì tới trung tâm từ") {
		t.Errorf("the unit's own officer is not told: %.800s", got)
	}
	page := v.get(t, "/").Body.String()
	if !strings.Contains(page, "Tường lửa Alpha") || strings.Contains(page, "/sources/"+string(fw.ID)) {
		t.Error("the unit's own page lacks the silent source, or links to what its officer may not open")
	}
	now = stop.Add(25 * time.Hour)
	v.signIn(t, "truc")
	must(0, h.Rooms.Sources.Watch(t.Context()))(t)
	// The first hour in which anything came is not whole, so that of a way it does not count.
	if page, sheet := words(t, v, "/sources/uptime?month=2026-11"), words(t, v, "/sources/uptime.csv?month=2026-11"); !strings.Contains(page, "Hiện 1 trong 1 mục") || !strings.Contains(page, "↳ Syslog UDP · địa chỉ 10.1.1.1/32 UBND xã Alpha 22,5% 7 31 0") ||
		!strings.Contains(sheet, "Tường lửa Alpha;UBND xã Alpha;cả nguồn;2026-11;25%;8;32;0;43") ||
		!strings.Contains(sheet, "Tường lửa Alpha;UBND xã Alpha;Syslog UDP · địa chỉ 10.1.1.1/32;2026-11;22,5%;7;31;0;") {
		t.Errorf("the report of uptime does not tell of the connection: %.900s %.900s", page, sheet)
	}
	_, key, err := h.Rooms.Accounts.NewKey(ctx, "report", h.root, auth.Centre, auth.Permission{Area: auth.Settings, Act: auth.Read})
	if err != nil {
		t.Fatal(err)
	}
	got := client{handler: h.Handler(), key: key}.do(t, http.MethodGet, "/api/v1/uptime?month=2026-11", "").Body.String()
	if want := `"ways":[{"way_id":"` + string(way.ID) + `","seen_hours":7,"expected_hours":31,"deaf_hours":0,"percent":22.5}]`; !strings.Contains(got, want) {
		t.Errorf("the API does not tell of the connection: %s", got)
	}
	page = words(t, v, "/units/"+string(u.ID))
	if !strings.Contains(page, "24 giờ qua không có dữ liệu") || !strings.Contains(page, "7 ngày qua chưa đủ dữ liệu (thấy 8/32)") {
		_, page, _ = strings.Cut(page, "Theo nhật ký")
		t.Errorf("the unit's page reads: %.500s", page)
	}
	if page := words(t, v, "/units/"+string(bare.ID)); !strings.Contains(page, "24 giờ qua không có dữ liệu độ phủ: chưa thấy nguồn nào chưa có nguồn nào") {
		_, page, _ = strings.Cut(page, "Theo nhật ký")
		t.Errorf("a unit without source reads: %.500s", page)
	}
	if page := words(t, v, "/units/"+string(u.ID)+"/figures"); !strings.Contains(page, "chưa đủ dữ liệu (thấy 8/32 giờ)") {
		t.Errorf("the figures of the year: %.1500s", page)
	}
	if page := words(t, v, "/infections"); !strings.Contains(page, "không có dữ liệu") {
		t.Errorf("the list of infections counts zero: %.800s", page)
	}
}

// Strangers may be anyone's: only who may change every source meets them.
func TestOnlyWhoMayChangeEverySourceMeetsStrangers(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	u := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã Alpha", Code: "alpha", Kind: "xa", ParentID: unit.ID(h.root)}))(t)
	for login, want := range map[string]struct {
		at   string
		role auth.Role
		code int
	}{"tinh": {h.root, auth.Centre, http.StatusOK}, "xa.alpha": {string(u.ID), auth.Centre, http.StatusForbidden}, "truc": {h.root, auth.Duty, http.StatusForbidden}} {
		_, secret, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: login, Name: "Người " + login, Home: want.at,
			Grants: []auth.Grant{{Role: want.role, Unit: want.at}}})
		if err != nil {
			t.Fatal(err)
		}
		must(h.Rooms.Accounts.SetPassword(t.Context(), secret, phrase))(t)
		v := &visitor{handler: h.Handler()}
		v.signIn(t, login)
		if got := v.get(t, "/sources/strangers").Code; got != want.code {
			t.Errorf("%s in %s: %d, want %d", want.role, want.at, got, want.code)
		}
		offered := strings.Contains(v.get(t, "/sources").Body.String(), "/sources/strangers")
		if offered != (want.code == http.StatusOK) {
			t.Errorf("%s: the list offers strangers: %t", login, offered)
		}
	}
}

// Every reason for which a listener refuses a line has words on the page of a
// source.
func TestEveryReasonOfAListenerHasWords(t *testing.T) {
	t.Parallel()
	catalogue := must(i18n.Load(app.Messages()...))(t)
	for _, why := range []listener.Reason{listener.NotUTF8, listener.NoNewline, listener.Held, listener.Rewritten, listener.Empty, listener.OverQuota,
		listener.Overflow, listener.Unstored, listener.BadRequest, listener.BadItem, listener.TooLarge, listener.Busy, listener.NoRoom, listener.Truncated,
		listener.Vanished, listener.Unreadable, listener.Handshake, listener.Crowded} {
		if !catalogue.Has("source.door." + string(why)) {
			t.Errorf("no words for %s", why)
		}
	}
}
