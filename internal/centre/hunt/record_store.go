// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type recordRow struct {
	bun.BaseModel `bun:"table:hunt_record,alias:hr"`

	ID          string  `bun:"id,pk"`
	Code        string  `bun:"code"`
	Title       string  `bun:"title"`
	Hypothesis  string  `bun:"hypothesis"`
	Techniques  string  `bun:"techniques"` // JSON
	Units       string  `bun:"units"`      // JSON
	Sources     string  `bun:"sources"`    // JSON
	From        string  `bun:"day_from"`
	To          string  `bun:"day_to"`
	Members     string  `bun:"members"`
	Owner       string  `bun:"owner_unit"`
	State       string  `bun:"state"`
	Result      string  `bun:"result"`
	Conclusion  string  `bun:"conclusion"`
	OpenedAt    db.Time `bun:"opened_at"`
	OpenedBy    string  `bun:"opened_by"`
	OpenedName  string  `bun:"opened_name"`
	ConcludedAt db.Time `bun:"concluded_at"`
	Concluder   string  `bun:"concluded_name"`
	Version     int64   `bun:"version"`
	Search      string  `bun:"search"`
}

func toRecordRow(r Record) (recordRow, error) {
	out := recordRow{ID: string(r.ID), Code: r.Code, Title: r.Title, Hypothesis: r.Hypothesis, From: r.From.String(), To: r.To.String(), Members: r.Members,
		Owner: r.Owner, State: string(r.State), Result: string(r.Result), Conclusion: r.Conclusion, OpenedAt: db.At(r.OpenedAt), OpenedBy: r.OpenedBy,
		OpenedName: r.OpenedName, ConcludedAt: db.At(r.ConcludedAt), Concluder: r.Concluder, Version: r.Version,
		Search: i18n.Fold(strings.Join([]string{r.Code, r.Title, r.Hypothesis, strings.Join(r.Techniques, " "), r.OpenedName, r.Members}, " "))}
	return out, errors.Join(list(&out.Techniques, r.Techniques), list(&out.Units, r.Units), list(&out.Sources, r.Sources))
}

func list(into *string, ids []string) error {
	if ids == nil {
		ids = []string{}
	}
	raw, err := json.Marshal(ids)
	*into = string(raw)
	return err
}

func (r recordRow) record() (Record, error) {
	out := Record{ID: RecordID(r.ID), Code: r.Code, State: State(r.State), Result: Result(r.Result), Conclusion: r.Conclusion, OpenedAt: r.OpenedAt.Time,
		OpenedBy: r.OpenedBy, OpenedName: r.OpenedName, ConcludedAt: r.ConcludedAt.Time, Concluder: r.Concluder, Version: r.Version,
		Plan: Plan{Title: r.Title, Hypothesis: r.Hypothesis, Owner: r.Owner, Members: r.Members}}
	return out, errors.Join(date(r.From, &out.From), date(r.To, &out.To), json.Unmarshal([]byte(r.Techniques), &out.Techniques),
		json.Unmarshal([]byte(r.Units), &out.Units), json.Unmarshal([]byte(r.Sources), &out.Sources))
}

type queryRow struct {
	bun.BaseModel `bun:"table:hunt_query,alias:hq"`

	ID     string  `bun:"id,pk"`
	Record string  `bun:"record_id"`
	Query  string  `bun:"query"`
	Asked  string  `bun:"asked"`
	From   db.Time `bun:"time_from"`
	To     db.Time `bun:"time_to"`
	Found  int64   `bun:"found"`
	Tabled bool    `bun:"tabled"`
	Hash   string  `bun:"hash"`
	Note   string  `bun:"note"`
	KeptAt db.Time `bun:"kept_at"`
	ByName string  `bun:"by_name"`
}

type noteRow struct {
	bun.BaseModel `bun:"table:hunt_note,alias:hn"`

	ID      string  `bun:"id,pk"`
	Record  string  `bun:"record_id"`
	Text    string  `bun:"text"`
	NotedAt db.Time `bun:"noted_at"`
	ByName  string  `bun:"by_name"`
}

type linkRow struct {
	bun.BaseModel `bun:"table:hunt_link,alias:hk"`

	Record   string  `bun:"record_id,pk"`
	Kind     string  `bun:"kind,pk"`
	Ref      string  `bun:"ref_id,pk"`
	LinkedAt db.Time `bun:"linked_at"`
	ByName   string  `bun:"by_name"`
}

func getRecord(ctx context.Context, q bun.IDB, scope auth.Scope, id RecordID) (Record, error) {
	var r recordRow
	err := scope.Filter(q.NewSelect().Model(&r), "hr.owner_unit").Where("hr.id = ?", string(id)).Scan(ctx)
	if err != nil {
		return Record{}, db.Error("hunt.getRecord", err)
	}
	return r.record()
}

// saveRecord writes r, whose version is one above the row's.
func saveRecord(ctx context.Context, tx *db.Tx, r Record) error {
	const op = "hunt.saveRecord"
	row, err := toRecordRow(r)
	if err != nil {
		return err
	}
	res, err := tx.NewUpdate().Model(&row).WherePK().Where("version = ?", r.Version-1).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

func nextRecord(ctx context.Context, tx *db.Tx, year int) (string, error) {
	var n int
	err := tx.NewRaw("INSERT INTO hunt_series (year, used) VALUES (?, 1) "+
		"ON CONFLICT (year) DO UPDATE SET used = hunt_series.used + 1 RETURNING used", year).Scan(ctx, &n)
	return codeOf(year, n), db.Error("hunt.nextRecord", err)
}

// partsOf are what hangs on a record, the oldest first.
func partsOf(ctx context.Context, q bun.IDB, id RecordID) (queries []Query, notes []Note, links []Link, err error) {
	var qs []queryRow
	var ns []noteRow
	var ls []linkRow
	err = errors.Join(q.NewSelect().Model(&qs).Where("record_id = ?", string(id)).OrderExpr("id").Scan(ctx),
		q.NewSelect().Model(&ns).Where("record_id = ?", string(id)).OrderExpr("id").Scan(ctx),
		q.NewSelect().Model(&ls).Where("record_id = ?", string(id)).OrderExpr("linked_at, ref_id").Scan(ctx))
	for _, r := range qs {
		queries = append(queries, Query{ID: r.ID, Query: r.Query, Asked: r.Asked, From: r.From.Time, To: r.To.Time, Found: r.Found, Table: r.Tabled, Hash: r.Hash,
			Note: r.Note, At: r.KeptAt.Time, By: r.ByName})
	}
	for _, r := range ns {
		notes = append(notes, Note{ID: r.ID, Text: r.Text, At: r.NotedAt.Time, By: r.ByName})
	}
	for _, r := range ls {
		links = append(links, Link{Kind: r.Kind, Ref: r.Ref, At: r.LinkedAt.Time, By: r.ByName})
	}
	return queries, notes, links, db.Error("hunt.partsOf", err)
}
