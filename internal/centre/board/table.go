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

// Counts are cells by what they count as. Each cell that asks something is in
// one of Met, Unmet, Late, Unknown and Pending.
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
	if c.Moved {
		n.Moved++
	}
	if c.State == Outside {
		return
	}
	n.Asked++
	if c.Late {
		n.Overdue++
	}
	if c.Differs {
		n.Differs++
	}
	if c.Seen {
		n.Seen++
	}
	switch {
	case c.Met:
		n.Met++
	case c.unknown():
		n.Unknown++
	case c.Late:
		n.Late++
	case c.Pending():
		n.Pending++
	default:
		n.Unmet++
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

// Fill judges every cell of a sheet.
func Fill(sh Sheet, readings []measure.Reading, known func(string) (measure.Measure, bool), duties []obligation.Standing, now time.Time) Table {
	type at struct{ unit, key string }
	read := make(map[string]map[string]measure.Reading, len(sh.Units))
	for _, r := range readings {
		if read[r.Unit] == nil {
			read[r.Unit] = map[string]measure.Reading{}
		}
		read[r.Unit][r.Key] = r
	}
	owed := make(map[at][]obligation.Standing, len(duties))
	for _, d := range duties {
		if d.Subject == sh.ID {
			column, _, _ := strings.Cut(d.ClockID, "@") // what follows tells one unit's duty, and one period's, from others
			k := at{d.UnitID, column}
			owed[k] = append(owed[k], d)
		}
	}
	only := make(map[string]map[string]bool)
	for _, c := range sh.Columns {
		if c.Units != nil {
			only[c.ID] = make(map[string]bool, len(c.Units))
			for _, u := range c.Units {
				only[c.ID][u] = true
			}
		}
	}
	t := Table{Sheet: sh, At: now, Columns: sh.Columns, Rows: make([]Row, len(sh.Units))}
	cells := make([]Cell, len(sh.Units)*len(sh.Columns))
	for i, u := range sh.Units {
		row := Row{Unit: u, Cells: cells[i*len(sh.Columns) : (i+1)*len(sh.Columns) : (i+1)*len(sh.Columns)]}
		for j, c := range sh.Columns {
			if !c.concerns(only, u.ID) {
				row.Cells[j] = Cell{Unit: u.ID, Column: c.ID, State: Outside, Seen: true}
				continue
			}
			row.Cells[j] = Judge(c, u.ID, read[u.ID], known, owed[at{u.ID, c.ID}], now)
			row.Counts.add(row.Cells[j])
		}
		t.Rows[i] = row
	}
	t.sum(known)
	return t
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

// Narrow keeps the rows and columns that f asks for and sums them anew.
func (t Table) Narrow(f Filter, known func(string) (measure.Measure, bool)) Table {
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
		return cmp.Or(cmp.Compare(a.Unit.KindLabel, b.Unit.KindLabel), late, name)
	})
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
