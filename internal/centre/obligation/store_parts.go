// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

type termRow struct {
	bun.BaseModel `bun:"table:obligation_term,alias:t"`

	ObligationID string  `bun:"obligation_id,pk"`
	Seq          int64   `bun:"seq,pk"`
	Cause        string  `bun:"cause"`
	T0           db.Time `bun:"t0"`
	Amount       int64   `bun:"amount"`
	AmountUnit   string  `bun:"amount_unit"`
	DueAt        db.Time `bun:"due_at"`
	Explanation  string  `bun:"explanation"`
	Reason       string  `bun:"reason"`
	ByID         string  `bun:"by_id"`
	ByName       string  `bun:"by_name"`
	At           db.Time `bun:"at"`
}

func (r termRow) term() (Term, error) {
	t := Term{Seq: r.Seq, Cause: TermCause(r.Cause), T0: r.T0.Time, Amount: calendar.Amount{N: int(r.Amount), Unit: calendar.Unit(r.AmountUnit)},
		DueAt: r.DueAt.Time, Reason: r.Reason, ByID: r.ByID, By: r.ByName, At: r.At.Time}
	if err := json.Unmarshal([]byte(r.Explanation), &t.Explanation); err != nil {
		return Term{}, fmt.Errorf("obligation %s: term %d: %w", r.ObligationID, r.Seq, err)
	}
	return t, nil
}

func putTerm(ctx context.Context, tx *db.Tx, id ID, t Term) error {
	explanation, err := json.Marshal(t.Explanation)
	if err != nil {
		return fmt.Errorf("obligation %s: explanation: %w", id, err)
	}
	r := termRow{ObligationID: string(id), Seq: t.Seq, Cause: string(t.Cause), T0: db.At(t.T0), Amount: int64(t.Amount.N), AmountUnit: string(t.Amount.Unit),
		DueAt: db.At(t.DueAt), Explanation: string(explanation), Reason: t.Reason, ByID: t.ByID, ByName: t.By, At: db.At(t.At)}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("obligation.putTerm", err)
}

func termOf(ctx context.Context, q bun.IDB, op string, id ID, seq int64) (Term, error) {
	var r termRow
	if err := q.NewSelect().Model(&r).Where("t.obligation_id = ?", string(id)).Where("t.seq = ?", seq).Scan(ctx); err != nil {
		return Term{}, db.Error(op, err)
	}
	return r.term()
}

func termsOf(ctx context.Context, q bun.IDB, id ID) ([]Term, error) {
	var rows []termRow
	if err := q.NewSelect().Model(&rows).Where("t.obligation_id = ?", string(id)).OrderExpr("t.seq").Scan(ctx); err != nil {
		return nil, db.Error("obligation.Terms", err)
	}
	out := make([]Term, 0, len(rows))
	for _, r := range rows {
		t, err := r.term()
		if err != nil {
			return nil, err
		}
		out = append(out, t)
	}
	return out, nil
}

type reminderRow struct {
	bun.BaseModel `bun:"table:obligation_reminder,alias:r"`

	ObligationID string  `bun:"obligation_id,pk"`
	DueAt        db.Time `bun:"due_at,pk"`
	Step         string  `bun:"step,pk"`
	PlannedAt    db.Time `bun:"planned_at"`
	SentAt       db.Time `bun:"sent_at"`
	Reached      string  `bun:"reached"`
	People       int64   `bun:"people"`
	Loud         bool    `bun:"loud"`
	ByName       string  `bun:"by_name"`
}

// putReminder records a reminder; false says that it was given before.
func putReminder(ctx context.Context, tx *db.Tx, id ID, r Reminder) (bool, error) {
	to := make([]string, len(r.To))
	for i, t := range r.To {
		to[i] = string(t)
	}
	row := reminderRow{ObligationID: string(id), DueAt: db.At(r.Due), Step: r.Step, PlannedAt: db.At(r.PlannedAt), SentAt: db.At(r.SentAt),
		Reached: strings.Join(to, " "), Loud: r.Loud, ByName: r.By}
	res, err := tx.NewInsert().Model(&row).On("CONFLICT (obligation_id, due_at, step) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, db.Error("obligation.putReminder", err)
	}
	n, err := res.RowsAffected()
	return n == 1, db.Error("obligation.putReminder", err)
}

func reached(ctx context.Context, tx *db.Tx, id ID, r Reminder, people int64) error {
	_, err := tx.NewUpdate().Model((*reminderRow)(nil)).Set("people = ?", people).Where("obligation_id = ?", string(id)).
		Where("due_at = ?", db.At(r.Due)).Where("step = ?", r.Step).Exec(ctx)
	return db.Error("obligation.reached", err)
}

func remindersOf(ctx context.Context, q bun.IDB, id ID) ([]Reminder, error) {
	var rows []reminderRow
	err := q.NewSelect().Model(&rows).Where("r.obligation_id = ?", string(id)).OrderExpr("r.sent_at, r.planned_at, r.step").Scan(ctx)
	if err != nil {
		return nil, db.Error("obligation.Reminders", err)
	}
	out := make([]Reminder, 0, len(rows))
	for _, r := range rows {
		one := Reminder{Step: r.Step, Due: r.DueAt.Time, PlannedAt: r.PlannedAt.Time, SentAt: r.SentAt.Time, People: r.People, Loud: r.Loud, By: r.ByName}
		for to := range strings.FieldsSeq(r.Reached) {
			one.To = append(one.To, rulepack.Remindee(to))
		}
		out = append(out, one)
	}
	return out, nil
}

// toRemind are the obligations with a reminder due at now, by the index of
// reminders alone.
func toRemind(ctx context.Context, q bun.IDB, now time.Time, limit int) ([]ID, error) {
	var ids []ID
	err := q.NewSelect().Model((*row)(nil)).Column("id").Where("o.remind_at IS NOT NULL").Where("o.remind_at <= ?", db.At(now)).
		OrderExpr("o.remind_at, o.id").Limit(int64(limit)).Scan(ctx, &ids)
	return ids, db.Error("obligation.toRemind", err)
}

func setRemindAt(ctx context.Context, tx *db.Tx, id ID, was, next time.Time) (bool, error) {
	res, err := tx.NewUpdate().Model((*row)(nil)).Set("remind_at = ?", db.At(next)).Where("id = ?", string(id)).
		Where("remind_at = ?", db.At(was)).Exec(ctx)
	if err != nil {
		return false, db.Error("obligation.setRemindAt", err)
	}
	n, err := res.RowsAffected()
	return n == 1, db.Error("obligation.setRemindAt", err)
}

// unplaced are open rows that the release before wrote.
func unplaced(ctx context.Context, q bun.IDB, limit int) ([]Obligation, error) {
	var rows []row
	err := q.NewSelect().Model(&rows).Where("o.state = ?", string(Open)).Where("o.sort_key = 0").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, db.Error("obligation.unplaced", err)
	}
	return all(rows)
}

func place(ctx context.Context, tx *db.Tx, o Obligation) error {
	_, err := tx.NewUpdate().Model((*row)(nil)).Set("sort_key = ?", sortKey(o.DueAt, o.Urgency)).Set("first_t0 = ?", db.At(o.FirstT0)).
		Set("remind_at = ?", db.At(o.RemindAt)).Where("id = ?", string(o.ID)).Exec(ctx)
	return db.Error("obligation.place", err)
}

type evidenceRow struct {
	bun.BaseModel `bun:"table:obligation_evidence,alias:e"`

	ID           string  `bun:"id,pk"`
	ObligationID string  `bun:"obligation_id"`
	Kind         string  `bun:"kind"`
	Ref          string  `bun:"ref"`
	Note         string  `bun:"note"`
	ByID         string  `bun:"by_id"`
	ByName       string  `bun:"by_name"`
	At           db.Time `bun:"at"`
	DocumentID   string  `bun:"document_id"`
}

func putEvidence(ctx context.Context, tx *db.Tx, id ID, e Evidence) error {
	r := evidenceRow{ID: e.ID, ObligationID: string(id), Kind: string(e.Kind), Ref: e.Ref, Note: e.Note, ByID: e.ByID, ByName: e.By, At: db.At(e.At), DocumentID: e.Document}
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("obligation.putEvidence", err)
}

func evidenceOf(ctx context.Context, q bun.IDB, id ID) ([]Evidence, error) {
	var rows []evidenceRow
	if err := q.NewSelect().Model(&rows).Where("e.obligation_id = ?", string(id)).OrderExpr("e.at, e.id").Scan(ctx); err != nil {
		return nil, db.Error("obligation.Evidence", err)
	}
	out := make([]Evidence, len(rows))
	for i, r := range rows {
		out[i] = r.evidence()
	}
	return out, nil
}

func (r evidenceRow) evidence() Evidence {
	return Evidence{ID: r.ID, Kind: EvidenceKind(r.Kind), Ref: r.Ref, Note: r.Note, ByID: r.ByID, By: r.ByName, At: r.At.Time, Document: r.DocumentID}
}
