// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package series

import (
	"context"
	"slices"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// This file proposes definitions: the periodic duties of the packs that a form
// meets. Nothing of it is made before a person takes it.

// Offer is a definition that the packs propose.
type Offer struct {
	Duty  rulepack.Periodic
	Pack  *rulepack.Pack
	Form  rulepack.Form
	Owed  bool // by units of this kind
	Past  bool // of an earlier regime: some recipients still ask for it
	Next  rulepack.Occurrence
	Taken ID // the definition that the unit has already; empty without
}

// Offers lists what the packs propose to a unit in the actor's scope: what its
// kind owes first, then what others owe, then what was owed under earlier
// regimes.
func (s *Service) Offers(ctx context.Context, unit string) ([]Offer, Body, error) {
	const op = "series.Offers"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return nil, Body{}, err
	}
	if inside, err := scope.Holds(ctx, s.Records.Read(), unit); err != nil || !inside {
		if err == nil {
			err = fault.Missing(op)
		}
		return nil, Body{}, db.Error(op, err)
	}
	body, err := s.Body(ctx, unit)
	if err != nil {
		return nil, body, err
	}
	windows, err := s.Campaigns(ctx)
	if err != nil {
		return nil, body, err
	}
	have, err := list(ctx, s.Records.Read(), op, scope, Filter{Unit: unit, Limit: 1000})
	if err != nil {
		return nil, body, err
	}
	today := calendar.DateOf(s.Now())
	own := s.Laws.At(today)
	var out []Offer
	met := map[string]bool{} // forms that a duty in force asks for
	for _, past := range []bool{false, true} {
		for _, pack := range slices.Backward(s.Laws.Packs()) {
			if (pack == own) == past || pack.From.Compare(own.From) > 0 {
				continue
			}
			for _, d := range pack.Periodic {
				form, ok := pack.Form(d.Form)
				if !ok || form.About != rulepack.OfPeriod || !slices.Contains(form.Periods.Every, kinds[d.Every]) || past && met[d.Form] {
					continue
				}
				o := Offer{Duty: d, Pack: pack, Form: form, Owed: slices.Contains(d.Owes, body.Kind), Past: past}
				o.Next, _ = d.Next(today, windows)
				for _, x := range have.Rows {
					if x.Duty == d.ID && (x.Pack == pack.ID || x.Pack == "" && !past) {
						o.Taken = x.ID
					}
				}
				out = append(out, o)
			}
		}
		for _, o := range out {
			met[o.Duty.Form] = true
		}
	}
	rank := func(o Offer) int {
		return map[bool]int{true: 2}[o.Past] + map[bool]int{false: 1}[o.Owed]
	}
	slices.SortStableFunc(out, func(a, b Offer) int { return rank(a) - rank(b) })
	return out, body, nil
}

// usualLead is how many days before the end of its term a proposed draft is made,
// where the duty itself does not appear later.
const usualLead = 15

// Take makes the definition that the packs propose, written by the actor.
// fault.NotFound for what is not proposed, fault.Conflict when the unit has it.
func (s *Service) Take(ctx context.Context, unit, pack, duty string) (Series, error) {
	const op = "series.Take"
	all, _, err := s.Offers(ctx, unit)
	if err != nil {
		return Series{}, err
	}
	n := slices.IndexFunc(all, func(o Offer) bool { return o.Pack.ID == pack && o.Duty.ID == duty })
	switch {
	case n < 0:
		return Series{}, fault.Missing(op)
	case all[n].Taken != "":
		return Series{}, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "series.bad.taken"}
	}
	o := all[n]
	actor, _ := auth.From(ctx)
	p := Plan{Title: o.Duty.Label.VI, Form: o.Duty.Form, Duty: duty, Unit: unit, Every: o.Duty.Every, Lead: min(usualLead, o.Duty.OpenDays), Writer: actor.ID}
	if o.Past {
		p.Pack = pack
	}
	return s.Add(ctx, p)
}
