// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package notice

import (
	"context"
	"embed"
	"encoding/json"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/notify"
	"github.com/vonggac/vonggac/internal/platform/secret"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// Migrations hold the schema of the room.
//
//go:embed migrations/*.sql
var Migrations embed.FS

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Recipient is a person as notices need them.
type Recipient struct {
	Name     string
	Email    string // may be empty: no mail
	Language i18n.Language
	Active   bool // may sign in
	Roles    []auth.Role
}

// Deps are what the room is built from. All are required.
type Deps struct {
	Records   *db.DB
	Now       func() time.Time
	Log       *slog.Logger
	Catalogue *i18n.Catalogue
	Calendar  *calendar.Calendar
	Secrets   *secret.Box
	Folder    string                   // where letters go as files
	Link      func(path string) string // the full address of a page
	// Holders are the active accounts that hold one of needs for unit, only
	// those among only when it is not empty.
	Holders func(ctx context.Context, q bun.IDB, unit string, needs []auth.Permission, only ...string) ([]string, error)
	// People describes accounts; unknown ids are absent.
	People func(ctx context.Context, q bun.IDB, ids []string) (map[string]Recipient, error)
	// UnitNames are the labels of units, whoever asks.
	UnitNames func(ctx context.Context, q bun.IDB, ids []string) (map[string]string, error)
	// Root is the unit that runs the centre.
	Root func(ctx context.Context) (string, error)
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct {
	Deps
	outbox *notify.Outbox
}

// New makes the room.
func New(d Deps) *Service {
	s := &Service{Deps: d}
	s.outbox = &notify.Outbox{Records: d.Records, Now: d.Now, Compose: s.compose, Ended: s.ended}
	return s
}

// foldFor is how long further matters of the same kind and object join a notice
// that was neither read nor mailed.
const foldFor = 24 * time.Hour

// Post tells of n, inside the transaction of what happened. The context's actor
// is not told of their own act. An unknown kind or a link that is no plain path
// is a bug of the caller and an error.
func (s *Service) Post(ctx context.Context, tx *db.Tx, n Notice) error {
	const op = "notice.Post"
	k, ok := KindOf(n.Kind)
	if !ok || !plainPath.MatchString(n.Href) || n.Dedupe == "" || n.Unit == "" && len(n.To) == 0 || k.Needs == nil && n.Unit != "" {
		return fmt.Errorf("%s: kind %q, link %q, dedupe %q", op, n.Kind, n.Href, n.Dedupe)
	}
	now := s.Now()
	event := eventRow{Dedupe: n.Dedupe, CreatedAt: db.At(now)}
	res, err := tx.NewInsert().Model(&event).On("CONFLICT (dedupe) DO NOTHING").Exec(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	if fresh, err := res.RowsAffected(); err != nil || fresh == 0 {
		return db.Error(op, err)
	}
	to, err := s.whom(ctx, tx, n, k)
	if err != nil || len(to) == 0 {
		return err
	}
	if n.Urgency == 0 {
		n.Urgency = k.Urgency
	}
	n.Times = max(n.Times, 1)
	if to, err = fold(ctx, tx, n, to, now); err != nil || len(to) == 0 {
		return db.Error(op, err)
	}
	rows, err := s.rows(ctx, tx, n, k, to, now)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(rows, 200) {
		if _, err := tx.NewInsert().Model(&part).Exec(ctx); err != nil {
			return db.Error(op, err)
		}
	}
	return nil
}

func (s *Service) whom(ctx context.Context, tx *db.Tx, n Notice, k Kind) ([]string, error) {
	if len(n.To) > 0 {
		to := slices.Clone(n.To)
		slices.Sort(to)
		return slices.Compact(to), nil
	}
	to, err := s.Holders(ctx, tx, n.Unit, k.Needs)
	if actor, ok := auth.From(ctx); ok {
		to = slices.DeleteFunc(to, func(id string) bool { return id == actor.ID })
	}
	return to, err
}

// rows are the notices of a matter, each with the time its reader wants mail.
func (s *Service) rows(ctx context.Context, tx *db.Tx, n Notice, k Kind, to []string, now time.Time) ([]row, error) {
	args, err := json.Marshal(n.Args)
	if err != nil {
		return nil, fmt.Errorf("arguments of notice %s: %w", n.Kind, err)
	}
	var mail notify.Settings
	if _, err := setting.Get(ctx, tx, notify.SettingName, &mail); err != nil {
		return nil, err
	}
	people, err := s.People(ctx, tx, to)
	if err != nil {
		return nil, err
	}
	chosen, err := preferences(ctx, tx, to)
	if err != nil {
		return nil, err
	}
	k.Urgency = n.Urgency
	var out []row
	for _, id := range to {
		p, known := people[id]
		if !known || !p.Active {
			continue
		}
		r := row{ID: db.NewID(), Account: id, Kind: n.Kind, Urgency: n.Urgency, UnitID: n.Unit, Object: n.Object, Args: string(args),
			Href: n.Href, Times: n.Times, CreatedAt: db.At(now), UpdatedAt: db.At(now), Mail: mailNone}
		wants, ok := chosen[id]
		if !ok {
			wants = Usual(p.Roles)
		}
		if at, ok := wants.Due(now, wants.How(k, p.Roles), n.Urgency, s.Calendar); ok && mail.Way != notify.Off && notify.Address(p.Email) {
			r.Mail, r.MailAt = mailWait, db.At(at)
		}
		out = append(out, r)
	}
	return out, nil
}

// Told reports which of the events have been posted: a duty that looks at many
// records asks before it opens a transaction.
func (s *Service) Told(ctx context.Context, dedupe []string) (map[string]bool, error) {
	out := map[string]bool{}
	for part := range slices.Chunk(dedupe, 500) {
		var rows []eventRow
		if err := s.Records.Read().NewSelect().Model(&rows).Where("dedupe IN (?)", bun.List(part)).Scan(ctx); err != nil {
			return nil, db.Error("notice.Told", err)
		}
		for _, r := range rows {
			out[r.Dedupe] = true
		}
	}
	return out, nil
}

// Preferences are the present choices of the context's actor, with the defaults
// of their roles where they chose nothing.
func (s *Service) Preferences(ctx context.Context) (Preferences, []auth.Role, error) {
	actor, err := me(ctx, "notice.Preferences")
	if err != nil {
		return Preferences{}, nil, err
	}
	roles := rolesOf(actor)
	chosen, err := preferences(ctx, s.Records.Read(), []string{actor.ID})
	if err != nil {
		return Preferences{}, nil, err
	}
	if p, ok := chosen[actor.ID]; ok {
		return p, roles, nil
	}
	return Usual(roles), roles, nil
}

// Choose keeps the choices of the context's actor. What still waits to be
// mailed is timed anew. A choice made meanwhile in another window is
// fault.Conflict.
func (s *Service) Choose(ctx context.Context, p Preferences) error {
	const op = "notice.Choose"
	actor, err := me(ctx, op)
	if err != nil {
		return err
	}
	if err := p.Check(); err != nil {
		return err
	}
	now, roles := s.Now(), rolesOf(actor)
	return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := putPreferences(ctx, tx, actor.ID, p, now); err != nil {
			return err
		}
		var rows []row
		if err := tx.NewSelect().Model(&rows).Where("n.account_id = ?", actor.ID).Where("n.mail = ?", mailWait).Scan(ctx); err != nil {
			return db.Error(op, err)
		}
		for _, r := range rows {
			k, _ := KindOf(r.Kind)
			k.Urgency = r.Urgency
			r.Mail, r.MailAt = mailNone, db.Time{}
			if at, ok := p.Due(now, p.How(k, roles), r.Urgency, s.Calendar); ok {
				r.Mail, r.MailAt = mailWait, db.At(at)
			}
			if _, err := tx.NewUpdate().Model(&r).Column("mail", "mail_at").WherePK().Exec(ctx); err != nil {
				return db.Error(op, err)
			}
		}
		return s.note(ctx, tx, "notice.choose", "account", actor.ID, map[string]any{"kinds": p.Kinds, "hours": p.Hours,
			"working_days": p.WorkingDays, "quiet": p.Quiet, "quiet_from": p.QuietFrom, "quiet_to": p.QuietTo})
	})
}

func rolesOf(a auth.Actor) []auth.Role {
	var out []auth.Role
	for _, g := range a.Grants {
		if !slices.Contains(out, g.Role) {
			out = append(out, g.Role)
		}
	}
	return out
}

// me is the context's actor: everybody has notices of their own.
func me(ctx context.Context, op string) (auth.Actor, error) {
	actor, ok := auth.From(ctx)
	if !ok {
		return actor, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	return actor, nil
}
