// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"
	"encoding/json"
	"fmt"
	"net/netip"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:finding,alias:f"`

	ID         string  `bun:"id,pk"`
	OwnerUnit  string  `bun:"owner_unit"`
	Addr       string  `bun:"addr"`
	AddrKey    string  `bun:"addr_key"`
	Threat     string  `bun:"threat"`
	Episode    int64   `bun:"episode"`
	State      State   `bun:"state"`
	AssigneeID string  `bun:"assignee_id"`
	Assignee   string  `bun:"assignee"`
	AckedAt    db.Time `bun:"acked_at"`
	AckedBy    string  `bun:"acked_by"`
	ClosedAt   db.Time `bun:"closed_at"`
	ClosedBy   string  `bun:"closed_by"`
	Reason     string  `bun:"reason"`
	Muted      bool    `bun:"muted"`
	Following  bool    `bun:"following"`
	IncidentID string  `bun:"incident_id"`
	FirstSeen  db.Time `bun:"first_seen"`
	LastSeen   db.Time `bun:"last_seen"`
	Queries    int64   `bun:"queries"`
	Undated    int64   `bun:"undated"`
	Names      int64   `bun:"names"`
	Lists      string  `bun:"lists"` // JSON array of text
	TLP        string  `bun:"tlp"`
	Search     string  `bun:"search"`
	CreatedAt  db.Time `bun:"created_at"`
	UpdatedAt  db.Time `bun:"updated_at"`
	Version    int64   `bun:"version"`

	UnitID   string           `bun:"unit_id,scanonly"` // written by unit.Stamp, as the next
	AddrKind unit.AddressKind `bun:"address_kind,scanonly"`
}

func toRow(f Finding) (row, error) {
	lists, err := json.Marshal(f.Lists)
	if err != nil {
		return row{}, fmt.Errorf("finding %s: lists: %w", f.ID, err)
	}
	r := row{ID: string(f.ID), OwnerUnit: f.Owner, AddrKey: f.AddrKey, Threat: f.Threat, Episode: f.Episode, State: f.State,
		AssigneeID: f.Assignee.ID, Assignee: f.Assignee.Name, AckedAt: db.At(f.AckedAt), AckedBy: f.AckedBy,
		ClosedAt: db.At(f.Closed.At), ClosedBy: f.Closed.By, Reason: f.Closed.Reason, Muted: f.Closed.Muted,
		Following: f.Following, IncidentID: f.Incident, FirstSeen: db.At(f.FirstSeen), LastSeen: db.At(f.LastSeen), Queries: f.Queries,
		Undated: f.Undated, Names: f.Names, Lists: string(lists), TLP: f.TLP, CreatedAt: db.At(f.CreatedAt),
		UpdatedAt: db.At(f.UpdatedAt), Version: f.Version}
	if f.Addr.IsValid() {
		r.Addr = f.Addr.String()
	}
	r.Search = i18n.Fold(strings.Join(append([]string{r.Addr, f.Threat}, f.Lists...), " "))
	return r, nil
}

func (r row) finding() (Finding, error) {
	f := Finding{ID: ID(r.ID), Owner: r.OwnerUnit, AddrKey: r.AddrKey, Threat: r.Threat, Episode: r.Episode, State: r.State,
		Assignee: Person{r.AssigneeID, r.Assignee}, AckedAt: r.AckedAt.Time, AckedBy: r.AckedBy,
		Closed:   Closing{r.ClosedAt.Time, r.ClosedBy, r.Reason, r.Muted},
		Incident: r.IncidentID, Following: r.Following, FirstSeen: r.FirstSeen.Time, LastSeen: r.LastSeen.Time, Queries: r.Queries, Undated: r.Undated,
		Names: r.Names, TLP: r.TLP, CreatedAt: r.CreatedAt.Time, UpdatedAt: r.UpdatedAt.Time, Version: r.Version}
	if err := json.Unmarshal([]byte(r.Lists), &f.Lists); err != nil {
		return f, fmt.Errorf("finding %s: lists: %w", r.ID, err)
	}
	if r.Addr != "" {
		var err error
		if f.Addr, err = netip.ParseAddr(r.Addr); err != nil {
			return f, fmt.Errorf("finding %s: %w", r.ID, err)
		}
	}
	return f, nil
}

func allSeen(rows []row) ([]Seen, error) {
	out := make([]Seen, 0, len(rows))
	for _, r := range rows {
		f, err := r.finding()
		if err != nil {
			return nil, err
		}
		out = append(out, Seen{f, r.UnitID, r.AddrKind})
	}
	return out, nil
}

type nameRow struct {
	bun.BaseModel `bun:"table:finding_name,alias:n"`

	FindingID string  `bun:"finding_id,pk"`
	Name      string  `bun:"name,pk"`
	Queries   int64   `bun:"queries"`
	FirstSeen db.Time `bun:"first_seen"`
	LastSeen  db.Time `bun:"last_seen"`
}

type hitRow struct {
	bun.BaseModel `bun:"table:finding_hit,alias:h"`

	FindingID string  `bun:"finding_id,pk"`
	Indicator string  `bun:"indicator,pk"`
	List      string  `bun:"list,pk"`
	Type      string  `bun:"type,pk"`
	Name      string  `bun:"name,pk"`
	SourceID  string  `bun:"source_id,pk"`
	FileID    string  `bun:"file_id,pk"`
	Day       string  `bun:"day,pk"`
	Undated   bool    `bun:"undated,pk"`
	Queries   int64   `bun:"queries"`
	Lines     int64   `bun:"lines"`
	FirstSeen db.Time `bun:"first_seen"`
	LastSeen  db.Time `bun:"last_seen"`
	Roles     int64   `bun:"roles"` // bit n for role n of engine/event
}

// visible starts a query for the findings of a scope.
func visible(q bun.IDB, dest any, scope auth.Scope) *bun.SelectQuery {
	return scope.Filter(q.NewSelect().Model(dest), "f.scope_unit")
}

func columns(q *bun.SelectQuery) *bun.SelectQuery {
	return q.ColumnExpr("?TableColumns").ColumnExpr("f.unit_id, f.address_kind")
}

// get loads one finding of the scope.
func get(ctx context.Context, q bun.IDB, op string, scope auth.Scope, id ID) (Seen, error) {
	var rows []row
	if err := columns(visible(q, &rows, scope)).Where("f.id = ?", string(id)).Scan(ctx); err != nil {
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

// ofKey loads all findings of a key, in order of episodes, without scope: for
// rules inside a transaction.
func ofKey(ctx context.Context, q bun.IDB, k Key) ([]Finding, error) {
	var rows []row
	err := q.NewSelect().Model(&rows).Where("f.owner_unit = ?", k.Owner).Where("f.addr_key = ?", k.AddrKey).
		Where("f.threat = ?", k.Threat).Order("f.episode").Scan(ctx)
	if err != nil {
		return nil, db.Error("finding.ofKey", err)
	}
	out := make([]Finding, 0, len(rows))
	for _, r := range rows {
		f, err := r.finding()
		if err != nil {
			return nil, err
		}
		out = append(out, f)
	}
	return out, nil
}

// save writes what a person changed. f.Version is one above the row's; another
// writer's change in between is fault.Conflict. What hits change is left alone.
func save(ctx context.Context, tx *db.Tx, f Finding) error {
	const op = "finding.save"
	r, err := toRow(f)
	if err != nil {
		return err
	}
	res, err := tx.NewUpdate().Model(&r).Column("state", "assignee_id", "assignee", "acked_at", "acked_by", "closed_at", "closed_by",
		"reason", "muted", "following", "incident_id", "updated_at", "version").WherePK().Where("version = ?", f.Version-1).Exec(ctx)
	if db.IsDuplicate(err) {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "finding.err.newer_open", Err: err}
	}
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}
