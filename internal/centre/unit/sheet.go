// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

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

	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Limits of a list of units. The largest province has some thousand units.
const (
	MaxFile   = 8 << 20  // bytes of an uploaded file
	MaxRows   = 5000     // rows with something in them
	maxColumn = 100      // columns read
	maxCell   = 4000     // bytes of one cell
	maxUnzip  = 48 << 20 // bytes an XLSX may unfold to
)

// sheet is one table of text as it stands in the file: rows[0] is row 1. raw,
// where it differs, is the stored value under a formatted cell (the serial
// number under a date).
type sheet struct {
	name     string
	rows     [][]string
	raw      [][]string
	date1904 bool // days count from 1904, as old Macintosh files do
}

// cell is the text at a row and column, both from 0; empty outside.
func (s sheet) cell(row, column int) string { return at(s.rows, row, column) }

func (s sheet) rawCell(row, column int) string { return at(s.raw, row, column) }

func at(rows [][]string, row, column int) string {
	if row < 0 || row >= len(rows) || column < 0 || column >= len(rows[row]) {
		return ""
	}
	return strings.TrimSpace(rows[row][column])
}

// readFile takes a file as people send it: XLSX, or CSV in UTF-8, UTF-16 or
// windows-1258, parted by ; , or tab. What it is shows in its bytes, whatever
// its name says. Failures are fault.Invalid (field "file") with a sentence that
// says what to do.
func readFile(data []byte) ([]sheet, error) {
	switch {
	case len(data) > MaxFile:
		return nil, &fault.Error{Kind: fault.TooLarge, Op: "unit.readFile"}
	case len(bytes.TrimSpace(data)) == 0:
		return nil, badFile("unit.err.file_empty", nil)
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		return readXLSX(data)
	case bytes.HasPrefix(data, compoundFile):
		return nil, badFile("unit.err.file_xls", nil)
	}
	text, ok := decodeText(data)
	if !ok {
		return nil, badFile("unit.err.file_binary", nil)
	}
	s, err := readCSV(text)
	return []sheet{s}, err
}

// compoundFile begins an old .xls, and an .xlsx with a password ([MS-CFB] §2.2).
var compoundFile = []byte{0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1}

func badFile(reason string, err error, args ...any) error {
	return &fault.Error{Kind: fault.Invalid, Op: "unit.readFile", Fields: map[string]string{"file": reason}, Args: args, Err: err}
}

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

func readCSV(text string) (sheet, error) {
	comma, text := separator(text)
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
	var s sheet
	filled := 0
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			return s, nil
		}
		if err != nil {
			return s, badFile("unit.err.file_csv", err, errLine(err))
		}
		line, _ := r.FieldPos(0)
		for len(s.rows) < line-1 { // the reader leaves blank lines out; row numbers must not
			s.rows = append(s.rows, nil)
		}
		for i := range record {
			record[i] = unguard(record[i])
		}
		if s.rows = append(s.rows, clip(record)); !blank(record) {
			if filled++; filled > MaxRows {
				return s, badFile("unit.err.file_rows", nil, MaxRows)
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
	record = record[:min(len(record), maxColumn)]
	for i, s := range record {
		if len(s) > maxCell {
			record[i] = strings.ToValidUTF8(s[:maxCell], "")
		}
	}
	return record
}

// readXLSX reads every visible sheet. The library panics on some broken
// files; that is the file's fault.
func readXLSX(data []byte) (sheets []sheet, err error) {
	defer func() {
		if p := recover(); p != nil {
			sheets, err = nil, badFile("unit.err.file_xlsx", fmt.Errorf("excelize: %v", p))
		}
	}()
	f, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnzip, UnzipXMLSizeLimit: maxUnzip})
	if err != nil {
		if strings.Contains(err.Error(), "unzip size exceeds") { // the library has no value for it
			return nil, badFile("unit.err.file_bomb", err)
		}
		return nil, badFile("unit.err.file_xlsx", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	for _, name := range f.GetSheetList() {
		if visible, err := f.GetSheetVisible(name); err != nil || !visible {
			continue // chart sheets and hidden ones hold no list
		}
		s, err := readSheet(f, name)
		if err != nil {
			return nil, err
		}
		sheets = append(sheets, s)
	}
	return sheets, nil
}

func readSheet(f *excelize.File, name string) (s sheet, err error) {
	s.name = name
	if props, err := f.GetWorkbookProps(); err == nil && props.Date1904 != nil {
		s.date1904 = *props.Date1904
	}
	if s.rows, err = readRows(f, name, false); err != nil {
		return s, err
	}
	if s.raw, err = readRows(f, name, true); err != nil {
		return s, err
	}
	merged, err := f.GetMergeCells(name, true)
	if err != nil {
		return s, badFile("unit.err.file_xlsx", err)
	}
	for _, m := range merged {
		c1, r1, err1 := excelize.CellNameToCoordinates(m.GetStartAxis())
		c2, r2, err2 := excelize.CellNameToCoordinates(m.GetEndAxis())
		if err1 == nil && err2 == nil {
			spread(s.rows, r1-1, c1-1, r2-1, c2-1)
			spread(s.raw, r1-1, c1-1, r2-1, c2-1)
		}
	}
	return s, nil
}

func readRows(f *excelize.File, name string, raw bool) ([][]string, error) {
	it, err := f.Rows(name)
	if err != nil {
		return nil, badFile("unit.err.file_xlsx", err)
	}
	var rows [][]string
	filled := 0
	for it.Next() {
		record, err := it.Columns(excelize.Options{RawCellValue: raw})
		if err != nil {
			return nil, errors.Join(badFile("unit.err.file_xlsx", err), it.Close())
		}
		if !blank(record) {
			filled++
		}
		if filled > MaxRows {
			return nil, errors.Join(badFile("unit.err.file_rows", nil, MaxRows), it.Close())
		}
		rows = append(rows, clip(record))
	}
	if err := errors.Join(it.Error(), it.Close()); err != nil {
		return nil, badFile("unit.err.file_xlsx", err)
	}
	return rows, nil
}

// spread copies the upper left value of a merged block into all its cells, as
// a reader sees it.
func spread(rows [][]string, r1, c1, r2, c2 int) {
	value := at(rows, r1, c1)
	for r := r1; r <= min(r2, len(rows)-1); r++ {
		for len(rows[r]) <= min(c2, maxColumn-1) {
			rows[r] = append(rows[r], "")
		}
		for c := c1; c <= min(c2, maxColumn-1); c++ {
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
