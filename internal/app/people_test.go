// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/platform/auth"
)

// post sends a form and takes the new cookie, as a browser does.
func (v *visitor) post(t *testing.T, path string, pairs ...string) (status int, location, body string) {
	t.Helper()
	form := url.Values{}
	for i := 0; i+1 < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	res := v.send(t, http.MethodPost, path, "application/x-www-form-urlencoded", form.Encode())
	for _, c := range res.Result().Cookies() {
		if c.Name == "vonggac" {
			v.cookie = c.Name + "=" + c.Value
		}
	}
	return res.Code, res.Header().Get("Location"), res.Body.String()
}

// TestASecondFactorStandsBeforeEveryPage enrols through the pages and signs in
// again: by password alone nothing opens, by a slip neither.
func TestASecondFactorStandsBeforeEveryPage(t *testing.T) {
	t.Parallel()
	now := t0
	h := open(t, t.TempDir(), func() time.Time { return now })
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	h.found(t)
	v := &visitor{handler: h.Handler()}
	if code, to, _ := v.post(t, "/sign-in", "login", "mai", "password", phrase); code != http.StatusSeeOther || to != "/" {
		t.Fatalf("by password: %d to %s", code, to)
	}
	code, _, page := v.post(t, account.SecondFactorPath+"/begin", "password", phrase)
	_, secret, _ := strings.Cut(page, `translate="no">`)
	secret, _, _ = strings.Cut(secret, "<")
	_, sealed, _ := strings.Cut(page, `name="sealed" value="`)
	sealed, _, _ = strings.Cut(sealed, `"`)
	if code != http.StatusOK || !strings.Contains(page, `src="data:image/png;base64,`) || sealed == "" {
		t.Fatalf("the proposal: %d\n%s", code, page)
	}
	secret = strings.ReplaceAll(secret, " ", "")
	shown, err := totp.GenerateCode(secret, now)
	if err != nil {
		t.Fatal(err)
	}
	if code, _, _ := v.post(t, account.SecondFactorPath, "sealed", sealed, "code", "12"); code != http.StatusUnprocessableEntity {
		t.Errorf("a wrong code: %d", code)
	}
	if code, _, page = v.post(t, account.SecondFactorPath, "sealed", sealed, "code", shown); code != http.StatusOK || strings.Count(page, "<li>") < 10 {
		t.Fatalf("the right code: %d\n%s", code, page)
	}
	if code := v.get(t, "/account").Code; code != http.StatusOK {
		t.Errorf("the session that enrolled: %d", code)
	}

	link, err := h.Rooms.Accounts.Recover(t.Context(), "mai")
	if err != nil {
		t.Fatal(err)
	}
	for _, what := range []string{"password", "slip"} {
		v := &visitor{handler: h.Handler()}
		var code int
		var to string
		if what == "slip" {
			code, to, _ = v.post(t, "/start", "token", link, "password", phrase+" nữa", "again", phrase+" nữa")
		} else {
			code, to, _ = v.post(t, "/sign-in", "login", "mai", "password", phrase, "next", "/units")
		}
		if code != http.StatusSeeOther || to != "/sign-in/code" {
			t.Fatalf("by %s: %d to %s", what, code, to)
		}
		if code := v.get(t, "/account").Code; code != http.StatusSeeOther {
			t.Errorf("by %s, before the second step: %d", what, code)
		}
		if code, _, page := v.post(t, "/sign-in/code", "code", shown); code != http.StatusUnprocessableEntity || !strings.Contains(page, "đã dùng rồi") {
			t.Errorf("by %s, a code used before: %d", what, code)
		}
		now = now.Add(time.Minute)
		if shown, err = totp.GenerateCode(secret, now); err != nil {
			t.Fatal(err)
		}
		if code, _, _ := v.post(t, "/sign-in/code", "code", shown); code != http.StatusSeeOther {
			t.Errorf("by %s, the second step: %d", what, code)
		}
		if code := v.get(t, "/account").Code; code != http.StatusOK {
			t.Errorf("by %s, after the second step: %d", what, code)
		}
	}
	now = now.Add(-24 * time.Hour)
	back := &visitor{handler: h.Handler()}
	back.post(t, "/sign-in", "login", "mai", "password", phrase+" nữa")
	if code, _, page := back.post(t, "/sign-in/code", "code", shown); code != http.StatusUnprocessableEntity || !strings.Contains(page, "chạy lùi") {
		t.Errorf("a day back: %d\n%s", code, page)
	}
}

// TestBreakGlassShowsOnEveryPageAndToTheSecondPerson looks at what both see.
func TestBreakGlassShowsOnEveryPageAndToTheSecondPerson(t *testing.T) {
	t.Parallel()
	now := t0
	h := open(t, t.TempDir(), func() time.Time { return now })
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	people := h.Rooms.Accounts
	a, secret, err := people.Invite(ctx, account.Account{Login: "an.nv", Name: "Nguyễn Văn An", Home: h.root, Grants: []auth.Grant{{Role: auth.Viewer, Unit: h.root}}})
	if err != nil {
		t.Fatal(err)
	}
	a = must(people.SetPassword(t.Context(), secret, phrase))(t)
	if err := people.SetFlags(ctx, a.ID, a.Version, account.Flags{BreakGlass: true}); err != nil {
		t.Fatal(err)
	}
	me := must(people.Me(ctx))(t)
	v, chief := &visitor{handler: h.Handler()}, &visitor{handler: h.Handler()}
	v.signIn(t, "an.nv")
	chief.signIn(t, "mai")
	if code := v.get(t, "/findings").Code; code != http.StatusForbidden {
		t.Errorf("a viewer reads findings: %d", code)
	}
	code, to, page := v.post(t, "/break-glass/new", "role", "duty", "unit", h.root, "hours", "1", "witness", string(me.ID), "reason", "trực ban không có mặt")
	if code != http.StatusSeeOther {
		t.Fatalf("%d\n%s", code, page)
	}
	const bar = "Đang mở khóa khẩn cấp"
	for _, path := range []string{"/findings", "/account", "/"} {
		if res := v.get(t, path); res.Code != http.StatusOK || !strings.Contains(res.Body.String(), bar) {
			t.Errorf("%s: %d, without the bar", path, res.Code)
		}
	}
	if today := chief.get(t, "/").Body.String(); !strings.Contains(today, to) || strings.Contains(today, bar) {
		t.Error("the second person's first page does not lead to it")
	}
	if code, _, _ := chief.post(t, to+"/seen"); code != http.StatusSeeOther {
		t.Errorf("confirm: %d", code)
	}
	if strings.Contains(chief.get(t, "/").Body.String(), to) {
		t.Error("it is still asked for after it was confirmed")
	}
	now = now.Add(time.Hour)
	if res := v.get(t, "/findings"); res.Code != http.StatusForbidden || strings.Contains(res.Body.String(), bar) {
		t.Errorf("after its hour: %d", res.Code)
	}
}
