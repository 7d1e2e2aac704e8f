// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package board is the living scoreboard of a directive: units by requirements,
// each cell what is true of the unit now, from measures and obligations, with the
// coverage it rests on. It keeps no figure of its own: directives, readings and
// duties come from their rooms by the interfaces below, and what it stores is who
// was urged and which head accepted the duties.
//
// Two rules carry it. A condition (a measure) is never met for good, a duty that
// was met stays met, and of both the worse shows. And nothing unseen ever helps:
// taking a reading away improves no cell, total, rank or score. Start at Judge,
// Table and Service.
package board

import (
	"context"
	"time"

	"github.com/vonggac/vonggac/internal/centre/measure"
	"github.com/vonggac/vonggac/internal/centre/obligation"
)

// Directives are the directives in force as the board needs them.
type Directives interface {
	// Board gives one directive with the units that lie in the actor's scope;
	// fault.NotFound when none does or there is no such directive.
	Board(ctx context.Context, id string) (Sheet, error)
	// InForce lists those in force with at least one unit in the actor's scope,
	// the most urgent and then the newest first.
	InForce(ctx context.Context) ([]Sheet, error)
	// Text is the words of one directive's paper, as it was read; empty without any.
	Text(ctx context.Context, id string) (string, error)
}

// Measures says what is true of units.
type Measures interface {
	// Readings gives what each measure reads of each unit now; a unit may be
	// missing, which is the same as unseen.
	Readings(ctx context.Context, keys, units []string) ([]measure.Reading, error)
	// Trend gives the daily readings of one unit in [from, to), oldest first.
	Trend(ctx context.Context, key, unit string, from, to time.Time) ([]measure.Reading, error)
	Measure(key string) (measure.Measure, bool)
}

// Duties says what became of the obligations that rest on directives.
type Duties interface {
	// Standings gives the obligations about subjects of a kind by id in the
	// actor's scope.
	Standings(ctx context.Context, kind string, ids []string) ([]obligation.Standing, error)
}

// SubjectKind is the kind of subject of an obligation that rests on a directive:
// its id is the directive's, its clock the column's, with "@" and more where one
// directive asks the same of many.
const SubjectKind = "directive"

// Sheet is a directive as a board: its columns are the leaves of its tree.
type Sheet struct {
	ID      string
	Code    string // "CD-2026-0007"; may be empty
	Title   string // what it is about
	Number  string // "1556/UBND-KGVX"; may be empty
	Date    time.Time
	Issuer  string
	Urgency string // as printed, "HỎA TỐC"; may be empty
	Columns []Column
	Units   []UnitRow
}

// Op compares a value with its limit.
type Op string

// The comparisons.
const (
	AtLeast Op = "at_least"
	AtMost  Op = "at_most"
)

// Target is what a measure must reach.
type Target struct {
	Key   string // of the measure
	Op    Op
	Value float64 // in percent of a share, things of a count, hours
}

// Holds reports whether a measured value reaches the target.
func (t Target) Holds(v float64) bool {
	if t.Op == AtMost {
		return v <= t.Value
	}
	return v >= t.Value
}

// Kind is what a requirement is bound to.
type Kind string

// The kinds.
const (
	Condition Kind = "measure"    // a condition that can fail again tomorrow
	Duty      Kind = "obligation" // done once, by a day
	Both      Kind = "both"
	Evidence  Kind = "evidence" // a duty that papers prove
	Person    Kind = "person"   // a duty that only a person can judge
)

// Kinds lists all, in the order the formula of the score names them.
func Kinds() []Kind { return []Kind{Condition, Both, Duty, Evidence, Person} }

// Column is one requirement.
type Column struct {
	ID       string
	Path     string // "2.a"
	Label    string // short
	Text     string // the full sentence, exactly as the dispatch says it
	Clause   string // "mục 2"
	Due      time.Time
	Measures []Target
	Duty     bool   // an obligation was opened for each unit
	Evidence string // what proves it; may be empty
	Kind     Kind
	Units    []string // whom it addresses, by id; nil: all of the sheet. Of a table, with those in the place of units that ended
	Moved    []string // of them, those whose duty was carried over to a later directive
}

// UnitRow is one unit of a sheet.
type UnitRow struct {
	ID        string
	Name      string // short
	Kind      string // id of the kind
	KindLabel string // in the reader's language
	KindPlace int    // of the kind in the order in which kinds are listed; groups stand in it
	Head      string // name of the responsible head; empty: none is named
	HeadTitle string
	HeadPhone string
	// Of a unit that exists no more: since when, who stands in its place, and whether
	// the reader does not see that one, so that nothing goes over to it.
	Ended  time.Time // the first moment without it; zero while it exists
	After  []Heir
	Unseen bool
	// Joined says that the unit was not addressed itself: it stands in the place of
	// units that were.
	Joined bool
}
