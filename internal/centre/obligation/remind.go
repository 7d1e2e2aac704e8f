// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

// Reminder is one reminder that was given.
type Reminder struct {
	Step      string    // "-24": hours from the end; "now-…": by hand
	Due       time.Time // the end it counted from
	PlannedAt time.Time // when the step was due; SentAt is later when the machine was off
	SentAt    time.Time
	To        []rulepack.Remindee
	People    int64  // how many were told; 0 says that nobody holds the role there
	Loud      bool   // let through in quiet hours
	By        string // who gave it by hand
}

// Tell tells the people of r.To of o inside the transaction that records it,
// and says how many they are.
type Tell func(ctx context.Context, tx *db.Tx, o Obligation, r Reminder) (people int64, err error)

// steps are the reminders of o in the order of their moments. Hours that the
// rule itself names stand for those of the ladder before the end, beside them
// where the paper is urgent. Steps that a short term leaves no room for fall
// away; a term then is reminded of at its half.
func (o Obligation) steps() []moment {
	by := o.Explanation.RemindBy()
	if o.ExtendedTo.After(cut(o.Explanation.Due)) {
		by = o.ExtendedTo
	}
	var out []moment
	for _, h := range o.hours {
		at := by.Add(-time.Duration(h) * time.Hour)
		if at.Before(o.T0) {
			at = o.T0
		}
		out = append(out, moment{cut(at), rulepack.ReminderStep{At: -h, To: []rulepack.Remindee{rulepack.RemindUnit, rulepack.RemindCentre}}})
	}
	for _, s := range o.ladder {
		from := o.DueAt
		if s.At < 0 {
			if len(o.hours) > 0 && o.Urgency == Ordinary {
				continue
			}
			from = by
		}
		if len(o.hours) > 0 && !slices.Contains(s.To, rulepack.RemindCentre) { // what the law times by the hour is the centre's to watch too
			s.To = append(slices.Clone(s.To), rulepack.RemindCentre)
		}
		m := moment{cut(from.Add(time.Duration(s.At) * time.Hour)), s}
		if s.At < 0 && m.at.Before(o.T0) || slices.ContainsFunc(out, func(x moment) bool { return x.step.At == s.At }) {
			continue
		}
		out = append(out, m)
	}
	if !slices.ContainsFunc(out, func(m moment) bool { return m.step.At < 0 }) {
		half := by.Sub(o.T0) / 2
		out = append(out, moment{cut(o.T0.Add(half)), rulepack.ReminderStep{At: -int(half / time.Hour), To: []rulepack.Remindee{rulepack.RemindUnit}}})
	}
	if len(o.ladder) == 0 {
		out = append(out, moment{o.DueAt, rulepack.ReminderStep{To: []rulepack.Remindee{rulepack.RemindUnit}, Loud: true}})
	}
	slices.SortStableFunc(out, func(a, b moment) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.step.At, b.step.At)) })
	return out
}

type moment struct {
	at   time.Time
	step rulepack.ReminderStep
}

func (m moment) name() string { return strconv.Itoa(m.step.At) }

// plan sets when o is soon and when the next reminder is: the first of its
// steps, from which the beat goes on.
func (o *Obligation) plan() {
	steps := o.steps()
	o.SoonAt = steps[0].at
	o.RemindAt = time.Time{}
	if o.State == Open {
		o.RemindAt = steps[0].at
	}
}

// remindAtOnce is how many reminders one look gives at most; the next look goes
// on.
const remindAtOnce = 2000

// Remind gives the reminders that are due, each once: what it gives is written
// in the transaction that gives it. Where several steps of one obligation have
// passed, as after a night without power, the latest is given and the others
// are left out. One that fails keeps no other from being given and is tried at
// the next look. It is a duty of the system.
func (s *Service) Remind(ctx context.Context) error {
	if err := s.adopt(ctx); err != nil {
		return err
	}
	var errs []error
	for done := 0; done < remindAtOnce; {
		ids, err := toRemind(ctx, s.records.Read(), s.now(), 200)
		if err != nil {
			return err
		}
		given := 0
		for _, id := range ids {
			if err := s.remindOne(ctx, id); err != nil {
				errs = append(errs, fmt.Errorf("obligation %s: %w", id, err))
			} else {
				given++
			}
		}
		if done += given; given == 0 { // nothing is left, or nothing but what fails
			break
		}
	}
	return errors.Join(errs...)
}

func (s *Service) remindOne(ctx context.Context, id ID) error {
	const op = "obligation.Remind"
	err := s.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, err := byID(ctx, tx, op, id)
		if err != nil {
			return err
		}
		now := s.now()
		steps := o.steps()
		next := time.Time{}
		var latest *moment
		for i, m := range steps {
			if m.at.After(now) {
				next = m.at
				break
			}
			latest = &steps[i]
		}
		if o.State != Open {
			next, latest = time.Time{}, nil
		}
		// Whoever moves remind_at on gives the reminder: nobody else does.
		mine, err := setRemindAt(ctx, tx, id, o.RemindAt, next)
		if err != nil || !mine || latest == nil {
			return err
		}
		r := Reminder{Step: latest.name(), Due: o.DueAt, PlannedAt: latest.at, SentAt: cut(now), To: latest.step.To, Loud: latest.step.Loud}
		return s.give(ctx, tx, o, r)
	})
	return db.Error(op, err)
}

// give tells of o and records it; a step that was given for this end is not
// given again.
func (s *Service) give(ctx context.Context, tx *db.Tx, o Obligation, r Reminder) error {
	fresh, err := putReminder(ctx, tx, o.ID, r)
	if err != nil || !fresh || s.tell == nil {
		return err
	}
	people, err := s.tell(ctx, tx, o, r)
	if err != nil {
		return err
	}
	return reached(ctx, tx, o.ID, r, people)
}

// RemindNow reminds whoever owes an open obligation at once. It needs the right
// to write in its unit.
func (s *Service) RemindNow(ctx context.Context, id ID) error {
	const op = "obligation.RemindNow"
	actor, scope, err := auth.Need(ctx, op, write)
	if err != nil {
		return err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		o, err := get(ctx, tx, op, s.readable(ctx), id)
		if err != nil {
			return err
		}
		inside, err := scope.Holds(ctx, tx, o.UnitID)
		switch {
		case err != nil:
			return err
		case !inside:
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		case o.State != Open:
			return notOpen(op)
		}
		now := cut(s.now())
		r := Reminder{Step: "now-" + strconv.FormatInt(now.UnixMilli(), 10), Due: o.DueAt, PlannedAt: now, SentAt: now,
			To: []rulepack.Remindee{rulepack.RemindUnit}, Loud: o.Urgency > Ordinary || now.After(o.DueAt), By: actor.Name}
		if err := s.give(ctx, tx, o, r); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "obligation.remind", Kind: "obligation", Object: string(o.ID), Unit: o.UnitID,
			Detail: map[string]any{"due_at": o.DueAt}})
	})
	return db.Error(op, err)
}

// Reminders lists the reminders given of an obligation in the actor's scope, the
// first first.
func (s *Service) Reminders(ctx context.Context, id ID) ([]Reminder, error) {
	o, err := s.Get(ctx, id)
	if err != nil {
		return nil, err
	}
	return remindersOf(ctx, s.records.Read(), o.ID)
}

// Ahead lists the steps of the ladder of o that are still to come at now.
func (o Obligation) Ahead(now time.Time) []Reminder {
	if o.State != Open {
		return nil
	}
	var out []Reminder
	for _, m := range o.steps() {
		if m.at.After(now) {
			out = append(out, Reminder{Step: m.name(), Due: o.DueAt, PlannedAt: m.at, To: m.step.To, Loud: m.step.Loud})
		}
	}
	return out
}

// adopt completes what the release before wrote while both ran: rows without a
// place in the order and without reminders.
func (s *Service) adopt(ctx context.Context) error {
	rows, err := unplaced(ctx, s.records.Read(), 500)
	if err != nil || len(rows) == 0 {
		return err
	}
	err = s.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		for _, o := range rows {
			o.FirstT0 = o.T0
			o.plan()
			if err := place(ctx, tx, o); err != nil {
				return err
			}
		}
		return nil
	})
	return db.Error("obligation.adopt", err)
}
