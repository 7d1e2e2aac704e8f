// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"

	"github.com/vonggac/vonggac/internal/centre/incident"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// notices are the forms of a first notice of an incident, the newest first.
var notices = []string{"F1b", "F1a"}

// Choice is a form offered for a case.
type Choice struct {
	Form  rulepack.Form
	Pack  *rulepack.Pack // the pack the form stands in
	Other bool           // the form is of another regime than the case
	Paper ID             // a draft of this form that the case has already; empty when none
}

// choices lists the forms for a case under the pack of its day: the pack's own
// first, then those of earlier regimes, which stay open to choice (Mẫu 03 of
// Circular 20/2017 is still asked for by some recipients). Forms of a later
// regime are not offered.
func choices(laws *rulepack.Set, own *rulepack.Pack) []Choice {
	var first, other []Choice
	for _, id := range notices {
		for _, p := range laws.Packs() {
			f, ok := p.Form(id)
			switch {
			case ok && p.ID == own.ID:
				first = append(first, Choice{Form: f, Pack: p})
			case ok && p.From.Compare(own.From) < 0:
				other = append(other, Choice{Form: f, Pack: p, Other: true})
			}
		}
	}
	return append(first, other...)
}

// form finds the form of a paper in its pack.
func (s *Service) form(p Paper) (*rulepack.Pack, rulepack.Form, bool) {
	pack, ok := s.laws.Get(p.PackID)
	if !ok {
		return nil, rulepack.Form{}, false
	}
	f, ok := pack.Form(p.FormID)
	return pack, f, ok
}

// packOf is the regime of a case.
func (s *Service) packOf(i incident.Incident) *rulepack.Pack {
	if p, ok := s.laws.Get(i.PackID); ok {
		return p
	}
	return s.laws.At(calendar.DateOf(i.DetectedAt))
}

// Choices lists the forms of a first notice that may be chosen for a case in
// the actor's scope, the one to take by default first.
func (s *Service) Choices(ctx context.Context, caseID string) (incident.Incident, []Choice, error) {
	i, err := s.cases.Get(ctx, incident.ID(caseID))
	if err != nil {
		return incident.Incident{}, nil, err
	}
	list := choices(s.laws, s.packOf(i))
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
