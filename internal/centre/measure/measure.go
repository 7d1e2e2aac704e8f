// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package measure says what is true of each unit, from data: named functions over
// records that give, for every unit and window, a figure and the coverage it rests
// on. Rooms register theirs; this one evaluates them, keeps a row a day, and shows
// where each number comes from. A figure on too little coverage has no value, and
// what a unit says of itself is declared, never measured. The package imports no
// other room. Start at Measure and Service.
package measure

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// Figure is what a measure found for one unit in one window. Figures of several
// units are added field by field; nothing is ever averaged.
type Figure struct {
	Num, Den       int64 // a share is Num of Den; a count is Num, with Den 0
	Seen, Expected int64 // how much of what should have been seen was; Expected 0: nothing was expected of the unit
}

// Add is the figure of both together.
func (f Figure) Add(g Figure) Figure {
	return Figure{f.Num + g.Num, f.Den + g.Den, f.Seen + g.Seen, f.Expected + g.Expected}
}

// Unit is what a value is counted in.
type Unit string

// The units of a value.
const (
	Share Unit = "share" // Num of Den, shown in percent
	Count Unit = "count" // Num things
	Hours Unit = "hours" // Num hours over Den things: the mean is shown
)

// Direction says which way is better.
type Direction string

// The directions.
const (
	More  Direction = "more"
	Less  Direction = "less"
	Plain Direction = "plain" // neither: told, not judged
)

// Grade says how far a value may be believed.
type Grade string

// The grades. Only a measured figure has a value that counts.
const (
	Measured Grade = "measured"
	Declared Grade = "declared" // the unit says so; nothing was seen that proves it
	Partial  Grade = "partial"  // seen, but less than the threshold of coverage
	Unseen   Grade = "unseen"   // expected, nothing seen
	Outside  Grade = "outside"  // nothing is expected of the unit: the measure does not concern it
)

// Window is the time a figure is about, half open. A measure of a state looks at
// its end alone.
type Window struct{ From, To time.Time }

// Measure is one named figure. Its words stand in the catalogue under
// "measure.<key>": .title, .definition, .source (what it is counted from),
// .coverage (what should have been seen), .next (a unit's next step to become
// measured).
type Measure struct {
	Key       string // "obligation.on_time": the room and what is measured
	Unit      Unit
	Direction Direction
	Days      int                                // length of the window; 0: a state
	Target    string                             // id of the threshold of the rule pack it is judged by where nothing else is said; may be empty
	Coverage  string                             // id of the pack's threshold of coverage; empty: the usual one
	Declares  bool                               // a unit may declare it
	Present   bool                               // it knows only how things stand now: days gone by are never counted anew
	Area      auth.Area                          // who may see the rows behind it
	Rows      func(unit string, w Window) string // address of the list of rows behind the figure; nil: none
	// Eval gives the figure of each unit by id, of its own rows without those of
	// units below. It reads everything in the window in a few statements, never one
	// a unit, and leaves out units of which nothing is expected.
	Eval func(ctx context.Context, q bun.IDB, w Window) (map[string]Figure, error)
}

// Reading is a measure of a unit as a page shows it.
type Reading struct {
	Key, Unit string
	Figure
	Grade  Grade
	At     time.Time // when it was counted; zero: never
	Before *Figure   // one window earlier, where that was measured; for the trend
	// Said is what the unit declares; it never counts as measured, and is shown
	// beside a measured figure that differs.
	Said      *Claim
	Day       calendar.Date // the day it stands for; zero: never counted
	Run       string        // id of the run that counted it
	Tolerance int64         // percent by which a claim may differ from what was measured; see Contradicted
}

// Units gives the units that stand at a moment, for measures that expect
// something of every unit.
type Units func(ctx context.Context, q bun.IDB, at time.Time) ([]string, error)

// Coverage gives, for each unit, how much of the logs that should have been heard
// in the window was: Seen and Expected of each figure. A unit that nobody listens
// to expects something and has Seen 0.
type Coverage func(ctx context.Context, q bun.IDB, w Window) (map[string]Figure, error)

// Claim is what a unit declares of itself.
type Claim struct {
	Num, Den int64
	Note     string
	By       string // name of who declared it
	At       time.Time
}

// Value is the figure as a number: percent of a share, things of a count, hours;
// false while it may not be shown as measured.
func (r Reading) Value(u Unit) (float64, bool) {
	if r.Grade != Measured || u != Count && r.Den == 0 {
		return 0, false
	}
	switch u {
	case Share:
		return 100 * float64(r.Num) / float64(r.Den), true
	case Hours:
		return float64(r.Num) / float64(r.Den), true
	}
	return float64(r.Num), true
}
