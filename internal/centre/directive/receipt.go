// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package directive

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// This file is who has a directive: as it was issued in the system, and as the
// paper drafted from it went out through the register.

// Delivery is one sending of a paper, as the register has it.
type Delivery struct {
	Recipient  string // as written there
	SentAt     time.Time
	ReceivedAt time.Time // zero: not confirmed
	Receipt    string    // what proves it
}

// Reach says how far a directive came to one addressee.
type Reach struct {
	Unit        string
	Name        string
	IssuedAt    time.Time
	Paper       Delivery // of the paper; zero where none went to a recipient of that name
	ConfirmedBy string   // who said for the body that they have it
	ConfirmedAt time.Time
	RemindedAt  time.Time
	Tasks       map[TaskState]int
}

// Has reports whether the addressee has it for certain: they said so, they
// answered, or the receipt of the paper is there.
func (r Reach) Has() bool {
	return !r.ConfirmedAt.IsZero() || !r.Paper.ReceivedAt.IsZero() || r.Tasks[Sent]+r.Tasks[Returned]+r.Tasks[Accepted] > 0
}

// Reaches lists the addressees in the actor's sight, those first of whom nothing
// says that they have it.
func (s *Service) Reaches(ctx context.Context, id ID) ([]Reach, error) {
	const op = "directive.Reaches"
	q := s.Records.Read()
	d, err := s.sight(ctx, op, q, id)
	if err != nil {
		return nil, err
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return nil, err
	}
	var rows []addresseeRow
	sel := q.NewSelect().Model(&rows).Where("a.directive_id = ?", string(id)).Where("a.withdrawn_at IS NULL")
	if err := scope.Filter(sel, "a.unit_id").Order("a.unit_id").Scan(ctx); err != nil {
		return nil, db.Error(op, err)
	}
	standings, err := s.Standings(ctx, id)
	if err != nil {
		return nil, err
	}
	tasks := map[string]map[TaskState]int{}
	for _, c := range standings {
		tasks[c.Unit] = c.Tasks
	}
	names := map[string]string{}
	bodies, err := s.bodies(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range bodies {
		if b.Kind == ToUnit {
			names[b.ID] = b.Name
		}
	}
	went := map[string]Delivery{}
	if d.DraftID != "" && s.Papers != nil {
		list, err := s.Papers.Deliveries(ctx, d.DraftID)
		if err != nil && !fault.Is(err, fault.NotFound) && !fault.Is(err, fault.Forbidden) {
			return nil, err
		}
		for _, x := range list {
			key := fold(x.Recipient)
			if was, there := went[key]; !there || was.ReceivedAt.IsZero() {
				went[key] = x
			}
		}
	}
	out := make([]Reach, len(rows))
	for n, r := range rows {
		out[n] = Reach{Unit: r.Unit, Name: names[r.Unit], IssuedAt: r.IssuedAt.Time, ConfirmedBy: r.ConfirmedBy, ConfirmedAt: r.ConfirmedAt.Time, RemindedAt: r.RemindedAt.Time, Tasks: tasks[r.Unit]}
		if out[n].Name != "" {
			out[n].Paper = went[fold(out[n].Name)]
		}
	}
	rank := func(r Reach) int {
		if r.Has() {
			return 1
		}
		return 0
	}
	slices.SortStableFunc(out, func(a, b Reach) int { return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a.Name, b.Name)) })
	return out, nil
}

// Receive says for a body that it has a directive. Twice keeps the first. The
// actor writes for the body.
func (s *Service) Receive(ctx context.Context, id ID, unit string) error {
	const op = "directive.receive"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	q := s.Records.Read()
	d, err := s.sight(ctx, op, q, id)
	if err != nil {
		return err
	}
	if in, err := scope.Holds(ctx, q, unit); err != nil || !in {
		return orMissing(err, op)
	}
	var r addresseeRow
	if err := q.NewSelect().Model(&r).Where("a.directive_id = ?", string(id)).Where("a.unit_id = ?", unit).Where("a.withdrawn_at IS NULL").Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	if !r.ConfirmedAt.IsZero() {
		return nil
	}
	d.UnitID = unit
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.NewUpdate().Model((*addresseeRow)(nil)).Set("confirmed_by = ?", actor.Name).Set("confirmed_at = ?", db.At(s.now())).
			Where("directive_id = ?", string(id)).Where("unit_id = ?", unit).Where("confirmed_at IS NULL").Exec(ctx)
		if err := changed(op, res, err); err != nil {
			return err
		}
		return s.note(ctx, tx, op, d, nil)
	})
}

func orMissing(err error, op string) error {
	if err != nil {
		return err
	}
	return fault.Missing(op)
}

// Remind tells addressees of whom nothing says that they have it to confirm it:
// one of them, or all where unit is empty. It says how many those were.
func (s *Service) Remind(ctx context.Context, id ID, unit string) (int, error) {
	const op = "directive.remind"
	list, err := s.Reaches(ctx, id)
	if err != nil {
		return 0, err
	}
	var units []string
	for _, r := range list {
		if !r.Has() && (unit == "" || r.Unit == unit) {
			units = append(units, r.Unit)
		}
	}
	_, err = s.change(ctx, op, id, 0, []State{Issued}, func(ctx context.Context, tx *db.Tx, d *Directive, _ auth.Actor) error {
		if len(units) == 0 {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "directive.conflict.all_have"}
		}
		now := s.now()
		for part := range slices.Chunk(units, 400) {
			q := tx.NewUpdate().Model((*addresseeRow)(nil)).Set("reminded_at = ?", db.At(now)).Where("directive_id = ?", string(id)).Where("unit_id IN (?)", bun.List(part))
			if _, err := q.Exec(ctx); err != nil {
				return db.Error(op, err)
			}
		}
		if err := s.tell(ctx, tx, Told{Kind: "directive.unreceived", Units: units, ID: id, Code: d.Code, Words: titleOf(ctx, *d), Href: Path + "?to=us", Key: "unreceived/" + string(id) + "/" + strconv.FormatInt(now.UnixMilli(), 10)}); err != nil {
			return err
		}
		return s.note(ctx, tx, op, *d, map[string]any{"units": len(units)})
	})
	return len(units), err
}
