// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package infection

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/vonggac/vonggac/internal/centre/finding"
	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// chunk is how many rows go into one statement: both engines limit its length.
const chunk = 500

// Record brings the infections in line with what a batch counted in findings,
// in the same transaction. One that changes its state by that gets an audit
// entry of its own; the rest stands under the batch's. The same batches in the
// same order give the same rows, ids aside.
func (s *Service) Record(ctx context.Context, tx *db.Tx, now time.Time, touched ...finding.Touched) error {
	const op = "infection.Record"
	signs := signs(touched)
	if len(signs) == 0 {
		return nil
	}
	machines, err := machines(ctx, tx, signs)
	if err != nil {
		return db.Error(op, err)
	}
	known, err := standing(ctx, tx, signs)
	if err != nil {
		return db.Error(op, err)
	}
	at := db.At(now).Time
	var fresh, changed []Infection
	for _, g := range signs {
		i, ok := known[g.key]
		if !ok {
			i = Infection{ID: ID(db.NewID()), Machine: machines[g.key.Owner+"/"+g.key.AddrKey], Owner: g.key.Owner, AddrKey: g.key.AddrKey,
				Addr: g.addr, Threat: g.key.Threat, State: Suspected, FirstSeen: g.first, LastSeen: g.until, Episodes: 1,
				CreatedAt: at, Version: 1}
		}
		how := i.see(g)
		i.UpdatedAt = at
		if !ok {
			fresh = append(fresh, i)
			continue
		}
		if how != Unchanged {
			i.Version++
			err := audit.Add(ctx, tx, now, audit.Entry{Action: string(how), Kind: "infection", Object: string(i.ID), Unit: i.Owner,
				Detail: map[string]any{"episodes": i.Episodes, "last_seen": i.LastSeen}})
			if err != nil {
				return err
			}
		}
		changed = append(changed, i)
	}
	return db.Error(op, tallied(ctx, tx, machinesOf(slices.Sorted(maps.Values(machines))), func() error { return write(ctx, tx, fresh, changed) }))
}

// write puts the rows of a batch into tx and stamps them.
func write(ctx context.Context, tx *db.Tx, fresh, changed []Infection) error {
	if err := insert(ctx, tx, fresh); err != nil {
		return err
	}
	if err := update(ctx, tx, changed); err != nil {
		return err
	}
	for part := range slices.Chunk(append(fresh, changed...), chunk) {
		ids := make([]string, len(part))
		for n, i := range part {
			ids[n] = string(i.ID)
		}
		if err := stamp(ctx, tx, ids); err != nil {
			return err
		}
	}
	return nil
}

// signs sums up what was touched by machine and threat, sorted. A log that
// hides its clients gives none.
func signs(touched []finding.Touched) []sign {
	by := map[finding.Key]*sign{}
	for _, t := range touched {
		if t.AddrKey == "" || t.Called {
			continue
		}
		g := by[t.Key]
		if g == nil {
			g = &sign{key: t.Key, addr: t.Addr, span: span{first: t.First, until: t.Last}}
			by[t.Key] = g
		}
		g.queries += t.Queries
		g.undated += t.Undated
		g.names += t.NewNames
		if t.First.Before(g.first) {
			g.first = t.First
		}
		if t.Last.After(g.until) {
			g.until = t.Last
		}
		if !t.Muted && t.Last.After(g.last) {
			g.last = t.Last
		}
		g.open = g.open || t.State.Open()
	}
	var out []sign
	for _, g := range by {
		out = append(out, *g)
	}
	slices.SortFunc(out, func(a, b sign) int {
		return cmp.Or(strings.Compare(a.key.Owner, b.key.Owner), strings.Compare(a.key.AddrKey, b.key.AddrKey), strings.Compare(a.key.Threat, b.key.Threat))
	})
	return out
}

// machines gives the machine of each address, by "owner/address key", and makes
// those that are missing.
func machines(ctx context.Context, tx *db.Tx, signs []sign) (map[string]MachineID, error) {
	out := map[string]MachineID{}
	for part := range slices.Chunk(signs, chunk) {
		var rows []machineRow
		var keys db.Tuples
		for _, g := range part {
			if len(keys) > 0 && keys[len(keys)-1][0] == g.key.Owner && keys[len(keys)-1][1] == g.key.AddrKey {
				continue
			}
			keys = append(keys, []string{g.key.Owner, g.key.AddrKey})
			rows = append(rows, machineRow{ID: MachineID(db.NewID()), OwnerUnit: g.key.Owner, Addr: g.addr.String(), AddrKey: g.key.AddrKey})
		}
		if err := db.Put(ctx, tx, "ON CONFLICT (owner_unit, addr_key) DO NOTHING", rows...); err != nil {
			return nil, err
		}
		found, err := db.Select[machineRow](ctx, tx, "WHERE (m.owner_unit, m.addr_key) IN (?)", keys)
		if err != nil {
			return nil, err
		}
		for _, m := range found {
			out[m.OwnerUnit+"/"+m.AddrKey] = m.ID
		}
	}
	return out, nil
}

func standing(ctx context.Context, tx *db.Tx, signs []sign) (map[finding.Key]Infection, error) {
	out := map[finding.Key]Infection{}
	for part := range slices.Chunk(signs, chunk) {
		var keys db.Tuples
		for _, g := range part {
			keys = append(keys, []string{g.key.Owner, g.key.AddrKey, g.key.Threat})
		}
		rows, err := db.Select[row](ctx, tx, "WHERE (i.owner_unit, i.addr_key, i.threat) IN (?)", keys)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			i, err := r.infection()
			if err != nil {
				return nil, err
			}
			out[i.Key()] = i
		}
	}
	return out, nil
}

func insert(ctx context.Context, tx *db.Tx, list []Infection) error {
	rows := make([]row, 0, len(list))
	for _, i := range list {
		rows = append(rows, toRow(i))
	}
	return db.Put(ctx, tx, "", rows...)
}

// counted is what a batch changes of an infection that stands. The transaction
// has read the row, so that whole values can be written.
type counted struct {
	ID        string `bun:"id,type:TEXT"`
	State     string `bun:"state,type:TEXT"`
	FirstSeen int64  `bun:"first_seen,type:BIGINT"`
	LastSeen  int64  `bun:"last_seen,type:BIGINT"`
	Queries   int64  `bun:"queries,type:BIGINT"`
	Undated   int64  `bun:"undated,type:BIGINT"`
	Names     int64  `bun:"names,type:BIGINT"`
	Episodes  int64  `bun:"episodes,type:BIGINT"`
	Note      string `bun:"note,type:TEXT"`
	UpdatedAt int64  `bun:"updated_at,type:BIGINT"`
	Version   int64  `bun:"version,type:BIGINT"`
}

func update(ctx context.Context, tx *db.Tx, list []Infection) error {
	rows := make([]counted, 0, len(list))
	for _, i := range list {
		rows = append(rows, counted{ID: string(i.ID), State: string(i.State), FirstSeen: i.FirstSeen.UnixMilli(),
			LastSeen: i.LastSeen.UnixMilli(), Queries: i.Queries, Undated: i.Undated, Names: i.Names, Episodes: i.Episodes,
			Note: i.Note, UpdatedAt: i.UpdatedAt.UnixMilli(), Version: i.Version})
	}
	return db.Amend(ctx, tx, `UPDATE infection AS i SET state = d.state, first_seen = d.first_seen, last_seen = d.last_seen, queries = d.queries,
		undated = d.undated, names = d.names, episodes = d.episodes, note = d.note, updated_at = d.updated_at, version = d.version
		FROM d WHERE i.id = d.id`, rows...)
}
