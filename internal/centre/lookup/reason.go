// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package lookup

import (
	"context"
	"time"
	"unicode/utf8"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

// Why is a reason that a person gave to look at events. It holds for that person
// alone, until Until: addresses carry its id and never its words.
type Why struct {
	ID      string
	Account string
	Reason  string
	GivenAt time.Time
	Until   time.Time
}

// Lasting is how long a reason holds.
const Lasting = 2 * time.Hour

// purpose is what reasons are given for here.
const purpose = "events"

type reasonRow struct {
	bun.BaseModel `bun:"table:lookup_reason,alias:lr"`

	ID      string  `bun:"id,pk"`
	Account string  `bun:"account_id"`
	Purpose string  `bun:"purpose"`
	Reason  string  `bun:"reason"`
	GivenAt db.Time `bun:"given_at"`
	Until   db.Time `bun:"until"`
}

func (r reasonRow) why() Why {
	return Why{r.ID, r.Account, r.Reason, r.GivenAt.Time, r.Until.Time}
}

// Give keeps the reason for which the actor looks at events from now on, and
// notes it in the audit trail. Errors: fault.Invalid (reason).
func (s *Service) Give(ctx context.Context, reason string) (Why, error) {
	const op = "lookup.reason"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Why{}, err
	}
	bad := map[string]string{}
	if reason = i18n.NFC(reason); !reasoned(reason, bad) {
		return Why{}, &fault.Error{Kind: fault.Invalid, Op: op, Fields: bad}
	}
	now := s.Now()
	r := reasonRow{ID: db.NewID(), Account: actor.ID, Purpose: purpose, Reason: reason, GivenAt: db.At(now), Until: db.At(now.Add(Lasting))}
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewDelete().Model((*reasonRow)(nil)).Where("account_id = ?", actor.ID).Where("until < ?", db.At(now)).Exec(ctx)
		if err == nil {
			_, err = tx.NewInsert().Model(&r).Exec(ctx)
		}
		if err != nil {
			return db.Error(op, err)
		}
		return audit.Add(ctx, tx, now, audit.Entry{Action: op, Kind: "lookup", Object: r.ID, Unit: actor.Home,
			Detail: map[string]any{"reason": reason, "until": r.Until.UTC().Format(time.RFC3339)}})
	})
	return r.why(), err
}

// reasoned checks a reason in NFC; bad gets the key of what is wrong.
func reasoned(reason string, bad map[string]string) bool {
	switch n := utf8.RuneCountInString(reason); {
	case n == 0:
		bad["reason"] = "lookup.bad.reason"
	case n > MaxReason:
		bad["reason"] = "lookup.bad.reason.long"
	default:
		return true
	}
	return false
}

// Given is the reason with the id, or with "" the actor's newest; fault.Invalid
// (reason) when the actor has none such that still holds.
func (s *Service) Given(ctx context.Context, id string) (Why, error) {
	const op = "lookup.Given"
	actor, _, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Why{}, err
	}
	var r reasonRow
	q := s.Records.Read().NewSelect().Model(&r).Where("account_id = ?", actor.ID).Where("purpose = ?", purpose).
		Where("until > ?", db.At(s.Now())).OrderExpr("given_at DESC, id DESC").Limit(1)
	if id != "" {
		q = q.Where("id = ?", id)
	}
	err = db.Error(op, q.Scan(ctx))
	if fault.Is(err, fault.NotFound) {
		err = fault.Bad(op, "reason", "lookup.bad.reason.over")
	}
	return r.why(), err
}
