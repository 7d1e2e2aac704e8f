// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// Hit is one entry that names what was asked for, or a name above it.
type Hit struct {
	List      List
	Indicator string // as listed, normalised
	Threat    string
	Scope     Scope
	Overruled bool // a block entry that does not count
	// By is the allow entry that overrules; nil when that one is in a list the
	// actor may not see.
	By *Hit
}

// Status is what there is to match against, as far as the actor sees.
type Status struct {
	Lists      int64     // switched on and in the live index
	Off        int64     // switched off
	Indicators int64     // in the live index
	LoadedAt   time.Time // when the live index was built; zero before the first
	Waiting    int64     // files not yet loaded
	Refused    int64     // lists whose latest file was refused
	// Problem says why the live index is not the newest: a catalogue key with
	// its arguments; empty when it is.
	Problem string
	Args    []any
}

// Answer is what the lists say of a name.
type Answer struct {
	Name    string // what was looked up
	Problem string // catalogue key of why it was not; empty when it was
	Hits    []Hit  // most specific first
	Status  Status
}

// Bad reports whether a block entry counts.
func (a Answer) Bad() bool {
	for _, h := range a.Hits {
		if h.List.Kind == Block && !h.Overruled {
			return true
		}
	}
	return false
}

// Lookup says which lists name what a person typed. Lists the actor may not
// see are left out, what they overrule is still said to be overruled.
func (s *Service) Lookup(ctx context.Context, typed string) (Answer, error) {
	const op = "indicator.Lookup"
	v, err := needView(ctx, op)
	if err != nil {
		return Answer{}, err
	}
	var a Answer
	a.Name, a.Problem = Question(typed)
	index, _, err := s.Current(ctx)
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return Answer{}, err
	}
	seen, err := visible(ctx, s.deps.Records.Read(), v)
	if err != nil {
		return Answer{}, err
	}
	if a.Status, err = s.status(ctx, v, seen); err != nil || a.Problem != "" {
		return a, err
	}
	a.Hits = hits(index.Match(a.Name), seen)
	return a, nil
}

// hits turns what the engine found into what the actor may see of it.
func hits(found []intel.Match, seen map[ID]List) []Hit {
	hit := func(m intel.Match) (Hit, bool) {
		l, ok := seen[ID(m.List.Source)]
		h := Hit{List: l, Indicator: m.Indicator, Threat: m.Threat, Scope: WithSubdomains, Overruled: m.Overruled}
		if m.List.Kind == intel.Allow {
			h.List.Kind = Allow // an exception inside a block list
		}
		if m.Scope == intel.ExactOnly {
			h.Scope = ExactOnly
		}
		return h, ok
	}
	var by *Hit // the most specific allow entry: it overrules all that is overruled
	for _, m := range found {
		if m.List.Kind == intel.Allow {
			if h, ok := hit(m); ok {
				by = &h
			}
			break
		}
	}
	var out []Hit
	for _, m := range found {
		h, ok := hit(m)
		if !ok {
			continue
		}
		if h.Overruled {
			h.By = by
		}
		out = append(out, h)
	}
	return out
}

// Status is what there is to match against, without waiting for a build.
func (s *Service) Status(ctx context.Context) (Status, error) {
	v, err := needView(ctx, "indicator.Status")
	if err != nil {
		return Status{}, err
	}
	seen, err := visible(ctx, s.deps.Records.Read(), v)
	if err != nil {
		return Status{}, err
	}
	return s.status(ctx, v, seen)
}

func (s *Service) status(ctx context.Context, v view, seen map[ID]List) (Status, error) {
	const op = "indicator.Status"
	st := Status{}
	l := s.live.Load()
	if l.generation >= 0 {
		st.LoadedAt = l.at
	}
	for id, list := range seen {
		n, in := l.lists[id]
		if in && n > 0 {
			st.Lists++
			st.Indicators += n
		}
		if !list.Active {
			st.Off++
		}
	}
	q := s.deps.Records.Read()
	waiting, err := v.filter(q.NewSelect().Model((*row)(nil)).Join("JOIN indicator_version AS v ON v.list_id = l.id AND v.state = ?", string(Waiting))).Count(ctx)
	if err != nil {
		return st, db.Error(op, err)
	}
	st.Waiting = waiting
	refused, err := v.filter(q.NewSelect().Model((*row)(nil)).Join("JOIN indicator_version AS v ON v.list_id = l.id AND v.state = ?", string(Refused)).
		Where("v.seq = (SELECT MAX(w.seq) FROM indicator_version w WHERE w.list_id = l.id)")).Count(ctx)
	if err != nil {
		return st, db.Error(op, err)
	}
	st.Refused = refused
	if f := s.fault.Load(); f != nil {
		e := fault.Of(f.err)
		st.Problem, st.Args = e.Public(), e.Args
		for _, a := range e.Args {
			if name, ok := a.(string); ok && !slices.ContainsFunc(slices.Collect(maps.Values(seen)), func(l List) bool { return l.Name == name }) {
				st.Problem, st.Args = "indicator.err.hidden", nil
			}
		}
	}
	return st, nil
}
