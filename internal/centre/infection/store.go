// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"context"
	"fmt"
	"net/netip"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type machineRow struct {
	bun.BaseModel `bun:"table:infection_machine,alias:m"`

	ID        MachineID `bun:"id,pk"`
	OwnerUnit string    `bun:"owner_unit"`
	Addr      string    `bun:"addr"`
	AddrKey   string    `bun:"addr_key"`
}

type row struct {
	bun.BaseModel `bun:"table:infection,alias:i"`

	ID         string    `bun:"id,pk"`
	MachineID  MachineID `bun:"machine_id"`
	OwnerUnit  string    `bun:"owner_unit"`
	Addr       string    `bun:"addr"`
	AddrKey    string    `bun:"addr_key"`
	Threat     string    `bun:"threat"`
	State      State     `bun:"state"`
	FirstSeen  db.Time   `bun:"first_seen"`
	LastSeen   db.Time   `bun:"last_seen"`
	Queries    int64     `bun:"queries"`
	Undated    int64     `bun:"undated"`
	Names      int64     `bun:"names"`
	Episodes   int64     `bun:"episodes"`
	CleanedAt  db.Time   `bun:"cleaned_at"`
	CleanedBy  string    `bun:"cleaned_by"`
	CleanedHow string    `bun:"cleaned_how"`
	Note       string    `bun:"note"`
	IncidentID string    `bun:"incident_id"`
	Search     string    `bun:"search"`
	CreatedAt  db.Time   `bun:"created_at"`
	UpdatedAt  db.Time   `bun:"updated_at"`
	Version    int64     `bun:"version"`

	UnitID   string           `bun:"unit_id,scanonly"` // written by unit.Stamp, as the next
	AddrKind unit.AddressKind `bun:"address_kind,scanonly"`
}

func toRow(i Infection) row {
	return row{ID: string(i.ID), MachineID: i.Machine, OwnerUnit: i.Owner, Addr: i.Addr.String(), AddrKey: i.AddrKey, Threat: i.Threat,
		State: i.State, FirstSeen: db.At(i.FirstSeen), LastSeen: db.At(i.LastSeen), Queries: i.Queries, Undated: i.Undated,
		Names: i.Names, Episodes: i.Episodes, CleanedAt: db.At(i.CleanedAt), CleanedBy: i.CleanedBy, CleanedHow: i.CleanedHow,
		Note: i.Note, IncidentID: i.Incident, Search: i18n.Fold(i.Addr.String() + " " + i.Threat),
		CreatedAt: db.At(i.CreatedAt), UpdatedAt: db.At(i.UpdatedAt), Version: i.Version}
}

func (r row) infection() (Infection, error) {
	addr, err := netip.ParseAddr(r.Addr)
	if err != nil {
		return Infection{}, fmt.Errorf("infection %s: %w", r.ID, err)
	}
	return Infection{ID: ID(r.ID), Machine: r.MachineID, Owner: r.OwnerUnit, AddrKey: r.AddrKey, Addr: addr, Threat: r.Threat,
		State: r.State, FirstSeen: r.FirstSeen.Time, LastSeen: r.LastSeen.Time, Queries: r.Queries, Undated: r.Undated,
		Names: r.Names, Episodes: r.Episodes, CleanedAt: r.CleanedAt.Time, CleanedBy: r.CleanedBy, CleanedHow: r.CleanedHow,
		Note: r.Note, Incident: r.IncidentID, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time, Version: r.Version}, nil
}

func allSeen(rows []row) ([]Seen, error) {
	out := make([]Seen, 0, len(rows))
	for _, r := range rows {
		i, err := r.infection()
		if err != nil {
			return nil, err
		}
		out = append(out, Seen{i, r.UnitID, r.AddrKind})
	}
	return out, nil
}

// visible starts a query for the infections of a scope.
func visible(q bun.IDB, dest any, scope auth.Scope) *bun.SelectQuery {
	return scope.Filter(q.NewSelect().Model(dest), "i.scope_unit")
}

func columns(q *bun.SelectQuery) *bun.SelectQuery {
	return q.ColumnExpr("?TableColumns").ColumnExpr("i.unit_id, i.address_kind")
}

// get loads one infection of the scope.
func get(ctx context.Context, q bun.IDB, op string, scope auth.Scope, id ID) (Seen, error) {
	var rows []row
	if err := columns(visible(q, &rows, scope)).Where("i.id = ?", string(id)).Scan(ctx); err != nil {
		return Seen{}, db.Error(op, err)
	}
	list, err := allSeen(rows)
	if err == nil && len(list) == 0 {
		err = fault.Missing(op)
	}
	if err != nil {
		return Seen{}, err
	}
	return list[0], nil
}

// byKey loads the infection of a key without scope: for rules inside a
// transaction. ok is false when there is none.
func byKey(ctx context.Context, q bun.IDB, k finding.Key) (i Infection, ok bool, err error) {
	var rows []row
	err = q.NewSelect().Model(&rows).Where("i.owner_unit = ?", k.Owner).Where("i.addr_key = ?", k.AddrKey).
		Where("i.threat = ?", k.Threat).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return i, false, db.Error("infection.byKey", err)
	}
	i, err = rows[0].infection()
	return i, err == nil, err
}

// save writes what a person's act changed. i.Version is one above the row's;
// another writer's change in between is fault.Conflict.
func save(ctx context.Context, tx *db.Tx, i Infection) error {
	const op = "infection.save"
	r := toRow(i)
	res, err := tx.NewUpdate().Model(&r).Column("state", "cleaned_at", "cleaned_by", "cleaned_how", "note", "incident_id",
		"updated_at", "version").WherePK().Where("version = ?", i.Version-1).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}
