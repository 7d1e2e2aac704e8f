// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package app_test

import (
	"bytes"
	"encoding/csv"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// formulas are texts a spreadsheet would compute, or send somewhere.
var formulas = []string{`=HYPERLINK("http://x.example","y")`, "=cmd|' /C calc'!A0", "+1+1", "-2+3", "@SUM(1)", "\t=1+1", "\r=1+1"}

// noCellBecomesAFormula types formulas into every field and reads every file
// a spreadsheet opens: its cells are texts. What programs read stays as typed.
func noCellBecomesAFormula(t *testing.T) {
	t.Parallel()
	w := openFull(t)
	b := w.second(t)
	turn := 0
	var register strings.Builder
	register.WriteString("STT;Tên đơn vị;Loại;Ghi chú;Địa chỉ\n")
	for _, f := range formulas {
		f = `"` + strings.ReplaceAll(f, `"`, `""`) + `"`
		register.WriteString("1;" + f + ";xã;" + f + ";" + f + "\nNov 20 08:00:00 dnsmasq[9]: query[A] " + f + ".bad.example from 10.1.7.6\n")
	}
	b.fillAll(t, func(control) string { turn++; return formulas[turn%len(formulas)] }, attached{name: "=1+1.csv", body: register.String()})
	files, cells, neutral := 0, 0, 0
	b.read = func(path string, res *httptest.ResponseRecorder) {
		kind := res.Header().Get("Content-Type")
		switch {
		case res.Code != http.StatusOK:
		case strings.HasPrefix(kind, "text/csv"):
			files++
			n, quoted := csvCells(t, path, res.Body.Bytes())
			cells, neutral = cells+n, neutral+quoted
		case strings.Contains(kind, "spreadsheetml"):
			files++
			n, typed := xlsxCells(t, path, res.Body.Bytes())
			cells, neutral = cells+n, neutral+typed
		}
	}
	b.crawl(t)
	for _, rt := range w.Routes() {
		if strings.HasPrefix(rt.Pattern, "GET ") && !rt.API && (strings.Contains(rt.Pattern, "csv") || strings.Contains(rt.Pattern, "xlsx") || strings.Contains(rt.Pattern, "export")) {
			for _, query := range []string{"", "?state=all", "?status=all", "?show=all"} {
				path := w.anyPath(t, rt) + query
				b.read(path, b.get(t, path))
			}
		}
	}
	t.Logf("%d files, %d cells, %d of them would be formulas", files, cells, neutral)
	if files < 12 || neutral < 30 {
		t.Errorf("%d files with %d formulas: nothing to learn from", files, neutral)
	}
}

// plainNumber is what may begin with a sign.
var plainNumber = regexp.MustCompile(`^[-+]?\d+([.,]\d+)?$`)

// csvCells counts the cells of a CSV file and those whose formula was made text.
func csvCells(t *testing.T, path string, body []byte) (cells, neutral int) {
	t.Helper()
	body = bytes.TrimPrefix(body, []byte("\xef\xbb\xbf"))
	r := csv.NewReader(bytes.NewReader(body))
	r.FieldsPerRecord = -1
	if head, _, _ := bytes.Cut(body, []byte("\n")); bytes.Count(head, []byte(";")) > bytes.Count(head, []byte(",")) {
		r.Comma = ';'
	}
	for _, row := range must(r.ReadAll())(t) {
		for _, cell := range row {
			cells++
			if len(cell) > 1 && cell[0] == '\'' && strings.ContainsAny(cell[1:2], "=+-@\t\r") {
				neutral++
			}
			if cell != "" && strings.ContainsRune("=+-@\t\r", []rune(cell)[0]) && !plainNumber.MatchString(cell) {
				t.Errorf("%s: a cell begins as a formula does: %.80q", path, cell)
			}
		}
	}
	return cells, neutral
}

// xlsxCells counts the cells of a workbook and the texts among them that look
// like formulas; a formula is an error.
func xlsxCells(t *testing.T, path string, body []byte) (cells, typed int) {
	t.Helper()
	book := must(excelize.OpenReader(bytes.NewReader(body)))(t)
	for _, sheet := range book.GetSheetList() {
		for y, row := range must(book.GetRows(sheet))(t) {
			for x, text := range row {
				at := must(excelize.CoordinatesToCellName(x+1, y+1))(t)
				cells++
				if strings.HasPrefix(strings.TrimLeft(text, "'\t\r"), "=") {
					typed++
				}
				if f := must(book.GetCellFormula(sheet, at))(t); f != "" {
					t.Errorf("%s: %s!%s is the formula %q", path, sheet, at, f)
				}
				if link, target, err := book.GetCellHyperLink(sheet, at); err != nil || link && strings.Contains(target, "x.example") {
					t.Errorf("%s: %s!%s links to %q, %v", path, sheet, at, target, err)
				}
			}
		}
	}
	if err := book.Close(); err != nil {
		t.Error(err)
	}
	return cells, typed
}
