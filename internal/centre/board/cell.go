// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
)

// State is what a cell shows.
type State uint8

// The states, the worst first: of the parts of a cell the smallest shows. The
// zero value is that nothing is known, so that a forgotten state helps nobody.
const (
	NoData   State = iota // expected, nothing seen; or no duty was ever opened
	TooFew                // seen, but too little
	Declared              // the unit says so, nothing was seen that proves it
	Late                  // measured or known: not so, though the day has passed
	Unmet                 // measured: not so
	Differs               // what the unit says is not what was measured
	Soon                  // a duty that is due soon
	Doing                 // a duty whose time runs
	MetLate               // a duty that was met after its day, for ever
	Met
	Outside // nothing is asked of the unit
	states  // how many there are
)

// severity orders the states from the worst shown to the best: what is known to
// be wrong stands before what is not known.
var severity = [states]uint8{Late: 0, Unmet: 1, Differs: 2, NoData: 3, TooFew: 4, Declared: 5, Soon: 6, Doing: 7, MetLate: 8, Met: 9, Outside: 10}

var stateKeys = [states]string{NoData: "nodata", TooFew: "toofew", Declared: "declared", Late: "late", Unmet: "unmet", Differs: "differs",
	Soon: "soon", Doing: "doing", MetLate: "metlate", Met: "met", Outside: "outside"}

// Key is the word of s in addresses, the API and the catalogue.
func (s State) Key() string { return stateKeys[s] }

// worse reports whether a shows before b.
func worse(a, b State) bool { return severity[a] < severity[b] }

// Cell is one requirement at one unit.
type Cell struct {
	Unit, Column string
	State        State
	Met          bool // it counts as met: measured so and every duty done
	Late         bool // its day has passed and it is not met, whatever is known
	Differs      bool // a claim contradicts what was measured
	Seen         bool // what it rests on was seen enough to judge
	Due          time.Time
	// Reading is of the measure that decides, with its target; nil without.
	Reading *measure.Reading
	Target  Target
	In      measure.Unit // what Reading's value is counted in
	// Duty is the obligation that decides, nil without.
	Duty     *obligation.Standing
	Evidence int64    // things that prove the duties
	Idle     bool     // a measure saw all there was, and it was nothing
	Moved    bool     // its duty was carried over to a later directive: neither done nor owed here
	Passage  *Passage // what the end of units made of it; nil: nothing
}

// Judge says where a unit stands with a requirement. reading gives that of one of
// the column's measures by its key; nil is unseen. known gives what a measure is
// counted in. duties are the unit's obligations for the column. The cell points
// into both.
func Judge(c Column, unit string, reading func(key string) *measure.Reading, known func(string) (measure.Measure, bool), duties []obligation.Standing, now time.Time) Cell {
	cell := Cell{Unit: unit, Column: c.ID, State: Outside, Met: true, Seen: true, Due: c.Due}
	for _, t := range c.Measures {
		m, ok := known(t.Key)
		r := reading(t.Key)
		if !ok || r == nil { // what nobody measures is not seen
			r = &measure.Reading{Key: t.Key, Unit: unit, Grade: measure.Unseen}
		}
		cell.take(r, t, m.Unit)
	}
	if c.Duty {
		cell.owe(duties, now)
		cell.Moved = slices.Contains(c.Moved, unit)
	}
	if cell.State == Outside {
		cell.Met, cell.Seen = false, true
		return cell
	}
	past := !cell.Due.IsZero() && now.After(cell.Due)
	if cell.Late = cell.Late || past && !cell.Met; cell.Late && severity[cell.State] < severity[NoData] {
		cell.State = Late
	}
	return cell
}

// take adds one measure to the cell.
func (c *Cell) take(r *measure.Reading, t Target, u measure.Unit) {
	s, differs := condition(r, t, u)
	if s == Outside {
		c.Idle = c.Idle || r.Grade == measure.Measured
		return
	}
	c.Differs = c.Differs || differs
	holds := s == Met || s == Differs && reaches(r, t, u)
	c.Met = c.Met && holds
	c.Seen = c.Seen && r.Grade == measure.Measured
	if c.Reading == nil || worse(s, c.State) {
		c.Reading, c.Target, c.In = r, t, u
	}
	if worse(s, c.State) {
		c.State = s
	}
}

// condition judges one reading against its target, now and never for good.
func condition(r *measure.Reading, t Target, u measure.Unit) (s State, differs bool) {
	switch r.Grade {
	case measure.Outside:
		return Outside, false
	case measure.Measured:
	case measure.Partial:
		if r.Said != nil {
			return Declared, false
		}
		return TooFew, false
	default:
		if r.Said != nil || r.Grade == measure.Declared {
			return Declared, false
		}
		return NoData, false
	}
	if _, ok := r.Value(u); !ok { // all was seen, and there was nothing to judge
		return Outside, false
	}
	differs = r.Contradicted(u)
	switch {
	case !reaches(r, t, u):
		return Unmet, differs
	case differs:
		return Differs, true
	}
	return Met, false
}

func reaches(r *measure.Reading, t Target, u measure.Unit) bool {
	v, ok := r.Value(u)
	return ok && t.Holds(v)
}

// owe adds the duties of the cell. None at all means that it was never given to
// the unit, which is not the same as done.
func (c *Cell) owe(duties []obligation.Standing, now time.Time) {
	if len(duties) == 0 {
		c.State, c.Met, c.Seen = worst(c.State, NoData), false, false
		return
	}
	for i := range duties {
		d := &duties[i]
		c.Evidence += d.Evidence
		s := dutyState(*d, now)
		if s == Outside {
			continue
		}
		c.Met = c.Met && (s == Met || s == MetLate)
		c.Late = c.Late || s == Late
		if c.Duty == nil || worse(s, dutyState(*c.Duty, now)) {
			c.Duty = d
			c.Due = d.DueAt
		}
		c.State = worst(c.State, s)
	}
}

// dutyState is what one duty shows: nothing where it ended, since its ground fell
// away or somebody above released the unit.
func dutyState(d obligation.Standing, now time.Time) State {
	switch d.Clock(now) {
	case obligation.Late:
		return Late
	case obligation.Soon:
		return Soon
	case obligation.OnTime:
		return Doing
	case obligation.MetLate:
		return MetLate
	case obligation.MetTime:
		return Met
	}
	return Outside
}

func worst(a, b State) State {
	if worse(b, a) {
		return b
	}
	return a
}

// Owes reports whether the unit still owes something for the cell that urging
// can bring: a duty not done, a condition that fails, or data that is missing.
func (c Cell) Owes() bool { return c.State != Outside && !c.Met }

// Pending reports whether the time of a cell that is not met still runs, so that
// nothing can be held against the unit yet.
func (c Cell) Pending() bool { return (c.State == Doing || c.State == Soon) && !c.Late }

// Value is the measured value of the cell; false when there is none to show.
func (c Cell) Value() (float64, bool) {
	if c.Reading == nil {
		return 0, false
	}
	return c.Reading.Value(c.In)
}
