// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"errors"
	"time"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// JobKind names the durable work of one fetch.
const JobKind = "feed.fetch"

// payload names the run of a job.
type payload struct {
	Run string `json:"run"`
}

// Fetch asks for a fetch now. The feed must be on and none going on. Errors:
// fault.NotFound, fault.Conflict.
func (s *Service) Fetch(ctx context.Context, id ID) (Run, error) {
	const op = "feed.Fetch"
	actor, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return Run{}, err
	}
	var run runRow
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		r, err := get(ctx, tx, op, scope, id)
		if err != nil {
			return err
		}
		run, err = s.begin(ctx, tx, r, ByPerson, actor.Name)
		if err != nil {
			return err
		}
		return s.note(ctx, tx, "feed.fetch", r, map[string]any{"name": r.Name, "url": r.URL})
	})
	s.Queue.Wake()
	return run.run(), err
}

// begin makes a run of a feed and its work. It fails with fault.Conflict when
// the feed is off or a run goes on, and when a scheduled time has passed on.
func (s *Service) begin(ctx context.Context, tx *db.Tx, f row, how How, by string) (runRow, error) {
	const op = "feed.begin"
	r := runRow{ID: db.NewID(), Feed: f.ID, How: string(how), State: string(Waiting), By: by, Began: db.At(s.Now()), WhyArgs: "[]"}
	q := tx.NewUpdate().Model((*row)(nil)).Set("run_id = ?", r.ID).Set("next_at = NULL").Where("id = ?", f.ID).Where("run_id = ''").
		Where("active = ?", true).Where("url <> ''")
	if how == BySchedule {
		q = q.Where("next_at <= ?", db.At(s.Now()))
	}
	res, err := q.Exec(ctx)
	if err != nil {
		return r, db.Error(op, err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return r, &fault.Error{Kind: fault.Conflict, Op: op, Msg: "feed.err.busy", Err: err}
	}
	j, err := s.Queue.Enqueue(ctx, tx, jobs.Task{Kind: JobKind, Key: r.ID, Payload: payload{r.ID}, Unit: f.Unit})
	if err != nil {
		return r, err
	}
	r.Job = j.ID
	_, err = tx.NewInsert().Model(&r).Exec(ctx)
	return r, db.Error(op, err)
}

// Cancel ends the fetch that goes on. What was handed over to the indicator room
// already is loaded nevertheless.
func (s *Service) Cancel(ctx context.Context, id ID) error {
	const op = "feed.Cancel"
	_, scope, err := auth.Need(ctx, op, mayWrite)
	if err != nil {
		return err
	}
	f, err := get(ctx, s.Records.Read(), op, scope, id)
	if err != nil {
		return err
	}
	if f.Run == "" {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "feed.err.idle"}
	}
	r, err := runByID(ctx, s.Records.Read(), f.Run)
	if err != nil {
		return err
	}
	if r.State == string(Loading) {
		return &fault.Error{Kind: fault.Conflict, Op: op, Msg: "feed.err.loading"}
	}
	if _, err := s.Queue.Cancel(ctx, scope, r.Job); err != nil {
		return err
	}
	return s.finish(ctx, nil, f, r, outcome{state: Cancelled})
}

// Job is how far the fetch that goes on is; false when none does.
func (s *Service) Job(ctx context.Context, f Feed) (jobs.Job, bool, error) {
	_, scope, err := auth.Need(ctx, "feed.Job", mayRead)
	if err != nil || f.Run == "" {
		return jobs.Job{}, false, err
	}
	j, err := s.Queue.Of(ctx, scope, JobKind, f.Run)
	if fault.Is(err, fault.NotFound) {
		return j, false, nil
	}
	return j, err == nil, err
}

// outcome is what came of a run.
type outcome struct {
	state          State
	status, bytes  int64
	sha256         string
	etag, modified string
	seq, rows      int64
	why            string
	args           []any
	asked          time.Duration
	list           indicator.ID
	events         *Events // of a MISP feed; nil otherwise
}

// failed is the outcome of err; false when err is not the sender's or the
// content's, but this side's and worth trying again.
func failed(err error) (outcome, bool) {
	if f, ok := errors.AsType[*failure](err); ok {
		return outcome{state: Failed, why: f.key, args: f.args, status: f.status, asked: f.asked}, true
	}
	e := fault.Of(err)
	if e.Kind == fault.Internal {
		return outcome{}, false
	}
	out := outcome{state: Failed, why: e.Public(), args: e.Args}
	for _, key := range e.Fields {
		out.why = key
	}
	return out, true
}

// Handler is the work of JobKind: one fetch. Safe to repeat: content that the
// list has as its newest version makes no new one.
func (s *Service) Handler() jobs.Handler {
	return func(ctx context.Context, j jobs.Job, p *jobs.Progress) error {
		var in payload
		if err := j.Decode(&in); err != nil {
			return err
		}
		r, err := runByID(ctx, s.Records.Read(), in.Run)
		if err != nil || r.State != string(Waiting) && r.State != string(Running) {
			return gone(err)
		}
		f, err := byID(ctx, s.Records.Read(), r.Feed)
		if err != nil {
			return gone(err)
		}
		if !f.Active {
			return s.finish(ctx, p, f, r, outcome{state: Cancelled, why: "feed.why.off"})
		}
		if err := s.mark(ctx, p, r); err != nil {
			return err
		}
		out, err := s.fetch(ctx, f, p)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			seen, ok := failed(err)
			if !ok {
				return err
			}
			seen.bytes, seen.events = out.bytes, out.events
			out = seen
		}
		return s.finish(ctx, p, f, r, out)
	}
}

// gone makes nothing of a record that was deleted meanwhile.
func gone(err error) error {
	if fault.Is(err, fault.NotFound) {
		return nil
	}
	return err
}

func (s *Service) mark(ctx context.Context, p *jobs.Progress, r runRow) error {
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.Fence(ctx, tx); err != nil {
			return err
		}
		_, err := tx.NewUpdate().Model((*runRow)(nil)).Set("state = ?", string(Running)).Where("id = ?", r.ID).Exec(ctx)
		return db.Error("feed.mark", err)
	})
}

// acting is a context in which the person acts under whom f stands, with what
// they may do now in its unit. It fails when that is no longer to manage lists.
func (s *Service) acting(ctx context.Context, f row) (context.Context, error) {
	who, err := s.Standing(ctx, f.CreatedBy, f.Unit)
	if fault.Is(err, fault.SignedOut) {
		return nil, fail("feed.why.person", f.CreatedName)
	}
	if err != nil {
		return nil, err
	}
	who.Name = f.CreatedName
	if len(managed(who).Roots()) == 0 {
		return nil, fail("feed.why.right", f.CreatedName)
	}
	return auth.With(ctx, who), nil
}

// reading is a context that may read lists in the unit of f, and nothing else.
func reading(ctx context.Context, f row) context.Context {
	return auth.With(ctx, auth.Actor{ID: "system", Home: f.Unit, Grants: []auth.Grant{{Role: auth.Centre, Unit: f.Unit}},
		Mask: []auth.Permission{{Area: auth.Indicators, Act: auth.Read}}})
}

// fetch asks the sender and hands what came to the indicator room.
func (s *Service) fetch(ctx context.Context, f row, p *jobs.Progress) (outcome, error) {
	acting, err := s.acting(ctx, f)
	if err != nil {
		return outcome{}, err
	}
	newest, has, err := s.newest(ctx, f)
	if err != nil {
		return outcome{}, err
	}
	a, err := s.askOf(ctx, f)
	if err != nil {
		return outcome{}, err
	}
	if has && newest.SHA256 == f.SHA256 { // what the list has is what the tags are of
		a.etag, a.modified = f.ETag, f.Modified
	}
	if Shape(f.Shape) == MISPFolder {
		return s.fetchFolder(ctx, acting, f, newest, a, p)
	}
	got, err := s.call(ctx, a)
	if err != nil {
		return outcome{}, err
	}
	if got.same {
		out := decided(newest, false)
		out.status, out.sha256, out.etag, out.modified = got.status, f.SHA256, f.ETag, f.Modified
		return out, nil
	}
	defer got.done()
	got.body.seen = func(n int64) { p.Set(n, max(got.size, 0), "feed.job.fetching") }
	if err := got.body.sniff(); err != nil {
		return outcome{bytes: got.body.n}, err
	}
	name := got.name
	if name == "-" {
		name = f.Folder
	}
	out, err := s.take(acting, f, name, got.body, "feed.note.fetched")
	if got.body.err != nil {
		err = got.body.err
	}
	out.status, out.bytes, out.etag, out.modified = got.status, got.body.n, got.etag, got.modified
	return out, err
}

func (s *Service) askOf(ctx context.Context, f row) (ask, error) {
	ways, err := s.roads(ctx)
	if err != nil {
		return ask{}, err
	}
	a := ask{url: f.URL, kind: AuthKind(f.AuthKind), name: f.AuthName, limit: f.Limit << 20, roads: ways}
	if f.AuthSecret != "" {
		if a.secret, err = s.Secrets.Open(purpose(f.ID), f.AuthSecret); err != nil {
			return ask{}, fail("feed.why.secret")
		}
	}
	return a, nil
}
