// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package unit

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// ReformID names a reform. The zero value names none.
type ReformID string

// ReformKind is what a decision does to units.
type ReformKind string

// The kinds of reform.
const (
	Merge  ReformKind = "merge"  // several end, one follows them
	Split  ReformKind = "split"  // one ends, several follow; or it goes on and gives some away
	Rename ReformKind = "rename" // one has another name
	Move   ReformKind = "move"   // one stands under another parent
	End    ReformKind = "end"    // one ends, followed by none or by units that exist
)

// ReformKinds lists the kinds in the order they are offered.
func ReformKinds() []ReformKind { return []ReformKind{Merge, Split, Rename, Move, End} }

// ReformState is where a reform stands.
type ReformState string

// The states of a reform.
const (
	Draft     ReformState = "draft"     // written down, changes nothing
	Planned   ReformState = "planned"   // confirmed, waits for its day
	Applied   ReformState = "applied"   // carried out
	Failed    ReformState = "failed"    // its day came and it could not be carried out: Problem says why
	Withdrawn ReformState = "withdrawn" // taken back before it was carried out
	Undone    ReformState = "undone"    // taken back afterwards
)

// Reform is one decision about units and what came of it.
type Reform struct {
	ID       ReformID
	Kind     ReformKind
	State    ReformState
	From     calendar.Date // first day on which it holds
	Basis    string        // number and name of the decision, 1..300 characters
	BasisDay calendar.Date // of the decision; zero when not told
	Note     string
	Spec     Spec
	Problem  string // catalogue key, of a failed one
	Title    string // the units' names, for lists

	CreatedBy, SettledBy string // names of people; "system" for what the program did on the day
	CreatedAt, SettledAt time.Time
	Version              int64

	done done
}

// Spec is what a reform does.
type Spec struct {
	Units    []ID            `json:"units"`              // those that end, or the one that is renamed or moved
	Parts    []Part          `json:"parts,omitempty"`    // merge: the one that follows; split and end: those that follow; rename: the new name
	Parent   ID              `json:"parent,omitempty"`   // move: the new parent
	Keep     bool            `json:"keep,omitempty"`     // split: the unit goes on
	Ranges   map[RangeID]int `json:"ranges,omitempty"`   // several parts: which gets a range, from 1; the others end with the unit
	Children map[ID]int      `json:"children,omitempty"` // several parts: which gets a unit below, from 1
	Facts    int             `json:"facts,omitempty"`    // which part, from 1, takes head, contact, hotline and address over
}

// Part is a unit that follows: one that exists, or a new one.
type Part struct {
	Unit      ID     `json:"unit,omitempty"` // empty: a new unit of the fields below
	Name      string `json:"name,omitempty"`
	ShortName string `json:"short_name,omitempty"`
	Code      string `json:"code,omitempty"`
	Kind      string `json:"kind,omitempty"`
	Parent    ID     `json:"parent,omitempty"`
}

// ended are the units that are no more after the reform.
func (s Spec) ended(kind ReformKind) []ID {
	switch {
	case kind == Merge:
		var list []ID
		for _, id := range s.Units {
			if len(s.Parts) == 0 || id != s.Parts[0].Unit {
				list = append(list, id)
			}
		}
		return list
	case kind == Split && !s.Keep, kind == End:
		return s.Units
	}
	return nil
}

// named are all units that exist and that the reform names, each once.
func (s Spec) named() []ID {
	seen, list := map[ID]bool{"": true}, []ID(nil)
	add := func(id ID) {
		if !seen[id] {
			seen[id], list = true, append(list, id)
		}
	}
	for _, id := range s.Units {
		add(id)
	}
	for _, p := range s.Parts {
		add(p.Unit)
		add(p.Parent)
	}
	add(s.Parent)
	for id := range s.Children {
		add(id)
	}
	return list
}

// open reports whether the reform may still be carried out or withdrawn.
func (r Reform) open() bool { return r.State == Draft || r.State == Planned || r.State == Failed }

// clean brings the texts of r into stored form.
func (r *Reform) clean() {
	r.Basis, r.Note = i18n.NFC(r.Basis), i18n.NFC(r.Note)
	for i := range r.Spec.Parts {
		p := &r.Spec.Parts[i]
		p.Name, p.ShortName, p.Code = i18n.NFC(p.Name), i18n.NFC(p.ShortName), strings.TrimSpace(i18n.NFC(p.Code))
	}
}

// check reports every field of r that is not right in itself, by form field.
func (r Reform) check(op string) error {
	bad := map[string]string{}
	if r.From.IsZero() {
		bad["from"] = "unit.err.required"
	}
	if r.Basis == "" {
		bad["basis"] = "unit.err.required"
	}
	for field, s := range map[string]string{"basis": r.Basis, "note": r.Note} {
		if utf8.RuneCountInString(s) > map[string]int{"basis": 300, "note": 2000}[field] {
			bad[field] = "unit.err.too_long"
		}
	}
	if field, reason := r.Spec.check(r.Kind); reason != "" {
		bad[field] = reason
	}
	if len(bad) > 0 {
		return &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	return nil
}

// check says what of a spec is not right, as form field and catalogue key.
func (s Spec) check(kind ReformKind) (field, reason string) {
	switch {
	case len(s.Units) == 0:
		return "units", "unit.err.required"
	case kind == Merge && (len(s.Units) < 2 || len(s.ended(kind)) == 0):
		return "units", "unit.err.reform_two"
	case kind != Merge && len(s.Units) != 1:
		return "units", "unit.err.reform_one"
	case kind == Merge && len(s.Parts) != 1, kind == Rename && (len(s.Parts) != 1 || s.Parts[0].Name == ""):
		return "name", "unit.err.required"
	case kind == Split && !s.Keep && len(s.Parts) < 2, kind == Split && len(s.Parts) == 0:
		return "parts", "unit.err.reform_parts"
	case kind == Move && s.Parent == "":
		return "parent", "unit.err.required"
	}
	if kind == Merge || kind == Split {
		for _, p := range s.Parts {
			if p.Unit == "" && p.Name == "" {
				return map[ReformKind]string{Merge: "name", Split: "parts"}[kind], "unit.err.required"
			}
		}
	}
	for _, p := range s.Parts {
		if slices.Contains(s.ended(kind), p.Unit) {
			return "parts", "unit.err.successor"
		}
	}
	return "", ""
}

// part is the part, from 1, that one thing of the unit goes to: told, or the
// only one there is; 0 for none.
func (s Spec) part(told int) int {
	if len(s.Parts) == 1 && !s.Keep {
		return 1
	}
	if told < 0 || told > len(s.Parts) {
		return 0
	}
	return told
}
