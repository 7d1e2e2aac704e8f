// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package rulepack

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/calendar"
)

// grounds returns the ground of every value of p that may have versions.
func (p *Pack) grounds() []Ground {
	var all []Ground
	gather(&all, p.Thresholds, func(v Threshold) Ground { return v.Ground })
	gather(&all, p.Harms, func(v Harm) Ground { return v.Ground })
	gather(&all, p.Criteria, func(v Criterion) Ground { return v.Ground })
	gather(&all, p.Parties, func(v Party) Ground { return v.Ground })
	gather(&all, p.Templates, func(v Template) Ground { return v.Ground })
	gather(&all, p.Authorities, func(v Authority) Ground { return v.Ground })
	gather(&all, p.Periods, func(v Period) Ground { return v.Ground })
	gather(&all, p.Counts, func(v Count) Ground { return v.Ground })
	gather(&all, p.Groups, func(v ControlGroup) Ground { return v.Ground })
	gather(&all, p.Penalties, func(v Penalty) Ground { return v.Ground })
	gather(&all, p.Layers, func(v Layer) Ground { return v.Ground })
	gather(&all, p.Transitions, func(v Transition) Ground { return v.Ground })
	return all
}

func gather[T any](into *[]Ground, list []T, of func(T) Ground) {
	for _, v := range list {
		*into = append(*into, of(v))
	}
}

// turns are the days inside the pack on which a value begins or has ended, the
// pack's first day before them, without doubles and rising.
func (p *Pack) turns() []calendar.Date {
	days := []calendar.Date{p.From}
	for _, g := range p.grounds() {
		if !g.From.IsZero() {
			days = append(days, g.From)
		}
		if !g.To.IsZero() {
			days = append(days, g.To.AddDays(1))
		}
	}
	return p.inside(days)
}

// inside keeps the days of the pack, sorted and without doubles.
func (p *Pack) inside(days []calendar.Date) []calendar.Date {
	days = slices.DeleteFunc(days, func(d calendar.Date) bool {
		return d.Compare(p.From) < 0 || !p.To.IsZero() && d.Compare(p.To) > 0
	})
	slices.SortFunc(days, calendar.Date.Compare)
	return slices.Compact(days)
}

// on returns p with the one version of each value that holds on d. Its version
// tells the readings of one pack apart.
func (p *Pack) on(d calendar.Date) *Pack {
	turns := p.turns()
	if len(turns) == 1 {
		return p
	}
	v := *p
	v.Thresholds = pick(p.Thresholds, d, func(v Threshold) Ground { return v.Ground })
	v.Harms = pick(p.Harms, d, func(v Harm) Ground { return v.Ground })
	v.Criteria = pick(p.Criteria, d, func(v Criterion) Ground { return v.Ground })
	v.Parties = pick(p.Parties, d, func(v Party) Ground { return v.Ground })
	v.Templates = pick(p.Templates, d, func(v Template) Ground { return v.Ground })
	v.Authorities = pick(p.Authorities, d, func(v Authority) Ground { return v.Ground })
	v.Periods = pick(p.Periods, d, func(v Period) Ground { return v.Ground })
	v.Counts = pick(p.Counts, d, func(v Count) Ground { return v.Ground })
	v.Groups = pick(p.Groups, d, func(v ControlGroup) Ground { return v.Ground })
	v.Penalties = pick(p.Penalties, d, func(v Penalty) Ground { return v.Ground })
	v.Layers = pick(p.Layers, d, func(v Layer) Ground { return v.Ground })
	v.Transitions = pick(p.Transitions, d, func(v Transition) Ground { return v.Ground })
	turn := turns[0]
	for _, t := range turns {
		if t.Compare(d) <= 0 {
			turn = t
		}
	}
	if turn != p.From {
		v.Version = mixed(p.Version, "from "+turn.String())
	}
	return &v
}

func pick[T any](list []T, d calendar.Date, of func(T) Ground) []T {
	return slices.DeleteFunc(slices.Clone(list), func(v T) bool { return !of(v).holdsOn(d) })
}

// mixed is a version made of another and of what was done to it.
func mixed(version string, what ...string) string {
	h := sha256.New()
	fmt.Fprintln(h, version)
	for _, w := range what {
		fmt.Fprintf(h, "%d %s\n", len(w), w)
	}
	return hex.EncodeToString(h.Sum(nil))
}
