// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

func TestFilesThatAreNoListAreRefusedClearly(t *testing.T) {
	t.Parallel()
	h := furnish(t, dbtest.SQLite(t, sources...))
	var bomb bytes.Buffer
	z := zip.NewWriter(&bomb)
	w, err := z.Create("xl/worksheets/sheet1.xml")
	if err != nil {
		t.Fatal(err)
	}
	for range 60 {
		if _, err := w.Write(make([]byte, 1<<20)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	junk := make([]byte, 4096)
	for i := range junk {
		junk[i] = byte(i * 7)
	}
	for name, c := range map[string]struct {
		data   []byte
		reason string
	}{
		"empty":           {nil, "unit.err.file_empty"},
		"blank":           {[]byte(" \r\n\n"), "unit.err.file_empty"},
		"old workbook":    {append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), junk...), "unit.err.file_xls"},
		"binary junk":     {junk, "unit.err.file_binary"},
		"cut workbook":    {[]byte("PK\x03\x04 nothing"), "unit.err.file_xlsx"},
		"zip bomb":        {bomb.Bytes(), "unit.err.file_bomb"},
		"no head":         {[]byte("Họ tên;Lớp\nA;1\nB;2\n"), "unit.err.file_head"},
		"head alone":      {[]byte("STT;Tên đơn vị;Loại\n"), "unit.err.file_no_rows"},
		"too many rows":   {[]byte("Tên đơn vị;Loại\n" + strings.Repeat("Xã A;\n", unit.MaxRows+1)), "unit.err.file_rows"},
		"no sheet at all": {workbook(t, func(*excelize.File, func(string, any)) {}), "unit.err.file_head"},
	} {
		_, _, err := h.PlanImport(h.ctx, name, c.data)
		if !fault.Is(err, fault.Invalid) || fault.Of(err).Fields["file"] != c.reason {
			t.Errorf("%s: %v (%v), want %s", name, err, fault.Of(err).Fields, c.reason)
		}
	}
	if _, _, err := h.PlanImport(h.ctx, "big", make([]byte, unit.MaxFile+1)); !fault.Is(err, fault.TooLarge) {
		t.Errorf("big file: %v", err)
	}
}

func TestEncodingsAndSeparators(t *testing.T) {
	t.Parallel()
	h := furnish(t, dbtest.SQLite(t, sources...))
	text := "STT\tTên đơn vị\tĐịa chỉ\r\n1\tUBND xã Mường Thử\tBản Mẫu, số 1\r\n"
	utf16le := []byte{0xff, 0xfe}
	utf16be := []byte{0xfe, 0xff}
	for _, u := range utf16.Encode([]rune(text)) {
		utf16le = binary.LittleEndian.AppendUint16(utf16le, u)
		utf16be = binary.BigEndian.AppendUint16(utf16be, u)
	}
	// windows-1258 writes tone marks behind the vowel.
	var decomposed strings.Builder
	for _, r := range text {
		s := string(r)
		if _, err := charmap.Windows1258.NewEncoder().String(s); err != nil {
			d := []rune(norm.NFD.String(s))
			s = norm.NFC.String(string(d[:len(d)-1])) + string(d[len(d)-1])
		}
		decomposed.WriteString(s)
	}
	legacy, err := charmap.Windows1258.NewEncoder().Bytes([]byte(strings.ReplaceAll(decomposed.String(), "ử", "ử")))
	if err != nil {
		t.Skipf("text does not fit windows-1258: %v", err)
	}
	first := true
	for name, data := range map[string][]byte{
		"UTF-8": []byte(text), "UTF-8 with BOM": []byte("\xef\xbb\xbf" + text), "UTF-16 little endian": utf16le, "UTF-16 big endian": utf16be,
		"windows-1258": legacy, "decomposed": []byte(norm.NFD.String(text)),
		"semicolons": []byte(strings.ReplaceAll(strings.ReplaceAll(text, ",", " ,"), "\t", ";")),
		"sep line":   []byte("sep=|\n" + text),
		"commas":     []byte(strings.ReplaceAll(strings.ReplaceAll(text, "Mẫu, số 1", "\"Mẫu, số 1\""), "\t", ",")),
		"sep=;":      []byte("sep=;\r\n" + strings.ReplaceAll(text, "\t", ";")),
	} {
		p := h.load(t, name, data)
		if len(p.Rows) != 1 || p.Rows[0].State == unit.RowRejected || first != (p.Rows[0].State == unit.RowNew) || p.Rows[0].Name != "UBND xã Mường Thử" {
			t.Errorf("%s: %+v; %s", name, p.Rows, reasons(p))
		}
		first = false
	}
}
