// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// form is a filled draft of a form of the pack in force.
func (b *bench) form(id string) report.File {
	b.t.Helper()
	pack, _ := b.laws.Get("VN-ANM-2026")
	form, ok := pack.Form(id)
	if !ok {
		b.t.Fatal("no form", id)
	}
	p := b.filled(b.begin(pack, form, nil))
	f, err := b.svc.Get(as(b.t, "can", auth.Centre, "tinh"), p.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

// with saves values of a paper and reads it again.
func (b *bench) with(f report.File, values map[string]report.Value) report.File {
	b.t.Helper()
	ctx := as(b.t, "can", auth.Centre, "tinh")
	e := edit(f)
	for key, v := range values {
		e.Fields[key] = report.Typed{Value: v, Was: "other"}
	}
	if _, err := b.svc.Save(ctx, f.ID, e, f.Version); err != nil {
		b.t.Fatal(err)
	}
	f, err := b.svc.Get(ctx, f.ID)
	if err != nil {
		b.t.Fatal(err)
	}
	return f
}

func stops(f report.File) (keys []string) {
	for _, x := range stopping(f) {
		keys = append(keys, x.Field+" "+strings.TrimPrefix(x.Key, "report.lint."))
	}
	slices.Sort(keys)
	return keys
}

// A decision on a level is made when the regulation is there, from level 3 the
// appraisal says fit, and whoever approves may approve that level; its term is
// shown. None of that is printed.
func TestADecisionOnALevelWaitsForItsGates(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	f := b.form("F6M6")
	day := func(y, m, d int) report.Value {
		return report.Value{At: time.Date(y, time.Month(m), d, 0, 0, 0, 0, hanoi)}
	}
	for name, k := range map[string]struct {
		values map[string]report.Value
		want   []string
	}{
		"level 2 by its own unit":            {map[string]report.Value{"level": codes("2"), "approver": codes("chuyen_trach"), "appraisal": {}, "appraisal_result": {}}, nil},
		"level 2 by the owner":               {map[string]report.Value{"level": codes("2"), "approver": codes("chu_quan"), "appraisal": {}, "appraisal_result": {}}, []string{"approver approver"}},
		"level 3 without an appraisal":       {map[string]report.Value{"level": codes("3"), "approver": codes("chu_quan"), "appraisal": {}, "appraisal_result": {}}, []string{"appraisal missing", "appraisal_result missing"}},
		"level 3 found unfit":                {map[string]report.Value{"level": codes("3"), "approver": codes("chu_quan"), "appraisal": {Text: "12/STTTT"}, "appraisal_result": codes("unfit")}, []string{"appraisal_result must"}},
		"level 3 by the specialised unit":    {map[string]report.Value{"level": codes("3"), "approver": codes("chuyen_trach"), "appraisal": {Text: "12/STTTT"}, "appraisal_result": codes("fit")}, []string{"approver approver"}},
		"level 4, fit, by the owner":         {map[string]report.Value{"level": codes("4"), "approver": codes("chu_quan"), "appraisal": {Text: "12/BCA"}, "appraisal_result": codes("fit")}, nil},
		"level 5, by the Prime Minister":     {map[string]report.Value{"level": codes("5"), "approver": codes("thu_tuong"), "appraisal": {Text: "12/BCA"}, "appraisal_result": codes("fit")}, nil},
		"without the regulation of the body": {map[string]report.Value{"level": codes("1"), "approver": codes("chuyen_trach"), "regulation": {}}, []string{"regulation missing"}},
	} {
		k.values["regulation"], k.values["received_on"] = or(k.values, "regulation", report.Value{Text: "Quyết định 9/QĐ-UBND"}), day(2026, 11, 12)
		f = b.with(f, k.values)
		if got := stops(f); !slices.Equal(got, k.want) {
			t.Errorf("%s: stopped by %v, want %v", name, got, k.want)
		}
		// 7 working days from Thursday 12/11/2026, the first not counted: 23/11.
		if due := f.Values["decide_by"].At.In(hanoi).Format("02/01/2006"); due != "23/11/2026" {
			t.Errorf("%s: decide by %s", name, due)
		}
	}
	f = b.with(f, map[string]report.Value{"received_on": day(2026, 10, 1)})
	if !slices.ContainsFunc(f.Findings, func(x report.Finding) bool { return x.Key == "report.lint.term" && !x.Stops }) {
		t.Errorf("the term is over and nothing says so: %+v", f.Findings)
	}
	for _, part := range f.Sheet.Parts {
		for _, l := range part.Lines {
			if slices.Contains([]string{"regulation", "appraisal", "appraisal_result", "approver", "received_on", "decide_by"}, l.Key) {
				t.Errorf("%s is printed", l.Key)
			}
		}
	}
}

func or(m map[string]report.Value, key string, v report.Value) report.Value {
	if had, ok := m[key]; ok {
		return had
	}
	return v
}

// An order is due in 24 hours, an urgent one in 6, by the rule pack; nobody types
// it.
func TestTheTermOfAnOrderIsReckoned(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	f := b.form("F14c")
	yes, no := true, false
	at := time.Date(2026, 11, 20, 23, 30, 0, 0, hanoi)
	for name, k := range map[string]struct {
		urgent *bool
		at     time.Time
		want   time.Time
	}{
		"an order":            {&no, at, at.Add(24 * time.Hour)},
		"an urgent one":       {&yes, at, at.Add(6 * time.Hour)},
		"urgent or not?":      {nil, at, time.Time{}},
		"when it came?":       {&yes, time.Time{}, time.Time{}},
		"back to an ordinary": {&no, at.Add(time.Hour), at.Add(25 * time.Hour)},
	} {
		f = b.with(f, map[string]report.Value{"urgent": {Yes: k.urgent}, "received_at": {At: k.at}, "due_at": {At: at.AddDate(1, 0, 0)}})
		if got := f.Values["due_at"].At; !got.Equal(k.want) {
			t.Errorf("%s is due %v, want %v", name, got, k.want)
		}
	}
}

// A later report of a case begins with what the earlier ones said, where the case
// itself knows nothing, and says from which paper it is.
func TestALaterReportBeginsWithWhatWasSaid(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Duty, "tinh")
	i := b.open(example("a"))
	notice := b.draft(i, "F1b")
	p, made, err := b.svc.Print(ctx, notice.ID, notice.Version)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.svc.Send(ctx, p.ID, report.Dispatch{At: made.At, Channel: "paper", Receipt: "1", Number: "7", Date: calendar.DateOf(t0)}, p.Version); err != nil {
		t.Fatal(err)
	}
	first := b.draft(i, "F2b")
	if got := first.Values["initial"].Text; !strings.HasPrefix(got, "Thông báo số 07/") || first.Origins["initial"] != got {
		t.Errorf("the first notice is %q, from %q", got, first.Origins["initial"])
	}
	if m := first.Values["measures"]; len(m.Rows) != 4 || m.Rows[0][0] != "Đã ngắt 03 máy trạm khỏi mạng lúc 03 giờ 30 phút" || m.Rows[0][1] != "done" {
		t.Errorf("measures %v", m.Rows)
	}
	if to := first.Values["addressees"].List; len(to) == 0 || !strings.Contains(strings.Join(to, "\n"), "Bộ Công an") {
		t.Errorf("owed to %v", to)
	}
	if first.Values["request"].Text == "" || len(first.Hand) != 0 {
		t.Errorf("asked for %q, by hand %v", first.Values["request"].Text, first.Hand)
	}
	e := edit(first)
	e.Frame.Signer = report.Signer{Title: "Chủ tịch", Name: "Vàng A Páo"}
	for key, v := range map[string]report.Value{"stage": codes("h72"), "cause_state": codes("hypothesis"), "cause": {Text: "Thư điện tử giả mạo"}, "interrupted": {Yes: new(bool)}} {
		e.Fields[key] = report.Typed{Value: v, Was: "other"}
	}
	p, err = b.svc.Save(ctx, first.ID, e, first.Version)
	if err != nil {
		t.Fatal(err)
	}
	if p, err = b.svc.SaveTable(ctx, p.ID, "extent", report.Value{Cols: []string{"kind", "what", "count"}, Rows: [][]string{{"Máy trạm", "Bộ phận Một cửa", "3"}}}, p.Version); err != nil {
		t.Fatal(err)
	}
	draft := b.draft(b.open(example("a")), "F2b") // of another case
	if p, made, err = b.svc.Print(ctx, p.ID, p.Version); err != nil {
		f, _ := b.svc.Get(ctx, p.ID)
		t.Fatal(err, stops(f))
	}
	if _, err := b.svc.Send(ctx, p.ID, report.Dispatch{At: made.At, Channel: "paper", Receipt: "2", Number: "8", Date: calendar.DateOf(t0)}, p.Version); err != nil {
		t.Fatal(err)
	}
	next := b.draft(i, "F2b")
	if next.ID == first.ID {
		t.Fatal("the sent report was opened again")
	}
	if next.Values["cause"].Text != "Thư điện tử giả mạo" || !strings.HasPrefix(next.Origins["cause"], "Báo cáo số 08/") || len(next.Values["extent"].Rows) != 1 {
		t.Errorf("the next begins with %q from %q, extent %v", next.Values["cause"].Text, next.Origins["cause"], next.Values["extent"].Rows)
	}
	if len(next.Values["stage"].Codes) != 0 {
		t.Error("the stage of the report before was taken over")
	}
	if f, err := b.svc.Get(ctx, draft.ID); err != nil || f.Values["cause"].Text != "" {
		t.Errorf("another case took it: %q, %v", f.Values["cause"].Text, err)
	}
	closing := b.draft(i, "F2a")
	if !strings.HasPrefix(closing.Values["initial"].Text, "Thông báo số 07/") {
		t.Errorf("Mẫu 04 names %q", closing.Values["initial"].Text)
	}
}

// Numbers stand beside those of the reports that were sent for the period before
// and for last year's; where there was none, nothing stands.
func TestTrendsComeFromTheReportsThatWereSent(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	counts := map[string]int64{"2025-10-01": 9, "2026-07-01": 7, "2026-10-01": 4}
	b.figures["figure.machines_infected"] = func(_ context.Context, _ string, from, _ calendar.Date) (any, error) {
		if n, ok := counts[from.String()]; ok {
			return n, nil
		}
		return report.Short{Seen: 60, Expected: 100}, nil
	}
	ctx := as(t, "can", auth.Centre, "tinh")
	begin := func(year, part int) report.File {
		p, err := b.svc.Begin(ctx, report.Start{Form: "F9", Pack: "VN-ANM-2026", Unit: "a", Kind: "quarter", Year: year, Part: part})
		if err != nil {
			t.Fatal(err)
		}
		f, err := b.svc.Get(ctx, p.ID)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	row := func(f report.File) []string {
		for _, r := range f.Values["trend"].Rows {
			if strings.HasPrefix(r[0], "Số máy nhiễm") {
				return r[1:]
			}
		}
		return nil
	}
	now := begin(2026, 4)
	if got := row(now); !slices.Equal(got, []string{"4", "", ""}) {
		t.Errorf("before any was sent: %v", got)
	}
	b.send(b.filled(begin(2025, 4)))
	third := begin(2026, 3)
	b.filled(third)
	f, err := b.svc.Get(ctx, third.ID)
	if err != nil {
		t.Fatal(err)
	}
	b.sql("DELETE FROM report_paper WHERE id = ?", string(now.ID))
	if got := row(begin(2026, 4)); !slices.Equal(got, []string{"4", "", "9"}) {
		t.Errorf("a draft counts as sent: %v", got)
	}
	b.send(f.Paper)
	b.sql("DELETE FROM report_paper WHERE period_from = '2026-10-01'")
	now = begin(2026, 4)
	if got := row(now); !slices.Equal(got, []string{"4", "7", "9"}) || !strings.HasPrefix(now.Origins["trend"], "Báo cáo số 07/") {
		t.Errorf("%v, from %q", got, now.Origins["trend"])
	}
	counts["2026-10-01"] = 5
	if now, err = b.svc.Get(ctx, now.ID); err != nil || row(now)[0] != "5" {
		t.Errorf("now is %v, %v", row(now), err)
	}
	// A quarter of which too little was seen: no number, and the paper says so.
	f = begin(2026, 2)
	if _, ok := f.Values["infected"]; ok {
		t.Errorf("a number stands: %+v", f.Values["infected"])
	}
	said := ""
	for _, part := range f.Sheet.Parts {
		for _, l := range part.Lines {
			if l.Key == "infected" {
				said = l.Text
			}
		}
	}
	if said != "chưa đủ dữ liệu (thấy 60/100 giờ nguồn nhật ký)" {
		t.Errorf("the paper says %q", said)
	}
}
