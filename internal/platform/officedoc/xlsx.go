// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package officedoc

import (
	"errors"
	"fmt"
	"io"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// errNoTable is returned where there is nothing to put on a sheet.
var errNoTable = errors.New("officedoc: xlsx: the paper has no table")

// WriteXLSX writes the tables of p, those of its body and of its annexes, as a
// workbook (ECMA-376, SpreadsheetML) with a sheet each: the same [Table] that
// the other writers print, so that no number differs.
//
// In columns that stand right, what is written as [Number], [Decimal] or
// [Percent] write it becomes a number, and in all columns a day as [ShortDate]
// writes it becomes a date, each shown as it is written; everything else is text
// and never a formula. Sheets print on A4 lying on its side, as wide as the page,
// with their heads repeated. Bytes depend on p alone. It fails as the other
// writers do, for a cell of more than 32,767 characters, and without a table.
func WriteXLSX(w io.Writer, p Paper) error {
	book, err := compile(p)
	if err != nil {
		return err
	}
	x := &workbook{file: excelize.NewFile(), cleaner: &cleaner{faces: book.faces, missing: map[rune]bool{}}, styles: map[string]int{}}
	// Nothing of a workbook in memory can be lost by closing it.
	defer func() { _ = x.file.Close() }()
	x.blocks(p.Body, "Bảng", "")
	for i, a := range p.Annexes {
		name := "Phụ lục"
		if len(p.Annexes) > 1 {
			name += " " + Roman(i+1)
		}
		x.blocks(a.Body, name, a.Title)
	}
	if x.err == nil && x.sheets == 0 {
		x.err = errNoTable
	}
	if x.err == nil {
		x.err = x.file.DeleteSheet("Sheet1")
	}
	made := book.made.UTC().Format(time.RFC3339)
	x.do(func() error {
		return x.file.SetDocProps(&excelize.DocProperties{Title: book.title, Creator: book.author, Created: made, Modified: made, Language: "vi-VN"})
	})
	x.do(func() error { _, err := x.file.WriteTo(w); return err })
	if x.err != nil && !errors.Is(x.err, errNoTable) {
		return fmt.Errorf("officedoc: xlsx: %w", x.err)
	}
	return x.err
}

// workbook writes sheets; after its first error it does nothing.
type workbook struct {
	*cleaner
	file   *excelize.File
	styles map[string]int
	sheets int
	err    error
}

func (x *workbook) do(f func() error) {
	if x.err == nil {
		x.err = f()
	}
}

// blocks puts each table among blocks on a sheet of its own.
func (x *workbook) blocks(in []Block, name, title string) {
	n := 0
	for _, b := range in {
		switch b := b.(type) {
		case Wide:
			x.blocks(b, name+" ngang", title)
		case Table:
			if n++; n > 1 {
				x.table(b, fmt.Sprintf("%s (%d)", name, n), title)
			} else {
				x.table(b, name, title)
			}
		}
	}
}

// table writes one sheet: title, caption, head, rows, foot.
func (x *workbook) table(t Table, name, title string) {
	if x.err != nil {
		return
	}
	if i, err := x.file.GetSheetIndex(name); err == nil && i >= 0 {
		name = fmt.Sprintf("%s %d", name, x.sheets+1)
	}
	x.do(func() error { _, err := x.file.NewSheet(name); return err })
	x.sheets++
	row := 1
	last := len(t.Columns)
	for i, s := range []string{strings.ToUpper(x.line(title)), x.line(t.Caption)} {
		if s == "" {
			continue
		}
		x.text(name, 1, row, s, x.style(true, false, Center, "", i == 0))
		x.merge(name, 1, row, last, row)
		row++
	}
	head := row
	row = x.head(name, t, row)
	put := func(rows [][]string, strong bool) {
		for _, cells := range rows {
			for i, s := range cells {
				x.cell(name, i+1, row, strings.TrimSpace(x.cleaner.text(s)), t.Columns[i].Align, strong)
			}
			row++
		}
	}
	put(t.Rows, false)
	put(t.Foot, true)
	x.page(name, t, head, head+x.headRows(t)-1, row-1)
}

func (x *workbook) headRows(t Table) int {
	if len(t.Groups) > 0 {
		return 2
	}
	return 1
}

// head writes the heads, groups above and merged; it returns the next row.
func (x *workbook) head(name string, t Table, row int) int {
	style := x.style(true, true, Center, "", false)
	bottom := row + x.headRows(t) - 1
	for i, c := range t.Columns {
		x.text(name, i+1, bottom, strings.TrimSpace(x.cleaner.text(c.Head)), style)
	}
	col := 1
	for _, g := range t.Groups {
		head := strings.TrimSpace(x.cleaner.text(g.Head))
		for i := range g.Columns {
			if head == "" {
				x.text(name, col+i, row, strings.TrimSpace(x.cleaner.text(t.Columns[col+i-1].Head)), style)
				x.merge(name, col+i, row, col+i, bottom)
			} else {
				x.text(name, col+i, row, head, style)
			}
		}
		if head != "" && g.Columns > 1 {
			x.merge(name, col, row, col+g.Columns-1, row)
		}
		col += g.Columns
	}
	return bottom + 1
}

func (x *workbook) merge(name string, c0, r0, c1, r1 int) {
	if c0 == c1 && r0 == r1 {
		return
	}
	x.do(func() error { return x.file.MergeCell(name, at(c0, r0), at(c1, r1)) })
}

// at is the name of a cell, "B3"; both numbers are at least 1 and small.
func at(col, row int) string {
	s, err := excelize.CoordinatesToCellName(col, row)
	if err != nil {
		return ""
	}
	return s
}

func (x *workbook) text(name string, col, row int, s string, style int) {
	x.do(func() error {
		if n := len([]rune(s)); n > excelize.TotalCellChars {
			return fmt.Errorf("a cell of %d characters, at most %d fit", n, excelize.TotalCellChars)
		}
		if err := x.file.SetCellStr(name, at(col, row), s); err != nil {
			return err
		}
		return x.file.SetCellStyle(name, at(col, row), at(col, row), style)
	})
}

// cell writes a figure, a day or text.
func (x *workbook) cell(name string, col, row int, s string, align Align, strong bool) {
	if align == Justify {
		align = Left
	}
	if v, format, ok := typed(s, align); ok {
		x.do(func() error {
			if err := x.file.SetCellValue(name, at(col, row), v); err != nil {
				return err
			}
			return x.file.SetCellStyle(name, at(col, row), at(col, row), x.style(strong, true, align, format, false))
		})
		return
	}
	x.text(name, col, row, s, x.style(strong, true, align, "", false))
}

var figure = regexp.MustCompile(`^-?\d{1,3}(\.\d{3})*(,\d+)?%?$|^-?\d+(,\d+)?%?$`)

// typed reads what [Number], [Decimal], [Percent] and [ShortDate] write, if
// writing it again would give the same text.
func typed(s string, align Align) (value any, format string, ok bool) {
	if t, err := time.Parse("02/01/2006", s); err == nil && t.Year() >= 1900 {
		return t, "dd/mm/yyyy", true
	}
	if align != Right || !figure.MatchString(s) {
		return nil, "", false
	}
	plain, percent := strings.CutSuffix(s, "%")
	whole, fraction, _ := strings.Cut(plain, ",")
	v, err := strconv.ParseFloat(strings.ReplaceAll(whole, ".", "")+"."+fraction, 64)
	if err != nil || math.Abs(v) > 1e15 || Decimal(v, len(fraction)) != plain {
		return nil, "", false
	}
	format = "#,##0"
	if fraction != "" {
		format += "." + strings.Repeat("0", len(fraction))
	}
	if percent {
		return v / 100, format + "%", true
	}
	return v, format, true
}

// style makes a look once.
func (x *workbook) style(strong, framed bool, align Align, format string, large bool) int {
	key := fmt.Sprint(strong, framed, align, format, large)
	if id, ok := x.styles[key]; ok || x.err != nil {
		return id
	}
	size := 12.0
	if large {
		size = 14
	}
	s := &excelize.Style{
		Font:      &excelize.Font{Family: "Times New Roman", Size: size, Bold: strong, Color: "000000"},
		Alignment: &excelize.Alignment{Horizontal: [...]string{Justify: "left", Left: "left", Center: "center", Right: "right"}[align], Vertical: "center", WrapText: true},
	}
	if framed {
		for _, side := range []string{"left", "top", "right", "bottom"} {
			s.Border = append(s.Border, excelize.Border{Type: side, Color: "000000", Style: 1})
		}
	}
	if format != "" {
		s.CustomNumFmt = &format
	}
	var id int
	x.do(func() (err error) { id, err = x.file.NewStyle(s); return err })
	x.styles[key] = id
	return id
}

// sheetWidth is about how many letters of 12 pt fill A4 on its side.
const sheetWidth = 120.0

// page sets widths, print and the frozen head.
func (x *workbook) page(name string, t Table, headTop, headBottom, last int) {
	widths := make([]float64, len(t.Columns))
	for i, c := range t.Columns {
		if widths[i] = c.Width; !(c.Width > 0 && c.Width < 1e6) {
			widths[i] = 1
		}
	}
	all := sum(widths)
	for i, width := range widths {
		x.do(func() error {
			col, err := excelize.ColumnNumberToName(i + 1)
			if err != nil {
				return err
			}
			return x.file.SetColWidth(name, col, col, min(max(width/all*sheetWidth, 5), 100))
		})
	}
	paper, wide, tall := 9, 1, 0 // A4; as wide as one page, as long as it is
	orientation, fit := "landscape", true
	inch := func(mm float64) *float64 { v := mm / 25.4; return &v }
	x.do(func() error {
		return x.file.SetPageLayout(name, &excelize.PageLayoutOptions{Size: &paper, Orientation: &orientation, FitToWidth: &wide, FitToHeight: &tall})
	})
	x.do(func() error { return x.file.SetSheetProps(name, &excelize.SheetPropsOptions{FitToPage: &fit}) })
	x.do(func() error {
		return x.file.SetPageMargins(name, &excelize.PageLayoutMarginsOptions{Top: inch(20), Bottom: inch(20), Left: inch(30), Right: inch(15), Header: inch(9), Footer: inch(9)})
	})
	// The number of the page in the top margin, none on the first.
	x.do(func() error {
		return x.file.SetHeaderFooter(name, &excelize.HeaderFooterOptions{DifferentFirst: true, OddHeader: `&C&"Times New Roman,Regular"&14&P`})
	})
	x.do(func() error {
		return x.file.SetDefinedName(&excelize.DefinedName{Name: "_xlnm.Print_Titles", Scope: name, RefersTo: fmt.Sprintf("'%s'!$%d:$%d", name, headTop, headBottom)})
	})
	x.do(func() error {
		return x.file.SetPanes(name, &excelize.Panes{Freeze: true, YSplit: headBottom, TopLeftCell: at(1, min(headBottom+1, max(last, headBottom+1))), ActivePane: "bottomLeft"})
	})
}
