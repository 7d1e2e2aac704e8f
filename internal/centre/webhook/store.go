// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package webhook

import (
	"context"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
)

type row struct {
	bun.BaseModel `bun:"table:webhook,alias:h"`

	ID           string  `bun:"id,pk"`
	Name         string  `bun:"name"`
	URL          string  `bun:"url"`
	Unit         string  `bun:"unit_id"`
	Kinds        string  `bun:"kinds"`      // parted by blanks
	Secret       string  `bun:"secret"`     // sealed
	OldSecret    string  `bun:"old_secret"` // sealed; empty without
	OldUntil     db.Time `bun:"old_until"`
	State        string  `bun:"state"`
	Reason       string  `bun:"reason"`
	FeedAt       int64   `bun:"feed_at"`
	Sent         int64   `bun:"sent_seq"`
	FailingSince db.Time `bun:"failing_since"`
	NextAt       db.Time `bun:"next_at"`
	CreatedBy    string  `bun:"created_by"`
	CreatedName  string  `bun:"created_name"`
	CreatedAt    db.Time `bun:"created_at"`
	Version      int64   `bun:"version"`
	Folded       string  `bun:"folded"`
}

func (r row) hook() Hook {
	return Hook{ID: ID(r.ID), Name: r.Name, URL: r.URL, Unit: r.Unit, Kinds: strings.Fields(r.Kinds), State: State(r.State), Reason: r.Reason,
		FeedAt: r.FeedAt, Sent: r.Sent, OldUntil: r.OldUntil.Time, FailingSince: r.FailingSince.Time, NextAt: r.NextAt.Time,
		CreatedBy: r.CreatedBy, CreatedName: r.CreatedName, CreatedAt: r.CreatedAt.Time, Version: r.Version}
}

type deliveryRow struct {
	bun.BaseModel `bun:"table:webhook_delivery,alias:d"`

	ID        string  `bun:"id,pk"`
	Hook      string  `bun:"webhook_id"`
	Seq       int64   `bun:"seq"`
	Body      string  `bun:"body"`
	Kind      string  `bun:"kind"`
	State     string  `bun:"state"`
	Attempts  int64   `bun:"attempts"`
	CreatedAt db.Time `bun:"created_at"`
	LastAt    db.Time `bun:"last_at"`
	Status    int     `bun:"last_status"`
	Took      int64   `bun:"last_ms"`
	Text      string  `bun:"last_text"`
	Error     string  `bun:"last_error"`
}

func (r deliveryRow) delivery() Delivery {
	return Delivery{ID: r.ID, Seq: r.Seq, Body: r.Body, Kind: r.Kind, State: DeliveryState(r.State), Attempts: r.Attempts,
		CreatedAt: r.CreatedAt.Time, LastAt: r.LastAt.Time, Status: r.Status, Took: time.Duration(r.Took) * time.Millisecond, Text: r.Text, Error: r.Error}
}

func get(ctx context.Context, q bun.IDB, op string, scope auth.Scope, id ID) (row, error) {
	var r row
	err := scope.Filter(q.NewSelect().Model(&r).Where("h.id = ?", string(id)), "h.unit_id").Scan(ctx)
	return r, db.Error(op, err)
}

// Filter narrows the list of subscriptions.
type Filter struct {
	Search string
	State  State  // empty: all
	After  string // id of the last one of the page before
	Limit  int    // 0 is 50
}

func list(ctx context.Context, q bun.IDB, scope auth.Scope, f Filter) ([]Hook, int64, error) {
	const op = "webhook.list"
	var rows []row
	narrow := func(sel *bun.SelectQuery) *bun.SelectQuery {
		if f.State != "" {
			sel = sel.Where("h.state = ?", string(f.State))
		}
		return db.Search(scope.Filter(sel, "h.unit_id"), "h.folded", f.Search)
	}
	total, err := narrow(q.NewSelect().Model((*row)(nil))).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	page := narrow(q.NewSelect().Model(&rows)).Order("h.id DESC").Limit(int64(f.Limit))
	if f.After != "" {
		page = page.Where("h.id < ?", f.After)
	}
	if err := page.Scan(ctx); err != nil {
		return nil, 0, db.Error(op, err)
	}
	out := make([]Hook, len(rows))
	for i, r := range rows {
		out[i] = r.hook()
	}
	return out, total, nil
}

// change writes the columns that people change, as the successor of version was.
func change(ctx context.Context, tx *db.Tx, r row, was int64) error {
	const op = "webhook.change"
	r.Version = was + 1
	r.Folded = i18n.Fold(r.Name + " " + r.URL)
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", was).
		Column("name", "url", "kinds", "secret", "old_secret", "old_until", "state", "reason", "failing_since", "next_at", "created_by", "created_name",
			"version", "folded").Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

// due lists the subscriptions that may be called at now.
func due(ctx context.Context, q bun.IDB, now time.Time) ([]row, error) {
	var rows []row
	err := q.NewSelect().Model(&rows).Where("h.state = ?", string(On)).
		Where("(h.next_at IS NULL OR h.next_at <= ?)", db.At(now)).Order("h.id").Scan(ctx)
	return rows, db.Error("webhook.due", err)
}

// waiting is the message that goes out next; false when none waits.
func waiting(ctx context.Context, q bun.IDB, hook string) (deliveryRow, bool, error) {
	var rows []deliveryRow
	err := q.NewSelect().Model(&rows).Where("d.webhook_id = ?", hook).Where("d.state = ?", string(Waiting)).
		Order("d.seq").Limit(1).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return deliveryRow{}, false, db.Error("webhook.waiting", err)
	}
	return rows[0], true, nil
}

func deliveries(ctx context.Context, q bun.IDB, hook ID, limit int) ([]Delivery, error) {
	var rows []deliveryRow
	if err := q.NewSelect().Model(&rows).Where("d.webhook_id = ?", string(hook)).Order("d.id DESC").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, db.Error("webhook.deliveries", err)
	}
	out := make([]Delivery, len(rows))
	for i, r := range rows {
		out[i] = r.delivery()
	}
	return out, nil
}

// prune forgets what was settled before the newest messages of a subscription.
func prune(ctx context.Context, tx *db.Tx, hook string) error {
	newest := tx.NewSelect().TableExpr("webhook_delivery AS k").Column("k.id").Where("k.webhook_id = ?", hook).Order("k.id DESC").Limit(kept)
	_, err := tx.NewDelete().Model((*deliveryRow)(nil)).Where("webhook_id = ?", hook).Where("state <> ?", string(Waiting)).
		Where("id NOT IN (?)", newest).Exec(ctx)
	return db.Error("webhook.prune", err)
}
