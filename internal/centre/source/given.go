// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package source

import (
	"context"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/i18n"
	"github.com/vonggac/vonggac/internal/platform/jobs"
	"github.com/vonggac/vonggac/internal/platform/web/ui"
)

// Work is the job of reading a file. The zero value says that none is known.
type Work struct{ jobs.Job }

// GivenUp reports whether nobody reads the file any more although its account
// was never written: the job failed for good or was cancelled.
func (w Work) GivenUp() bool { return w.State == jobs.Failed || w.State == jobs.Cancelled }

// Work is the job behind f while f has no account yet; of a file that was read,
// and for readers outside its unit, it is the zero Work.
func (s *Service) Work(ctx context.Context, f File) (Work, error) {
	const op = "source.Work"
	if f.State != Waiting && f.State != Running {
		return Work{}, nil
	}
	_, scope, err := auth.Need(ctx, op, mayRead)
	if err != nil {
		return Work{}, err
	}
	j, err := s.Queue.Of(ctx, scope, JobKind, string(f.ID))
	if fault.Is(err, fault.NotFound) {
		return Work{}, nil
	}
	return Work{j}, err
}

// why says in words what ended the work.
func (w Work) why(ctx context.Context) string {
	f := w.Failure()
	if f.Message == "" {
		return i18n.T(ctx, "source.work.cancelled")
	}
	args := make([]any, len(f.Args))
	for i, a := range f.Args {
		args[i] = a
	}
	return i18n.T(ctx, f.Message, args...)
}

// again is the button that has the file read anew.
func (v filePage) again(ctx context.Context) *ui.Action {
	if !v.MayRun || v.Task == "" {
		return nil
	}
	return &ui.Action{Label: i18n.T(ctx, "source.work.again"), Href: v.Task + "/retry", Icon: ui.IconRefresh, Post: true, Primary: true,
		Hidden: []ui.Hidden{{Name: "back", Value: "/files/" + string(v.File.ID)}}}
}

// stateOf is the state of a file as people are told it.
func stateOf(ctx context.Context, f File, w Work) ui.BadgeProps {
	if w.GivenUp() {
		return ui.BadgeProps{Text: i18n.T(ctx, "source.work.given_up"), Tone: ui.Bad}
	}
	return fileState(ctx, f)
}
