// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Counts are cells by what they count as, each as many times as it counts for
// units. Each cell that asks something is in one of Met, Unmet, Late, Unknown and
// Pending.
type Counts struct {
	Asked   int // all but those outside
	Met     int
	Late    int // known not met, and its day has passed
	Unmet   int // known not met, its day has not passed or there is none
	Unknown int // nothing, too little, or only a claim
	Pending int // duties whose time runs
	Overdue int // of all: not met though the day has passed, known or not
	Differs int // of all: the claim is not what was measured
	Seen    int // of all: seen enough to judge
	Moved   int // whose duty was carried over to a later directive; asked here no more where nothing else is
}

func (n *Counts) add(c Cell) {
	units := c.For()
	if c.Moved {
		n.Moved += units
	}
	if c.State == Outside {
		return
	}
	n.Asked += units
	if c.Late {
		n.Overdue += units
	}
	if c.Differs {
		n.Differs += units
	}
	if c.Seen {
		n.Seen += units
	}
	switch {
	case c.Met:
		n.Met += units
	case c.unknown():
		n.Unknown += units
	case c.Late:
		n.Late += units
	case c.Pending():
		n.Pending += units
	default:
		n.Unmet += units
	}
}

// Plus is the sum of both, field by field.
func (n Counts) Plus(m Counts) Counts {
	return Counts{n.Asked + m.Asked, n.Met + m.Met, n.Late + m.Late, n.Unmet + m.Unmet, n.Unknown + m.Unknown, n.Pending + m.Pending,
		n.Overdue + m.Overdue, n.Differs + m.Differs, n.Seen + m.Seen, n.Moved + m.Moved}
}

func (c Cell) unknown() bool { return c.State == NoData || c.State == TooFew || c.State == Declared }

// Row is one unit with its cells, one for each column of the table.
type Row struct {
	Unit   UnitRow
	Cells  []Cell
	Counts Counts
}

// Total is the foot of a column.
type Total struct {
	Counts Counts
	// Figure is the sum, field by field, of what a column with a single measure
	// reads of all its units; In is what it is counted in.
	Figure measure.Figure
	In     measure.Unit
	// Grade is Measured only when every unit that the measure concerns is: a sum
	// that lacks one would move by what is not seen.
	Grade measure.Grade
}

// Table is a sheet with what is true of it at a moment.
type Table struct {
	Sheet   Sheet
	At      time.Time
	Columns []Column
	Rows    []Row
	Totals  []Total // one for each column, over Rows
	Counts  Counts  // of all cells
}

// Fill judges every cell of a sheet. The cells point into readings and duties,
// which nobody may change after. Units that ended are treated by the rule of
// ended.go: the columns of the table say whom they address by now.
func Fill(sh Sheet, readings []measure.Reading, known func(string) (measure.Measure, bool), duties []obligation.Standing, now time.Time) Table {
	rows := places(sh.Units, func(u UnitRow) string { return u.ID })
	read, owed, asked := sh.read(sh.Fresh(readings), rows), sh.owed(duties, rows), sh.asked(rows)
	past := sh.estate(rows, asked, owed)
	t := Table{Sheet: sh, At: now, Columns: sh.Columns, Rows: make([]Row, len(sh.Units))}
	n := len(sh.Columns)
	cells := make([]Cell, len(sh.Units)*n)
	for i, u := range sh.Units {
		row := Row{Unit: u, Cells: cells[i*n : (i+1)*n : (i+1)*n]}
		of := func(key string) *measure.Reading { return read(i, key) }
		for j, c := range sh.Columns {
			judge := func(duties []obligation.Standing) Cell { return Judge(c, u.ID, of, known, duties, now) }
			addressed := asked[j] == nil || asked[j][i]
			switch {
			case past != nil:
				row.Cells[j] = past.cell(i, j, addressed, judge, owed)
			case addressed:
				row.Cells[j] = judge(owed(i, j))
			default:
				row.Cells[j] = Cell{Unit: u.ID, Column: c.ID, State: Outside, Seen: true}
			}
			row.Counts.add(row.Cells[j])
		}
		t.Rows[i] = row
	}
	if past != nil {
		t.Columns = past.columns(asked)
	}
	t.sum(known)
	return t
}

// places are where the ids of a list stand in it.
func places[T any](list []T, id func(T) string) map[string]int {
	at := make(map[string]int, len(list))
	for i, v := range list {
		at[id(v)] = i
	}
	return at
}

// read finds the reading of a unit, by its place, and a measure; nil without.
func (sh Sheet) read(readings []measure.Reading, rows map[string]int) func(row int, key string) *measure.Reading {
	keys := map[string]int{}
	for _, c := range sh.Columns {
		for _, t := range c.Measures {
			if _, known := keys[t.Key]; !known {
				keys[t.Key] = len(keys)
			}
		}
	}
	found := make([]*measure.Reading, len(sh.Units)*len(keys))
	for n := range readings {
		r := &readings[n]
		i, of := rows[r.Unit]
		if k, asked := keys[r.Key]; of && asked {
			found[i*len(keys)+k] = r
		}
	}
	return func(row int, key string) *measure.Reading { return found[row*len(keys)+keys[key]] }
}

// owed finds the duties of a unit for a column, both by their places.
func (sh Sheet) owed(duties []obligation.Standing, rows map[string]int) func(row, column int) []obligation.Standing {
	columns := places(sh.Columns, func(c Column) string { return c.ID })
	place := func(d obligation.Standing) int {
		column, _, _ := strings.Cut(d.ClockID, "@") // what follows tells one unit's duty, and one period's, from others
		i, of := rows[d.UnitID]
		j, is := columns[column]
		if d.Subject != sh.ID || !of || !is {
			return -1
		}
		return i*len(sh.Columns) + j
	}
	at := make([]int, len(duties))
	ends := make([]int, len(sh.Units)*len(sh.Columns)+1) // of each cell: where its duties end, in the order of cells
	for n, d := range duties {
		if at[n] = place(d); at[n] >= 0 {
			ends[at[n]+1]++
		}
	}
	for k := 1; k < len(ends); k++ {
		ends[k] += ends[k-1]
	}
	sorted, next := make([]obligation.Standing, ends[len(ends)-1]), slices.Clone(ends)
	for n, d := range duties {
		if k := at[n]; k >= 0 {
			sorted[next[k]] = d
			next[k]++
		}
	}
	return func(row, column int) []obligation.Standing {
		k := row*len(sh.Columns) + column
		return sorted[ends[k]:ends[k+1]:ends[k+1]]
	}
}

// asked says of each column which units it addresses, by their places; nil stands
// for all.
func (sh Sheet) asked(rows map[string]int) [][]bool {
	out := make([][]bool, len(sh.Columns))
	for j, c := range sh.Columns {
		if c.Units == nil {
			continue
		}
		out[j] = make([]bool, len(sh.Units))
		for _, u := range c.Units {
			if i, of := rows[u]; of {
				out[j][i] = true
			}
		}
	}
	return out
}

// sum makes the totals of the rows that stand in the table.
func (t *Table) sum(known func(string) (measure.Measure, bool)) {
	t.Totals, t.Counts = make([]Total, len(t.Columns)), Counts{}
	for j, c := range t.Columns {
		f := &t.Totals[j]
		one := len(c.Measures) == 1
		if one {
			m, _ := known(c.Measures[0].Key)
			f.In = m.Unit
		}
		concerned, measured := 0, 0
		for i := range t.Rows {
			cell := &t.Rows[i].Cells[j]
			f.Counts.add(*cell)
			if one && cell.Reading != nil {
				concerned++
				f.Figure = f.Figure.Add(cell.Reading.Figure)
				if _, ok := cell.Value(); ok {
					measured++
				}
			}
		}
		f.Grade = sumGrade(concerned, measured, f.Figure)
		t.Counts = t.Counts.Plus(f.Counts)
	}
}

func sumGrade(concerned, measured int, f measure.Figure) measure.Grade {
	switch {
	case concerned == 0:
		return measure.Outside
	case measured == concerned:
		return measure.Measured
	case f.Seen > 0:
		return measure.Partial
	}
	return measure.Unseen
}

// Value is the value of the sum; false when some unit of it was not measured.
func (t Total) Value() (float64, bool) {
	return measure.Reading{Figure: t.Figure, Grade: t.Grade}.Value(t.In)
}

// Show narrows a board to cells of one sort.
type Show string

// The filters of a board; the zero value shows everything.
const (
	ShowUnmet   Show = "unmet"
	ShowUnknown Show = "unknown"
	ShowDiffers Show = "differs"
	ShowLate    Show = "late"
)

// Shows lists the filters in the order pages offer them.
func Shows() []Show { return []Show{ShowUnmet, ShowLate, ShowUnknown, ShowDiffers} }

func (s Show) takes(c Cell) bool {
	switch s {
	case ShowUnmet:
		return c.State == Unmet || c.State == Late
	case ShowUnknown:
		return c.unknown()
	case ShowDiffers:
		return c.Differs
	case ShowLate:
		return c.Late
	}
	return c.State != Outside
}

func (s Show) count(n Counts) int {
	return map[Show]int{ShowUnmet: n.Late + n.Unmet, ShowUnknown: n.Unknown, ShowDiffers: n.Differs, ShowLate: n.Overdue}[s]
}

// Sort is the order of a board's rows.
type Sort string

// The orders. The zero value groups units by kind and puts the latest first in
// each; the others do not group.
const (
	ByLate Sort = "late"
	ByName Sort = "name"
)

// Filter narrows and orders a table.
type Filter struct {
	Show  Show
	Kind  string // of unit
	Query string // words of a unit's name, accents free
	Sort  Sort
}

// Narrow keeps the rows and columns that f asks for and sums them anew. A unit that
// stands in the place of others, of whom nothing was left open, has no row.
func (t Table) Narrow(f Filter, known func(string) (measure.Measure, bool)) Table {
	t.Rows = slices.DeleteFunc(slices.Clone(t.Rows), func(r Row) bool { return r.Unit.Joined && r.Counts.Asked == 0 })
	if f.Show == "" && f.Kind == "" && f.Query == "" { // all of it, whose sums stand
		t.order(f.Sort)
		return t
	}
	query := i18n.Fold(f.Query)
	rows := make([]Row, 0, len(t.Rows))
	keep := make([]bool, len(t.Columns))
	for _, r := range t.Rows {
		if f.Kind != "" && r.Unit.Kind != f.Kind || query != "" && !holdsWords(i18n.Fold(r.Unit.Name), query) {
			continue
		}
		found := f.Show == ""
		for j, c := range r.Cells {
			if f.Show == "" || f.Show.takes(c) {
				keep[j], found = true, true
			}
		}
		if found {
			rows = append(rows, r)
		}
	}
	if t.Rows = rows; f.Show != "" {
		t.cut(keep)
	}
	t.order(f.Sort)
	t.sum(known)
	return t
}

// cut leaves the columns out that are not kept; counts of rows stay whole.
func (t *Table) cut(keep []bool) {
	var columns []Column
	for j, c := range t.Columns {
		if keep[j] {
			columns = append(columns, c)
		}
	}
	for i, r := range t.Rows {
		cells := make([]Cell, 0, len(columns))
		for j, c := range r.Cells {
			if keep[j] {
				cells = append(cells, c)
			}
		}
		t.Rows[i].Cells = cells
	}
	t.Columns = columns
}

func holdsWords(text, query string) bool {
	for word := range strings.FieldsSeq(query) {
		if !strings.Contains(text, word) {
			return false
		}
	}
	return true
}

func (t *Table) order(by Sort) {
	names := make(map[string]string, len(t.Rows))
	for _, r := range t.Rows {
		names[r.Unit.ID] = i18n.Fold(r.Unit.Name)
	}
	slices.SortStableFunc(t.Rows, func(a, b Row) int {
		name := cmp.Compare(names[a.Unit.ID], names[b.Unit.ID])
		late := cmp.Or(cmp.Compare(b.Counts.Overdue, a.Counts.Overdue), cmp.Compare(b.Counts.open(), a.Counts.open()))
		switch by {
		case ByName:
			return cmp.Or(name, cmp.Compare(a.Unit.ID, b.Unit.ID))
		case ByLate:
			return cmp.Or(late, name)
		}
		return cmp.Or(byKind(a.Unit, b.Unit), late, name)
	})
}

// byKind orders units by their kinds, in the order in which those are listed.
func byKind(a, b UnitRow) int {
	return cmp.Or(cmp.Compare(a.KindPlace, b.KindPlace), cmp.Compare(a.KindLabel, b.KindLabel), cmp.Compare(a.Kind, b.Kind))
}

// open is how many cells are not met.
func (n Counts) open() int { return n.Asked - n.Met }

// Find gives a cell of the table with its row and column.
func (t Table) Find(unit, column string) (Row, Column, Cell, bool) {
	j := slices.IndexFunc(t.Columns, func(c Column) bool { return c.ID == column })
	i := slices.IndexFunc(t.Rows, func(r Row) bool { return r.Unit.ID == unit })
	if i < 0 || j < 0 {
		return Row{}, Column{}, Cell{}, false
	}
	return t.Rows[i], t.Columns[j], t.Rows[i].Cells[j], true
}
