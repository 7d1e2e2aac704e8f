// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/rulepack"
)

type row struct {
	bun.BaseModel `bun:"table:obligation,alias:o"`

	ID           string  `bun:"id,pk"`
	Kind         string  `bun:"kind"`
	TitleVI      string  `bun:"title_vi"`
	TitleEN      string  `bun:"title_en"`
	UnitID       string  `bun:"unit_id"`
	OwedBy       string  `bun:"owed_by"`
	OpenedBy     string  `bun:"opened_by"`
	AddresseeID  string  `bun:"addressee_id"`
	AddresseeVI  string  `bun:"addressee_vi"`
	AddresseeEN  string  `bun:"addressee_en"`
	SubjectKind  string  `bun:"subject_kind"`
	SubjectID    string  `bun:"subject_id"`
	SubjectLabel string  `bun:"subject_label"`
	PackID       string  `bun:"pack_id"`
	PackHash     string  `bun:"pack_hash"`
	ClockID      string  `bun:"clock_id"`
	FormID       string  `bun:"form_id"`
	Basis        string  `bun:"basis"`
	T0           db.Time `bun:"t0"`
	Amount       int64   `bun:"amount"`
	AmountUnit   string  `bun:"amount_unit"`
	DueAt        db.Time `bun:"due_at"`
	SoonAt       db.Time `bun:"soon_at"`
	Explanation  string  `bun:"explanation"`
	State        string  `bun:"state"`
	MetAt        db.Time `bun:"met_at"`
	MetHow       string  `bun:"met_how"`
	MetRef       string  `bun:"met_ref"`
	RecordedAt   db.Time `bun:"recorded_at"`
	RecordedBy   string  `bun:"recorded_by"`
	EndedReason  string  `bun:"ended_reason"`
	EndedByID    string  `bun:"ended_by_id"`
	EndedBy      string  `bun:"ended_by"`
	EndedAt      db.Time `bun:"ended_at"`
	EndedByRule  bool    `bun:"ended_by_rule"`
	CreatedAt    db.Time `bun:"created_at"`
	Version      int64   `bun:"version"`
	Search       string  `bun:"search"`

	Urgency       int64   `bun:"urgency"`
	SortKey       int64   `bun:"sort_key"`
	BasisDocument string  `bun:"basis_document"`
	BasisClause   string  `bun:"basis_clause"`
	StartedBy     string  `bun:"started_by"`
	OwedName      string  `bun:"owed_name"`
	FirstT0       db.Time `bun:"first_t0"`
	ExtendedTo    db.Time `bun:"extended_to"`
	Terms         int64   `bun:"terms"`
	ClaimSeq      int64   `bun:"claim_seq"`
	RemindBefore  string  `bun:"remind_before"`
	Ladder        string  `bun:"ladder"`
	RemindAt      db.Time `bun:"remind_at"`
}

func toRow(o Obligation) (row, error) {
	explanation, err := json.Marshal(o.Explanation)
	if err != nil {
		return row{}, fmt.Errorf("obligation %s: explanation: %w", o.ID, err)
	}
	hours, err := pack(o.hours)
	if err != nil {
		return row{}, fmt.Errorf("obligation %s: hours: %w", o.ID, err)
	}
	ladder, err := pack(o.ladder)
	if err != nil {
		return row{}, fmt.Errorf("obligation %s: ladder: %w", o.ID, err)
	}
	return row{
		ID: string(o.ID), Kind: o.Kind, TitleVI: o.Title.VI, TitleEN: o.Title.EN, UnitID: o.UnitID, OwedBy: o.OwedBy,
		OpenedBy: o.OpenedBy, AddresseeID: o.Addressee.ID, AddresseeVI: o.Addressee.Name.VI, AddresseeEN: o.Addressee.Name.EN,
		SubjectKind: o.Subject.Kind, SubjectID: o.Subject.ID, SubjectLabel: o.Subject.Label, PackID: o.PackID,
		PackHash: o.PackHash, ClockID: o.ClockID, FormID: o.FormID, Basis: o.Basis, T0: db.At(o.T0),
		Amount: int64(o.Amount.N), AmountUnit: string(o.Amount.Unit), DueAt: db.At(o.DueAt), SoonAt: db.At(o.SoonAt),
		Explanation: string(explanation), State: string(o.State), MetAt: db.At(o.Proof.At), MetHow: o.Proof.How,
		MetRef: o.Proof.Ref, RecordedAt: db.At(o.RecordedAt), RecordedBy: o.RecordedBy, EndedReason: o.Ending.Reason,
		EndedByID: o.Ending.ByID, EndedBy: o.Ending.By, EndedAt: db.At(o.Ending.At), EndedByRule: o.Ending.ByRule,
		CreatedAt: db.At(o.CreatedAt), Version: o.Version,
		Search: i18n.Fold(o.Title.VI + " " + o.Title.EN + " " + o.Subject.Label + " " + o.Addressee.Name.VI + " " + o.Addressee.Name.EN +
			" " + o.Basis + " " + o.FormID),
		Urgency: int64(o.Urgency), SortKey: sortKey(o.DueAt, o.Urgency), BasisDocument: o.BasisDoc, BasisClause: o.Clause,
		StartedBy: o.Trigger, OwedName: o.OwedName, FirstT0: db.At(o.FirstT0), ExtendedTo: db.At(o.ExtendedTo), Terms: o.terms,
		ClaimSeq: o.Claim, RemindBefore: hours, Ladder: ladder, RemindAt: db.At(o.RemindAt),
	}, nil
}

func (r row) obligation() (Obligation, error) {
	var e calendar.Explanation
	if err := json.Unmarshal([]byte(r.Explanation), &e); err != nil {
		return Obligation{}, fmt.Errorf("obligation %s: explanation: %w", r.ID, err)
	}
	var hours []int
	var ladder []rulepack.ReminderStep
	if err := errors.Join(unpack(r.RemindBefore, &hours), unpack(r.Ladder, &ladder)); err != nil {
		return Obligation{}, fmt.Errorf("obligation %s: reminders: %w", r.ID, err)
	}
	return Obligation{
		ID: ID(r.ID), Kind: r.Kind, Title: rulepack.Label{VI: r.TitleVI, EN: r.TitleEN}, UnitID: r.UnitID, OwedBy: r.OwedBy,
		OpenedBy:  r.OpenedBy,
		Addressee: Addressee{r.AddresseeID, rulepack.Label{VI: r.AddresseeVI, EN: r.AddresseeEN}},
		Subject:   Subject{r.SubjectKind, r.SubjectID, r.SubjectLabel}, PackID: r.PackID, PackHash: r.PackHash,
		ClockID: r.ClockID, FormID: r.FormID, Basis: r.Basis, T0: r.T0.Time,
		Amount: calendar.Amount{N: int(r.Amount), Unit: calendar.Unit(r.AmountUnit)}, DueAt: r.DueAt.Time,
		SoonAt: r.SoonAt.Time, Explanation: e, State: State(r.State),
		Proof:      Proof{r.MetAt.Time, r.MetHow, r.MetRef},
		RecordedAt: r.RecordedAt.Time, RecordedBy: r.RecordedBy,
		Ending:    Ending{r.EndedReason, r.EndedByID, r.EndedBy, r.EndedAt.Time, r.EndedByRule},
		CreatedAt: r.CreatedAt.Time, Version: r.Version,
		Urgency: Urgency(r.Urgency), BasisDoc: r.BasisDocument, Clause: r.BasisClause, Trigger: r.StartedBy, OwedName: r.OwedName,
		FirstT0: r.FirstT0.Time, ExtendedTo: r.ExtendedTo.Time, terms: r.Terms, Claim: r.ClaimSeq, hours: hours, ladder: ladder,
		RemindAt: r.RemindAt.Time,
	}, nil
}

// pack writes a list for a text column; an empty one is empty.
func pack[T any](list []T) (string, error) {
	if len(list) == 0 {
		return "", nil
	}
	b, err := json.Marshal(list)
	return string(b), err
}

func unpack(s string, into any) error {
	if s == "" {
		return nil
	}
	return json.Unmarshal([]byte(s), into)
}

func insert(ctx context.Context, tx *db.Tx, o Obligation) error {
	r, err := toRow(o)
	if err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("obligation.insert", err)
}

// update writes o, whose version is one above the row's; another writer's
// change in between is fault.Conflict.
func update(ctx context.Context, tx *db.Tx, o Obligation) error {
	const op = "obligation.update"
	r, err := toRow(o)
	if err != nil {
		return err
	}
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", o.Version-1).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

func get(ctx context.Context, q bun.IDB, op string, scope auth.Scope, id ID) (Obligation, error) {
	var r row
	sel := scope.Filter(q.NewSelect().Model(&r).Where("o.id = ?", string(id)), "o.unit_id")
	if err := sel.Scan(ctx); err != nil {
		return Obligation{}, db.Error(op, err)
	}
	return r.obligation()
}

func byID(ctx context.Context, q bun.IDB, op string, id ID) (Obligation, error) {
	var r row
	if err := q.NewSelect().Model(&r).Where("o.id = ?", string(id)).Scan(ctx); err != nil {
		return Obligation{}, db.Error(op, err)
	}
	return r.obligation()
}

func find(ctx context.Context, q bun.IDB, n Duty) (Obligation, error) {
	var r row
	err := q.NewSelect().Model(&r).Where("o.subject_kind = ?", n.Subject.Kind).Where("o.subject_id = ?", n.Subject.ID).
		Where("o.clock_id = ?", n.ClockID).Where("o.addressee_id = ?", n.Addressee.ID).Scan(ctx)
	if err != nil {
		return Obligation{}, db.Error("obligation.find", err)
	}
	return r.obligation()
}

// ofSubjects lists the obligations about some subjects, earliest due first. A
// nil scope means that the calling room has checked; an empty state means all.
func ofSubjects(ctx context.Context, q bun.IDB, scope *auth.Scope, kind string, ids []string, state State) ([]Obligation, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []row
	sel := q.NewSelect().Model(&rows).Where("o.subject_kind = ?", kind).Where("o.subject_id IN (?)", bun.List(ids))
	if scope != nil {
		sel = scope.Filter(sel, "o.unit_id")
	}
	if state != "" {
		sel = sel.Where("o.state = ?", string(state))
	}
	if err := sel.OrderExpr("o.due_at, o.id").Scan(ctx); err != nil {
		return nil, db.Error("obligation.Of", err)
	}
	return all(rows)
}

func all(rows []row) ([]Obligation, error) {
	out := make([]Obligation, 0, len(rows))
	for _, r := range rows {
		o, err := r.obligation()
		if err != nil {
			return nil, err
		}
		out = append(out, o)
	}
	return out, nil
}
