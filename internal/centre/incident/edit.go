// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"slices"
	"strconv"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rest"
)

// Edit replaces the details of an open case. When the change moves or ends a
// clock (another T0, another unit, a claim withdrawn), a reason is required.
// When T0 moves to a day under another rule pack, the case goes over to that
// pack and its severity must be decided again. Errors: fault.Invalid by form
// field, fault.Conflict for a stale version or a closed case.
func (s *Service) Edit(ctx context.Context, id ID, d Details, reason string, version int64) (Incident, error) {
	const op = "incident.edit"
	d.clean()
	reason = lines(reason)
	return s.change(ctx, op, mayWrite, id, version, func(ctx context.Context, tx *db.Tx, i *Incident, by auth.Actor) (map[string]any, error) {
		if utf8.RuneCountInString(reason) > maxReason {
			return nil, fault.Bad(op, "reason", "incident.err.too_long_reason")
		}
		old := *i
		pack := s.Pack(*i)
		if day := dayOf(d.DetectedAt); day != dayOf(i.DetectedAt) {
			pack = s.laws.At(day)
		}
		if err := d.check(op, pack, s.now()); err != nil {
			return nil, err
		}
		if d.UnitID != i.UnitID {
			inside, err := auth.ScopeOf(by, mayWrite).Holds(ctx, tx, d.UnitID)
			if err != nil {
				return nil, err
			}
			if !inside {
				return nil, fault.Bad(op, "unit", "incident.err.unit")
			}
			if i.OwnerUnit == i.UnitID {
				i.OwnerUnit = d.UnitID // opened by hand: no source owns it
			}
		}
		i.Details = d
		if i.judge(s.laws, old.Details, reason) {
			i.Severity = Severity{}
			if err := s.tell(ctx, tx, *i, Auto, "pack", Arg{Value: i.Law.PackID}); err != nil {
				return nil, err
			}
		}
		if err := s.resync(ctx, tx, *i, reason); err != nil {
			return nil, err
		}
		return changes(old, *i, reason), s.tellEdit(ctx, tx, old, *i, reason)
	})
}

// resync brings the clocks up to the facts of i and its machines at rest.
func (s *Service) resync(ctx context.Context, tx *db.Tx, i Incident, reason string) error {
	list, err := machines(ctx, tx, i.ID)
	if err != nil {
		return err
	}
	return s.syncClocks(ctx, tx, i, counted(list), reason)
}

// tellEdit writes into the timeline what changed: each fact that weighs on
// clocks with what it was before, the rest as one entry.
func (s *Service) tellEdit(ctx context.Context, tx *db.Tx, old, i Incident, reason string) error {
	if !old.DetectedAt.Equal(i.DetectedAt) {
		args := []Arg{timeArg(old.DetectedAt), timeArg(i.DetectedAt), {Value: reason}}
		if err := s.tell(ctx, tx, i, Auto, "t0", args...); err != nil {
			return err
		}
	}
	told := factChanges(old.Details, i.Details)
	for _, c := range told {
		if err := s.tell(ctx, tx, i, Auto, c.key, c.args...); err != nil {
			return err
		}
	}
	switch {
	case old.Phase != i.Phase:
		return s.tell(ctx, tx, i, Auto, "phase", Arg{"phase", string(i.Phase)})
	case len(told) > 0:
		return nil
	}
	return s.tell(ctx, tx, i, Auto, "edited")
}

// factChange is one entry of the timeline: a fact before and after.
type factChange struct {
	key  string
	args []Arg
}

// factChanges lists what changed of the facts a rule pack asks for, by the names
// of their fields.
func factChanges(old, d Details) []factChange {
	var out []factChange
	add := func(field, kind, was, is string) {
		if was != is {
			out = append(out, factChange{"fact", []Arg{{"field", field}, {kind, was}, {kind, is}}})
		}
	}
	add("harm_security", "answer", string(old.HarmSecurity.Answer), string(d.HarmSecurity.Answer))
	add("serious_interruption", "answer", string(old.SeriousInterruption.Answer), string(d.SeriousInterruption.Answer))
	add("personal_data", "answer", string(old.PersonalData), string(d.PersonalData))
	if was, is := old.BreachKnown(), d.BreachKnown(); !was.IsZero() && !is.IsZero() {
		add("breach_known_at", "time", timeArg(was).Value, timeArg(is).Value)
	}
	add("data_subjects", "", strconv.FormatInt(old.DataSubjects, 10), strconv.FormatInt(d.DataSubjects, 10))
	add("may_harm", "answer", string(old.Breach.MayHarm), string(d.Breach.MayHarm))
	add("location_biometric", "answer", string(old.Breach.LocationOrBiometric), string(d.Breach.LocationOrBiometric))
	add("processor", "answer", string(old.Breach.Processor), string(d.Breach.Processor))
	add("system_level", "", old.System.Level, d.System.Level)
	for _, sign := range Signs() {
		switch was, is := slices.Contains(old.Signs, sign), slices.Contains(d.Signs, sign); {
		case is && !was:
			out = append(out, factChange{"sign_seen", []Arg{{"sign", string(sign)}}})
		case was && !is:
			out = append(out, factChange{"sign_taken", []Arg{{"sign", string(sign)}}})
		}
	}
	return out
}

// changes is the audit detail of an edit: what weighs on clocks and access, old
// and new. The free texts stay out of the trail.
func changes(old, i Incident, reason string) map[string]any {
	d := map[string]any{"reason": reason}
	add := func(name string, was, is any) {
		if was != is {
			d[name] = []any{was, is}
		}
	}
	add("title", old.Title, i.Title)
	add("unit", old.UnitID, i.UnitID)
	if !old.DetectedAt.Equal(i.DetectedAt) {
		d["detected_at"] = []any{old.DetectedAt, i.DetectedAt}
	}
	add("phase", old.Phase, i.Phase)
	add("tlp", old.TLP, i.TLP)
	add("pack", old.Law.PackID, i.Law.PackID)
	add("harm_security", old.HarmSecurity.Answer, i.HarmSecurity.Answer)
	add("serious_interruption", old.SeriousInterruption.Answer, i.SeriousInterruption.Answer)
	add("personal_data", old.PersonalData, i.PersonalData)
	add("data_subjects", old.DataSubjects, i.DataSubjects)
	add("may_harm", old.Breach.MayHarm, i.Breach.MayHarm)
	add("location_biometric", old.Breach.LocationOrBiometric, i.Breach.LocationOrBiometric)
	add("processor", old.Breach.Processor, i.Breach.Processor)
	if was, is := old.BreachKnown(), i.BreachKnown(); !was.Equal(is) {
		d["breach_known_at"] = []any{rest.Time(was), rest.Time(is)}
	}
	add("system_level", old.System.Level, i.System.Level)
	if !slices.Equal(old.Signs, i.Signs) {
		d["signs"] = []any{old.Signs, i.Signs}
	}
	return d
}
