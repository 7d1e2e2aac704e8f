// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"time"

	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Directives are those in force.
type Directives struct {
	Total int64
	Late  int64       // of Total, those of which something is late
	List  string      // where all are seen
	First []Directive // the earliest due first, ten or so
}

// Directive is one directive with what is asked by it of the units in sight,
// counted once a unit and requirement.
type Directive struct {
	Title, Href string
	Reply       string         // where the reader's own unit answers it; empty: Href
	From        string         // who issued it; may be empty
	Clock       *ui.ClockProps // of its earliest open term; nil without one
	Met         int64
	Late        int64 // past its term, open or met then
	Open        int64 // not yet due
	Unseen      int64 // cannot be told: not or not enough seen
}

func (d Directive) total() int64 { return d.Met + d.Late + d.Open + d.Unseen }

// Board ranks units by how they stand; a unit of which too little is seen has
// no place among the best.
type Board struct {
	Best, Worst []Standing // five or so
	List        string     // where all are seen
}

// Standing is one unit's place. Measure carries the coverage its value rests on.
type Standing struct {
	Unit, Href string
	Measure    ui.MeasureProps
}

// Answers are what waits for an answer.
type Answers struct {
	Total int64
	First []Answer // the most pressing first, ten or so
}

// Answer is one thing that waits. Its kind's words are the catalogue's
// home.answer.<kind>.
type Answer struct {
	Kind  AnswerKind
	Title string
	Href  string
	From  string         // who waits; may be empty
	Clock *ui.ClockProps // nil without a term
	Since time.Time      // when it came; shown without a term
}

// AnswerKind is what kind of answer is wanted.
type AnswerKind string

// The kinds.
const (
	Directed AnswerKind = "directive" // a directive with something open
	Paper    AnswerKind = "paper"     // a paper on its route, or to be received
	Question AnswerKind = "question"
	MoreTime AnswerKind = "time" // somebody asks for more time
)

// Past is what looking back found.
type Past struct {
	Total int64
	First []Finding // the latest made first, ten or so; Since is when it happened
}

// Proofs are what stands proved of requirements.
type Proofs struct {
	Total int64
	List  string
	First []Proof // those with most left to prove first, ten or so
}

// Proof is one requirement that units owe. Each of Units is counted once in the
// rest: met with evidence, met by word alone, open, late.
type Proof struct {
	Title, Href              string
	Units                    int64
	Proved, Said, Open, Late int64
}

// Body is one unit that can be drawn.
type Body struct {
	ID         string // what is hashed; never changes
	Name, Href string
	Kind       string // translated; may be empty
	Evidence   string // address of what it owes and has proved; may be empty
}
