// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
)

// lineOf is a field of the paper as printed, in the body or, with annex, in an
// annex that the body tells of.
func lineOf(s report.Sheet, key string, annex bool) (report.Line, bool) {
	for _, p := range s.Parts {
		for _, l := range p.Lines {
			if l.Key == key && p.Told == annex {
				return l, true
			}
		}
	}
	return report.Line{}, false
}

// leafOf are the rows of a leaf of a printed workbook.
func leafOf(t testing.TB, b *bench, f report.File, leaf string) [][]string {
	t.Helper()
	_, _, raw, err := b.svc.Download(as(t, "mai", auth.Centre, "tinh"), f.ID, 1, report.XLSX)
	if err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := book.GetRows(leaf)
	if err != nil {
		t.Fatal(err, book.GetSheetList())
	}
	return rows
}

// Up to twenty units that owe an answer stand in the body; of more, the body says
// how many, which share and who first, and an annex and the workbook list them.
func TestALongListOfSilentUnitsStandsInAnAnnex(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "mai", auth.Centre, "tinh")
		o := b.order(20)
		f := b.answer(ctx, "tinh")
		if l, ok := lineOf(f.Sheet, "silent", false); !ok || l.Grid == nil || len(l.Grid.Rows) != 20 || l.Text != "" {
			t.Errorf("twenty units stand in the body as %+v", l)
		}
		if _, ok := lineOf(f.Sheet, "silent", true); ok {
			t.Error("twenty units stand in an annex too")
		}

		o.fill(30)
		for n := 20; n < 30; n++ {
			u := o.units[n].ID
			b.sql("INSERT INTO unit_closure (ancestor, descendant) VALUES ('tinh', ?), (?, ?)", u, u, u)
		}
		o.late("u-30", "c1")
		o.late("u-30", "c2")
		o.late("u-29", "c1")
		o.answered("u-29", "c2", "Xong.", true)
		o.answered("a", "c1", "Xong.", true)
		o.answered("a", "c2", "Xong.", true)
		in := b.printed(ctx, f.ID)
		l, ok := lineOf(in.Sheet, "silent", false)
		want := "29/30 đơn vị (96,6%), trong đó 02 đơn vị có việc quá hạn; trước hết: UBND xã Số 030 (quá hạn 02 việc), UBND xã Số 029 (quá hạn 01 việc), "
		if !ok || l.Grid != nil || !strings.HasPrefix(zeroed(l.Text), zeroed(want)) || !strings.HasSuffix(l.Text, "Chi tiết tại Phụ lục II kèm theo.") {
			t.Errorf("the body says %q, want %q", l.Text, want)
		}
		annex, ok := lineOf(in.Sheet, "silent", true)
		if !ok || annex.Grid == nil || len(annex.Grid.Rows) != 29 || annex.Label != "" {
			t.Fatalf("the annex holds %+v", annex)
		}
		if row := annex.Grid.Rows[0]; row[1] != "UBND xã Số 030" || zeroed(row[2]) != "tất cả 2 mục" || row[3] == "" || zeroed(row[4]) != "2" {
			t.Errorf("the first of the annex is %q", row)
		}
		if row := annex.Grid.Rows[1]; row[2] != "1" || zeroed(row[4]) != "1" {
			t.Errorf("the second of the annex is %q", row)
		}
		listed := map[string]bool{}
		for _, row := range annex.Grid.Rows {
			listed[row[1]] = true
		}
		for _, u := range o.units {
			if listed[u.Name] != (u.ID != "a") {
				t.Errorf("%s: listed %t", u.Name, listed[u.Name])
			}
		}
		if rows := leafOf(t, b, f, annex.Grid.Leaf); len(rows) != 30 {
			t.Errorf("the workbook lists %d", len(rows)-1)
		}
		// A person's own list is counted, not told with what the records say.
		f = b.got(ctx, f.ID)
		v := f.Values["silent"]
		v.Rows = v.Rows[:25]
		if _, err := b.svc.SaveTable(ctx, f.ID, "silent", report.Value{Cols: v.Cols, Rows: v.Rows}, f.Version); err != nil {
			t.Fatal(err)
		}
		f = b.got(ctx, f.ID)
		if l, _ := lineOf(f.Sheet, "silent", false); !f.ByHand("silent") || !strings.HasPrefix(l.Text, "25 dòng") {
			t.Errorf("by hand: %t, the body says %q", f.ByHand("silent"), l.Text)
		}
		// Typed as the records say, it follows them again.
		live := f.Live["silent"]
		if _, err := b.svc.SaveTable(ctx, f.ID, "silent", report.Value{Cols: live.Cols, Rows: live.Rows}, f.Version); err != nil {
			t.Fatal(err)
		}
		if f = b.got(ctx, f.ID); f.ByHand("silent") {
			t.Error("the same rows are a person's")
		}
	})
}

func zeroed(text string) string {
	for n := range 10 {
		text = strings.ReplaceAll(text, fmt.Sprintf("0%d ", n), fmt.Sprintf("%d ", n))
	}
	return strings.TrimPrefix(text, "0")
}

// What proves the answers is named: counted for each requirement, and listed with
// the unit, the paper or the file, and who accepted it.
func TestEvidenceOfAllUnitsIsNamed(t *testing.T) {
	t.Parallel()
	dbtest.Each(t, sources, func(t *testing.T, d *db.DB) {
		b := newBench(t, d)
		ctx := as(t, "mai", auth.Centre, "tinh")
		o := b.order(7)
		for n, u := range o.units {
			o.answered(u.ID, "c1", "Xong.", n < 6)
		}
		f := b.answer(ctx, "tinh")
		in := b.printed(ctx, f.ID)
		if got := zeroed(cellOf(t, f, "tasks", 0, "proof")); got != "12 minh chứng của 6 đơn vị" {
			t.Errorf("the requirement has %q", got)
		}
		l, ok := lineOf(in.Sheet, "proofs", false)
		if !ok || zeroed(l.Text) != "12 minh chứng của 6 đơn vị; 1/2 nhiệm vụ có minh chứng. Chi tiết tại Phụ lục II kèm theo." && !strings.Contains(l.Text, "01/02 nhiệm vụ") {
			t.Errorf("the body says %q", l.Text)
		}
		annex, ok := lineOf(in.Sheet, "proofs", true)
		if !ok || len(annex.Grid.Rows) != 12 {
			t.Fatalf("the annex holds %+v", annex)
		}
		rows := annex.Grid.Rows
		if !slices.Equal(rows[0][1:4], []string{"1", "UBND xã Bản Mẫu", "Công văn số 12/UBND-VX ngày 20/11/2026"}) || rows[1][3] != "lich-truc.pdf" || !strings.HasPrefix(rows[0][4], "Trần Văn Duyệt, 2") {
			t.Errorf("the annex begins with %q", rows[:2])
		}
		leaf := leafOf(t, b, f, "Minh chứng")
		if len(leaf) != 13 || leaf[2][5] != "lich-truc.pdf, SHA-256 0a1b2c" || leaf[2][9] != "Trần Văn Duyệt" {
			t.Errorf("the workbook has %q", leaf[:3])
		}
		if !slices.ContainsFunc(in.Sources, func(s report.Source) bool {
			return s.Field == "proofs" && s.Kind == report.FromEvidence && s.Rows == 12
		}) {
			t.Errorf("it names no source: %+v", in.Sources)
		}
	})
}

// More than can be printed stands in the workbook alone, and the paper says so.
func TestTooMuchEvidenceStandsInTheWorkbook(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "mai", auth.Centre, "tinh")
	o := b.order(126)
	for _, u := range o.units {
		o.answered(u.ID, "c1", "Xong.", true)
		o.answered(u.ID, "c2", "Xong.", true)
	}
	f := b.answer(ctx, "tinh")
	in := b.printed(ctx, f.ID)
	if _, ok := lineOf(in.Sheet, "proofs", true); ok {
		t.Error("an annex of too many rows is printed")
	}
	if l, ok := lineOf(in.Sheet, "proofs", false); !ok || !strings.HasPrefix(l.Text, "504 minh chứng của 126 đơn vị;") || !strings.HasSuffix(l.Text, "“Minh chứng” của bảng tính kèm theo.") {
		t.Errorf("the body says %q", l.Text)
	}
	if rows := leafOf(t, b, f, "Minh chứng"); len(rows) != 505 {
		t.Errorf("the workbook lists %d", len(rows)-1)
	}
}

// Two requirements with one target tell of the units of both: of the same units in
// one row that names both, of others in a row of their own.
func TestATargetIsToldForEachWhoWasAsked(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "mai", auth.Centre, "tinh")
	o := b.order(4)
	first := o.columns[1]
	only, again := first, first
	only.ID, only.Path, only.Units = "c4", "3", []string{"u-3", "u-4"}
	again.ID, again.Path = "c5", "4"
	o.columns = append(o.columns, only, again)
	o.measured("u-3", avKey, 1, 2)
	o.measured("u-4", avKey, 2, 2)
	f := b.answer(ctx, "tinh")
	var got []string
	for row := range f.Values["targets"].Rows {
		got = append(got, strings.Join([]string{cellOf(t, f, "targets", row, "clause"), cellOf(t, f, "targets", row, "now"), cellOf(t, f, "targets", row, "base"), zeroed(cellOf(t, f, "targets", row, "coverage"))}, "|"))
	}
	want := []string{"2.a; 4|chưa đủ dữ liệu|3/4|2/4 đơn vị", "2.b|không có dữ liệu||0/4 đơn vị", "3|75%|3/4|2/2 đơn vị"}
	for n := range got {
		got[n] = strings.ReplaceAll(strings.ReplaceAll(strings.ReplaceAll(got[n], "/04", "/4"), "/02", "/2"), "||/", "||0/")
	}
	if !slices.Equal(got, want) {
		t.Errorf("targets\n%q, want\n%q", got, want)
	}
}

// A requirement under a dash is cited in words, and what a unit says is done and
// several measures contradict is told once.
func TestADashIsCitedAndADutyContradictedOnce(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "mai", auth.Centre, "tinh")
	o := b.order(2)
	o.columns[1].Path, o.columns[1].Clause = "1.f.-2", "1.f, gạch đầu dòng thứ hai"
	o.columns[1].Measures = append(o.columns[1].Measures, o.columns[2].Measures...)
	o.measured("a", avKey, 1, 10)
	o.measured("a", sickKey, 3, 0)
	o.answered("a", "c2", "Xong.", true)
	f := b.answer(ctx, "tinh")
	if got := cellOf(t, f, "tasks", 1, "clause"); got != "1.f, gạch đầu dòng thứ hai" {
		t.Errorf("the clause is %q", got)
	}
	if len(f.Claims) != 1 || !strings.HasPrefix(f.Claims[0].What, "Mục 1.f, gạch đầu dòng thứ hai. ") || strings.Count(f.Claims[0].Measured, "; ") != 1 {
		t.Errorf("contradicted %+v", f.Claims)
	}
	if f.Frame.To[0] != "Ủy ban nhân dân tỉnh Đông Sơn" {
		t.Errorf("to %q", f.Frame.To)
	}
}
