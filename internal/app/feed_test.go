// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"net/http/httptest"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/feed"
	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/backup"
	"github.com/vonggac/vonggac/internal/platform/health"
)

// TestFeedsKeepListsFresh takes one list from a sender and one from a folder
// through the whole program: duties, jobs, notices, figures, backup.
func TestFeedsKeepListsFresh(t *testing.T) {
	t.Parallel()
	now, dir := t0, t.TempDir()
	h := open(t, dir, func() time.Time { return now })
	t.Cleanup(func() {
		if err := h.Close(); err != nil {
			t.Error(err)
		}
	})
	ctx := h.found(t)
	status := http.StatusOK
	sender := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte("sent.example\n"))
	}))
	t.Cleanup(sender.Close)
	if err := h.Rooms.Feeds.SetNetwork(ctx, feed.Network{Allowed: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}}); err != nil {
		t.Fatal(err)
	}
	made := func(name, url string) feed.Feed {
		return must(h.Rooms.Feeds.Create(ctx, feed.Order{Name: name, URL: url, Unit: h.root, Limit: 1, Schedule: feed.Schedule{Every: time.Hour},
			New: indicator.List{Name: name, Kind: indicator.Block, TLP: indicator.Clear, Scope: indicator.WithSubdomains, Layout: indicator.Auto}}))(t)
	}
	sent, dropped := made("Gửi", sender.URL), made("Chép", "")
	must(h.Rooms.Feeds.Switch(ctx, sent.ID, sent.Version, true, ""))(t)
	beat := func() {
		t.Helper()
		for range 3 {
			if err := h.Attend(t.Context()); err != nil {
				t.Fatal(err)
			}
			h.work(t)
		}
	}
	beat()
	folder := filepath.Join(dir, "drop", "feeds", dropped.Folder)
	if err := os.WriteFile(filepath.Join(folder, "x.txt"), []byte("dropped.example\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	beat()
	held, err := h.Rooms.Indicators.Current(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer held.Release()
	if index := held.Index(); len(index.Match("www.sent.example")) != 1 || len(index.Match("dropped.example")) != 1 {
		t.Fatal("not matched")
	}
	for _, id := range []feed.ID{sent.ID, dropped.ID} {
		if f := must(h.Rooms.Feeds.Get(ctx, id))(t); f.Rows != 1 || f.Failures != 0 || f.OKAt.IsZero() {
			t.Errorf("%s: %+v", f.Name, f.Health)
		}
	}

	status = http.StatusInternalServerError
	now = now.Add(4 * time.Hour)
	beat()
	now = now.Add(time.Hour)
	beat()
	if n := h.told(t, ctx)["feed.stale"]; n != 2 {
		t.Errorf("told %d times of two stale feeds", n)
	}
	for _, r := range h.Examine(ctx, app.Exam{}) {
		if r.Name == "feeds" && r.State != health.Warning {
			t.Errorf("the doctor says %+v", r)
		}
	}
	q := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	q.RemoteAddr, q.Host = "127.0.0.1:9", "127.0.0.1:8080"
	w := httptest.NewRecorder()
	h.Handler().ServeHTTP(w, q)
	for _, line := range []string{`vonggac_feeds{health="stale"} 2`, "vonggac_feeds_oldest_success_seconds 18000"} {
		if !strings.Contains(w.Body.String(), line) {
			t.Errorf("figures lack %s", line)
		}
	}

	status = http.StatusOK
	now = now.Add(2 * time.Hour)
	beat()
	if f := must(h.Rooms.Feeds.Get(ctx, sent.ID))(t); f.Stale(now) || f.Why != "" {
		t.Errorf("after it recovered %+v", f.Health)
	}

	saved := must(h.Rooms.Backups.Take(ctx, backup.Asked, "", quietly))(t)
	kept := false
	for _, table := range saved.Manifest.Tables {
		kept = kept || table.Name == "feed_run" && table.Rows >= 4
	}
	if _, err := os.Stat(filepath.Join(saved.Path, "keys", "drop")); !kept || err == nil {
		t.Errorf("the backup keeps the runs: %t; it holds dropped files: %t", kept, err == nil)
	}
}
