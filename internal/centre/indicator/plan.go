// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"slices"
	"time"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
)

// plan is all that an index answers with, by where it comes from: two equal
// plans give equal answers.
type plan struct {
	generation int64
	lists      []planned // by id
}

// planned is one list of a plan: its version in force, or, of the built-in
// list, its entries that hold.
type planned struct {
	list    List
	version Version
	entries []Entry
}

// plan reads what is to be matched now. The generation is read first: what
// changes while the lists are read leads to another plan, never to a stale one.
func (s *Service) plan(ctx context.Context) (plan, error) {
	q := s.deps.Records.Read()
	var out plan
	var err error
	if out.generation, err = generation(ctx, q); err != nil {
		return out, err
	}
	var rows []row
	if err := q.NewSelect().Model(&rows).Where("l.active = ?", true).Order("l.id").Scan(ctx); err != nil {
		return out, db.Error("indicator.plan", err)
	}
	for _, r := range rows {
		p := planned{list: r.list()}
		switch {
		case p.list.Builtin:
			p.entries, err = entries(ctx, q, p.list.ID, true)
		case p.list.Seq > 0:
			p.version, err = getVersion(ctx, q, p.list.ID, p.list.Seq)
		default:
			continue
		}
		if err != nil {
			return out, err
		}
		out.lists = append(out.lists, p)
	}
	return out, nil
}

// count is how many indicators the list has.
func (p *planned) count() int64 {
	if p.list.Builtin {
		return int64(len(p.entries))
	}
	return p.version.Report.Added
}

// same reports whether both give the same answers.
func (p *planned) same(o *planned) bool {
	return p.list.ID == o.list.ID && p.list.engine() == o.list.engine() && p.version.Seq == o.version.Seq && p.version.SHA256 == o.version.SHA256 &&
		slices.EqualFunc(p.entries, o.entries, func(a, b Entry) bool { return a.ID == b.ID })
}

func (p plan) same(o plan) bool {
	return slices.EqualFunc(p.lists, o.lists, func(a, b planned) bool { return a.same(&b) })
}

func (p plan) find(id ID) *planned {
	for i := range p.lists {
		if p.lists[i].list.ID == id {
			return &p.lists[i]
		}
	}
	return nil
}

// mostPatched is the most indicators that are put over a built index; more are
// built in.
const mostPatched = 5000

// patch is the way from base to want, false when it is longer than a patch may
// be.
func (s *Service) patch(ctx context.Context, base, want plan) (*intel.Patch, bool, error) {
	p := &intel.Patch{}
	var gone, come []*planned
	var size int64
	for i := range base.lists {
		was := &base.lists[i]
		switch now := want.find(was.list.ID); {
		case now == nil || !now.list.Builtin && !now.same(was):
			gone = append(gone, was)
			size += was.count()
		case now.list.Builtin:
			size += turnEntries(p, was, now)
		}
	}
	for i := range want.lists {
		now := &want.lists[i]
		if was := base.find(now.list.ID); was == nil || !now.list.Builtin && !now.same(was) {
			come = append(come, now)
			size += now.count()
		}
	}
	if size > mostPatched {
		return nil, false, nil
	}
	for _, l := range gone {
		if err := s.patchList(ctx, p, l, true); fault.Is(err, fault.Unavailable) {
			return nil, false, nil // what cannot be read can still be left out of a build
		} else if err != nil {
			return nil, false, err
		}
	}
	for _, l := range come {
		if err := s.patchList(ctx, p, l, false); err != nil {
			return nil, false, err
		}
	}
	return p, p.Len() <= 2*mostPatched, nil
}

// turnEntries notes how the allow entries have changed, and of how many.
func turnEntries(p *intel.Patch, was, now *planned) int64 {
	var n int64
	for _, e := range was.entries {
		if !slices.ContainsFunc(now.entries, func(o Entry) bool { return o.ID == e.ID }) {
			p.Remove(builtinName, e.Type, e.Name)
			n++
		}
	}
	for _, e := range now.entries { // one of the same name may have been taken back with another
		if n > 0 || !slices.ContainsFunc(was.entries, func(o Entry) bool { return o.ID == e.ID }) {
			p.Add(now.list.engine(), e.engine())
			n++
		}
	}
	return n
}

// patchList notes that all of a list comes, or goes.
func (s *Service) patchList(ctx context.Context, p *intel.Patch, l *planned, gone bool) error {
	if l.list.Builtin {
		for _, e := range l.entries {
			if gone {
				p.Remove(builtinName, e.Type, e.Name)
			} else {
				p.Add(l.list.engine(), e.engine())
			}
		}
		return nil
	}
	now := s.deps.Now()
	if gone { // also what has run out since
		now = time.Time{}
	}
	_, bad, err := s.readInto(ctx, &patcher{p: p, l: l.list, gone: gone}, l.list, l.version, now, nil)
	if bad != nil && err == nil {
		err = bad
	}
	if err != nil {
		return unreadable(ctx, l.list, l.version, err)
	}
	return nil
}

// patcher is the sink that notes changes.
type patcher struct {
	p    *intel.Patch
	l    List
	gone bool
}

func (t *patcher) take(i intel.Indicator) error { return t.add(t.l.engine(), i) }

func (t *patcher) exception(i intel.Indicator) error {
	l := t.l.engine()
	l.Kind = intel.Allow
	return t.add(l, i)
}

// add notes one indicator. What is refused was refused when the list was
// loaded, and is in its report.
func (t *patcher) add(l intel.List, i intel.Indicator) error {
	if t.gone {
		t.p.Remove(l.Name, i.Type, i.Value)
		return nil
	}
	t.p.Add(l, t.l.marked(i))
	return nil
}

func (t *patcher) done() (int64, error) { return 0, nil }
