// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/notify"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

const (
	// atATime is how many letters one look sends.
	atATime = 500
	// pause is how long after a letter the next one comes to the same person,
	// unless something is urgent: what happens in bursts becomes one letter.
	pause = 10 * time.Minute
)

// Attend puts what is due by mail into letters, one a person, and sends the
// letters that are due. It may be asked at any time, by any process.
func (s *Service) Attend(ctx context.Context) error {
	conf, _, err := s.mail(ctx)
	if err != nil || conf.Way == notify.Off {
		return err
	}
	sender, err := s.sender(conf)
	if err != nil {
		return err
	}
	if err := s.gather(ctx); err != nil {
		return err
	}
	_, err = s.outbox.Deliver(ctx, sender, atATime)
	return err
}

func (s *Service) mail(ctx context.Context) (notify.Settings, int64, error) {
	var conf notify.Settings
	version, err := setting.Get(ctx, s.Records.Read(), notify.SettingName, &conf)
	return conf, version, err
}

// sender is what sends under conf; nil when mail is off.
func (s *Service) sender(conf notify.Settings) (notify.Sender, error) {
	sender, err := conf.Sender(s.Secrets, s.Folder)
	if err != nil {
		return nil, &fault.Error{Kind: fault.Conflict, Op: "notice.sender", Msg: "notice.err.key", Err: err}
	}
	return sender, nil
}

// gather puts the notices that are due by mail into the letter of each person.
func (s *Service) gather(ctx context.Context) error {
	const op = "notice.gather"
	now := s.Now()
	var due []struct {
		Account string  `bun:"account_id"`
		Urgency Urgency `bun:"urgency"`
	}
	err := s.Records.Read().NewSelect().Model((*row)(nil)).Column("account_id").ColumnExpr("MAX(n.urgency) AS urgency").
		Where("n.mail = ?", mailWait).Where("n.mail_at <= ?", db.At(now)).Group("account_id").Order("account_id").Scan(ctx, &due)
	if err != nil {
		return db.Error(op, err)
	}
	for _, d := range due {
		err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			return s.gatherFor(ctx, tx, d.Account, d.Urgency, now)
		})
		if err != nil {
			return db.Error(op, err)
		}
	}
	return nil
}

func (s *Service) gatherFor(ctx context.Context, tx *db.Tx, account string, worst Urgency, now time.Time) error {
	if worst < Urgent {
		last, err := s.outbox.LastSent(ctx, tx, account)
		if err != nil || now.Before(last.Add(pause)) {
			return err
		}
	}
	// What was read in the product needs no mail.
	_, err := tx.NewUpdate().Model((*row)(nil)).Set("mail = ?", mailNone).Set("mail_at = NULL").Where("n.account_id = ?", account).
		Where("n.mail = ?", mailWait).Where("n.read_at IS NOT NULL").Exec(ctx)
	if err != nil {
		return err
	}
	var ids []string
	err = tx.NewSelect().Model((*row)(nil)).Column("id").Where("n.account_id = ?", account).Where("n.mail = ?", mailWait).
		Where("n.mail_at <= ?", db.At(now)).Scan(ctx, &ids)
	if err != nil || len(ids) == 0 {
		return err
	}
	letter, err := s.outbox.Put(ctx, tx, account)
	if err != nil {
		return err
	}
	_, err = tx.NewUpdate().Model((*row)(nil)).Set("mail = ?", mailOut).Set("letter_id = ?", letter).Where("n.account_id = ?", account).
		Where("n.mail = ?", mailWait).Where("n.mail_at <= ?", db.At(now)).Exec(ctx)
	return err
}

// ended marks the notices that a letter told of.
func (s *Service) ended(ctx context.Context, tx *db.Tx, r notify.Row, d notify.Draft) error {
	if r.State != notify.Sent || len(d.Items) == 0 {
		return nil
	}
	_, err := tx.NewUpdate().Model((*row)(nil)).Set("mail = ?", mailDone).Where("n.id IN (?)", bun.List(d.Items)).
		Where("n.letter_id = ?", r.ID).Exec(ctx)
	return err
}

// Health is how the outbox fares: for the first page and the self-check.
func (s *Service) Health(ctx context.Context) (notify.Health, error) { return s.outbox.Health(ctx) }

// KeepName is where platform/setting holds Keep.
const KeepName = "notice"

// Keep is how long notices and letters are kept.
type Keep struct {
	Months int `json:"months"` // 1..60; 12 by default
}

// Tidy deletes notices and ended letters that are older than the centre keeps
// them.
func (s *Service) Tidy(ctx context.Context) error {
	const op = "notice.Tidy"
	keep, _, err := s.kept(ctx)
	if err != nil {
		return err
	}
	until := s.Now().AddDate(0, -keep.Months, 0)
	old, err := s.Records.Read().NewSelect().Model((*row)(nil)).Where("n.updated_at < ?", db.At(until)).Exists(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	stale, err := s.Records.Read().NewSelect().Model((*eventRow)(nil)).Where("created_at < ?", db.At(until)).Exists(ctx)
	if err != nil || !old && !stale {
		return db.Error(op, err)
	}
	err = s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewDelete().Model((*row)(nil)).Where("n.updated_at < ?", db.At(until)).Exec(ctx); err != nil {
			return err
		}
		if _, err := tx.NewDelete().Model((*eventRow)(nil)).Where("created_at < ?", db.At(until)).Exec(ctx); err != nil {
			return err
		}
		_, err := s.outbox.Forget(ctx, tx, until)
		return err
	})
	return db.Error(op, err)
}

func (s *Service) kept(ctx context.Context) (Keep, int64, error) {
	k := Keep{Months: 12}
	version, err := setting.Get(ctx, s.Records.Read(), KeepName, &k)
	return k, version, err
}
