// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"bytes"
	"context"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// Every field of both forms is filled from the facts, and the sheet says them in
// printed words. The golden file is read by a person when it changes.
func TestEveryFieldIsFilledFromTheFacts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		i := b.open(example("a"))
		old := example("a")
		shift := 200 * 24 * time.Hour // back under the regime of 2016
		old.DetectedAt, old.OccurredAt = old.DetectedAt.Add(-shift), old.OccurredAt.Add(-shift)
		old.Notified.IDs = []string{"coordinator"}
		old.System.Services.IDs, old.System.Protection.IDs = []string{"web", "mail"}, []string{"antivirus"}
		before := b.open(old)
		for name, f := range map[string]report.File{"F1b": b.draft(i, "F1b"), "F1a": b.draft(before, "F1a"), "F1a-2026": b.draft(i, "F1a")} {
			f.Sheet.Code = strings.TrimPrefix(f.Sheet.Code, f.Case.Code)
			for s := range f.Sheet.Parts {
				for l := range f.Sheet.Parts[s].Lines {
					if f.Sheet.Parts[s].Lines[l].Key == "code" {
						f.Sheet.Parts[s].Lines[l].Text = "(code)"
					}
				}
			}
			raw, err := json.MarshalIndent(f.Sheet, "", " ")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", name+".sheet.json")
			if *update && d.Engine() == db.SQLite {
				if err := os.WriteFile(golden, append(raw, '\n'), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if !bytes.Equal(bytes.TrimSpace(want), raw) {
				t.Errorf("%s says\n%s", name, raw)
			}
			for _, fl := range f.Form.Fields() {
				if _, ok := f.Live[fl.Key]; !ok && strings.HasPrefix(fl.From, "incident.") && name != "F1a-2026" &&
					fl.From != "incident.evidence" && fl.From != "incident.addresses" {
					t.Errorf("%s: %s is not filled from %s", name, fl.Key, fl.From)
				}
			}
		}
	})
}

func TestWhatNobodyAnsweredStopsTheNotice(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	d := example("a")
	d.HarmSecurity, d.SeriousInterruption, d.PersonalData = incident.Claim{}, incident.Claim{}, incident.Unanswered
	f := b.draft(b.open(d), "F1b")
	missing := map[string]bool{}
	for _, fd := range f.Findings {
		if fd.Stops && fd.Key == "report.lint.missing" {
			missing[fd.Field] = true
		}
	}
	for _, key := range []string{"national_security", "serious_interruption", "personal_data"} {
		if v, ok := f.Values[key]; ok || !missing[key] {
			t.Errorf("%s: the notice says %+v, missing %t", key, v, missing[key])
		}
	}
}

func TestLintFindsWhatIsMissing(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Duty, "tinh")
	i := b.open(example("a"))
	f := b.draft(i, "F1b")
	if stops := stopping(f); len(stops) != 0 {
		t.Fatalf("the worked example stops at %v", stops)
	}
	long := f.Values["description"].Text
	no := false
	for name, c := range map[string]struct {
		key   string
		v     report.Value
		frame func(*report.Frame)
		want  string
		stops bool
	}{
		"an empty mandatory field stops":       {key: "measures", want: "missing", stops: true},
		"yes without words stops":              {key: "serious_interruption_text", want: "explain", stops: true},
		"a question without answer stops":      {key: "national_security", want: "missing", stops: true},
		"detection in the future stops":        {key: "detected_at", v: report.Value{At: b.now.Add(time.Hour)}, want: "future", stops: true},
		"it happened after it was found":       {key: "occurred_at", v: report.Value{At: t0.Add(time.Hour)}, want: "order", stops: true},
		"a code that asks for words stops":     {key: "types", v: codes("other"), want: "words", stops: true},
		"a short description only warns":       {key: "description", v: report.Value{Text: "Nhiễm mã độc."}, want: "short"},
		"letters that cannot be printed warn":  {key: "description", v: report.Value{Text: long + " 中"}, want: "letters"},
		"no recipient stops":                   {frame: func(f *report.Frame) { f.To = nil }, want: "recipient", stops: true},
		"no signer stops":                      {frame: func(f *report.Frame) { f.Signer.Name = "" }, want: "signer", stops: true},
		"signed for nobody stops":              {frame: func(f *report.Frame) { f.Signer.Authority = "kt" }, want: "signer_for", stops: true},
		"a blank number only warns":            {frame: func(f *report.Frame) { f.Number = "" }, want: "number"},
		"a blank place only warns":             {frame: func(f *report.Frame) { f.Place = "" }, want: "place"},
		"an answer of no asks for no words":    {key: "serious_interruption", v: report.Value{Yes: &no}, want: ""},
		"the channel is not asked for":         {key: "channel", want: ""},
		"an unknown time of it is not missing": {key: "occurred_at", want: ""},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := b.svc.Get(ctx, f.ID)
			if err != nil {
				t.Fatal(err)
			}
			e := edit(f)
			e.Frame.Number, e.Frame.Date = "12", calendar.DateOf(b.now)
			e.Frame.Place, e.Frame.Signer.Name, e.Frame.Signer.Authority = "Bản Mẫu", "Vàng A Páo", ""
			e.Frame.To = []string{"Công an tỉnh Đông Sơn"}
			for _, k := range f.Hand {
				e.Fields[k] = report.Typed{Value: f.Live[k]}
			}
			if c.key != "" {
				e.Fields[c.key] = report.Typed{Value: c.v}
			}
			if c.frame != nil {
				c.frame(&e.Frame)
			}
			if _, err := b.svc.Save(ctx, f.ID, e, f.Version); err != nil {
				t.Fatal(err)
			}
			if f, err = b.svc.Get(ctx, f.ID); err != nil {
				t.Fatal(err)
			}
			if c.want == "" {
				if len(f.Findings) != 1 || f.Findings[0].Key != "report.lint.at_once" {
					t.Errorf("found %v, want only that it is due at once", f.Findings)
				}
				return
			}
			n := slices.IndexFunc(f.Findings, func(x report.Finding) bool { return x.Key == "report.lint."+c.want })
			if n < 0 || f.Findings[n].Stops != c.stops {
				t.Errorf("found %v, want %s", f.Findings, c.want)
			}
			if _, _, err := b.svc.Print(ctx, f.ID, f.Version); c.stops != fault.Is(err, fault.Invalid) {
				t.Errorf("print: %v", err)
			}
			if f, err = b.svc.Get(ctx, f.ID); err != nil || c.stops && f.State != report.Draft {
				t.Errorf("state %s, %v", f.State, err)
			}
		})
	}
}

func stopping(f report.File) []report.Finding {
	return slices.DeleteFunc(slices.Clone(f.Findings), func(x report.Finding) bool { return !x.Stops })
}

// A field that nobody touched follows the case, also when the case changed while
// the page was open; a field that a person changed stays, until restored.
func TestTheDraftFollowsTheCaseButForWhatAPersonWrote(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "truc", auth.Duty, "tinh")
		i := b.open(example("a"))
		f := b.draft(i, "F1b")
		e := edit(f)
		e.Fields["measures"] = report.Typed{Value: report.Value{Text: "Đã cách ly toàn bộ mạng."}, Was: "before"}
		e.Fields["request"] = report.Typed{Value: f.Values["request"]}
		p, err := b.svc.Save(ctx, f.ID, e, f.Version)
		if err != nil || !slices.Equal(p.Hand, []string{"measures"}) {
			t.Fatalf("by hand %v, %v", p.Hand, err)
		}
		d2 := i.Details
		d2.MeasuresTaken, d2.SupportAsked = "Biện pháp mới trong hồ sơ", "Đề nghị mới trong hồ sơ"
		if _, err := b.cases.Edit(ctx, i.ID, d2, "", i.Version); err != nil {
			t.Fatal(err)
		}
		if f, err = b.svc.Get(ctx, f.ID); err != nil {
			t.Fatal(err)
		}
		if f.Values["measures"].Text != "Đã cách ly toàn bộ mạng." || f.Values["request"].Text != "Đề nghị mới trong hồ sơ" {
			t.Errorf("values %v", f.Values)
		}
		e = edit(f)
		e.Restore = "measures"
		if p, err = b.svc.Save(ctx, f.ID, e, f.Version); err != nil || len(p.Hand) != 0 || p.Values["measures"].Text != "Biện pháp mới trong hồ sơ" {
			t.Errorf("restored: %v, %v, %v", p.Hand, p.Values["measures"], err)
		}
		if _, err = b.svc.Save(ctx, f.ID, e, f.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("a stale version: %v", err)
		}
	})
}

func TestAPrintIsFrozenAndPrintsTheSameForEver(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "truc", auth.Duty, "tinh")
		i := b.open(example("a"))
		f := b.draft(i, "F1b")
		p, made, err := b.svc.Print(ctx, f.ID, f.Version)
		if err != nil || p.State != report.Printed || made.Seq != 1 {
			t.Fatalf("%+v, %v", made, err)
		}
		if o := b.duty(i, "anm-24h"); o.State != obligation.Open {
			t.Errorf("printing met the clock: %s", o.State)
		}
		_, _, raw, err := b.svc.Download(ctx, f.ID, 1, report.JSON)
		if err != nil {
			t.Fatal(err)
		}
		in, err := report.Parse(raw)
		if err != nil {
			t.Fatal(err)
		}
		if again, err := in.Canonical(); err != nil || !bytes.Equal(again, raw) {
			t.Errorf("the inputs do not come back as they were stored: %v", err)
		}
		if in.CaseVersion != i.Version || in.PackHash == "" || in.By != "Nguyễn truc" || !in.At.Equal(b.now) {
			t.Errorf("inputs %+v", in)
		}
		for _, k := range []report.Kind{report.DOCX, report.PDF} {
			_, pr, stored, err := b.svc.Download(ctx, f.ID, 1, k)
			if err != nil {
				t.Fatal(err)
			}
			again, err := in.Render(k)
			if err != nil || !bytes.Equal(stored, again) || pr.Hash(k) == "" {
				t.Errorf("%s: printed again it has other bytes (%d, %d), %v", k, len(stored), len(again), err)
			}
		}

		d2 := i.Details
		d2.MeasuresTaken = "Đã cài lại cả ba máy."
		b.now = b.now.Add(time.Hour)
		if _, err := b.cases.Edit(ctx, i.ID, d2, "", i.Version); err != nil {
			t.Fatal(err)
		}
		if f, err = b.svc.Get(ctx, f.ID); err != nil || len(f.Changes) != 1 || f.Changes[0].Key != "measures" || f.Changes[0].Now != "Đã cài lại cả ba máy." {
			t.Errorf("changes %+v, %v", f.Changes, err)
		}
		if f.Values["measures"].Text != i.MeasuresTaken {
			t.Error("the printed paper changed with the case")
		}
		if _, second, err := b.svc.Print(ctx, f.ID, f.Version); err != nil || second.Seq != 2 || second.Inputs == made.Inputs {
			t.Errorf("second print %+v, %v", second, err)
		}
		if f, err = b.svc.Get(ctx, f.ID); err != nil || len(f.Changes) != 0 || f.Values["measures"].Text != "Đã cài lại cả ba máy." {
			t.Errorf("after the second print: %+v, %v", f.Changes, err)
		}
	})
}

func TestChangedBytesAreNotHandedOut(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Duty, "tinh")
	f := b.draft(b.open(example("a")), "F1b")
	_, made, err := b.svc.Print(ctx, f.ID, f.Version)
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(b.dir, made.PDF[:2], made.PDF[2:])
	raw, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	raw[len(raw)/2] ^= 1
	if err := os.Chmod(file, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, raw, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, got, err := b.svc.Download(ctx, f.ID, 1, report.PDF); err == nil || fault.Of(err).Msg != "report.err.hash" || got != nil {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if _, _, _, err := b.svc.Download(ctx, f.ID, 1, report.DOCX); err != nil {
		t.Errorf("the other file: %v", err)
	}
}

func TestOnlySendingMeetsTheClockAndLateStaysLate(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "truc", auth.Duty, "tinh")
		i := b.open(example("a"))
		f := b.draft(i, "F1b")
		send := func(who context.Context, at time.Time, change func(*report.Dispatch)) (report.Paper, error) {
			f, err := b.svc.Get(ctx, f.ID)
			if err != nil {
				t.Fatal(err)
			}
			dis := report.Dispatch{At: at, Channel: "email", Receipt: "Đ/c Hùng nhận", Meets: []obligation.ID{b.duty(i, "anm-24h").ID},
				Number: "12", Date: calendar.DateOf(at)}
			if change != nil {
				change(&dis)
			}
			return b.svc.Send(who, f.ID, dis, f.Version)
		}
		if _, err := send(ctx, b.now, nil); !fault.Is(err, fault.Conflict) {
			t.Errorf("sent without print: %v", err)
		}
		printedAt := b.now
		p, _, err := b.svc.Print(ctx, f.ID, f.Version)
		if err != nil {
			t.Fatal(err)
		}
		b.now = t0.Add(26 * time.Hour)
		late, err := b.svc.Get(ctx, f.ID)
		if err != nil || !slices.ContainsFunc(late.Findings, func(x report.Finding) bool { return x.Key == "report.lint.late" && !x.Stops }) {
			t.Errorf("past 24 hours the linter says %v, %v", late.Findings, err)
		}
		sentAt := t0.Add(25 * time.Hour)
		for name, c := range map[string]struct {
			who    context.Context
			at     time.Time
			change func(*report.Dispatch)
			want   fault.Kind
			field  string
		}{
			"sent in the future":              {ctx, b.now.Add(time.Minute), nil, fault.Invalid, "sent_at"},
			"sent before it was printed":      {ctx, printedAt.Add(-2 * time.Minute), nil, fault.Invalid, "sent_at"},
			"no moment":                       {ctx, time.Time{}, nil, fault.Invalid, "sent_at"},
			"an unknown channel":              {ctx, sentAt, func(d *report.Dispatch) { d.Channel = "pigeon" }, fault.Invalid, "channel"},
			"neither receipt nor proof":       {ctx, sentAt, func(d *report.Dispatch) { d.Receipt = " " }, fault.Invalid, "receipt"},
			"a duty of nobody":                {ctx, sentAt, func(d *report.Dispatch) { d.Meets = []obligation.ID{"x"} }, fault.Invalid, "meets"},
			"the 72 hour report":              {ctx, sentAt, func(d *report.Dispatch) { d.Meets = []obligation.ID{b.duty(i, "anm-72h").ID} }, fault.Invalid, "meets"},
			"a unit officer does not send":    {as(t, "xa", auth.UnitOfficer, "a"), sentAt, nil, fault.Forbidden, ""},
			"an officer of another unit":      {as(t, "xb", auth.Duty, "b"), sentAt, nil, fault.NotFound, ""},
			"an administrator sees no papers": {as(t, "qt", auth.Administrator, "tinh"), sentAt, nil, fault.Forbidden, ""},
		} {
			if _, err := send(c.who, c.at, c.change); !fault.Is(err, c.want) || c.field != "" && fault.Of(err).Fields[c.field] == "" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if o := b.duty(i, "anm-24h"); o.State != obligation.Open {
			t.Fatalf("a refused sending met the clock: %s", o.State)
		}
		if p, err = send(ctx, sentAt, func(d *report.Dispatch) { d.Name, d.File = `C:\anh\bien nhan.png`, strings.NewReader("png") }); err != nil || p.State != report.Sent || p.Frame.Number != "12" {
			t.Fatalf("%+v, %v", p, err)
		}
		o := b.duty(i, "anm-24h")
		if o.Clock(b.now.AddDate(3, 0, 0)) != obligation.MetLate || !o.Proof.At.Equal(sentAt) || !strings.Contains(o.Proof.How, "Thông báo số 12/TB-UBND") {
			t.Errorf("met %v by %q, clock %d", o.Proof.At, o.Proof.How, o.Clock(b.now))
		}
		if o := b.duty(i, "anm-ngay"); o.State != obligation.Open {
			t.Errorf("a duty that was not named was met")
		}
		if e := b.events[len(b.events)-1]; e.Kind != "send" || !e.Late || !e.At.Equal(sentAt) {
			t.Errorf("event %+v", e)
		}
		f, err = b.svc.Get(ctx, p.ID)
		if err != nil || len(f.Sendings) != 1 || f.Sendings[0].File.Name != "bien nhan.png" {
			t.Fatalf("%+v, %v", f.Sendings, err)
		}
		if _, raw, err := b.svc.Evidence(ctx, p.ID, f.Sendings[0].ID); err != nil || string(raw) != "png" {
			t.Errorf("evidence %q, %v", raw, err)
		}
		if _, err := b.svc.Save(ctx, p.ID, edit(f), f.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("a sent paper was edited: %v", err)
		}
		if _, _, err := b.svc.Print(ctx, p.ID, f.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("a sent paper was printed anew: %v", err)
		}
	})
}

func TestAnIssuedPaperIsReplacedOrWithdrawn(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "truc", auth.Duty, "tinh")
		i := b.open(example("a"))
		f := b.draft(i, "F1b")
		if _, err := b.svc.Follow(ctx, f.ID, report.Replace); !fault.Is(err, fault.Conflict) {
			t.Errorf("a draft was replaced: %v", err)
		}
		p, _, err := b.svc.Print(ctx, f.ID, f.Version)
		if err != nil {
			t.Fatal(err)
		}
		if p, err = b.svc.Send(ctx, p.ID, report.Dispatch{At: b.now, Channel: "paper", Receipt: "ký nhận", Number: "7", Date: calendar.DateOf(b.now)}, p.Version); err != nil {
			t.Fatal(err)
		}
		n, err := b.svc.Follow(ctx, p.ID, report.Replace)
		if err != nil || n.Of != p.ID || n.Frame.Number != "" || n.State != report.Draft {
			t.Fatalf("%+v, %v", n, err)
		}
		if again, err := b.svc.Follow(ctx, p.ID, report.Replace); err != nil || again.ID != n.ID {
			t.Errorf("a second replacement was begun: %v", err)
		}
		f, err = b.svc.Get(ctx, n.ID)
		if err != nil || !strings.Contains(strings.Join(f.Sheet.Lead, " "), "thay thế Thông báo số 07/TB-UBND ngày 21 tháng 11 năm 2026") {
			t.Errorf("the replacement says %v, %v", f.Sheet.Lead, err)
		}
		if _, err := b.svc.Withdraw(ctx, p.ID, " ", p.Version); !fault.Is(err, fault.Invalid) {
			t.Errorf("withdrawn without a reason: %v", err)
		}
		if p, err = b.svc.Withdraw(ctx, p.ID, "Gửi nhầm nơi nhận", p.Version); err != nil || p.State != report.Withdrawn {
			t.Errorf("%+v, %v", p, err)
		}
		if _, err := b.svc.Send(ctx, p.ID, report.Dispatch{At: b.now, Channel: "paper", Receipt: "x"}, p.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("a withdrawn paper was sent: %v", err)
		}
		if next, err := b.svc.Open(ctx, string(i.ID), "F1b"); err != nil || next.ID == p.ID || next.ID == n.ID {
			t.Errorf("a new notice after a withdrawn one: %v, %v", next.ID, err)
		}
	})
}

// A foreign unit's officer finds nothing, anywhere; the owner of the source
// reads but does not write.
func TestAForeignOfficerFindsNothing(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx, foreign := as(t, "truc", auth.Duty, "tinh"), as(t, "xb", auth.Duty, "b")
		i := b.open(example("a"))
		f := b.draft(i, "F1b")
		p, _, err := b.svc.Print(ctx, f.ID, f.Version)
		if err != nil {
			t.Fatal(err)
		}
		for name, try := range map[string]func() error{
			"get":      func() error { _, err := b.svc.Get(foreign, p.ID); return err },
			"of":       func() error { _, err := b.svc.Of(foreign, string(i.ID)); return err },
			"choices":  func() error { _, _, err := b.svc.Choices(foreign, string(i.ID)); return err },
			"open":     func() error { _, err := b.svc.Open(foreign, string(i.ID), "F1b"); return err },
			"save":     func() error { _, err := b.svc.Save(foreign, p.ID, edit(f), p.Version); return err },
			"print":    func() error { _, _, err := b.svc.Print(foreign, p.ID, p.Version); return err },
			"download": func() error { _, _, _, err := b.svc.Download(foreign, p.ID, 1, report.PDF); return err },
			"inputs":   func() error { _, _, _, err := b.svc.Download(foreign, p.ID, 1, report.JSON); return err },
			"send":     func() error { _, err := b.svc.Send(foreign, p.ID, report.Dispatch{At: b.now}, p.Version); return err },
			"withdraw": func() error { _, err := b.svc.Withdraw(foreign, p.ID, "x", p.Version); return err },
			"follow":   func() error { _, err := b.svc.Follow(foreign, p.ID, report.Replace); return err },
			"evidence": func() error { _, _, err := b.svc.Evidence(foreign, p.ID, "x"); return err },
		} {
			if err := try(); !fault.Is(err, fault.NotFound) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if page, err := b.svc.List(foreign, report.Filter{}); err != nil || page.Total != 0 || len(page.Rows) != 0 {
			t.Errorf("list: %d, %v", page.Total, err)
		}
		if _, err := b.svc.List(t.Context(), report.Filter{}); !fault.Is(err, fault.SignedOut) {
			t.Errorf("nobody lists: %v", err)
		}
		err = d.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			if _, err := tx.NewRaw("UPDATE incident SET owner_unit = 'b'").Exec(ctx); err != nil {
				return err
			}
			return b.svc.Moved(ctx, tx, string(i.ID), "a", "b")
		})
		if err != nil {
			t.Fatal(err)
		}
		if got, err := b.svc.Get(foreign, p.ID); err != nil || got.MayWrite || got.MaySend {
			t.Errorf("owner of the source: %v, %v, %v", got.MayWrite, got.MaySend, err)
		}
		if _, err := b.svc.Save(foreign, p.ID, edit(f), p.Version); !fault.Is(err, fault.Forbidden) {
			t.Errorf("owner of the source writes: %v", err)
		}
		// The case goes to the other unit and nobody told this room: the case's own
		// permission still decides.
		err = d.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := tx.NewRaw("UPDATE incident SET unit_id = 'b'").Exec(ctx)
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.svc.Get(as(t, "xa", auth.UnitOfficer, "a"), p.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("the unit that had the case: %v", err)
		}
	})
}

func TestListPagesByKeyWithHonestCounts(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		var want []report.ID
		for range 5 {
			want = append(want, b.draft(b.open(example("a")), "F1b").ID)
		}
		b.draft(b.open(example("b")), "F1a")
		officer := as(t, "xa", auth.UnitOfficer, "a")
		slices.Reverse(want)
		for _, first := range []bool{false, true} {
			var got []report.ID
			f := report.Filter{Limit: 2, First: first}
			for {
				p, err := b.svc.List(officer, f)
				if err != nil || p.Total != 5 {
					t.Fatalf("total %d, %v", p.Total, err)
				}
				for _, n := range p.Rows {
					got = append(got, n.ID)
				}
				if f.After = p.Next; f.After == "" {
					break
				}
			}
			if !slices.Equal(got, want) {
				t.Errorf("first=%v: %v, want %v", first, got, want)
			}
			slices.Reverse(want)
		}
		for name, c := range map[string]struct {
			f    report.Filter
			want int64
		}{
			"by form":           {report.Filter{Form: "F1a"}, 0},
			"by state":          {report.Filter{State: report.Draft}, 5},
			"printed":           {report.Filter{State: report.Printed}, 0},
			"by another unit":   {report.Filter{Unit: "b"}, 0},
			"accent-free words": {report.Filter{Query: "uy ban nhan dan ban mau"}, 5},
		} {
			if p, err := b.svc.List(officer, c.f); err != nil || p.Total != c.want {
				t.Errorf("%s: %d, %v", name, p.Total, err)
			}
		}
	})
}

// Mẫu 03 carries the moment it was made: filled at printing, and no change of
// the case afterwards.
func TestTheMomentOfWritingIsThatOfThePrint(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Duty, "tinh")
	f := b.draft(b.open(example("a")), "F1a")
	if f.PackID != "VN-ATTT-2016" || !slices.Equal(f.Frame.To, []string{"Cơ quan chuyên trách bảo vệ an ninh mạng thuộc Bộ Công an", "Công an tỉnh"}) {
		t.Errorf("pack %s, to %v: an old form goes where the law of the day sends notices", f.PackID, f.Frame.To)
	}
	e := edit(f)
	e.Fields["notified"] = report.Typed{Value: codes("coordinator")}
	p, err := b.svc.Save(ctx, f.ID, e, f.Version)
	if err != nil {
		t.Fatal(err)
	}
	b.now = b.now.Add(7 * time.Minute)
	if _, _, err = b.svc.Print(ctx, p.ID, p.Version); err != nil {
		t.Fatal(err)
	}
	printed := b.now.Truncate(time.Minute)
	b.now = b.now.Add(time.Hour)
	f, err = b.svc.Get(ctx, p.ID)
	if err != nil || len(f.Changes) != 0 || !f.Values["written_at"].At.Equal(printed) {
		t.Errorf("written at %v, changes %v, %v", f.Values["written_at"].At, f.Changes, err)
	}
	if last := f.Sheet.Parts[len(f.Sheet.Parts)-1].Lines; last[len(last)-1].Text != "04 giờ 09 phút, ngày 21/11/2026" || !last[len(last)-1].Required {
		t.Errorf("the sheet says %v", last)
	}
}
