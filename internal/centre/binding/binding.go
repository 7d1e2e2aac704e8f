// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package binding says what a sentence of an official text is bound to: the
// measures that tell from data whether it is so, the obligations it makes, the
// evidence that is wanted where nothing measures it yet. The bindings are data
// (library/*.yaml, and a folder of the province's own); what a person once chose
// for a text is remembered and proposed first for the next of its kind. The
// package knows no other room: it names measures by key, forms, clocks and
// periods by their ids in the rule packs. This file knows no SQL and no HTTP.
// Start at Library.Propose.
package binding

import (
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Kind is how a demand is answered.
type Kind string

// The kinds of binding.
const (
	ByMeasure    Kind = "measure"    // data say whether it is so
	ByObligation Kind = "obligation" // something is delivered, once or again and again
	ByBoth       Kind = "both"
	ByEvidence   Kind = "evidence" // a paper or file proves it, because the room that will measure it does not stand yet
	ByPerson     Kind = "person"   // only a person can say, and why is written down
)

// Kinds lists all kinds, in the order pages offer them.
func Kinds() []Kind { return []Kind{ByBoth, ByMeasure, ByObligation, ByEvidence, ByPerson} }

// Binding is what a demand of one sort is bound to.
type Binding struct {
	ID    string         `yaml:"id"` // letters, digits and hyphens: "level-dossier"
	Label rulepack.Label `yaml:"label"`
	Kind  Kind           `yaml:"kind"`
	// Rows are the rows of the table of demands that it answers: "2-03". Empty in
	// bindings of a province that answer none of them.
	Rows []string `yaml:"rows"`
	// Topics, Words and Actors are what it is proposed for: weights of topics by
	// key, of words of the text, and of words in the names of who must act. A
	// negative weight speaks against it.
	Topics map[string]float64 `yaml:"topics"`
	Words  map[string]float64 `yaml:"words"`
	Actors map[string]float64 `yaml:"actors"`

	Measures    []Measure        `yaml:"measures"`
	Obligations []Template       `yaml:"obligations"`
	Evidence    []rulepack.Label `yaml:"evidence"`  // sorts of proof, in words; never empty
	WaitsFor    string           `yaml:"waits_for"` // id of the room that will measure it; only where no measure stands
	Why         rulepack.Label   `yaml:"why"`       // of a person's: why nothing else can say
	Addressed   []string         `yaml:"addressed"` // kinds of unit of the rule packs, or everyone
	Next        rulepack.Label   `yaml:"next"`      // a unit's next step to become measured

	Own string `yaml:"-"` // file of the province's folder it was read from; empty for the program's

	words, actors []weighted
}

// Everyone stands in Addressed for all kinds of unit.
const Everyone = "all"

// Issuer stands in a template's Addressee for who issued the text.
const Issuer = "issuer"

// Measure is a measure that a demand is judged by.
type Measure struct {
	Key      string `yaml:"key"`       // of the registry of measures: "obligation.on_time"
	WaitsFor string `yaml:"waits_for"` // id of the room that will register it; empty: it is registered
	Target   Target `yaml:"target"`
}

// Target is what a measure must reach. The zero Target leaves it to the measure.
type Target struct {
	Least     *float64 `yaml:"at_least"`
	Most      *float64 `yaml:"at_most"`
	Unit      string   `yaml:"unit"`      // percent, count, hours; empty with neither figure
	Threshold string   `yaml:"threshold"` // id of a threshold of the rule pack, in place of a figure
	// FromText takes the figure of the sentence where it gives one; what stands
	// beside it holds where it gives none.
	FromText bool `yaml:"from_text"`
	Read     bool `yaml:"-"` // the figure was read in the sentence
}

// Template is an obligation that a demand makes for each unit it addresses.
type Template struct {
	Title rulepack.Label `yaml:"title"`
	// Forms, Clocks and Periods are ids of the rule packs. Regimes name them
	// differently: the first that the pack in force knows holds.
	Forms   []string `yaml:"forms"`
	Clocks  []string `yaml:"clocks"`
	Periods []string `yaml:"periods"`
	// FromText takes the term of the sentence where it gives one.
	FromText bool `yaml:"from_text"`
	// Amount is the term where nothing else gives one, with what it rests on. Zero:
	// a person must give it.
	Amount    calendar.Amount  `yaml:"amount"`
	Source    rulepack.Source  `yaml:"source"`
	Evidence  []rulepack.Label `yaml:"evidence"`  // sorts of proof, in words
	Addressee string           `yaml:"addressee"` // role of the rule packs, or Issuer
}

// Form is the id of the form that pack knows, empty where it knows none.
func (t Template) Form(pack *rulepack.Pack) string {
	return first(t.Forms, func(id string) bool { _, ok := pack.Form(id); return ok })
}

// Clock is the id of the clock that pack knows, empty where it knows none.
func (t Template) Clock(pack *rulepack.Pack) string {
	return first(t.Clocks, func(id string) bool { _, ok := pack.Clock(id); return ok })
}

// Periodic lists the ids of the periodic duties that pack knows.
func (t Template) Periodic(pack *rulepack.Pack) (ids []string) {
	for _, id := range t.Periods {
		if slices.ContainsFunc(pack.Periodic, func(p rulepack.Periodic) bool { return p.ID == id }) {
			ids = append(ids, id)
		}
	}
	return ids
}

func first(ids []string, known func(string) bool) string {
	if i := slices.IndexFunc(ids, known); i >= 0 {
		return ids[i]
	}
	return ""
}

// State says how far a demand can be judged today.
type State string

// The states, from best to worst.
const (
	Measured State = "measured" // a registered measure says whether it is so
	Owed     State = "owed"     // an obligation stands for it; whether it was met is known
	Waits    State = "waits"    // evidence until a room stands
	Person   State = "person"   // only a person can say
	Unbound  State = "unbound"  // nothing answers the row
)

// States lists all states.
func States() []State { return []State{Measured, Owed, Waits, Person, Unbound} }

// State is how far b can be judged where the measures that registered knows
// stand. A measure of obligations alone says that answers came in time, not that
// they are so: it makes nothing measured.
func (b Binding) State(registered func(key string) bool) State {
	switch {
	case b.Kind == ByPerson:
		return Person
	case slices.ContainsFunc(b.Measures, func(m Measure) bool { return registered(m.Key) && !strings.HasPrefix(m.Key, "obligation.") }):
		return Measured
	case b.Kind != ByEvidence && len(b.Obligations) > 0:
		return Owed
	}
	return Waits
}

// Rooms are the ids of the rooms that b waits for, each once.
func (b Binding) Rooms() (ids []string) {
	all := []string{b.WaitsFor}
	for _, m := range b.Measures {
		all = append(all, m.WaitsFor)
	}
	for _, id := range all {
		if id != "" && !slices.Contains(ids, id) {
			ids = append(ids, id)
		}
	}
	return ids
}

// Row is one row of the table of demands: what past dispatches asked.
type Row struct {
	ID       string         `yaml:"id"`  // "2-03": dispatch and number
	Ask      rulepack.Label `yaml:"ask"` // in the product's own words
	Dispatch rulepack.Label `yaml:"-"`   // which dispatch asked it
	Binding  string         `yaml:"-"`   // id of the binding that answers it; empty: none
	Also     []string       `yaml:"-"`   // ids of further ones
}

// Room is a part of the product that bindings wait for.
type Room struct {
	ID    string         `yaml:"id"`
	Label rulepack.Label `yaml:"label"`
}
