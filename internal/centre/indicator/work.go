// Copyright 2026 The Vọng Gác Authors
// SPDX-License-Identifier: Apache-2.0

package indicator

import (
	"context"
	"errors"
	"fmt"

	"github.com/vonggac/vonggac/engine/intel"
	"github.com/vonggac/vonggac/engine/intel/exchange"
	"github.com/vonggac/vonggac/engine/scan/unpack"
	"github.com/vonggac/vonggac/internal/platform/db"
	"github.com/vonggac/vonggac/internal/platform/fault"
	"github.com/vonggac/vonggac/internal/platform/jobs"
)

// payload names a version to load; the zero value asks for a new index alone.
type payload struct {
	List ID    `json:"list,omitempty"`
	Seq  int64 `json:"seq,omitempty"`
}

// Handler is the work of JobKind: it accounts for the file of a version, puts
// it in force or refuses it, and builds the index. Safe to repeat: a version
// already decided is not decided again.
func (s *Service) Handler() jobs.Handler {
	return func(ctx context.Context, j jobs.Job, p *jobs.Progress) error {
		var in payload
		if err := j.Decode(&in); err != nil {
			return err
		}
		if in.List != "" {
			if err := s.load(ctx, in, p); err != nil {
				return err
			}
			p.Set(1, 1, "indicator.job.building")
		}
		held, err := s.Current(ctx)
		held.Release()
		return err
	}
}

// load decides on one version.
func (s *Service) load(ctx context.Context, in payload, p *jobs.Progress) error {
	const op = "indicator.load"
	v, err := getVersion(ctx, s.deps.Records.Read(), in.List, in.Seq)
	if err != nil || v.State != Waiting {
		return err
	}
	var r row
	if err := s.deps.Records.Read().NewSelect().Model(&r).Where("l.id = ?", string(in.List)).Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	var b intel.Builder
	rep, bad, err := s.read(ctx, &b, r.list(), v, func(n int64) { p.Set(n, v.Size, "indicator.job.reading") })
	if err != nil {
		return unreadable(ctx, r.list(), v, err)
	}
	v.Report, v.DoneAt, v.State = rep, s.deps.Now(), Loaded
	if v.Problem = problemOf(bad, v.Report); v.Problem != "" {
		v.State = Refused
	}
	if v.Problem == "indicator.problem.broken" {
		v.Report.Break = bad.Error()
		if at := (*exchange.Break)(nil); errors.As(bad, &at) {
			v.Report.Broken = at
		}
	}
	return s.deps.Records.Write(ctx, func(ctx context.Context, tx *db.Tx) error {
		if err := p.Fence(ctx, tx); err != nil {
			return err
		}
		return s.decide(ctx, tx, v)
	})
}

// unreadable is the failure of reading the stored file of v.
func unreadable(ctx context.Context, l List, v Version, err error) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &fault.Error{Kind: fault.Unavailable, Op: "indicator.read", Msg: "indicator.err.file", Args: []any{l.Name, v.Seq},
		Err: fmt.Errorf("list %s version %d: %w", l.ID, v.Seq, err)}
}

// problems are the faults of a file, with the catalogue keys that say them.
var problems = []struct {
	err error
	key string
}{
	{unpack.ErrTruncated, "indicator.problem.truncated"},
	{unpack.ErrCorrupt, "indicator.problem.corrupt"},
	{unpack.ErrArchive, "indicator.problem.archive"},
	{unpack.ErrBomb, "indicator.problem.too_much"},
	{errMany, "indicator.problem.too_much"},
	{errGood, "indicator.problem.good"},
}

// problemOf is the catalogue key of why a file cannot be put in force, or "".
// A file without any indicator is refused: in force it would silence the list
// it replaces.
func problemOf(bad error, r Report) string {
	for _, p := range problems {
		if errors.Is(bad, p.err) {
			return p.key
		}
	}
	switch {
	case bad != nil && r.Layout == CSV && r.Lines == 0:
		return "indicator.problem.head"
	case bad != nil && r.Layout == Auto:
		return "indicator.problem.layout"
	case bad != nil:
		return "indicator.problem.broken"
	case r.Added == 0:
		return "indicator.problem.nothing"
	}
	return ""
}

// decide writes what became of v and, when it is loaded, puts it in force
// unless a later one is.
func (s *Service) decide(ctx context.Context, tx *db.Tx, v Version) error {
	const op = "indicator.decide"
	var r row
	if err := tx.NewSelect().Model(&r).Where("l.id = ?", string(v.List)).Scan(ctx); err != nil {
		return db.Error(op, err)
	}
	if v.State == Loaded {
		others, err := s.others(ctx, tx, v.List)
		if err != nil {
			return err
		}
		if others+v.Report.Added > s.deps.Most {
			v.State, v.Problem = Refused, "indicator.problem.too_much"
		}
	}
	vr, err := toVersionRow(v)
	if err != nil {
		return err
	}
	if _, err := tx.NewUpdate().Model(&vr).WherePK().Exec(ctx); err != nil {
		return db.Error(op, err)
	}
	action := "indicator.refuse"
	if v.State == Loaded {
		action = "indicator.load"
		if v.Seq > r.Seq {
			r.Seq = v.Seq
			if _, err := tx.NewUpdate().Model(&r).Column("seq").WherePK().Exec(ctx); err != nil {
				return db.Error(op, err)
			}
		}
		if _, err := s.advance(ctx, tx, r.Owner); err != nil {
			return err
		}
	}
	if v.State == Refused && s.deps.Refused != nil {
		if err := s.deps.Refused(ctx, tx, r.list(), int64(v.Seq)); err != nil {
			return err
		}
	}
	rep := v.Report
	return s.note(ctx, tx, action, r.list(), map[string]any{"seq": v.Seq, "rows": rep.Rows, "added": rep.Added, "merged": rep.Merged,
		"skipped": Sum(rep.Skipped), "rejected": Sum(rep.Rejected), "problem": v.Problem})
}

// others is how many indicators the other lists have in force, switched on or
// off: what is off may be switched on.
func (s *Service) others(ctx context.Context, tx *db.Tx, but ID) (int64, error) {
	var n int64
	err := tx.NewSelect().Model((*versionRow)(nil)).Join("JOIN indicator_list AS l ON l.id = v.list_id AND l.seq = v.seq").
		Where("l.id <> ?", string(but)).ColumnExpr("COALESCE(SUM(v.added), 0)").Scan(ctx, &n)
	return n, db.Error("indicator.others", err)
}
