// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package board

import (
	"bytes"
	"cmp"
	_ "embed"
	"fmt"
	"math"
	"slices"

	"go.yaml.in/yaml/v3"

	"github.com/vonggac/vonggac/internal/platform/i18n"
)

//go:embed score.yaml
var formula []byte

// Formula is how the compliance score is made. It is data, see score.yaml.
type Formula struct {
	Version  string           `yaml:"version"`
	Weights  map[Kind]float64 `yaml:"weights"`
	Points   Points           `yaml:"points"`
	Late     float64          `yaml:"late"`
	Coverage float64          `yaml:"coverage"` // percent
}

// Points are what a requirement brings by its state, 0..1.
type Points struct {
	Met     float64 `yaml:"met"`
	MetLate float64 `yaml:"metlate"`
	Unmet   float64 `yaml:"unmet"`
}

// ReadFormula reads a formula and refuses one under which missing data helps or
// that names what it does not know.
func ReadFormula(raw []byte) (Formula, error) {
	var f Formula
	dec := yaml.NewDecoder(bytes.NewReader(raw))
	dec.KnownFields(true)
	if err := dec.Decode(&f); err != nil {
		return Formula{}, fmt.Errorf("formula of the score: %w", err)
	}
	for _, k := range Kinds() {
		if w := f.Weights[k]; !(w > 0) || w > 100 {
			return Formula{}, fmt.Errorf("formula of the score: weight of %s is %v, want above 0 and at most 100", k, w)
		}
	}
	p := f.Points
	switch {
	case f.Version == "" || len(f.Weights) != len(Kinds()):
		return Formula{}, fmt.Errorf("formula of the score: it names a version and the %d kinds, no other", len(Kinds()))
	case !(p.Unmet >= 0 && p.Unmet <= p.MetLate && p.MetLate <= p.Met && p.Met <= 1):
		return Formula{}, fmt.Errorf("formula of the score: points must rise from unmet over metlate to met, within 0 and 1")
	case !(f.Late >= 0 && f.Late <= 1) || !(f.Coverage >= 0 && f.Coverage <= 100):
		return Formula{}, fmt.Errorf("formula of the score: late is 0 to 1, coverage 0 to 100 percent")
	}
	return f, nil
}

// standard is the product's own formula; a test reads it.
func standard() Formula {
	f, err := ReadFormula(formula)
	if err != nil {
		panic(err) // a bug: the file is part of the program
	}
	return f
}

// Tally is the sums a score is made of. Tallies of several directives are added
// field by field.
type Tally struct {
	Weight float64 // of what counts
	Points float64 // weight x points
	Seen   float64 // weight of what was seen enough to judge
	Counts Counts
}

// Add counts one cell.
func (f Formula) Add(t Tally, k Kind, c Cell) Tally {
	t.Counts.add(c)
	if c.State == Outside || c.Pending() {
		return t
	}
	w, p := f.Weights[k]*float64(c.For()), f.Points.Unmet
	switch {
	case c.State == MetLate:
		p = f.Points.MetLate
	case c.Met:
		p = f.Points.Met
	case !c.Seen:
		p = 0
	}
	if c.Late {
		p -= f.Late
	}
	t.Weight, t.Points = t.Weight+w, t.Points+w*p
	if c.Seen {
		t.Seen += w
	}
	return t
}

// Plus is the sum of both.
func (t Tally) Plus(u Tally) Tally {
	return Tally{t.Weight + u.Weight, t.Points + u.Points, t.Seen + u.Seen, t.Counts.Plus(u.Counts)}
}

// Score is 0..100 to one decimal; false when nothing counts yet.
func (t Tally) Score() (float64, bool) {
	if t.Weight <= 0 {
		return 0, false
	}
	return math.Round(1000*max(t.Points, 0)/t.Weight) / 10, true
}

// Coverage is the share of the weight that was seen, in percent, rounded down.
func (t Tally) Coverage() int {
	if t.Weight <= 0 {
		return 0
	}
	return int(100 * t.Seen / t.Weight)
}

// Standing is a unit among others.
type Standing struct {
	Unit UnitRow
	Tally
	Score float64
	Rank  int // 1 is the best; 0: not compared, since too little is seen or nothing counts
}

// Rank orders units: those with enough coverage first, best first, equal scores
// sharing a rank; then those that cannot be compared, the least seen first.
func (f Formula) Rank(tallies map[string]Tally, units []UnitRow) []Standing {
	out, names := make([]Standing, 0, len(units)), make(map[string]string, len(units))
	for _, u := range units {
		t := tallies[u.ID]
		if t.Counts.Asked == 0 {
			continue
		}
		s := Standing{Unit: u, Tally: t}
		var ok bool
		if s.Score, ok = t.Score(); ok && 100*t.Seen >= f.Coverage*t.Weight {
			s.Rank = 1
		}
		out = append(out, s)
		names[u.ID] = i18n.Fold(u.Name)
	}
	slices.SortFunc(out, func(a, b Standing) int {
		name := cmp.Or(cmp.Compare(names[a.Unit.ID], names[b.Unit.ID]), cmp.Compare(a.Unit.ID, b.Unit.ID))
		if a.Rank != b.Rank {
			return b.Rank - a.Rank // those compared have 1 here
		}
		if a.Rank == 0 {
			return cmp.Or(cmp.Compare(a.Coverage(), b.Coverage()), name)
		}
		return cmp.Or(cmp.Compare(b.Score, a.Score), name)
	})
	for i := range out {
		if out[i].Rank == 0 {
			break
		}
		out[i].Rank = i + 1
		if i > 0 && out[i].Score == out[i-1].Score {
			out[i].Rank = out[i-1].Rank
		}
	}
	return out
}

// tallies scores every row of some tables, by unit. What a unit did that ended
// counts for the one that took over what it left open, wherever that stands in the
// tables: else its own part would look all done.
func (f Formula) tallies(tables []Table) (map[string]Tally, []UnitRow) {
	rows := map[string]UnitRow{}
	for _, t := range tables {
		for _, r := range t.Rows {
			rows[r.Unit.ID] = r.Unit
		}
	}
	sums := map[string]Tally{}
	var units []UnitRow
	for _, t := range tables {
		for _, r := range t.Rows {
			u := r.Unit
			if h, here := rows[u.heir()]; here {
				u = h
			}
			sum, seen := sums[u.ID]
			if !seen {
				units = append(units, u)
			}
			for j, c := range r.Cells {
				sum = f.Add(sum, t.Columns[j].Kind, c)
			}
			sums[u.ID] = sum
		}
	}
	return sums, units
}
