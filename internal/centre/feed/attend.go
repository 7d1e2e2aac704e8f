// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package feed

import (
	"context"
	"errors"
	"fmt"

	"github.com/vonggac/vonggac/internal/centre/indicator"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// Attend settles the runs whose content was decided on, and begins those whose
// time has come. It is background work: it looks at records and clock, so that a
// process that dies goes on where it was.
func (s *Service) Attend(ctx context.Context) error {
	pending, err := open(ctx, s.Records.Read())
	if err != nil {
		return err
	}
	var errs []error
	for _, r := range pending {
		if err := s.settle(ctx, r); err != nil {
			errs = append(errs, fmt.Errorf("run %s of feed %s: %w", r.ID, r.Feed, err))
		}
	}
	list, err := due(ctx, s.Records.Read(), s.Now())
	errs = append(errs, err)
	for _, f := range list {
		err := s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
			_, err := s.begin(ctx, tx, f, BySchedule, "")
			return err
		})
		if err != nil && !fault.Is(err, fault.Conflict) { // another process was first
			errs = append(errs, fmt.Errorf("feed %s: %w", f.ID, err))
		}
	}
	if len(list) > 0 {
		s.Queue.Wake()
	}
	return errors.Join(errs...)
}

// settle looks at what became of a run that had not ended: its version was
// decided on, or its work ended without it.
func (s *Service) settle(ctx context.Context, r runRow) error {
	f, err := byID(ctx, s.Records.Read(), r.Feed)
	if err != nil {
		return gone(err)
	}
	if r.State == string(Loading) {
		return s.settleLoading(ctx, f, r)
	}
	j, err := s.job(ctx, r.Job)
	if err != nil || !j.State.Ended() {
		return err
	}
	out := outcome{state: Cancelled}
	if j.State != jobs.Cancelled {
		out = jobFailed(j)
	}
	return s.finish(ctx, nil, f, r, out)
}

func (s *Service) job(ctx context.Context, id string) (jobs.Job, error) {
	var j jobs.Job
	err := s.Records.Read().NewSelect().Model(&j).Where("job.id = ?", id).Scan(ctx)
	return j, db.Error("feed.job", err)
}

func jobFailed(j jobs.Job) outcome {
	why := j.Failure()
	out := outcome{state: Failed, why: why.Message}
	if out.why == "" {
		out.why = fault.Internal.Key()
	}
	for _, a := range why.Args {
		out.args = append(out.args, a)
	}
	return out
}

func (s *Service) settleLoading(ctx context.Context, f row, r runRow) error {
	all, err := s.Lists.Versions(reading(ctx, f), indicator.ID(f.List))
	if err != nil {
		return err
	}
	for _, v := range all {
		if v.Seq != r.Seq {
			continue
		}
		out := decided(v, true)
		if out.state == Loading {
			j, err := s.job(ctx, v.Job)
			if err != nil || !j.State.Ended() || j.State == jobs.Done {
				return err
			}
			out = jobFailed(j)
		}
		out.status, out.bytes, out.seq, out.list = r.Status, r.Bytes, r.Seq, v.List
		out.sha256 = "" // the feed has the tags of this content already
		return s.finish(ctx, nil, f, r, out)
	}
	return s.finish(ctx, nil, f, r, outcome{state: Done, status: r.Status, bytes: r.Bytes, seq: r.Seq}) // so old that it is not listed any more
}

// finish writes what came of a run: on the run, and on its feed with when it is
// asked next. p fences the work of a job; nil for what no job does. A run
// without state is a new one; one that has ended meanwhile is left alone.
func (s *Service) finish(ctx context.Context, p *jobs.Progress, was row, r runRow, out outcome) error {
	const op = "feed.finish"
	next := s.Jitter(slack(was.feed().Schedule.Interval())) // drawn once: fn may run again
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		if p != nil {
			if err := p.Fence(ctx, tx); err != nil {
				return err
			}
		}
		f, err := byID(ctx, tx, was.ID)
		if err != nil {
			return gone(err)
		}
		now, run := s.Now(), out.apply(r)
		if out.state.Ended() {
			run.Ended = db.At(now)
		}
		if written, err := save(ctx, tx, run, r.State == ""); err != nil || !written {
			return err
		}
		out.note(&f, db.At(now))
		if out.sha256 != "" && f.URL == was.URL {
			f.SHA256, f.ETag, f.Modified = out.sha256, out.etag, out.modified
		}
		if f.Run == r.ID && out.state.Ended() {
			f.Run, f.NextAt = "", db.Time{}
			if f.Active {
				wait := f.feed().Schedule.Next(now).Sub(now)
				if out.state == Failed {
					wait = backoff(f.Failures, f.feed().Schedule.Interval(), out.asked)
				} else if e := eventsOf(run.Events); e != nil && e.Left > 0 && e.Fetched > 0 { // the rest of it
					wait = min(wait, firstWait)
				}
				f.NextAt = db.At(now.Add(wait + min(next, slack(wait))))
			}
		}
		if _, err := tx.NewUpdate().Model(&f).WherePK().Column("list_id", "sha256", "etag", "modified", "next_at", "tried_at", "ok_at", "changed_at", "failures",
			"why", "why_args", "rows_loaded", "run_id").Exec(ctx); err != nil {
			return db.Error(op, err)
		}
		if !out.state.Ended() {
			return nil
		}
		return s.prune(ctx, tx, f.ID)
	})
}

// save writes a run; false when it has ended since.
func save(ctx context.Context, tx *db.Tx, run runRow, fresh bool) (bool, error) {
	const op = "feed.save"
	if fresh {
		_, err := tx.NewInsert().Model(&run).Exec(ctx)
		return true, db.Error(op, err)
	}
	res, err := tx.NewUpdate().Model(&run).WherePK().Where("ended_at IS NULL").Exec(ctx)
	if err != nil {
		return false, db.Error(op, err)
	}
	n, err := res.RowsAffected()
	return n == 1, err
}

// apply is r with the outcome written on it.
func (o outcome) apply(r runRow) runRow {
	r.State, r.Status, r.Bytes, r.Seq, r.Rows, r.Why, r.WhyArgs = string(o.state), o.status, o.bytes, o.seq, o.rows, o.why, wordsText(o.args)
	if o.sha256 != "" {
		r.SHA256 = o.sha256
	}
	if o.events != nil {
		r.Events = o.events.text()
	}
	return r
}

// note writes on f how it fares after the outcome at now.
func (o outcome) note(f *row, now db.Time) {
	if f.List == "" {
		f.List = string(o.list)
	}
	f.TriedAt = now
	switch {
	case o.state.good():
		f.OKAt, f.Failures, f.Why, f.WhyArgs, f.Rows = now, 0, "", "[]", o.rows
		if o.state == Done {
			f.ChangedAt = now
		}
	case o.state == Failed || o.state == Refused:
		f.Failures, f.Why, f.WhyArgs = f.Failures+1, o.why, wordsText(o.args)
	}
}
