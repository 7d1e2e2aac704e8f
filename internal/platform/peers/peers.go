// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package peers is what processes that work on the same records know of each
// other: who is there, what each says of itself, and which of them does a duty.
// It rests on the records alone. Clocks of the machines must agree to within
// Slack; where they do not, a duty may be done by two at once, which duties bear
// (each looks at the records in its transaction), or by none for that long.
package peers

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"io/fs"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
)

//go:embed migrations/*.sql
var files embed.FS

// Migrations is the schema of the package.
var Migrations fs.FS = files

// Beat is how often a process says that it is there, Slack how long it counts as
// there after it last did, and how long a lease of a duty lasts at least.
const (
	Beat  = 10 * time.Second
	Slack = 35 * time.Second
)

// Peer is one process.
type Peer struct {
	ID      string
	Roles   string // "worker,listener"
	Host    string
	Version string
	Started time.Time
	Seen    time.Time
	Report  json.RawMessage // what it last said of itself
}

type peerRow struct {
	bun.BaseModel `bun:"table:peer,alias:p"`

	ID      string  `bun:"id,pk"`
	Roles   string  `bun:"roles"`
	Host    string  `bun:"host"`
	Version string  `bun:"version"`
	Started db.Time `bun:"started_at"`
	Seen    db.Time `bun:"seen_at"`
	Report  string  `bun:"report"`
}

type leaseRow struct {
	bun.BaseModel `bun:"table:peer_lease,alias:l"`

	Duty   string  `bun:"duty,pk"`
	Holder string  `bun:"holder"`
	Until  db.Time `bun:"until"`
}

// Peers is this process among the others. It is safe for concurrent use.
type Peers struct {
	records *db.DB
	now     func() time.Time
	self    Peer

	mu   sync.Mutex
	held map[string]time.Time // duty -> until when this process has it
}

// New is a process with a fresh id among those on the records.
func New(records *db.DB, now func() time.Time, self Peer) *Peers {
	self.ID, self.Started = db.NewID(), now()
	return &Peers{records: records, now: now, self: self, held: map[string]time.Time{}}
}

// ID names this process.
func (p *Peers) ID() string { return p.self.ID }

// Say notes that this process is there and what it says of itself, and forgets
// processes that have long been gone.
func (p *Peers) Say(ctx context.Context, report any) error {
	raw, err := json.Marshal(report)
	if err != nil {
		return fmt.Errorf("peers.Say: %w", err)
	}
	now := p.now()
	row := peerRow{ID: p.self.ID, Roles: p.self.Roles, Host: p.self.Host, Version: p.self.Version, Started: db.At(p.self.Started), Seen: db.At(now), Report: string(raw)}
	return p.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewDelete().Model((*peerRow)(nil)).Where("seen_at < ?", db.At(now.Add(-24*time.Hour))).Exec(ctx); err != nil {
			return db.Error("peers.Say", err)
		}
		_, err := tx.NewInsert().Model(&row).On("CONFLICT (id) DO UPDATE").Set("seen_at = EXCLUDED.seen_at").Set("report = EXCLUDED.report").Exec(ctx)
		return db.Error("peers.Say", err)
	})
}

// Others are the processes besides this one that were there within Slack.
func (p *Peers) Others(ctx context.Context) ([]Peer, error) {
	var rows []peerRow
	err := p.records.Read().NewSelect().Model(&rows).Where("p.id <> ?", p.self.ID).Where("p.seen_at > ?", db.At(p.now().Add(-Slack))).
		OrderExpr("p.started_at, p.id").Scan(ctx)
	out := make([]Peer, len(rows))
	for i, r := range rows {
		out[i] = Peer{r.ID, r.Roles, r.Host, r.Version, r.Started.Time, r.Seen.Time, json.RawMessage(r.Report)}
	}
	return out, db.Error("peers.Others", err)
}

// Lease reports whether this process has the duty, and takes it when nobody has.
// The lease lasts for three periods, Slack at least, and is renewed when half of
// it is over, so that it costs no write each time.
func (p *Peers) Lease(ctx context.Context, duty string, period time.Duration) (bool, error) {
	now, length := p.now(), max(3*period, Slack)
	p.mu.Lock()
	until := p.held[duty]
	p.mu.Unlock()
	if left := until.Sub(now); left > length/2 && left <= length {
		return true, nil
	}
	row := leaseRow{Duty: duty, Holder: p.self.ID, Until: db.At(now.Add(length))}
	got := false
	err := p.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		// One further away than any lease lasts was taken by a clock that was wrong.
		res, err := tx.NewInsert().Model(&row).On("CONFLICT (duty) DO UPDATE").Set("holder = EXCLUDED.holder").Set("until = EXCLUDED.until").
			Where("l.holder = EXCLUDED.holder OR l.until <= ? OR l.until > ?", db.At(now), db.At(now.Add(length+Slack))).Exec(ctx)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		got = n == 1
		return err
	})
	if err != nil {
		return false, db.Error("peers.Lease", err)
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if delete(p.held, duty); got {
		p.held[duty] = row.Until.Time
	}
	return got, nil
}

// Leave gives up what this process holds and takes it off the list.
func (p *Peers) Leave(ctx context.Context) error {
	err := p.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewDelete().Model((*leaseRow)(nil)).Where("holder = ?", p.self.ID).Exec(ctx); err != nil {
			return err
		}
		_, err := tx.NewDelete().Model((*peerRow)(nil)).Where("id = ?", p.self.ID).Exec(ctx)
		return err
	})
	p.mu.Lock()
	defer p.mu.Unlock()
	clear(p.held)
	return db.Error("peers.Leave", err)
}
