// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Where the mail of a notice stands; what became of a letter is the outbox's to
// know.
const (
	mailNone = "none" // stays in the product
	mailWait = "wait" // until mail_at
	mailOut  = "out"  // in a letter
	mailDone = "done" // in a letter that the server took
)

type row struct {
	bun.BaseModel `bun:"table:notice,alias:n"`

	ID        string  `bun:"id,pk"`
	Account   string  `bun:"account_id"`
	Kind      string  `bun:"kind"`
	Urgency   Urgency `bun:"urgency"`
	UnitID    string  `bun:"unit_id"`
	Object    string  `bun:"object"`
	Args      string  `bun:"args"`
	Href      string  `bun:"href"`
	Times     int64   `bun:"times"`
	CreatedAt db.Time `bun:"created_at"`
	UpdatedAt db.Time `bun:"updated_at"`
	ReadAt    db.Time `bun:"read_at"`
	Mail      string  `bun:"mail"`
	MailAt    db.Time `bun:"mail_at"`
	Letter    string  `bun:"letter_id"`
}

func (r row) item() (Item, error) {
	i := Item{ID: r.ID, Kind: r.Kind, Urgency: r.Urgency, Unit: r.UnitID, Href: r.Href, Times: r.Times, CreatedAt: r.CreatedAt.Time,
		UpdatedAt: r.UpdatedAt.Time, ReadAt: r.ReadAt.Time, Mail: r.Mail, MailAt: r.MailAt.Time}
	if err := json.Unmarshal([]byte(r.Args), &i.Args); err != nil {
		return i, fmt.Errorf("arguments of notice %s: %w", r.ID, err)
	}
	return i, nil
}

type eventRow struct {
	bun.BaseModel `bun:"table:notice_event"`

	Dedupe    string  `bun:"dedupe,pk"`
	CreatedAt db.Time `bun:"created_at"`
}

type preferenceRow struct {
	bun.BaseModel `bun:"table:notice_preference"`

	Account   string  `bun:"account_id,pk"`
	Value     string  `bun:"value"`
	UpdatedAt db.Time `bun:"updated_at"`
	Version   int64   `bun:"version"`
}

// fold adds n to the notices of its kind and object that were neither read nor
// mailed, and returns those who have none.
func fold(ctx context.Context, tx *db.Tx, n Notice, to []string, now time.Time) (rest []string, err error) {
	var rows []row
	err = tx.NewSelect().Model(&rows).Column("id", "account_id").Where("n.account_id IN (?)", bun.List(to)).Where("n.kind = ?", n.Kind).
		Where("n.object = ?", n.Object).Where("n.read_at IS NULL").Where("n.mail IN (?)", bun.List([]string{mailNone, mailWait})).
		Where("n.created_at > ?", db.At(now.Add(-foldFor))).Where("n.urgency = ?", n.Urgency).Scan(ctx)
	if err != nil || len(rows) == 0 {
		return to, err
	}
	args, err := json.Marshal(n.Args)
	if err != nil {
		return nil, err
	}
	var ids []string
	rest = slices.Clone(to)
	for _, r := range rows {
		ids = append(ids, r.ID)
		rest = slices.DeleteFunc(rest, func(id string) bool { return id == r.Account })
	}
	_, err = tx.NewUpdate().Model((*row)(nil)).Set("times = times + ?", n.Times).Set("updated_at = ?", db.At(now)).
		Set("args = ?", string(args)).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	return rest, err
}

// preferences loads what people chose; who chose nothing is absent.
func preferences(ctx context.Context, q bun.IDB, accounts []string) (map[string]Preferences, error) {
	var rows []preferenceRow
	if err := q.NewSelect().Model(&rows).Where("account_id IN (?)", bun.List(accounts)).Scan(ctx); err != nil {
		return nil, db.Error("notice.preferences", err)
	}
	out := map[string]Preferences{}
	for _, r := range rows {
		var p Preferences
		if err := json.Unmarshal([]byte(r.Value), &p); err != nil {
			return nil, fmt.Errorf("choices of account %s: %w", r.Account, err)
		}
		p.Version = r.Version
		out[r.Account] = p
	}
	return out, nil
}

func putPreferences(ctx context.Context, tx *db.Tx, account string, p Preferences, now time.Time) error {
	const op = "notice.putPreferences"
	raw, err := json.Marshal(p)
	if err != nil {
		return fmt.Errorf("choices: %w", err)
	}
	r := preferenceRow{Account: account, Value: string(raw), UpdatedAt: db.At(now), Version: p.Version + 1}
	if p.Version == 0 {
		_, err := tx.NewInsert().Model(&r).Exec(ctx)
		return db.Error(op, err)
	}
	res, err := tx.NewUpdate().Model(&r).WherePK().Where("version = ?", p.Version).Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return &fault.Error{Kind: fault.Conflict, Op: op, Err: err}
	}
	return nil
}

func (s *Service) note(ctx context.Context, tx *db.Tx, action, kind, object string, detail map[string]any) error {
	return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: action, Kind: kind, Object: object, Detail: detail})
}
