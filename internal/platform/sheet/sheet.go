// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package sheet reads tables as people send them: XLSX, or CSV in UTF-8, UTF-16
// or windows-1258, parted by ; , or tab. What a file is shows in its bytes,
// whatever its name says. It knows nothing of what the tables mean. Old .xls
// and files with a password are refused with a reason of their own. Start at
// Read.
package sheet

import (
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/charmap"
)

// Limits bound what is read. All are positive.
type Limits struct {
	Bytes int // of the file
	Rows  int // rows with something in them, a sheet
	Unzip int // bytes an XLSX may unfold to
}

// Bounds of every table. MaxColumn is how many columns are read.
const (
	MaxColumn = 100  // columns read
	maxCell   = 4000 // bytes of one cell
)

// Reason says why a file was not read.
type Reason string

// The reasons.
const (
	Large  Reason = "large"
	Empty  Reason = "empty"
	OldXLS Reason = "xls" // or an XLSX with a password: both are compound files
	Binary Reason = "binary"
	BadCSV Reason = "csv"  // Args: line
	Rows   Reason = "rows" // Args: the most
	BadZip Reason = "xlsx"
	Bomb   Reason = "bomb"
)

// Error is a file that was not read.
type Error struct {
	Reason Reason
	Args   []any
	Err    error // cause; may be nil
}

// Error is for logs.
func (e *Error) Error() string {
	if e.Err == nil {
		return "sheet: " + string(e.Reason)
	}
	return "sheet: " + string(e.Reason) + ": " + e.Err.Error()
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

func bad(r Reason, err error, args ...any) error { return &Error{Reason: r, Err: err, Args: args} }

// Sheet is one table of text as it stands in the file: Rows[0] is row 1. Raw,
// where it differs, is the stored value under a formatted cell (the serial
// number under a date). A merged cell stands in each of its places.
type Sheet struct {
	Name     string
	Rows     [][]string
	Raw      [][]string
	Date1904 bool // days count from 1904, as old Macintosh files do
}

// Cell is the text at a row and column, both from 0, without blanks at its
// ends; empty outside.
func (s Sheet) Cell(row, column int) string { return at(s.Rows, row, column) }

// RawCell is the stored value there.
func (s Sheet) RawCell(row, column int) string { return at(s.Raw, row, column) }

func at(rows [][]string, row, column int) string {
	if row < 0 || row >= len(rows) || column < 0 || column >= len(rows[row]) {
		return ""
	}
	return strings.TrimSpace(rows[row][column])
}

// Read returns the visible sheets of a file, a CSV as one sheet without name.
// Failures are *Error.
func Read(data []byte, l Limits) ([]Sheet, error) {
	switch {
	case len(data) > l.Bytes:
		return nil, bad(Large, nil)
	case len(bytes.TrimSpace(data)) == 0:
		return nil, bad(Empty, nil)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return l.readXLSX(data)
	case bytes.HasPrefix(data, compoundFile):
		return nil, bad(OldXLS, nil)
	}
	text, ok := decodeText(data)
	if !ok {
		return nil, bad(Binary, nil)
	}
	s, err := l.readCSV(text)
	return []Sheet{s}, err
}

// compoundFile begins an old .xls, and an .xlsx with a password ([MS-CFB] §2.2).
var compoundFile = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}

// decodeText finds the encoding of a text file. It refuses what is no text.
func decodeText(data []byte) (string, bool) {
	var text string
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		text = string(data[3:])
	case bytes.HasPrefix(data, []byte("\xff\xfe")):
		text = decodeUTF16(data[2:], binary.LittleEndian)
	case bytes.HasPrefix(data, []byte("\xfe\xff")):
		text = decodeUTF16(data[2:], binary.BigEndian)
	case utf8.Valid(data):
		text = string(data)
	default:
		decoded, err := charmap.Windows1258.NewDecoder().Bytes(data)
		if err != nil {
			return "", false
		}
		text = string(decoded)
	}
	text = strings.NewReplacer("\r\n", "\n", "\r", "\n").Replace(text)
	junk := 0
	for _, r := range text {
		if r < ' ' && r != '\n' && r != '\t' || r == utf8.RuneError || r == 0x7f {
			junk++
		}
	}
	return text, junk*100 <= len(text)
}

func decodeUTF16(data []byte, order binary.ByteOrder) string {
	units := make([]uint16, len(data)/2)
	for i := range units {
		units[i] = order.Uint16(data[2*i:])
	}
	return string(utf16.Decode(units))
}

func (l Limits) readCSV(text string) (Sheet, error) {
	comma, text := separator(text)
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
	var s Sheet
	filled := 0
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, bad(BadCSV, err, errLine(err))
		}
		line, _ := r.FieldPos(0)
		for len(s.Rows) < line-1 { // the reader leaves blank lines out; row numbers must not
			s.Rows = append(s.Rows, nil)
		}
		for i := range record {
			record[i] = unguard(record[i])
		}
		if s.Rows = append(s.Rows, clip(record)); !blank(record) {
			if filled++; filled > l.Rows {
				return s, bad(Rows, nil, l.Rows)
			}
		}
	}
}

func errLine(err error) int {
	if e, ok := errors.AsType[*csv.ParseError](err); ok {
		return e.Line
	}
	return 0
}

// separator finds what parts the columns: what a first line "sep=;" says, as
// Excel writes it, else whichever of ; tab , stands most often in the first
// lines.
func separator(text string) (rune, string) {
	first, rest, _ := strings.Cut(text, "\n")
	if mark, ok := strings.CutPrefix(strings.ToLower(first), "sep="); ok && len(mark) == 1 && strings.Contains(";,\t", mark) {
		return rune(mark[0]), "\n" + rest
	}
	head := text[:min(len(text), 8192)]
	best, most := ',', 0
	for _, c := range ";\t," {
		if n := strings.Count(head, string(c)); n > most {
			best, most = c, n
		}
	}
	return best, text
}

func blank(record []string) bool {
	for _, s := range record {
		if strings.TrimSpace(s) != "" {
			return false
		}
	}
	return true
}

func clip(record []string) []string {
	record = record[:min(len(record), MaxColumn)]
	for i, s := range record {
		if len(s) > maxCell {
			record[i] = strings.ToValidUTF8(s[:maxCell], "")
		}
	}
	return record
}

// readXLSX reads every visible sheet. The library panics on some broken
// files; that is the file's fault.
func (l Limits) readXLSX(data []byte) (sheets []Sheet, err error) {
	defer func() {
		if p := recover(); p != nil {
			sheets, err = nil, bad(BadZip, fmt.Errorf("excelize: %v", p))
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: int64(l.Unzip), UnzipXMLSizeLimit: int64(l.Unzip)})
	if err != nil {
		if strings.Contains(err.Error(), "unzip size exceeds") { // the library has no value for it
			return nil, bad(Bomb, err)
		}
		return nil, bad(BadZip, err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, name := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(name); err != nil || !visible {
			continue // chart sheets and hidden ones hold no list
		}
		s, err := l.readSheet(f, name)
		if err != nil {
			return nil, err
		}
		sheets = append(sheets, s)
	}
	return sheets, nil
}

func (l Limits) readSheet(f *excelize.File, name string) (s Sheet, err error) {
	s.Name = name
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		s.Date1904 = *props.Date1904
	}
	if s.Rows, err = l.readRows(f, name, false); err != nil {
		return s, err
	}
	if s.Raw, err = l.readRows(f, name, true); err != nil {
		return s, err
	}
	merged, err := f.GetMergeCells(name, true)
	if err != nil {
		return s, bad(BadZip, err)
	}
	for _, m := range merged {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 == nil && err2 == nil {
			s.Spread(r1-1, c1-1, r2-1, c2-1)
		}
	}
	return s, nil
}

func (l Limits) readRows(f *excelize.File, name string, raw bool) ([][]string, error) {
	it, err := f.Rows(name)
	if err != nil {
		return nil, bad(BadZip, err)
	}
	var rows [][]string
	filled := 0
	for it.Next() {
		record, err := it.Columns(excelize.Options{RawCellValue: raw})
		if err != nil {
			return nil, errors.Join(bad(BadZip, err), it.Close())
		}
		if !blank(record) {
			filled++
		}
		if filled > l.Rows {
			return nil, errors.Join(bad(Rows, nil, l.Rows), it.Close())
		}
		rows = append(rows, clip(record))
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return nil, bad(BadZip, err)
	}
	return rows, nil
}

// Spread makes the cells from one corner to the other, both from 0, one merged
// block, as Read does with those of a file. Corners may lie outside.
func (s Sheet) Spread(r1, c1, r2, c2 int) {
	spread(s.Rows, r1, c1, r2, c2)
	spread(s.Raw, r1, c1, r2, c2)
}

// spread copies the upper left value of a merged block into all its cells, as
// a reader sees it.
func spread(rows [][]string, r1, c1, r2, c2 int) {
	value := at(rows, r1, c1)
	for r := r1; r <= min(r2, len(rows)-1); r++ {
		for len(rows[r]) <= min(c2, MaxColumn-1) {
			rows[r] = append(rows[r], "")
		}
		for c := c1; c <= min(c2, MaxColumn-1); c++ {
			rows[r][c] = value
		}
	}
}

// unguard takes away the apostrophe that web.Inert puts before what begins like
// a formula.
func unguard(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(s[1])) {
		return s[1:]
	}
	return s
}
