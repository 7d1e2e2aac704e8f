// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/sheet"
)

// RowState is what an import makes of one row.
type RowState string

// The states of a row.
const (
	RowNew      RowState = "new"
	RowChanged  RowState = "changed"
	RowSame     RowState = "same"
	RowRejected RowState = "rejected" // costs only itself; Plan.Cells says why
	RowMerged   RowState = "merged"   // adds to the unit of a row above
	RowSkipped  RowState = "skipped"  // no unit: a section's title, a sum, a sample
)

// PlannedRow is one row of a file and what applying it would do.
type PlannedRow struct {
	Row     int // as numbered in the file, from 1
	State   RowState
	Name    string
	Kind    string
	Parent  string   // name of the parent
	Changes []Change // of a changed unit; parents and successors by name
	Ranges  []string // prefixes that would be added, "10.1.0.0/24 nat"
	Why     string   // of a skipped row: catalogue key

	node *node
}

// CellError is one cell that could not be taken, or was taken with a doubt.
type CellError struct {
	Sheet   string
	Row     int    // from 1
	Column  string // letter, "C"
	Heading string // as printed in the file; empty when the column is absent
	Value   string
	Reason  string // catalogue key
	Args    []any
	Warn    bool // taken all the same
}

// Plan is the dry run of an import.
type Plan struct {
	File   string
	SHA256 string // of the file, hex
	Digest string // of all this plan would do; ApplyImport wants it back
	Sheet  string
	Rows   []PlannedRow
	Cells  []CellError
}

// Count is how many rows are in a state.
func (p Plan) Count(s RowState) int {
	n := 0
	for _, r := range p.Rows {
		if r.State == s {
			n++
		}
	}
	return n
}

// record is one unit as the file tells it: one row, and those merged into it.
type record struct {
	row     int // index
	texts   map[string]string
	aliases []string
	from    calendar.Date
	to      calendar.Date
	ranges  []Range               // prefix and kind only
	typed   map[netip.Prefix]bool // the file names the kind of these
	cells   map[string]string     // field -> as printed
}

// reader turns a table into records and notes what it cannot take.
type reader struct {
	table
	kinds kinds
	lines []PlannedRow
	cells []CellError
}

func (r *reader) bad(row int, field, value, reason string, args ...any) {
	r.cells = append(r.cells, r.cellError(row, field, value, reason, args))
}

func (r *reader) warn(row int, field, value, reason string, args ...any) {
	e := r.cellError(row, field, value, reason, args)
	e.Warn = true
	r.cells = append(r.cells, e)
}

func (r *reader) cellError(row int, field, value, reason string, args []any) CellError {
	return CellError{Sheet: r.Name, Row: row + 1, Column: r.letter(field), Heading: r.titles[field], Value: value, Reason: reason, Args: args}
}

// read returns the records of the table, and in r.lines a line for every row
// that is no record of its own.
func (r *reader) read() []*record {
	var list []*record
	for i := r.first; i < len(r.Rows); i++ {
		if blank(r.Rows[i]) {
			continue
		}
		if why := r.skip(i); why != "" {
			r.lines = append(r.lines, PlannedRow{Row: i + 1, State: RowSkipped, Name: r.value(i, "name"), Why: why})
			continue
		}
		rec, ok := r.record(i)
		switch {
		case !ok:
			r.reject(i)
		case len(list) > 0 && rec.continues(list[len(list)-1]):
			list[len(list)-1].absorb(rec)
			r.lines = append(r.lines, PlannedRow{Row: i + 1, State: RowMerged, Name: list[len(list)-1].texts["name"]})
		default:
			list = append(list, rec)
		}
	}
	return list
}

func (r *reader) reject(row int) {
	r.lines = append(r.lines, PlannedRow{Row: row + 1, State: RowRejected, Name: i18n.NFC(r.value(row, "name"))})
}

// record reads row i; false when a cell is not right.
func (r *reader) record(i int) (*record, bool) {
	rec := &record{row: i, texts: map[string]string{}, typed: map[netip.Prefix]bool{}, cells: map[string]string{}}
	before := len(r.cells)
	for field := range r.columns {
		v := i18n.NFC(r.value(i, field))
		rec.cells[field] = v
		if slices.Contains([]string{"#N/A", "#REF!", "#VALUE!", "#NAME?", "#DIV/0!", "#NULL!", "#NUM!"}, v) {
			r.bad(i, field, v, "unit.err.formula")
			continue
		}
		if (&Unit{}).text(field) != nil {
			rec.texts[field] = v
		}
	}
	rec.aliases = pieces(r.value(i, colAliases))
	rec.from, rec.to = r.day(i, colFrom), r.day(i, colTo)
	if kind := rec.texts["kind"]; kind != "" {
		known, ok := r.kinds.recognise(kind)
		if !ok {
			r.bad(i, "kind", kind, "unit.err.kind_text")
		}
		rec.texts["kind"] = known.ID
	}
	for _, field := range []string{"head_phone", "contact_phone", "hotline"} {
		rec.texts[field] = phone(rec.texts[field])
	}
	r.addresses(i, rec)
	slices.SortFunc(r.cells[before:], func(a, b CellError) int { return strings.Compare(a.Column, b.Column) })
	return rec, !slices.ContainsFunc(r.cells[before:], func(e CellError) bool { return !e.Warn })
}

func pieces(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ';' || r == '\n' || r == '|' })
}

// day reads a date: text as people write it, or the serial number under a
// formatted cell ([ISO/IEC 29500-1] §18.17.4).
func (r *reader) day(row int, field string) calendar.Date {
	text := r.value(row, field)
	if c, ok := r.columns[field]; ok {
		if n, err := strconv.ParseFloat(r.RawCell(row, c), 64); err == nil && n >= 1 && n < 120000 {
			if t, err := excelize.ExcelDateToTime(n, r.Date1904); err == nil {
				return calendar.Date{Year: t.Year(), Month: t.Month(), Day: t.Day()}
			}
		}
	}
	d, ok := ParseDay(text)
	if !ok {
		r.bad(row, field, text, "unit.err.day")
	}
	return d
}

// addresses reads the address columns of a row.
func (r *reader) addresses(row int, rec *record) {
	kind, ok := parseAddressKind(r.value(row, colRangeKind))
	if !ok {
		r.bad(row, colRangeKind, r.value(row, colRangeKind), "unit.err.address_kind")
	}
	explicit := r.value(row, colRangeKind) != ""
	for _, col := range []struct {
		field string
		kind  AddressKind
		typed bool
	}{{colRanges, kind, explicit}, {colNAT, NAT, true}, {colResolver, Resolver, true}, {colProxy, Proxy, true}} {
		list, piece, reason := ParseRanges(r.value(row, col.field))
		if reason != "" {
			r.bad(row, col.field, piece, reason, piece)
		}
		for _, p := range list {
			rec.addRange(p, col.kind, col.typed)
		}
	}
}

func (rec *record) addRange(p netip.Prefix, kind AddressKind, typed bool) {
	if !slices.ContainsFunc(rec.ranges, func(o Range) bool { return o.Prefix == p }) {
		rec.ranges = append(rec.ranges, Range{Prefix: p, Kind: kind})
		rec.typed[p] = typed
	}
}

// continues reports whether rec only adds addresses or aliases to the unit of
// the row above: it repeats that row's words or leaves them out, as merged
// cells do.
func (rec *record) continues(above *record) bool {
	for field, v := range rec.texts {
		if v != "" && v != above.texts[field] {
			return false
		}
	}
	sameName := rec.texts["name"] == "" || rec.texts["name"] == above.texts["name"]
	sameParent := rec.cells[colParent] == "" || rec.cells[colParent] == above.cells[colParent]
	adds := len(rec.ranges) > 0 || len(rec.aliases) > 0
	return sameName && sameParent && adds
}

func (rec *record) absorb(more *record) {
	rec.aliases = append(rec.aliases, more.aliases...)
	for _, r := range more.ranges {
		rec.addRange(r.Prefix, r.Kind, more.typed[r.Prefix])
	}
}

// readList finds the list in a file and reads its rows.
func readList(data []byte, known kinds) (*reader, []*record, error) {
	sheets, err := readFile(data)
	if err != nil {
		return nil, nil, err
	}
	return readSheets(sheets, known)
}

func readSheets(sheets []sheet.Sheet, known kinds) (*reader, []*record, error) {
	t, ok := findTable(sheets)
	if !ok {
		return nil, nil, badFile("unit.err.file_head", nil, headSearch)
	}
	r := &reader{table: t, kinds: known}
	records := r.read()
	if len(records)+len(r.lines) == 0 {
		return nil, nil, badFile("unit.err.file_no_rows", nil)
	}
	return r, records, nil
}

// seal sets the digest of what a plan would do.
func (p *Plan) seal() {
	h := sha256.New()
	fmt.Fprintln(h, p.SHA256)
	for _, r := range p.Rows {
		fmt.Fprintf(h, "%d %s %q %q %q %q %q\n", r.Row, r.State, r.Name, r.Kind, r.Parent, r.Changes, r.Ranges)
	}
	for _, c := range p.Cells {
		fmt.Fprintf(h, "%d %s %s %q\n", c.Row, c.Column, c.Reason, c.Args)
	}
	p.Digest = hex.EncodeToString(h.Sum(nil))
}

// fields of a fault, in a settled order.
func faultFields(err error) []string {
	var out []string
	for f := range fault.Of(err).Fields {
		out = append(out, f)
	}
	slices.Sort(out)
	return out
}
