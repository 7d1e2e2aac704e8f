// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"encoding/json"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/app"
	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/centre/rule"
	"github.com/vonggac/vonggac/internal/centre/workdays"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/config"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// The command line counts with what a centre put in place and decided, whether
// it runs or not, and says so; without a centre with what the program brings.
func TestDeadlinesAreCountedWithTheCentresOwnLaw(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	h := open(t, dir, func() time.Time { return t0 })
	ctx := h.found(t)
	if _, err := h.Rooms.Rules.Put(ctx, rule.Draft{Pack: "VN-ANM-2026", Target: "clocks/hs-tra-loi", Value: rulepack.Value{N: 2, Unit: "working_day"}, From: calendar.DateOf(t0),
		Reason: "tỉnh quy định", Source: rulepack.Source{Key: "KH 1/KH-UBND", Mark: rulepack.Verified}}); err != nil {
		t.Fatal(err)
	}
	off := calendar.Date{Year: 2026, Month: time.December, Day: 15}
	if _, err := h.Rooms.Workdays.Decide(ctx, workdays.Entry{Kind: workdays.Off, Name: "Ngày nghỉ của tỉnh", First: off, Last: off, Reason: "lễ", Reference: "TB 2"}); err != nil {
		t.Fatal(err)
	}
	// Received on Monday 14/12/2026: Tuesday is off by the centre's decision.
	at := calendar.Date{Year: 2026, Month: time.December, Day: 14}.Start().Add(9 * time.Hour)
	ask := app.DeadlineAsk{Clock: "hs-tra-loi", At: at, T0: at}
	check := func(name string, raw json.RawMessage, err error) {
		t.Helper()
		var got app.DeadlineAnswer
		if err == nil {
			err = json.Unmarshal(raw, &got)
		}
		d := got.Deadline
		if err != nil || d.DueLocal != "2026-12-17 24:00" || !d.Centre || d.Overridden != calendar.DateOf(t0) || !strings.Contains(d.Calendar, "+") {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
	raw, err := h.Do(t.Context(), "deadline", ask, func(app.Step) {})
	check("asked of the running centre", raw, err)
	if err := h.Close(); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(config.Sources{Flags: map[string]string{"data": dir, "listen": "127.0.0.1:0"}, Hostname: "test"})
	if err != nil {
		t.Fatal(err)
	}
	stopped, err := app.Inspect(t.Context(), app.Options{Config: cfg, Now: func() time.Time { return t0 }, Version: "test", Log: slog.New(slog.NewTextHandler(t.Output(), nil))})
	if err != nil {
		t.Fatal(err)
	}
	raw, err = stopped.Do(t.Context(), "deadline", ask, func(app.Step) {})
	check("read in the stopped one", raw, err)
	if err := stopped.Close(); err != nil {
		t.Fatal(err)
	}
	plain, err := app.CountDeadline(ask)
	if d := plain.Deadline; err != nil || d.DueLocal != "2026-12-21 24:00" || d.Centre || !d.Overridden.IsZero() || strings.Contains(d.Calendar, "+") {
		t.Errorf("without a centre: %+v, %v", plain, err)
	}
	if got, err := app.CountDeadline(app.DeadlineAsk{Clock: "none", At: at, T0: at}); err != nil || !strings.Contains(got.Wrong, "no such clock") {
		t.Errorf("an unknown clock: %+v, %v", got, err)
	}
}

// A decree nobody has written, put into the data folder as files: a case of its
// days gets its terms, to its addressees, its own form is printed and meets
// them. No line of code knows it.
func TestAMadeUpDecreeWorksFromEndToEnd(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if err := os.CopyFS(filepath.Join(dir, "rulepacks", "VN-GIA-2031"), os.DirFS(filepath.Join("..", "platform", "rulepack", "testdata", "VN-GIA-2031"))); err != nil {
		t.Fatal(err)
	}
	now := time.Date(2031, 3, 3, 9, 0, 0, 0, calendar.Zone()) // a Monday
	h := open(t, dir, func() time.Time { return now })
	h.found(t)
	ctx := auth.With(t.Context(), auth.Actor{ID: "cb", Name: "Cán bộ trung tâm", Home: h.root, Grants: []auth.Grant{{Role: auth.Centre, Unit: h.root}}})
	i, err := h.Rooms.Incidents.Open(ctx, incident.Details{Title: "Biến cố ở cổng", UnitID: h.root, DetectedAt: now.Add(-time.Hour), Signs: []incident.Sign{incident.ControlLost}})
	if err != nil || i.Law.PackID != "VN-GIA-2031" {
		t.Fatalf("under %s, %v", i.Law.PackID, err)
	}
	if i, err = h.Rooms.Incidents.Decide(ctx, i.ID, "lon", "mất quyền điều khiển", i.Version); err != nil {
		t.Fatal(err)
	}
	owed := func() map[string]obligation.Obligation {
		t.Helper()
		list, err := h.Rooms.Obligations.Of(ctx, "incident", string(i.ID))
		if err != nil {
			t.Fatal(err)
		}
		out := map[string]obligation.Obligation{}
		for _, o := range list {
			out[o.ClockID+" "+o.Addressee.ID] = o
		}
		return out
	}
	terms := owed()
	if len(terms) != 3 || !terms["gia-9h uy_ban_so"].DueAt.Equal(i.DetectedAt.Add(9*time.Hour)) || terms["gia-9h tram_vung"].FormID != "FX1" ||
		!terms["gia-13-ngay tram_vung"].DueAt.Equal(time.Date(2031, 3, 21, 0, 0, 0, 0, calendar.Zone())) {
		t.Errorf("owed %+v", terms)
	}
	p, err := h.Rooms.Reports.Open(ctx, string(i.ID), "FX1")
	if err != nil {
		t.Fatal(err)
	}
	frame := report.Frame{}
	f, err := h.Rooms.Reports.Get(ctx, p.ID)
	if err == nil {
		frame = f.Frame
		frame.Place, frame.Signer = "Bản Mẫu", report.Signer{Name: "Lò Thị Mai", Title: "GIÁM ĐỐC"}
		p, err = h.Rooms.Reports.Save(ctx, p.ID, report.Edit{Frame: frame, Fields: map[string]report.Typed{}}, p.Version)
	}
	if err != nil {
		t.Fatal(err)
	}
	p, print, err := h.Rooms.Reports.Print(ctx, p.ID, p.Version)
	if err != nil {
		t.Fatal(err)
	}
	_, _, pdf, err := h.Rooms.Reports.Download(ctx, p.ID, print.Seq, report.PDF)
	if err != nil || !bytes.HasPrefix(pdf, []byte("%PDF")) {
		t.Errorf("no paper: %d bytes, %v", len(pdf), err)
	}
	_, _, frozen, err := h.Rooms.Reports.Download(ctx, p.ID, print.Seq, report.JSON)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"VN-GIA-2031", "FX1", "Ủy ban An toàn không gian số"} {
		if !bytes.Contains(frozen, []byte(want)) {
			t.Errorf("the paper does not say %q", want)
		}
	}
	now = now.Add(2 * time.Hour)
	var meets []obligation.ID
	for _, o := range terms {
		meets = append(meets, o.ID)
	}
	if _, err = h.Rooms.Reports.Send(ctx, p.ID, report.Dispatch{At: now, Channel: "document_axis", Receipt: "Trạm ký nhận số 4", Meets: meets}, p.Version); err != nil {
		t.Fatal(err)
	}
	for key, o := range owed() {
		if o.State != obligation.Met {
			t.Errorf("%s is %s", key, o.State)
		}
	}
}
