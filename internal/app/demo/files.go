// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package demo

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/rulepacks"
)

// headings stand over the columns of the list of units, in the words that
// officers use and the import of units knows.
var headings = []string{"STT", "Mã đơn vị", "Tên đơn vị", "Tên viết tắt", "Loại đơn vị", "Đơn vị cấp trên", "Tên khác",
	"Thủ trưởng đơn vị", "Chức vụ thủ trưởng", "Điện thoại thủ trưởng", "Email thủ trưởng",
	"Đầu mối an ninh mạng", "Chức vụ đầu mối", "Điện thoại đầu mối", "Email đầu mối",
	"Đường dây nóng", "Địa chỉ", "Dải IP", "Dải IP NAT", "Dải IP DNS", "Dải IP proxy", "Hiệu lực từ", "Hiệu lực đến", "Ghi chú"}

// UnitsCSV is the list of units as a CSV file that a person may import: UTF-8
// with a byte-order mark, parted by semicolons as Vietnamese spreadsheets do.
func (p *Province) UnitsCSV() ([]byte, error) {
	rows, err := p.unitRows(true)
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.Comma = ';'
	if err := w.WriteAll(rows); err != nil {
		return nil, fmt.Errorf("units of the demo: %w", err)
	}
	return b.Bytes(), nil
}

// UnitsXLSX is the list of units as a workbook that a person may import, with a
// title above the head as such lists have.
func (p *Province) UnitsXLSX() ([]byte, error) { return p.unitsXLSX(true) }

// unitsXLSX leaves the last days of ended units out when ends is false: Run
// ends them afterwards, for a list cannot name successors.
func (p *Province) unitsXLSX(ends bool) ([]byte, error) {
	rows, err := p.unitRows(ends)
	if err != nil {
		return nil, err
	}
	f := excelize.NewFile()
	const sheet = "Sheet1"
	errs := []error{f.SetCellStr(sheet, "A1", "DANH SÁCH CƠ QUAN, ĐƠN VỊ TỈNH "+strings.ToUpper(p.Name)+" (DỮ LIỆU GIẢ ĐỊNH)")}
	for i, row := range rows {
		for c, text := range row {
			name, err := excelize.CoordinatesToCellName(c+1, i+3)
			errs = append(errs, err, f.SetCellStr(sheet, name, text))
		}
	}
	var b bytes.Buffer
	errs = append(errs, f.Write(&b), f.Close())
	if err := errors.Join(errs...); err != nil {
		return nil, fmt.Errorf("units of the demo: %w", err)
	}
	return b.Bytes(), nil
}

// unitRows is the head and a row a unit.
func (p *Province) unitRows(ends bool) ([][]string, error) {
	laws, err := rulepack.Load(rulepacks.FS)
	if err != nil {
		return nil, err
	}
	pack := laws.Packs()[0] // kinds are the same in all
	rows := [][]string{headings}
	for i, u := range p.Units {
		kind, ok := pack.Kind(u.Kind)
		if !ok {
			return nil, fmt.Errorf("units of the demo: %s: no kind %s", u.Code, u.Kind)
		}
		label, last := kind.Label.VI, ""
		if i == 0 { // founded before any list comes, with its kind
			label = ""
		}
		if ends {
			last = vietnamese(u.To)
		}
		rows = append(rows, []string{strconv.Itoa(i + 1), u.Code, u.Name, u.ShortName, label, u.Parent, strings.Join(u.Aliases, "; "),
			u.Head.Name, u.Head.Title, u.Head.Phone, u.Head.Email,
			u.SecurityContact.Name, u.SecurityContact.Title, u.SecurityContact.Phone, u.SecurityContact.Email,
			u.Hotline, u.Address, u.prefixes(unit.Machine), u.prefixes(unit.NAT), u.prefixes(unit.Resolver), u.prefixes(unit.Proxy),
			vietnamese(u.From), last, u.Note})
	}
	return rows, nil
}

// prefixes lists the ranges of a kind in one cell.
func (u *Unit) prefixes(kind unit.AddressKind) string {
	var list []string
	for _, r := range u.Ranges {
		if r.Kind == kind {
			list = append(list, r.Prefix.String())
		}
	}
	return strings.Join(list, "; ")
}

// vietnamese writes a day as dd/mm/yyyy; no day is empty.
func vietnamese(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return fmt.Sprintf("%02d/%02d/%04d", d.Day, d.Month, d.Year)
}
