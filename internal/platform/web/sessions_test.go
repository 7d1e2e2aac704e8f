// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package web_test

import (
	"context"
	"io"
	"io/fs"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

const (
	oldFirefox = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:115.0) Gecko/20100101 Firefox/115.0"
	anAndroid  = "Mozilla/5.0 (Linux; Android 13; SM-A145F) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36"
)

// door is a site whose clock the test moves. Everybody at /in?as=… is let in;
// "held" may use the page /enrol alone.
type door struct {
	*web.Site
	handler http.Handler
	records *db.DB
	now     time.Time
	list    []web.Session // what GET /list found
	half    string        // who GET /half found
}

func openDoor(t *testing.T, d *db.DB) *door {
	t.Helper()
	catalogue, err := i18n.Load(fault.Messages, web.Messages, ui.Messages)
	if err != nil {
		t.Fatal(err)
	}
	s := &door{records: d, now: time.Now()}
	s.Site = web.New(web.Config{Log: slog.New(slog.DiscardHandler), Catalogue: catalogue, Assets: bundle{}, Records: d,
		Now: func() time.Time { return s.now }, Lifetime: 12 * time.Hour, Idle: 2 * time.Hour, Version: "test",
		Actor: func(_ context.Context, account string, _ int64) (auth.Actor, error) {
			a := auth.Actor{ID: account, Name: account}
			if account == "held" {
				a.Confined = "/enrol"
			}
			return a, nil
		},
		Key: func(context.Context, string) (auth.Actor, error) { return auth.Actor{}, nil },
		Nav: func(context.Context, string) []ui.NavGroup { return nil }})
	fine := func(w http.ResponseWriter, _ *http.Request) error { _, err := io.WriteString(w, "fine"); return err }
	s.handler = s.Handler(
		web.Route{Pattern: "GET /in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
			return s.SignIn(r.Context(), r.URL.Query().Get("as"), 1)
		}},
		web.Route{Pattern: "GET /half-in", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
			return s.SignInHalf(r.Context(), "an", 1, "/findings?state=all")
		}},
		web.Route{Pattern: "GET /half", Access: web.Public, Handle: func(w http.ResponseWriter, r *http.Request) error {
			who, _, next := s.Half(r.Context())
			s.half = strings.TrimSpace(who + " " + next)
			return nil
		}},
		web.Route{Pattern: "GET /list", Access: web.SignedIn, Handle: func(w http.ResponseWriter, r *http.Request) (err error) {
			actor, _ := auth.From(r.Context())
			s.list, err = s.Sessions(r.Context(), actor.ID, 50)
			return err
		}},
		web.Route{Pattern: "GET /mine", Access: web.SignedIn, Handle: fine},
		web.Route{Pattern: "GET /enrol", Access: web.SignedIn, Handle: fine},
		web.Route{Pattern: "GET /enrol/begin", Access: web.SignedIn, Handle: fine},
		web.Route{Pattern: "GET /enrolled", Access: web.SignedIn, Handle: fine})
	return s
}

// ask sends a request with cookie from a device and gives status and cookie.
func (s *door) ask(t *testing.T, method, path, cookie, agent string) (status int, next string) {
	t.Helper()
	r := httptest.NewRequestWithContext(t.Context(), method, path, nil)
	r.RemoteAddr = "192.0.2.7:4000"
	r.Header.Set("User-Agent", agent)
	if cookie != "" {
		r.Header.Set("Cookie", cookie)
	}
	w := httptest.NewRecorder()
	s.handler.ServeHTTP(w, r)
	for _, c := range w.Result().Cookies() {
		if c.Name == "vonggac" {
			cookie = c.Name + "=" + c.Value
		}
	}
	return w.Code, cookie
}

func eachDoor(t *testing.T, test func(*testing.T, *door)) {
	t.Parallel()
	dbtest.Each(t, []fs.FS{web.Migrations}, func(t *testing.T, d *db.DB) { test(t, openDoor(t, d)) })
}

func (s *door) end(t *testing.T, w web.Which) int64 {
	t.Helper()
	var n int64
	err := s.records.Housekeep(t.Context(), func(ctx context.Context, tx *db.Tx) (err error) {
		n, err = web.EndSessions(ctx, tx, s.now, w, web.ByOther)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAnEndedSessionIsNobodysNextRequest(t *testing.T) {
	eachDoor(t, func(t *testing.T, s *door) {
		_, desk := s.ask(t, "GET", "/in?as=an", "", oldFirefox)
		_, phone := s.ask(t, "GET", "/in?as=an", "", anAndroid)
		_, other := s.ask(t, "GET", "/in?as=binh", "", oldFirefox)
		s.ask(t, "GET", "/list", desk, oldFirefox)
		if len(s.list) != 2 || !s.list[1].Current || s.list[0].Current || s.list[1].Address != "192.0.2.7" {
			t.Fatalf("sessions %+v", s.list)
		}
		if got := web.Device(s.list[1].Agent) + "; " + web.Device(s.list[0].Agent); got != "Firefox, Windows; Chrome, Android" {
			t.Errorf("devices %q", got)
		}
		if n := s.end(t, web.Which{Account: "an", Only: s.list[0].ID}); n != 1 {
			t.Errorf("%d ended, want 1", n)
		}
		if code, _ := s.ask(t, "GET", "/mine", phone, anAndroid); code != http.StatusSeeOther {
			t.Errorf("the ended session: %d", code)
		}
		if code, _ := s.ask(t, "GET", "/mine", desk, oldFirefox); code != http.StatusOK {
			t.Errorf("the one beside it: %d", code)
		}
		s.ask(t, "GET", "/list", desk, oldFirefox)
		if len(s.list) != 2 || s.list[1].Why != web.ByOther || s.list[1].Ended.IsZero() || !s.list[0].Live() {
			t.Errorf("after the end %+v", s.list)
		}
		if n := s.end(t, web.Which{Account: "an"}); n != 1 {
			t.Errorf("all of an: %d ended, want 1", n)
		}
		if code, _ := s.ask(t, "GET", "/mine", other, oldFirefox); code != http.StatusOK {
			t.Errorf("somebody else's: %d", code)
		}
	})
}

func TestSigningOutStaysInTheList(t *testing.T) {
	eachDoor(t, func(t *testing.T, s *door) {
		_, first := s.ask(t, "GET", "/in?as=an", "", oldFirefox)
		if code, _ := s.ask(t, "POST", ui.SignOutPath, first, oldFirefox); code != http.StatusSeeOther {
			t.Fatalf("sign out: %d", code)
		}
		if code, _ := s.ask(t, "GET", "/mine", first, oldFirefox); code != http.StatusSeeOther {
			t.Errorf("after signing out: %d", code)
		}
		_, second := s.ask(t, "GET", "/in?as=an", "", oldFirefox)
		s.ask(t, "GET", "/list", second, oldFirefox)
		if len(s.list) != 2 || s.list[1].Why != web.SignedOut {
			t.Errorf("sessions %+v", s.list)
		}
	})
}

func TestAnUnusedSessionEnds(t *testing.T) {
	eachDoor(t, func(t *testing.T, s *door) {
		begun := s.now
		_, used := s.ask(t, "GET", "/in?as=an", "", oldFirefox)
		_, unused := s.ask(t, "GET", "/in?as=an", "", anAndroid)
		for range 3 {
			s.now = s.now.Add(time.Hour)
			if code, _ := s.ask(t, "GET", "/mine", used, oldFirefox); code != http.StatusOK {
				t.Fatalf("in use, after %s: %d", s.now.Sub(begun), code)
			}
		}
		if code, _ := s.ask(t, "GET", "/mine", unused, anAndroid); code != http.StatusSeeOther {
			t.Errorf("unused for three hours: %d", code)
		}
		s.ask(t, "GET", "/list", used, oldFirefox)
		for _, v := range s.list {
			if v.Current == (v.Why == web.Idle) || !v.Current && !v.Ended.Equal(begun.UTC().Truncate(time.Millisecond).Add(2*time.Hour)) {
				t.Errorf("session %+v", v)
			}
		}
		s.now = begun.Add(13 * time.Hour)
		if code, _ := s.ask(t, "GET", "/mine", used, oldFirefox); code != http.StatusSeeOther {
			t.Errorf("past its lifetime: %d", code)
		}
	})
}

func TestTheSecondStepMustComeSoon(t *testing.T) {
	eachDoor(t, func(t *testing.T, s *door) {
		_, c := s.ask(t, "GET", "/half-in", "", oldFirefox)
		if code, _ := s.ask(t, "GET", "/mine", c, oldFirefox); code != http.StatusSeeOther {
			t.Errorf("half signed in is signed in: %d", code)
		}
		if s.ask(t, "GET", "/half", c, oldFirefox); s.half != "an /findings?state=all" {
			t.Errorf("owes the second step: %q", s.half)
		}
		s.now = s.now.Add(5*time.Minute + time.Second)
		if s.ask(t, "GET", "/half", c, oldFirefox); s.half != "" {
			t.Errorf("five minutes later: %q", s.half)
		}
	})
}

func TestAConfinedActorGetsOnePage(t *testing.T) {
	eachDoor(t, func(t *testing.T, s *door) {
		_, c := s.ask(t, "GET", "/in?as=held", "", oldFirefox)
		for path, want := range map[string]int{"/enrol": 200, "/enrol/begin": 200, "/enrolled": 303, "/mine": 303} {
			if code, _ := s.ask(t, "GET", path, c, oldFirefox); code != want {
				t.Errorf("%s: %d, want %d", path, code, want)
			}
		}
		if code, gone := s.ask(t, "POST", ui.SignOutPath, c, oldFirefox); code != http.StatusSeeOther || gone == c {
			t.Errorf("signing out: %d", code)
		}
		_, c2 := s.ask(t, "GET", "/in?as=held", "", anAndroid)
		if !signedOut(t, s, c) || signedOut(t, s, c2) {
			t.Error("signing out ended nothing, or more than its own session")
		}
	})
}

// signedOut reports whether the session of cookie is nobody's.
func signedOut(t *testing.T, s *door, cookie string) bool {
	t.Helper()
	code, _ := s.ask(t, "GET", "/enrol", cookie, oldFirefox)
	return code == http.StatusSeeOther
}

// A session that goes on under a new token without standing in its owner's
// list could not be ended by them.
func TestTheSecondStepOfAnotherSignsOut(t *testing.T) {
	eachDoor(t, func(t *testing.T, s *door) {
		_, c := s.ask(t, "GET", "/in?as=mai", "", oldFirefox)
		_, half := s.ask(t, "GET", "/half-in", c, oldFirefox)
		if half == c {
			t.Fatal("the token stayed")
		}
		if code, _ := s.ask(t, "GET", "/mine", half, oldFirefox); code != http.StatusSeeOther {
			t.Errorf("the first person is still signed in, in a session that is in no list: %d", code)
		}
		if s.ask(t, "GET", "/half", half, oldFirefox); s.half != "an /findings?state=all" {
			t.Errorf("owes the second step: %q", s.half)
		}
	})
}
