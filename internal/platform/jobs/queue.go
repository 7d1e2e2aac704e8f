// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package jobs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Queue is the table of jobs. It is safe for concurrent use.
type Queue struct {
	db  *db.DB
	now func() time.Time

	mu   sync.Mutex
	wake chan struct{} // closed and replaced at every Enqueue
}

// New returns the queue in d, with now as its clock.
func New(d *db.DB, now func() time.Time) *Queue {
	return &Queue{db: d, now: now, wake: make(chan struct{})}
}

// Task is work to be done. Only Kind and Key are required.
type Task struct {
	Kind, Key   string
	Payload     any           // marshalled as JSON; no password, no content of a log line
	Unit        string        // who may see it
	MaxAttempts int64         // 0 is 5
	Delay       time.Duration // not before so long from now
}

const defaultAttempts = 5

// Enqueue asks for t inside the caller's transaction: if that rolls back, it
// was never asked for. A job of the same kind and key, ended or not, is
// returned as it stands. Runners of this process look at once, others within
// their poll interval.
func (q *Queue) Enqueue(ctx context.Context, tx *db.Tx, t Task) (Job, error) {
	const op = "jobs.Enqueue"
	if t.Kind == "" || t.Key == "" {
		return Job{}, fmt.Errorf("%s: kind %q, key %q: both are needed", op, t.Kind, t.Key)
	}
	payload := []byte("{}")
	if t.Payload != nil {
		var err error
		if payload, err = json.Marshal(t.Payload); err != nil {
			return Job{}, fmt.Errorf("%s %s: %w", op, t.Kind, err)
		}
	}
	now := q.now()
	j := Job{ID: db.NewID(), Kind: t.Kind, Key: t.Key, Payload: string(payload), State: Queued, MaxAttempts: t.MaxAttempts,
		RunAfter: db.At(now.Add(t.Delay)), Unit: t.Unit, CreatedBy: "system", CreatedAt: db.At(now)}
	if j.MaxAttempts <= 0 {
		j.MaxAttempts = defaultAttempts
	}
	if actor, ok := auth.From(ctx); ok {
		j.CreatedBy = actor.ID
	}
	if _, err := tx.NewInsert().Model(&j).On("CONFLICT (kind, key) DO NOTHING").Exec(ctx); err != nil {
		return Job{}, db.Error(op, err)
	}
	var got Job
	if err := tx.NewSelect().Model(&got).Where("kind = ?", t.Kind).Where("key = ?", t.Key).Scan(ctx); err != nil {
		return Job{}, db.Error(op, err)
	}
	q.Wake()
	return got, nil
}

// Wake makes the runners of this process look for work now.
func (q *Queue) Wake() {
	q.mu.Lock()
	defer q.mu.Unlock()
	close(q.wake)
	q.wake = make(chan struct{})
}

func (q *Queue) awake() <-chan struct{} {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.wake
}

// Get returns a job of a unit in scope, else fault.NotFound. The caller has
// asked auth.Need for the permission that gives scope.
func (q *Queue) Get(ctx context.Context, scope auth.Scope, id string) (Job, error) {
	var j Job
	err := scope.Filter(q.db.Read().NewSelect().Model(&j), "job.owner_unit").Where("id = ?", id).Scan(ctx)
	return j, db.Error("jobs.Get", err)
}

// Filter narrows a list; zero fields narrow nothing.
type Filter struct {
	Kind   string
	States []State
	Before string // id of the last job of the page before
	Limit  int    // 0 is 50
}

// List returns jobs of units in scope, newest first.
func (q *Queue) List(ctx context.Context, scope auth.Scope, f Filter) ([]Job, error) {
	var list []Job
	s := scope.Filter(q.db.Read().NewSelect().Model(&list), "job.owner_unit").Order("id DESC")
	if f.Kind != "" {
		s = s.Where("kind = ?", f.Kind)
	}
	if len(f.States) > 0 {
		s = s.Where("state IN (?)", bun.List(f.States))
	}
	if f.Before != "" {
		s = s.Where("id < ?", f.Before)
	}
	if f.Limit <= 0 {
		f.Limit = 50
	}
	return list, db.Error("jobs.List", s.Limit(int64(f.Limit)).Scan(ctx))
}

// Cancel ends a job of a unit in scope; a handler at work sees its context
// cancelled within seconds. A job that has ended is fault.Conflict.
func (q *Queue) Cancel(ctx context.Context, scope auth.Scope, id string) (Job, error) {
	return q.decide(ctx, scope, id, "job.cancel", (*Job).cancel)
}

// Retry queues a failed or cancelled job of a unit in scope again, with its
// attempts counted from the start. Any other state is fault.Conflict.
func (q *Queue) Retry(ctx context.Context, scope auth.Scope, id string) (Job, error) {
	j, err := q.decide(ctx, scope, id, "job.retry", (*Job).retry)
	q.Wake()
	return j, err
}

// decide applies a person's decision: row and audit entry in one transaction.
func (q *Queue) decide(ctx context.Context, scope auth.Scope, id, action string, rule func(*Job, time.Time) error) (Job, error) {
	var j Job
	now := q.now()
	err := q.db.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		j = Job{}
		if err := scope.Filter(tx.NewSelect().Model(&j), "job.owner_unit").Where("id = ?", id).Scan(ctx); err != nil {
			return err
		}
		if err := rule(&j, now); err != nil {
			return err
		}
		if _, err := tx.NewUpdate().Model(&j).WherePK().Exec(ctx); err != nil {
			return err
		}
		return audit.Add(ctx, tx, now, audit.Entry{Action: action, Kind: "job", Object: j.ID, Unit: j.Unit,
			Detail: map[string]any{"kind": j.Kind, "key": j.Key}})
	})
	return j, db.Error(action, err)
}

const candidates = 16 // looked at in one go, so that competing runners find one each

// claim leases one due job of kinds to a new lease name, or reports false. Leases
// named in own are at work in this very process: whatever the clock says of them,
// they stand.
func (q *Queue) claim(ctx context.Context, owner string, kinds, own []string, lease time.Duration) (Job, bool, error) {
	const op = "jobs.claim"
	now := db.At(q.now())
	var list []Job
	s := q.db.Read().NewSelect().Model(&list).Where("kind IN (?)", bun.List(kinds)).
		Where("(state = ? AND (run_after <= ? OR COALESCE(started_at, created_at) > ?)) OR (state = ? AND (lease_until <= ? OR lease_until > ?))",
			Queued, now, db.At(now.Add(skew)), Running, now, db.At(now.Add(lease+skew)))
	if len(own) > 0 {
		s = s.Where("lease_owner NOT IN (?)", bun.List(own))
	}
	err := s.Order("run_after", "id").Limit(candidates).Scan(ctx)
	if err != nil {
		return Job{}, false, db.Error(op, err)
	}
	for _, seen := range list {
		var j Job
		won := false
		err := q.db.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			j, won = Job{}, false
			if err := tx.NewSelect().Model(&j).Where("id = ?", seen.ID).Scan(ctx); err != nil {
				return err
			}
			if !j.due(now.Time, lease) || slices.Contains(own, j.LeaseOwner) {
				return nil
			}
			won = j.take(owner+"/"+db.NewID(), now.Time, lease)
			_, err := tx.NewUpdate().Model(&j).WherePK().Exec(ctx)
			return err
		})
		if fault.Is(err, fault.Unavailable) {
			continue // other runners are at it
		}
		if err != nil || won {
			return j, won, db.Error(op, err)
		}
	}
	return Job{}, false, nil
}

// ErrLost is the cause of a handler's context when its lease ran out or its
// job was cancelled: someone else may be at the work, or nobody should be.
var ErrLost = errors.New("lease lost")

// held loads j's row if the lease j carries still stands, else fails with
// ErrLost.
func held(ctx context.Context, tx *db.Tx, j Job) (Job, error) {
	var row Job
	if err := tx.NewSelect().Model(&row).Where("id = ?", j.ID).Scan(ctx); err != nil {
		return row, err
	}
	if row.State != Running || row.LeaseOwner != j.LeaseOwner {
		return row, ErrLost
	}
	return row, nil
}

// update changes j's row by fn while the lease j carries stands, else fails
// with ErrLost.
func (q *Queue) update(ctx context.Context, j Job, fn func(*Job)) error {
	return q.db.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		row, err := held(ctx, tx, j)
		if err != nil {
			return err
		}
		fn(&row)
		_, err = tx.NewUpdate().Model(&row).WherePK().Exec(ctx)
		return err
	})
}
