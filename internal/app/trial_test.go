// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/account"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/config"
)

// captured is a log that goroutines may write to.
type captured struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (c *captured) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.Write(p)
}

func (c *captured) String() string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.b.String()
}

// TestNoSecretIsLogged goes through everything that carries a secret, rightly
// and wrongly, with a plain handler at debug: the net of package journal is
// left out, so that what is asserted is that nobody logs a secret at all.
func TestNoSecretIsLogged(t *testing.T) {
	t.Parallel()
	const metricsToken, wrong = "metrics-token-Zx81", "wrong-password-Qy92"
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": t.TempDir(), "listen": "127.0.0.1:0", "metrics.token": metricsToken,
		"log.level": "debug"}, Hostname: "test"})
	done(t, err)
	log := &captured{}
	a, err := app.Open(t.Context(), app.Options{Config: cfg, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
		Now: func() time.Time { return t0 }, Version: "test", PasswordCost: account.Cost{Memory: 64, Passes: 1, Threads: 1}})
	done(t, err)
	t.Cleanup(func() { _ = a.Close() })
	link, err := a.Rooms.Accounts.FirstLink(t.Context())
	done(t, err)
	secrets := []string{metricsToken, wrong, link, phrase}
	send := func(method, at string, form url.Values, bearer, cookie string) *http.Response {
		q := httptest.NewRequest(method, at, strings.NewReader(form.Encode()))
		if form != nil {
			q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		if bearer != "" {
			q.Header.Set("Authorization", "Bearer "+bearer)
		}
		if cookie != "" {
			q.Header.Set("Cookie", "vonggac="+cookie)
		}
		w := httptest.NewRecorder()
		a.Handler().ServeHTTP(w, q)
		for _, c := range w.Result().Cookies() {
			if c.Name == "vonggac" && c.Value != "" {
				secrets = append(secrets, c.Value)
			}
		}
		return w.Result()
	}
	send("GET", "/start?token="+link, nil, "", "")
	send("GET", "/start?token="+link+"x", nil, "", "")
	send("POST", "/start?token="+link, url.Values{"token": {link}, "password": {wrong}, "again": {"other"}}, "", "")
	started, err := a.Rooms.Accounts.Start(t.Context(), link, account.First{Body: "UBND tỉnh Mẫu", Kind: "ubnd_tinh", Name: "Lò Thị Mai", Login: "mai", Password: phrase})
	done(t, err)
	send("GET", "/start?token="+link, nil, "", "") // used up
	send("POST", "/sign-in", url.Values{"login": {"mai"}, "password": {wrong}}, "", "")
	if got := send("POST", "/sign-in", url.Values{"login": {"mai"}, "password": {phrase}}, "", ""); got.StatusCode != http.StatusSeeOther {
		t.Fatalf("sign-in answered %d", got.StatusCode)
	}
	cookie := secrets[len(secrets)-1]
	ctx := auth.With(t.Context(), started.Actor())
	_, invitation, err := a.Rooms.Accounts.Invite(ctx, account.Account{Login: "binh.an", Name: "Bình An", Home: started.Home,
		Grants: []auth.Grant{{Role: auth.Viewer, Unit: started.Home}}})
	done(t, err)
	src, err := a.Rooms.Sources.Create(ctx, source.Source{Name: "DNS", Owner: started.Home})
	done(t, err)
	_, key, err := a.Rooms.Accounts.NewKey(ctx, "feed", started.Home, auth.Centre, source.Feeding)
	done(t, err)
	secrets = append(secrets, invitation, key)
	send("GET", "/start?token="+invitation, nil, "", "")
	for _, path := range []string{"/", "/account", "/accounts", "/settings/health", "/incidents/none", "/sources?q=" + key, "/nowhere?token=" + invitation} {
		send("GET", path, nil, "", cookie)
	}
	ingest := "/api/v1/ingest/" + string(src.ID)
	send("POST", ingest, nil, key, "")
	send("POST", ingest, nil, key+"x", "")
	send("GET", "/metrics", nil, metricsToken, "")
	send("GET", "/metrics", nil, metricsToken+"x", "")
	send("PUT", "/start?token="+link, nil, "", cookie)
	_, err = a.Work(t.Context())
	done(t, errors.Join(err, a.Attend(t.Context())))
	text := log.String()
	if n := strings.Count(text, "msg=request "); n < 15 {
		t.Fatalf("only %d requests were logged:\n%s", n, text)
	}
	for _, s := range secrets {
		if strings.Contains(text, s) || strings.Contains(text, url.QueryEscape(s)) {
			t.Errorf("a secret was logged: %q", s)
		}
	}
	for _, want := range []string{"route=/start", "route=/sign-in", "actor_id=" + string(started.ID), "route=other", "status=404"} {
		if !strings.Contains(text, want) {
			t.Errorf("the log lacks %q", want)
		}
	}
	var shown bytes.Buffer
	done(t, cfg.Show(&shown))
	if strings.Contains(shown.String(), metricsToken) {
		t.Error("config shows a secret")
	}
}

// TestAFolderWithAccentsAndSpaces receives and reads a log in such a folder,
// restarts there, and refuses a second process meanwhile.
func TestAFolderWithAccentsAndSpaces(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "Dữ liệu trung tâm", "Vọng Gác #1 100%")
	h := open(t, dir, nil)
	ctx := h.found(t)
	h.arm(t, ctx, "bad.example\n")
	src := h.source(t, ctx, "DNS", "")
	f, _, err := h.Rooms.Sources.Receive(ctx, src.ID, "nhật ký.log", source.ByPage, strings.NewReader(string(infectedLog(300))))
	done(t, err)
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": dir, "listen": "127.0.0.1:0", "tls.mode": "own"}, Hostname: "test"})
	done(t, err)
	opt := app.Options{Config: cfg, Log: slog.New(slog.NewTextHandler(t.Output(), nil)), Now: func() time.Time { return t0 }, Version: "test"}
	if _, err := app.Open(t.Context(), opt); !errors.Is(err, app.ErrFolderBusy) || !strings.Contains(err.Error(), "stop it first") {
		t.Errorf("a second process was told: %v", err)
	}
	done(t, h.Close())
	again, err := app.Open(t.Context(), opt)
	done(t, err)
	if _, err := again.Start(t.Context()); err != nil { // its authority is made in the folder too
		t.Fatal(err)
	}
	done(t, again.Stop(t.Context()))
	h = open(t, dir, nil)
	h.work(t)
	if got, err := h.Rooms.Sources.File(ctx, f.ID); err != nil || got.State != source.Done || got.Account.Lines != 300 {
		t.Errorf("after the restart the file is %+v, %v", got, err)
	}
	done(t, h.Close())
	names, err := os.ReadDir(filepath.Dir(dir))
	done(t, err)
	if len(names) != 1 {
		t.Errorf("something was written beside the folder: %v", names)
	}
}

// TestTheClockIsSetBackADay receives a log, sets the clock back 24 hours and
// goes on: work asked for before and after is done, a session stays, ids keep
// rising, and the doctor says what happened.
func TestTheClockIsSetBackADay(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	now := t0
	clock := func() time.Time {
		mu.Lock()
		defer mu.Unlock()
		return now
	}
	set := func(at time.Time) {
		mu.Lock()
		defer mu.Unlock()
		now = at
	}
	dir := t.TempDir()
	h := open(t, dir, clock)
	t.Cleanup(func() { _ = h.Close() })
	ctx := h.found(t)
	h.arm(t, ctx, "bad.example\n")
	src := h.source(t, ctx, "DNS", "")
	sign := httptest.NewRequest("POST", "/sign-in", strings.NewReader(url.Values{"login": {"mai"}, "password": {phrase}}.Encode()))
	sign.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, sign)
	receive := func(name string, lines int) source.File {
		t.Helper()
		f, _, err := h.Rooms.Sources.Receive(ctx, src.ID, name, source.ByPage, strings.NewReader(string(infectedLog(lines))))
		done(t, err)
		return f
	}
	before := receive("before.log", 100)
	set(t0.Add(-24 * time.Hour))
	after := receive("after.log", 120)
	if before.ID >= after.ID {
		t.Errorf("id %s does not follow %s", after.ID, before.ID)
	}
	q := httptest.NewRequest("GET", "/account", nil)
	for _, c := range w.Result().Cookies() {
		q.AddCookie(c)
	}
	w = httptest.NewRecorder()
	if h.Handler().ServeHTTP(w, q); w.Code != http.StatusOK {
		t.Errorf("the session is answered %d after the clock went back", w.Code)
	}
	h.work(t)
	if got, err := h.Rooms.Sources.File(ctx, after.ID); err != nil || got.State != source.Done {
		t.Errorf("what came after is %+v, %v", got.State, err)
	}
	if got := inspect(t, dir, clock(), app.Exam{})["clock"]; got.Seen.Key != "health.clock.back" {
		t.Errorf("the doctor says %+v", got)
	}
	// Work due by the old clock waits for the old time, and is done then.
	set(t0.Add(time.Second))
	h.work(t)
	if got, err := h.Rooms.Sources.File(ctx, before.ID); err != nil || got.State != source.Done || !h.idle(t) {
		t.Errorf("what came before is %+v, %v", got.State, err)
	}
}
