// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package home

import (
	"context"
	"slices"
	"time"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// window is how long a source may be silent before it counts as not heard.
const window = 24 * time.Hour

// View is the page of one role.
type View string

// The views, the one that burns first. Calm is for everybody else.
const (
	ForDuty      View = "duty"
	ForCentre    View = "centre"
	ForLeader    View = "leader"
	ForOfficer   View = "unit"
	Calm         View = "calm"
	ForInspector View = "inspector"
)

// views lists the pages of an actor; the first is shown unless asked otherwise.
func views(a auth.Actor) []View {
	var out []View
	for _, v := range []struct {
		role auth.Role
		view View
	}{{auth.Duty, ForDuty}, {auth.Centre, ForCentre}, {auth.Leader, ForLeader}, {auth.Inspector, ForInspector}, {auth.UnitOfficer, ForOfficer}} {
		if a.Has(v.role) {
			out = append(out, v.view)
		}
	}
	if out == nil {
		out = []View{Calm}
	}
	return out
}

// state is what the rooms answered; nil is a block left out.
type state struct {
	duties     *Duties
	late       *Lateness
	soon       *Lateness
	findings   *Findings
	infections *Infections
	incidents  *Incidents
	sources    *Sources
	matching   *bool
	indicators *Indicators
	first      *[]ui.Step
	ready      *Ready
	own        *Own
	since      *Since
	sick       *[]Finding
	answers    *Answers
	directives *Directives
	board      *Board
	past       *Past
	proofs     *Proofs
	bodies     *[]Body
}

// ask puts fn's answer into to, unless it has none for this actor.
func ask[T any](ctx context.Context, to **T, fn func(context.Context) (T, error)) error {
	if fn == nil {
		return nil
	}
	v, err := fn(ctx)
	if fault.Is(err, fault.Forbidden) {
		return nil
	}
	if err == nil {
		*to = &v
	}
	return err
}

// of is fn for the pages that show its answer, and nothing for others.
func of[T any](view View, fn func(context.Context) (T, error), shown ...View) func(context.Context) (T, error) {
	if !slices.Contains(shown, view) {
		return nil
	}
	return fn
}

// gather asks the rooms for what a page shows.
func (d Deps) gather(ctx context.Context, view View) (state, error) {
	var s state
	since := d.Now().Add(-window)
	for _, err := range []error{
		ask(ctx, &s.duties, d.Duties), ask(ctx, &s.late, of(view, d.Late, ForDuty, ForCentre, ForLeader)), ask(ctx, &s.soon, of(view, d.Soon, ForDuty)), ask(ctx, &s.findings, d.Findings), ask(ctx, &s.infections, d.Infections),
		ask(ctx, &s.incidents, d.Incidents), ask(ctx, &s.sources, bind(d.Sources, since)), ask(ctx, &s.matching, d.Matching), ask(ctx, &s.first, d.FirstHour),
		ask(ctx, &s.indicators, of(view, d.Indicators, ForCentre)), ask(ctx, &s.ready, of(view, d.Ready, ForCentre, ForLeader)),
		ask(ctx, &s.own, of(view, d.Own, ForOfficer)), ask(ctx, &s.since, of(view, bind(d.Since, since), ForCentre)),
		ask(ctx, &s.sick, of(view, d.Infected, ForOfficer)), ask(ctx, &s.answers, of(view, d.Answers, ForOfficer, ForCentre, ForLeader)),
		ask(ctx, &s.directives, of(view, d.Directives, ForOfficer, ForCentre, ForLeader, ForInspector)), ask(ctx, &s.board, of(view, d.Board, ForLeader)),
		ask(ctx, &s.past, of(view, bind(d.Past, since), ForCentre)), ask(ctx, &s.proofs, of(view, d.Proofs, ForInspector)),
		ask(ctx, &s.bodies, of(view, d.Bodies, ForInspector)),
	} {
		if err != nil {
			return state{}, err
		}
	}
	return s, nil
}

func bind[T any](fn func(context.Context, time.Time) (T, error), since time.Time) func(context.Context) (T, error) {
	if fn == nil {
		return nil
	}
	return func(ctx context.Context) (T, error) { return fn(ctx, since) }
}

// grade says how well a figure that rests on logs is known: not at all when no
// source was heard, or when there is nothing to match logs with.
func (s state) grade(threshold int64) ui.Grade {
	if threshold <= 0 {
		threshold = 80
	}
	switch {
	case s.sources == nil || s.sources.Heard == 0 || s.sources.Expected == 0:
		return ui.NotSeen
	case s.matching == nil || !*s.matching:
		return ui.NotSeen
	case s.sources.Hours.Expected > 0 && s.sources.Hours.Seen == 0:
		return ui.NotSeen
	case s.sources.Hours.Seen*100 < s.sources.Hours.Expected*threshold, s.sources.Heard*100 < s.sources.Expected*threshold:
		return ui.Insufficient
	}
	return ui.Measured
}
