// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/notice"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/notify/mailtest"
)

// told counts a person's notices by kind.
func (h *house) told(t *testing.T, ctx context.Context) map[string]int64 {
	t.Helper()
	page := must(h.Rooms.Notices.List(ctx, notice.Filter{}))(t)
	out := map[string]int64{}
	for _, i := range page.Rows {
		out[i.Kind] += i.Times
	}
	return out
}

// TestWhatHappensIsToldToWhoeverMustAct follows a log to a case and its terms,
// and looks at who is told of what, in the product and by mail.
func TestWhatHappensIsToldToWhoeverMustAct(t *testing.T) {
	t.Parallel()
	now := t0.Add(2 * 24 * time.Hour) // a Monday
	h := open(t, t.TempDir(), func() time.Time { return now })
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	person := func(login string, role auth.Role, home string) context.Context {
		a, _, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: login, Name: "Người " + login, Home: home, Email: login + "@mau.example",
			Grants: []auth.Grant{{Role: role, Unit: home}}})
		if err != nil {
			t.Fatal(err)
		}
		return auth.With(t.Context(), a.Actor())
	}
	commune := func(name, net string) unit.Unit {
		u := must(h.Rooms.Units.Create(ctx, unit.Unit{Name: "UBND xã " + name, Kind: "xa", ParentID: unit.ID(h.root)}))(t)
		must(h.Rooms.Units.AddRange(ctx, u.ID, unit.NewRange{Text: net, Kind: unit.Machine}))(t)
		return u
	}
	an, binh := commune("An", "10.1.0.0/16"), commune("Bình", "10.2.0.0/16")
	duty, officer, other := person("truc", auth.Duty, h.root), person("canbo.an", auth.UnitOfficer, string(an.ID)), person("canbo.binh", auth.UnitOfficer, string(binh.ID))
	admin := person("quan", auth.Administrator, h.root)
	server := mailtest.Start(t)
	if err := h.Rooms.Notices.SetMail(admin, server.Settings(), "", 0); err != nil {
		t.Fatal(err)
	}
	h.arm(t, ctx, "bad.example\n")
	src := h.source(t, ctx, "DNS", "")
	log := "Nov 20 08:00:00 dnsmasq[9]: query[A] one.bad.example from 10.1.7.5\n"
	must2(h.Rooms.Sources.Receive(ctx, src.ID, "a.log", source.ByPage, strings.NewReader(log)))(t)
	h.work(t)
	i := must(h.Rooms.Incidents.Open(ctx, incident.Details{Title: "Mã độc bí mật", UnitID: string(an.ID), DetectedAt: now, Description: "x",
		Types: incident.Choice{IDs: []string{"malware"}}, Detection: incident.Choice{IDs: []string{"log_review"}}}))(t)
	must(h.Rooms.Incidents.Decide(ctx, i.ID, "M2", "vì lan rộng", i.Version))(t)

	for name, c := range map[string]struct {
		ctx  context.Context
		want map[string]int64
	}{
		"duty": {duty, map[string]int64{"finding.new": 1, "incident.opened": 1, "incident.severity": 1}},
		"an":   {officer, map[string]int64{"finding.new": 1, "incident.opened": 1, "incident.severity": 1}},
		"binh": {other, map[string]int64{}},
	} {
		got := h.told(t, c.ctx)
		for kind, n := range c.want {
			if got[kind] != n {
				t.Errorf("%s was told of %s %d times, want %d", name, kind, got[kind], n)
			}
		}
		if len(c.want) == 0 && len(got) != 0 {
			t.Errorf("%s was told of %v", name, got)
		}
	}
	for range 3 { // asked again and again, and after days: each threshold is told once
		if err := h.Attend(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	now = now.Add(30 * 24 * time.Hour)
	for range 3 {
		if err := h.Attend(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	owed := must(h.Rooms.Obligations.Of(ctx, "incident", string(i.ID)))(t)
	if got := h.told(t, duty)["obligation.late"]; got != int64(len(owed)) || got == 0 {
		t.Errorf("duty was told of %d overdue terms, want %d", got, len(owed))
	}
	for _, m := range server.Taken() {
		for _, word := range []string{"bad.example", "10.1.7.5", "bí mật", "lan rộng", i.Code} {
			if strings.Contains(string(m.Raw), word) {
				t.Errorf("a letter to %s holds %q", m.To, word)
			}
		}
		if m.To == "canbo.binh@mau.example" {
			t.Errorf("a letter went to another commune")
		}
	}
	if len(server.Taken()) == 0 {
		t.Error("no letter was sent")
	}
	if health := must(h.Rooms.Notices.Health(t.Context()))(t); health.Failed != 0 || health.Answer != "" {
		t.Errorf("health = %+v", health)
	}
}

// TestOnlyRolesInForceAreTold looks at a role that ran out, one lent for a
// leave, and the language of letters.
func TestOnlyRolesInForceAreTold(t *testing.T) {
	t.Parallel()
	now := t0.Add(2 * 24 * time.Hour)
	h := open(t, t.TempDir(), func() time.Time { return now })
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	server := mailtest.Start(t)
	if err := h.Rooms.Notices.SetMail(ctx, server.Settings(), "", 0); err != nil {
		t.Fatal(err)
	}
	person := func(login, language string, role auth.Role) account.Account {
		a, _, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: login, Name: "Người " + login, Home: h.root, Email: login + "@mau.example",
			Language: language, Grants: []auth.Grant{{Role: role, Unit: h.root}}})
		if err != nil {
			t.Fatal(err)
		}
		return a
	}
	gone, clerk := person("het.han", "", auth.Viewer), person("thay", "en", auth.Clerk)
	term := account.Term{Until: now.Add(time.Hour)}
	if err := h.Rooms.Accounts.Give(ctx, gone.ID, account.Held{Grant: auth.Grant{Role: auth.Duty, Unit: h.root}, Term: term}); err != nil {
		t.Fatal(err)
	}
	now = now.Add(2 * time.Hour)
	must(h.Rooms.Accounts.Lend(ctx, account.Delegation{To: clerk.ID, Grant: auth.Grant{Role: auth.Centre, Unit: h.root},
		Term: account.Term{Until: now.Add(24 * time.Hour)}, Reason: "nghỉ phép một ngày"}))(t)
	must(h.Rooms.Incidents.Open(ctx, incident.Details{Title: "Mã độc", UnitID: h.root, DetectedAt: now, Description: "x",
		Types: incident.Choice{IDs: []string{"malware"}}, Detection: incident.Choice{IDs: []string{"log_review"}}}))(t)
	for range 3 {
		now = now.Add(10 * time.Minute)
		if err := h.Attend(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	letters := map[string]string{}
	for _, m := range server.Taken() {
		letters[m.To] += m.Header.Get("Content-Language") + string(m.Raw)
	}
	if letters["het.han@mau.example"] != "" {
		t.Error("a letter went to somebody whose role has ended")
	}
	if got := letters["thay@mau.example"]; got == "" || !strings.Contains(got, "New incident") && !strings.Contains(got, "New_incident") {
		t.Errorf("whoever stands in was told in their language:\n%s", got)
	}
}

// must2 is must for calls with two values.
func must2[T, U any](v T, _ U, err error) func(*testing.T) T { return must(v, err) }

// TestNoticePages opens the pages of the room as an administrator.
func TestNoticePages(t *testing.T) {
	t.Parallel()
	h := open(t, t.TempDir(), nil)
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	_, secret, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: "quan", Name: "Quản trị", Home: h.root,
		Grants: []auth.Grant{{Role: auth.Administrator, Unit: h.root}}})
	if err != nil {
		t.Fatal(err)
	}
	must(h.Rooms.Accounts.SetPassword(t.Context(), secret, phrase))(t)
	v := &visitor{handler: h.Handler()}
	post := func(path string, form url.Values) (int, string) {
		res := v.send(t, http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
		return res.Code, res.Body.String()
	}
	res := v.send(t, http.MethodPost, "/sign-in", "application/x-www-form-urlencoded", url.Values{"login": {"quan"}, "password": {phrase}}.Encode())
	v.cookie, _, _ = strings.Cut(res.Header().Get("Set-Cookie"), ";")

	mail := url.Values{"way": {"smtp"}, "host": {"mail.mau.example"}, "port": {"<b>"}, "security": {"none"}, "user": {"u"}, "password": {"bí mật lắm"},
		"from": {"<script>"}, "version": {"0"}}
	code, body := post("/settings/mail", mail)
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, `value="mail.mau.example"`) || !strings.Contains(body, "&lt;script&gt;") ||
		strings.Contains(body, "bí mật lắm") || strings.Contains(body, "<script>\"") {
		t.Errorf("invalid mail server: %d", code)
	}
	mail.Set("way", "file")
	mail.Set("from", "vonggac@mau.example")
	if code, body := post("/settings/mail", mail); code != http.StatusSeeOther {
		t.Fatalf("mail to files: %d %s", code, body)
	}
	if code, _ := post("/settings/mail", mail); code != http.StatusConflict {
		t.Errorf("a setting changed in another window: %d", code)
	}
	if code, _ := post("/settings/mail/test", url.Values{"to": {"a@mau.example"}}); code != http.StatusSeeOther {
		t.Errorf("test letter: %d", code)
	}
	choices := url.Values{"hours": {"lúc nào cũng được"}, "version": {"0"}, "kind.incident.opened": {"digest"}, "working_days": {"1"}}
	code, body = post("/account/notices", choices)
	if code != http.StatusUnprocessableEntity || !strings.Contains(body, "lúc nào cũng được") {
		t.Errorf("invalid hours: %d", code)
	}
	choices.Set("hours", "7h30")
	if code, _ := post("/account/notices", choices); code != http.StatusSeeOther {
		t.Errorf("choices: %d", code)
	}
	if _, _, err := h.Rooms.Accounts.Invite(ctx, account.Account{Login: "hai", Name: "=HYPERLINK(1) <b>hai</b>", Home: h.root,
		Grants: []auth.Grant{{Role: auth.Centre, Unit: h.root}}}); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]string{"/account/notices": `value="07:30"`, "/notices": "&lt;b&gt;hai&lt;/b&gt;", "/settings/outbox": "Thư đi",
		"/settings/mail": `value="vonggac@mau.example"`, "/notices.csv": "Tài khoản mới", "/settings/outbox.csv": "Người nhận"} {
		if res := v.get(t, path); res.Code != http.StatusOK || !strings.Contains(res.Body.String(), want) {
			t.Errorf("%s: %d, want %q", path, res.Code, want)
		}
	}
	if code, _ := post("/notices/read", url.Values{"do": {"all"}}); code != http.StatusSeeOther || strings.Contains(v.get(t, "/notices").Body.String(), "hai&lt;/b&gt;") {
		t.Errorf("mark all read: %d", code)
	}
}
