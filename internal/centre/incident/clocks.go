// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/centre/obligation"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// DutyKind is the kind of the obligations an incident opens.
const DutyKind = "incident.report"

// matter is what clocks run for: the incident, or the breach of personal data
// it is. Each has its own law, moments and first version of its T0.
type matter struct {
	pack     *rulepack.Pack
	law      Judgement
	triggers []rulepack.Trigger // that have happened
	moments  rulepack.Moments
}

// matters are what the clocks of i run for.
func (s *Service) matters(i Incident) []matter {
	list := []matter{{s.Pack(i), i.Law, []rulepack.Trigger{rulepack.Detected, rulepack.Assessed},
		rulepack.Moments{DetectedAt: i.DetectedAt, DecidedAt: i.Severity.At, ClosedAt: i.ClosedAt}}}
	if i.Severity.Decided() {
		list[0].triggers = append(list[0].triggers, rulepack.SeverityDecided)
	}
	if i.State == Closed {
		list[0].triggers = append(list[0].triggers, rulepack.IncidentClosed)
	}
	if i.PersonalData == Yes {
		list = append(list, matter{s.breachPack(i), i.BreachLaw, []rulepack.Trigger{rulepack.BreachDetected, rulepack.BreachAssessed},
			rulepack.Moments{DetectedAt: i.BreachKnown()}})
	}
	return list
}

// Triggers are the events of a rule pack that this room raises.
func Triggers() []rulepack.Trigger {
	return []rulepack.Trigger{rulepack.Detected, rulepack.Assessed, rulepack.SeverityDecided, rulepack.IncidentClosed,
		rulepack.BreachDetected, rulepack.BreachAssessed}
}

// clocks are those that run for m under the facts, each once.
func (m matter) clocks(f rulepack.Facts) []rulepack.Clock {
	var run []rulepack.Clock
	seen := map[string]bool{}
	for _, t := range m.triggers {
		for _, c := range m.pack.Clocks(t, f) {
			if !seen[c.ID] {
				seen[c.ID] = true
				run = append(run, c)
			}
		}
	}
	return run
}

// owing is a duty as the facts have it now, and the term it has by the first
// version of its T0, which a new one begins with.
type owing struct {
	obligation.Duty
	first calendar.Explanation
	why   string // reason of the later T0; may be empty
}

// dutiesOf are what i owes: one for each clock and addressee.
func (s *Service) dutiesOf(i Incident, machines int) []owing {
	var out []owing
	for _, m := range s.matters(i) {
		for _, c := range m.clocks(i.lawFacts(machines)) {
			_, e, ok := c.Due(s.laws.Calendar(), m.moments)
			if !ok {
				continue
			}
			at := m.moments
			at.DetectedAt = m.law.First
			_, first, ok := c.Due(s.laws.Calendar(), at)
			if !ok || !first.Start.Before(e.Start) {
				first = e
			}
			for _, role := range c.Addressees {
				a, _ := m.pack.Addressee(role)
				out = append(out, owing{obligation.Duty{Kind: DutyKind, Title: c.Label, UnitID: i.UnitID,
					Addressee: obligation.Addressee{ID: role, Name: a.Label},
					Subject:   obligation.Subject{Kind: "incident", ID: string(i.ID), Label: i.Code},
					PackID:    m.pack.ID, PackHash: m.pack.Version, ClockID: c.ID, FormID: c.Form, Basis: c.Basis,
					Trigger: string(c.Triggers[0]), RemindBefore: c.RemindBefore, Explanation: e}, first, m.law.Reason})
			}
		}
	}
	return out
}

// Question is one that nobody has answered, by the name of its field, and what
// a yes would make owed: one duty a clock.
type Question struct {
	Name  string
	Terms []obligation.Duty
}

// Pending lists the questions whose yes would start clocks that do not run.
func (s *Service) Pending(f File) []Question {
	if f.State == Closed {
		return nil
	}
	machines := counted(f.Machines)
	runs := map[string]bool{}
	for _, d := range s.dutiesOf(f.Incident, machines) {
		runs[d.ClockID] = true
	}
	var out []Question
	ask := func(name string, a Answer, yes func(*Incident)) {
		if a != Unanswered {
			return
		}
		i, q := f.Incident, Question{Name: name}
		yes(&i)
		i.judge(s.laws, f.Details, "")
		seen := map[string]bool{}
		for _, d := range s.dutiesOf(i, machines) {
			if !runs[d.ClockID] && !seen[d.ClockID] {
				seen[d.ClockID] = true
				q.Terms = append(q.Terms, d.Duty)
			}
		}
		if len(q.Terms) > 0 {
			out = append(out, q)
		}
	}
	ask("harm_security", f.HarmSecurity.Answer, func(i *Incident) { i.HarmSecurity.Answer = Yes })
	ask("serious_interruption", f.SeriousInterruption.Answer, func(i *Incident) { i.SeriousInterruption.Answer = Yes })
	ask("personal_data", f.PersonalData, func(i *Incident) {
		i.PersonalData, i.Breach.MayHarm, i.Breach.LocationOrBiometric = Yes, Yes, Yes
	})
	if f.PersonalData == Yes {
		ask("may_harm", f.Breach.MayHarm, func(i *Incident) { i.Breach.MayHarm = Yes })
		ask("location_biometric", f.Breach.LocationOrBiometric, func(i *Incident) { i.Breach.LocationOrBiometric = Yes })
	}
	return out
}

// ByClosing are the duties that closing the case at now would start.
func (s *Service) ByClosing(f File, now time.Time) []obligation.Duty {
	machines := counted(f.Machines)
	runs := map[string]bool{}
	for _, d := range s.dutiesOf(f.Incident, machines) {
		runs[d.ClockID] = true
	}
	i := f.Incident
	i.State, i.ClosedAt = Closed, now
	var out []obligation.Duty
	for _, d := range s.dutiesOf(i, machines) {
		if !runs[d.ClockID] {
			runs[d.ClockID] = true
			out = append(out, d.Duty)
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
		if o.Kind == DutyKind && o.State == obligation.Open {
			running[key{o.ClockID, o.Addressee.ID}] = o
		}
	}
	for _, d := range s.dutiesOf(i, machines) {
		k := key{d.ClockID, d.Addressee.ID}
		if old, runs := running[k]; runs {
			delete(running, k)
			if err := s.moveClock(ctx, tx, i, old, d.Duty, reason); err != nil {
				return err
			}
			continue
		}
		if err := s.openClock(ctx, tx, i, d, granted(before, d), cmp.Or(reason, d.why)); err != nil {
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

// granted reports whether a person with the right to decide has given another
// term of the case the moment that d runs from now.
func granted(list []obligation.Obligation, d owing) bool {
	return slices.ContainsFunc(list, func(o obligation.Obligation) bool {
		return rulepack.Trigger(o.Trigger).Subject() == rulepack.Trigger(d.Trigger).Subject() && o.T0.After(o.FirstT0) && o.T0.Equal(cut(d.Explanation.Start))
	})
}

// openClock opens what is newly owed. Its term runs from the first version of
// its T0; a later one asks for more time with the reason it was given with.
func (s *Service) openClock(ctx context.Context, tx *db.Tx, i Incident, d owing, granted bool, why string) error {
	late := d.Duty
	if !granted {
		d.Explanation = d.first
	}
	o, err := s.duties.Open(ctx, tx, d.Duty)
	if err != nil || o.State != obligation.Open {
		return err // or met or waived earlier: it stays so
	}
	if err := s.tell(ctx, tx, i, Auto, "clock_opened", clockArgs(o)...); err != nil {
		return err
	}
	if why == "" || late.Explanation.Start.Equal(d.Explanation.Start) {
		return nil
	}
	_, _, err = s.duties.Recompute(ctx, tx, late, why)
	return err
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
