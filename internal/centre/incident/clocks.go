// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// DutyKind is the kind of the obligations an incident opens.
const DutyKind = "incident.report"

// clocks are the pack's clocks that run for i, each once: those of detection
// and of its facts always, those of the decision once somebody has decided.
func clocks(p *rulepack.Pack, i Incident, machines int) []rulepack.Clock {
	triggers := []rulepack.Trigger{rulepack.Detected, rulepack.Assessed}
	if i.Severity.Decided() {
		triggers = append(triggers, rulepack.SeverityDecided)
	}
	var run []rulepack.Clock
	seen := map[string]bool{}
	for _, t := range triggers {
		for _, c := range p.Clocks(t, i.lawFacts(machines)) {
			if !seen[c.ID] {
				seen[c.ID] = true
				run = append(run, c)
			}
		}
	}
	return run
}

// dutiesOf are what i owes under the pack: one for each clock and addressee.
func (s *Service) dutiesOf(i Incident, machines int) []obligation.Duty {
	p := s.Pack(i)
	var out []obligation.Duty
	for _, c := range clocks(p, i, machines) {
		_, e, ok := c.Due(s.laws.Calendar(), rulepack.Moments{DetectedAt: i.DetectedAt, DecidedAt: i.Severity.At})
		if !ok {
			continue
		}
		for _, role := range c.Addressees {
			a, _ := p.Addressee(role)
			out = append(out, obligation.Duty{Kind: DutyKind, Title: c.Label, UnitID: i.UnitID,
				Addressee: obligation.Addressee{ID: role, Name: a.Label},
				Subject:   obligation.Subject{Kind: "incident", ID: string(i.ID), Label: i.Code},
				PackID:    p.ID, PackHash: p.Version, ClockID: c.ID, FormID: c.Form, Basis: c.Basis,
				RemindBefore: c.RemindBefore, Explanation: e})
		}
	}
	return out
}

// syncClocks makes the case's obligations those its facts ask for, in the
// transaction that changed the facts: it opens what is owed, gives open ones
// their new term, and cancels those whose ground fell away. Cancelling and
// moving a term need a reason: without one it fails with fault.Invalid, field
// "reason". The timeline tells what changed.
func (s *Service) syncClocks(ctx context.Context, tx *db.Tx, i Incident, machines int, reason string) error {
	before, err := s.duties.OfSubject(ctx, tx, "incident", string(i.ID))
	if err != nil {
		return err
	}
	type key struct{ clock, addressee string }
	running := map[key]obligation.Obligation{}
	for _, o := range before {
		if o.State == obligation.Open {
			running[key{o.ClockID, o.Addressee.ID}] = o
		}
	}
	for _, d := range s.dutiesOf(i, machines) {
		k := key{d.ClockID, d.Addressee.ID}
		if old, runs := running[k]; runs {
			delete(running, k)
			if err := s.moveClock(ctx, tx, i, old, d, reason); err != nil {
				return err
			}
			continue
		}
		o, err := s.duties.Open(ctx, tx, d)
		if err != nil {
			return err
		}
		if o.State != obligation.Open {
			continue // met or waived earlier: it stays so
		}
		if err := s.tell(ctx, tx, i, Auto, "clock_opened", clockArgs(o)...); err != nil {
			return err
		}
	}
	for _, o := range before {
		if _, left := running[key{o.ClockID, o.Addressee.ID}]; !left || o.State != obligation.Open {
			continue
		}
		if reason == "" {
			return needReason()
		}
		if _, err := s.duties.CancelIn(ctx, tx, o.ID, reason); err != nil {
			return err
		}
		if err := s.tell(ctx, tx, i, Auto, "clock_cancelled", clockArgs(o)...); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) moveClock(ctx context.Context, tx *db.Tx, i Incident, old obligation.Obligation, d obligation.Duty, reason string) error {
	o, moved, err := s.duties.Recompute(ctx, tx, d, reason)
	if err != nil || !moved {
		return err
	}
	if reason == "" {
		return needReason() // rolls the change back
	}
	args := append(clockArgs(o), timeArg(old.DueAt))
	return s.tell(ctx, tx, i, Auto, "clock_moved", args...)
}

func needReason() error { return fault.Bad("incident.clocks", "reason", "incident.err.reason_clocks") }

func clockArgs(o obligation.Obligation) []Arg {
	return []Arg{{"clock", o.PackID + "/" + o.ClockID}, timeArg(o.DueAt)}
}

func timeArg(t time.Time) Arg { return Arg{"time", strconv.FormatInt(t.UnixMilli(), 10)} }
