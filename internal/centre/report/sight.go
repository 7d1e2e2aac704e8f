// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// This file says who may do what with which paper: one about an incident goes by
// the area of incidents, so that whoever sees the case sees its papers; all
// others are official papers of a body and go by the area of documents. Of those,
// whoever only reads sees what was sent.

// needs is the permission for an act on papers about things of a kind.
func needs(kind string, act auth.Act) auth.Permission {
	if kind == OfIncident {
		return auth.Permission{Area: auth.Incidents, Act: act}
	}
	return auth.Permission{Area: auth.Documents, Act: act}
}

// Permissions of routes. Everybody who reads papers of cases reads documents too;
// the use case asks again, by what the paper is about.
var (
	mayRead      = needs(OfPeriod, auth.Read)
	mayWrite     = needs(OfPeriod, auth.Write)
	mayWriteCase = needs(OfIncident, auth.Write)

	mayReadDirectives = auth.Permission{Area: auth.Directives, Act: auth.Read}
)

// sight is where an actor sees papers.
type sight struct {
	cases  auth.Scope   // papers about incidents
	papers auth.Scope   // all others, once they were sent
	inHand []auth.Scope // and before that
}

func sightOf(a auth.Actor) sight {
	v := sight{cases: auth.ScopeOf(a, needs(OfIncident, auth.Read)), papers: auth.ScopeOf(a, mayRead)}
	for _, act := range []auth.Act{auth.Write, auth.Decide, auth.Send} {
		v.inHand = append(v.inHand, auth.ScopeOf(a, needs(OfPeriod, act)))
	}
	return v
}

// sees returns the actor and where they see papers; fault.Forbidden when nowhere.
func sees(ctx context.Context, op string) (auth.Actor, sight, error) {
	a, ok := auth.From(ctx)
	if !ok {
		return a, sight{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	v := sightOf(a)
	if len(v.cases.Roots())+len(v.papers.Roots()) == 0 {
		return a, v, &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return a, v, nil
}

// filter narrows q, a query on report_paper AS p, to the papers in sight. A case's
// are seen from its unit and from that of its source.
func (v sight) filter(q *bun.SelectQuery) *bun.SelectQuery {
	unit, args := v.cases.Where("p.unit_id")
	owner, more := v.cases.Where("p.owner_unit")
	args = append(args, more...)
	own, more := v.papers.Where("p.unit_id")
	args = append(args, more...)
	var sent strings.Builder
	sent.WriteString("p.state = 'sent' OR (p.state = 'withdrawn' AND EXISTS (SELECT 1 FROM report_sending AS g WHERE g.paper_id = p.id))")
	for _, scope := range v.inHand {
		mine, more := scope.Where("p.unit_id")
		sent.WriteString(" OR " + mine)
		args = append(args, more...)
	}
	return q.Where("((p.subject_kind = 'incident' AND ("+unit+" OR "+owner+")) OR (p.subject_kind <> 'incident' AND "+own+" AND ("+sent.String()+")))", args...)
}
