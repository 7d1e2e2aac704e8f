// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// override puts values in place from the day of detection on, entered now.
func (b *bench) override(values map[string]rulepack.Value) {
	b.t.Helper()
	for target, v := range values {
		b.overrides = append(b.overrides, rulepack.Override{ID: target + b.now.String(), Pack: "VN-ANM-2026", Target: target, Value: v, From: calendar.DateOf(t0),
			Source: rulepack.Source{Key: "CV 12/UBND", Mark: rulepack.Verified}, Entered: b.now})
	}
	if unfit := b.laws.Amend(b.overrides, func() time.Time { return b.now }); len(unfit) > 0 {
		b.t.Fatal(unfit)
	}
}

// What is put in place of a value later changes no paper that stands: an issued
// one reads as it went out, a draft as it was begun until somebody takes the new
// text. A paper that is begun afterwards goes by it at once.
func TestAPaperKeepsTheLawItWasWrittenUnder(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "truc", auth.Centre, "tinh")
		i := b.open(example("a"))
		sent := b.draft(i, "F1b")
		p, made, err := b.svc.Print(ctx, sent.ID, sent.Version)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.svc.Send(ctx, p.ID, report.Dispatch{At: made.At, Channel: "paper", Receipt: "1"}, p.Version); err != nil {
			t.Fatal(err, fault.Of(err).Fields)
		}
		draft := b.draft(b.open(example("a")), "F1b")
		unmoved := b.draft(b.open(example("a")), "F10")
		const old, said = "sự cố an ninh mạng", "sự cố không gian số"
		b.now = b.now.Add(time.Hour)
		b.override(map[string]rulepack.Value{"terms/incident": {VI: said, EN: "digital incident"}, "clocks/anm-24h": {N: 20, Unit: "hour"},
			"addressees/cong_an_tinh": {VI: "Công an tỉnh Đông Sơn", EN: "Police"}})

		f, err := b.svc.Get(ctx, p.ID)
		if err != nil || f.Law != report.LawStands || !strings.Contains(f.Form.Lead, old) || len(f.Changes) != 0 {
			t.Errorf("the issued paper: %q, law %q, changes %v, %v", f.Form.Lead, f.Law, f.Changes, err)
		}
		again, err := b.svc.Follow(ctx, p.ID, report.Correct)
		if err != nil {
			t.Fatal(err)
		}
		if f, err = b.svc.Get(ctx, again.ID); err != nil || f.Law != report.LawStands || !strings.Contains(f.Form.Lead, said) {
			t.Errorf("what corrects it is written today: %q, law %q, %v", f.Form.Lead, f.Law, err)
		}
		if f, err = b.svc.Get(ctx, unmoved.ID); err != nil || f.Law != report.LawStands {
			t.Errorf("a form that reads as before: law %q, %v", f.Law, err)
		}
		if _, err := b.svc.TakeLaw(ctx, unmoved.ID, f.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("there is no new text to take: %v", err)
		}
		f, err = b.svc.Get(ctx, draft.ID)
		if err != nil || f.Law != report.LawNewer || !strings.Contains(f.Form.Lead, old) || !strings.Contains(strings.Join(f.Sheet.Lead, " "), old) {
			t.Fatalf("the draft: %q, law %q, %v", f.Form.Lead, f.Law, err)
		}
		e := edit(f)
		e.Frame.Signer.Name = "Lò Thị Mai"
		if _, err = b.svc.Save(ctx, f.ID, e, f.Version); err != nil { // saving is no taking
			t.Fatal(err)
		}
		if f, err = b.svc.Get(ctx, draft.ID); err != nil || f.Law != report.LawNewer || f.PackHash != draft.PackHash {
			t.Errorf("after saving: law %q, %v", f.Law, err)
		}
		if _, err = b.svc.TakeLaw(as(t, "xem", auth.Leader, "a"), f.ID, f.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("who may not write takes it: %v", err)
		}
		if _, err = b.svc.TakeLaw(ctx, f.ID, f.Version); err != nil {
			t.Fatal(err)
		}
		f, err = b.svc.Get(ctx, draft.ID)
		if err != nil || f.Law != report.LawStands || !strings.Contains(strings.Join(f.Sheet.Lead, " "), said) || f.Frame.Signer.Name != "Lò Thị Mai" {
			t.Errorf("after taking it: %v, law %q, %+v, %v", f.Sheet.Lead, f.Law, f.Frame.Signer, err)
		}
		if !strings.HasPrefix(f.Frame.Subject, "Ban đầu về "+said) || !slices.Contains(f.Frame.To, "Công an tỉnh Đông Sơn") || slices.Contains(f.Frame.To, "Công an tỉnh") {
			t.Errorf("the head says %q, to %q", f.Frame.Subject, f.Frame.To)
		}
		if f = b.draft(b.open(example("a")), "F1b"); f.Law != report.LawStands || !strings.Contains(strings.Join(f.Sheet.Lead, " "), said) || !strings.Contains(f.Frame.Subject, said) {
			t.Errorf("a paper begun afterwards: %v, %q", f.Sheet.Lead, f.Frame.Subject)
		}
	})
}

// A draft of a pack whose files came anew with the program goes by today's text
// and says so.
func TestATextThatIsNotKeptIsSaid(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Centre, "tinh")
	f := b.draft(b.open(example("a")), "F1b")
	b.sql("UPDATE report_paper SET pack_hash = 'of another release'")
	f, err := b.svc.Get(ctx, f.ID)
	if err != nil || f.Law != report.LawLost || f.Form.ID != "F1b" {
		t.Fatalf("law %q, form %q, %v", f.Law, f.Form.ID, err)
	}
	if _, err := b.svc.TakeLaw(ctx, f.ID, f.Version); !fault.Is(err, fault.Conflict) {
		t.Errorf("it goes by today's text already: %v", err)
	}
	if _, err := b.svc.Save(ctx, f.ID, edit(f), f.Version); err != nil {
		t.Fatal(err)
	}
	if f, err = b.svc.Get(ctx, f.ID); err != nil || f.Law != report.LawStands {
		t.Errorf("once saved: law %q, %v", f.Law, err)
	}
}
