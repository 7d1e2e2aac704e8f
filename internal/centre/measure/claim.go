// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package measure

import (
	"context"
	"strings"
	"unicode/utf8"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

const (
	mostNote  = 1000             // runes
	mostCount = int64(1_000_000) // of anything a unit may declare; hours are below too
)

// Version is one declaration of a unit as it was made.
type Version struct {
	Claim
	N       int64 // 1 for the first
	Current bool  // false: replaced or taken back
}

// clean checks what a unit says.
func (c *Claim) clean(op string, m Measure) error {
	c.Note = strings.TrimSpace(i18n.NFC(c.Note))
	switch {
	case c.Num < 0 || c.Num > mostCount:
		return fault.Bad(op, "num", "measures.bad.number")
	case m.Unit == Count && c.Den != 0, c.Den < 0 || c.Den > mostCount, m.Unit != Count && c.Den == 0:
		return fault.Bad(op, "den", "measures.bad.number")
	case m.Unit == Share && c.Num > c.Den:
		return fault.Bad(op, "num", "measures.bad.more")
	case c.Note == "":
		return fault.Bad(op, "note", "measures.bad.note")
	case utf8.RuneCountInString(c.Note) > mostNote || strings.Contains(c.Note, "\x00"):
		return fault.Bad(op, "note", "measures.bad.long")
	}
	return nil
}

// MayDeclare reports whether the actor may say something of the unit.
func (s *Service) MayDeclare(ctx context.Context, key, unit string) bool {
	_, _, err := s.declarer(ctx, "measure.MayDeclare", key, unit)
	return err == nil
}

func (s *Service) declarer(ctx context.Context, op, key, unit string) (Measure, auth.Actor, error) {
	actor, scope, err := auth.Need(ctx, op, mayDeclare)
	if err != nil {
		return Measure{}, actor, err
	}
	m, err := s.one(op, key)
	if err != nil {
		return m, actor, err
	}
	holds, err := scope.Holds(ctx, s.Records.Read(), unit)
	switch {
	case err != nil:
		return m, actor, db.Error(op, err)
	case !holds:
		return m, actor, fault.Missing(op)
	case !m.Declares:
		return m, actor, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "measures.bad.declares"}
	}
	return m, actor, nil
}

// Declare keeps what a unit says of itself, with a note of where it is from, as
// the version after was (0 before the first). It never counts as measured. It
// fails with fault.Invalid by form field, and with fault.Conflict when the measure
// takes no declarations or was is not the newest version.
func (s *Service) Declare(ctx context.Context, key, unit string, c Claim, was int64) error {
	const op = "measure.Declare"
	m, actor, err := s.declarer(ctx, op, key, unit)
	if err != nil {
		return err
	}
	if err := c.clean(op, m); err != nil {
		return err
	}
	row := claimRow{ID: db.NewID(), Measure: key, Unit: unit, Num: c.Num, Den: c.Den, Note: c.Note, ByID: actor.ID, By: actor.Name, At: db.At(s.Now()),
		Version: was + 1, Current: true}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := replace(ctx, tx, op, key, unit, was); err != nil {
			return err
		}
		if err := db.Put(ctx, tx, "", row); err != nil {
			return db.Error(op, err)
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "measure.declare", Kind: "measure", Object: key, Unit: unit,
			Detail: map[string]any{"num": c.Num, "den": c.Den, "note": c.Note, "version": was + 1}})
	})
}

// Retract takes back what a unit says; its history stays.
func (s *Service) Retract(ctx context.Context, key, unit string, was int64) error {
	const op = "measure.Retract"
	if _, _, err := s.declarer(ctx, op, key, unit); err != nil {
		return err
	}
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		n, err := tx.Do(ctx, "UPDATE measure_claim SET current = FALSE WHERE measure = ? AND unit_id = ? AND version = ? AND current", key, unit, was)
		if err != nil {
			return db.Error(op, err)
		}
		if n != 1 {
			return &fault.Error{Kind: fault.Conflict, Op: op}
		}
		return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "measure.retract", Kind: "measure", Object: key, Unit: unit, Detail: map[string]any{"version": was}})
	})
}

// replace makes version was, which must be the newest, no longer the current one.
func replace(ctx context.Context, tx *db.Tx, op, key, unit string, was int64) error {
	var newest []int64
	if err := tx.Fetch(ctx, &newest, "SELECT COALESCE(MAX(version), 0) FROM measure_claim WHERE measure = ? AND unit_id = ?", key, unit); err != nil {
		return db.Error(op, err)
	}
	if len(newest) != 1 || newest[0] != was {
		return &fault.Error{Kind: fault.Conflict, Op: op}
	}
	_, err := tx.Do(ctx, "UPDATE measure_claim SET current = FALSE WHERE measure = ? AND unit_id = ? AND current", key, unit)
	return db.Error(op, err)
}

// Claims are the declarations of a unit, the newest first.
func (s *Service) Claims(ctx context.Context, key, unit string) ([]Version, error) {
	const op = "measure.Claims"
	if _, _, err := s.seen(ctx, op, key, unit); err != nil {
		return nil, err
	}
	var rows []claimRow
	err := s.Records.Read().NewSelect().Model(&rows).Where("c.measure = ?", key).Where("c.unit_id = ?", unit).OrderExpr("c.version DESC").Limit(100).Scan(ctx)
	out := make([]Version, len(rows))
	for i, r := range rows {
		out[i] = Version{Claim: r.claim(), N: r.Version, Current: r.Current}
	}
	return out, db.Error(op, err)
}
