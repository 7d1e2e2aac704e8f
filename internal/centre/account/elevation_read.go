// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// review is who looks at every use of break-glass: those who check the audit
// trail.
var review = auth.Permission{Area: auth.AuditTrail, Act: auth.Configure}

// Elevations lists uses of break-glass in the actor's scope, newest first, and
// how many there are in all. after is the last one of the page before.
func (s *Service) Elevations(ctx context.Context, after string, limit int) ([]Elevation, int64, error) {
	_, scope, err := auth.Need(ctx, "account.Elevations", review)
	if err != nil {
		return nil, 0, err
	}
	q := s.Records.Read()
	total, err := scope.Filter(q.NewSelect().Model((*elevationRow)(nil)), "e.unit_id").Count(ctx)
	if err != nil {
		return nil, 0, db.Error("account.Elevations", err)
	}
	page := scope.Filter(q.NewSelect(), "e.unit_id").Limit(int64(limit))
	if after != "" {
		page = page.Where("e.id < ?", after)
	}
	list, err := elevations(ctx, page)
	return list, total, err
}

// ElevationsOf lists what an account in scope, or the actor, took, newest
// first.
func (s *Service) ElevationsOf(ctx context.Context, id ID) ([]Elevation, error) {
	if actor, ok := auth.From(ctx); !ok || actor.ID != string(id) {
		if _, err := s.Get(ctx, id); err != nil {
			return nil, err
		}
	}
	return elevations(ctx, s.Records.Read().NewSelect().Where("e.account_id = ?", string(id)).Limit(100))
}

// AwaitingMe lists the uses of break-glass that wait for the actor, as second
// person, to confirm having seen them; the oldest comes last. It is empty for
// nobody.
func (s *Service) AwaitingMe(ctx context.Context) ([]Elevation, error) {
	actor, ok := auth.From(ctx)
	if !ok {
		return nil, nil
	}
	return elevations(ctx, s.Records.Read().NewSelect().Where("e.witness_id = ?", actor.ID).Where("e.seen_at IS NULL").Limit(100))
}

// Elevation is one use: for the person, the second person, and those who check
// the audit trail where it was.
func (s *Service) Elevation(ctx context.Context, id string) (Elevation, error) {
	return s.elevation(ctx, s.Records.Read(), "account.Elevation", id)
}

func (s *Service) elevation(ctx context.Context, q bun.IDB, op, id string) (Elevation, error) {
	actor, ok := auth.From(ctx)
	if !ok {
		return Elevation{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	list, err := elevations(ctx, q.NewSelect().Where("e.id = ?", id))
	if err != nil {
		return Elevation{}, err
	}
	if len(list) == 1 && (list[0].By == ID(actor.ID) || list[0].Witness == ID(actor.ID)) {
		return list[0], nil
	}
	scope := auth.ScopeOf(actor, review)
	if len(list) == 1 {
		in, err := scope.Holds(ctx, q, list[0].Unit)
		if err != nil {
			return Elevation{}, db.Error(op, err)
		}
		if in {
			return list[0], nil
		}
	}
	return Elevation{}, fault.Missing(op)
}

// ConfirmSeen notes that the second person has seen a use of break-glass.
func (s *Service) ConfirmSeen(ctx context.Context, id string) error {
	const op = "account.ConfirmSeen"
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err := s.elevation(ctx, tx, op, id)
		if err != nil {
			return err
		}
		if actor, _ := auth.From(ctx); e.Witness != ID(actor.ID) {
			return &fault.Error{Kind: fault.Forbidden, Op: op}
		}
		res, err := tx.NewUpdate().Model((*elevationRow)(nil)).Set("seen_at = ?", db.At(s.Now())).Where("id = ?", id).Where("seen_at IS NULL").Exec(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.glass_seen", Err: err}
		}
		return s.noteGlass(ctx, tx, "account.break_glass_seen", e)
	})
}

// EndGlass ends a use of break-glass before its time: by the person, the second
// person, or a writer of accounts where it was.
func (s *Service) EndGlass(ctx context.Context, id string) error {
	const op = "account.EndGlass"
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		e, err := s.elevation(ctx, tx, op, id)
		if err != nil {
			return err
		}
		actor, _ := auth.From(ctx)
		if e.By != ID(actor.ID) && e.Witness != ID(actor.ID) {
			in, err := auth.ScopeOf(actor, writeAccounts).Holds(ctx, tx, e.Unit)
			if err != nil || !in {
				return &fault.Error{Kind: fault.Forbidden, Op: op, Err: err}
			}
		}
		res, err := tx.NewUpdate().Model((*elevationRow)(nil)).Set("ended_at = ?", db.At(s.Now())).Set("ended_by = ?", actor.Name).
			Where("id = ?", id).Where("ended_at IS NULL").Where("until_at > ?", db.At(s.Now())).Exec(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.glass_over", Err: err}
		}
		if err := s.tell(ctx, tx, e.notice("break_glass_ended", actor.Name, s.Now()), e.By, e.Witness); err != nil {
			return err
		}
		return s.noteGlass(ctx, tx, "account.break_glass_end", e)
	})
}
