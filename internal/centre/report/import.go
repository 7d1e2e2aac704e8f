// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"regexp"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
	"github.com/vonggac/vonggac/internal/platform/sheet"
)

// Limits of a list that fills a table. A province has some thousand systems.
const (
	MaxList     = 16 << 20 // bytes of the file
	maxListRows = 20000    // rows of it, and of a table
	maxUnzip    = 200 << 20
	headSearch  = 30 // rows from the top in which a head may stand
)

// CellError is one cell that could not be taken.
type CellError struct {
	At     string // "C12"
	Column string // label of the form's column
	Value  string
	Reason string // catalogue key
}

// Plan is the dry run of filling a table from a file.
type Plan struct {
	Upload  string
	File    string
	Sheet   string
	Head    int      // row of the head, from 1; its last row when it has several
	Heads   []string // what stands over each column of the file
	Map     []int    // for each column of the form its place in the file, from 0; -1 none
	Value   Value    // the rows read
	Skipped []int    // rows passed over: titles, sums; numbers in the file, from 1
	Bad     []CellError
	Errors  int // all errors; Bad holds the first ones
}

// mostErrors is how many errors of a file are told.
const mostErrors = 200

// header is a place where the head of the list may stand.
type header struct {
	sheet sheet.Sheet
	next  int // row index under it
	heads []string
	cols  []int
	found int
}

// plan reads a file into the field's columns. chosen, where not nil, is the
// person's own mapping of the columns.
func plan(pack *rulepack.Pack, f rulepack.Field, sheets []sheet.Sheet, chosen []int) (Plan, bool) {
	var best header
	for _, s := range sheets {
		for start := range min(headSearch, len(s.Rows)) {
			for height := 1; height <= 3 && start+height <= len(s.Rows); height++ {
				if h := headerAt(f, s, start, height); h.found > best.found {
					best = h
				}
			}
		}
	}
	if best.found < min(2, len(f.Columns)) {
		return Plan{}, false
	}
	if len(chosen) == len(f.Columns) {
		best.cols = chosen
	}
	p := Plan{Sheet: best.sheet.Name, Head: best.next, Heads: best.heads, Map: best.cols}
	best.next = skipNumbers(best.sheet, best.next)
	best.read(pack, f, &p)
	return p, true
}

// headerAt reads height rows as a head: what stands in them over each other is
// one heading.
func headerAt(f rulepack.Field, s sheet.Sheet, start, height int) header {
	h := header{sheet: s, next: start + height, cols: make([]int, len(f.Columns))}
	width := 0
	for r := start; r < start+height; r++ {
		width = max(width, len(s.Rows[r]))
	}
	for c := range width {
		var parts []string
		for r := start; r < start+height; r++ {
			if t := s.Cell(r, c); t != "" && !slices.Contains(parts, t) {
				parts = append(parts, t)
			}
		}
		h.heads = append(h.heads, i18n.NFC(strings.Join(parts, " ")))
	}
	for i, col := range f.Columns {
		h.cols[i] = slices.IndexFunc(h.heads, func(t string) bool { return isHeading(col, t) })
		if h.cols[i] >= 0 && col.Type != "seq" {
			h.found++
		}
	}
	return h
}

var (
	inBrackets = regexp.MustCompile(`\([^)]*\)`)
	numbering  = regexp.MustCompile(`^\(?\d{1,3}\)?\.?$`)
)

// isHeading reports whether a heading of somebody's table names the column: it
// has its words, with or without what stands in brackets.
func isHeading(c rulepack.Column, text string) bool {
	if text == "" {
		return false
	}
	if c.Type == "seq" {
		return slices.Contains([]string{"stt", "tt", "so tt", "no"}, bare(text))
	}
	got := []string{bare(text), bare(inBrackets.ReplaceAllString(text, " "))}
	for _, name := range append([]string{c.Label, c.Key}, c.Names...) {
		for _, want := range []string{bare(name), bare(inBrackets.ReplaceAllString(name, " "))} {
			if want != "" && slices.Contains(got, want) {
				return true
			}
		}
	}
	return false
}

// skipNumbers passes over a row that only numbers the columns.
func skipNumbers(s sheet.Sheet, row int) int {
	if row >= len(s.Rows) {
		return row
	}
	n := 0
	for _, t := range s.Rows[row] {
		if t = strings.TrimSpace(t); t == "" {
			continue
		}
		if !numbering.MatchString(t) {
			return row
		}
		n++
	}
	if n < 3 {
		return row
	}
	return row + 1
}

// read takes the rows under the head.
func (h header) read(pack *rulepack.Pack, f rulepack.Field, p *Plan) {
	var kept []int // places in f.Columns
	for i, c := range f.Columns {
		if c.Type != "seq" {
			kept = append(kept, i)
			p.Value.Cols = append(p.Value.Cols, c.Key)
		}
	}
	known := map[string]string{} // codes read before, by column and text: a list repeats few
	for r := h.next; r < len(h.sheet.Rows); r++ {
		switch {
		case blankRow(h.sheet.Rows[r]):
			continue
		case h.aside(f, r):
			p.Skipped = append(p.Skipped, r+1)
			continue
		}
		row := make([]string, len(kept))
		for n, i := range kept {
			at := h.cols[i]
			if at < 0 {
				continue
			}
			text, raw := h.sheet.Cell(r, at), h.sheet.RawCell(r, at)
			coded := f.Columns[i].List != ""
			if cell, ok := known[f.Columns[i].Key+" "+text]; ok && coded {
				row[n] = cell
				continue
			}
			cell, reason := readCell(pack, f.Columns[i], text, raw, h.sheet.Date1904)
			if coded && reason == "" {
				known[f.Columns[i].Key+" "+text] = cell
			}
			if reason != "" {
				p.bad(r, at, f.Columns[i], text, reason)
			}
			row[n] = cell
		}
		p.Value.Rows = append(p.Value.Rows, row)
	}
}

func (p *Plan) bad(row, column int, c rulepack.Column, text, reason string) {
	p.Errors++
	at, err := excelize.CoordinatesToCellName(column+1, row+1)
	if err != nil || len(p.Bad) >= mostErrors {
		return
	}
	if r := []rune(text); len(r) > 80 {
		text = string(r[:80]) + "…"
	}
	p.Bad = append(p.Bad, CellError{At: at, Column: c.Label, Value: text, Reason: reason})
}

func blankRow(row []string) bool {
	return !slices.ContainsFunc(row, func(s string) bool { return strings.TrimSpace(s) != "" })
}

// aside reports whether a row is no record: the title of a group, which one
// merged cell spans or which stands alone, or a sum.
func (h header) aside(f rulepack.Field, r int) bool {
	var texts []string
	for i, c := range f.Columns {
		if t := h.sheet.Cell(r, h.cols[i]); t != "" && c.Type != "seq" {
			texts = append(texts, t)
		}
	}
	if len(texts) == 0 {
		return true
	}
	first := bare(texts[0])
	if n := bare(h.sheet.Cell(r, 0)); strings.HasPrefix(n, "tong ") || n == "cong" {
		first = n
	}
	if slices.Contains([]string{"tong cong", "tong so", "cong"}, first) {
		return true
	}
	same := !slices.ContainsFunc(texts, func(t string) bool { return t != texts[0] })
	return same && len(f.Columns) > 3
}
