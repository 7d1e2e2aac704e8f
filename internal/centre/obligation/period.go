// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// PeriodKind is the kind of obligations that come again by the calendar;
// periodSubject is the kind of their subject, one period of one duty.
const (
	PeriodKind    = "periodic"
	periodSubject = "period"
)

// Rhythm is what duties that come again need of others. All are required where
// the room is to open any.
type Rhythm struct {
	// Law is the pack in force now.
	Law func() *rulepack.Pack
	// Campaigns are the windows of raised watch around now.
	Campaigns func(ctx context.Context) ([]rulepack.Campaign, error)
	// Members are the units of a target that exist on a day: "centre", "kinds"
	// (those of the kinds) or "group:<id>". fault.NotFound for a group that is not
	// there.
	Members func(ctx context.Context, target string, kinds []string, day calendar.Date) ([]string, error)
	// Gone are the units that exist no more on a day, with those that stand in
	// their place.
	Gone func(ctx context.Context, day calendar.Date) (map[string][]Successor, error)
	// Root is the unit that runs the centre; "" before it is founded.
	Root func(ctx context.Context) (string, error)
}

// Successor is a unit that stands in the place of one that ended.
type Successor struct{ ID, Name string }

// Enabled is a duty turned on for the units of a target.
type Enabled struct {
	ID, Duty, Target string
	By               string
	At               time.Time
}

type enabledRow struct {
	bun.BaseModel `bun:"table:obligation_duty,alias:d"`

	ID     string  `bun:"id,pk"`
	DutyID string  `bun:"duty_id"`
	Target string  `bun:"target"`
	ByID   string  `bun:"by_id"`
	ByName string  `bun:"by_name"`
	At     db.Time `bun:"at"`
}

// Periodic lists the duties of the pack in force and those that are on. It needs
// the right to read obligations.
func (s *Service) Periodic(ctx context.Context) ([]rulepack.Periodic, []Enabled, error) {
	const op = "obligation.Periodic"
	if _, _, err := auth.Need(ctx, op, read); err != nil {
		return nil, nil, err
	}
	on, err := enabled(ctx, s.records.Read())
	if err != nil || s.rhythm.Law == nil {
		return nil, on, err
	}
	return s.rhythm.Law().Periodic, on, nil
}

func enabled(ctx context.Context, q bun.IDB) ([]Enabled, error) {
	var rows []enabledRow
	if err := q.NewSelect().Model(&rows).OrderExpr("d.duty_id, d.at, d.id").Scan(ctx); err != nil {
		return nil, db.Error("obligation.enabled", err)
	}
	out := make([]Enabled, len(rows))
	for i, r := range rows {
		out[i] = Enabled{ID: r.ID, Duty: r.DutyID, Target: r.Target, By: r.ByName, At: r.At.Time}
	}
	return out, nil
}

// mayEnable asks for the right to decide in the unit that runs the centre.
func (s *Service) mayEnable(ctx context.Context, op string) (auth.Actor, string, error) {
	actor, scope, err := auth.Need(ctx, op, decide)
	if err != nil {
		return actor, "", err
	}
	root, err := s.rhythm.Root(ctx)
	if err != nil {
		return actor, "", err
	}
	inside, err := scope.Holds(ctx, s.records.Read(), root)
	if err == nil && !inside {
		err = &fault.Error{Kind: fault.Forbidden, Op: op}
	}
	return actor, root, err
}

// Preview is what turning a duty on for a target would mean today: its next
// period and who would owe it. It fails with fault.NotFound for a duty the pack
// does not have, and with fault.Invalid, field "target", for no target.
func (s *Service) Preview(ctx context.Context, duty, target string) (rulepack.Periodic, rulepack.Occurrence, []string, error) {
	const op = "obligation.Preview"
	if _, _, err := s.mayEnable(ctx, op); err != nil {
		return rulepack.Periodic{}, rulepack.Occurrence{}, nil, err
	}
	d, ok := s.rhythm.Law().PeriodicDuty(duty)
	if !ok {
		return d, rulepack.Occurrence{}, nil, fault.Missing(op)
	}
	windows, err := s.rhythm.Campaigns(ctx)
	if err != nil {
		return d, rulepack.Occurrence{}, nil, err
	}
	today := calendar.DateOf(s.now())
	next, _ := d.Next(today, windows)
	units, err := s.rhythm.Members(ctx, target, d.Owes, today)
	if fault.Is(err, fault.NotFound) || target == "" {
		err = fault.Bad(op, "target", "obligation.err.target")
	}
	return d, next, units, err
}

// Enable turns a duty of the pack on for a target; twice is once. It needs the
// right to decide in the unit that runs the centre. Errors are those of Preview.
func (s *Service) Enable(ctx context.Context, duty, target string) error {
	const op = "obligation.Enable"
	actor, root, err := s.mayEnable(ctx, op)
	if err != nil {
		return err
	}
	_, _, units, err := s.Preview(ctx, duty, target)
	if err != nil {
		return err
	}
	on, err := enabled(ctx, s.records.Read())
	if err != nil || slices.ContainsFunc(on, func(e Enabled) bool { return e.Duty == duty && e.Target == target }) {
		return err
	}
	r := enabledRow{ID: db.NewID(), DutyID: duty, Target: target, ByID: actor.ID, ByName: actor.Name, At: db.At(s.now())}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "obligation.duty.enable", Kind: "obligation_duty", Object: r.ID, Unit: root,
			Detail: map[string]any{"duty": duty, "target": target, "units": len(units)}})
	})
	return db.Error(op, err)
}

// Disable stops what Enable began. What was opened stays owed.
func (s *Service) Disable(ctx context.Context, id string) error {
	const op = "obligation.Disable"
	_, root, err := s.mayEnable(ctx, op)
	if err != nil {
		return err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		var r enabledRow
		if err := tx.NewSelect().Model(&r).Where("d.id = ?", id).Scan(ctx); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model(&r).WherePK().Exec(ctx); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "obligation.duty.disable", Kind: "obligation_duty", Object: id, Unit: root,
			Detail: map[string]any{"duty": r.DutyID, "target": r.Target}})
	})
	return db.Error(op, err)
}

// openAtOnce is how many obligations one transaction opens.
const openAtOnce = 50

// OpenPeriods opens what the duties that are on owe today, for each unit of their
// targets once, and brings what ended units owe to those in their place. It is a
// duty of the system and may run any number of times.
func (s *Service) OpenPeriods(ctx context.Context) error {
	on, err := enabled(ctx, s.records.Read())
	if err != nil || s.rhythm.Law == nil {
		return err
	}
	pack, today := s.rhythm.Law(), calendar.DateOf(s.now())
	var windows []rulepack.Campaign
	if len(on) > 0 {
		if windows, err = s.rhythm.Campaigns(ctx); err != nil {
			return err
		}
	}
	var errs []error
	for _, e := range on {
		d, known := pack.PeriodicDuty(e.Duty)
		if !known { // of a regime that ended: it owes nothing new
			continue
		}
		for _, p := range d.Standing(today, windows) {
			units, err := s.rhythm.Members(ctx, e.Target, d.Owes, today)
			if fault.Is(err, fault.NotFound) {
				continue
			}
			if err == nil {
				err = s.openPeriod(ctx, pack, d, p, units)
			}
			if err != nil { // one duty keeps no other from opening
				errs = append(errs, fmt.Errorf("duty %s: %w", d.ID, err))
			}
		}
	}
	return errors.Join(append(errs, s.succeed(ctx, today))...)
}

// openPeriod opens one period of a duty for the units that do not owe it yet.
func (s *Service) openPeriod(ctx context.Context, pack *rulepack.Pack, d rulepack.Periodic, p rulepack.Occurrence, units []string) error {
	const op = "obligation.OpenPeriods"
	subject := Subject{Kind: periodSubject, ID: d.ID + "@" + p.Key, Label: p.Label.VI}
	var have []string
	err := s.records.Read().NewSelect().Model((*row)(nil)).Column("clock_id").Where("o.subject_kind = ?", subject.Kind).
		Where("o.subject_id = ?", subject.ID).Scan(ctx, &have)
	if err != nil {
		return db.Error(op, err)
	}
	units = slices.DeleteFunc(slices.Clone(units), func(u string) bool { return slices.Contains(have, d.ID+"@"+u) })
	for part := range slices.Chunk(units, openAtOnce) {
		err := s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			for _, u := range part {
				if _, err := s.Open(ctx, tx, s.OfPeriod(pack, d, p, u)); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return db.Error(op, err)
		}
	}
	return nil
}

// OfPeriod is what a unit owes for one period of a duty of the pack: the same for
// whoever opens it, so that it is owed once.
func (s *Service) OfPeriod(pack *rulepack.Pack, d rulepack.Periodic, p rulepack.Occurrence, unit string) Duty {
	role, _ := pack.Addressee(d.Addressee)
	urgency, _ := ParseUrgency(d.Urgency)
	return Duty{Kind: PeriodKind, UnitID: unit, Subject: Subject{Kind: periodSubject, ID: d.ID + "@" + p.Key, Label: p.Label.VI}, ClockID: d.ID + "@" + unit,
		Title:     rulepack.Label{VI: d.Label.VI + " (" + p.Label.VI + ")", EN: d.Label.EN + " (" + p.Label.EN + ")"},
		Addressee: Addressee{ID: role.ID, Name: role.Label}, PackID: pack.ID, PackHash: pack.Version, FormID: d.Form, Basis: d.Basis,
		Trigger: periodSubject, Urgency: urgency, Explanation: FixedTerm(s.days, p.Opens.Start(), p.Last, d.Basis)}
}

// succeed brings open periodic duties and tasks of units that ended to those in
// their place: where the successor owes the same, the old one falls away, else
// it becomes the successor's. A unit without successor keeps its own, for a
// person to decide.
func (s *Service) succeed(ctx context.Context, today calendar.Date) error {
	const op = "obligation.succeed"
	gone, err := s.rhythm.Gone(ctx, today)
	if err != nil || len(gone) == 0 {
		return err
	}
	var ids []string
	for id, after := range gone {
		if len(after) > 0 {
			ids = append(ids, id)
		}
	}
	slices.Sort(ids)
	for part := range slices.Chunk(ids, 200) {
		var rows []row
		err := s.records.Read().NewSelect().Model(&rows).Where("o.unit_id IN (?)", bun.List(part)).Where("o.state = ?", string(Open)).
			Where("o.kind IN (?)", bun.List([]string{PeriodKind, TaskKind})).OrderExpr("o.id").Limit(1000).Scan(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		for _, r := range rows {
			if err := s.succeedOne(ctx, r, gone[r.UnitID]); err != nil && !errors.Is(err, errSucceeded) {
				return db.Error(op, err)
			}
		}
	}
	return nil
}

// errSucceeded says that somebody else has settled a duty since it was read.
var errSucceeded = errors.New("the duty went over already")

// succeedOne brings what was read as r to those in the place of its unit, unless
// somebody has since: twice would take from the heir what the first time gave it.
func (s *Service) succeedOne(ctx context.Context, r row, after []Successor) error {
	return s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, err := byID(ctx, tx, "obligation.succeed", ID(r.ID))
		if err != nil {
			return err
		}
		if o.State != Open || o.UnitID != r.UnitID {
			return errSucceeded
		}
		heirs := make([]string, len(after))
		for i, next := range after {
			heirs[i] = "→ " + next.Name
		}
		names, moved := strings.Join(heirs, ", "), false
		for _, next := range after {
			clock, _, _ := strings.Cut(o.ClockID, "@")
			n := Duty{Kind: o.Kind, Title: o.Title, UnitID: next.ID, Addressee: o.Addressee, Subject: o.Subject, PackID: o.PackID, PackHash: o.PackHash,
				ClockID: clock + "@" + next.ID, FormID: o.FormID, Basis: o.Basis, BasisDoc: o.BasisDoc, Clause: o.Clause, Trigger: o.Trigger,
				Urgency: o.Urgency, RemindBefore: o.hours, Explanation: o.Explanation}
			_, err := find(ctx, tx, n)
			switch {
			case err == nil: // it owes the same already
			case !fault.Is(err, fault.NotFound):
				return err
			case !moved && len(after) == 1: // the record goes on, with its history
				moved = true
				was := o.UnitID
				o.UnitID, o.ClockID, o.OwedBy, o.OwedName = next.ID, n.ClockID, "", ""
				return s.save(ctx, tx, &o, "obligation.succeed", map[string]any{"old_unit": was, "reason": names})
			default:
				if _, err := s.Open(ctx, tx, n); err != nil {
					return err
				}
			}
		}
		return s.finish(ctx, tx, &o, Cancelled, names, true)
	})
}
