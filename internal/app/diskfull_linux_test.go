// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/source"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// TestTheDiskIsFull fills a small disk under a centre: an upload is refused and
// leaves nothing, signing in and a job are answered with an error and no
// crash, and once there is space again everything goes on where it stood.
func TestTheDiskIsFull(t *testing.T) {
	t.Parallel()
	disk := t.TempDir()
	if err := syscall.Mount("tmpfs", disk, "tmpfs", 0, "size=256m"); err != nil {
		t.Skipf("a small disk cannot be mounted here: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(disk, syscall.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	dir := filepath.Join(disk, "data")
	var later atomic.Bool
	now := func() time.Time {
		if later.Load() {
			return t0.Add(time.Hour)
		}
		return t0
	}
	h := open(t, dir, now)
	t.Cleanup(func() { _ = h.Close() })
	ctx := h.found(t)
	h.arm(t, ctx, "bad.example\n")
	src := h.source(t, ctx, "DNS", "")
	f, _, err := h.Rooms.Sources.Receive(ctx, src.ID, "early.log", source.ByPage, bytes.NewReader(infectedLog(3000)))
	done(t, err)

	ballast := filepath.Join(disk, "ballast")
	full, err := os.Create(ballast)
	done(t, err)
	if _, err := io.Copy(full, endless{}); !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("the disk does not fill: %v", err)
	}
	done(t, full.Close())

	if _, _, err := h.Rooms.Sources.Receive(ctx, src.ID, "late.log", source.ByPage, bytes.NewReader(infectedLog(4000))); fault.Of(err).Msg != "fault.full" {
		t.Errorf("an upload on a full disk gave %v", err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "files", "tmp")); err != nil || len(left) > 0 {
		t.Errorf("the refused upload left %v, %v", left, err)
	}
	form := url.Values{"login": {"mai"}, "password": {phrase}}.Encode()
	signIn := func() int {
		q := httptest.NewRequest(http.MethodPost, "/sign-in", strings.NewReader(form))
		q.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		w := httptest.NewRecorder()
		h.Handler().ServeHTTP(w, q)
		return w.Code
	}
	signedIn := signIn()
	_, jobErr := h.Work(t.Context())
	if got := inspect(t, dir, t0, app.Exam{})["disk"]; got.Seen.Key != "health.disk.seen" || got.State != "wrong" {
		t.Errorf("the doctor says %+v", got)
	}
	if signedIn != http.StatusServiceUnavailable && signedIn != http.StatusSeeOther {
		t.Errorf("signing in on a full disk answers %d", signedIn)
	}
	t.Logf("on the full disk signing in answers %d, the job runner says %v", signedIn, jobErr)

	done(t, os.Remove(ballast))
	if code := signIn(); code != http.StatusSeeOther {
		t.Errorf("with space again signing in answers %d", code)
	}
	if _, _, err := h.Rooms.Sources.Receive(ctx, src.ID, "late.log", source.ByPage, bytes.NewReader(infectedLog(4000))); err != nil {
		t.Errorf("with space again the upload fails: %v", err)
	}
	later.Store(true) // what failed is tried again by then
	h.work(t)
	if got, err := h.Rooms.Sources.File(ctx, f.ID); err != nil || got.State != source.Done {
		t.Errorf("the early file is %s, %v", got.State, err)
	}
	for name, r := range inspect(t, dir, now(), app.Exam{Deep: true}) {
		if r.State == "wrong" && name != "disk" && name != "folder" {
			t.Errorf("afterwards %s is wrong: %+v", name, r.Seen)
		}
	}
}

// endless is a file without end.
type endless struct{}

// Read implements io.Reader.
func (endless) Read(p []byte) (int, error) { return len(p), nil }
