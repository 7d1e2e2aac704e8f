// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package obligation

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/ical"
)

// Feed is an address at which a calendar program reads the terms of a person or
// a unit. Only its owner knows the secret in it; it reads what the owner may
// read at that moment, and nothing once it is revoked.
type Feed struct {
	ID        string
	Unit      string // "" for what was given to its owner
	CreatedAt time.Time
	AskedAt   time.Time // when it was last read; zero before
}

type feedRow struct {
	bun.BaseModel `bun:"table:obligation_feed,alias:f"`

	ID        string  `bun:"id,pk"`
	Token     string  `bun:"token"`
	AccountID string  `bun:"account_id"`
	UnitID    string  `bun:"unit_id"`
	CreatedAt db.Time `bun:"created_at"`
	AskedAt   db.Time `bun:"asked_at"`
	RevokedAt db.Time `bun:"revoked_at"`
}

// mostFeeds bounds the feeds of one person.
const mostFeeds = 20

func digest(secret string) string {
	sum := sha256.Sum256([]byte(secret))
	return hex.EncodeToString(sum[:])
}

// NewFeed makes a feed of the actor: of what was given to them when unit is
// empty, else of a unit they may read. The secret is told this once. It fails
// with fault.Invalid, field "unit", for another unit and for one feed too many.
func (s *Service) NewFeed(ctx context.Context, unit string) (secret string, err error) {
	const op = "obligation.NewFeed"
	actor, scope, err := auth.Need(ctx, op, read)
	if err != nil {
		return "", err
	}
	if unit != "" {
		inside, err := scope.Holds(ctx, s.records.Read(), unit)
		if err != nil || !inside {
			return "", orElse(err, fault.Bad(op, "unit", "obligation.err.units"))
		}
	}
	have, err := s.Feeds(ctx)
	if err != nil || len(have) >= mostFeeds {
		return "", orElse(err, fault.Bad(op, "unit", "obligation.err.feeds"))
	}
	secret = rand.Text()
	r := feedRow{ID: db.NewID(), Token: digest(secret), AccountID: actor.ID, UnitID: unit, CreatedAt: db.At(s.now())}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if _, err := tx.NewInsert().Model(&r).Exec(ctx); err != nil {
			return err
		}
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "obligation.feed.new", Kind: "obligation_feed", Object: r.ID, Unit: actor.Home,
			Detail: map[string]any{"unit": unit}})
	})
	return secret, db.Error(op, err)
}

func orElse(err, other error) error {
	if err != nil {
		return err
	}
	return other
}

// Feeds lists the actor's own feeds that are not revoked, the oldest first.
func (s *Service) Feeds(ctx context.Context) ([]Feed, error) {
	const op = "obligation.Feeds"
	actor, _, err := auth.Need(ctx, op, read)
	if err != nil {
		return nil, err
	}
	var rows []feedRow
	err = s.records.Read().NewSelect().Model(&rows).Where("f.account_id = ?", actor.ID).Where("f.revoked_at IS NULL").
		OrderExpr("f.created_at, f.id").Scan(ctx)
	out := make([]Feed, len(rows))
	for i, r := range rows {
		out[i] = Feed{ID: r.ID, Unit: r.UnitID, CreatedAt: r.CreatedAt.Time, AskedAt: r.AskedAt.Time}
	}
	return out, db.Error(op, err)
}

// RevokeFeed ends a feed of the actor; another's is fault.NotFound.
func (s *Service) RevokeFeed(ctx context.Context, id string) error {
	const op = "obligation.RevokeFeed"
	actor, _, err := auth.Need(ctx, op, read)
	if err != nil {
		return err
	}
	err = s.records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		res, err := tx.NewUpdate().Model((*feedRow)(nil)).Set("revoked_at = ?", db.At(s.now())).Where("id = ?", id).
			Where("account_id = ?", actor.ID).Where("revoked_at IS NULL").Exec(ctx)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return orElse(err, fault.Missing(op))
		}
		return audit.Add(ctx, tx, s.now(), audit.Entry{Action: "obligation.feed.revoke", Kind: "obligation_feed", Object: id, Unit: actor.Home})
	})
	return db.Error(op, err)
}

// feedRows bounds what one feed holds: the earliest due.
const feedRows = 1000

// WriteFeed writes the calendar of the feed with the secret: the open duties, as
// its owner may see them now. names maps units to their names and link makes
// full addresses. It fails with fault.NotFound for a secret nobody has, one that
// was revoked, and an owner who may not sign in or read obligations any more.
func (s *Service) WriteFeed(ctx context.Context, w io.Writer, secret string, names func(context.Context, []string) (map[string]string, error),
	link func(path string) string) error {
	const op = "obligation.WriteFeed"
	var r feedRow
	err := s.records.Read().NewSelect().Model(&r).Where("f.token = ?", digest(secret)).Where("f.revoked_at IS NULL").Scan(ctx)
	if err != nil || s.actor == nil {
		return orElse(db.Error(op, err), fault.Missing(op))
	}
	owner, err := s.actor(ctx, r.AccountID)
	if fault.Is(err, fault.SignedOut) {
		err = fault.Missing(op)
	}
	if err != nil {
		return err
	}
	ctx = auth.With(ctx, owner)
	f := Filter{State: Open, Unit: r.UnitID, Limit: feedRows}
	if r.UnitID == "" {
		f.Person = owner.ID
	}
	page, err := s.List(ctx, f)
	if fault.Is(err, fault.Forbidden) {
		err = fault.Missing(op)
	}
	if err != nil {
		return err
	}
	if err := s.asked(ctx, r); err != nil {
		return err
	}
	var units []string
	for _, o := range page.Rows {
		units = append(units, o.UnitID)
	}
	called, err := names(ctx, units)
	if err != nil {
		return err
	}
	c := ical.Calendar{Name: i18n.T(ctx, "obligation.feed.name", called[r.UnitID])}
	if r.UnitID == "" {
		c.Name = i18n.T(ctx, "obligation.feed.mine", owner.Name)
	}
	for _, o := range page.Rows {
		c.Events = append(c.Events, o.event(ctx, called[o.UnitID], link))
	}
	return c.Write(w)
}

// event is o as a calendar shows it: on the day it is due when it ends with the
// day, else at its moment.
func (o Obligation) event(ctx context.Context, unit string, link func(string) string) ical.Event {
	lang := i18n.Lang(ctx)
	e := ical.Event{UID: "obligation-" + string(o.ID) + "@vonggac", Stamp: o.CreatedAt, Summary: o.Title.In(lang), URL: link(href(o.ID)),
		Description: i18n.T(ctx, "obligation.feed.text", unit, o.Addressee.Name.In(lang), o.Line(ctx)), Category: i18n.T(ctx, "obligation.title")}
	if o.Urgency > Ordinary {
		e.Summary = i18n.T(ctx, "obligation.urgency."+o.Urgency.Key()) + ": " + e.Summary
	}
	last := calendar.DateOf(o.DueAt.Add(-time.Nanosecond))
	if o.DueAt.Equal(last.End()) {
		e.First, e.Last = last, last
		return e
	}
	e.Start, e.End = o.DueAt, o.DueAt
	if before := o.DueAt.Sub(o.SoonAt); before > 0 {
		e.Alarms = []time.Duration{before}
	}
	return e
}

// asked notes that a feed was read, once an hour at most.
func (s *Service) asked(ctx context.Context, r feedRow) error {
	now := s.now()
	if !r.AskedAt.IsZero() && now.Sub(r.AskedAt.Time) < time.Hour {
		return nil
	}
	err := s.records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := tx.NewUpdate().Model((*feedRow)(nil)).Set("asked_at = ?", db.At(now)).Where("id = ?", r.ID).Exec(ctx)
		return err
	})
	return db.Error("obligation.asked", err)
}
