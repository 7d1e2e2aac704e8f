// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc_test

import (
	"bytes"
	"io"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/officedoc"
)

func xlsx(t testing.TB, p officedoc.Paper) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := officedoc.WriteXLSX(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestWorkbookHoldsTheTablesAsFigures(t *testing.T) {
	t.Parallel()
	p := everything()
	p.Annexes[1].Body = append(p.Annexes[1].Body, officedoc.Table{
		Columns: []officedoc.Column{{Head: "Tên"}, {Head: "Ngày"}, {Head: "Số", Align: officedoc.Right}},
		Rows:    [][]string{{"=1+1", "05/02/2026", "1.234.567"}, {"1.234", "31/02/2026", "không có dữ liệu"}, {"+84", "", "-1.234,50"}, {"@x", "01/01/2026", "0,5%"}},
	})
	raw := xlsx(t, p)
	if !bytes.Equal(raw, xlsx(t, p)) {
		t.Error("two workbooks of one paper differ")
	}
	f, err := excelize.OpenReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := f.Close(); err != nil {
			t.Error(err)
		}
	}()
	if got := strings.Join(f.GetSheetList(), "|"); got != "Bảng|Bảng ngang|Phụ lục II" {
		t.Fatalf("sheets %s", got)
	}
	for _, c := range []struct {
		sheet, cell, raw, shown string
		kind                    excelize.CellType
	}{
		{"Bảng", "C2", "Phần mềm phòng, chống mã độc", "Phần mềm phòng, chống mã độc", excelize.CellTypeSharedString},
		{"Bảng", "B2", "Khối", "Khối", excelize.CellTypeSharedString},
		{"Bảng", "C4", "1234", "1,234", excelize.CellTypeUnset},
		{"Bảng", "E4", "0.972", "97.2%", excelize.CellTypeUnset},
		{"Bảng", "C6", "3334", "3,334", excelize.CellTypeUnset},
		{"Phụ lục II", "A3", "=1+1", "=1+1", excelize.CellTypeSharedString},
		{"Phụ lục II", "B3", "46058", "05/02/2026", excelize.CellTypeUnset},
		{"Phụ lục II", "C3", "1234567", "1,234,567", excelize.CellTypeUnset},
		{"Phụ lục II", "A4", "1.234", "1.234", excelize.CellTypeSharedString},
		{"Phụ lục II", "B4", "31/02/2026", "31/02/2026", excelize.CellTypeSharedString},
		{"Phụ lục II", "C4", "không có dữ liệu", "không có dữ liệu", excelize.CellTypeSharedString},
		{"Phụ lục II", "C5", "-1.234,50", "-1.234,50", excelize.CellTypeSharedString}, // nobody here writes it so
		{"Phụ lục II", "C6", "0.005", "0.5%", excelize.CellTypeUnset},
	} {
		got, err := f.GetCellValue(c.sheet, c.cell, excelize.Options{RawCellValue: true})
		if err != nil || got != c.raw {
			t.Errorf("%s %s is %q, want %q, %v", c.sheet, c.cell, got, c.raw, err)
		}
		if shown, err := f.GetCellValue(c.sheet, c.cell); err != nil || shown != c.shown {
			t.Errorf("%s %s shows %q, want %q, %v", c.sheet, c.cell, shown, c.shown, err)
		}
		if kind, err := f.GetCellType(c.sheet, c.cell); err != nil || kind != c.kind {
			t.Errorf("%s %s is of type %d, want %d, %v", c.sheet, c.cell, kind, c.kind, err)
		}
		if formula, err := f.GetCellFormula(c.sheet, c.cell); err != nil || formula != "" {
			t.Errorf("%s %s has the formula %q, %v", c.sheet, c.cell, formula, err)
		}
	}
	layout, err := f.GetPageLayout("Bảng")
	if err != nil || *layout.Size != 9 || *layout.Orientation != "landscape" || *layout.FitToWidth != 1 {
		t.Errorf("page %+v, %v", layout, err)
	}
	if panes, err := f.GetPanes("Bảng"); err != nil || !panes.Freeze || panes.YSplit != 3 {
		t.Errorf("panes %+v, %v", panes, err)
	}
	repeated := false
	for _, n := range f.GetDefinedName() {
		repeated = repeated || n.Name == "_xlnm.Print_Titles" && n.Scope == "Bảng" && n.RefersTo == "'Bảng'!$2:$3"
	}
	if !repeated {
		t.Errorf("no repeated head among %+v", f.GetDefinedName())
	}
	if merged, err := f.GetMergeCells("Bảng"); err != nil || len(merged) != 4 {
		t.Errorf("merged %v, %v", merged, err)
	}
}

// TestOneTableSaysTheSameInAllThreeFiles compares every cell as it is written.
func TestOneTableSaysTheSameInAllThreeFiles(t *testing.T) {
	t.Parallel()
	p := report()
	table := p.Body[len(p.Body)-3].(officedoc.Table)
	text, pages := Text(t, docx(t, p)), strings.Join(pageTexts(t, p), "\n")
	f, err := excelize.OpenReader(bytes.NewReader(xlsx(t, p)))
	if err != nil {
		t.Fatal(err)
	}
	for i, row := range append(table.Rows[:len(table.Rows):len(table.Rows)], table.Foot...) {
		n := row[len(row)-1]
		cell, err := excelize.CoordinatesToCellName(len(row), i+3)
		if err != nil {
			t.Fatal(err)
		}
		shown, err := f.GetCellValue("Bảng", cell)
		if err != nil || strings.ReplaceAll(shown, ",", ".") != n {
			t.Errorf("%s shows %q, want %q, %v", cell, shown, n, err)
		}
		if !strings.Contains(text, "\n"+n+"\n") || !strings.Contains(pages, n) {
			t.Errorf("%q is not in both papers", n)
		}
	}
	if err := f.Close(); err != nil {
		t.Error(err)
	}
}

func TestWorkbookRefusesWhatItCannotHold(t *testing.T) {
	t.Parallel()
	for want, p := range map[string]officedoc.Paper{
		"no table":            {},
		"32768 characters":    body(officedoc.Table{Columns: []officedoc.Column{{}}, Rows: [][]string{{strings.Repeat("x", 32768)}}}),
		"has 2 cells, want 1": body(officedoc.Table{Columns: []officedoc.Column{{}}, Rows: [][]string{{"", ""}}}),
		"is not printed here": {Mark: "Mật"},
	} {
		if err := officedoc.WriteXLSX(io.Discard, p); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}
