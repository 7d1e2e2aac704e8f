// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Part is one kind of work and the units in which a reader may see it.
type Part struct {
	Kind  string
	Scope auth.Scope
}

// Search narrows and pages what Find gives; zero fields narrow nothing.
type Search struct {
	States []State
	By     string // account id of who asked for the work
	Before string // id of the last job of the page before
	Limit  int    // 0 is 50
}

// Find lists the jobs that lie in one of parts, newest first, and counts them
// all. No part is nothing. The caller has asked auth.Need for each scope.
func (q *Queue) Find(ctx context.Context, parts []Part, f Search) ([]Job, int64, error) {
	const op = "jobs.Find"
	if len(parts) == 0 {
		return nil, 0, nil
	}
	total, err := f.narrow(q.db.Read().NewSelect().Model((*Job)(nil)), parts).Count(ctx)
	if err != nil {
		return nil, 0, db.Error(op, err)
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	var list []Job
	s := f.narrow(q.db.Read().NewSelect().Model(&list), parts).Order("id DESC").Limit(int64(f.Limit))
	if f.Before != "" {
		s = s.Where("job.id < ?", f.Before)
	}
	return list, int64(total), db.Error(op, s.Scan(ctx))
}

func (f Search) narrow(s *bun.SelectQuery, parts []Part) *bun.SelectQuery {
	var where []string
	var args []any
	for _, p := range parts {
		query, more := p.Scope.Where("job.owner_unit")
		where = append(where, "(job.kind = ? AND "+query+")")
		args = append(append(args, p.Kind), more...)
	}
	s = s.Where("("+strings.Join(where, " OR ")+")", args...)
	if len(f.States) > 0 {
		s = s.Where("job.state IN (?)", bun.List(f.States))
	}
	if f.By != "" {
		s = s.Where("job.created_by = ?", f.By)
	}
	return s
}

// Of is the job that names key within kind, of a unit in scope; else
// fault.NotFound.
func (q *Queue) Of(ctx context.Context, scope auth.Scope, kind, key string) (Job, error) {
	var j Job
	err := scope.Filter(q.db.Read().NewSelect().Model(&j), "job.owner_unit").Where("kind = ?", kind).Where("key = ?", key).Scan(ctx)
	return j, db.Error("jobs.Of", err)
}

// Pending counts the work an account asked for that has not ended.
func (q *Queue) Pending(ctx context.Context, account string) (int64, error) {
	if account == "" {
		return 0, &fault.Error{Kind: fault.SignedOut, Op: "jobs.Pending"}
	}
	n, err := q.db.Read().NewSelect().Model((*Job)(nil)).Where("state IN (?)", bun.List([]State{Queued, Running})).
		Where("created_by = ?", account).Count(ctx)
	return int64(n), db.Error("jobs.Pending", err)
}
