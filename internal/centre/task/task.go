// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

// Package task shows the work that goes on in the background: what runs, how
// far it is, what failed and why, with cancel and retry. The work itself is
// platform/jobs; which kinds there are, who may see them and where their
// records stand is told by app. Start at Service.
package task

import (
	"context"
	"embed"

	"github.com/vonggac/vonggac/internal/platform/auth"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// Messages are the room's texts.
//
//go:embed messages.yaml
var Messages embed.FS

// Kind is one kind of work as people see it.
type Kind struct {
	Name  string          // jobs.Task.Kind
	Read  auth.Permission // sees it
	Write auth.Permission // may cancel it and run it again
	// Describe names one job and the page of the record it serves; an empty
	// href shows no link. It answers for the actor of ctx.
	Describe func(ctx context.Context, j jobs.Job) (title, href string, err error)
}

// Task is one job as people see it.
type Task struct {
	jobs.Job
	Title string
	Href  string // of the record it serves; may be empty
	By    string // who asked for it; empty when it was the system or a program
	May   bool   // the actor may cancel it and run it again
}

// Deps are what the room is built from. People maps account ids to names.
type Deps struct {
	Queue  *jobs.Queue
	Kinds  []Kind
	People func(ctx context.Context, ids []string) (map[string]string, error)
}

// Service holds the use cases. It is safe for concurrent use.
type Service struct{ Deps }

// New makes the room.
func New(d Deps) *Service { return &Service{d} }

// Filter narrows the list; zero fields narrow nothing.
type Filter struct {
	State  jobs.State // empty: all
	Active bool       // waiting and running only
	Kind   string
	Mine   bool   // asked for by the actor
	Before string // id of the last task of the page before
	Limit  int    // 0 is 50
}

// parts are the kinds the actor may see, each in its scope.
func (s *Service) parts(ctx context.Context, kind string) []jobs.Part {
	var out []jobs.Part
	for _, k := range s.Kinds {
		if kind != "" && kind != k.Name {
			continue
		}
		if _, scope, err := auth.Need(ctx, "task", k.Read); err == nil {
			out = append(out, jobs.Part{Kind: k.Name, Scope: scope})
		}
	}
	return out
}

// List gives one page of the tasks in the actor's scope, newest first, and how
// many there are.
func (s *Service) List(ctx context.Context, f Filter) ([]Task, int64, error) {
	a, ok := auth.From(ctx)
	if !ok {
		return nil, 0, &fault.Error{Kind: fault.SignedOut, Op: "task.List"}
	}
	q := jobs.Search{Before: f.Before, Limit: f.Limit}
	switch {
	case f.State != "":
		q.States = []jobs.State{f.State}
	case f.Active:
		q.States = []jobs.State{jobs.Queued, jobs.Running}
	}
	if f.Mine {
		q.By = a.ID
	}
	list, total, err := s.Queue.Find(ctx, s.parts(ctx, f.Kind), q)
	if err != nil {
		return nil, 0, err
	}
	out, err := s.described(ctx, list)
	return out, total, err
}

func (s *Service) described(ctx context.Context, list []jobs.Job) ([]Task, error) {
	ids := make([]string, len(list))
	for i, j := range list {
		ids[i] = j.CreatedBy
	}
	names, err := s.People(ctx, ids)
	if err != nil {
		return nil, err
	}
	out := make([]Task, len(list))
	for i, j := range list {
		k, _ := s.kind(j.Kind)
		title, href, err := k.Describe(ctx, j)
		if err != nil {
			return nil, err
		}
		out[i] = Task{Job: j, Title: title, Href: href, By: names[j.CreatedBy], May: auth.May(ctx, k.Write)}
	}
	return out, nil
}

func (s *Service) kind(name string) (Kind, bool) {
	for _, k := range s.Kinds {
		if k.Name == name {
			return k, true
		}
	}
	return Kind{}, false
}

// Get is one task in the actor's scope; else fault.NotFound.
func (s *Service) Get(ctx context.Context, id string) (Task, error) {
	const op = "task.Get"
	if _, ok := auth.From(ctx); !ok {
		return Task{}, &fault.Error{Kind: fault.SignedOut, Op: op}
	}
	for _, p := range s.parts(ctx, "") {
		j, err := s.Queue.Get(ctx, p.Scope, id)
		if fault.Is(err, fault.NotFound) || err == nil && j.Kind != p.Kind {
			continue
		}
		if err != nil {
			return Task{}, err
		}
		list, err := s.described(ctx, []jobs.Job{j})
		if err != nil {
			return Task{}, err
		}
		return list[0], nil
	}
	return Task{}, fault.Missing(op)
}

// Cancel ends a task; what it has stored stays. fault.Conflict when it has
// ended.
func (s *Service) Cancel(ctx context.Context, id string) error {
	return s.decide(ctx, "task.Cancel", id, s.Queue.Cancel)
}

// Retry runs a failed or cancelled task again; fault.Conflict for any other.
func (s *Service) Retry(ctx context.Context, id string) error {
	return s.decide(ctx, "task.Retry", id, s.Queue.Retry)
}

func (s *Service) decide(ctx context.Context, op, id string, do func(context.Context, auth.Scope, string) (jobs.Job, error)) error {
	t, err := s.Get(ctx, id)
	if err != nil {
		return err
	}
	k, _ := s.kind(t.Kind)
	_, scope, err := auth.Need(ctx, op, k.Write)
	if err != nil {
		return err
	}
	_, err = do(ctx, scope, id)
	return err
}

// Pending counts the actor's own tasks that have not ended.
func (s *Service) Pending(ctx context.Context) (int64, error) {
	a, _ := auth.From(ctx)
	return s.Queue.Pending(ctx, a.ID)
}
