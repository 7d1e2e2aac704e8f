// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit_test

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db/dbtest"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/web"
)

func speak(ctx context.Context, t testing.TB, lang i18n.Language) context.Context {
	t.Helper()
	cat, err := i18n.Load(unit.Messages, fault.Messages)
	if err != nil {
		t.Fatal(err)
	}
	return i18n.With(ctx, cat, lang)
}

func TestExportComesBackUnchanged(t *testing.T) {
	each(t, func(t *testing.T, h *house) {
		h.load(t, "don-vi.csv", []byte(plainCSV[:strings.Index(plainCSV, "2;Bệnh")]+plainCSV[strings.Index(plainCSV, "II;"):]))
		u := h.find(t, "bản mẫu")
		u.Aliases, u.Note, u.Code, u.Hotline = []string{"X. Mẫu", "Bản"}, "=cmd|' /C calc'!A0", "H37.12", "+84 213 3876 421"
		if _, err := h.Update(h.ctx, u); err != nil {
			t.Fatal(err)
		}
		for i, kind := range unit.AddressKinds() {
			h.addRange(t, u.ID, fmt.Sprintf("203.0.113.%d", i), kind)
		}
		h.add(t, "Trường; \"Mẫu\"\n1", u.ID)
		for _, lang := range []i18n.Language{i18n.Vietnamese, i18n.English} {
			for _, format := range []web.Format{web.CSV, web.XLSX} {
				file := h.exported(speak(h.ctx, t, lang), t, format)
				if format == web.CSV && (bytes.Contains(file.Bytes(), []byte(";=")) || bytes.Contains(file.Bytes(), []byte(",+84")) || !bytes.HasPrefix(file.Bytes(), []byte("\xef\xbb\xbf"))) {
					t.Errorf("CSV holds a formula or no BOM: %s", file.Bytes())
				}
				p := h.load(t, string(format), file.Bytes())
				if counts(p) != "new 0 changed 0 same 5 rejected 0 merged 0 skipped 0" {
					t.Errorf("%s %s: %s; %s; %+v", lang, format, counts(p), reasons(p), p.Rows)
				}
			}
		}
		officer := as(t.Context(), auth.UnitOfficer, h.find(t, "nà thử").ID)
		if file := h.exported(speak(officer, t, i18n.Vietnamese), t, web.CSV); strings.Count(file.String(), "\r\n") != 2 {
			t.Errorf("officer exports %q", file.String())
		}
	})
}

// exported is the file of all units that the reader of ctx takes out.
func (h *house) exported(ctx context.Context, t *testing.T, format web.Format) *bytes.Buffer {
	t.Helper()
	res := httptest.NewRecorder()
	for _, rt := range unit.NewPages(nil, h.Service).Routes() {
		if rt.Pattern == "GET /units/export."+string(format) {
			if err := rt.Handle(res, httptest.NewRequestWithContext(ctx, http.MethodGet, "/units/export."+string(format), nil)); err != nil {
				t.Fatal(err)
			}
		}
	}
	return res.Body
}

func TestTemplateIsReadableAndItsSamplesArePassedOver(t *testing.T) {
	t.Parallel()
	h := furnish(t, dbtest.SQLite(t, sources...))
	for _, lang := range []i18n.Language{i18n.Vietnamese, i18n.English} {
		var file bytes.Buffer
		if err := h.Template(speak(h.ctx, t, lang), &file); err != nil {
			t.Fatal(err)
		}
		f, err := excelize.OpenReader(bytes.NewReader(file.Bytes()))
		if err != nil {
			t.Fatal(err)
		}
		sheet := f.GetSheetName(0)
		list, err := f.GetDataValidations(sheet)
		if err != nil || len(list) != 1 || f.SheetCount != 3 {
			t.Errorf("template has %d lists, %d sheets, %v", len(list), f.SheetCount, err)
		}
		for i, v := range []string{"9", "UBND xã Điền Vào", "", kinds[3].Label.In(string(lang))} {
			cell, _ := excelize.CoordinatesToCellName(i+1, 4)
			if err := f.SetCellStr(sheet, cell, v); err != nil {
				t.Fatal(err)
			}
		}
		buf, err := f.WriteToBuffer()
		if err != nil {
			t.Fatal(err)
		}
		p := h.load(t, "mau.xlsx", buf.Bytes())
		if p.Count(unit.RowSkipped) != 2 || p.Count(unit.RowNew)+p.Count(unit.RowSame) != 1 {
			t.Errorf("%s: %s; %s", lang, counts(p), reasons(p))
		}
	}
}
