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

// Person is somebody to choose from a list.
type Person struct {
	ID    ID
	Name  string
	Title string
	Home  string
}

const mostPeople = 500 // offered in one list

func people(ctx context.Context, q *bun.SelectQuery) ([]Person, error) {
	var rows []row
	err := q.Model(&rows).Column("id", "name", "title", "home_unit").Where("NOT disabled").Order("folded", "id").Limit(mostPeople).Scan(ctx)
	out := make([]Person, len(rows))
	for i, r := range rows {
		out[i] = Person{ID(r.ID), r.Name, r.Title, r.Home}
	}
	return out, db.Error("account.people", err)
}

// Lendable lists the actor's own roles in force, which can be lent, and the
// people of the units they are held in, to lend them to.
func (s *Service) Lendable(ctx context.Context) ([]Held, []Person, error) {
	me, err := s.me(ctx, "account.Lendable")
	if err != nil {
		return nil, nil, err
	}
	q := s.Records.Read()
	held, err := heldBy(ctx, q, me.ID)
	if err != nil {
		return nil, nil, err
	}
	var own []Held
	var roots []string
	for _, h := range held {
		if h.Holds(s.Now()) {
			own, roots = append(own, h), append(roots, h.Unit)
		}
	}
	if len(own) == 0 {
		return nil, nil, nil
	}
	list, err := people(ctx, q.NewSelect().Where("id <> ?", string(me.ID)).
		Where("home_unit IN (SELECT descendant FROM unit_closure WHERE ancestor IN (?))", bun.List(roots)))
	return own, list, err
}

// Lend hands a role of the actor's own, in its unit or one below, to a person
// of the units it is held in, for a term. Lent roles and break-glass cannot be
// lent on; the term ends with the actor's own.
func (s *Service) Lend(ctx context.Context, d Delegation) (Delegation, error) {
	const op = "account.Lend"
	me, err := s.me(ctx, op)
	if err != nil {
		return Delegation{}, err
	}
	now := s.Now()
	d.ID, d.Giver, d.GiverName, d.CreatedAt = db.NewID(), me.ID, me.Name, now
	if d.From.IsZero() || d.From.Before(now) {
		d.From = now
	}
	if err := d.Check(now); err != nil {
		return Delegation{}, err
	}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		over, err := s.lendable(ctx, tx, d)
		if err != nil {
			return err
		}
		to, err := people(ctx, tx.NewSelect().Where("id = ?", string(d.To)).
			Where("home_unit IN (SELECT descendant FROM unit_closure WHERE ancestor = ?)", over))
		if err != nil {
			return err
		}
		if len(to) != 1 {
			return fault.Bad(op, "person", "account.bad.person")
		}
		d.ToName = to[0].Name
		r := delegationRow{ID: d.ID, Giver: string(d.Giver), GiverName: d.GiverName, Account: string(d.To), Name: d.ToName, Role: string(d.Role),
			Unit: d.Unit, From: db.At(d.From), Until: db.At(d.Until), Reason: d.Reason, CreatedAt: db.At(now)}
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if err := s.tell(ctx, tx, Notice{Kind: "delegation", Object: d.ID, Path: "/account/delegations", Who: d.GiverName, Unit: d.Unit,
			Reason: d.Reason, Until: d.Until}, d.To); err != nil {
			return err
		}
		return s.noteLoan(ctx, tx, "account.lend_role", d)
	})
	return d, err
}

// lendable finds the actor's own role that covers d and says in which unit it
// is held.
func (s *Service) lendable(ctx context.Context, tx *db.Tx, d Delegation) (string, error) {
	const op = "account.Lend"
	held, err := heldBy(ctx, tx, d.Giver)
	if err != nil {
		return "", err
	}
	short := false
	for _, h := range held {
		if h.Role != d.Role || !h.Holds(s.Now()) {
			continue
		}
		n, err := tx.NewSelect().Table("unit_closure").Where("ancestor = ?", h.Unit).Where("descendant = ?", d.Unit).Count(ctx)
		if err != nil {
			return "", db.Error(op, err)
		}
		if n > 0 && !h.Until.IsZero() && h.Until.Before(d.Until) {
			short = true
		} else if n > 0 {
			return h.Unit, nil
		}
	}
	if short {
		return "", fault.Bad(op, "until", "account.bad.loan_own")
	}
	return "", fault.Bad(op, "grant", "account.bad.loan_role")
}

// noteLoan writes a delegation into the history of both people.
func (s *Service) noteLoan(ctx context.Context, tx *db.Tx, action string, d Delegation) error {
	detail := termDetail(d.Grant, d.Term)
	detail["from_person"], detail["to_person"], detail["reason"] = d.GiverName, d.ToName, d.Reason
	for _, id := range []ID{d.Giver, d.To} {
		a, err := find(ctx, tx, "id", string(id), s.Now())
		if err != nil {
			return err
		}
		if err := s.note(ctx, tx, action, a.Account, detail); err != nil {
			return err
		}
	}
	return nil
}

// Delegations lists what an account in scope, or the actor, lent and was lent.
func (s *Service) Delegations(ctx context.Context, id ID) ([]Delegation, error) {
	if actor, ok := auth.From(ctx); !ok || actor.ID != string(id) {
		if _, err := s.Get(ctx, id); err != nil {
			return nil, err
		}
	}
	return delegations(ctx, s.Records.Read(), s.Now(), func(q *bun.SelectQuery) *bun.SelectQuery {
		return q.Where("(d.account_id = ?0 OR d.giver_id = ?0)", string(id))
	})
}

// EndDelegation ends a delegation: by its giver, its receiver, or a writer of
// accounts in whose scope the receiver is.
func (s *Service) EndDelegation(ctx context.Context, id string) error {
	const op = "account.EndDelegation"
	actor, ok := auth.From(ctx)
	if !ok {
		return &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		list, err := delegations(ctx, tx, s.Now(), func(q *bun.SelectQuery) *bun.SelectQuery { return q.Where("d.id = ?", id) })
		if err != nil {
			return err
		}
		if len(list) != 1 {
			return fault.Missing(op)
		}
		d := list[0]
		if actor.ID != string(d.Giver) && actor.ID != string(d.To) {
			_, scope, err := auth.Need(ctx, op, writeAccounts)
			if err != nil {
				return fault.Missing(op) // who has no part in it is told of none
			}
			if _, err := getScoped(ctx, tx, scope, d.To, s.Now()); err != nil {
				return err
			}
		}
		res, err := tx.NewUpdate().Model((*delegationRow)(nil)).Set("ended_at = ?", db.At(s.Now())).Set("ended_by = ?", actor.Name).
			Where("id = ?", id).Where("ended_at IS NULL").Exec(ctx)
		if err != nil {
			return db.Error(op, err)
		}
		if n, err := res.RowsAffected(); err != nil || n != 1 {
			return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "account.bad.loan_ended", Err: err}
		}
		n := Notice{Kind: "delegation_ended", Object: d.ID, Path: "/account/delegations", Who: actor.Name, Unit: d.Unit, Reason: d.Reason, Until: s.Now()}
		if err := s.tell(ctx, tx, n, d.Giver, d.To); err != nil {
			return err
		}
		return s.noteLoan(ctx, tx, "account.end_loan", d)
	})
}
