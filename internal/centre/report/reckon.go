// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// aligned brings a table into the form's columns: unknown columns go, rows
// without anything go, rows that stand for codes come in the order of the list.
func (v Value) aligned(p *rulepack.Pack, f rulepack.Field) Value {
	out := Value{Text: v.Text}
	for _, c := range f.Columns {
		if c.Type != "seq" {
			out.Cols = append(out.Cols, c.Key)
		}
	}
	from := make([]int, len(out.Cols))
	for i, key := range out.Cols {
		from[i] = slices.Index(v.Cols, key)
	}
	for _, row := range v.Rows {
		r := make([]string, len(from))
		any := false
		for i, at := range from {
			if at >= 0 && at < len(row) {
				r[i] = row[at]
				any = any || r[i] != "" && (i > 0 || f.RowsOf == "")
			}
		}
		if any {
			out.Rows = append(out.Rows, r)
		}
	}
	if f.RowsOf != "" {
		out.Rows = byCode(p, f, out.Rows)
	}
	return out.clean()
}

// byCode orders rows by the codes in their first column; with any row at all,
// every code has one.
func byCode(p *rulepack.Pack, f rulepack.Field, rows [][]string) [][]string {
	if len(rows) == 0 {
		return nil
	}
	list, _ := p.CodeList(f.RowsOf)
	var out [][]string
	for _, c := range list.Items {
		row := make([]string, len(rows[0]))
		row[0] = c.ID
		if n := slices.IndexFunc(rows, func(r []string) bool { return r[0] == c.ID }); n >= 0 {
			row = rows[n]
		}
		out = append(out, row)
	}
	return out
}

// codes is what conditions compare: the codes of a choice, yes or no, or the one
// text of anything else.
func (v Value) codes() []string {
	switch {
	case len(v.Codes) > 0:
		return v.Codes
	case v.Yes != nil && *v.Yes:
		return []string{"yes"}
	case v.Yes != nil:
		return []string{"no"}
	case v.Int != nil:
		return []string{strconv.FormatInt(*v.Int, 10)}
	case v.Empty():
		return nil
	}
	return []string{v.Text}
}

func cellCodes(cell string) []string {
	if cell == "" {
		return nil
	}
	return strings.Split(cell, ";")
}

// holds reports whether every question is answered yes; no question holds.
func holds(list []rulepack.When, value func(key string) []string) bool {
	for _, w := range list {
		if !w.Holds(value(w.Key)) {
			return false
		}
	}
	return true
}

// inRow gives conditions the cells of a row.
func (v Value) inRow(row []string) func(string) []string {
	return func(key string) []string {
		if i := slices.Index(v.Cols, key); i >= 0 && i < len(row) {
			return cellCodes(row[i])
		}
		return nil
	}
}

// asked reports whether the field's condition holds; a field without one is
// not asked for by it.
func asked(f rulepack.Field, values map[string]Value) bool {
	return len(f.RequiredWhen) > 0 && holds(f.RequiredWhen, func(key string) []string { return values[key].codes() })
}

// reckon gives the numbers that follow from tables and from other numbers, and the
// moments by which something must be done. A number whose table is empty keeps
// what a person typed: the table may not be there, but no zero is made of that.
func (s *Service) reckon(pack *rulepack.Pack, form rulepack.Form, values map[string]Value) map[string]Value {
	out := maps.Clone(values)
	fields := form.Fields()
	for _, f := range fields {
		if len(f.Term) == 0 {
			continue
		}
		delete(out, f.Key)
		if v := s.due(pack, f, out); !v.Empty() {
			out[f.Key] = v
		}
	}
	for _, share := range []bool{false, true} { // shares rest on counts
		for _, f := range fields {
			if f.Count == nil || (f.Type == "pct") != share {
				continue
			}
			if v, ok := reckoned(f, out); ok {
				out[f.Key] = v
			}
		}
	}
	return out
}

// due is when the first term of f that holds ends; empty while what it counts from
// is not known.
func (s *Service) due(pack *rulepack.Pack, f rulepack.Field, values map[string]Value) Value {
	for _, t := range f.Term {
		from := values[t.From].At
		if from.IsZero() || !holds(t.When, func(key string) []string { return values[key].codes() }) {
			continue
		}
		due, ok := t.Due(pack, s.laws.Calendar(), from)
		if !ok {
			continue
		}
		if f.Type == "date" {
			due = due.Add(-time.Nanosecond) // a day ends at midnight
		}
		return Value{At: due}.shape(pack, f)
	}
	return Value{}
}

func reckoned(f rulepack.Field, values map[string]Value) (Value, bool) {
	c := f.Count
	if f.Type == "pct" {
		part, of := values[c.Part].Int, values[c.Of].Int
		if unknown := values[c.Unless].Int; unknown != nil && *unknown > 0 {
			return Value{}, false
		}
		if part == nil || of == nil || *of == 0 {
			return Value{}, false
		}
		return Value{Text: strconv.FormatFloat(float64(*part*1000 / *of)/10, 'f', -1, 64)}, true
	}
	t := values[c.Table]
	if len(t.Rows) == 0 {
		return Value{}, false
	}
	var n int64
	for _, row := range t.Rows {
		if !holds(c.Where, t.inRow(row)) {
			continue
		}
		if c.Sum == "" {
			n++
			continue
		}
		n += t.number(row, c.Sum)
	}
	return Value{Int: &n}, true
}

// number is the whole number in a row's column; 0 when empty.
func (v Value) number(row []string, key string) int64 {
	i := slices.Index(v.Cols, key)
	if i < 0 || i >= len(row) {
		return 0
	}
	n, err := strconv.ParseInt(row[i], 10, 64)
	if err != nil {
		return 0 // cells are stored as digits or empty
	}
	return n
}

// total sums a column; false when no row has a number there.
func (v Value) total(key string) (int64, bool) {
	i := slices.Index(v.Cols, key)
	var n int64
	some := false
	for _, row := range v.Rows {
		if i >= 0 && i < len(row) && row[i] != "" {
			n += v.number(row, key)
			some = true
		}
	}
	return n, some
}

// breach is a check that failed: in which row, or -1.
type breach struct {
	check rulepack.Check
	row   int
}

// breaches are the sums of the form that do not hold. A check of the form is
// asked once all its numbers are there; one of rows for every row.
func breaches(form rulepack.Form, values map[string]Value) []breach {
	var out []breach
	for _, c := range form.Checks {
		if c.Table == "" {
			l, ok1 := sumOf(values, c.Left)
			r, ok2 := sumOf(values, c.Right)
			if ok1 && ok2 && !c.Holds(l, r) {
				out = append(out, breach{c, -1})
			}
			continue
		}
		t := values[c.Table]
		for i, row := range t.Rows {
			var l, r int64
			for _, key := range c.Left {
				l += t.number(row, key)
			}
			for _, key := range c.Right {
				r += t.number(row, key)
			}
			if !c.Holds(l, r) {
				out = append(out, breach{c, i})
			}
		}
	}
	return out
}

func sumOf(values map[string]Value, keys []string) (int64, bool) {
	var n int64
	for _, key := range keys {
		if table, column, ok := strings.Cut(key, "."); ok {
			t, some := values[table].total(column)
			if !some {
				return 0, false
			}
			n += t
			continue
		}
		v := values[key].Int
		if v == nil {
			return 0, false
		}
		n += *v
	}
	return n, true
}
