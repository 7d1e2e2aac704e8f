// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Choice is a form offered for a case.
type Choice struct {
	Form  rulepack.Form
	Pack  *rulepack.Pack // the pack the form stands in
	Other bool           // the form is of another regime than the case
	Paper ID             // a draft of this form that the case has already; empty when none
}

// choices lists the forms of papers about the thing under the pack of its day:
// the pack's own first, then those of earlier regimes, which stay open to choice
// (Mẫu 03 of Circular 20/2017 is still asked for by some recipients). Forms that
// a term of the pack asks for come first. Forms of a later regime are not
// offered.
func choices(laws *rulepack.Set, own *rulepack.Pack, about func(rulepack.About) bool) []Choice {
	var first, other []Choice
	for _, p := range laws.Packs() {
		if p.From.Compare(own.From) > 0 {
			continue
		}
		for _, f := range p.Forms {
			switch _, has := own.Form(f.ID); {
			case !about(f.About):
			case p.ID == own.ID:
				first = append(first, Choice{Form: f, Pack: p})
			case !has:
				other = append(other, Choice{Form: f, Pack: p, Other: true})
			}
		}
	}
	for _, list := range [][]Choice{first, other} {
		slices.SortStableFunc(list, func(a, b Choice) int { return clockOf(a) - clockOf(b) })
	}
	return append(first, other...)
}

// clockOf is the place of the first clock of the pack that asks for the form.
func clockOf(c Choice) int {
	n := slices.IndexFunc(c.Pack.AllClocks, func(k rulepack.Clock) bool { return k.Form == c.Form.ID })
	if n < 0 {
		return len(c.Pack.AllClocks)
	}
	return n
}

func ofIncident(a rulepack.About) bool { return a == rulepack.OfIncident }

// form finds the form of a paper in its pack, as it read when it was written.
func (s *Service) form(p Paper) (*rulepack.Pack, rulepack.Form, bool) {
	pack, _, ok := s.law(p)
	if !ok {
		return nil, rulepack.Form{}, false
	}
	f, ok := pack.Form(p.FormID)
	return pack, f, ok
}

// packOf is the regime of a case.
func (s *Service) packOf(i incident.Incident) *rulepack.Pack {
	if p, ok := s.laws.Get(i.Law.PackID); ok {
		return p
	}
	return s.laws.At(calendar.DateOf(i.DetectedAt))
}

// meets reports whether a paper of the form meets a duty that names formID:
// forms of one purpose stand in for one another.
func (s *Service) meets(form rulepack.Form, packID, formID string) bool {
	if formID == form.ID {
		return formID != ""
	}
	pack, ok := s.laws.Get(packID)
	if !ok || form.Purpose == "" {
		return false
	}
	asked, ok := pack.Form(formID)
	return ok && asked.Purpose == form.Purpose
}

// Choices lists the forms that may be chosen for a case in the actor's scope,
// the one to take by default first.
func (s *Service) Choices(ctx context.Context, caseID string) (incident.Incident, []Choice, error) {
	i, err := s.cases.Get(ctx, incident.ID(caseID))
	if err != nil {
		return incident.Incident{}, nil, err
	}
	list := choices(s.laws, s.packOf(i), ofIncident)
	drafts, err := s.Of(ctx, caseID)
	if err != nil {
		return incident.Incident{}, nil, err
	}
	for n := range list {
		for _, p := range drafts {
			if p.FormID == list[n].Form.ID && p.Relation == None && (p.State == Draft || p.State == Printed) {
				list[n].Paper = p.ID
			}
		}
	}
	return i, list, nil
}

// Catalogue lists every form of the regime in force on a day, and those of
// earlier ones that it has not, each by number.
func (s *Service) Catalogue(on calendar.Date) (*rulepack.Pack, []Choice) {
	own := s.laws.At(on)
	list := choices(s.laws, own, func(rulepack.About) bool { return true })
	slices.SortStableFunc(list, func(a, b Choice) int {
		if a.Other != b.Other {
			return map[bool]int{false: -1, true: 1}[a.Other]
		}
		return cmp.Or(number(a.Form.ID)-number(b.Form.ID), cmp.Compare(a.Form.ID, b.Form.ID))
	})
	return own, list
}

// number is the first number in a form's id: 12 of "F12".
func number(id string) int {
	n := 0
	for _, r := range strings.TrimLeftFunc(id, func(r rune) bool { return r < '0' || r > '9' }) {
		if r < '0' || r > '9' || n > 1000 {
			break
		}
		n = n*10 + int(r-'0')
	}
	return n
}
