// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"testing"

	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/sheet"
)

// The fuzz targets stand inside the package to read lists without records,
// thousands a second.

var fuzzKinds = kinds{{ID: "xa", Label: rulepack.Label{VI: "Xã", EN: "Commune"}, Abbreviations: []string{"UBND xã", "Xã"}}}

// readProperty: a list is read or refused for a reason; every row of it is a
// record or accounted for, and a rejected one says why.
func readProperty(t *testing.T, r *reader, records []*record, err error) {
	t.Helper()
	if err != nil {
		if e := fault.Of(err); e.Kind != fault.Invalid || e.Fields["file"] == "" {
			t.Fatalf("refused without reason: %v", err)
		}
		return
	}
	told := map[int]bool{}
	for _, rec := range records {
		told[rec.row+1] = true
	}
	why := map[int]bool{}
	for _, c := range r.cells {
		why[c.Row] = true
	}
	for _, l := range r.lines {
		if told[l.Row] {
			t.Errorf("row %d is told twice", l.Row)
		}
		told[l.Row] = true
		if l.State == RowRejected && !why[l.Row] {
			t.Errorf("row %d is rejected without reason", l.Row)
		}
	}
	for i := r.first; i < len(r.Rows); i++ {
		if blank(r.Rows[i]) == told[i+1] {
			t.Errorf("row %d: blank %v, told %v", i+1, blank(r.Rows[i]), told[i+1])
		}
	}
}

func FuzzImportCSV(f *testing.F) {
	f.Add([]byte("DANH SÁCH;;\nSTT;Tên đơn vị;Dải IP\n(1);(2);(3)\nI;Khối xã;\n1;UBND xã A;10.0.0.0/24\n;;10.0.1.1\n"))
	f.Add([]byte("Tên đơn vị,Dải IP,Trực thuộc\nXã A,10.0.0.0/24,Xã B\nXã B,,Xã A\n"))
	f.Add([]byte("\xff\xfeT\x00e\x00n\x00"))
	f.Add([]byte("ten\tloai\tma\n\"x\txa\t1\nx\txa\t1\n"))
	f.Add([]byte("sep=;\nname;valid from\nXã A;1/7/2025\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		r, records, err := readList(data, fuzzKinds)
		readProperty(t, r, records, err)
	})
}

// FuzzImportXLSX does the same with the cells of a sheet, as a workbook gives
// them: formatted, and stored beneath.
func FuzzImportXLSX(f *testing.F) {
	f.Add("Tên đơn vị", "Loại", "Dải IP", "Xã A", "Xã", "10.0.0.1; 10.0.0.2-9", 3, 1)
	f.Add("STT", "Đơn vị", "Hiệu lực từ", "1", "Phường B", "45839", 2, 0)
	f.Add("Tên đơn vị", "Thủ trưởng", "Điện thoại", "=1+1", "@a", "+84 9", 9, 2)
	f.Fuzz(func(t *testing.T, a, b, c, d, e, g string, rows, columns int) {
		grid := [][]string{{"DANH SÁCH"}, {a, b, c}, {"", a, c}, {d, e, g}, {"", "", g}, nil, {d, "", g}}
		raw := make([][]string, len(grid))
		for i, row := range grid {
			raw[i] = append([]string{}, row...)
		}
		list := sheet.Sheet{Name: "DS", Rows: grid, Raw: raw}
		list.Spread(3, 0, 3+rows, columns)
		r, records, err := readSheets([]sheet.Sheet{{Name: "Sheet1"}, list}, fuzzKinds)
		readProperty(t, r, records, err)
	})
}
