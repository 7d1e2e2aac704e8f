// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/officedoc"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// A cell of a table is kept as text in one form a type: text and long in NFC;
// date 2006-01-02; datetime 2006-01-02T15:04 in Vietnam's zone; int and money
// digits; pct a decimal with a point; bool yes or no; enum the code; multi the
// codes parted by ";". The empty text is an empty cell.

// maxInCell is the most characters of one cell.
const maxInCell = 2000

// readCell reads what a person wrote for a column into stored form, and says
// by catalogue key why it cannot. raw is what a workbook stores under a
// formatted cell; empty where there is none.
func readCell(pack *rulepack.Pack, c rulepack.Column, text, raw string, date1904 bool) (cell, reason string) {
	text = i18n.NFC(text)
	switch {
	case text == "" || text == "-" && c.Type != "text":
		return "", ""
	case isFault(text):
		return "", "report.cell.formula"
	case utf8.RuneCountInString(text) > maxInCell:
		return "", "report.err.too_long"
	}
	switch c.Type {
	case "int", "money":
		if n, ok := wholeNumber(text, raw); ok {
			return strconv.FormatInt(n, 10), ""
		}
		return "", "report.err.int"
	case "pct":
		if v, ok := decimal(strings.TrimSuffix(text, "%")); ok && v >= 0 {
			return strconv.FormatFloat(v, 'f', -1, 64), ""
		}
		return "", "report.err.pct"
	case "date", "datetime":
		if at, ok := readMoment(text, raw, date1904); ok {
			return at.Format(map[string]string{"date": time.DateOnly, "datetime": localTime}[c.Type]), ""
		}
		return "", "report.err." + c.Type
	case "bool":
		switch i18n.Fold(text) {
		case "co", "yes", "x", "dung", "true", "1", "roi", "da":
			return "yes", ""
		case "khong", "no", "chua", "sai", "false", "0":
			return "no", ""
		}
		return "", "report.err.bool"
	case "enum":
		list, _ := pack.CodeList(c.List)
		if id, ok := readCode(list, text); ok {
			return id, ""
		}
		return "", "report.err.enum"
	case "multi":
		return readCodes(pack, c, text)
	}
	return text, ""
}

// isFault reports whether the cell shows a formula's error.
func isFault(text string) bool {
	return strings.HasPrefix(text, "#") && (strings.HasSuffix(text, "!") || strings.HasSuffix(text, "?") || text == "#N/A")
}

// readCodes reads codes parted by ; , line ends or "và"; the whole text may be
// one code.
func readCodes(pack *rulepack.Pack, c rulepack.Column, text string) (cell, reason string) {
	list, _ := pack.CodeList(c.List)
	if id, ok := readCode(list, text); ok {
		return id, ""
	}
	on := map[string]bool{}
	for part := range strings.FieldsFuncSeq(strings.ReplaceAll(i18n.Fold(text), " va ", ";"), func(r rune) bool { return r == ';' || r == ',' || r == '+' }) {
		if part = strings.TrimSpace(part); part == "" {
			continue
		}
		id, ok := readCode(list, part)
		if !ok {
			return "", "report.err.enum"
		}
		on[id] = true
	}
	var ids []string
	for _, code := range list.Items {
		if on[code.ID] {
			ids = append(ids, code.ID)
		}
	}
	return strings.Join(ids, ";"), ""
}

// readCode finds a code by its id or by a label, without the list's own name
// before it or with: "3", "Cấp 3", "Cấp độ 3".
func readCode(list rulepack.CodeList, text string) (string, bool) {
	want := bare(text)
	for _, c := range list.Items {
		for _, name := range append([]string{c.ID, c.Label.VI, c.Label.EN}, c.Names...) {
			if w := bare(name); w == want || w == bare(list.Label.VI)+" "+want {
				return c.ID, true
			}
		}
	}
	return "", false
}

// bare is a text as two hands may write it alike: folded, words only.
func bare(s string) string {
	return strings.Join(strings.FieldsFunc(i18n.Fold(s), func(r rune) bool {
		return (r < 'a' || r > 'z') && (r < '0' || r > '9')
	}), " ")
}

// wholeNumber reads 1200, 1.200 and 1 200; a workbook's own number wins.
func wholeNumber(text, raw string) (int64, bool) {
	if v, err := strconv.ParseFloat(raw, 64); err == nil {
		return int64(v), v >= 0 && v < 1e15 && v == float64(int64(v))
	}
	digits := strings.NewReplacer(" ", "", "\u00a0", "", "dong", "", "vnd", "", "d", "").Replace(i18n.Fold(text))
	for _, sep := range []string{".", ","} {
		if parts := strings.Split(digits, sep); len(parts) > 1 {
			for i, p := range parts {
				if i > 0 && len(p) != 3 || i == 0 && (len(p) == 0 || len(p) > 3) {
					return 0, false
				}
			}
			digits = strings.Join(parts, "")
		}
	}
	n, err := strconv.ParseInt(digits, 10, 64)
	return n, err == nil && n >= 0 && n < 1e15
}

func decimal(text string) (float64, bool) {
	v, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(text), ",", ".", 1), 64)
	return v, err == nil && v < 1e9
}

// dayForms are how days and moments are written in people's tables, the day
// before the month.
var dayForms = []string{"2/1/2006 15:04", "2/1/2006", "2-1-2006", "2.1.2006", time.DateOnly, localTime, "2006-01-02 15:04", "15:04 2/1/2006"}

func readMoment(text, raw string, date1904 bool) (time.Time, bool) {
	if n, err := strconv.ParseFloat(raw, 64); err == nil && n >= 1 && n < 120000 {
		t, err := excelize.ExcelDateToTime(n, date1904) // ISO/IEC 29500-1 §18.17.4
		return t, err == nil
	}
	for _, form := range dayForms {
		if t, err := time.ParseInLocation(form, text, i18n.Hanoi); err == nil && t.Year() >= 1900 && t.Year() < 2200 {
			return t, true
		}
	}
	// A month without a day means its last: "12/2026", "tháng 12/2026".
	month := strings.TrimSpace(strings.TrimPrefix(i18n.Fold(text), "thang"))
	if t, err := time.ParseInLocation("1/2006", month, i18n.Hanoi); err == nil && t.Year() >= 1900 {
		return t.AddDate(0, 1, -1), true
	}
	return time.Time{}, false
}

// printCell is a stored cell in printed words.
func (s *Service) printCell(pack *rulepack.Pack, c rulepack.Column, cell string) string {
	if cell == "" {
		return ""
	}
	switch c.Type {
	case "int", "money":
		if n, err := strconv.ParseInt(cell, 10, 64); err == nil {
			return officedoc.Number(n)
		}
	case "pct":
		return strings.Replace(cell, ".", ",", 1) + "%"
	case "date":
		if t, err := time.ParseInLocation(time.DateOnly, cell, i18n.Hanoi); err == nil {
			return t.Format("02/01/2006")
		}
	case "datetime":
		if t, err := time.ParseInLocation(localTime, cell, i18n.Hanoi); err == nil {
			return t.Format("15:04 02/01/2006")
		}
	case "bool":
		return s.word("report.word." + cell)
	case "enum", "multi":
		list, _ := pack.CodeList(c.List)
		var words []string
		for id := range strings.SplitSeq(cell, ";") {
			code, ok := list.Find(id)
			if !ok {
				continue
			}
			words = append(words, shortLabel(list, code))
		}
		return strings.Join(words, "; ")
	}
	return cell
}

// shortLabel is a code's label without the list's name before it: the head of
// the column says it already.
func shortLabel(list rulepack.CodeList, c rulepack.Code) string {
	return strings.TrimSpace(strings.TrimPrefix(c.Label.VI, list.Label.VI))
}

// typedCell is a stored cell as an input of the page takes it.
func typedCell(c rulepack.Column, cell string) string {
	if c.Type == "pct" {
		return strings.Replace(cell, ".", ",", 1)
	}
	return cell
}
