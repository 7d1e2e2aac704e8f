// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package sheet_test

import (
	"errors"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/sheet"
)

var limits = sheet.Limits{Bytes: 1 << 20, Rows: 5, Unzip: 8 << 20}

func TestAMergedCellStandsInEachOfItsPlaces(t *testing.T) {
	t.Parallel()
	f := excelize.NewFile()
	for cell, v := range map[string]any{"A1": "Chủ quản", "B1": "Ngày", "A2": "Sở Y tế", "B2": 45839, "B3": "15/12/2026"} {
		if err := f.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.MergeCell("Sheet1", "A2", "A3"); err != nil {
		t.Fatal(err)
	}
	day, err := f.NewStyle(&excelize.Style{NumFmt: 14})
	if err := errors.Join(err, f.SetCellStyle("Sheet1", "B2", "B2", day)); err != nil {
		t.Fatal(err)
	}
	raw, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	list, err := sheet.Read(raw.Bytes(), limits)
	if err != nil || len(list) != 1 {
		t.Fatal(list, err)
	}
	s := list[0]
	if s.Cell(2, 0) != "Sở Y tế" || s.Cell(1, 1) == "45839" || s.RawCell(1, 1) != "45839" || s.Cell(2, 1) != "15/12/2026" || s.Cell(9, 9) != "" {
		t.Errorf("cells %q, stored %q", s.Rows, s.Raw)
	}
}

func TestRefusalsNameTheirReason(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		data string
		want sheet.Reason
	}{
		"empty":          {" \n", sheet.Empty},
		"old workbook":   {"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 and more", sheet.OldXLS},
		"picture":        {"\x89PNG\r\n\x1a\n\x00\x00\x01\x02\x03\x04", sheet.Binary},
		"broken archive": {"PK\x03\x04 nothing", sheet.BadZip},
		"too many rows":  {"a\nb\nc\nd\ne\nf\n", sheet.Rows},
	} {
		_, err := sheet.Read([]byte(c.data), limits)
		if e, ok := errors.AsType[*sheet.Error](err); !ok || e.Reason != c.want {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// FuzzRead: whatever the bytes, a table comes back or one of the reasons.
func FuzzRead(f *testing.F) {
	f.Add([]byte("STT;Tên\n1;\"A\nB\"\n"))
	f.Add([]byte("sep=,\na,b\n"))
	f.Add([]byte("\xff\xfea\x00;\x00b\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := sheet.Read(data, limits)
		if err != nil {
			if e, ok := errors.AsType[*sheet.Error](err); !ok || e.Reason == "" {
				t.Fatalf("refused without reason: %v", err)
			}
			return
		}
		for _, s := range list {
			for i, row := range s.Rows {
				if len(row) > sheet.MaxColumn {
					t.Fatalf("row %d has %d cells", i, len(row))
				}
			}
		}
	})
}
