// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
)

// This file is the one rule for units that end while a directive is in force.
//
// A unit that ended stays in its row as what it was, with who stands in its place
// since when. What it did stays its own. Where one unit stands in its place,
// whatever is still open, and every condition, goes over to that one, whose cell
// then counts for all the units it holds the part of: no sum gets better because
// units became fewer. Where several do, or none, everything stays open in the row
// of the unit that ended, its conditions unseen, until a person says who owes it:
// by issuing the directive to those in its place and taking it back here.

// Heir is a unit that stands in the place of one that ended.
type Heir struct{ ID, Name string }

// Passage is what the end of units made of a cell.
type Passage struct {
	To   string   // the unit that the cell went over to; nothing is asked here any more
	From []string // the units that ended whose part it holds, by id
	For  int      // how many units it counts for: those, and its own where that was addressed itself
	Owed []Part   // of them, those whose duty is owed here; of others it was settled before, and stands in the cell it went over from
}

// Part is what one unit owes of a cell that counts for several.
type Part struct {
	Unit string               // id
	Duty *obligation.Standing // the one that decides; nil: it was never given
}

// For is how many units a cell counts for, 1 or more.
func (c Cell) For() int {
	if c.Passage == nil {
		return 1
	}
	return max(1, c.Passage.For)
}

// Gone reports whether the unit exists no more.
func (u UnitRow) Gone() bool { return !u.Ended.IsZero() }

// Heirs names who stands in the place of u; empty where nobody does.
func (u UnitRow) Heirs() string {
	names := make([]string, len(u.After))
	for n, h := range u.After {
		names[n] = h.Name
	}
	return strings.Join(names, ", ")
}

// heir is the one unit in the place of u to which what is open went over; empty
// where there is none, there are several, or the reader does not see it.
func (u UnitRow) heir() string {
	if !u.Gone() || len(u.After) != 1 || u.Unseen {
		return ""
	}
	return u.After[0].ID
}

// addressed counts the units that the directive was issued to.
func (sh Sheet) addressed() (n int) {
	for _, u := range sh.Units {
		if !u.Joined {
			n++
		}
	}
	return n
}

// Fresh are the readings that speak of the units of the sheet as they are: none of
// a unit that ended, and of the one in its place none that was counted before.
func (sh Sheet) Fresh(readings []measure.Reading) []measure.Reading {
	gone, since := map[string]bool{}, map[string]time.Time{}
	for _, u := range sh.Units {
		if !u.Gone() {
			continue
		}
		gone[u.ID] = true
		if h := u.heir(); h != "" && u.Ended.After(since[h]) {
			since[h] = u.Ended
		}
	}
	if len(gone) == 0 {
		return readings
	}
	return slices.DeleteFunc(slices.Clone(readings), func(r measure.Reading) bool { return gone[r.Unit] || r.At.Before(since[r.Unit]) })
}

// settled reports whether nothing is open any more of what one unit owed for a
// column: a condition never is.
func settled(c Column, duties []obligation.Standing) bool {
	return len(c.Measures) == 0 && ended(duties)
}

// ended reports whether there are duties and none is open any more.
func ended(duties []obligation.Standing) bool {
	return len(duties) > 0 && !slices.ContainsFunc(duties, func(d obligation.Standing) bool { return d.State == obligation.Open })
}

// estate is what goes over from units that ended, by the places of rows and columns.
type estate struct {
	sh   Sheet
	from map[[2]int][]int // row of the heir and column -> rows whose part it holds
	gone map[[2]int]bool  // row and column that went over, whether the heir stands in the sheet or not
}

// estate says what of a sheet goes over to whom; nil when nothing does.
func (sh Sheet) estate(rows map[string]int, asked [][]bool, owed func(row, column int) []obligation.Standing) *estate {
	if !slices.ContainsFunc(sh.Units, func(u UnitRow) bool { return u.Gone() || u.Joined }) {
		return nil
	}
	e := &estate{sh: sh, from: map[[2]int][]int{}, gone: map[[2]int]bool{}}
	for i, u := range sh.Units {
		heir := u.heir()
		if heir == "" {
			continue
		}
		h, here := rows[heir]
		for j, c := range sh.Columns {
			if asked[j] != nil && !asked[j][i] || settled(c, owed(i, j)) {
				continue
			}
			e.gone[[2]int{i, j}] = true
			if here {
				e.from[[2]int{h, j}] = append(e.from[[2]int{h, j}], i)
			}
		}
	}
	return e
}

// cell judges the cell of a row and a column after what went over; asked says that
// the column addresses the unit itself.
func (e *estate) cell(i, j int, asked bool, judge func(duties []obligation.Standing) Cell, owed func(row, column int) []obligation.Standing) Cell {
	u, c := e.sh.Units[i], e.sh.Columns[j]
	parts := e.from[[2]int{i, j}]
	asked = asked && !u.Joined
	switch {
	case e.gone[[2]int{i, j}]:
		cell := Cell{Unit: u.ID, Column: c.ID, State: Outside, Seen: true, Passage: &Passage{To: u.heir()}}
		if list := owed(i, j); ended(list) { // its duty stays its own
			own := judge(list)
			cell.Duty, cell.Evidence = own.Duty, own.Evidence
		}
		return cell
	case !asked && len(parts) == 0:
		return Cell{Unit: u.ID, Column: c.ID, State: Outside, Seen: true}
	case len(parts) == 0:
		return judge(owed(i, j))
	}
	p := &Passage{}
	cell := Cell{Unit: u.ID, Column: c.ID, State: Outside, Seen: true}
	if asked {
		if cell = judge(owed(i, j)); cell.State != Outside {
			p.For++
			p.Owed = append(p.Owed, Part{u.ID, cell.Duty})
		}
	}
	for _, k := range parts {
		list := owed(k, j)
		part := judge(list)
		if part.State != Outside { // released units count for nothing
			p.For++
			p.From = append(p.From, e.sh.Units[k].ID)
			if c.Duty && !ended(list) {
				p.Owed = append(p.Owed, Part{e.sh.Units[k].ID, part.Duty})
			}
		}
		part.Moved = c.Duty && slices.Contains(c.Moved, e.sh.Units[k].ID)
		cell = cell.join(part)
	}
	cell.Passage = p
	return cell
}

// join is the cell of a unit that holds what is asked in both: met when both are,
// as late and as little known as either.
func (c Cell) join(x Cell) Cell {
	moved, idle, evidence := c.Moved || x.Moved, c.Idle || x.Idle, c.Evidence+x.Evidence
	switch {
	case c.State == Outside:
		c = x
	case x.State != Outside:
		if worse(x.State, c.State) {
			x, c = c, x
		}
		c.Met, c.Seen = c.Met && x.Met, c.Seen && x.Seen
		c.Late, c.Differs = c.Late || x.Late, c.Differs || x.Differs
		if c.Duty == nil && x.Duty != nil {
			c.Duty = x.Duty
		}
		if c.Late && severity[c.State] < severity[NoData] {
			c.State = Late
		}
	}
	c.Moved, c.Idle, c.Evidence = moved, idle, evidence
	return c
}

// columns are the columns with the units that they address by now.
func (e *estate) columns(asked [][]bool) []Column {
	out := slices.Clone(e.sh.Columns)
	for j := range out {
		units := []string{}
		for i, u := range e.sh.Units {
			own := (asked[j] == nil || asked[j][i]) && !u.Joined
			if own || len(e.from[[2]int{i, j}]) > 0 {
				units = append(units, u.ID)
			}
		}
		if out[j].Units != nil || len(units) < len(e.sh.Units) {
			out[j].Units = units
		}
	}
	return out
}

// went counts what went over from the unit of the first row.
func went(t Table) (n int) {
	for _, c := range t.Rows[0].Cells {
		if c.Passage != nil && c.Passage.To != "" {
			n++
		}
	}
	return n
}

// named names units of the table.
func (t Table) named(ids []string) string {
	var names []string
	for _, u := range t.Sheet.Units {
		if slices.Contains(ids, u.ID) {
			names = append(names, u.Name)
		}
	}
	return strings.Join(names, ", ")
}

// with are the units of a sheet that a page of one of them reads: it, and those in
// whose place it stands; none when it is not of the sheet.
func (sh Sheet) with(unit string) Sheet {
	var of []UnitRow
	found := false
	for _, u := range sh.Units {
		if u.ID == unit {
			found, of = true, append([]UnitRow{u}, of...)
		} else if u.heir() == unit {
			of = append(of, u)
		}
	}
	if sh.Units = nil; found {
		sh.Units = of
	}
	return sh
}
