// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/health"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// TestPacksOfTheFolder puts a made-up decree and a broken one into the data
// folder: the first is in force on its days for every room, the second is named
// with file and line by the doctor and the page, and costs only itself.
func TestPacksOfTheFolder(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	own := filepath.Join(dir, "rulepacks")
	if err := os.CopyFS(filepath.Join(own, "VN-GIA-2031"), os.DirFS(filepath.Join("..", "platform", "rulepack", "testdata", "VN-GIA-2031"))); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(filepath.Join(own, "TINH-2032"), 0o700); err != nil {
		t.Fatal(err)
	}
	broken := "pack:\n  id: TINH-2032\n  title: {vi: hỏng, en: broken}\n  from: 2032-01-01\n  source: {key: x, mark: sure}\n"
	if err := os.WriteFile(filepath.Join(own, "TINH-2032", "pack.yaml"), []byte(broken), 0o600); err != nil {
		t.Fatal(err)
	}
	h := open(t, dir, func() time.Time { return t0 })
	ctx := h.found(t)
	if p := h.Rooms.Packs.At(calendar.Date{Year: 2031, Month: time.May, Day: 1}); p.ID != "VN-GIA-2031" {
		t.Errorf("1 May 2031 is under %s", p.ID)
	}
	const place = `TINH-2032/pack.yaml:2: source mark "sure"`
	for _, r := range h.Examine(t.Context(), app.Exam{Quick: true}) {
		if r.Name == "rules" && (r.State != health.Warning || !strings.Contains(strings.Join(r.Seen.Args, " "), place)) {
			t.Errorf("the doctor says %+v", r)
		}
	}
	mai := &visitor{handler: h.Handler()}
	in := mai.send(t, http.MethodPost, "/sign-in", "application/x-www-form-urlencoded", url.Values{"login": {"mai"}, "password": {phrase}}.Encode())
	mai.cookie, _, _ = strings.Cut(in.Header().Get("Set-Cookie"), ";")
	page := mai.get(t, "/rules")
	if body := page.Body.String(); page.Code != http.StatusOK || !strings.Contains(body, "TINH-2032/pack.yaml:2") || !strings.Contains(body, "VN-GIA-2031") {
		t.Errorf("the page answers %d and does not name the fault", page.Code)
	}
	o, err := h.Rooms.Rules.Put(ctx, rule.Draft{Pack: "VN-ANM-2026", Target: "thresholds/threat_hunt", Value: rulepack.Value{N: 3, Unit: "months"}, From: calendar.DateOf(t0),
		Reason: "tỉnh quy định", Source: rulepack.Source{Key: "KH 1/KH-UBND", Mark: rulepack.Verified}})
	if err != nil {
		t.Fatal(err)
	}
	rhythm, err := h.Rooms.Hunts.Often(ctx)
	if err != nil || rhythm.Months != 3 || rhythm.Unsure {
		t.Errorf("another room reads %+v after the override, %v", rhythm, err)
	}
	if _, err := h.Rooms.Rules.Withdraw(ctx, o.ID, o.Version, "nhầm"); err != nil {
		t.Fatal(err)
	}
	if rhythm, err = h.Rooms.Hunts.Often(ctx); err != nil || rhythm.Months != 6 {
		t.Errorf("and %+v after it was withdrawn, %v", rhythm, err)
	}
}
