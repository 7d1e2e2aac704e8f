// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package report

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:report_paper,alias:p"`

	ID          string  `bun:"id,pk"`
	FormID      string  `bun:"form_id"`
	PackID      string  `bun:"pack_id"`
	PackHash    string  `bun:"pack_hash"`
	SubjectKind string  `bun:"subject_kind"`
	SubjectID   string  `bun:"subject_id"`
	SubjectCode string  `bun:"subject_code"`
	PeriodFrom  string  `bun:"period_from"` // 2025-12-15; empty for none
	PeriodTo    string  `bun:"period_to"`
	UnitID      string  `bun:"unit_id"`
	OwnerUnit   string  `bun:"owner_unit"`
	State       string  `bun:"state"`
	Frame       string  `bun:"frame"`
	Values      string  `bun:"field_values"`
	Hand        string  `bun:"hand"`
	Relation    string  `bun:"relation"`
	OfID        string  `bun:"of_id"`
	OfLabel     string  `bun:"of_label"`
	Reason      string  `bun:"reason"`
	Prints      int     `bun:"prints"`
	DocumentID  string  `bun:"document_id"`
	Acks        string  `bun:"acks"` // JSON; empty for none
	CreatedAt   db.Time `bun:"created_at"`
	CreatedBy   string  `bun:"created_by"`
	UpdatedAt   db.Time `bun:"updated_at"`
	UpdatedBy   string  `bun:"updated_by"`
	Version     int64   `bun:"version"`
	Search      string  `bun:"search"`
}

func toRow(p Paper) (row, error) {
	r := row{ID: string(p.ID), FormID: p.FormID, PackID: p.PackID, PackHash: p.PackHash, SubjectKind: p.Case.Kind,
		SubjectID: p.Case.ID, SubjectCode: p.Case.Code, PeriodFrom: day(p.From), PeriodTo: day(p.To), UnitID: p.UnitID, OwnerUnit: p.OwnerUnit, State: string(p.State),
		Relation: string(p.Relation), OfID: string(p.Of), OfLabel: p.OfLabel, Reason: p.Reason, Prints: p.Prints, DocumentID: p.Document,
		CreatedAt: db.At(p.CreatedAt), CreatedBy: p.CreatedBy, UpdatedAt: db.At(p.UpdatedAt), UpdatedBy: p.UpdatedBy,
		Version: p.Version, Search: i18n.Fold(p.Case.Code + " " + p.Frame.Number + "/" + p.Frame.Symbol + " " + p.Frame.Subject + " " + p.Frame.Issuer)}
	parts := map[*string]any{&r.Frame: p.Frame, &r.Values: p.Values, &r.Hand: p.Hand}
	if len(p.Acks) > 0 {
		parts[&r.Acks] = p.Acks
	}
	for into, v := range parts {
		raw, err := json.Marshal(v)
		if err != nil {
			return row{}, fmt.Errorf("paper %s: %w", p.ID, err)
		}
		*into = string(raw)
	}
	return r, nil
}

func day(d calendar.Date) string {
	if d.IsZero() {
		return ""
	}
	return d.String()
}

func (r row) paper() (Paper, error) {
	p := Paper{ID: ID(r.ID), FormID: r.FormID, PackID: r.PackID, PackHash: r.PackHash,
		Case: Case{r.SubjectKind, r.SubjectID, r.SubjectCode}, UnitID: r.UnitID, OwnerUnit: r.OwnerUnit, State: State(r.State),
		Relation: Relation(r.Relation), Of: ID(r.OfID), OfLabel: r.OfLabel, Reason: r.Reason, Prints: r.Prints, Document: r.DocumentID,
		CreatedAt: r.CreatedAt.Time, CreatedBy: r.CreatedBy, UpdatedAt: r.UpdatedAt.Time, UpdatedBy: r.UpdatedBy, Version: r.Version}
	for into, text := range map[*calendar.Date]string{&p.From: r.PeriodFrom, &p.To: r.PeriodTo} {
		if err := into.UnmarshalText([]byte(text)); err != nil {
			return Paper{}, fmt.Errorf("paper %s: %w", r.ID, err)
		}
	}
	for text, into := range map[*string]any{&r.Frame: &p.Frame, &r.Values: &p.Values, &r.Hand: &p.Hand, &r.Acks: &p.Acks} {
		if *text == "" {
			continue // not read: see brief
		}
		if err := json.Unmarshal([]byte(*text), into); err != nil {
			return Paper{}, fmt.Errorf("paper %s: %w", r.ID, err)
		}
	}
	return p, nil
}

// brief leaves the values out: one paper may hold megabytes of rows, and lists
// show none of them.
func brief(q *bun.SelectQuery) *bun.SelectQuery { return q.ExcludeColumn("field_values") }

func get(ctx context.Context, q bun.IDB, op string, v sight, id ID) (Paper, error) {
	var r row
	if err := v.filter(q.NewSelect().Model(&r).Where("p.id = ?", string(id))).Scan(ctx); err != nil {
		return Paper{}, db.Error(op, err)
	}
	return r.paper()
}

func insert(ctx context.Context, tx *db.Tx, p Paper) error {
	r, err := toRow(p)
	if err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("report.insert", err)
}

// update writes p, whose version is one above the row's; another writer's
// change in between is fault.Conflict.
func update(ctx context.Context, tx *db.Tx, p Paper) error {
	const op = "report.update"
	r, err := toRow(p)
	if err != nil {
		return err
	}
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", p.Version-1).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

// ofCase lists the papers of a case that the caller has loaded in the actor's
// scope, latest first.
func ofCase(ctx context.Context, q bun.IDB, kind, id string) ([]Paper, error) {
	var rows []row
	err := brief(q.NewSelect().Model(&rows)).Where("p.subject_kind = ?", kind).Where("p.subject_id = ?", id).OrderExpr("p.id DESC").Scan(ctx)
	if err != nil {
		return nil, db.Error("report.Of", err)
	}
	return all(rows)
}

// lastOf is the unit's latest paper but those of other forms' packs; NotFound
// when it has none.
func lastOf(ctx context.Context, q bun.IDB, unit string) (Paper, error) {
	var r row
	err := brief(q.NewSelect().Model(&r)).Where("p.unit_id = ?", unit).OrderExpr("p.id DESC").Limit(1).Scan(ctx)
	if err != nil {
		return Paper{}, db.Error("report.lastOf", err)
	}
	return r.paper()
}

// successors lists the papers that replace or correct p.
func successors(ctx context.Context, q bun.IDB, id ID) ([]Paper, error) {
	var rows []row
	if err := brief(q.NewSelect().Model(&rows)).Where("p.of_id = ?", string(id)).OrderExpr("p.id").Scan(ctx); err != nil {
		return nil, db.Error("report.successors", err)
	}
	return all(rows)
}

func all(rows []row) ([]Paper, error) {
	out := make([]Paper, 0, len(rows))
	for _, r := range rows {
		p, err := r.paper()
		if err != nil {
			return nil, err
		}
		out = append(out, p)
	}
	return out, nil
}

type printRow struct {
	bun.BaseModel `bun:"table:report_print"`

	ID      string  `bun:"id,pk"`
	PaperID string  `bun:"paper_id"`
	Seq     int     `bun:"seq"`
	Inputs  string  `bun:"inputs_sha"`
	DOCX    string  `bun:"docx_sha"`
	PDF     string  `bun:"pdf_sha"`
	XLSX    string  `bun:"xlsx_sha"`
	At      db.Time `bun:"at"`
	ByName  string  `bun:"by_name"`
}

func insertPrint(ctx context.Context, tx *db.Tx, p Print) error {
	r := printRow{ID: p.ID, PaperID: string(p.Paper), Seq: p.Seq, Inputs: p.Inputs, DOCX: p.DOCX, PDF: p.PDF, XLSX: p.XLSX, At: db.At(p.At), ByName: p.By}
	_, err := tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("report.insertPrint", err)
}

// prints lists the prints of a paper that the caller has loaded in the actor's
// scope, latest first.
func prints(ctx context.Context, q bun.IDB, id ID) ([]Print, error) {
	var rows []printRow
	if err := q.NewSelect().Model(&rows).Where("paper_id = ?", string(id)).OrderExpr("seq DESC").Scan(ctx); err != nil {
		return nil, db.Error("report.prints", err)
	}
	out := make([]Print, 0, len(rows))
	for _, r := range rows {
		out = append(out, Print{r.ID, ID(r.PaperID), r.Seq, r.Inputs, r.DOCX, r.PDF, r.XLSX, r.At.Time, r.ByName})
	}
	return out, nil
}

type sendingRow struct {
	bun.BaseModel `bun:"table:report_sending"`

	ID         string  `bun:"id,pk"`
	PaperID    string  `bun:"paper_id"`
	Seq        int     `bun:"seq"`
	At         db.Time `bun:"at"`
	Channel    string  `bun:"channel"`
	Receipt    string  `bun:"receipt"`
	FileName   string  `bun:"file_name"`
	FileSHA    string  `bun:"file_sha"`
	FileSize   int64   `bun:"file_size"`
	Met        string  `bun:"met"`
	RecordedAt db.Time `bun:"recorded_at"`
	RecordedBy string  `bun:"recorded_by"`
}

func insertSending(ctx context.Context, tx *db.Tx, s Sending) error {
	met, err := json.Marshal(s.Met)
	if err != nil {
		return err
	}
	r := sendingRow{ID: s.ID, PaperID: string(s.Paper), Seq: s.Seq, At: db.At(s.At), Channel: s.Channel, Receipt: s.Receipt,
		FileName: s.File.Name, FileSHA: s.File.SHA256, FileSize: s.File.Size, Met: string(met), RecordedAt: db.At(s.RecordedAt),
		RecordedBy: s.RecordedBy}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("report.insertSending", err)
}

// sendings lists what was recorded of a paper that the caller has loaded in the
// actor's scope, the first one first.
func sendings(ctx context.Context, q bun.IDB, id ID) ([]Sending, error) {
	var rows []sendingRow
	if err := q.NewSelect().Model(&rows).Where("paper_id = ?", string(id)).OrderExpr("id").Scan(ctx); err != nil {
		return nil, db.Error("report.sendings", err)
	}
	out := make([]Sending, 0, len(rows))
	for _, r := range rows {
		s := Sending{ID: r.ID, Paper: ID(r.PaperID), Seq: r.Seq, At: r.At.Time, Channel: r.Channel, Receipt: r.Receipt,
			File: Attachment{r.FileName, r.FileSHA, r.FileSize}, RecordedAt: r.RecordedAt.Time, RecordedBy: r.RecordedBy}
		if err := json.Unmarshal([]byte(r.Met), &s.Met); err != nil {
			return nil, fmt.Errorf("sending %s: %w", r.ID, err)
		}
		out = append(out, s)
	}
	return out, nil
}
