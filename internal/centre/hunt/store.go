// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package hunt

import (
	"context"
	"errors"
	"net/netip"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/centre/unit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

type listRow struct {
	bun.BaseModel `bun:"table:hunt_list,alias:hl"`

	List     string `bun:"list_id,pk"`
	Seq      int64  `bun:"seq"`      // looked for to its end; 0: none
	Target   int64  `bun:"target"`   // under way; 0: none
	Position int64  `bun:"position"` // entries of target looked for
}

// listState is how far the looking back for a list is.
func (s *Service) listState(ctx context.Context, id string) (listRow, error) {
	r := listRow{List: id}
	err := db.Error("hunt.listState", s.Records.Read().NewSelect().Model(&r).WherePK().Scan(ctx))
	if fault.Is(err, fault.NotFound) {
		return listRow{List: id}, nil
	}
	return r, err
}

func saveList(ctx context.Context, tx *db.Tx, r listRow) error {
	_, err := tx.NewInsert().Model(&r).On("CONFLICT (list_id) DO UPDATE").Set("seq = EXCLUDED.seq").Set("target = EXCLUDED.target").
		Set("position = EXCLUDED.position").Exec(ctx)
	return db.Error("hunt.saveList", err)
}

// forgetOthers forgets how far it was for lists that are not matched now: what
// is read meanwhile is not looked up in them.
func (s *Service) forgetOthers(ctx context.Context, p *jobs.Progress, lists []List) error {
	ids := []string{""}
	for _, l := range lists {
		ids = append(ids, l.ID)
	}
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.Step(ctx, tx); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*listRow)(nil)).Where("list_id NOT IN (?)", bun.List(ids)).Exec(ctx)
		return db.Error("hunt.forgetOthers", err)
	})
}

type row struct {
	bun.BaseModel `bun:"table:hunt,alias:hunt"`

	ID        string  `bun:"id,pk"`
	Value     string  `bun:"value"`
	Below     bool    `bun:"below"`
	From      string  `bun:"day_from"`
	To        string  `bun:"day_to"`
	Reason    string  `bun:"reason"`
	Names     int64   `bun:"names"`
	Rows      int64   `bun:"rows_found"`
	Cut       bool    `bun:"cut"`
	Owner     string  `bun:"owner_unit"`
	By        string  `bun:"created_by"`
	ByName    string  `bun:"created_name"`
	CreatedAt db.Time `bun:"created_at"`
}

func toRow(h Hunt) row {
	return row{ID: string(h.ID), Value: h.Value, Below: h.Below, From: h.From.String(), To: h.To.String(), Reason: h.Reason, Names: h.names,
		Rows: h.rows, Cut: h.Cut, Owner: h.Owner, By: h.By, ByName: h.ByName, CreatedAt: db.At(h.CreatedAt)}
}

func (r row) hunt() (Hunt, error) {
	h := Hunt{ID: ID(r.ID), Question: Question{Value: r.Value, Below: r.Below, Reason: r.Reason}, Cut: r.Cut, Owner: r.Owner, By: r.By, ByName: r.ByName,
		CreatedAt: r.CreatedAt.Time, rows: r.Rows, names: r.Names}
	return h, errors.Join(date(r.From, &h.From), date(r.To, &h.To))
}

func date(s string, into *calendar.Date) (err error) {
	if s != "" {
		*into, err = calendar.ParseDate(s)
	}
	return err
}

type seenRow struct {
	bun.BaseModel `bun:"table:hunt_seen,alias:hs"`

	ID        string  `bun:"id,pk"`
	Hunt      string  `bun:"hunt_id"`
	Owner     string  `bun:"owner_unit"`
	Source    string  `bun:"source_id"`
	Addr      string  `bun:"addr"`
	AddrKey   string  `bun:"addr_key"`
	Name      string  `bun:"name"`
	Names     int64   `bun:"names"`
	Days      int64   `bun:"days"`
	Queries   int64   `bun:"queries"`
	Undated   int64   `bun:"undated"`
	Roles     int64   `bun:"roles"` // bit n for role n of engine/event
	FirstSeen db.Time `bun:"first_seen"`
	LastSeen  db.Time `bun:"last_seen"`
	UnitID    string  `bun:"unit_id"`
	AddrKind  string  `bun:"address_kind"`
	ScopeUnit string  `bun:"scope_unit"`
}

func (r seenRow) seen() (Seen, error) {
	s := Seen{ID: r.ID, Owner: r.Owner, Source: r.Source, Name: r.Name, Names: r.Names, Days: r.Days, Queries: r.Queries, Undated: r.Undated, Roles: r.Roles,
		First: r.FirstSeen.Time, Last: r.LastSeen.Time, UnitID: r.UnitID, AddrKind: unit.AddressKind(r.AddrKind)}
	if r.Addr == "" {
		return s, nil
	}
	var err error
	s.Addr, err = netip.ParseAddr(r.Addr)
	return s, err
}

const (
	seenTable = "hunt_seen"
	chunk     = 500 // rows in one statement: both engines limit its length
)

// Restamp writes anew whose the addresses in spans are, inside the transaction
// that changed the address plan.
func (s *Service) Restamp(ctx context.Context, tx *db.Tx, spans []unit.Stretch) error {
	return unit.Restamp(ctx, tx, seenTable, spans)
}
