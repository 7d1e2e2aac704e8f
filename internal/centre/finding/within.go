// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package finding

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
)

// The use cases of this file run inside another room's transaction. They ask
// for no permission: the room has asked for its own, and what happens to the
// finding follows from what it did.

// MarkHandled closes the open ones of ids because the incident took them over.
// Findings that are closed already stay as they are. Each gets its own audit
// entry.
func (s *Service) MarkHandled(ctx context.Context, tx *db.Tx, incident string, ids ...ID) error {
	const op = "finding.MarkHandled"
	if len(ids) == 0 {
		return nil
	}
	var rows []row
	err := tx.NewSelect().Model(&rows).Where("f.id IN (?)", bun.List(ids)).Order("f.id").Scan(ctx)
	if err != nil {
		return db.Error(op, err)
	}
	for _, r := range rows {
		f, err := r.finding()
		if err != nil {
			return err
		}
		if err := s.closeIn(ctx, tx, f, "finding.handle", map[string]any{"incident": incident}, func(f *Finding, by string) error {
			return f.handle(incident, by, "", s.at())
		}); err != nil {
			return err
		}
	}
	return nil
}

// ReleaseIn ends the following of what the incident had taken over, because it
// was closed: what comes after this moment is a new finding.
func (s *Service) ReleaseIn(ctx context.Context, tx *db.Tx, incident string) error {
	var rows []row
	err := tx.NewSelect().Model(&rows).Where("f.incident_id = ?", incident).Where("f.following = ?", true).Order("f.id").Scan(ctx)
	if err != nil {
		return db.Error("finding.ReleaseIn", err)
	}
	for _, r := range rows {
		f, err := r.finding()
		if err != nil {
			return err
		}
		if err := s.closeIn(ctx, tx, f, "", map[string]any{"incident": incident}, nil); err != nil {
			return err
		}
	}
	return nil
}

// SettleIn closes the open finding of a key because the machine was dealt with:
// what it asks for after this moment opens the next one.
func (s *Service) SettleIn(ctx context.Context, tx *db.Tx, k Key, how string) error {
	return s.closeKey(ctx, tx, k, "finding.settle", map[string]any{"reason": how}, func(f *Finding, by string) error {
		return f.handle("", by, how, s.at())
	})
}

// DismissIn dismisses the open finding of a key as a false positive with all
// the names it holds. The calling room has shown them.
func (s *Service) DismissIn(ctx context.Context, tx *db.Tx, k Key, reason string) error {
	return s.closeKey(ctx, tx, k, "finding.dismiss", map[string]any{"reason": reason, "false_positive": true}, func(f *Finding, by string) error {
		return f.dismiss(Dismissal{Reason: reason, FalsePositive: true, Names: f.Names}, by, s.at())
	})
}

func (s *Service) closeKey(ctx context.Context, tx *db.Tx, k Key, action string, detail map[string]any, fn func(*Finding, string) error) error {
	list, err := ofKey(ctx, tx, k)
	if err != nil {
		return err
	}
	for _, f := range list {
		if err := s.closeIn(ctx, tx, f, action, detail, fn); err != nil {
			return err
		}
	}
	return nil
}

func (s *Service) closeIn(ctx context.Context, tx *db.Tx, f Finding, action string, detail map[string]any, fn func(*Finding, string) error) error {
	if f.Following {
		f.release(s.at())
		return s.put(ctx, tx, "finding.release", &f, detail)
	}
	if !f.State.Open() {
		return nil
	}
	actor, _ := auth.From(ctx)
	if err := fn(&f, actor.Name); err != nil {
		return err
	}
	return s.put(ctx, tx, action, &f, detail)
}

// ReopenIn takes back that the findings of a key were false positives: the
// latest of them waits in the queue again, unless a newer one does; the others
// stay closed and no longer keep their names.
func (s *Service) ReopenIn(ctx context.Context, tx *db.Tx, k Key) error {
	list, err := ofKey(ctx, tx, k)
	if err != nil {
		return err
	}
	open, latest := false, ID("")
	for _, f := range list {
		open = open || f.State.Open()
		if f.Closed.Muted {
			latest = f.ID
		}
	}
	for _, f := range list {
		if !f.Closed.Muted {
			continue
		}
		detail := map[string]any{"was": f.State, "reason": f.Closed.Reason}
		f.Closed.Muted = false
		if !open && f.ID == latest {
			if err := f.reopen(); err != nil {
				return err
			}
		}
		if err := s.put(ctx, tx, "finding.reopen", &f, detail); err != nil {
			return err
		}
	}
	return nil
}

// Judged is what people have decided on the findings of a key.
type Judged struct {
	Open          int // new or acknowledged
	FalsePositive int
	Other         int // handled, or dismissed for another reason
}

// JudgedIn counts the findings of a key by what became of them.
func (s *Service) JudgedIn(ctx context.Context, tx *db.Tx, k Key) (Judged, error) {
	list, err := ofKey(ctx, tx, k)
	var j Judged
	for _, f := range list {
		switch {
		case f.State.Open():
			j.Open++
		case f.Closed.Muted:
			j.FalsePositive++
		default:
			j.Other++
		}
	}
	return j, err
}
