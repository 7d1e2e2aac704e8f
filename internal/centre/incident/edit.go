// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
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
		pack := s.laws.At(dayOf(d.DetectedAt))
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
		if pack.ID != i.PackID {
			i.PackID, i.PackHash, i.Severity = pack.ID, pack.Version, Severity{}
			if err := s.tell(ctx, tx, *i, Auto, "pack", Arg{Value: pack.ID}); err != nil {
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

func (s *Service) tellEdit(ctx context.Context, tx *db.Tx, old, i Incident, reason string) error {
	if !old.DetectedAt.Equal(i.DetectedAt) {
		args := []Arg{timeArg(old.DetectedAt), timeArg(i.DetectedAt), {Value: reason}}
		if err := s.tell(ctx, tx, i, Auto, "t0", args...); err != nil {
			return err
		}
	}
	if old.Phase != i.Phase {
		return s.tell(ctx, tx, i, Auto, "phase", Arg{"phase", string(i.Phase)})
	}
	return s.tell(ctx, tx, i, Auto, "edited")
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
	add("pack", old.PackID, i.PackID)
	add("harm_security", old.HarmSecurity.Answer, i.HarmSecurity.Answer)
	add("serious_interruption", old.SeriousInterruption.Answer, i.SeriousInterruption.Answer)
	add("personal_data", old.PersonalData, i.PersonalData)
	add("system_level", old.System.Level, i.System.Level)
	return d
}
