// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/app/demo"
	"github.com/vonggac/vonggac/internal/platform/config"
)

// A day of logs takes minutes with the race detector; three hours go the same way.
func init() { history = 3 * time.Hour }

func TestTheDemoKeepsApartFromRealData(t *testing.T) {
	t.Parallel()
	env := []string{"HOME=/home/lan", "VONGGAC_RECORDS_ADDRESS=postgres://u:p@db.example/soc"}
	for name, tc := range map[string]struct {
		env   []string
		flags map[string]string
		data  string
	}{
		"beside the default folder":    {env: env, data: "/home/lan/.local/share/vonggac-demo"},
		"beside the configured folder": {env: append(env[:2:2], "VONGGAC_DATA=/srv/soc/"), data: "/srv/soc-demo"},
		"in the folder given":          {env: env, flags: map[string]string{"data": "/srv/try"}, data: "/srv/try"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg, err := demoConfig(config.Sources{Env: tc.env, Flags: tc.flags, Hostname: "soc"})
			if err != nil {
				t.Fatal(err)
			}
			if got, want := cfg.Records.Address.Reveal(), filepath.Join(tc.data, "records.db"); cfg.Data != tc.data || got != want {
				t.Errorf("data in %s, records in %s; want %s and %s", cfg.Data, got, tc.data, want)
			}
		})
	}
}

// until ends a run at the first output that holds a text.
type until struct {
	bytes.Buffer
	text string
	stop context.CancelFunc
}

func (u *until) Write(p []byte) (int, error) {
	n, err := u.Buffer.Write(p)
	if strings.Contains(u.String(), u.text) {
		u.stop()
	}
	return n, err
}

// demoUntil runs `vonggac demo` until it prints a text and returns its output.
func demoUntil(t *testing.T, dir, text string) string {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	out := &until{text: text, stop: stop}
	if code := run(ctx, []string{"demo", "--data", dir, "--listen", "127.0.0.1:0"}, streams{out: out, err: t.Output()}); code != 0 {
		t.Errorf("exit code %d, want 0", code)
	}
	return out.String()
}

func TestTheDemoInvitesAndStopsAtAnyMoment(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, text := range []string{"/start?token=", "every 10 seconds"} { // before history, and after it
		if out := demoUntil(t, dir, text); strings.Count(out, "/start?token=") != 8 || strings.Contains(out, "/sign-in") {
			t.Errorf("up to %q: %s", text, out)
		}
	}
	cfg, err := demoConfig(config.Sources{Flags: map[string]string{"data": dir}})
	if err != nil {
		t.Fatal(err)
	}
	a, err := app.Open(t.Context(), app.Options{Config: cfg, Log: logger(t.Output(), cfg), Demo: true})
	if err != nil {
		t.Fatal(err)
	}
	secret, err := a.Rooms.Accounts.Recover(t.Context(), demo.DutyOfficer)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Rooms.Accounts.SetPassword(t.Context(), secret, "gác đêm giao thừa"); err != nil {
		t.Fatal(err)
	}
	if err := a.Close(); err != nil {
		t.Fatal(err)
	}
	out := demoUntil(t, dir, "every 10 seconds")
	if strings.Count(out, "/start?token=") != 7 || strings.Count(out, "/sign-in") != 1 || !strings.Contains(out, "vonggac account link") {
		t.Errorf("once %s has a password: %s", demo.DutyOfficer, out)
	}
}
