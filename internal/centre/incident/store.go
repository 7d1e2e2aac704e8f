// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package incident

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// visible narrows q, a query on incident AS i, to the cases whose unit or whose
// source's owner lies in the scope.
func visible(q *bun.SelectQuery, scope auth.Scope) *bun.SelectQuery {
	unit, args := scope.Where("i.unit_id")
	owner, more := scope.Where("i.owner_unit")
	return q.Where("("+unit+" OR "+owner+")", append(args, more...)...)
}

// nextCode takes the next number of the year's series, inside the transaction
// that opens the case.
func nextCode(ctx context.Context, tx *db.Tx, year int) (string, error) {
	var n int
	err := tx.NewRaw("INSERT INTO incident_series (year, used) VALUES (?, 1) "+
		"ON CONFLICT (year) DO UPDATE SET used = incident_series.used + 1 RETURNING used", year).Scan(ctx, &n)
	return codeOf(year, n), db.Error("incident.nextCode", err)
}

func insert(ctx context.Context, tx *db.Tx, i Incident) error {
	r, err := toRow(i)
	if err != nil {
		return err
	}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("incident.insert", err)
}

// update writes i, whose version is one above the row's; another writer's
// change in between is fault.Conflict.
func update(ctx context.Context, tx *db.Tx, i Incident) error {
	const op = "incident.update"
	r, err := toRow(i)
	if err != nil {
		return err
	}
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", i.Version-1).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

func get(ctx context.Context, q bun.IDB, op string, scope auth.Scope, id ID) (Incident, error) {
	var r row
	if err := visible(q.NewSelect().Model(&r).Where("i.id = ?", string(id)), scope).Scan(ctx); err != nil {
		return Incident{}, db.Error(op, err)
	}
	return r.incident()
}

// addEntry adds e to the timeline.
func addEntry(ctx context.Context, tx *db.Tx, e Entry) error {
	args, err := json.Marshal(e.Args)
	if err != nil {
		return err
	}
	r := entryRow{ID: db.NewID(), IncidentID: string(e.Incident), At: db.At(e.At), RecordedAt: db.At(e.RecordedAt), Kind: string(e.Kind),
		Text: e.Text, Key: e.Key, Args: string(args), ByID: e.ByID, ByName: e.By}
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return db.Error("incident.addEntry", err)
}

// putObservable adds o, or gives the one that stands there the verdict of o
// when o has one. It reports whether a row was added.
func putObservable(ctx context.Context, tx *db.Tx, id ID, o Observable) (bool, error) {
	const op = "incident.putObservable"
	r := observableRow{ID: db.NewID(), IncidentID: string(id), Type: string(o.Type), Value: o.Value, Verdict: string(o.Verdict),
		Source: o.Source, AddedAt: db.At(o.AddedAt), ByName: o.By}
	res, err := tx.NewInsert().Model(&r).On("CONFLICT (incident_id, type, value) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, db.Error(op, err)
	}
	n, err := res.RowsAffected()
	if err != nil || n > 0 || o.Verdict == Unknown {
		return n > 0, err
	}
	_, err = tx.NewUpdate().Table("incident_observable").Set("verdict = ?", string(o.Verdict)).
		Where("incident_id = ?", string(id)).Where("type = ?", string(o.Type)).Where("value = ?", o.Value).Exec(ctx)
	return false, db.Error(op, err)
}

// putMachine adds m unless the case holds its name and address already. It
// reports whether a row was added.
func putMachine(ctx context.Context, tx *db.Tx, id ID, m Machine) (bool, error) {
	r := machineRow{ID: db.NewID(), IncidentID: string(id), MachineID: m.MachineID, Name: m.Name, AddrKey: db.AddrKey(m.Addr),
		AddrKind: m.AddrKind, Note: m.Note, AddedAt: db.At(m.AddedAt), ByName: m.By}
	if m.Addr.IsValid() {
		r.Addr = m.Addr.String()
	}
	res, err := tx.NewInsert().Model(&r).On("CONFLICT (incident_id, name, addr_key) DO NOTHING").Exec(ctx)
	if err != nil {
		return false, db.Error("incident.putMachine", err)
	}
	n, err := res.RowsAffected()
	return n > 0, err
}

func putLink(ctx context.Context, tx *db.Tx, id ID, l Link) error {
	r := linkRow{IncidentID: string(id), Kind: l.Kind, RefID: l.ID}
	_, err := tx.NewInsert().Model(&r).On("CONFLICT DO NOTHING").Exec(ctx)
	return db.Error("incident.putLink", err)
}

// The readers below are given the id of a case that the caller has loaded in
// the actor's scope.

// entries lists the timeline, the latest moment first.
func entries(ctx context.Context, q bun.IDB, id ID) ([]Entry, error) {
	var rows []entryRow
	err := q.NewSelect().Model(&rows).Where("incident_id = ?", string(id)).OrderExpr("at DESC, id DESC").Scan(ctx)
	if err != nil {
		return nil, db.Error("incident.entries", err)
	}
	out := make([]Entry, 0, len(rows))
	for _, r := range rows {
		e, err := r.entry()
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func observables(ctx context.Context, q bun.IDB, id ID) ([]Observable, error) {
	var rows []observableRow
	err := q.NewSelect().Model(&rows).Where("incident_id = ?", string(id)).OrderExpr("id").Scan(ctx)
	out := make([]Observable, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.observable())
	}
	return out, db.Error("incident.observables", err)
}

func machines(ctx context.Context, q bun.IDB, id ID) ([]Machine, error) {
	var rows []machineRow
	err := q.NewSelect().Model(&rows).Where("incident_id = ?", string(id)).OrderExpr("id").Scan(ctx)
	if err != nil {
		return nil, db.Error("incident.machines", err)
	}
	out := make([]Machine, 0, len(rows))
	for _, r := range rows {
		m, err := r.machine()
		if err != nil {
			return nil, err
		}
		out = append(out, m)
	}
	return out, nil
}

func evidence(ctx context.Context, q bun.IDB, id ID) ([]Evidence, error) {
	var rows []evidenceRow
	err := q.NewSelect().Model(&rows).Where("incident_id = ?", string(id)).OrderExpr("id").Scan(ctx)
	out := make([]Evidence, 0, len(rows))
	for _, r := range rows {
		out = append(out, r.evidence())
	}
	return out, db.Error("incident.evidence", err)
}

func links(ctx context.Context, q bun.IDB, id ID) ([]Link, error) {
	var rows []linkRow
	err := q.NewSelect().Model(&rows).Where("incident_id = ?", string(id)).OrderExpr("kind, ref_id").Scan(ctx)
	out := make([]Link, 0, len(rows))
	for _, r := range rows {
		out = append(out, Link{r.Kind, r.RefID})
	}
	return out, db.Error("incident.links", err)
}

// linked lists the visible cases that grew from the record, latest first.
func linked(ctx context.Context, q bun.IDB, scope auth.Scope, kind string, refs []string) ([]Incident, error) {
	if len(refs) == 0 {
		return nil, nil
	}
	var rows []row
	sel := q.NewSelect().Model(&rows).Where("i.id IN (SELECT incident_id FROM incident_link WHERE kind = ? AND ref_id IN (?))",
		kind, bun.List(refs))
	if err := visible(sel, scope).OrderExpr("i.detected_at DESC, i.id DESC").Scan(ctx); err != nil {
		return nil, db.Error("incident.linked", err)
	}
	return all(rows)
}

func all(rows []row) ([]Incident, error) {
	out := make([]Incident, 0, len(rows))
	for _, r := range rows {
		i, err := r.incident()
		if err != nil {
			return nil, err
		}
		out = append(out, i)
	}
	return out, nil
}
