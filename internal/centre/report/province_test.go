// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report_test

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/centre/report"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// provinceList is a list of systems as a province sends it: title rows over the
// head, a head of two rows with merged cells, numbered columns, groups, an owner
// cell merged over its systems, days as text and as dates, and a sum below.
// wrong changes one cell.
func provinceList(t testing.TB, rows int, wrong map[string]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		t.Fatal(err)
	}
	row := 0
	put := func(cells ...any) {
		row++
		for i := range cells {
			at, err := excelize.CoordinatesToCellName(i+1, row)
			if v, ok := wrong[at]; ok && err == nil {
				cells[i] = v
			}
		}
		if err := w.SetRow("A"+strconv.Itoa(row), cells); err != nil {
			t.Fatal(err)
		}
	}
	put("UBND TỈNH ĐÔNG SƠN")
	put("DANH SÁCH HỆ THỐNG THÔNG TIN THUỘC PHẠM VI QUẢN LÝ")
	put("(Kèm theo Báo cáo số   /BC-UBND)")
	put()
	put("STT", "Tên HTTT", "Chủ quản", "Đơn vị vận hành", "Cấp độ", "Phê duyệt", nil, nil, "Dự kiến phê duyệt", "Triển khai", nil, "Kiểm tra, đánh giá")
	put(nil, nil, nil, nil, nil, "Tình trạng phê duyệt", "Quyết định", "Quy chế", nil, "Tình trạng triển khai", "Dự kiến triển khai đầy đủ", nil)
	put("(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)", "(9)", "(10)", "(11)", "(12)")
	for n := range rows {
		if n%1000 == 0 {
			put("", fmt.Sprintf("Khối thứ %d", n/1000+1))
		}
		approved := n%4 == 0
		state := []string{"Đã phê duyệt", "đang dự thảo", "Đã gửi thẩm định", "Đã thẩm định"}[n%4]
		decision, due, deploy, full, audit := "", "31/12/2026", "Chưa triển khai", "30/6/2027", ""
		if approved {
			decision, due, deploy, full, audit = fmt.Sprintf("Số %d/QĐ-UBND ngày 05/3/2026 của UBND tỉnh", n+1), "", "Đã triển khai đầy đủ", "", "Định kỳ"
		}
		put(n+1, fmt.Sprintf("Hệ thống thông tin số %d", n+1), fmt.Sprintf("UBND xã Bản Mẫu %d", n/70+1), "Trung tâm Dữ liệu tỉnh", fmt.Sprintf("Cấp độ %d", n%3+1),
			state, decision, "", due, deploy, full, audit)
	}
	put("", "Tổng cộng", "", "", rows)
	if err := errors.Join(w.MergeCell("F5", "H5"), w.MergeCell("J5", "K5"), w.MergeCell("A5", "A6"), w.MergeCell("B5", "B6"), w.MergeCell("C5", "C6"),
		w.MergeCell("D5", "D6"), w.MergeCell("E5", "E6"), w.MergeCell("I5", "I6"), w.MergeCell("L5", "L6"), w.Flush()); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// annual is a draft of F12 for unit a over the window that ends in 2026.
func (b *bench) annual() report.File {
	b.t.Helper()
	pack, _ := b.laws.Get("VN-ANM-2026")
	form, _ := pack.Form("F12")
	return b.begin(pack, form, nil)
}

// One list of a whole province makes the annual report at once: thousands of
// systems are read, totalled and printed three ways, and all of them say the
// same numbers.
func TestAProvincePrintsItsAnnualReportFromOneList(t *testing.T) {
	t.Parallel()
	rows := 3000 // BenchmarkProvinceList has more
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Centre, "tinh")
	f := b.annual()
	if f.From != (calendar.Date{Year: 2025, Month: 12, Day: 15}) || f.To != (calendar.Date{Year: 2026, Month: 12, Day: 14}) || f.Case.Code != "Năm 2026" {
		t.Fatalf("window %s to %s, called %q", f.From, f.To, f.Case.Code)
	}
	if v, ok := f.Values["total"]; ok {
		t.Errorf("with no list the total is %+v, want nothing", v)
	}
	raw := provinceList(t, rows, nil)
	begun := time.Now()
	up, err := b.svc.Upload(ctx, f.ID, "systems", "Danh sách.xlsx", raw)
	if err != nil {
		t.Fatal(err, fault.Of(err).Fields)
	}
	p, plan, err := b.svc.Fill(ctx, f.ID, "systems", up, nil, false, f.Version)
	if err != nil {
		t.Fatalf("%v, %+v", err, plan.Bad)
	}
	t.Logf("%d rows read twice, stored in %s", rows, time.Since(begun))
	if len(plan.Value.Rows) != rows || len(plan.Skipped) != (rows+999)/1000+1 {
		t.Fatalf("%d rows, passed over %v", len(plan.Value.Rows), plan.Skipped)
	}
	want := map[string]int64{"total": int64(rows), "classified": int64(rows), "drafted": int64(rows * 3 / 4), "appraised": int64(rows / 2), "approved": int64(rows / 4), "audited": int64(rows / 4)}
	for key, n := range want {
		if v := p.Values[key].Int; v == nil || *v != n {
			t.Errorf("%s is %v, want %d", key, v, n)
		}
	}
	b.printsTheSame(p, want)
}

// printsTheSame completes and prints the paper and compares its numbers in all
// files and on the page.
func (b *bench) printsTheSame(p report.Paper, want map[string]int64) {
	t := b.t.(*testing.T)
	ctx := as(t, "truc", auth.Centre, "tinh")
	f, err := b.svc.Get(ctx, p.ID)
	if err != nil {
		t.Fatal(err)
	}
	e := edit(f)
	e.Frame.Signer, e.Frame.Issuer = report.Signer{Title: "Chủ tịch", Name: "Vàng A Páo"}, "Ủy ban nhân dân tỉnh Đông Sơn"
	e.Fields["all_approved_by"] = report.Typed{Value: report.Value{At: b.now.AddDate(1, 0, 0)}, Was: "empty"}
	if p, err = b.svc.Save(ctx, p.ID, e, p.Version); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"owners", "units"} {
		field, _ := f.Form.Field(key)
		if p, err = b.svc.SaveTable(ctx, p.ID, key, sampleRows(f.Pack, field, 2), p.Version); err != nil {
			t.Fatal(err)
		}
	}
	begun := time.Now()
	if _, _, err = b.svc.Print(ctx, p.ID, p.Version); err != nil {
		now, _ := b.svc.Get(ctx, p.ID)
		t.Fatal(err, stopping(now))
	}
	t.Logf("printed as DOCX, PDF, XLSX and JSON in %s", time.Since(begun))
	begun = time.Now()
	if f, err = b.svc.Get(ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	t.Logf("page read in %s", time.Since(begun))
	files := map[report.Kind][]byte{}
	dir := t.ArtifactDir()
	for _, k := range []report.Kind{report.DOCX, report.PDF, report.XLSX} {
		_, _, raw, err := b.svc.Download(ctx, p.ID, 1, k)
		if err != nil {
			t.Fatal(err)
		}
		files[k] = raw
		put(t, filepath.Join(dir, "F12."+string(k)), raw)
		t.Logf("%s: %d KiB", k, len(raw)>>10)
	}
	texts := map[string]string{"docx": docxText(t, files[report.DOCX]), "xlsx": strings.Join(xlsxCells(t, files[report.XLSX], "Văn bản"), " ")}
	if _, err := exec.LookPath("pdftotext"); err == nil {
		texts["pdf"] = run(t, "pdftotext", "-l", "3", filepath.Join(dir, "F12.pdf"), "-")
	}
	var page strings.Builder
	for _, part := range f.Sheet.Parts {
		for _, l := range part.Lines {
			fmt.Fprintln(&page, l.Label, l.Text)
		}
	}
	texts["page"] = page.String()
	for key, n := range want {
		field, _ := f.Form.Field(key)
		label := regexp.QuoteMeta(strings.Fields(field.Label)[len(strings.Fields(field.Label))-1])
		for name, text := range texts {
			printed := grouped(n)
			if name == "xlsx" {
				printed = strconv.FormatInt(n, 10)
			}
			if !regexp.MustCompile(label + `[:\s]+` + regexp.QuoteMeta(printed) + `\b`).MatchString(strings.Join(strings.Fields(text), " ")) {
				t.Errorf("%s: %q is not followed by %s", name, field.Label, printed)
			}
		}
	}
	if cells := xlsxCells(t, files[report.XLSX], "Bảng 1"); int64(len(cells)) < want["total"]*8 {
		t.Errorf("the workbook's table has %d cells", len(cells))
	}
}

func grouped(n int64) string {
	if n < 10 {
		return "0" + strconv.FormatInt(n, 10)
	}
	s := strconv.FormatInt(n, 10)
	if len(s) > 3 {
		s = s[:len(s)-3] + "." + s[len(s)-3:]
	}
	return s
}

func docxText(t *testing.T, raw []byte) string {
	t.Helper()
	return regexp.MustCompile(`<[^>]*>`).ReplaceAllString(docxXML(t, raw), "")
}

func docxXML(t *testing.T, raw []byte) string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(raw), int64(len(raw)))
	if err != nil {
		t.Fatal(err)
	}
	f, err := z.Open("word/document.xml")
	if err != nil {
		t.Fatal(err)
	}
	xml, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return string(xml)
}

func xlsxCells(t *testing.T, raw []byte, leaf string) []string {
	t.Helper()
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := f.GetRows(leaf)
	if err != nil {
		t.Fatal(err)
	}
	return slices.Concat(rows...)
}

// Nothing is half taken: a cell that cannot be read is told by its address, and
// the table stays as it was.
func TestAListWithWrongCellsChangesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Centre, "tinh")
	f := b.annual()
	raw := provinceList(t, 12, map[string]any{"E10": "Cấp độ 9", "I10": "31/13/2026", "F11": "đã xong hết", "J12": "#N/A"})
	up, err := b.svc.Upload(ctx, f.ID, "systems", "ds.xlsx", raw)
	if err != nil {
		t.Fatal(err)
	}
	_, plan, err := b.svc.Fill(ctx, f.ID, "systems", up, nil, false, f.Version)
	if !fault.Is(err, fault.Invalid) {
		t.Fatalf("filled with %d errors: %v", plan.Errors, err)
	}
	var at []string
	for _, e := range plan.Bad {
		at = append(at, e.At+" "+strings.TrimPrefix(e.Reason, "report."))
	}
	if want := []string{"E10 err.enum", "I10 err.date", "F11 err.enum", "J12 cell.formula"}; !slices.Equal(at, want) {
		t.Errorf("told %q, want %q", at, want)
	}
	if now, err := b.svc.Get(ctx, f.ID); err != nil || len(now.Values["systems"].Rows) != 0 || now.Version != f.Version {
		t.Errorf("the table has %d rows at version %d, %v", len(now.Values["systems"].Rows), now.Version, err)
	}
	// A person may say where a column stands; nobody else's upload can be read.
	chosen := slices.Clone(plan.Map)
	chosen[2] = 3 // chủ quản from the column of the operator
	_, _, again, err := b.svc.Planned(ctx, f.ID, "systems", up, chosen)
	if err != nil || again.Value.Rows[0][1] != "Trung tâm Dữ liệu tỉnh" {
		t.Errorf("remapped: %v, %v", again.Value.Rows, err)
	}
	if _, _, _, err := b.svc.Planned(ctx, f.ID, "owners", up, nil); !fault.Is(err, fault.NotFound) {
		t.Errorf("an upload for one table is read for another: %v", err)
	}
}

func TestFilesThatAreNoListAreRefused(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Centre, "tinh")
	f := b.annual()
	for name, c := range map[string]struct {
		data string
		want string
	}{
		"empty":       {"", "report.file.empty"},
		"no head":     {"a;b;c\n1;2;3\n", "report.file.head"},
		"old excel":   {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 x", "report.file.xls"},
		"not a table": {"\x00\x01\x02\x03\x04\x05\x06\x07", "report.file.binary"},
	} {
		if _, err := b.svc.Upload(ctx, f.ID, "systems", name, []byte(c.data)); fault.Of(err).Fields["file"] != c.want {
			t.Errorf("%s: %v %v", name, err, fault.Of(err).Fields)
		}
	}
}

// What the form asks of the numbers is data: each rule stops the paper alone.
func TestRulesOfTheFormStopThePaper(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Centre, "tinh")
	f := b.annual()
	cols := []string{"name", "owner", "operator", "level", "approval", "decision", "approved_by", "deployment", "deployed_by"}
	for name, c := range map[string]struct {
		row  []string
		want string // label of the cell that is missing
	}{
		"approved needs its decision":     {[]string{"A", "B", "C", "2", "approved", "", "", "full", ""}, "Quyết định phê duyệt (số, ngày, cơ quan ban hành)"},
		"not approved needs a day for it": {[]string{"A", "B", "C", "2", "drafting", "", "", "full", ""}, "Dự kiến thời điểm phê duyệt"},
		"not deployed needs a day for it": {[]string{"A", "B", "C", "2", "approved", "1/QĐ", "", "some", ""}, "Dự kiến thời điểm triển khai đầy đủ"},
		"a name is always needed":         {[]string{"", "B", "C", "2", "approved", "1/QĐ", "", "full", ""}, "Tên hệ thống thông tin"},
		"complete":                        {[]string{"A", "B", "C", "2", "drafting", "", "2026-12-31", "none", "2027-06-30"}, ""},
	} {
		now, err := b.svc.Get(ctx, f.ID)
		if err != nil {
			t.Fatal(err)
		}
		if _, err = b.svc.SaveTable(ctx, f.ID, "systems", report.Value{Cols: cols, Rows: [][]string{c.row}}, now.Version); err != nil {
			t.Fatal(name, err)
		}
		if now, err = b.svc.Get(ctx, f.ID); err != nil {
			t.Fatal(err)
		}
		var told []string
		for _, x := range now.Findings {
			if x.Key == "report.lint.cell" && x.Field == "systems" {
				told = append(told, x.Label)
			}
		}
		if c.want == "" && len(told) > 0 || c.want != "" && !slices.Equal(told, []string{c.want}) {
			t.Errorf("%s: told %q", name, told)
		}
	}
	// A typed total that contradicts another stops too.
	now, err := b.svc.Get(ctx, f.ID)
	if err != nil {
		t.Fatal(err)
	}
	p, err := b.svc.SaveTable(ctx, f.ID, "systems", report.Value{}, now.Version)
	if err != nil {
		t.Fatal(err)
	}
	e, seven, three := edit(now), int64(7), int64(3)
	e.Fields["appraised"] = report.Typed{Value: report.Value{Int: &seven}, Was: "none"}
	e.Fields["drafted"] = report.Typed{Value: report.Value{Int: &three}, Was: "none"}
	if _, err = b.svc.Save(ctx, f.ID, e, p.Version); err != nil {
		t.Fatal(err)
	}
	if now, err = b.svc.Get(ctx, f.ID); err != nil {
		t.Fatal(err)
	}
	if !slices.ContainsFunc(now.Findings, func(x report.Finding) bool { return x.Field == "appraised" && x.Stops && x.Say.VI != "" }) {
		t.Errorf("7 appraised of 3 passes: %+v", now.Findings)
	}
}

// A paper about a period meets the duty of its unit that asks for its form.
func TestAPeriodicPaperMeetsTheDutyOfItsUnit(t *testing.T) {
	t.Parallel()
	b := newBench(t, dbtest.SQLite(t, sources...))
	ctx := as(t, "truc", auth.Centre, "tinh")
	pack, _ := b.laws.Get("VN-ANM-2026")
	owe := func(unit, form string, due calendar.Date) obligation.ID {
		return b.owe(unit, form, pack.ID, due)
	}
	mine := owe("a", "F12", calendar.Date{Year: 2026, Month: 12, Day: 19})
	next := owe("a", "F12", calendar.Date{Year: 2027, Month: 12, Day: 19})
	owe("b", "F12", calendar.Date{Year: 2026, Month: 12, Day: 19})
	owe("a", "F4", calendar.Date{Year: 2026, Month: 12, Day: 19})
	f := b.annual()
	var ids []obligation.ID
	for _, o := range f.Owed() {
		ids = append(ids, o.ID)
	}
	if !slices.Equal(ids, []obligation.ID{mine, next}) {
		t.Fatalf("offered %v, want %v and %v", ids, mine, next)
	}
	p := b.filled(f)
	p, made, err := b.svc.Print(ctx, p.ID, p.Version)
	if err != nil {
		t.Fatal(err)
	}
	d := report.Dispatch{At: made.At, Channel: "document_axis", Receipt: "01", Meets: []obligation.ID{mine}}
	if _, err = b.svc.Send(as(t, "thu", auth.Clerk, "tinh"), p.ID, d, p.Version); err != nil {
		t.Fatal(err, fault.Of(err).Fields)
	}
	o, err := b.duties.Get(ctx, mine)
	if err != nil || o.State != obligation.Met {
		t.Errorf("the duty is %s, %v", o.State, err)
	}
}

// owe opens a duty of a unit that a form meets, due on a day.
func (b *bench) owe(unit, form, pack string, due calendar.Date) obligation.ID {
	b.t.Helper()
	var o obligation.Obligation
	err := b.db.Housekeep(b.t.Context(), func(ctx context.Context, tx *db.Tx) error {
		var err error
		o, err = b.duties.Open(ctx, tx, obligation.Duty{Kind: "report.periodic", Title: rulepack.Label{VI: "Báo cáo năm", EN: "Annual report"}, UnitID: unit,
			Subject: obligation.Subject{Kind: "calendar", ID: form + due.String() + unit, Label: "Lịch báo cáo"}, PackID: pack, ClockID: form, FormID: form, Basis: "NĐ 331",
			Explanation: calendar.Explanation{Start: b.now.Add(-time.Hour), Due: due.End()}})
		return err
	})
	if err != nil {
		b.t.Fatal(err)
	}
	return o.ID
}

// BenchmarkProvinceList reads the list of ten thousand systems and puts it into
// the paper.
func BenchmarkProvinceList(bb *testing.B) {
	b := newBench(bb, dbtest.SQLite(bb, sources...))
	ctx := as(bb, "truc", auth.Centre, "tinh")
	f := b.annual()
	raw := provinceList(bb, 10000, nil)
	version := f.Version
	for bb.Loop() {
		up, err := b.svc.Upload(ctx, f.ID, "systems", "ds.xlsx", raw)
		if err != nil {
			bb.Fatal(err)
		}
		p, _, err := b.svc.Fill(ctx, f.ID, "systems", up, nil, false, version)
		if err != nil {
			bb.Fatal(err)
		}
		version = p.Version
	}
}
