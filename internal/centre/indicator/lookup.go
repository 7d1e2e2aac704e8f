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

// Hit is one entry that names what was asked for, or what stands above it.
type Hit struct {
	List       List
	Type       intel.Type
	Indicator  string // as listed, normalised
	Threat     string
	Scope      Scope
	TLP        TLP   // the stricter of the entry's and the list's
	Confidence uint8 // 0 to 100; 0 when not given
	Reference  string
	From       time.Time
	Until      time.Time // valid from From until before Until; zero when open
	Lapsed     bool      // not valid now: it does not count
	Overruled  bool      // a block entry that does not count
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
	Waiting    int64     // lists whose latest file is not yet loaded
	Refused    int64     // lists whose latest file was refused
	// Problem says why the live index is not the newest: a catalogue key with
	// its arguments; empty when it is.
	Problem string
	Args    []any
}

// Answer is what the lists say of a name.
type Answer struct {
	Asked
	Problem string // catalogue key of why it was not; empty when it was
	Hits    []Hit  // most specific first
	Status  Status
}

// Bad reports whether a block entry counts.
func (a Answer) Bad() bool {
	for _, h := range a.Hits {
		if h.counts() {
			return true
		}
	}
	return false
}

func (h Hit) counts() bool { return h.List.Kind == Block && !h.Overruled && !h.Lapsed }

// Lookup says which lists name what a person typed. Lists the actor may not
// see are left out, what they overrule is still said to be overruled.
func (s *Service) Lookup(ctx context.Context, typed string) (Answer, error) {
	const op = "indicator.Lookup"
	v, err := needView(ctx, op)
	if err != nil {
		return Answer{}, err
	}
	var a Answer
	a.Asked, a.Problem = Question(typed)
	err = s.answer(ctx, v, &a)
	return a, err
}

// answer fills in what the lists say of what a asks.
func (s *Service) answer(ctx context.Context, v view, a *Answer) error {
	held, err := s.Current(ctx)
	defer held.Release()
	if err != nil && !fault.Is(err, fault.Unavailable) {
		return err
	}
	seen, err := visible(ctx, s.deps.Records.Read(), v)
	if err != nil {
		return err
	}
	if a.Status, err = s.status(ctx, v, seen); err != nil || a.Problem != "" {
		return err
	}
	index := held.Index()
	found := index.Lookup(nil, a.Type, a.Value)
	if a.Type == intel.MD5 { // what it looks like is not what it is
		found = index.Lookup(found, intel.JA3, a.Value)
	}
	a.Hits = hits(index.Matches(nil, found, intel.When{}), index.Matches(nil, found, intel.When{Now: s.deps.Now()}), seen)
	return nil
}

// hits turns what the engine found into what the actor may see of it. valid
// are those of found that are valid now.
func hits(found, valid []intel.Match, seen sight) []Hit {
	now := map[intel.ID]intel.Match{}
	for _, m := range valid {
		now[m.ID] = m
	}
	var by *Hit // the most specific allow entry: it overrules all that is overruled
	for _, m := range valid {
		if m.List.Kind == intel.Allow {
			if h, ok := seen.hit(m); ok {
				by = &h
			}
			break
		}
	}
	var out []Hit
	for _, m := range found {
		h, ok := seen.hit(m)
		if !ok {
			continue
		}
		v, holds := now[m.ID]
		if h.Lapsed, h.Overruled = !holds, v.Overruled; h.Overruled {
			h.By = by
		}
		out = append(out, h)
	}
	return out
}

// hit is m as the actor may see it, false when they may not.
func (s sight) hit(m intel.Match) (Hit, bool) {
	id := ID(m.List.Source)
	l, ok := s.lists[id]
	if TLP(m.TLP) == Red && !s.own[id] {
		ok = false
	}
	h := Hit{List: l, Type: m.Type, Indicator: m.Indicator, Threat: m.Threat, Scope: WithSubdomains, TLP: TLP(m.TLP), Confidence: m.Confidence,
		Reference: m.Reference, From: m.From, Until: m.Until, Overruled: m.Overruled}
	if m.List.Kind == intel.Allow {
		h.List.Kind, h.Threat = Allow, "" // also an exception inside a block list
	}
	if m.Scope == intel.ExactOnly {
		h.Scope = ExactOnly
	}
	return h, ok
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

func (s *Service) status(ctx context.Context, v view, seen sight) (Status, error) {
	const op = "indicator.Status"
	st := Status{}
	l := s.state.Load()
	if l.generation >= 0 {
		st.LoadedAt = l.at
	}
	for id, list := range seen.lists {
		if p := l.plan.find(id); p != nil && p.count() > 0 {
			st.Lists++
			st.Indicators += p.count()
		}
		if !list.Active {
			st.Off++
		}
	}
	q := s.deps.Records.Read()
	waiting, err := v.filter(q.NewSelect().Model((*row)(nil)).Join("JOIN indicator_version AS v ON v.list_id = l.id AND v.state = ?", string(Waiting)).
		Where("v.seq = (SELECT MAX(w.seq) FROM indicator_version w WHERE w.list_id = l.id)")).Count(ctx)
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
			if name, ok := a.(string); ok && !slices.ContainsFunc(slices.Collect(maps.Values(seen.lists)), func(l List) bool { return l.Name == name }) {
				st.Problem, st.Args = "indicator.err.hidden", nil
			}
		}
	}
	return st, nil
}
