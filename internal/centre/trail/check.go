// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package trail

import (
	"context"
	"fmt"
	"time"

	"github.com/vonggac/vonggac/internal/platform/audit"
	"github.com/vonggac/vonggac/internal/platform/calendar"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/setting"
)

// JobKind names the job that looks at the whole chain.
const JobKind = "audit.check"

const lastCheck = "audit.check" // the setting that holds the newest Check

type payload struct {
	By string `json:"by"`
}

// Ask has the whole chain looked at soon; Last tells the outcome.
func (s *Service) Ask(ctx context.Context) (jobs.Job, error) {
	actor, err := s.overWhole(ctx, "trail.Ask")
	if err != nil {
		return jobs.Job{}, err
	}
	var j jobs.Job
	err = s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "audit.check", Kind: "audit", Unit: actor.Home}); err != nil {
			return err
		}
		j, err = s.Queue.Enqueue(ctx, tx, jobs.Task{Kind: JobKind, Key: db.NewID(), Unit: actor.Home, Payload: payload{actor.Name}})
		return err
	})
	return j, err
}

// Daily asks for the day's look, once for each day. It is background work.
func (s *Service) Daily(ctx context.Context) error {
	root, err := s.Root(ctx)
	if err != nil || root == "" {
		return err
	}
	return s.Records.Housekeep(ctx, func(ctx context.Context, tx *db.Tx) error {
		_, err := s.Queue.Enqueue(ctx, tx, jobs.Task{Kind: JobKind, Unit: root, Payload: payload{"system"},
			Key: fmt.Sprint("daily ", calendar.DateOf(s.Now()))})
		return err
	})
}

// Handler does the look.
func (s *Service) Handler() jobs.Handler {
	return func(ctx context.Context, j jobs.Job, _ *jobs.Progress) error {
		var in payload
		if err := j.Decode(&in); err != nil {
			return err
		}
		began := time.Now()
		report, err := s.Sealer.Verify(ctx)
		if err != nil {
			return err
		}
		took := time.Since(began)
		return s.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
			var old Check
			version, err := setting.Get(ctx, tx, lastCheck, &old)
			if err != nil {
				return err
			}
			c := Check{At: s.Now().UTC(), By: in.By, Took: took.Milliseconds(), Report: report}
			if err := setting.Put(ctx, tx, s.Now(), lastCheck, version, c); err != nil {
				return err
			}
			if !report.OK() && s.Broken != nil {
				if err := s.Broken(ctx, tx, c); err != nil {
					return err
				}
			}
			return audit.Add(ctx, tx, s.Now(), audit.Entry{Action: "audit.checked", Kind: "audit", Unit: j.Unit,
				Detail: map[string]any{"sealed": report.Sealed, "troubles": report.Count, "head": report.Head.Seq, "hash": report.Head.Hash}})
		})
	}
}

// Last is the newest outcome; false when the chain was never looked at.
func (s *Service) Last(ctx context.Context) (Check, bool, error) {
	if _, err := s.overWhole(ctx, "trail.Last"); err != nil {
		return Check{}, false, err
	}
	return s.Newest(ctx)
}

// Newest is Last as the program asks itself: it asks for no permission.
func (s *Service) Newest(ctx context.Context) (Check, bool, error) {
	var c Check
	version, err := setting.Get(ctx, s.Records.Read(), lastCheck, &c)
	return c, version > 0, err
}
