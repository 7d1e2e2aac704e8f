// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// The answer of the body that issued a directive down says of all units together
// what they answered and what was measured of them, and whom it answers.
func TestAnAnswerMergesWhatUnitsSayAndWhatWasMeasured(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "mai", auth.Centre, "tinh")
		o := b.order(4)
		o.answered("a", "c1", "Đã phân công theo lịch trực số 12.", true)
		o.answered("b", "c1", "Đang phân công.", false)
		o.late("u-3", "c1")
		o.answered("a", "c2", "Đã cài đủ.", true)
		o.measured("a", avKey, 119, 120)
		o.measured("b", avKey, 80, 120)
		o.readings[4].Figure, o.readings[4].Grade = measure.Figure{Num: 1, Den: 2, Seen: 2, Expected: 10}, measure.Partial // of u-3
		f := b.answer(ctx, "tinh")
		for row, want := range []struct{ state, result, proof string }{
			{"late", "01/04 đơn vị hoàn thành, 01 quá hạn, 01 đã trả lời, chờ xem xét, 01 chưa trả lời.", "02 minh chứng của 01 đơn vị"},
			{"doing", "01/04 đơn vị hoàn thành, 03 chưa trả lời; Máy có phòng, chống mã độc: đo được 82,9% (199/240) ở 02/04 đơn vị đủ dữ liệu, 01 đơn vị đạt mục tiêu ≥ 95%, " +
				"01 đơn vị không có dữ liệu, 01 đơn vị chưa đủ dữ liệu.", "02 minh chứng của 01 đơn vị"},
			{"no_data", "Máy đang nhiễm: không có dữ liệu.", ""},
		} {
			loose := strings.NewReplacer("01", "1", "02", "2", "03", "3", "04", "4")
			for column, text := range map[string]string{"state": want.state, "result": want.result, "proof": want.proof} {
				if got := cellOf(t, f, "tasks", row, column); loose.Replace(got) != loose.Replace(text) {
					t.Errorf("row %d, %s:\n%q, want\n%q", row+1, column, got, text)
				}
			}
		}
		for key, n := range map[string]int64{"units": 4, "reported": 1, "silent_count": 3, "task_count": 3, "task_done": 0, "task_late": 1, "task_unknown": 1, "duties": 8, "duties_done": 2} {
			if v := f.Values[key].Int; v == nil || *v != n {
				t.Errorf("%s is %v, want %d", key, v, n)
			}
		}
		if v, ok := f.Values["task_rate"]; ok {
			t.Errorf("one requirement is not known, and the rate is %q", v.Text)
		}
		if got := cellOf(t, f, "targets", 0, "now") + "|" + cellOf(t, f, "targets", 0, "base"); got != "chưa đủ dữ liệu|199/240" {
			t.Errorf("the target says %q", got)
		}
		if got := cellOf(t, f, "targets", 1, "now"); got != "không có dữ liệu" {
			t.Errorf("the target nobody saw says %q", got)
		}
		if !slices.Equal(f.Frame.To, []string{"Ủy ban nhân dân tỉnh Đông Sơn"}) || !strings.Contains(f.Frame.Subject, "công văn số 1556/UBND-KGVX ngày 30 tháng 8 năm 2026") ||
			len(f.Sheet.Basis) != 2 || !strings.Contains(f.Sheet.Basis[0], "4388/BTTTT-CATTT") || !strings.Contains(f.Sheet.Basis[1], "về việc tăng cường bảo đảm") {
			t.Errorf("to %q, on %q, resting on %q", f.Frame.To, f.Frame.Subject, f.Sheet.Basis)
		}
		again, err := b.svc.Begin(ctx, report.Start{Form: "F13", Unit: "tinh", Directive: "d-1"})
		if err != nil || again.ID != f.ID {
			t.Errorf("begun again it is another paper: %s, %v", again.ID, err)
		}
		page, err := b.svc.List(ctx, report.Filter{Directive: "d-1"})
		if err != nil || page.Total != 1 || page.Rows[0].Case.Code != "CD-2026-0001" {
			t.Errorf("the directive has %d papers, %v", page.Total, err)
		}
		if page, err = b.svc.List(ctx, report.Filter{Directive: "d-2"}); err != nil || page.Total != 0 {
			t.Errorf("another directive has %d papers, %v", page.Total, err)
		}
	})
}

// Every row and figure of an answer leads to what it was made from, on the draft
// and in what is frozen; what a person wrote does not.
func TestEverySentenceOfAnAnswerNamesItsSources(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "mai", auth.Centre, "tinh")
	o := b.order(3)
	o.answered("a", "c1", "Đã xong.", true)
	o.measured("a", avKey, 199, 240)
	f := b.answer(ctx, "tinh")
	in := b.printed(ctx, f.ID)
	for name, list := range map[string][]report.Source{"draft": f.Sources, "print": in.Sources, "printed page": b.got(ctx, f.ID).Sources} {
		for row := range 3 {
			if !slices.ContainsFunc(list, func(s report.Source) bool { return s.Field == "tasks" && s.Row == row+1 && s.Rows > 0 && s.Href != "" }) {
				t.Errorf("%s: row %d of the tasks has no source", name, row+1)
			}
		}
		for _, want := range []report.Source{{Field: "tasks", Row: 2, Kind: report.FromMeasure, Key: avKey}, {Field: "targets", Row: 1, Kind: report.FromMeasure, Key: avKey}} {
			n := slices.IndexFunc(list, func(s report.Source) bool {
				return s.Field == want.Field && s.Row == want.Row && s.Kind == want.Kind && s.Key == want.Key
			})
			if n < 0 || list[n].Run != "run-1" || list[n].Day != calendar.DateOf(b.now) || list[n].Rows != 3 || list[n].Href != "/measures/"+avKey {
				t.Errorf("%s: row %d of %s: %+v", name, want.Row, want.Field, list)
			}
		}
		for _, want := range []struct {
			field string
			kind  report.SourceKind
		}{{"tasks", report.FromDuty}, {"tasks", report.FromEvidence}, {"task_count", report.FromTable}, {"reported", report.FromAnswers}, {"directive", report.FromDirective}} {
			if !slices.ContainsFunc(list, func(s report.Source) bool { return s.Field == want.field && s.Kind == want.kind }) {
				t.Errorf("%s: %s names no source of kind %s", name, want.field, want.kind)
			}
		}
	}
	f = b.got(ctx, f.ID)
	p, err := b.svc.SaveTable(ctx, f.ID, "tasks", report.Value{Cols: []string{"what", "unit", "state"}, Rows: [][]string{{"Việc khác", "Các đơn vị", "done"}}}, f.Version)
	if err != nil {
		t.Fatal(err)
	}
	if f = b.got(ctx, p.ID); slices.ContainsFunc(f.Sources, func(s report.Source) bool { return s.Field == "tasks" }) {
		t.Error("rows that a person wrote name sources")
	}
}

var zeroOrAll = regexp.MustCompile(`(^|[^0-9,.])(0|100)\s?%`)

// A draft over nothing seen says so, and never nothing or all of it.
func TestAnAnswerWithoutDataSaysNeitherNothingNorAll(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "mai", auth.Centre, "tinh")
	o := b.order(3)
	for name, change := range map[string]func(){
		"nothing was seen":          func() {},
		"nothing is known at all":   func() { o.readings = nil },
		"all of one unit of three":  func() { o.fill(3); o.measured("a", avKey, 2, 2) },
		"none of one unit of three": func() { o.fill(3); o.measured("a", avKey, 0, 2) },
		"all who were seen answered": func() {
			o.fill(3)
			for _, u := range o.units {
				o.answered(u.ID, "c1", "Xong.", true)
				o.answered(u.ID, "c2", "Xong.", true)
			}
		},
	} {
		change()
		f := b.answer(ctx, "tinh")
		for _, g := range f.Sheet.Annex { // of one unit that was seen whole it may be said
			for _, row := range g.Rows {
				if text := strings.Join(row, "|"); strings.Contains(text, "không có dữ liệu") && zeroOrAll.MatchString(text) {
					t.Errorf("%s: the workbook says %q", name, text)
				}
			}
		}
		f.Sheet.Annex = nil
		raw, err := json.Marshal(f.Sheet)
		if err != nil {
			t.Fatal(err)
		}
		if found := zeroOrAll.FindString(string(raw)); found != "" {
			t.Errorf("%s: the paper says %q", name, found)
		}
		if got := cellOf(t, f, "tasks", 2, "result"); !strings.Contains(got, "không có dữ liệu") || cellOf(t, f, "tasks", 2, "state") != "no_data" {
			t.Errorf("%s: of what was not seen it says %q", name, got)
		}
		if v, ok := f.Values["task_rate"]; ok {
			t.Errorf("%s: the rate is %q", name, v.Text)
		}
	}
}

// Taking a reading away makes no requirement better.
func TestWhatIsNotSeenHelpsNoAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "mai", auth.Centre, "tinh")
	rank := map[string]int{"late": 0, "not_begun": 1, "doing": 1, "no_data": 1, "done": 2}
	o := b.order(4)
	for n, u := range o.units {
		o.answered(u.ID, "c2", "Xong.", true)
		o.measured(u.ID, avKey, int64(115+n), 120)
		o.measured(u.ID, sickKey, int64(n/2), 0)
	}
	f := b.answer(ctx, "tinh")
	all := slices.Clone(o.readings)
	for gone := range all {
		o.readings = slices.Delete(slices.Clone(all), gone, gone+1)
		less := b.got(ctx, f.ID)
		for row := range 3 {
			was, is := cellOf(t, f, "tasks", row, "state"), cellOf(t, less, "tasks", row, "state")
			if rank[is] > rank[was] {
				t.Errorf("without %s of %s row %d went from %s to %s", all[gone].Key, all[gone].Unit, row+1, was, is)
			}
		}
		for row := range 2 {
			was, is := cellOf(t, f, "targets", row, "now"), cellOf(t, less, "targets", row, "now")
			if is != was && is != "chưa đủ dữ liệu" {
				t.Errorf("without %s of %s a target went from %q to %q", all[gone].Key, all[gone].Unit, was, is)
			}
		}
	}
}

// What a unit says and the data contradict holds the paper back until somebody
// has written why it goes out, at every step.
func TestAContradictedClaimHoldsThePaperBack(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "mai", auth.Centre, "tinh")
		o := b.order(2)
		r := o.measured("a", avKey, 199, 240)
		r.Said = &measure.Claim{Num: 240, Den: 240, By: "Lò Thị Mai", At: b.now}
		o.measured("b", avKey, 239, 240).Said = &measure.Claim{Num: 240, Den: 240, At: b.now} // within what is allowed
		f := b.answer(ctx, "tinh")
		if len(f.Claims) != 1 || f.Claims[0].Name != "UBND xã Bản Mẫu" || f.Claims[0].Said != "100%" || f.Claims[0].Measured != "82,9% (199/240)" {
			t.Fatalf("contradicted: %+v", f.Claims)
		}
		if got := cellOf(t, f, "contradicted", 0, "measured"); got != "82,9% (199/240)" {
			t.Errorf("the paper says %q", got)
		}
		if !slices.ContainsFunc(f.Findings, func(x report.Finding) bool { return x.Key == "report.lint.contradicted" && !x.Stops }) {
			t.Errorf("the checks say nothing: %+v", f.Findings)
		}
		if _, _, err := b.svc.Print(ctx, f.ID, f.Version); fault.Of(err).Msg != "report.err.contradicted" {
			t.Fatalf("printed over a contradiction: %v", err)
		}
		if _, err := b.svc.Acknowledge(ctx, f.ID, "  ", f.Version); !fault.Is(err, fault.Invalid) {
			t.Errorf("let pass without a reason: %v", err)
		}
		if _, err := b.svc.Acknowledge(as(t, "doc", auth.Inspector, "tinh"), f.ID, "Tôi cho qua", f.Version); err == nil {
			t.Error("let pass by somebody who only reads")
		}
		p, err := b.svc.Acknowledge(ctx, f.ID, "Đơn vị đang kiểm kê lại, báo cáo cả hai số.", f.Version)
		if err != nil || p.State != report.Draft {
			t.Fatal(p.State, err)
		}
		if _, err := b.svc.Acknowledge(ctx, f.ID, "Lần nữa", p.Version); !fault.Is(err, fault.Conflict) {
			t.Errorf("let pass twice: %v", err)
		}
		in := b.printed(ctx, f.ID)
		const why = "Đơn vị đang kiểm kê lại, báo cáo cả hai số (Nguyễn mai ghi lúc "
		if said := whyOf(in.Sheet); len(said) != 1 || !strings.HasPrefix(said[0], why) {
			t.Errorf("under the table stands %q", said)
		}
		if leaf := in.Sheet.Annex[len(in.Sheet.Annex)-1]; leaf.Leaf != "Số khai khác số đo" || len(leaf.Rows) != 1 || leaf.Rows[0][0] != "UBND xã Bản Mẫu" || leaf.Rows[0][4] == "" || leaf.Rows[0][5] != "Nguyễn mai" {
			t.Errorf("the workbook has %+v", leaf)
		}
		pdf, err := in.Render(report.PDF)
		if err != nil {
			t.Fatal(err)
		}
		if len(in.Claims) != 1 || in.Claims[0].Note == "" || in.Claims[0].By != "Nguyễn mai" || in.Format != 2 {
			t.Errorf("frozen: %+v", in.Claims)
		}
		trail, err := audit.Of(ctx, b.db, "paper", string(f.ID), 100)
		if n := slices.IndexFunc(trail, func(r audit.Row) bool { return r.Action == "report.acknowledge" }); n < 0 || !strings.Contains(trail[n].Detail, "kiểm kê lại") {
			t.Errorf("the audit trail has %+v, %v", trail, err)
		}
		// A duty that was taken as done and measured otherwise is one more; it holds a
		// printed paper back from being sent.
		o.answered("a", "c2", "Đã cài đủ.", true)
		f = b.got(ctx, f.ID)
		send := report.Dispatch{At: b.now, Channel: "document_axis", Receipt: "01"}
		if _, err := b.svc.Send(as(t, "thu", auth.Clerk, "tinh"), f.ID, send, f.Version); fault.Of(err).Msg != "report.err.contradicted" || len(f.Unseen()) != 1 {
			t.Errorf("sent over %+v: %v", f.Unseen(), err)
		}
		if p, err = b.svc.Acknowledge(as(t, "thu", auth.Clerk, "tinh"), f.ID, "Đã trao đổi với đơn vị.", f.Version); err != nil || p.State != report.Printed {
			t.Fatal(p.State, err)
		}
		if p, err = b.svc.Send(as(t, "thu", auth.Clerk, "tinh"), f.ID, send, p.Version); err != nil || p.State != report.Sent {
			t.Errorf("sent: %s, %v", p.State, err)
		}
		// What was let pass after the print is no part of it: its bytes stand.
		if _, _, raw, err := b.svc.Download(ctx, f.ID, 1, report.PDF); err != nil || !bytes.Equal(raw, pdf) {
			t.Errorf("the printed paper is another: %v", err)
		}
		if said := whyOf(b.got(ctx, f.ID).Sheet); len(said) != 1 || !strings.HasPrefix(said[0], why) {
			t.Errorf("its page says %q", said)
		}
	})
}

// whyOf are the reasons that stand below the table of contradictions.
func whyOf(sh report.Sheet) (out []string) {
	for _, part := range sh.Parts {
		for _, l := range part.Lines {
			if l.Key == "contradicted_why" {
				out = append(out, l.Text)
			}
		}
	}
	return out
}

// Two reasons name what each lets pass, and a paper without its table has them as
// notes.
func TestEachReasonNamesWhatItLetsPass(t *testing.T) {
	t.Parallel()
	d := dbtest.SQLite(t, sources...)
	b := newBench(t, d)
	ctx := as(t, "mai", auth.Centre, "tinh")
	o := b.order(2)
	o.measured("a", avKey, 199, 240).Said = &measure.Claim{Num: 240, Den: 240, At: b.now}
	f := b.answer(ctx, "tinh")
	if _, err := b.svc.Acknowledge(ctx, f.ID, "Đang kiểm kê lại.", f.Version); err != nil {
		t.Fatal(err)
	}
	o.measured("b", avKey, 100, 240).Said = &measure.Claim{Num: 240, Den: 240, At: b.now}
	f = b.got(ctx, f.ID)
	if _, err := b.svc.Acknowledge(as(t, "lan", auth.Centre, "tinh"), f.ID, "Đơn vị xin giải trình sau.", f.Version); err != nil {
		t.Fatal(err)
	}
	var labels []string
	for _, part := range b.got(ctx, f.ID).Sheet.Parts {
		for _, l := range part.Lines {
			if l.Key == "contradicted_why" {
				labels = append(labels, l.Label+" | "+l.Text)
			}
		}
	}
	if len(labels) != 2 || !strings.Contains(labels[0], "UBND xã Bản Mẫu – ") || !strings.Contains(labels[0], "Nguyễn mai") || !strings.Contains(labels[1], "Nguyễn lan") || strings.Contains(labels[1], "UBND xã Bản Mẫu –") {
		t.Errorf("%q", labels)
	}
}

// Of a figure that was not seen enough nobody can say that a claim is wrong.
func TestAClaimIsNotContradictedByTooLittle(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	o := b.order(2)
	r := o.measured("a", avKey, 1, 240)
	r.Grade, r.Seen, r.Said = measure.Declared, 3, &measure.Claim{Num: 240, Den: 240, At: b.now}
	f := b.answer(as(t, "mai", auth.Centre, "tinh"), "tinh")
	if len(f.Claims) != 0 || !strings.Contains(cellOf(t, f, "tasks", 1, "result"), "đơn vị chỉ tự kê khai") {
		t.Errorf("contradicted %+v, says %q", f.Claims, cellOf(t, f, "tasks", 1, "result"))
	}
}

// A printed answer re-runs to what was printed for ever; where one row changes,
// only its own numbers move, and the page says which.
func TestAPrintedAnswerRunsAgainTheSame(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "mai", auth.Centre, "tinh")
		o := b.order(3)
		for _, u := range o.units {
			o.answered(u.ID, "c1", "Đã phân công.", true)
			o.measured(u.ID, avKey, 119, 120)
			o.measured(u.ID, sickKey, 0, 0)
		}
		f := b.answer(ctx, "tinh")
		in := b.printed(ctx, f.ID)
		same := func(when string) {
			t.Helper()
			again := b.frozen(ctx, f.ID, 1)
			for _, k := range []report.Kind{report.DOCX, report.PDF, report.XLSX, report.JSON} {
				_, _, stored, err := b.svc.Download(ctx, f.ID, 1, k)
				if err != nil {
					t.Fatal(err)
				}
				if made, err := again.Render(k); err != nil || !bytes.Equal(stored, made) {
					t.Errorf("%s: %s re-runs to other bytes (%d, %d), %v", when, k, len(stored), len(made), err)
				}
			}
		}
		same("at once")
		b.now = b.now.Add(24 * time.Hour)
		same("a day later")
		if f = b.got(ctx, f.ID); len(f.Changes) != 0 {
			t.Errorf("a day alone changes %+v", f.Changes)
		}
		if f.To != in.To || f.State != report.Printed {
			t.Errorf("it speaks of the days to %s, printed %s", f.To, in.To)
		}

		o.measured("b", avKey, 100, 120)
		o.answered("u-3", "c2", "Đã cài.", true)
		same("after two rows changed")
		f = b.got(ctx, f.ID)
		var told []string
		for _, c := range f.Changes {
			told = append(told, c.Label+": "+c.Printed+" -> "+c.Now)
		}
		fields := map[string]bool{}
		for _, c := range f.Changes {
			fields[c.Key] = true
		}
		if !fields["tasks"] || !fields["targets"] || fields["above"] || fields["contradicted"] {
			t.Errorf("changed: %q", told)
		}
		for _, line := range told {
			if !strings.Contains(line, "dòng 2") && !strings.Contains(line, "dòng 1,") && !strings.HasPrefix(line, "Chỉ tiêu") && !strings.HasPrefix(line, "Số đơn vị") && !strings.HasPrefix(line, "Số việc các đơn vị đã hoàn thành: 03 -> 04") &&
				!strings.HasPrefix(line, "Đơn vị chưa trả lời đủ") && !strings.HasPrefix(line, "Minh chứng:  -> 2.a · UBND xã Số 003 ·") {
				t.Errorf("another number moved: %s", line)
			}
			if strings.HasPrefix(line, "Nhiệm vụ") && !strings.Contains(line, "dòng 2") {
				t.Errorf("another requirement moved: %s", line)
			}
		}
		// A fresh print moves in these alone.
		second := b.printed(ctx, f.ID)
		for key, was := range in.Values {
			is := second.Values[key]
			switch key {
			case "tasks", "targets", "to", "reported", "silent_count", "silent", "proofs", "duties_done":
			default:
				if !was.Equal(is) {
					t.Errorf("%s moved from %+v to %+v", key, was, is)
				}
			}
		}
		for n, row := range in.Values["tasks"].Rows {
			if moved := !slices.Equal(row, second.Values["tasks"].Rows[n]); moved != (n == 1) {
				t.Errorf("row %d of the tasks: moved %t", n+1, moved)
			}
		}
		same("after the second print")
	})
}

// A unit answers for itself: nothing of another stands in its draft or in what is
// frozen, and it answers for nobody else.
func TestAUnitAnswersForItselfAlone(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		o := b.order(3)
		o.answered("a", "c1", "Đã phân công theo lịch trực số 12.", true)
		o.answered("b", "c1", "Chuyện riêng của sở.", true)
		o.measured("a", avKey, 199, 240).Said = &measure.Claim{Num: 200, Den: 240, At: b.now}
		o.measured("b", avKey, 7, 9)
		ctx := as(t, "ai", auth.UnitOfficer, "a")
		f := b.answer(ctx, "a")
		for row, want := range []string{"Hoàn thành ngày 20/11/2026; nội dung: Đã phân công theo lịch trực số 12.", "Chưa trả lời; Máy có phòng, chống mã độc: đo được 82,9% (199/240), mục tiêu ≥ 95%.",
			"Máy đang nhiễm: không có dữ liệu."} {
			if got := cellOf(t, f, "tasks", row, "result"); got != want && !strings.HasPrefix(want, "Hoàn thành") || !strings.HasSuffix(got, want[len(want)-20:]) {
				t.Errorf("row %d says %q, want %q", row+1, got, want)
			}
			if who := cellOf(t, f, "tasks", row, "unit"); who != "UBND xã Bản Mẫu" {
				t.Errorf("row %d is of %q", row+1, who)
			}
		}
		if _, ok := f.Values["units"]; ok {
			t.Error("one unit counts units")
		}
		in := b.printed(ctx, f.ID)
		raw, err := in.Canonical()
		if err != nil {
			t.Fatal(err)
		}
		for _, other := range []string{"Sở Thí dụ", "Chuyện riêng", "UBND xã Số", "7/9"} {
			if bytes.Contains(raw, []byte(other)) {
				t.Errorf("the answer of one unit holds %q", other)
			}
		}
		for _, unit := range []string{"b", "tinh"} {
			if _, err := b.svc.Begin(ctx, report.Start{Form: "F13", Unit: unit, Directive: "d-1"}); fault.Of(err).Fields["unit"] == "" && fault.Of(err).Fields["directive"] == "" {
				t.Errorf("it answers for %s: %v", unit, err)
			}
		}
		for _, id := range []string{"", "d-2"} {
			if _, err := b.svc.Begin(ctx, report.Start{Form: "F13", Unit: "a", Directive: id}); fault.Of(err).Fields["directive"] == "" {
				t.Errorf("it answers the directive %q: %v", id, err)
			}
		}
		if _, err := b.svc.Get(as(t, "bi", auth.UnitOfficer, "b"), f.ID); !fault.Is(err, fault.NotFound) {
			t.Errorf("another unit sees it: %v", err)
		}
	})
}

// The workbook of an answer holds every cell, answer and figure behind it.
func TestTheWorkbookOfAnAnswerHoldsWhatIsBehindIt(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "mai", auth.Centre, "tinh")
	o := b.order(3)
	o.answered("a", "c1", "Đã phân công theo lịch trực số 12.", true)
	o.measured("a", avKey, 199, 240)
	f := b.answer(ctx, "tinh")
	b.printed(ctx, f.ID)
	_, _, raw, err := b.svc.Download(ctx, f.ID, 1, report.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	for leaf, want := range map[string][]string{
		"Đơn vị - nhiệm vụ":  {"UBND xã Bản Mẫu", "2.a", "82,9% (199/240)", "≥ 95%", "không có dữ liệu", "đạt"},
		"Trả lời của đơn vị": {"Đã phân công theo lịch trực số 12.", "Lò Thị Mai", "được chấp nhận", "chưa trả lời"},
		"Số đo":              {"199", "240", "run-1", avKey, "21/11/2026"},
	} {
		cells := xlsxCells(t, raw, leaf)
		for _, text := range want {
			if !slices.Contains(cells, text) {
				t.Errorf("%s lacks %q: %q", leaf, text, cells)
			}
		}
	}
	cells := xlsxCells(t, raw, "Số đo")
	if slices.Contains(cells, "0%") || slices.Contains(cells, "100%") {
		t.Error("what was not seen stands as nothing or all")
	}
}

// Prints that are no answers stay in the format of former releases.
func TestOtherPapersKeepTheirFormat(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Duty, "tinh")
	f := b.draft(b.open(example("a")), "F1b")
	in := b.printed(ctx, f.ID)
	raw, err := in.Canonical()
	if err != nil || in.Format != 1 {
		t.Fatal(in.Format, err)
	}
	for _, key := range []string{`"sources"`, `"claims"`, `"annex":[`} {
		if bytes.Contains(raw, []byte(key)) {
			t.Errorf("it has %s", key)
		}
	}
	if _, err := report.Parse([]byte(`{"format":3}`)); err == nil {
		t.Error("a format nobody knows is read")
	}
}

// Who does not see the directive sees the paper as it was saved, and prints it not.
func TestWhoDoesNotSeeTheDirectiveDoesNotPrintItsAnswer(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	o := b.order(2)
	o.measured("a", avKey, 199, 240)
	ctx := as(t, "mai", auth.Centre, "tinh")
	f := b.answer(ctx, "tinh")
	said := cellOf(t, f, "tasks", 1, "result")
	o.units = nil // it is withdrawn from everybody
	f = b.got(ctx, f.ID)
	if got := cellOf(t, f, "tasks", 1, "result"); got != said {
		t.Errorf("it says %q, saved was %q", got, said)
	}
	if _, _, err := b.svc.Print(ctx, f.ID, f.Version); fault.Of(err).Msg != "report.err.blind" {
		t.Errorf("printed: %v", err)
	}
}

// What an answer meets are the duties of its own directive alone.
func TestAnAnswerMeetsTheDutiesOfItsDirective(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	b.order(2)
	due := calendar.DateOf(b.now).AddDays(3)
	mine := b.owe("a", "F13", "VN-ANM-2026", due)
	f := b.answer(as(t, "mai", auth.Centre, "tinh"), "a")
	var ids []obligation.ID
	for _, o := range f.Owed() {
		ids = append(ids, o.ID)
	}
	if !slices.Equal(ids, []obligation.ID{mine}) {
		t.Errorf("offered %v, want %v", ids, mine)
	}
}

// BenchmarkAnswer begins and prints the answer of 150 units to 60 requirements.
func BenchmarkAnswer(bb *testing.B) {
	b := newBench(bb, dbtest.SQLite(bb, sources...))
	ctx := as(bb, "mai", auth.Centre, "tinh")
	o := b.order(150)
	first := slices.Clone(o.columns)
	for n := range 20 {
		for _, c := range first {
			if n == 0 {
				continue
			}
			c.ID += "-" + string(rune('a'+n))
			o.columns = append(o.columns, c)
			for _, u := range o.units {
				if c.Duty {
					o.duties = append(o.duties, obligation.Standing{ID: obligation.ID(c.ID + u.ID), Subject: "d-1", ClockID: c.ID + "@" + u.ID, UnitID: u.ID, State: obligation.Open, DueAt: c.Due})
					o.answers = append(o.answers, report.Answer{Task: c.ID + u.ID, Unit: u.ID, Column: c.ID, State: report.Waiting, Text: strings.Repeat("Đã thực hiện. ", 20), At: b.now})
				}
			}
		}
	}
	if len(o.columns) != 60 {
		bb.Fatal(len(o.columns))
	}
	for _, u := range o.units {
		o.measured(u.ID, avKey, 119, 120)
	}
	for bb.Loop() {
		f := b.answer(ctx, "tinh")
		b.printed(ctx, f.ID)
	}
}
